//! How the state machines of this room are written: as lines, and anything not listed is refused.

use foundation::words;

pub use foundation::machine::line;
pub use support::machine::{Machine, document, may, step};

words! {
    /// What somebody is in relation to a record of this room.
    Who {
        Visitor = "visitor", "the person who comes";
        Host = "host", "the head of the school that is visited";
        Giver = "giver", "the head of the school that gives the time";
        Team = "team", "a member of the team";
        Broker = "broker", "the broker";
        First = "first", "the person who asked";
        Second = "second", "the person who was asked";
        Raiser = "raiser", "the person who raised it";
        About = "about", "the head of the school it is about";
        OneSchool = "one-school", "the head or team of the school that asked";
        OtherSchool = "other-school", "the head or team of the partner school";
        Owner = "owner", "the head of the school that owns the review";
        Reviewer = "reviewer", "the lead reviewer";
        System = "system", "Alongside itself";
    }
}

/// A line of a state machine.
pub type Line<S, A> = foundation::machine::Line<S, A, Who>;

#[cfg(test)]
pub(crate) mod exhaustive {
    use super::*;

    /// Holds a machine to a list written independently of it, over every state, act and standing:
    /// what is on the list is possible, everything else is refused.
    pub(crate) fn holds<M: Machine<Who = Who>>(
        states: &[M],
        acts: &[M::Act],
        expected: &[(&str, &str, &str)],
    ) {
        let mut met = 0;
        for state in states {
            for act in acts {
                for who in Who::ALL {
                    let on_the_list = expected.iter().any(|(from, done, by)| {
                        *from == state.to_string()
                            && *done == act.to_string()
                            && by.split(' ').any(|by| by == who.key())
                    });
                    let possible = step(*state, *act, &[*who]).is_ok();
                    assert_eq!(possible, on_the_list, "{state} {act} {who}");
                    met += usize::from(possible);
                }
                assert!(step(*state, *act, &[]).is_err(), "{state} {act} by nobody");
            }
        }
        let listed: usize = expected.iter().map(|(_, _, by)| by.split(' ').count()).sum();
        assert_eq!(met, listed, "a line of the list names no state, act or standing");
    }
}

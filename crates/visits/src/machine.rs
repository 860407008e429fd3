//! How the state machines of this room are written: as lines, and anything not listed is refused.

use std::fmt::Display;

use foundation::{
    machine::{self, Document, No, either, transition},
    words,
};
use support::Refusal;

pub use foundation::machine::line;

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
pub type Line<S, A> = machine::Line<S, A, Who>;

/// The states of a kind of record, with the lines that lead from one to another.
pub trait Machine: Copy + Eq + Display + 'static {
    /// What can be done.
    type Act: Copy + Eq + Display + 'static;
    /// The kind of record, as it stands in a sentence.
    const THING: &'static str;

    /// Every line there is.
    fn lines() -> &'static [Line<Self, Self::Act>];
    /// The state as a page shows it.
    fn said(self) -> &'static str;
}

/// Where an act leads when somebody with these standings does it.
///
/// # Errors
/// [`Refusal::NotNow`] when the state does not allow it to anybody, [`Refusal::NotYours`] when it
/// is for somebody else to do.
pub fn step<M: Machine>(from: M, act: M::Act, who: &[Who]) -> Result<M, Refusal> {
    transition(M::lines(), from, act, who).map_err(|no| match no {
        No::NotNow => Refusal::NotNow(format!(
            "This cannot be done now: the {} stands at “{}”. Reload the page to see what can be \
             done.",
            M::THING,
            from.said()
        )),
        No::NotYours(who) => Refusal::NotYours(format!("This is for {} to do.", either(who))),
    })
}

/// Whether somebody with these standings may do it now: what a page offers.
#[must_use]
pub fn may<M: Machine>(from: M, act: M::Act, who: &[Who]) -> bool {
    step(from, act, who).is_ok()
}

/// The machine as the documentation shows it.
#[must_use]
pub fn document<M: Machine>(
    file: &'static str,
    title: &'static str,
    source: &'static str,
) -> Document {
    Document::of(file, title, source, M::lines())
}

#[cfg(test)]
pub(crate) mod exhaustive {
    use super::*;

    /// Holds a machine to a list written independently of it, over every state, act and standing:
    /// what is on the list is possible, everything else is refused.
    pub(crate) fn holds<M: Machine>(
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

//! How the state machines of this room are written: as lines, and anything not listed is refused.

use std::fmt::Display;

use needs::words;
use support::Refusal;

words! {
    /// What somebody is in relation to a record of this room.
    Who {
        Visitor = "visitor", "person who comes";
        Host = "host", "head of the school that is visited";
        Giver = "giver", "head of the school that gives the time";
        Team = "team", "member of the team";
        Broker = "broker", "broker";
        First = "first", "person who asked";
        Second = "second", "person who was asked";
        Raiser = "raiser", "person who raised it";
        About = "about", "head of the school it is about";
        OneSchool = "one-school", "head or team of the school that asked";
        OtherSchool = "other-school", "head or team of the partner school";
        Owner = "owner", "head of the school that owns the review";
        Reviewer = "reviewer", "lead reviewer";
        System = "system", "Alongside itself";
    }
}

/// A line of a state machine.
#[derive(Clone, Copy, Debug)]
pub struct Line<S: 'static, A: 'static> {
    /// From where.
    pub from: S,
    /// By which act.
    pub act: A,
    /// By whom.
    pub who: &'static [Who],
    /// Where to.
    pub to: S,
    /// What must hold besides, in words; empty where nothing must.
    pub guard: &'static str,
}

/// A line, written shortly.
#[must_use]
pub const fn line<S: Copy, A: Copy>(
    from: S,
    act: A,
    who: &'static [Who],
    to: S,
    guard: &'static str,
) -> Line<S, A> {
    Line { from, act, who, to, guard }
}

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
    let Some(line) = M::lines().iter().find(|line| line.from == from && line.act == act) else {
        return Err(Refusal::NotNow(format!(
            "This cannot be done now: the {} stands at “{}”. Reload the page to see what can be \
             done.",
            M::THING,
            from.said()
        )));
    };
    if line.who.iter().any(|one| who.contains(one)) {
        return Ok(line.to);
    }
    let words: Vec<_> = line.who.iter().map(|one| one.words()).collect();
    Err(Refusal::NotYours(format!("This is for the {} to do.", words.join(" or the "))))
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
) -> foundation::machine::Machine {
    let lines = M::lines()
        .iter()
        .map(|line| foundation::machine::Line {
            from: line.from.to_string(),
            act: line.act.to_string(),
            who: line.who.iter().map(|one| one.words().to_owned()).collect(),
            to: line.to.to_string(),
            guard: line.guard.to_owned(),
        })
        .collect();
    foundation::machine::Machine { file, title, source, lines }
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

//! The state machines of this room, written as lines; anything not listed is refused.

use std::fmt::Display;

use needs::words;
use support::Refusal;

words! {
    /// What somebody is in relation to a record of this room.
    Who {
        Author = "author", "colleague of the school it comes from";
        Head = "head", "head of the school it comes from";
        Peer = "peer", "colleague who checks";
        Named = "named", "head of the school it names";
        Adopter = "adopter", "colleague of the school that uses it";
        Host = "host", "author or head of the school it comes from";
        Guest = "guest", "person who asks to come";
        System = "system", "Alongside itself";
    }
}

/// A line: from, act, by whom, to, and what must hold besides.
pub type Line<S, A> = (S, A, &'static [Who], S, &'static str);

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
/// [`Refusal::NotNow`] when the state allows it to nobody, [`Refusal::NotYours`] when it is for
/// somebody else to do.
pub fn step<M: Machine>(from: M, act: M::Act, who: &[Who]) -> Result<M, Refusal> {
    let Some(line) = M::lines().iter().find(|line| line.0 == from && line.1 == act) else {
        return Err(Refusal::NotNow(format!(
            "This cannot be done now: the {} stands at “{}”. Reload the page to see what can be \
             done.",
            M::THING,
            from.said()
        )));
    };
    if line.2.iter().any(|one| who.contains(one)) {
        return Ok(line.3);
    }
    let words: Vec<_> = line.2.iter().map(|one| one.words()).collect();
    Err(Refusal::NotYours(format!("This is for the {} to do.", words.join(" or the "))))
}

/// The machine as the documentation shows it.
#[must_use]
pub fn document<M: Machine>(
    file: &'static str,
    title: &'static str,
    source: &'static str,
) -> foundation::machine::Machine {
    let lines = M::lines().iter().map(|(from, act, who, to, guard)| foundation::machine::Line {
        from: from.to_string(),
        act: act.to_string(),
        who: who.iter().map(|one| one.words().to_owned()).collect(),
        to: to.to_string(),
        guard: (*guard).to_owned(),
    });
    foundation::machine::Machine { file, title, source, lines: lines.collect() }
}

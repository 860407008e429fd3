//! How the rooms of the support cycle ask their state machines: a refusal is a sentence, and names
//! who could do it instead.

use std::fmt::Display;

use foundation::{
    Words,
    machine::{Document, Line, No, either, transition},
};

use crate::Refusal;

/// The states of a kind of record, with the lines that lead from one to another.
pub trait Machine: Copy + Eq + Display + 'static {
    /// What can be done.
    type Act: Copy + Eq + Display + 'static;
    /// What somebody is in relation to such a record; one person may be several.
    type Who: Copy + Eq + Words + 'static;
    /// The kind of record, as it stands in a sentence.
    const THING: &'static str;

    /// Every line there is.
    fn lines() -> &'static [Line<Self, Self::Act, Self::Who>];
    /// The state as a page shows it.
    fn said(self) -> &'static str;
}

/// Where an act leads when somebody with these standings does it.
///
/// # Errors
/// [`Refusal::NotNow`] when the state does not allow it to anybody, [`Refusal::NotYours`] when it
/// is for somebody else to do.
pub fn step<M: Machine>(from: M, act: M::Act, who: &[M::Who]) -> Result<M, Refusal> {
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
pub fn may<M: Machine>(from: M, act: M::Act, who: &[M::Who]) -> bool {
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

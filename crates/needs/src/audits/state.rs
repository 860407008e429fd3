//! The states of a needs audit and the steps between them. Whatever is not listed is refused.

use foundation::{
    machine::{Document, Line, line, transition},
    words,
};

use crate::ActError;

words! {
    /// Where an audit stands.
    State {
        Draft = "draft", "Draft";
        InProgress = "in_progress", "In progress";
        Ready = "ready", "Ready to agree";
        Agreed = "agreed", "Agreed";
        Moderated = "moderated", "Moderated";
        Frozen = "frozen", "Frozen";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done to an audit as a whole.
    Act {
        Begin = "begin", "start";
        Finish = "finish", "finish the last section of";
        Agree = "agree", "agree";
        Moderate = "moderate", "moderate";
        Freeze = "freeze", "freeze";
        Withdraw = "withdraw", "withdraw";
    }
}

words! {
    /// Who does it.
    Who {
        Head = "head", "the head";
        SectionOwner = "section_owner", "the person a section was given to";
        ResponsibleBody = "responsible_body", "the body responsible for the school";
        InvitedPartner = "invited_partner", "a partner the school invited";
        System = "system", "the product itself";
        Broker = "broker", "the broker";
        Other = "other", "somebody else";
    }
}

/// Every step there is.
pub const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Draft, Act::Begin, &[Who::Head], State::InProgress, ""),
    line(State::InProgress, Act::Finish, &[Who::SectionOwner], State::Ready, ""),
    line(State::Ready, Act::Agree, &[Who::Head], State::Agreed, ""),
    line(
        State::Agreed,
        Act::Moderate,
        &[Who::ResponsibleBody, Who::InvitedPartner],
        State::Moderated,
        "",
    ),
    line(State::Agreed, Act::Freeze, &[Who::System], State::Frozen, ""),
    line(State::Moderated, Act::Freeze, &[Who::System], State::Frozen, ""),
    line(State::Draft, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::InProgress, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Ready, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Agreed, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Moderated, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of("audits", "The life of a needs audit", "crates/needs/src/audits/state.rs", STEPS)
}

/// Where an act leads.
///
/// # Errors
/// [`ActError::Refused`] with a sentence when the step is not listed.
pub fn step(from: State, act: Act, who: Who) -> Result<State, ActError> {
    transition(STEPS, from, act, &[who])
        .map_err(|no| ActError::step(no, "audit", from.words(), act.words()))
}

impl State {
    /// Whether the content of sections may still change.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::InProgress | Self::Ready)
    }

    /// Whether findings may be relied on by a request for support.
    #[must_use]
    pub const fn is_agreed(self) -> bool {
        matches!(self, Self::Agreed | Self::Moderated | Self::Frozen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        draft begin head in_progress
        in_progress finish section_owner ready
        ready agree head agreed
        agreed moderate responsible_body moderated
        agreed moderate invited_partner moderated
        agreed freeze system frozen
        moderated freeze system frozen
        draft withdraw head withdrawn
        in_progress withdraw head withdrawn
        ready withdraw head withdrawn
        agreed withdraw head withdrawn
        moderated withdraw head withdrawn";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            State::ALL,
            Act::ALL,
            Who::ALL,
            |from, act, who| step(from, act, who).ok(),
        );
    }

    #[test]
    fn frozen_and_withdrawn_are_final() {
        for &act in Act::ALL {
            for &who in Who::ALL {
                assert!(step(State::Frozen, act, who).is_err());
                assert!(step(State::Withdrawn, act, who).is_err());
            }
        }
    }

    #[test]
    fn a_refusal_says_who_could() {
        let told = step(State::Ready, Act::Agree, Who::Broker).unwrap_err().to_string();
        assert_eq!(told, "Only the head can agree this audit.");
    }
}

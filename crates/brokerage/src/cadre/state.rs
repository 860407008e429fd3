//! The life of a designation. Whatever is not listed is refused.
//!
//! The broker stands for the cadre manager of the partnership. A review can be called by date or
//! by the broker; withdrawing somebody always goes through a review, with the right of reply.

use foundation::{
    machine::{Document, Line, line, transition},
    words,
};
use needs::ActError;

words! {
    /// Where a designation stands.
    State {
        Nominated = "nominated", "Nominated";
        Applied = "applied", "Applied";
        Assessed = "assessed", "Assessed";
        Designated = "designated", "Designated";
        Active = "active", "Active";
        ReviewDue = "review_due", "Review due";
        Renewed = "renewed", "Renewed";
        Lapsed = "lapsed", "Lapsed";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done to a designation.
    Act {
        Apply = "apply", "apply for";
        Assess = "assess", "assess";
        Designate = "designate", "grant";
        Activate = "activate", "activate";
        CallReview = "call_review", "call a review of";
        Renew = "renew", "renew";
        Lapse = "lapse", "let lapse";
        Withdraw = "withdraw", "withdraw";
    }
}

words! {
    /// Who does it.
    Who {
        Person = "person", "the person";
        Head = "head", "the head of the home school";
        Broker = "broker", "the broker";
        System = "system", "the product itself";
        Other = "other", "somebody else";
    }
}

/// Every step there is.
pub const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Nominated, Act::Apply, &[Who::Person], State::Applied, ""),
    line(State::Nominated, Act::Withdraw, &[Who::Person], State::Withdrawn, ""),
    line(State::Applied, Act::Assess, &[Who::Broker], State::Assessed, ""),
    line(State::Assessed, Act::Designate, &[Who::Broker], State::Designated, ""),
    line(State::Designated, Act::Activate, &[Who::Broker], State::Active, ""),
    line(State::Active, Act::CallReview, &[Who::Broker, Who::System], State::ReviewDue, ""),
    line(State::Renewed, Act::CallReview, &[Who::Broker, Who::System], State::ReviewDue, ""),
    line(State::ReviewDue, Act::Renew, &[Who::Broker], State::Renewed, ""),
    line(State::ReviewDue, Act::Lapse, &[Who::Broker], State::Lapsed, ""),
    line(State::ReviewDue, Act::Withdraw, &[Who::Broker], State::Withdrawn, ""),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "designations",
        "The life of a designation",
        "crates/brokerage/src/cadre/state.rs",
        STEPS,
    )
}

/// Where an act leads.
///
/// # Errors
/// [`ActError::Refused`] with a sentence when the step is not listed.
pub fn step(from: State, act: Act, who: Who) -> Result<State, ActError> {
    transition(STEPS, from, act, &[who])
        .map_err(|no| ActError::step(no, "designation", from.words(), act.words()))
}

impl State {
    /// Whether somebody with it may be proposed for new support.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Renewed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        nominated apply person applied
        nominated withdraw person withdrawn
        applied assess broker assessed
        assessed designate broker designated
        designated activate broker active
        active call_review broker review_due
        active call_review system review_due
        renewed call_review broker review_due
        renewed call_review system review_due
        review_due renew broker renewed
        review_due lapse broker lapsed
        review_due withdraw broker withdrawn";

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
}

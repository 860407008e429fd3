//! The states of a request for support and the steps between them. Whatever is not listed is
//! refused.
//!
//! Four steps are not spelt out in the specification but follow from it: a request returned for
//! detail is submitted again; after "match again" the broker proposes anew or the head
//! withdraws; a declared interest that bars a match sends the request back to be matched again.

use foundation::{
    machine::{Document, Line, line, transition},
    words,
};
use needs::ActError;

words! {
    /// Where a request stands.
    State {
        Draft = "draft", "Draft";
        Submitted = "submitted", "Waiting for the broker";
        Accepted = "accepted", "Accepted";
        ReturnedForDetail = "returned_for_detail", "More detail asked for";
        DeclinedWithReason = "declined_with_reason", "Declined";
        Matching = "matching", "Being matched";
        Proposed = "proposed", "Match proposed";
        ChemistryOk = "chemistry_ok", "Both heads said yes";
        Rematch = "rematch", "Being matched again";
        CoiClear = "coi_clear", "Interests settled";
        Agreement = "agreement", "Agreement being made";
        Fulfilled = "fulfilled", "Support under way";
        ReviewProgressOnly = "review_progress_only", "Progress being reviewed";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done to a request.
    Act {
        Submit = "submit", "submit";
        Accept = "accept", "accept";
        Return = "return", "ask for more detail on";
        Decline = "decline", "decline";
        Match = "match", "start matching";
        Propose = "propose", "propose a match for";
        Chemistry = "chemistry", "confirm that both heads agree on";
        Rematch = "rematch", "match again";
        ClearInterests = "clear_interests", "settle the interests of";
        Agree = "agree", "open the agreement for";
        Fulfil = "fulfil", "close, since the support has begun,";
        ReviewOnly = "review_only", "only review progress on";
        Withdraw = "withdraw", "withdraw";
    }
}

words! {
    /// Who does it.
    Who {
        Head = "head", "the head of the asking school";
        SupportingHead = "supporting_head", "the head of the supporting school";
        BothHeads = "both_heads", "both heads together";
        Broker = "broker", "the broker";
        Commissioner = "commissioner", "the commissioner";
        System = "system", "the product itself";
        Other = "other", "somebody else";
    }
}

/// Every step there is.
pub const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Draft, Act::Submit, &[Who::Head], State::Submitted, ""),
    line(State::ReturnedForDetail, Act::Submit, &[Who::Head], State::Submitted, ""),
    line(State::Submitted, Act::Accept, &[Who::Broker], State::Accepted, ""),
    line(State::Submitted, Act::Return, &[Who::Broker], State::ReturnedForDetail, ""),
    line(State::Submitted, Act::Decline, &[Who::Broker], State::DeclinedWithReason, ""),
    line(State::Accepted, Act::Match, &[Who::Broker], State::Matching, ""),
    line(State::Accepted, Act::ReviewOnly, &[Who::Broker], State::ReviewProgressOnly, ""),
    line(State::ReviewProgressOnly, Act::Match, &[Who::Broker], State::Matching, ""),
    line(State::Matching, Act::Propose, &[Who::Broker], State::Proposed, ""),
    line(State::Rematch, Act::Propose, &[Who::Broker], State::Proposed, ""),
    line(State::Proposed, Act::Chemistry, &[Who::BothHeads], State::ChemistryOk, ""),
    line(
        State::Proposed,
        Act::Rematch,
        &[Who::Head, Who::SupportingHead, Who::Broker],
        State::Rematch,
        "",
    ),
    line(State::ChemistryOk, Act::Rematch, &[Who::Broker], State::Rematch, ""),
    line(
        State::ChemistryOk,
        Act::ClearInterests,
        &[Who::Broker, Who::Commissioner],
        State::CoiClear,
        "",
    ),
    line(State::CoiClear, Act::Agree, &[Who::System], State::Agreement, ""),
    line(State::Agreement, Act::Fulfil, &[Who::System], State::Fulfilled, ""),
    line(
        State::Agreement,
        Act::Rematch,
        &[Who::System],
        State::Rematch,
        "the agreement was given up before it began",
    ),
    line(State::Draft, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Submitted, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::ReturnedForDetail, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Accepted, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Matching, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Proposed, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
    line(State::Rematch, Act::Withdraw, &[Who::Head], State::Withdrawn, ""),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "requests",
        "The life of a request for support",
        "crates/brokerage/src/requests/state.rs",
        STEPS,
    )
}

/// Where an act leads.
///
/// # Errors
/// [`ActError::Refused`] with a sentence when the step is not listed.
pub fn step(from: State, act: Act, who: Who) -> Result<State, ActError> {
    transition(STEPS, from, act, &[who])
        .map_err(|no| ActError::step(no, "request", from.words(), act.words()))
}

impl State {
    /// Whether its head may still change what it asks for.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::ReturnedForDetail)
    }

    /// Whether it waits for a match.
    #[must_use]
    pub const fn wants_match(self) -> bool {
        matches!(self, Self::Matching | Self::Rematch)
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::DeclinedWithReason | Self::Fulfilled | Self::Withdrawn)
    }

    /// Whether an act is possible from here at all, for showing buttons.
    #[must_use]
    pub fn allows(self, act: Act, who: Who) -> bool {
        step(self, act, who).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        draft submit head submitted
        returned_for_detail submit head submitted
        submitted accept broker accepted
        submitted return broker returned_for_detail
        submitted decline broker declined_with_reason
        accepted match broker matching
        accepted review_only broker review_progress_only
        review_progress_only match broker matching
        matching propose broker proposed
        rematch propose broker proposed
        proposed chemistry both_heads chemistry_ok
        proposed rematch head rematch
        proposed rematch supporting_head rematch
        proposed rematch broker rematch
        chemistry_ok rematch broker rematch
        chemistry_ok clear_interests broker coi_clear
        chemistry_ok clear_interests commissioner coi_clear
        coi_clear agree system agreement
        agreement fulfil system fulfilled
        agreement rematch system rematch
        draft withdraw head withdrawn
        submitted withdraw head withdrawn
        returned_for_detail withdraw head withdrawn
        accepted withdraw head withdrawn
        matching withdraw head withdrawn
        proposed withdraw head withdrawn
        rematch withdraw head withdrawn";

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
    fn closed_requests_stay_closed() {
        for &from in State::ALL.iter().filter(|state| state.is_closed()) {
            for &act in Act::ALL {
                assert!(Who::ALL.iter().all(|&who| step(from, act, who).is_err()), "{from} {act}");
            }
        }
    }
}

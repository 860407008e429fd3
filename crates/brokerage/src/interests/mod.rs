//! Interests that people declare before a match goes ahead, what is made of them, and the checks
//! before an agreement.

use access::{AccountId, Kind, Resource, Zone};
use foundation::{
    OrgRef, id_type,
    machine::{Document, Line, line, transition},
    words,
};
use jiff::{Timestamp, civil::Date};
use needs::ActError;

use crate::proposals::ProposalId;
use crate::requests::{Request, RequestId};

pub mod acts;
mod store;

pub use acts::{Assessment, Capacity, Check, Checked, NewDeclaration};
pub use store::{checks, declaration, declarations, declared_by, standing, still_open};

id_type! {
    /// A declaration of interests.
    DeclarationId
}

words! {
    /// Kinds of interest.
    InterestKind {
        Employment = "employment", "Employment";
        Governance = "governance", "Governance";
        Family = "family", "Family";
        Financial = "financial", "Money";
        CompetingIntake = "competing-intake", "Competing for the same pupils";
        TrustGrowth = "trust-growth", "A trust that wants to grow";
        PriorDispute = "prior-dispute", "An earlier dispute";
        Other = "other", "Something else";
    }
}

words! {
    /// Where a declaration stands.
    State {
        Declared = "declared", "Declared";
        Assessed = "assessed", "Waiting for the school's agreement";
        None = "none", "No conflict";
        Manage = "manage", "Managed";
        Bar = "bar", "Bars the match";
        Expired = "expired", "Expired";
    }
}

words! {
    /// What can be done to a declaration.
    Act {
        Assess = "assess", "assess";
        FindNone = "find_none", "find no conflict in";
        Accept = "accept", "accept the safeguards for";
        FindBar = "find_bar", "bar the match for";
        Expire = "expire", "let expire";
        Change = "change", "say that it has changed";
    }
}

words! {
    /// Who does it.
    Who {
        Broker = "broker", "the broker";
        Declarant = "declarant", "the person who declared";
        HeadAndChair = "head_and_chair", "the head and the chair of the asking school together";
        System = "system", "the product itself";
        Other = "other", "somebody else";
    }
}

/// Every step there is.
pub const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Declared, Act::Assess, &[Who::Broker], State::Assessed, ""),
    line(State::Assessed, Act::FindNone, &[Who::Broker], State::None, ""),
    line(State::Assessed, Act::Accept, &[Who::HeadAndChair], State::Manage, ""),
    line(State::Assessed, Act::FindBar, &[Who::Broker], State::Bar, ""),
    line(State::None, Act::Expire, &[Who::System], State::Expired, ""),
    line(State::Manage, Act::Expire, &[Who::System], State::Expired, ""),
    line(State::Bar, Act::Expire, &[Who::System], State::Expired, ""),
    line(State::Declared, Act::Change, &[Who::Declarant], State::Expired, CHANGED),
    line(State::Assessed, Act::Change, &[Who::Declarant], State::Expired, CHANGED),
    line(State::None, Act::Change, &[Who::Declarant], State::Expired, CHANGED),
    line(State::Manage, Act::Change, &[Who::Declarant], State::Expired, CHANGED),
    line(State::Bar, Act::Change, &[Who::Declarant], State::Expired, CHANGED),
];

const CHANGED: &str = "the facts have changed: they declare again, and the broker is told";

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "interests",
        "The life of a declaration of interests",
        "crates/brokerage/src/interests/mod.rs",
        STEPS,
    )
}

/// Where an act leads.
///
/// # Errors
/// [`ActError::Refused`] with a sentence when the step is not listed.
pub fn step(from: State, act: Act, who: Who) -> Result<State, ActError> {
    transition(STEPS, from, act, &[who])
        .map_err(|no| ActError::step(no, "declaration", from.words(), act.words()))
}

/// A declaration of interests; one without kinds says that there is nothing to declare.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// The identifier.
    pub id: DeclarationId,
    /// The proposal it is about.
    pub proposal: ProposalId,
    /// The request it is about.
    pub request: RequestId,
    /// For whom it is declared.
    pub org: OrgRef,
    /// The school it is about.
    pub about: OrgRef,
    /// Who declared it.
    pub person: Option<AccountId>,
    /// Their name.
    pub name: String,
    /// What kinds of interest.
    pub kinds: Vec<InterestKind>,
    /// In words.
    pub detail: String,
    /// Where it stands.
    pub state: State,
    /// The safeguards, when it is managed.
    pub mitigation: String,
    /// Who assessed it.
    pub assessed_by: Option<String>,
    /// The asking school's head, once accepted.
    pub head_accepted: Option<String>,
    /// The asking school's chair, once accepted.
    pub chair_accepted: Option<String>,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// Until when it holds.
    pub valid_to: Date,
    /// Guards against two acts at once.
    pub version: i64,
}

impl Declaration {
    /// The text as the policy sees it: for the broker's eyes.
    #[must_use]
    pub fn resource(&self, request: &Request) -> Resource {
        Resource::new(Kind::Declaration, Zone::Broker, self.org).through(Some(request.partnership))
    }

    /// The outcome and the safeguards as the policy sees them: for both sides, and for the asking
    /// school's chair, who accepts them.
    #[must_use]
    pub fn outcome_resource(&self, request: &Request) -> Resource {
        outcome(request)
    }

    /// Whether the match may go ahead as far as this declaration goes.
    #[must_use]
    pub const fn is_clear(&self) -> bool {
        matches!(self.state, State::None | State::Manage)
    }
}

/// What was made of the interests around a request, as the policy sees it: for the asking side,
/// its chair and the broker.
#[must_use]
pub fn outcome(request: &Request) -> Resource {
    Resource::new(Kind::Declaration, Zone::Parties, request.org)
        .parties([request.org])
        .through(Some(request.partnership))
}

/// A declaration being written belongs to its author alone.
#[must_use]
pub fn own(account: AccountId, org: OrgRef) -> Resource {
    Resource::new(Kind::Declaration, Zone::Own, org).people([account])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        declared assess broker assessed
        assessed find_none broker none
        assessed accept head_and_chair manage
        assessed find_bar broker bar
        none expire system expired
        manage expire system expired
        bar expire system expired
        declared change declarant expired
        assessed change declarant expired
        none change declarant expired
        manage change declarant expired
        bar change declarant expired";

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

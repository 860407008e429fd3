//! A match as the broker proposes it, and what both heads say.

pub mod acts;
mod store;

use access::{AccountId, Kind, Resource, Zone};
use foundation::{OrgRef, id_type, words};
use jiff::Timestamp;
use matching::Candidate;

use crate::cadre::SupporterRef;
use crate::requests::{Request, RequestId};

pub use acts::{FORMING, NewProposal, Reply, propose, respond};
pub use store::{current, proposal, proposals_naming, proposals_of, proposals_to};

id_type! {
    /// A proposed match.
    ProposalId
}

words! {
    /// Where a proposal stands.
    ProposalState {
        Proposed = "proposed", "Waiting for both heads";
        Agreed = "agreed", "Both heads said yes";
        Declined = "declined", "Declined";
        Superseded = "superseded", "Superseded";
    }
}

words! {
    /// What a head said.
    Said {
        Nothing = "nothing", "Not answered yet";
        Yes = "yes", "Yes";
        No = "no", "No";
    }
}

words! {
    /// Which side of a match.
    Side {
        Supported = "supported", "the asking school";
        Supporting = "supporting", "the supporting school";
    }
}

/// A proposed match.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The identifier.
    pub id: ProposalId,
    /// The request it answers.
    pub request: RequestId,
    /// Who would support.
    pub supporter: SupporterRef,
    /// The school the support would come from.
    pub org: OrgRef,
    /// The supporter's name.
    pub label: String,
    /// The person, when it is one.
    pub person: Option<AccountId>,
    /// Half-days proposed.
    pub half_days: i64,
    /// The place among the candidates by fit, from 1.
    pub place: Option<i64>,
    /// How many candidates passed every check.
    pub considered: i64,
    /// The candidate as it was scored.
    pub candidate: Candidate,
    /// Why the broker chose it, when it was not among the first three.
    pub reason: String,
    /// The broker's words to both heads.
    pub message: String,
    /// Where it stands.
    pub state: ProposalState,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// What the asking school's head said, and why.
    pub supported: (Said, String),
    /// What the supporting school's head said, and why.
    pub supporting: (Said, String),
    /// When each side's head said that they have talked about sharing pupils and are content: the
    /// asking school's, the supporting school's. Asked of near neighbours only; it bars nothing.
    pub talked: (Option<Timestamp>, Option<Timestamp>),
    /// Guards against two answers at once.
    pub version: i64,
}

impl Proposal {
    /// The record as the policy sees it: both sides and their broker.
    #[must_use]
    pub fn resource(&self, request: &Request) -> Resource {
        Resource::new(Kind::Match, Zone::Parties, request.org)
            .responsible(request.responsible.iter().copied())
            .parties([request.org, self.org])
            .people(self.person)
            .through(Some(request.partnership))
    }

    /// The record as one side signs it: only that side's own head can answer for it.
    #[must_use]
    pub fn side_resource(&self, request: &Request, side: Side) -> Resource {
        let owner = match side {
            Side::Supported => request.org,
            Side::Supporting => self.org,
        };
        Resource::new(Kind::Match, Zone::Parties, owner).through(Some(request.partnership))
    }
}

//! What happened in the Tideway Learning Alliance.
//!
//! Plain data: people and posts, the cadre, offers, needs audits, requests, deployments with
//! their plans, visits and reviews, practices and networks, each with dated acts that a loader
//! replays through the product's own rules. State names are those of the product's state
//! machines. Times are local civil time (Europe/London).
//!
//! Effects on results are not told here. They are in the generated cohorts, and what they come
//! to against the family has to be computed.

mod audits;
mod cadre;
mod deployments;
mod deployments_past;
mod harbour_view;
mod needs;
mod people;
mod practice;
mod requests;
mod support;

use jiff::civil::{Date, DateTime, date};

pub use needs::{
    Area, Audit, AuditState, Availability, Conflict, ConflictOutcome, Designation,
    DesignationState, Finding, FindingKind, Level, Offer, OfferState, Request, RequestState, Tier,
};
pub use people::{Employer, Person, Post, Role};
pub use practice::{Adoption, AdoptionMode, Issue, Meeting, Network, Pledge, Practice};
pub use support::{
    Action, ActionStatus, Deployment, DeploymentKind, DeploymentState, Milestone, NamedMeasure,
    Objective, Rag, Review, Signature, TeamMember, Visit,
};

/// A short name by which records of the story point at each other; unique within their kind.
pub type Key = &'static str;

/// One dated act: who took a record to which state, when and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<S> {
    /// When, in local time.
    pub at: DateTime,
    /// The person who acted; `system` for what the product does by itself.
    pub by: Key,
    /// The state reached.
    pub to: S,
    /// What they wrote, if anything.
    pub note: &'static str,
}

/// A step on a date, at a time given as hours and minutes.
pub(crate) const fn step<S>(
    (year, month, day): (i16, i8, i8),
    (hour, minute): (i8, i8),
    by: Key,
    to: S,
    note: &'static str,
) -> Step<S> {
    Step { at: date(year, month, day).at(hour, minute, 0, 0), by, to, note }
}

/// The alliance itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Alliance {
    /// Its name.
    pub name: &'static str,
    /// The school that leads it.
    pub lead: crate::Urn,
    /// When its charter was first signed.
    pub founded: Date,
    /// Purpose, as the charter puts it.
    pub purpose: &'static str,
    /// Member schools.
    pub members: Vec<crate::Urn>,
}

/// Everything that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The alliance.
    pub alliance: Alliance,
    /// People, each once.
    pub people: Vec<Person>,
    /// Their posts; a person may hold several.
    pub posts: Vec<Post>,
    /// Designations of the cadre.
    pub designations: Vec<Designation>,
    /// Days pledged, by person and period.
    pub availability: Vec<Availability>,
    /// Offers of support.
    pub offers: Vec<Offer>,
    /// Needs audits.
    pub audits: Vec<Audit>,
    /// Requests for support.
    pub requests: Vec<Request>,
    /// Deployments.
    pub deployments: Vec<Deployment>,
    /// Practices and who took them up.
    pub practices: Vec<Practice>,
    /// Subject networks and their meetings.
    pub networks: Vec<Network>,
    /// Issues of the place, with pledges.
    pub issues: Vec<Issue>,
}

/// Good days to stop the clock at.
impl Story {
    /// Harbour View has just finished its audit; other support has been measured. The latest
    /// results are those of 2025-26.
    pub const OPENING: Date = date(2026, 11, 30);
    /// Harbour View's support is in full swing: the first review was last week. The latest
    /// results are still those of 2025-26.
    pub const MIDWAY: Date = date(2027, 3, 31);
    /// Harbour View's support has ended and the results of 2026-27
    /// (`District::outturn_files`) have arrived.
    pub const HINDSIGHT: Date = date(2028, 1, 20);

    /// The whole story, to its last act in 2028.
    #[must_use]
    pub fn tideway() -> Self {
        let mut deployments = vec![harbour_view::deployment()];
        deployments.extend(deployments_past::all());
        deployments.extend(deployments::all());
        Self {
            alliance: Alliance {
                name: "Tideway Learning Alliance",
                lead: crate::OAKFIELD,
                founded: date(2019, 9, 2),
                purpose: "Every child on this coast in a school that is getting better, \
                          and every school helping another to.",
                members: crate::alliance::MEMBERS.iter().map(|m| m.urn).collect(),
            },
            people: people::people(),
            posts: people::posts(),
            designations: cadre::designations(),
            availability: cadre::availability(),
            offers: cadre::offers(),
            audits: audits::all(),
            requests: requests::all(),
            deployments,
            practices: practice::practices(),
            networks: practice::networks(),
            issues: practice::issues(),
        }
    }

    /// The story as it stood at the end of a day: later acts are gone, and so is every record
    /// that had not yet begun.
    #[must_use]
    pub fn until(mut self, day: Date) -> Self {
        fn trim<S>(steps: &mut Vec<Step<S>>, day: Date) -> bool {
            steps.retain(|s| s.at.date() <= day);
            !steps.is_empty()
        }
        self.posts.retain(|p| p.start <= day);
        let employed: Vec<Key> = self.posts.iter().map(|p| p.person).collect();
        self.people.retain(|p| employed.contains(&p.key));
        self.designations.retain_mut(|d| trim(&mut d.steps, day));
        self.availability.retain(|a| a.pledged_on <= day);
        self.offers.retain(|o| o.made_on() <= day);
        self.audits.retain_mut(|a| trim(&mut a.steps, day));
        self.requests.retain_mut(|r| {
            r.conflicts.retain(|c| c.declared <= day);
            trim(&mut r.steps, day)
        });
        self.deployments.retain_mut(|d| {
            d.signatures.retain(|s| s.at.date() <= day);
            d.visits.retain(|v| v.on <= day.saturating_add(jiff::Span::new().days(21)));
            d.reviews.retain(|r| r.on <= day);
            for objective in &mut d.objectives {
                for action in &mut objective.actions {
                    action.steps.retain(|s| s.at.date() <= day);
                }
                for milestone in &mut objective.milestones {
                    if milestone.recorded_on.is_some_and(|on| on > day) {
                        milestone.actual = None;
                        milestone.rag = None;
                        milestone.recorded_on = None;
                    }
                }
            }
            trim(&mut d.steps, day)
        });
        self.practices.retain_mut(|p| {
            p.adoptions.retain(|a| a.on <= day);
            p.published <= day
        });
        for network in &mut self.networks {
            network.meetings.retain(|m| m.on <= day);
        }
        self.issues.retain_mut(|i| {
            i.pledges.retain(|p| p.on <= day);
            i.raised <= day
        });
        self
    }

    /// A person by key.
    #[must_use]
    pub fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.key == key)
    }

    /// A deployment by key.
    #[must_use]
    pub fn deployment(&self, key: &str) -> Option<&Deployment> {
        self.deployments.iter().find(|d| d.key == key)
    }

    /// Every act on audits, requests and deployments, in the order they were taken.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for d in &self.designations {
            acts.extend(d.steps.iter().cloned().map(|s| Act::Designation(d.key, s)));
        }
        for a in &self.audits {
            acts.extend(a.steps.iter().cloned().map(|s| Act::Audit(a.key, s)));
        }
        for r in &self.requests {
            acts.extend(r.steps.iter().cloned().map(|s| Act::Request(r.key, s)));
        }
        for d in &self.deployments {
            acts.extend(d.steps.iter().cloned().map(|s| Act::Deployment(d.key, s)));
            acts.extend(d.signatures.iter().cloned().map(|s| Act::Signature(d.key, s)));
        }
        acts.sort_by_key(Act::at);
        acts
    }
}

/// One act of the story, on one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A designation changed state.
    Designation(Key, Step<DesignationState>),
    /// A needs audit changed state.
    Audit(Key, Step<AuditState>),
    /// A request changed state.
    Request(Key, Step<RequestState>),
    /// An agreement was signed.
    Signature(Key, Signature),
    /// A deployment changed state.
    Deployment(Key, Step<DeploymentState>),
}

impl Act {
    /// When it was done.
    #[must_use]
    pub fn at(&self) -> DateTime {
        match self {
            Self::Designation(_, s) => s.at,
            Self::Audit(_, s) => s.at,
            Self::Request(_, s) => s.at,
            Self::Signature(_, s) => s.at,
            Self::Deployment(_, s) => s.at,
        }
    }
}

//! The shapes of a deployment: agreement, plan, visits, reviews.

use jiff::civil::{Date, DateTime};

use super::{Key, Step, Tier};
use crate::{AcademicYear, Urn};

/// What kind of support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DeploymentKind {
    Focused,
    Intensive,
    Advisory,
    NewHeadMentoring,
    Governance,
    TrustToTrust,
    HubEnhanced,
    CallOff,
    ReviewProgressOnly,
    Exchange,
}

/// States of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state machine names them")]
pub enum DeploymentState {
    Drafting,
    Offered,
    SignedSupporting,
    SignedSupported,
    Active,
    UnderVariation,
    Paused,
    Exiting,
    Completed,
    Sustaining,
    Sustained,
    Lapsed,
    Cancelled,
    TerminatedEarly,
}

/// An indicator named in the agreement, and the smallest change worth having.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedMeasure {
    /// Indicator code, such as `KS2_RWM_EXP`.
    pub code: &'static str,
    /// Whether a rise is good.
    pub up_is_good: bool,
    /// Smallest change worth having, in the indicator's unit.
    pub worthwhile: f64,
}

/// Somebody on the team.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeamMember {
    /// Who.
    pub person: Key,
    /// As what.
    pub role: &'static str,
    /// Half-days pledged.
    pub half_days: u16,
    /// Half-days delivered in the end (or so far).
    pub delivered: u16,
    /// Pounds a day charged, of which fifty go to the broker when it is 350.
    pub day_rate: u16,
}

/// A signature under the agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Who.
    pub person: Key,
    /// As `head`, `chair`, `broker` or `chief executive`, and of which school if one.
    pub capacity: &'static str,
    /// For which school.
    pub school: Option<Urn>,
    /// When.
    pub at: DateTime,
}

/// Likelihood of reaching what was intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Rag {
    Red,
    Amber,
    Green,
}

/// States of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state machine names them")]
pub enum ActionStatus {
    NotStarted,
    InProgress,
    Blocked,
    Done,
    Checked,
    Dropped,
}

/// An objective of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What.
    pub title: &'static str,
    /// Why this, why here.
    pub why: &'static str,
    /// If … then … so that.
    pub theory: &'static str,
    /// What is done.
    pub actions: Vec<Action>,
    /// How one will know.
    pub milestones: Vec<Milestone>,
}

/// An action of an objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What.
    pub text: &'static str,
    /// Who owns it.
    pub owner: Key,
    /// By when.
    pub due: Date,
    /// Its history.
    pub steps: Vec<Step<ActionStatus>>,
}

/// A staged target.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestone {
    /// Of which indicator, or of a count in words.
    pub measure: &'static str,
    /// From.
    pub baseline: f64,
    /// To.
    pub target: f64,
    /// By when.
    pub due: Date,
    /// What it came to, once recorded.
    pub actual: Option<f64>,
    /// When that was recorded.
    pub recorded_on: Option<Date>,
    /// How it was judged.
    pub rag: Option<Rag>,
}

/// A visit and the note about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// When.
    pub on: Date,
    /// Who came.
    pub visitor: Key,
    /// Of what type: `diagnostic`, `learning walk`, `modelling`, `coaching`, `review`, `online`.
    pub kind: &'static str,
    /// Half-days.
    pub half_days: u16,
    /// Agreed beforehand.
    pub purpose: &'static str,
    /// What was seen to be good.
    pub strengths: &'static str,
    /// The one challenge.
    pub challenge: &'static str,
    /// When the school agreed the note; nothing while it is a draft.
    pub agreed: Option<Date>,
}

/// A progress review.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// When.
    pub on: Date,
    /// By whom.
    pub reviewer: Key,
    /// For each objective, in order: a colour and words.
    pub ratings: Vec<(Rag, &'static str)>,
    /// What was decided: `continue`, `change`, `intensify`, `close`.
    pub decision: &'static str,
    /// What comes next.
    pub next: &'static str,
}

/// A deployment: a bounded piece of support between schools.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// Key.
    pub key: Key,
    /// What kind.
    pub kind: DeploymentKind,
    /// How deep.
    pub tier: Tier,
    /// Which school is supported.
    pub supported: Urn,
    /// Which school supports.
    pub supporting: Urn,
    /// The request it answers.
    pub request: Option<Key>,
    /// What for.
    pub purpose: &'static str,
    /// What the supporting school itself wants to learn.
    pub supporter_goal: &'static str,
    /// How both will know it worked.
    pub success_criteria: Vec<&'static str>,
    /// Indicators fixed at signature.
    pub measures: Vec<NamedMeasure>,
    /// Who does it.
    pub team: Vec<TeamMember>,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Results frozen at signature.
    pub baseline: AcademicYear,
    /// Results it is measured by; nothing where no cohort has yet had the benefit.
    pub outturn: Option<AcademicYear>,
    /// The plan.
    pub objectives: Vec<Objective>,
    /// Visits.
    pub visits: Vec<Visit>,
    /// Reviews.
    pub reviews: Vec<Review>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// Its history.
    pub steps: Vec<Step<DeploymentState>>,
}

impl Deployment {
    /// The state it is in after its last act.
    #[must_use]
    pub fn state(&self) -> Option<DeploymentState> {
        self.steps.last().map(|s| s.to)
    }

    /// Half-days pledged by the whole team.
    #[must_use]
    pub fn half_days_pledged(&self) -> u16 {
        self.team.iter().map(|t| t.half_days).sum()
    }
}

/// The primary measure with its usual threshold.
pub(crate) const RWM: NamedMeasure =
    NamedMeasure { code: "KS2_RWM_EXP", up_is_good: true, worthwhile: 3.0 };
/// Persistent absence with its usual threshold.
pub(crate) const ABSENCE: NamedMeasure =
    NamedMeasure { code: "ATT_PA", up_is_good: false, worthwhile: 3.0 };
/// Progress 8 with its usual threshold.
pub(crate) const PROGRESS_8: NamedMeasure =
    NamedMeasure { code: "KS4_P8", up_is_good: true, worthwhile: 0.1 };

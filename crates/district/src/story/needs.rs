//! The shapes of designations, offers, audits and requests.

use jiff::civil::Date;

use super::{Key, Step};
use crate::Urn;

/// Areas of the default framework pack and the local ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the areas")]
pub enum Area {
    Inclusion,
    CurriculumAndTeaching,
    Achievement,
    AttendanceAndBehaviour,
    PersonalDevelopment,
    LeadershipAndGovernance,
    EarlyYears,
    Post16,
    Workforce,
    FinanceAndOperations,
    Community,
}

/// How sure one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Low,
    Medium,
    High,
}

/// How deep support goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tier {
    Universal,
    Targeted,
    Intensive,
}

/// A designation of a system leader.
#[derive(Clone, Debug, PartialEq)]
pub struct Designation {
    /// Key.
    pub key: Key,
    /// Who.
    pub person: Key,
    /// Role, in the product's words: `NLE`, `SLE`, `LLE`, `NLG`, `professional partner`,
    /// `support-staff specialist`, `expert practitioner`.
    pub role: &'static str,
    /// Specialisms: `group/name`.
    pub specialisms: Vec<&'static str>,
    /// When it is to be reviewed.
    pub review_due: Date,
    /// Its history.
    pub steps: Vec<Step<DesignationState>>,
}

/// States of a designation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state machine names them")]
pub enum DesignationState {
    Nominated,
    Applied,
    Assessed,
    Designated,
    Active,
    ReviewDue,
    Renewed,
    Lapsed,
    Withdrawn,
}

/// Days somebody has promised for a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// Who.
    pub person: Key,
    /// From.
    pub from: Date,
    /// To, inclusive.
    pub to: Date,
    /// Half-days pledged.
    pub half_days: u16,
    /// Half-days at most in one week.
    pub per_week: u8,
    /// Days on which nobody may ask: tests, examinations.
    pub blackouts: Vec<(Date, Date)>,
    /// Who released them.
    pub released_by: Key,
    /// When it was pledged.
    pub pledged_on: Date,
}

/// Something a school offers others.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Key.
    pub key: Key,
    /// Which school.
    pub school: Urn,
    /// Who gives it.
    pub person: Key,
    /// Specialisms: `group/name`.
    pub specialisms: Vec<&'static str>,
    /// What, in their words.
    pub summary: &'static str,
    /// Half-days on offer.
    pub half_days: u16,
    /// From.
    pub from: Date,
    /// To.
    pub to: Date,
    /// Pounds a day; nothing for reciprocal or free offers.
    pub day_rate: u16,
    /// Whether it stands.
    pub state: OfferState,
}

impl Offer {
    /// Offers are made a month before they begin.
    pub(crate) fn made_on(&self) -> Date {
        self.from.saturating_sub(jiff::Span::new().days(30))
    }
}

/// States of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum OfferState {
    Draft,
    Published,
    Paused,
    Withdrawn,
}

/// A needs audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// Key.
    pub key: Key,
    /// Which school looks at itself.
    pub school: Urn,
    /// Title.
    pub title: &'static str,
    /// What set it off.
    pub reason: &'static str,
    /// Who leads it.
    pub lead: Key,
    /// Strengths and needs.
    pub findings: Vec<Finding>,
    /// Its history.
    pub steps: Vec<Step<AuditState>>,
}

/// Strength or need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FindingKind {
    Strength,
    Need,
}

/// One finding of an audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Key.
    pub key: Key,
    /// Strength or need.
    pub kind: FindingKind,
    /// Area of the framework.
    pub area: Area,
    /// Specialism it calls for or offers: `group/name`.
    pub specialism: &'static str,
    /// What was found.
    pub statement: &'static str,
    /// Why it is so, for a need.
    pub root_cause: &'static str,
    /// What it rests on.
    pub evidence: Vec<&'static str>,
    /// Severity of a need, 1 to 5; 0 for a strength.
    pub severity: u8,
    /// How sure the school is.
    pub confidence: Level,
    /// Indicators it is linked to.
    pub measures: Vec<&'static str>,
}

/// States of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state machine names them")]
pub enum AuditState {
    Draft,
    InProgress,
    Ready,
    Agreed,
    Moderated,
    Frozen,
    Withdrawn,
}

/// A request for support.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Key.
    pub key: Key,
    /// Which school asks.
    pub school: Urn,
    /// The audit it rests on.
    pub audit: Option<Key>,
    /// The needs it is about, by finding key.
    pub findings: Vec<Key>,
    /// Specialism sought: `group/name`.
    pub specialism: &'static str,
    /// What should be different afterwards.
    pub outcome: &'static str,
    /// How deep.
    pub tier: Tier,
    /// Half-days thought to be needed.
    pub half_days: u16,
    /// From when.
    pub earliest: Date,
    /// By when.
    pub latest: Date,
    /// Pounds available.
    pub budget: u32,
    /// Schools not to be asked, and why.
    pub avoid: Vec<(Urn, &'static str)>,
    /// What the school gives in return.
    pub reciprocal: &'static str,
    /// Interests declared.
    pub conflicts: Vec<Conflict>,
    /// Its history.
    pub steps: Vec<Step<RequestState>>,
}

/// What came of a declared interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ConflictOutcome {
    None,
    Manage,
    Bar,
}

/// A declaration of interest.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Who declares.
    pub person: Key,
    /// When.
    pub declared: Date,
    /// What.
    pub detail: &'static str,
    /// What came of it.
    pub outcome: ConflictOutcome,
    /// How it is kept harmless.
    pub mitigation: &'static str,
}

/// States of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state machine names them")]
pub enum RequestState {
    Draft,
    Submitted,
    Accepted,
    ReturnedForDetail,
    DeclinedWithReason,
    Matching,
    Proposed,
    ChemistryOk,
    Rematch,
    CoiClear,
    Agreement,
    Fulfilled,
    Withdrawn,
    ReviewProgressOnly,
}

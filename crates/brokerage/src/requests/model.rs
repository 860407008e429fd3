//! A request for support: what is needed, for whom, when and how.

use access::{Kind, Resource, Zone};
use foundation::{OrgRef, id_type, web::FieldError, words};
use jiff::{Timestamp, civil::Date};
use matching::Specialism;
pub use needs::standing::Tier;
use needs::{AuditId, FindingId};

use super::state::State;

id_type! {
    /// A request for support.
    RequestId
}

words! {
    /// Whom the support is for.
    Beneficiary {
        Head = "head", "The head";
        SeniorTeam = "senior-team", "The senior team";
        MiddleLeader = "middle-leader", "Middle leaders";
        Teacher = "teacher", "Teachers";
        SupportStaff = "support-staff", "Support staff";
        Governors = "governors", "Governors";
        TrustTeam = "trust-team", "A trust's central team";
    }
}

words! {
    /// Where the support happens.
    Mode {
        OnSite = "on-site", "In our school";
        Online = "online", "Online";
        Mixed = "mixed", "Some of each";
    }
}

impl From<Mode> for matching::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::OnSite => Self::OnSite,
            Mode::Online => Self::Online,
            Mode::Mixed => Self::Mixed,
        }
    }
}

/// What stands for a phase where a trust asks for itself: supporters say in the same word that
/// they work with trusts.
pub const TRUST: &str = "trust";

/// What the head asks for, or the executive of a trust for the trust.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What it is called.
    pub title: String,
    /// What is needed, in the school's words.
    pub need: String,
    /// What should be different afterwards.
    pub outcome: String,
    /// The audit it comes from.
    pub audit: Option<AuditId>,
    /// The findings it rests on.
    pub findings: Vec<FindingId>,
    /// Whom the support is for.
    pub beneficiaries: Vec<Beneficiary>,
    /// What the supporter should bring; the first leads.
    pub specialisms: Vec<Specialism>,
    /// How much support is thought of.
    pub tier: Tier,
    /// The school's phase, or [`TRUST`].
    pub phase: String,
    /// First day.
    pub earliest: Date,
    /// Last day.
    pub latest: Date,
    /// Half-days in all.
    pub half_days: u32,
    /// Where.
    pub mode: Mode,
    /// How pressing, 1 to 5.
    pub severity: u8,
    /// Whether a team of several people is welcome.
    pub team: bool,
    /// What the school or its funder can spend, in pence.
    pub budget_pence: Option<i64>,
    /// What the school can give in return.
    pub give_back: String,
    /// Who pays, when it is not the school.
    pub funder: Option<OrgRef>,
    /// Schools it would rather not work with.
    pub avoid: Vec<OrgRef>,
    /// Why.
    pub avoid_why: String,
}

impl Ask {
    /// What keeps the request from being sent.
    #[must_use]
    pub fn lacks(&self, today: Date) -> Vec<FieldError> {
        let mut lacks = Vec::new();
        let mut need = |given: bool, field: &str, message: &str| {
            if !given {
                lacks.push(FieldError { field: field.to_owned(), message: message.to_owned() });
            }
        };
        need(!self.title.trim().is_empty(), "title", "Give the request a short title");
        need(!self.need.trim().is_empty(), "need", "Say what you need help with");
        need(
            !self.outcome.trim().is_empty(),
            "outcome",
            "Say what you hope will be different afterwards",
        );
        need(!self.beneficiaries.is_empty(), "beneficiaries", "Say whom the support is for");
        need(!self.specialisms.is_empty(), "specialisms", "Choose what the supporter should bring");
        need(self.half_days > 0, "days", "Say how many days you think it needs, even roughly");
        need((1..=5).contains(&self.severity), "severity", "Say how pressing it is");
        need(
            self.earliest <= self.latest,
            "latest",
            "The last day must not come before the first day",
        );
        need(self.latest >= today, "latest", "The last day must not lie in the past");
        need(
            self.tier != Tier::Intensive || !self.findings.is_empty() || self.phase == TRUST,
            "tier",
            "Intensive support needs findings from an agreed audit, so that the reasons are written down",
        );
        lacks
    }
}

/// A request with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The identifier.
    pub id: RequestId,
    /// The asking school or trust.
    pub org: OrgRef,
    /// The bodies responsible for it.
    pub responsible: Vec<OrgRef>,
    /// The partnership whose broker looks after it.
    pub partnership: OrgRef,
    /// What is asked.
    pub ask: Ask,
    /// Where it stands.
    pub state: State,
    /// The body that suggested it, where the school did not begin it itself.
    pub suggested_by: Option<OrgRef>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was sent, and by when the broker answers.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// When the broker answered.
    pub answered_at: Option<Timestamp>,
    /// The broker's name, once there is one.
    pub broker: Option<String>,
    /// What the broker answered or asked.
    pub answer: String,
    /// Whether the head agreed that for now only progress is reviewed.
    pub review_consent: bool,
    /// The day on which broker and head look at progress together, where that is all for now.
    pub review_on: Option<Date>,
    /// The agreement made of it.
    pub agreement: Option<String>,
    /// Guards against two acts at once.
    pub version: i64,
}

/// How a service clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// Not started.
    NotStarted,
    /// Running, within time.
    Running(Timestamp),
    /// Running, past its time.
    Late(Timestamp),
    /// Answered within time.
    Kept(Timestamp),
    /// Answered late.
    Missed(Timestamp),
}

impl Request {
    /// The record as the policy sees it: the school's own while it is a draft, then open to the
    /// broker of the partnership.
    #[must_use]
    pub fn resource(&self) -> Resource {
        // What was never sent stays the school's own, also when it was set aside.
        let zone = if self.clock.is_none() { Zone::School } else { Zone::Parties };
        Resource::new(Kind::Request, zone, self.org)
            .responsible(self.responsible.iter().copied())
            .parties([self.org])
            .through(Some(self.partnership))
    }

    /// What only the broker works with: candidates, interests, notes.
    #[must_use]
    pub fn desk_resource(&self) -> Resource {
        Resource::new(Kind::Match, Zone::Broker, self.partnership).through(Some(self.partnership))
    }

    /// How the two-day clock stands at a moment.
    #[must_use]
    pub fn clock_state(&self, now: Timestamp) -> ClockState {
        let Some((_, due)) = self.clock else { return ClockState::NotStarted };
        match self.answered_at {
            Some(at) if at <= due => ClockState::Kept(at),
            Some(at) => ClockState::Missed(at),
            None if now <= due => ClockState::Running(due),
            None => ClockState::Late(due),
        }
    }
}

/// Half-days as days in words: `2½ days`.
#[must_use]
pub fn days_in_words(half_days: i64) -> String {
    let (whole, half) = (half_days / 2, half_days % 2 != 0);
    match (whole, half) {
        (0, true) => "½ day".to_owned(),
        (1, false) => "1 day".to_owned(),
        (whole, true) => format!("{whole}½ days"),
        (whole, false) => format!("{whole} days"),
    }
}

/// Pence as pounds: `£3,500` or `£12.50`.
#[must_use]
pub fn pounds(pence: i64) -> String {
    let (pounds, rest) = (pence.abs() / 100, pence.abs() % 100);
    let digits = pounds.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let sign = if pence < 0 { "−" } else { "" };
    if rest == 0 { format!("{sign}£{text}") } else { format!("{sign}£{text}.{rest:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_pounds_read_well() {
        let days: Vec<_> = [0, 1, 2, 3, 25].map(days_in_words).into();
        assert_eq!(days, ["0 days", "½ day", "1 day", "1½ days", "12½ days"]);
        let money: Vec<_> = [0, 1250, 350_000, 123_456_700, -5_000].map(pounds).into();
        assert_eq!(money, ["£0", "£12.50", "£3,500", "£1,234,567", "−£50"]);
    }
}

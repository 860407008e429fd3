//! Time in half-days: planned, delivered or cancelled with a reason. An entry is one gift from a
//! giver to a receiver, so what is given and what is received always balance.

use std::{collections::BTreeMap, fmt, str::FromStr};

use brokerage::requests::Beneficiary;
use foundation::{DbError, OrgRef, Sql, db::AsText, id_type, terms::AcademicYear};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::FromQueryResult;

use crate::{agreements::AgreementId, pack::pack};

mod acts;
pub mod guard;
pub mod hours;
pub mod machine;

pub(crate) use acts::must_take_part;
pub use acts::{
    NewEntry, bring_in, cancel, deliver, hold, move_in, plan, plan_in, settle_in, undo, undo_in,
};

id_type! {
    /// An entry of the ledger.
    EntryId
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryState {
    /// Agreed for a day.
    Planned,
    /// It happened.
    Delivered,
    /// It did not happen, and why.
    Cancelled,
}

impl EntryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Planned, Self::Delivered, Self::Cancelled];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Delivered => "Delivered",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for EntryState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == text)
            .ok_or_else(|| format!("“{text}” is not a state of time"))
    }
}

/// An entry.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Entry {
    /// The identifier.
    pub id: EntryId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The account of the person, where there is one.
    pub account: Option<String>,
    /// The person.
    pub person: String,
    /// Who gives.
    pub giver: OrgRef,
    /// Who receives.
    pub receiver: OrgRef,
    on_date: AsText<Date>,
    /// How many half-days.
    pub half_days: i64,
    /// What for.
    pub what: String,
    state: AsText<EntryState>,
    /// Why it was cancelled, by code.
    pub reason: String,
    settled_by: Option<String>,
    settled_at: Option<i64>,
    /// The address of the record it belongs to and is settled in, such as a visit; empty for time
    /// that stands alone.
    pub held_by: String,
    beneficiary: String,
    /// Guards against two people changing it at once.
    pub version: i64,
}

/// How long a slip can be taken back by the person who made it, as long as nothing followed.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24);

const COLUMNS: &str = "id, agreement, account, person, giver, receiver, on_date, half_days, what, \
                       state, reason, settled_by, settled_at, held_by, beneficiary, \
                       version";

impl Entry {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> EntryState {
        self.state.0
    }

    /// Whom it is for at the receiver's, where somebody said so.
    #[must_use]
    pub fn beneficiary(&self) -> Option<Beneficiary> {
        self.beneficiary.parse().ok()
    }

    /// Whether the person who settled it may still take that back at a moment.
    #[must_use]
    pub fn may_be_undone(&self, by: &str, at: Timestamp) -> bool {
        let settled = self.settled_at.and_then(|at| Timestamp::from_microsecond(at).ok());
        self.state() != EntryState::Planned
            && self.settled_by.as_deref() == Some(by)
            && settled.is_some_and(|settled| at.duration_since(settled) <= GRACE)
    }

    /// Why it was cancelled, in words.
    #[must_use]
    pub fn reason_in_words(&self) -> &str {
        why_in_words(&self.reason)
    }
}

/// The reason of a half-day that left the books because its hours were taken back. Nobody chooses
/// it: it is no reason of the pack.
pub(crate) const TAKEN_BACK: &str = "taken-back";

/// Why time was cancelled, in words, from its code.
#[must_use]
pub fn why_in_words(code: &str) -> &str {
    if code == TAKEN_BACK {
        return "Its hours were taken back";
    }
    pack()
        .cancellations
        .iter()
        .find(|phrase| phrase.code == code)
        .map_or(code, |phrase| phrase.words.as_str())
}

/// Half-days by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Planned and still to come.
    pub planned: i64,
    /// Delivered.
    pub delivered: i64,
    /// Cancelled.
    pub cancelled: i64,
}

impl Totals {
    /// Adds what somebody else counted.
    pub(crate) fn join(&mut self, other: Self) {
        self.planned += other.planned;
        self.delivered += other.delivered;
        self.cancelled += other.cancelled;
    }

    pub(crate) fn add(&mut self, state: EntryState, half_days: i64) {
        match state {
            EntryState::Planned => self.planned += half_days,
            EntryState::Delivered => self.delivered += half_days,
            EntryState::Cancelled => self.cancelled += half_days,
        }
    }
}

/// The entries of an agreement, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Entry>, DbError> {
    db.all(
        &format!("SELECT {COLUMNS} FROM time_entry WHERE agreement = $1 ORDER BY on_date, id"),
        [agreement.into()],
    )
    .await
}

/// The half-days of an agreement that the supporting school gives.
///
/// # Errors
/// When the database cannot be read.
pub async fn totals(db: &impl Sql, agreement: AgreementId) -> Result<Totals, DbError> {
    let entries: Vec<Entry> = db
        .all(
            &format!(
                "SELECT {COLUMNS} FROM time_entry WHERE agreement = $1 AND giver =
                   (SELECT supporting FROM agreement WHERE id = $1)"
            ),
            [agreement.into()],
        )
        .await?;
    let mut totals = Totals::default();
    for entry in &entries {
        totals.add(entry.state(), entry.half_days);
    }
    Ok(totals)
}

/// What a school gave and received in an academic year. Never one number: the two stand beside
/// each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GiveReceive {
    /// Given to other schools.
    pub given: Totals,
    /// Received from other schools.
    pub received: Totals,
}

/// The give-and-receive ledger of one organisation for an academic year.
///
/// # Errors
/// When the database cannot be read.
pub async fn give_receive(
    db: &impl Sql,
    org: OrgRef,
    year: AcademicYear,
) -> Result<GiveReceive, DbError> {
    let entries: Vec<Entry> = db
        .all(
            &format!(
                "SELECT {COLUMNS} FROM time_entry
                 WHERE (giver = $1 OR receiver = $1) AND on_date >= $2 AND on_date <= $3"
            ),
            [org.into(), AsText(year.start()).into(), AsText(year.end()).into()],
        )
        .await?;
    let mut both = GiveReceive::default();
    for entry in &entries {
        if entry.giver == org {
            both.given.add(entry.state(), entry.half_days);
        }
        if entry.receiver == org {
            both.received.add(entry.state(), entry.half_days);
        }
    }
    Ok(both)
}

/// What every organisation gave and received between two days, by organisation. Given and received
/// are two readings of the same entries, so over everybody the two are equal, state by state.
///
/// # Errors
/// When the database cannot be read.
pub async fn balance(
    db: &impl Sql,
    from: Date,
    to: Date,
) -> Result<BTreeMap<OrgRef, GiveReceive>, DbError> {
    let entries: Vec<Entry> = db
        .all(
            &format!("SELECT {COLUMNS} FROM time_entry WHERE on_date >= $1 AND on_date <= $2"),
            [AsText(from).into(), AsText(to).into()],
        )
        .await?;
    let mut all: BTreeMap<OrgRef, GiveReceive> = BTreeMap::new();
    for entry in &entries {
        all.entry(entry.giver).or_default().given.add(entry.state(), entry.half_days);
        all.entry(entry.receiver).or_default().received.add(entry.state(), entry.half_days);
    }
    Ok(all)
}

/// Why time was cancelled, in half-days by the pack's codes, for some entries.
#[must_use]
pub fn cancelled_why(entries: &[Entry]) -> BTreeMap<String, i64> {
    let mut why = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.state() == EntryState::Cancelled) {
        *why.entry(entry.reason.clone()).or_default() += entry.half_days;
    }
    why
}

async fn find(db: &impl Sql, id: EntryId) -> Result<Entry, crate::Refusal> {
    db.first(&format!("SELECT {COLUMNS} FROM time_entry WHERE id = $1"), [id.into()])
        .await?
        .ok_or(crate::Refusal::NotFound)
}

/// Planned days that have passed and that nobody has said anything about.
///
/// # Errors
/// When the database cannot be read.
pub async fn unsettled(db: &impl Sql, agreement: AgreementId, today: Date) -> Result<i64, DbError> {
    db.count(
        "SELECT count(*) AS n FROM time_entry
         WHERE agreement = $1 AND state = 'planned' AND on_date <= $2",
        [agreement.into(), AsText(today).into()],
    )
    .await
}

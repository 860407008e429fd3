//! Time in half-days: planned, delivered or cancelled with a reason. An entry is one gift from a
//! giver to a receiver, so what is given and what is received always balance.

use std::{fmt, str::FromStr};

use access::{AccountId, Permit};
use foundation::{
    App, DbError, OrgRef, Sql, Tx, clock::london, db::AsText, id_type, terms::AcademicYear,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Side,
        machine::{Standing, Work},
        store::{open, standings},
    },
    course::record,
    pack::pack,
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
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "id, agreement, account, person, giver, receiver, on_date, half_days, what, \
                       state, reason, version";

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

    /// Why it was cancelled, in words.
    #[must_use]
    pub fn reason_in_words(&self) -> &str {
        pack()
            .cancellations
            .iter()
            .find(|phrase| phrase.code == self.reason)
            .map_or(self.reason.as_str(), |phrase| phrase.words.as_str())
    }
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
    fn add(&mut self, state: EntryState, half_days: i64) {
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

/// Time to be planned.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The account of the person, where there is one.
    pub account: Option<AccountId>,
    /// The person.
    pub person: String,
    /// Which side gives it.
    pub from: Side,
    /// The day.
    pub on: Date,
    /// How many half-days.
    pub half_days: i64,
    /// What for.
    pub what: String,
}

fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
    let part = [
        Standing::SupportedHead,
        Standing::SupportingHead,
        Standing::Lead,
        Standing::Member,
        Standing::Broker,
    ];
    if part.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads, the team and the broker write down time.".to_owned()))
}

/// Plans time. Cannot go beyond what was agreed: that needs a new version.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, or the agreement's time is used up.
pub async fn plan(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewEntry,
) -> Result<EntryId, Refusal> {
    let (tx, record_of) = open(app, agreement).await?;
    let id = plan_in(app, &tx, permit, &record_of, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// [`plan`] inside the transaction of an act that needs the time, such as booking a visit. The
/// agreement comes from [`open`], which holds its lock.
///
/// # Errors
/// As [`plan`].
pub async fn plan_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    new: &NewEntry,
) -> Result<EntryId, Refusal> {
    let agreement = record_of.id;
    if new.person.trim().is_empty() {
        return Err(Refusal::field("person", "Say who comes"));
    }
    if !(1..=4).contains(&new.half_days) {
        return Err(Refusal::field("half_days", "Enter half a day to two days at a time"));
    }
    record_of.must_allow(Work::Time)?;
    must_take_part(&standings(app, tx, permit, record_of).await?)?;
    let terms = crate::agreements::store::current(tx, record_of).await?;
    let terms = terms.terms();
    let (giver, receiver, agreed) = match new.from {
        Side::Supporting => (record_of.supporting, record_of.supported, terms.half_days()),
        Side::Supported => {
            (record_of.supported, record_of.supporting, terms.money.reciprocal_half_days)
        }
    };
    let taken: i64 = of(tx, agreement)
        .await?
        .iter()
        .filter(|entry| entry.giver == giver && entry.state() != EntryState::Cancelled)
        .map(|entry| entry.half_days)
        .sum();
    if taken + new.half_days > agreed {
        return Err(Refusal::field(
            "half_days",
            format!(
                "You agreed {}, and {} are planned or delivered. Change the agreement first if more \
                 is needed",
                crate::agreements::terms::days(agreed),
                crate::agreements::terms::days(taken)
            ),
        ));
    }
    let id = EntryId::new(&app.ids);
    tx.run(
        "INSERT INTO time_entry (id, agreement, account, person, giver, receiver, on_date, half_days,
           what, state, recorded_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'planned', $10, 1)",
        [
            id.into(),
            agreement.into(),
            new.account.map(|account| account.to_string()).into(),
            new.person.trim().into(),
            giver.into(),
            receiver.into(),
            AsText(new.on).into(),
            new.half_days.into(),
            new.what.trim().into(),
            permit.context().actor.key().into(),
        ],
    )
    .await?;
    let detail = json!({ "on": new.on, "half_days": new.half_days, "from": giver });
    record(tx, permit.context(), record_of, "time planned", detail).await?;
    Ok(id)
}

async fn find(db: &impl Sql, id: EntryId) -> Result<Entry, Refusal> {
    db.first(&format!("SELECT {COLUMNS} FROM time_entry WHERE id = $1"), [id.into()])
        .await?
        .ok_or(Refusal::NotFound)
}

/// Says that planned time was delivered.
///
/// # Errors
/// [`Refusal`] before the day, or when it is not planned any more.
pub async fn deliver(app: &App, permit: &Permit, id: EntryId) -> Result<(), Refusal> {
    settle(app, permit, id, EntryState::Delivered, "").await
}

/// [`deliver`] (no reason) or [`cancel`] (with one) inside the transaction of another act. The
/// agreement comes from [`open`], which holds its lock.
///
/// # Errors
/// As [`deliver`] and [`cancel`].
pub async fn settle_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
    cancelled: Option<&str>,
) -> Result<(), Refusal> {
    let (to, reason) = match cancelled {
        Some(reason) => (EntryState::Cancelled, known(reason)?),
        None => (EntryState::Delivered, ""),
    };
    settle_one(app, tx, permit, record_of, id, to, reason).await
}

/// A reason, when it is one of the pack's.
fn known(reason: &str) -> Result<&str, Refusal> {
    if pack().cancellations.iter().all(|phrase| phrase.code != reason) {
        return Err(Refusal::field("reason", "Choose why it was cancelled"));
    }
    Ok(reason)
}

/// Says that planned time was cancelled, and why.
///
/// # Errors
/// [`Refusal`] when the reason is not one of the pack's, or it is not planned any more.
pub async fn cancel(app: &App, permit: &Permit, id: EntryId, reason: &str) -> Result<(), Refusal> {
    settle(app, permit, id, EntryState::Cancelled, known(reason)?).await
}

async fn settle(
    app: &App,
    permit: &Permit,
    id: EntryId,
    to: EntryState,
    reason: &str,
) -> Result<(), Refusal> {
    let agreement = find(&app.db, id).await?.agreement;
    let (tx, record_of) = open(app, agreement).await?;
    settle_one(app, &tx, permit, &record_of, id, to, reason).await?;
    tx.commit().await?;
    Ok(())
}

async fn settle_one(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    id: EntryId,
    to: EntryState,
    reason: &str,
) -> Result<(), Refusal> {
    record_of.must_allow(Work::Time)?;
    must_take_part(&standings(app, tx, permit, record_of).await?)?;
    let entry = find(tx, id).await?;
    if entry.state() != EntryState::Planned {
        return Err(Refusal::NotNow(format!(
            "This has been marked as {} already.",
            entry.state().in_words().to_lowercase()
        )));
    }
    if to == EntryState::Delivered && entry.on() > london(permit.context().at) {
        return Err(Refusal::NotNow("This day has not come yet.".to_owned()));
    }
    tx.run(
        "UPDATE time_entry SET state = $2, reason = $3, version = version + 1 WHERE id = $1",
        [id.into(), to.key().into(), reason.into()],
    )
    .await?;
    let verb = match to {
        EntryState::Delivered => "time delivered",
        _ => "time cancelled",
    };
    let detail = json!({ "on": entry.on(), "half_days": entry.half_days, "reason": reason });
    record(tx, permit.context(), record_of, verb, detail).await?;
    Ok(())
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

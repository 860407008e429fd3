//! Short sessions in hours, for roles whose work comes in small units. Hours fill half-days: as many
//! as the pack says make one become a delivered half-day in the books, with its charges, and the rest
//! counts towards the next. So the books stay whole and the hours exact: hours logged are always the
//! half-days in the books times the hours of a half-day, plus what is left over.

use std::collections::BTreeMap;

use access::{AccountId, Permit};
use brokerage::{cadre, packs};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{AsText, At},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::{
    Entry, EntryId, EntryState, GRACE, NewEntry, TAKEN_BACK,
    acts::{self, settle_one},
    of,
};
use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Side, Terms,
        machine::Work,
        store::{self, open, standings},
    },
    course::record,
};

id_type! {
    /// A session in hours.
    SessionId
}

/// A session that took place.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Session {
    /// The identifier.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    on_date: AsText<Date>,
    /// How long, in hours.
    pub hours: i64,
    /// What for.
    pub what: String,
    recorded_by: String,
    recorded_at: At,
    /// Whether it was a slip and is kept for the record alone.
    pub taken_back: bool,
}

impl Session {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }
}

/// A session to be written down.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose it is: one of the team, in a role that counts in hours.
    pub account: AccountId,
    /// The day.
    pub on: Date,
    /// How long, in hours.
    pub hours: i64,
    /// What for.
    pub what: String,
}

/// Hours as people say them: “1 hour”, “5 hours”.
#[must_use]
pub fn hours_in_words(hours: i64) -> String {
    if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }
}

/// Somebody's hours in an agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// All that were logged and not taken back.
    pub hours: i64,
    /// The half-days they have become in the books.
    pub half_days: i64,
    /// What is left over.
    pub left: i64,
}

/// Where sessions of an agreement are written down: the record that holds their half-days.
#[must_use]
pub fn sheet(agreement: AgreementId) -> String {
    format!("/agreements/{agreement}/time/hours")
}

/// The sessions of an agreement, by day, those that were taken back among them.
///
/// # Errors
/// When the database cannot be read.
pub async fn sessions(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Session>, DbError> {
    db.all(
        "SELECT id, account, on_date, hours, what, recorded_by, recorded_at, taken_back
         FROM time_session WHERE agreement = $1 ORDER BY on_date, recorded_at, id",
        [agreement.into()],
    )
    .await
}

/// The half-days in the books that somebody's sessions have become.
fn booked(
    entries: &[Entry],
    agreement: AgreementId,
    account: AccountId,
) -> impl Iterator<Item = &Entry> {
    let (held, account) = (sheet(agreement), account.to_string());
    entries.iter().filter(move |entry| {
        entry.state() == EntryState::Delivered
            && entry.held_by == held
            && entry.account.as_deref() == Some(&account)
    })
}

/// Everybody's hours in an agreement, by person.
///
/// # Errors
/// When the database cannot be read.
pub async fn sums(
    db: &impl Sql,
    agreement: AgreementId,
) -> Result<BTreeMap<AccountId, Sum>, DbError> {
    let mut sums: BTreeMap<AccountId, Sum> = BTreeMap::new();
    for one in sessions(db, agreement).await?.iter().filter(|one| !one.taken_back) {
        sums.entry(one.account).or_default().hours += one.hours;
    }
    let entries = of(db, agreement).await?;
    for (account, sum) in &mut sums {
        sum.half_days = booked(&entries, agreement, *account).map(|entry| entry.half_days).sum();
        sum.left = sum.hours - sum.half_days * packs::hours_in_half_day();
    }
    Ok(sums)
}

/// The people of a team whose time counts in hours: released in a role for which the pack says so.
///
/// # Errors
/// When the database cannot be read.
pub async fn able(
    db: &impl Sql,
    terms: &Terms,
    supporting: OrgRef,
    today: Date,
) -> Result<Vec<(AccountId, String)>, DbError> {
    let mut able = Vec::new();
    for member in &terms.team {
        let Some(account) = member.account else { continue };
        let in_hours = cadre::designations_of(db, account).await?.into_iter().any(|one| {
            one.org == supporting
                && one.is_live(today)
                && packs::role(&one.role).is_some_and(|role| role.units == packs::Units::Hours)
        });
        if in_hours {
            able.push((account, member.name.clone()));
        }
    }
    Ok(able)
}

/// Writes a session down. Where it fills a half-day, that one is delivered in the books in the same
/// transaction, within what was agreed and with its charges.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, the day has not come, the person's
/// time is not counted in hours, or the agreement's time is used up.
pub async fn log(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewSession,
) -> Result<SessionId, Refusal> {
    let (tx, record_of) = open(app, agreement).await?;
    record_of.must_allow(Work::Time)?;
    let who = standings(app, &tx, permit, &record_of).await?;
    acts::must_take_part(&who)?;
    let today = london(permit.context().at);
    let unit = packs::hours_in_half_day();
    if !(1..=2 * unit).contains(&new.hours) {
        return Err(Refusal::field(
            "hours",
            format!("Enter whole hours, 1 to {} for one day", 2 * unit),
        ));
    }
    if new.on > today {
        return Err(Refusal::field(
            "on",
            "Enter a day that has come: sessions are logged afterwards",
        ));
    }
    if record_of.start_on().is_some_and(|start| new.on < start) {
        return Err(Refusal::field("on", "Enter a day on or after the first day of the support"));
    }
    let binding = store::current(&tx, &record_of).await?;
    let terms = binding.terms();
    let able = able(&tx, terms, record_of.supporting, today).await?;
    let Some((_, name)) = able.iter().find(|(account, _)| *account == new.account) else {
        return Err(Refusal::field(
            "account",
            "Choose somebody of the team whose role is counted in hours",
        ));
    };
    let id = SessionId::new(&app.ids);
    tx.run(
        "INSERT INTO time_session (id, agreement, account, on_date, hours, what, recorded_by,
           recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.into(),
            agreement.into(),
            new.account.to_string().into(),
            AsText(new.on).into(),
            new.hours.into(),
            new.what.trim().into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let detail = json!({ "on": new.on, "hours": new.hours, "from": record_of.supporting });
    record(&tx, permit.context(), &record_of, "hours logged", detail).await?;
    let sum = sums(&tx, agreement).await?.get(&new.account).copied().unwrap_or_default();
    for _ in 0..sum.left / unit {
        let entry = NewEntry {
            account: Some(new.account),
            person: name.clone(),
            from: Side::Supporting,
            on: new.on,
            half_days: 1,
            beneficiary: None,
            what: format!("Sessions of {} together", hours_in_words(unit)),
        };
        let entry = acts::plan_in(app, &tx, permit, &record_of, &entry).await.map_err(at_hours)?;
        acts::hold(&tx, entry, &sheet(agreement)).await?;
        settle_one(app, &tx, permit, &record_of, entry, EntryState::Delivered, "").await?;
    }
    if sum.left % unit > 0 {
        // What is left over has room for the half-day it will become.
        let taken: i64 = of(&tx, agreement)
            .await?
            .iter()
            .filter(|one| one.giver == record_of.supporting && one.state() != EntryState::Cancelled)
            .map(|one| one.half_days)
            .sum();
        if taken >= terms.half_days() {
            return Err(Refusal::field(
                "hours",
                "All the time that was agreed is planned or delivered. Change the agreement first \
                 if more is needed",
            ));
        }
    }
    tx.commit().await?;
    Ok(id)
}

/// What planning half-days misses, said at the field of the hours.
fn at_hours(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Field { field: "half_days", message } => Refusal::field("hours", message),
        other => other,
    }
}

/// The session that somebody may take back at a moment: the last one that was written down for a
/// person, by whoever wrote it, for a day.
#[must_use]
pub fn may_take_back<'a>(
    sessions: &'a [Session],
    by: &str,
    at: jiff::Timestamp,
) -> Vec<&'a Session> {
    let mut last: BTreeMap<AccountId, &Session> = BTreeMap::new();
    for one in sessions.iter().filter(|one| !one.taken_back) {
        let newest = last.entry(one.account).or_insert(one);
        if (one.recorded_at.0, one.id) > (newest.recorded_at.0, newest.id) {
            *newest = one;
        }
    }
    last.into_values()
        .filter(|one| one.recorded_by == by && at.duration_since(one.recorded_at.0) <= GRACE)
        .collect()
}

/// Takes a slip back. A half-day it had filled leaves the books again: cancelled, with its charges
/// withdrawn; both stay on record.
///
/// # Errors
/// [`Refusal::NotNow`] when it is not the person's last session, later than a day after, for somebody
/// else's word, or after an invoice.
pub async fn take_back(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    id: SessionId,
) -> Result<(), Refusal> {
    let (tx, record_of) = open(app, agreement).await?;
    record_of.must_allow(Work::Time)?;
    let who = standings(app, &tx, permit, &record_of).await?;
    acts::must_take_part(&who)?;
    let all = sessions(&tx, agreement).await?;
    let (by, at) = (permit.context().actor.key(), permit.context().at);
    let Some(session) = may_take_back(&all, &by, at).into_iter().find(|one| one.id == id) else {
        return Err(Refusal::NotNow(
            "The last session can be taken back for a day, by the person who wrote it down."
                .to_owned(),
        ));
    };
    tx.run("UPDATE time_session SET taken_back = TRUE WHERE id = $1", [id.into()]).await?;
    let sum = sums(&tx, agreement).await?.get(&session.account).copied();
    // Nothing left of this person's hours: everything they became goes too.
    let entries = of(&tx, agreement).await?;
    let in_books = booked(&entries, agreement, session.account).count();
    let unit = packs::hours_in_half_day();
    let stays = usize::try_from(sum.map_or(0, |sum| sum.hours) / unit).unwrap_or(0);
    let mut newest: Vec<&Entry> = booked(&entries, agreement, session.account).collect();
    newest.sort_by_key(|entry| (entry.settled_at, entry.id));
    for entry in newest.iter().rev().take(in_books.saturating_sub(stays)) {
        leave_the_books(app, &tx, permit, &record_of, entry.id).await?;
    }
    let detail = json!({ "on": session.on(), "hours": session.hours });
    record(&tx, permit.context(), &record_of, "hours taken back", detail).await?;
    tx.commit().await?;
    Ok(())
}

async fn leave_the_books(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    record_of: &Agreement,
    entry: EntryId,
) -> Result<(), Refusal> {
    acts::undo_in(app, tx, permit, record_of, entry).await?;
    settle_one(app, tx, permit, record_of, entry, EntryState::Cancelled, TAKEN_BACK).await
}

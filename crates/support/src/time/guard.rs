//! The day job comes first. Before somebody's time is planned, what they have promised already,
//! busy weeks at their own school, how many of its people are out that day and whatever keeps that
//! school from sparing anybody are weighed.
//! A guard never forbids: the head who releases the person may decide otherwise, with a reason
//! that stays on record.

use access::{AccountId, Permit};
use brokerage::{
    cadre::{self, capacity},
    packs,
};
use foundation::{DbError, OrgRef, Sql, Tx, db::AsText, terms::AcademicYear};
use jiff::{ToSpan as _, civil::Date};

use crate::{Refusal, agreements::terms::days, care::staffing};

/// Time that somebody is about to promise.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// The person, where they have an account. Without one only the school is weighed.
    pub account: Option<AccountId>,
    /// Their name, which tells those without an account apart.
    pub person: &'a str,
    /// The school that releases them.
    pub giver: OrgRef,
    /// The partnership, for the limits of its cadre.
    pub partnership: Option<OrgRef>,
    /// The day.
    pub on: Date,
    /// How many half-days.
    pub half_days: i64,
}

impl Load<'_> {
    /// Makes bookings of one person, and of one school's people for one day, wait for each other,
    /// so that each sees what the other took.
    pub(super) async fn hold(&self, tx: &Tx) -> Result<(), DbError> {
        // The day first: whoever books several people for it waits once, before the first of them.
        tx.lock(&format!("people of {} on {}", self.giver, self.on)).await?;
        if let Some(account) = self.account {
            tx.lock(&format!("time of {account}")).await?;
        }
        Ok(())
    }
}

/// Something that speaks against it, in a sentence.
pub type Concern = String;

/// Half-days of one person that are planned or delivered between two days, over all agreements.
///
/// # Errors
/// When the database cannot be read.
pub async fn promised(
    db: &impl Sql,
    account: AccountId,
    from: Date,
    to: Date,
) -> Result<i64, DbError> {
    db.count(
        "SELECT CAST(coalesce(sum(half_days), 0) AS BIGINT) AS n FROM time_entry
         WHERE account = $1 AND state <> 'cancelled' AND on_date >= $2 AND on_date <= $3",
        [account.into(), AsText(from).into(), AsText(to).into()],
    )
    .await
}

/// Whether two days lie in one week.
#[must_use]
pub fn same_week(one: Date, other: Date) -> bool {
    capacity::monday(one) == capacity::monday(other)
}

/// What speaks against planning this time; empty when nothing does.
///
/// # Errors
/// When the database cannot be read.
pub async fn concerns(db: &impl Sql, load: &Load<'_>) -> Result<Vec<Concern>, DbError> {
    let limits = packs::day_job();
    let mut concerns = Vec::new();
    if let Some(account) = load.account {
        let monday = capacity::monday(load.on);
        let week = promised(db, account, monday, monday.saturating_add(6.days())).await?;
        let cap = weekly_cap(db, load, account).await?.unwrap_or(limits.half_days_a_week);
        if week + load.half_days > cap {
            concerns.push(format!(
                "With this they would be away for {} in the week of {}; {} is the limit",
                days(week + load.half_days),
                foundation::clock::date_in_words(monday),
                days(cap)
            ));
        }
        let year = AcademicYear::of(load.on);
        let so_far = promised(db, account, year.start(), year.end()).await?;
        if so_far + load.half_days > limits.half_days_a_year {
            concerns.push(format!(
                "With this they would be away for {} in {year}; {} is the limit",
                days(so_far + load.half_days),
                days(limits.half_days_a_year)
            ));
        }
    }
    let phase = match load.giver.urn() {
        Some(urn) => register::school(db, urn).await?.map(|school| school.phase),
        None => None,
    };
    for busy in packs::busy() {
        let there = phase.is_some_and(|phase| busy.concerns(phase));
        if there && busy.covers(load.on) {
            concerns.push(format!("{}: their own school needs them", busy.words));
        }
    }
    if let Some(most) = staffing::most_out(db, load.giver).await? {
        let person = load.account.map_or_else(|| load.person.to_owned(), |it| it.to_string());
        let out = 1 + staffing::others_out(db, load.giver, load.on, &person).await?;
        if out > most {
            concerns.push(format!(
                "With this {out} of their school would be out on {}; {most} is the limit their \
                 head has set",
                foundation::clock::date_in_words(load.on)
            ));
        }
    }
    for guard in capacity::guards(db, load.on).await? {
        if guard.org == load.giver {
            concerns.push(format!("Their school cannot spare anybody now: {}", guard.reason));
        }
    }
    Ok(concerns)
}

/// The weekly limit the person's own designation names, where they have one here.
async fn weekly_cap(
    db: &impl Sql,
    load: &Load<'_>,
    account: AccountId,
) -> Result<Option<i64>, DbError> {
    let designations = cadre::designations_of(db, account).await?;
    Ok(designations
        .iter()
        .filter(|one| Some(one.partnership) == load.partnership && one.is_live(load.on))
        .map(|one| i64::from(one.profile.weekly_cap))
        .filter(|cap| *cap > 0)
        .max())
}

/// Lets time pass that nothing speaks against, or that the releasing head decides on with a
/// reason. Returns what was overridden, for the record.
pub(super) fn must_be_free(
    concerns: &[Concern],
    releases: bool,
    permit: &Permit,
) -> Result<Vec<Concern>, Refusal> {
    let reason = permit.context().reason.as_deref().map_or("", str::trim);
    if concerns.is_empty() || (releases && !reason.is_empty()) {
        return Ok(concerns.to_vec());
    }
    let then = if releases {
        "As the head who releases them you can decide otherwise: say why"
    } else {
        "The head who releases them can decide otherwise"
    };
    Err(Refusal::field("on", format!("{}. {then}", concerns.join(". "))))
}

//! A role may come with the school somebody leads: person and home school are both designated. The
//! broker designates the school until a day; whoever leads from it in that role does so as long as
//! the school's own designation stands.

use access::{AccountId, Permit};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::AsText,
    events::{self, Event},
};
use jiff::{ToSpan, civil::Date};
use needs::ActError;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::model::Designation;
use crate::packs;

/// The longest a school is designated before somebody looks again, in years.
pub const MOST_YEARS: i32 = 4;

/// A school's designation.
#[derive(Clone, Debug, FromQueryResult)]
pub struct HomeSchool {
    since_on: AsText<Date>,
    until_on: AsText<Date>,
    /// The broker who designated it, by name.
    pub by_name: String,
    ended_on: Option<AsText<Date>>,
    /// Why it was ended before its last day.
    pub reason: String,
}

impl HomeSchool {
    /// The first day.
    #[must_use]
    pub const fn since(&self) -> Date {
        self.since_on.0
    }

    /// The last day it was given for.
    #[must_use]
    pub const fn until(&self) -> Date {
        self.until_on.0
    }

    /// The day on which it was ended early.
    #[must_use]
    pub fn ended(&self) -> Option<Date> {
        self.ended_on.as_ref().map(|on| on.0)
    }

    /// Whether it stands on a day.
    #[must_use]
    pub fn stands(&self, on: Date) -> bool {
        self.ended_on.is_none() && self.since() <= on && on <= self.until()
    }
}

/// What the pack calls the home school of somebody in a role; nothing where the role comes without.
#[must_use]
pub fn called(role: &str) -> Option<&'static str> {
    packs::role(role).map(|role| role.home_school.as_str()).filter(|words| !words.is_empty())
}

/// The designation of a school for a role, standing or lapsed.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(
    db: &impl Sql,
    org: OrgRef,
    partnership: OrgRef,
    role: &str,
) -> Result<Option<HomeSchool>, DbError> {
    db.first(
        "SELECT since_on, until_on, by_name, ended_on, reason FROM home_school
         WHERE org = $1 AND partnership = $2 AND role = $3",
        [org.into(), partnership.into(), role.into()],
    )
    .await
}

/// The schools that a broker designated, with the role and the first day, for the copy of what is
/// held about them.
///
/// # Errors
/// When the database cannot be read.
pub async fn designated_by(
    db: &impl Sql,
    account: AccountId,
) -> Result<Vec<serde_json::Value>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        org: OrgRef,
        role: String,
        since_on: AsText<Date>,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT org, role, since_on FROM home_school WHERE by_account = $1 ORDER BY org, role",
            [account.to_string().into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|one| json!({ "school": one.org, "role": one.role, "since": one.since_on.0 }))
        .collect())
}

/// What keeps somebody from leading in a role from a school on a day, with what to do about it;
/// nothing where the role comes without a home school, or the school's designation stands.
///
/// # Errors
/// When the database cannot be read.
pub async fn missing(
    db: &impl Sql,
    org: OrgRef,
    partnership: Option<OrgRef>,
    role: &str,
    on: Date,
) -> Result<Option<String>, DbError> {
    let Some(called) = called(role) else { return Ok(None) };
    let known = match partnership {
        Some(partnership) => of(db, org, partnership, role).await?,
        None => None,
    };
    if known.as_ref().is_some_and(|it| it.stands(on)) {
        return Ok(None);
    }
    let school = register::org_name(db, org).await?;
    let state = if known.is_some() { "is no longer" } else { "is not" };
    Ok(Some(format!(
        "{school} {state} designated as {}: the broker designates it on the page of the person who \
         leads",
        called.to_lowercase()
    )))
}

/// The event of a school's designation.
fn event(it: &Designation, verb: &'static str) -> Event<'static> {
    Event::new("designation", it.id, verb).owned_by(it.org)
}

/// Designates the home school of somebody who leads from it, or carries its designation on, until a
/// day.
///
/// # Errors
/// When the role comes without a home school, or the day has passed or is too far away.
pub async fn designate(
    app: &App,
    permit: &Permit,
    it: &Designation,
    until: Date,
) -> Result<(), ActError> {
    if called(&it.role).is_none() {
        return Err(ActError::refused("This role comes without a home school."));
    }
    let today = london(permit.context().at);
    let latest = today.saturating_add(MOST_YEARS.years());
    if until <= today || until > latest {
        return Err(ActError::missing(
            "home-until",
            format!("Enter a day after today and within {MOST_YEARS} years"),
        ));
    }
    let tx = app.db.write().await?;
    let before = of(&tx, it.org, it.partnership, &it.role).await?;
    let since = before.filter(|one| one.stands(today)).map_or(today, |one| one.since());
    tx.run(
        "INSERT INTO home_school (org, partnership, role, since_on, until_on, by_account, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (org, partnership, role) DO UPDATE
           SET since_on = $4, until_on = $5, by_account = $6, by_name = $7, ended_on = NULL,
               reason = ''",
        [
            it.org.into(),
            it.partnership.into(),
            it.role.clone().into(),
            since.to_string().into(),
            until.to_string().into(),
            permit.person().map(|account| account.to_string()).into(),
            permit.context().actor.name().into(),
        ],
    )
    .await?;
    let facts = json!({ "role": it.role, "since": since, "until": until });
    events::append(&tx, permit.context(), event(it, "home school designated").with(facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a school's designation before its last day; the permit carries the reason.
///
/// # Errors
/// When no reason is given, or the designation does not stand.
pub async fn end(app: &App, permit: &Permit, it: &Designation) -> Result<(), ActError> {
    let why = permit.context().reason.as_deref().map_or("", str::trim);
    if why.is_empty() {
        return Err(ActError::missing("home-why", "Say why: the school reads it"));
    }
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let standing = of(&tx, it.org, it.partnership, &it.role).await?;
    if !standing.is_some_and(|one| one.stands(today)) {
        return Err(ActError::refused("The school is not designated at the moment."));
    }
    tx.run(
        "UPDATE home_school SET ended_on = $4, reason = $5
         WHERE org = $1 AND partnership = $2 AND role = $3",
        [
            it.org.into(),
            it.partnership.into(),
            it.role.clone().into(),
            today.to_string().into(),
            why.into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), event(it, "home school ended")).await?;
    tx.commit().await?;
    Ok(())
}

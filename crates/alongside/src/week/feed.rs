//! A calendar feed for a person's own calendar: a secret address that can be taken back. Whoever
//! has the address sees days and neutral words, never a school, a name or a title.

use access::{AccountId, Permit, Visitor, accounts, sessions};
use foundation::{
    App, DbError, PageError, Sql as _, Tx,
    db::At,
    events::{self, Event},
    ical,
};
use jiff::ToSpan as _;
use sea_orm::FromQueryResult;

use super::days;

#[derive(FromQueryResult)]
struct Feed {
    account: AccountId,
}

/// Whether a person has a calendar address.
///
/// # Errors
/// When the database cannot be read.
pub async fn has(app: &App, account: AccountId) -> Result<bool, DbError> {
    let n = app
        .db
        .count(
            "SELECT count(*) AS n FROM calendar_feed WHERE account = $1 AND revoked_at IS NULL",
            [account.into()],
        )
        .await?;
    Ok(n > 0)
}

async fn revoke_in(tx: &Tx, permit: &Permit, account: AccountId) -> Result<u64, DbError> {
    tx.run(
        "UPDATE calendar_feed SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL",
        [account.into(), At(permit.context().at).into()],
    )
    .await
}

/// Makes a new address; an earlier one stops working. The permit is for the person's own records.
///
/// # Errors
/// When the database refuses.
pub async fn make(app: &App, permit: &Permit, account: AccountId) -> Result<String, DbError> {
    let token = app.ids.token();
    let tx = app.db.write().await?;
    revoke_in(&tx, permit, account).await?;
    tx.run(
        "INSERT INTO calendar_feed (token_hash, account, created_at) VALUES ($1, $2, $3)",
        [sessions::hash(&token).into(), account.into(), At(permit.context().at).into()],
    )
    .await?;
    let event = Event::new("account", account, "made a calendar address");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(token)
}

/// Takes the address back.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(app: &App, permit: &Permit, account: AccountId) -> Result<(), DbError> {
    let tx = app.db.write().await?;
    if revoke_in(&tx, permit, account).await? > 0 {
        let event = Event::new("account", account, "took the calendar address back");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await
}

/// The calendar behind an address: from a month ago to a year ahead.
///
/// # Errors
/// [`PageError::NotFound`] when the address was never made, was taken back, or its account is
/// closed.
pub async fn read(app: &App, token: &str) -> Result<String, PageError> {
    let feed: Option<Feed> = app
        .db
        .first(
            "SELECT f.account FROM calendar_feed f JOIN account a ON a.id = f.account
             WHERE f.token_hash = $1 AND f.revoked_at IS NULL AND a.closed_at IS NULL",
            [sessions::hash(token).into()],
        )
        .await?;
    let account = feed.ok_or(PageError::NotFound)?.account;
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let visitor = Visitor::for_letters(app, account, person.name).await?;
    let today = app.clock.today();
    let (from, to) = (today.saturating_sub(1.month()), today.saturating_add(1.year()));
    let url = app.config.public_url();
    let host = url.split("://").nth(1).unwrap_or("alongside").to_owned();
    let entries: Vec<ical::Entry> = days(app, &visitor, from, to)
        .await?
        .into_iter()
        .map(|day| {
            ical::Entry::of_day(
                format!("{}@{host}", day.key),
                day.on,
                format!("Alongside: {}", day.what.to_lowercase()),
                format!("{url}{}", day.href),
            )
        })
        .collect();
    Ok(ical::calendar("Alongside", &entries, app.clock.now()))
}

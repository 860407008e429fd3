//! What the week keeps about a person: the copy of their own data.

use access::AccountId;
use foundation::{App, DbError, Sql as _, db::At};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

#[derive(FromQueryResult)]
struct Wish {
    weekly: bool,
}

#[derive(FromQueryResult)]
struct Sent {
    week: String,
    items: i64,
}

#[derive(FromQueryResult)]
struct Reminded {
    thing: String,
    on_date: String,
}

#[derive(FromQueryResult)]
struct Feed {
    created_at: At,
    revoked_at: Option<At>,
}

#[derive(FromQueryResult)]
struct Briefing {
    id: String,
    title: String,
    at: Option<At>,
}

/// What is held about somebody: whether and when a digest or a reminder was sent to them, that they
/// have addresses of calendars (the addresses themselves are kept nowhere), the briefings they wrote
/// and those that were sent to them.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    let db = &app.db;
    let wish: Option<Wish> =
        db.first("SELECT weekly FROM digest_wish WHERE account = $1", [account.into()]).await?;
    let sent: Vec<Sent> = db
        .all(
            "SELECT week, items FROM digest_sent WHERE account = $1 ORDER BY week",
            [account.into()],
        )
        .await?;
    let reminded: Vec<Reminded> = db
        .all(
            "SELECT thing, on_date FROM reminder_sent WHERE account = $1 ORDER BY on_date, thing",
            [account.into()],
        )
        .await?;
    let feeds: Vec<Feed> = db
        .all(
            "SELECT created_at, revoked_at FROM calendar_feed WHERE account = $1 ORDER BY created_at",
            [account.into()],
        )
        .await?;
    let wrote: Vec<Briefing> = db
        .all(
            "SELECT id, title, sent_at AS at FROM briefing WHERE author = $1 ORDER BY sent_at",
            [account.into()],
        )
        .await?;
    let read: Vec<Briefing> = db
        .all(
            "SELECT b.id, b.title, r.acknowledged_at AS at FROM briefing_reader r
             JOIN briefing b ON b.id = r.briefing WHERE r.account = $1 ORDER BY b.sent_at",
            [account.into()],
        )
        .await?;
    let moment = |at: &At| at.0.to_string();
    let briefings = |all: &[Briefing], when: &str| -> Vec<Value> {
        all.iter()
            .map(|one| {
                json!({ "briefing": one.id, "title": one.title, when: one.at.as_ref().map(moment) })
            })
            .collect()
    };
    Ok(json!({
        "weekly_digest": wish.is_none_or(|wish| wish.weekly),
        "digests": sent.iter().map(|one| json!({ "week": one.week, "items": one.items })).collect::<Vec<_>>(),
        "reminders": reminded
            .iter()
            .map(|one| json!({ "of": one.thing, "on": one.on_date }))
            .collect::<Vec<_>>(),
        "calendars": feeds
            .iter()
            .map(|one| {
                json!({
                    "made": moment(&one.created_at),
                    "revoked": one.revoked_at.as_ref().map(moment),
                })
            })
            .collect::<Vec<_>>(),
        "briefings_written": briefings(&wrote, "sent"),
        "briefings_received": briefings(&read, "acknowledged"),
    }))
}

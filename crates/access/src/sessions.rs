//! Sessions and sign-in links: tokens of 256 bits, kept only as hashes.

use foundation::{App, Db, DbError, Ids, Sql, Tx, db::At};
use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;

use crate::AccountId;

/// A session ends after this long without a request…
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// …and after this long in any case.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// The name of the cookie.
pub const COOKIE: &str = "alongside_session";

/// The hash under which a token is stored.
#[must_use]
pub fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// Begins a session and returns the token for the cookie.
///
/// # Errors
/// When the database refuses.
pub async fn begin(
    db: &impl Sql,
    ids: &Ids,
    now: Timestamp,
    account: AccountId,
    label: &str,
) -> Result<String, DbError> {
    let token = ids.token();
    db.run(
        "INSERT INTO session (token_hash, account, label, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $4, $5)",
        [
            hash(&token).into(),
            account.into(),
            label.chars().take(80).collect::<String>().into(),
            At(now).into(),
            At(now + ABSOLUTE).into(),
        ],
    )
    .await?;
    Ok(token)
}

/// Whose session a token opens, if it is still alive.
///
/// # Errors
/// When the database refuses.
pub async fn resume(app: &App, token: &str) -> Result<Option<(AccountId, String)>, DbError> {
    #[derive(FromQueryResult)]
    struct Live {
        account: AccountId,
        name: String,
        seen_at: At,
    }
    let now = app.clock.now();
    let live: Option<Live> = app
        .db
        .first(
            "SELECT s.account, a.name, s.seen_at FROM session s JOIN account a ON a.id = s.account
             WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2
               AND s.seen_at > $3 AND a.closed_at IS NULL",
            [hash(token).into(), At(now).into(), At(now - IDLE).into()],
        )
        .await?;
    let Some(live) = live else { return Ok(None) };
    // Once a minute is often enough to know that somebody is still there.
    if now.duration_since(live.seen_at.0) > SignedDuration::from_secs(60) {
        app.db
            .run(
                "UPDATE session SET seen_at = $2 WHERE token_hash = $1",
                [hash(token).into(), At(now).into()],
            )
            .await?;
    }
    Ok(Some((live.account, live.name)))
}

/// Ends a session.
///
/// # Errors
/// When the database refuses.
pub async fn end(db: &Db, now: Timestamp, token: &str) -> Result<(), DbError> {
    db.run(
        "UPDATE session SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL",
        [hash(token).into(), At(now).into()],
    )
    .await?;
    Ok(())
}

/// Makes a sign-in link and returns its token. Reusable links are for the demonstration only.
///
/// # Errors
/// When the database refuses.
pub async fn issue_link(
    tx: &Tx,
    ids: &Ids,
    now: Timestamp,
    account: AccountId,
    valid: SignedDuration,
    reusable: bool,
) -> Result<String, DbError> {
    let token = ids.token();
    tx.run(
        "INSERT INTO sign_in_link (token_hash, account, created_at, expires_at, reusable)
         VALUES ($1, $2, $3, $4, $5)",
        [
            hash(&token).into(),
            account.into(),
            At(now).into(),
            At(now + valid).into(),
            reusable.into(),
        ],
    )
    .await?;
    Ok(token)
}

/// Uses a sign-in link: at most once unless it is reusable.
///
/// # Errors
/// When the database refuses.
pub async fn redeem_link(
    db: &Db,
    now: Timestamp,
    token: &str,
) -> Result<Option<AccountId>, DbError> {
    #[derive(FromQueryResult)]
    struct Link {
        account: AccountId,
    }
    let link: Option<Link> = db
        .first(
            "UPDATE sign_in_link SET used_at = $2
             WHERE token_hash = $1 AND expires_at > $2 AND (used_at IS NULL OR reusable)
               AND EXISTS (SELECT 1 FROM account a WHERE a.id = account AND a.closed_at IS NULL)
             RETURNING account",
            [hash(token).into(), At(now).into()],
        )
        .await?;
    Ok(link.map(|link| link.account))
}

//! Sessions and sign-in links: tokens of 256 bits, kept only as hashes.

use axum_extra::extract::cookie::{Cookie, SameSite};
use foundation::{App, Config, Db, DbError, Ids, Sql, Tx, db::At};
use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;

use crate::AccountId;

/// A session ends after this long without a request…
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// …and after this long in any case.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// The name of the cookie.
pub const COOKIE: &str = "alongside_session";
/// The name of the cookie over TLS: browsers accept it only with `Secure`, for this host, for
/// the whole site.
pub const COOKIE_SECURE: &str = "__Host-alongside_session";

/// The name of the cookie of this installation.
#[must_use]
pub fn cookie_name(config: &Config) -> &'static str {
    if config.secure() { COOKIE_SECURE } else { COOKIE }
}

/// The cookie that carries a token.
#[must_use]
pub fn cookie(config: &Config, token: String) -> Cookie<'static> {
    hardened(config, cookie_name(config), token)
}

/// A cookie for this whole site, which no script reads, no other site sends along but by a plain link,
/// and which leaves over TLS only where the site has it. Every cookie is made here.
pub(crate) fn hardened(config: &Config, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.secure())
        .build()
}

/// The hash under which a token is stored.
#[must_use]
pub fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// Begins a session for what runs on the server itself, proved, and returns the token for the cookie.
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
    begin_by(db, ids, now, account, label, Entrance { way: "", proved: true }).await
}

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entrance<'a> {
    /// `link`, `password`, `passkey`, or `provider:KEY`.
    pub way: &'a str,
    /// Whether they showed a second step ([`crate::second`]).
    pub proved: bool,
}

/// The same for somebody who came in at the front door.
///
/// # Errors
/// When the database refuses.
pub async fn begin_by(
    db: &impl Sql,
    ids: &Ids,
    now: Timestamp,
    account: AccountId,
    label: &str,
    entrance: Entrance<'_>,
) -> Result<String, DbError> {
    let token = ids.token();
    db.run(
        "INSERT INTO session (token_hash, account, label, created_at, seen_at, expires_at, way, proved)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        [
            hash(&token).into(),
            account.into(),
            label.chars().take(80).collect::<String>().into(),
            At(now).into(),
            At(now + ABSOLUTE).into(),
            entrance.way.into(),
            entrance.proved.into(),
        ],
    )
    .await?;
    Ok(token)
}

/// The way in of a session that is alive; nothing when it is over.
///
/// # Errors
/// When the database cannot be read.
pub async fn way(db: &impl Sql, token: &str) -> Result<Option<String>, DbError> {
    #[derive(FromQueryResult)]
    struct Begun {
        way: String,
    }
    let begun: Option<Begun> = db
        .first(
            "SELECT way FROM session WHERE token_hash = $1 AND ended_at IS NULL",
            [hash(token).into()],
        )
        .await?;
    Ok(begun.map(|begun| begun.way))
}

/// Whose session goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// The account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Whether they showed a second step in it ([`crate::second`]).
    pub proved: bool,
}

/// Whose session a token opens, if it is still alive.
///
/// # Errors
/// When the database refuses.
pub async fn resume(app: &App, token: &str) -> Result<Option<Resumed>, DbError> {
    #[derive(FromQueryResult)]
    struct Live {
        account: AccountId,
        name: String,
        seen_at: At,
        proved: bool,
    }
    let now = app.clock.now();
    let live: Option<Live> = app
        .db
        .first(
            "SELECT s.account, a.name, s.seen_at, s.proved FROM session s JOIN account a ON a.id = s.account
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
    Ok(Some(Resumed { account: live.account, name: live.name, proved: live.proved }))
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

/// Marks a link as an invitation: while it is open, a provider that has checked the address may
/// vouch for the person.
///
/// # Errors
/// When the database refuses.
pub async fn mark_invitation(tx: &Tx, token: &str) -> Result<(), DbError> {
    tx.run(
        "UPDATE sign_in_link SET purpose = 'invitation' WHERE token_hash = $1",
        [hash(token).into()],
    )
    .await?;
    Ok(())
}

/// What a sign-in link would do, without using it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Offered {
    /// Whom it would sign in.
    pub account: AccountId,
    /// `sign-in` or `invitation`.
    pub purpose: String,
}

/// Looks at a sign-in link that still stands. Looking changes nothing: mail scanners look too.
///
/// # Errors
/// When the database cannot be read.
pub async fn look_at_link(
    db: &impl Sql,
    now: Timestamp,
    token: &str,
) -> Result<Option<Offered>, DbError> {
    db.first(
        "SELECT l.account, l.purpose FROM sign_in_link l JOIN account a ON a.id = l.account
         WHERE l.token_hash = $1 AND l.expires_at > $2 AND (l.used_at IS NULL OR l.reusable)
           AND a.closed_at IS NULL",
        [hash(token).into(), At(now).into()],
    )
    .await
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

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// What names it: the hash of its token.
    pub key: String,
    /// The browser and the device it began on.
    pub label: String,
    /// When it began.
    pub created_at: At,
    /// When it was last used, to the minute.
    pub seen_at: At,
}

/// The sessions of a person that are alive, the latest used first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    db: &impl Sql,
    now: Timestamp,
    account: AccountId,
) -> Result<Vec<Listed>, DbError> {
    db.all(
        "SELECT token_hash AS key, label, created_at, seen_at FROM session
         WHERE account = $1 AND ended_at IS NULL AND expires_at > $2 AND seen_at > $3
         ORDER BY seen_at DESC, token_hash",
        [account.into(), At(now).into(), At(now - IDLE).into()],
    )
    .await
}

/// Ends one of a person's sessions by its key; `false` when it is not theirs or over already.
///
/// # Errors
/// When the database refuses.
pub async fn end_one(
    db: &impl Sql,
    now: Timestamp,
    account: AccountId,
    key: &str,
) -> Result<bool, DbError> {
    let ended = db
        .run(
            "UPDATE session SET ended_at = $3 WHERE token_hash = $2 AND account = $1 AND ended_at IS NULL",
            [account.into(), key.into(), At(now).into()],
        )
        .await?;
    Ok(ended == 1)
}

/// Ends every session of a person but one, or all of them, and says how many that were.
///
/// # Errors
/// When the database refuses.
pub async fn end_all(
    db: &impl Sql,
    now: Timestamp,
    account: AccountId,
    except: Option<&str>,
) -> Result<u64, DbError> {
    db.run(
        "UPDATE session SET ended_at = $3
         WHERE account = $1 AND token_hash <> $2 AND ended_at IS NULL",
        [account.into(), except.map(hash).unwrap_or_default().into(), At(now).into()],
    )
    .await
}

/// Gives a session a new token, after which the old one opens nothing; nothing when it is over.
///
/// # Errors
/// When the database refuses.
pub async fn rotate(db: &impl Sql, ids: &Ids, token: &str) -> Result<Option<String>, DbError> {
    let fresh = ids.token();
    let changed = db
        .run(
            "UPDATE session SET token_hash = $2 WHERE token_hash = $1 AND ended_at IS NULL",
            [hash(token).into(), hash(&fresh).into()],
        )
        .await?;
    Ok((changed == 1).then_some(fresh))
}

/// Notes that the person of a session showed a second step.
///
/// # Errors
/// When the database refuses.
pub async fn prove(db: &impl Sql, token: &str) -> Result<(), DbError> {
    db.run("UPDATE session SET proved = TRUE WHERE token_hash = $1", [hash(token).into()]).await?;
    Ok(())
}

/// Makes unused sign-in links of a person useless.
///
/// # Errors
/// When the database refuses.
pub async fn revoke_links(
    db: &impl Sql,
    now: Timestamp,
    account: AccountId,
) -> Result<u64, DbError> {
    db.run(
        "UPDATE sign_in_link SET expires_at = $2 WHERE account = $1 AND used_at IS NULL AND expires_at > $2",
        [account.into(), At(now).into()],
    )
    .await
}

//! Rate limits in a table, so that every server of an installation counts together.
//!
//! A bucket holds a number of acts and refills at a steady pace (the generic cell rate
//! algorithm): one row and one statement a try, no window at whose edge twice the number passes.

use foundation::{App, DbError, Sql, db::At};
use jiff::SignedDuration;

/// How often something may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited; part of the bucket's name.
    pub name: &'static str,
    /// How many tries may follow each other at once.
    pub burst: i32,
    /// After how long one more is allowed.
    pub every: SignedDuration,
}

/// Asking for a sign-in link, by address.
pub const LINKS: Limit =
    Limit { name: "sign-in link", burst: 5, every: SignedDuration::from_mins(3) };
/// Trying a password, by address.
pub const PASSWORDS: Limit =
    Limit { name: "password", burst: 8, every: SignedDuration::from_mins(2) };
/// Failing with a password, over the whole installation: stops one guess at each of many
/// accounts. Links still work when it is used up.
pub const FAILURES: Limit =
    Limit { name: "failed password", burst: 300, every: SignedDuration::from_secs(2) };
/// Asking for a letter to a new address of one's own, by account.
pub const ADDRESSES: Limit =
    Limit { name: "new address", burst: 5, every: SignedDuration::from_mins(10) };
/// Trying a code while setting up an authenticator app or after a link, by account.
pub const CODES: Limit = Limit { name: "code", burst: 10, every: SignedDuration::from_mins(1) };

/// The name of a bucket: says nothing about the key to whoever reads the table.
fn bucket(app: &App, limit: &Limit, key: &str) -> String {
    let secret = app.secret.key("alongside rate limits");
    let mut hash = blake3::Hasher::new_keyed(&secret);
    hash.update(limit.name.as_bytes()).update(&[0]).update(key.as_bytes());
    hash.finalize().to_hex().to_string()
}

/// Takes one try from a bucket; `false` when it is empty, and nothing is taken then.
///
/// # Errors
/// When the database refuses.
pub async fn take(app: &App, limit: &Limit, key: &str) -> Result<bool, DbError> {
    let now = app.clock.now();
    let taken = app
        .db
        .run(
            "INSERT INTO rate_limit (bucket, free_at) VALUES ($1, $2)
             ON CONFLICT (bucket) DO UPDATE SET free_at =
               CASE WHEN rate_limit.free_at > $3 THEN rate_limit.free_at + $4 ELSE $2 END
             WHERE rate_limit.free_at <= $5",
            [
                bucket(app, limit, key).into(),
                At(now + limit.every).into(),
                At(now).into(),
                micros(limit.every).into(),
                At(now + limit.every * (limit.burst - 1)).into(),
            ],
        )
        .await?;
    Ok(taken == 1)
}

/// Whether a bucket is empty, without taking from it.
///
/// # Errors
/// When the database cannot be read.
pub async fn exhausted(app: &App, limit: &Limit, key: &str) -> Result<bool, DbError> {
    let full = app
        .db
        .count(
            "SELECT count(*) AS n FROM rate_limit WHERE bucket = $1 AND free_at > $2",
            [
                bucket(app, limit, key).into(),
                At(app.clock.now() + limit.every * (limit.burst - 1)).into(),
            ],
        )
        .await?;
    Ok(full > 0)
}

/// Forgets buckets that are full again and says how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(app: &App) -> Result<u64, DbError> {
    app.db.run("DELETE FROM rate_limit WHERE free_at <= $1", [At(app.clock.now()).into()]).await
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

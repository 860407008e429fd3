//! Passkeys: keys that live in a person's devices and sign in after the device has checked who
//! uses it. They are bound to this site, so a page that only looks like it gets nothing.
//!
//! Invariants: a challenge is made by us, stands ten minutes and is answered once; the private
//! half never reaches us; adding and removing is told by e-mail and kept in the record.

mod cbor;
pub mod ceremony;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use foundation::{
    Actor, App, Config, Context, DbError, Sql, Tx,
    db::{At, Json},
    events::{self, Event},
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;

use self::ceremony::{CeremonyError, Expected, PublicKey};
use crate::{AccountId, Permit, accounts, sessions, totp::same};

/// How long a challenge stands.
pub const VALID: SignedDuration = SignedDuration::from_mins(10);
/// The most passkeys a person may have.
pub const MOST: usize = 20;
/// The longest name of a passkey.
pub const LONGEST_NAME: usize = 60;

/// Why a passkey is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The answer is wrong.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The challenge is not ours, is too old or was answered already.
    #[error("the challenge has expired or was answered already")]
    Challenge,
    /// No open account has this passkey.
    #[error("this passkey is not known here")]
    Unknown,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Known,
    /// The person has as many as one may have.
    #[error("there are {MOST} passkeys already: remove one first")]
    Full,
    /// The database said something.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Passkey {
    /// Its name for the device.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// The name its owner gave it.
    pub name: String,
    /// Its public half.
    public_key: Json<PublicKey>,
    /// Its counter.
    sign_count: i64,
    /// Whether the person's other devices have it too.
    pub synced: bool,
    /// When it was added.
    pub created_at: At,
    /// When it last signed in.
    pub used_at: Option<At>,
}

const COLUMNS: &str = "id, account, name, public_key, sign_count, synced, created_at, used_at";

/// The host name that passkeys are bound to.
#[must_use]
pub fn host(config: &Config) -> String {
    let url = config.public_url();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or("");
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_owned()
}

/// The origin of our pages.
#[must_use]
pub fn origin(config: &Config) -> String {
    let url = config.public_url();
    match url.match_indices('/').nth(2) {
        Some((end, _)) => url[..end].to_owned(),
        None => url,
    }
}

/// What a challenge is for: making a passkey for one account, or signing anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Adding a passkey to this account.
    Adding(AccountId),
    /// Signing in.
    SigningIn,
}

fn seal(app: &App, purpose: Purpose, chance: &[u8], expires: i64) -> [u8; 16] {
    let key = app.secret.key("alongside passkey challenges");
    let mut hash = blake3::Hasher::new_keyed(&key);
    match purpose {
        Purpose::Adding(account) => hash.update(b"adding ").update(account.to_string().as_bytes()),
        Purpose::SigningIn => hash.update(b"signing in"),
    };
    hash.update(&[0]).update(chance).update(&expires.to_be_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    short
}

/// A new challenge. It carries its date and our seal, so that giving one away writes nothing.
#[must_use]
pub fn challenge(app: &App, purpose: Purpose) -> String {
    let mut chance = [0_u8; 16];
    app.ids.fill(&mut chance);
    let expires = (app.clock.now() + VALID).as_second();
    let seal = seal(app, purpose, &chance, expires);
    URL_SAFE_NO_PAD.encode([&chance[..], &expires.to_be_bytes(), &seal].concat())
}

/// Whether a challenge is ours, for this purpose, and still stands; when it expires.
fn standing(app: &App, purpose: Purpose, challenge: &str) -> Option<Timestamp> {
    let bytes: [u8; 40] = URL_SAFE_NO_PAD.decode(challenge).ok()?.try_into().ok()?;
    let expires = i64::from_be_bytes(bytes[16..24].try_into().ok()?);
    let right = same(&seal(app, purpose, &bytes[..16], expires), &bytes[24..]);
    let at = Timestamp::from_second(expires).ok()?;
    (right && at > app.clock.now()).then_some(at)
}

/// Marks a challenge as answered; of two answers at once one wins.
async fn spend(
    tx: &Tx,
    app: &App,
    challenge: &str,
    expires: Timestamp,
) -> Result<(), PasskeyError> {
    tx.run("DELETE FROM spent_challenge WHERE expires_at < $1", [At(app.clock.now()).into()])
        .await?;
    let spent = tx
        .run(
            "INSERT INTO spent_challenge (challenge_hash, expires_at) VALUES ($1, $2)
             ON CONFLICT (challenge_hash) DO NOTHING",
            [sessions::hash(challenge).into(), At(expires).into()],
        )
        .await?;
    if spent == 1 { Ok(()) } else { Err(PasskeyError::Challenge) }
}

/// A person's passkeys, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, account: AccountId) -> Result<Vec<Passkey>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM passkey WHERE account = $1 ORDER BY created_at, id");
    db.all(&sql, [account.into()]).await
}

/// Adds a passkey to the account of the person who asks, signed in.
///
/// # Errors
/// See [`PasskeyError`].
pub async fn add(
    app: &App,
    permit: &Permit,
    account: AccountId,
    name: &str,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<(), PasskeyError> {
    let asked = ceremony::challenge(client_data).ok_or(CeremonyError::Shape("client data"))?;
    let expires = standing(app, Purpose::Adding(account), &asked).ok_or(PasskeyError::Challenge)?;
    let (origin, host) = (origin(&app.config), host(&app.config));
    let expected = Expected { challenge: &asked, origin: &origin, host: &host };
    let made = ceremony::register(expected, client_data, attestation)?;
    let tx = app.db.write().await?;
    spend(&tx, app, &asked, expires).await?;
    if of(&tx, account).await?.len() >= MOST {
        return Err(PasskeyError::Full);
    }
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    let added = tx
        .run(
            "INSERT INTO passkey (id, account, name, public_key, sign_count, synced, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
            [
                made.id.into(),
                account.into(),
                name.into(),
                Json(made.key).into(),
                i64::from(made.counter).into(),
                made.synced.into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    if added == 0 {
        return Err(PasskeyError::Known);
    }
    events::append(&tx, permit.context(), Event::new("account", account, "added a passkey"))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What a browser sends to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The passkey's name for the device.
    pub id: String,
    /// What the browser vouches for.
    pub client_data: Vec<u8>,
    /// What the device vouches for.
    pub authenticator_data: Vec<u8>,
    /// The signature over both.
    pub signature: Vec<u8>,
}

/// Signs in with a passkey: whose it is.
///
/// # Errors
/// See [`PasskeyError`].
pub async fn sign_in(app: &App, assertion: &Assertion) -> Result<AccountId, PasskeyError> {
    let asked =
        ceremony::challenge(&assertion.client_data).ok_or(CeremonyError::Shape("client data"))?;
    let expires = standing(app, Purpose::SigningIn, &asked).ok_or(PasskeyError::Challenge)?;
    // The same answer sent again is no copy of the key, though its counter stands still.
    let spent = app
        .db
        .count(
            "SELECT count(*) AS n FROM spent_challenge WHERE challenge_hash = $1",
            [sessions::hash(&asked).into()],
        )
        .await?;
    if spent > 0 {
        return Err(PasskeyError::Challenge);
    }
    let sql = format!("SELECT {COLUMNS} FROM passkey WHERE id = $1");
    let kept: Option<Passkey> = app.db.first(&sql, [assertion.id.clone().into()]).await?;
    let kept = kept.ok_or(PasskeyError::Unknown)?;
    let person = accounts::get(&app.db, kept.account).await?;
    let person = person.filter(|person| person.closed_at.is_none()).ok_or(PasskeyError::Unknown)?;
    let (origin, host) = (origin(&app.config), host(&app.config));
    let checked = ceremony::sign_in(
        Expected { challenge: &asked, origin: &origin, host: &host },
        &kept.public_key.0,
        u32::try_from(kept.sign_count).unwrap_or(u32::MAX),
        &assertion.client_data,
        &assertion.authenticator_data,
        &assertion.signature,
    );
    let now = app.clock.now();
    let tx = app.db.write().await?;
    if checked == Err(CeremonyError::Copied) {
        let actor = Actor::Person { account: person.id.to_string(), name: person.name };
        let context = Context::by(actor, now);
        let event = Event::new("account", person.id, "was refused a passkey that may be a copy");
        events::append(&tx, &context, event).await?;
        tx.commit().await?;
        return Err(CeremonyError::Copied.into());
    }
    let counter = checked?;
    spend(&tx, app, &asked, expires).await?;
    let counted = tx
        .run(
            "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1 AND sign_count = $4",
            [kept.id.into(), i64::from(counter).into(), At(now).into(), kept.sign_count.into()],
        )
        .await?;
    if counted == 0 {
        return Err(DbError::Conflict("passkey").into());
    }
    tx.commit().await?;
    Ok(person.id)
}

/// Gives a passkey another name; `false` when it is not the person's.
///
/// # Errors
/// When the database refuses.
pub async fn rename(
    app: &App,
    permit: &Permit,
    account: AccountId,
    id: &str,
    name: &str,
) -> Result<bool, DbError> {
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    let tx = app.db.write().await?;
    let renamed = tx
        .run(
            "UPDATE passkey SET name = $3 WHERE account = $1 AND id = $2",
            [account.into(), id.into(), name.into()],
        )
        .await?;
    if renamed > 0 {
        let event = Event::new("account", account, "renamed a passkey");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(renamed > 0)
}

/// Takes a passkey away; `false` when it is not the person's.
///
/// # Errors
/// When the database refuses.
pub async fn remove(
    app: &App,
    permit: &Permit,
    account: AccountId,
    id: &str,
) -> Result<bool, DbError> {
    let tx = app.db.write().await?;
    let removed = tx
        .run("DELETE FROM passkey WHERE account = $1 AND id = $2", [account.into(), id.into()])
        .await?;
    if removed > 0 {
        let event = Event::new("account", account, "removed a passkey");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(removed > 0)
}

/// Takes every passkey away, as part of closing or erasing an account.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), DbError> {
    tx.run("DELETE FROM passkey WHERE account = $1", [account.into()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_origin_come_from_the_address_people_type() {
        let config = |url: &str| Config { public_url: url.to_owned(), ..Config::default() };
        let here = config("https://alongside.example:8443/below/");
        assert_eq!(host(&here), "alongside.example");
        assert_eq!(origin(&here), "https://alongside.example:8443");
        assert_eq!(host(&config("http://localhost:8080")), "localhost");
        assert_eq!(origin(&config("http://localhost:8080")), "http://localhost:8080");
    }
}

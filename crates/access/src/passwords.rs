//! A password, which works only together with a code from an authenticator app or a recovery
//! code. Nothing stored here signs anybody in: the password and the recovery codes are hashes,
//! the app's secret is sealed with the key file.

use std::sync::OnceLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use foundation::{
    App, DbError, PageError, Sql, Tx,
    db::At,
    events::{self, Event},
};
use sea_orm::FromQueryResult;
use tokio::sync::Semaphore;

use crate::{
    AccountId, Permit, identities,
    keyring::{KeyError, Keyring},
    limits, passkeys, totp,
};

/// Each hash takes 19 MiB for a moment: so many at once, the others wait.
static ROOM: Semaphore = Semaphore::const_new(4);
/// How many recovery codes a person gets.
const CODES: usize = 10;
/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most characters of a password.
pub const LONGEST: usize = 128;

/// How far a person is with password and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no password: links sign in.
    None,
    /// A password is chosen, and the authenticator app is still to be connected.
    Begun,
    /// Both work.
    Ready,
}

#[derive(FromQueryResult)]
struct Kept {
    id: AccountId,
    password: Option<String>,
    totp: Option<String>,
    totp_since: Option<i64>,
    totp_step: Option<i64>,
}

const KEPT: &str = "SELECT id, password, totp, totp_since, totp_step FROM account";

/// What is wrong with a password somebody chose, if anything.
#[must_use]
pub fn problem(password: &str, email: &str, name: &str) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(
            "Use at least 12 characters. Three or four words that do not belong together are easy to remember",
        );
    }
    if length > LONGEST {
        return Some("Use at most 128 characters");
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or("").to_lowercase();
    let names = name.to_lowercase();
    if names
        .split_whitespace()
        .chain([local.as_str()])
        .any(|part| part.len() > 3 && lower.contains(part))
    {
        return Some("Leave your name and your e-mail address out of the password");
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 6 {
        return Some("Use more different characters");
    }
    let guessed = ["password", "alongside", "qwertyuiop", "1234567890", "letmein", "headteacher"];
    if guessed.iter().any(|word| lower.contains(word)) {
        return Some("Choose something that is harder to guess");
    }
    None
}

async fn hashed(app: &App, password: &str) -> Result<String, PageError> {
    let mut salt = [0_u8; 16];
    app.ids.fill(&mut salt);
    let password = password.to_owned();
    let _place = ROOM.acquire().await.map_err(|error| PageError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let hash: Result<PasswordHash, _> =
            Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string())
    })
    .await
    .map_err(|error| PageError::Internal(error.to_string()))?
    .map_err(|error| PageError::Internal(format!("argon2: {error}")))
}

/// Verifies against the hash that is kept, or does the same work for nothing where there is none.
async fn verified(kept: Option<String>, password: &str) -> Result<bool, PageError> {
    static DECOY: OnceLock<String> = OnceLock::new();
    let password = password.to_owned();
    let _place = ROOM.acquire().await.map_err(|error| PageError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let decoy = DECOY.get_or_init(|| {
            let hash: Result<PasswordHash, _> =
                Argon2::default().hash_password_with_salt(b"nobody's password", &[7; 16]);
            hash.map(|hash| hash.to_string()).unwrap_or_default()
        });
        let real = kept.is_some();
        let kept = kept.unwrap_or_else(|| decoy.clone());
        let right = PasswordHash::new(&kept).is_ok_and(|hash| {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        });
        right && real
    })
    .await
    .map_err(|error| PageError::Internal(error.to_string()))
}

/// How far the person is.
///
/// # Errors
/// When the database cannot be read.
pub async fn state(db: &impl Sql, account: AccountId) -> Result<State, DbError> {
    let kept: Option<Kept> = db.first(&format!("{KEPT} WHERE id = $1"), [account.into()]).await?;
    Ok(match kept {
        Some(Kept { password: Some(_), totp_since: Some(_), .. }) => State::Ready,
        Some(Kept { password: Some(_), .. }) => State::Begun,
        _ => State::None,
    })
}

/// How many recovery codes are left.
///
/// # Errors
/// When the database cannot be read.
pub async fn codes_left(db: &impl Sql, account: AccountId) -> Result<i64, DbError> {
    db.count(
        "SELECT count(*) AS n FROM recovery_code WHERE account = $1 AND used_at IS NULL",
        [account.into()],
    )
    .await
}

/// Whether the password is the account's own, for changes that ask for it again.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_right(app: &App, account: AccountId, password: &str) -> Result<bool, PageError> {
    let kept: Option<Kept> =
        app.db.first(&format!("{KEPT} WHERE id = $1"), [account.into()]).await?;
    verified(kept.and_then(|kept| kept.password), password).await
}

/// Chooses a password and begins to connect an authenticator app, whose secret is returned.
/// Neither works before [`confirm`].
///
/// # Errors
/// When the key file or the database cannot be used.
pub async fn choose(
    app: &App,
    permit: &Permit,
    account: AccountId,
    password: &str,
) -> Result<(), PageError> {
    let hash = hashed(app, password).await?;
    let mut secret = [0_u8; 20];
    app.ids.fill(&mut secret);
    let ring = Keyring::open(app).await.map_err(internal)?;
    let salt = account.to_string();
    let sealed = ring.seal(&app.ids, "totp", &salt, "account", &secret).map_err(internal)?;
    let tx = app.db.write().await?;
    tx.run(
        "UPDATE account SET password = $2, totp = $3, totp_since = NULL, totp_step = NULL WHERE id = $1",
        [account.into(), hash.into(), sealed.into()],
    )
    .await?;
    tx.run("DELETE FROM recovery_code WHERE account = $1", [account.into()]).await?;
    events::append(&tx, permit.context(), Event::new("account", account, "chose a password"))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The secret of the authenticator app while it is being connected.
///
/// # Errors
/// When the key file or the database cannot be used.
pub async fn pending_secret(app: &App, account: AccountId) -> Result<Option<Vec<u8>>, PageError> {
    let kept: Option<Kept> = app
        .db
        .first(&format!("{KEPT} WHERE id = $1 AND totp_since IS NULL"), [account.into()])
        .await?;
    let Some(sealed) = kept.and_then(|kept| kept.totp) else { return Ok(None) };
    unsealed(app, account, &sealed).await.map(Some)
}

async fn unsealed(app: &App, account: AccountId, sealed: &str) -> Result<Vec<u8>, PageError> {
    let ring = Keyring::open(app).await.map_err(internal)?;
    ring.open_sealed("totp", &account.to_string(), "account", sealed).map_err(internal)
}

/// Connects the authenticator app with its first code; returns the recovery codes, which are
/// shown once, or nothing when the code is wrong.
///
/// # Errors
/// When the key file or the database cannot be used.
pub async fn confirm(
    app: &App,
    permit: &Permit,
    account: AccountId,
    typed: &str,
) -> Result<Option<Vec<String>>, PageError> {
    let Some(secret) = pending_secret(app, account).await? else { return Ok(None) };
    let now = permit.context().at;
    let Some(step) = totp::matching(&secret, now, None, &digits(typed)) else { return Ok(None) };
    let tx = app.db.write().await?;
    let changed = tx
        .run(
            "UPDATE account SET totp_since = $2, totp_step = $3
             WHERE id = $1 AND totp_since IS NULL AND totp IS NOT NULL",
            [account.into(), At(now).into(), step.into()],
        )
        .await?;
    if changed == 0 {
        return Err(DbError::Conflict("account").into());
    }
    let codes = renew_codes(&tx, app, account).await?;
    let event = Event::new("account", account, "connected an authenticator app");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(Some(codes))
}

/// New recovery codes in place of the old ones.
///
/// # Errors
/// When the database refuses.
pub async fn new_codes(
    app: &App,
    permit: &Permit,
    account: AccountId,
) -> Result<Vec<String>, PageError> {
    let tx = app.db.write().await?;
    let codes = renew_codes(&tx, app, account).await?;
    events::append(&tx, permit.context(), Event::new("account", account, "renewed recovery codes"))
        .await?;
    tx.commit().await?;
    Ok(codes)
}

async fn renew_codes(tx: &Tx, app: &App, account: AccountId) -> Result<Vec<String>, DbError> {
    tx.run("DELETE FROM recovery_code WHERE account = $1", [account.into()]).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let mut bytes = [0_u8; 10];
        app.ids.fill(&mut bytes);
        let letters = totp::base32(&bytes).to_lowercase();
        let code =
            format!("{}-{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..12], &letters[12..]);
        tx.run(
            "INSERT INTO recovery_code (code_hash, account) VALUES ($1, $2)",
            [code_hash(&app.secret.key(SEALED_WITH), account, &code).into(), account.into()],
        )
        .await?;
        codes.push(code);
    }
    Ok(codes)
}

/// What the keys of recovery codes are derived for.
const SEALED_WITH: &str = "alongside recovery codes";

fn code_hash(key: &[u8; 32], account: AccountId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let text = format!("{account} {}", plain.to_lowercase());
    blake3::keyed_hash(key, text.as_bytes()).to_hex().to_string()
}

/// The unused recovery code that was typed, by its hash with any secret of the installation. Where
/// there is no account as much is asked.
async fn unused(
    app: &App,
    account: Option<AccountId>,
    code: &str,
) -> Result<Option<String>, DbError> {
    let mut found = None;
    for key in app.secret.keys(SEALED_WITH) {
        let hash = match account {
            Some(account) => code_hash(&key, account, code),
            None => blake3::keyed_hash(&key, code.as_bytes()).to_hex().to_string(),
        };
        let spare = app
            .db
            .count(
                "SELECT count(*) AS n FROM recovery_code WHERE code_hash = $1 AND used_at IS NULL",
                [hash.clone().into()],
            )
            .await?;
        if spare > 0 {
            found = Some(hash);
        }
    }
    Ok(found)
}

fn digits(typed: &str) -> String {
    typed.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Takes the password, the authenticator app and the recovery codes away: links sign in again.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &Tx, permit: &Permit, account: AccountId) -> Result<(), DbError> {
    clear(tx, account).await?;
    events::append(tx, permit.context(), Event::new("account", account, "removed the password"))
        .await
}

/// Takes every way to sign in away but links, as part of closing, erasing or recovering an
/// account: password, authenticator app, recovery codes, passkeys and linked providers.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), DbError> {
    clear(tx, account).await?;
    passkeys::forget(tx, account).await?;
    identities::forget(tx, account).await
}

async fn clear(tx: &Tx, account: AccountId) -> Result<(), DbError> {
    tx.run(
        "UPDATE account SET password = NULL, totp = NULL, totp_since = NULL, totp_step = NULL
         WHERE id = $1",
        [account.into()],
    )
    .await?;
    tx.run("DELETE FROM recovery_code WHERE account = $1", [account.into()]).await?;
    Ok(())
}

/// What came of trying to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Password and code are right.
    Welcome(AccountId),
    /// Something is not right; which part is not said.
    Wrong,
    /// Too many tries for now.
    Later,
}

/// Tries an address, a password and a code. Unknown addresses, accounts without a password and
/// wrong parts cost the same work and give the same answer.
///
/// # Errors
/// When the key file or the database cannot be used.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &str,
    code: &str,
    known: bool,
) -> Result<Outcome, PageError> {
    // A code is judged by the moment it arrived: in a storm the password may wait for its turn.
    let now = app.clock.now();
    let email = email.trim().to_lowercase();
    // Tries of their own, which no stranger can use up.
    let (tries, all) = if known {
        (format!("known {email}"), email.clone())
    } else {
        (email.clone(), String::new())
    };
    if !limits::take(app, &limits::PASSWORDS, &tries).await?
        || limits::exhausted(app, &limits::FAILURES, &all).await?
    {
        return Ok(Outcome::Later);
    }
    let kept: Option<Kept> = app
        .db
        .first(&format!("{KEPT} WHERE email = $1 AND closed_at IS NULL"), [email.into()])
        .await?;
    let ready = kept.filter(|kept| kept.totp_since.is_some());
    let hash = ready.as_ref().and_then(|kept| kept.password.clone());
    let password_right = verified(hash, password).await?;
    let sealed = ready.as_ref().and_then(|kept| Some((kept.id, kept.totp.clone()?)));
    let secret = match &sealed {
        Some((account, sealed)) => unsealed(app, *account, sealed).await?,
        None => {
            let _ = Keyring::open(app).await.map_err(internal)?;
            vec![0; 20]
        }
    };
    let used = ready.as_ref().and_then(|kept| kept.totp_step);
    let step = totp::matching(&secret, now, used, &digits(code));
    let owner = sealed.map(|(account, _)| account);
    let recovery = unused(app, owner, code).await?;
    let Some(account) = owner.filter(|_| password_right) else {
        limits::take(app, &limits::FAILURES, &all).await?;
        return Ok(Outcome::Wrong);
    };
    let spent = spend(app, account, step, recovery).await?;
    if spent == 1 {
        return Ok(Outcome::Welcome(account));
    }
    limits::take(app, &limits::FAILURES, &all).await?;
    Ok(Outcome::Wrong)
}

/// Spending the code is the last word: of two tries with the same code one wins.
async fn spend(
    app: &App,
    account: AccountId,
    step: Option<i64>,
    recovery: Option<String>,
) -> Result<u64, DbError> {
    if let Some(step) = step {
        return app
            .db
            .run(
                "UPDATE account SET totp_step = $2
                 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2)",
                [account.into(), step.into()],
            )
            .await;
    }
    let Some(recovery) = recovery else { return Ok(0) };
    app.db
        .run(
            "UPDATE recovery_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL",
            [recovery.into(), At(app.clock.now()).into()],
        )
        .await
}

/// What came of the second step after a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// The account has no authenticator app: the link is enough.
    NotNeeded,
    /// The code was right and is spent.
    Right,
    /// It was not right.
    Wrong,
    /// Too many tries for now.
    Later,
}

/// Checks and spends the code that a link needs where the account has an authenticator app: a
/// mailbox in wrong hands is then not enough. A recovery code does as well.
///
/// # Errors
/// When the key file or the database cannot be used.
pub async fn second_step(app: &App, account: AccountId, code: &str) -> Result<Second, PageError> {
    let kept: Option<Kept> =
        app.db.first(&format!("{KEPT} WHERE id = $1"), [account.into()]).await?;
    let ready = kept.filter(|kept| kept.totp_since.is_some());
    let Some((sealed, used)) = ready.and_then(|kept| Some((kept.totp?, kept.totp_step))) else {
        return Ok(Second::NotNeeded);
    };
    if !limits::take(app, &limits::CODES, &account.to_string()).await? {
        return Ok(Second::Later);
    }
    let secret = unsealed(app, account, &sealed).await?;
    let step = totp::matching(&secret, app.clock.now(), used, &digits(code));
    let recovery = unused(app, Some(account), code).await?;
    let spent = spend(app, account, step, recovery).await?;
    Ok(if spent == 1 { Second::Right } else { Second::Wrong })
}

#[expect(clippy::needless_pass_by_value, reason = "reads well in map_err")]
fn internal(error: KeyError) -> PageError {
    PageError::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn weak_passwords_are_refused_with_a_way_out() {
        let weak = |password| problem(password, "priya.shah@example.org", "Priya Shah");
        assert!(weak("short").unwrap().contains("12 characters"));
        let long = "x".repeat(129);
        assert!(weak(&long).unwrap().contains("128"));
        assert!(weak("priya-and-the-rest").unwrap().contains("name"));
        assert!(weak("aaaabbbbaaaa").unwrap().contains("different"));
        assert!(weak("My Password is 1").unwrap().contains("guess"));
        assert_eq!(weak("tea kettle harbour nine"), None);
        assert_eq!(weak("ein Lied für Élise"), None);
    }
}

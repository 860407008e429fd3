//! Text that two people can read and nobody else, in the database too.
//!
//! Each conversation has a key of its own. It is kept only wrapped: once for each of the two
//! people, under a key derived from the operator's master key (a file outside the database) and
//! a salt of that person. Rooms keep the sealed text in their own tables and come here to seal
//! and to open; both ask the door first, and the door knows nobody but the people named.
//!
//! What this protects against, and what not, is said in `docs/security/sealed-text.md`.

use foundation::{
    App, DbError, PageError, Sql, Tx,
    events::{self, Event},
};
use sea_orm::FromQueryResult;

use crate::{
    AccountId, Permit, Visitor,
    keyring::{self, KeyError, Keyring},
    sessions,
};

/// Why a text cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// The person is not one of the two, or the conversation was erased.
    #[error("this conversation belongs to two other people, or was erased")]
    NotYours,
    /// The key file or the sealed text.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database said something.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<SealedError> for PageError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::NotYours => Self::NotFound,
            SealedError::Db(error) => error.into(),
            SealedError::Key(error) => Self::Internal(error.to_string()),
        }
    }
}

const PURPOSE: &str = "conversation key";

/// Begins a conversation between two people: makes its key and wraps it for both.
///
/// # Errors
/// [`DbError::Duplicate`] when the conversation has a key already.
pub async fn begin(
    tx: &Tx,
    app: &App,
    conversation: &str,
    pair: [AccountId; 2],
) -> Result<(), SealedError> {
    let ring = Keyring::open(app).await?;
    let mut key = [0_u8; 32];
    app.ids.fill(&mut key);
    for (nth, account) in pair.into_iter().enumerate() {
        if nth == 1 && account == pair[0] {
            break;
        }
        let salt = salt(tx, app, account).await?;
        let wrapped = ring.seal(&app.ids, PURPOSE, &salt, &place(conversation, account), &key)?;
        tx.run(
            "INSERT INTO sealed_key (conversation, account, wrapped) VALUES ($1, $2, $3)",
            [conversation.into(), account.into(), wrapped.into()],
        )
        .await?;
    }
    Ok(())
}

fn place(conversation: &str, account: AccountId) -> String {
    format!("{conversation} for {account}")
}

/// A person's salt, made on first use.
async fn salt(db: &impl Sql, app: &App, account: AccountId) -> Result<String, DbError> {
    #[derive(FromQueryResult)]
    struct Salt {
        salt: String,
    }
    db.run(
        "INSERT INTO key_salt (account, salt) VALUES ($1, $2) ON CONFLICT (account) DO NOTHING",
        [account.into(), app.ids.token().into()],
    )
    .await?;
    let kept: Option<Salt> =
        db.first("SELECT salt FROM key_salt WHERE account = $1", [account.into()]).await?;
    Ok(kept.map(|kept| kept.salt).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Wrap {
    conversation: String,
    account: AccountId,
    wrapped: String,
    salt: String,
}

const WRAPS: &str = "SELECT k.conversation, k.account, k.wrapped, s.salt
                     FROM sealed_key k JOIN key_salt s ON s.account = k.account";

impl Wrap {
    fn unwrap_with(&self, ring: &Keyring) -> Result<Vec<u8>, KeyError> {
        let place = place(&self.conversation, self.account);
        ring.open_sealed(PURPOSE, &self.salt, &place, &self.wrapped)
    }
}

/// The conversation's key as this person holds it.
async fn key(
    db: &impl Sql,
    app: &App,
    conversation: &str,
    account: AccountId,
) -> Result<[u8; 32], SealedError> {
    let wrap: Option<Wrap> = db
        .first(
            &format!("{WRAPS} WHERE k.conversation = $1 AND k.account = $2"),
            [conversation.into(), account.into()],
        )
        .await?;
    let wrap = wrap.ok_or(SealedError::NotYours)?;
    let key = wrap.unwrap_with(&Keyring::open(app).await?)?;
    key.try_into().map_err(|_| SealedError::Key(KeyError::Broken))
}

/// Seals a text of a conversation for the person of the permit, who must be one of the two.
/// `field` names where the room keeps it (`body of 0193…`): the result opens nowhere else.
///
/// # Errors
/// See [`SealedError`].
pub async fn seal(
    db: &impl Sql,
    app: &App,
    permit: &Permit,
    conversation: &str,
    field: &str,
    text: &str,
) -> Result<String, SealedError> {
    let account = permit.person().ok_or(SealedError::NotYours)?;
    let key = key(db, app, conversation, account).await?;
    let place = format!("{conversation} {field}");
    Ok(keyring::encrypt(&key, &app.ids, &place, text.as_bytes())?)
}

/// Opens a text of a conversation for a visitor, who must be one of the two.
///
/// # Errors
/// See [`SealedError`].
pub async fn open(
    app: &App,
    visitor: &Visitor,
    conversation: &str,
    field: &str,
    sealed: &str,
) -> Result<String, SealedError> {
    let account = visitor.account.ok_or(SealedError::NotYours)?;
    let key = key(&app.db, app, conversation, account).await?;
    let place = format!("{conversation} {field}");
    let plain = keyring::decrypt(&key, &place, sealed)?;
    String::from_utf8(plain).map_err(|_| SealedError::Key(KeyError::Broken))
}

/// Erases a conversation for good by destroying its keys: what was sealed is noise from then on,
/// also in every backup made later.
///
/// # Errors
/// When the database refuses.
pub async fn erase(tx: &Tx, permit: &Permit, conversation: &str) -> Result<u64, DbError> {
    let erased =
        tx.run("DELETE FROM sealed_key WHERE conversation = $1", [conversation.into()]).await?;
    if erased > 0 {
        let event = Event::new("conversation", conversation, "erased for good");
        events::append(tx, permit.context(), event).await?;
    }
    Ok(erased)
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The number of the key now in use.
    pub version: i64,
    /// How many things were wrapped anew.
    pub renewed: usize,
}

/// Adds a master key and wraps everything anew with it: conversation keys and the secrets of
/// authenticator apps. Afterwards the earlier lines may be taken out of the key file. Sealed
/// texts are not touched: their own keys stay.
///
/// # Errors
/// When an earlier key is missing or the database refuses; nothing in the database has changed
/// then, and the new key waits in the file for another try.
pub async fn rotate(app: &App, permit: &Permit) -> Result<Rotation, SealedError> {
    #[derive(FromQueryResult)]
    struct Connected {
        id: AccountId,
        totp: String,
    }
    let version = Keyring::renew(app).await?;
    let ring = Keyring::open(app).await?;
    let tx = app.db.write().await?;
    let mut renewed = 0;
    let wraps: Vec<Wrap> = tx.all(WRAPS, []).await?;
    for wrap in wraps.iter().filter(|wrap| keyring::version(&wrap.wrapped) != version) {
        let key = wrap.unwrap_with(&ring)?;
        let place = place(&wrap.conversation, wrap.account);
        let wrapped = ring.seal(&app.ids, PURPOSE, &wrap.salt, &place, &key)?;
        tx.run(
            "UPDATE sealed_key SET wrapped = $3 WHERE conversation = $1 AND account = $2",
            [wrap.conversation.clone().into(), wrap.account.into(), wrapped.into()],
        )
        .await?;
        renewed += 1;
    }
    let apps: Vec<Connected> =
        tx.all("SELECT id, totp FROM account WHERE totp IS NOT NULL", []).await?;
    for kept in apps {
        let salt = kept.id.to_string();
        let secret = ring.open_sealed("totp", &salt, "account", &kept.totp)?;
        let totp = ring.seal(&app.ids, "totp", &salt, "account", &secret)?;
        tx.run("UPDATE account SET totp = $2 WHERE id = $1", [kept.id.into(), totp.into()]).await?;
        renewed += 1;
    }
    let event = Event::new("keys", version, "renewed");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(Rotation { version, renewed })
}

/// How much each master key still seals, for `doctor`: the number of the key, and how many
/// conversation keys and secrets of authenticator apps are sealed with it.
///
/// # Errors
/// When the database cannot be read.
pub async fn in_use(db: &impl Sql) -> Result<Vec<(i64, usize)>, DbError> {
    #[derive(FromQueryResult)]
    struct Kept {
        text: String,
    }
    let kept: Vec<Kept> = db
        .all(
            "SELECT wrapped AS text FROM sealed_key
             UNION ALL SELECT totp AS text FROM account WHERE totp IS NOT NULL",
            [],
        )
        .await?;
    let mut counts = std::collections::BTreeMap::new();
    for Kept { text } in kept {
        *counts.entry(keyring::version(&text)).or_insert(0) += 1;
    }
    Ok(counts.into_iter().collect())
}

/// The field name for a text kept under an identifier, hashed so that it has one length.
#[must_use]
pub fn field(name: &str, id: impl std::fmt::Display) -> String {
    format!("{name} {}", &sessions::hash(&id.to_string())[..16])
}

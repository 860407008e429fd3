//! Signed links by e-mail for people without an account: one record, one act, once, until a
//! date, and revocable.
//!
//! A token is 256 bits of chance and a signature over everything the link is good for. Whoever
//! can write to the database but does not have the installation's secret can neither make a
//! link nor point one at another record; whoever reads the database finds hashes only.

use foundation::{
    Actor, App, Context, DbError, OrgRef, Sql, Tx,
    db::At,
    events::{self, Event},
    id_type,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;

use crate::{Permit, sessions, totp};

id_type! {
    /// A link's own name, for lists and for revoking it. It opens nothing.
    LinkId
}

/// What a link is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The kind of record, as events name it: `request`.
    pub subject: &'static str,
    /// The record.
    pub id: String,
    /// The one act: `reply`.
    pub act: &'static str,
    /// To whom the link is sent.
    pub email: String,
    /// The organisation that owns the record.
    pub owner: OrgRef,
}

/// A link that stands.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Link {
    /// Its name.
    pub id: LinkId,
    /// The kind of record.
    pub subject: String,
    /// The record.
    pub subject_id: String,
    /// The one act.
    pub act: String,
    /// To whom it was sent.
    pub email: String,
    /// The organisation that owns the record.
    pub owner: OrgRef,
    /// Until when it stands.
    pub expires_at: At,
}

const COLUMNS: &str = "id, subject, subject_id, act, email, owner, expires_at";
/// What the keys of links are derived for.
const PURPOSE: &str = "alongside links to one act";
/// Digits of chance in a token…
const CHANCE: usize = 64;
/// …and of the signature that follows.
const SIGNATURE: usize = 32;

/// The signature over what a link is good for. Every part is preceded by its length, so that no
/// two links share a text.
fn signature(secret: &[u8; 32], chance: &str, parts: [&str; 5], expires: Timestamp) -> String {
    let mut hash = blake3::Hasher::new_keyed(secret);
    for part in [chance].into_iter().chain(parts) {
        hash.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hash.update(&expires.as_microsecond().to_le_bytes());
    hash.finalize().to_hex()[..SIGNATURE].to_owned()
}

/// The token of a link: chance, and the signature over what the link is good for.
#[must_use]
pub fn token(secret: &[u8; 32], chance: &str, act: &Act, expires: Timestamp) -> String {
    let email = act.email.trim().to_lowercase();
    let owner = act.owner.to_string();
    let parts = [act.subject, act.id.as_str(), act.act, email.as_str(), owner.as_str()];
    format!("{chance}{}", signature(secret, chance, parts, expires))
}

/// Makes a link and returns its token, which is kept nowhere but in the letter.
///
/// # Errors
/// When the database refuses.
pub async fn issue(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    act: &Act,
    valid: SignedDuration,
) -> Result<String, DbError> {
    let at = permit.context().at;
    let (id, expires) = (LinkId::new(&app.ids), at + valid);
    let token = token(&app.secret.key(PURPOSE), &app.ids.token(), act, expires);
    let email = act.email.trim().to_lowercase();
    tx.run(
        "INSERT INTO act_link (id, token_hash, subject, subject_id, act, email, owner, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            id.into(),
            sessions::hash(&token).into(),
            act.subject.into(),
            act.id.clone().into(),
            act.act.into(),
            email.into(),
            act.owner.into(),
            At(at).into(),
            At(expires).into(),
        ],
    )
    .await?;
    let event = Event::new(act.subject, &act.id, "sent a link").owned_by(act.owner);
    events::append(
        tx,
        permit.context(),
        event.with(serde_json::json!({ "act": act.act, "link": id })),
    )
    .await?;
    Ok(token)
}

/// What a token is good for, while it stands. Looking changes nothing: mail scanners look too.
///
/// # Errors
/// When the database cannot be read.
pub async fn look(app: &App, token: &str) -> Result<Option<Link>, DbError> {
    let link: Option<Link> = app
        .db
        .first(
            &format!(
                "SELECT {COLUMNS} FROM act_link WHERE token_hash = $1 AND expires_at > $2
                 AND used_at IS NULL AND revoked_at IS NULL"
            ),
            [sessions::hash(token).into(), At(app.clock.now()).into()],
        )
        .await?;
    Ok(link.filter(|link| opened(app, link, token)))
}

/// Whether a token was made for a link with a secret of this installation, also an earlier one.
fn opened(app: &App, link: &Link, token: &str) -> bool {
    app.secret.keys(PURPOSE).any(|key| link.opened_by(&key, token))
}

impl Link {
    /// Whether a token was made for this link with this secret. Says nothing about whether the
    /// link still stands.
    #[must_use]
    pub fn opened_by(&self, secret: &[u8; 32], token: &str) -> bool {
        if token.len() != CHANCE + SIGNATURE || !token.is_ascii() {
            return false;
        }
        let (chance, signed) = token.split_at(CHANCE);
        let owner = self.owner.to_string();
        let parts = [
            self.subject.as_str(),
            self.subject_id.as_str(),
            self.act.as_str(),
            self.email.as_str(),
            owner.as_str(),
        ];
        let right = signature(secret, chance, parts, self.expires_at.0);
        totp::same(right.as_bytes(), signed.as_bytes())
    }
}

/// Uses a token for its one act on its one record, inside the transaction of that act. The
/// permit names the recipient as the one who acts.
///
/// # Errors
/// When the database refuses.
pub async fn redeem(
    tx: &Tx,
    app: &App,
    token: &str,
    subject: &str,
    id: &str,
    act: &str,
) -> Result<Option<(Link, Permit)>, DbError> {
    let now = app.clock.now();
    let link: Option<Link> = tx
        .first(
            &format!(
                "UPDATE act_link SET used_at = $2
                 WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL AND revoked_at IS NULL
                   AND subject = $3 AND subject_id = $4 AND act = $5
                 RETURNING {COLUMNS}"
            ),
            [
                sessions::hash(token).into(),
                At(now).into(),
                subject.into(),
                id.into(),
                act.into(),
            ],
        )
        .await?;
    Ok(link.filter(|link| opened(app, link, token)).map(|link| {
        let context = Context::by(Actor::Link { email: link.email.clone() }, now);
        (link, Permit::by_link(context))
    }))
}

/// A link that was sent, as its sender sees it later.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Sent {
    /// Its name.
    pub id: LinkId,
    /// The kind of record.
    pub subject: String,
    /// The one act.
    pub act: String,
    /// To whom.
    pub email: String,
    /// When.
    pub created_at: At,
    /// Until when it stands.
    pub expires_at: At,
    /// When it was used.
    pub used_at: Option<At>,
    /// When it was taken back.
    pub revoked_at: Option<At>,
}

impl Sent {
    /// Whether it still opens something.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && self.expires_at.0 > now
    }
}

/// The links to an organisation's records, the latest first: at most two hundred.
///
/// # Errors
/// When the database cannot be read.
pub async fn sent(db: &impl Sql, owner: OrgRef) -> Result<Vec<Sent>, DbError> {
    db.all(
        "SELECT id, subject, act, email, created_at, expires_at, used_at, revoked_at FROM act_link
         WHERE owner = $1 ORDER BY created_at DESC, id LIMIT 200",
        [owner.into()],
    )
    .await
}

/// Takes one link back; `false` when it is not this owner's or stands no longer.
///
/// # Errors
/// When the database refuses.
pub async fn take_back(
    tx: &Tx,
    permit: &Permit,
    owner: OrgRef,
    id: LinkId,
) -> Result<bool, DbError> {
    let at = At(permit.context().at);
    let link: Option<Link> = tx
        .first(
            &format!(
                "UPDATE act_link SET revoked_at = $3
                 WHERE id = $1 AND owner = $2 AND expires_at > $3 AND used_at IS NULL
                   AND revoked_at IS NULL
                 RETURNING {COLUMNS}"
            ),
            [id.into(), owner.into(), at.into()],
        )
        .await?;
    let Some(link) = link else { return Ok(false) };
    let event = Event::new(&link.subject, &link.subject_id, "took a link back").owned_by(owner);
    events::append(tx, permit.context(), event.with(serde_json::json!({ "link": id }))).await?;
    Ok(true)
}

/// Whose record a link is about.
///
/// # Errors
/// When the database cannot be read.
pub async fn owner(db: &impl Sql, id: LinkId) -> Result<Option<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Of {
        owner: OrgRef,
    }
    let of: Option<Of> = db.first("SELECT owner FROM act_link WHERE id = $1", [id.into()]).await?;
    Ok(of.map(|of| of.owner))
}

/// Takes every unused link to a record back and says how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(
    tx: &Tx,
    permit: &Permit,
    subject: &str,
    id: &str,
    owner: OrgRef,
) -> Result<u64, DbError> {
    let revoked = tx
        .run(
            "UPDATE act_link SET revoked_at = $3
             WHERE subject = $1 AND subject_id = $2 AND used_at IS NULL AND revoked_at IS NULL",
            [subject.into(), id.into(), At(permit.context().at).into()],
        )
        .await?;
    if revoked > 0 {
        let event = Event::new(subject, id, "took links back").owned_by(owner);
        events::append(tx, permit.context(), event).await?;
    }
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_signature_holds_for_one_record_one_act_one_person_one_date(
            parts in proptest::array::uniform5("[a-z:|]{0,6}"),
            others in proptest::array::uniform5("[a-z:|]{0,6}"),
            expires in 0_i64..4_000_000_000,
            later in 1_i64..1_000_000,
        ) {
            let borrow = |parts: &'static [String; 5]| parts.each_ref().map(String::as_str);
            let parts: &'static [String; 5] = Box::leak(Box::new(parts));
            let others: &'static [String; 5] = Box::leak(Box::new(others));
            let at = |second| Timestamp::from_second(second).unwrap();
            let signed = signature(&[1; 32], "chance", borrow(parts), at(expires));
            prop_assert_eq!(signed.len(), SIGNATURE);
            let again = signature(&[1; 32], "chance", borrow(parts), at(expires));
            prop_assert_eq!(&signed, &again);
            if parts != others {
                prop_assert_ne!(&signed, &signature(&[1; 32], "chance", borrow(others), at(expires)));
            }
            prop_assert_ne!(&signed, &signature(&[1; 32], "chance", borrow(parts), at(expires + later)));
            prop_assert_ne!(&signed, &signature(&[2; 32], "chance", borrow(parts), at(expires)));
            prop_assert_ne!(&signed, &signature(&[1; 32], "Chance", borrow(parts), at(expires)));
        }
    }
}

//! The append-only record: who did what, for whom, when and why, in the same transaction as
//! the change, each entry chained to the one before by its hash. Where the database knows the
//! installation's secret ([`Db::sealed_with`]) the hash is keyed with it.

use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::{Context, Db, DbError, OrgRef, Sql, Tx, db::At};

/// What happened, for the record.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// What was done, in the past tense with the subject's state machine's word: `submitted`.
    pub verb: &'a str,
    /// The kind of record: `request`.
    pub subject: &'a str,
    /// The record's identifier.
    pub subject_id: String,
    /// The organisation that owns the record.
    pub owner: Option<OrgRef>,
    /// The facts worth keeping, never private text.
    pub detail: serde_json::Value,
}

impl<'a> Event<'a> {
    /// An event about a record.
    #[must_use]
    pub fn new(subject: &'a str, id: impl std::fmt::Display, verb: &'a str) -> Self {
        Self {
            verb,
            subject,
            subject_id: id.to_string(),
            owner: None,
            detail: serde_json::Value::Object(serde_json::Map::new()),
        }
    }

    /// Names the organisation that owns the record.
    #[must_use]
    pub fn owned_by(mut self, owner: OrgRef) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Adds the facts worth keeping.
    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}

/// An entry of the record, as a timeline shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Entry {
    /// Position in the record, from 1.
    pub seq: i64,
    /// When.
    pub at: At,
    /// Who, as a key.
    pub actor: String,
    /// Who, as a name.
    pub actor_name: String,
    /// On whose behalf.
    pub acting_for: Option<String>,
    /// What was done.
    pub verb: String,
    /// To which kind of record.
    pub subject: String,
    /// To which record.
    pub subject_id: String,
    /// The organisation that owns the record.
    pub owner: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The facts, as JSON text.
    pub detail: String,
    /// The request it came from.
    pub request: Option<String>,
    /// The rule that let them, by its name.
    pub rule: Option<String>,
    /// The hash of the entry before.
    pub previous: String,
    /// The hash of this entry.
    pub hash: String,
}

const COLUMNS: &str = "seq, at, actor, actor_name, acting_for, verb, subject, subject_id, \
                       owner, reason, detail, request, rule, previous, hash";

/// What the hash covers: every column but the hash itself, as one JSON array.
#[derive(Serialize)]
struct Sealed<'a>(
    i64,
    i64,
    &'a str,
    &'a str,
    Option<&'a str>,
    &'a str,
    &'a str,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    &'a str,
);

impl Entry {
    fn seal(&self, key: Option<&[u8; 32]>) -> String {
        let sealed = Sealed(
            self.seq,
            self.at.0.as_microsecond(),
            &self.actor,
            &self.actor_name,
            self.acting_for.as_deref(),
            &self.verb,
            &self.subject,
            &self.subject_id,
            self.owner.as_deref(),
            self.reason.as_deref(),
            &self.detail,
            self.request.as_deref(),
            self.rule.as_deref(),
            &self.previous,
        );
        let text = serde_json::to_vec(&sealed).unwrap_or_default();
        hashed(key, &text)
    }
}

/// Appends an event inside the transaction of the change it records.
///
/// # Errors
/// [`DbError::Unpermitted`] when the circumstances are those of a permit to read; when the database
/// refuses.
pub async fn append(tx: &Tx, context: &Context, event: Event<'_>) -> Result<(), DbError> {
    if !context.may_change {
        return Err(DbError::Unpermitted(format!(
            "to read, for “{} {}”",
            event.subject, event.verb
        )));
    }
    // One writer at a time extends the chain; the lock ends with the transaction.
    tx.lock("alongside event chain").await?;
    let last = tail(tx).await?;
    let (seq, previous) = last.map_or((1, String::new()), |last| (last.seq + 1, last.hash));
    let mut entry = Entry {
        seq,
        at: At(context.at),
        actor: context.actor.key(),
        actor_name: context.actor.name().to_owned(),
        acting_for: context.acting_for.map(|org| org.to_string()),
        verb: event.verb.to_owned(),
        subject: event.subject.to_owned(),
        subject_id: event.subject_id,
        owner: event.owner.map(|org| org.to_string()),
        reason: context.reason.clone(),
        detail: event.detail.to_string(),
        request: context.request.clone(),
        rule: context.rule.map(str::to_owned),
        previous,
        hash: String::new(),
    };
    entry.hash = entry.seal(tx.seal());
    let sql = format!(
        "INSERT INTO event ({COLUMNS}) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    tx.run(
        &sql,
        [
            entry.seq.into(),
            entry.at.into(),
            entry.actor.into(),
            entry.actor_name.into(),
            entry.acting_for.into(),
            entry.verb.into(),
            entry.subject.into(),
            entry.subject_id.into(),
            entry.owner.into(),
            entry.reason.into(),
            entry.detail.into(),
            entry.request.into(),
            entry.rule.into(),
            entry.previous.into(),
            entry.hash.clone().into(),
        ],
    )
    .await?;
    tx.run(
        "INSERT INTO event_tail (one, seq, hash) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        [entry.seq.into(), end(tx.seal(), &entry.hash).into()],
    )
    .await?;
    Ok(())
}

/// What the record's own note of its end holds: the last hash, sealed once more, so that whoever
/// cuts entries off cannot write the note anew either.
fn end(key: Option<&[u8; 32]>, last: &str) -> String {
    hashed(key, format!("the record ends with {last}").as_bytes())
}

fn hashed(key: Option<&[u8; 32]>, text: &[u8]) -> String {
    let hash = match key {
        Some(key) => blake3::keyed_hash(key, text),
        None => blake3::hash(text),
    };
    hash.to_hex().to_string()
}

/// The timeline of one record, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn timeline(
    db: &impl Sql,
    subject: &str,
    subject_id: &str,
) -> Result<Vec<Entry>, DbError> {
    let sql =
        format!("SELECT {COLUMNS} FROM event WHERE subject = $1 AND subject_id = $2 ORDER BY seq");
    db.all(&sql, [subject.into(), subject_id.into()]).await
}

/// Whether something holds by one of the keys that a database knows; by none where it knows none.
fn by_any(db: &Db, holds: impl Fn(Option<&[u8; 32]>) -> bool) -> bool {
    match db.seals() {
        [] => holds(None),
        keys => keys.iter().any(|key| holds(Some(key))),
    }
}

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Every entry follows from the one before; the number of entries.
    Whole(i64),
    /// The first entry that does not.
    BrokenAt(i64),
}

/// Where the record ends.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Tail {
    /// The position of the last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// Where the record ends; nothing while it is empty.
///
/// # Errors
/// When the database cannot be read.
pub async fn tail(db: &impl Sql) -> Result<Option<Tail>, DbError> {
    db.first("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", []).await
}

/// The hash of an entry, where there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn hash_of(db: &impl Sql, seq: i64) -> Result<Option<String>, DbError> {
    let entry: Option<Tail> =
        db.first("SELECT seq, hash FROM event WHERE seq = $1", [seq.into()]).await?;
    Ok(entry.map(|entry| entry.hash))
}

/// Re-computes the whole chain and names the first entry that was changed, removed, moved or
/// slipped in. Entries taken off the end are missed by the record's own note of where it ends.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(db: &Db) -> Result<Chain, DbError> {
    const PAGE: i64 = 5_000;
    let sql = format!("SELECT {COLUMNS} FROM event WHERE seq > $1 ORDER BY seq LIMIT {PAGE}");
    // From below the first: nothing may stand before it either.
    let (mut after, mut seq, mut hash) = (i64::MIN, 0, String::new());
    loop {
        let page: Vec<Entry> = db.all(&sql, [after.into()]).await?;
        for entry in &page {
            if entry.seq != seq + 1
                || entry.previous != hash
                || !by_any(db, |key| entry.hash == entry.seal(key))
            {
                return Ok(Chain::BrokenAt(seq + 1));
            }
            (after, seq) = (entry.seq, entry.seq);
            hash.clone_from(&entry.hash);
        }
        if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            let note: Option<Tail> = db.first("SELECT seq, hash FROM event_tail", []).await?;
            let fits = match note {
                None => seq == 0,
                Some(note) => note.seq == seq && by_any(db, |key| end(key, &hash) == note.hash),
            };
            return Ok(match fits {
                true => Chain::Whole(seq),
                false => Chain::BrokenAt(seq + 1),
            });
        }
    }
}

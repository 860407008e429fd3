//! The note of a visit: at most ten fields, saved as it is typed, sealed when it is sent.
//!
//! A note is begun where the visitor stands, perhaps without a connection. The device makes its
//! key and counts its revisions; the server keeps the key unique. A revision is taken when it
//! builds on the newest one, or when it is a later one of the same device. One that arrives twice,
//! late or out of order changes nothing; one written elsewhere on an older text is a conflict that
//! the writer is told about. So nothing that was typed is lost or doubled.

use access::Permit;
use foundation::{
    App, DbError, Sql, Tx,
    db::{At, Json},
    upn,
};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;
use support::{Agreement, seal::seal};

use super::{
    acts::{deliver, heads, record, tell},
    model::{Visit, VisitId, keep, open, who},
    state::{Act, State},
    steps,
};
use crate::{Refusal, challenges, machine::step, pack::pack};

/// What a note says. Ten fields, each of which may stay empty while it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Who took part.
    pub took_part: String,
    /// Strengths: they come first.
    pub strengths: String,
    /// What was seen and done, by the prompts of the visit's kind.
    pub seen: String,
    /// How the milestones move.
    pub progress: String,
    /// One challenge.
    pub challenge: String,
    /// What was seen that makes the visitor say so.
    pub evidence: String,
    /// What was agreed, one a line: what, who, by when.
    pub steps: String,
    /// For the next visit.
    pub next: String,
    /// Whether something was raised with the designated safeguarding lead: `yes`, `no` or empty.
    pub raised: String,
    /// At what time it was raised. Nothing else about it is kept here.
    pub raised_at: String,
}

impl Body {
    /// The names of the fields, as forms send them.
    pub const FIELDS: [&'static str; 10] = [
        "took_part",
        "strengths",
        "seen",
        "progress",
        "challenge",
        "evidence",
        "steps",
        "next",
        "raised",
        "raised_at",
    ];

    /// A note from its fields by name; `field` answers with what was typed.
    #[must_use]
    pub fn from_fields(field: impl Fn(&str) -> String) -> Self {
        let [took_part, strengths, seen, progress, challenge, evidence, steps, next, raised, at] =
            Self::FIELDS.map(field);
        Self {
            took_part,
            strengths,
            seen,
            progress,
            challenge,
            evidence,
            steps,
            next,
            raised,
            raised_at: at,
        }
    }

    /// The fields with their names, in order.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, &str); 10] {
        let values = [
            &self.took_part,
            &self.strengths,
            &self.seen,
            &self.progress,
            &self.challenge,
            &self.evidence,
            &self.steps,
            &self.next,
            &self.raised,
            &self.raised_at,
        ];
        std::array::from_fn(|at| (Self::FIELDS[at], values[at].as_str()))
    }

    /// What is still missing before it can be sent: the field and what to do.
    #[must_use]
    pub fn gap(&self) -> Option<(&'static str, &'static str)> {
        let empty = |text: &str| text.trim().is_empty();
        if empty(&self.strengths) {
            return Some(("strengths", "Begin with a strength you saw"));
        }
        if empty(&self.seen) {
            return Some(("seen", "Say what you saw and did together"));
        }
        if !empty(&self.challenge) && empty(&self.evidence) {
            return Some(("evidence", "Say what you saw that makes you raise this"));
        }
        if self.raised == "yes" && empty(&self.raised_at) {
            return Some(("raised_at", "Enter the time at which you told the safeguarding lead"));
        }
        None
    }
}

/// A revision of a note as it arrives from a device or a form.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The key made where the note was begun.
    pub key: String,
    /// The device, or the form, it was written on.
    pub device: String,
    /// The revision of the server that this text builds on; 0 for a new note.
    pub base: i64,
    /// Counts up with every change on the device.
    pub revision: i64,
    /// The words.
    pub body: Body,
}

/// A note as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Note {
    /// The visit it is about.
    pub visit: VisitId,
    /// The key made where the note was begun.
    pub note_key: String,
    device: String,
    /// The newest revision.
    pub revision: i64,
    body: Json<Body>,
    /// The hash, once it was sent.
    pub hash: Option<String>,
    sent_at: Option<i64>,
}

impl Note {
    /// The words.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body.0
    }

    /// When it was sent to the school.
    #[must_use]
    pub fn sent_at(&self) -> Option<jiff::Timestamp> {
        self.sent_at.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok())
    }

    /// Re-computes the hash; `true` when the stored words are those that were sent.
    #[must_use]
    pub fn intact(&self) -> bool {
        self.hash.as_deref() == Some(hash(self.visit, self.body()).as_str())
    }
}

fn hash(visit: VisitId, body: &Body) -> String {
    seal(&json!({ "visit": visit, "note": body }))
}

/// Reads the note of a visit.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, visit: VisitId) -> Result<Option<Note>, DbError> {
    db.first(
        "SELECT visit, note_key, device, revision, body, hash, sent_at FROM visit_note WHERE visit = $1",
        [visit.into()],
    )
    .await
}

/// What became of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The server has this revision or a newer one of the same note.
    Kept(i64),
    /// The note has been sent already; nothing changed.
    Sent,
}

/// Keeps a revision of a note. The first one says that the visit took place.
///
/// # Errors
/// [`DbError::Conflict`] when the note was begun elsewhere with another key; [`Refusal`] when the
/// state or the person does not allow it.
pub async fn save(
    app: &App,
    permit: &Permit,
    id: VisitId,
    draft: &Draft,
) -> Result<Saved, Refusal> {
    let (tx, agreement, visit) = open(app, id).await?;
    let saved = save_in(app, &tx, permit, &agreement, &visit, draft).await?;
    tx.commit().await?;
    Ok(saved)
}

async fn save_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    visit: &Visit,
    draft: &Draft,
) -> Result<Saved, Refusal> {
    let mine = who(app, tx, permit, visit).await?;
    let there = of(tx, visit.id).await?;
    if let Some(note) = &there {
        // Only the author's own device may learn that a note was sent already.
        step(State::Drafted, Act::Write, &mine)?;
        if note.note_key != draft.key {
            return Err(DbError::Conflict("note").into());
        }
        if note.hash.is_some() {
            return Ok(Saved::Sent);
        }
    }
    let to = step(visit.state(), Act::Write, &mine)?;
    let proper = |token: &str| (16..=64).contains(&token.len()) && token.is_ascii();
    if !proper(&draft.key) || !proper(&draft.device) || draft.revision <= draft.base {
        return Err(Refusal::NotNow("This note has no proper key: reload the page.".to_owned()));
    }
    if draft.body.fields().iter().any(|(_, words)| upn::find(words).is_some()) {
        return Err(Refusal::field(
            "seen",
            "Remove the unique pupil number: Alongside holds nothing about single pupils",
        ));
    }
    let Some(note) = there else {
        deliver(app, tx, permit, agreement, visit).await?;
        keep(tx, visit, to, None, permit.context().at).await?;
        tx.run(
            "INSERT INTO visit_note (visit, note_key, device, revision, body)
             VALUES ($1, $2, $3, $4, $5)",
            [
                visit.id.into(),
                draft.key.clone().into(),
                draft.device.clone().into(),
                draft.revision.into(),
                Json(&draft.body).into(),
            ],
        )
        .await?;
        // The event says that the note was begun; each keystroke after that is nobody's business.
        record(tx, permit, visit, "note begun", json!({})).await?;
        return Ok(Saved::Kept(draft.revision));
    };
    let same_device = draft.device == note.device;
    if same_device && draft.revision <= note.revision {
        return Ok(Saved::Kept(note.revision));
    }
    if !same_device && draft.base != note.revision {
        return Err(DbError::Conflict("note").into());
    }
    tx.run(
        "UPDATE visit_note SET device = $2, revision = $3, body = $4 WHERE visit = $1",
        [
            visit.id.into(),
            draft.device.clone().into(),
            draft.revision.into(),
            Json(&draft.body).into(),
        ],
    )
    .await?;
    Ok(Saved::Kept(draft.revision))
}

/// Sends a note to the school for its factual check. Its words are sealed; what was agreed becomes
/// steps, the challenge becomes one that can be answered. Sending the same note again does nothing.
///
/// # Errors
/// As [`save`]; [`Refusal::Field`] when strengths or what was seen are missing.
pub async fn send(
    app: &App,
    permit: &Permit,
    id: VisitId,
    draft: &Draft,
) -> Result<Saved, Refusal> {
    let (tx, agreement, visit) = open(app, id).await?;
    if save_in(app, &tx, permit, &agreement, &visit, draft).await? == Saved::Sent {
        return Ok(Saved::Sent);
    }
    let visit = super::model::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let note = of(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(visit.state(), Act::Send, &who(app, &tx, permit, &visit).await?)?;
    let at = permit.context().at;
    let check_by = brokerage::packs::working_days_later(at, pack().check_within);
    keep(&tx, &visit, to, Some(check_by), at).await?;
    let body = note.body();
    if let Some((field, message)) = body.gap() {
        return Err(Refusal::field(field, message));
    }
    let hash = hash(id, body);
    tx.run(
        "UPDATE visit_note SET hash = $2, sent_at = $3 WHERE visit = $1",
        [id.into(), hash.clone().into(), At(at).into()],
    )
    .await?;
    steps::enter(&tx, app, &visit, &body.steps).await?;
    if !body.challenge.trim().is_empty() {
        challenges::raise_in(app, &tx, permit, &visit, &body.challenge, &body.evidence).await?;
    }
    record(&tx, permit, &visit, "note sent", json!({ "hash": hash })).await?;
    let heads = heads(app, &tx, visit.host).await?;
    tell(
        app,
        &tx,
        permit,
        &visit,
        &heads,
        "A note of visit waits for your check",
        "has written about",
    )
    .await?;
    tx.commit().await?;
    Ok(Saved::Kept(note.revision))
}

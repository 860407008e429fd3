//! The school's factual check, and what is said about a note afterwards. The note itself never
//! changes: corrections and additions stand beside it, with name and time.

use access::Permit;
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    words,
};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::{
    acts::{heads, record, tell},
    model::{Visit, VisitId, find, keep, open, overdue, speaks_for, who},
    state::{Act, State},
};
use crate::{
    Refusal,
    machine::{Who, step},
};

words! {
    /// What a remark is.
    Said {
        Check = "check", "The school confirmed the facts";
        Correction = "correction", "The school proposed a correction";
        Accepted = "accepted", "The correction was accepted";
        Stands = "stands", "Both views stand";
        Addition = "addition", "Added later";
    }
}

/// Something said about a note after it was sent.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Remark {
    kind: AsText<Said>,
    /// For which school.
    pub org: OrgRef,
    /// By whom.
    pub name: String,
    /// The words; may be empty where the kind says it all.
    pub words: String,
    /// When.
    pub at: At,
}

impl Remark {
    /// What it is.
    #[must_use]
    pub const fn said(&self) -> Said {
        self.kind.0
    }
}

/// What was said about the note of a visit, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, visit: VisitId) -> Result<Vec<Remark>, DbError> {
    db.all(
        "SELECT kind, org, name, words, at FROM visit_remark WHERE visit = $1 ORDER BY at, id",
        [visit.into()],
    )
    .await
}

async fn say(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    visit: &Visit,
    (said, org, words): (Said, OrgRef, &str),
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO visit_remark (id, visit, kind, org, account, name, words, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            app.ids.next().to_string().into(),
            visit.id.into(),
            AsText(said).into(),
            org.into(),
            permit.context().actor.key().into(),
            permit.context().actor.name().into(),
            words.trim().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Takes a step of the check and writes down what was said with it.
async fn take(
    app: &App,
    permit: &Permit,
    id: VisitId,
    act: Act,
    (said, words): (Said, &str),
) -> Result<(Tx, Visit), Refusal> {
    let (tx, _, visit) = open(app, id).await?;
    let mine = who(app, &tx, permit, &visit).await?;
    let to = step(visit.state(), act, &mine)?;
    keep(&tx, &visit, to, None, permit.context().at).await?;
    let org = match act {
        Act::Agree | Act::Correct => visit.host,
        _ => visit.giver,
    };
    say(app, &tx, permit, &visit, (said, org, words)).await?;
    record(&tx, permit, &visit, act.key(), json!({ "to": to })).await?;
    Ok((tx, visit))
}

/// The school confirms the facts, with a comment where it likes.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn agree(app: &App, permit: &Permit, id: VisitId, comment: &str) -> Result<(), Refusal> {
    let (tx, visit) = take(app, permit, id, Act::Agree, (Said::Check, comment)).await?;
    let people = [visit.visitor];
    tell(
        app,
        &tx,
        permit,
        &visit,
        &people,
        "The facts of your note are confirmed",
        "has checked the note of",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The school proposes a correction in its own words.
///
/// # Errors
/// [`Refusal`] without words, or when the state or the person does not allow it.
pub async fn correct(app: &App, permit: &Permit, id: VisitId, words: &str) -> Result<(), Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say which fact is wrong and how it should read"));
    }
    let (tx, visit) = take(app, permit, id, Act::Correct, (Said::Correction, words)).await?;
    let people = [visit.visitor];
    tell(
        app,
        &tx,
        permit,
        &visit,
        &people,
        "A correction to your note",
        "proposes a correction to the note of",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The visitor accepts the correction: it stands beside the note from now on.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn accept(app: &App, permit: &Permit, id: VisitId) -> Result<(), Refusal> {
    answer(app, permit, id, Act::Accept, (Said::Accepted, "")).await
}

/// The visitor sees it otherwise and says why: both views stand.
///
/// # Errors
/// [`Refusal`] without words, or when the state or the person does not allow it.
pub async fn stand(app: &App, permit: &Permit, id: VisitId, words: &str) -> Result<(), Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say in a sentence how you saw it"));
    }
    answer(app, permit, id, Act::Stand, (Said::Stands, words)).await
}

async fn answer(
    app: &App,
    permit: &Permit,
    id: VisitId,
    act: Act,
    said: (Said, &str),
) -> Result<(), Refusal> {
    let (tx, visit) = take(app, permit, id, act, said).await?;
    let people = heads(app, &tx, visit.host).await?;
    tell(app, &tx, permit, &visit, &people, "Your correction was answered", "has answered about")
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Adds words to a note that stands.
///
/// # Errors
/// [`Refusal`] without words, before the note stands, or by somebody of neither school.
pub async fn add(app: &App, permit: &Permit, id: VisitId, words: &str) -> Result<(), Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Write what you want to add"));
    }
    let (tx, _, visit) = open(app, id).await?;
    let mine = who(app, &tx, permit, &visit).await?;
    if !mine.iter().any(|one| matches!(one, Who::Visitor | Who::Host | Who::Giver)) {
        return Err(Refusal::NotYours("The two schools add to a note.".to_owned()));
    }
    if !visit.state().stands() {
        return Err(Refusal::NotNow(
            "Words can be added once the school has checked the note or its time is over."
                .to_owned(),
        ));
    }
    say(app, &tx, permit, &visit, (Said::Addition, speaks_for(&visit, &mine), words)).await?;
    record(&tx, permit, &visit, "added to", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Shows notes as unchecked whose time for the check is over; says how many.
///
/// # Errors
/// When the database refuses.
pub async fn lapse(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let mut lapsed = 0;
    for late in overdue(&app.db, permit.context().at).await? {
        let (tx, _, visit) = open(app, late.id).await?;
        // The school may have answered since the list was read.
        let Ok(to) = step(visit.state(), Act::Lapse, &[Who::System]) else { continue };
        keep(&tx, &visit, to, None, permit.context().at).await?;
        record(&tx, permit, &visit, "not checked in time", json!({})).await?;
        tx.commit().await?;
        lapsed += 1;
    }
    Ok(lapsed)
}

/// How a note stands with the school, in a sentence for its head.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing(db: &impl Sql, id: VisitId) -> Result<Option<String>, DbError> {
    let Some(visit) = find(db, id).await? else { return Ok(None) };
    let words = match visit.state() {
        State::Checking => Some("The school has not checked this note yet."),
        State::Corrected => Some("The school proposed a correction; the visitor has not answered."),
        State::Agreed => Some("The school has checked this note."),
        State::Uncontested => Some(
            "The school was asked to check this note and did not answer within five working days: read it as unchecked.",
        ),
        _ => None,
    };
    Ok(words.map(|words| visit.bodies().say(words)))
}

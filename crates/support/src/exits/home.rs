//! What the supporting school took home: asked of its head before the support is complete, and
//! told beside what became of the supported school. Nothing is an answer.

use access::Permit;
use foundation::{App, DbError, Sql, db::At, words};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, State,
        machine::{Standing, Work, allows},
        store::{open, standings},
    },
    course::record,
    exits::advice::ends_with_report,
};

words! {
    /// What kind of gain it is.
    GainKind {
        Skill = "skill", "Somebody can do more";
        Practice = "practice", "A practice brought home";
        Post = "post", "A post filled, or somebody kept";
        Saving = "saving", "Time or money saved";
        Other = "other", "Something else";
    }
}

/// What the supporting school says it took home.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TakenHome {
    /// What became of what it wanted to learn.
    pub goal: String,
    /// What it took home; empty where it says that it was nothing.
    pub words: String,
}

impl TakenHome {
    /// Whether it says that it took nothing home.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.words.is_empty()
    }
}

/// What the supporting school says it took home; nothing before it has said so.
///
/// # Errors
/// When the database cannot be read.
pub async fn taken_home(db: &impl Sql, id: AgreementId) -> Result<Option<TakenHome>, DbError> {
    db.first("SELECT goal, words FROM taken_home WHERE agreement = $1", [id.into()]).await
}

/// Whether it can be said now: on the way out, or once, after a report was accepted, since that
/// alone completes the support.
#[must_use]
pub fn may_take_home(agreement: &Agreement, said: bool) -> bool {
    let state = agreement.state();
    let after_a_report = matches!(state, State::Completed | State::Sustaining)
        && ends_with_report(agreement)
        && !said;
    allows(state, Work::Exit) || after_a_report
}

/// The head of the supporting school says what it took home and what became of its own goal. No
/// words mean that it was nothing. Said again it replaces what was said, until the support is
/// complete.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, or nothing is said about the goal.
pub async fn take_home(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    said: &TakenHome,
) -> Result<(), Refusal> {
    let goal = said.goal.trim();
    if goal.is_empty() {
        return Err(Refusal::field("goal", "Say what became of it, also where it came to nothing"));
    }
    let (tx, agreement) = open(app, id).await?;
    if !may_take_home(&agreement, taken_home(&tx, id).await?.is_some()) {
        agreement.must_allow(Work::Exit)?;
        return Err(Refusal::NotNow("What was taken home has been said.".to_owned()));
    }
    if !standings(app, &tx, permit, &agreement).await?.contains(&Standing::SupportingHead) {
        return Err(Refusal::NotYours(
            "The head of the supporting school says what it took home.".to_owned(),
        ));
    }
    let words = said.words.trim();
    tx.run(
        "INSERT INTO taken_home (agreement, goal, words, said_by, said_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (agreement) DO UPDATE SET goal = excluded.goal, words = excluded.words,
           said_by = excluded.said_by, said_at = excluded.said_at",
        [
            id.into(),
            goal.into(),
            words.into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let detail = json!({ "nothing": words.is_empty() });
    record(&tx, permit.context(), &agreement, "taken home", detail).await?;
    tx.commit().await?;
    Ok(())
}

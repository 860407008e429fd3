//! How it was, said by each side about working with the other.

use access::Permit;
use foundation::{
    App, DbError, Sql,
    db::{AsText, At, Json},
};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Side,
        acts::head_side,
        machine::{Standing, Work},
        store::{open, standings},
    },
    course::record,
    neighbours,
    pack::pack,
};

/// How it was, said by one side about working with the other.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Feedback {
    side: AsText<Side>,
    answers: Json<Vec<(String, u8)>>,
    /// In their own words.
    pub comment: String,
    /// When.
    pub given_at: At,
}

impl Feedback {
    /// Who says it.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side.0
    }

    /// The answers by item: 1 not at all to 4 fully.
    #[must_use]
    pub fn answers(&self) -> &[(String, u8)] {
        &self.answers.0
    }
}

/// What the two sides said.
///
/// # Errors
/// When the database cannot be read.
pub async fn feedback_of(db: &impl Sql, id: AgreementId) -> Result<Vec<Feedback>, DbError> {
    db.all(
        "SELECT side, answers, comment, given_at FROM feedback WHERE agreement = $1 ORDER BY side",
        [id.into()],
    )
    .await
}

/// Who says how it was, and for which side: asked by the form as well as by the act.
pub(crate) fn must_be_a_head(who: &[Standing]) -> Result<Side, Refusal> {
    head_side(who).ok_or_else(|| Refusal::NotYours("The two heads say how it was.".to_owned()))
}

/// Says how it was. Each head says it once, for their school.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, an answer is missing, or this side
/// has spoken already.
pub async fn give_feedback(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    answers: &[(String, u8)],
    comment: &str,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Feedback)?;
    let who = standings(app, &tx, permit, &agreement).await?;
    let side = must_be_a_head(&who)?;
    for item in &pack().feedback_items {
        let answer = answers.iter().find(|(code, _)| *code == item.code);
        if !answer.is_some_and(|(_, value)| (1..=4).contains(value)) {
            return Err(Refusal::field(
                "answers",
                format!("Choose an answer: {}", agreement.bodies().say(&item.words)),
            ));
        }
    }
    let given = tx
        .run(
            "INSERT INTO feedback (agreement, side, answers, comment, given_by, given_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                id.into(),
                side.key().into(),
                Json(answers).into(),
                comment.trim().into(),
                permit.context().actor.key().into(),
                At(permit.context().at).into(),
            ],
        )
        .await;
    match given {
        Err(DbError::Duplicate(_)) => {
            return Err(Refusal::NotNow("Your school has given its feedback already.".to_owned()));
        }
        other => other?,
    };
    record(&tx, permit.context(), &agreement, "feedback given", json!({ "side": side })).await?;
    if side == Side::Supported {
        neighbours::judge_support(&tx, app, permit, &agreement, answers).await?;
    }
    tx.commit().await?;
    Ok(())
}

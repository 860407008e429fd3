//! Several actions in one act: brought over from a list, or gone through at a meeting.

use access::Permit;
use foundation::{App, Tx, web::FieldError};
use serde_json::json;

use super::action::{self, NewAction, Said};
use crate::{
    Refusal,
    machine::{ActionState, Standing, Work},
    model::{Action, ActionId, ObjectiveId, PlanId},
    store::{Whole, must_allow, must_be, open, plan_of_objective, record, touched, who},
};

/// The most actions one act takes.
pub const MOST: usize = 100;

/// Adds several actions to an objective: all of them or, where one is not right, none.
///
/// # Errors
/// [`Refusal::Fields`] with one line for each action that is not right, under the field `lines`;
/// otherwise as [`action::add`].
pub async fn add(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    new: &[NewAction],
) -> Result<Vec<ActionId>, Refusal> {
    if new.is_empty() || new.len() > MOST {
        return Err(Refusal::field("lines", "Write 1 to 100 actions, one on each line"));
    }
    let wrong: Vec<FieldError> = new
        .iter()
        .enumerate()
        .filter_map(|(at, one)| match one.check() {
            Err(Refusal::Fields(fields)) => Some((at, fields)),
            _ => None,
        })
        .flat_map(|(at, fields)| {
            fields.into_iter().map(move |field| FieldError {
                field: "lines".to_owned(),
                message: format!("Line {}: {}", at + 1, field.message),
            })
        })
        .collect();
    if !wrong.is_empty() {
        return Err(Refusal::Fields(wrong));
    }
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let found = whole.objective(objective)?;
    must_be(&whole.standings(&who, Some(found), None), &[Standing::Head, Standing::Lead])?;
    let mut ids = Vec::with_capacity(new.len());
    for one in new {
        ids.push(action::insert(app, &tx, permit, &whole.plan, found, one).await?);
    }
    tx.commit().await?;
    Ok(ids)
}

/// Says of several actions that they are done, each with the version the writer had before them:
/// all of them or none.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote to one of them first; [`Refusal`]
/// when the state of one or the person does not allow it.
pub async fn finish(
    app: &App,
    permit: &Permit,
    plan: PlanId,
    done: &[(ActionId, i64)],
    words: &str,
) -> Result<usize, Refusal> {
    if done.is_empty() || done.len() > MOST {
        return Err(Refusal::field("done", "Tick what is done"));
    }
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan).await?;
    let said = Said { words: words.trim().to_owned(), ..Said::default() };
    for &(id, seen) in done {
        let (objective, action) = whole.action(id)?;
        touched(u64::from(action.version == seen), "action")?;
        let standings = whole.standings(&who, Some(objective), Some(action));
        one(app, &tx, permit, &whole, action, &standings, &said).await?;
    }
    record(&tx, permit, &whole.plan, "actions gone through", json!({ "done": done.len() })).await?;
    tx.commit().await?;
    Ok(done.len())
}

async fn one(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    action: &Action,
    standings: &[Standing],
    said: &Said,
) -> Result<ActionState, Refusal> {
    let way = action.state().way_to_done();
    if way.is_empty() {
        return Err(Refusal::NotNow(format!(
            "“{}” stands at “{}” already.",
            action.words,
            action.state().words()
        )));
    }
    action::step(app, tx, permit, whole, action, standings, way, said).await
}

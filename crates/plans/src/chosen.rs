//! The practices of the library that an objective uses: chosen, with what the school changes in them
//! and why. The library itself is another room's; it answers through [`Library`].

use access::Permit;
use foundation::{App, DbError, Rooms, Sql, clock::london, db::AsText, id_type};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    acts::Check,
    machine::{Standing, Work},
    model::ObjectiveId,
    store::{must_allow, must_be, one_plan, open, plan_of_objective, record, who},
};

id_type! {
    /// A practice that was chosen for an objective.
    ChosenId
}

/// What is asked of the library.
#[derive(Clone, Debug)]
pub enum Look {
    /// Practices in which these words stand, of an area when that is not empty.
    For {
        /// The words; any when empty.
        words: String,
        /// The area of the framework, by code.
        area: String,
    },
    /// These, as far as they are still shown to everybody.
    These(Vec<String>),
}

/// A practice as the library shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Its identifier.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The problem it answers.
    pub problem: String,
    /// Where it can be read.
    pub href: String,
}

/// The rooms that keep practices. The front door puts them into the requests (`axum::Extension`).
pub type Library = Rooms<Look, Practice>;

/// A practice that was chosen.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Chosen {
    /// The identifier.
    pub id: ChosenId,
    /// The objective.
    pub objective: ObjectiveId,
    /// The practice, by its identifier in the library.
    pub practice: String,
    /// What it was called when it was chosen.
    pub title: String,
    /// What the school changes in it, and why.
    pub adaptation: String,
}

const WRITERS: &[Standing] = &[Standing::Head, Standing::Lead];

/// The practices of an objective, in the order in which they were chosen.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, objective: ObjectiveId) -> Result<Vec<Chosen>, DbError> {
    db.all(
        "SELECT id, objective, practice, title, adaptation FROM objective_practice
         WHERE objective = $1 ORDER BY id",
        [objective.into()],
    )
    .await
}

/// Chooses a practice for an objective. `adaptation` says what is changed and why, or that it is used
/// as it is.
///
/// # Errors
/// [`Refusal`] without a practice or words, twice the same, or where the state or the person does
/// not allow it.
pub async fn choose(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    practice: &Practice,
    adaptation: &str,
) -> Result<ChosenId, Refusal> {
    let mut check = Check::default();
    check.words(
        "adaptation",
        adaptation,
        "Say what you change in it and why, or that you use it as it is",
    );
    check.done()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    must_be(&whole.standings(&who, Some(whole.objective(objective)?), None), WRITERS)?;
    if of(&tx, objective).await?.iter().any(|one| one.practice == practice.id) {
        return Err(Refusal::field("practice", "This practice is chosen already"));
    }
    let id = ChosenId::new(&app.ids);
    tx.run(
        "INSERT INTO objective_practice (id, objective, practice, title, adaptation, chosen_on)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            objective.into(),
            practice.id.clone().into(),
            practice.title.clone().into(),
            adaptation.trim().into(),
            AsText(london(permit.context().at)).into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective, "practice": practice.id });
    record(&tx, permit, &whole.plan, "practice chosen", detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a practice off an objective; the record keeps that it was chosen.
///
/// # Errors
/// [`Refusal`] where there is no such choice, or the state or the person does not allow it.
pub async fn leave(app: &App, permit: &Permit, id: ChosenId) -> Result<(), Refusal> {
    let sql = "SELECT o.plan FROM objective_practice c JOIN plan_objective o ON o.id = c.objective
               WHERE c.id = $1";
    let plan = one_plan(&app.db, sql, id.to_string()).await?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let found: Option<Chosen> = tx
        .first(
            "SELECT id, objective, practice, title, adaptation FROM objective_practice
             WHERE id = $1",
            [id.into()],
        )
        .await?;
    let found = found.ok_or(Refusal::NotFound)?;
    must_be(&whole.standings(&who, Some(whole.objective(found.objective)?), None), WRITERS)?;
    tx.run("DELETE FROM objective_practice WHERE id = $1", [id.into()]).await?;
    let detail = json!({ "objective": found.objective, "practice": found.practice });
    record(&tx, permit, &whole.plan, "practice taken off", detail).await?;
    tx.commit().await?;
    Ok(())
}

//! What was seen of an objective between its milestones, in a sentence with its day and who saw it.

use access::{AccountId, Permit};
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::{AsText, At},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    acts::Check,
    machine::{Standing, Work},
    model::ObjectiveId,
    store::{must_allow, must_be, open, plan_of_objective, record, who},
};

id_type! {
    /// A piece of evidence.
    EvidenceId
}

/// A piece of evidence.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Evidence {
    /// The identifier.
    pub id: EvidenceId,
    /// The objective.
    pub objective: ObjectiveId,
    /// What was seen.
    pub words: String,
    seen_on: AsText<Date>,
    /// Who saw it.
    pub name: String,
}

impl Evidence {
    /// When it was seen.
    #[must_use]
    pub const fn seen_on(&self) -> Date {
        self.seen_on.0
    }
}

const WRITERS: &[Standing] = &[Standing::Head, Standing::Lead];
const COLUMNS: &str = "id, objective, words, seen_on, name";

/// What was seen of an objective, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, objective: ObjectiveId) -> Result<Vec<Evidence>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM objective_evidence WHERE objective = $1
         ORDER BY seen_on DESC, id DESC"
    );
    db.all(&sql, [objective.into()]).await
}

/// What somebody wrote down, for the copy of their own data.
///
/// # Errors
/// When the database cannot be read.
pub async fn noted_by(db: &impl Sql, account: AccountId) -> Result<Vec<Evidence>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM objective_evidence WHERE account = $1 ORDER BY id");
    db.all(&sql, [account.into()]).await
}

/// Writes down what was seen of an objective.
///
/// # Errors
/// [`Refusal`] without words, for a day to come, or where the state or the person does not allow it.
pub async fn note(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    words: &str,
    seen_on: Date,
) -> Result<EvidenceId, Refusal> {
    let at = permit.context().at;
    let mut check = Check::default();
    check.words("words", words, "Say what was seen");
    check.that(seen_on <= london(at), "seen_on", "Enter a day up to today");
    check.done()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Report)?;
    must_be(&whole.standings(&who, Some(whole.objective(objective)?), None), WRITERS)?;
    let id = EvidenceId::new(&app.ids);
    tx.run(
        "INSERT INTO objective_evidence (id, objective, words, seen_on, account, name, noted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.into(),
            objective.into(),
            words.trim().into(),
            AsText(seen_on).into(),
            permit.person().map(|account| account.to_string()).into(),
            permit.context().actor.name().into(),
            At(at).into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective, "evidence": id });
    record(&tx, permit, &whole.plan, "evidence noted", detail).await?;
    tx.commit().await?;
    Ok(id)
}

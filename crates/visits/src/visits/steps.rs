//! What was agreed at a visit, and what became of it: the first thing the next visit looks at.

use access::Permit;
use foundation::{
    App, DbError, Sql, Tx,
    db::{AsText, At},
    id_type, words,
};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::AgreementId;

use super::{
    acts::record,
    model::{Visit, VisitId, open, who},
};
use crate::{
    Refusal,
    machine::{Line, Machine, Who, line, step},
};

id_type! {
    /// A step agreed at a visit.
    StepId
}

words! {
    /// Where a step stands.
    Standing {
        Open = "open", "To do";
        Done = "done", "Done";
        Dropped = "dropped", "Dropped";
    }
}

words! {
    /// What can be said about a step.
    Told {
        Finish = "finish", "Say that it is done";
        Drop = "drop", "Drop it";
        Reopen = "reopen", "Open it again";
    }
}

const TELLERS: &[Who] = &[Who::Visitor, Who::Host, Who::Giver];

const LINES: &[Line<Standing, Told>] = &[
    line(Standing::Open, Told::Finish, TELLERS, Standing::Done, ""),
    line(Standing::Open, Told::Drop, TELLERS, Standing::Dropped, "why, in words"),
    line(Standing::Done, Told::Reopen, TELLERS, Standing::Open, ""),
    line(Standing::Dropped, Told::Reopen, TELLERS, Standing::Open, ""),
];

impl Machine for Standing {
    type Act = Told;
    type Who = Who;
    const THING: &'static str = "agreed step";

    fn lines() -> &'static [Line<Self, Told>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// A step.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Step {
    /// The identifier.
    pub id: StepId,
    /// The visit at which it was agreed.
    pub visit: VisitId,
    /// The words: what, who, by when.
    pub words: String,
    state: AsText<Standing>,
    /// What became of it.
    pub became: String,
    /// Guards against two people settling it at once.
    pub version: i64,
}

impl Step {
    /// Where it stands.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.state.0
    }
}

const COLUMNS: &str = "id, visit, words, state, became, version";

/// The steps of a visit, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_visit(db: &impl Sql, visit: VisitId) -> Result<Vec<Step>, DbError> {
    db.all(
        &format!("SELECT {COLUMNS} FROM visit_step WHERE visit = $1 ORDER BY position"),
        [visit.into()],
    )
    .await
}

/// The open steps of an agreement, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Step>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM visit_step WHERE agreement = $1 AND state = 'open'
             ORDER BY id, position"
        ),
        [agreement.into()],
    )
    .await
}

/// Enters the steps of a note, one a line.
pub(super) async fn enter(tx: &Tx, app: &App, visit: &Visit, lines: &str) -> Result<(), DbError> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    for (position, words) in lines.enumerate() {
        tx.run(
            "INSERT INTO visit_step (id, visit, agreement, position, words, state, version)
             VALUES ($1, $2, $3, $4, $5, 'open', 1)",
            [
                StepId::new(&app.ids).into(),
                visit.id.into(),
                visit.agreement.into(),
                i64::try_from(position).unwrap_or(i64::MAX).into(),
                words.into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Says what became of a step.
///
/// # Errors
/// [`Refusal`] when it is dropped without a word, or the state or the person does not allow it.
pub async fn settle(
    app: &App,
    permit: &Permit,
    id: StepId,
    told: Told,
    became: &str,
) -> Result<(), Refusal> {
    let find = format!("SELECT {COLUMNS} FROM visit_step WHERE id = $1");
    let known: Option<Step> = app.db.first(&find, [id.into()]).await?;
    let visit = known.ok_or(Refusal::NotFound)?.visit;
    let (tx, _, visit) = open(app, visit).await?;
    let it: Step = tx.first(&find, [id.into()]).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.standing(), told, &who(app, &tx, permit, &visit).await?)?;
    if told == Told::Drop && became.trim().is_empty() {
        return Err(Refusal::field("became", "Say why, in a few words both schools can read"));
    }
    let at = permit.context().at;
    tx.run(
        "UPDATE visit_step SET state = $2, became = $3, settled_at = $4, version = version + 1
         WHERE id = $1",
        [id.into(), AsText(to).into(), became.trim().into(), At(at).into()],
    )
    .await?;
    record(&tx, permit, &visit, "step settled", json!({ "step": id, "to": to })).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::exhaustive;

    #[test]
    fn every_transition_that_is_not_listed_is_refused() {
        exhaustive::holds(
            Standing::ALL,
            Told::ALL,
            &[
                ("open", "finish", "visitor host giver"),
                ("open", "drop", "visitor host giver"),
                ("done", "reopen", "visitor host giver"),
                ("dropped", "reopen", "visitor host giver"),
            ],
        );
    }
}

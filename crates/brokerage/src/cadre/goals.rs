//! What somebody who leads beyond their school works at for themselves: one goal at a time, in one of
//! the competencies the pack names. It is theirs alone.

use access::{AccountId, Permit};
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::AsText,
    events::{self, Event},
    id_type,
};
use jiff::{ToSpan, civil::Date};
use needs::ActError;
use sea_orm::FromQueryResult;

use crate::packs;

id_type! {
    /// Somebody's own goal.
    GoalId
}

/// A goal.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Goal {
    /// The identifier.
    pub id: GoalId,
    /// The competency's code.
    pub competency: String,
    /// What they will do.
    pub words: String,
    by_on: AsText<Date>,
    set_on: AsText<Date>,
    closed_on: Option<AsText<Date>>,
    /// What came of it, once it is closed.
    pub came_of_it: String,
}

impl Goal {
    /// By which day.
    #[must_use]
    pub const fn by(&self) -> Date {
        self.by_on.0
    }

    /// Since which day.
    #[must_use]
    pub const fn since(&self) -> Date {
        self.set_on.0
    }

    /// On which day it was closed.
    #[must_use]
    pub fn closed(&self) -> Option<Date> {
        self.closed_on.as_ref().map(|on| on.0)
    }

    /// The competency's name, or its code where the pack does not know it any more.
    #[must_use]
    pub fn competency_name(&self) -> &str {
        packs::competency(&self.competency)
            .map_or(self.competency.as_str(), |one| one.name.as_str())
    }
}

/// Somebody's goals: the current one, then those that are closed, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, person: AccountId) -> Result<Vec<Goal>, DbError> {
    db.all(
        "SELECT id, competency, words, by_on, set_on, closed_on, came_of_it FROM leader_goal
         WHERE person = $1
         ORDER BY CASE WHEN closed_on IS NULL THEN 0 ELSE 1 END, closed_on DESC, id DESC",
        [person.into()],
    )
    .await
}

/// Somebody's current goal.
///
/// # Errors
/// When the database cannot be read.
pub async fn current(db: &impl Sql, person: AccountId) -> Result<Option<Goal>, DbError> {
    Ok(of(db, person).await?.into_iter().find(|goal| goal.closed_on.is_none()))
}

/// Sets a goal of one's own.
///
/// # Errors
/// When there is one already, the pack does not know the competency, nothing is said, or the day is
/// not within two years from now.
pub async fn set(
    app: &App,
    permit: &Permit,
    person: AccountId,
    (competency, words, by): (&str, &str, Date),
) -> Result<GoalId, ActError> {
    let today = london(permit.context().at);
    if packs::competency(competency).is_none() {
        return Err(ActError::missing("competency", "Choose what it is about"));
    }
    if words.trim().is_empty() {
        return Err(ActError::missing("words", "Say what you will do"));
    }
    if by <= today || by > today.saturating_add(2.years()) {
        return Err(ActError::missing("by", "Enter a day after today and within two years"));
    }
    let tx = app.db.write().await?;
    tx.lock(&format!("goal of {person}")).await?;
    if current(&tx, person).await?.is_some() {
        return Err(ActError::refused("You have a goal already: say first what came of it."));
    }
    let id = GoalId::new(&app.ids);
    tx.run(
        "INSERT INTO leader_goal (id, person, competency, words, by_on, set_on)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            person.into(),
            competency.into(),
            words.trim().into(),
            by.to_string().into(),
            today.to_string().into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("leader goal", id, "set")).await?;
    tx.commit().await?;
    Ok(id)
}

/// Closes the current goal with what came of it.
///
/// # Errors
/// When there is none, or nothing is said.
pub async fn close(
    app: &App,
    permit: &Permit,
    person: AccountId,
    came_of_it: &str,
) -> Result<(), ActError> {
    if came_of_it.trim().is_empty() {
        return Err(ActError::missing("came", "Say what came of it, if only in a word"));
    }
    let tx = app.db.write().await?;
    let Some(goal) = current(&tx, person).await? else {
        return Err(ActError::refused("You have no goal at the moment."));
    };
    tx.run(
        "UPDATE leader_goal SET closed_on = $2, came_of_it = $3 WHERE id = $1 AND closed_on IS NULL",
        [
            goal.id.into(),
            london(permit.context().at).to_string().into(),
            came_of_it.trim().into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("leader goal", goal.id, "closed")).await?;
    tx.commit().await?;
    Ok(())
}

//! The goals that members of a partnership share.

use access::{
    AccountId, Action as Deed, Kind, Permit, Resource, Visitor, Zone, decide, looks, partnerships,
};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    id_type,
    mail::{self, Letter},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::{GoalAct, GoalState, Keeper, charter::or_null, machine::step};
use crate::{Refusal, calendar};

id_type! {
    /// A shared goal.
    GoalId
}

/// As many days of term without a word make a goal stand still: half a term.
pub const HALF_TERM: i64 = 42;

/// A shared goal.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Goal {
    /// The identifier.
    pub id: GoalId,
    /// Whose.
    pub partnership: OrgRef,
    /// What is to be reached.
    pub title: String,
    /// How one will see that it is.
    pub seen_by: String,
    /// The member that looks after it.
    pub lead: OrgRef,
    due: AsText<Date>,
    state: AsText<GoalState>,
    moved_on: AsText<Date>,
    /// Guards against two people who act at once.
    pub version: i64,
}

const COLUMNS: &str = "id, partnership, title, seen_by, lead, due, state, moved_on, version";

/// A word about a goal.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Note {
    act: AsText<GoalAct>,
    /// What was said.
    pub words: String,
    /// Who said it.
    pub name: String,
    at: At,
}

impl Note {
    /// What was done.
    #[must_use]
    pub const fn act(&self) -> GoalAct {
        self.act.0
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at.0
    }
}

impl Goal {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> GoalState {
        self.state.0
    }

    /// By when.
    #[must_use]
    pub const fn due(&self) -> Date {
        self.due.0
    }

    /// When something was last said of it.
    #[must_use]
    pub const fn moved_on(&self) -> Date {
        self.moved_on.0
    }

    /// Whether nothing was heard of it for half a term.
    #[must_use]
    pub fn stands_still(&self, today: Date) -> bool {
        self.state() == GoalState::Open && calendar::days_quiet(self.moved_on(), today) >= HALF_TERM
    }

    /// It as the policy sees it: members read it, the leaders of its lead and those who look after
    /// the partnership write.
    #[must_use]
    pub const fn resource(&self) -> Resource {
        Resource::new(Kind::Partnership, Zone::Network, self.lead).through(Some(self.partnership))
    }

    /// What a visitor is in relation to it.
    #[must_use]
    pub fn standings(&self, visitor: &Visitor) -> Vec<Keeper> {
        let whole = partnerships::resource(self.partnership);
        let mut standings = Vec::new();
        if decide(visitor, Deed::Sign, &self.resource()).allowed {
            standings.push(Keeper::Lead);
        }
        if decide(visitor, Deed::Update, &whole).allowed {
            standings.push(Keeper::Broker);
        }
        standings
    }
}

/// The goals of a partnership, open ones first, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Goal>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM shared_goal WHERE partnership = $1
         ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, due, id"
    );
    db.all(&sql, [partnership.into()]).await
}

/// A goal.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: GoalId) -> Result<Option<Goal>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM shared_goal WHERE id = $1"), [id.into()]).await
}

/// What was said of a goal, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn notes(db: &impl Sql, id: GoalId) -> Result<Vec<Note>, DbError> {
    db.all(
        "SELECT act, words, name, at FROM shared_goal_note WHERE goal = $1 ORDER BY at DESC, id DESC",
        [id.into()],
    )
    .await
}

/// What a person said of goals, for the copy of their own data.
///
/// # Errors
/// When the database cannot be read.
pub async fn said_by(db: &impl Sql, account: AccountId) -> Result<Vec<Note>, DbError> {
    db.all(
        "SELECT act, words, name, at FROM shared_goal_note WHERE account = $1 ORDER BY at, id",
        [account.into()],
    )
    .await
}

/// What is agreed on.
#[derive(Clone, Copy, Debug)]
pub struct NewGoal<'a> {
    /// What is to be reached.
    pub title: &'a str,
    /// How one will see that it is.
    pub seen_by: &'a str,
    /// The member that looks after it.
    pub lead: Option<OrgRef>,
    /// By when.
    pub due: Option<Date>,
}

/// Writes down a goal. Needs a permit to change the partnership.
///
/// # Errors
/// [`Refusal::Fields`] when something is missing or the lead is no member.
pub async fn begin(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    new: &NewGoal<'_>,
) -> Result<GoalId, Refusal> {
    permit.must_be_to(&[Deed::Update])?;
    let today = london(permit.context().at);
    let members = partnerships::members(&app.db, partnership, today).await?;
    let mut missing = Vec::new();
    let mut need = |given: bool, field: &str, message: &str| {
        if !given {
            missing.push(foundation::web::FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    };
    need(!new.title.trim().is_empty(), "title", "Say what you want to reach together");
    need(!new.seen_by.trim().is_empty(), "seen_by", "Say how you will see that it is reached");
    let lead = new.lead.filter(|lead| members.contains(lead));
    need(lead.is_some(), "lead", "Choose the member that looks after it");
    let due = new.due.filter(|due| *due > today);
    need(due.is_some(), "due", "Choose a day that lies ahead");
    let (Some(lead), Some(due), true) = (lead, due, missing.is_empty()) else {
        return Err(Refusal::Fields(missing));
    };
    let id = GoalId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO shared_goal (id, partnership, title, seen_by, lead, due, state, moved_on, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
        [
            id.into(),
            partnership.into(),
            new.title.trim().into(),
            new.seen_by.trim().into(),
            lead.into(),
            due.to_string().into(),
            AsText(GoalState::Open).into(),
            today.to_string().into(),
        ],
    )
    .await?;
    let event = Event::new("shared goal", id, "begun").owned_by(partnership);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Says how a goal goes, that it is reached, dropped or taken up again; always in words.
///
/// # Errors
/// [`Refusal`] when the machine refuses, words are missing, or somebody was quicker.
pub async fn take(
    app: &App,
    permit: &Permit,
    goal: &Goal,
    act: GoalAct,
    who: &[Keeper],
    words: &str,
) -> Result<(), Refusal> {
    permit.must_be_to(&[Deed::Update])?;
    let to = step(goal.state(), act, who)?;
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say in a few words what was seen, or why"));
    }
    let tx = app.db.write().await?;
    let touched = tx
        .run(
            "UPDATE shared_goal SET state = $2, moved_on = $3, told_on = NULL, version = version + 1
             WHERE id = $1 AND version = $4",
            [
                goal.id.into(),
                AsText(to).into(),
                london(permit.context().at).to_string().into(),
                goal.version.into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("goal").into());
    }
    tx.run(
        "INSERT INTO shared_goal_note (id, goal, act, words, account, name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            app.ids.next().to_string().into(),
            goal.id.into(),
            AsText(act).into(),
            words.trim().into(),
            or_null(permit.person()),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let event = Event::new("shared goal", goal.id, "told").owned_by(goal.partnership);
    events::append(&tx, permit.context(), event.with(json!({ "act": act, "state": to }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes, once, to the leaders of every goal that stands still. How many goals.
///
/// # Errors
/// When the database refuses.
pub async fn remind(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let today = london(permit.context().at);
    if !calendar::may_remind(today) {
        return Ok(0);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM shared_goal WHERE state = 'open' AND told_on IS NULL ORDER BY id"
    );
    let mut told = 0;
    for goal in app.db.all::<Goal>(&sql, []).await? {
        if !goal.stands_still(today) {
            continue;
        }
        let tx = app.db.write().await?;
        let touched = tx
            .run(
                "UPDATE shared_goal SET told_on = $2 WHERE id = $1 AND told_on IS NULL",
                [goal.id.into(), today.to_string().into()],
            )
            .await?;
        if touched == 0 {
            continue;
        }
        for leader in looks::leaders(&tx, app, goal.lead).await? {
            let letter = Letter {
                recipient: leader.email,
                subject: "A goal you look after stands still".to_owned(),
                body: format!(
                    "Hello {},\n\nnothing was heard for half a term of “{}”. A sentence is enough: \
                     what moves, what does not, what you need.\n\nSay how it goes: {}/goals/{}\n",
                    leader.name,
                    goal.title,
                    app.config.public_url(),
                    goal.id
                ),
            };
            mail::post(&tx, app, permit.context(), &letter).await?;
        }
        let event = Event::new("shared goal", goal.id, "stands still").owned_by(goal.partnership);
        events::append(&tx, permit.context(), event).await?;
        tx.commit().await?;
        told += 1;
    }
    Ok(told)
}

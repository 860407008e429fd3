//! Actions: who does what by when, and what they say about it.

use access::{AccountId, Permit, accounts};
use foundation::{
    App, Sql, Tx,
    clock::london,
    db::{AsText, At},
};
use jiff::{Span, civil::Date};
use serde_json::json;
use support::milestones::Rag;

use super::Check;
use crate::{
    Refusal,
    machine::{ACTIONS, ActionAct, ActionState, Standing, Work, transition},
    model::{Action, ActionId, Note, Objective, ObjectiveId, Plan},
    store::{
        Whole, must_allow, must_be, open, plan_of_action, plan_of_objective, record, touched, who,
    },
};

/// The longest a quick win may take, in days: six weeks.
pub const QUICK: i32 = 42;
/// How long "done" may be taken back, in days.
pub const UNDO: i32 = 7;

/// What a school writes about an action.
#[derive(Clone, Debug)]
pub struct NewAction {
    /// What is done.
    pub words: String,
    /// Who does it, where they have an account.
    pub owner: Option<AccountId>,
    /// Their name.
    pub owner_name: String,
    /// Where reminders go for somebody without an account.
    pub owner_email: String,
    /// Their role.
    pub owner_role: String,
    /// When it is to begin.
    pub start_on: Date,
    /// By when.
    pub due_on: Date,
    /// Whether it is a quick win.
    pub quick: bool,
}

impl NewAction {
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::default();
        check.words("words", &self.words, "Say what is done");
        check.text("owner_name", &self.owner_name);
        check.text("owner_role", &self.owner_role);
        let named = self.owner.is_some()
            || !self.owner_name.trim().is_empty()
            || !self.owner_role.trim().is_empty();
        check.that(named, "owner", "Name a person or a role: what nobody owns is not done");
        let email = self.owner_email.trim();
        let shaped = email.is_empty()
            || email.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
            });
        check.that(shaped, "owner_email", "Enter an e-mail address such as name@school.example");
        check.that(
            self.start_on <= self.due_on,
            "due_on",
            "The day it is due must not come before the day it begins",
        );
        let six_weeks = self.start_on.saturating_add(Span::new().days(QUICK));
        check.that(
            !self.quick || self.due_on <= six_weeks,
            "due_on",
            "A quick win is checked within six weeks: choose an earlier day or take the tick away",
        );
        check.done()
    }
}

/// Adds an action to an objective.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or something is missing.
pub async fn add(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    new: &NewAction,
) -> Result<ActionId, Refusal> {
    new.check()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let found = whole.objective(objective)?;
    must_be(&whole.standings(&who, Some(found), None), &[Standing::Head, Standing::Lead])?;
    let id = insert(app, &tx, permit, &whole.plan, found, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// The name kept beside an owner: the account's own where there is one.
async fn owner_name(db: &impl Sql, new: &NewAction) -> Result<String, Refusal> {
    Ok(match new.owner {
        Some(owner) => accounts::get(db, owner).await?.ok_or(Refusal::NotFound)?.name,
        None => new.owner_name.trim().to_owned(),
    })
}

pub(crate) async fn insert(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    plan: &Plan,
    objective: &Objective,
    new: &NewAction,
) -> Result<ActionId, Refusal> {
    if !objective.state().is_open() {
        return Err(Refusal::NotNow(format!(
            "This objective stands at “{}”, so nothing is added to it.",
            objective.state().words()
        )));
    }
    let id = ActionId::new(&app.ids);
    let position = tx
        .count("SELECT count(*) AS n FROM plan_action WHERE objective = $1", [objective.id.into()])
        .await?;
    let at = At(permit.context().at);
    tx.run(
        "INSERT INTO plan_action (id, objective, words, owner, owner_name, owner_email, owner_role,
           start_on, due_on, state, quick, needs, rag_words, heard_at, position, version, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'not_started', $10, '', '', $11, $12, 1, $11)",
        [
            id.into(),
            objective.id.into(),
            new.words.trim().into(),
            new.owner.map(|owner| owner.to_string()).into(),
            owner_name(tx, new).await?.into(),
            email(new).into(),
            new.owner_role.trim().into(),
            AsText(new.start_on).into(),
            AsText(new.due_on).into(),
            new.quick.into(),
            at.into(),
            position.into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective.id, "action": id });
    record(tx, permit, plan, "action added", detail).await?;
    Ok(id)
}

/// An address is kept for people without an account only: the others' may change.
fn email(new: &NewAction) -> String {
    if new.owner.is_some() { String::new() } else { new.owner_email.trim().to_lowercase() }
}

/// Writes an action anew; `seen` is the version the writer had before them.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn edit(
    app: &App,
    permit: &Permit,
    id: ActionId,
    seen: i64,
    new: &NewAction,
) -> Result<(), Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_action(&app.db, id).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let (objective, action) = whole.action(id)?;
    must_be(
        &whole.standings(&who, Some(objective), Some(action)),
        &[Standing::Head, Standing::Lead],
    )?;
    write(app, &tx, permit, &whole.plan, action, seen, new).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn write(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    plan: &Plan,
    action: &Action,
    seen: i64,
    new: &NewAction,
) -> Result<(), Refusal> {
    new.check()?;
    if !action.state().is_open() {
        return Err(Refusal::NotNow(format!(
            "This action stands at “{}” and is not changed any more.",
            action.state().words()
        )));
    }
    let at = permit.context().at;
    let rows = tx
        .run(
            "UPDATE plan_action SET words = $3, owner = $4, owner_name = $5, owner_email = $6,
               owner_role = $7, start_on = $8, due_on = $9, quick = $10, changed_at = $11,
               version = version + 1
             WHERE id = $1 AND version = $2",
            [
                action.id.into(),
                seen.into(),
                new.words.trim().into(),
                new.owner.map(|owner| owner.to_string()).into(),
                owner_name(tx, new).await?.into(),
                email(new).into(),
                new.owner_role.trim().into(),
                AsText(new.start_on).into(),
                AsText(new.due_on).into(),
                new.quick.into(),
                At(at).into(),
            ],
        )
        .await?;
    touched(rows, "action")?;
    if new.owner != action.owner || email(new) != action.owner_email {
        // Whoever looked after it before can no longer answer by an old letter.
        access::links::revoke(tx, permit, super::answer::SUBJECT, &action.id.to_string(), plan.org)
            .await?;
    }
    if new.due_on != action.due_on() {
        let moved = Said { due: Some(new.due_on), ..Said::default() };
        note(app, tx, permit, action, "edit", &moved).await?;
    }
    let detail = json!({ "objective": action.objective, "action": action.id });
    record(tx, permit, plan, "action changed", detail).await?;
    Ok(())
}

/// What an action says now, as the form and a suggestion's acceptance need it.
#[must_use]
pub fn as_written(action: &Action) -> NewAction {
    NewAction {
        words: action.words.clone(),
        owner: action.owner,
        owner_name: action.owner_name.clone(),
        owner_email: action.owner_email.clone(),
        owner_role: action.owner_role.clone(),
        start_on: action.start_on(),
        due_on: action.due_on(),
        quick: action.quick,
    }
}

/// What somebody says about an action.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// In words.
    pub words: String,
    /// What the owner needs.
    pub needs: String,
    /// The new day, where it moves.
    pub due: Option<Date>,
    /// How likely it is to be done in time; needs words.
    pub rag: Option<Rag>,
}

/// Takes an action a step further, or says how it goes. `seen` is the version the writer had
/// before them.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: ActionId,
    seen: i64,
    act: ActionAct,
    said: &Said,
) -> Result<ActionState, Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_action(&app.db, id).await?).await?;
    let (objective, action) = whole.action(id)?;
    touched(u64::from(action.version == seen), "action")?;
    let standings = whole.standings(&who, Some(objective), Some(action));
    let to = step(app, &tx, permit, &whole, action, &standings, &[act], said).await?;
    tx.commit().await?;
    Ok(to)
}

/// Takes an action through one or more acts in one transaction.
#[expect(clippy::too_many_arguments, reason = "the parts of one act, used twice")]
pub(crate) async fn step(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    action: &Action,
    standings: &[Standing],
    acts: &[ActionAct],
    said: &Said,
) -> Result<ActionState, Refusal> {
    must_allow(&whole.plan, Work::Report)?;
    let at = permit.context().at;
    let today = london(at);
    let mut state = action.state();
    for &act in acts {
        let to = transition(ACTIONS, state, act, standings)
            .map_err(|no| Refusal::of(no, "action", state.words()))?;
        guard(action, act, said, today)?;
        state = to;
    }
    let last = acts.last().copied().unwrap_or(ActionAct::Report);
    let finished = match state {
        ActionState::Done if action.state() != ActionState::Done => Some(at.as_microsecond()),
        ActionState::InProgress => None,
        _ => action.finished_at,
    };
    let due = said.due.unwrap_or(action.due_on());
    let needs = match last {
        ActionAct::Block | ActionAct::Report => said.needs.trim(),
        _ => "",
    };
    let (rag, rag_words) = match said.rag {
        Some(rag) => (Some(rag.key().to_owned()), said.words.trim().to_owned()),
        None if state.is_open() => (action.rag.clone(), action.rag_words.clone()),
        None => (None, String::new()),
    };
    let rows = tx
        .run(
            "UPDATE plan_action SET state = $3, due_on = $4, needs = $5, rag = $6, rag_words = $7,
               heard_at = $8, finished_at = $9, changed_at = $8, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                action.id.into(),
                action.version.into(),
                state.key().into(),
                AsText(due).into(),
                needs.into(),
                rag.into(),
                rag_words.into(),
                At(at).into(),
                finished.into(),
            ],
        )
        .await?;
    touched(rows, "action")?;
    tx.run(
        "UPDATE action_step SET closed_at = $2 WHERE action = $1 AND closed_at IS NULL",
        [action.id.into(), At(at).into()],
    )
    .await?;
    note(app, tx, permit, action, last.key(), said).await?;
    let verb = match last {
        ActionAct::Start => "action begun",
        ActionAct::Report => "action reported on",
        ActionAct::Block => "action stuck",
        ActionAct::Resume => "action taken up again",
        ActionAct::Finish => "action done",
        ActionAct::Check => "action checked",
        ActionAct::Undo => "action reopened",
        ActionAct::Drop => "action dropped",
    };
    let mut detail = json!({ "objective": action.objective, "action": action.id });
    if due != action.due_on() {
        detail["due"] = json!(due);
    }
    record(tx, permit, &whole.plan, verb, detail).await?;
    Ok(state)
}

/// What must hold for an act besides its line in the machine.
fn guard(action: &Action, act: ActionAct, said: &Said, today: Date) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.text("words", &said.words);
    check.text("needs", &said.needs);
    match act {
        ActionAct::Report => {
            check.words("words", &said.words, "Say how it goes, in a sentence");
            check.that(
                said.due.is_none_or(|due| due >= today),
                "due",
                "Choose a day that has not passed",
            );
        }
        ActionAct::Block => check.words("needs", &said.needs, "Say what would help"),
        ActionAct::Drop => check.words("words", &said.words, "Say why it is dropped"),
        ActionAct::Undo => {
            let done = action.finished_at().map(london);
            let until = done.map(|done| done.saturating_add(Span::new().days(UNDO)));
            if until.is_none_or(|until| today > until) {
                return Err(Refusal::NotNow(
                    "It was done more than seven days ago. Add a new action for what is left."
                        .to_owned(),
                ));
            }
        }
        ActionAct::Start | ActionAct::Resume | ActionAct::Finish | ActionAct::Check => {}
    }
    check.that(
        said.rag.is_none() || !said.words.trim().is_empty(),
        "words",
        "Say why, in words: a colour alone helps nobody",
    );
    check.done()
}

async fn note(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    action: &Action,
    act: &str,
    said: &Said,
) -> Result<(), Refusal> {
    let moved = said.due.filter(|due| *due != action.due_on());
    let context = permit.context();
    tx.run(
        "INSERT INTO action_note (id, action, at, author, author_name, act, words, needs,
           due_before, due_after)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            app.ids.next().to_string().into(),
            action.id.into(),
            At(context.at).into(),
            context.actor.key().into(),
            context.actor.name().into(),
            act.into(),
            said.words.trim().into(),
            said.needs.trim().into(),
            moved.map(|_| action.due_on().to_string()).into(),
            moved.map(|due| due.to_string()).into(),
        ],
    )
    .await?;
    Ok(())
}

/// What was said about an action, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn notes(db: &impl Sql, id: ActionId) -> Result<Vec<Note>, Refusal> {
    Ok(db
        .all(
            "SELECT at, author_name, act, words, needs, due_before, due_after FROM action_note
             WHERE action = $1 ORDER BY at DESC, id DESC",
            [id.into()],
        )
        .await?)
}

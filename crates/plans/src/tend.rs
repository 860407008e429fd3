//! The daily round: plans begin on their day, milestones fall due, owners are reminded, and quiet
//! actions climb the ladder to which the school agreed, one step at a time and never further.

use access::{
    Permit, Role,
    accounts::{self, Account},
};
use foundation::{
    App, Sql, Tx,
    clock::london,
    db::{AsText, At, Json},
    jobs,
};
use jiff::{Span, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal, calendar,
    letters::{self, Ask},
    machine::{ObjectiveState, PlanAct},
    model::{Action, LadderStep, Objective, PlanId},
    store::{Whole, open, quiet_for, quiet_since, record},
};

/// The kind of job that tends to plans once a day.
pub const TEND: &str = "plans tend";
/// How many days lie between two steps of the ladder, school holidays left out.
pub const BETWEEN: i64 = 7;
/// How many days before its day an owner is reminded.
const SOON: i32 = 7;

/// The steps of the ladder in words, from the owner to the broker.
pub const RUNGS: [&str; 4] = [
    "The owner is asked",
    "The lead of the objective is told",
    "The heads of both schools are told",
    "The broker is told",
];

/// The step of the ladder that is due for an action, if one is: the days of each step, the days
/// that were quiet, the steps taken since.
#[must_use]
pub fn next_rung(ladder: &[i64], quiet: i64, taken: i64) -> Option<i64> {
    // One step a day at most, so that a long silence is not shouted at.
    let due = ladder.get(usize::try_from(taken).ok()?)?;
    (quiet >= *due).then_some(taken)
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Plans whose first day had come.
    pub begun: usize,
    /// Reminders written.
    pub reminded: usize,
    /// Steps of the ladder taken.
    pub raised: usize,
}

/// Goes through every plan under way. Doing it twice on one day does nothing twice.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<Tended, Refusal> {
    #[derive(FromQueryResult)]
    struct Found {
        id: PlanId,
        state: String,
    }
    let today = london(permit.context().at);
    let mut done = Tended::default();
    let plans: Vec<Found> = app
        .db
        .all(
            "SELECT id, state FROM improvement_plan
             WHERE state IN ('live', 'reviewed')
                OR (state IN ('agreed', 'adopted') AND start_on <= $1)
             ORDER BY id",
            [AsText(today).into()],
        )
        .await?;
    for plan in &plans {
        if matches!(plan.state.as_str(), "agreed" | "adopted") {
            crate::acts::plan::take(app, permit, plan.id, PlanAct::Begin, "", None).await?;
            done.begun += 1;
        }
    }
    crate::acts::milestone::fall_due(app, permit).await?;
    crate::shared::charter::settle_all(app, permit).await?;
    if !calendar::may_remind(today) {
        return Ok(done);
    }
    for plan in plans {
        let (reminded, raised) = one(app, permit, plan.id, today).await?;
        done.reminded += reminded;
        done.raised += raised;
    }
    Ok(done)
}

async fn one(
    app: &App,
    permit: &Permit,
    id: PlanId,
    today: Date,
) -> Result<(usize, usize), Refusal> {
    let (tx, whole) = open(app, id).await?;
    let (mut reminded, mut raised) = (0, 0);
    for objective in whole.objectives.iter().filter(|o| o.state() == ObjectiveState::Live) {
        for action in whole.actions_of(objective.id) {
            // Whoever is on the ladder today is not reminded as well.
            if climb(app, &tx, permit, &whole, objective, action, today).await? {
                raised += 1;
            } else if remind(app, &tx, permit, &whole, action, today).await? {
                reminded += 1;
            }
        }
    }
    tx.commit().await?;
    Ok((reminded, raised))
}

/// Reminds the owner a week before the day and once after it, each once.
async fn remind(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    action: &Action,
    today: Date,
) -> Result<bool, Refusal> {
    if !action.state().is_open() {
        return Ok(false);
    }
    let due = action.due_on();
    // What falls due in the holidays is asked about before they begin.
    let last = calendar::school_day_before(due);
    let (kind, ask) = if due < today {
        ("late", Ask::Late(due))
    } else if last.saturating_sub(Span::new().days(SOON)) <= today {
        ("soon", Ask::Soon(due))
    } else {
        return Ok(false);
    };
    let first = tx
        .run(
            "INSERT INTO plan_reminder (subject, kind, for_on, sent_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (subject, kind, for_on) DO NOTHING",
            [action.id.into(), kind.into(), AsText(due).into(), At(permit.context().at).into()],
        )
        .await?;
    if first == 0 {
        return Ok(false);
    }
    letters::ask_owner(app, tx, permit, whole, action, ask).await
}

/// Takes the next step of the ladder for a quiet action, if one is due.
async fn climb(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    objective: &Objective,
    action: &Action,
    today: Date,
) -> Result<bool, Refusal> {
    let plan = &whole.plan;
    let Some(quiet) = quiet_for(plan, objective, action, today) else { return Ok(false) };
    let open: Vec<&LadderStep> = whole.open_steps(action.id).collect();
    let taken = i64::try_from(open.len()).unwrap_or(i64::MAX);
    let at = permit.context().at;
    let this_day = open.iter().any(|step| london(step.taken_at.0) == today);
    let Some(rung) = next_rung(&whole.ladder(objective.id), quiet, taken) else {
        return Ok(false);
    };
    if this_day {
        return Ok(false);
    }
    let since = calendar::morning(quiet_since(plan, action));
    let mut told = Vec::new();
    if rung == 0 {
        let asked = letters::ask_owner(app, tx, permit, whole, action, Ask::Quiet(quiet)).await?;
        told.push(match asked {
            true => action.owner_in_words(),
            false => format!("{} (no address is known)", action.owner_in_words()),
        });
    } else {
        for person in people(app, tx, whole, objective, rung).await? {
            letters::raise(app, tx, permit, whole, (objective, action), &person, quiet).await?;
            told.push(person.name);
        }
        if told.is_empty() {
            told.push("Nobody holds this post at the moment".to_owned());
        }
    }
    let first = tx
        .run(
            "INSERT INTO action_step (action, since, rung, taken_at, told)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (action, since, rung) DO NOTHING",
            [action.id.into(), At(since).into(), rung.into(), At(at).into(), Json(&told).into()],
        )
        .await?;
    if first == 0 {
        return Err(Refusal::Db(foundation::DbError::Conflict("action")));
    }
    let detail =
        json!({ "objective": objective.id, "action": action.id, "rung": rung, "days": quiet });
    record(tx, permit, plan, "action raised", detail).await?;
    Ok(true)
}

/// Who is told at a step above the owner.
async fn people(
    app: &App,
    tx: &impl Sql,
    whole: &Whole,
    objective: &Objective,
    rung: i64,
) -> Result<Vec<Account>, Refusal> {
    let mut found: Vec<Account> = Vec::new();
    let mut add = |more: Vec<Account>| {
        for person in more {
            if found.iter().all(|known| known.id != person.id) {
                found.push(person);
            }
        }
    };
    let heads = |org| accounts::leaders(tx, &app.clock, org);
    match rung {
        1 => {
            let lead = match objective.lead {
                Some(lead) => accounts::get(tx, lead).await?.filter(|a| a.closed_at.is_none()),
                None => None,
            };
            match lead {
                Some(lead) => add(vec![lead]),
                None => add(heads(whole.plan.org).await?),
            }
        }
        2 => {
            add(heads(whole.plan.org).await?);
            for linked in whole.linked(objective.id) {
                let agreement = &linked.agreement;
                if linked.is_going_on() {
                    add(heads(agreement.supported).await?);
                    add(heads(agreement.supporting).await?);
                }
            }
        }
        _ => {
            for linked in whole.linked(objective.id) {
                let agreement = &linked.agreement;
                if let (true, Some(partnership)) =
                    (agreement.state().in_force(), agreement.partnership)
                {
                    add(accounts::holders(tx, &app.clock, partnership, Role::Broker).await?);
                }
            }
        }
    }
    Ok(found)
}

/// Sets the next daily round for half past seven in the morning; a second call for the same day
/// adds nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), foundation::DbError> {
    let tomorrow = app.clock.today().saturating_add(Span::new().days(1));
    let due = calendar::morning(tomorrow);
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &json!({}), due, Some(&once)).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_step_after_the_other_each_after_its_own_days() {
        let ladder = [21, 28, 35, 50];
        assert_eq!(next_rung(&ladder, 20, 0), None);
        assert_eq!(next_rung(&ladder, 21, 0), Some(0));
        assert_eq!(next_rung(&ladder, 22, 1), None);
        assert_eq!(next_rung(&ladder, 28, 1), Some(1));
        assert_eq!(next_rung(&ladder, 49, 3), None);
        assert_eq!(next_rung(&ladder, 50, 3), Some(3));
        assert_eq!(next_rung(&ladder, 90, 4), None, "the ladder ends");
        assert_eq!(next_rung(&ladder[..2], 90, 2), None, "never beyond what was agreed");
        assert_eq!(next_rung(&ladder, 90, 0), Some(0), "the owner always comes first");
    }

    proptest! {
        #[test]
        fn never_beyond_the_last_step_and_never_before_its_time(
            ladder in prop::collection::vec(7_i64..160, 1..5), quiet in 0_i64..400, taken in 0_i64..6,
        ) {
            if let Some(rung) = next_rung(&ladder, quiet, taken) {
                prop_assert_eq!(rung, taken);
                prop_assert!(quiet >= ladder[usize::try_from(rung).unwrap()]);
            }
        }
    }
}

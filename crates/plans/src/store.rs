//! Reading plans, lists of them, and the pieces every act begins and ends with.

use std::collections::BTreeSet;

use access::{AccountId, Action as Deed, Kind, Permit, Resource, Role, Visitor, Zone, decide};
use foundation::{
    Actor, App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::Value;
use support::{AgreementId, agreements::store as agreements};

use crate::{
    Refusal,
    machine::{ActionState, Standing, Work},
    model::{Action, ActionId, Objective, ObjectiveId, Plan, PlanId, Review, Version},
};

pub use crate::whole::{Linked, Who, Whole};

const PLAN: &str = "p.id, p.org, p.title, p.aim, p.state, p.audit, p.start_on, p.end_on, \
     p.stale_after, p.ladder_top, p.governors_on, p.live_at, p.version, p.created_at, p.changed_at";

/// Who stands behind a permit, with today's posts.
pub(crate) async fn who(app: &App, permit: &Permit) -> Result<Who, Refusal> {
    Ok(match &permit.context().actor {
        Actor::System(_) => Who::System,
        Actor::Link { .. } => Who::Link,
        Actor::Person { account, name } => {
            let account = account.parse().map_err(|_| Refusal::NotFound)?;
            let visitor = Visitor::load(app, account, name.clone()).await;
            Who::Person(Box::new(visitor.map_err(|_| Refusal::NotFound)?))
        }
    })
}

/// Reads a plan.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn plan(db: &impl Sql, id: PlanId) -> Result<Plan, Refusal> {
    db.first(&format!("SELECT {PLAN} FROM improvement_plan p WHERE p.id = $1"), [id.into()])
        .await?
        .ok_or(Refusal::NotFound)
}

/// From which day to which moment actions went on that are done and belong to support through a
/// partnership. It says how long and nothing of what or by whom.
///
/// # Errors
/// When the database cannot be read.
pub async fn finished(
    db: &impl Sql,
    partnership: OrgRef,
) -> Result<Vec<(Date, jiff::Timestamp)>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        start_on: AsText<Date>,
        finished_at: At,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT n.start_on, n.finished_at FROM plan_action n
             WHERE n.finished_at IS NOT NULL AND n.state IN ('done', 'checked')
               AND n.objective IN (
                 SELECT l.objective FROM objective_agreement l
                 JOIN agreement a ON a.id = l.agreement WHERE a.partnership = $1)
             ORDER BY n.finished_at, n.id",
            [partnership.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.start_on.0, row.finished_at.0)).collect())
}

/// The plan an objective belongs to.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such objective.
pub async fn plan_of_objective(db: &impl Sql, id: ObjectiveId) -> Result<PlanId, Refusal> {
    one_plan(db, "SELECT plan FROM plan_objective WHERE id = $1", id.to_string()).await
}

/// The plan an action belongs to.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such action.
pub async fn plan_of_action(db: &impl Sql, id: ActionId) -> Result<PlanId, Refusal> {
    let sql = "SELECT o.plan FROM plan_action a JOIN plan_objective o ON o.id = a.objective
               WHERE a.id = $1";
    one_plan(db, sql, id.to_string()).await
}

pub(crate) async fn one_plan(db: &impl Sql, sql: &str, id: String) -> Result<PlanId, Refusal> {
    #[derive(FromQueryResult)]
    struct Of {
        plan: PlanId,
    }
    let of: Option<Of> = db.first(sql, [id.into()]).await?;
    of.map(|of| of.plan).ok_or(Refusal::NotFound)
}

/// Every plan of a school, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_org(db: &impl Sql, org: OrgRef) -> Result<Vec<Plan>, DbError> {
    let sql = format!(
        "SELECT {PLAN} FROM improvement_plan p WHERE p.org = $1 ORDER BY p.created_at DESC, p.id"
    );
    db.all(&sql, [org.into()]).await
}

/// The plans a visitor may read, by school and newest first: the same policy as for one.
///
/// # Errors
/// When the database cannot be read.
pub async fn readable(app: &App, visitor: &Visitor) -> Result<Vec<Whole>, Refusal> {
    if visitor.account.is_none() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {PLAN} FROM improvement_plan p ORDER BY p.org, p.created_at DESC");
    let all: Vec<Plan> = app.db.all(&sql, []).await?;
    let near = near(app, visitor, &all).await?;
    opened(app, visitor, all.into_iter().filter(|plan| near.contains(&plan.id))).await
}

/// The plans in which something can be expected of a visitor: those of their own organisations and
/// those that name them, of what they may read. The others are read about, not worked on.
///
/// # Errors
/// When the database cannot be read.
pub async fn worked_on(app: &App, visitor: &Visitor) -> Result<Vec<Whole>, Refusal> {
    let Some(account) = visitor.account else { return Ok(Vec::new()) };
    let named = naming(&app.db, account).await?;
    let sql = format!("SELECT {PLAN} FROM improvement_plan p ORDER BY p.org, p.created_at DESC");
    let all: Vec<Plan> = app.db.all(&sql, []).await?;
    let mine = all.into_iter().filter(|p| visitor.belongs_to(p.org) || named.contains(&p.id));
    opened(app, visitor, mine).await
}

/// The plans that name somebody as a lead or an owner.
async fn naming(db: &impl Sql, account: AccountId) -> Result<BTreeSet<PlanId>, DbError> {
    #[derive(FromQueryResult)]
    struct Of {
        plan: PlanId,
    }
    let named: Vec<Of> = db
        .all(
            "SELECT DISTINCT o.plan FROM plan_objective o
             LEFT JOIN plan_action a ON a.objective = o.id
             WHERE o.lead = $1 OR a.owner = $1",
            [account.into()],
        )
        .await?;
    Ok(named.into_iter().map(|of| of.plan).collect())
}

/// Those of some plans that a visitor may read, with everything in them.
async fn opened(
    app: &App,
    visitor: &Visitor,
    plans: impl Iterator<Item = Plan>,
) -> Result<Vec<Whole>, Refusal> {
    let mut found = Vec::new();
    for plan in plans {
        let whole = Whole::load(app, &app.db, plan.id).await?;
        if decide(visitor, Deed::Read, &whole.resource()).allowed {
            found.push(whole);
        }
    }
    Ok(found)
}

/// The plans whose summaries a visitor reads as a member of the board, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn for_board(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Plan>, DbError> {
    let mut found = Vec::new();
    for org in visitor.orgs(Role::Governor) {
        for plan in of_org(db, org).await? {
            let resource = Resource::new(Kind::Board, Zone::School, plan.org);
            if plan.state().is_for_board() && decide(visitor, Deed::Read, &resource).allowed {
                found.push(plan);
            }
        }
    }
    Ok(found)
}

/// The plans worth asking the policy about: those of the visitor's organisations, of schools these
/// are responsible for, those linked with agreements they read, and those that name them.
async fn near(app: &App, visitor: &Visitor, all: &[Plan]) -> Result<BTreeSet<PlanId>, Refusal> {
    let mut near: BTreeSet<PlanId> = all
        .iter()
        .filter(|plan| {
            visitor.belongs_to(plan.org)
                || visitor.glass.contains(&plan.org)
                || visitor.sharing(Kind::Plan).any(|owner| owner == plan.org)
        })
        .map(|plan| plan.id)
        .collect();
    let urns: Vec<u32> = all.iter().filter_map(|plan| plan.org.urn()).collect();
    if visitor.has(Role::TrustExecutive) && !urns.is_empty() {
        for school in register::schools(&app.db, &urns).await? {
            if school.responsible().iter().any(|body| visitor.belongs_to(*body)) {
                near.extend(all.iter().filter(|p| p.org == school.org()).map(|p| p.id));
            }
        }
    }
    if let Some(account) = visitor.account {
        near.extend(naming(&app.db, account).await?);
    }
    for agreement in agreements::readable(&app.db, visitor).await? {
        near.extend(linked_plans(&app.db, agreement.id).await?);
    }
    Ok(near)
}

/// The plans with an objective that is linked with an agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn linked_plans(db: &impl Sql, agreement: AgreementId) -> Result<Vec<PlanId>, DbError> {
    #[derive(FromQueryResult)]
    struct Of {
        plan: PlanId,
    }
    let plans: Vec<Of> = db
        .all(
            "SELECT DISTINCT o.plan FROM plan_objective o
             JOIN objective_agreement l ON l.objective = o.id WHERE l.agreement = $1",
            [agreement.into()],
        )
        .await?;
    Ok(plans.into_iter().map(|of| of.plan).collect())
}

/// The reviews of a plan, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn reviews(db: &impl Sql, plan: PlanId) -> Result<Vec<Review>, DbError> {
    db.all(
        "SELECT number, held_on, words, judged, next_on, by_name FROM plan_review
         WHERE plan = $1 ORDER BY number",
        [plan.into()],
    )
    .await
}

/// The versions of a plan, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(db: &impl Sql, plan: PlanId) -> Result<Vec<Version>, DbError> {
    db.all(
        "SELECT number, occasion, made_at, made_by, content, hash FROM plan_version
         WHERE plan = $1 ORDER BY number",
        [plan.into()],
    )
    .await
}

/// Begins a write on one plan: nobody else writes to it until the transaction ends.
pub(crate) async fn open(app: &App, id: PlanId) -> Result<(Tx, Whole), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("plan {id}")).await?;
    let whole = Whole::load(app, &tx, id).await?;
    Ok((tx, whole))
}

/// Refuses work that the state does not allow.
pub(crate) fn must_allow(plan: &Plan, work: Work) -> Result<(), Refusal> {
    if plan.state().allows(work) {
        return Ok(());
    }
    Err(Refusal::NotNow(match (plan.state().is_over(), work) {
        (true, _) => "This plan is closed, so nothing in it changes any more.".to_owned(),
        (false, Work::Suggest) => "The school is still writing this plan.".to_owned(),
        (false, _) => format!("Agree the plan first: it stands at “{}”.", plan.state().words()),
    }))
}

/// Refuses everybody but these.
pub(crate) fn must_be(found: &[Standing], any: &'static [Standing]) -> Result<(), Refusal> {
    if any.iter().any(|standing| found.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::not_yours(any))
}

/// Records an act on a plan.
pub(crate) async fn record(
    tx: &Tx,
    permit: &Permit,
    plan: &Plan,
    verb: &str,
    detail: Value,
) -> Result<(), DbError> {
    let event = Event::new("plan", plan.id, verb).owned_by(plan.org).with(detail);
    events::append(tx, permit.context(), event).await
}

/// One row must have been touched, else somebody else was first.
pub(crate) const fn touched(rows: u64, what: &'static str) -> Result<(), DbError> {
    if rows == 1 { Ok(()) } else { Err(DbError::Conflict(what)) }
}

/// Whether an action has been quiet for too long on a day: as long as a linked agreement says, or
/// else the plan.
#[must_use]
pub fn is_quiet(whole: &Whole, objective: &Objective, action: &Action, today: Date) -> bool {
    let first = whole.ladder(objective.id).first().copied().unwrap_or(whole.plan.stale_after);
    quiet_for(&whole.plan, objective, action, today).is_some_and(|days| days >= first)
}

/// For how many days nothing was heard of an action that should be going on; none where there is
/// nothing to hear of.
#[must_use]
pub fn quiet_for(plan: &Plan, objective: &Objective, action: &Action, today: Date) -> Option<i64> {
    let going_on = plan.state().is_under_way()
        && objective.state() == crate::machine::ObjectiveState::Live
        && match action.state() {
            ActionState::NotStarted => action.start_on() <= today,
            ActionState::InProgress | ActionState::Blocked => true,
            _ => false,
        };
    if !going_on {
        return None;
    }
    Some(crate::calendar::days_quiet(quiet_since(plan, action), today))
}

/// The day from which silence counts: the last word, the plan's first day or the action's own.
#[must_use]
pub fn quiet_since(plan: &Plan, action: &Action) -> Date {
    let heard = foundation::clock::london(action.heard_at.0);
    let live = plan
        .live_at
        .and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
        .map_or(heard, foundation::clock::london);
    heard.max(live).max(match action.state() {
        ActionState::NotStarted => action.start_on(),
        _ => heard,
    })
}

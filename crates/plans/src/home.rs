//! What waits for a person in this room, what they look after, and what is held about them.

use access::{AccountId, Visitor, leaving::Duty, partnerships};
use foundation::{App, DbError, OrgRef, Sql as _, clock::date_in_words, db::AsText};
use jiff::{Span, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use support::home::Dated;

use crate::{
    Refusal,
    machine::{ActionState, ObjectiveState, PlanState, Standing, SuggestionState},
    model::{ActionId, PlanId},
    shared::{Keeper, charter, goals, pulse, thanks},
    store::{self, Who, Whole, is_quiet},
    trials,
};

/// One thing that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What to do, beginning with a verb.
    pub text: String,
    /// Where it is done.
    pub href: String,
    /// How it stands, in one to three words.
    pub tag: String,
    /// More about it.
    pub detail: String,
    /// By when, where there is a day.
    pub due: Option<Date>,
    /// Whether it is about the person's own school.
    pub own: bool,
}

/// What a person is expected to do about plans now, soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(app: &App, visitor: &Visitor) -> Result<Vec<Waiting>, Refusal> {
    let today = app.clock.today();
    let mut list = Vec::new();
    for whole in store::worked_on(app, visitor).await? {
        if !whole.plan.state().is_over() {
            of_plan(&whole, visitor, today, &mut list);
            tried(app, &whole, visitor, today, &mut list).await?;
        }
    }
    together(app, visitor, today, &mut list).await?;
    list.sort_by_key(|waiting| waiting.due.unwrap_or(Date::MAX));
    Ok(list)
}

/// Small tests whose day has come, for whoever leads the objective.
async fn tried(
    app: &App,
    whole: &Whole,
    visitor: &Visitor,
    today: Date,
    list: &mut Vec<Waiting>,
) -> Result<(), Refusal> {
    let who = Who::Person(Box::new(visitor.clone()));
    for objective in whole.objectives.iter().filter(|one| one.state() == ObjectiveState::Live) {
        let standings = whole.standings(&who, Some(objective), None);
        let leads = standings.contains(&Standing::Lead)
            || (objective.lead.is_none() && standings.contains(&Standing::Head));
        if !leads || !whole.plan.state().is_under_way() {
            continue;
        }
        for it in trials::of(&app.db, objective.id).await? {
            if it.state() == trials::State::Running && it.review_on() <= today {
                list.push(Waiting {
                    text: format!("Say what you saw: {}", it.what),
                    href: format!("/plans/{}/trials/{}", whole.plan.id, it.id),
                    tag: "To do".to_owned(),
                    detail: format!("a small test, looked at on {}", date_in_words(it.review_on())),
                    due: Some(it.review_on()),
                    own: visitor.belongs_to(whole.plan.org),
                });
            }
        }
    }
    Ok(())
}

/// What waits in the person's partnerships: a charter to accept, a goal that stands still.
async fn together(
    app: &App,
    visitor: &Visitor,
    today: Date,
    list: &mut Vec<Waiting>,
) -> Result<(), Refusal> {
    for &partnership in &visitor.partnerships {
        let base = partnerships::address(partnership);
        if let Some(standing) = charter::standing(app, partnership).await? {
            for member in charter::asks(visitor, &standing) {
                list.push(Waiting {
                    text: "Read the charter and accept it".to_owned(),
                    href: format!("{base}/charter"),
                    tag: "Waiting for you".to_owned(),
                    detail: register::org_name(&app.db, member).await?,
                    due: None,
                    own: false,
                });
            }
        }
        let asked = pulse::standings(visitor, partnership).contains(&pulse::Who::Member);
        if let (true, Some(account)) = (asked, visitor.account)
            && let Some(it) = pulse::waiting_for(&app.db, partnership, account).await?
        {
            list.push(Waiting {
                text: "Say how you find your partnership, without a name".to_owned(),
                href: format!("/pulses/{}", it.id),
                tag: "If you like".to_owned(),
                detail: register::org_name(&app.db, partnership).await?,
                due: Some(it.closes()),
                own: false,
            });
        }
        for goal in goals::of(&app.db, partnership).await? {
            let keeps = goal.standings(visitor).contains(&Keeper::Lead);
            if keeps && goal.stands_still(today) {
                list.push(Waiting {
                    text: format!("Say how it goes: {}", goal.title),
                    href: format!("/goals/{}", goal.id),
                    tag: "To do".to_owned(),
                    detail: "nothing was heard for half a term".to_owned(),
                    due: None,
                    own: false,
                });
            }
        }
    }
    Ok(())
}

fn of_plan(whole: &Whole, visitor: &Visitor, today: Date, list: &mut Vec<Waiting>) {
    let plan = &whole.plan;
    let who = Who::Person(Box::new(visitor.clone()));
    let own = visitor.belongs_to(plan.org);
    let head = whole.standings(&who, None, None).contains(&Standing::Head);
    let mut add = |text: String, page: &str, tag: &str, detail: String, due: Option<Date>| {
        let href = format!("/plans/{}{page}", plan.id);
        list.push(Waiting { text, href, tag: tag.to_owned(), detail, due, own });
    };
    if head {
        let open = whole.suggestions.iter().filter(|s| s.state() == SuggestionState::Open).count();
        if open > 0 {
            let text = match open {
                1 => "Answer a suggestion for your plan".to_owned(),
                some => format!("Answer {some} suggestions for your plan"),
            };
            add(text, "/suggestions", "Waiting for you", plan.title.clone(), None);
        }
        match plan.state() {
            PlanState::Draft => {
                add("Finish writing your plan".to_owned(), "", "To do", plan.title.clone(), None);
            }
            PlanState::Proposed => {
                add("Agree your plan".to_owned(), "", "To do", plan.title.clone(), None);
            }
            _ => {}
        }
    }
    if !plan.state().is_under_way() {
        return;
    }
    let soon = today.saturating_add(Span::new().days(14));
    for objective in whole.objectives.iter().filter(|o| o.state() == ObjectiveState::Live) {
        for action in whole.actions_of(objective.id) {
            let standings = whole.standings(&who, Some(objective), Some(action));
            let page = format!("/actions/{}", action.id);
            let quiet = is_quiet(whole, objective, action, today);
            let lead = standings.contains(&Standing::Lead);
            if standings.contains(&Standing::Owner) && action.state().is_open() {
                let late = action.is_late(today);
                if late || quiet || action.due_on() <= soon {
                    let tag = if late { "Overdue" } else { "To do" };
                    let by = date_in_words(action.due_on());
                    let detail = match late {
                        true => format!("was due on {by}"),
                        false => format!("by {by}"),
                    };
                    add(
                        format!("Say how it goes: {}", action.words),
                        &page,
                        tag,
                        detail,
                        Some(action.due_on()),
                    );
                }
            } else if (lead || (head && objective.lead.is_none())) && quiet {
                let detail = format!("{}: nothing was heard for a while", action.owner_in_words());
                add(format!("Ask about: {}", action.words), &page, "Quiet", detail, None);
            } else if (lead || (head && objective.lead.is_none()))
                && action.state() == ActionState::Done
            {
                let text = format!("Confirm that it is done: {}", action.words);
                add(text, &page, "To do", action.owner_in_words(), None);
            } else if (lead || head) && action.state() == ActionState::Blocked {
                let text = format!("Stuck: {}", action.words);
                add(text, &page, "Stuck", action.needs.clone(), None);
            }
        }
        let standings = whole.standings(&who, Some(objective), None);
        let leads = standings.contains(&Standing::Lead)
            || (objective.lead.is_none() && standings.contains(&Standing::Head));
        for milestone in whole.milestones_of(objective.id) {
            if leads
                && milestone.shared.is_none()
                && milestone.stage() == support::milestones::Stage::Due
            {
                let page = format!("/milestones/{}", milestone.id);
                let text = format!("Say what you see: {}", milestone.title);
                let due = milestone.due_on();
                add(text, &page, "To do", format!("by {}", date_in_words(due)), Some(due));
            }
        }
    }
}

#[derive(FromQueryResult)]
struct Held {
    plan: PlanId,
    action: Option<ActionId>,
    words: String,
}

/// What a person still looks after in a school's plans: objectives they lead and actions they own.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let held: Vec<Held> = app
        .db
        .all(
            "SELECT p.id AS plan, a.id AS action, a.words AS words
             FROM plan_action a JOIN plan_objective o ON o.id = a.objective
             JOIN improvement_plan p ON p.id = o.plan
             WHERE a.owner = $1 AND p.org = $2 AND p.state NOT IN ('closed', 'archived')
               AND a.state IN ('not_started', 'in_progress', 'blocked')
             ORDER BY a.due_on, a.id",
            [account.into(), org.into()],
        )
        .await?;
    let mut duties: Vec<Duty> = held
        .into_iter()
        .filter_map(|held| {
            let action = held.action?;
            Some(Duty {
                what: format!("Owns an action of the plan: {}", held.words),
                href: format!("/plans/{}/actions/{action}/edit", held.plan),
            })
        })
        .collect();
    for plan in store::of_org(&app.db, org).await? {
        if plan.state().is_over() {
            continue;
        }
        let whole = Whole::load(&app, &app.db, plan.id).await.map_err(|refusal| match refusal {
            Refusal::Db(error) => error,
            _ => DbError::Conflict("plan"),
        })?;
        for objective in &whole.objectives {
            if objective.lead == Some(account) && objective.state().is_open() {
                duties.push(Duty {
                    what: format!("Leads an objective of the plan: {}", objective.words().title),
                    href: format!("/plans/{}/objectives/{}/edit", plan.id, objective.id),
                });
            }
        }
    }
    Ok(duties)
}

/// What this room holds about a person: what they own, what they said and what they suggested.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    #[derive(FromQueryResult)]
    struct Owned {
        words: String,
        state: String,
        due_on: String,
    }
    #[derive(FromQueryResult)]
    struct Told {
        at: foundation::db::At,
        words: String,
        needs: String,
    }
    #[derive(FromQueryResult)]
    struct Suggested {
        created_at: foundation::db::At,
        why: String,
        changes: String,
        state: String,
        reply: String,
    }
    let owned: Vec<Owned> = app
        .db
        .all(
            "SELECT words, state, due_on FROM plan_action WHERE owner = $1 ORDER BY due_on, id",
            [account.into()],
        )
        .await?;
    let said: Vec<Told> = app
        .db
        .all(
            "SELECT at, words, needs FROM action_note WHERE author = $1 ORDER BY at",
            [format!("account:{account}").into()],
        )
        .await?;
    let suggested: Vec<Suggested> = app
        .db
        .all(
            "SELECT created_at, why, changes, state, reply FROM plan_suggestion WHERE author = $1
             ORDER BY created_at",
            [account.into()],
        )
        .await?;
    let led = app
        .db
        .count("SELECT count(*) AS n FROM plan_objective WHERE lead = $1", [account.into()])
        .await?;
    let goals = goals::said_by(&app.db, account).await?;
    let charters = charter::touched_by(&app.db, account).await?;
    let thanked = thanks::written_by(&app.db, account).await?;
    let seen = crate::evidence::noted_by(&app.db, account).await?;
    let answered = app
        .db
        .count("SELECT count(*) AS n FROM pulse_reply WHERE account = $1", [account.into()])
        .await?;
    Ok(json!({
        "objectives led": led,
        "seen of objectives": seen.iter().map(|one| json!({ "on": one.seen_on(), "words": one.words })).collect::<Vec<_>>(),
        "thanks": thanked.iter().map(|one| json!({ "at": one.at(), "to": one.to_org, "words": one.words })).collect::<Vec<_>>(),
        "questions to members answered, open ones": answered,
        "shared goals": goals.iter().map(|one| json!({ "at": one.at(), "act": one.act(), "words": one.words })).collect::<Vec<_>>(),
        "charters": charters.iter().map(|(partnership, number, what)| json!({ "partnership": partnership, "version": number, "what": what })).collect::<Vec<_>>(),
        "actions": owned.iter().map(|one| json!({ "action": one.words, "state": one.state, "due": one.due_on })).collect::<Vec<_>>(),
        "notes": said.iter().map(|one| json!({ "at": one.at.0, "words": one.words, "needs": one.needs })).collect::<Vec<_>>(),
        "suggestions": suggested.iter().map(|one| json!({ "at": one.created_at.0, "why": one.why, "changes": one.changes, "state": one.state, "reply": one.reply })).collect::<Vec<_>>(),
    }))
}

/// The days between two dates on which somebody's own actions and the milestones of the objectives
/// they lead fall due, for the week ahead and for calendars; soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn dated(
    app: &App,
    visitor: &Visitor,
    from: Date,
    to: Date,
) -> Result<Vec<Dated>, DbError> {
    #[derive(FromQueryResult)]
    struct Due {
        id: String,
        plan: PlanId,
        org: OrgRef,
        words: String,
        due_on: AsText<Date>,
    }
    let Some(account) = visitor.account else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (what, page, sql) in [
        (
            "Action of a plan",
            "actions",
            "SELECT a.id, p.id AS plan, p.org, a.words, a.due_on
             FROM plan_action a JOIN plan_objective o ON o.id = a.objective
             JOIN improvement_plan p ON p.id = o.plan
             WHERE a.owner = $1 AND a.state IN ('not_started', 'in_progress', 'blocked')
               AND o.state = 'live' AND p.state IN ('live', 'reviewed')
               AND a.due_on >= $2 AND a.due_on <= $3",
        ),
        (
            "Milestone of a plan",
            "milestones",
            "SELECT m.id, p.id AS plan, p.org, m.title AS words, m.due_on
             FROM plan_milestone m JOIN plan_objective o ON o.id = m.objective
             JOIN improvement_plan p ON p.id = o.plan
             WHERE o.lead = $1 AND m.shared IS NULL AND m.state IN ('pending', 'due')
               AND o.state = 'live' AND p.state IN ('live', 'reviewed')
               AND m.due_on >= $2 AND m.due_on <= $3",
        ),
    ] {
        let values = [account.into(), AsText(from).into(), AsText(to).into()];
        let due: Vec<Due> = app.db.all(sql, values).await?;
        found.extend(due.into_iter().map(|due| Dated {
            key: format!("{page}-{}", due.id),
            on: due.due_on.0,
            what,
            about: due.words,
            href: format!("/plans/{}/{page}/{}", due.plan, due.id),
            mine: visitor.belongs_to(due.org),
        }));
    }
    found.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    Ok(found)
}

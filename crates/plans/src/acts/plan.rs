//! Beginning a plan, writing its frame, and taking it through its life.

use access::Permit;
use foundation::{
    App, OrgRef, Sql as _, Tx,
    clock::london,
    db::{AsText, At, Json},
};
use jiff::civil::Date;
use needs::{AuditId, FindingId, FindingKind, Found};
use serde_json::json;
use support::milestones::Rag;

use super::{Check, objective};
use crate::{
    Refusal, letters,
    machine::{
        OBJECTIVES, ObjectiveAct, ObjectiveState, PLANS, PlanAct, PlanState, Standing, Work,
        transition,
    },
    model::{Judged, ObjectiveId, ObjectiveWords, PlanId},
    store::{Who, Whole, must_allow, must_be, open, record, touched, who},
};

/// The usual number of days without word after which an action counts as quiet.
pub const STALE_AFTER: i64 = 21;
/// The highest step of the ladder there is: the broker.
pub const LADDER_TOP: i64 = 3;

/// A plan to be begun.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// The school.
    pub org: OrgRef,
    /// The audit it grows from.
    pub audit: Option<AuditId>,
    /// The needs that become draft objectives.
    pub needs: Vec<FindingId>,
    /// Its frame.
    pub frame: PlanFrame,
}

/// What a plan says about itself.
#[derive(Clone, Debug)]
pub struct PlanFrame {
    /// What it is called.
    pub title: String,
    /// What should be true at the end.
    pub aim: String,
    /// The first day.
    pub start_on: Date,
    /// The last day.
    pub end_on: Date,
    /// After how many days without word an action is quiet.
    pub stale_after: i64,
    /// The highest step of the ladder the school agrees to.
    pub ladder_top: i64,
}

impl PlanFrame {
    fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::default();
        check.words("title", &self.title, "Give the plan a name");
        check.text("aim", &self.aim);
        check.that(self.start_on < self.end_on, "end_on", "The last day must come after the first");
        check.that(
            (7..=120).contains(&self.stale_after),
            "stale_after",
            "Enter a number of days from 7 to 120",
        );
        check.that(
            (0..=LADDER_TOP).contains(&self.ladder_top),
            "ladder_top",
            "Choose how far a quiet action may be raised",
        );
        check.done()
    }
}

/// Begins a plan; each chosen need becomes a draft objective, linked with the finding.
///
/// # Errors
/// [`Refusal`] when the permit is not the head's or the frame is not whole.
pub async fn create(app: &App, permit: &Permit, new: &NewPlan) -> Result<PlanId, Refusal> {
    new.frame.check()?;
    if let Who::Person(visitor) = who(app, permit).await?
        && !visitor.is(access::Role::Head, new.org)
    {
        return Err(Refusal::NotYours("The head of the school begins its plan.".to_owned()));
    }
    let found: Vec<Found> = needs::audits::findings(&app.db, &new.needs)
        .await?
        .into_iter()
        .filter(|found| found.org == new.org && found.finding.kind == FindingKind::Need)
        .collect();
    let tx = app.db.write().await?;
    let id = PlanId::new(&app.ids);
    let at = At(permit.context().at);
    let frame = &new.frame;
    tx.run(
        "INSERT INTO improvement_plan (id, org, title, aim, state, audit, start_on, end_on,
           stale_after, ladder_top, version, created_at, changed_at)
         VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, 1, $10, $10)",
        [
            id.into(),
            new.org.into(),
            frame.title.trim().into(),
            frame.aim.trim().into(),
            new.audit.map(|audit| audit.to_string()).into(),
            AsText(frame.start_on).into(),
            AsText(frame.end_on).into(),
            frame.stale_after.into(),
            frame.ladder_top.into(),
            at.into(),
        ],
    )
    .await?;
    let whole = Whole::load(app, &tx, id).await?;
    record(&tx, permit, &whole.plan, "begun", json!({ "needs": found.len() })).await?;
    for found in &found {
        let draft = objective::NewObjective {
            priority: found.area_name.clone(),
            area: found.area.clone(),
            words: ObjectiveWords {
                title: found.finding.statement.clone(),
                why: found.root_causes.clone(),
                ..ObjectiveWords::default()
            },
            kpi: found.finding.kpis.first().cloned(),
            findings: vec![found.finding.id],
            ..objective::NewObjective::default()
        };
        objective::insert(app, &tx, permit, &whole.plan, &draft).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Writes the frame of a plan; `seen` is the version the writer had before them.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn edit(
    app: &App,
    permit: &Permit,
    id: PlanId,
    seen: i64,
    frame: &PlanFrame,
) -> Result<(), Refusal> {
    frame.check()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, id).await?;
    must_allow(&whole.plan, Work::Edit)?;
    must_be(&whole.standings(&who, None, None), &[Standing::Head])?;
    let rows = tx
        .run(
            "UPDATE improvement_plan SET title = $3, aim = $4, start_on = $5, end_on = $6,
               stale_after = $7, ladder_top = $8, changed_at = $9, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                frame.title.trim().into(),
                frame.aim.trim().into(),
                AsText(frame.start_on).into(),
                AsText(frame.end_on).into(),
                frame.stale_after.into(),
                frame.ladder_top.into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    touched(rows, "plan")?;
    record(&tx, permit, &whole.plan, "frame changed", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// What is missing before a plan can be agreed, with the objective each gap is in.
#[must_use]
pub fn gaps(whole: &Whole) -> Vec<(ObjectiveId, String)> {
    let open = |state: ObjectiveState| state.is_open();
    whole
        .objectives
        .iter()
        .filter(|objective| open(objective.state()))
        .flat_map(|one| objective::gaps(whole, one).into_iter().map(move |gap| (one.id, gap)))
        .collect()
}

/// Takes a plan a step further; [`review`] has an act of its own.
///
/// `words` are needed for closing, `on` for the governors' day.
///
/// # Errors
/// [`Refusal`] when the state, the person or a guard does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: PlanId,
    act: PlanAct,
    words: &str,
    on: Option<Date>,
) -> Result<(), Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, id).await?;
    if act == PlanAct::Review {
        return Err(Refusal::NotNow("Write the review on its own page.".to_owned()));
    }
    step(app, &tx, permit, &who, &whole, act, words, on).await?;
    tx.commit().await?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the parts of one act, used twice")]
async fn step(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    who: &Who,
    whole: &Whole,
    act: PlanAct,
    words: &str,
    on: Option<Date>,
) -> Result<(), Refusal> {
    let plan = &whole.plan;
    let standings = whole.standings(who, None, None);
    let to = transition(PLANS, plan.state(), act, &standings)
        .map_err(|no| Refusal::of(no, "plan", plan.state().words()))?;
    let at = permit.context().at;
    match act {
        PlanAct::Propose => {
            let mut check = Check::default();
            let any = whole.objectives.iter().any(|one| one.state().is_open());
            check.that(any, "objectives", "Write at least one objective first");
            check.done()?;
        }
        PlanAct::Agree => {
            let gaps = gaps(whole);
            let mut check = Check::default();
            for (_, gap) in &gaps {
                check.that(false, "objectives", gap);
            }
            check.done()?;
        }
        PlanAct::Adopt => {
            let today = london(at);
            let mut check = Check::default();
            let past = on.is_some_and(|on| on <= today);
            check.that(
                past,
                "on",
                "Enter the day on which governors noted the plan, not in the future",
            );
            check.done()?;
        }
        PlanAct::Begin if standings.contains(&Standing::System) && london(at) < plan.start_on() => {
            return Err(Refusal::NotNow("Its first day has not come.".to_owned()));
        }
        PlanAct::Close => {
            let mut check = Check::default();
            check.words("words", words, "Write what was learned, in a sentence or two");
            check.done()?;
        }
        PlanAct::Begin | PlanAct::Review | PlanAct::Archive => {}
    }
    if act == PlanAct::Agree {
        for one in whole.objectives.iter().filter(|one| one.state() == ObjectiveState::Draft) {
            // The head's agreement is what begins each objective.
            let state = transition(OBJECTIVES, one.state(), ObjectiveAct::Begin, &standings)
                .map_err(|no| Refusal::of(no, "objective", one.state().words()))?;
            objective::begin(tx, permit, whole, one, state).await?;
        }
    }
    let live_at = (act == PlanAct::Begin).then(|| at.as_microsecond());
    let rows = tx
        .run(
            "UPDATE improvement_plan SET state = $3, governors_on = COALESCE($4, governors_on),
               live_at = COALESCE(live_at, $5), changed_at = $6, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                plan.id.into(),
                plan.version.into(),
                to.key().into(),
                on.filter(|_| act == PlanAct::Adopt).map(|on| on.to_string()).into(),
                live_at.into(),
                At(at).into(),
            ],
        )
        .await?;
    touched(rows, "plan")?;
    record(tx, permit, plan, past_tense(act), json!({})).await?;
    let occasion = match act {
        PlanAct::Agree => Some("Agreed".to_owned()),
        PlanAct::Close => Some(format!("Closed. {}", words.trim())),
        _ => None,
    };
    if let Some(occasion) = occasion {
        keep_version(app, tx, permit, plan.id, &occasion).await?;
    }
    if act == PlanAct::Propose {
        letters::plan_opened(app, tx, permit, whole).await?;
    }
    Ok(())
}

const fn past_tense(act: PlanAct) -> &'static str {
    match act {
        PlanAct::Propose => "opened for suggestions",
        PlanAct::Agree => "agreed",
        PlanAct::Adopt => "noted by governors",
        PlanAct::Begin => "put to work",
        PlanAct::Review => "reviewed",
        PlanAct::Close => "closed",
        PlanAct::Archive => "archived",
    }
}

/// Keeps the whole plan as it stands.
async fn keep_version(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    plan: PlanId,
    occasion: &str,
) -> Result<(), Refusal> {
    let whole = Whole::load(app, tx, plan).await?;
    let lines = whole.lines();
    let text = serde_json::to_string(&lines).unwrap_or_default();
    let number =
        tx.count("SELECT count(*) AS n FROM plan_version WHERE plan = $1", [plan.into()]).await?
            + 1;
    tx.run(
        "INSERT INTO plan_version (plan, number, occasion, made_at, made_by, content, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            plan.into(),
            number.into(),
            occasion.into(),
            At(permit.context().at).into(),
            permit.context().actor.name().into(),
            text.clone().into(),
            blake3::hash(text.as_bytes()).to_hex().to_string().into(),
        ],
    )
    .await?;
    Ok(())
}

/// A review to be written.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// How many reviews the writer had before them.
    pub after: i64,
    /// What was learned and what comes next.
    pub words: String,
    /// A colour with words for each objective under way.
    pub judged: Vec<(ObjectiveId, Rag, String)>,
    /// When the next one is held.
    pub next_on: Option<Date>,
}

/// Reviews the plan: every objective under way is given a colour with words.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else reviewed first; [`Refusal`] otherwise.
pub async fn review(
    app: &App,
    permit: &Permit,
    id: PlanId,
    new: &NewReview,
) -> Result<i64, Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, id).await?;
    let plan = &whole.plan;
    let standings = whole.standings(&who, None, None);
    let to = transition(PLANS, plan.state(), PlanAct::Review, &standings)
        .map_err(|no| Refusal::of(no, "plan", plan.state().words()))?;
    let held =
        tx.count("SELECT count(*) AS n FROM plan_review WHERE plan = $1", [id.into()]).await?;
    touched(u64::from(held == new.after), "plan")?;
    let mut check = Check::default();
    check.words("words", &new.words, "Write what you learned and what comes next");
    let at = permit.context().at;
    let today = london(at);
    let mut judged = Vec::new();
    for objective in whole.objectives.iter().filter(|o| o.state() == ObjectiveState::Live) {
        let field = format!("words-{}", objective.id);
        let Some((_, rag, words)) = new.judged.iter().find(|line| line.0 == objective.id) else {
            let title = &objective.words().title;
            check.that(
                false,
                &format!("rag-{}", objective.id),
                &format!("Choose how it stands: {title}"),
            );
            continue;
        };
        check.words(&field, words, &format!("Say why, in words: {}", objective.words().title));
        judged.push(Judged {
            objective: objective.id,
            title: objective.words().title.clone(),
            rag: *rag,
            words: words.trim().to_owned(),
        });
    }
    check.done()?;
    for line in &judged {
        tx.run(
            "UPDATE plan_objective SET rag = $2, rag_words = $3, rag_on = $4, changed_at = $5,
               version = version + 1 WHERE id = $1",
            [
                line.objective.into(),
                line.rag.key().into(),
                line.words.clone().into(),
                AsText(today).into(),
                At(at).into(),
            ],
        )
        .await?;
    }
    let number = held + 1;
    tx.run(
        "INSERT INTO plan_review (plan, number, held_on, words, judged, next_on, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.into(),
            number.into(),
            AsText(today).into(),
            new.words.trim().into(),
            Json(&judged).into(),
            new.next_on.map(|on| on.to_string()).into(),
            permit.context().actor.name().into(),
        ],
    )
    .await?;
    set_state(&tx, &whole, to, permit).await?;
    record(&tx, permit, plan, "reviewed", json!({ "review": number })).await?;
    keep_version(app, &tx, permit, id, &format!("Review {number}")).await?;
    tx.commit().await?;
    Ok(number)
}

async fn set_state(tx: &Tx, whole: &Whole, to: PlanState, permit: &Permit) -> Result<(), Refusal> {
    let rows = tx
        .run(
            "UPDATE improvement_plan SET state = $3, changed_at = $4, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                whole.plan.id.into(),
                whole.plan.version.into(),
                to.key().into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    Ok(touched(rows, "plan")?)
}

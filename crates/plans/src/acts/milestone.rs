//! Milestones of an objective: the school's own, or shared with an agreement.

use access::Permit;
use evidence::Direction;
use foundation::{
    App, Sql as _,
    clock::london,
    db::{AsText, Json},
};
use jiff::civil::Date;
use serde_json::json;
use support::{
    AgreementId,
    agreements::Side,
    milestones::{self as shared, Gauge, NewMilestone, Rag, Seen, Stage, StageAct},
};

use super::Check;
use crate::{
    Refusal, letters,
    machine::{Standing, Work},
    model::{Milestone, MilestoneId, ObjectiveId},
    store::{Whole, must_allow, must_be, one_plan, open, plan_of_objective, record, touched, who},
};

const WRITERS: &[Standing] = &[Standing::Head, Standing::Lead];

/// A milestone to be added.
#[derive(Clone, Debug)]
pub struct New {
    /// What should be seen.
    pub title: String,
    /// What it looks at.
    pub gauge: Gauge,
    /// By when.
    pub due_on: Date,
}

fn check(new: &New) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.words("title", &new.title, "Say what should be seen");
    if let Gauge::Number { baseline, target, direction, .. } = &new.gauge {
        let sign = Direction::from(*direction).sign().unwrap_or(1.0);
        let numbers = baseline.is_finite() && target.is_finite();
        check.that(numbers, "target", "Enter numbers for the start and the target");
        check.that(
            !numbers || sign * (target - baseline) > 0.0,
            "target",
            "The target must be better than the start",
        );
    }
    check.done()
}

/// Adds a milestone of the school's own.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or something is missing.
pub async fn add(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    new: &New,
) -> Result<MilestoneId, Refusal> {
    check(new)?;
    insert(app, permit, objective, new, None).await
}

/// Adds a milestone to the agreement an objective is linked with and takes it up: both sides then
/// look at the same one.
///
/// # Errors
/// [`Refusal`] when either room does not allow it.
pub async fn add_shared(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    agreement: AgreementId,
    new: &New,
) -> Result<MilestoneId, Refusal> {
    check(new)?;
    let whole = Whole::load(app, &app.db, plan_of_objective(&app.db, objective).await?).await?;
    let linked = whole.linked(objective).find(|linked| linked.agreement.id == agreement);
    let Some(side) = linked.and_then(|linked| linked.agreement.side_of(whole.plan.org)) else {
        return Err(Refusal::field("share", "Link the objective with the agreement first"));
    };
    let found = whole.objective(objective)?;
    must_be(&whole.standings(&who(app, permit).await?, Some(found), None), WRITERS)?;
    let theirs = NewMilestone {
        side,
        title: new.title.clone(),
        gauge: new.gauge.clone(),
        due_on: new.due_on,
    };
    let id = shared::add(app, permit, agreement, &theirs).await?;
    insert(app, permit, objective, new, Some((id, agreement))).await
}

/// Takes up a milestone that an agreement has already.
///
/// # Errors
/// [`Refusal`] when it is not one of a linked agreement or the person may not.
pub async fn take_up(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    id: shared::MilestoneId,
) -> Result<MilestoneId, Refusal> {
    let whole = Whole::load(app, &app.db, plan_of_objective(&app.db, objective).await?).await?;
    for linked in whole.linked(objective) {
        let all = shared::of(&app.db, linked.agreement.id).await?;
        if let Some(found) = all.iter().find(|milestone| milestone.id == id) {
            let new = New {
                title: found.title.clone(),
                gauge: found.gauge().clone(),
                due_on: found.due_on(),
            };
            return insert(app, permit, objective, &new, Some((id, linked.agreement.id))).await;
        }
    }
    Err(Refusal::NotFound)
}

async fn insert(
    app: &App,
    permit: &Permit,
    objective: ObjectiveId,
    new: &New,
    from: Option<(shared::MilestoneId, AgreementId)>,
) -> Result<MilestoneId, Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, objective).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let found = whole.objective(objective)?;
    must_be(&whole.standings(&who, Some(found), None), WRITERS)?;
    let twice = from.is_some_and(|(id, _)| {
        whole.milestones_of(objective).any(|one| one.shared == Some(id.to_string()))
    });
    if twice {
        return Err(Refusal::field("milestone", "This milestone is here already"));
    }
    let id = MilestoneId::new(&app.ids);
    let position = tx
        .count("SELECT count(*) AS n FROM plan_milestone WHERE objective = $1", [objective.into()])
        .await?;
    tx.run(
        "INSERT INTO plan_milestone (id, objective, title, measure, due_on, state, words, shared,
           agreement, position, version)
         VALUES ($1, $2, $3, $4, $5, 'pending', '', $6, $7, $8, 1)",
        [
            id.into(),
            objective.into(),
            new.title.trim().into(),
            Json(&new.gauge).into(),
            AsText(new.due_on).into(),
            from.map(|(id, _)| id.to_string()).into(),
            from.map(|(_, agreement)| agreement.to_string()).into(),
            position.into(),
        ],
    )
    .await?;
    let detail = json!({ "objective": objective, "milestone": id });
    record(&tx, permit, &whole.plan, "milestone added", detail).await?;
    tx.commit().await?;
    Ok(id)
}

async fn opened(
    app: &App,
    permit: &Permit,
    id: MilestoneId,
    seen: i64,
) -> Result<(foundation::Tx, Whole, Milestone), Refusal> {
    let sql = "SELECT o.plan FROM plan_milestone m JOIN plan_objective o ON o.id = m.objective
               WHERE m.id = $1";
    let who = who(app, permit).await?;
    let plan = one_plan(&app.db, sql, id.to_string()).await?;
    let (tx, whole) = open(app, plan).await?;
    must_allow(&whole.plan, Work::Report)?;
    let milestone = whole.milestones.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let milestone = milestone.clone();
    let objective = whole.objective(milestone.objective)?;
    must_be(&whole.standings(&who, Some(objective), None), WRITERS)?;
    if milestone.shared.is_some() {
        return Err(Refusal::NotNow(
            "This milestone is shared with an agreement: write what you see there.".to_owned(),
        ));
    }
    touched(u64::from(milestone.version == seen), "milestone")?;
    Ok((tx, whole, milestone))
}

/// Writes down what was seen; `version` is what the writer had before them.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn see(
    app: &App,
    permit: &Permit,
    id: MilestoneId,
    version: i64,
    seen: Seen,
) -> Result<Rag, Refusal> {
    let (tx, whole, milestone) = opened(app, permit, id, version).await?;
    let something = match milestone.gauge() {
        Gauge::Statement => seen.done.is_some(),
        Gauge::Number { .. } => seen.actual.is_some() || seen.forecast.is_some(),
    };
    let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    let mut check = Check::default();
    check.that(something, "actual", "Enter what you see");
    check.that(finite(seen.actual) && finite(seen.forecast), "actual", "Enter a number");
    check.done()?;
    let stage = milestone.stage().after(StageAct::Record).ok_or_else(|| {
        Refusal::NotNow("A reviewer has confirmed this milestone already.".to_owned())
    })?;
    let at = permit.context().at;
    let rows = tx
        .run(
            "UPDATE plan_milestone SET actual = $3, forecast = $4, done = $5, recorded_on = $6,
               state = $7, version = version + 1 WHERE id = $1 AND version = $2",
            [
                id.into(),
                version.into(),
                seen.actual.into(),
                seen.forecast.into(),
                seen.done.into(),
                AsText(london(at)).into(),
                stage.key().into(),
            ],
        )
        .await?;
    touched(rows, "milestone")?;
    let detail = json!({ "objective": milestone.objective, "milestone": id });
    record(&tx, permit, &whole.plan, "milestone recorded", detail).await?;
    let before = milestone.proposed(london(at));
    let looked_at =
        milestone.actual.is_some() || milestone.forecast.is_some() || milestone.done.is_some();
    let now =
        Milestone { actual: seen.actual, forecast: seen.forecast, done: seen.done, ..milestone };
    let rag = now.proposed(london(at));
    // Once for each turn: a second red in a row is known already.
    if rag.is_off_track() && !(looked_at && before.is_off_track()) {
        letters::off_track(app, &tx, permit, &whole, &now).await?;
    }
    tx.commit().await?;
    Ok(rag)
}

/// Judges a milestone: a colour, always with words.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn judge(
    app: &App,
    permit: &Permit,
    id: MilestoneId,
    version: i64,
    rag: Rag,
    words: &str,
) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.words("words", words, "Say why, in words: a colour alone helps nobody");
    check.done()?;
    let (tx, whole, milestone) = opened(app, permit, id, version).await?;
    let act = match rag {
        Rag::TooEarly => StageAct::TooEarly,
        Rag::NoData => StageAct::NoData,
        _ => StageAct::Confirm,
    };
    let stage: Stage = milestone.stage().after(act).ok_or_else(|| {
        Refusal::NotNow("Write down what is seen before you judge it.".to_owned())
    })?;
    let at = permit.context().at;
    let rows = tx
        .run(
            "UPDATE plan_milestone SET rag = $3, words = $4, reviewed_on = $5, state = $6,
               version = version + 1 WHERE id = $1 AND version = $2",
            [
                id.into(),
                version.into(),
                rag.key().into(),
                words.trim().into(),
                AsText(london(at)).into(),
                stage.key().into(),
            ],
        )
        .await?;
    touched(rows, "milestone")?;
    let detail = json!({ "objective": milestone.objective, "milestone": id, "rag": rag.key() });
    record(&tx, permit, &whole.plan, "milestone judged", detail).await?;
    tx.commit().await?;
    Ok(())
}

/// The milestones of an agreement that the school could take up into an objective.
///
/// # Errors
/// When the database cannot be read.
pub async fn offered(
    app: &App,
    whole: &Whole,
    objective: ObjectiveId,
) -> Result<Vec<shared::Milestone>, Refusal> {
    let mut found = Vec::new();
    for linked in whole.linked(objective) {
        for one in shared::of(&app.db, linked.agreement.id).await? {
            let here = whole.milestones.iter().any(|m| m.shared == Some(one.id.to_string()));
            if one.side() == Side::Supported && !here {
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// Marks the milestones whose day has come.
pub(crate) async fn fall_due(app: &App, permit: &Permit) -> Result<u64, Refusal> {
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let rows = tx
        .run(
            "UPDATE plan_milestone SET state = 'due', version = version + 1
             WHERE state = 'pending' AND shared IS NULL AND due_on <= $1 AND objective IN (
               SELECT o.id FROM plan_objective o JOIN improvement_plan p ON p.id = o.plan
               WHERE o.state = 'live' AND p.state IN ('live', 'reviewed'))",
            [AsText(today).into()],
        )
        .await?;
    tx.commit().await?;
    Ok(rows)
}

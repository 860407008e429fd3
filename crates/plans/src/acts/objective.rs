//! Objectives: written by the school, linked with findings, indicators and agreements.

use access::{AccountId, Permit};
use foundation::{
    App, OrgRef, Sql, Tx,
    clock::london,
    db::{AsText, At, Json},
};
use needs::{FindingId, Framework};
use register::kpis::{self, Subject};
use serde_json::json;
use support::{AgreementId, agreements::Side, milestones::Rag};

use super::Check;
use crate::{
    Refusal,
    machine::{OBJECTIVES, ObjectiveAct, ObjectiveState, Standing, Work, transition},
    model::{Baseline, Objective, ObjectiveId, ObjectiveWords, Plan, PlanId, PriorityId},
    store::{Whole, must_allow, must_be, open, plan_of_objective, record, touched, who},
};

/// What a school writes about an objective.
#[derive(Clone, Debug, Default)]
pub struct NewObjective {
    /// The priority it serves, by name; made when it is new.
    pub priority: String,
    /// The area of the framework, by code.
    pub area: String,
    /// Its words.
    pub words: ObjectiveWords,
    /// Who leads it, where they have an account.
    pub lead: Option<AccountId>,
    /// Their name.
    pub lead_name: String,
    /// Their role.
    pub lead_role: String,
    /// The indicator it is to move, by code.
    pub kpi: Option<String>,
    /// Of which pupils; all where it is empty.
    pub pupils: String,
    /// Where the indicator should be.
    pub target: Option<f64>,
    /// The findings it answers.
    pub findings: Vec<FindingId>,
    /// The agreements it is linked with: their parties see it.
    pub agreements: Vec<AgreementId>,
}

impl NewObjective {
    fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::default();
        check.words("title", &self.words.title, "Say what should become true");
        check.words("priority", &self.priority, "Name the priority it serves");
        for (field, _) in crate::model::OBJECTIVE_FIELDS {
            check.text(field, self.words.get(field));
        }
        check.text("lead_name", &self.lead_name);
        check.text("lead_role", &self.lead_role);
        let known = self.area.is_empty() || Framework::any_area(&self.area).is_some();
        check.that(known, "area", "Choose an area from the list");
        let known = self.kpi.as_deref().is_none_or(|code| kpis::definition(code).is_some());
        check.that(known, "kpi", "Choose an indicator from the list");
        check.that(
            self.target.is_none_or(f64::is_finite),
            "target",
            "Enter the target as a number",
        );
        check.that(
            self.target.is_none() || self.kpi.is_some(),
            "kpi",
            "Choose the indicator the target is for",
        );
        check.done()
    }
}

/// What an objective lacks before it can be agreed, as things to do.
#[must_use]
pub fn gaps(whole: &Whole, objective: &Objective) -> Vec<String> {
    let title = &objective.words().title;
    let mut gaps = Vec::new();
    let mut need = |missing: bool, what: &str| {
        if missing {
            gaps.push(format!("{title}: {what}"));
        }
    };
    need(objective.area.is_empty(), "choose its area");
    need(objective.words().why.is_empty(), "say why this and why here");
    need(objective.lead_name.is_empty() && objective.lead_role.is_empty(), "name who leads it");
    need(whole.milestones_of(objective.id).next().is_none(), "add a milestone");
    gaps
}

/// Adds an objective to a plan.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or something is missing.
pub async fn add(
    app: &App,
    permit: &Permit,
    plan: PlanId,
    new: &NewObjective,
) -> Result<ObjectiveId, Refusal> {
    new.check()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan).await?;
    must_allow(&whole.plan, Work::Edit)?;
    must_be(&whole.standings(&who, None, None), &[Standing::Head])?;
    let id = insert(app, &tx, permit, &whole.plan, new).await?;
    tx.commit().await?;
    Ok(id)
}

pub(crate) async fn insert(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    plan: &Plan,
    new: &NewObjective,
) -> Result<ObjectiveId, Refusal> {
    let id = ObjectiveId::new(&app.ids);
    let priority = priority(app, tx, plan.id, &new.priority).await?;
    let position = tx
        .count("SELECT count(*) AS n FROM plan_objective WHERE plan = $1", [plan.id.into()])
        .await?;
    tx.run(
        "INSERT INTO plan_objective (id, plan, priority, area, words, lead, lead_name, lead_role,
           state, rag_words, kpi, pupils, target, position, version, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', '', $9, $10, $11, $12, 1, $13)",
        [
            id.into(),
            plan.id.into(),
            priority.into(),
            new.area.clone().into(),
            Json(&new.words).into(),
            new.lead.map(|lead| lead.to_string()).into(),
            new.lead_name.trim().into(),
            new.lead_role.trim().into(),
            new.kpi.clone().into(),
            pupils(new).into(),
            new.target.into(),
            position.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    links(tx, plan, id, new).await?;
    record(tx, permit, plan, "objective added", json!({ "objective": id })).await?;
    Ok(id)
}

fn pupils(new: &NewObjective) -> &str {
    if new.pupils.is_empty() { "all" } else { &new.pupils }
}

async fn priority(app: &App, tx: &Tx, plan: PlanId, title: &str) -> Result<PriorityId, Refusal> {
    use crate::model::Priority;
    let title = title.trim();
    let known: Option<Priority> = tx
        .first(
            "SELECT id, title FROM plan_priority WHERE plan = $1 AND title = $2",
            [plan.into(), title.into()],
        )
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let id = PriorityId::new(&app.ids);
    let position =
        tx.count("SELECT count(*) AS n FROM plan_priority WHERE plan = $1", [plan.into()]).await?;
    tx.run(
        "INSERT INTO plan_priority (id, plan, title, position) VALUES ($1, $2, $3, $4)",
        [id.into(), plan.into(), title.into(), position.into()],
    )
    .await?;
    Ok(id)
}

/// Writes the links anew: only agreements in which the school is a side, only its own findings.
async fn links(tx: &Tx, plan: &Plan, id: ObjectiveId, new: &NewObjective) -> Result<(), Refusal> {
    for table in ["objective_agreement", "objective_finding"] {
        tx.run(&format!("DELETE FROM {table} WHERE objective = $1"), [id.into()]).await?;
    }
    for &agreement in &new.agreements {
        let known = support::agreements::store::find(tx, agreement).await?;
        if known.is_none_or(|known| known.side_of(plan.org).is_none()) {
            return Err(Refusal::field("agreements", "Choose from the school's own agreements"));
        }
        tx.run(
            "INSERT INTO objective_agreement (objective, agreement) VALUES ($1, $2)
             ON CONFLICT (objective, agreement) DO NOTHING",
            [id.into(), agreement.into()],
        )
        .await?;
    }
    for found in needs::audits::findings(tx, &new.findings).await? {
        if found.org == plan.org {
            tx.run(
                "INSERT INTO objective_finding (objective, finding) VALUES ($1, $2)
                 ON CONFLICT (objective, finding) DO NOTHING",
                [id.into(), found.finding.id.into()],
            )
            .await?;
        }
    }
    Ok(())
}

/// Writes an objective anew; `seen` is the version the writer had before them.
///
/// # Errors
/// [`foundation::DbError::Conflict`] when somebody else wrote first; [`Refusal`] otherwise.
pub async fn edit(
    app: &App,
    permit: &Permit,
    id: ObjectiveId,
    seen: i64,
    new: &NewObjective,
) -> Result<(), Refusal> {
    new.check()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, id).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let objective = whole.objective(id)?;
    must_be(&whole.standings(&who, Some(objective), None), &[Standing::Head, Standing::Lead])?;
    write(app, &tx, permit, &whole.plan, objective, seen, new).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn write(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    plan: &Plan,
    objective: &Objective,
    seen: i64,
    new: &NewObjective,
) -> Result<(), Refusal> {
    if !objective.state().is_open() {
        return Err(Refusal::NotNow(format!(
            "This objective stands at “{}” and is not changed any more.",
            objective.state().words()
        )));
    }
    let moved = objective.baseline().is_some()
        && (new.kpi != objective.kpi || pupils(new) != objective.pupils);
    if moved {
        return Err(Refusal::field(
            "kpi",
            "The indicator was fixed when the objective began, so that nobody chooses a flattering \
             one later. Add an objective for another one",
        ));
    }
    let priority = priority(app, tx, plan.id, &new.priority).await?;
    let rows = tx
        .run(
            "UPDATE plan_objective SET priority = $3, area = $4, words = $5, lead = $6,
               lead_name = $7, lead_role = $8, kpi = $9, pupils = $10, target = $11,
               changed_at = $12, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                objective.id.into(),
                seen.into(),
                priority.into(),
                new.area.clone().into(),
                Json(&new.words).into(),
                new.lead.map(|lead| lead.to_string()).into(),
                new.lead_name.trim().into(),
                new.lead_role.trim().into(),
                new.kpi.clone().into(),
                pupils(new).into(),
                new.target.into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    touched(rows, "objective")?;
    links(tx, plan, objective.id, new).await?;
    record(tx, permit, plan, "objective changed", json!({ "objective": objective.id })).await?;
    Ok(())
}

/// What an objective says now, as the form and a suggestion's acceptance need it.
#[must_use]
pub fn as_written(whole: &Whole, objective: &Objective) -> NewObjective {
    let priority = whole.priorities.iter().find(|one| one.id == objective.priority);
    NewObjective {
        priority: priority.map_or_else(String::new, |one| one.title.clone()),
        area: objective.area.clone(),
        words: objective.words().clone(),
        lead: objective.lead,
        lead_name: objective.lead_name.clone(),
        lead_role: objective.lead_role.clone(),
        kpi: objective.kpi.clone(),
        pupils: objective.pupils.clone(),
        target: objective.target,
        findings: whole.findings.get(&objective.id).cloned().unwrap_or_default(),
        agreements: whole.links.get(&objective.id).cloned().unwrap_or_default(),
    }
}

/// The newest figure of an indicator for a school, as a baseline.
pub(crate) async fn newest(
    db: &impl Sql,
    org: OrgRef,
    kpi: &str,
    pupils: &str,
) -> Result<Option<Baseline>, Refusal> {
    let (Some(urn), Some(definition)) = (org.urn(), kpis::definition(kpi)) else {
        return Ok(None);
    };
    let readings = kpis::series(db, Subject::School(urn), kpi, pupils).await?;
    Ok(readings.iter().rev().find_map(|reading| {
        let value = reading.measure.number()?;
        Some(Baseline {
            year: reading.period.0,
            value,
            pupils: reading.measure.n(),
            words: definition.in_words(&reading.measure),
            source: reading.source.sentence(reading.status),
        })
    }))
}

/// Begins an objective: where its indicator stands is kept from this moment.
pub(crate) async fn begin(
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    objective: &Objective,
    to: ObjectiveState,
) -> Result<(), Refusal> {
    let baseline = match &objective.kpi {
        Some(kpi) => newest(tx, whole.plan.org, kpi, &objective.pupils).await?,
        None => None,
    };
    let baseline = baseline.and_then(|baseline| serde_json::to_string(&baseline).ok());
    tx.run(
        "UPDATE plan_objective SET state = $2, baseline = COALESCE(baseline, $3),
           changed_at = $4, version = version + 1 WHERE id = $1",
        [objective.id.into(), to.key().into(), baseline.into(), At(permit.context().at).into()],
    )
    .await?;
    let detail = json!({ "objective": objective.id });
    Ok(record(tx, permit, &whole.plan, "objective begun", detail).await?)
}

/// Takes an objective a step further. Words are needed for everything but beginning and going on.
///
/// # Errors
/// [`Refusal`] when the state, the person or a guard does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: ObjectiveId,
    act: ObjectiveAct,
    words: &str,
) -> Result<(), Refusal> {
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, id).await?).await?;
    must_allow(&whole.plan, Work::Edit)?;
    let objective = whole.objective(id)?;
    let standings = whole.standings(&who, Some(objective), None);
    let to = transition(OBJECTIVES, objective.state(), act, &standings)
        .map_err(|no| Refusal::of(no, "objective", objective.state().words()))?;
    if act == ObjectiveAct::Begin {
        if !whole.plan.state().allows(Work::Report) {
            return Err(Refusal::NotNow("Agree the plan first.".to_owned()));
        }
        let mut check = Check::default();
        for gap in gaps(&whole, objective) {
            check.that(false, "objective", &gap);
        }
        check.done()?;
        begin(&tx, permit, &whole, objective, to).await?;
        tx.commit().await?;
        return Ok(());
    }
    if act != ObjectiveAct::Resume {
        let mut check = Check::default();
        check.words("words", words, "Say why, in a sentence");
        check.done()?;
    }
    let at = permit.context().at;
    let rag = match act {
        ObjectiveAct::Achieve => Some(Rag::Achieved),
        ObjectiveAct::Miss => Some(Rag::NotAchieved),
        _ => None,
    };
    let rows = tx
        .run(
            "UPDATE plan_objective SET state = $3, rag = COALESCE($4, rag),
               rag_words = CASE WHEN $5 = '' THEN rag_words ELSE $5 END,
               rag_on = COALESCE($6, rag_on), changed_at = $7, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                objective.version.into(),
                to.key().into(),
                rag.map(|rag| rag.key().to_owned()).into(),
                words.trim().into(),
                rag.map(|_| london(at).to_string()).into(),
                At(at).into(),
            ],
        )
        .await?;
    touched(rows, "objective")?;
    let verb = match act {
        ObjectiveAct::Begin => "objective begun",
        ObjectiveAct::Pause => "objective paused",
        ObjectiveAct::Resume => "objective taken up again",
        ObjectiveAct::Achieve => "objective achieved",
        ObjectiveAct::Miss => "objective not achieved",
        ObjectiveAct::Drop => "objective dropped",
    };
    record(&tx, permit, &whole.plan, verb, json!({ "objective": id })).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the colour of an objective between reviews, with words.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or the words are missing.
pub async fn judge(
    app: &App,
    permit: &Permit,
    id: ObjectiveId,
    seen: i64,
    rag: Rag,
    words: &str,
) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.words("words", words, "Say why, in words: a colour alone helps nobody");
    check.done()?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan_of_objective(&app.db, id).await?).await?;
    must_allow(&whole.plan, Work::Report)?;
    let objective = whole.objective(id)?;
    must_be(&whole.standings(&who, Some(objective), None), &[Standing::Head, Standing::Lead])?;
    if objective.state() != ObjectiveState::Live {
        return Err(Refusal::NotNow("Only an objective under way is judged.".to_owned()));
    }
    let at = permit.context().at;
    let rows = tx
        .run(
            "UPDATE plan_objective SET rag = $3, rag_words = $4, rag_on = $5, changed_at = $6,
               version = version + 1 WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                rag.key().into(),
                words.trim().into(),
                AsText(london(at)).into(),
                At(at).into(),
            ],
        )
        .await?;
    touched(rows, "objective")?;
    let detail = json!({ "objective": id, "rag": rag.key() });
    record(&tx, permit, &whole.plan, "objective judged", detail).await?;
    tx.commit().await?;
    Ok(())
}

/// The agreements in which the school is supported or supports, for the form to choose from.
///
/// # Errors
/// When the database cannot be read.
pub async fn agreements_of(app: &App, org: OrgRef) -> Result<Vec<support::Agreement>, Refusal> {
    let all = support::agreements::store::of_org(&app.db, org).await?;
    Ok(all
        .into_iter()
        .filter(|one| one.side_of(org) == Some(Side::Supported))
        .filter(|one| !one.state().is_over())
        .collect())
}

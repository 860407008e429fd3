//! Milestones as they are kept, and what can be done to them.

use access::Permit;
use evidence::Direction;
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::{AsText, Json},
    id_type,
    machine::No,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::model::{Gauge, Rag, Stage, StageAct, propose, step};
use crate::{
    Refusal,
    agreements::{
        AgreementId, Side,
        machine::{Standing, Work},
        store::{open, standings},
    },
    course::{Told, record, tell},
};

id_type! {
    /// A milestone.
    MilestoneId
}

/// A milestone.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Milestone {
    /// The identifier.
    pub id: MilestoneId,
    /// The agreement.
    pub agreement: AgreementId,
    side: AsText<Side>,
    /// What should be seen.
    pub title: String,
    measure: Json<Gauge>,
    due_on: AsText<Date>,
    state: AsText<Stage>,
    /// What was seen.
    pub actual: Option<f64>,
    /// What is expected by the due day.
    pub forecast: Option<f64>,
    /// Whether a statement is true.
    pub done: Option<bool>,
    recorded_on: Option<String>,
    proposed: Option<String>,
    rag: Option<String>,
    /// Why the colour was set.
    pub words: String,
    reviewed_on: Option<String>,
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "id, agreement, side, title, measure, due_on, state, actual, forecast, \
                       done, recorded_on, proposed, rag, words, reviewed_on, version";

impl Milestone {
    /// Whose.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side.0
    }

    /// What it looks at.
    #[must_use]
    pub const fn gauge(&self) -> &Gauge {
        &self.measure.0
    }

    /// By when.
    #[must_use]
    pub const fn due_on(&self) -> Date {
        self.due_on.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.state.0
    }

    /// The colour a reviewer set.
    #[must_use]
    pub fn rag(&self) -> Option<Rag> {
        self.rag.as_deref().and_then(|text| text.parse().ok())
    }

    /// The colour the rule proposes today.
    #[must_use]
    pub fn proposed(&self, today: Date) -> Rag {
        propose(self.gauge(), self.actual, self.forecast, self.done, self.due_on(), today)
    }

    /// The colour the rule proposed when it was last written to.
    #[must_use]
    pub fn proposed_then(&self) -> Option<Rag> {
        self.proposed.as_deref().and_then(|text| text.parse().ok())
    }

    /// When it was last written to.
    #[must_use]
    pub fn recorded_on(&self) -> Option<Date> {
        self.recorded_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// When a reviewer last looked.
    #[must_use]
    pub fn reviewed_on(&self) -> Option<Date> {
        self.reviewed_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// What was seen, in words.
    #[must_use]
    pub fn seen(&self) -> String {
        match (self.gauge(), self.actual, self.done) {
            (Gauge::Statement, _, Some(true)) => "True".to_owned(),
            (Gauge::Statement, _, Some(false)) => "Not yet".to_owned(),
            (gauge @ Gauge::Number { .. }, Some(actual), _) => gauge.number(actual),
            _ => "Nothing recorded yet".to_owned(),
        }
    }
}

/// The milestones of an agreement, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Milestone>, DbError> {
    db.all(
        &format!("SELECT {COLUMNS} FROM milestone WHERE agreement = $1 ORDER BY due_on, position"),
        [agreement.into()],
    )
    .await
}

/// A milestone to be added.
#[derive(Clone, Debug)]
pub struct NewMilestone {
    /// Whose.
    pub side: Side,
    /// What should be seen.
    pub title: String,
    /// What it looks at.
    pub gauge: Gauge,
    /// By when.
    pub due_on: Date,
}

/// Adds a milestone.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or the target is where one stands.
pub async fn add(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewMilestone,
) -> Result<MilestoneId, Refusal> {
    if new.title.trim().is_empty() {
        return Err(Refusal::field("title", "Say what should be seen"));
    }
    if let Gauge::Number { baseline, target, direction, band, .. } = &new.gauge {
        let sign = Direction::from(*direction).sign().unwrap_or(1.0);
        if !(baseline.is_finite() && target.is_finite()) {
            return Err(Refusal::field("target", "Enter numbers for the start and the target"));
        }
        if sign * (target - baseline) <= 0.0 {
            return Err(Refusal::field("target", "The target must be better than the start"));
        }
        if band.is_some_and(|band| !band.is_finite() || band < 0.0) {
            return Err(Refusal::field("band", "Enter the band as a number above nothing"));
        }
    }
    let (tx, record_of) = open(app, agreement).await?;
    record_of.must_allow(Work::Milestones)?;
    must_take_part(&standings(app, &tx, permit, &record_of).await?)?;
    let id = MilestoneId::new(&app.ids);
    let position = tx
        .count("SELECT count(*) AS n FROM milestone WHERE agreement = $1", [agreement.into()])
        .await?;
    tx.run(
        "INSERT INTO milestone (id, agreement, side, title, measure, due_on, state, position, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, 1)",
        [
            id.into(),
            agreement.into(),
            new.side.key().into(),
            new.title.trim().into(),
            Json(&new.gauge).into(),
            AsText(new.due_on).into(),
            position.into(),
        ],
    )
    .await?;
    let detail = json!({ "milestone": id, "title": new.title.trim(), "due": new.due_on });
    record(&tx, permit.context(), &record_of, "milestone added", detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whose part it is: asked by the form as well as by the act.
pub(crate) fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
    let part = [
        Standing::SupportedHead,
        Standing::SupportingHead,
        Standing::Lead,
        Standing::Member,
        Standing::Broker,
    ];
    if part.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads, the team and the broker write milestones.".to_owned()))
}

/// What somebody saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// The number.
    pub actual: Option<f64>,
    /// The number expected by the due day.
    pub forecast: Option<f64>,
    /// Whether a statement is true.
    pub done: Option<bool>,
}

async fn find(tx: &impl Sql, id: MilestoneId) -> Result<Milestone, Refusal> {
    tx.first(&format!("SELECT {COLUMNS} FROM milestone WHERE id = $1"), [id.into()])
        .await?
        .ok_or(Refusal::NotFound)
}

/// Writes down what was seen. The rule's colour is kept beside it. `seen_version` is what the
/// writer had before them.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else wrote first; [`Refusal`] when the state or the person
/// does not allow it or nothing was entered.
pub async fn record_seen(
    app: &App,
    permit: &Permit,
    id: MilestoneId,
    seen_version: i64,
    seen: Seen,
) -> Result<Rag, Refusal> {
    let agreement = find(&app.db, id).await?.agreement;
    let (tx, record_of) = open(app, agreement).await?;
    record_of.must_allow(Work::Milestones)?;
    let who = standings(app, &tx, permit, &record_of).await?;
    must_take_part(&who)?;
    let milestone = find(&tx, id).await?;
    if milestone.version != seen_version {
        return Err(DbError::Conflict("milestone").into());
    }
    let Ok(stage) = step(milestone.stage(), StageAct::Record, &who) else {
        return Err(Refusal::NotNow(
            "This milestone has been confirmed, so it does not change.".to_owned(),
        ));
    };
    let given = match milestone.gauge() {
        Gauge::Statement => seen.done.is_some(),
        Gauge::Number { .. } => seen.actual.is_some() || seen.forecast.is_some(),
    };
    if !given {
        return Err(Refusal::field("actual", "Enter what you saw, or what you expect"));
    }
    let today = london(permit.context().at);
    let rag = propose(
        milestone.gauge(),
        seen.actual,
        seen.forecast,
        seen.done,
        milestone.due_on(),
        today,
    );
    tx.run(
        "UPDATE milestone SET state = $2, actual = $3, forecast = $4, done = $5, recorded_on = $6,
           proposed = $7, version = version + 1 WHERE id = $1",
        [
            id.into(),
            stage.key().into(),
            seen.actual.into(),
            seen.forecast.into(),
            seen.done.into(),
            AsText(today).into(),
            rag.key().into(),
        ],
    )
    .await?;
    let detail = json!({ "milestone": id, "title": milestone.title, "proposed": rag.key() });
    record(&tx, permit.context(), &record_of, "milestone recorded", detail).await?;
    // Once for each turn: a second red in a row is known already.
    if rag.is_off_track() && !milestone.proposed_then().is_some_and(Rag::is_off_track) {
        tell(app, &tx, permit, &record_of, &Told::OffTrack).await?;
    }
    tx.commit().await?;
    Ok(rag)
}

/// Sets the colour, with words. Used by itself and by a progress review.
///
/// # Errors
/// [`Refusal::Field`] without words.
pub(crate) async fn judge(
    tx: &foundation::Tx,
    who: &[Standing],
    id: MilestoneId,
    rag: Rag,
    words: &str,
    today: Date,
) -> Result<Milestone, Refusal> {
    let milestone = find(tx, id).await?;
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say in a sentence why you chose this"));
    }
    let act = match rag {
        Rag::TooEarly => StageAct::TooEarly,
        Rag::NoData => StageAct::NoData,
        _ => StageAct::Confirm,
    };
    // A judgement of likelihood before the due day keeps the milestone open; only what was
    // recorded on or after it is confirmed for good.
    let stage = match step(milestone.stage(), act, who) {
        Ok(Stage::Confirmed) if today < milestone.due_on() && rag != Rag::Achieved => {
            milestone.stage()
        }
        Ok(stage) => stage,
        Err(No::NotNow) => milestone.stage(),
        Err(No::NotYours(whose)) => {
            return Err(Refusal::NotYours(format!(
                "This is for {} to say.",
                foundation::machine::either(whose)
            )));
        }
    };
    tx.run(
        "UPDATE milestone SET state = $2, rag = $3, words = $4, reviewed_on = $5,
           version = version + 1 WHERE id = $1",
        [
            id.into(),
            stage.key().into(),
            rag.key().into(),
            words.trim().into(),
            AsText(today).into(),
        ],
    )
    .await?;
    Ok(milestone)
}

//! Milestones: what should be seen by when, what was seen, and a colour that is proposed by a
//! rule and set by a person with words.

use std::{fmt, str::FromStr};

use access::Permit;
use evidence::{Direction, Unit, variation::pupil_equivalents};
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::{AsText, Json},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Side,
        machine::{Standing, Work},
        store::{open, standings},
    },
    baselines::{DirectionWord, UnitWord},
    course::record,
};

id_type! {
    /// A milestone.
    MilestoneId
}

/// How likely the intended change is. Words always stand beside the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rag {
    /// On track.
    Green,
    /// At risk.
    Amber,
    /// Off track.
    Red,
    /// Reached.
    Achieved,
    /// The day has passed and it was not reached.
    NotAchieved,
    /// It is too early to judge.
    TooEarly,
    /// There is no figure.
    NoData,
}

impl Rag {
    /// Every status, as a form offers them.
    pub const ALL: [Self; 7] = [
        Self::Achieved,
        Self::Green,
        Self::Amber,
        Self::Red,
        Self::NotAchieved,
        Self::TooEarly,
        Self::NoData,
    ];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Achieved => "achieved",
            Self::NotAchieved => "not_achieved",
            Self::TooEarly => "too_early",
            Self::NoData => "no_data",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Green => "On track",
            Self::Amber => "At risk",
            Self::Red => "Off track",
            Self::Achieved => "Achieved",
            Self::NotAchieved => "Not achieved",
            Self::TooEarly => "Too early to judge",
            Self::NoData => "No data",
        }
    }
}

impl fmt::Display for Rag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Rag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|rag| rag.key() == text)
            .ok_or_else(|| format!("“{text}” is not a status of a milestone"))
    }
}

/// What a milestone looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gauge {
    /// A number that should move from a baseline to a target.
    Number {
        /// The indicator's code, where it is one of the register's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The unit.
        unit: UnitWord,
        /// Which way is better.
        direction: DirectionWord,
        /// Where it began.
        baseline: f64,
        /// Where it should be.
        target: f64,
        /// How far below the target still counts as at risk; `None` for a third of the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        band: Option<f64>,
        /// Pupils in the cohort, for the smallest band that makes sense.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cohort: Option<f64>,
    },
    /// A statement that will be true or not.
    Statement,
}

impl Gauge {
    /// The amber band: what was agreed, else a third of the way from baseline to target, and in a
    /// percentage of pupils never less than one pupil.
    #[must_use]
    pub fn amber_band(&self) -> f64 {
        let Self::Number { unit, baseline, target, band, cohort, .. } = self else { return 0.0 };
        let third = band.unwrap_or((target - baseline).abs() / 3.0).abs();
        let one_pupil = match (unit, cohort) {
            (UnitWord::PercentOfPupils, Some(n)) if *n > 0.0 => 1.0 / pupil_equivalents(1.0, *n),
            _ => 0.0,
        };
        third.max(one_pupil)
    }

    /// A number of this gauge in words.
    #[must_use]
    pub fn number(&self, value: f64) -> String {
        let Self::Number { unit, .. } = self else { return String::new() };
        let unit: Unit = (*unit).into();
        let sign = if value < 0.0 { "−" } else { "" };
        match unit {
            Unit::PercentOfPupils | Unit::PercentOther => format!("{sign}{:.1}%", value.abs()),
            other => format!("{sign}{:.*}", other.decimals(), value.abs()),
        }
    }

    /// From where to where, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Number { baseline, target, direction, .. } => {
                let bound = match Direction::from(*direction) {
                    Direction::LowerIsBetter => "or less",
                    _ => "or more",
                };
                format!("from {} to {} {bound}", self.number(*baseline), self.number(*target))
            }
            Self::Statement => "to be true by then".to_owned(),
        }
    }
}

/// The colour the rule proposes. With an actual on or after the due day the answer is final;
/// before it, or with a forecast, it says how likely the change is.
#[must_use]
pub fn propose(
    gauge: &Gauge,
    actual: Option<f64>,
    forecast: Option<f64>,
    done: Option<bool>,
    due: Date,
    today: Date,
) -> Rag {
    match gauge {
        Gauge::Statement => match (done, today >= due) {
            (Some(true), _) => Rag::Achieved,
            (Some(false), true) => Rag::NotAchieved,
            (Some(false), false) => Rag::Amber,
            (None, true) => Rag::NoData,
            (None, false) => Rag::TooEarly,
        },
        Gauge::Number { direction, target, .. } => {
            let sign = Direction::from(*direction).sign().unwrap_or(1.0);
            let finite = |value: Option<f64>| value.filter(|v| v.is_finite());
            let (value, measured) = match (finite(actual), finite(forecast)) {
                (Some(actual), _) if today >= due => (actual, true),
                (_, Some(forecast)) => (forecast, false),
                (Some(actual), None) => (actual, false),
                (None, None) if today >= due => return Rag::NoData,
                (None, None) => return Rag::TooEarly,
            };
            // A rounding error must not turn a target that was met into one that was missed.
            let short = sign * (target - value) - 1e-9;
            match (short <= 0.0, short <= gauge.amber_band(), measured) {
                (true, _, true) => Rag::Achieved,
                (true, _, false) => Rag::Green,
                (false, true, _) => Rag::Amber,
                (false, false, true) => Rag::NotAchieved,
                (false, false, false) => Rag::Red,
            }
        }
    }
}

/// Where a milestone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Its day has not come.
    Pending,
    /// Its day has come.
    Due,
    /// Somebody of the team wrote down what was seen.
    Recorded,
    /// A reviewer set the colour.
    Confirmed,
    /// It cannot be judged yet.
    TooEarly,
    /// There is no figure.
    NoData,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Due,
        Self::Recorded,
        Self::Confirmed,
        Self::TooEarly,
        Self::NoData,
    ];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Due => "due",
            Self::Recorded => "recorded",
            Self::Confirmed => "confirmed",
            Self::TooEarly => "too_early",
            Self::NoData => "no_data",
        }
    }

    /// Where an act leads, if it is possible: the due day comes, something is recorded, a reviewer
    /// confirms, or says that it cannot be judged.
    #[must_use]
    pub const fn after(self, act: StageAct) -> Option<Self> {
        match (self, act) {
            (Self::Pending, StageAct::FallDue) => Some(Self::Due),
            // What was seen may be seen again until a reviewer has confirmed it.
            (Self::Pending | Self::Due | Self::Recorded | Self::TooEarly | Self::NoData, StageAct::Record) => {
                Some(Self::Recorded)
            }
            (Self::Recorded, StageAct::Confirm) => Some(Self::Confirmed),
            (Self::Pending | Self::Due, StageAct::TooEarly) => Some(Self::TooEarly),
            (Self::Pending | Self::Due, StageAct::NoData) => Some(Self::NoData),
            _ => None,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.key() == text)
            .ok_or_else(|| format!("“{text}” is not a stage of a milestone"))
    }
}

/// What can happen to a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageAct {
    /// Its day comes.
    FallDue,
    /// Somebody writes down what was seen.
    Record,
    /// A reviewer sets the colour.
    Confirm,
    /// A reviewer says it is too early.
    TooEarly,
    /// A reviewer says there is no figure.
    NoData,
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
    let position =
        tx.count("SELECT count(*) AS n FROM milestone WHERE agreement = $1", [agreement.into()])
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

fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
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
    must_take_part(&standings(app, &tx, permit, &record_of).await?)?;
    let milestone = find(&tx, id).await?;
    if milestone.version != seen_version {
        return Err(DbError::Conflict("milestone").into());
    }
    let Some(stage) = milestone.stage().after(StageAct::Record) else {
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
    let rag =
        propose(milestone.gauge(), seen.actual, seen.forecast, seen.done, milestone.due_on(), today);
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
    tx.commit().await?;
    Ok(rag)
}

/// Sets the colour, with words. Used by itself and by a progress review.
///
/// # Errors
/// [`Refusal::Field`] without words.
pub(crate) async fn judge(
    tx: &foundation::Tx,
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
    let stage = match milestone.stage().after(act) {
        Some(Stage::Confirmed) if today < milestone.due_on() && rag != Rag::Achieved => {
            milestone.stage()
        }
        Some(stage) => stage,
        None => milestone.stage(),
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DUE: Date = date(2027, 6, 30);
    const BEFORE: Date = date(2027, 3, 1);

    fn gauge(direction: DirectionWord, baseline: f64, target: f64) -> Gauge {
        Gauge::Number {
            code: None,
            unit: UnitWord::PercentOfPupils,
            direction,
            baseline,
            target,
            band: None,
            cohort: Some(29.0),
        }
    }

    #[test]
    fn the_storyboards_attendance_forecast_is_red_and_its_target_green() {
        // Persistent absence 26.1 % → 22 % by July; forecast 26.0 % in March.
        let gauge = gauge(DirectionWord::LowerIsBetter, 26.1, 22.0);
        let at = |forecast| propose(&gauge, Some(24.5), Some(forecast), None, DUE, BEFORE);
        assert_eq!(at(26.0), Rag::Red);
        assert_eq!(at(22.0), Rag::Green);
        // One pupil in 29 is 3.4 points: more than a third of the way, so it is the band.
        assert_eq!(at(25.4), Rag::Amber);
        assert_eq!(propose(&gauge, Some(21.0), Some(30.0), None, DUE, DUE), Rag::Achieved);
        assert_eq!(propose(&gauge, Some(26.0), None, None, DUE, DUE), Rag::NotAchieved);
    }

    #[test]
    fn nothing_seen_is_too_early_before_the_day_and_no_data_after_it() {
        let gauge = gauge(DirectionWord::HigherIsBetter, 61.0, 72.0);
        assert_eq!(propose(&gauge, None, None, None, DUE, BEFORE), Rag::TooEarly);
        assert_eq!(propose(&gauge, None, None, None, DUE, DUE), Rag::NoData);
        assert_eq!(propose(&Gauge::Statement, None, None, Some(true), DUE, BEFORE), Rag::Achieved);
        assert_eq!(propose(&Gauge::Statement, None, None, Some(false), DUE, DUE), Rag::NotAchieved);
    }

    #[test]
    fn stages_follow_the_state_machine_and_nothing_else() {
        use StageAct::{Confirm, FallDue, NoData, Record, TooEarly};
        let allowed = [
            (Stage::Pending, FallDue),
            (Stage::Pending, Record),
            (Stage::Pending, TooEarly),
            (Stage::Pending, NoData),
            (Stage::Due, Record),
            (Stage::Due, TooEarly),
            (Stage::Due, NoData),
            (Stage::Recorded, Record),
            (Stage::Recorded, Confirm),
            (Stage::TooEarly, Record),
            (Stage::NoData, Record),
        ];
        for stage in Stage::ALL {
            for act in [FallDue, Record, Confirm, TooEarly, NoData] {
                let may = allowed.contains(&(stage, act));
                assert_eq!(stage.after(act).is_some(), may, "{stage} {act:?}");
            }
        }
    }

    fn order(rag: Rag) -> u8 {
        match rag {
            Rag::Red | Rag::NotAchieved => 0,
            Rag::Amber => 1,
            _ => 2,
        }
    }

    proptest! {
        #[test]
        fn a_better_value_never_has_a_worse_colour(
            baseline in 0.0..100.0_f64,
            step in 0.5..40.0_f64,
            low in -20.0..120.0_f64,
            more in 0.0..40.0_f64,
            up in any::<bool>(),
            on_the_day in any::<bool>(),
        ) {
            let (direction, sign) = if up {
                (DirectionWord::HigherIsBetter, 1.0)
            } else {
                (DirectionWord::LowerIsBetter, -1.0)
            };
            let gauge = gauge(direction, baseline, baseline + sign * step);
            let today = if on_the_day { DUE } else { BEFORE };
            let at = |value| propose(&gauge, Some(value), None, None, DUE, today);
            prop_assert!(order(at(low)) <= order(at(low + sign * more)));
        }

        #[test]
        fn the_target_is_met_exactly_at_the_target_and_the_band_ends_where_it_says(
            baseline in 0.0..100.0_f64,
            step in 0.5..40.0_f64,
            cohort in prop::option::of(1.0..300.0_f64),
        ) {
            let target = baseline + step;
            let gauge = Gauge::Number {
                code: None,
                unit: UnitWord::PercentOfPupils,
                direction: DirectionWord::HigherIsBetter,
                baseline,
                target,
                band: None,
                cohort,
            };
            let at = |value| propose(&gauge, Some(value), None, None, DUE, DUE);
            let band = gauge.amber_band();
            prop_assert!(band >= step / 3.0 - 1e-9);
            prop_assert!(cohort.is_none_or(|n| band >= 100.0 / n - 1e-9));
            prop_assert_eq!(at(target), Rag::Achieved);
            prop_assert_eq!(at(target - band + 1e-6), Rag::Amber);
            prop_assert_eq!(at(target - band - 1e-6), Rag::NotAchieved);
        }
    }
}

//! What a milestone looks at, the rule that proposes a colour, and the stages it goes through.

use std::{fmt, str::FromStr};

use evidence::{Direction, Unit, variation::pupil_equivalents};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use foundation::{
    machine::{Document, Line, No, line, transition},
    words,
};

use crate::{
    agreements::Standing,
    baselines::{DirectionWord, UnitWord},
};

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

    /// Whether it asks for a conversation: off track, or the day has passed without it.
    #[must_use]
    pub const fn is_off_track(self) -> bool {
        matches!(self, Self::Red | Self::NotAchieved)
    }

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
            Self::Number { code, baseline, target, direction, .. } => {
                let what = code
                    .as_deref()
                    .and_then(register::kpis::definition)
                    .map_or_else(String::new, |known| format!("{}: ", known.plain_name));
                let bound = match Direction::from(*direction) {
                    Direction::LowerIsBetter => "or less",
                    _ => "or more",
                };
                format!("{what}from {} to {} {bound}", self.number(*baseline), self.number(*target))
            }
            Self::Statement => "should be true".to_owned(),
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
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Due, Self::Recorded, Self::Confirmed, Self::TooEarly, Self::NoData];

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

    /// Where an act leads, if it is possible for anybody.
    #[must_use]
    pub fn after(self, act: StageAct) -> Option<Self> {
        STEPS.iter().find(|line| line.from == self && line.act == act).map(|line| line.to)
    }
}

/// Whoever may write down what was seen.
const TEAM: &[Standing] = &[
    Standing::SupportedHead,
    Standing::SupportingHead,
    Standing::Lead,
    Standing::Member,
    Standing::Broker,
];
/// Whoever may hold a review.
const REVIEWER: &[Standing] =
    &[Standing::SupportingHead, Standing::Lead, Standing::Broker, Standing::SupportedHead];
const SYSTEM: &[Standing] = &[Standing::System];
const ON_THE_DAY: &str = "on or after the due day, or achieved before";

/// Every step of a milestone of an agreement. What was seen may be seen again until a reviewer has
/// confirmed it.
const STEPS: &[Line<Stage, StageAct, Standing>] = &[
    line(Stage::Pending, StageAct::FallDue, SYSTEM, Stage::Due, "the due day has come"),
    line(Stage::Pending, StageAct::Record, TEAM, Stage::Recorded, ""),
    line(Stage::Pending, StageAct::TooEarly, REVIEWER, Stage::TooEarly, "words"),
    line(Stage::Pending, StageAct::NoData, REVIEWER, Stage::NoData, "words"),
    line(Stage::Due, StageAct::Record, TEAM, Stage::Recorded, ""),
    line(Stage::Due, StageAct::TooEarly, REVIEWER, Stage::TooEarly, "words"),
    line(Stage::Due, StageAct::NoData, REVIEWER, Stage::NoData, "words"),
    line(Stage::Recorded, StageAct::Record, TEAM, Stage::Recorded, ""),
    line(Stage::Recorded, StageAct::Confirm, REVIEWER, Stage::Confirmed, ON_THE_DAY),
    line(Stage::TooEarly, StageAct::Record, TEAM, Stage::Recorded, ""),
    line(Stage::NoData, StageAct::Record, TEAM, Stage::Recorded, ""),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    let source = "crates/support/src/milestones/model.rs";
    Document::of("milestones", "The life of a milestone", source, STEPS)
}

/// Where an act leads when somebody with these standings does it.
///
/// # Errors
/// [`No`] when no line allows it.
pub fn step(from: Stage, act: StageAct, who: &[Standing]) -> Result<Stage, No<Standing>> {
    transition(STEPS, from, act, who)
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

words! {
    /// What can happen to a milestone.
    StageAct {
        FallDue = "fall_due", "its day comes";
        Record = "record", "write down what was seen";
        Confirm = "confirm", "set the colour";
        TooEarly = "call_too_early", "say that it is too early";
        NoData = "call_no_data", "say that there is no figure";
    }
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

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        pending fall_due system due
        pending record supported_head recorded
        pending record supporting_head recorded
        pending record lead recorded
        pending record member recorded
        pending record broker recorded
        pending too_early supported_head too_early
        pending too_early supporting_head too_early
        pending too_early lead too_early
        pending too_early broker too_early
        pending no_data supported_head no_data
        pending no_data supporting_head no_data
        pending no_data lead no_data
        pending no_data broker no_data
        due record supported_head recorded
        due record supporting_head recorded
        due record lead recorded
        due record member recorded
        due record broker recorded
        due too_early supported_head too_early
        due too_early supporting_head too_early
        due too_early lead too_early
        due too_early broker too_early
        due no_data supported_head no_data
        due no_data supporting_head no_data
        due no_data lead no_data
        due no_data broker no_data
        recorded record supported_head recorded
        recorded record supporting_head recorded
        recorded record lead recorded
        recorded record member recorded
        recorded record broker recorded
        recorded confirm supported_head confirmed
        recorded confirm supporting_head confirmed
        recorded confirm lead confirmed
        recorded confirm broker confirmed
        too_early record supported_head recorded
        too_early record supporting_head recorded
        too_early record lead recorded
        too_early record member recorded
        too_early record broker recorded
        no_data record supported_head recorded
        no_data record supporting_head recorded
        no_data record lead recorded
        no_data record member recorded
        no_data record broker recorded";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            &Stage::ALL,
            StageAct::ALL,
            &Standing::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
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

//! Raising the bar and narrowing the gap: four outcomes, one of which looks good and is not.
//!
//! The *level* is the value for all pupils. The *gap* is what other pupils nationally reach less
//! what this school's disadvantaged pupils reach (reversed where lower is better), so a gap above
//! zero is a shortfall. Narrowing a gap because the level fell is *levelling down*, and is named
//! as a failure.
//!
//! For a place, numerators and denominators are pooled; percentages are never averaged.

use crate::distributions::{Z95, quantile};
use crate::kpi::Kpi;
use crate::measure::{Measure, Reasons};
use crate::variation::{Interval, change, pool, sampling_variance};

/// One year's readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// All pupils.
    pub all: Measure,
    /// Disadvantaged pupils of this school or place.
    pub disadvantaged: Measure,
    /// Other pupils, nationally.
    pub national_other: Measure,
}

/// What happened to bar and gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The aim.
    RaisedAndNarrowed,
    /// Higher for all, and further apart.
    RaisedAndWidened,
    /// Levelled down: the gap closed because the level fell. A failure.
    LevelledDown,
    /// Lower, and further apart.
    LoweredAndWidened,
    /// Either change is inside normal variation.
    Unchanged,
}

impl Outcome {
    /// The label.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::RaisedAndNarrowed => "raised the bar and narrowed the gap",
            Self::RaisedAndWidened => "raised the bar but widened the gap",
            Self::LevelledDown => {
                "levelled down: the gap narrowed because the level fell, which is a failure"
            }
            Self::LoweredAndWidened => "lowered the bar and widened the gap",
            Self::Unchanged => "no change beyond normal variation in level, gap or both",
        }
    }
}

/// The change of level and gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarAndGap {
    /// Which of the outcomes.
    pub outcome: Outcome,
    /// Change of level in the good direction, in the indicator's unit.
    pub level: f64,
    /// Change of gap: below zero is narrower.
    pub gap: f64,
    /// 95 % interval of the change of level, in the good direction.
    pub level_interval: Option<Interval>,
    /// 95 % interval of the change of gap.
    pub gap_interval: Option<Interval>,
}

impl BarAndGap {
    /// One plain sentence.
    #[must_use]
    pub fn sentence(&self, kpi: &Kpi) -> String {
        let level = if self.level >= 0.0 { "better" } else { "worse" };
        let gap = if self.gap <= 0.0 { "narrower" } else { "wider" };
        format!(
            "The level is {} {level} and the gap {} {gap}: {}.",
            kpi.unit.amount(self.level),
            kpi.unit.amount(self.gap),
            self.outcome.in_words()
        )
    }
}

/// Compares two years. A change without an interval counts as a change only if it is at least the
/// indicator's smallest change worth having.
///
/// ```
/// use evidence::{Direction, Kpi, Measure, Unit};
/// use evidence::bar_and_gap::{Outcome, Standing, bar_and_gap};
/// let kpi = Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter);
/// let share = |numerator, denominator| Measure::Proportion { numerator, denominator };
/// let national = share(700_000.0, 1_000_000.0);
/// let before = Standing { all: share(600.0, 1000.0), disadvantaged: share(160.0, 400.0), national_other: national };
/// let after = Standing { all: share(500.0, 1000.0), disadvantaged: share(200.0, 400.0), national_other: national };
/// assert_eq!(bar_and_gap(&kpi, &before, &after).unwrap().outcome, Outcome::LevelledDown);
/// ```
///
/// # Errors
/// Every reason why a reading is missing. An indicator without a good direction has no bar to
/// raise: its reasons are those of [`crate::Missing::NotApplicable`].
pub fn bar_and_gap(kpi: &Kpi, before: &Standing, after: &Standing) -> Result<BarAndGap, Reasons> {
    let Some(sign) = kpi.direction.sign() else {
        return Err([crate::Missing::NotApplicable].into_iter().collect());
    };
    let every = [
        before.all,
        before.disadvantaged,
        before.national_other,
        after.all,
        after.disadvantaged,
        after.national_other,
    ];
    let reasons = Reasons::of(&every);
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let level = change(&before.all, &after.all)?;
    let own = change(&before.disadvantaged, &after.disadvantaged)?;
    let other = change(&before.national_other, &after.national_other)?;
    let gap = sign * (other.difference - own.difference);
    let level_interval = level.interval.map(|i| turned(i, sign));
    // The nation's own sampling error is small but not forgotten where it is known.
    let nation = sampling_variance(&before.national_other).unwrap_or(0.0)
        + sampling_variance(&after.national_other).unwrap_or(0.0);
    let gap_interval = own.interval.map(|i| {
        let own_moved = sign * own.difference;
        let own_interval = turned(i, sign);
        let extra = Z95 * Z95 * nation;
        let up = ((own_moved - own_interval.low).powi(2) + extra).sqrt();
        let down = ((own_interval.high - own_moved).powi(2) + extra).sqrt();
        Interval { low: gap - down, high: gap + up }
    });
    let level_moved = sign * level.difference;
    let real = |amount: f64, interval: Option<Interval>| {
        interval.map_or(amount.abs() >= kpi.worth_having, |i| !i.contains(0.0)) && amount != 0.0
    };
    let outcome = if !real(level_moved, level_interval) || !real(gap, gap_interval) {
        Outcome::Unchanged
    } else {
        match (level_moved > 0.0, gap < 0.0) {
            (true, true) => Outcome::RaisedAndNarrowed,
            (true, false) => Outcome::RaisedAndWidened,
            (false, true) => Outcome::LevelledDown,
            (false, false) => Outcome::LoweredAndWidened,
        }
    };
    Ok(BarAndGap { outcome, level: level_moved, gap, level_interval, gap_interval })
}

/// An interval of a change, read in the good direction.
fn turned(interval: Interval, sign: f64) -> Interval {
    if sign > 0.0 { interval } else { Interval { low: -interval.high, high: -interval.low } }
}

/// The standing of a place: pooled numerators and denominators of its schools. Schools lacking a
/// reading are left out of that reading only; the national figure is taken from the first.
#[must_use]
pub fn place(schools: &[Standing]) -> Option<Standing> {
    let first = schools.first()?;
    let all: Vec<Measure> = schools.iter().map(|s| s.all).collect();
    let disadvantaged: Vec<Measure> = schools.iter().map(|s| s.disadvantaged).collect();
    Some(Standing {
        all: pool(&all).measure,
        disadvantaged: pool(&disadvantaged).measure,
        national_other: first.national_other,
    })
}

/// How far apart the schools of a place are, without naming any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Inter-quartile range, in the indicator's unit.
    pub range: f64,
    /// Schools it rests on.
    pub schools: usize,
}

/// Fewest schools for a spread to be shown.
pub const SPREAD_SCHOOLS: usize = 8;
/// Fewest pupils for a school to count in a spread.
pub const SPREAD_PUPILS: f64 = 11.0;

/// The inter-quartile range across schools with at least eleven pupils; `None` below eight such
/// schools. A reading whose size is unknown does not count.
#[must_use]
pub fn spread(readings: &[Measure]) -> Option<Spread> {
    let values: Vec<f64> = readings
        .iter()
        .filter(|m| m.n().is_some_and(|n| n >= SPREAD_PUPILS))
        .filter_map(Measure::number)
        .collect();
    if values.len() < SPREAD_SCHOOLS {
        return None;
    }
    let range = quantile(&values, 0.75)? - quantile(&values, 0.25)?;
    Some(Spread { range, schools: values.len() })
}

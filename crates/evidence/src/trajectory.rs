//! Where an indicator is heading: improving, declining, no clear change, not enough data, or too
//! early to say.
//!
//! A straight line is fitted to at least three yearly readings, each weighted by its precision.
//! *Improving* (or *declining*) needs a slope more than 1.64 standard errors from zero in the
//! indicator's direction: a one-sided 5 % test.
//!
//! Two refinements of that rule keep its promise with few points. Where sampling variances are
//! known (shares, published intervals) the standard error is never smaller than they imply, and is
//! widened when the readings scatter more than cohorts alone explain. Where they are not, the
//! error comes from the scatter itself and 1.64 is replaced by Student's value, because three
//! points in a line by luck are common: with one degree of freedom 1.64 would cry wolf 17 % of
//! the time on each side.
//!
//! Limits: a line is a summary of a few years, not a forecast; a change of test looks like a
//! change of school.

use crate::distributions::{normal_quantile, normal_tail, student_quantile, student_tail};
use crate::kpi::{Direction, Kpi, Unit};
use crate::measure::Measure;
use crate::variation::{pupil_equivalents, pupils_in_words, sampling_variance};

/// The one-sided level of a claim that a line rises or falls.
const LEVEL: f64 = 0.95;

/// What the readings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trend {
    /// Better, beyond chance.
    Improving,
    /// Worse, beyond chance.
    Declining,
    /// Neither.
    NoClearChange,
    /// Fewer than three readings.
    NotEnoughData,
    /// Nothing has been published since the start asked about.
    TooEarly,
}

impl Trend {
    /// The label.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Improving => "improving",
            Self::Declining => "declining",
            Self::NoClearChange => "no clear change",
            Self::NotEnoughData => "not enough data",
            Self::TooEarly => "too early",
        }
    }
}

/// A fitted trajectory.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// The label.
    pub trend: Trend,
    /// Change a year in the indicator's unit, where it could be fitted.
    pub slope: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Two-sided p-value of a level line, where it could be fitted.
    pub p: Option<f64>,
    /// How many readings were used.
    pub used: usize,
    /// One plain sentence.
    pub sentence: String,
}

/// Fits the trajectory of yearly readings (year, reading), in any order; readings without a number
/// are left out. With `since`, the answer is [`Trend::TooEarly`] until a reading of a later year
/// exists.
///
/// ```
/// use evidence::{Direction, Kpi, Measure, Unit, trajectory::{Trend, trajectory}};
/// let kpi = Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter);
/// let share = |numerator| Measure::Proportion { numerator, denominator: 100.0 };
/// let rising = [(2016, share(40.0)), (2017, share(55.0)), (2018, share(68.0))];
/// assert_eq!(trajectory(&kpi, &rising, None).trend, Trend::Improving);
/// assert_eq!(trajectory(&kpi, &rising[..2], None).trend, Trend::NotEnoughData);
/// assert_eq!(trajectory(&kpi, &rising, Some(2018)).trend, Trend::TooEarly);
/// ```
#[must_use]
pub fn trajectory(kpi: &Kpi, readings: &[(i32, Measure)], since: Option<i32>) -> Trajectory {
    let mut points: Vec<(i32, f64, Measure)> = readings
        .iter()
        .filter_map(|(year, m)| m.number().map(|value| (*year, value, *m)))
        .collect();
    points.sort_by_key(|p| p.0);
    points.dedup_by_key(|p| p.0);
    let used = points.len();
    let plain = |trend: Trend, sentence: String| Trajectory {
        trend,
        slope: None,
        se: None,
        p: None,
        used,
        sentence,
    };
    if let Some(since) = since
        && points.last().is_none_or(|last| last.0 <= since)
    {
        return plain(
            Trend::TooEarly,
            format!("Too early to say: no figure after {since} has been published."),
        );
    }
    if used < 3 {
        let s = if used == 1 { "" } else { "s" };
        return plain(
            Trend::NotEnoughData,
            format!("Not enough data: {used} year{s} with a figure, and three are needed."),
        );
    }
    let Some(fit) = Line::fit(&points) else {
        return plain(
            Trend::NotEnoughData,
            "Not enough data: the figures cannot be compared with each other.".into(),
        );
    };
    let beyond = fit.slope.abs() > fit.critical * fit.se && fit.slope != 0.0;
    let trend = match (beyond, kpi.direction.sign()) {
        (true, Some(sign)) if sign * fit.slope > 0.0 => Trend::Improving,
        (true, Some(_)) => Trend::Declining,
        _ => Trend::NoClearChange,
    };
    let sentence = sentence(kpi, trend, fit.slope, &points);
    Trajectory { trend, slope: Some(fit.slope), se: Some(fit.se), p: fit.p(), used, sentence }
}

struct Line {
    slope: f64,
    se: f64,
    critical: f64,
    /// Degrees of freedom; none where the sampling errors are known.
    df: Option<f64>,
}

impl Line {
    /// Without scatter about the line and without known errors nothing can be said.
    fn p(&self) -> Option<f64> {
        let t = self.slope.abs() / self.se;
        let tail = self.df.map_or_else(|| normal_tail(t), |df| student_tail(t, df));
        tail.is_finite().then_some((2.0 * tail).min(1.0))
    }

    fn fit(points: &[(i32, f64, Measure)]) -> Option<Self> {
        let variances: Option<Vec<f64>> = points
            .iter()
            .map(|(_, _, m)| sampling_variance(m).filter(|v| *v > 0.0 && v.is_finite()))
            .collect();
        let known = variances.is_some();
        let weights: Vec<f64> = match variances {
            Some(variances) => variances.iter().map(|v| 1.0 / v).collect(),
            None => {
                let sizes: Option<Vec<f64>> = points
                    .iter()
                    .map(|(_, _, m)| m.n().filter(|n| *n > 0.0 && n.is_finite()))
                    .collect();
                sizes.unwrap_or_else(|| vec![1.0; points.len()])
            }
        };
        let total: f64 = weights.iter().sum();
        let year = |at: usize| f64::from(points[at].0);
        let mean = |of: &dyn Fn(usize) -> f64| {
            (0..points.len()).map(|at| weights[at] * of(at)).sum::<f64>() / total
        };
        let t = mean(&year);
        let y = mean(&|at| points[at].1);
        let mut spread = 0.0;
        let mut cross = 0.0;
        for (at, w) in weights.iter().enumerate() {
            spread += w * (year(at) - t).powi(2);
            cross += w * (year(at) - t) * (points[at].1 - y);
        }
        let slope = cross / spread;
        let residual: f64 = weights
            .iter()
            .enumerate()
            .map(|(at, w)| w * (points[at].1 - y - slope * (year(at) - t)).powi(2))
            .sum();
        let df = (points.len() - 2) as f64;
        let scatter = residual / df;
        let (variance, critical) = if known {
            (scatter.max(1.0) / spread, normal_quantile(LEVEL))
        } else {
            (scatter / spread, student_quantile(LEVEL, df))
        };
        let se = variance.sqrt();
        let df = (!known).then_some(df);
        (slope.is_finite() && se.is_finite()).then_some(Self { slope, se, critical, df })
    }
}

fn sentence(kpi: &Kpi, trend: Trend, slope: f64, points: &[(i32, f64, Measure)]) -> String {
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let moved = if slope >= 0.0 { "up" } else { "down" };
    let amount = kpi.unit.amount(slope);
    let mut text = match trend {
        Trend::Improving => format!("Improving: {moved} {amount} a year"),
        Trend::Declining => format!("Declining: {moved} {amount} a year"),
        _ if kpi.direction == Direction::Neutral => {
            return format!("{moved} {amount} a year from {first} to {last}.").replacen(
                moved,
                if slope >= 0.0 { "Up" } else { "Down" },
                1,
            );
        }
        _ => {
            return format!(
                "No clear change from {first} to {last}: the figures move within normal variation."
            );
        }
    };
    if let (Unit::PercentOfPupils, Some(n)) = (kpi.unit, points[points.len() - 1].2.n()) {
        text.push_str(&format!(
            ", {} in each cohort",
            pupils_in_words(pupil_equivalents(slope, n))
        ));
    }
    text.push_str(&format!(", from {first} to {last}; more than normal variation."));
    text
}

//! Net change against a fixed family, and what the same schools would have done without support.

use std::fmt;

use crate::distributions::{mean_and_variance, median, student_quantile, student_tail};
use crate::kpi::Kpi;
use crate::measure::{Measure, Reasons};
use crate::variation::{Change, Interval, change, pool, sampling_variance};

use super::Strength;

/// Fewest schools with both values for a comparator to be used.
pub(super) const COMPARATOR_SCHOOLS: usize = 8;

/// One school before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The reading at the base.
    pub baseline: Measure,
    /// The reading at the end.
    pub outturn: Measure,
    /// The value of the reading on which schools were selected for support, for this school;
    /// `None` when it has none or nothing was recorded.
    pub selection: Option<f64>,
}

/// What was used to choose the school for support.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The year of the reading that was looked at (academic year, by its end).
    pub year: i32,
    /// What was looked at, in words.
    pub what: String,
}

/// What to compute.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The indicator.
    pub kpi: &'a Kpi,
    /// The school.
    pub school: Pair,
    /// The year of the baseline; the last of them when several were pooled.
    pub base_year: i32,
    /// What was used to select the school, when recorded.
    pub selection: Option<Selection>,
    /// How many cohorts the outturn pools.
    pub cohorts: u32,
    /// The family, fixed at the baseline, without supported schools.
    pub family: &'a [Pair],
    /// Schools of the authority, for when the family is too small.
    pub authority: &'a [Pair],
    /// Schools of the nation, for when the authority is too small.
    pub national: &'a [Pair],
}

/// Whom the school is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// Its family.
    Family,
    /// Its authority, because the family was too small.
    Authority,
    /// The nation, because the authority was too small too.
    National,
}

impl Comparator {
    /// As it stands in a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Family => "schools of its family",
            Self::Authority => "schools of its authority (its family was too small)",
            Self::National => "schools of the country (family and authority were too small)",
        }
    }
}

/// Why a net change cannot be computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NotComputable {
    /// Baseline or outturn has no number.
    Missing(Reasons),
    /// The outturn has not been published yet.
    TooEarly,
    /// No comparator has eight schools with both values.
    NoComparator,
    /// The baseline is the reading on which the school was chosen.
    BaseIsSelectionYear {
        /// That year.
        year: i32,
    },
    /// The indicator has no good direction.
    NoDirection,
}

impl fmt::Display for NotComputable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(reasons) => write!(f, "there is no figure: {reasons}"),
            Self::TooEarly => f.write_str("it is too early: no figure has been published since"),
            Self::NoComparator => write!(
                f,
                "fewer than {COMPARATOR_SCHOOLS} schools to compare with have both figures"
            ),
            Self::BaseIsSelectionYear { year } => write!(
                f,
                "the figure of {year} was used to choose the school, so it cannot be the base: use \
                 the years before"
            ),
            Self::NoDirection => f.write_str("neither more nor less of it is better"),
        }
    }
}

/// What schools without support did, given what was used to select.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoSupport {
    /// The change expected without support, in the indicator's unit and sign.
    pub expected: f64,
    /// Standard error of one school's change around it.
    pub se: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Schools it rests on.
    pub schools: usize,
    /// Whether it is conditioned on the selection reading.
    pub conditioned: bool,
}

impl NoSupport {
    /// The range in which 95 of 100 such schools would change without support.
    #[must_use]
    pub fn interval(&self) -> Interval {
        let half = student_quantile(0.975, self.df) * self.se;
        Interval { low: self.expected - half, high: self.expected + half }
    }
}

/// A net change, and all that must be said with it.
#[derive(Clone, Debug, PartialEq)]
pub struct NetChange {
    /// Δnet, positive when good.
    pub net: f64,
    /// The school's own change.
    pub own: Change,
    /// The comparator's change: median outturn less median baseline.
    pub compared: f64,
    /// Who the comparator is.
    pub comparator: Comparator,
    /// Schools in it with both values.
    pub schools: usize,
    /// Cohort sizes, before and after.
    pub cohort: (Option<f64>, Option<f64>),
    /// Cohorts in the outturn.
    pub cohorts: u32,
    /// The baseline was in the bottom fifth of the comparator (top fifth where lower is better).
    pub bottom_fifth: bool,
    /// The baseline was in the best fifth.
    pub top_fifth: bool,
    /// The no-support placebo.
    pub no_support: Option<NoSupport>,
    /// What was used to select, when recorded.
    pub selection: Option<Selection>,
    sign: f64,
}

impl NetChange {
    /// The change beyond the placebo, positive when good.
    #[must_use]
    pub fn beyond(&self, placebo: &NoSupport) -> f64 {
        self.sign * (self.own.difference - placebo.expected)
    }

    /// How often luck alone gives a rise at least this large without support.
    #[must_use]
    pub fn chance(&self) -> Option<f64> {
        let placebo = self.no_support.as_ref()?;
        let beyond = self.beyond(placebo);
        (placebo.se > 0.0).then(|| student_tail(beyond / placebo.se, placebo.df))
    }

    /// Whether the change is outside normal variation: outside the placebo range where there is
    /// one, else the school's own interval excludes no change.
    #[must_use]
    pub fn outside_normal_variation(&self) -> Option<bool> {
        match &self.no_support {
            Some(placebo) => Some(!placebo.interval().contains(self.own.difference)),
            None => self.own.within_normal_variation().map(|within| !within),
        }
    }

    /// Two cohorts and outside normal variation: strong; one of them: supported; else provisional.
    #[must_use]
    pub fn strength(&self) -> Strength {
        match (self.cohorts >= 2, self.outside_normal_variation() == Some(true)) {
            (true, true) => Strength::Strong,
            (false, false) => Strength::Provisional,
            _ => Strength::Supported,
        }
    }
}

/// Computes a net change.
///
/// # Errors
/// [`NotComputable`] says in words why there is none.
pub fn net_change(question: &Question<'_>) -> Result<NetChange, NotComputable> {
    let Question { kpi, school, cohorts, .. } = question;
    let sign = kpi.direction.sign().ok_or(NotComputable::NoDirection)?;
    if let Some(selection) = &question.selection
        && selection.year == question.base_year
    {
        return Err(NotComputable::BaseIsSelectionYear { year: selection.year });
    }
    if *cohorts == 0 {
        return Err(NotComputable::TooEarly);
    }
    let own = change(&school.baseline, &school.outturn).map_err(NotComputable::Missing)?;
    let (comparator, pairs) = [
        (Comparator::Family, question.family),
        (Comparator::Authority, question.authority),
        (Comparator::National, question.national),
    ]
    .into_iter()
    .map(|(who, pairs)| (who, complete(pairs)))
    .find(|(_, pairs)| pairs.len() >= COMPARATOR_SCHOOLS)
    .ok_or(NotComputable::NoComparator)?;
    let baselines: Vec<f64> = pairs.iter().filter_map(|p| p.baseline.number()).collect();
    let outturns: Vec<f64> = pairs.iter().filter_map(|p| p.outturn.number()).collect();
    let compared = median(&outturns).unwrap_or(0.0) - median(&baselines).unwrap_or(0.0);
    let value = school.baseline.number().unwrap_or(f64::NAN);
    let worse = baselines.iter().filter(|b| sign * **b < sign * value).count() as f64;
    let better = baselines.iter().filter(|b| sign * **b > sign * value).count() as f64;
    let fifth = baselines.len() as f64 / 5.0;
    let placebo = no_support(school, &pairs, question.selection.is_some());
    Ok(NetChange {
        net: sign * (own.difference - compared),
        own,
        compared,
        comparator,
        schools: pairs.len(),
        cohort: (school.baseline.n(), school.outturn.n()),
        cohorts: *cohorts,
        bottom_fifth: worse < fifth,
        top_fifth: better < fifth,
        no_support: placebo,
        selection: question.selection.clone(),
        sign,
    })
}

fn complete(pairs: &[Pair]) -> Vec<Pair> {
    pairs
        .iter()
        .filter(|p| p.baseline.number().is_some() && p.outturn.number().is_some())
        .copied()
        .collect()
}

/// The change expected without support: the mean change of schools without support, or, when the
/// selection reading is known for the school and for at least eight of them, its regression on
/// that reading. `None` below eight schools.
///
/// The error of one school's change is the scatter around that line, with the sampling variance of
/// the typical school exchanged for this school's own where both are known.
#[must_use]
pub fn no_support(school: &Pair, others: &[Pair], selected: bool) -> Option<NoSupport> {
    let conditioned = selected && school.selection.is_some_and(f64::is_finite);
    let used: Vec<(f64, f64, Option<f64>)> = others
        .iter()
        .filter_map(|p| {
            let moved = p.outturn.number()? - p.baseline.number()?;
            let x = if conditioned { p.selection.filter(|s| s.is_finite())? } else { 0.0 };
            Some((x, moved, pair_variance(p)))
        })
        .collect();
    if used.len() < COMPARATOR_SCHOOLS {
        return if conditioned { no_support(school, others, false) } else { None };
    }
    let n = used.len() as f64;
    let xs: Vec<f64> = used.iter().map(|u| u.0).collect();
    let ys: Vec<f64> = used.iter().map(|u| u.1).collect();
    let (x_mean, x_variance) = mean_and_variance(&xs);
    let (y_mean, _) = mean_and_variance(&ys);
    let sxx = x_variance * (n - 1.0);
    let sloped = conditioned && sxx > 0.0;
    let slope = if sloped {
        xs.iter().zip(&ys).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum::<f64>() / sxx
    } else {
        0.0
    };
    let away = if sloped { school.selection.unwrap_or(x_mean) - x_mean } else { 0.0 };
    let residual: f64 =
        xs.iter().zip(&ys).map(|(x, y)| (y - y_mean - slope * (x - x_mean)).powi(2)).sum();
    let df = n - if sloped { 2.0 } else { 1.0 };
    let scatter = residual / df;
    let leverage = 1.0 / n + if sloped { away * away / sxx } else { 0.0 };
    let typical: Option<Vec<f64>> = used.iter().map(|u| u.2).collect();
    let one = match (typical, pair_variance(school)) {
        (Some(typical), Some(own)) => {
            let (mean, _) = mean_and_variance(&typical);
            (scatter - mean).max(0.0) + own
        }
        _ => scatter,
    };
    let variance = one + scatter * leverage;
    (variance.is_finite() && variance > 0.0).then(|| NoSupport {
        expected: y_mean + slope * away,
        se: variance.sqrt(),
        df,
        schools: used.len(),
        conditioned: sloped,
    })
}

fn pair_variance(pair: &Pair) -> Option<f64> {
    Some(sampling_variance(&pair.baseline)? + sampling_variance(&pair.outturn)?)
}

/// The base that avoids the selection year: the pooled readings of the years before it, at most
/// `years` of them. Returns the reading and its last year.
#[must_use]
pub fn base_before(
    readings: &[(i32, Measure)],
    selection_year: i32,
    years: usize,
) -> (Measure, i32) {
    let mut before: Vec<(i32, Measure)> =
        readings.iter().filter(|(year, _)| *year < selection_year).copied().collect();
    before.sort_by_key(|(year, _)| std::cmp::Reverse(*year));
    before.truncate(years);
    let last = before.first().map_or(selection_year - 1, |(year, _)| *year);
    let values: Vec<Measure> = before.into_iter().map(|(_, m)| m).collect();
    (pool(&values).measure, last)
}

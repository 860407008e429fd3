//! Normal variation: how much a figure moves by the luck of who is in the cohort.
//!
//! * A share of n pupils has a Wilson interval (Wilson 1927): it stays inside 0–100 and is honest
//!   for small n, where the textbook p ± 1.96·√(p(1−p)/n) claims certainty at 0 and 100 %.
//! * The difference of two shares has Newcombe's hybrid score interval (Newcombe 1998, method 10).
//! * Below [`SMALL`] pupils the difference is also tested exactly (Fisher's mid-p).
//! * A published interval, where there is one (Progress 8), is used as it stands.
//! * Every change of a percentage is also given in pupils: Δ × n / 100.
//!
//! Limits: the interval describes the cohort as a draw from cohorts like it. It says nothing of
//! bias in who was entered, nor of a change of test.

use crate::distributions::{Z95, beta_quantile, ln_factorial, normal_quantile, normal_tail};
use crate::kpi::Unit;
use crate::measure::{Measure, Missing, Reasons};

/// Below this many pupils, years are pooled and exact tests are used.
pub const SMALL: f64 = 30.0;

/// Above this many pupils nothing is gained by exact arithmetic.
const EXACT: f64 = 1e6;

/// A 95 % interval in the unit of what it surrounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies inside, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// High minus low.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

fn usable(numerator: f64, denominator: f64) -> bool {
    numerator.is_finite()
        && denominator.is_finite()
        && denominator > 0.0
        && (0.0..=denominator).contains(&numerator)
}

/// Wilson's score interval for a share, on the 0–1 scale, at `z` standard errors.
///
/// `None` unless 0 ≤ numerator ≤ denominator and the denominator is above zero.
///
/// ```
/// let i = evidence::variation::wilson(9.0, 10.0, 1.96).unwrap();
/// assert!((i.low - 0.5958).abs() < 1e-4 && (i.high - 0.9821).abs() < 1e-4);
/// ```
#[must_use]
pub fn wilson(numerator: f64, denominator: f64, z: f64) -> Option<Interval> {
    if !usable(numerator, denominator) || !z.is_finite() || z < 0.0 {
        return None;
    }
    let (n, p) = (denominator, numerator / denominator);
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    // Not z² / 4n²: the square of a very large n is no number.
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + (z / (2.0 * n)).powi(2)).sqrt();
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

/// Clopper and Pearson's exact interval for a share, on the 0–1 scale: never too narrow, often
/// too wide. Used in sentences about very small cohorts.
#[must_use]
pub fn clopper_pearson(numerator: f64, denominator: f64, confidence: f64) -> Option<Interval> {
    if !usable(numerator, denominator) || !(0.0..1.0).contains(&confidence) {
        return None;
    }
    // Among millions the exact interval is the approximate one, and below one pupil is neither.
    if !(1.0..=EXACT).contains(&denominator) {
        return wilson(numerator, denominator, normal_quantile(0.5 + confidence / 2.0));
    }
    let tail = (1.0 - confidence) / 2.0;
    let numerator = if numerator < 1e-6 { 0.0 } else { numerator };
    let rest = denominator - numerator;
    let low = if numerator <= 0.0 { 0.0 } else { beta_quantile(tail, numerator, rest + 1.0) };
    let high = if rest <= 0.0 { 1.0 } else { beta_quantile(1.0 - tail, numerator + 1.0, rest) };
    Some(Interval { low, high })
}

/// Newcombe's hybrid score interval for `after − before`, on the 0–1 scale.
///
/// ```
/// // Newcombe (1998), table II: 56/70 less 48/80.
/// let i = evidence::variation::newcombe((48.0, 80.0), (56.0, 70.0), 1.959964).unwrap();
/// assert!((i.low - 0.0524).abs() < 1e-4 && (i.high - 0.3339).abs() < 1e-4);
/// ```
#[must_use]
pub fn newcombe(before: (f64, f64), after: (f64, f64), z: f64) -> Option<Interval> {
    let first = wilson(after.0, after.1, z)?;
    let second = wilson(before.0, before.1, z)?;
    let (p1, p2) = (after.0 / after.1, before.0 / before.1);
    let difference = p1 - p2;
    let down = ((p1 - first.low).powi(2) + (second.high - p2).powi(2)).sqrt();
    let up = ((first.high - p1).powi(2) + (p2 - second.low).powi(2)).sqrt();
    Some(Interval { low: (difference - down).max(-1.0), high: (difference + up).min(1.0) })
}

/// Fisher's exact test of two shares, two-sided with the mid-p correction: the chance of a table
/// at least as unlikely when both cohorts share one rate. Counts are rounded to whole pupils.
#[must_use]
pub fn fisher_mid_p(before: (f64, f64), after: (f64, f64)) -> Option<f64> {
    if !usable(before.0, before.1) || !usable(after.0, after.1) {
        return None;
    }
    let (n1, n2) = (before.1.round(), after.1.round());
    let (x1, x2) = (before.0.round().min(n1), after.0.round().min(n2));
    let met = x1 + x2;
    if n1 + n2 > EXACT {
        return None;
    }
    let ln_choose = |n: f64, k: f64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let base = ln_choose(n1 + n2, met);
    let ln_p = |k: f64| ln_choose(n1, k) + ln_choose(n2, met - k) - base;
    let observed = ln_p(x1);
    let (mut lower, mut equal) = (0.0, 0.0);
    let mut k = (met - n2).max(0.0);
    while k <= met.min(n1) {
        let here = ln_p(k);
        if here < observed - 1e-9 {
            lower += here.exp();
        } else if here <= observed + 1e-9 {
            equal += here.exp();
        }
        k += 1.0;
    }
    Some((lower + 0.5 * equal).clamp(0.0, 1.0))
}

/// The 95 % interval of a measure, in its own unit (percentages 0–100); the published one where
/// there is one. A bare number has none.
#[must_use]
pub fn interval(measure: &Measure) -> Option<Interval> {
    match *measure {
        Measure::Proportion { numerator, denominator } => wilson(numerator, denominator, Z95)
            .map(|i| Interval { low: 100.0 * i.low, high: 100.0 * i.high }),
        Measure::Estimate { low, high, .. } if low.is_finite() && high.is_finite() => {
            Some(Interval { low: low.min(high), high: high.max(low) })
        }
        _ => None,
    }
}

/// The two-sided p-value of a measure if the truth were `value` (percentages 0–100): for a share of
/// pupils the score test, of which Wilson's interval is the other face (5 % lies just outside the
/// interval); else the normal one from the published interval. A bare number has none.
///
/// ```
/// use evidence::{Measure, variation::{interval, p_against}};
/// let share = Measure::Proportion { numerator: 9.0, denominator: 10.0 };
/// let edge = interval(&share).unwrap().low;
/// assert!((p_against(&share, edge).unwrap() - 0.05).abs() < 1e-9);
/// ```
#[must_use]
pub fn p_against(measure: &Measure, value: f64) -> Option<f64> {
    let found = measure.number()?;
    let variance = match *measure {
        Measure::Proportion { denominator, .. } if (0.0..=100.0).contains(&value) => {
            value * (100.0 - value) / denominator
        }
        Measure::Estimate { .. } => sampling_variance(measure)?,
        _ => return None,
    };
    let p = 2.0 * normal_tail((found - value).abs() / variance.sqrt());
    // No difference and no variance is 0/0: nothing speaks against it.
    if found == value { Some(1.0) } else { p.is_finite().then_some(p.min(1.0)) }
}

/// The sampling variance of a measure in its own squared unit: from the published interval, or
/// from an Agresti–Coull share, which is above zero even when every pupil met the standard.
#[must_use]
pub fn sampling_variance(measure: &Measure) -> Option<f64> {
    match *measure {
        Measure::Proportion { numerator, denominator } if usable(numerator, denominator) => {
            let n = denominator + Z95 * Z95;
            let p = (numerator + Z95 * Z95 / 2.0) / n;
            Some(1e4 * p * (1.0 - p) / n)
        }
        Measure::Estimate { low, high, .. } if low.is_finite() && high.is_finite() => {
            Some(((high - low) / (2.0 * Z95)).powi(2))
        }
        _ => None,
    }
}

/// A change of `points` percentage points in a cohort of `n`, in pupils: Δ × n / 100.
///
/// ```
/// assert_eq!(evidence::variation::pupil_equivalents(-5.0, 40.0), -2.0);
/// ```
#[must_use]
pub fn pupil_equivalents(points: f64, n: f64) -> f64 {
    points * n / 100.0
}

/// A number of pupils as a reader says it: "about 2 pupils", "less than one pupil".
#[must_use]
pub fn pupils_in_words(pupils: f64) -> String {
    let size = pupils.abs();
    if !size.is_finite() {
        "an unknown number of pupils".into()
    } else if size < 0.75 {
        "less than one pupil".into()
    } else if size.round() <= 1.0 {
        "about 1 pupil".into()
    } else {
        format!("about {:.0} pupils", size.round())
    }
}

/// A change between two readings of one school.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// After minus before, in the indicator's unit.
    pub difference: f64,
    /// 95 % interval of the difference, where both readings have one.
    pub interval: Option<Interval>,
    /// The later cohort's size.
    pub n: Option<f64>,
    /// The difference in pupils of the later cohort, for shares of pupils.
    pub pupils: Option<f64>,
    /// Exact two-sided mid-p, for small cohorts of whole pupils.
    pub exact_p: Option<f64>,
}

impl Change {
    /// Whether the change is inside normal variation; `None` when that cannot be said.
    #[must_use]
    pub fn within_normal_variation(&self) -> Option<bool> {
        self.interval.map(|i| i.contains(0.0))
    }

    /// One plain sentence.
    #[must_use]
    pub fn sentence(&self, unit: Unit) -> String {
        let direction = if self.difference.abs() < 0.5 * 10f64.powi(-(unit.decimals() as i32)) {
            return "No change.".into();
        } else if self.difference > 0.0 {
            "Up"
        } else {
            "Down"
        };
        let mut text = format!("{direction} {}", unit.amount(self.difference));
        if let (Some(pupils), Unit::PercentOfPupils) = (self.pupils, unit) {
            text.push_str(&format!(", {}", pupils_in_words(pupils)));
        }
        let cohort = self.n.map_or(String::new(), |n| format!(" for a cohort of {n:.0}"));
        match self.within_normal_variation() {
            Some(true) => text.push_str(&format!(": within normal variation{cohort}.")),
            Some(false) => text.push_str(&format!(": more than normal variation{cohort}.")),
            None => text.push_str(
                ": no interval is published, so we cannot say whether this is more than luck.",
            ),
        }
        text
    }
}

/// The change from `before` to `after`, or every reason why there is none.
///
/// ```
/// use evidence::{Measure, variation::change};
/// let before = Measure::Proportion { numerator: 18.0, denominator: 30.0 };
/// let after = Measure::Proportion { numerator: 21.0, denominator: 30.0 };
/// let moved = change(&before, &after).unwrap();
/// assert_eq!(moved.pupils.unwrap().round(), 3.0);
/// assert_eq!(moved.within_normal_variation(), Some(true));
/// ```
///
/// # Errors
/// The reasons of both readings when either has no number.
pub fn change(before: &Measure, after: &Measure) -> Result<Change, Reasons> {
    let (Some(first), Some(second)) = (before.number(), after.number()) else {
        return Err(Reasons::of([before, after]));
    };
    let difference = second - first;
    let n = after.n().filter(|n| n.is_finite());
    let (interval, exact_p) = match (*before, *after) {
        (
            Measure::Proportion { numerator: x1, denominator: n1 },
            Measure::Proportion { numerator: x2, denominator: n2 },
        ) => (
            newcombe((x1, n1), (x2, n2), Z95)
                .map(|i| Interval { low: 100.0 * i.low, high: 100.0 * i.high }),
            (n1.min(n2) < SMALL).then(|| fisher_mid_p((x1, n1), (x2, n2))).flatten(),
        ),
        _ => (
            sampling_variance(before).zip(sampling_variance(after)).map(|(a, b)| {
                let half = Z95 * (a + b).sqrt();
                Interval { low: difference - half, high: difference + half }
            }),
            None,
        ),
    };
    let pupils = match after {
        Measure::Proportion { denominator, .. } => {
            Some(pupil_equivalents(difference, *denominator))
        }
        _ => None,
    };
    Ok(Change { difference, interval, n, pupils, exact_p })
}

/// Several years taken together, with what was left out and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// The pooled reading; missing with the first reason when nothing could be used.
    pub measure: Measure,
    /// How many readings went in.
    pub used: usize,
    /// Positions left out, each with its reason.
    pub left_out: Vec<(usize, Missing)>,
}

/// Pools readings of one indicator: numerators and denominators are added, estimates are averaged
/// by cohort size with their intervals combined. Percentages are never averaged.
///
/// Readings of another kind than the first usable one are left out as
/// [`Missing::NotApplicable`]; scalars are averaged by n where every one has n.
#[must_use]
pub fn pool(readings: &[Measure]) -> Pooled {
    let mut left_out = Vec::new();
    let mut used: Vec<Measure> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        if reading.number().is_none() {
            left_out.push((at, reading.missing().unwrap_or(Missing::NoEntries)));
        } else if used
            .first()
            .is_some_and(|first| std::mem::discriminant(first) != std::mem::discriminant(reading))
        {
            left_out.push((at, Missing::NotApplicable));
        } else {
            used.push(*reading);
        }
    }
    let measure = match used.first() {
        None => Measure::Missing(left_out.first().map_or(Missing::Blank, |(_, why)| *why)),
        Some(Measure::Proportion { .. }) => {
            let (mut numerator, mut denominator) = (0.0, 0.0);
            for reading in &used {
                if let Measure::Proportion { numerator: x, denominator: d } = reading {
                    numerator += x;
                    denominator += d;
                }
            }
            Measure::Proportion { numerator, denominator }
        }
        Some(_) => pool_numbers(&used),
    };
    Pooled { measure, used: used.len(), left_out }
}

fn pool_numbers(used: &[Measure]) -> Measure {
    let every_n: Option<Vec<f64>> =
        used.iter().map(|m| m.n().filter(|n| n.is_finite() && *n > 0.0)).collect();
    let weights = every_n.clone().unwrap_or_else(|| vec![1.0; used.len()]);
    let total: f64 = weights.iter().sum();
    let value =
        used.iter().zip(&weights).map(|(m, w)| m.number().unwrap_or(0.0) * w).sum::<f64>() / total;
    let n = every_n.map(|ns| ns.iter().sum());
    let variances: Option<Vec<f64>> = used.iter().map(sampling_variance).collect();
    match variances {
        Some(variances) => {
            let variance: f64 =
                variances.iter().zip(&weights).map(|(v, w)| v * (w / total).powi(2)).sum();
            let half = Z95 * variance.sqrt();
            Measure::Estimate { value, low: value - half, high: value + half, n }
        }
        None => Measure::Scalar { value, n },
    }
}

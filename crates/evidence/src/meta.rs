//! Several supported schools, one answer: random-effects meta-analysis.
//!
//! Each deployment gives an effect and its standard error. Effects differ truly between
//! deployments by τ², estimated by the method of Paule and Mandel (1982); the interval is that of
//! Hartung and Knapp with Student's value, never narrower than the ordinary one, because a
//! partnership has few deployments. The prediction interval says what the *next* deployment may
//! bring, and is what a board should look at.
//!
//! Limits: deployments must be all those made, not those worth telling; with fewer than five the
//! estimate of τ² is a guess.

use crate::distributions::{Z95, chi_squared_tail, student_quantile};
use crate::variation::Interval;

/// A pooled effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// The mean effect.
    pub effect: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval of the mean.
    pub interval: Interval,
    /// Where 95 % of effects of further deployments are expected; `None` below three.
    pub prediction: Option<Interval>,
    /// Variance of true effects between deployments.
    pub tau2: f64,
    /// Cochran's Q.
    pub q: f64,
    /// The chance of a larger Q when all true effects are equal.
    pub q_p: f64,
    /// Share of the scatter that is not sampling error (0–1).
    pub i2: f64,
    /// Deployments used.
    pub used: usize,
}

/// Pools (effect, standard error) pairs; pairs that are not finite, lack a positive error or are of
/// a size that no effect has (above 10⁷⁵, or an error below 10⁻⁷⁵), where squares leave the scale,
/// are passed over. `None` below two usable pairs.
///
/// ```
/// let pooled = evidence::meta::pool(&[(3.0, 1.0), (2.0, 1.0), (4.0, 1.0)]).unwrap();
/// assert!((pooled.effect - 3.0).abs() < 1e-12);
/// assert_eq!(pooled.tau2, 0.0);
/// ```
#[must_use]
pub fn pool(effects: &[(f64, f64)]) -> Option<Pooled> {
    let used: Vec<(f64, f64)> = effects
        .iter()
        .copied()
        .filter(|(y, se)| y.abs() <= 1e75 && (1e-75..=1e75).contains(se))
        .map(|(y, se)| (y, se * se))
        .collect();
    let k = used.len();
    if k < 2 {
        return None;
    }
    let df = (k - 1) as f64;
    let (_, q) = mean_and_q(&used, 0.0);
    let tau2 = paule_mandel(&used, df);
    let (effect, weighted) = mean_and_q(&used, tau2);
    let total: f64 = used.iter().map(|(_, v)| 1.0 / (v + tau2)).sum();
    // Hartung–Knapp, but never narrower than the plain interval.
    let plain = (1.0 / total).sqrt();
    let se = plain * (weighted / df).max(1.0).sqrt();
    let half = student_quantile(0.975, df) * se;
    let prediction = (k >= 3).then(|| {
        let half = student_quantile(0.975, df - 1.0) * (tau2 + se * se).sqrt();
        Interval { low: effect - half, high: effect + half }
    });
    Some(Pooled {
        effect,
        se,
        interval: Interval {
            low: effect - half.max(Z95 * plain),
            high: effect + half.max(Z95 * plain),
        },
        prediction,
        tau2,
        q,
        q_p: chi_squared_tail(q, df),
        i2: if q > 0.0 { ((q - df) / q).max(0.0) } else { 0.0 },
        used: k,
    })
}

fn mean_and_q(used: &[(f64, f64)], tau2: f64) -> (f64, f64) {
    let total: f64 = used.iter().map(|(_, v)| 1.0 / (v + tau2)).sum();
    let mean = used.iter().map(|(y, v)| y / (v + tau2)).sum::<f64>() / total;
    (mean, used.iter().map(|(y, v)| (y - mean).powi(2) / (v + tau2)).sum())
}

/// τ² at which Q equals its expectation, by bisection: Q falls as τ² grows.
fn paule_mandel(used: &[(f64, f64)], df: f64) -> f64 {
    let excess = |tau2: f64| mean_and_q(used, tau2).1 - df;
    if excess(0.0) <= 0.0 {
        return 0.0;
    }
    let mut high = used.iter().map(|(_, v)| *v).fold(1e-300, f64::max);
    for _ in 0..2_000 {
        if excess(high) <= 0.0 {
            break;
        }
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

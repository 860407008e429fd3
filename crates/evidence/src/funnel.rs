//! Funnel limits: where a school of a given size may lie by luck alone.
//!
//! A funnel shows each school against the size of its cohort, so that small schools are seen to
//! swing. Limits at 95 % and 99.8 % come from inverting the score test of a share. Where schools
//! differ for reasons not modelled, most points fall outside by construction; the limits are then
//! widened by the square root of the overdispersion φ, from winsorised scores (Spiegelhalter 2005).
//! It is not a league table: do not sort by distance from the middle.

use crate::distributions::{normal_quantile, quantile};
use crate::variation::Interval;

/// The limits at one cohort size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// 19 in 20 schools lie inside by luck.
    pub usual: Interval,
    /// 499 in 500 schools lie inside by luck.
    pub alarm: Interval,
}

/// Limits around a share `p` (0–1) for a cohort of `n`, on the 0–1 scale, widened by `phi` ≥ 1.
/// `None` unless 0 ≤ p ≤ 1 and n > 0.
///
/// ```
/// let narrow = evidence::funnel::limits(0.6, 400.0, 1.0).unwrap();
/// let wide = evidence::funnel::limits(0.6, 25.0, 1.0).unwrap();
/// assert!(wide.usual.width() > 3.9 * narrow.usual.width());
/// ```
#[must_use]
pub fn limits(p: f64, n: f64, phi: f64) -> Option<Limits> {
    if !((0.0..=1.0).contains(&p) && n > 0.0 && n.is_finite() && phi.is_finite()) {
        return None;
    }
    let sd = (p * (1.0 - p) / n).sqrt() * phi.max(1.0).sqrt();
    let at = |confidence: f64| {
        let half = normal_quantile(0.5 + confidence / 2.0) * sd;
        Interval { low: (p - half).max(0.0), high: (p + half).min(1.0) }
    };
    Some(Limits { usual: at(0.95), alarm: at(0.998) })
}

/// Overdispersion φ: the mean square of the z-scores after pulling in the outer tenth on each
/// side, at least 1. `None` below ten finite scores.
#[must_use]
pub fn overdispersion(z: &[f64]) -> Option<f64> {
    let (low, high) = (quantile(z, 0.1)?, quantile(z, 0.9)?);
    let finite: Vec<f64> = z.iter().copied().filter(|z| z.is_finite()).collect();
    if finite.len() < 10 {
        return None;
    }
    let squares: f64 = finite.iter().map(|z| z.clamp(low, high).powi(2)).sum();
    Some((squares / finite.len() as f64).max(1.0))
}

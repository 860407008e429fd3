//! Tail areas and quantiles, guarded so that hostile numbers give `NaN` and never a panic.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

/// The 97.5 % point of the standard normal: half-widths of 95 % intervals are this many errors.
pub const Z95: f64 = 1.959_963_984_540_054;

fn standard() -> Normal {
    Normal::standard()
}

/// P(Z ≤ z) for a standard normal.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    if z.is_nan() { f64::NAN } else { standard().cdf(z) }
}

/// P(Z > z) for a standard normal, accurate far into the tail.
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    if z.is_nan() { f64::NAN } else { standard().sf(z) }
}

/// The z for which P(Z ≤ z) = p; `NaN` outside 0–1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { standard().inverse_cdf(p) } else { f64::NAN }
}

/// Fewer degrees of freedom than this are none: their half would round to zero.
const LEAST_DEGREES: f64 = 1e-300;

/// P(T > t) for Student's distribution; with infinite degrees of freedom the normal.
#[must_use]
pub fn student_tail(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df < LEAST_DEGREES {
        return f64::NAN;
    }
    if df > 1e7 {
        return normal_tail(t);
    }
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.sf(t))
}

/// The t for which P(T ≤ t) = p; for 0 < p < 10⁻¹⁰⁰ that of 10⁻¹⁰⁰, beyond which the search for it
/// ends in nothing.
#[must_use]
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df < LEAST_DEGREES {
        return f64::NAN;
    }
    if df > 1e7 {
        return normal_quantile(p);
    }
    let p = if p > 0.0 { p.max(1e-100) } else { p };
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.inverse_cdf(p))
}

/// P(X > x) for a chi-squared distribution.
#[must_use]
pub fn chi_squared_tail(x: f64, df: f64) -> f64 {
    if x.is_nan() || !df.is_finite() || df < LEAST_DEGREES {
        return f64::NAN;
    }
    // Half of the smallest number is nothing, and the gamma function has no value there.
    if 0.5 * x <= 0.0 {
        return 1.0;
    }
    ChiSquared::new(df).map_or(f64::NAN, |d| d.sf(x))
}

/// The x for which P(X ≤ x) = p under a beta distribution.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let usable = |v: f64| v.is_finite() && v >= 1e-6;
    if !(0.0..=1.0).contains(&p) || !usable(a) || !usable(b) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    // Halving is slow to the last digit but cannot fail to end.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if statrs::function::beta::beta_reg(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// ln n! by the gamma function.
pub(crate) fn ln_factorial(n: f64) -> f64 {
    statrs::function::gamma::ln_gamma(n + 1.0)
}

/// The middle value; of an even number of values the mean of the two in the middle. Values that
/// are not finite are left out; `None` when nothing is left.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The quantile by linear interpolation between order statistics (R's type 7). Values that are
/// not finite are left out; `None` when nothing is left.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut kept: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if kept.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    kept.sort_by(f64::total_cmp);
    let at = p * (kept.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = at.ceil() as usize;
    let (low, high, part) = (kept[below], kept[above], at - below as f64);
    let step = high - low;
    // Two numbers at opposite ends of the scale are further apart than any number.
    Some(if step.is_finite() { low + part * step } else { (1.0 - part) * low + part * high })
}

/// Mean and sample variance (n − 1) of finite values; the variance is `NaN` below two values.
#[must_use]
pub fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return (mean, f64::NAN);
    }
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, squares / (n - 1.0))
}

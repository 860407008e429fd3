//! Matched comparators: schools without support, weighted to look like those with it.
//!
//! *Entropy balancing* (Hainmueller 2012) gives each comparator a weight above zero so that the
//! weighted mean of every covariate equals its mean among the supported schools, and among all
//! such weights takes those nearest to equal ones (least Kullback–Leibler divergence). They are
//! w_i ∝ exp(λ·x_i), and λ minimises ln Σ exp(λ·(x_i − target)): a smooth convex problem with at
//! most one solution, so nobody chooses between matches.
//!
//! The effect is the supported mean less the weighted comparator mean. It is right when either the
//! outcome without support is linear in the covariates, or the odds of support are log-linear in
//! them (Zhao and Percival 2017). Its standard error comes from the residuals e of the comparators'
//! weighted regression on the covariates and of the supported schools about it:
//!
//! se² = Σ_supported (e − effect)² / (n₁(n₁ − 1)) + Σ_comparators (w e)² · n / (n − p − 1)
//!
//! with n the effective number of comparators, 1/Σw², and p covariates. One supported school has no
//! spread of its own: the comparators' residual variance stands in for it, and the interval is
//! that of a prediction.
//!
//! What was used to select schools for support belongs among the covariates: it is what makes low
//! results rise by themselves. *Limits:* nothing unmeasured is balanced; a supported school beyond
//! all comparators has none, and this is said rather than extrapolated.

use crate::distributions::{student_quantile, student_tail};
use crate::linear::{Cholesky, Matrix, dot};

/// The version of the method, stored with every figure.
pub const VERSION: &str = "entropy-balancing-1";

/// A school: what it was like before, and its outcome after.
#[derive(Clone, Debug, PartialEq)]
pub struct School {
    /// One value a covariate, the same for every school.
    pub covariates: Vec<f64>,
    /// The outcome, or its change since the base.
    pub outcome: f64,
}

/// Schools that cannot be compared, in words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MatchError {
    /// Nobody to compare.
    #[error("at least one supported school is needed, and more comparators than covariates")]
    TooFew,
    /// Schools described by different numbers of covariates.
    #[error("school {at} has {found} covariates where the first has {expected}")]
    Length {
        /// Position: supported schools first, then comparators.
        at: usize,
        /// Covariates given.
        found: usize,
        /// Covariates of the first school.
        expected: usize,
    },
    /// A value that is not a finite number.
    #[error("school {at} has a value that is not a finite number: leave it out or give the value")]
    NotFinite {
        /// Position: supported schools first, then comparators.
        at: usize,
    },
    /// The supported schools are outside what comparators span.
    #[error(
        "no mix of the comparators looks like the supported schools: use fewer covariates, or say \
         that nobody compares"
    )]
    Beyond,
}

/// An effect against matched comparators.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    /// Supported less weighted comparators.
    pub effect: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom of its t-distribution.
    pub degrees: f64,
    /// Two-sided p-value of no effect.
    pub p: f64,
    /// One weight a comparator; they sum to 1.
    pub weights: Vec<f64>,
    /// How many equally weighted comparators the weights are worth.
    pub effective: f64,
    /// Covariates left out because they do not vary or others already say the same.
    pub left_out: Vec<usize>,
}

impl Matched {
    /// The interval that covers the true effect with the given confidence, such as 0.95.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        let half = student_quantile(0.5 + confidence / 2.0, self.degrees) * self.se;
        (self.effect - half, self.effect + half)
    }
}

/// Compares supported schools with comparators weighted to look like them.
///
/// ```
/// use evidence::comparators::{School, compare};
/// let school = |intake: f64, outcome: f64| School { covariates: vec![intake], outcome };
/// // Without support the outcome is twice the intake, give or take one.
/// let comparators: Vec<School> = (0..20)
///     .map(|i| school(f64::from(i), 2.0 * f64::from(i) + if i % 3 == 0 { 1.0 } else { -0.5 }))
///     .collect();
/// let found = compare(&[school(5.0, 16.0), school(7.0, 21.0)], &comparators).unwrap();
/// assert!((found.effect - 6.5).abs() < 0.5);
/// let mean: f64 = comparators.iter().zip(&found.weights).map(|(c, w)| c.covariates[0] * w).sum();
/// assert!((mean - 6.0).abs() < 1e-9);
/// ```
///
/// # Errors
/// [`MatchError`] names the school, or says that nobody compares.
pub fn compare(supported: &[School], comparators: &[School]) -> Result<Matched, MatchError> {
    let given = check(supported, comparators)?;
    let (scaled, target, left_out) = scale(supported, comparators, given);
    let p = target.len();
    if comparators.len() <= p + 1 {
        return Err(MatchError::TooFew);
    }
    // Covariates about the target, so that balance is a mean of zero.
    let about: Vec<Vec<f64>> = scaled[supported.len()..]
        .iter()
        .map(|row| row.iter().zip(&target).map(|(x, t)| x - t).collect())
        .collect();
    let weights = balance(&about, p).ok_or(MatchError::Beyond)?;
    let effective = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
    let n1 = supported.len() as f64;
    let mean = supported.iter().map(|s| s.outcome).sum::<f64>() / n1;
    let usual: f64 = comparators.iter().zip(&weights).map(|(c, w)| w * c.outcome).sum();
    // Sums differ in their last digits from what they should be: that is no effect, and no scatter.
    let outcomes = supported.iter().chain(comparators).map(|s| s.outcome.abs());
    let nothing = 1e-12 * outcomes.fold(0.0, f64::max);
    let unless_rounding = |value: f64| if value.abs() <= nothing { 0.0 } else { value };
    let effect = unless_rounding(mean - usual);

    let slope = regress(&about, &weights, comparators, usual, p);
    let residual = |row: &[f64], outcome: f64| outcome - usual - dot(&slope, row);
    let spread: Vec<f64> =
        about.iter().zip(comparators).map(|(row, c)| residual(row, c.outcome)).collect();
    let left = effective - p as f64 - 1.0;
    if left <= 0.0 {
        return Err(MatchError::Beyond);
    }
    let correction = effective / left;
    let of_comparators: f64 =
        spread.iter().zip(&weights).map(|(e, w)| (w * e) * (w * e)).sum::<f64>() * correction;
    let of_supported = if supported.len() == 1 {
        spread.iter().zip(&weights).map(|(e, w)| w * e * e).sum::<f64>() * correction
    } else {
        let own: f64 = supported
            .iter()
            .zip(&scaled)
            .map(|(s, row)| {
                let row: Vec<f64> = row.iter().zip(&target).map(|(x, t)| x - t).collect();
                (residual(&row, s.outcome) - effect).powi(2)
            })
            .sum();
        own / (n1 * (n1 - 1.0))
    };
    let se = unless_rounding((of_comparators + of_supported).sqrt());
    let degrees = if supported.len() == 1 || se == 0.0 {
        left
    } else {
        // Welch and Satterthwaite: two variances, each with its own degrees. Shares of their sum,
        // because the squares of variances leave the scale long before variances do.
        let share = of_comparators / (of_comparators + of_supported);
        let parts = share.powi(2) / left + (1.0 - share).powi(2) / (n1 - 1.0);
        if parts > 0.0 { 1.0 / parts } else { left }
    };
    // Without any scatter a difference is certain, and none is none.
    let p = if se > 0.0 {
        2.0 * student_tail(effect.abs() / se, degrees)
    } else {
        f64::from(u8::from(effect == 0.0))
    };
    Ok(Matched { effect, se, degrees, p, weights, effective, left_out })
}

fn check(supported: &[School], comparators: &[School]) -> Result<usize, MatchError> {
    let Some(first) = supported.first() else { return Err(MatchError::TooFew) };
    let expected = first.covariates.len();
    for (at, school) in supported.iter().chain(comparators).enumerate() {
        let found = school.covariates.len();
        if found != expected {
            return Err(MatchError::Length { at, found, expected });
        }
        // Squares are summed below.
        let usable = |v: &f64| (v * v).is_finite() && v.abs() < 1e100;
        if !school.covariates.iter().chain([&school.outcome]).all(usable) {
            return Err(MatchError::NotFinite { at });
        }
    }
    Ok(expected)
}

/// All schools' covariates in standard deviations of the comparators, without those that say
/// nothing of their own; the supported mean; and what was left out.
fn scale(
    supported: &[School],
    comparators: &[School],
    given: usize,
) -> (Vec<Vec<f64>>, Vec<f64>, Vec<usize>) {
    let moments: Vec<(f64, f64)> = (0..given)
        .map(|at| {
            let values: Vec<f64> = comparators.iter().map(|c| c.covariates[at]).collect();
            let (mean, variance) = crate::distributions::mean_and_variance(&values);
            let sd = variance.sqrt();
            (mean, if sd > 1e-12 * mean.abs() { sd } else { 0.0 })
        })
        .collect();
    let standard = |school: &School| -> Vec<f64> {
        let pairs = school.covariates.iter().zip(&moments);
        pairs.map(|(x, (mean, sd))| if *sd > 0.0 { (x - mean) / sd } else { 0.0 }).collect()
    };
    let rows: Vec<Vec<f64>> = supported.iter().chain(comparators).map(standard).collect();
    let mut cross = Matrix::zeros(given, given);
    for row in &rows[supported.len()..] {
        for i in 0..given {
            for j in 0..given {
                cross[(i, j)] += row[i] * row[j];
            }
        }
    }
    let left_out = crate::linear::aliased(&cross, 1e-10);
    let keep: Vec<usize> = (0..given).filter(|at| !left_out.contains(at)).collect();
    let rows: Vec<Vec<f64>> =
        rows.iter().map(|row| keep.iter().map(|at| row[*at]).collect()).collect();
    let n1 = supported.len() as f64;
    let target = (0..keep.len())
        .map(|at| rows[..supported.len()].iter().map(|row| row[at]).sum::<f64>() / n1)
        .collect();
    (rows, target, left_out)
}

/// Weights ∝ exp(λ·x) under which every column of `about` has mean zero; none when there are none.
fn balance(about: &[Vec<f64>], p: usize) -> Option<Vec<f64>> {
    let mut lambda = vec![0.0; p];
    let (mut value, mut weights) = tilt(about, &lambda);
    for _ in 0..200 {
        let mut mean = vec![0.0; p];
        for (row, w) in about.iter().zip(&weights) {
            mean.iter_mut().zip(row).for_each(|(m, x)| *m += w * x);
        }
        if mean.iter().all(|m| m.abs() < 1e-11) {
            return Some(weights);
        }
        let mut curvature = Matrix::zeros(p, p);
        for (row, w) in about.iter().zip(&weights) {
            for i in 0..p {
                for j in 0..p {
                    curvature[(i, j)] += w * (row[i] - mean[i]) * (row[j] - mean[j]);
                }
            }
        }
        let step = Cholesky::new(&curvature)?.solve(&mean);
        let promise = dot(&step, &mean);
        let mut length = 1.0;
        loop {
            let trial: Vec<f64> = lambda.iter().zip(&step).map(|(l, s)| l - length * s).collect();
            let (next, tilted) = tilt(about, &trial);
            // So near, Newton's step is right and the value itself is rounding.
            if next <= value - 0.25 * length * promise || promise < 1e-12 {
                (lambda, value, weights) = (trial, next, tilted);
                break;
            }
            length *= 0.5;
            if length < 1e-10 {
                // Rounding is all that is left: accept what is balanced to nine digits.
                return mean.iter().all(|m| m.abs() < 1e-9).then_some(weights);
            }
        }
    }
    None
}

/// ln Σ exp(λ·x) and the weights.
fn tilt(about: &[Vec<f64>], lambda: &[f64]) -> (f64, Vec<f64>) {
    let scores: Vec<f64> = about.iter().map(|row| dot(row, lambda)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    (top + sum.ln(), weights)
}

/// Slopes of the weighted regression of comparators' outcomes on covariates of weighted mean zero.
fn regress(
    about: &[Vec<f64>],
    weights: &[f64],
    comparators: &[School],
    usual: f64,
    p: usize,
) -> Vec<f64> {
    let mut cross = Matrix::zeros(p, p);
    let mut right = vec![0.0; p];
    for ((row, w), school) in about.iter().zip(weights).zip(comparators) {
        for i in 0..p {
            right[i] += w * row[i] * (school.outcome - usual);
            for j in 0..p {
                cross[(i, j)] += w * row[i] * row[j];
            }
        }
    }
    Cholesky::new(&cross).map_or_else(|| vec![0.0; p], |factor| factor.solve(&right))
}

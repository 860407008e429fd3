//! Several groupings at once, crossed or nested in any way: y = Xβ + Σ_f a_f + ε with a random
//! intercept for each level of each grouping f, such as pupils taught by several teachers, or
//! readings of the same schools by several markers.
//!
//! # Method
//! The grouping with most levels is eliminated level by level (its block of ZᵀWZ is diagonal); what
//! is left of the others is one dense matrix, factored by Cholesky (the block elimination of
//! Bates, Mächler, Bolker and Walker 2015, section 3). An evaluation costs the sum over the levels
//! of the largest grouping of (levels of others it meets)², plus (levels of the others)³ / 3, and
//! does not depend on the number of rows. For schools in trusts in regions alone, the two-level
//! [`super::nested::fit_nested`] is linear throughout.
//!
//! # Assumptions and limits
//! Effects of different groupings are independent. The others together may have at most
//! [`MOST_LEVELS`] levels. Conditional standard deviations take variances and fixed effects as
//! known, as [`super::Effect::sd`] does.

mod blocks;

use super::standard::Standard;
use super::{Column, Data, FitError, Fixed, Method, Options, fit, optimise};

/// Most levels that the groupings other than the largest may have together.
pub const MOST_LEVELS: usize = 4_000;

/// One grouping of the rows.
#[derive(Clone, Copy, Debug)]
pub struct Grouping<'a> {
    /// Its name in messages.
    pub name: &'a str,
    /// The level of each row: 0 to `levels` − 1.
    pub level: &'a [u32],
    /// How many levels there are.
    pub levels: usize,
}

/// What is known of one grouping.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimated {
    /// Variance between its levels, on the scale of y².
    pub variance: f64,
    /// Rows in each level.
    pub counts: Vec<u32>,
    /// Best linear unbiased predictor of each level.
    pub effects: Vec<f64>,
    /// Conditional standard deviation of each.
    pub sd: Vec<f64>,
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct CrossedFit {
    /// Fixed effects, in the order of the columns that could be used.
    pub fixed: Vec<Fixed>,
    /// The groupings, in the order in which they were given.
    pub groupings: Vec<Estimated>,
    /// Residual variance (of a row with weight 1).
    pub residual: f64,
    /// Log-likelihood (restricted, for REML).
    pub loglik: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion with the number of rows.
    pub bic: f64,
    /// Whether the optimiser ended at a stationary point.
    pub converged: bool,
    /// Steps tried on the way there; each costs one evaluation and two for each variance.
    pub evaluations: usize,
    /// Whether a variance is estimated as zero.
    pub singular: bool,
    /// What was left out, and all else worth knowing, in words.
    pub notes: Vec<String>,
}

/// Fits random intercepts for every grouping. `y`, the columns of `fixed`, the levels of each
/// grouping and the weights have one value a row; the structure in `options` is not read.
///
/// ```
/// use evidence::mixed::crossed::{Grouping, fit_crossed};
/// use evidence::mixed::{Column, Options};
/// // Four scripts, each marked by the same three markers.
/// let marks = [11.0, 12.5, 10.4, 15.2, 16.1, 14.6, 8.1, 9.3, 7.2, 12.2, 13.1, 11.4];
/// let script: Vec<u32> = (0..12).map(|row| row / 3).collect();
/// let marker: Vec<u32> = (0..12).map(|row| row % 3).collect();
/// let groupings = [
///     Grouping { name: "script", level: &script, levels: 4 },
///     Grouping { name: "marker", level: &marker, levels: 3 },
/// ];
/// let ones = [Column::ones(12)];
/// let found = fit_crossed(&marks, &ones, &groupings, None, &Options::default()).unwrap();
/// // Balanced: each variance is (its mean square − residual mean square) / rows in a level.
/// assert!(found.converged && found.groupings[0].variance > found.groupings[1].variance);
/// ```
///
/// # Errors
/// As [`fit`], for each grouping by itself; when two groupings are the same; and when there is no
/// grouping or the smaller ones have too many levels together.
pub fn fit_crossed(
    y: &[f64],
    fixed: &[Column<'_>],
    groupings: &[Grouping<'_>],
    weights: Option<&[f64]>,
    options: &Options,
) -> Result<CrossedFit, FitError> {
    let ones = [Column::ones(y.len())];
    let mut notes = Vec::new();
    let mut used: Vec<&Column<'_>> = Vec::new();
    let mut start = Vec::new();
    for grouping in groupings {
        // The model of one grouping checks the data, finds aliased columns and gives a start.
        let data = Data {
            y,
            fixed,
            random: &ones,
            group: grouping.level,
            groups: grouping.levels,
            weights,
        };
        let simple = fit(&data, options).map_err(|problem| match problem {
            FitError::TooLittle(what) => FitError::TooLittle(format!("{}: {what}", grouping.name)),
            FitError::Length { column, found, rows } if column == "group" => {
                FitError::Length { column: grouping.name.to_owned(), found, rows }
            }
            other => other,
        })?;
        if start.is_empty() {
            used = (simple.used.iter().map(|at| &fixed[*at])).collect();
            notes.extend(simple.notes.into_iter().filter(|n| n.contains("was left out")));
        }
        let ratio = simple.group_variance[(0, 0)] / simple.residual / groupings.len() as f64;
        start.push(ratio.sqrt());
    }
    check(groupings)?;
    let standard = Standard::new(&used, y);
    let model = blocks::Model::new(&standard.columns, groupings, weights, options);
    // A start at zero would be a stationary point for the wrong reason.
    let floor: Vec<f64> = (0..groupings.len()).map(|f| 0.3 / model.typical(f).sqrt()).collect();
    start.iter_mut().zip(&floor).for_each(|(s, f)| *s = s.max(*f));
    let (found, _) =
        optimise::quasi_newton(&start, &|t| model.gradient(t), &|t| model.curvature(t));
    let theta: Vec<f64> = found.theta.iter().map(|t| t.abs()).collect();
    let Some(end) = model.evaluate(&theta) else {
        return Err(FitError::TooLittle(
            "the outcome is explained without remainder: there is no residual variation to model"
                .into(),
        ));
    };
    let mut deviance = end.found.deviance - weights.map_or(0.0, |w| w.iter().map(|w| w.ln()).sum());
    if options.method == Method::Reml {
        deviance += standard.ln_determinant_shift();
    }
    let singular = (0..theta.len()).any(|f| theta[f] * theta[f] * model.typical(f) < 1e-8);
    if singular {
        notes.push(
            "Singular fit: a variance between levels is estimated as zero. The data show no such \
             difference beyond noise; a model without that grouping says as much."
                .into(),
        );
    }
    if !found.converged {
        notes.push(
            "The optimiser stopped before the gradient vanished: treat the figures as approximate."
                .into(),
        );
    }
    let parameters = (used.len() + theta.len() + usize::from(!options.known_variances)) as f64;
    let loglik = -0.5 * deviance;
    Ok(CrossedFit {
        fixed: standard.back(&end.found.beta, &end.found.covariance()),
        groupings: model.effects(&theta, &end, groupings),
        residual: end.found.sigma2,
        loglik,
        aic: 2.0 * parameters - 2.0 * loglik,
        bic: (y.len() as f64).ln() * parameters - 2.0 * loglik,
        converged: found.converged,
        evaluations: found.evaluations,
        singular,
        notes,
    })
}

fn check(groupings: &[Grouping<'_>]) -> Result<(), FitError> {
    let most = groupings.iter().map(|g| g.levels).max().ok_or_else(|| {
        FitError::TooLittle("a model needs at least one grouping of the rows".into())
    })?;
    let others = groupings.iter().map(|g| g.levels).sum::<usize>() - most;
    if others > MOST_LEVELS {
        return Err(FitError::TooLittle(format!(
            "the groupings beside the largest have {others} levels together: at most \
             {MOST_LEVELS} are supported"
        )));
    }
    for (at, a) in groupings.iter().enumerate() {
        for b in &groupings[..at] {
            if same(a, b) {
                return Err(FitError::TooLittle(format!(
                    "{} and {} group the rows in the same way: leave one out",
                    b.name, a.name
                )));
            }
        }
    }
    Ok(())
}

/// Whether two groupings part the rows alike, whatever their levels are called.
fn same(a: &Grouping<'_>, b: &Grouping<'_>) -> bool {
    let mut to = vec![u32::MAX; a.levels];
    let mut from = vec![u32::MAX; b.levels];
    a.level.iter().zip(b.level).all(|(x, y)| {
        let (there, back) = (&mut to[*x as usize], &mut from[*y as usize]);
        if *there == u32::MAX && *back == u32::MAX {
            (*there, *back) = (*y, *x);
        }
        *there == *y && *back == *x
    })
}

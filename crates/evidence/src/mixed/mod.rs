//! School effects with shrinkage: linear mixed models by REML and ML.
//!
//! y = Xβ + Z b + ε, with b_g ~ N(0, σ²D) for each group g and ε_i ~ N(0, σ²/w_i).
//!
//! The effect of a school with few pupils is pulled towards the mean by as much as its smallness
//! deserves: the best linear unbiased predictor. The likelihood is profiled over β and σ²
//! (Bates, Mächler, Bolker and Walker 2015) and maximised over the Cholesky factor of D with an
//! analytic gradient.
//!
//! # Why it is fast
//! A group enters the likelihood only through ZᵀWZ, ZᵀW\[X y\] and \[X y\]ᵀW\[X y\]. One pass over the
//! rows collects these; groups with the same ZᵀWZ are then merged into one *pattern*, whose
//! cross-products add up. After that no step looks at rows again: 24,000 schools with the same
//! years and measures are one pattern, and an evaluation costs microseconds.
//!
//! # Structures
//! * random intercepts: `random = [ones]`; slopes: `[ones, x]`;
//! * crossed by measure: one 0/1 column a measure, `(0 + measure | school)`;
//! * nested (school in trust): [`nested::fit_nested`];
//! * any groupings at once, crossed or nested: [`crossed::fit_crossed`];
//! * weights from cohort sizes: [`Data::weights`];
//! * known sampling variances (Fay and Herriot 1979): [`Options::known_variances`] with
//!   weights 1/v; σ² is then 1 and D is on the scale of y².
//!
//! # Assumptions and limits
//! Effects are normal and independent of the covariates; standard errors of β and conditional
//! standard deviations of effects take the variances as known, which is optimistic with few
//! groups. [`Fit::prediction_sd`] does not, and is what intervals of effects are made of. A variance estimated as zero is a *singular fit*: it is reported in words and means
//! that the data show no difference between groups beyond noise, not that there is none.

mod collapse;
mod criterion;
pub mod crossed;
pub mod nested;
mod optimise;
mod precision;
mod profile;
mod standard;

use crate::linear::Matrix;

/// A named column of the design.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// Its name in results.
    pub name: String,
    /// One value a row.
    pub values: std::borrow::Cow<'a, [f64]>,
}

impl<'a> Column<'a> {
    /// A column that borrows its values.
    #[must_use]
    pub fn new(name: impl Into<String>, values: &'a [f64]) -> Self {
        Self { name: name.into(), values: values.into() }
    }

    /// The intercept for `rows` rows.
    #[must_use]
    pub fn ones(rows: usize) -> Self {
        Self { name: "(Intercept)".into(), values: vec![1.0; rows].into() }
    }
}

/// What is modelled.
#[derive(Clone, Debug)]
pub struct Data<'a> {
    /// The outcome, one value a row.
    pub y: &'a [f64],
    /// Columns of X; include [`Column::ones`] for an intercept.
    pub fixed: &'a [Column<'a>],
    /// Columns of Z, the same for every group.
    pub random: &'a [Column<'a>],
    /// The group of each row: 0 to `groups` − 1.
    pub group: &'a [u32],
    /// How many groups there are; groups without rows get an effect of zero.
    pub groups: usize,
    /// Precision weights above zero, such as cohort sizes.
    pub weights: Option<&'a [f64]>,
}

/// Which likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Restricted maximum likelihood.
    #[default]
    Reml,
    /// Maximum likelihood.
    Ml,
}

/// How effects of one group are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Structure {
    /// Any covariance.
    #[default]
    Full,
    /// Independent effects.
    Diagonal,
}

/// Choices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Which likelihood.
    pub method: Method,
    /// How effects of one group are related.
    pub structure: Structure,
    /// The weights are 1/v with v the known sampling variances: σ² is fixed at 1.
    pub known_variances: bool,
}

/// Data that cannot be modelled, in words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// A column of another length.
    #[error("column {column} has {found} values for {rows} rows")]
    Length {
        /// Which column.
        column: String,
        /// Its length.
        found: usize,
        /// Rows of the outcome.
        rows: usize,
    },
    /// A value that is not a finite number.
    #[error("row {row} of {column} is not a finite number: drop the row or give the value")]
    NotFinite {
        /// Which column.
        column: String,
        /// Which row, from 0.
        row: usize,
    },
    /// A weight that is not above zero.
    #[error("row {row} has weight {value}: weights must be above zero")]
    Weight {
        /// Which row, from 0.
        row: usize,
        /// The weight.
        value: f64,
    },
    /// A group number outside the range.
    #[error("row {row} names group {group}, but there are {groups} groups")]
    Group {
        /// Which row.
        row: usize,
        /// Its group.
        group: u32,
        /// How many there are.
        groups: usize,
    },
    /// Nothing to fit.
    #[error("{0}")]
    TooLittle(String),
}

/// A fixed effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    /// The column's name.
    pub term: String,
    /// β.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
}

/// The effects of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Rows in the group.
    pub n: usize,
    /// Best linear unbiased predictors, one for each random column.
    pub effects: Vec<f64>,
    /// Conditional standard deviations, variances and fixed effects taken as known.
    /// [`Fit::prediction_sd`] counts that they are estimated.
    pub sd: Vec<f64>,
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Fixed effects, in the order of the columns that could be used.
    pub fixed: Vec<Fixed>,
    /// Covariance of the fixed effects.
    pub covariance: Matrix,
    /// Covariance of the effects of a group.
    pub group_variance: Matrix,
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
    /// Whether some combination of effects has no variance.
    pub singular: bool,
    /// Evaluations of the likelihood.
    pub evaluations: usize,
    /// Columns dropped because others already say the same, and all else worth knowing, in words.
    pub notes: Vec<String>,
    /// Positions of the fixed columns in use.
    used: Vec<usize>,
    blups: Vec<f64>,
    conditional: collapse::Conditional,
    counts: Vec<u32>,
    parts: precision::Parts,
}

impl Fit {
    /// The effects of every group, in group order.
    pub fn groups(&self) -> impl Iterator<Item = Effect> + '_ {
        let q = self.group_variance.rows();
        self.counts.iter().enumerate().map(move |(g, n)| Effect {
            n: *n as usize,
            effects: self.blups[g * q..(g + 1) * q].to_vec(),
            sd: self.conditional.sd(g, q).to_vec(),
        })
    }

    /// The effects of one group.
    #[must_use]
    pub fn group(&self, at: usize) -> Option<Effect> {
        (at < self.counts.len()).then(|| {
            let q = self.group_variance.rows();
            Effect {
                n: self.counts[at] as usize,
                effects: self.blups[at * q..(at + 1) * q].to_vec(),
                sd: self.conditional.sd(at, q).to_vec(),
            }
        })
    }
}

/// Fits the model.
///
/// ```
/// use evidence::mixed::{Column, Data, Options, fit};
/// // Three schools, four pupils each.
/// let y = [1.0, 2.0, 1.5, 1.2, 5.0, 5.5, 4.8, 5.1, 3.0, 3.3, 2.9, 3.1];
/// let school = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
/// let ones = [Column::ones(12)];
/// let data = Data { y: &y, fixed: &ones, random: &ones, group: &school, groups: 3, weights: None };
/// let model = fit(&data, &Options::default()).unwrap();
/// // Balanced data have a closed form: (between mean square − within mean square) / 4.
/// assert!((model.fixed[0].estimate - 3.2).abs() < 1e-9);
/// assert!(model.converged && !model.singular);
/// ```
///
/// # Errors
/// [`FitError`] names the row and column, or says why the data cannot tell the variances apart.
pub fn fit(data: &Data<'_>, options: &Options) -> Result<Fit, FitError> {
    check(data, options)?;
    let collapsed = collapse::collapse(data)?;
    if collapsed.columns == 0 {
        return Err(FitError::TooLittle(
            "no fixed column varies or is an intercept: give at least one usable column".into(),
        ));
    }
    let kept = collapsed.columns;
    let n = data.y.len();
    if n <= kept {
        return Err(FitError::TooLittle(format!(
            "{n} rows cannot carry {kept} fixed effects: more rows are needed"
        )));
    }
    let q = data.random.len();
    let shape = criterion::Shape { q, p: kept, n, structure: options.structure };
    let problem = criterion::Problem { shape, options: *options, data: &collapsed.statistics };
    let found = optimise::minimise(&problem);
    let Some(end) = problem.solve(&found.theta) else {
        return Err(FitError::TooLittle(
            "the outcome is explained without remainder: there is no residual variation to model"
                .into(),
        ));
    };
    Ok(finish(data, options, collapsed, shape.lambda(&found.theta), &found, &end))
}

fn check(data: &Data<'_>, options: &Options) -> Result<(), FitError> {
    let rows = data.y.len();
    let named = data.fixed.iter().chain(data.random).map(|c| (c.name.as_str(), &c.values[..]));
    for (name, values) in named.chain([("the outcome", data.y)]) {
        if values.len() != rows {
            let (column, found) = (name.into(), values.len());
            return Err(FitError::Length { column, found, rows });
        }
        // The squares overflow for values whose cross-products would.
        if !collapse::mean_sd(values).1.is_finite() {
            let row = values.iter().position(|v| !(v * v).is_finite()).unwrap_or(0);
            return Err(FitError::NotFinite { column: name.into(), row });
        }
    }
    if data.group.len() != rows {
        return Err(FitError::Length { column: "group".into(), found: data.group.len(), rows });
    }
    if let Some(row) = data.group.iter().position(|g| *g as usize >= data.groups) {
        return Err(FitError::Group { row, group: data.group[row], groups: data.groups });
    }
    if let Some(weights) = data.weights {
        if weights.len() != rows {
            return Err(FitError::Length { column: "weights".into(), found: weights.len(), rows });
        }
        if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w > 0.0)) {
            return Err(FitError::Weight { row, value: weights[row] });
        }
    }
    if data.random.is_empty() || data.fixed.is_empty() || rows == 0 {
        return Err(FitError::TooLittle(
            "a model needs rows, at least one fixed and at least one random column".into(),
        ));
    }
    if data.random.len() > MOST_RANDOM {
        return Err(FitError::TooLittle(format!(
            "at most {MOST_RANDOM} random columns a group are supported"
        )));
    }
    let mut seen = vec![false; data.groups];
    data.group.iter().for_each(|g| seen[*g as usize] = true);
    let used = seen.iter().filter(|s| **s).count();
    if used < 2 {
        return Err(FitError::TooLittle(
            "there is only one group: at least two are needed to speak of differences between \
             groups"
                .into(),
        ));
    }
    if !options.known_variances && used * data.random.len() >= rows {
        return Err(FitError::TooLittle(format!(
            "{rows} rows in {used} groups cannot tell {} effects a group from the residual: give \
             more rows a group, fewer random columns, or known variances",
            data.random.len()
        )));
    }
    Ok(())
}

/// Most random columns a group.
pub const MOST_RANDOM: usize = 16;

fn finish(
    data: &Data<'_>,
    options: &Options,
    collapsed: collapse::Collapsed,
    lambda: Vec<f64>,
    found: &optimise::Found,
    end: &profile::Profiled,
) -> Fit {
    let q = data.random.len();
    let sigma2 = end.sigma2;
    let mut group_variance = Matrix::zeros(q, q);
    for i in 0..q {
        for j in 0..q {
            let d: f64 = (0..q).map(|k| lambda[i * q + k] * lambda[j * q + k]).sum();
            group_variance[(i, j)] = sigma2 * d;
        }
    }
    let singular = is_singular(&lambda, q, &collapsed.typical(q));
    let beta_covariance = end.covariance();
    let (estimates, covariance) = collapsed.back(&end.beta, &beta_covariance);
    let fixed = collapsed
        .kept
        .iter()
        .enumerate()
        .map(|(at, column)| Fixed {
            term: data.fixed[*column].name.clone(),
            estimate: estimates[at],
            se: covariance[(at, at)].max(0.0).sqrt(),
        })
        .collect();
    let loglik = -0.5 * (end.deviance + collapsed.deviance_shift(options));
    let parameters =
        (collapsed.columns + found.theta.len() + usize::from(!options.known_variances)) as f64;
    let mut notes = Vec::new();
    for at in (0..data.fixed.len()).filter(|at| !collapsed.kept.contains(at)) {
        notes.push(format!(
            "{} was left out: the other columns already say the same.",
            data.fixed[at].name
        ));
    }
    if singular {
        notes.push(
            "Singular fit: some variance between groups is estimated as zero or some effects as \
             perfectly correlated. The data show no such difference beyond noise; a simpler model \
             says as much."
                .into(),
        );
    }
    if !found.converged {
        notes.push(
            "The optimiser stopped before the gradient vanished: treat the figures as approximate."
                .into(),
        );
    }
    let (blups, conditional) = collapsed.effects(&lambda, &end.beta, sigma2);
    Fit {
        fixed,
        covariance,
        group_variance,
        residual: sigma2,
        loglik,
        aic: 2.0 * parameters - 2.0 * loglik,
        bic: (data.y.len() as f64).ln() * parameters - 2.0 * loglik,
        converged: found.converged,
        singular,
        evaluations: found.evaluations,
        notes,
        used: collapsed.kept.clone(),
        blups,
        conditional,
        counts: collapsed.counts.clone(),
        parts: precision::Parts {
            lambda,
            beta_covariance,
            structure: options.structure,
            degrees: (!options.known_variances).then_some(match options.method {
                Method::Reml => (data.y.len() - collapsed.columns) as f64,
                Method::Ml => data.y.len() as f64,
            }),
            collapsed,
        },
    }
}

/// Whether Λ, with each random column scaled to its typical size, loses rank.
fn is_singular(lambda: &[f64], q: usize, typical: &[f64]) -> bool {
    let mut d = Matrix::zeros(q, q);
    for i in 0..q {
        for j in 0..q {
            let sum: f64 = (0..q).map(|k| lambda[i * q + k] * lambda[j * q + k]).sum();
            d[(i, j)] = sum * typical[i] * typical[j];
        }
    }
    let (values, _) = crate::linear::symmetric_eigen(&d);
    let largest = values.first().copied().unwrap_or(0.0);
    values.iter().any(|v| *v <= 1e-8 * largest.max(1.0))
}

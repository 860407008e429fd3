//! Two levels of groups, such as schools in trusts: y = Xβ + a_trust + b_school + ε.
//!
//! Schools are eliminated within their trust before trusts are eliminated, so that the cost of an
//! evaluation is linear in the number of schools and does not depend on the number of rows.

use super::profile::{Profiled, Whole, profile};
use super::standard::Standard;
use super::{Data, FitError, Fixed, Method, Options, fit, optimise};
use crate::linear::{Matrix, dot};

/// A fitted model with two levels.
#[derive(Clone, Debug)]
pub struct NestedFit {
    /// Fixed effects.
    pub fixed: Vec<Fixed>,
    /// Variance between outer groups (trusts).
    pub outer_variance: f64,
    /// Variance between inner groups (schools) of one outer group.
    pub inner_variance: f64,
    /// Residual variance.
    pub residual: f64,
    /// Log-likelihood (restricted, for REML).
    pub loglik: f64,
    /// Whether the optimiser ended at a stationary point.
    pub converged: bool,
    /// Steps tried on the way there; each costs one evaluation and two for each variance.
    pub evaluations: usize,
    /// Whether a variance is estimated as zero.
    pub singular: bool,
    /// Predictor of each outer group.
    pub outer: Vec<f64>,
    /// Predictor of each inner group, beside that of its outer group.
    pub inner: Vec<f64>,
}

/// Sums of one inner group.
struct Inner {
    weight: f64,
    /// Σ w x, then Σ w y.
    sums: Vec<f64>,
}

struct Model {
    cross: Matrix,
    inner: Vec<Inner>,
    /// Inner groups of each outer one.
    members: Vec<Vec<usize>>,
    n: usize,
    p: usize,
    options: Options,
}

/// Fits random intercepts for inner groups ([`Data::group`]; [`Data::random`] is not read) and for
/// outer groups; `outer_of` names the outer group of each inner group.
///
/// # Errors
/// As [`fit`], and when an inner group names an outer group that does not exist.
pub fn fit_nested(
    data: &Data<'_>,
    outer_of: &[u32],
    outers: usize,
    options: &Options,
) -> Result<NestedFit, FitError> {
    let ones = [super::Column::ones(data.y.len())];
    // The one-level model checks the data, finds aliased columns and gives a starting value.
    let simple = fit(&Data { random: &ones, ..data.clone() }, options)?;
    if outer_of.len() != data.groups {
        let (found, rows) = (outer_of.len(), data.groups);
        return Err(FitError::Length { column: "outer groups".into(), found, rows });
    }
    if let Some(row) = outer_of.iter().position(|o| *o as usize >= outers) {
        return Err(FitError::Group { row, group: outer_of[row], groups: outers });
    }
    let used: Vec<&super::Column<'_>> = simple.used.iter().map(|at| &data.fixed[*at]).collect();
    let standard = Standard::new(&used, data.y);
    let model = Model::new(data, &standard.columns, outer_of, outers, options);
    let total = simple.group_variance[(0, 0)] / simple.residual;
    let start = [(total / 2.0).max(0.01).sqrt(), (total / 2.0).max(0.01).sqrt()];
    let (found, _) =
        optimise::quasi_newton(&start, &|t| model.gradient(t), &|t| model.curvature(t));
    let theta = [found.theta[0].abs(), found.theta[1].abs()];
    let Some(end) = model.evaluate(&theta) else {
        return Err(FitError::TooLittle("there is no residual variation to model".into()));
    };
    let mut deviance = end.deviance;
    deviance -= data.weights.map_or(0.0, |w| w.iter().map(|w| w.ln()).sum());
    if options.method == Method::Reml {
        deviance += standard.ln_determinant_shift();
    }
    let (outer, inner) = model.effects(&theta, &end.beta);
    Ok(NestedFit {
        fixed: standard.back(&end.beta, &end.covariance()),
        outer_variance: end.sigma2 * theta[0] * theta[0],
        inner_variance: end.sigma2 * theta[1] * theta[1],
        residual: end.sigma2,
        loglik: -0.5 * deviance,
        converged: found.converged,
        evaluations: found.evaluations,
        singular: theta.iter().any(|t| *t < 1e-4),
        outer,
        inner,
    })
}

impl Model {
    fn new(
        data: &Data<'_>,
        columns: &[Vec<f64>],
        outer_of: &[u32],
        outers: usize,
        options: &Options,
    ) -> Self {
        let p = columns.len() - 1;
        let mut cross = Matrix::zeros(p + 1, p + 1);
        let mut inner: Vec<Inner> =
            (0..data.groups).map(|_| Inner { weight: 0.0, sums: vec![0.0; p + 1] }).collect();
        for row in 0..data.y.len() {
            let w = data.weights.map_or(1.0, |w| w[row]);
            let values: Vec<f64> = columns.iter().map(|c| c[row]).collect();
            let group = &mut inner[data.group[row] as usize];
            group.weight += w;
            for i in 0..=p {
                group.sums[i] += w * values[i];
                for j in 0..=p {
                    cross[(i, j)] += w * values[i] * values[j];
                }
            }
        }
        let mut members = vec![Vec::new(); outers];
        for (at, outer) in outer_of.iter().enumerate() {
            members[*outer as usize].push(at);
        }
        Self { cross, inner, members, n: data.y.len(), p, options: *options }
    }

    /// What is left of an outer group's weight and sums once its schools are eliminated.
    fn outer(&self, members: &[usize], inner2: f64) -> Inner {
        let mut left = Inner { weight: 0.0, sums: vec![0.0; self.p + 1] };
        for at in members {
            let group = &self.inner[*at];
            let shrink = 1.0 / (1.0 + inner2 * group.weight);
            left.weight += shrink * group.weight;
            left.sums.iter_mut().zip(&group.sums).for_each(|(l, s)| *l += shrink * s);
        }
        left
    }

    fn evaluate(&self, theta: &[f64]) -> Option<Profiled> {
        let (outer2, inner2) = (theta[0] * theta[0], theta[1] * theta[1]);
        let mut b = self.cross.clone();
        let mut ln = 0.0;
        let mut take = |factor: f64, sums: &[f64]| {
            for i in 0..sums.len() {
                for j in 0..sums.len() {
                    b[(i, j)] -= factor * sums[i] * sums[j];
                }
            }
        };
        for members in &self.members {
            for at in members {
                let group = &self.inner[*at];
                let size = 1.0 + inner2 * group.weight;
                ln += size.ln();
                take(inner2 / size, &group.sums);
            }
            let left = self.outer(members, inner2);
            let size = 1.0 + outer2 * left.weight;
            ln += size.ln();
            take(outer2 / size, &left.sums);
        }
        let whole = Whole { n: self.n, p: self.p, squares: self.cross[(self.p, self.p)] };
        profile(b.values(), ln, &whole, &self.options)
    }

    /// Central differences: two parameters cost four more evaluations.
    fn gradient(&self, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
        let value = self.evaluate(theta)?.deviance;
        let slope = (0..theta.len())
            .map(|at| {
                let step = 1e-5 * theta[at].abs().max(1e-2);
                let shifted = |by: f64| {
                    let mut t = theta.to_vec();
                    t[at] += by;
                    self.evaluate(&t).map(|e| e.deviance)
                };
                Some((shifted(step)? - shifted(-step)?) / (2.0 * step))
            })
            .collect::<Option<Vec<f64>>>()?;
        Some((value, slope))
    }

    /// Expected curvature, each variance by itself.
    fn curvature(&self, theta: &[f64]) -> Matrix {
        let mut out = Matrix::zeros(2, 2);
        let inner2 = theta[1] * theta[1];
        for members in &self.members {
            let weight = self.outer(members, inner2).weight;
            out[(0, 0)] += (2.0 * theta[0] * weight / (1.0 + theta[0] * theta[0] * weight)).powi(2);
            for at in members {
                let weight = self.inner[*at].weight;
                out[(1, 1)] += (2.0 * theta[1] * weight / (1.0 + inner2 * weight)).powi(2);
            }
        }
        out
    }

    fn effects(&self, theta: &[f64], beta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (outer2, inner2) = (theta[0] * theta[0], theta[1] * theta[1]);
        let residual = |sums: &[f64]| sums[self.p] - dot(beta, &sums[..self.p]);
        let mut outers = vec![0.0; self.members.len()];
        let mut inners = vec![0.0; self.inner.len()];
        for (outer, members) in outers.iter_mut().zip(&self.members) {
            let left = self.outer(members, inner2);
            *outer = outer2 * residual(&left.sums) / (1.0 + outer2 * left.weight);
            for at in members {
                let group = &self.inner[*at];
                inners[*at] = inner2 * (residual(&group.sums) - group.weight * *outer)
                    / (1.0 + inner2 * group.weight);
            }
        }
        (outers, inners)
    }
}

//! Columns around their means and in units of their spread, and the way back.
//!
//! A year such as 2019 beside an intercept costs six digits when cross-products are taken of raw
//! values; around its mean it costs none.

use super::{Column, Fixed, collapse};
use crate::linear::Matrix;

/// Standardised columns of X and y.
pub(super) struct Standard {
    /// Columns of X, then y.
    pub(super) columns: Vec<Vec<f64>>,
    names: Vec<String>,
    shift: Vec<f64>,
    scale: Vec<f64>,
    y_shift: f64,
    /// The constant column's position and value.
    intercept: Option<(usize, f64)>,
}

impl Standard {
    pub(super) fn new(used: &[&Column<'_>], y: &[f64]) -> Self {
        let moments: Vec<(f64, f64)> = used.iter().map(|c| collapse::mean_sd(&c.values)).collect();
        let intercept = moments
            .iter()
            .position(|(mean, sd)| *sd == 0.0 && *mean != 0.0)
            .map(|at| (at, moments[at].0));
        let mut shift = vec![0.0; used.len()];
        let mut scale = vec![1.0; used.len()];
        for (j, (mean, sd)) in moments.iter().enumerate() {
            if intercept.is_some_and(|(at, _)| at == j) {
                continue;
            }
            if intercept.is_some() {
                shift[j] = *mean;
            }
            let size = if intercept.is_some() { *sd } else { mean.hypot(*sd) };
            scale[j] = if size > 0.0 { size } else { 1.0 };
        }
        let y_shift = if intercept.is_some() { collapse::mean_sd(y).0 } else { 0.0 };
        let mut columns: Vec<Vec<f64>> = used
            .iter()
            .enumerate()
            .map(|(j, c)| c.values.iter().map(|v| (v - shift[j]) / scale[j]).collect())
            .collect();
        columns.push(y.iter().map(|v| v - y_shift).collect());
        let names = used.iter().map(|c| c.name.clone()).collect();
        Self { columns, names, shift, scale, y_shift, intercept }
    }

    /// What the restricted deviance gains when XᵀV⁻¹X is that of the raw columns.
    pub(super) fn ln_determinant_shift(&self) -> f64 {
        2.0 * self.scale.iter().map(|s| s.ln()).sum::<f64>()
    }

    /// Estimates and standard errors of the raw columns. `covariance` is that of `beta`.
    pub(super) fn back(&self, beta: &[f64], covariance: &Matrix) -> Vec<Fixed> {
        let p = beta.len();
        let mut turn = Matrix::zeros(p, p);
        for j in 0..p {
            turn[(j, j)] = 1.0 / self.scale[j];
            if let Some((at, value)) = self.intercept
                && at != j
            {
                turn[(at, j)] = -self.shift[j] / (self.scale[j] * value);
            }
        }
        let mut estimates = turn.times(beta);
        if let Some((at, value)) = self.intercept {
            estimates[at] += self.y_shift / value;
        }
        let turned = turn.product(covariance).product(&turn.transpose());
        estimates
            .into_iter()
            .enumerate()
            .map(|(j, estimate)| Fixed {
                term: self.names[j].clone(),
                estimate,
                se: turned[(j, j)].max(0.0).sqrt(),
            })
            .collect()
    }
}

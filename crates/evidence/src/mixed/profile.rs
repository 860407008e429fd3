//! Fixed effects and the residual variance profiled out of the likelihood, whatever the groups are
//! (Bates, Mächler, Bolker and Walker 2015, section 3).

use super::{Method, Options};
use crate::linear::{Cholesky, Matrix, dot};

/// β, σ² and the deviance at given variances.
#[derive(Clone, Debug)]
pub(super) struct Profiled {
    pub(super) deviance: f64,
    pub(super) sigma2: f64,
    pub(super) beta: Vec<f64>,
    /// (XᵀV⁻¹X)⁻¹ without σ².
    pub(super) inverse: Matrix,
}

impl Profiled {
    /// The covariance of β.
    pub(super) fn covariance(&self) -> Matrix {
        let mut covariance = self.inverse.clone();
        for i in 0..covariance.rows() {
            covariance.row_mut(i).iter_mut().for_each(|v| *v *= self.sigma2);
        }
        covariance
    }
}

/// What is known of the rows without their groups.
pub(super) struct Whole {
    /// Rows.
    pub(super) n: usize,
    /// Columns of X.
    pub(super) p: usize,
    /// yᵀWy.
    pub(super) squares: f64,
}

/// Degrees of freedom of the residual variance.
pub(super) fn degrees(whole: &Whole, options: &Options) -> f64 {
    (if options.method == Method::Reml { whole.n - whole.p } else { whole.n }) as f64
}

/// Profiles β and σ² out, given `b`, \[X y\]ᵀV⁻¹\[X y\] row by row without σ², and `ln`, ln|V|
/// without σ². Nothing where X has lost rank or explains everything.
pub(super) fn profile(b: &[f64], ln: f64, whole: &Whole, options: &Options) -> Option<Profiled> {
    let p = whole.p;
    let k = p + 1;
    let mut inner = Matrix::zeros(p, p);
    for i in 0..p {
        for j in 0..p {
            inner[(i, j)] = 0.5 * (b[i * k + j] + b[j * k + i]);
        }
    }
    let factor = Cholesky::new(&inner)?;
    let right: Vec<f64> = (0..p).map(|i| b[i * k + p]).collect();
    let half = factor.half_solve(&right);
    let left_over = b[p * k + p] - dot(&half, &half);
    // Rounding leaves about this much of a perfect fit.
    if left_over.is_nan() || left_over <= 1e-13 * whole.squares.abs() {
        return None;
    }
    let beta = factor.solve(&right);
    let df = degrees(whole, options);
    let known = options.known_variances;
    let sigma2 = if known { 1.0 } else { left_over / df };
    let mut deviance = ln + df * (2.0 * std::f64::consts::PI).ln();
    deviance += if known { left_over } else { df * (1.0 + sigma2.ln()) };
    if options.method == Method::Reml {
        deviance += factor.ln_determinant();
    }
    let inverse = factor.inverse();
    deviance.is_finite().then_some(Profiled { deviance, sigma2, beta, inverse })
}

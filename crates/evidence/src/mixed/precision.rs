//! How far a predicted effect may be from the true one, all uncertainty counted.
//!
//! A conditional standard deviation takes the fixed effects and the variances as known, and with
//! few groups is too sure. The mean squared error of prediction adds what estimating them costs
//! (Kackar and Harville 1984; Prasad and Rao 1990; for restricted likelihood Datta and Lahiri
//! 2000): g₁ + g₂ + 2g₃, where for a group with S = ZᵀWZ, C = ZᵀWX, A = (D⁻¹ + S)⁻¹ and K = I − SA
//!
//! * g₁ = σ²A, the conditional variance;
//! * g₂ = AC · Var(β̂) · (AC)ᵀ, for the fixed effects;
//! * g₃ = Σ_ab Cov(D̂)_ab · J_a · σ²(S + SDS) · J_bᵀ with J_a = Kᵀ(∂D/∂a)K, for the variances. It
//!   counts twice because g₁ with estimated variances is itself too small by g₃ on average.
//!
//! Cov(D̂) is the inverse of the expected information in the entries of D, the residual variance
//! profiled out. It exists at D = 0, so that a singular fit does not claim certainty.

use super::criterion::Scratch;
use super::{Fit, Structure};
use crate::linear::{Cholesky, Matrix};

/// What [`Fit::prediction_sd`] needs beside the results.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) collapsed: super::collapse::Collapsed,
    pub(super) lambda: Vec<f64>,
    /// Covariance of the fixed effects in the collapsed columns.
    pub(super) beta_covariance: Matrix,
    pub(super) structure: Structure,
    /// Degrees of freedom of the residual variance; none when it is known.
    pub(super) degrees: Option<f64>,
}

/// Groups that share ZᵀWZ.
struct Shared {
    s: Matrix,
    a: Matrix,
    k: Matrix,
    count: f64,
}

impl Fit {
    /// The standard deviation of each group's prediction errors, one value a random column: unlike
    /// [`super::Effect::sd`] it counts that fixed effects and variances are estimates. Use it for
    /// intervals. Infinite where the data cannot tell the variances apart: then nothing is known
    /// of an effect, and an interval that says so is the honest one.
    #[must_use]
    pub fn prediction_sd(&self) -> Vec<Vec<f64>> {
        let q = self.group_variance.rows();
        let collapsed = &self.parts.collapsed;
        let shared = self.shared();
        let uncertainty = self.variance_uncertainty(&shared);
        let own: Vec<Vec<f64>> = shared
            .iter()
            .map(|group| {
                let extra = match &uncertainty {
                    Some((directions, covariance)) => self.third(group, directions, covariance),
                    None => vec![f64::INFINITY; q],
                };
                (0..q).map(|i| self.residual * group.a[(i, i)] + 2.0 * extra[i]).collect()
            })
            .collect();
        let p = collapsed.columns;
        (0..self.counts.len())
            .map(|g| {
                let pattern = collapsed.pattern_of[g] as usize;
                let a = &shared[pattern].a;
                let cross = collapsed.cross(g);
                (0..q)
                    .map(|i| {
                        let turned: Vec<f64> = (0..p)
                            .map(|c| (0..q).map(|j| a[(i, j)] * cross[j * (p + 1) + c]).sum())
                            .collect();
                        let spread = self.parts.beta_covariance.times(&turned);
                        let fixed = crate::linear::dot(&turned, &spread);
                        let variance: f64 = own[pattern][i] + fixed;
                        if variance.is_nan() { f64::INFINITY } else { variance.max(0.0).sqrt() }
                    })
                    .collect()
            })
            .collect()
    }

    fn shared(&self) -> Vec<Shared> {
        let q = self.group_variance.rows();
        let collapsed = &self.parts.collapsed;
        let mut scratch = Scratch::new(q);
        let mut shared: Vec<Shared> = Vec::new();
        for (g, pattern) in collapsed.pattern_of.iter().enumerate() {
            // Patterns are numbered in the order in which groups first have them.
            if let Some(known) = shared.get_mut(*pattern as usize) {
                known.count += 1.0;
                continue;
            }
            let s = collapsed.inner(g);
            scratch.factor(s, &self.parts.lambda);
            let (s, a) = (Matrix::square(q, s), Matrix::square(q, &scratch.a));
            let mut k = s.product(&a);
            for i in 0..q {
                for j in 0..q {
                    k[(i, j)] = f64::from(u8::from(i == j)) - k[(i, j)];
                }
            }
            shared.push(Shared { s, a, k, count: 1.0 });
        }
        shared
    }

    /// Directions in which D may vary, and the covariance of its estimate in these.
    fn variance_uncertainty(&self, shared: &[Shared]) -> Option<(Vec<Matrix>, Matrix)> {
        let q = self.group_variance.rows();
        let full = self.parts.structure == Structure::Full;
        let directions: Vec<Matrix> = (0..q)
            .flat_map(|i| (i..q).map(move |j| (i, j)))
            .filter(|(i, j)| full || i == j)
            .map(|(i, j)| {
                let mut d = Matrix::zeros(q, q);
                d[(i, j)] = 1.0;
                d[(j, i)] = 1.0;
                d
            })
            .collect();
        let m = directions.len();
        let mut information = Matrix::zeros(m, m);
        let mut slope = vec![0.0; m];
        for group in shared {
            let p = group.k.product(&group.s);
            let turned: Vec<Matrix> = directions.iter().map(|d| p.product(d)).collect();
            for (x, left) in turned.iter().enumerate() {
                slope[x] += group.count * (0..q).map(|i| left[(i, i)]).sum::<f64>();
                for (y, right) in turned.iter().enumerate() {
                    let trace: f64 = (0..q)
                        .map(|i| (0..q).map(|j| left[(i, j)] * right[(j, i)]).sum::<f64>())
                        .sum();
                    information[(x, y)] += 0.5 * group.count * trace;
                }
            }
        }
        if let Some(degrees) = self.parts.degrees {
            for x in 0..m {
                for y in 0..m {
                    information[(x, y)] -= 0.5 * slope[x] * slope[y] / degrees;
                }
            }
        }
        Cholesky::new(&information).map(|factor| (directions, factor.inverse()))
    }

    /// The diagonal of g₃.
    fn third(&self, group: &Shared, directions: &[Matrix], covariance: &Matrix) -> Vec<f64> {
        let q = self.group_variance.rows();
        // σ²(S + SDS); the group variance is σ²D.
        let mut spread = group.s.product(&self.group_variance).product(&group.s);
        for i in 0..q {
            for j in 0..q {
                spread[(i, j)] += self.residual * group.s[(i, j)];
            }
        }
        let back = group.k.transpose();
        let moves: Vec<Matrix> =
            directions.iter().map(|d| back.product(d).product(&group.k)).collect();
        let mut out = vec![0.0; q];
        for (x, left) in moves.iter().enumerate() {
            let left = left.product(&spread);
            for (y, right) in moves.iter().enumerate() {
                for (i, out) in out.iter_mut().enumerate() {
                    *out += covariance[(x, y)] * crate::linear::dot(left.row(i), right.row(i));
                }
            }
        }
        out
    }
}

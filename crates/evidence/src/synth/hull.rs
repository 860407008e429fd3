//! The point of a convex hull nearest to a target (Wolfe 1976), with a certificate.

use crate::linear::{Cholesky, Matrix, dot};

/// Donor weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One a donor: not negative, summing to one.
    pub weights: Vec<f64>,
    /// Σ v (x − Σ w x)² / Σ v, without the ridge.
    pub loss: f64,
    /// The Frank–Wolfe gap of the objective: no weights are better by more than this.
    pub certificate: f64,
}

/// Weights of the donors whose mean is nearest to the target. `importance` holds v ≥ 0 for each
/// coordinate; `penalty` is λ relative to the mean squared distance of a donor.
///
/// Coordinates that are not finite give weights that are `NaN`; without donors there are none.
///
/// ```
/// use evidence::synth::simplex_weights;
/// let donors = [vec![0.0, 0.0], vec![4.0, 0.0], vec![0.0, 4.0]];
/// let found = simplex_weights(&[1.0, 2.0], &donors, &[1.0, 1.0], 0.0);
/// assert!((found.weights[1] - 0.25).abs() < 1e-12 && (found.weights[2] - 0.5).abs() < 1e-12);
/// assert!(found.loss < 1e-24);
/// ```
#[must_use]
pub fn simplex_weights(
    target: &[f64],
    donors: &[Vec<f64>],
    importance: &[f64],
    penalty: f64,
) -> Weights {
    let total: f64 = importance.iter().sum();
    // Differences from the target, each coordinate times √(v / Σv), so that lengths are losses.
    let points: Vec<Vec<f64>> = donors
        .iter()
        .map(|donor| {
            donor
                .iter()
                .zip(target)
                .zip(importance)
                .map(|((x, t), v)| (x - t) * (v / total).sqrt())
                .collect()
        })
        .collect();
    let n = points.len();
    let lengths: Vec<f64> = points.iter().map(|p| dot(p, p)).collect();
    let size = lengths.iter().sum::<f64>() / n.max(1) as f64;
    if n == 0 || !size.is_finite() {
        return Weights { weights: vec![f64::NAN; n], loss: f64::NAN, certificate: f64::NAN };
    }
    let ridge = penalty.max(0.0) * size;
    let mut hull = Hull { points: &points, ridge, chosen: Vec::new(), columns: Vec::new() };
    let nearest = (0..n).min_by(|a, b| lengths[*a].total_cmp(&lengths[*b])).unwrap_or(0);
    hull.enter(nearest);
    let mut weights = vec![1.0];
    // Gains below this share of the size of the problem are rounding.
    let tolerance = 1e-15 * size.max(f64::MIN_POSITIVE);
    let mut certificate = f64::INFINITY;
    for _ in 0..50 * (n + 10) {
        let slopes = hull.slopes(&weights);
        let own: f64 = hull.chosen.iter().zip(&weights).map(|(j, w)| w * slopes[*j]).sum();
        let (best, lowest) = slopes
            .iter()
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(b.1))
            .map_or((0, 0.0), |(j, s)| (j, *s));
        // Half the gradient is used throughout, so the gap is twice the difference.
        certificate = 2.0 * (own - lowest).max(0.0);
        if certificate <= tolerance || hull.chosen.contains(&best) {
            break;
        }
        hull.enter(best);
        weights.push(0.0);
        if !hull.settle(&mut weights) {
            break;
        }
    }
    let mut all = vec![0.0; n];
    let sum: f64 = weights.iter().sum();
    hull.chosen.iter().zip(&weights).for_each(|(j, w)| all[*j] = w / sum);
    let mut middle = vec![0.0; target.len()];
    for (point, w) in points.iter().zip(&all).filter(|(_, w)| **w != 0.0) {
        middle.iter_mut().zip(point).for_each(|(m, x)| *m += w * x);
    }
    Weights { weights: all, loss: dot(&middle, &middle), certificate }
}

/// The donors with weight and their rows of the Gram matrix.
struct Hull<'a> {
    points: &'a [Vec<f64>],
    ridge: f64,
    chosen: Vec<usize>,
    /// For each chosen donor its inner products with every donor.
    columns: Vec<Vec<f64>>,
}

impl Hull<'_> {
    fn enter(&mut self, donor: usize) {
        let mut column: Vec<f64> =
            self.points.iter().map(|p| dot(p, &self.points[donor])).collect();
        column[donor] += self.ridge;
        self.chosen.push(donor);
        self.columns.push(column);
    }

    fn leave(&mut self, at: usize) {
        self.chosen.remove(at);
        self.columns.remove(at);
    }

    /// Half the gradient of the objective in each weight.
    fn slopes(&self, weights: &[f64]) -> Vec<f64> {
        let mut slopes = vec![0.0; self.points.len()];
        for (column, w) in self.columns.iter().zip(weights) {
            slopes.iter_mut().zip(column).for_each(|(s, c)| *s += w * c);
        }
        slopes
    }

    /// Moves to the best weights of the chosen donors, letting go of those that would turn
    /// negative. False when their points are dependent and no progress is possible.
    fn settle(&mut self, weights: &mut Vec<f64>) -> bool {
        loop {
            let Some(goal) = self.affine() else {
                // The newcomer adds nothing that the others do not span.
                self.leave(self.chosen.len() - 1);
                weights.pop();
                return false;
            };
            if goal.iter().all(|w| *w > 0.0) {
                *weights = goal;
                return true;
            }
            let mut step = 1.0_f64;
            for (w, g) in weights.iter().zip(&goal) {
                if *g <= 0.0 && w > g {
                    step = step.min(w / (w - g));
                }
            }
            weights.iter_mut().zip(&goal).for_each(|(w, g)| *w += step * (g - *w));
            let Some(at) = (0..weights.len())
                .filter(|at| goal[*at] <= 0.0)
                .min_by(|a, b| weights[*a].total_cmp(&weights[*b]))
            else {
                return false;
            };
            weights.remove(at);
            self.leave(at);
            if weights.is_empty() {
                return false;
            }
        }
    }

    /// The weights, of any sign, with the smallest objective among those that sum to one.
    fn affine(&self) -> Option<Vec<f64>> {
        let k = self.chosen.len();
        let mut gram = Matrix::zeros(k, k);
        for (i, column) in self.columns.iter().enumerate() {
            for (j, donor) in self.chosen.iter().enumerate() {
                gram[(i, j)] = column[*donor];
            }
        }
        // Adding the same constant to every entry changes nothing on Σw = 1 and keeps the matrix
        // definite when the target lies in the hull.
        let constant = (0..k).map(|i| gram[(i, i)]).fold(0.0, f64::max);
        for i in 0..k {
            for j in 0..k {
                gram[(i, j)] += constant;
            }
        }
        let factor = Cholesky::new(&gram)?;
        let mut u = factor.solve(&vec![1.0; k]);
        // One refinement step buys the digits that nearly parallel donors cost.
        let product = gram.times(&u);
        let left: Vec<f64> = product.iter().map(|p| 1.0 - p).collect();
        u.iter_mut().zip(factor.solve(&left)).for_each(|(u, d)| *u += d);
        let sum: f64 = u.iter().sum();
        (sum.is_finite() && sum > 0.0).then(|| u.iter().map(|v| v / sum).collect())
    }
}

//! Quasi-Newton minimisation from an expected-curvature start.

use super::criterion::Problem;
use crate::linear::{Cholesky, Matrix, dot};

/// Where the search ended.
pub(super) struct Found {
    pub(super) theta: Vec<f64>,
    pub(super) converged: bool,
    pub(super) evaluations: usize,
}

/// Minimises the deviance of a mixed model.
pub(super) fn minimise(problem: &Problem<'_>) -> Found {
    let start = problem.start();
    let (mut found, _) =
        quasi_newton(&start, &|theta| problem.gradient(theta), &|theta| problem.curvature(theta));
    // Signs of whole columns of Λ are free; report them with a positive diagonal.
    let free = problem.shape.free();
    for (at, (i, j)) in free.iter().enumerate() {
        if i == j && found.theta[at] < 0.0 {
            for (other, (_, column)) in free.iter().enumerate() {
                if column == j {
                    found.theta[other] = -found.theta[other];
                }
            }
        }
    }
    found
}

/// The deviance is a sum over many rows: differences below this share of it are rounding.
const ROUNDING: f64 = 1e-13;
/// Stop when the deviance promises to fall by less: about 1e-9 of a standard error.
const GOAL: f64 = 1e-18;
/// Below this promise a step that does not calm the gradient means that only rounding is left.
const NEAR: f64 = 1e-8;
const MOST_STEPS: usize = 200;

/// Value and gradient at a point; nothing where they do not exist.
pub(super) type Gradient<'a> = dyn Fn(&[f64]) -> Option<(f64, Vec<f64>)> + 'a;

/// BFGS with the inverse of `curvature` as its first guess, refreshed when a step fails.
pub(super) fn quasi_newton(
    start: &[f64],
    gradient: &Gradient<'_>,
    curvature: &dyn Fn(&[f64]) -> Matrix,
) -> (Found, f64) {
    let mut theta = start.to_vec();
    let mut evaluations = 1;
    let Some((mut value, mut slope)) = gradient(&theta) else {
        return (Found { theta, converged: false, evaluations }, f64::NAN);
    };
    let mut inverse = damped_inverse(&curvature(&theta));
    let mut fresh = true;
    let mut converged = false;
    let mut scoring = 3;
    for _ in 0..MOST_STEPS {
        let mut step: Vec<f64> = inverse.times(&slope).into_iter().map(|d| -d).collect();
        let mut decrease = dot(&step, &slope);
        if decrease >= 0.0 || !decrease.is_finite() {
            inverse = damped_inverse(&curvature(&theta));
            step = inverse.times(&slope).into_iter().map(|d| -d).collect();
            decrease = dot(&step, &slope);
            fresh = true;
        }
        // Twice the distance to the minimum promised by the model.
        if -decrease <= GOAL {
            converged = true;
            break;
        }
        let mut length = 1.0;
        let mut next = None;
        for _ in 0..40 {
            let trial: Vec<f64> = theta.iter().zip(&step).map(|(t, s)| t + length * s).collect();
            evaluations += 1;
            if let Some((f, g)) = gradient(&trial) {
                let allowed = value + 1e-4 * length * decrease + ROUNDING * value.abs();
                if f <= allowed {
                    next = Some((trial, f, g));
                    break;
                }
            }
            length *= if length > 0.2 { 0.4 } else { 0.1 };
        }
        let Some((trial, f, g)) = next else {
            if fresh {
                // Not even the expected curvature helps: rounding is all that is left.
                converged = -decrease <= 1e-7 * value.abs().max(1.0);
                break;
            }
            inverse = damped_inverse(&curvature(&theta));
            fresh = true;
            continue;
        };
        let moved: Vec<f64> = trial.iter().zip(&theta).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = g.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let near = -decrease <= NEAR && (value - f).abs() <= ROUNDING * value.abs();
        if near && dot(&g, &inverse.times(&g)) >= 0.25 * -decrease {
            if f <= value {
                (theta, value) = (trial, f);
            }
            converged = true;
            break;
        }
        (theta, value, slope) = (trial, f, g);
        if scoring > 0 && length < 1.0 {
            // Far away, the expected curvature at the new point beats what one step taught.
            inverse = damped_inverse(&curvature(&theta));
            scoring -= 1;
        } else {
            fresh = false;
            update(&mut inverse, &moved, &turned);
        }
    }
    (Found { theta, converged, evaluations }, value)
}

/// (H + ridge)⁻¹ with the smallest ridge that makes it positive definite.
fn damped_inverse(h: &Matrix) -> Matrix {
    let n = h.rows();
    let largest = (0..n).map(|i| h[(i, i)].abs()).fold(0.0, f64::max);
    if !(largest > 0.0 && largest.is_finite()) {
        return Matrix::identity(n);
    }
    let mut ridge = 1e-8;
    loop {
        let mut m = h.clone();
        for i in 0..n {
            m[(i, i)] += ridge * (h[(i, i)].abs() + 1e-3 * largest);
        }
        if let Some(factor) = Cholesky::new(&m) {
            return factor.inverse();
        }
        ridge *= 10.0;
        if ridge > 1e12 {
            return Matrix::identity(n);
        }
    }
}

fn update(inverse: &mut Matrix, moved: &[f64], turned: &[f64]) {
    let n = moved.len();
    let curvature = dot(moved, turned);
    let size = dot(turned, turned).sqrt() * dot(moved, moved).sqrt();
    if curvature.is_nan() || curvature <= 1e-14 * size {
        return;
    }
    let hy = inverse.times(turned);
    let yhy = dot(turned, &hy);
    let factor = (1.0 + yhy / curvature) / curvature;
    for i in 0..n {
        for j in 0..n {
            inverse[(i, j)] +=
                factor * moved[i] * moved[j] - (hy[i] * moved[j] + moved[i] * hy[j]) / curvature;
        }
    }
}

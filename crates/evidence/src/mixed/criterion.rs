//! The profiled deviance (−2 × log-likelihood) and its gradient in the Cholesky factor of D.
//!
//! With S = ZᵀWZ and c = ZᵀW[X y] of a group, M = I + ΛᵀSΛ and A = ΛM⁻¹Λᵀ:
//!
//! * ln|V| adds ln|M|, and [X y]ᵀV⁻¹[X y] loses cᵀAc;
//! * for a change dD the first moves by tr(P dD) with P = S − SAS, the second by −hᵀ dD h with
//!   h = (I − SA)c;
//! * and dD = dΛ Λᵀ + Λ dΛᵀ, so the gradient in Λ is 2FΛ with F the sum of these parts.

use super::collapse::Statistics;
use super::profile::{Profiled, Whole, degrees, profile};
use super::{Method, Options, Structure};
use crate::linear::Matrix;

/// Sizes of the problem.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) q: usize,
    pub(super) p: usize,
    pub(super) n: usize,
    pub(super) structure: Structure,
}

impl Shape {
    /// Positions (row, column) of Λ that vary, column by column.
    pub(super) fn free(&self) -> Vec<(usize, usize)> {
        match self.structure {
            Structure::Diagonal => (0..self.q).map(|i| (i, i)).collect(),
            Structure::Full => (0..self.q).flat_map(|j| (j..self.q).map(move |i| (i, j))).collect(),
        }
    }

    pub(super) fn lambda(&self, theta: &[f64]) -> Vec<f64> {
        let mut lambda = vec![0.0; self.q * self.q];
        for ((i, j), value) in self.free().into_iter().zip(theta) {
            lambda[i * self.q + j] = *value;
        }
        lambda
    }
}

/// The function to minimise.
pub(super) struct Problem<'a> {
    pub(super) shape: Shape,
    pub(super) options: Options,
    pub(super) data: &'a Statistics,
}

/// Work space for one group.
pub(super) struct Scratch {
    q: usize,
    m: Vec<f64>,
    y: Vec<f64>,
    /// A = ΛM⁻¹Λᵀ.
    pub(super) a: Vec<f64>,
    /// K = I − SA.
    k: Vec<f64>,
}

impl Scratch {
    pub(super) fn new(q: usize) -> Self {
        let z = || vec![0.0; q * q];
        Self { q, m: z(), y: z(), a: z(), k: z() }
    }

    /// Fills A and returns ln|M|.
    pub(super) fn factor(&mut self, s: &[f64], lambda: &[f64]) -> f64 {
        let q = self.q;
        let Self { m, y, a, .. } = self;
        // y = SΛ, Λ lower triangular.
        for i in 0..q {
            for j in 0..q {
                let mut sum = 0.0;
                for k in j..q {
                    sum += s[i * q + k] * lambda[k * q + j];
                }
                y[i * q + j] = sum;
            }
        }
        // m = I + Λᵀy, lower half, factored in place.
        let mut ln = 0.0;
        for i in 0..q {
            for j in 0..=i {
                let mut sum = f64::from(u8::from(i == j));
                for k in i..q {
                    sum += lambda[k * q + i] * y[k * q + j];
                }
                for k in 0..j {
                    sum -= m[i * q + k] * m[j * q + k];
                }
                m[i * q + j] = if i == j { sum.max(1e-300).sqrt() } else { sum / m[j * q + j] };
            }
            ln += 2.0 * m[i * q + i].ln();
        }
        // y = L⁻¹Λᵀ, then A = yᵀy.
        for c in 0..q {
            for i in 0..q {
                let mut sum = lambda[c * q + i];
                for k in 0..i {
                    sum -= m[i * q + k] * y[k * q + c];
                }
                y[i * q + c] = sum / m[i * q + i];
            }
        }
        for i in 0..q {
            for j in 0..=i {
                let sum: f64 = (0..q).map(|k| y[k * q + i] * y[k * q + j]).sum();
                a[i * q + j] = sum;
                a[j * q + i] = sum;
            }
        }
        ln
    }

    /// Fills K = I − SA from a given A.
    fn complement(&mut self, s: &[f64], a: &[f64]) {
        let q = self.q;
        for i in 0..q {
            for j in 0..q {
                let mut sum = f64::from(u8::from(i == j));
                for k in 0..q {
                    sum -= s[i * q + k] * a[k * q + j];
                }
                self.k[i * q + j] = sum;
            }
        }
    }
}

impl Problem<'_> {
    fn whole(&self) -> Whole {
        let Shape { n, p, .. } = self.shape;
        Whole { n, p, squares: self.data.cross[p * (p + 1) + p] }
    }

    fn units(&self) -> usize {
        let Shape { q, p, .. } = self.shape;
        let each = self.data.each().len() / (q * q + q * (p + 1));
        self.data.patterns.len() + each
    }

    /// Deviance and what comes with it, without gradient.
    pub(super) fn solve(&self, theta: &[f64]) -> Option<Profiled> {
        self.forward(theta, &mut Vec::new())
    }

    /// First pass; keeps A of every unit in `kept`.
    fn forward(&self, theta: &[f64], kept: &mut Vec<f64>) -> Option<Profiled> {
        let Shape { q, p, .. } = self.shape;
        let k = p + 1;
        let lambda = self.shape.lambda(theta);
        let mut b = self.data.cross.clone();
        let mut scratch = Scratch::new(q);
        kept.clear();
        kept.reserve(self.units() * q * q);
        let mut ln = 0.0;
        for pattern in &self.data.patterns {
            ln += pattern.count * scratch.factor(&pattern.s, &lambda);
            kept.extend_from_slice(&scratch.a);
            let mut t = pattern.t.chunks_exact(k * k);
            for i in 0..q {
                for j in i..q {
                    let (Some(block), a) = (t.next(), scratch.a[i * q + j]) else { break };
                    if a == 0.0 {
                        continue;
                    }
                    b.iter_mut().zip(block).for_each(|(b, t)| *b -= a * t);
                    if i != j {
                        for r in 0..k {
                            for c in 0..k {
                                b[r * k + c] -= a * block[c * k + r];
                            }
                        }
                    }
                }
            }
        }
        let width = q * q + q * k;
        let mut half = vec![0.0; k];
        for group in self.data.each().chunks_exact(width) {
            ln += scratch.factor(&group[..q * q], &lambda);
            kept.extend_from_slice(&scratch.a);
            // cᵀAc = (L⁻¹Λᵀc)ᵀ(L⁻¹Λᵀc), row by row of L⁻¹Λᵀ.
            for i in 0..q {
                half.fill(0.0);
                for j in 0..q {
                    let y = scratch.y[i * q + j];
                    let c = &group[q * q + j * k..q * q + (j + 1) * k];
                    half.iter_mut().zip(c).for_each(|(h, c)| *h += y * c);
                }
                for r in 0..k {
                    let left = half[r];
                    let line = &mut b[r * k..(r + 1) * k];
                    line.iter_mut().zip(&half).for_each(|(b, h)| *b -= left * h);
                }
            }
        }
        profile(&b, ln, &self.whole(), &self.options)
    }

    /// Deviance and gradient; `None` where the deviance does not exist.
    pub(super) fn gradient(&self, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
        let Shape { q, p, .. } = self.shape;
        let k = p + 1;
        let mut kept = Vec::new();
        let solution = self.forward(theta, &mut kept)?;
        // F = ΣP − Σ h·W·hᵀ with W = [(XᵀV⁻¹X)⁻¹ for REML] + vvᵀ/σ², v = (−β, 1).
        let mut w = vec![0.0; k * k];
        let mut v: Vec<f64> = solution.beta.iter().map(|b| -b).collect();
        v.push(1.0);
        for i in 0..k {
            for j in 0..k {
                w[i * k + j] = v[i] * v[j] / solution.sigma2;
                if self.options.method == Method::Reml && i < p && j < p {
                    w[i * k + j] += solution.inverse[(i, j)];
                }
            }
        }
        let mut f = vec![0.0; q * q];
        let mut scratch = Scratch::new(q);
        let mut inner = vec![0.0; q * q];
        let mut units = kept.chunks_exact(q * q);
        for pattern in &self.data.patterns {
            let Some(a) = units.next() else { break };
            let mut t = pattern.t.chunks_exact(k * k);
            for i in 0..q {
                for j in i..q {
                    let Some(block) = t.next() else { break };
                    let sum = crate::linear::dot(block, &w);
                    inner[i * q + j] = sum;
                    inner[j * q + i] = sum;
                }
            }
            scratch.complement(&pattern.s, a);
            add(&mut f, &scratch.k, &pattern.s, pattern.count, &inner, q);
        }
        let width = q * q + q * k;
        let mut cw = vec![0.0; k];
        for group in self.data.each().chunks_exact(width) {
            let Some(a) = units.next() else { break };
            let (s, c) = group.split_at(q * q);
            for i in 0..q {
                for (r, out) in cw.iter_mut().enumerate() {
                    *out = crate::linear::dot(&w[r * k..(r + 1) * k], &c[i * k..(i + 1) * k]);
                }
                for j in i..q {
                    let sum = crate::linear::dot(&cw, &c[j * k..(j + 1) * k]);
                    inner[i * q + j] = sum;
                    inner[j * q + i] = sum;
                }
            }
            scratch.complement(s, a);
            add(&mut f, &scratch.k, s, 1.0, &inner, q);
        }
        let lambda = self.shape.lambda(theta);
        let gradient = self
            .shape
            .free()
            .into_iter()
            .map(|(i, j)| 2.0 * (0..q).map(|m| f[i * q + m] * lambda[m * q + j]).sum::<f64>())
            .collect();
        Some((solution.deviance, gradient))
    }

    /// Expected curvature of the deviance in θ, fixed effects left aside: where to start from.
    pub(super) fn curvature(&self, theta: &[f64]) -> Matrix {
        let q = self.shape.q;
        let lambda = self.shape.lambda(theta);
        let free = self.shape.free();
        let mut out = Matrix::zeros(free.len(), free.len());
        let mut slope = vec![0.0; free.len()];
        let mut scratch = Scratch::new(q);
        let mut p = vec![0.0; q * q];
        let width = q * q + q * (self.shape.p + 1);
        let units: Vec<(&[f64], f64)> = if self.data.patterns.is_empty() {
            // A sample is enough for a direction.
            let all = self.data.each().len() / width;
            let step = all.div_ceil(512).max(1);
            let groups = self.data.each().chunks_exact(width).step_by(step);
            groups.map(|g| (&g[..q * q], step as f64)).collect()
        } else {
            let step = self.data.patterns.len().div_ceil(512).max(1);
            let patterns = self.data.patterns.iter().step_by(step);
            patterns.map(|p| (&p.s[..], p.count * step as f64)).collect()
        };
        for (s, count) in units {
            scratch.factor(s, &lambda);
            let a = scratch.a.clone();
            scratch.complement(s, &a);
            multiply(&scratch.k, s, &mut p, q);
            // P·dD for each direction dD = E Λᵀ + Λ Eᵀ.
            let turned: Vec<Vec<f64>> = free
                .iter()
                .map(|(i, j)| {
                    let mut d = vec![0.0; q * q];
                    for m in 0..q {
                        d[i * q + m] += lambda[m * q + j];
                        d[m * q + i] += lambda[m * q + j];
                    }
                    let mut out = vec![0.0; q * q];
                    multiply(&p, &d, &mut out, q);
                    out
                })
                .collect();
            for (x, left) in turned.iter().enumerate() {
                slope[x] += count * (0..q).map(|m| left[m * q + m]).sum::<f64>();
                for (y, right) in turned.iter().enumerate().take(x + 1) {
                    let mut trace = 0.0;
                    for m in 0..q {
                        for l in 0..q {
                            trace += left[m * q + l] * right[l * q + m];
                        }
                    }
                    out[(x, y)] += count * trace;
                }
            }
        }
        let df = degrees(&self.whole(), &self.options);
        for x in 0..free.len() {
            for y in 0..=x {
                if !self.options.known_variances {
                    out[(x, y)] -= slope[x] * slope[y] / df;
                }
                out[(y, x)] = out[(x, y)];
            }
        }
        out
    }

    /// Where the search begins: each effect alone explains about as much as the residual.
    pub(super) fn start(&self) -> Vec<f64> {
        let q = self.shape.q;
        let width = q * q + q * (self.shape.p + 1);
        let mut diagonal = vec![0.0; q];
        let mut groups = 0.0;
        for pattern in &self.data.patterns {
            groups += pattern.count;
            (0..q).for_each(|i| diagonal[i] += pattern.count * pattern.s[i * q + i]);
        }
        for group in self.data.each().chunks_exact(width) {
            groups += 1.0;
            (0..q).for_each(|i| diagonal[i] += group[i * q + i]);
        }
        self.shape
            .free()
            .into_iter()
            .map(|(i, j)| {
                let size = diagonal[i] / groups;
                if i == j && size > 0.0 { (2.0 / size).sqrt() } else { 0.0 }
            })
            .collect()
    }
}

/// f += count·K·S − K·inner·Kᵀ.
fn add(f: &mut [f64], k: &[f64], s: &[f64], count: f64, inner: &[f64], q: usize) {
    for i in 0..q {
        let mut turned = [0.0; super::MOST_RANDOM];
        for (m, turned) in turned.iter_mut().enumerate().take(q) {
            *turned = (0..q).map(|l| k[i * q + l] * inner[l * q + m]).sum();
        }
        for j in 0..q {
            let mut sum = 0.0;
            for m in 0..q {
                sum += count * k[i * q + m] * s[m * q + j] - turned[m] * k[j * q + m];
            }
            f[i * q + j] += sum;
        }
    }
}

fn multiply(a: &[f64], b: &[f64], out: &mut [f64], q: usize) {
    for i in 0..q {
        for j in 0..q {
            out[i * q + j] = (0..q).map(|m| a[i * q + m] * b[m * q + j]).sum();
        }
    }
}

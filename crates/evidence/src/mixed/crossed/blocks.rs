//! The likelihood of crossed groupings: the largest is eliminated level by level, the rest densely.

use super::{Estimated, Grouping};
use crate::linear::{Matrix, dot};
use crate::mixed::Options;
use crate::mixed::profile::{Profiled, Whole, profile};

/// A level of the largest grouping.
struct Level {
    weight: f64,
    /// Σ w x, then Σ w y.
    sums: Vec<f64>,
    /// Levels of the other groupings that it meets, and with which weight.
    meets: Vec<(u32, f64)>,
}

/// What the likelihood needs to know of the rows.
pub(super) struct Model {
    cross: Matrix,
    /// Position of the largest grouping.
    largest: usize,
    levels: Vec<Level>,
    /// The grouping of each dense position, its weight and its sums.
    dense: Vec<(usize, f64, Vec<f64>)>,
    /// Weights at which two dense positions (row above column) meet.
    pairs: Vec<((u32, u32), f64)>,
    n: usize,
    p: usize,
    options: Options,
}

/// What the likelihood is made of at given variances.
pub(super) struct End {
    pub(super) found: Profiled,
    /// The factor of the dense part and its right-hand side.
    lower: Lower,
    right: Vec<Vec<f64>>,
}

impl Model {
    /// `columns` are those of X and then y.
    pub(super) fn new(
        columns: &[Vec<f64>],
        groupings: &[Grouping<'_>],
        weights: Option<&[f64]>,
        options: &Options,
    ) -> Self {
        let k = columns.len();
        let n = columns.last().map_or(0, Vec::len);
        let mut largest = 0;
        for (at, grouping) in groupings.iter().enumerate() {
            if grouping.levels > groupings[largest].levels {
                largest = at;
            }
        }
        // Where each grouping begins among the dense positions.
        let mut begins = vec![0; groupings.len()];
        let mut dense = Vec::new();
        for (at, grouping) in groupings.iter().enumerate().filter(|(at, _)| *at != largest) {
            begins[at] = dense.len();
            dense.extend((0..grouping.levels).map(|_| (at, 0.0, vec![0.0; k])));
        }
        let mut levels: Vec<Level> = (0..groupings[largest].levels)
            .map(|_| Level { weight: 0.0, sums: vec![0.0; k], meets: Vec::new() })
            .collect();
        let mut cross = Matrix::zeros(k, k);
        let mut pairs = Vec::new();
        let mut values = vec![0.0; k];
        for row in 0..n {
            let w = weights.map_or(1.0, |w| w[row]);
            values.iter_mut().zip(columns).for_each(|(v, c)| *v = c[row]);
            for i in 0..k {
                for j in 0..k {
                    cross[(i, j)] += w * values[i] * values[j];
                }
            }
            let level = &mut levels[groupings[largest].level[row] as usize];
            level.weight += w;
            level.sums.iter_mut().zip(&values).for_each(|(s, v)| *s += w * v);
            let mine: Vec<u32> = groupings
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != largest)
                .map(|(at, g)| begins[at] as u32 + g.level[row])
                .collect();
            for (at, i) in mine.iter().enumerate() {
                let (_, weight, sums) = &mut dense[*i as usize];
                *weight += w;
                sums.iter_mut().zip(&values).for_each(|(s, v)| *s += w * v);
                level.meets.push((*i, w));
                pairs.extend(mine[..at].iter().map(|j| ((*i, *j), w)));
            }
        }
        levels.iter_mut().for_each(|level| add_up(&mut level.meets));
        add_up(&mut pairs);
        Self { cross, largest, levels, dense, pairs, n, p: k - 1, options: *options }
    }

    /// The mean weight of a level of a grouping.
    pub(super) fn typical(&self, grouping: usize) -> f64 {
        let weights: Vec<f64> = self.weights(grouping).filter(|w| *w > 0.0).collect();
        weights.iter().sum::<f64>() / weights.len() as f64
    }

    fn weights(&self, grouping: usize) -> Box<dyn Iterator<Item = f64> + '_> {
        if grouping == self.largest {
            Box::new(self.levels.iter().map(|l| l.weight))
        } else {
            Box::new(self.dense.iter().filter(move |d| d.0 == grouping).map(|d| d.1))
        }
    }

    /// The deviance at the standard deviations `theta` (in residual ones); nothing where the
    /// columns explain everything.
    pub(super) fn evaluate(&self, theta: &[f64]) -> Option<End> {
        let own = theta[self.largest] * theta[self.largest];
        let size = self.dense.len();
        let k = self.p + 1;
        let mut b = self.cross.clone();
        let mut lower = Lower::identity(size);
        let mut right: Vec<Vec<f64>> = self
            .dense
            .iter()
            .map(|(f, _, sums)| sums.iter().map(|s| theta[*f] * s).collect())
            .collect();
        for (at, (f, weight, _)) in self.dense.iter().enumerate() {
            lower.row_mut(at)[at] += theta[*f] * theta[*f] * weight;
        }
        let scale: Vec<f64> = self.dense.iter().map(|d| theta[d.0]).collect();
        for ((i, j), w) in &self.pairs {
            let (i, j) = (*i as usize, *j as usize);
            lower.row_mut(i)[j] += scale[i] * scale[j] * w;
        }
        let mut ln = 0.0;
        for level in &self.levels {
            let whole = 1.0 + own * level.weight;
            ln += whole.ln();
            let factor = own / whole;
            if factor == 0.0 {
                continue;
            }
            for i in 0..k {
                for j in 0..k {
                    b[(i, j)] -= factor * level.sums[i] * level.sums[j];
                }
            }
            for (at, (i, wi)) in level.meets.iter().enumerate() {
                let left = factor * scale[*i as usize] * wi;
                let target = &mut right[*i as usize];
                target.iter_mut().zip(&level.sums).for_each(|(r, s)| *r -= left * s);
                let row = lower.row_mut(*i as usize);
                for (j, wj) in &level.meets[..=at] {
                    row[*j as usize] -= left * scale[*j as usize] * wj;
                }
            }
        }
        lower.factor()?;
        ln += lower.ln_determinant();
        let half = lower.half_solve(&right, k);
        for line in &half {
            for i in 0..k {
                for j in 0..k {
                    b[(i, j)] -= line[i] * line[j];
                }
            }
        }
        let whole = Whole { n: self.n, p: self.p, squares: self.cross[(self.p, self.p)] };
        let found = profile(b.values(), ln, &whole, &self.options)?;
        Some(End { found, lower, right })
    }

    /// The deviance and its slope by central differences: a grouping costs two more evaluations.
    pub(super) fn gradient(&self, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
        let value = self.evaluate(theta)?.found.deviance;
        let slope = (0..theta.len())
            .map(|at| {
                let step = 1e-5 * theta[at].abs().max(1e-2 / self.typical(at).sqrt());
                let shifted = |by: f64| {
                    let mut t = theta.to_vec();
                    t[at] += by;
                    self.evaluate(&t).map(|e| e.found.deviance)
                };
                Some((shifted(step)? - shifted(-step)?) / (2.0 * step))
            })
            .collect::<Option<Vec<f64>>>()?;
        Some((value, slope))
    }

    /// Expected curvature, each variance by itself: where to start from.
    pub(super) fn curvature(&self, theta: &[f64]) -> Matrix {
        let mut out = Matrix::zeros(theta.len(), theta.len());
        for (f, t) in theta.iter().enumerate() {
            out[(f, f)] = self.weights(f).map(|w| (2.0 * t * w / (1.0 + t * t * w)).powi(2)).sum();
        }
        out
    }

    /// Predictors of every level of every grouping.
    pub(super) fn effects(
        &self,
        theta: &[f64],
        end: &End,
        groupings: &[Grouping<'_>],
    ) -> Vec<Estimated> {
        let left_over = |sums: &[f64]| sums[self.p] - dot(&end.found.beta, &sums[..self.p]);
        let own = theta[self.largest];
        let inverse = end.lower.inverse();
        let size = self.dense.len();
        let right: Vec<f64> = end.right.iter().map(|r| left_over(r)).collect();
        let dense: Vec<f64> =
            (0..size).map(|i| dot(&inverse[i * size..(i + 1) * size], &right)).collect();
        let sigma = end.found.sigma2.sqrt();
        let mut out: Vec<Estimated> = groupings
            .iter()
            .zip(theta)
            .map(|(grouping, t)| {
                let mut counts = vec![0; grouping.levels];
                grouping.level.iter().for_each(|l| counts[*l as usize] += 1);
                let variance = end.found.sigma2 * t * t;
                Estimated { variance, counts, effects: Vec::new(), sd: Vec::new() }
            })
            .collect();
        for (at, (f, _, _)) in self.dense.iter().enumerate() {
            out[*f].effects.push(theta[*f] * dense[at]);
            out[*f].sd.push(sigma * theta[*f] * inverse[at * size + at].max(0.0).sqrt());
        }
        for level in &self.levels {
            let whole = 1.0 + own * own * level.weight;
            let scaled: Vec<(usize, f64)> = level
                .meets
                .iter()
                .map(|(i, w)| (*i as usize, w * theta[self.dense[*i as usize].0]))
                .collect();
            let others: f64 = scaled.iter().map(|(i, w)| w * dense[*i]).sum();
            let mut spread = 0.0;
            for (i, wi) in &scaled {
                for (j, wj) in &scaled {
                    spread += wi * inverse[i * size + j] * wj;
                }
            }
            let estimated = &mut out[self.largest];
            estimated.effects.push(own * own * (left_over(&level.sums) - others) / whole);
            let variance = 1.0 / whole + own * own * spread / (whole * whole);
            estimated.sd.push(sigma * own * variance.max(0.0).sqrt());
        }
        out
    }
}

/// Sorts by key and adds up what has the same one.
fn add_up<K: Ord + Copy>(list: &mut Vec<(K, f64)>) {
    list.sort_by_key(|a| a.0);
    list.dedup_by(|next, kept| {
        let twice = next.0 == kept.0;
        if twice {
            kept.1 += next.1;
        }
        twice
    });
}

/// A lower triangle, row by row, factored in place.
struct Lower {
    size: usize,
    values: Vec<f64>,
}

impl Lower {
    fn identity(size: usize) -> Self {
        let mut values = vec![0.0; size * size];
        (0..size).for_each(|i| values[i * size + i] = 1.0);
        Self { size, values }
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.values[at * self.size..(at + 1) * self.size]
    }

    fn row_mut(&mut self, at: usize) -> &mut [f64] {
        &mut self.values[at * self.size..(at + 1) * self.size]
    }

    /// Cholesky; nothing when the matrix is not positive definite to working precision.
    fn factor(&mut self) -> Option<()> {
        for i in 0..self.size {
            let (above, rest) = self.values.split_at_mut(i * self.size);
            let mine = &mut rest[..=i];
            let whole = mine[i];
            for j in 0..i {
                let other = &above[j * self.size..=j * self.size + j];
                mine[j] = (mine[j] - product(&mine[..j], &other[..j])) / other[j];
            }
            let left = whole - product(&mine[..i], &mine[..i]);
            if !(left > whole.abs() * 1e-14 && left.is_finite()) {
                return None;
            }
            mine[i] = left.sqrt();
        }
        Some(())
    }

    fn ln_determinant(&self) -> f64 {
        (0..self.size).map(|i| 2.0 * self.row(i)[i].ln()).sum()
    }

    /// L⁻¹R, row by row, for R with `k` columns.
    fn half_solve(&self, right: &[Vec<f64>], k: usize) -> Vec<Vec<f64>> {
        let mut out: Vec<Vec<f64>> = Vec::with_capacity(self.size);
        for (i, line) in right.iter().enumerate() {
            let row = self.row(i);
            let mut mine = line.clone();
            for (l, done) in row.iter().zip(&out) {
                (0..k).for_each(|c| mine[c] -= l * done[c]);
            }
            mine.iter_mut().for_each(|m| *m /= row[i]);
            out.push(mine);
        }
        out
    }

    /// (LLᵀ)⁻¹, full, row by row.
    fn inverse(&self) -> Vec<f64> {
        let n = self.size;
        // Row c of `turned` is column c of L⁻¹, so that products run along rows.
        let mut turned = vec![0.0; n * n];
        for c in 0..n {
            let line = &mut turned[c * n..(c + 1) * n];
            line[c] = 1.0 / self.row(c)[c];
            for i in c + 1..n {
                let row = self.row(i);
                line[i] = -product(&row[c..i], &line[c..i]) / row[i];
            }
        }
        let mut out = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let sum = product(&turned[i * n + i..(i + 1) * n], &turned[j * n + i..(j + 1) * n]);
                out[i * n + j] = sum;
                out[j * n + i] = sum;
            }
        }
        out
    }
}

/// Σ aᵢbᵢ in eight running sums, so that one addition need not wait for the last.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f64>() + rest
}

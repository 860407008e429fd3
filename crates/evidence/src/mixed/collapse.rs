//! One pass over the rows: sufficient statistics of each group, merged by pattern.

use std::collections::HashMap;

use super::{Data, FitError, Options};
use crate::linear::{Matrix, aliased};

/// A group's ZᵀWZ shared by several groups, and the sums of their cross-products.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// ZᵀWZ, q × q.
    pub(super) s: Vec<f64>,
    /// How many groups have it.
    pub(super) count: f64,
    /// For i ≤ j: Σ_g c_giᵀ c_gj, each (p+1) × (p+1), where c_gi is row i of ZᵀW[X y].
    pub(super) t: Vec<f64>,
}

/// What the likelihood needs to know.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    /// [X y]ᵀW[X y], (p+1) × (p+1).
    pub(super) cross: Vec<f64>,
    /// Patterns, when groups share them; else none, and the groups are gone through.
    pub(super) patterns: Vec<Pattern>,
    /// Each group: ZᵀWZ (q × q), then ZᵀW[X y] (q × (p+1)).
    pub(super) groups: Vec<f64>,
}

impl Statistics {
    /// The groups to go through one by one: all of them, or none when patterns stand for them.
    pub(super) fn each(&self) -> &[f64] {
        if self.patterns.is_empty() { &self.groups } else { &[] }
    }
}

/// The statistics, and how to come back from the centred and scaled columns.
#[derive(Clone, Debug)]
pub(super) struct Collapsed {
    pub(super) statistics: Statistics,
    /// Positions of the fixed columns in use.
    pub(super) kept: Vec<usize>,
    pub(super) columns: usize,
    pub(super) counts: Vec<u32>,
    q: usize,
    shift: Vec<f64>,
    scale: Vec<f64>,
    y_shift: f64,
    intercept: Option<usize>,
    ln_weights: f64,
    pub(super) pattern_of: Vec<u32>,
}

/// Conditional standard deviations, stored once a pattern.
#[derive(Clone, Debug)]
pub(super) struct Conditional {
    sds: Vec<f64>,
    pattern_of: Vec<u32>,
}

impl Conditional {
    pub(super) fn sd(&self, group: usize, q: usize) -> &[f64] {
        let at = self.pattern_of[group] as usize;
        &self.sds[at * q..(at + 1) * q]
    }
}

/// How far a column's mean may be from zero, in standard deviations, before it is centred.
const FAR: f64 = 10.0;

pub(super) fn collapse(data: &Data<'_>) -> Result<Collapsed, FitError> {
    let (q, p) = (data.random.len(), data.fixed.len());
    let moments: Vec<(f64, f64)> = data.fixed.iter().map(|c| mean_sd(&c.values)).collect();
    let intercept = moments.iter().position(|(mean, sd)| *sd == 0.0 && *mean != 0.0);
    let mut shift = vec![0.0; p];
    let mut scale = vec![1.0; p];
    for (j, (mean, sd)) in moments.iter().enumerate() {
        if intercept.is_some() && intercept != Some(j) && mean.abs() > FAR * sd {
            shift[j] = *mean;
        }
        let size = if shift[j] == 0.0 { mean.hypot(*sd) } else { *sd };
        scale[j] = if size > 0.0 { size } else { 1.0 };
    }
    let (y_mean, y_sd) = mean_sd(data.y);
    let y_shift = if intercept.is_some() && y_mean.abs() > FAR * y_sd { y_mean } else { 0.0 };

    let order = rows_by_group(data);
    let sums = gather(data, &order, &shift, y_shift);
    let ln_weights = data.weights.map_or(0.0, |w| w.iter().map(|w| w.ln()).sum());

    // Scale afterwards: the pass itself works on raw columns that X and Z may share.
    let mut cross = Matrix::zeros(p + 1, p + 1);
    let of = |j: usize| if j < p { scale[j] } else { 1.0 };
    for i in 0..=p {
        for j in 0..=p {
            cross[(i, j)] = sums.cross[i * (p + 1) + j] / (of(i) * of(j));
        }
    }
    let mut inner = Matrix::zeros(p, p);
    for i in 0..p {
        for j in 0..p {
            inner[(i, j)] = cross[(i, j)];
        }
    }
    let dropped = aliased(&inner, 1e-10);
    let kept: Vec<usize> = (0..p).filter(|j| !dropped.contains(j)).collect();
    let mut columns: Vec<usize> = kept.clone();
    columns.push(p);
    let k = columns.len();

    let small: Vec<f64> = columns
        .iter()
        .flat_map(|i| columns.iter().map(move |j| (*i, *j)))
        .map(|(i, j)| cross[(i, j)])
        .collect();
    let width = q * q + q * k;
    let mut all = vec![0.0; data.groups * width];
    let from = q * q + q * (p + 1);
    for g in 0..data.groups {
        let (source, target) = (&sums.groups[g * from..(g + 1) * from], &mut all[g * width..]);
        target[..q * q].copy_from_slice(&source[..q * q]);
        for i in 0..q {
            for (to, column) in columns.iter().enumerate() {
                target[q * q + i * k + to] = source[q * q + i * (p + 1) + column] / of(*column);
            }
        }
    }
    let (statistics, pattern_of) = merge(all, small, q, k, data.groups);
    Ok(Collapsed {
        statistics,
        columns: kept.len(),
        counts: order.counts,
        q,
        shift: kept.iter().map(|j| shift[*j]).collect(),
        scale: kept.iter().map(|j| scale[*j]).collect(),
        y_shift,
        intercept: intercept.and_then(|at| kept.iter().position(|j| *j == at)),
        kept,
        ln_weights,
        pattern_of,
    })
}

/// Mean and standard deviation (divisor n) in one pass around the first value; not finite when
/// any value is not.
pub(super) fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let origin = values.first().copied().unwrap_or(0.0);
    // Four running sums, so that one addition need not wait for the last.
    let (mut sum, mut squares) = ([0.0; 4], [0.0; 4]);
    let chunks = values.chunks_exact(4);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..4 {
            let v = chunk[i] - origin;
            sum[i] += v;
            squares[i] += v * v;
        }
    }
    for (i, v) in rest.iter().enumerate() {
        sum[i] += v - origin;
        squares[i] += (v - origin) * (v - origin);
    }
    let (sum, squares): (f64, f64) = (sum.iter().sum(), squares.iter().sum());
    let mean = sum / n;
    let variance = squares / n - mean * mean;
    // Not `max`, which would swallow a NaN.
    (origin + mean, if variance < 0.0 { 0.0 } else { variance.sqrt() })
}

struct Order {
    /// Row numbers, group by group; empty when the rows already stand so.
    rows: Vec<u32>,
    starts: Vec<u32>,
    counts: Vec<u32>,
}

fn rows_by_group(data: &Data<'_>) -> Order {
    let mut counts = vec![0_u32; data.groups];
    data.group.iter().for_each(|g| counts[*g as usize] += 1);
    let mut starts = vec![0_u32; data.groups + 1];
    for g in 0..data.groups {
        starts[g + 1] = starts[g] + counts[g];
    }
    if data.group.is_sorted() {
        return Order { rows: Vec::new(), starts, counts };
    }
    let mut next = starts.clone();
    let mut rows = vec![0_u32; data.group.len()];
    for (row, g) in data.group.iter().enumerate() {
        let to = &mut next[*g as usize];
        rows[*to as usize] = row as u32;
        *to += 1;
    }
    Order { rows, starts, counts }
}

struct Sums {
    cross: Vec<f64>,
    groups: Vec<f64>,
}

/// The position of a column among the distinct ones, which it joins when it is new.
fn place<'a>(columns: &mut Vec<(&'a [f64], f64)>, values: &'a [f64], shift: f64) -> usize {
    let known = columns.iter().position(|(c, s)| *s == shift && *c == values);
    known.unwrap_or_else(|| {
        columns.push((values, shift));
        columns.len() - 1
    })
}

/// Cross-products of the distinct columns among Z, X and y, group by group.
fn gather(data: &Data<'_>, order: &Order, shift: &[f64], y_shift: f64) -> Sums {
    let p = data.fixed.len();
    // A random column that is also a fixed one is multiplied once.
    let mut columns: Vec<(&[f64], f64)> = Vec::new();
    let z: Vec<usize> = data.random.iter().map(|c| place(&mut columns, &c.values, 0.0)).collect();
    let mut xy: Vec<usize> =
        data.fixed.iter().zip(shift).map(|(c, s)| place(&mut columns, &c.values, *s)).collect();
    xy.push(place(&mut columns, data.y, y_shift));
    let m = columns.len();
    let layout = Layout { z: &z, xy: &xy };
    let mut groups = vec![0.0; data.groups * layout.width()];
    let pass = Pass { columns: &columns, order, weights: data.weights, layout };
    // Small fixed sizes let the compiler keep a group's sums in registers.
    let total = match m {
        2 => pass.run::<2>(&mut groups),
        3 => pass.run::<3>(&mut groups),
        4 => pass.run::<4>(&mut groups),
        5 => pass.run::<5>(&mut groups),
        6 => pass.run::<6>(&mut groups),
        7 => pass.run::<7>(&mut groups),
        8 => pass.run::<8>(&mut groups),
        9..=12 => pass.run::<12>(&mut groups),
        _ => pass.run_any(&mut groups),
    };
    let mut cross = vec![0.0; (p + 1) * (p + 1)];
    for (i, a) in xy.iter().enumerate() {
        for (j, b) in xy.iter().enumerate() {
            cross[i * (p + 1) + j] = total[*a.max(b) * m + *a.min(b)];
        }
    }
    Sums { cross, groups }
}

/// Where the sums of the distinct columns go.
#[derive(Clone, Copy)]
struct Layout<'a> {
    z: &'a [usize],
    xy: &'a [usize],
}

impl Layout<'_> {
    const fn width(&self) -> usize {
        self.z.len() * (self.z.len() + self.xy.len())
    }

    fn write(&self, target: &mut [f64], pick: impl Fn(usize, usize) -> f64) {
        let (q, k) = (self.z.len(), self.xy.len());
        for (i, zi) in self.z.iter().enumerate() {
            for (j, zj) in self.z.iter().enumerate() {
                target[i * q + j] = pick(*zi, *zj);
            }
            for (j, xj) in self.xy.iter().enumerate() {
                target[q * q + i * k + j] = pick(*zi, *xj);
            }
        }
    }
}

struct Pass<'a> {
    columns: &'a [(&'a [f64], f64)],
    order: &'a Order,
    weights: Option<&'a [f64]>,
    layout: Layout<'a>,
}

impl Pass<'_> {
    /// Sums for at most `M` distinct columns; returns the total, m × m.
    fn run<const M: usize>(&self, groups: &mut [f64]) -> Vec<f64> {
        let m = self.columns.len();
        let rows = self.columns[0].0.len();
        // Unused places repeat the first column; their sums are never read.
        let columns: [&[f64]; M] =
            std::array::from_fn(|i| &self.columns.get(i).unwrap_or(&self.columns[0]).0[..rows]);
        let shifts: [f64; M] = std::array::from_fn(|i| self.columns.get(i).map_or(0.0, |c| c.1));
        let mut total = [[0.0; M]; M];
        let width = self.layout.width();
        for (g, target) in groups.chunks_exact_mut(width).enumerate() {
            let (start, end) = (self.order.starts[g] as usize, self.order.starts[g + 1] as usize);
            let mut block = [[0.0; M]; M];
            for at in start..end {
                let row =
                    if self.order.rows.is_empty() { at } else { self.order.rows[at] as usize };
                let values: [f64; M] = std::array::from_fn(|i| columns[i][row] - shifts[i]);
                let weight = self.weights.map_or(1.0, |w| w[row]);
                for i in 0..M {
                    let left = weight * values[i];
                    for j in 0..M {
                        block[i][j] += left * values[j];
                    }
                }
            }
            for i in 0..M {
                for j in 0..M {
                    total[i][j] += block[i][j];
                }
            }
            self.layout.write(target, |i, j| block[i.max(j)][i.min(j)]);
        }
        (0..m * m).map(|at| total[at / m][at % m]).collect()
    }

    /// Sums for any number of columns.
    fn run_any(&self, groups: &mut [f64]) -> Vec<f64> {
        let m = self.columns.len();
        let mut total = vec![0.0; m * m];
        let mut block = vec![0.0; m * m];
        let mut values = vec![0.0; m];
        let width = self.layout.width();
        for (g, target) in groups.chunks_exact_mut(width).enumerate() {
            let (start, end) = (self.order.starts[g] as usize, self.order.starts[g + 1] as usize);
            block.fill(0.0);
            for at in start..end {
                let row =
                    if self.order.rows.is_empty() { at } else { self.order.rows[at] as usize };
                for (value, (column, shift)) in values.iter_mut().zip(self.columns) {
                    *value = column[row] - shift;
                }
                let weight = self.weights.map_or(1.0, |w| w[row]);
                for i in 0..m {
                    let left = weight * values[i];
                    let line = &mut block[i * m..=i * m + i];
                    line.iter_mut().zip(&values).for_each(|(b, v)| *b += left * v);
                }
            }
            total.iter_mut().zip(&block).for_each(|(t, b)| *t += b);
            self.layout.write(target, |i, j| block[i.max(j) * m + i.min(j)]);
        }
        total
    }
}

/// Merges groups with the same ZᵀWZ when that saves work.
fn merge(
    all: Vec<f64>,
    cross: Vec<f64>,
    q: usize,
    k: usize,
    groups: usize,
) -> (Statistics, Vec<u32>) {
    let width = q * q + q * k;
    let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
    let mut pattern_of = vec![0_u32; groups];
    let mut last: Option<(Vec<u64>, u32)> = None;
    for g in 0..groups {
        let s = &all[g * width..g * width + q * q];
        if let Some((key, at)) = &last
            && key.iter().zip(s).all(|(k, v)| *k == v.to_bits())
        {
            pattern_of[g] = *at;
            continue;
        }
        let key: Vec<u64> = s.iter().map(|v| v.to_bits()).collect();
        let next = known.len() as u32;
        let at = *known.entry(key.clone()).or_insert(next);
        pattern_of[g] = at;
        last = Some((key, at));
    }
    let patterns = known.len();
    // A merged pattern costs q²k²/2 multiplications an evaluation, a group about 3q²(q+k).
    let merged_cost = patterns * (q * q * k * k + 3 * q * q * q);
    let each_cost = groups * 4 * q * q * (q + k);
    if merged_cost >= each_cost {
        let statistics = Statistics { cross, patterns: Vec::new(), groups: all };
        return (statistics, (0..groups as u32).collect());
    }
    let pairs = q * (q + 1) / 2;
    let empty = Pattern { s: Vec::new(), count: 0.0, t: vec![0.0; pairs * k * k] };
    let mut merged = vec![empty; patterns];
    for g in 0..groups {
        let group = &all[g * width..(g + 1) * width];
        let pattern = &mut merged[pattern_of[g] as usize];
        if pattern.s.is_empty() {
            pattern.s = group[..q * q].to_vec();
        }
        pattern.count += 1.0;
        let c = &group[q * q..];
        let mut at = 0;
        for i in 0..q {
            for j in i..q {
                let target = &mut pattern.t[at * k * k..(at + 1) * k * k];
                at += 1;
                for (a, line) in target.chunks_exact_mut(k).enumerate() {
                    let left = c[i * k + a];
                    if left != 0.0 {
                        line.iter_mut().zip(&c[j * k..]).for_each(|(t, v)| *t += left * v);
                    }
                }
            }
        }
    }
    (Statistics { cross, patterns: merged, groups: all }, pattern_of)
}

impl Collapsed {
    fn group(&self, at: usize) -> &[f64] {
        let width = self.q * self.q + self.q * (self.columns + 1);
        &self.statistics.groups[at * width..(at + 1) * width]
    }

    /// ZᵀWZ of a group.
    pub(super) fn inner(&self, at: usize) -> &[f64] {
        &self.group(at)[..self.q * self.q]
    }

    /// ZᵀW[X y] of a group, row by row.
    pub(super) fn cross(&self, at: usize) -> &[f64] {
        &self.group(at)[self.q * self.q..]
    }

    /// Root mean diagonal of ZᵀWZ a group: the scale on which an effect matters.
    pub(super) fn typical(&self, q: usize) -> Vec<f64> {
        let width = self.q * self.q + self.q * (self.columns + 1);
        let groups = self.counts.iter().filter(|n| **n > 0).count().max(1) as f64;
        (0..q)
            .map(|i| {
                let sum: f64 = self.statistics.groups.iter().skip(i * q + i).step_by(width).sum();
                (sum / groups).sqrt()
            })
            .collect()
    }

    /// Estimates and covariance in the columns as they were given.
    pub(super) fn back(&self, beta: &[f64], covariance: &Matrix) -> (Vec<f64>, Matrix) {
        let p = self.columns;
        let mut turn = Matrix::zeros(p, p);
        for j in 0..p {
            turn[(j, j)] = 1.0 / self.scale[j];
        }
        let mut estimates: Vec<f64> = Vec::new();
        if let Some(at) = self.intercept {
            for j in (0..p).filter(|j| *j != at) {
                // The intercept column may be any constant c: c·β₀ + … absorbs the shifts.
                turn[(at, j)] = -self.shift[j] / (self.scale[j] * self.constant());
            }
        }
        estimates.extend(turn.times(beta));
        if let Some(at) = self.intercept {
            estimates[at] += self.y_shift / self.constant();
        }
        let covariance = turn.product(covariance).product(&turn.transpose());
        (estimates, covariance)
    }

    /// The value of the intercept column: its scale is its size.
    fn constant(&self) -> f64 {
        self.intercept.map_or(1.0, |at| self.scale[at])
    }

    /// What the likelihood of the scaled columns lacks: the determinant of the scaling and the
    /// weights.
    pub(super) fn deviance_shift(&self, options: &Options) -> f64 {
        let scaling = if options.method == super::Method::Reml {
            self.scale.iter().map(|s| 2.0 * s.ln()).sum()
        } else {
            0.0
        };
        scaling - self.ln_weights
    }

    /// Predictors of every group, and conditional standard deviations of every pattern.
    pub(super) fn effects(
        &self,
        lambda: &[f64],
        beta: &[f64],
        sigma2: f64,
    ) -> (Vec<f64>, Conditional) {
        let (q, k) = (self.q, self.columns + 1);
        let width = q * q + q * k;
        let groups = self.counts.len();
        let patterns = self.pattern_of.iter().max().map_or(0, |m| *m as usize + 1);
        let mut spread: Vec<Option<Vec<f64>>> = vec![None; patterns];
        let mut blups = vec![0.0; groups * q];
        let mut scratch = super::criterion::Scratch::new(q);
        for g in 0..groups {
            let group = &self.statistics.groups[g * width..(g + 1) * width];
            let known = &mut spread[self.pattern_of[g] as usize];
            let a = known.get_or_insert_with(|| {
                scratch.factor(&group[..q * q], lambda);
                scratch.a.clone()
            });
            for i in 0..q {
                blups[g * q + i] = (0..q)
                    .map(|j| {
                        let c = &group[q * q + j * k..q * q + (j + 1) * k];
                        a[i * q + j] * (c[k - 1] - crate::linear::dot(beta, &c[..k - 1]))
                    })
                    .sum();
            }
        }
        let sds = spread
            .into_iter()
            .flat_map(|a| {
                let a = a.unwrap_or_else(|| vec![0.0; q * q]);
                (0..q).map(move |i| (sigma2 * a[i * q + i]).max(0.0).sqrt())
            })
            .collect();
        (blups, Conditional { sds, pattern_of: self.pattern_of.clone() })
    }
}

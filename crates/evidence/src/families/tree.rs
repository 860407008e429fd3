//! Exact nearest neighbours among complete points: leaves of a tree over rotated coordinates.
//!
//! Points are turned to their principal axes, so that the first coordinates carry most of any
//! distance, and split at medians into leaves of thirty-two. A query bounds its distance to the
//! box of every leaf at once, then scans the leaves that may still matter, nearest sweep first.
//! Bounds and scans run in single precision over whole registers with a margin for rounding;
//! whatever passes is measured again in double precision, so the answer is exact.

use crate::linear::{Matrix, symmetric_eigen};

/// Points of a leaf.
const LEAF: usize = 32;
/// Leaves bounded together.
const LANES: usize = 8;

/// A searchable set of points.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    dimensions: usize,
    /// First position of each leaf, and the end.
    starts: Vec<u32>,
    /// Caller's number of each point, in leaf order.
    ids: Vec<u32>,
    /// Where each point (in the order given) stands in leaf order.
    place: Vec<u32>,
    /// Leaf of each point, in leaf order.
    leaf_of: Vec<u32>,
    /// Rotated points in leaf order, point by point.
    exact: Vec<f64>,
    /// The same leaf by leaf, dimension by dimension; places without a point are at infinity.
    coarse: Vec<[f32; LEAF]>,
    /// Lower and upper ends of the boxes, eight leaves at a time, dimension by dimension.
    boxes: Vec<([f32; LANES], [f32; LANES])>,
    largest: f64,
}

/// The best found so far: a heap with the worst on top.
pub(super) struct Best {
    k: usize,
    heap: Vec<(f64, u32)>,
}

impl Best {
    pub(super) fn new(k: usize) -> Self {
        Self { k, heap: Vec::with_capacity(k + 1) }
    }

    /// The largest squared distance that still matters.
    pub(super) fn bound(&self) -> f64 {
        if self.heap.len() < self.k { f64::INFINITY } else { self.heap[0].0 }
    }

    pub(super) fn offer(&mut self, squared: f64, id: u32) {
        let new = (squared, id);
        if self.heap.len() < self.k {
            self.heap.push(new);
            let mut at = self.heap.len() - 1;
            while at > 0 && worse(self.heap[at], self.heap[(at - 1) / 2]) {
                self.heap.swap(at, (at - 1) / 2);
                at = (at - 1) / 2;
            }
        } else if worse(self.heap[0], new) {
            self.heap[0] = new;
            let mut at = 0;
            loop {
                let mut top = at;
                for child in [2 * at + 1, 2 * at + 2] {
                    if child < self.heap.len() && worse(self.heap[child], self.heap[top]) {
                        top = child;
                    }
                }
                if top == at {
                    break;
                }
                self.heap.swap(at, top);
                at = top;
            }
        }
    }

    /// Nearest first.
    pub(super) fn sorted(mut self) -> Vec<(f64, u32)> {
        self.heap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.heap
    }
}

fn worse(a: (f64, u32), b: (f64, u32)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 > b.1)
}

impl Tree {
    /// Builds over `points` (each `dimensions` long); `ids` are what the caller calls them.
    pub(super) fn new(points: &[f64], dimensions: usize, ids: &[u32]) -> Self {
        let n = ids.len();
        let axes = principal_axes(points, dimensions);
        let mut turned = vec![0.0; n * dimensions];
        for (from, to) in points.chunks_exact(dimensions).zip(turned.chunks_exact_mut(dimensions)) {
            to.copy_from_slice(&axes.times(from));
        }
        let mut tree = Self {
            dimensions,
            starts: vec![0],
            ids: Vec::with_capacity(n),
            place: vec![0; n],
            leaf_of: Vec::with_capacity(n),
            exact: Vec::with_capacity(n * dimensions),
            coarse: Vec::new(),
            boxes: Vec::new(),
            largest: turned.iter().fold(0.0, |m, v| m.max(v.abs())),
        };
        let mut order: Vec<u32> = (0..n as u32).collect();
        tree.split(&turned, &mut order, ids);
        tree.bound_leaves();
        tree
    }

    /// Splits at the median of the widest dimension until leaves are small enough.
    fn split(&mut self, turned: &[f64], order: &mut [u32], ids: &[u32]) {
        let d = self.dimensions;
        if order.len() <= LEAF {
            return self.leaf(turned, order, ids);
        }
        let value = |p: u32, dimension: usize| turned[p as usize * d + dimension];
        // The widest dimension of the points here, judged on a sample.
        let step = order.len().div_ceil(256);
        let mut widest = (0, f64::NEG_INFINITY);
        for dimension in 0..d {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for p in order.iter().step_by(step) {
                low = low.min(value(*p, dimension));
                high = high.max(value(*p, dimension));
            }
            if high - low > widest.1 {
                widest = (dimension, high - low);
            }
        }
        // Whole leaves on the left keep the leaves full.
        let middle = ((order.len() / 2).div_ceil(LEAF) * LEAF).min(order.len() - 1);
        order.select_nth_unstable_by(middle, |a, b| {
            value(*a, widest.0).total_cmp(&value(*b, widest.0)).then(a.cmp(b))
        });
        let (left, right) = order.split_at_mut(middle);
        self.split(turned, left, ids);
        self.split(turned, right, ids);
    }

    fn leaf(&mut self, turned: &[f64], order: &[u32], ids: &[u32]) {
        let d = self.dimensions;
        let base = self.coarse.len();
        let leaf = (self.starts.len() - 1) as u32;
        self.coarse.resize(base + d, [f32::INFINITY; LEAF]);
        for (at, point) in order.iter().enumerate() {
            let values = &turned[*point as usize * d..(*point as usize + 1) * d];
            self.place[*point as usize] = self.ids.len() as u32;
            self.ids.push(ids[*point as usize]);
            self.leaf_of.push(leaf);
            self.exact.extend_from_slice(values);
            for (dimension, value) in values.iter().enumerate() {
                self.coarse[base + dimension][at] = *value as f32;
            }
        }
        self.starts.push(self.ids.len() as u32);
    }

    fn bound_leaves(&mut self) {
        let (d, leaves) = (self.dimensions, self.starts.len() - 1);
        // Boxes without a leaf are infinitely far away.
        let nowhere = ([f32::INFINITY; LANES], [f32::INFINITY; LANES]);
        self.boxes = vec![nowhere; leaves.div_ceil(LANES) * d];
        for leaf in 0..leaves {
            let count = (self.starts[leaf + 1] - self.starts[leaf]) as usize;
            for dimension in 0..d {
                let line = &self.coarse[leaf * d + dimension][..count];
                let target = &mut self.boxes[leaf / LANES * d + dimension];
                target.0[leaf % LANES] = line.iter().copied().fold(f32::INFINITY, f32::min);
                target.1[leaf % LANES] = line.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            }
        }
    }

    /// Offers the neighbours of the point given as number `of` to `best`; `keep` decides who may
    /// be a neighbour. `scratch` is reused between calls.
    pub(super) fn search(
        &self,
        of: usize,
        best: &mut Best,
        keep: impl Fn(u32) -> bool,
        scratch: &mut Vec<f32>,
    ) {
        // One body, compiled for the registers this machine has.
        pulp::Arch::new().dispatch(Query { tree: self, of, best, keep: &keep, scratch });
    }

    #[inline(always)]
    fn search_here(
        &self,
        of: usize,
        best: &mut Best,
        keep: &impl Fn(u32) -> bool,
        scratch: &mut Vec<f32>,
    ) {
        let d = self.dimensions;
        let at = self.place[of] as usize;
        let query = &self.exact[at * d..(at + 1) * d];
        let leaves = self.starts.len() - 1;
        // Rounding of both points to single precision, over all dimensions.
        let margin = 4.0 * 6e-8 * self.largest * (d as f64).sqrt();
        let limit = |best: &Best| {
            let reach = best.bound().sqrt() + margin;
            (reach * reach * (1.0 + 1e-5)) as f32
        };
        scratch.clear();
        scratch.resize(self.boxes.len() / d * LANES, 0.0);
        for (group, bounds) in self.boxes.chunks_exact(d).zip(scratch.chunks_exact_mut(LANES)) {
            let mut sums = [0.0_f32; LANES];
            for ((low, high), q) in group.iter().zip(query) {
                let q = *q as f32;
                for lane in 0..LANES {
                    let away = (low[lane] - q).max(q - high[lane]).max(0.0);
                    sums[lane] += away * away;
                }
            }
            bounds.copy_from_slice(&sums);
        }
        // The own leaf and those beside it fill the list.
        let own = self.leaf_of[at] as usize;
        let mut away = 0;
        while away < leaves && (away == 0 || best.bound().is_infinite()) {
            for leaf in [own.checked_sub(away), Some(own + away).filter(|_| away > 0)] {
                if let Some(leaf) = leaf.filter(|leaf| *leaf < leaves) {
                    self.scan(leaf, query, limit(best), best, keep);
                    // Never again: comparisons with NaN are false.
                    scratch[leaf] = f32::NAN;
                }
            }
            away += 1;
        }
        // Near sweeps tighten the limit before the far one.
        let mut reach = limit(best);
        for share in SWEEPS {
            let cut = reach * share;
            for (leaf, bound) in scratch.iter_mut().enumerate().take(leaves) {
                if *bound <= reach.min(cut) {
                    self.scan(leaf, query, reach, best, keep);
                    *bound = f32::NAN;
                    reach = limit(best);
                }
            }
        }
    }

    #[inline(always)]
    fn scan(
        &self,
        leaf: usize,
        query: &[f64],
        limit: f32,
        best: &mut Best,
        keep: &impl Fn(u32) -> bool,
    ) {
        let d = self.dimensions;
        let block = &self.coarse[leaf * d..(leaf + 1) * d];
        let mut sums = [0.0_f32; LEAF];
        for (line, q) in block.iter().zip(query) {
            let q = *q as f32;
            for at in 0..LEAF {
                let away = line[at] - q;
                sums[at] += away * away;
            }
        }
        let mut passed = 0_u32;
        for (at, sum) in sums.iter().enumerate() {
            passed |= u32::from(*sum <= limit) << at;
        }
        let (start, end) = (self.starts[leaf] as usize, self.starts[leaf + 1] as usize);
        while passed != 0 {
            let position = start + passed.trailing_zeros() as usize;
            passed &= passed - 1;
            if position >= end {
                break;
            }
            let point = &self.exact[position * d..(position + 1) * d];
            let squared: f64 = point.iter().zip(query).map(|(x, q)| (x - q) * (x - q)).sum();
            let id = self.ids[position];
            if squared <= best.bound() && keep(id) {
                best.offer(squared, id);
            }
        }
    }
}

/// A search, as a value that can be run under the widest registers.
struct Query<'a, K> {
    tree: &'a Tree,
    of: usize,
    best: &'a mut Best,
    keep: &'a K,
    scratch: &'a mut Vec<f32>,
}

impl<K: Fn(u32) -> bool> pulp::NullaryFnOnce for Query<'_, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.tree.search_here(self.of, self.best, self.keep, self.scratch);
    }
}

/// Each sweep takes leaves whose box is within this share of the limit at its start.
const SWEEPS: [f32; 4] = [0.06, 0.2, 0.5, 1.0];

/// Eigenvectors of the covariance, one row each, largest first.
fn principal_axes(points: &[f64], d: usize) -> Matrix {
    let n = (points.len() / d.max(1)).max(1) as f64;
    let mut mean = vec![0.0; d];
    for point in points.chunks_exact(d) {
        mean.iter_mut().zip(point).for_each(|(m, x)| *m += x / n);
    }
    let mut covariance = Matrix::zeros(d, d);
    let mut centred = vec![0.0; d];
    for point in points.chunks_exact(d) {
        centred.iter_mut().zip(point.iter().zip(&mean)).for_each(|(c, (x, m))| *c = x - m);
        for i in 0..d {
            for j in 0..=i {
                covariance[(i, j)] += centred[i] * centred[j] / n;
            }
        }
    }
    for i in 0..d {
        for j in 0..i {
            covariance[(j, i)] = covariance[(i, j)];
        }
    }
    let (_, vectors) = symmetric_eigen(&covariance);
    let finite = vectors.values().iter().all(|v| v.is_finite());
    if finite { vectors.transpose() } else { Matrix::identity(d) }
}

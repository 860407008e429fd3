//! Exact nearest neighbours among complete points: leaves of a tree over rotated coordinates.
//!
//! Points are turned to their principal axes, so that the first coordinates carry most of any
//! distance, and split at medians into leaves of thirty-two. The points of a leaf are searched
//! together: every leaf is bounded from below for all of them at once, leaves are taken nearest
//! first, and only where the bound is within reach of a point are distances taken, four points
//! against thirty-two, as half the squared length less the inner product.
//!
//! Those run in single precision with a proven margin for rounding. What the margin cannot rule
//! out is measured again in double precision, so the answer is exact.

use pulp::Simd;

use super::near::{Lists, Near};
use crate::linear::{Matrix, symmetric_eigen};

/// Points of a leaf.
pub(super) const LEAF: usize = 32;
/// Points measured against a leaf at a time: their sums fit the registers of AVX2.
const TILE: usize = 4;
/// Relative rounding of a single-precision operation.
const ROUNDING: f64 = 6e-8;

/// One value a point of a leaf.
type Lanes = [f32; LEAF];

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
    /// Rotated points in leaf order, point by point.
    exact: Vec<f64>,
    /// The same leaf by leaf, dimension by dimension; zero where there is no point.
    coarse: Vec<Lanes>,
    /// Half the squared length of each point, leaf by leaf; infinite where there is no point.
    halves: Vec<Lanes>,
    /// The greatest length in each leaf.
    lengths: Vec<f64>,
    /// Lower and upper ends of the leaves' boxes, dimension by dimension.
    boxes: Vec<(f32, f32)>,
    largest: f64,
}

/// Work space, reused between leaves.
#[derive(Default)]
pub(super) struct Scratch {
    /// Squared distance from each point of the leaf in hand to the box of each leaf.
    bounds: Vec<Lanes>,
    /// Leaves by their least bound.
    order: Vec<(f32, u32)>,
    lists: Lists,
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
            exact: Vec::with_capacity(n * dimensions),
            coarse: Vec::new(),
            halves: Vec::new(),
            lengths: Vec::new(),
            boxes: Vec::new(),
            largest: turned.iter().fold(0.0, |m, v| m.max(v.abs())),
        };
        let mut order: Vec<u32> = (0..n as u32).collect();
        tree.split(&turned, &mut order, ids);
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
        let mut block = vec![[0.0; LEAF]; d];
        let mut halves = [f32::INFINITY; LEAF];
        let mut longest = 0.0_f64;
        for (at, point) in order.iter().enumerate() {
            let values = &turned[*point as usize * d..(*point as usize + 1) * d];
            self.place[*point as usize] = self.ids.len() as u32;
            self.ids.push(ids[*point as usize]);
            self.exact.extend_from_slice(values);
            for (line, value) in block.iter_mut().zip(values) {
                line[at] = *value as f32;
            }
            let squared: f64 = values.iter().map(|v| v * v).sum();
            halves[at] = (0.5 * squared) as f32;
            longest = longest.max(squared.sqrt());
        }
        for line in &block {
            let line = &line[..order.len()];
            let low = line.iter().copied().fold(f32::INFINITY, f32::min);
            self.boxes.push((low, line.iter().copied().fold(f32::NEG_INFINITY, f32::max)));
        }
        self.coarse.extend(block);
        self.halves.push(halves);
        self.lengths.push(longest);
        self.starts.push(self.ids.len() as u32);
    }

    /// Hands the k nearest of every point, nearest first, to `found`. `keep` decides whether the
    /// second may be a neighbour of the first.
    pub(super) fn search_all(
        &self,
        k: usize,
        scratch: &mut Scratch,
        keep: impl Fn(u32, u32) -> bool,
        mut found: impl FnMut(u32, &[(f64, u32)]),
    ) {
        for leaf in 0..self.starts.len() - 1 {
            let count = self.starts[leaf + 1] - self.starts[leaf];
            let wanted = u32::MAX >> (LEAF as u32 - count.clamp(1, LEAF as u32));
            if count > 0 {
                self.search_leaf(leaf, wanted, k, scratch, &keep, &mut found);
            }
        }
    }

    /// The k nearest of the point given as number `of`.
    pub(super) fn search(
        &self,
        of: usize,
        k: usize,
        scratch: &mut Scratch,
        keep: impl Fn(u32, u32) -> bool,
        mut found: impl FnMut(u32, &[(f64, u32)]),
    ) {
        let at = self.place[of];
        let leaf = self.starts.partition_point(|start| *start <= at) - 1;
        let wanted = 1 << (at - self.starts[leaf]);
        self.search_leaf(leaf, wanted, k, scratch, &keep, &mut found);
    }

    fn search_leaf<K: Fn(u32, u32) -> bool>(
        &self,
        leaf: usize,
        wanted: u32,
        k: usize,
        scratch: &mut Scratch,
        keep: &K,
        found: &mut impl FnMut(u32, &[(f64, u32)]),
    ) {
        // One body, compiled for the registers this machine has.
        pulp::Arch::new().dispatch(Query { tree: self, leaf, wanted, k, scratch, keep });
        let start = self.starts[leaf] as usize;
        for lane in lanes(wanted) {
            let own = start + lane;
            let list = scratch.lists.finish(lane, k, |other| {
                let (x, y) = (self.point(own), self.point(other as usize));
                let squared = x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum();
                (squared, self.ids[other as usize])
            });
            found(self.ids[own], list);
        }
    }

    fn point(&self, position: usize) -> &[f64] {
        &self.exact[position * self.dimensions..(position + 1) * self.dimensions]
    }

    /// Fills the bounds of all leaves for the points of one, and their order.
    #[inline(always)]
    fn bound(&self, leaf: usize, wanted: u32, scratch: &mut Scratch) {
        let d = self.dimensions;
        let own = &self.coarse[leaf * d..(leaf + 1) * d];
        let Scratch { bounds, order, .. } = scratch;
        bounds.clear();
        order.clear();
        for (other, ends) in self.boxes.chunks_exact(d).enumerate() {
            let mut sums = [0.0_f32; LEAF];
            for ((low, high), line) in ends.iter().zip(own) {
                for at in 0..LEAF {
                    let away = larger(larger(low - line[at], line[at] - high), 0.0);
                    sums[at] += away * away;
                }
            }
            let least = lanes(wanted).map(|at| sums[at]).fold(f32::INFINITY, f32::min);
            bounds.push(sums);
            order.push((least, other as u32));
        }
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
}

/// The search from one leaf, as a value that can be run under the widest registers.
struct Query<'a, K> {
    tree: &'a Tree,
    leaf: usize,
    /// The points to search for, one bit each.
    wanted: u32,
    k: usize,
    scratch: &'a mut Scratch,
    keep: &'a K,
}

impl<K: Fn(u32, u32) -> bool> pulp::WithSimd for Query<'_, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { tree, leaf, wanted, k, scratch, keep } = self;
        let d = tree.dimensions;
        tree.bound(leaf, wanted, scratch);
        let Scratch { bounds, order, lists } = scratch;
        let start = tree.starts[leaf] as usize;
        let own = &tree.coarse[leaf * d..(leaf + 1) * d];
        // Rounding of both points to single precision, over all dimensions.
        let margin = 4.0 * ROUNDING * tree.largest * (d as f64).sqrt();
        let lengths: [f64; LEAF] = std::array::from_fn(|lane| {
            let known = wanted >> lane & 1 == 1;
            if known { tree.point(start + lane).iter().map(|v| v * v).sum() } else { 0.0 }
        });
        lists.start(k, wanted);
        for (least, other) in order.iter() {
            let other = *other as usize;
            let mut active = 0_u32;
            for (lane, (bound, reach)) in bounds[other].iter().zip(&lists.reach).enumerate() {
                active |= u32::from(bound <= reach) << lane;
            }
            active &= wanted;
            if active == 0 {
                if lanes(wanted).all(|lane| *least > lists.reach[lane]) {
                    break;
                }
                continue;
            }
            let (first, end) = (tree.starts[other] as usize, tree.starts[other + 1] as usize);
            let block = &tree.coarse[other * d..(other + 1) * d];
            let longest = tree.lengths[other];
            while active != 0 {
                let mut tile = [0; TILE];
                let mut used = 0;
                while used < TILE && active != 0 {
                    tile[used] = active.trailing_zeros() as usize;
                    active &= active - 1;
                    used += 1;
                }
                let sums = measure(simd, block, &tree.halves[other], own, tile);
                for (lane, sums) in tile.iter().zip(&sums).take(used) {
                    // What rounding of coordinates, lengths and sums can do to a sum.
                    let size = lengths[*lane].sqrt() * longest + 0.5 * longest * longest;
                    let error = ((d + 8) as f64 * ROUNDING * size) as f32;
                    let mut passed = within(sums, lists.limit[*lane] + error);
                    let id = tree.ids[start + *lane];
                    while passed != 0 {
                        let at = passed.trailing_zeros() as usize;
                        passed &= passed - 1;
                        if first + at >= end || !keep(id, tree.ids[first + at]) {
                            continue;
                        }
                        let near = Near {
                            lower: sums[at] - error,
                            upper: sums[at] + error,
                            at: (first + at) as u32,
                        };
                        if lists.add(*lane, k, near) {
                            // ‖x‖² + 2 × the limit is the squared distance still wanted.
                            let squared = lengths[*lane] + 2.0 * f64::from(lists.limit[*lane]);
                            let reach = squared.max(0.0).sqrt() * (1.0 + 1e-5) + margin;
                            lists.reach[*lane] = (reach * reach * (1.0 + 1e-5)) as f32;
                        }
                    }
                }
            }
        }
    }
}

/// Half the squared length of each point of a leaf less its inner product with four points of
/// another.
#[inline(always)]
fn measure<S: Simd>(
    simd: S,
    block: &[Lanes],
    halves: &Lanes,
    own: &[Lanes],
    tile: [usize; TILE],
) -> [Lanes; TILE] {
    let mut out = [[0.0; LEAF]; TILE];
    let [a, b, c, e] = tile.map(|lane| lane % LEAF);
    let (halves, _) = S::as_simd_f32s(halves);
    for pair in 0..halves.len() / 2 {
        let mut sums = [[halves[2 * pair], halves[2 * pair + 1]]; TILE];
        for (line, own) in block.iter().zip(own) {
            let (line, _) = S::as_simd_f32s(line);
            let (left, right) = (line[2 * pair], line[2 * pair + 1]);
            for (sums, x) in sums.iter_mut().zip([own[a], own[b], own[c], own[e]]) {
                let x = simd.splat_f32s(x);
                sums[0] = simd.negate_mul_add_e_f32s(x, left, sums[0]);
                sums[1] = simd.negate_mul_add_e_f32s(x, right, sums[1]);
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            let (out, _) = S::as_mut_simd_f32s(out);
            out[2 * pair] = sums[0];
            out[2 * pair + 1] = sums[1];
        }
    }
    out
}

/// The lanes whose value is not above the limit, one bit each; a value that is not a number is
/// not ruled out.
#[inline(always)]
#[expect(clippy::neg_cmp_op_on_partial_ord, reason = "what is not a number must pass")]
fn within(values: &Lanes, limit: f32) -> u32 {
    let mut least = [f32::INFINITY; 8];
    for chunk in values.chunks_exact(8) {
        for (least, value) in least.iter_mut().zip(chunk) {
            *least = if value < least { *value } else { *least };
        }
    }
    if limit < f32::INFINITY {
        // Sums are numbers wherever the limit is: most leaves end here.
        let mut smallest = f32::INFINITY;
        for value in least {
            smallest = if value < smallest { value } else { smallest };
        }
        if smallest > limit {
            return 0;
        }
    }
    let mut passed = 0_u32;
    for (at, value) in values.iter().enumerate() {
        passed |= u32::from(!(*value > limit)) << at;
    }
    passed
}

/// The larger; the second when either is not a number. One instruction, where `max` is three.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The numbers of the bits that are set.
fn lanes(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (bits != 0).then(|| {
            let at = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            at
        })
    })
}

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

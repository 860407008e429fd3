//! Exact nearest neighbours within a block.

use super::scaling::{Block, present};
use super::{Profile, Recipe};

/// Coordinates of a block, ready to be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    rows: Vec<f64>,
    eligible: Vec<bool>,
    weights: Vec<f64>,
    dimensions: usize,
}

impl Search {
    pub(super) fn new(rows: &[Vec<Option<f64>>], eligible: &[bool], weights: &[f64]) -> Self {
        let flat = rows.iter().flat_map(|r| r.iter().map(|v| v.unwrap_or(f64::NAN))).collect();
        Self {
            rows: flat,
            eligible: eligible.to_vec(),
            weights: weights.to_vec(),
            dimensions: weights.len(),
        }
    }

    fn squared(&self, a: usize, b: usize) -> f64 {
        let d = self.dimensions;
        let (x, y) = (&self.rows[a * d..(a + 1) * d], &self.rows[b * d..(b + 1) * d]);
        let (mut sum, mut shared, mut all) = (0.0, 0.0, 0.0);
        for ((x, y), w) in x.iter().zip(y).zip(&self.weights) {
            let difference = x - y;
            all += w;
            if !difference.is_nan() {
                sum += difference * difference;
                shared += w;
            }
        }
        if shared > 0.0 { sum * all / shared } else { f64::INFINITY }
    }
}

/// The positions of the k nearest eligible schools, and how many were eligible.
pub(super) fn nearest(
    recipe: &Recipe,
    profiles: &[Profile],
    block: &Block,
    of: usize,
) -> (Vec<usize>, usize) {
    let Ok(own) = block.members.binary_search(&of) else { return (Vec::new(), 0) };
    let school = &profiles[of];
    if present(school) < recipe.min_present {
        return (Vec::new(), 0);
    }
    let mut found: Vec<(f64, usize)> = Vec::new();
    for (at, other) in block.members.iter().enumerate() {
        let same_trust = recipe.exclude_same_trust
            && school.trust.is_some()
            && school.trust == profiles[*other].trust;
        if at == own || !block.search.eligible[at] || same_trust || school.excluded.contains(other)
        {
            continue;
        }
        let squared = block.search.squared(own, at);
        if squared.is_finite() {
            found.push((squared, *other));
        }
    }
    let pool = found.len();
    let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if pool > recipe.k {
        found.select_nth_unstable_by(recipe.k - 1, order);
        found.truncate(recipe.k);
    }
    found.sort_by(order);
    (found.into_iter().map(|(_, at)| at).collect(), pool)
}

/// Runs over all schools.
pub(super) fn for_each<T>(n: usize, work: impl Fn(usize) -> T) -> Vec<T> {
    (0..n).map(work).collect()
}

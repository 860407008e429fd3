//! Exact nearest neighbours within a block.
//!
//! Schools with the same features present share a tree; schools with other features present are
//! compared one by one, on what both have.

use std::collections::HashMap;

use super::scaling::{Block, present};
use super::tree::{Best, Tree};
use super::{Profile, Recipe};

/// Coordinates of a block, ready to be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// Row by row; `NaN` where missing.
    rows: Vec<f64>,
    eligible: Vec<bool>,
    weights: Vec<f64>,
    dimensions: usize,
    groups: Vec<Group>,
    /// For each row its group and its number there.
    place: Vec<Option<(u32, u32)>>,
    eligible_count: usize,
}

/// Eligible rows with the same features present.
#[derive(Clone, Debug)]
struct Group {
    tree: Tree,
    rows: Vec<u32>,
    /// What re-weighting multiplies squared distances by within this group.
    factor: f64,
}

impl Search {
    pub(super) fn new(rows: &[Vec<Option<f64>>], eligible: &[bool], weights: &[f64]) -> Self {
        let flat = rows.iter().flat_map(|r| r.iter().map(|v| v.unwrap_or(f64::NAN))).collect();
        let mut search = Self {
            rows: flat,
            eligible: eligible.to_vec(),
            weights: weights.to_vec(),
            dimensions: weights.len(),
            groups: Vec::new(),
            place: vec![None; rows.len()],
            eligible_count: eligible.iter().filter(|e| **e).count(),
        };
        let mut masks: HashMap<Vec<bool>, Vec<u32>> = HashMap::new();
        for (at, row) in rows.iter().enumerate().filter(|(at, _)| eligible[*at]) {
            let mask = row.iter().map(Option::is_some).collect();
            masks.entry(mask).or_default().push(at as u32);
        }
        let mut masks: Vec<(Vec<bool>, Vec<u32>)> = masks.into_iter().collect();
        masks.sort_by(|a, b| a.1.cmp(&b.1));
        let all: f64 = weights.iter().sum();
        for (mask, members) in masks {
            let kept: Vec<usize> = (0..mask.len()).filter(|f| mask[*f]).collect();
            let shared: f64 = kept.iter().map(|f| weights[*f]).sum();
            let points: Vec<f64> = members
                .iter()
                .flat_map(|at| kept.iter().map(|f| rows[*at as usize][*f].unwrap_or(0.0)))
                .collect();
            for (number, at) in members.iter().enumerate() {
                search.place[*at as usize] = Some((search.groups.len() as u32, number as u32));
            }
            let tree = Tree::new(&points, kept.len(), &members);
            search.groups.push(Group { tree, rows: members, factor: all / shared });
        }
        search
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
    scratch: &mut Vec<f32>,
) -> (Vec<usize>, usize) {
    let Ok(own) = block.members.binary_search(&of) else { return (Vec::new(), 0) };
    let school = &profiles[of];
    if present(school) < recipe.min_present {
        return (Vec::new(), 0);
    }
    let search = &block.search;
    let Some((group, number)) = search.place[own] else { return (Vec::new(), 0) };
    let keep = |at: u32| {
        let at = at as usize;
        at != own && allowed(recipe, profiles, school, block.members[at])
    };
    let mut best = Best::new(recipe.k);
    let same = &search.groups[group as usize];
    // The tree's distances lack the re-weighting: put it in before strangers come.
    let mut within = Best::new(recipe.k);
    same.tree.search(number as usize, &mut within, keep, scratch);
    for (squared, at) in within.sorted() {
        best.offer(squared * same.factor, at);
    }
    for (at, other) in search.groups.iter().enumerate() {
        if at == group as usize {
            continue;
        }
        for row in &other.rows {
            let squared = search.squared(own, *row as usize);
            if squared <= best.bound() && squared.is_finite() && keep(*row) {
                best.offer(squared, *row);
            }
        }
    }
    let mut pool = search.eligible_count;
    if recipe.exclude_same_trust || !school.excluded.is_empty() {
        pool =
            (0..block.members.len()).filter(|at| search.eligible[*at] && keep(*at as u32)).count();
    } else {
        pool -= usize::from(search.eligible[own]);
    }
    let found = best.sorted().into_iter().map(|(_, at)| block.members[at as usize]).collect();
    (found, pool)
}

fn allowed(recipe: &Recipe, profiles: &[Profile], school: &Profile, other: usize) -> bool {
    let same_trust = recipe.exclude_same_trust
        && school.trust.is_some()
        && school.trust == profiles[other].trust;
    !same_trust && !school.excluded.contains(&other)
}

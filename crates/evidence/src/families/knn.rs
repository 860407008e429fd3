//! Exact nearest neighbours within a block.
//!
//! Schools with the same features present share a tree; schools with other features present are
//! compared one by one, on what both have.

use std::collections::HashMap;

use super::scaling::Block;
use super::tree::{Scratch, Tree};
use super::{Profile, Recipe};

/// Coordinates of a block, ready to be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// Row by row; `NaN` where missing.
    rows: Vec<f64>,
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

/// The schools nearest to one, and what they were chosen from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Nearest {
    /// Positions and distances, nearest first.
    pub(super) found: Vec<(usize, f64)>,
    /// How many were eligible.
    pub(super) pool: usize,
}

/// The k nearest eligible schools of one.
pub(super) fn nearest(
    recipe: &Recipe,
    profiles: &[Profile],
    block: &Block,
    of: usize,
    scratch: &mut Scratch,
) -> Nearest {
    let search = &block.search;
    let place = block.members.binary_search(&of).ok().and_then(|own| search.place[own]);
    let Some((group, number)) = place else { return Nearest::default() };
    let within = Within { recipe, profiles, block };
    let mut nearest = Nearest::default();
    search.groups[group as usize].tree.search(
        number as usize,
        recipe.k,
        scratch,
        |own, other| within.keeps(own, other),
        |own, list| nearest = within.complete(group as usize, own, list),
    );
    nearest
}

/// The same for every school of a block, handed to `found` with the school's position; schools
/// that have no family are left out.
pub(super) fn all_nearest(
    recipe: &Recipe,
    profiles: &[Profile],
    block: &Block,
    mut found: impl FnMut(usize, Nearest),
) {
    let within = Within { recipe, profiles, block };
    let mut scratch = Scratch::default();
    for (group, tree) in block.search.groups.iter().map(|g| &g.tree).enumerate() {
        tree.search_all(
            recipe.k,
            &mut scratch,
            |own, other| within.keeps(own, other),
            |own, list| found(block.members[own as usize], within.complete(group, own, list)),
        );
    }
}

/// A search within one block, where schools are called by their place among its members.
struct Within<'a> {
    recipe: &'a Recipe,
    profiles: &'a [Profile],
    block: &'a Block,
}

impl Within<'_> {
    fn keeps(&self, own: u32, other: u32) -> bool {
        let school = &self.profiles[self.block.members[own as usize]];
        let simple = !self.recipe.exclude_same_trust && school.excluded.is_empty();
        let allowed =
            || allowed(self.recipe, self.profiles, school, self.block.members[other as usize]);
        own != other && (simple || allowed())
    }

    /// Joins the nearest of the same group with schools that have other features.
    fn complete(&self, group: usize, own: u32, list: &[(f64, u32)]) -> Nearest {
        let Self { recipe, profiles, block } = self;
        let search = &block.search;
        let factor = search.groups[group].factor;
        let member = |at: u32| block.members[at as usize];
        let found = if search.groups.len() == 1 {
            list.iter().map(|(squared, at)| (member(*at), (squared * factor).sqrt())).collect()
        } else {
            let mut best = Best::new(recipe.k);
            list.iter().for_each(|(squared, at)| best.offer(squared * factor, *at));
            let others = search.groups.iter().enumerate().filter(|(at, _)| *at != group);
            for row in others.flat_map(|(_, other)| &other.rows) {
                let squared = search.squared(own as usize, *row as usize);
                if squared <= best.bound() && squared.is_finite() && self.keeps(own, *row) {
                    best.offer(squared, *row);
                }
            }
            best.sorted().into_iter().map(|(squared, at)| (member(at), squared.sqrt())).collect()
        };
        let pool = if recipe.exclude_same_trust || !profiles[member(own)].excluded.is_empty() {
            let rows = search.groups.iter().flat_map(|g| &g.rows);
            rows.filter(|row| self.keeps(own, **row)).count()
        } else {
            search.eligible_count - 1
        };
        Nearest { found, pool }
    }
}

/// The best found so far: a heap with the worst on top.
struct Best {
    k: usize,
    heap: Vec<(f64, u32)>,
}

impl Best {
    fn new(k: usize) -> Self {
        Self { k, heap: Vec::with_capacity(k + 1) }
    }

    /// The largest squared distance that still matters.
    fn bound(&self) -> f64 {
        if self.heap.len() < self.k { f64::INFINITY } else { self.heap[0].0 }
    }

    fn offer(&mut self, squared: f64, id: u32) {
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
    fn sorted(mut self) -> Vec<(f64, u32)> {
        self.heap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.heap
    }
}

fn worse(a: (f64, u32), b: (f64, u32)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 > b.1)
}

fn allowed(recipe: &Recipe, profiles: &[Profile], school: &Profile, other: usize) -> bool {
    let same_trust = recipe.exclude_same_trust
        && school.trust.is_some()
        && school.trust == profiles[other].trust;
    !same_trust && !school.excluded.contains(&other)
}

//! Common scales within a block, and what each feature adds to a distance.

use std::collections::BTreeMap;

use super::{Method, Profile, Recipe, Scale};
use crate::linear::{Cholesky, Matrix};

/// The numbers a family was made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Schools in the block.
    pub schools: usize,
    /// Mean of each feature over the schools that have it.
    pub mean: Vec<f64>,
    /// Divisor of each feature; a constant feature has divisor 1 and tells nobody apart.
    pub divisor: Vec<f64>,
    /// How many schools have each feature.
    pub present: Vec<usize>,
    /// Ledoit–Wolf shrinkage (0 the sample covariance, 1 a multiple of the identity), when used.
    pub shrinkage: Option<f64>,
}

/// No direction of a covariance counts as narrower than this share of the mean variance.
const STEEPEST: f64 = 1e-6;

/// A block with its coordinates.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) statistics: Statistics,
    pub(super) members: Vec<usize>,
    /// Covariance of the weighted, scaled features and its inverse, for Mahalanobis.
    covariance: Option<(Matrix, Matrix)>,
    pub(super) search: super::knn::Search,
    /// Weighted, scaled features of each member, row by row; `NaN` where missing (filled for
    /// Mahalanobis).
    coordinates: Vec<f64>,
}

pub(super) fn value(profile: &Profile, feature: usize) -> Option<f64> {
    profile.values[feature].filter(|v| v.is_finite())
}

pub(super) fn present(profile: &Profile) -> usize {
    (0..profile.values.len()).filter(|f| value(profile, *f).is_some()).count()
}

/// Whether a school has enough features to have a family and to be in one: never none at all.
pub(super) fn eligible(recipe: &Recipe, profile: &Profile) -> bool {
    present(profile) >= recipe.min_present.max(1)
}

/// The blocks, and for each school its block and its row there.
pub(super) fn blocks(recipe: &Recipe, profiles: &[Profile]) -> (Vec<Block>, Vec<(usize, usize)>) {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, profile) in profiles.iter().enumerate() {
        members.entry(profile.block).or_default().push(at);
    }
    let mut place = vec![(0, 0); profiles.len()];
    let mut blocks = Vec::new();
    for members in members.into_values() {
        members.iter().enumerate().for_each(|(row, at)| place[*at] = (blocks.len(), row));
        blocks.push(Block::new(recipe, profiles, members));
    }
    (blocks, place)
}

impl Block {
    fn new(recipe: &Recipe, profiles: &[Profile], members: Vec<usize>) -> Self {
        let mut statistics = Statistics {
            schools: members.len(),
            mean: Vec::new(),
            divisor: Vec::new(),
            present: Vec::new(),
            shrinkage: None,
        };
        for (f, feature) in recipe.features.iter().enumerate() {
            let values: Vec<f64> =
                members.iter().filter_map(|at| value(&profiles[*at], f)).collect();
            let (mean, variance) = crate::distributions::mean_and_variance(&values);
            let sd = variance.sqrt();
            // A constant column leaves only rounding behind: compare with the size of its values.
            let constant = !(sd.is_finite() && sd > 1e-12 * mean.abs() && sd > 0.0);
            statistics.mean.push(if mean.is_finite() { mean } else { 0.0 });
            statistics.divisor.push(match feature.scale {
                Scale::Published(sd) => sd,
                Scale::AsIs => 1.0,
                Scale::ZScore if constant => 1.0,
                Scale::ZScore => sd,
            });
            statistics.present.push(values.len());
        }
        let mut block = Self {
            statistics,
            members,
            covariance: None,
            search: super::knn::Search::default(),
            coordinates: Vec::new(),
        };
        let mut rows: Vec<Vec<Option<f64>>> =
            block.members.iter().map(|at| block.weighted(recipe, &profiles[*at])).collect();
        if recipe.method == Method::Mahalanobis {
            block.whiten(&mut rows);
        } else {
            let flat = rows.iter().flat_map(|r| r.iter().map(|v| v.unwrap_or(f64::NAN)));
            block.coordinates = flat.collect();
        }
        let eligible: Vec<bool> =
            block.members.iter().map(|at| eligible(recipe, &profiles[*at])).collect();
        let weights: Vec<f64> = recipe.features.iter().map(|f| f.weight).collect();
        block.search = super::knn::Search::new(&rows, &eligible, &weights);
        block
    }

    /// √w · (x − mean) / divisor.
    fn weighted(&self, recipe: &Recipe, profile: &Profile) -> Vec<Option<f64>> {
        recipe
            .features
            .iter()
            .enumerate()
            .map(|(f, feature)| {
                value(profile, f).map(|x| {
                    (x - self.statistics.mean[f]) / self.statistics.divisor[f]
                        * feature.weight.sqrt()
                })
            })
            .collect()
    }

    /// Turns rows into coordinates whose Euclidean distance is the Mahalanobis distance. Where
    /// there is no covariance at all, distances stay Euclidean.
    fn whiten(&mut self, rows: &mut [Vec<Option<f64>>]) {
        let d = self.statistics.mean.len();
        let complete: Vec<Vec<f64>> =
            rows.iter().filter_map(|row| row.iter().copied().collect()).collect();
        let (mut covariance, shrinkage) = ledoit_wolf(&complete, d);
        self.statistics.shrinkage = Some(shrinkage);
        let mean = (0..d).map(|i| covariance[(i, i)]).sum::<f64>() / d as f64;
        let flat =
            |factor: &Cholesky| (0..d).any(|i| factor.lower()[(i, i)].powi(2) < STEEPEST * mean);
        let mut factor = Cholesky::new(&covariance);
        // Fewer schools than features, or one feature that says what another says: in some
        // direction there is nothing but rounding, and one over it would decide who is near.
        if factor.as_ref().is_none_or(flat) {
            (0..d).for_each(|i| covariance[(i, i)] += STEEPEST * mean);
            factor = Cholesky::new(&covariance);
        }
        let Some(factor) = factor else {
            let flat = rows.iter().flat_map(|r| r.iter().map(|v| v.unwrap_or(f64::NAN)));
            self.coordinates = flat.collect();
            return;
        };
        for row in rows.iter_mut() {
            let filled = fill(row, &covariance);
            self.coordinates.extend_from_slice(&filled);
            *row = factor.half_solve(&filled).into_iter().map(Some).collect();
        }
        let inverse = factor.inverse();
        self.covariance = Some((covariance, inverse));
    }

    /// What each feature adds to the squared distance of two schools, given as points of this
    /// block ([`Block::row`]).
    pub(super) fn contributions(&self, recipe: &Recipe, x: &[f64], y: &[f64]) -> Vec<Option<f64>> {
        if let Some((_, precision)) = &self.covariance {
            let difference: Vec<f64> = x.iter().zip(y).map(|(x, y)| x - y).collect();
            let turned = precision.times(&difference);
            return difference.iter().zip(turned).map(|(d, t)| Some(d * t)).collect();
        }
        let (mut shared, mut all) = (0.0, 0.0);
        for (feature, (x, y)) in recipe.features.iter().zip(x.iter().zip(y)) {
            all += feature.weight;
            if !(x - y).is_nan() {
                shared += feature.weight;
            }
        }
        let factor = all / shared;
        x.iter()
            .zip(y)
            .map(|(x, y)| Some((x - y) * (x - y) * factor).filter(|c| !c.is_nan()))
            .collect()
    }

    /// Coordinates of the member at `row`.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        let d = self.statistics.mean.len();
        &self.coordinates[row * d..(row + 1) * d]
    }

    /// Coordinates of a school of another block, put on this block's scale.
    pub(super) fn stranger(&self, recipe: &Recipe, profile: &Profile) -> Vec<f64> {
        let row = self.weighted(recipe, profile);
        match &self.covariance {
            Some((covariance, _)) => fill(&row, covariance),
            None => row.iter().map(|v| v.unwrap_or(f64::NAN)).collect(),
        }
    }
}

/// Fills missing entries with their expectation given those present (zero is the mean).
fn fill(row: &[Option<f64>], covariance: &Matrix) -> Vec<f64> {
    let known: Vec<usize> = (0..row.len()).filter(|f| row[*f].is_some()).collect();
    let mut filled: Vec<f64> = row.iter().map(|v| v.unwrap_or(0.0)).collect();
    if known.len() == row.len() || known.is_empty() {
        return filled;
    }
    let mut inner = Matrix::zeros(known.len(), known.len());
    for (i, a) in known.iter().enumerate() {
        for (j, b) in known.iter().enumerate() {
            inner[(i, j)] = covariance[(*a, *b)];
        }
    }
    let values: Vec<f64> = known.iter().map(|f| filled[*f]).collect();
    if let Some(solved) = Cholesky::new(&inner).map(|c| c.solve(&values)) {
        for f in (0..row.len()).filter(|f| row[*f].is_none()) {
            filled[f] = known.iter().zip(&solved).map(|(k, s)| covariance[(f, *k)] * s).sum();
        }
    }
    filled
}

/// The Ledoit–Wolf covariance (Ledoit and Wolf 2004): the sample covariance (divisor n) shrunk
/// towards a multiple of the identity by the intensity that minimises expected squared error.
/// Returns the covariance and the intensity. Rows are observations of `d` features.
#[must_use]
pub fn ledoit_wolf(rows: &[Vec<f64>], d: usize) -> (Matrix, f64) {
    let n = rows.len() as f64;
    if rows.len() < 2 {
        return (Matrix::identity(d), 1.0);
    }
    let mut mean = vec![0.0; d];
    rows.iter().for_each(|row| mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / n));
    let mut sample = Matrix::zeros(d, d);
    let mut fourth = 0.0;
    for row in rows {
        let centred: Vec<f64> = row.iter().zip(&mean).map(|(x, m)| x - m).collect();
        for i in 0..d {
            for j in 0..d {
                sample[(i, j)] += centred[i] * centred[j] / n;
            }
        }
        // Σ_ij (x_i x_j)² is the square of the squared length.
        let length: f64 = centred.iter().map(|x| x * x).sum();
        fourth += length * length / n;
    }
    let mu = (0..d).map(|i| sample[(i, i)]).sum::<f64>() / d as f64;
    let squares: f64 = sample.values().iter().map(|s| s * s).sum();
    let spread = squares - d as f64 * mu * mu;
    let noise = ((fourth - squares) / n).min(spread);
    let shrinkage = if spread > 0.0 { (noise / spread).clamp(0.0, 1.0) } else { 1.0 };
    let mut out = Matrix::zeros(d, d);
    for i in 0..d {
        for j in 0..d {
            out[(i, j)] = (1.0 - shrinkage) * sample[(i, j)];
        }
        out[(i, i)] += shrinkage * mu;
    }
    if mu > 0.0 { (out, shrinkage) } else { (Matrix::identity(d), 1.0) }
}

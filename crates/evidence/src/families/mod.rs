//! Families: the schools most like this one *in intake and context*, never in outcomes.
//!
//! Each feature is put on a common scale within a block (phase and type group), weighted, and the
//! k nearest schools by straight-line distance make the family:
//!
//! d(a,b)² = Σ_f w_f · ((x_af − x_bf) / s_f)² · (Σ w / Σ w present in both)
//!
//! The last factor re-weights when a feature is missing on either side. [`Method::Mahalanobis`]
//! replaces the diagonal scaling by the inverse of a Ledoit–Wolf covariance, so that two features
//! saying the same thing do not count twice; directions narrower than a millionth of the mean
//! variance are widened to that. [`Scale::Published`] takes standard deviations from
//! a publisher (the Department for Education prints those of its similar schools).
//!
//! The parts of d² by feature are kept: they are the answer to "why similar?". A family carries
//! its method version and the statistics it was made with, so that it can be fixed at a baseline
//! date and explained years later.
//!
//! Limits: similar intake is not similar history; a family of a school unlike all others is still
//! k schools, which is what [`Family::doubts`] is for.

mod knn;
mod near;
mod scaling;
mod tree;

use std::borrow::Cow;
use std::fmt;

pub use scaling::{Statistics, ledoit_wolf};

/// The version of the method, stored with every family.
pub const VERSION: &str = "families-1";

/// What a column describes. Only inputs may shape a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Intake, context, size, place: what the school is given.
    Input,
    /// Results, attendance, inspection: what the school does with it.
    Outcome,
}

/// How a feature is put on the common scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Divided by its standard deviation within the block.
    ZScore,
    /// Divided by a published standard deviation.
    Published(f64),
    /// Taken as it is.
    AsIs,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its plain name, used in explanations.
    pub name: String,
    /// Its weight on the squared difference.
    pub weight: f64,
    /// How it is scaled.
    pub scale: Scale,
    /// What it describes.
    pub kind: Kind,
}

impl Feature {
    /// An input on the z-score scale.
    #[must_use]
    pub fn input(name: impl Into<String>, weight: f64) -> Self {
        Self { name: name.into(), weight, scale: Scale::ZScore, kind: Kind::Input }
    }

    /// The same feature, divided by a published standard deviation.
    #[must_use]
    pub const fn published_sd(mut self, sd: f64) -> Self {
        self.scale = Scale::Published(sd);
        self
    }
}

/// How distances are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Weighted Euclidean.
    #[default]
    Euclid,
    /// Mahalanobis with a Ledoit–Wolf covariance of the scaled, weighted features. Missing values
    /// are filled with their expectation given the features present, and the family says so.
    Mahalanobis,
}

/// How to make families.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The columns, in the order of [`Profile::values`].
    pub features: Vec<Feature>,
    /// How distances are taken.
    pub method: Method,
    /// Family size, fixed.
    pub k: usize,
    /// A school with fewer features than this has no family.
    pub min_present: usize,
    /// Leave out schools of the same trust.
    pub exclude_same_trust: bool,
}

impl Recipe {
    /// Twenty nearest by weighted Euclidean distance, at least four features (or all, if fewer).
    #[must_use]
    pub fn new(features: Vec<Feature>) -> Self {
        let min_present = features.len().min(4);
        Self { features, method: Method::Euclid, k: 20, min_present, exclude_same_trust: false }
    }

    /// The starting proposal for schools in England: FSM6 (weight 3), EAL, SEN support, EHCP,
    /// ln(roll), IDACI quintile and mobility.
    #[must_use]
    pub fn england() -> Self {
        Self::new(vec![
            Feature::input("pupils eligible for free school meals in the last six years", 3.0),
            Feature::input("pupils with English as an additional language", 1.0),
            Feature::input("pupils with SEN support", 1.0),
            Feature::input("pupils with an education, health and care plan", 1.0),
            Feature::input("number on roll (logarithm)", 1.0),
            Feature::input("deprivation of the area (IDACI quintile)", 1.0),
            Feature::input("pupils who joined or left during the year", 1.0),
        ])
    }
}

/// One school's inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// One value a feature; `None` (or a value that is not finite) when missing.
    pub values: Vec<Option<f64>>,
    /// Phase and type group: families stay inside a block.
    pub block: u32,
    /// The trust, when there is one.
    pub trust: Option<u64>,
    /// Positions of schools that must not be in this family: predecessors, competing neighbours.
    pub excluded: Vec<usize>,
}

/// A recipe that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// An outcome among the features.
    #[error(
        "“{0}” is an outcome: families are made of inputs only, or they hide what they measure"
    )]
    Outcome(String),
    /// A weight or scale that is not a number above zero.
    #[error("“{name}” has {what} {value}: give a finite number above zero")]
    Number {
        /// The feature.
        name: String,
        /// Weight or scale.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// No features, or a family of nobody.
    #[error("a family needs at least one feature and at least one neighbour")]
    Empty,
    /// A row of another length than the recipe.
    #[error("school {at} has {found} values where the recipe names {expected} features")]
    Length {
        /// Position of the school.
        at: usize,
        /// Values given.
        found: usize,
        /// Features named.
        expected: usize,
    },
}

/// Why a family deserves less trust.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Fewer schools than asked for could be compared.
    FewerThanAsked {
        /// How many were found.
        found: usize,
    },
    /// The school itself lacks features.
    MissingFeatures {
        /// How many it lacks.
        count: usize,
    },
    /// The typical neighbour is further than for 19 schools in 20.
    FarFromAll,
    /// Too few features to compare at all.
    NoFamily {
        /// How many features are present.
        present: usize,
    },
    /// Somebody changed the set by hand.
    Edited {
        /// The reason they gave.
        reason: String,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewerThanAsked { found } => {
                write!(f, "Only {found} schools could be compared")
            }
            Self::MissingFeatures { count: 1 } => {
                write!(f, "One feature of this school is missing")
            }
            Self::MissingFeatures { count } => {
                write!(f, "{count} features of this school are missing")
            }
            Self::FarFromAll => {
                f.write_str("This school is unlike most others, so its family is far away")
            }
            Self::NoFamily { present } => {
                write!(f, "Only {present} features are known: too few to make a family")
            }
            Self::Edited { reason } => write!(f, "The set was changed by hand: {reason}"),
        }
    }
}

/// One member of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// Position of the school in the profiles.
    pub at: usize,
    /// Its distance.
    pub distance: f64,
    /// What each feature adds to the squared distance; they sum to distance². `None` where the
    /// feature is missing on either side. Under Mahalanobis a part can be below zero.
    pub contributions: Vec<Option<f64>>,
}

/// The family of one school.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Position of the school.
    pub of: usize,
    /// Its neighbours, nearest first. Show them by name, not in this order.
    pub neighbours: Vec<Neighbour>,
    /// How many schools were eligible.
    pub pool: usize,
    /// Why this family deserves less trust; empty when there is no reason.
    pub doubts: Vec<Doubt>,
}

impl Family {
    /// Whether to warn readers.
    #[must_use]
    pub const fn low_confidence(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// "Most alike in X and Y; least in Z", for one neighbour.
    #[must_use]
    pub fn why_similar(&self, neighbour: &Neighbour, features: &[Feature]) -> String {
        let mut parts: Vec<(f64, &str)> = neighbour
            .contributions
            .iter()
            .zip(features)
            .filter_map(|(c, f)| c.map(|c| (c / f.weight, f.name.as_str())))
            .collect();
        parts.sort_by(|a, b| a.0.total_cmp(&b.0));
        match parts.as_slice() {
            [] => "No feature is known for both schools.".into(),
            [(_, only)] => format!("Compared on {only} alone."),
            [(_, first), (_, last)] => format!("More alike in {first} than in {last}."),
            [(_, first), (_, second), .., (_, last)] => {
                format!("Most alike in {first} and {second}; least in {last}.")
            }
        }
    }
}

/// Families for a set of schools, with everything needed to explain them later.
///
/// ```
/// use evidence::families::{Families, Feature, Profile, Recipe};
/// let mut recipe = Recipe::new(vec![Feature::input("fsm", 3.0), Feature::input("roll", 1.0)]);
/// recipe.k = 2;
/// let school = |fsm: f64, roll: f64| Profile {
///     values: vec![Some(fsm), Some(roll)],
///     ..Profile::default()
/// };
/// let schools = [school(10.0, 200.0), school(11.0, 210.0), school(40.0, 420.0), school(12.0, 190.0)];
/// let families = Families::new(recipe, &schools).unwrap();
/// let family = families.of(0);
/// let mut members: Vec<usize> = family.neighbours.iter().map(|n| n.at).collect();
/// members.sort();
/// assert_eq!(members, [1, 3]);
/// let nearest = &family.neighbours[0];
/// let parts: f64 = nearest.contributions.iter().flatten().sum();
/// assert!((parts - nearest.distance.powi(2)).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Families<'a> {
    recipe: Recipe,
    profiles: &'a [Profile],
    blocks: Vec<scaling::Block>,
    /// Block and row of each school.
    place: Vec<(usize, usize)>,
    far: Vec<f64>,
}

impl<'a> Families<'a> {
    /// Checks the recipe, computes the statistics of each block and prepares the search.
    ///
    /// # Errors
    /// [`RecipeError`] names the feature or the school and what to change.
    pub fn new(recipe: Recipe, profiles: &'a [Profile]) -> Result<Self, RecipeError> {
        check(&recipe, profiles)?;
        let (blocks, place) = scaling::blocks(&recipe, profiles);
        let mut families = Self { recipe, profiles, blocks, place, far: Vec::new() };
        families.far = families.typical_reach();
        Ok(families)
    }

    /// The recipe in use.
    #[must_use]
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The statistics of the block the school is in: store them with the family.
    #[must_use]
    pub fn statistics(&self, of: usize) -> Option<&Statistics> {
        self.place.get(of).map(|(block, _)| &self.blocks[*block].statistics)
    }

    /// The family of one school; without neighbours when it has too few features or does not
    /// exist.
    #[must_use]
    pub fn of(&self, of: usize) -> Family {
        let Some(&(block_at, _)) = self.place.get(of) else {
            return Family {
                of,
                neighbours: Vec::new(),
                pool: 0,
                doubts: vec![Doubt::NoFamily { present: 0 }],
            };
        };
        let block = &self.blocks[block_at];
        let mut scratch = tree::Scratch::default();
        let nearest = knn::nearest(&self.recipe, self.profiles, block, of, &mut scratch);
        self.family(of, block_at, &nearest)
    }

    /// Every family, in the order of the profiles.
    #[must_use]
    pub fn all(&self) -> Vec<Family> {
        let mut all: Vec<Option<Family>> = vec![None; self.profiles.len()];
        for (at, block) in self.blocks.iter().enumerate() {
            knn::all_nearest(&self.recipe, self.profiles, block, |of, nearest| {
                all[of] = Some(self.family(of, at, &nearest));
            });
        }
        let without = |of: usize| self.family(of, self.place[of].0, &knn::Nearest::default());
        all.into_iter().enumerate().map(|(of, f)| f.unwrap_or_else(|| without(of))).collect()
    }

    /// The neighbours of every school with their distances, nearest first, without what explains
    /// them: empty for a school that has no family.
    #[must_use]
    pub fn all_nearest(&self) -> Vec<Vec<(usize, f64)>> {
        let mut all = vec![Vec::new(); self.profiles.len()];
        for block in &self.blocks {
            knn::all_nearest(&self.recipe, self.profiles, block, |of, nearest| {
                all[of] = nearest.found;
            });
        }
        all
    }

    /// A family changed by hand: `removed` leave, `added` come in with their true distance, and
    /// the family carries the reason as a doubt.
    #[must_use]
    pub fn edited(
        &self,
        family: &Family,
        added: &[usize],
        removed: &[usize],
        reason: &str,
    ) -> Family {
        let mut edited = family.clone();
        edited.neighbours.retain(|n| !removed.contains(&n.at));
        let Some(&(block_at, _)) = self.place.get(family.of) else { return edited };
        for at in added {
            let known = edited.neighbours.iter().any(|n| n.at == *at);
            if *at == family.of || known || *at >= self.profiles.len() {
                continue;
            }
            let own = self.point(block_at, family.of);
            edited.neighbours.push(self.neighbour(&own, block_at, *at));
        }
        edited.neighbours.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.at.cmp(&b.at)));
        edited.doubts.push(Doubt::Edited { reason: reason.into() });
        edited
    }

    /// Coordinates of a school on the scale of a block.
    fn point(&self, block_at: usize, of: usize) -> Cow<'_, [f64]> {
        let (own, row) = self.place[of];
        let block = &self.blocks[block_at];
        if own == block_at {
            Cow::Borrowed(block.row(row))
        } else {
            Cow::Owned(block.stranger(&self.recipe, &self.profiles[of]))
        }
    }

    fn neighbour(&self, own: &[f64], block_at: usize, at: usize) -> Neighbour {
        let other = self.point(block_at, at);
        let contributions = self.blocks[block_at].contributions(&self.recipe, own, &other);
        let squared: f64 = contributions.iter().flatten().sum();
        Neighbour { at, distance: squared.max(0.0).sqrt(), contributions }
    }

    fn family(&self, of: usize, block_at: usize, nearest: &knn::Nearest) -> Family {
        let own = self.point(block_at, of);
        let neighbours: Vec<Neighbour> =
            nearest.found.iter().map(|(at, _)| self.neighbour(&own, block_at, *at)).collect();
        let mut doubts = Vec::new();
        let present = scaling::present(&self.profiles[of]);
        if present < self.recipe.min_present {
            doubts.push(Doubt::NoFamily { present });
        } else {
            let lacking = self.recipe.features.len() - present;
            if lacking > 0 {
                doubts.push(Doubt::MissingFeatures { count: lacking });
            }
            if neighbours.len() < self.recipe.k {
                doubts.push(Doubt::FewerThanAsked { found: neighbours.len() });
            }
            if let Some(middle) = neighbours.get(neighbours.len() / 2)
                && middle.distance > self.far[block_at]
            {
                doubts.push(Doubt::FarFromAll);
            }
        }
        Family { of, neighbours, pool: nearest.pool, doubts }
    }

    /// The 95th centile, over up to 200 schools a block, of the distance to the middle neighbour.
    fn typical_reach(&self) -> Vec<f64> {
        self.blocks
            .iter()
            .map(|block| {
                let step = block.members.len().div_ceil(200).max(1);
                let mut scratch = tree::Scratch::default();
                let reaches: Vec<f64> = block
                    .members
                    .iter()
                    .step_by(step)
                    .filter_map(|of| {
                        let nearest =
                            knn::nearest(&self.recipe, self.profiles, block, *of, &mut scratch);
                        nearest.found.get(nearest.found.len() / 2).map(|(_, distance)| *distance)
                    })
                    .collect();
                // With a handful of schools every one would be in the tail.
                if reaches.len() < 20 {
                    f64::INFINITY
                } else {
                    crate::distributions::quantile(&reaches, 0.95).unwrap_or(f64::INFINITY)
                }
            })
            .collect()
    }
}

fn check(recipe: &Recipe, profiles: &[Profile]) -> Result<(), RecipeError> {
    if recipe.features.is_empty() || recipe.k == 0 {
        return Err(RecipeError::Empty);
    }
    for feature in &recipe.features {
        let name = feature.name.clone();
        if feature.kind == Kind::Outcome {
            return Err(RecipeError::Outcome(name));
        }
        if !(feature.weight.is_finite() && feature.weight > 0.0) {
            return Err(RecipeError::Number { name, what: "weight", value: feature.weight });
        }
        if let Scale::Published(sd) = feature.scale
            && !(sd.is_finite() && sd > 0.0)
        {
            return Err(RecipeError::Number { name, what: "standard deviation", value: sd });
        }
    }
    let expected = recipe.features.len();
    match profiles.iter().enumerate().find(|(_, p)| p.values.len() != expected) {
        Some((at, p)) => Err(RecipeError::Length { at, found: p.values.len(), expected }),
        None => Ok(()),
    }
}

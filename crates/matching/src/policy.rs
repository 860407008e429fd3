//! What a place has decided about matching: weights, limits and the order of its aims. Written
//! down with a version, so that a match made last year can be read with last year's rules.

use serde::{Deserialize, Serialize};

use crate::error::ModelError;

/// Points each part of a score can reach. The default adds up to a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// How deep the specialism is held against how deep it is wanted.
    pub specialism_depth: f64,
    /// How alike the two schools' settings are.
    pub context_similarity: f64,
    /// How earlier support was judged, drawn to the policy's mean when few judged it.
    pub track_record: f64,
    /// Free time left after this support.
    pub capacity_slack: f64,
    /// How short the journey is.
    pub travel: f64,
    /// Whether it is the home school's turn to give.
    pub reciprocity: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            specialism_depth: 30.0,
            context_similarity: 20.0,
            track_record: 15.0,
            capacity_slack: 15.0,
            travel: 10.0,
            reciprocity: 10.0,
        }
    }
}

impl Weights {
    /// The points a perfect match reaches.
    pub fn total(&self) -> f64 {
        self.specialism_depth
            + self.context_similarity
            + self.track_record
            + self.capacity_slack
            + self.travel
            + self.reciprocity
    }
}

/// A place's rules for matching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// What these rules are called, kept with every answer.
    pub version: String,
    /// Points for each part of the score.
    pub weights: Weights,
    /// Longest journey by road in kilometres when neither side says.
    pub travel_limit_km: f64,
    /// Road kilometres per straight-line kilometre.
    pub road_factor: f64,
    /// The mean a track record is drawn to, nought to one.
    pub track_mean: f64,
    /// How many judgements the mean counts for.
    pub track_weight: f64,
    /// Near neighbours in a town, straight-line kilometres (3 miles).
    pub near_urban_km: f64,
    /// Near neighbours in the country, straight-line kilometres (6 miles).
    pub near_rural_km: f64,
    /// Below this many per cent of its places a school counts as short of pupils.
    pub full_percent: f64,
    /// Points by which an agreed pair is preferred, so that small changes do not reshuffle.
    pub incumbent_points: f64,
    /// Whether it comes next after severity, and before how well pairs match, that every school
    /// with time to give gives and every such school that asks receives, over the year.
    pub give_and_receive: bool,
    /// Points lost for each support a supporter already has in the same plan: spreads the load.
    pub spread_points: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: "1".into(),
            weights: Weights::default(),
            travel_limit_km: 60.0,
            road_factor: 1.3,
            track_mean: 0.6,
            track_weight: 4.0,
            near_urban_km: 4.828,
            near_rural_km: 9.656,
            full_percent: 90.0,
            incumbent_points: 2.0,
            give_and_receive: true,
            spread_points: 1.0,
        }
    }
}

impl Policy {
    /// Checks that every number can be used.
    ///
    /// # Errors
    /// [`ModelError::Field`] names the first number that is negative, not finite, or too large.
    pub fn check(&self) -> Result<(), ModelError> {
        let w = &self.weights;
        let fields = [
            ("weights.specialism_depth", w.specialism_depth),
            ("weights.context_similarity", w.context_similarity),
            ("weights.track_record", w.track_record),
            ("weights.capacity_slack", w.capacity_slack),
            ("weights.travel", w.travel),
            ("weights.reciprocity", w.reciprocity),
            ("travel_limit_km", self.travel_limit_km),
            ("road_factor", self.road_factor),
            ("track_mean", self.track_mean),
            ("track_weight", self.track_weight),
            ("near_urban_km", self.near_urban_km),
            ("near_rural_km", self.near_rural_km),
            ("full_percent", self.full_percent),
            ("incumbent_points", self.incumbent_points),
            ("spread_points", self.spread_points),
        ];
        for (field, value) in fields {
            if !(0.0..=100_000.0).contains(&value) {
                return Err(ModelError::Field {
                    record: format!("policy \"{}\"", self.version),
                    field: field.into(),
                    value: value.to_string(),
                    expected: "expected a number from 0 to 100,000".into(),
                });
            }
        }
        Ok(())
    }
}

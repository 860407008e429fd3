//! The multiplier bootstrap: influence functions times random weights.

use crate::chance::Chance;
use crate::distributions::{normal_quantile, quantile};

/// Bootstrap standard errors and the critical value for simultaneous bands.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// One standard error a cell, from the inter-quartile range of the draws.
    pub se: Vec<f64>,
    /// Multiply a standard error by this for bands that cover every cell together.
    pub critical: f64,
    /// The level asked for.
    pub level: f64,
    /// Draws made.
    pub draws: usize,
}

/// Draws with Mammen's two-point weights (mean 0, variance 1, third moment 1).
pub(super) fn bands(influence: &[&[f64]], draws: usize, level: f64, seed: u64) -> Bands {
    let units = influence.first().map_or(0, |i| i.len());
    let mut chance = Chance::new(seed);
    let root = 5_f64.sqrt();
    let (low, high) = ((1.0 - root) / 2.0, (1.0 + root) / 2.0);
    let odds = (root + 1.0) / (2.0 * root);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::with_capacity(draws); influence.len()];
    let mut weights = vec![0.0; units];
    for _ in 0..draws {
        weights.iter_mut().for_each(|w| *w = if chance.uniform() < odds { low } else { high });
        for (cell, out) in influence.iter().zip(&mut drawn) {
            out.push(crate::linear::dot(cell, &weights) / units as f64);
        }
    }
    let normal = normal_quantile(0.75) - normal_quantile(0.25);
    let se: Vec<f64> = drawn
        .iter()
        .map(|d| match (quantile(d, 0.75), quantile(d, 0.25)) {
            (Some(high), Some(low)) => (high - low) / normal,
            _ => f64::NAN,
        })
        .collect();
    let largest: Vec<f64> = (0..draws)
        .map(|at| {
            drawn
                .iter()
                .zip(&se)
                .filter(|(_, se)| **se > 0.0)
                .map(|(d, se)| (d[at] / se).abs())
                .fold(0.0, f64::max)
        })
        .collect();
    // Simultaneous bands are never narrower than pointwise ones.
    let pointwise = normal_quantile(0.5 + level / 2.0);
    let critical = quantile(&largest, level).unwrap_or(f64::NAN).max(pointwise);
    Bands { se, critical, level, draws }
}

//! School effects from any columns, groups and weights: a sentence, or finite figures.
#![no_main]

#[path = "evidence/numbers.rs"]
mod numbers;

use evidence::mixed::{
    self, Column, Data, Method, Options, Structure,
    crossed::{Grouping, fit_crossed},
    nested::fit_nested,
};
use libfuzzer_sys::fuzz_target;
use numbers::Numbers;

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    let (rows, groups, columns) = (from.below(24), 1 + from.below(10), from.below(4));
    let y = from.list(rows);
    let lists: Vec<Vec<f64>> = (0..columns).map(|_| from.list(rows)).collect();
    let mut fixed = vec![Column::ones(rows)];
    fixed.extend(lists.iter().map(|list| Column::new("x", list)));
    let group: Vec<u32> = (0..rows).map(|_| from.below(groups) as u32).collect();
    let weights = (from.byte() & 1 == 1).then(|| from.list(rows));
    let kind = from.byte();
    let options = Options {
        method: if kind & 1 == 1 { Method::Ml } else { Method::Reml },
        structure: if kind & 2 == 2 { Structure::Diagonal } else { Structure::Full },
        known_variances: kind & 4 == 4,
    };
    let random = &fixed[..1 + from.below(fixed.len())];
    let data =
        Data { y: &y, fixed: &fixed, random, group: &group, groups, weights: weights.as_deref() };
    match mixed::fit(&data, &options) {
        Err(problem) => assert!(problem.to_string().len() > 20),
        Ok(found) => {
            assert!(found.loglik.is_finite() && found.residual > 0.0);
            assert!(found.fixed.iter().all(|f| f.estimate.is_finite() && f.se >= 0.0));
            assert!(found.prediction_sd().iter().flatten().all(|sd| *sd >= 0.0));
            for one in found.groups() {
                assert!(one.effects.iter().all(|e| e.is_finite()));
                assert!(one.sd.iter().all(|sd| *sd >= 0.0));
            }
        }
    }
    let outer: Vec<u32> = (0..groups).map(|_| from.below(4) as u32).collect();
    let intercepts = Data { random: &fixed[..1], ..data.clone() };
    if let Ok(found) = fit_nested(&intercepts, &outer, 4, &options) {
        assert!(found.loglik.is_finite() && found.residual > 0.0);
        assert!(found.outer.iter().chain(&found.inner).all(|e| e.is_finite()));
    }
    let other: Vec<u32> = (0..rows).map(|_| from.below(5) as u32).collect();
    let groupings = [
        Grouping { name: "a", level: &group, levels: groups },
        Grouping { name: "b", level: &other, levels: 5 },
    ];
    if let Ok(found) = fit_crossed(&y, &fixed, &groupings, weights.as_deref(), &options) {
        assert!(found.loglik.is_finite() && found.residual > 0.0);
        for one in &found.groupings {
            assert!(one.variance >= 0.0 && one.effects.iter().all(|e| e.is_finite()));
            assert!(one.sd.iter().all(|sd| *sd >= 0.0));
        }
    }
});

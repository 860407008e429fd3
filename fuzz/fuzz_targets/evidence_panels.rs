//! Group-time differences and synthetic controls of any panel: a sentence or weights that are
//! weights.
#![no_main]

#[path = "evidence/numbers.rs"]
mod numbers;

use evidence::{
    did,
    synth::{Predictor, Study},
};
use libfuzzer_sys::fuzz_target;
use numbers::Numbers;

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    let (units, periods) = (from.below(12), from.below(6));
    let times: Vec<f64> = if from.byte() & 3 == 0 {
        from.list(periods)
    } else {
        (0..periods).map(|t| 2015.0 + t as f64).collect()
    };
    let outcome = from.list(units * periods);
    let first: Vec<Option<f64>> = (0..units)
        .map(|_| match from.byte() & 7 {
            0..3 => None,
            7 => Some(from.number()),
            at => times.get(usize::from(at)).copied(),
        })
        .collect();
    let covariates: Vec<Vec<f64>> =
        (0..from.below(3)).map(|_| from.list(units * periods)).collect();
    let kind = from.byte();
    let panel = did::Panel {
        periods: &times,
        outcome: &outcome,
        first_treated: &first,
        covariates: &covariates,
    };
    for method in [did::Method::DoublyRobust, did::Method::Regression, did::Method::Weighting] {
        let options = did::Options {
            control: if kind & 1 == 1 { did::Control::NotYet } else { did::Control::Never },
            method,
            anticipation: usize::from(kind >> 6),
        };
        match did::estimate(&panel, &options) {
            Err(problem) => assert!(!problem.to_string().is_empty()),
            Ok(found) => {
                for cell in &found.cells {
                    assert!(!(cell.se < 0.0), "{cell:?}");
                }
                let _ = (found.aggregates(), found.bands(5, 0.95, 1));
                if let Some(test) = found.pre_trend() {
                    assert!(test.p.is_nan() || (0.0..=1.0).contains(&test.p), "{test:?}");
                }
            }
        }
    }
    let outcomes: Vec<Vec<f64>> = outcome.chunks(periods.max(1)).map(<[f64]>::to_vec).collect();
    let predictors: Vec<Predictor> = (0..from.below(3))
        .map(|_| Predictor {
            name: "p".into(),
            values: from.list(units),
            importance: from.number(),
        })
        .collect();
    let study = Study {
        times: &times,
        outcomes: &outcomes,
        treated: from.below(units + 1),
        start: if kind & 2 == 2 { from.number() } else { 2017.0 },
        predictors: &predictors,
        penalty: if kind & 4 == 4 { from.number() } else { evidence::synth::SLIGHT },
    };
    match study.fit() {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(found) => {
            let sum: f64 = found.weights.iter().sum();
            assert!(sum.is_nan() || (sum - 1.0).abs() < 1e-9, "{:?}", found.weights);
            assert!(found.weights.iter().all(|w| w.is_nan() || *w >= 0.0));
        }
    }
    if let Ok(found) = study.placebo_in_space() {
        assert!(found.p > 0.0 && found.p <= 1.0, "{found:?}");
    }
    let _ = (study.placebo_in_time(from.number()), study.leave_one_out());
});

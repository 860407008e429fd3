//! Nothing panics on hostile numbers.

use evidence::did;
use evidence::families::{Families, Feature, Method, Profile, Recipe};
use evidence::mixed::{self, Column, Data};
use evidence::suppress::{Release, Rule, Sensitivity};
use evidence::synth::{Study, simplex_weights};
use evidence::verdict::{Pair, Policy, Question, Selection, Side, double_lift, net_change};
use evidence::{
    Direction, Kpi, Measure, Missing, Unit, funnel, meta, randomisation, signals, spc, trajectory,
    variation,
};
use proptest::prelude::*;

/// Numbers people do not expect.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0,
        1 => Just(0.0),
        1 => Just(1.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(1e300),
        1 => Just(-1e300),
        1 => Just(5e-324),
    ]
}

fn measure() -> impl Strategy<Value = Measure> {
    prop_oneof![
        (number(), number())
            .prop_map(|(numerator, denominator)| Measure::Proportion { numerator, denominator }),
        (0_u32..60, 0_u32..60).prop_map(|(a, b)| Measure::Proportion {
            numerator: f64::from(a.min(b)),
            denominator: f64::from(b),
        }),
        (number(), proptest::option::of(number()))
            .prop_map(|(value, n)| Measure::Scalar { value, n }),
        (number(), number(), number()).prop_map(|(value, low, high)| Measure::Estimate {
            value,
            low,
            high,
            n: None
        }),
        Just(Measure::Missing(Missing::Suppressed)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn readings(a in measure(), b in measure(), more in proptest::collection::vec(measure(), 0..14)) {
        if let Ok(change) = variation::change(&a, &b) {
            prop_assert!(change.difference.is_finite() || change.difference.is_infinite());
            for unit in [Unit::PercentOfPupils, Unit::Score] {
                prop_assert!(!change.sentence(unit).is_empty());
            }
        }
        if let Some(i) = variation::interval(&a) {
            prop_assert!(i.low <= i.high);
        }
        let pooled = variation::pool(&more);
        prop_assert_eq!(pooled.used + pooled.left_out.len(), more.len());
        for direction in [Direction::HigherIsBetter, Direction::Neutral] {
            let kpi = Kpi::new("x", Unit::PercentOfPupils, direction);
            let yearly: Vec<(i32, Measure)> =
                more.iter().enumerate().map(|(i, m)| (2000 + i as i32, *m)).collect();
            prop_assert!(!trajectory::trajectory(&kpi, &yearly, None).sentence.is_empty());
            let pairs: Vec<Pair> = more
                .windows(2)
                .map(|w| Pair { baseline: w[0], outturn: w[1], selection: w[0].value() })
                .collect();
            let net = net_change(&Question {
                kpi: &kpi,
                school: Pair { baseline: a, outturn: b, selection: b.value() },
                base_year: 2016,
                selection: Some(Selection { year: 2017, what: "x".into() }),
                cohorts: 1,
                family: &pairs,
                authority: &pairs,
                national: &pairs,
            });
            let side = Side { kpis: vec![(kpi, net)], other_support: vec![] };
            prop_assert!(!double_lift(&side, &side, &Policy::default()).caveats.is_empty());
        }
        let mut release = Release::new(Rule::default());
        for (at, m) in more.iter().enumerate() {
            release.cell(at, *m, Sensitivity::SensitiveEvents);
        }
        release.total(0, 1..more.len());
        release.partition(0..more.len());
        let shown = release.protect();
        for (at, m) in more.iter().enumerate() {
            if Rule::default().hides(m, Sensitivity::SensitiveEvents) {
                prop_assert!(shown.get(&at).unwrap().missing().is_some());
            }
        }
    }

    #[test]
    fn lists(values in proptest::collection::vec(number(), 0..30), other in proptest::collection::vec(number(), 0..6)) {
        let _ = spc::run_chart(&values);
        let _ = funnel::overdispersion(&values);
        let _ = signals::benjamini_hochberg(&values, 0.05);
        let pairs: Vec<(f64, f64)> = values.iter().zip(&other).map(|(a, b)| (*a, *b)).collect();
        let _ = meta::pool(&pairs);
        let _ = randomisation::two_groups(&values, &other, 20, 1);
        let _ = randomisation::matched_pairs(&values, 20, 1);
        for a in values.iter().take(4) {
            for b in &other {
                let _ = funnel::limits(*a, *b, *a);
                let _ = variation::clopper_pearson(*a, *b, 0.95);
                let _ = variation::fisher_mid_p((*a, *b), (*b, *a));
            }
        }
    }

    #[test]
    fn models(
        y in proptest::collection::vec(number(), 12),
        x in proptest::collection::vec(number(), 12),
        groups in 1_usize..13,
        tame in any::<bool>(),
    ) {
        let fix = |v: &Vec<f64>| -> Vec<f64> {
            if tame { v.iter().map(|v| if v.is_finite() { *v } else { 0.0 }).collect() } else { v.clone() }
        };
        let (y, x) = (fix(&y), fix(&x));
        let group: Vec<u32> = (0..12).map(|i| (i % groups) as u32).collect();
        let columns = [Column::ones(12), Column::new("x", &x), Column::new("again", &x)];
        for random in [&columns[..1], &columns[..2]] {
            let data = Data { y: &y, fixed: &columns, random, group: &group, groups, weights: None };
            if let Ok(found) = mixed::fit(&data, &mixed::Options::default()) {
                prop_assert!(found.loglik.is_finite());
                prop_assert_eq!(found.groups().count(), groups);
            }
        }
        let outcome = [&y[..], &x[..]].concat();
        let first: Vec<Option<f64>> =
            (0..8).map(|u| (u % 3 != 0).then_some(f64::from(u % 3 + 1))).collect();
        let covariate = vec![outcome.clone()];
        for covariates in [&[][..], &covariate] {
            for method in [did::Method::DoublyRobust, did::Method::Regression, did::Method::Weighting] {
                let panel = did::Panel {
                    periods: &[1.0, 2.0, 3.0],
                    outcome: &outcome,
                    first_treated: &first,
                    covariates,
                };
                let options = did::Options { method, control: did::Control::NotYet, anticipation: 0 };
                if let Ok(effects) = did::estimate(&panel, &options) {
                    let _ = (effects.pre_trend(), effects.aggregates(), effects.bands(20, 0.95, 1));
                }
            }
        }
        let outcomes: Vec<Vec<f64>> = outcome.chunks(4).map(<[f64]>::to_vec).collect();
        let study = Study {
            times: &[1.0, 2.0, 3.0, 4.0],
            outcomes: &outcomes,
            treated: 0,
            start: 3.0,
            predictors: &[],
            penalty: 1e-8,
        };
        if let Ok(found) = study.fit() {
            let sum: f64 = found.weights.iter().sum();
            prop_assert!(sum.is_nan() || (sum - 1.0).abs() < 1e-9);
            prop_assert!(found.weights.iter().all(|w| w.is_nan() || *w >= 0.0));
        }
        if let Ok(space) = study.placebo_in_space() {
            prop_assert!(space.p > 0.0 && space.p <= 1.0, "{space:?}");
        }
        let _ = study.leave_one_out();
        let _ = simplex_weights(&x, &[], &y, 0.0);
    }

    #[test]
    fn families(values in proptest::collection::vec(proptest::option::of(number()), 60), k in 1_usize..30) {
        let schools: Vec<Profile> = values
            .chunks(3)
            .map(|c| Profile { values: c.to_vec(), ..Profile::default() })
            .collect();
        for method in [Method::Euclid, Method::Mahalanobis] {
            let mut recipe = Recipe::new((0..3).map(|f| Feature::input(format!("f{f}"), 1.0)).collect());
            recipe.k = k;
            recipe.min_present = 1;
            recipe.method = method;
            for family in Families::new(recipe, &schools).unwrap().all() {
                prop_assert!(family.neighbours.len() <= k);
                prop_assert!(family.neighbours.iter().all(|n| n.at != family.of));
            }
        }
    }

    /// The weights are optimal: no move towards any donor lowers the loss.
    #[test]
    fn donor_weights_are_optimal(
        points in proptest::collection::vec(proptest::collection::vec(-10.0..10.0_f64, 4), 2..12),
        target in proptest::collection::vec(-10.0..10.0_f64, 4),
    ) {
        let found = simplex_weights(&target, &points, &[1.0, 2.0, 0.5, 1.0], 0.0);
        prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(found.weights.iter().all(|w| *w >= 0.0));
        let loss = |w: &[f64]| -> f64 {
            (0..4).map(|k| {
                let made: f64 = w.iter().zip(&points).map(|(w, p)| w * p[k]).sum();
                [1.0, 2.0, 0.5, 1.0][k] / 4.5 * (target[k] - made).powi(2)
            }).sum()
        };
        let best = loss(&found.weights);
        prop_assert!((best - found.loss).abs() < 1e-9);
        for donor in 0..points.len() {
            for step in [0.3, 0.01, 1e-4] {
                let mut w: Vec<f64> = found.weights.iter().map(|w| w * (1.0 - step)).collect();
                w[donor] += step;
                prop_assert!(loss(&w) >= best - 1e-9);
            }
        }
    }
}

#[test]
fn a_million_groups_of_one() {
    let n = 1_000_000;
    let y: Vec<f64> = (0..n).map(|i| f64::from(i % 7)).collect();
    let group: Vec<u32> = (0..n as u32).collect();
    let ones = [Column::ones(n as usize)];
    let weights = vec![2.0; n as usize];
    let data = Data {
        y: &y,
        fixed: &ones,
        random: &ones,
        group: &group,
        groups: n as usize,
        weights: Some(&weights),
    };
    let text = mixed::fit(&data, &mixed::Options::default()).unwrap_err().to_string();
    assert!(text.contains("cannot tell"), "{text}");
    let known = mixed::Options { known_variances: true, ..Default::default() };
    let found = mixed::fit(&data, &known).unwrap();
    assert!((found.group_variance[(0, 0)] - 3.5).abs() < 0.01);
}

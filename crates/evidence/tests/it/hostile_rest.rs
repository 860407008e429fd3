//! Hostile numbers at the entries that the other two do not reach, and sizes at which squares leave
//! the scale.

use evidence::comparators::{School, compare};
use evidence::families::{Families, Feature, Profile, Recipe};
use evidence::measure::{Missing, Reasons};
use evidence::synth::Study;
use evidence::verdict::{Pair, Range, base_before, no_support, ordered_rules};
use evidence::{Measure, did, distributions, meta, randomisation, signals, variation};
use proptest::prelude::*;

use super::close;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -50.0..50.0,
        1 => Just(0.0),
        1 => Just(f64::NAN),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(f64::MAX),
        1 => Just(-f64::MAX),
        1 => Just(1e154),
        1 => Just(1e-154),
        1 => Just(5e-324),
        1 => any::<f64>(),
    ]
}

fn measure() -> impl Strategy<Value = Measure> {
    prop_oneof![
        3 => (0_u32..40, 1_u32..40).prop_map(|(a, b)| Measure::Proportion {
            numerator: f64::from(a.min(b)),
            denominator: f64::from(b),
        }),
        1 => (number(), number())
            .prop_map(|(numerator, denominator)| Measure::Proportion { numerator, denominator }),
        1 => (number(), number(), number())
            .prop_map(|(value, low, high)| Measure::Estimate { value, low, high, n: Some(low) }),
        1 => Just(Measure::Missing(Missing::NotPublished)),
    ]
}

/// Found by the properties below: a difference of shares that went beyond one.
#[test]
fn a_difference_of_shares_stays_between_none_and_all() {
    let found = variation::newcombe((0.0, 1e154), (f64::MAX, f64::MAX), 1e154).unwrap();
    assert!(found.low >= -1.0 && found.low <= 1.0 && found.high == 1.0, "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn intervals(a in number(), b in number(), c in number(), d in number(), z in number()) {
        for found in [
            variation::wilson(a, b, z),
            variation::clopper_pearson(a, b, z),
            variation::newcombe((a, b), (c, d), z),
        ]
        .into_iter()
        .flatten()
        {
            prop_assert!(found.low <= found.high, "{found:?}");
            prop_assert!(found.low >= -1.0 && found.high <= 1.0, "{found:?}");
        }
        if let Some(p) = variation::fisher_mid_p((a, b), (c, d)) {
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }

    #[test]
    fn pools_and_lots(pairs in proptest::collection::vec((number(), number()), 0..12), draws in 0_u64..30) {
        if let Some(found) = meta::pool(&pairs) {
            prop_assert!(found.effect.is_finite() && found.se > 0.0 && found.tau2 >= 0.0);
            prop_assert!(found.interval.low <= found.effect && found.effect <= found.interval.high);
            prop_assert!((0.0..=1.0).contains(&found.q_p) && (0.0..=1.0).contains(&found.i2));
            let pooled: Vec<f64> =
                pairs.iter().filter(|(_, se)| *se > 0.0).map(|(y, _)| *y).collect();
            let low = pooled.iter().copied().fold(f64::INFINITY, f64::min);
            let high = pooled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let slack = 1e-300 + 1e-9 * low.abs().max(high.abs());
            prop_assert!(low - slack <= found.effect && found.effect <= high + slack);
            if let Some(next) = found.prediction {
                prop_assert!(next.low <= found.interval.low + slack);
                prop_assert!(next.high >= found.interval.high - slack);
            }
        }
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        for test in [
            randomisation::two_groups(&a, &b, draws, 3),
            randomisation::matched_pairs(&a, draws, 3),
        ]
        .into_iter()
        .flatten()
        {
            // The assignment that happened is one of those that might have.
            prop_assert!(test.greater > 0.0 && test.greater <= 1.0, "{test:?}");
            prop_assert!(test.two_sided > 0.0 && test.two_sided <= 1.0, "{test:?}");
        }
        let adjusted = signals::adjusted(&a);
        prop_assert_eq!(adjusted.len(), a.len());
        for (q, p) in adjusted.iter().zip(&a) {
            prop_assert!(q.is_nan() == p.is_nan() && (q.is_nan() || *q <= 1.0));
        }
        if let Some(middle) = distributions::median(&a) {
            prop_assert!(a.iter().any(|v| *v <= middle) && a.iter().any(|v| *v >= middle));
        }
    }

    #[test]
    fn expectations_without_support(
        school in (measure(), measure(), proptest::option::of(number())),
        others in proptest::collection::vec((measure(), measure(), proptest::option::of(number())), 0..16),
        years in 0_usize..4,
    ) {
        let pair = |(baseline, outturn, selection): &(Measure, Measure, Option<f64>)| Pair {
            baseline: *baseline,
            outturn: *outturn,
            selection: *selection,
        };
        let list: Vec<Pair> = others.iter().map(pair).collect();
        for selected in [true, false] {
            if let Some(found) = no_support(&pair(&school), &list, selected) {
                prop_assert!(found.schools >= 8 && found.se > 0.0 && found.df > 0.0);
                prop_assert!(!found.expected.is_nan() && !found.conditioned | selected);
            }
        }
        let readings: Vec<(i32, Measure)> =
            list.iter().zip(2010..).map(|(p, year)| (year, p.baseline)).collect();
        let (base, year) = base_before(&readings, 2014, years);
        prop_assert!(year < 2014 && (years > 0 || base.missing().is_some()));
        let reasons = Reasons::of(list.iter().map(|p| &p.baseline));
        prop_assert_eq!(reasons.is_empty(), reasons.iter().next().is_none());
        let range = |p: &Pair| Some(Range { best: p.baseline.number()?, worst: p.outturn.number()? });
        for pair in list.windows(2) {
            prop_assert!(!ordered_rules(range(&pair[0]), range(&pair[1])).code().is_empty());
        }
    }

    #[test]
    fn panels_and_weights(
        values in proptest::collection::vec(number(), 12..25),
        weights in proptest::collection::vec(number(), 0..8),
        treated in 0_usize..9,
        width in 1_usize..7,
    ) {
        let outcomes: Vec<Vec<f64>> = values.chunks(width).map(<[f64]>::to_vec).collect();
        let study = Study {
            times: &[1.0, 2.0, 3.0, 4.0],
            outcomes: &outcomes,
            treated,
            start: 3.0,
            predictors: &[],
            penalty: 1e-8,
        };
        // Weights that are not those of a fit, of units that may not exist.
        let found = study.evaluate(&weights);
        prop_assert_eq!(found.gaps.len(), 4);
        let _ = (found.mean_gap(f64::NAN), found.ratio());
        let first: Vec<Option<f64>> =
            (0..values.len() / 3).map(|u| [None, Some(2.0), Some(3.0)][u % 3]).collect();
        let panel = did::Panel {
            periods: &[1.0, 2.0, 3.0],
            outcome: &values[..values.len() / 3 * 3],
            first_treated: &first,
            covariates: &[],
        };
        if let Ok(found) = did::estimate(&panel, &did::Options::default()) {
            let all = found.aggregates();
            for part in all.simple.iter().chain(&all.group_overall).chain(&all.dynamic_overall) {
                prop_assert!(part.se.is_nan() || part.se >= 0.0, "{part:?}");
            }
        }
    }

    #[test]
    fn families_by_hand(
        values in proptest::collection::vec(proptest::option::of(number()), 8..40),
        added in proptest::collection::vec(0_usize..50, 0..5),
        removed in proptest::collection::vec(0_usize..50, 0..5),
        of in 0_usize..60,
    ) {
        let schools: Vec<Profile> = values
            .chunks_exact(2)
            .enumerate()
            .map(|(at, c)| Profile { values: c.to_vec(), block: at as u32 % 2, ..Profile::default() })
            .collect();
        let mut recipe = Recipe::new(vec![Feature::input("a", 1.0), Feature::input("b", 2.0)]);
        recipe.k = 4;
        let families = Families::new(recipe, &schools).unwrap();
        for (family, nearest) in families.all().iter().zip(families.all_nearest()) {
            prop_assert_eq!(family.neighbours.len(), nearest.len());
        }
        let edited = families.edited(&families.of(of), &added, &removed, "because");
        prop_assert!(of >= schools.len() || edited.low_confidence());
        for one in &edited.neighbours {
            prop_assert!(one.at < schools.len() && one.at != of);
            prop_assert!(!removed.contains(&one.at) || added.contains(&one.at));
        }
        prop_assert_eq!(families.statistics(of).is_some(), of < schools.len());
    }
}

/// A unit of another size changes effects by that size, and nothing else. Degrees of freedom were
/// once the quotient of fourth powers, which leave the scale at 10⁷⁷.
#[test]
fn comparators_do_not_depend_on_the_unit() {
    let others: Vec<(f64, f64)> =
        (0..20).map(|i| (f64::from(i * i % 13), f64::from(i * 7 % 11))).collect();
    let own = [(5.0, 9.0), (7.0, 12.0), (6.0, 7.5)];
    let made = |rows: &[(f64, f64)], covariate: f64, outcome: f64| -> Vec<School> {
        rows.iter()
            .map(|(x, y)| School { covariates: vec![covariate * x], outcome: outcome * y })
            .collect()
    };
    for count in [1, 3] {
        let own = &own[..count];
        let plain = compare(&made(own, 1.0, 1.0), &made(&others, 1.0, 1.0)).unwrap();
        assert!(plain.degrees > 1.0 && plain.p > 0.0 && plain.p < 1.0);
        for size in [1e-99, 1e-77, 1e-30, 1e30, 1e77, 1e98] {
            for (covariate, outcome) in [(1.0, size), (size, 1.0), (size, size)] {
                let found =
                    compare(&made(own, covariate, outcome), &made(&others, covariate, outcome));
                let found = found.unwrap();
                close(found.effect, plain.effect * outcome, 1e-9);
                close(found.se, plain.se * outcome, 1e-9);
                close(found.degrees, plain.degrees, 1e-9);
                close(found.p, plain.p, 1e-9);
            }
        }
    }
    // No scatter at all: a difference is certain, and none is none.
    let flat = |outcome: f64| School { covariates: vec![], outcome };
    let same = vec![flat(2.0); 9];
    let found = compare(&[flat(2.0), flat(2.0)], &same).unwrap();
    assert_eq!((found.effect, found.se, found.p), (0.0, 0.0, 1.0));
    let found = compare(&[flat(3.0), flat(3.0)], &same).unwrap();
    close(found.effect, 1.0, 1e-12);
    assert_eq!((found.se, found.p), (0.0, 0.0));
    close(found.degrees, 8.0, 1e-12);
}

/// Numbers at both ends of the scale have a middle, and lots are drawn of sums that exist.
#[test]
fn ends_of_the_scale() {
    assert_eq!(distributions::median(&[-f64::MAX, f64::MAX]), Some(0.0));
    assert_eq!(distributions::quantile(&[-f64::MAX, f64::MAX], 0.0), Some(-f64::MAX));
    assert_eq!(distributions::quantile(&[-f64::MAX, f64::MAX], 1.0), Some(f64::MAX));
    let large = [1e308, 1e308, 1e308];
    assert_eq!(randomisation::two_groups(&large, &[0.0, 1.0], 10, 1), None);
    assert_eq!(randomisation::matched_pairs(&large, 10, 1), None);
    let largest = randomisation::two_groups(&[1e300, 1e300], &[0.0, 1.0], 10, 1).unwrap();
    close(largest.greater, 1.0 / 6.0, 1e-12);
    // The error squared is nothing: such a pair is passed over, the others are pooled.
    let found = meta::pool(&[(1.0, 1e-200), (2.0, 1.0), (4.0, 1.0)]).unwrap();
    assert_eq!((found.used, found.effect), (2, 3.0));
}

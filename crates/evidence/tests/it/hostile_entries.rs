//! Hostile numbers at the entries that `hostile` does not reach: several groupings, matched
//! comparators, the attack, proposals, distributions, and the shapes that break arithmetic (one
//! row, one group, constant and collinear columns).

use evidence::bar_and_gap::{Standing, bar_and_gap, place, spread};
use evidence::comparators::{School, compare};
use evidence::did;
use evidence::families::{Families, Feature, Profile, Recipe, ledoit_wolf};
use evidence::linear::{Cholesky, Matrix, aliased, symmetric_eigen};
use evidence::mixed::crossed::{Grouping, fit_crossed};
use evidence::mixed::nested::fit_nested;
use evidence::mixed::{self, Column, Data, Options};
use evidence::signals::{Effect, propose};
use evidence::suppress::{Seen, attack};
use evidence::synth::{Predictor, Study};
use evidence::{Direction, Kpi, Measure, Unit, chance::Chance, distributions, variation};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -50.0..50.0,
        1 => Just(0.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(-1e300),
        1 => Just(1e150),
        1 => Just(5e-324),
    ]
}

/// Mostly a constant, a copy or a multiple of another column; sometimes hostile.
fn column(rows: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        4 => proptest::collection::vec(-3.0..3.0, rows),
        2 => (-1e6..1e6_f64).prop_map(move |v| vec![v; rows]),
        1 => Just((0..rows).map(|i| 2019.0 + (i % 3) as f64).collect()),
        1 => Just((0..rows).map(|i| 1e9 + i as f64).collect()),
        1 => proptest::collection::vec(number(), rows),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(ml, diagonal, known_variances)| {
        Options {
            method: if ml { mixed::Method::Ml } else { mixed::Method::Reml },
            structure: if diagonal { mixed::Structure::Diagonal } else { mixed::Structure::Full },
            known_variances,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the columns and groupings: a sentence, or finite estimates and spreads.
    #[test]
    fn groupings(
        y in column(24),
        x in column(24),
        weights in proptest::option::of(proptest::collection::vec(number(), 24)),
        sizes in (1_u32..26, 1_u32..8),
        options in options(),
        copy in any::<bool>(),
    ) {
        let (a, b): (Vec<u32>, Vec<u32>) =
            (0..24_u32).map(|i| (i * 7 % sizes.0, i / 2 % sizes.1)).unzip();
        let twice: Vec<f64> = x.iter().map(|v| 2.0 * v - 1.0).collect();
        let mut fixed = vec![Column::ones(24), Column::new("x", &x)];
        if copy {
            fixed.push(Column::new("again", &twice));
        }
        let groupings = [
            Grouping { name: "a", level: &a, levels: sizes.0 as usize },
            Grouping { name: "b", level: &b, levels: sizes.1 as usize },
        ];
        match fit_crossed(&y, &fixed, &groupings, weights.as_deref(), &options) {
            Err(problem) => prop_assert!(problem.to_string().len() > 20),
            Ok(found) => {
                prop_assert!(found.loglik.is_finite() && found.residual > 0.0);
                prop_assert!(found.fixed.iter().all(|f| f.estimate.is_finite() && f.se.is_finite()));
                for (grouping, given) in found.groupings.iter().zip(&groupings) {
                    prop_assert!(grouping.variance >= 0.0 && grouping.variance.is_finite());
                    prop_assert_eq!(grouping.effects.len(), given.levels);
                    prop_assert!(grouping.effects.iter().all(|e| e.is_finite()));
                    prop_assert!(grouping.sd.iter().all(|s| *s >= 0.0 && s.is_finite()));
                }
            }
        }
        let data = Data {
            y: &y,
            fixed: &fixed,
            random: &fixed[..1],
            group: &a,
            groups: sizes.0 as usize,
            weights: weights.as_deref(),
        };
        let outer: Vec<u32> = (0..sizes.0).map(|s| s % 3).collect();
        if let Ok(found) = fit_nested(&data, &outer, 3, &options) {
            prop_assert!(found.loglik.is_finite() && found.residual > 0.0);
            prop_assert!(found.outer.iter().chain(&found.inner).all(|e| e.is_finite()));
        }
        if let Ok(found) = mixed::fit(&data, &options) {
            prop_assert!(found.prediction_sd().iter().flatten().all(|sd| !sd.is_nan()));
        }
    }

    #[test]
    fn matched(
        supported in proptest::collection::vec((number(), number(), number()), 0..5),
        others in proptest::collection::vec((number(), number(), number()), 0..14),
        odd in any::<bool>(),
    ) {
        let school = |(a, b, outcome): &(f64, f64, f64)| School {
            covariates: vec![*a, *b, 2.0 * a, 7.0],
            outcome: *outcome,
        };
        let supported: Vec<School> = supported.iter().map(school).collect();
        let mut others: Vec<School> = others.iter().map(school).collect();
        if odd && let Some(first) = others.first_mut() {
            first.covariates.pop();
        }
        match compare(&supported, &others) {
            Err(problem) => prop_assert!(!problem.to_string().is_empty()),
            Ok(found) => {
                prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-6);
                prop_assert!(found.left_out.contains(&3), "a constant says nothing");
                prop_assert!(found.effect.is_finite() && !found.se.is_nan());
                let (low, high) = found.interval(0.95);
                prop_assert!(low <= high);
            }
        }
    }

    #[test]
    fn attacks(
        cells in proptest::collection::vec(proptest::option::of((number(), number())), 1..7),
        equations in proptest::collection::vec(
            proptest::collection::vec((0_usize..7, prop_oneof![Just(1.0), Just(-1.0), number()]), 0..5),
            0..4,
        ),
    ) {
        let seen: Vec<Seen> = cells
            .iter()
            .map(|c| c.map_or(Seen::Hidden, |(met, of)| Seen::Shown { met, of }))
            .collect();
        let equations: Vec<Vec<(usize, f64)>> = equations
            .into_iter()
            .map(|e| e.into_iter().map(|(at, f)| (at % seen.len(), f)).collect())
            .collect();
        prop_assert_eq!(attack(&seen, &equations).len(), cells.iter().filter(|c| c.is_none()).count());
    }

    #[test]
    fn proposals(effects in proptest::collection::vec((number(), number(), 0_usize..3), 0..30), rate in number(), worth in number()) {
        let kpis = [
            Kpi::new("a", Unit::PercentOfPupils, Direction::HigherIsBetter),
            Kpi::new("b", Unit::Score, Direction::Neutral),
        ];
        let effects: Vec<Effect> = effects
            .iter()
            .enumerate()
            .map(|(school, (effect, sd, kpi))| Effect { school, kpi: *kpi, effect: *effect, sd: *sd, cohort: Some(*sd) })
            .collect();
        for signal in propose(&effects, &kpis, rate, worth) {
            prop_assert!(signal.effect.kpi == 0 && (0.0..=1.0).contains(&signal.error));
            prop_assert!(signal.sentence.ends_with('.'));
        }
    }

    #[test]
    fn numbers_of_every_kind(a in number(), b in number(), c in number(), list in proptest::collection::vec(number(), 0..9)) {
        for p in [
            distributions::normal_cdf(a),
            distributions::normal_tail(a),
            distributions::student_tail(a, b),
            distributions::chi_squared_tail(a, b),
        ] {
            prop_assert!(p.is_nan() || (0.0..=1.0).contains(&p), "{p}");
        }
        let _ = (
            distributions::normal_quantile(a),
            distributions::student_quantile(a, b),
            distributions::beta_quantile(a, b, c),
            distributions::median(&list),
            distributions::quantile(&list, a),
            distributions::mean_and_variance(&list),
        );
        for measure in [
            Measure::Proportion { numerator: a, denominator: b },
            Measure::Scalar { value: a, n: Some(b) },
            Measure::Estimate { value: a, low: b, high: c, n: Some(a) },
        ] {
            if let Some(p) = variation::p_against(&measure, c) {
                prop_assert!((0.0..=1.0).contains(&p), "{measure:?} against {c}: {p}");
            }
            let _ = (variation::pupils_in_words(a), variation::pupil_equivalents(a, b));
            let standing = Standing { all: measure, disadvantaged: measure, national_other: measure };
            let other = Standing { national_other: Measure::Scalar { value: c, n: None }, ..standing };
            for direction in [Direction::HigherIsBetter, Direction::LowerIsBetter, Direction::Neutral] {
                let kpi = Kpi::new("x", Unit::PercentOfPupils, direction);
                if let Ok(found) = bar_and_gap(&kpi, &standing, &other) {
                    prop_assert!(!found.sentence(&kpi).is_empty());
                }
            }
            let _ = (place(&[standing, other]), spread(&[measure; 9]));
        }
        let mut chance = Chance::new(a.to_bits());
        let drawn = chance.binomial(40, b);
        prop_assert!(drawn <= 40);
        for unit in [Unit::PercentOfPupils, Unit::Score, Unit::PerHundred] {
            prop_assert!(!unit.amount(a).is_empty());
        }
    }

    #[test]
    fn matrices(values in proptest::collection::vec(number(), 9), rows in proptest::collection::vec(proptest::collection::vec(number(), 3), 0..6)) {
        let m = Matrix::square(3, &values);
        if let Some(factor) = Cholesky::new(&m) {
            prop_assert!(factor.ln_determinant().is_finite());
        }
        prop_assert!(aliased(&m, 1e-10).len() <= 3);
        let (eigenvalues, vectors) = symmetric_eigen(&m);
        prop_assert_eq!((eigenvalues.len(), vectors.rows()), (3, 3));
        let (_, shrinkage) = ledoit_wolf(&rows, 3);
        prop_assert!(shrinkage.is_nan() || (0.0..=1.0).contains(&shrinkage));
    }

    #[test]
    fn panels_of_any_shape(
        values in proptest::collection::vec(number(), 0..40),
        times in proptest::collection::vec(number(), 0..5),
        start in number(),
        treated in 0_usize..5,
        weight in number(),
    ) {
        let outcomes: Vec<Vec<f64>> = values.chunks(times.len().max(1)).map(<[f64]>::to_vec).collect();
        let predictors = [Predictor { name: "p".into(), values: values.clone(), importance: weight }];
        let study = Study { times: &times, outcomes: &outcomes, treated, start, predictors: &predictors, penalty: weight };
        if let Err(problem) = study.fit() {
            prop_assert!(!problem.to_string().is_empty());
        }
        if let Ok(space) = study.placebo_in_space() {
            prop_assert!(space.p > 0.0 && space.p <= 1.0, "{space:?}");
        }
        let _ = (study.placebo_in_time(start), study.leave_one_out());
        let first: Vec<Option<f64>> = outcomes.iter().map(|o| o.first().copied()).collect();
        let panel = did::Panel { periods: &times, outcome: &values, first_treated: &first, covariates: &[] };
        for control in [did::Control::Never, did::Control::NotYet] {
            let options = did::Options { control, anticipation: treated, ..Default::default() };
            match did::estimate(&panel, &options) {
                Err(problem) => prop_assert!(!problem.to_string().is_empty()),
                Ok(found) => {
                    let _ = (found.pre_trend(), found.aggregates(), found.bands(9, weight, 1));
                }
            }
        }
    }
}

#[test]
fn one_row_one_group_and_nothing_at_all() {
    let ones = [Column::ones(1)];
    for (y, groups) in [(&[3.0][..], 1), (&[][..], 0), (&[3.0][..], 5)] {
        let group = vec![0; y.len()];
        let columns = if y.is_empty() { &[][..] } else { &ones[..] };
        let data =
            Data { y, fixed: columns, random: columns, group: &group, groups, weights: None };
        assert!(mixed::fit(&data, &Options::default()).is_err());
        assert!(fit_nested(&data, &vec![0; groups], 1, &Options::default()).is_err());
        let grouping = [Grouping { name: "g", level: &group, levels: groups }];
        assert!(fit_crossed(y, columns, &grouping, None, &Options::default()).is_err());
    }
    assert!(compare(&[], &[]).is_err());
    assert!(attack(&[], &[]).is_empty());
    assert!(propose(&[], &[], 0.05, 0.0).is_empty());
    assert!(spread(&[]).is_none() && place(&[]).is_none());
    let recipe = Recipe::new(vec![Feature::input("f", 1.0)]);
    assert!(Families::new(recipe.clone(), &[]).unwrap().all().is_empty());
    let alone = [Profile { values: vec![Some(1.0)], ..Profile::default() }];
    let family = Families::new(recipe, &alone).unwrap();
    assert!(family.of(0).neighbours.is_empty() && family.of(0).low_confidence());
}

/// A hundred thousand groups of one, crossed with two: too little to tell apart, said quickly.
#[test]
fn very_many_groups_of_one_are_refused_in_words() {
    let n = 100_000_u32;
    let y: Vec<f64> = (0..n).map(|i| f64::from(i % 7)).collect();
    let (own, half): (Vec<u32>, Vec<u32>) = (0..n).map(|i| (i, i % 50_000)).unzip();
    let ones = [Column::ones(n as usize)];
    let of = |name, level, levels| Grouping { name, level, levels };
    let each = [of("own", &own, n as usize), of("half", &half, 50_000)];
    let text = fit_crossed(&y, &ones, &each, None, &Options::default()).unwrap_err().to_string();
    assert!(text.starts_with("own: ") && text.contains("cannot tell"), "{text}");
    let third: Vec<u32> = (0..n).map(|i| i % 40_000).collect();
    let large = [of("half", &half, 50_000), of("third", &third, 40_000)];
    let text = fit_crossed(&y, &ones, &large, None, &Options::default()).unwrap_err().to_string();
    assert!(text.contains("40000 levels together") && text.contains("4000"), "{text}");
}

/// What was found by feeding whatever a machine can think of, each once more.
#[test]
fn what_once_broke_it() {
    // No whole numbers solve 2x + 2y − 2z = 1, and there is no end of them to try.
    let seen = [Seen::Hidden, Seen::Hidden, Seen::Hidden, Seen::Shown { met: 1.0, of: 2.0 }];
    let found = attack(&seen, &[vec![(0, 2.0), (1, 2.0), (2, -2.0), (3, -1.0)]]);
    assert!(found.len() == 3 && found.iter().all(|f| !f.determined));
    // The smallest number halved is zero, where the gamma function has no value.
    assert_eq!(distributions::chi_squared_tail(5e-324, 1e150), 1.0);
    assert!(distributions::chi_squared_tail(1e150, f64::INFINITY).is_nan());
    // A quantile so far out that the search for it leaves the scale.
    let far = distributions::student_quantile(5e-324, 29.0);
    assert!(far.is_finite() && far < -1e3, "{far}");
    assert_eq!(distributions::student_quantile(0.0, 29.0), f64::NEG_INFINITY);
    // Twenty-three groups in twenty-four rows: the variances cannot be told apart, and an effect
    // may be anything.
    let y: Vec<f64> = (0..24).map(|i| f64::from(i * i % 11)).collect();
    let x: Vec<f64> = (0..24).map(|i| f64::from(i % 5)).collect();
    let group: Vec<u32> = (0..24).map(|i| i % 23).collect();
    let columns = [Column::ones(24), Column::new("x", &x)];
    let data = Data {
        y: &y,
        fixed: &columns,
        random: &columns[..1],
        group: &group,
        groups: 23,
        weights: None,
    };
    let sds = mixed::fit(&data, &Options::default()).unwrap().prediction_sd();
    assert!(sds.iter().flatten().all(|sd| *sd > 0.0), "{sds:?}");
}

//! Net change and its placebo by hand, the edges of what is said of a school, and every sentence.

use evidence::bar_and_gap::{Outcome, Standing, bar_and_gap};
use evidence::distributions::{Z95, mean_and_variance, student_quantile, student_tail};
use evidence::linear::{Cholesky, Matrix};
use evidence::variation::sampling_variance;
use evidence::verdict::{
    Kind, NetChange, NotComputable, Pair, Policy, Question, Selection, Side, Strength, base_before,
    double_lift, net_change, no_support,
};
use evidence::{Direction, Kpi, Measure, Missing, Unit};

use super::close;

fn scalar(value: f64) -> Measure {
    Measure::Scalar { value, n: Some(100.0) }
}

fn estimate(value: f64, se: f64) -> Measure {
    Measure::Estimate { value, low: value - Z95 * se, high: value + Z95 * se, n: Some(100.0) }
}

fn points() -> Kpi {
    Kpi::new("scaled score", Unit::Points, Direction::HigherIsBetter)
}

fn pair(baseline: Measure, outturn: Measure, selection: f64) -> Pair {
    Pair { baseline, outturn, selection: Some(selection) }
}

/// A regression with one predictor by its normal equations, and the error of a prediction.
fn regression(x: &[f64], y: &[f64], at: f64) -> (f64, f64, f64) {
    let mut cross = Matrix::zeros(2, 2);
    let mut right = [0.0; 2];
    for (x, y) in x.iter().zip(y) {
        for (i, a) in [1.0, *x].into_iter().enumerate() {
            right[i] += a * y;
            for (j, b) in [1.0, *x].into_iter().enumerate() {
                cross[(i, j)] += a * b;
            }
        }
    }
    let factor = Cholesky::new(&cross).unwrap();
    let beta = factor.solve(&right);
    let left: f64 = x.iter().zip(y).map(|(x, y)| (y - beta[0] - beta[1] * x).powi(2)).sum();
    let leverage: f64 = factor.solve(&[1.0, at]).iter().zip([1.0, at]).map(|(a, b)| a * b).sum();
    (beta[0] + beta[1] * at, left / (x.len() as f64 - 2.0), leverage)
}

#[test]
fn the_placebo_has_the_error_of_a_prediction() {
    let moved = [1.0, 0.2, -0.4, 1.3, 0.0, -1.1, 0.9, -0.6, 0.1, -2.0];
    let x: Vec<f64> = (0..10).map(|i| f64::from(i * i % 11)).collect();
    let bare: Vec<Pair> =
        moved.iter().zip(&x).map(|(m, x)| pair(scalar(2.0), scalar(2.0 + m), *x)).collect();
    let school = pair(scalar(1.0), scalar(4.0), 7.5);
    let found = no_support(&school, &bare, true).unwrap();
    let (expected, scatter, leverage) = regression(&x, &moved, 7.5);
    close(found.expected, expected, 1e-10);
    close(found.se, (scatter * (1.0 + leverage)).sqrt(), 1e-10);
    assert_eq!((found.df, found.schools, found.conditioned), (8.0, 10, true));
    let half = student_quantile(0.975, 8.0) * found.se;
    close(found.interval().low, expected - half, 1e-10);
    close(found.interval().high, expected + half, 1e-10);
    // Without the selection reading: the mean, with one degree more.
    let blind = no_support(&school, &bare, false).unwrap();
    let (mean, variance) = mean_and_variance(&moved);
    close(blind.expected, mean, 1e-12);
    close(blind.se, (variance * 1.1).sqrt(), 1e-12);
    assert_eq!((blind.df, blind.conditioned), (9.0, false));
    // A reading that is the same for everybody says nothing.
    let same: Vec<Pair> = bare.iter().map(|p| Pair { selection: Some(3.0), ..*p }).collect();
    let found = no_support(&school, &same, true).unwrap();
    assert!(!found.conditioned);
    close(found.se, blind.se, 1e-12);
    // A school without the reading, or seven others with it, leave the mean of all ten.
    let unread = Pair { selection: None, ..school };
    assert_eq!(no_support(&unread, &bare, true), Some(blind));
    let mut seven = bare.clone();
    seven[..3].iter_mut().for_each(|p| p.selection = None);
    assert_eq!(no_support(&school, &seven, true), Some(blind));
    seven[0].selection = bare[0].selection;
    assert_eq!(no_support(&school, &seven, true).unwrap().schools, 8);
    // Known errors: the typical school's is exchanged for this school's own.
    let known: Vec<Pair> = moved
        .iter()
        .zip(&x)
        .enumerate()
        .map(|(at, (m, x))| {
            let se = 0.1 + 0.02 * at as f64;
            pair(estimate(2.0, se), estimate(2.0 + m, se), *x)
        })
        .collect();
    let own = pair(estimate(1.0, 0.6), estimate(4.0, 0.8), 7.5);
    let typical: f64 =
        (0..10).map(|at| 2.0 * (0.1 + 0.02 * f64::from(at)).powi(2)).sum::<f64>() / 10.0;
    let found = no_support(&own, &known, true).unwrap();
    let one = scatter - typical + 0.36 + 0.64;
    close(found.se, (one + scatter * leverage).sqrt(), 1e-9);
    // Readings that scatter less than their errors allow leave the school's own alone.
    let calm: Vec<Pair> = (0..10)
        .map(|at| pair(estimate(2.0, 5.0), estimate(2.0 + 0.1 * f64::from(at % 2), 5.0), 1.0))
        .collect();
    let found = no_support(&own, &calm, false).unwrap();
    let moved: Vec<f64> = (0..10).map(|at| 0.1 * f64::from(at % 2)).collect();
    close(found.se, (1.0 + mean_and_variance(&moved).1 / 10.0).sqrt(), 1e-9);
}

fn net(kpi: &Kpi, school: Pair, family: &[Pair], cohorts: u32) -> NetChange {
    net_change(&Question {
        kpi,
        school,
        base_year: 2016,
        selection: None,
        cohorts,
        family,
        authority: &[],
        national: &[],
    })
    .unwrap()
}

#[test]
fn fifths_are_counted_and_strength_follows_luck_and_cohorts() {
    let kpi = points();
    let family: Vec<Pair> = (1..=10)
        .map(|i| {
            let level = f64::from(i);
            pair(scalar(level), scalar(level + f64::from(i % 3)), level)
        })
        .collect();
    let fifth = |kpi: &Kpi, level: f64| {
        let found = net(kpi, pair(scalar(level), scalar(5.0), 1.0), &family, 1);
        (found.bottom_fifth, found.top_fifth)
    };
    // Of ten, fewer than two are worse: 1 and 2 are in the bottom fifth, 9 and 10 in the top one.
    for (level, expected) in [
        (0.5, (true, false)),
        (2.0, (true, false)),
        (2.5, (false, false)),
        (8.5, (false, false)),
        (9.0, (false, true)),
        (11.0, (false, true)),
    ] {
        assert_eq!(fifth(&kpi, level), expected, "{level}");
        let absence = Kpi::new("absence", Unit::Points, Direction::LowerIsBetter);
        assert_eq!(fifth(&absence, level), (expected.1, expected.0), "{level}");
    }
    let changes: Vec<f64> = (1..=10).map(|i| f64::from(i % 3)).collect();
    let (mean, variance) = mean_and_variance(&changes);
    let se = (variance * 1.1).sqrt();
    let edge = student_quantile(0.975, 9.0) * se;
    for (by, cohorts, strength) in [
        (0.99, 1, Strength::Provisional),
        (0.99, 2, Strength::Supported),
        (1.01, 1, Strength::Supported),
        (1.01, 2, Strength::Strong),
        (-1.01, 2, Strength::Strong),
        (-0.99, 2, Strength::Supported),
    ] {
        let found =
            net(&kpi, pair(scalar(5.0), scalar(5.0 + mean + by * edge), 1.0), &family, cohorts);
        assert_eq!(found.outside_normal_variation(), Some(f64::abs(by) > 1.0));
        assert_eq!(found.strength(), strength, "{by} {cohorts}");
        let placebo = found.no_support.unwrap();
        close(found.beyond(&placebo), by * edge, 1e-9);
        close(found.chance().unwrap(), student_tail(by * edge / se, 9.0), 1e-9);
    }
    // Where the others do not scatter there is no placebo; the school's own interval speaks.
    let flat: Vec<Pair> = (0..9).map(|_| pair(scalar(5.0), scalar(6.0), 1.0)).collect();
    let own = pair(estimate(5.0, 0.3), estimate(6.2, 0.4), 1.0);
    let found = net(&kpi, own, &flat, 1);
    assert_eq!((found.no_support, found.chance()), (None, None));
    assert_eq!(
        (found.outside_normal_variation(), found.cohort),
        (Some(true), (Some(100.0), Some(100.0)))
    );
    let within = net(&kpi, pair(estimate(5.0, 0.3), estimate(5.9, 0.4), 1.0), &flat, 1);
    assert_eq!(within.outside_normal_variation(), Some(false));
    let unknown = net(&kpi, pair(scalar(5.0), scalar(9.0), 1.0), &flat, 2);
    assert_eq!(
        (unknown.outside_normal_variation(), unknown.strength()),
        (None, Strength::Supported)
    );
}

#[test]
fn bases_are_the_latest_years_before() {
    let share = |numerator, denominator| Measure::Proportion { numerator, denominator };
    let readings = [
        (2015, share(3.0, 10.0)),
        (2012, share(9.0, 10.0)),
        (2014, share(5.0, 10.0)),
        (2013, share(7.0, 10.0)),
        (2016, share(1.0, 10.0)),
    ];
    assert_eq!(base_before(&readings, 2016, 2), (share(8.0, 20.0), 2015));
    assert_eq!(base_before(&readings, 2015, 3), (share(21.0, 30.0), 2014));
    assert_eq!(base_before(&readings, 2012, 3), (Measure::Missing(Missing::Blank), 2011));
}

fn side(kpis: Vec<(Kpi, Result<NetChange, NotComputable>)>) -> Side {
    Side { kpis, other_support: Vec::new() }
}

/// A family that does not move but scatters, so that luck of any size can be set.
fn still() -> Vec<Pair> {
    (0..40)
        .map(|i| {
            let by = if i % 2 == 0 { 1.0 } else { -1.0 };
            pair(scalar(10.0 + f64::from(i) / 10.0), scalar(10.0 + f64::from(i) / 10.0 + by), 1.0)
        })
        .collect()
}

#[test]
fn what_is_said_of_luck_follows_its_size() {
    let kpi = points();
    let family = still();
    let changes: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let se = (mean_and_variance(&changes).1 * (1.0 + 1.0 / 40.0)).sqrt();
    let said = |p: f64| {
        let rise = -student_quantile(p, 39.0) * se;
        let school = pair(scalar(12.0), scalar(12.0 + rise), 1.0);
        let made = side(vec![(kpi.clone(), Ok(net(&kpi, school, &family, 1)))]);
        double_lift(&made, &made, &Policy::default()).sentences[0].clone()
    };
    for (p, words, lift) in [
        (0.004, "less than one time in a hundred.", true),
        (0.0099, "less than one time in a hundred.", true),
        (0.0101, "about 1 time in a hundred.", true),
        (0.043, "about 4 times in a hundred.", true),
        (0.0949, "about 9 times in a hundred.", true),
        (0.0951, "about 1 time in ten.", true),
        (0.199, "about 2 times in ten.", true),
        (0.201, "about 2 times in ten, so we do not call it a lift.", false),
        (0.34, "about 3 times in ten, so we do not call it a lift.", false),
    ] {
        let text = said(p);
        assert!(text.ends_with(&format!("Luck alone does as well {words}")), "{p}: {text}");
        assert_eq!(text.contains("so we do not"), !lift);
    }
    // Shared among two indicators the level is smaller: 1 − √0.8.
    let rise = |p: f64| {
        let school = pair(scalar(12.0), scalar(12.0 - student_quantile(p, 39.0) * se), 1.0);
        (kpi.clone().worth_having(0.1), Ok(net(&kpi, school, &family, 1)))
    };
    let single =
        |p: f64| double_lift(&side(vec![rise(p)]), &side(vec![rise(p)]), &Policy::default()).kind;
    let shared = |p: f64| {
        let two = side(vec![rise(p), rise(0.5)]);
        double_lift(&two, &two, &Policy::default()).kind
    };
    assert_eq!([single(0.199), single(0.201)], [Kind::DoubleLift, Kind::NoClearLift]);
    assert_eq!([shared(0.105), shared(0.106)], [Kind::DoubleLift, Kind::NoClearLift]);
    let naive = Policy { level: None };
    let one = side(vec![rise(0.4)]);
    assert_eq!(double_lift(&one, &one, &naive).kind, Kind::DoubleLift);
}

#[test]
fn every_verdict_has_its_words() {
    let kpi = points();
    let family = still();
    let moved = |by: f64, cohorts: u32| {
        let school = pair(scalar(12.0), scalar(12.0 + by), 1.0);
        side(vec![(kpi.clone(), Ok(net(&kpi, school, &family, cohorts)))])
    };
    let none = side(vec![(kpi.clone(), Err(NotComputable::TooEarly))]);
    let mut seen = std::collections::BTreeSet::new();
    for (supported, supporting, kind, strength) in [
        (moved(4.0, 2), moved(4.0, 2), Kind::DoubleLift, Some(Strength::Strong)),
        (moved(4.0, 1), moved(-4.0, 2), Kind::LiftWithCost, Some(Strength::Supported)),
        (moved(4.0, 1), moved(0.0, 2), Kind::SupportedLift, Some(Strength::Supported)),
        (moved(0.0, 1), moved(4.0, 2), Kind::SupporterLift, Some(Strength::Strong)),
        (moved(0.0, 2), moved(0.2, 2), Kind::NoClearLift, None),
        (none.clone(), moved(4.0, 2), Kind::Insufficient, None),
    ] {
        let verdict = double_lift(&supported, &supporting, &Policy::default());
        assert_eq!((verdict.kind, verdict.strength), (kind, strength));
        assert!(verdict.headline.len() > 30 && seen.insert(verdict.headline.clone()));
        assert_eq!(verdict.headline.contains(" This is "), strength.is_some());
        assert_eq!(verdict.sentences.len(), 2);
        assert!(verdict.sentences[1].starts_with("The supporting school, scaled score"));
    }
    let verdict = double_lift(&moved(4.0, 2), &moved(-0.01, 1), &Policy::default());
    assert_eq!(
        verdict.sentences[1],
        "The supporting school, scaled score: did not change, where the median of 40 schools of \
         its family did not change; net 0.0 points worse. Without support, schools did not change \
         on average."
    );
    assert!(verdict.sentences[0].contains("scaled score: rose by 4.0 points, where"));
    assert!(verdict.sentences[0].contains("net 4.0 points better."));
    let fell = double_lift(&moved(-2.0, 1), &none, &Policy::default());
    assert!(fell.sentences[0].contains("fell by 2.0 points"));
    assert_eq!(
        fell.sentences[1],
        "The supporting school, scaled score: no verdict, because it is too early: no figure has \
         been published since."
    );
    let named = double_lift(&Side::default(), &Side::default(), &Policy::default());
    assert_eq!(
        named.sentences[0],
        "The supported school: no indicator was named in the agreement."
    );
    // Fifths and what was used to choose are told, to the school they concern.
    let chosen = |level: f64| {
        let question = Question {
            kpi: &kpi,
            school: pair(scalar(level), scalar(12.0), 1.0),
            base_year: 2016,
            selection: Some(Selection { year: 2017, what: "a visit".into() }),
            cohorts: 1,
            family: &family,
            authority: &[],
            national: &[],
        };
        side(vec![(kpi.clone(), net_change(&question))])
    };
    let text =
        |a: f64, b: f64| double_lift(&chosen(a), &chosen(b), &Policy::default()).caveats.join("\n");
    let (low, high) = (text(1.0, 99.0), text(99.0, 1.0));
    assert!(low.contains("The supported school began in the lowest fifth"));
    assert!(low.contains("The supporting school began in the best fifth"));
    assert!(high.contains("The supporting school began in the lowest fifth"));
    assert!(!high.contains("best fifth"));
    assert!(low.contains("The supported school was chosen on a visit; that year is not used"));
    assert!(
        low.contains("one cohort in the outturn") || low.contains("(one cohort in the outturn)")
    );
    let unrecorded =
        double_lift(&moved(1.0, 3), &moved(1.0, 1), &Policy::default()).caveats.join("\n");
    assert!(unrecorded.contains("What was used to choose the supported school was not recorded"));
    assert!(unrecorded.contains("(3 cohorts in the outturn)"));
    for why in [
        NotComputable::Missing([Missing::Suppressed].into_iter().collect()),
        NotComputable::TooEarly,
        NotComputable::NoComparator,
        NotComputable::BaseIsSelectionYear { year: 2016 },
        NotComputable::NoDirection,
    ] {
        assert!(why.to_string().len() > 20 && seen.insert(why.to_string()));
    }
}

/// Pupils are named where a share is of pupils, from the later cohort.
#[test]
fn pupils_are_named_in_sentences_about_shares() {
    let share = |met: f64, of: f64| Measure::Proportion { numerator: met, denominator: of };
    let kpi = Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter);
    let family: Vec<Pair> = (0..9)
        .map(|i| pair(share(20.0, 40.0), share(20.0 + f64::from(i % 3), 40.0), 1.0))
        .collect();
    let made = side(vec![(
        kpi.clone(),
        Ok(net(&kpi, pair(share(10.0, 20.0), share(40.0, 50.0), 1.0), &family, 1)),
    )]);
    let text = &double_lift(&made, &made, &Policy::default()).sentences[0];
    // Up 30 points, the median 2.5: net 27.5 of 50 pupils.
    assert!(text.contains("rose by 30.0 percentage points, where the median of 9 schools of its family rose by 2.5 percentage points; net 27.5 percentage points better, about 14 pupils in a cohort of 50."), "{text}");
}

/// The interval of a gap adds the nation's own error to the school's, side by side.
#[test]
fn gaps_have_intervals_by_hand() {
    let kpi = Kpi::new("score", Unit::Score, Direction::HigherIsBetter);
    let before = Standing {
        all: estimate(0.0, 0.1),
        disadvantaged: estimate(-0.5, 0.2),
        national_other: estimate(0.2, 0.01),
    };
    let after = Standing {
        all: estimate(0.5, 0.1),
        disadvantaged: estimate(0.3, 0.2),
        national_other: estimate(0.25, 0.02),
    };
    let found = bar_and_gap(&kpi, &before, &after).unwrap();
    close(found.level, 0.5, 1e-12);
    close(found.gap, 0.05 - 0.8, 1e-12);
    assert_eq!(found.outcome, Outcome::RaisedAndNarrowed);
    let level = found.level_interval.unwrap();
    close(level.high - level.low, 2.0 * Z95 * 0.02_f64.sqrt(), 1e-9);
    let gap = found.gap_interval.unwrap();
    let nation = sampling_variance(&before.national_other).unwrap()
        + sampling_variance(&after.national_other).unwrap();
    close(nation, 0.0005, 1e-9);
    let half = Z95 * (0.08_f64 + nation).sqrt();
    close(gap.low, -0.75 - half, 1e-9);
    close(gap.high, -0.75 + half, 1e-9);
    assert_eq!(
        found.sentence(&kpi),
        "The level is 0.50 better and the gap 0.75 narrower: raised the bar and narrowed the gap."
    );
    // Lower is better: the same figures are a level worse and a gap turned round.
    let absence = Kpi::new("absence", Unit::Score, Direction::LowerIsBetter);
    let turned = bar_and_gap(&absence, &before, &after).unwrap();
    assert_eq!(
        (turned.outcome, turned.level, turned.gap),
        (Outcome::LoweredAndWidened, -0.5, 0.75)
    );
    close(turned.gap_interval.unwrap().low, 0.75 - half, 1e-9);
    assert!(turned.sentence(&absence).contains("0.50 worse and the gap 0.75 wider"));
    // Bare figures count from the smallest change worth having on.
    let bare = |all, own| Standing {
        all: scalar(all),
        disadvantaged: scalar(own),
        national_other: scalar(0.5),
    };
    let outcome = |all, own| bar_and_gap(&kpi, &bare(0.0, 0.0), &bare(all, own)).unwrap().outcome;
    assert_eq!(outcome(0.1, 0.1), Outcome::RaisedAndNarrowed);
    assert_eq!(outcome(0.099, 0.1), Outcome::Unchanged);
    assert_eq!(outcome(0.1, -0.1), Outcome::RaisedAndWidened);
    assert_eq!(outcome(-0.1, 0.1), Outcome::LevelledDown);
    assert_eq!(outcome(-0.1, -0.1), Outcome::LoweredAndWidened);
    let idle = Kpi::new("score", Unit::Score, Direction::HigherIsBetter).worth_having(0.0);
    let unmoved = bar_and_gap(&idle, &bare(0.0, 0.0), &bare(0.0, 0.0)).unwrap();
    assert_eq!(unmoved.outcome, Outcome::Unchanged);
    let words: std::collections::BTreeSet<&str> = [
        Outcome::RaisedAndNarrowed,
        Outcome::RaisedAndWidened,
        Outcome::LevelledDown,
        Outcome::LoweredAndWidened,
        Outcome::Unchanged,
    ]
    .map(Outcome::in_words)
    .into();
    assert!(words.len() == 5 && words.iter().all(|w| w.len() > 20));
}

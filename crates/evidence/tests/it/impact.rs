//! Verdicts, trajectories, bar and gap, signals and what stands beside them.

use evidence::bar_and_gap::{Outcome, Standing, bar_and_gap, place, spread};
use evidence::signals::{Effect, propose};
use evidence::spc::{Pattern, run_chart};
use evidence::trajectory::{Trend, trajectory};
use evidence::variation::{
    clopper_pearson, fisher_mid_p, newcombe, pool, pupil_equivalents, wilson,
};
use evidence::verdict::{
    Comparator, Kind, NotComputable, Pair, Policy, Question, Range, Selection, Side, Strength,
    base_before, double_lift, net_change, no_support, ordered_rules,
};
use evidence::{Direction, Kpi, Measure, Missing, Reasons, Unit, meta, randomisation};

use super::close;

fn share(numerator: f64, denominator: f64) -> Measure {
    Measure::Proportion { numerator, denominator }
}

fn score(value: f64) -> Measure {
    Measure::Scalar { value, n: Some(100.0) }
}

fn kpi() -> Kpi {
    Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter)
}

#[test]
fn the_ordered_rules_as_a_table() {
    let side = |best, worst| Some(Range { best, worst });
    for (supported, supporting, kind) in [
        (None, side(5.0, 5.0), Kind::Insufficient),
        (side(2.0, 2.0), None, Kind::Insufficient),
        (side(1.0, 0.0), side(1.0, 0.0), Kind::DoubleLift),
        (side(1.0, -1.0), side(1.0, 0.0), Kind::LiftWithCost),
        (side(1.0, 0.0), side(-1.0, -1.0), Kind::LiftWithCost),
        (side(0.0, -2.0), side(3.0, 3.0), Kind::LiftWithCost),
        (side(1.0, -0.99), side(0.99, -0.99), Kind::SupportedLift),
        (side(0.99, 0.0), side(1.0, 0.0), Kind::SupporterLift),
        (side(0.99, 0.0), side(0.5, 0.0), Kind::NoClearLift),
        (side(0.0, -3.0), side(0.5, 0.0), Kind::NoClearLift),
        (side(f64::NAN, 0.0), side(0.5, 0.0), Kind::Insufficient),
    ] {
        assert_eq!(ordered_rules(supported, supporting), kind, "{supported:?} {supporting:?}");
    }
}

fn family(n: usize, baseline: f64, outturn: f64) -> Vec<Pair> {
    (0..n)
        .map(|i| {
            let wobble = i as f64 - (n as f64 - 1.0) / 2.0;
            Pair {
                baseline: score(baseline + wobble),
                outturn: score(outturn + wobble + if i % 2 == 0 { 0.5 } else { -0.5 }),
                selection: Some(50.0 + wobble),
            }
        })
        .collect()
}

fn question<'a>(kpi: &'a Kpi, school: Pair, family: &'a [Pair]) -> Question<'a> {
    Question {
        kpi,
        school,
        base_year: 2016,
        selection: None,
        cohorts: 1,
        family,
        authority: &[],
        national: &[],
    }
}

#[test]
fn net_change_is_the_formula() {
    let points = Kpi::new("scaled score", Unit::Points, Direction::HigherIsBetter);
    let similar = family(9, 40.0, 42.0);
    let school = Pair { baseline: score(38.0), outturn: score(45.0), selection: None };
    let net = net_change(&question(&points, school, &similar)).unwrap();
    // Outturns 38.5, 38.5, 40.5, 40.5, 42.5, … have the median 42.5; baselines 40.
    close(net.compared, 2.5, 1e-12);
    close(net.net, 7.0 - 2.5, 1e-12);
    assert_eq!((net.comparator, net.schools), (Comparator::Family, 9));
    let absence = Kpi::new("absence", Unit::PercentOther, Direction::LowerIsBetter);
    close(net_change(&question(&absence, school, &similar)).unwrap().net, -4.5, 1e-12);
    let context = Kpi::new("roll", Unit::Points, Direction::Neutral);
    assert_eq!(net_change(&question(&context, school, &similar)), Err(NotComputable::NoDirection));
}

#[test]
fn a_small_family_gives_way_and_the_selection_year_is_never_the_base() {
    let points = Kpi::new("scaled score", Unit::Points, Direction::HigherIsBetter);
    let (few, many) = (family(7, 40.0, 42.0), family(30, 40.0, 41.0));
    let school = Pair { baseline: score(38.0), outturn: score(45.0), selection: Some(37.0) };
    let alone = question(&points, school, &few);
    assert_eq!(net_change(&alone), Err(NotComputable::NoComparator));
    let wider = Question { authority: &few, national: &many, ..alone };
    assert_eq!(net_change(&wider).unwrap().comparator, Comparator::National);
    let selection = Some(Selection { year: 2016, what: "the result of 2016".into() });
    let wrong = Question { selection, ..question(&points, school, &many) };
    assert_eq!(net_change(&wrong), Err(NotComputable::BaseIsSelectionYear { year: 2016 }));
    let early = Question { cohorts: 0, ..question(&points, school, &many) };
    assert_eq!(net_change(&early), Err(NotComputable::TooEarly));
    let gone = Pair { outturn: Measure::Missing(Missing::Suppressed), ..school };
    let Err(NotComputable::Missing(why)) = net_change(&question(&points, gone, &many)) else {
        panic!("a suppressed outturn has no net change")
    };
    assert!(why.contains(Missing::Suppressed));
    let readings = [(2014, share(10.0, 20.0)), (2015, share(14.0, 20.0)), (2016, share(2.0, 20.0))];
    assert_eq!(base_before(&readings, 2016, 3), (share(24.0, 40.0), 2015));
}

#[test]
fn the_placebo_is_the_regression_on_the_selection_reading() {
    // Changes fall by 0.5 for each point of the selection reading, exactly.
    let others: Vec<Pair> = (0..20)
        .map(|i| Pair {
            baseline: score(0.0),
            outturn: score(3.0 - 0.5 * f64::from(i) + if i % 2 == 0 { 1e-3 } else { -1e-3 }),
            selection: Some(f64::from(i)),
        })
        .collect();
    let school = Pair { baseline: score(0.0), outturn: score(9.0), selection: Some(-4.0) };
    let placebo = no_support(&school, &others, true).unwrap();
    assert!(placebo.conditioned && (placebo.expected - 5.0).abs() < 0.01);
    // Without the selection reading the mean is all that is known.
    let blind = no_support(&school, &others, false).unwrap();
    assert!(!blind.conditioned && (blind.expected + 1.75).abs() < 0.01);
    assert!(blind.se > 2.0 && placebo.se < 0.01);
    assert_eq!(no_support(&school, &others[..7], true), None);
}

fn side(before: f64, after: f64, chosen_on: f64, cohorts: u32) -> Side {
    let points = Kpi::new("scaled score", Unit::Points, Direction::HigherIsBetter);
    let similar = family(40, 40.0, 40.0);
    let school =
        Pair { baseline: score(before), outturn: score(after), selection: Some(chosen_on) };
    let asked = Question {
        selection: Some(Selection { year: 2017, what: "the result of 2017".into() }),
        cohorts,
        ..question(&points, school, &similar)
    };
    let net = net_change(&asked);
    Side { kpis: vec![(points, net)], other_support: vec!["a reading programme".into()] }
}

#[test]
fn verdicts_carry_strength_and_caveats() {
    let verdict =
        double_lift(&side(40.0, 46.0, 50.0, 2), &side(40.0, 45.0, 50.0, 1), &Policy::default());
    assert_eq!(verdict.kind, Kind::DoubleLift);
    assert_eq!(verdict.strength, Some(Strength::Supported));
    let text = verdict.caveats.join("\n");
    for needed in [
        "100 pupils before",
        "40 schools of its family",
        "a reading programme",
        "not proof",
        "chosen on the result of 2017",
        "one cohort",
        "2 cohorts",
    ] {
        assert!(text.contains(needed), "{needed} is missing from:\n{text}");
    }
    assert!(verdict.sentences[0].contains("Without support, schools chosen in the same way"));
    let strong =
        double_lift(&side(40.0, 46.0, 50.0, 2), &side(40.0, 45.0, 50.0, 2), &Policy::default());
    assert_eq!(strong.strength, Some(Strength::Strong));
    // One side within what luck gives: no double lift.
    let luck =
        double_lift(&side(40.0, 46.0, 50.0, 1), &side(40.0, 40.2, 50.0, 1), &Policy::default());
    assert_eq!(luck.kind, Kind::SupportedLift);
    // A fall beyond the placebo is a cost, whatever else rose.
    let cost =
        double_lift(&side(40.0, 46.0, 50.0, 1), &side(40.0, 36.0, 50.0, 1), &Policy::default());
    assert_eq!(cost.kind, Kind::LiftWithCost);
    let nothing = double_lift(&Side::default(), &side(40.0, 45.0, 50.0, 1), &Policy::default());
    assert_eq!((nothing.kind, nothing.strength), (Kind::Insufficient, None));
}

#[test]
fn normal_variation_follows_the_published_tables() {
    // Newcombe (1998), statistics in medicine 17: 873–890, table II, method 10.
    for (a, m, b, n, low, high) in [
        (56.0, 70.0, 48.0, 80.0, 0.0524, 0.3339),
        (9.0, 10.0, 3.0, 10.0, 0.1705, 0.8090),
        (10.0, 10.0, 0.0, 20.0, 0.6791, 1.0),
        (10.0, 10.0, 0.0, 10.0, 0.6075, 1.0),
    ] {
        let i = newcombe((b, n), (a, m), evidence::distributions::Z95).unwrap();
        assert!((i.low - low).abs() < 6e-5 && (i.high - high).abs() < 6e-5, "{i:?}");
    }
    // 81 of 263, 15 of 148 (Newcombe 1998, 857–872, table I, methods 3 and 5).
    let w = wilson(81.0, 263.0, evidence::distributions::Z95).unwrap();
    assert!((w.low - 0.2553).abs() < 5e-5 && (w.high - 0.3662).abs() < 5e-5);
    let c = clopper_pearson(81.0, 263.0, 0.95).unwrap();
    assert!((c.low - 0.2527).abs() < 5e-5 && (c.high - 0.3676).abs() < 5e-5);
    let none = clopper_pearson(0.0, 20.0, 0.95).unwrap();
    assert!(none.low == 0.0 && (none.high - 0.1684).abs() < 5e-5);
    // Fisher's tea: 3 of 4 against 1 of 4. Two-sided exact p is 34/70; mid-p takes off half of
    // the observed tables' 32/70.
    close(fisher_mid_p((1.0, 4.0), (3.0, 4.0)).unwrap(), 34.0 / 70.0 - 16.0 / 70.0, 1e-9);
    assert_eq!(pupil_equivalents(5.0, 60.0), 3.0);
    assert_eq!(wilson(5.0, 4.0, 1.96), None);
    assert_eq!(wilson(0.0, 0.0, 1.96), None);
}

#[test]
fn pooling_adds_counts_and_loses_no_reason() {
    let years = [
        share(5.0, 10.0),
        Measure::Missing(Missing::Suppressed),
        share(27.0, 30.0),
        Measure::Missing(Missing::NoEntries),
    ];
    let pooled = pool(&years);
    assert_eq!(pooled.measure, share(32.0, 40.0));
    assert_eq!(pooled.used, 2);
    assert_eq!(pooled.left_out, vec![(1, Missing::Suppressed), (3, Missing::NoEntries)]);
    let reasons = Reasons::of(&years);
    assert_eq!(reasons.iter().collect::<Vec<_>>(), vec![Missing::Suppressed, Missing::NoEntries]);
    assert_eq!(
        reasons.to_string(),
        "Not shown by the publisher, because few pupils are concerned; No pupils were entered"
    );
    let estimate = |value, half| Measure::Estimate {
        value,
        low: value - half,
        high: value + half,
        n: Some(100.0),
    };
    let Measure::Estimate { value, low, high, n } =
        pool(&[estimate(0.2, 0.3), estimate(0.4, 0.4)]).measure
    else {
        panic!("estimates pool to an estimate")
    };
    close(value, 0.3, 1e-12);
    close(high - low, 0.5, 1e-12);
    assert_eq!(n, Some(200.0));
}

#[test]
fn trajectories() {
    let kpi = kpi();
    let yearly = |values: &[f64], n: f64| -> Vec<(i32, Measure)> {
        values.iter().zip(2015..).map(|(v, y)| (y, share((v * n / 100.0).round(), n))).collect()
    };
    let trend = |values: &[f64], n| trajectory(&kpi, &yearly(values, n), None).trend;
    assert_eq!(trend(&[50.0, 60.0, 70.0], 20.0), Trend::NoClearChange);
    assert_eq!(trend(&[50.0, 60.0, 70.0], 150.0), Trend::Improving);
    assert_eq!(trend(&[70.0, 62.0, 50.0], 150.0), Trend::Declining);
    assert_eq!(trend(&[70.0, 50.0], 150.0), Trend::NotEnoughData);
    let absence = Kpi::new("absence", Unit::PercentOther, Direction::LowerIsBetter);
    let bare: Vec<(i32, Measure)> = [5.0, 6.0, 7.0, 8.1, 9.0]
        .iter()
        .zip(2015..)
        .map(|(v, y)| (y, Measure::Scalar { value: *v, n: None }))
        .collect();
    let found = trajectory(&absence, &bare, None);
    assert_eq!(found.trend, Trend::Declining);
    close(found.slope.unwrap(), 1.01, 1e-9);
    // Three bare points need an almost perfect line.
    let three = [(2015, score(1.0)), (2016, score(3.0)), (2017, score(4.0))];
    assert_eq!(trajectory(&kpi, &three, None).trend, Trend::NoClearChange);
    let pupils = trajectory(&kpi, &yearly(&[50.0, 60.0, 70.0], 150.0), None).sentence;
    assert!(pupils.contains("about 15 pupils in each cohort"), "{pupils}");
}

#[test]
fn bar_and_gap_has_four_outcomes_and_one_failure() {
    let kpi = kpi();
    let nation = share(700_000.0, 1_000_000.0);
    let standing = |all: f64, own: f64| Standing {
        all: share(10.0 * all, 1000.0),
        disadvantaged: share(4.0 * own, 400.0),
        national_other: nation,
    };
    let outcome =
        |all, own| bar_and_gap(&kpi, &standing(60.0, 45.0), &standing(all, own)).unwrap().outcome;
    assert_eq!(outcome(70.0, 60.0), Outcome::RaisedAndNarrowed);
    assert_eq!(outcome(70.0, 35.0), Outcome::RaisedAndWidened);
    assert_eq!(outcome(50.0, 60.0), Outcome::LevelledDown);
    assert_eq!(outcome(50.0, 35.0), Outcome::LoweredAndWidened);
    assert_eq!(outcome(61.0, 60.0), Outcome::Unchanged);
    assert_eq!(outcome(70.0, 46.0), Outcome::Unchanged);
    let change = bar_and_gap(&kpi, &standing(60.0, 45.0), &standing(50.0, 60.0)).unwrap();
    close(change.gap, -15.0, 1e-9);
    assert!(change.sentence(&kpi).contains("levelled down"));
    // Where lower is better the gap turns round: more absence among the disadvantaged is a gap.
    let absence = Kpi::new("absence", Unit::PercentOfPupils, Direction::LowerIsBetter);
    let better = bar_and_gap(&absence, &standing(60.0, 45.0), &standing(50.0, 30.0)).unwrap();
    assert_eq!(better.outcome, Outcome::RaisedAndNarrowed);
    close(better.gap, -15.0, 1e-9);
    // A place pools counts: 10 of 20 and 90 of 100 are 100 of 120, not 70 %.
    let pooled = place(&[
        Standing { all: share(10.0, 20.0), ..standing(1.0, 1.0) },
        Standing { all: share(90.0, 100.0), ..standing(1.0, 1.0) },
    ])
    .unwrap();
    assert_eq!(pooled.all, share(100.0, 120.0));
    let gone = Standing { all: Measure::Missing(Missing::NewSchool), ..standing(1.0, 1.0) };
    let why = bar_and_gap(&kpi, &gone, &standing(1.0, 1.0)).unwrap_err();
    assert!(why.contains(Missing::NewSchool));
}

#[test]
fn spread_needs_eight_schools_of_eleven() {
    let schools: Vec<Measure> = (0..8).map(|i| share(f64::from(i), 11.0)).collect();
    let found = spread(&schools).unwrap();
    close(found.range, 100.0 * 3.5 / 11.0, 1e-9);
    assert_eq!(spread(&schools[..7]), None);
    let mut small = schools;
    small[0] = share(3.0, 10.0);
    assert_eq!(spread(&small), None);
}

#[test]
fn run_charts() {
    let steady = [5.0, 6.0, 4.0, 5.0, 6.0, 4.0, 6.0, 5.0, 4.0, 6.0, 4.0, 5.0];
    assert!(run_chart(&steady).unwrap().patterns.is_empty());
    assert_eq!(run_chart(&steady[..11]), None);
    let mut rising = steady;
    rising[6..11].copy_from_slice(&[1.0, 2.0, 3.0, 7.0, 8.0]);
    let found = run_chart(&rising).unwrap().patterns;
    assert_eq!(found, vec![Pattern::Trend { from: 6, to: 10, rising: true }]);
}

#[test]
fn meta_analysis_and_randomisation() {
    // Equal errors: Paule–Mandel equals the variance of effects less the sampling variance.
    let effects = [(1.0, 0.5), (2.0, 0.5), (4.0, 0.5), (5.0, 0.5)];
    let pooled = meta::pool(&effects).unwrap();
    close(pooled.tau2, 10.0 / 3.0 - 0.25, 1e-9);
    close(pooled.effect, 3.0, 1e-12);
    close(pooled.se, (10.0_f64 / 3.0 / 4.0).sqrt(), 1e-9);
    close(pooled.q, 40.0, 1e-9);
    close(pooled.i2, 37.0 / 40.0, 1e-9);
    assert!(pooled.prediction.unwrap().width() > pooled.interval.width());
    assert_eq!(meta::pool(&[(1.0, 0.5), (f64::NAN, 1.0)]), None);
    // All sign flips of three equal differences: one of eight is as large.
    let flips = randomisation::matched_pairs(&[2.0, 2.0, 2.0], 0, 1).unwrap();
    close(flips.greater, 1.0 / 8.0, 1e-12);
    close(flips.two_sided, 2.0 / 8.0, 1e-12);
    // Sampled and exact agree.
    let (a, b): (Vec<f64>, Vec<f64>) =
        ((0..8).map(f64::from).collect(), (3..12).map(f64::from).collect());
    let exact = randomisation::two_groups(&a, &b, 0, 1).unwrap();
    assert!(exact.exact && exact.ways == 24_310);
    let longer: Vec<f64> = a.iter().chain(&a).chain(&a).copied().collect();
    let sampled = randomisation::two_groups(&longer, &b, 4000, 1).unwrap();
    assert!(!sampled.exact && sampled.two_sided > 0.0 && sampled.two_sided < 0.05);
}

#[test]
fn signals_are_silent_when_schools_do_not_differ() {
    let kpi = kpi();
    let effect = |school, effect, sd| Effect { school, kpi: 0, effect, sd, cohort: Some(50.0) };
    let none: Vec<Effect> = (0..100).map(|s| effect(s, 0.0, 1.0)).collect();
    assert!(propose(&none, std::slice::from_ref(&kpi), 0.05, 0.0).is_empty());
    let mut some = none;
    some[40] = effect(40, -9.0, 2.0);
    some[7] = effect(7, 8.0, 2.0);
    let found = propose(&some, std::slice::from_ref(&kpi), 0.05, 0.0);
    assert_eq!(found.iter().map(|s| s.effect.school).collect::<Vec<_>>(), vec![7, 40]);
    assert!(
        found[1].sentence.starts_with("About 5 pupils in a cohort of 50"),
        "{}",
        found[1].sentence
    );
    // Beyond one smallest change worth having, 3 points, fewer remain.
    some[7] = effect(7, 4.0, 2.0);
    assert_eq!(propose(&some, &[kpi], 0.05, 1.0).len(), 1);
}

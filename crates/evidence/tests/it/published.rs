//! Figures published for the reference data.

use evidence::did::{Control, GroupTime, Method, Options, Panel, estimate};
use evidence::mixed::{self, Column, Data, Fit};
use evidence::synth::{SLIGHT, Study};

use super::{close, columns, data, numbers};

fn exam(slope: bool, method: mixed::Method) -> Option<Fit> {
    let file = data()?.join("reference/statistics/mlmRev_Exam.csv");
    let cells = columns(&file, &["school", "normexam", "standLRT"]);
    let school: Vec<u32> = cells[0].iter().map(|c| c.parse::<u32>().unwrap() - 1).collect();
    let (y, x) = (numbers(&cells[1]), numbers(&cells[2]));
    let ones = Column::ones(y.len());
    let mut fixed = vec![ones.clone()];
    if slope {
        fixed.push(Column::new("standLRT", &x));
    }
    let data =
        Data { y: &y, fixed: &fixed, random: &[ones], group: &school, groups: 65, weights: None };
    Some(mixed::fit(&data, &mixed::Options { method, ..Default::default() }).unwrap())
}

#[test]
fn exam_scores_without_covariates() {
    let Some(reml) = exam(false, mixed::Method::Reml) else { return };
    close(reml.fixed[0].estimate, -0.013_252_133_86, 1e-6);
    close(reml.fixed[0].se, 0.054_054_657_91, 1e-6);
    close(reml.group_variance[(0, 0)], 0.171_599_552_4, 1e-6);
    close(reml.residual, 0.847_757_675_0, 1e-6);
    close(reml.loglik, -5_507.327_27, 1e-9);
    // The true maximum to forty digits, by an independent computation.
    close(reml.group_variance[(0, 0)], 0.171_599_487_698_288_98, 1e-11);
    close(reml.residual, 0.847_757_679_598_974_5, 1e-12);
    close(reml.fixed[0].estimate, -0.013_252_131_997_811_315, 1e-11);
    let Some(ml) = exam(false, mixed::Method::Ml) else { return };
    close(ml.fixed[0].estimate, -0.013_167_067_26, 1e-6);
    close(ml.fixed[0].se, 0.053_627_383_84, 1e-6);
    close(ml.group_variance[(0, 0)], 0.168_638_931_5, 1e-6);
    close(ml.residual, 0.847_760_505_4, 1e-6);
    close(ml.loglik, -5_505.324_471, 1e-9);
}

#[test]
fn exam_scores_given_intake() {
    let Some(reml) = exam(true, mixed::Method::Reml) else { return };
    close(reml.fixed[0].estimate, 0.002_322_823_128, 1e-6);
    close(reml.fixed[0].se, 0.040_354_358_02, 1e-6);
    close(reml.fixed[1].estimate, 0.563_306_914_123, 1e-9);
    close(reml.fixed[1].se, 0.012_467_961_25, 1e-8);
    close(reml.group_variance[(0, 0)], 0.093_838_988_39, 1e-6);
    close(reml.residual, 0.565_865_310_23, 1e-8);
    close(reml.loglik, -4_684.382_644, 1e-9);
    assert!(reml.converged && !reml.singular);
    for (school, n, effect, sd) in [
        (1, 73, 0.374_355_712, 0.084_617_476_6),
        (2, 55, 0.503_036_602, 0.096_290_676),
        (48, 2, -0.045_668_119_2, 0.265_456_945),
        (53, 70, 0.724_450_642, 0.086_270_744_7),
        (54, 8, -0.551_504_418, 0.200_828_353),
        (59, 47, -0.659_711_967, 0.103_298_738),
    ] {
        let found = reml.group(school - 1).unwrap();
        assert_eq!(found.n, n);
        close(found.effects[0], effect, 1e-7);
        close(found.sd[0], sd, 1e-7);
    }
    let Some(ml) = exam(true, mixed::Method::Ml) else { return };
    close(ml.fixed[0].estimate, 0.002_390_756_578, 1e-6);
    close(ml.fixed[0].se, 0.040_022_700_42, 1e-6);
    close(ml.fixed[1].estimate, 0.563_371_164_859, 1e-9);
    close(ml.fixed[1].se, 0.012_465_401_72, 1e-8);
    close(ml.group_variance[(0, 0)], 0.092_129_273_93, 1e-6);
    close(ml.residual, 0.565_731_004_3, 1e-8);
    close(ml.loglik, -4678.6216, 1e-8);
}

fn counties(options: &Options, covariate: bool) -> Option<GroupTime> {
    let file = data()?.join("reference/statistics/did_mpdta.csv");
    let cells = columns(&file, &["countyreal", "year", "first.treat", "lemp", "lpop"]);
    let mut units: Vec<&str> = cells[0].iter().map(String::as_str).collect();
    units.sort_unstable();
    units.dedup();
    let periods: Vec<f64> = (2003..=2007).map(f64::from).collect();
    let mut outcome = vec![f64::NAN; units.len() * 5];
    let mut population = outcome.clone();
    let mut first = vec![None; units.len()];
    let (year, start, y, x) =
        (numbers(&cells[1]), numbers(&cells[2]), numbers(&cells[3]), numbers(&cells[4]));
    for row in 0..y.len() {
        let unit = units.binary_search(&cells[0][row].as_str()).unwrap();
        let place = unit * 5 + (year[row] - 2003.0) as usize;
        outcome[place] = y[row];
        population[place] = x[row];
        first[unit] = Some(start[row]).filter(|g| *g > 0.0);
    }
    let covariates = if covariate { vec![population] } else { Vec::new() };
    let panel = Panel {
        periods: &periods,
        outcome: &outcome,
        first_treated: &first,
        covariates: &covariates,
    };
    Some(estimate(&panel, options).unwrap())
}

#[track_caller]
fn att(effects: &GroupTime, g: f64, t: f64, expected: f64) {
    let cell = effects.cells.iter().find(|c| c.group == g && c.time == t).unwrap();
    assert!((cell.att - expected).abs() < 1e-8, "({g}, {t}): {} for {expected}", cell.att);
}

#[test]
fn minimum_wages_against_never_treated() {
    for method in [Method::DoublyRobust, Method::Regression, Method::Weighting] {
        let options = Options { method, ..Default::default() };
        let Some(effects) = counties(&options, false) else { return };
        for (g, t, expected) in [
            (2004.0, 2004.0, -0.010_503_246_220_962_4),
            (2004.0, 2005.0, -0.070_423_158_103_146_7),
            (2004.0, 2006.0, -0.137_258_738_889_403),
            (2004.0, 2007.0, -0.100_811_363_085_404),
            (2006.0, 2004.0, 0.006_520_112_424_233_01),
            (2006.0, 2005.0, -0.002_750_818_750_518_82),
            (2006.0, 2006.0, -0.004_594_606_952_863_04),
            (2006.0, 2007.0, -0.041_224_471_546_217_5),
            (2007.0, 2004.0, 0.030_506_655_583_292_8),
            (2007.0, 2005.0, -0.002_725_892_886_116_25),
            (2007.0, 2006.0, -0.031_087_119_389_688_9),
            (2007.0, 2007.0, -0.026_054_410_719_196_6),
        ] {
            att(&effects, g, t, expected);
        }
        let sums = effects.aggregates();
        let simple = sums.simple.unwrap();
        close(simple.att, -0.039_951_275_155_176_3, 1e-10);
        close(simple.se, 0.0120, 5e-3);
        close(sums.group_overall.unwrap().att, -0.031_018_282_228_748_4, 1e-10);
        let dynamic: Vec<f64> =
            sums.dynamic.iter().filter(|a| a.at >= 0.0).map(|a| a.att).collect();
        let expected = [
            -0.019_931_816_789_259_3,
            -0.050_957_367_065_193_9,
            -0.137_258_738_889_403,
            -0.100_811_363_085_404,
        ];
        dynamic.iter().zip(expected).for_each(|(a, e)| close(*a, e, 1e-10));
        close(sums.dynamic_overall.unwrap().att, -0.077_239_821_457_315_1, 1e-10);
        close(sums.calendar_overall.unwrap().att, -0.041_700_432_131_282_2, 1e-10);
        let pre = effects.pre_trend().unwrap();
        assert_eq!(pre.df, 5);
        assert!((pre.wald - 7.79).abs() < 0.005 && (pre.p - 0.168).abs() < 0.0005);
    }
}

#[test]
fn minimum_wages_against_not_yet_treated_and_given_population() {
    let options = Options { control: Control::NotYet, ..Default::default() };
    let Some(effects) = counties(&options, false) else { return };
    close(effects.aggregates().simple.unwrap().att, -0.039_763_625_623_043_7, 1e-10);
    att(&effects, 2004.0, 2004.0, -0.019_372_363_675_922_1);
    att(&effects, 2006.0, 2006.0, 0.004_660_876_319_976_15);
    let options = Options { method: Method::Regression, ..Default::default() };
    let Some(effects) = counties(&options, true) else { return };
    att(&effects, 2004.0, 2004.0, -0.014_911_237_790_361);
    att(&effects, 2004.0, 2007.0, -0.107_544_274_673_046);
    att(&effects, 2006.0, 2006.0, 0.000_765_525_026_395_888);
    att(&effects, 2007.0, 2007.0, -0.028_789_488_193_824_4);
}

#[test]
fn bootstrap_errors_agree_with_the_analytic_ones_and_repeat() {
    let Some(effects) = counties(&Options::default(), false) else { return };
    let bands = effects.bands(2000, 0.95, 11);
    for (cell, se) in effects.cells.iter().zip(&bands.se) {
        assert!((se / cell.se - 1.0).abs() < 0.15, "{se} for {}", cell.se);
    }
    // Twelve cells together need wider bands than one, and no wider than Bonferroni's.
    assert!(bands.critical > 2.3 && bands.critical < 3.1, "{}", bands.critical);
    assert_eq!(bands, effects.bands(2000, 0.95, 11));
}

#[test]
fn california() {
    let Some(folder) = data() else { return };
    let file = folder.join("reference/statistics/smoking_data.csv");
    let cells = columns(&file, &["state", "year", "cigsale"]);
    let mut states: Vec<&str> = cells[0].iter().map(String::as_str).collect();
    states.sort_unstable();
    states.dedup();
    let times: Vec<f64> = (1970..=2000).map(f64::from).collect();
    let mut outcomes = vec![vec![f64::NAN; times.len()]; states.len()];
    let (years, packs) = (numbers(&cells[1]), numbers(&cells[2]));
    for row in 0..packs.len() {
        let state = states.binary_search(&cells[0][row].as_str()).unwrap();
        outcomes[state][(years[row] - 1970.0) as usize] = packs[row];
    }
    let at = |name: &str| states.binary_search(&name).unwrap();
    let study = Study {
        times: &times,
        outcomes: &outcomes,
        treated: at("California"),
        start: 1989.0,
        predictors: &[],
        penalty: SLIGHT,
    };
    // The convex floor on outcomes alone.
    let found = study.fit().unwrap();
    assert!((found.pre_mse - 2.743_66).abs() < 5e-6, "{}", found.pre_mse);
    assert!(found.certificate < 1e-8);
    for (state, weight) in [
        ("Utah", 0.3939),
        ("Montana", 0.2318),
        ("Nevada", 0.2049),
        ("Connecticut", 0.1091),
        ("New Hampshire", 0.0454),
        ("Colorado", 0.0148),
    ] {
        assert!((found.weights[at(state)] - weight).abs() < 5e-5, "{state}");
    }
    // Without the ridge the loss is the same to 1e-8: the ridge only picks among equals.
    let bare = Study { penalty: 0.0, ..study.clone() }.fit().unwrap();
    close(found.pre_mse, bare.pre_mse, 1e-8);
    // The published weights.
    let mut weights = vec![0.0; states.len()];
    for (state, weight) in [
        ("Colorado", 0.164),
        ("Connecticut", 0.069),
        ("Montana", 0.199),
        ("Nevada", 0.234),
        ("Utah", 0.334),
    ] {
        weights[at(state)] = weight;
    }
    let published = study.evaluate(&weights);
    assert!((published.pre_mse - 3.0892).abs() < 5e-5, "{}", published.pre_mse);
    assert!((published.mean_gap(1989.0) + 18.97).abs() < 5e-3, "{}", published.mean_gap(1989.0));
    let last = published.gaps.last().unwrap();
    assert!(last.0 == 2000.0 && (last.1 + 25.73).abs() < 5e-3);
    // Inference: the true start stands out, a pretended one does not.
    let space = study.placebo_in_space().unwrap();
    assert!(space.p < 0.1, "{}", space.p);
    let earlier = study.placebo_in_time(1980.0).unwrap();
    assert!(earlier.mean_gap(1980.0).abs() < 0.5 * found.mean_gap(1989.0).abs());
    for (_, without) in study.leave_one_out().unwrap() {
        assert!(without.pre_mse >= found.pre_mse && without.mean_gap(1989.0) < -15.0);
    }
}

/// A unit that stays exactly what its donors are shows no effect, and the share says so.
#[test]
fn a_synthetic_control_without_any_gap_finds_nothing() {
    let line = vec![1.0, 2.0, 3.0, 4.0];
    let study = Study {
        times: &[1.0, 2.0, 3.0, 4.0],
        outcomes: &[line.clone(), line.clone(), line],
        treated: 0,
        start: 3.0,
        predictors: &[],
        penalty: 0.0,
    };
    assert_eq!(study.fit().unwrap().ratio(), 0.0);
    assert_eq!(study.placebo_in_space().unwrap().p, 1.0);
}

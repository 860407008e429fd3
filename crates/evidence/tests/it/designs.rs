//! Group-time effects and synthetic controls by hand: anticipation, covariates that have a closed
//! form, errors of every sum, donors among few, and every refusal.

use evidence::chance::Chance;
use evidence::did::{Aggregate, Control, Method, Options, Panel, estimate};
use evidence::synth::{Predictor, SLIGHT, Study, simplex_weights};

use super::close;

/// Two units a group, moving alike: each effect is a difference that can be read off.
#[test]
fn anticipation_moves_the_base_and_who_may_be_compared() {
    let (own, later, never) = ([1.0, 2.0, 4.0, 8.0, 16.0], [0.0, 0.0, 0.0, 10.0, 20.0], [0.0; 5]);
    let outcome: Vec<f64> = [own, own, later, later, never, never].concat();
    let first = [Some(4.0), Some(4.0), Some(5.0), Some(5.0), None, None];
    let panel = Panel {
        periods: &[1.0, 2.0, 3.0, 4.0, 5.0],
        outcome: &outcome,
        first_treated: &first,
        covariates: &[],
    };
    let att = |control, anticipation, t: f64| {
        let options = Options { control, anticipation, ..Default::default() };
        let found = estimate(&panel, &options).unwrap();
        let cell = found.cells.iter().find(|c| c.group == 4.0 && c.time == t).unwrap();
        (cell.att, cell.treated, cell.controls)
    };
    // Base 3 from period 4 on; before that each period against the last.
    assert_eq!([2.0, 3.0, 4.0, 5.0].map(|t| att(Control::Never, 0, t).0), [1.0, 2.0, 4.0, 12.0]);
    // With a period of anticipation the base is 2 from period 3 on.
    assert_eq!([2.0, 3.0, 4.0, 5.0].map(|t| att(Control::Never, 1, t).0), [1.0, 2.0, 6.0, 14.0]);
    // Those supported from 5 on stand in for controls in 4, unless they anticipate.
    assert_eq!(att(Control::NotYet, 0, 4.0), (4.0 - 5.0, 2, 4));
    assert_eq!(att(Control::NotYet, 0, 5.0), (12.0, 2, 2));
    assert_eq!(att(Control::NotYet, 0, 3.0), (2.0, 2, 4));
    assert_eq!(att(Control::NotYet, 1, 4.0), (6.0, 2, 2));
    // In 3 they do not anticipate yet.
    assert_eq!(att(Control::NotYet, 1, 3.0), (2.0, 2, 4));
}

/// With one yes-or-no covariate every method is the same stratified difference.
#[test]
fn a_saturated_covariate_has_a_closed_form_whatever_the_method() {
    let mut chance = Chance::new(61);
    // (treated, stratum, change)
    let units: Vec<(bool, bool, f64)> = (0..60)
        .map(|at| {
            let stratum = at % 3 == 0;
            let treated = at % if stratum { 2 } else { 5 } == 0;
            (treated, stratum, chance.normal() + if stratum { 2.0 } else { 0.0 })
        })
        .collect();
    let mean = |treated: bool, stratum: bool| {
        let list: Vec<f64> =
            units.iter().filter(|u| u.0 == treated && u.1 == stratum).map(|u| u.2).collect();
        (list.iter().sum::<f64>() / list.len() as f64, list.len() as f64)
    };
    let (mut sum, mut n) = (0.0, 0.0);
    for stratum in [true, false] {
        let ((own, size), (others, _)) = (mean(true, stratum), mean(false, stratum));
        sum += size * (own - others);
        n += size;
    }
    let outcome: Vec<f64> = units.iter().flat_map(|u| [5.0, 5.0 + u.2]).collect();
    let stratum: Vec<f64> = units.iter().flat_map(|u| [f64::from(u8::from(u.1)); 2]).collect();
    let first: Vec<Option<f64>> = units.iter().map(|u| u.0.then_some(2.0)).collect();
    let covariates = [stratum];
    let panel = Panel {
        periods: &[1.0, 2.0],
        outcome: &outcome,
        first_treated: &first,
        covariates: &covariates,
    };
    let mut errors = Vec::new();
    for method in [Method::DoublyRobust, Method::Regression, Method::Weighting] {
        let found = estimate(&panel, &Options { method, ..Default::default() }).unwrap();
        close(found.cells[0].att, sum / n, 1e-9);
        errors.push(found.cells[0].se);
    }
    // They have one influence function too.
    close(errors[1], errors[0], 1e-9);
    close(errors[2], errors[0], 1e-9);
    let plain = estimate(&Panel { covariates: &[], ..panel }, &Options::default()).unwrap();
    assert!((plain.cells[0].att - sum / n).abs() > 0.1);
}

/// Sums over cells: their errors are the scatter when one unit after the other is left out, the
/// shares that weight them being estimates too.
#[test]
fn errors_of_sums_agree_with_leaving_one_unit_out() {
    let mut chance = Chance::new(62);
    let units: Vec<(Option<f64>, Vec<f64>)> = (0..240)
        .map(|at| {
            let first =
                [None, Some(3.0), Some(4.0), None, Some(3.0), None][at % 6].filter(|_| at % 7 != 0);
            let own = chance.normal();
            let path = (1..=5)
                .map(|t| {
                    let t = f64::from(t);
                    // Effects that grow with time and differ between groups.
                    let effect =
                        first.map_or(0.0, |g| if t >= g { (t - g + 1.0) * g } else { 0.0 });
                    own + effect + chance.normal()
                })
                .collect();
            (first, path)
        })
        .collect();
    let sums = |left_out: Option<usize>| -> Vec<Aggregate> {
        let kept: Vec<&(Option<f64>, Vec<f64>)> = units
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != left_out)
            .map(|(_, unit)| unit)
            .collect();
        let outcome: Vec<f64> = kept.iter().flat_map(|u| u.1.clone()).collect();
        let first: Vec<Option<f64>> = kept.iter().map(|u| u.0).collect();
        let panel = Panel {
            periods: &[1.0, 2.0, 3.0, 4.0, 5.0],
            outcome: &outcome,
            first_treated: &first,
            covariates: &[],
        };
        let all = estimate(&panel, &Options::default()).unwrap().aggregates();
        let overall = [all.simple, all.group_overall, all.dynamic_overall, all.calendar_overall];
        let mut list: Vec<Aggregate> = overall.into_iter().flatten().collect();
        assert_eq!(list.len(), 4);
        list.extend(all.group);
        list.extend(all.dynamic);
        list.extend(all.calendar);
        list
    };
    let whole = sums(None);
    let events: Vec<f64> = whole[6..].iter().map(|a| a.at).collect();
    assert_eq!(events, [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let n = units.len() as f64;
    let without: Vec<Vec<Aggregate>> = (0..units.len()).map(|at| sums(Some(at))).collect();
    for (at, found) in whole.iter().enumerate() {
        let mean = without.iter().map(|w| w[at].att).sum::<f64>() / n;
        let scatter: f64 = without.iter().map(|w| (w[at].att - mean).powi(2)).sum();
        close(found.se, ((n - 1.0) / n * scatter).sqrt(), 0.03);
    }
}

#[test]
fn bands_widen_with_the_level_and_rest_on_their_draws() {
    let mut chance = Chance::new(63);
    let outcome: Vec<f64> = (0..400).map(|_| chance.normal()).collect();
    let first: Vec<Option<f64>> = (0..100).map(|u| [None, Some(3.0)][u % 2]).collect();
    let panel = Panel {
        periods: &[1.0, 2.0, 3.0, 4.0],
        outcome: &outcome,
        first_treated: &first,
        covariates: &[],
    };
    let found = estimate(&panel, &Options::default()).unwrap();
    let (narrow, wide) = (found.bands(4_000, 0.8, 5), found.bands(4_000, 0.99, 5));
    assert_eq!((narrow.draws, narrow.level, narrow.se.len()), (4_000, 0.8, found.cells.len()));
    assert_eq!(narrow.se, wide.se);
    // Between one normal and Bonferroni's three.
    assert!(narrow.critical > 1.35 && narrow.critical < 1.85, "{}", narrow.critical);
    assert!(wide.critical > 2.5 && wide.critical < 3.05, "{}", wide.critical);
    for (cell, se) in found.cells.iter().zip(&narrow.se) {
        close(*se, cell.se, 0.06);
    }
    assert_ne!(found.bands(4_000, 0.8, 6).se, narrow.se);
    let one = found.bands(1, 0.8, 5);
    assert!(one.se.iter().all(|se| *se == 0.0));
    // The test of earlier trends is a chi-squared of the cells before support.
    let pre = found.pre_trend().unwrap();
    let early: Vec<_> = found.cells.iter().filter(|c| c.time < c.group).collect();
    assert_eq!((pre.df, early.len()), (1, 1));
    close(pre.wald, (early[0].att / early[0].se).powi(2), 1e-9);
    close(pre.p, evidence::distributions::chi_squared_tail(pre.wald, 1.0), 1e-12);
}

fn study<'a>(times: &'a [f64], outcomes: &'a [Vec<f64>], predictors: &'a [Predictor]) -> Study<'a> {
    Study { times, outcomes, treated: 0, start: 4.0, predictors, penalty: SLIGHT }
}

/// Few donors: no mix on a fine grid fits better, with outcomes and with weighted predictors.
#[test]
fn no_mix_on_a_grid_is_better() {
    let mut chance = Chance::new(64);
    let times = [1.0, 2.0, 3.0, 4.0, 5.0];
    let outcomes: Vec<Vec<f64>> =
        (0..4).map(|_| (0..5).map(|_| 10.0 + 3.0 * chance.normal()).collect()).collect();
    let predictor = |name: &str, importance: f64, chance: &mut Chance| Predictor {
        name: name.into(),
        values: (0..4).map(|_| chance.normal()).collect(),
        importance,
    };
    let predictors = [predictor("a", 2.0, &mut chance), predictor("b", 0.5, &mut chance)];
    for predictors in [&[][..], &predictors] {
        let made = study(&times, &outcomes, predictors);
        let found = made.fit().unwrap();
        // What is matched: outcomes before, or predictors in units of their spread.
        let (rows, importance): (Vec<Vec<f64>>, Vec<f64>) = if predictors.is_empty() {
            (outcomes.iter().map(|o| o[..3].to_vec()).collect(), vec![1.0; 3])
        } else {
            let scaled = |unit: usize| {
                predictors
                    .iter()
                    .map(|p| {
                        let (_, variance) = evidence::distributions::mean_and_variance(&p.values);
                        p.values[unit] / variance.sqrt()
                    })
                    .collect()
            };
            ((0..4).map(scaled).collect(), vec![2.0, 0.5])
        };
        let total: f64 = importance.iter().sum();
        let loss = |w: [f64; 3]| -> f64 {
            (0..importance.len())
                .map(|k| {
                    let mix: f64 = (0..3).map(|d| w[d] * rows[d + 1][k]).sum();
                    importance[k] / total * (rows[0][k] - mix).powi(2)
                })
                .sum()
        };
        let best = loss([found.weights[1], found.weights[2], found.weights[3]]);
        close(found.loss, best, 1e-6);
        assert!(found.certificate < 1e-6 && found.weights[0] == 0.0);
        for i in 0..=100 {
            for j in 0..=100 - i {
                let w = [f64::from(i), f64::from(j), f64::from(100 - i - j)].map(|w| w / 100.0);
                assert!(loss(w) >= best - 1e-6, "{w:?}");
            }
        }
        // Gaps are the treated less the mix, in every period.
        for (at, (time, gap)) in found.gaps.iter().enumerate() {
            let mix: f64 = (1..4).map(|u| found.weights[u] * outcomes[u][at]).sum();
            close(*gap, outcomes[0][at] - mix, 1e-9);
            assert_eq!(*time, times[at]);
        }
        let square = |from: usize, to: usize| {
            found.gaps[from..to].iter().map(|(_, g)| g * g).sum::<f64>() / (to - from) as f64
        };
        close(found.pre_mse, square(0, 3), 1e-12);
        close(found.post_mse, square(3, 5), 1e-12);
        close(found.ratio(), square(3, 5) / square(0, 3), 1e-12);
        close(found.mean_gap(4.0), (found.gaps[3].1 + found.gaps[4].1) / 2.0, 1e-12);
        // Inference counts units whose ratio is at least as large, this one included.
        let space = made.placebo_in_space().unwrap();
        close(space.ratios[0], found.ratio(), 1e-12);
        let as_large = space.ratios.iter().filter(|r| **r >= space.ratios[0]).count();
        close(space.p, as_large as f64 / 4.0, 1e-12);
        for unit in 1..4 {
            let others: Vec<Vec<f64>> = [unit, 1, 2, 3]
                .iter()
                .enumerate()
                .filter(|(at, u)| *at == 0 || **u != unit)
                .map(|(_, u)| outcomes[*u].clone())
                .collect();
            if predictors.is_empty() {
                let alone = study(&times, &others, &[]).fit().unwrap();
                close(space.ratios[unit], alone.ratio(), 1e-6);
            }
        }
        // Each donor with weight is left out once.
        let donors: Vec<usize> = (1..4).filter(|u| found.weights[*u] > 1e-6).collect();
        let without = made.leave_one_out().unwrap();
        assert_eq!(without.iter().map(|(u, _)| *u).collect::<Vec<_>>(), donors);
        for (unit, one) in &without {
            assert!(one.weights[*unit] == 0.0 && one.loss >= found.loss - 1e-9);
        }
    }
    // A pretended start sees nothing from the true one on.
    let made = study(&times, &outcomes, &[]);
    let earlier = made.placebo_in_time(3.0).unwrap();
    assert_eq!(earlier.gaps.iter().map(|g| g.0).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    let pair: Vec<Vec<f64>> = outcomes.iter().map(|o| o[..2].to_vec()).collect();
    let alone = simplex_weights(&pair[0], &pair[1..], &[1.0, 1.0], SLIGHT);
    for (found, expected) in earlier.weights[1..].iter().zip(&alone.weights) {
        assert!((found - expected).abs() < 1e-9);
    }
    for wrong in [1.0, 4.0, 5.0, f64::NAN] {
        assert!(made.placebo_in_time(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_study_that_cannot_be_made_is_refused_by_name() {
    let times = [1.0, 2.0, 3.0, 4.0];
    let good: Vec<Vec<f64>> =
        vec![vec![1.0, 2.0, 3.0, 4.0], vec![2.0; 4], vec![5.0, 1.0, 3.0, 4.0]];
    let predictor = |values: &[f64], importance: f64| {
        [Predictor { name: "p".into(), values: values.to_vec(), importance }]
    };
    let fine = predictor(&[1.0, 2.0, 3.0], 1.0);
    assert!(study(&times, &good, &[]).fit().is_ok() && study(&times, &good, &fine).fit().is_ok());
    let refused = |study: Study<'_>, words: &str| {
        let text = study.fit().unwrap_err().to_string();
        assert!(text.contains(words), "{text} for {words}");
    };
    refused(Study { treated: 7, ..study(&times, &good, &[]) }, "unit 7 does not exist");
    refused(study(&times, &good[..1], &[]), "there are no donors");
    refused(Study { start: 1.0, ..study(&times, &good, &[]) }, "no period before 1");
    let mut short = good.clone();
    short[1].pop();
    refused(study(&times, &short, &[]), "unit 1 lacks an outcome");
    let mut gap = good.clone();
    gap[2][3] = f64::NAN;
    refused(study(&times, &gap, &[]), "unit 2 lacks an outcome");
    refused(
        study(&times, &good, &predictor(&[1.0, 2.0], 1.0)),
        "predictor p needs one value a unit",
    );
    refused(study(&times, &good, &predictor(&[1.0, f64::NAN, 3.0], 1.0)), "predictor p is missing");
    refused(
        study(&times, &good, &predictor(&[1.0, 2.0, 3.0], -1.0)),
        "predictor p has importance -1",
    );
    refused(study(&times, &good, &predictor(&[1.0, 2.0, 3.0], f64::INFINITY)), "importance inf");
    refused(
        study(&times, &good, &predictor(&[1.0, 2.0, 3.0], 0.0)),
        "every predictor has importance zero",
    );
    // One of several may have none.
    let mixed = [fine[0].clone(), predictor(&[9.0, 9.0, 1.0], 0.0)[0].clone()];
    let found = study(&times, &good, &mixed).fit().unwrap();
    let alone = study(&times, &good, &fine).fit().unwrap();
    for (a, b) in found.weights.iter().zip(&alone.weights) {
        assert!((a - b).abs() < 1e-6);
    }
}

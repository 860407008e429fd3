//! Readings, their changes and their limits against arithmetic done by hand.

use evidence::distributions::{Z95, mean_and_variance, median, normal_quantile, quantile};
use evidence::variation::{
    change, clopper_pearson, fisher_mid_p, interval, newcombe, p_against, pool, pupils_in_words,
    sampling_variance, wilson,
};
use evidence::{Measure, Missing, Unit, funnel, meta, signals};

use super::close;

fn share(numerator: f64, denominator: f64) -> Measure {
    Measure::Proportion { numerator, denominator }
}

/// An estimate whose standard error is `se`.
fn estimate(value: f64, se: f64, n: Option<f64>) -> Measure {
    Measure::Estimate { value, low: value - Z95 * se, high: value + Z95 * se, n }
}

#[test]
fn published_intervals_add_their_variances_when_readings_change() {
    let moved = change(&estimate(0.2, 0.3, None), &estimate(-0.5, 0.4, Some(80.0))).unwrap();
    close(moved.difference, -0.7, 1e-12);
    let i = moved.interval.unwrap();
    close(i.low, -0.7 - Z95 * 0.5, 1e-12);
    close(i.high, -0.7 + Z95 * 0.5, 1e-12);
    assert_eq!((moved.n, moved.pupils, moved.exact_p), (Some(80.0), None, None));
    assert_eq!(moved.within_normal_variation(), Some(true));
    assert_eq!(
        moved.sentence(Unit::Score),
        format!("Down {}: within normal variation for a cohort of 80.", Unit::Score.amount(-0.7))
    );
    let more = change(&estimate(0.0, 0.3, None), &estimate(1.0, 0.4, None)).unwrap();
    assert_eq!(more.within_normal_variation(), Some(false));
    assert!(more.sentence(Unit::Score).starts_with("Up "));
    assert!(more.sentence(Unit::Score).ends_with(": more than normal variation."));
    // A bare number has no interval, and the sentence says what follows from that.
    let bare = Measure::Scalar { value: 3.0, n: Some(40.0) };
    let unknown = change(&bare, &estimate(4.0, 0.1, None)).unwrap();
    assert_eq!((unknown.interval, unknown.within_normal_variation()), (None, None));
    assert!(unknown.sentence(Unit::Points).contains("we cannot say"));
    assert_eq!(change(&bare, &bare).unwrap().sentence(Unit::Points), "No change.");
}

#[test]
fn shares_change_by_newcombe_with_an_exact_test_when_small() {
    let moved = change(&share(18.0, 29.0), &share(24.0, 40.0)).unwrap();
    let i = newcombe((18.0, 29.0), (24.0, 40.0), Z95).unwrap();
    close(moved.interval.unwrap().low, 100.0 * i.low, 1e-12);
    close(moved.interval.unwrap().high, 100.0 * i.high, 1e-12);
    close(moved.pupils.unwrap(), moved.difference * 0.4, 1e-12);
    assert_eq!(moved.exact_p, fisher_mid_p((18.0, 29.0), (24.0, 40.0)));
    assert!(moved.exact_p.is_some());
    assert_eq!(change(&share(18.0, 30.0), &share(24.0, 30.0)).unwrap().exact_p, None);
    // Newcombe (1998), table II, first pair: 56/70 less 48/80.
    let i = newcombe((48.0, 80.0), (56.0, 70.0), Z95).unwrap();
    assert!((i.low - 0.0524).abs() < 5e-5 && (i.high - 0.3339).abs() < 5e-5);
    // Three of four against one of four: tables of 17/35 with p 16/70 + 16/70, 1/70 + 1/70 beyond.
    close(fisher_mid_p((3.0, 4.0), (1.0, 4.0)).unwrap(), (2.0 + 16.0) / 70.0, 1e-9);
    close(fisher_mid_p((4.0, 4.0), (0.0, 4.0)).unwrap(), 1.0 / 70.0, 1e-9);
}

#[test]
fn shares_alone_have_the_intervals_of_the_books() {
    let i = wilson(9.0, 10.0, Z95).unwrap();
    assert!((i.low - 0.5958).abs() < 5e-5 && (i.high - 0.9821).abs() < 5e-5);
    assert!(
        (i.width() - (i.high - i.low)).abs() < 1e-15 && i.contains(i.low) && i.contains(i.high)
    );
    assert!(!i.contains(0.59) && !i.contains(0.99));
    let same = interval(&share(9.0, 10.0)).unwrap();
    close(same.low, 100.0 * i.low, 1e-12);
    close(same.high, 100.0 * i.high, 1e-12);
    let none = wilson(0.0, 12.0, Z95).unwrap();
    assert!((0.0..1e-15).contains(&none.low));
    close(none.high, Z95 * Z95 / (12.0 + Z95 * Z95), 1e-12);
    // Clopper and Pearson: nobody of n has the upper end 1 − (α/2)^(1/n).
    let exact = clopper_pearson(0.0, 10.0, 0.95).unwrap();
    assert_eq!(exact.low, 0.0);
    close(exact.high, 1.0 - 0.025_f64.powf(0.1), 1e-9);
    let exact = clopper_pearson(10.0, 10.0, 0.9).unwrap();
    close(exact.low, 0.05_f64.powf(0.1), 1e-9);
    assert_eq!(exact.high, 1.0);
    for (met, of) in [(-1.0, 5.0), (6.0, 5.0), (0.0, 0.0), (f64::NAN, 5.0)] {
        assert_eq!((wilson(met, of, Z95), clopper_pearson(met, of, 0.95)), (None, None));
    }
    assert_eq!((wilson(1.0, 2.0, -1.0), clopper_pearson(1.0, 2.0, 1.0)), (None, None));
}

#[test]
fn how_far_a_reading_is_from_a_value() {
    // 30 of 50 against 50 %: z = 10 / √(2500/50).
    let p = p_against(&share(30.0, 50.0), 50.0).unwrap();
    close(p, 0.157_299_207_050_285_1, 1e-9);
    close(p_against(&estimate(1.0, 0.5, None), 0.0).unwrap(), 0.045_500_263_896_358_4, 1e-9);
    assert_eq!(p_against(&share(25.0, 50.0), 50.0), Some(1.0));
    assert_eq!(p_against(&share(25.0, 50.0), 100.5), None);
    assert_eq!(p_against(&Measure::Scalar { value: 1.0, n: None }, 0.0), None);
    // Agresti and Coull: two met and two unmet more.
    let n = 50.0 + Z95 * Z95;
    let shifted = (50.0 + Z95 * Z95 / 2.0) / n;
    let variance = sampling_variance(&share(50.0, 50.0)).unwrap();
    close(variance, 1e4 * shifted * (1.0 - shifted) / n, 1e-12);
    close(sampling_variance(&estimate(3.0, 0.7, None)).unwrap(), 0.49, 1e-12);
    for (pupils, words) in [
        (0.7, "less than one pupil"),
        (-0.8, "about 1 pupil"),
        (1.49, "about 1 pupil"),
        (-1.5, "about 2 pupils"),
        (12.4, "about 12 pupils"),
        (f64::NAN, "an unknown number of pupils"),
    ] {
        assert_eq!(pupils_in_words(pupils), words);
    }
}

#[test]
fn years_are_pooled_by_pupils() {
    let gone = Measure::Missing(Missing::Suppressed);
    let pooled = pool(&[gone, share(3.0, 10.0), share(20.0, 30.0), estimate(1.0, 1.0, None)]);
    assert_eq!((pooled.measure, pooled.used), (share(23.0, 40.0), 2));
    assert_eq!(pooled.left_out, [(0, Missing::Suppressed), (3, Missing::NotApplicable)]);
    assert_eq!(pool(&[gone]).measure, gone);
    // Scores by the size of their cohorts, with the variance of that mean.
    let pooled = pool(&[estimate(1.0, 0.4, Some(10.0)), estimate(2.0, 0.2, Some(30.0))]);
    let Measure::Estimate { value, low, high, n } = pooled.measure else { panic!("{pooled:?}") };
    let half = Z95 * (0.16_f64 / 16.0 + 0.04 * 9.0 / 16.0).sqrt();
    close(value, 1.75, 1e-12);
    close(low, 1.75 - half, 1e-12);
    close(high, 1.75 + half, 1e-12);
    assert_eq!(n, Some(40.0));
    let scalar = |value, n| Measure::Scalar { value, n };
    assert_eq!(
        pool(&[scalar(1.0, Some(10.0)), scalar(2.0, Some(30.0))]).measure,
        scalar(1.75, Some(40.0))
    );
    assert_eq!(pool(&[scalar(1.0, None), scalar(2.0, Some(30.0))]).measure, scalar(1.5, None));
}

#[test]
fn funnels_have_the_limits_of_the_normal() {
    let limits = funnel::limits(0.6, 96.0, 1.0).unwrap();
    let sd = (0.24_f64 / 96.0).sqrt();
    close(limits.usual.low, 0.6 - Z95 * sd, 1e-9);
    close(limits.usual.high, 0.6 + Z95 * sd, 1e-9);
    let alarm = normal_quantile(0.999) * sd;
    close(limits.alarm.low, 0.6 - alarm, 1e-9);
    close(limits.alarm.high, 0.6 + alarm, 1e-9);
    let wide = funnel::limits(0.6, 96.0, 4.0).unwrap();
    close(wide.usual.high - 0.6, 2.0 * Z95 * sd, 1e-9);
    assert_eq!(funnel::limits(0.6, 96.0, 0.2), funnel::limits(0.6, 96.0, 1.0));
    let ends = funnel::limits(0.5, 1.0, 1.0).unwrap();
    assert_eq!((ends.alarm.low, ends.alarm.high), (0.0, 1.0));
    for (p, n) in [(1.1, 10.0), (-0.1, 10.0), (0.5, 0.0), (0.5, f64::INFINITY)] {
        assert_eq!(funnel::limits(p, n, 1.0), None);
    }
    // Eleven scores from −5 to 5: the outer tenth is pulled in to ±4.
    let z: Vec<f64> = (-5..=5).map(f64::from).collect();
    close(funnel::overdispersion(&z).unwrap(), (4.0 * 16.0 + 2.0 * (9.0 + 4.0 + 1.0)) / 11.0, 1e-9);
    assert_eq!(funnel::overdispersion(&[0.5; 10]), Some(1.0));
    assert_eq!(funnel::overdispersion(&z[..9]), None);
}

#[test]
fn middles_and_spreads() {
    let values = [4.0, f64::NAN, 1.0, 3.0, 2.0, f64::INFINITY];
    assert_eq!(median(&values), Some(2.5));
    assert_eq!(quantile(&values, 0.25), Some(1.75));
    assert_eq!((quantile(&values, 0.0), quantile(&values, 1.0)), (Some(1.0), Some(4.0)));
    assert_eq!((quantile(&values, 1.1), quantile(&[f64::NAN], 0.5)), (None, None));
    assert_eq!(mean_and_variance(&[1.0, 2.0, 6.0]), (3.0, 7.0));
    assert!(mean_and_variance(&[1.0]).1.is_nan() && mean_and_variance(&[]).0.is_nan());
}

#[test]
fn discoveries_step_up() {
    // Of six looked at, the third smallest is below 3/6 of 5 %, so three are found, though the
    // second is not below its own step; what is no number counts as looked at.
    let found = signals::benjamini_hochberg(&[0.024, 0.5, 0.0001, 0.020, f64::NAN, 0.9], 0.05);
    assert_eq!(found, [true, false, true, true, false, false]);
    assert_eq!(signals::benjamini_hochberg(&[0.026, 0.5], 0.05), [false, false]);
}

#[test]
fn deployments_that_scatter_widen_what_is_said_of_all() {
    // Equal errors: Q = Σ(y − 3)² = 26 on two degrees, and τ² = 26/2 − 1 makes Q its expectation.
    let pooled = meta::pool(&[(0.0, 1.0), (2.0, 1.0), (7.0, 1.0)]).unwrap();
    close(pooled.effect, 3.0, 1e-12);
    close(pooled.q, 26.0, 1e-12);
    close(pooled.tau2, 12.0, 1e-9);
    close(pooled.i2, 24.0 / 26.0, 1e-12);
    close(pooled.q_p, (-13.0_f64).exp(), 1e-9);
    close(pooled.se, (13.0_f64 / 3.0).sqrt(), 1e-9);
    // Student's 97.5 % points on two and one degree.
    close(pooled.interval.high - 3.0, 4.302_652_729_696_14 * pooled.se, 1e-7);
    close(3.0 - pooled.interval.low, 4.302_652_729_696_14 * pooled.se, 1e-7);
    let prediction = pooled.prediction.unwrap();
    let half = 12.706_204_736_174_7 * (12.0 + 13.0 / 3.0_f64).sqrt();
    close(prediction.high - 3.0, half, 1e-6);
    close(3.0 - prediction.low, half, 1e-6);
    let two = meta::pool(&[(1.0, 1.0), (f64::NAN, 1.0), (1.0, 0.5), (9.0, 0.0)]).unwrap();
    assert_eq!((two.used, two.prediction, two.i2, two.tau2), (2, None, 0.0, 0.0));
    close(two.se, 0.2_f64.sqrt(), 1e-12);
}

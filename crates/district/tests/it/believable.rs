//! Statistics of the district beside what is known of England.

use district::{AcademicYear, District, Options, Phase, Status, YEARS};

use crate::demo;

fn spread(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt())
}

fn expected(district: &District, year: AcademicYear) -> Vec<(u32, f64, u32)> {
    district
        .results(year)
        .ks2
        .iter()
        .filter(|(u, t)| {
            t.pupils >= 11 && district.school(*u).is_some_and(|s| s.phase != Phase::Special)
        })
        .filter_map(|(u, t)| t.percent_expected().map(|p| (*u, p, t.pupils)))
        .collect()
}

#[test]
fn two_authorities_four_trusts_three_hundred_schools() {
    let district = demo();
    assert_eq!((district.authorities.len(), district.trusts.len()), (2, 4));
    let open = district.schools.iter().filter(|s| s.status != Status::Closed).count();
    assert_eq!(open, 300);
    assert_eq!(district.alliance().count(), 24);
    for phase in [
        Phase::Nursery,
        Phase::Infant,
        Phase::Junior,
        Phase::Primary,
        Phase::Secondary,
        Phase::AllThrough,
        Phase::Special,
        Phase::AlternativeProvision,
    ] {
        assert!(district.schools.iter().any(|s| s.phase == phase), "{phase:?}");
    }
}

#[test]
fn levels_and_spreads_are_england_s() {
    let district = District::generate(5, Options { schools: 1_500, ..Options::default() });
    let (mean, sd) = spread(&expected(&district, YEARS[5]).iter().map(|r| r.1).collect::<Vec<_>>());
    assert!((57.0..68.0).contains(&mean), "mean {mean}");
    assert!((9.5..15.0).contains(&sd), "sd {sd}");
    let results = district.results(YEARS[3]);
    let p8: Vec<f64> = results
        .ks4
        .iter()
        .filter(|(u, t)| {
            t.measured > 50 && district.school(*u).is_some_and(|s| s.phase == Phase::Secondary)
        })
        .map(|(_, t)| t.progress / f64::from(t.measured))
        .collect();
    let (mean, sd) = spread(&p8);
    assert!(mean.abs() < 0.15, "Progress 8 mean {mean}");
    assert!((0.28..0.52).contains(&sd), "Progress 8 sd {sd}");
}

#[test]
fn small_cohorts_swing_more_and_good_schools_stay_good() {
    let district = District::generate(9, Options { schools: 1_500, ..Options::default() });
    let (before, after) = (expected(&district, YEARS[4]), expected(&district, YEARS[5]));
    let mut pairs: Vec<(f64, f64, u32)> = Vec::new();
    for (urn, value, n) in &after {
        if let Some((_, earlier, _)) = before.iter().find(|r| r.0 == *urn) {
            pairs.push((*earlier, *value, *n));
        }
    }
    let change = |small: bool| {
        let values: Vec<f64> =
            pairs.iter().filter(|p| (p.2 < 25) == small).map(|p| p.1 - p.0).collect();
        spread(&values).1
    };
    assert!(change(true) > 1.25 * change(false), "{} {}", change(true), change(false));
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|p| (p.0, p.1)).unzip();
    let ((ma, sa), (mb, sb)) = (spread(&a), spread(&b));
    let covariance =
        a.iter().zip(&b).map(|(x, y)| (x - ma) * (y - mb)).sum::<f64>() / a.len() as f64;
    let correlation = covariance / (sa * sb);
    // England's year-on-year correlation of this measure is near one half.
    assert!((0.3..0.75).contains(&correlation), "{correlation}");
}

#[test]
fn poverty_lowers_results_and_lifts_absence() {
    let district = District::generate(11, Options { schools: 1_500, ..Options::default() });
    let results = district.results(YEARS[5]);
    let (mut rich, mut poor) = (Vec::new(), Vec::new());
    for (urn, value, _) in expected(&district, YEARS[5]) {
        let fsm6 = district.school(urn).unwrap().context.fsm6;
        let absence = results.attendance_of(urn).unwrap();
        let persistent = 100.0 * f64::from(absence.persistent) / f64::from(absence.enrolments);
        if fsm6 < 15.0 {
            rich.push((value, persistent));
        } else if fsm6 > 40.0 {
            poor.push((value, persistent));
        }
    }
    let mean = |rows: &[(f64, f64)]| {
        let n = rows.len() as f64;
        (rows.iter().map(|r| r.0).sum::<f64>() / n, rows.iter().map(|r| r.1).sum::<f64>() / n)
    };
    let (rich, poor) = (mean(&rich), mean(&poor));
    assert!(rich.0 - poor.0 > 5.0, "{rich:?} {poor:?}");
    assert!(poor.1 - rich.1 > 4.0, "{rich:?} {poor:?}");
}

#[test]
fn a_converted_school_keeps_its_strengths() {
    let district = demo();
    let converted = district
        .schools
        .iter()
        .filter(|s| s.predecessors.len() == 1)
        .filter_map(|s| district.school(s.predecessors[0].0).map(|p| (s, p)))
        .collect::<Vec<_>>();
    assert!(converted.len() > 50);
    for (school, before) in converted {
        assert_eq!(school.identity, before.identity);
        assert_eq!(before.status, Status::Closed);
        assert_eq!(before.closed.unwrap().tomorrow().unwrap(), school.opened.unwrap());
        for year in YEARS {
            assert!(!(school.open_through(year) && before.open_through(year)), "{}", school.name);
        }
    }
}

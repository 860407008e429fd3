//! Matched comparators against closed forms and repeated draws.

use evidence::chance::Chance;
use evidence::comparators::{MatchError, School, compare};
use evidence::distributions;

use super::close;

fn school(covariates: &[f64], outcome: f64) -> School {
    School { covariates: covariates.to_vec(), outcome }
}

#[test]
fn two_kinds_of_comparators_have_a_closed_form() {
    // Six comparators at 0 and four at 1; supported schools have mean 0.7. Balance leaves one
    // choice: 0.3 shared by the six and 0.7 by the four.
    let mut comparators: Vec<School> = (0..6).map(|i| school(&[0.0], f64::from(i))).collect();
    comparators.extend((0..4).map(|i| school(&[1.0], 10.0 + f64::from(i))));
    let supported = [school(&[0.4], 9.0), school(&[1.0], 15.0)];
    let found = compare(&supported, &comparators).unwrap();
    for w in &found.weights[..6] {
        close(*w, 0.05, 1e-9);
    }
    for w in &found.weights[6..] {
        close(*w, 0.175, 1e-9);
    }
    close(found.effect, 12.0 - (0.3 * 2.5 + 0.7 * 11.5), 1e-9);
    let effective = 1.0 / (6.0 * 0.05 * 0.05 + 4.0 * 0.175 * 0.175);
    close(found.effective, effective, 1e-9);
    // Residuals are about the two means: Σ(i − 2.5)² = 17.5, Σ(i − 1.5)² = 5.
    let of_comparators = (17.5 * 0.05 * 0.05 + 5.0 * 0.175 * 0.175) * effective / (effective - 2.0);
    // The line through the two means: 2.5 + 9x. Supported residuals 2.9 and 3.5 about it.
    let own = (2.9_f64 - 3.2).powi(2) + (3.5_f64 - 3.2).powi(2);
    close(found.se, (of_comparators + own / 2.0).sqrt(), 1e-9);
    // Welch and Satterthwaite, with one degree for the two supported schools.
    let parts = of_comparators.powi(2) / (effective - 2.0) + (own / 2.0).powi(2);
    let degrees = (of_comparators + own / 2.0).powi(2) / parts;
    close(found.degrees, degrees, 1e-9);
    close(found.p, 2.0 * distributions::student_tail(found.effect / found.se, degrees), 1e-9);
    // One supported school has no spread of its own: it borrows that of the comparators.
    let found = compare(&[school(&[0.7], 12.0)], &comparators).unwrap();
    let borrowed = (0.05 * 17.5 + 0.175 * 5.0) * effective / (effective - 2.0);
    close(found.effect, 12.0 - 8.8, 1e-9);
    close(found.se, (of_comparators + borrowed).sqrt(), 1e-9);
    close(found.degrees, effective - 2.0, 1e-9);
    let (low, high) = found.interval(0.9);
    let half = distributions::student_quantile(0.95, effective - 2.0) * found.se;
    close(high - found.effect, half, 1e-9);
    close(found.effect - low, half, 1e-9);
}

#[test]
fn balance_is_of_every_covariate_and_equal_weights_stay_when_it_is_there() {
    let mut chance = Chance::new(31);
    let comparators: Vec<School> = (0..200)
        .map(|_| {
            let (a, b) = (chance.normal(), chance.normal());
            school(&[a, 100.0 + 20.0 * b, 7.0, a + b], chance.normal())
        })
        .collect();
    let supported: Vec<School> =
        (0..9).map(|i| school(&[0.8, 90.0 + f64::from(i), 7.0, 0.5], 1.0)).collect();
    let found = compare(&supported, &comparators).unwrap();
    // The constant, and the sum of the first and the second, say nothing new.
    assert_eq!(found.left_out, [2, 3]);
    for (at, target) in [(0, 0.8), (1, 94.0)] {
        let mean: f64 =
            comparators.iter().zip(&found.weights).map(|(c, w)| c.covariates[at] * w).sum();
        close(mean, target, 1e-8);
    }
    close(found.weights.iter().sum::<f64>(), 1.0, 1e-12);
    let mean = |at: usize| comparators.iter().map(|c| c.covariates[at]).sum::<f64>() / 200.0;
    let same = compare(&[school(&[mean(0), mean(1), 7.0, 0.0], 1.0)], &comparators).unwrap();
    assert!(same.weights.iter().all(|w| (w - 0.005).abs() < 1e-12));
    close(same.effective, 200.0, 1e-9);
}

/// Schools chosen on a low reading rise by themselves; matching on that reading allows for it.
#[test]
fn intervals_cover_when_schools_are_chosen_on_a_low_reading() {
    let mut chance = Chance::new(32);
    let (mut covered, mut plain, times) = (0, 0.0, 1500);
    for _ in 0..times {
        let mut rows: Vec<School> = (0..150)
            .map(|_| {
                let lasting = chance.normal();
                school(&[lasting + chance.normal()], lasting + chance.normal())
            })
            .collect();
        rows.sort_by(|a, b| a.covariates[0].total_cmp(&b.covariates[0]));
        // Support goes to a third of the lower half.
        let (supported, comparators): (Vec<_>, Vec<_>) =
            rows.into_iter().enumerate().partition(|(at, _)| *at < 75 && at % 3 == 0);
        let only = |rows: Vec<(usize, School)>| rows.into_iter().map(|(_, s)| s).collect();
        let (supported, comparators): (Vec<School>, Vec<School>) =
            (only(supported), only(comparators));
        let found = compare(&supported, &comparators).unwrap();
        let (low, high) = found.interval(0.95);
        covered += usize::from(low <= 0.0 && 0.0 <= high);
        let rise: f64 = supported.iter().map(|s| s.outcome - s.covariates[0]).sum();
        plain += rise / supported.len() as f64 / f64::from(times);
    }
    let share = covered as f64 / f64::from(times);
    assert!((0.935..0.97).contains(&share), "{share}");
    assert!(plain > 0.4, "without matching the rise by itself is {plain}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let comparators: Vec<School> = (0..9).map(|i| school(&[f64::from(i)], 0.0)).collect();
    let beyond = compare(&[school(&[8.5], 1.0)], &comparators);
    assert_eq!(beyond, Err(MatchError::Beyond));
    assert_eq!(compare(&[], &comparators), Err(MatchError::TooFew));
    assert_eq!(compare(&[school(&[1.0], 1.0)], &comparators[..2]), Err(MatchError::TooFew));
    let length = compare(&[school(&[1.0], 1.0), school(&[], 1.0)], &comparators);
    assert_eq!(length, Err(MatchError::Length { at: 1, found: 0, expected: 1 }));
    for bad in [f64::NAN, f64::INFINITY, 1e200] {
        let found = compare(&[school(&[bad], 1.0)], &comparators);
        assert_eq!(found, Err(MatchError::NotFinite { at: 0 }));
    }
    // No covariate at all: plain means.
    let bare: Vec<School> = (0..5).map(|i| school(&[], f64::from(i))).collect();
    close(compare(&[school(&[], 3.0)], &bare).unwrap().effect, 1.0, 1e-12);
}

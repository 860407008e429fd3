//! Variance components that have a closed form, and how few steps lead to them.

use evidence::chance::Chance;
use evidence::mixed::nested::fit_nested;
use evidence::mixed::{Column, Data, Method, Options, Structure, fit};

use super::close;

/// Classes in schools, balanced: the variances are differences of mean squares, and the predictors
/// are means shrunk by their own reliability.
#[test]
fn balanced_nested_groups_have_the_analysis_of_variance() {
    let (schools, classes, pupils) = (14_usize, 4_usize, 5_usize);
    let (a, b, n) = (schools as f64, classes as f64, pupils as f64);
    let mut chance = Chance::new(71);
    let (mut y, mut class_of) = (vec![], vec![]);
    for _ in 0..schools {
        let school = 1.5 * chance.normal();
        for _ in 0..classes {
            let class = chance.normal();
            for _ in 0..pupils {
                y.push(50.0 + school + class + chance.normal());
                class_of.push(((y.len() - 1) / pupils) as u32);
            }
        }
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let of_class: Vec<f64> = y.chunks(pupils).map(mean).collect();
    let of_school: Vec<f64> = y.chunks(pupils * classes).map(mean).collect();
    let grand = mean(&y);
    let within: f64 = y
        .chunks(pupils)
        .zip(&of_class)
        .map(|(c, m)| c.iter().map(|y| (y - m).powi(2)).sum::<f64>())
        .sum();
    let between_classes: f64 =
        of_class.iter().enumerate().map(|(at, m)| n * (m - of_school[at / classes]).powi(2)).sum();
    let between_schools: f64 = of_school.iter().map(|m| n * b * (m - grand).powi(2)).sum();
    let residual = within / (a * b * (n - 1.0));
    let ms_class = between_classes / (a * (b - 1.0));
    let ms_school = between_schools / (a - 1.0);
    let inner = (ms_class - residual) / n;
    let outer = (ms_school - ms_class) / (n * b);
    assert!(inner > 0.1 && outer > 0.1, "the example needs both: {inner} {outer}");

    let ones = [Column::ones(y.len())];
    let data = Data {
        y: &y,
        fixed: &ones,
        random: &ones,
        group: &class_of,
        groups: schools * classes,
        weights: None,
    };
    let school_of: Vec<u32> = (0..schools * classes).map(|c| (c / classes) as u32).collect();
    let found = fit_nested(&data, &school_of, schools, &Options::default()).unwrap();
    assert!(found.converged && !found.singular);
    close(found.residual, residual, 1e-6);
    close(found.inner_variance, inner, 1e-5);
    close(found.outer_variance, outer, 1e-5);
    close(found.fixed[0].estimate, grand, 1e-10);
    close(found.fixed[0].se, (ms_school / (a * b * n)).sqrt(), 1e-6);
    let shrink = outer / (outer + inner / b + residual / (n * b));
    for (school, effect) in found.outer.iter().enumerate() {
        assert!((effect - shrink * (of_school[school] - grand)).abs() < 1e-4);
    }
    let within_school = inner / (inner + residual / n);
    for (class, effect) in found.inner.iter().enumerate() {
        let expected = within_school * (of_class[class] - grand - found.outer[class / classes]);
        assert!((effect - expected).abs() < 1e-4);
    }
    // The search begins near the end: few steps, because curvature and slope are right.
    assert!(found.evaluations <= 14, "{}", found.evaluations);
}

/// One level, balanced: closed forms for both likelihoods, and how few evaluations they take.
#[test]
fn balanced_groups_have_closed_forms_and_are_found_in_few_steps() {
    let (groups, n) = (30_usize, 8_usize);
    let mut chance = Chance::new(72);
    let (mut y, mut group, mut x) = (vec![], vec![], vec![]);
    for g in 0..groups {
        let effect = 0.8 * chance.normal();
        for row in 0..n {
            y.push(3.0 + effect + chance.normal());
            group.push(g as u32);
            x.push(row as f64);
        }
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let of_group: Vec<f64> = y.chunks(n).map(mean).collect();
    let grand = mean(&y);
    let within: f64 = y
        .chunks(n)
        .zip(&of_group)
        .map(|(c, m)| c.iter().map(|y| (y - m).powi(2)).sum::<f64>())
        .sum();
    let between: f64 = of_group.iter().map(|m| n as f64 * (m - grand).powi(2)).sum();
    let (a, size) = (groups as f64, n as f64);
    let residual = within / (a * (size - 1.0));
    let ones = [Column::ones(y.len())];
    let data = Data { y: &y, fixed: &ones, random: &ones, group: &group, groups, weights: None };
    for (method, divisor) in [(Method::Reml, a - 1.0), (Method::Ml, a)] {
        let found = fit(&data, &Options { method, ..Default::default() }).unwrap();
        let variance = (between / divisor - residual) / size;
        close(found.residual, residual, 1e-8);
        close(found.group_variance[(0, 0)], variance, 1e-7);
        close(found.fixed[0].se, ((variance * size + residual) / (a * size)).sqrt(), 1e-7);
        close(found.covariance[(0, 0)], found.fixed[0].se.powi(2), 1e-12);
        // −2 ln L of the two mean squares.
        let (total, big) = (a * size, variance * size + residual);
        let ln = a * (size - 1.0) * residual.ln() + a * big.ln();
        let mut deviance =
            total * (2.0 * std::f64::consts::PI).ln() + ln + within / residual + between / big;
        if method == Method::Reml {
            deviance += (total / big).ln() - (2.0 * std::f64::consts::PI).ln();
        }
        close(found.loglik, -0.5 * deviance, 1e-10);
        close(found.aic, deviance + 6.0, 1e-10);
        close(found.bic, deviance + 3.0 * total.ln(), 1e-10);
        assert!(found.evaluations <= 9, "{}", found.evaluations);
        let shrink = variance / (variance + residual / size);
        for (effect, m) in found.groups().zip(&of_group) {
            close(effect.sd[0], (variance * (1.0 - shrink)).sqrt(), 1e-7);
            assert!((effect.effects[0] - shrink * (m - grand)).abs() < 1e-7 && effect.n == n);
        }
    }
    // Slopes: full and independent, from a start that knows the size of each column.
    let columns = [Column::ones(y.len()), Column::new("x", &x)];
    for structure in [Structure::Full, Structure::Diagonal] {
        let data = Data { fixed: &columns, random: &columns, ..data.clone() };
        let mut bent = y.clone();
        bent.iter_mut()
            .zip(&x)
            .zip(&group)
            .for_each(|((y, x), g)| *y += 0.3 * x * f64::from(g % 3));
        let data = Data { y: &bent, ..data };
        let found = fit(&data, &Options { structure, ..Default::default() }).unwrap();
        assert!(found.converged && !found.singular);
        assert!(found.evaluations <= 16, "{structure:?}: {}", found.evaluations);
    }
}

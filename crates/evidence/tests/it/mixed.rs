//! Mixed models against closed forms, another program and dense arithmetic.

use evidence::chance::Chance;
use evidence::linear::{Cholesky, Matrix, dot};
use evidence::mixed::nested::fit_nested;
use evidence::mixed::{Column, Data, FitError, Method, Options, Structure, fit};

use super::{close, columns, data, numbers};

struct Exam {
    y: Vec<f64>,
    x: Vec<f64>,
    school: Vec<u32>,
    student: Vec<f64>,
    gender: Vec<String>,
}

fn exam() -> Option<Exam> {
    let file = data()?.join("reference/statistics/mlmRev_Exam.csv");
    let cells = columns(&file, &["school", "normexam", "standLRT", "student", "schgend"]);
    Some(Exam {
        school: cells[0].iter().map(|c| c.parse::<u32>().unwrap() - 1).collect(),
        y: numbers(&cells[1]),
        x: numbers(&cells[2]),
        student: numbers(&cells[3]),
        gender: cells[4].clone(),
    })
}

/// lme4 1.1-31 with the tightest tolerances; its own optimum is good to about 1e-6.
#[test]
fn weights_factors_and_nested_groups_agree_with_lme4() {
    let Some(exam) = exam() else { return };
    let rows = exam.y.len();
    let ones = [Column::ones(rows)];
    let fixed = vec![Column::ones(rows), Column::new("standLRT", &exam.x)];
    let weights: Vec<f64> = exam.student.iter().map(|s| 1.0 + s % 4.0).collect();
    let plain = Data {
        y: &exam.y,
        fixed: &fixed,
        random: &ones,
        group: &exam.school,
        groups: 65,
        weights: None,
    };
    let weighted =
        fit(&Data { weights: Some(&weights), ..plain.clone() }, &Options::default()).unwrap();
    close(weighted.group_variance[(0, 0)], 0.099_077_929_3, 1e-5);
    close(weighted.residual, 1.404_125_046, 1e-6);
    close(weighted.loglik, -4_927.061_972_326, 1e-9);
    close(weighted.fixed[0].estimate, 0.011_838_117_3, 1e-5);

    let trust: Vec<u32> = (0..65).map(|s| s / 5).collect();
    let nested = fit_nested(&plain, &trust, 13, &Options::default()).unwrap();
    close(nested.loglik, -4_684.260_788_904, 1e-9);
    close(nested.inner_variance, 0.088_457_718_9, 1e-4);
    close(nested.outer_variance, 0.005_127_665, 1e-3);
    close(nested.residual, 0.565_917_370, 1e-6);
    close(nested.fixed[1].estimate, 0.563_175_790_7, 1e-6);
    close(nested.outer[0], 0.075_068_600, 1e-3);
    assert!(nested.converged && !nested.singular);

    let level = |name: &str| -> Vec<f64> {
        exam.gender.iter().map(|g| f64::from(u8::from(g == name))).collect()
    };
    let (girls, mixed) = (level("girls"), level("mixed"));
    let mut more = fixed.clone();
    more.push(Column::new("girls", &girls));
    more.push(Column::new("mixed", &mixed));
    let factor = fit(&Data { fixed: &more, ..plain.clone() }, &Options::default()).unwrap();
    close(factor.loglik, -4_683.388_694_487, 1e-9);
    close(factor.fixed[2].estimate, 0.148_363_667, 1e-5);
    close(factor.fixed[3].estimate, -0.096_871_219, 1e-5);
    close(factor.aic, 9_378.777_388_97, 1e-9);
    close(factor.bic, 9_416.629_540_48, 1e-9);
    // A third level beside the intercept repeats what is known, and is named.
    let boys = level("boys");
    let mut again = more.clone();
    again.push(Column::new("boys", &boys));
    let repeated = fit(&Data { fixed: &again, ..plain.clone() }, &Options::default()).unwrap();
    assert_eq!(repeated.fixed.len(), 4);
    assert!(repeated.notes.iter().any(|n| n.starts_with("boys was left out")));
    close(repeated.loglik, factor.loglik, 1e-11);
}

#[test]
fn independent_slopes_agree_with_lme4() {
    let Some(exam) = exam() else { return };
    let fixed = [Column::ones(exam.y.len()), Column::new("standLRT", &exam.x)];
    let data = Data {
        y: &exam.y,
        fixed: &fixed,
        random: &fixed,
        group: &exam.school,
        groups: 65,
        weights: None,
    };
    let options =
        Options { method: Method::Ml, structure: Structure::Diagonal, ..Default::default() };
    let found = fit(&data, &options).unwrap();
    close(found.loglik, -4_662.559_222_98, 1e-9);
    close(found.group_variance[(0, 0)], 0.090_271_704, 1e-4);
    close(found.group_variance[(1, 1)], 0.014_317_263, 1e-4);
    assert_eq!(found.group_variance[(0, 1)], 0.0);
    // Correlated effects can only fit better.
    let full = fit(&data, &Options { structure: Structure::Full, ..options }).unwrap();
    assert!(full.loglik > found.loglik);
}

/// The log-likelihood by dense arithmetic over all rows, from the estimated variances.
fn dense_reml(
    y: &[f64],
    x: &[Vec<f64>],
    z: &[Vec<f64>],
    group: &[u32],
    g: &Matrix,
    residual: &[f64],
) -> f64 {
    let (n, p) = (y.len(), x.len());
    let mut v = Matrix::zeros(n, n);
    for i in 0..n {
        for j in 0..n {
            if group[i] == group[j] {
                for (a, za) in z.iter().enumerate() {
                    for (b, zb) in z.iter().enumerate() {
                        v[(i, j)] += za[i] * g[(a, b)] * zb[j];
                    }
                }
            }
        }
        v[(i, i)] += residual[i];
    }
    let factor = Cholesky::new(&v).unwrap();
    let wx: Vec<Vec<f64>> = x.iter().map(|c| factor.half_solve(c)).collect();
    let wy = factor.half_solve(y);
    let mut inner = Matrix::zeros(p, p);
    for i in 0..p {
        for j in 0..p {
            inner[(i, j)] = dot(&wx[i], &wx[j]);
        }
    }
    let solver = Cholesky::new(&inner).unwrap();
    let beta = solver.solve(&wx.iter().map(|c| dot(c, &wy)).collect::<Vec<f64>>());
    let rest = dot(&wy, &wy) - beta.iter().zip(&wx).map(|(b, c)| b * dot(c, &wy)).sum::<f64>();
    let tau = (2.0 * std::f64::consts::PI).ln();
    -0.5 * ((n - p) as f64 * tau + factor.ln_determinant() + solver.ln_determinant() + rest)
}

/// Unbalanced, with slopes, weights and rows in any order: the likelihood equals the dense one and
/// no small change of the variances is better.
#[test]
fn the_optimum_is_one_and_the_likelihood_is_right() {
    let mut chance = Chance::new(5);
    let (mut y, mut t, mut group, mut weights) = (vec![], vec![], vec![], vec![]);
    for row in 0..180 {
        let g = (row * 7) % 23;
        let x = chance.normal();
        let own = f64::from(g % 5) - 2.0;
        group.push(g);
        t.push(x + 3.0);
        weights.push(0.5 + chance.uniform());
        let slope = f64::from(g % 3) - 1.0;
        y.push(100.0 + 2.0 * x + own + slope * x + chance.normal());
    }
    let columns = [Column::ones(180), Column::new("t", &t)];
    let data = Data {
        y: &y,
        fixed: &columns,
        random: &columns,
        group: &group,
        groups: 24,
        weights: Some(&weights),
    };
    let found = fit(&data, &Options::default()).unwrap();
    assert!(found.converged, "{:?}", found.notes);
    let design = [vec![1.0; 180], t.clone()];
    let at = |g: &Matrix, s: f64| {
        let residual: Vec<f64> = weights.iter().map(|w| s / w).collect();
        dense_reml(&y, &design, &design, &group, g, &residual)
    };
    let best = at(&found.group_variance, found.residual);
    close(found.loglik, best, 1e-10);
    for (i, j, by) in [(0, 0, 0.02), (1, 1, -0.02), (0, 1, 0.01), (0, 1, -0.01), (1, 1, 0.02)] {
        let mut other = found.group_variance.clone();
        let step = by * (other[(i, i)] * other[(j, j)]).sqrt();
        other[(i, j)] += step;
        if i != j {
            other[(j, i)] += step;
        }
        assert!(at(&other, found.residual) < best, "({i}, {j}) by {by}");
    }
    assert!(at(&found.group_variance, 1.01 * found.residual) < best);
    // The group without rows has no effect and the full spread.
    let empty = found.group(23).unwrap();
    assert_eq!((empty.n, empty.effects[0]), (0, 0.0));
    close(empty.sd[0], found.group_variance[(0, 0)].sqrt(), 1e-9);
}

#[test]
fn merged_patterns_change_nothing() {
    // Balanced data are merged into one pattern; a weight of 1 + 1e-9 on one row of each group
    // keeps every group apart.
    let mut chance = Chance::new(8);
    let (mut y, mut group, mut weights, mut x) = (vec![], vec![], vec![], vec![]);
    let mut measures = [Vec::new(), Vec::new()];
    for g in 0..60_u32 {
        let effects = [chance.normal(), chance.normal()];
        for row in 0..8 {
            let m = row % 2;
            y.push(effects[m] + 0.3 * row as f64 + chance.normal());
            x.push(row as f64);
            group.push(g);
            weights.push(if row == 0 { 1.0 + 1e-9 * f64::from(g) } else { 1.0 });
            measures[0].push(f64::from(u8::from(m == 0)));
            measures[1].push(f64::from(u8::from(m == 1)));
        }
    }
    let columns =
        [Column::new("a", &measures[0]), Column::new("b", &measures[1]), Column::new("x", &x)];
    let merged = Data {
        y: &y,
        fixed: &columns,
        random: &columns[..2],
        group: &group,
        groups: 60,
        weights: None,
    };
    let apart = Data { weights: Some(&weights), ..merged.clone() };
    for method in [Method::Reml, Method::Ml] {
        let options = Options { method, ..Default::default() };
        let (one, other) = (fit(&merged, &options).unwrap(), fit(&apart, &options).unwrap());
        close(one.loglik, other.loglik, 1e-8);
        for i in 0..2 {
            for j in 0..2 {
                close(one.group_variance[(i, j)], other.group_variance[(i, j)], 1e-5);
            }
        }
        for (a, b) in one.groups().zip(other.groups()) {
            assert!((a.effects[0] - b.effects[0]).abs() < 1e-6);
            close(a.sd[1], b.sd[1], 1e-5);
        }
    }
}

#[test]
fn known_variances_follow_fay_and_herriot() {
    // With equal known variances v the REML estimate is the sample variance less v.
    let y = [3.0, 5.0, 4.0, 8.0, 1.0, 6.0];
    let ones = [Column::ones(6)];
    let group = [0, 1, 2, 3, 4, 5];
    let weights = [1.0 / 1.5; 6];
    let data = Data {
        y: &y,
        fixed: &ones,
        random: &ones,
        group: &group,
        groups: 6,
        weights: Some(&weights),
    };
    let options = Options { known_variances: true, ..Default::default() };
    let found = fit(&data, &options).unwrap();
    let (mean, variance) = evidence::distributions::mean_and_variance(&y);
    close(found.group_variance[(0, 0)], variance - 1.5, 1e-8);
    close(found.fixed[0].estimate, mean, 1e-12);
    let shrink = (variance - 1.5) / variance;
    close(found.group(3).unwrap().effects[0], shrink * (8.0 - mean), 1e-8);
    assert_eq!(found.residual, 1.0);
    let g = Matrix::zeros(1, 1);
    let mut g = g;
    g[(0, 0)] = variance - 1.5;
    let dense = dense_reml(&y, &[vec![1.0; 6]], &[vec![1.0; 6]], &group, &g, &[1.5; 6]);
    close(found.loglik, dense, 1e-9);
}

#[test]
fn a_singular_fit_is_said_in_words() {
    // Every group has the same mean: between-group variance below zero by moments.
    let y: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
    let group: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let ones = [Column::ones(40)];
    let data =
        Data { y: &y, fixed: &ones, random: &ones, group: &group, groups: 10, weights: None };
    let found = fit(&data, &Options::default()).unwrap();
    assert!(found.singular && found.converged);
    assert!(found.group_variance[(0, 0)] < 1e-10);
    assert!(found.notes.iter().any(|n| n.starts_with("Singular fit")));
    close(found.residual, 50.0 / 39.0, 1e-9);
}

#[test]
fn what_cannot_be_fitted_is_said_in_words() {
    let ones = [Column::ones(4)];
    let y = [1.0, 2.0, 3.0, 4.0];
    let data = |group: &'static [u32], groups| Data {
        y: &y,
        fixed: &ones,
        random: &ones,
        group,
        groups,
        weights: None,
    };
    let words = |e: FitError| e.to_string();
    let one = fit(&data(&[0, 0, 0, 0], 1), &Options::default()).map_err(words).unwrap_err();
    assert!(one.contains("only one group"), "{one}");
    let each = fit(&data(&[0, 1, 2, 3], 4), &Options::default()).map_err(words).unwrap_err();
    assert!(each.contains("cannot tell"), "{each}");
    let wrong = [1.0, f64::NAN, 3.0, 4.0];
    let broken = Data { y: &wrong, ..data(&[0, 0, 1, 1], 2) };
    let text = fit(&broken, &Options::default()).map_err(words).unwrap_err();
    assert!(text.contains("row 1 of the outcome"), "{text}");
    let perfect = [1.0; 4];
    let flat = Data { y: &perfect, ..data(&[0, 0, 1, 1], 2) };
    assert!(matches!(fit(&flat, &Options::default()), Err(FitError::TooLittle(_))));
}

/// The formulae of Prasad and Rao (1990) with the variance of restricted likelihood, written out
/// for one figure an area, an intercept and known sampling variances.
#[test]
fn prediction_errors_follow_prasad_and_rao() {
    let mut chance = Chance::new(12);
    let v: Vec<f64> = (0..30).map(|_| 0.2 + 2.0 * chance.uniform()).collect();
    let y: Vec<f64> =
        v.iter().map(|v| 3.0 + chance.normal() + v.sqrt() * chance.normal()).collect();
    let ones = [Column::ones(30)];
    let weights: Vec<f64> = v.iter().map(|v| 1.0 / v).collect();
    let group: Vec<u32> = (0..30).collect();
    let data = Data {
        y: &y,
        fixed: &ones,
        random: &ones,
        group: &group,
        groups: 30,
        weights: Some(&weights),
    };
    let options = Options { known_variances: true, ..Options::default() };
    let model = fit(&data, &options).unwrap();
    let between = model.group_variance[(0, 0)];
    assert!(between > 0.1, "the example needs a variance, not {between}");
    let total: f64 = v.iter().map(|v| 1.0 / (between + v)).sum();
    let information: f64 = v.iter().map(|v| 0.5 / (between + v).powi(2)).sum();
    for (found, v) in model.prediction_sd().iter().zip(&v) {
        let shrink = between / (between + v);
        let g1 = between * v / (between + v);
        // Of the effect about the mean, not of mean plus effect: the share kept is what matters.
        let g2 = shrink * shrink / total;
        let g3 = v * v / (between + v).powi(3) / information;
        close(found[0] * found[0], g1 + g2 + 2.0 * g3, 1e-9);
    }
}

/// Several effects a group that is balanced in them are so many single ones.
#[test]
fn prediction_errors_of_independent_measures_are_those_of_each() {
    let mut chance = Chance::new(13);
    let (mut y, mut group, mut first, mut second) = (vec![], vec![], vec![], vec![]);
    for school in 0..25 {
        let effects = [chance.normal(), 0.5 * chance.normal()];
        for row in 0..12 {
            let measure = row % 2;
            y.push(effects[measure] + chance.normal());
            group.push(school);
            first.push(f64::from(u8::from(measure == 0)));
            second.push(f64::from(u8::from(measure == 1)));
        }
    }
    let both = [Column::new("a", &first), Column::new("b", &second)];
    let data =
        Data { y: &y, fixed: &both, random: &both, group: &group, groups: 25, weights: None };
    let options = Options { structure: Structure::Diagonal, ..Options::default() };
    let joint = fit(&data, &options).unwrap();
    for (at, sd) in joint.prediction_sd().iter().enumerate() {
        let conditional = joint.group(at).unwrap().sd;
        for measure in 0..2 {
            assert!(sd[measure] > conditional[measure]);
            // g₂ by hand: β is the mean of 25 groups of six.
            let d = joint.group_variance[(measure, measure)];
            let shrink = 6.0 * d / (6.0 * d + joint.residual);
            let g2 = shrink * shrink * (d + joint.residual / 6.0) / 25.0;
            let known = conditional[measure].powi(2) + g2;
            // A mean of six has sampling variance v; the residual is known better than D.
            let v = joint.residual / 6.0;
            let information = 12.5 / (d + v).powi(2);
            let g3 = v * v / (d + v).powi(3) / information;
            let found = sd[measure].powi(2);
            assert!((found - known) / (2.0 * g3) > 0.9, "{found} {known} {g3}");
            assert!((found - known) / (2.0 * g3) < 1.5, "{found} {known} {g3}");
        }
    }
}

#[test]
fn a_singular_fit_does_not_claim_certainty() {
    // Group means equal: the variance between groups is estimated as zero.
    let y: Vec<f64> = (0..40).map(|row| if row % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let group: Vec<u32> = (0..40).map(|row| row / 4).collect();
    let ones = [Column::ones(40)];
    let data =
        Data { y: &y, fixed: &ones, random: &ones, group: &group, groups: 10, weights: None };
    let model = fit(&data, &Options::default()).unwrap();
    assert!(model.singular);
    assert!(model.group(0).unwrap().sd[0] < 1e-3);
    // Var(D̂)σ²S = 2/(10·4²)·(1 + …)·σ²·4, counted twice.
    let sd = model.prediction_sd()[0][0];
    assert!((0.25..0.4).contains(&sd), "{sd}");
}

/// Columns beyond a dozen take another way through the rows: sums of two others say nothing new,
/// and everything comes out as without them.
#[test]
fn many_columns_are_summed_as_few_are() {
    let mut chance = Chance::new(77);
    let rows = 90;
    let mut draw = || -> Vec<f64> { (0..rows).map(|_| chance.normal()).collect() };
    let (a, b, noise, school) = (draw(), draw(), draw(), draw());
    let group: Vec<u32> = (0..rows as u32).map(|i| i % 15).collect();
    let y: Vec<f64> = (0..rows).map(|i| a[i] - b[i] + school[i % 15] + noise[i]).collect();
    let weights: Vec<f64> = (0..rows).map(|i| 1.0 + (i % 4) as f64).collect();
    let sums: Vec<Vec<f64>> =
        (1..=12).map(|k| a.iter().zip(&b).map(|(a, b)| f64::from(k) * a + b).collect()).collect();
    let few = vec![Column::ones(rows), Column::new("a", &a), Column::new("b", &b)];
    let mut many = few.clone();
    many.extend(sums.iter().map(|sum| Column::new("sum", sum)));
    for random in [1, 2] {
        let fitted = |fixed: &[Column<'_>]| {
            let data = Data {
                y: &y,
                fixed,
                random: &few[..random],
                group: &group,
                groups: 15,
                weights: Some(&weights),
            };
            fit(&data, &Options::default()).unwrap()
        };
        let (few, many) = (fitted(&few), fitted(&many));
        assert_eq!((few.notes.len() + 12, many.fixed.len()), (many.notes.len(), 3));
        close(many.loglik, few.loglik, 1e-9);
        close(many.residual, few.residual, 1e-5);
        close(many.group_variance[(0, 0)], few.group_variance[(0, 0)], 1e-5);
        for (one, other) in many.groups().zip(few.groups()) {
            close(one.effects[0], other.effects[0], 1e-4);
            close(one.sd[0], other.sd[0], 1e-4);
        }
    }
}

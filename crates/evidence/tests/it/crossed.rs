//! Several groupings at once, against lme4, closed forms and dense arithmetic.

use evidence::chance::Chance;
use evidence::linear::{Cholesky, Matrix, dot};
use evidence::mixed::crossed::{CrossedFit, Grouping, fit_crossed};
use evidence::mixed::nested::fit_nested;
use evidence::mixed::{Column, Data, FitError, Method, Options, fit};

use super::{close, columns, data, numbers};

const ML: Options = Options {
    method: Method::Ml,
    structure: evidence::mixed::Structure::Full,
    known_variances: false,
};

/// lme4 1.1-31, `y2 ~ standLRT + (1 | school) + (1 | cell)` with bobyqa at its tightest; its own
/// optimum is good to about 1e-7.
#[test]
fn crossed_groupings_agree_with_lme4() {
    let Some(folder) = data() else { return };
    let file = folder.join("reference/statistics/mlmRev_Exam.csv");
    let cells = columns(&file, &["school", "normexam", "standLRT", "student"]);
    let school: Vec<u32> = cells[0].iter().map(|c| c.parse::<u32>().unwrap() - 1).collect();
    let student: Vec<u32> = cells[3].iter().map(|c| c.parse().unwrap()).collect();
    let cell: Vec<u32> = student.iter().map(|s| s % 30).collect();
    let y: Vec<f64> =
        numbers(&cells[1]).iter().zip(&cell).map(|(y, c)| y + 0.3 * f64::from(*c).sin()).collect();
    let x = numbers(&cells[2]);
    let year: Vec<f64> = student.iter().map(|s| f64::from(2019 + s % 5)).collect();
    let weights: Vec<f64> = student.iter().map(|s| f64::from(1 + s % 4)).collect();
    let fixed = [Column::ones(y.len()), Column::new("standLRT", &x), Column::new("year", &year)];
    let groupings = [
        Grouping { name: "school", level: &school, levels: 65 },
        Grouping { name: "cell", level: &cell, levels: 30 },
    ];
    let found =
        fit_crossed(&y, &fixed[..2], &groupings, Some(&weights), &Options::default()).unwrap();
    assert!(found.converged && !found.singular && found.notes.is_empty());
    close(found.loglik, -4_957.877_969_29, 1e-11);
    close(found.groupings[0].variance, 0.098_719_760, 1e-6);
    close(found.groupings[1].variance, 0.050_807_906, 1e-6);
    close(found.residual, 1.399_865_008, 1e-7);
    close(found.fixed[0].estimate, 0.025_705_291, 1e-6);
    close(found.fixed[1].estimate, 0.565_042_620_6, 1e-8);
    close(found.fixed[0].se, 0.058_370_043, 1e-6);
    close(found.fixed[1].se, 0.012_473_551, 1e-6);
    close(found.aic, 9_925.755_938_57, 1e-11);
    close(found.bic, 9_957.299_398_15, 1e-11);
    close(found.groupings[0].effects[0], 0.338_194_706, 1e-6);
    close(found.groupings[0].effects[47], 0.002_973_014, 1e-5);
    close(found.groupings[0].sd[0], 0.089_593_481, 1e-6);
    close(found.groupings[0].sd[47], 0.277_846_080, 1e-6);
    close(found.groupings[1].effects[1], 0.215_823_936, 1e-6);
    close(found.groupings[1].sd[0], 0.078_834_503, 1e-6);
    assert_eq!((found.groupings[0].counts[0], found.groupings[0].counts[47]), (73, 2));

    // Maximum likelihood, with a year far from zero.
    let ml = fit_crossed(&y, &fixed, &groupings, None, &ML).unwrap();
    close(ml.loglik, -4_711.782_414_27, 1e-11);
    close(ml.groupings[0].variance, 0.092_552_218, 1e-6);
    close(ml.fixed[0].estimate, 5.689_242, 1e-6);
    close(ml.fixed[2].estimate, -0.002_807_534, 1e-6);
    close(ml.fixed[0].se, 58.424_77, 1e-6);
}

/// Two ways, one row a cell: the variances are differences of mean squares.
#[test]
fn a_balanced_table_has_a_closed_form() {
    let (scripts, markers) = (9, 5);
    let mut chance = Chance::new(3);
    let script_effects: Vec<f64> = (0..scripts).map(|_| 2.0 * chance.normal()).collect();
    let marker_effects: Vec<f64> = (0..markers).map(|_| chance.normal()).collect();
    let (mut y, mut script, mut marker) = (vec![], vec![], vec![]);
    for s in 0..scripts {
        for m in 0..markers {
            y.push(1e3 + script_effects[s] + marker_effects[m] + 0.5 * chance.normal());
            script.push(s as u32);
            marker.push(m as u32);
        }
    }
    let (a, b) = (scripts as f64, markers as f64);
    let grand = y.iter().sum::<f64>() / (a * b);
    let mean = |level: &[u32], which: u32| {
        let mine: Vec<f64> =
            y.iter().zip(level).filter(|(_, l)| **l == which).map(|(y, _)| *y).collect();
        mine.iter().sum::<f64>() / mine.len() as f64
    };
    let squares = |level: &[u32], levels: usize| -> f64 {
        (0..levels).map(|l| (mean(level, l as u32) - grand).powi(2)).sum()
    };
    let between_scripts = b * squares(&script, scripts);
    let between_markers = a * squares(&marker, markers);
    let total: f64 = y.iter().map(|y| (y - grand).powi(2)).sum();
    let residual = (total - between_scripts - between_markers) / ((a - 1.0) * (b - 1.0));
    let of_scripts = (between_scripts / (a - 1.0) - residual) / b;
    let of_markers = (between_markers / (b - 1.0) - residual) / a;

    let ones = [Column::ones(y.len())];
    let groupings = [
        Grouping { name: "marker", level: &marker, levels: markers },
        Grouping { name: "script", level: &script, levels: scripts },
    ];
    let found = fit_crossed(&y, &ones, &groupings, None, &Options::default()).unwrap();
    close(found.residual, residual, 1e-6);
    close(found.groupings[0].variance, of_markers, 1e-6);
    close(found.groupings[1].variance, of_scripts, 1e-6);
    close(found.fixed[0].estimate, grand, 1e-12);
    let variance = (of_scripts * b + of_markers * a + residual) / (a * b);
    close(found.fixed[0].se, variance.sqrt(), 1e-6);
    // The mean of a script is shrunk as if there were no markers.
    let shrink = of_scripts / (of_scripts + residual / b);
    for s in 0..scripts {
        let expected = shrink * (mean(&script, s as u32) - grand);
        assert!((found.groupings[1].effects[s] - expected).abs() < 1e-5);
    }
}

/// The log-likelihood by dense arithmetic over all rows.
fn dense(
    y: &[f64],
    x: &[Vec<f64>],
    groupings: &[(&[u32], f64)],
    residual: &[f64],
    reml: bool,
) -> f64 {
    let (n, p) = (y.len(), x.len());
    let mut v = Matrix::zeros(n, n);
    for i in 0..n {
        for j in 0..n {
            for (level, variance) in groupings {
                if level[i] == level[j] {
                    v[(i, j)] += variance;
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
    let df = if reml { n - p } else { n };
    let restricted = if reml { solver.ln_determinant() } else { 0.0 };
    -0.5 * (df as f64 * tau + factor.ln_determinant() + restricted + rest)
}

struct Invented {
    y: Vec<f64>,
    x: Vec<f64>,
    levels: [Vec<u32>; 3],
    weights: Vec<f64>,
}

fn invented(seed: u64) -> Invented {
    let mut chance = Chance::new(seed);
    let sizes = [17_u32, 6, 3];
    let effects: Vec<Vec<f64>> =
        sizes.iter().map(|s| (0..*s).map(|_| chance.normal()).collect()).collect();
    let mut made =
        Invented { y: vec![], x: vec![], levels: [vec![], vec![], vec![]], weights: vec![] };
    for _ in 0..140 {
        let x = chance.normal();
        let mut y = 5.0 + 0.7 * x + chance.normal();
        for (at, size) in sizes.iter().enumerate() {
            let level = (chance.uniform() * f64::from(*size)) as u32;
            y += effects[at][level as usize];
            made.levels[at].push(level);
        }
        made.y.push(y);
        made.x.push(x + 40.0);
        made.weights.push(0.5 + chance.uniform());
    }
    made
}

fn fit_invented(made: &Invented, weights: Option<&[f64]>, options: &Options) -> CrossedFit {
    let fixed = [Column::ones(140), Column::new("x", &made.x)];
    let groupings = [
        Grouping { name: "class", level: &made.levels[1], levels: 6 },
        Grouping { name: "pupil", level: &made.levels[0], levels: 17 },
        // One level of this has no rows.
        Grouping { name: "year", level: &made.levels[2], levels: 4 },
    ];
    fit_crossed(&made.y, &fixed, &groupings, weights, options).unwrap()
}

/// Three groupings, unbalanced and weighted: the likelihood is the dense one, and no small change
/// of a variance is better; effects are those of the mixed model equations.
#[test]
fn the_likelihood_is_the_dense_one_and_its_top_is_found() {
    let made = invented(21);
    for (options, reml) in [(Options::default(), true), (ML, false)] {
        let found = fit_invented(&made, Some(&made.weights), &options);
        assert!(found.converged);
        let design = [vec![1.0; 140], made.x.clone()];
        let at = |factors: [f64; 4]| {
            let groupings = [
                (&made.levels[1][..], factors[0] * found.groupings[0].variance),
                (&made.levels[0][..], factors[1] * found.groupings[1].variance),
                (&made.levels[2][..], factors[2] * found.groupings[2].variance),
            ];
            let residual: Vec<f64> =
                made.weights.iter().map(|w| factors[3] * found.residual / w).collect();
            dense(&made.y, &design, &groupings, &residual, reml)
        };
        let best = at([1.0; 4]);
        close(found.loglik, best, 1e-10);
        for which in 0..4 {
            for by in [0.97, 1.03] {
                let mut factors = [1.0; 4];
                factors[which] = by;
                assert!(at(factors) < best, "{which} by {by}");
            }
        }
    }
}

/// Predictors and their conditional spread solve Henderson's equations, β known.
#[test]
fn effects_solve_the_mixed_model_equations() {
    let made = invented(22);
    let found = fit_invented(&made, Some(&made.weights), &Options::default());
    let offsets = [0_usize, 6, 23];
    let order = [&made.levels[1], &made.levels[0], &made.levels[2]];
    let mut system = Matrix::zeros(27, 27);
    let mut right = vec![0.0; 27];
    for row in 0..140 {
        let precision = made.weights[row] / found.residual;
        let left_over =
            made.y[row] - found.fixed[0].estimate - found.fixed[1].estimate * made.x[row];
        for a in 0..3 {
            let i = offsets[a] + order[a][row] as usize;
            right[i] += precision * left_over;
            for b in 0..3 {
                system[(i, offsets[b] + order[b][row] as usize)] += precision;
            }
        }
    }
    for (a, grouping) in found.groupings.iter().enumerate() {
        for l in 0..grouping.effects.len() {
            system[(offsets[a] + l, offsets[a] + l)] += 1.0 / grouping.variance;
        }
    }
    let factor = Cholesky::new(&system).unwrap();
    let (expected, inverse) = (factor.solve(&right), factor.inverse());
    for (a, grouping) in found.groupings.iter().enumerate() {
        for l in 0..grouping.effects.len() {
            let i = offsets[a] + l;
            assert!((grouping.effects[l] - expected[i]).abs() < 1e-9, "{a} {l}");
            close(grouping.sd[l], inverse[(i, i)].sqrt(), 1e-9);
        }
    }
    let empty = &found.groupings[2];
    assert_eq!((empty.counts[3], empty.effects[3]), (0, 0.0));
    close(empty.sd[3], empty.variance.sqrt(), 1e-9);
}

/// Schools in trusts are a case of it; and one grouping alone is the ordinary model.
#[test]
fn nested_and_single_groupings_are_the_same_models() {
    let mut chance = Chance::new(30);
    let trusts: Vec<f64> = (0..12).map(|_| chance.normal()).collect();
    let schools: Vec<f64> = (0..60).map(|_| 0.7 * chance.normal()).collect();
    let (mut y, mut year, mut school, mut weights) = (vec![], vec![], vec![], vec![]);
    for row in 0..420_u32 {
        let s = row % 60;
        y.push(50.0 + trusts[s as usize / 5] + schools[s as usize] + chance.normal());
        year.push(f64::from(2015 + row % 7));
        school.push(s);
        weights.push(0.4 + chance.uniform());
    }
    let trust_of: Vec<u32> = (0..60).map(|s| s / 5).collect();
    let trust: Vec<u32> = school.iter().map(|s| s / 5).collect();
    let fixed = [Column::ones(420), Column::new("year", &year)];
    let groupings = [
        Grouping { name: "trust", level: &trust, levels: 12 },
        Grouping { name: "school", level: &school, levels: 60 },
    ];
    let plain = Data {
        y: &y,
        fixed: &fixed,
        random: &fixed[..1],
        group: &school,
        groups: 60,
        weights: Some(&weights),
    };
    let known = Options { known_variances: true, ..Options::default() };
    for options in [Options::default(), ML, known] {
        let crossed = fit_crossed(&y, &fixed, &groupings, Some(&weights), &options).unwrap();
        let nested = fit_nested(&plain, &trust_of, 12, &options).unwrap();
        assert!(crossed.converged && nested.converged);
        close(crossed.loglik, nested.loglik, 1e-11);
        close(crossed.groupings[0].variance, nested.outer_variance, 1e-5);
        close(crossed.groupings[1].variance, nested.inner_variance, 1e-5);
        close(crossed.residual, nested.residual, 1e-6);
        for (a, b) in crossed.fixed.iter().zip(&nested.fixed) {
            close(a.estimate, b.estimate, 1e-6);
            close(a.se, b.se, 1e-5);
        }
        for (a, b) in crossed.groupings[0].effects.iter().zip(&nested.outer) {
            assert!((a - b).abs() < 1e-5);
        }
        for (a, b) in crossed.groupings[1].effects.iter().zip(&nested.inner) {
            assert!((a - b).abs() < 1e-5);
        }
        let single = fit_crossed(&y, &fixed, &groupings[1..], Some(&weights), &options).unwrap();
        let simple = fit(&plain, &options).unwrap();
        close(single.loglik, simple.loglik, 1e-11);
        close(single.groupings[0].variance, simple.group_variance[(0, 0)], 1e-6);
        close(single.groupings[0].sd[7], simple.group(7).unwrap().sd[0], 1e-6);
        close(single.aic, simple.aic, 1e-11);
        close(single.bic, simple.bic, 1e-11);
    }
    // With known variances the residual stays where it was declared.
    assert_eq!(fit_nested(&plain, &trust_of, 12, &known).unwrap().residual, 1.0);
}

#[test]
fn what_cannot_be_fitted_is_said_in_words() {
    let y = [1.0, 2.5, 3.0, 4.2, 2.2, 3.1];
    let ones = [Column::ones(6)];
    let (a, renamed, one, odd) =
        ([0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1], [0; 6], [0, 1, 2, 3, 4, 9]);
    let of = |name, level, levels| Grouping { name, level, levels };
    let words = |groupings: &[Grouping<'_>]| {
        fit_crossed(&y, &ones, groupings, None, &Options::default()).unwrap_err().to_string()
    };
    assert!(words(&[]).contains("at least one grouping"));
    let same = words(&[of("a", &a, 3), of("b", &renamed, 3)]);
    assert_eq!(same, "a and b group the rows in the same way: leave one out");
    assert!(words(&[of("a", &a, 3), of("all", &one, 1)]).starts_with("all: there is only one"));
    assert!(words(&[of("a", &a, 3), of("odd", &odd, 5)]).contains("row 5 names group 9"));
    let short = fit_crossed(&y, &ones, &[of("a", &a[..5], 3)], None, &Options::default());
    assert!(matches!(short, Err(FitError::Length { column, found: 5, rows: 6 }) if column == "a"));
    // A grouping that makes no difference is singular, and said to be.
    let flat: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    let (by4, by3): (Vec<u32>, Vec<u32>) = (0..60).map(|i| (i / 4, i % 3)).unzip();
    let groupings = [of("x", &by4, 15), of("y", &by3, 3)];
    let found =
        fit_crossed(&flat, &[Column::ones(60)], &groupings, None, &Options::default()).unwrap();
    assert!(found.singular && found.notes.iter().any(|n| n.starts_with("Singular fit")));
    assert!(found.groupings[0].variance < 1e-8);
}

//! The ground everything stands on, against tables, published streams and plain identities: tails,
//! draws, small matrices, run charts, proposals and trajectories.

use evidence::chance::Chance;
use evidence::distributions as d;
use evidence::linear::{Cholesky, Matrix, aliased, dot, symmetric_eigen};
use evidence::randomisation::{matched_pairs, two_groups};
use evidence::signals::{Effect, Kind, adjusted, propose};
use evidence::spc::{Pattern, run_chart};
use evidence::trajectory::{Trend, trajectory};
use evidence::variation::fisher_mid_p;
use evidence::{Direction, Kpi, Measure, Missing, Unit};

use super::close;

/// R 4.2: pt, qt, pchisq, qbeta, pnorm, qnorm, dhyper.
#[test]
fn tails_are_those_of_the_tables() {
    for (p, df, expected) in [
        (0.975, 1.0, 12.706_204_736_174_7),
        (0.975, 2.0, 4.302_652_729_749_46),
        (0.975, 5.0, 2.570_581_835_636_31),
        (0.975, 30.0, 2.042_272_456_301_24),
        (0.9, 3.5, 1.576_576_605_136_4),
    ] {
        close(d::student_quantile(p, df), expected, 1e-7);
        close(d::student_quantile(1.0 - p, df), -expected, 1e-7);
        close(d::student_tail(expected, df), 1.0 - p, 1e-9);
    }
    close(d::student_tail(2.5, 7.0), 0.020_496_109_292_876_4, 1e-10);
    close(d::student_tail(0.3, 120.5), 0.382_347_029_928_963_4, 1e-10);
    // Ten million degrees and more are the normal.
    close(d::student_tail(1.5, f64::INFINITY), d::normal_tail(1.5), 1e-15);
    close(d::student_tail(1.5, 0.9e7), d::normal_tail(1.5), 1e-6);
    close(d::student_quantile(0.9, 2e7), 1.281_551_565_544_6, 1e-12);
    for (x, df, expected) in [
        (3.84, 1.0, 0.050_043_521_248_705_2),
        (11.07, 5.0, 0.050_009_618_622_405_5),
        (0.5, 3.0, 0.918_891_411_654_675_9),
    ] {
        close(d::chi_squared_tail(x, df), expected, 1e-10);
    }
    assert_eq!(d::chi_squared_tail(-1.0, 3.0), 1.0);
    for (p, a, b, expected) in [
        (0.025, 3.0, 8.0, 0.066_739_511_177_734_5),
        (0.975, 3.0, 8.0, 0.556_095_462_307_641_4),
        (0.5, 10.0, 2.5, 0.816_263_814_352_600_1),
    ] {
        close(d::beta_quantile(p, a, b), expected, 1e-10);
    }
    close(d::normal_tail(8.0), 6.220_960_574_271_78e-16, 1e-9);
    close(d::normal_cdf(-3.0), 1.349_898_031_630_09e-3, 1e-10);
    close(d::normal_quantile(0.001), -3.090_232_306_167_81, 1e-12);
    for (p, df) in [(0.9, 0.0), (0.9, f64::NAN), (1.1, 3.0), (-0.1, 3.0)] {
        assert!(d::student_quantile(p, df).is_nan());
    }
    assert!(d::student_tail(1.0, 0.0).is_nan() && d::student_tail(f64::NAN, 3.0).is_nan());
    assert!(d::beta_quantile(0.5, 0.0, 1.0).is_nan() && d::normal_quantile(1.5).is_nan());
    let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
    for (p, expected) in [(0.1, 1.0), (0.33, 2.31), (0.9, 6.9)] {
        close(d::quantile(&values, p).unwrap(), expected, 1e-12);
    }
    // Tables of 7/12 against 2/11.
    close(fisher_mid_p((2.0, 11.0), (7.0, 12.0)).unwrap(), 0.062_727_150_356_710_1, 1e-9);
    close(fisher_mid_p((7.0, 12.0), (2.0, 11.0)).unwrap(), 0.062_727_150_356_710_1, 1e-9);
}

/// The streams of splitmix64 and xoshiro256++ as their authors define them, computed apart.
#[test]
fn the_same_seed_gives_the_published_stream() {
    let bits = |seed| {
        let mut chance = Chance::new(seed);
        std::array::from_fn::<u64, 4, _>(|_| chance.bits())
    };
    assert_eq!(
        bits(0),
        [
            0x5317_5d61_490b_23df,
            0x61da_6f3d_c380_d507,
            0x5c0f_df91_ec9a_7bfc,
            0x02ee_bf8c_3bbe_5e1a
        ]
    );
    assert_eq!(
        bits(42),
        [
            0xd076_4d4f_4476_689f,
            0x519e_4174_576f_3791,
            0xfbe0_7cfb_0c24_ed8c,
            0xb37d_9f60_0cd8_35b8
        ]
    );
    let mut chance = Chance::new(42);
    for expected in [0.814_305_145_122_909_9, 0.318_821_040_061_661_1, 0.983_894_168_177_488_8] {
        close(chance.uniform(), expected, 1e-15);
    }
    let mut chance = Chance::new(42);
    assert_eq!([(); 8].map(|()| chance.below(10)), [8, 3, 9, 7, 7, 5, 1, 6]);
    assert_eq!(chance.below(0), 0);
    // The polar method, by hand from the same uniform numbers.
    let mut uniform = Chance::new(42);
    let (x, y) = loop {
        let pair = (2.0 * uniform.uniform() - 1.0, 2.0 * uniform.uniform() - 1.0);
        if pair.0 * pair.0 + pair.1 * pair.1 < 1.0 {
            break pair;
        }
    };
    let s: f64 = x * x + y * y;
    let mut normal = Chance::new(42);
    close(normal.normal(), x * (-2.0 * s.ln() / s).sqrt(), 1e-14);
    close(normal.normal(), y * (-2.0 * s.ln() / s).sqrt(), 1e-14);
    let draws: Vec<f64> = (0..40_000).map(|_| normal.normal()).collect();
    let (mean, variance) = d::mean_and_variance(&draws);
    assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    let beyond = draws.iter().filter(|z| z.abs() > 1.96).count();
    assert!((1_800..2_200).contains(&beyond), "{beyond}");
    let met: u32 = (0..2_000).map(|_| normal.binomial(20, 0.3)).sum();
    assert!((11_700..12_300).contains(&met), "{met}");
    // Every order of three comes up about as often.
    let mut orders = std::collections::BTreeMap::new();
    for _ in 0..6_000 {
        let mut items = [1, 2, 3];
        normal.shuffle(&mut items);
        *orders.entry(items).or_insert(0) += 1;
    }
    assert!(orders.len() == 6 && orders.values().all(|n| (850..1_150).contains(n)), "{orders:?}");
}

#[test]
fn small_matrices_keep_their_identities() {
    let mut chance = Chance::new(9);
    let n = 6;
    let raw: Vec<f64> = (0..n * n).map(|_| chance.normal()).collect();
    let b = Matrix::square(n, &raw);
    assert_eq!((b.rows(), b.columns(), b.row(2)), (n, n, &raw[12..18]));
    let turned = b.transpose();
    let a = {
        let mut a = b.product(&turned);
        (0..n).for_each(|i| a[(i, i)] += 0.5);
        a
    };
    for i in 0..n {
        for j in 0..n {
            assert_eq!(turned[(i, j)], b[(j, i)]);
            let sum: f64 = (0..n).map(|k| b[(i, k)] * b[(j, k)]).sum();
            assert!((a[(i, j)] - sum - if i == j { 0.5 } else { 0.0 }).abs() < 1e-12);
        }
    }
    let v: Vec<f64> = (0..n).map(|i| 1.0 + i as f64).collect();
    let factor = Cholesky::new(&a).unwrap();
    for (back, v) in a.times(&factor.solve(&v)).iter().zip(&v) {
        close(*back, *v, 1e-9);
    }
    let half = factor.half_solve(&v);
    close(dot(&half, &half), dot(&v, &factor.solve(&v)), 1e-9);
    let one = a.product(&factor.inverse());
    for i in 0..n {
        for j in 0..n {
            assert!((one[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-9);
        }
    }
    let lower = factor.lower();
    let again = lower.product(&lower.transpose());
    again.values().iter().zip(a.values()).for_each(|(x, y)| assert!((x - y).abs() < 1e-12));
    // Turns diagonalise, largest first; their product is the determinant, their sum the trace.
    let (values, vectors) = symmetric_eigen(&a);
    assert!(values.is_sorted_by(|x, y| x >= y) && values.iter().all(|v| *v > 0.0));
    close(values.iter().map(|v| v.ln()).sum(), factor.ln_determinant(), 1e-10);
    close(values.iter().sum(), (0..n).map(|i| a[(i, i)]).sum(), 1e-12);
    for (at, value) in values.iter().enumerate() {
        let vector: Vec<f64> = (0..n).map(|k| vectors[(k, at)]).collect();
        close(dot(&vector, &vector), 1.0, 1e-12);
        for (x, y) in a.times(&vector).iter().zip(&vector) {
            assert!((x - value * y).abs() < 1e-10);
        }
    }
    // A matrix that is not positive definite has no factor.
    assert!(Cholesky::new(&Matrix::square(2, &[1.0, 2.0, 2.0, 1.0])).is_none());
    // The third column is the sum of the first two, the fifth is nothing: both are named.
    let columns = [
        [1.0, 2.0, 0.0, 1.0],
        [0.0, 1.0, 3.0, 1.0],
        [1.0, 3.0, 3.0, 2.0],
        [2.0, 0.0, 1.0, 5.0],
        [0.0, 0.0, 0.0, 0.0],
    ];
    let mut cross = Matrix::zeros(5, 5);
    for i in 0..5 {
        for j in 0..5 {
            cross[(i, j)] = dot(&columns[i], &columns[j]);
        }
    }
    assert_eq!(aliased(&cross, 1e-10), [2, 4]);
}

#[test]
fn charts_tell_six_on_a_side_and_five_in_a_row() {
    // The median is 5; a point on it neither counts nor breaks.
    let shift = [4.0, 6.0, 4.0, 6.0, 4.0, 4.0, 6.0, 7.0, 5.0, 6.0, 8.0, 6.0, 7.0, 4.0, 4.0, 4.5];
    let found = run_chart(&shift).unwrap();
    assert_eq!(found.median, 5.5);
    let found = run_chart(&shift[..13]).unwrap();
    assert_eq!(found.median, 6.0);
    let mut weeks =
        [3.0, 7.0, 3.0, 7.0, 3.0, 7.0, 4.0, 3.0, 5.0, 2.0, 4.0, 1.0, 4.5, 7.0, 6.0, 9.0, 6.0];
    weeks[8] = f64::NAN;
    let found = run_chart(&weeks).unwrap();
    assert_eq!(found.median, 4.25);
    assert_eq!(found.patterns, []);
    let below = [6.0, 8.0, 6.0, 1.0, 2.0, 1.0, 5.0, 2.0, 1.0, 2.0, 7.0, 6.0, 9.0];
    let found = run_chart(&below).unwrap();
    assert_eq!(
        (found.median, found.patterns),
        (5.0, vec![Pattern::Shift { from: 3, to: 9, above: false }])
    );
    let five = [6.0, 8.0, 4.0, 6.0, 1.0, 2.0, 1.0, 5.0, 2.0, 1.0, 7.0, 6.0, 9.0];
    assert_eq!(run_chart(&five).unwrap().patterns, []);
    // Five falling points, one of them twice; four are too few.
    let falling = [5.0, 6.0, 4.0, 9.0, 8.0, 8.0, 7.0, 3.0, 2.0, 6.0, 4.0, 6.0, 5.0];
    assert_eq!(
        run_chart(&falling).unwrap().patterns,
        [Pattern::Trend { from: 3, to: 8, rising: false }]
    );
    let four = [5.0, 6.0, 4.0, 9.0, 8.0, 7.0, 3.0, 5.0, 4.0, 6.0, 4.0, 6.0, 5.0];
    assert_eq!(run_chart(&four).unwrap().patterns, []);
}

#[test]
fn proposals_stop_at_the_share_that_may_be_wrong() {
    let kpis = [
        Kpi::new("attendance", Unit::PercentOther, Direction::HigherIsBetter),
        Kpi::new("absence", Unit::PercentOfPupils, Direction::LowerIsBetter),
    ];
    let effect = |school, kpi, effect, sd, cohort| Effect { school, kpi, effect, sd, cohort };
    // The chances of the wrong sign: 0.0228, 0.0668, 0.1587. Their running means are 0.0228,
    // 0.0448 and 0.0828.
    let effects = [
        effect(5, 0, -1.0, 1.0, None),
        effect(2, 1, 3.0, 2.0, Some(60.0)),
        effect(2, 0, 4.0, 2.0, None),
    ];
    let at = |rate| propose(&effects, &kpis, rate, 0.0);
    assert_eq!(
        [0.0227, 0.0229, 0.0447, 0.0449, 0.082, 0.083].map(|r| at(r).len()),
        [0, 1, 1, 2, 2, 3]
    );
    let all = at(0.1);
    // In the order of schools and indicators, not of size.
    let order: Vec<(usize, usize)> = all.iter().map(|s| (s.effect.school, s.effect.kpi)).collect();
    assert_eq!(order, [(2, 0), (2, 1), (5, 0)]);
    assert_eq!(
        all.iter().map(|s| s.kind).collect::<Vec<_>>(),
        [Kind::Strength, Kind::Need, Kind::Need]
    );
    close(all[0].error, 0.022_750_131_948_179_2, 1e-9);
    assert_eq!(
        all[1].sentence,
        "About 2 pupils in a cohort of 60 (3.0 percentage points) above schools like it for \
         absence: a possible need, after allowing for luck and for how many schools were looked \
         at. Such a signal is wrong about 7 times in 100."
    );
    assert!(
        all[2].sentence.starts_with("1.0 percentage points below schools like it for attendance")
    );
    let sure = propose(&[effect(0, 0, 9.0, 1.0, None)], &kpis, 0.05, 0.0);
    assert!(sure[0].sentence.contains("a possible strength"));
    assert!(sure[0].sentence.ends_with("wrong less than 1 time in 100."));
    // Beyond half of what is worth having, 1.5 points: the chance of less.
    let worth = propose(&effects, &kpis, 0.11, 0.5);
    assert_eq!(worth.len(), 1);
    close(worth[0].error, 0.105_649_773_666_855_2, 1e-9);
    assert!(propose(&effects, &kpis[..0], 0.5, 0.0).is_empty());
    // Adjusted values are 4p/rank from the largest down, never above a later one.
    let q = adjusted(&[0.02, 0.9, 0.021, 0.5, f64::NAN]);
    for (found, expected) in q.iter().zip([0.0525, 1.0_f64, 0.0525, 0.5 * 5.0 / 3.0]) {
        close(*found, expected, 1e-12);
    }
    assert!(q[4].is_nan());
}

/// The line of five points, as R's `lm` has it, and weighted lines by their definition.
#[test]
fn trajectories_are_weighted_lines() {
    let kpi = Kpi::new("score", Unit::Score, Direction::HigherIsBetter);
    let bare = |v: f64| Measure::Scalar { value: v, n: None };
    let values = [1.0, 2.0, 1.3, 3.75, 2.25];
    let yearly: Vec<(i32, Measure)> =
        values.iter().zip(2015..).map(|(v, y)| (y, bare(*v))).collect();
    let found = trajectory(&kpi, &yearly, None);
    close(found.slope.unwrap(), 0.425, 1e-12);
    close(found.se.unwrap(), 0.305, 1e-12);
    close(found.p.unwrap(), 0.257_777_302_853_888, 1e-9);
    assert_eq!((found.trend, found.used), (Trend::NoClearChange, 5));
    assert_eq!(
        found.sentence,
        "No clear change from 2015 to 2019: the figures move within normal variation."
    );
    // Cohort sizes weight a bare figure: a school of two counts twice as one of one.
    let sized = |v: f64, n: f64| Measure::Scalar { value: v, n: Some(n) };
    let weighted = [(2015, sized(1.0, 2.0)), (2016, sized(2.0, 1.0)), (2018, sized(4.5, 3.0))];
    // Means 2016.667 and 2.9167: Σw(t − t̄)(y − ȳ) = 13.0, Σw(t − t̄)² = 11.333.
    let found = trajectory(&kpi, &weighted, None);
    let (t, y) = ((2.0 * 2015.0 + 2016.0 + 3.0 * 2018.0) / 6.0, (2.0 + 2.0 + 13.5) / 6.0);
    let points = [(2015.0, 1.0, 2.0), (2016.0, 2.0, 1.0), (2018.0, 4.5, 3.0)];
    let spread: f64 = points.iter().map(|(x, _, w)| w * (x - t) * (x - t)).sum();
    let cross: f64 = points.iter().map(|(x, v, w)| w * (x - t) * (v - y)).sum();
    close(found.slope.unwrap(), cross / spread, 1e-12);
    let residual: f64 =
        points.iter().map(|(x, v, w)| w * (v - y - cross / spread * (x - t)).powi(2)).sum();
    close(found.se.unwrap(), (residual / spread).sqrt(), 1e-9);
    // Known errors: never less than they imply, more where the readings scatter.
    let known = |v: f64, se: f64| Measure::Estimate {
        value: v,
        low: v - d::Z95 * se,
        high: v + d::Z95 * se,
        n: None,
    };
    let line = [(2015, known(1.0, 0.5)), (2016, known(2.0, 0.5)), (2017, known(3.0, 0.5))];
    let found = trajectory(&kpi, &line, None);
    close(found.slope.unwrap(), 1.0, 1e-12);
    close(found.se.unwrap(), 0.5 / 2.0_f64.sqrt(), 1e-9);
    close(found.p.unwrap(), 2.0 * d::normal_tail(2.0 * 2.0_f64.sqrt()), 1e-9);
    assert_eq!(found.trend, Trend::Improving);
    assert_eq!(
        found.sentence,
        "Improving: up 1.00 a year, from 2015 to 2017; more than normal variation."
    );
    let bent = [(2015, known(0.0, 0.5)), (2016, known(3.0, 0.5)), (2017, known(0.0, 0.5))];
    // Residuals −1, 2, −1 about the mean: Σ = 6 / 0.25 on one degree.
    let found = trajectory(&kpi, &bent, None);
    close(found.se.unwrap(), (24.0_f64 / 8.0).sqrt(), 1e-9);
    // Just beyond 1.645 errors, and just within.
    let at = |slope: f64| {
        let se = 0.5 / 2.0_f64.sqrt();
        let readings = [0.0, 1.0, 2.0].map(|x| known(slope * se * x, 0.5));
        let yearly: Vec<(i32, Measure)> = (2015..).zip(readings).collect();
        trajectory(&kpi, &yearly, None).trend
    };
    assert_eq!(
        [at(1.644), at(1.646), at(-1.644), at(-1.646)],
        [Trend::NoClearChange, Trend::Improving, Trend::NoClearChange, Trend::Declining,]
    );
    // Years count once, in order; those without a figure do not count.
    let gone = Measure::Missing(Missing::Suppressed);
    let few = [(2017, bare(1.0)), (2015, bare(2.0)), (2015, bare(9.0)), (2016, gone)];
    let found = trajectory(&kpi, &few, None);
    assert_eq!((found.trend, found.used), (Trend::NotEnoughData, 2));
    assert_eq!(found.sentence, "Not enough data: 2 years with a figure, and three are needed.");
    assert_eq!(trajectory(&kpi, &few, Some(2017)).trend, Trend::TooEarly);
    assert_eq!(trajectory(&kpi, &few, Some(2016)).trend, Trend::NotEnoughData);
    assert_eq!(trajectory(&kpi, &[], Some(2016)).trend, Trend::TooEarly);
    let one = trajectory(&kpi, &few[..1], None).sentence;
    assert_eq!(one, "Not enough data: 1 year with a figure, and three are needed.");
    let context = Kpi::new("roll", Unit::Points, Direction::Neutral);
    let found = trajectory(&context, &line, None);
    assert_eq!(
        (found.trend, found.sentence.as_str()),
        (Trend::NoClearChange, "Up 1.0 points a year from 2015 to 2017.")
    );
}

/// Every way of choosing two of five, and every sign of four, by hand.
#[test]
fn lots_are_counted() {
    let test = two_groups(&[5.0, 3.0], &[1.0, 4.0, 2.0], 0, 1).unwrap();
    // Sums of two of {1…5}: 8 or more in 5+3, 5+4; as far from 6 on either side: 3, 4, 8, 9.
    assert_eq!((test.ways, test.exact), (10, true));
    close(test.observed, 4.0 - 7.0 / 3.0, 1e-12);
    close(test.greater, 0.2, 1e-12);
    close(test.two_sided, 0.4, 1e-12);
    let test = matched_pairs(&[1.0, 2.0, 3.0, -4.0], 0, 1).unwrap();
    // The sum is 2. Sums of ±1 ± 2 ± 3 ± 4 at least 2: 10, 8, 6, 4 twice, 2 twice.
    assert_eq!((test.ways, test.observed), (16, 0.5));
    close(test.greater, 7.0 / 16.0, 1e-12);
    close(test.two_sided, 14.0 / 16.0, 1e-12);
    // Up to 17 pairs every sign is gone through; from 18 on they are drawn, and the draw that
    // happened counts.
    let all = matched_pairs(&[1.0; 17], 9, 1).unwrap();
    assert_eq!((all.ways, all.exact), (1 << 17, true));
    let drawn = matched_pairs(&[1.0; 18], 9, 1).unwrap();
    assert_eq!((drawn.ways, drawn.exact, drawn.greater), (9, false, 0.1));
    // 200,000 ways and no more: 11 of 20 are fewer, 10 of 21 are more.
    let ones = vec![1.0; 40];
    assert!(two_groups(&ones[..11], &ones[..9], 5, 1).unwrap().exact);
    assert!(!two_groups(&ones[..10], &ones[..11], 5, 1).unwrap().exact);
    // Drawn lots approach the exact share.
    let (a, b): (Vec<f64>, Vec<f64>) =
        ((0..6).map(|i| f64::from(i) + 2.5).collect(), (0..7).map(f64::from).collect());
    let exact = two_groups(&a, &b, 0, 1).unwrap();
    let mut chance = Chance::new(4);
    let mut pool: Vec<f64> = a.iter().chain(&b).copied().collect();
    let difference =
        |v: &[f64]| v[..6].iter().sum::<f64>() / 6.0 - v[6..].iter().sum::<f64>() / 7.0;
    let mut hits = 0;
    for _ in 0..20_000 {
        chance.shuffle(&mut pool);
        hits += i32::from(difference(&pool) >= exact.observed - 1e-9);
    }
    assert!((f64::from(hits) / 20_000.0 - exact.greater).abs() < 0.01);
}

//! Readings of any kind through normal variation, trajectories, funnels, charts, bar and gap and
//! verdicts: intervals that are intervals, probabilities that are probabilities, words throughout.
#![no_main]

#[path = "evidence/numbers.rs"]
mod numbers;

use evidence::{
    Direction, Kpi, Measure, Missing, Unit,
    bar_and_gap::{Standing, bar_and_gap, spread},
    comparators, funnel, meta, randomisation, signals, spc, trajectory, variation,
    verdict::{Pair, Policy, Question, Selection, Side, double_lift, net_change},
};
use libfuzzer_sys::fuzz_target;
use numbers::Numbers;

fn measure(from: &mut Numbers<'_>) -> Measure {
    match from.byte() % 6 {
        0 => Measure::Proportion { numerator: from.number(), denominator: from.number() },
        1 | 2 => {
            let of = from.below(80);
            Measure::Proportion { numerator: from.below(of + 1) as f64, denominator: of as f64 }
        }
        3 => {
            let n = (from.byte() & 1 == 1).then(|| from.number());
            Measure::Scalar { value: from.number(), n }
        }
        4 => Measure::Estimate {
            value: from.number(),
            low: from.number(),
            high: from.number(),
            n: Some(from.number()),
        },
        _ => Measure::Missing(Missing::Suppressed),
    }
}

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    let unit =
        [Unit::PercentOfPupils, Unit::PercentOther, Unit::Score, Unit::PerHundred][from.below(4)];
    let direction =
        [Direction::HigherIsBetter, Direction::LowerIsBetter, Direction::Neutral][from.below(3)];
    let kpi = Kpi::new("x", unit, direction);
    let readings: Vec<Measure> = (0..from.below(14)).map(|_| measure(&mut from)).collect();
    let (a, b) = (measure(&mut from), measure(&mut from));
    for one in &readings {
        if let Some(interval) = variation::interval(one) {
            assert!(interval.low <= interval.high, "{one:?}: {interval:?}");
        }
        if let Some(p) = variation::p_against(one, from.number()) {
            assert!((0.0..=1.0).contains(&p), "{one:?}: {p}");
        }
    }
    if let Ok(change) = variation::change(&a, &b) {
        assert!(!change.sentence(unit).is_empty());
    }
    let pooled = variation::pool(&readings);
    assert_eq!(pooled.used + pooled.left_out.len(), readings.len());
    let yearly: Vec<(i32, Measure)> =
        readings.iter().map(|m| (2000 + i32::from(from.byte() & 15), *m)).collect();
    assert!(trajectory::trajectory(&kpi, &yearly, None).sentence.ends_with('.'));
    let pairs: Vec<Pair> = readings
        .windows(2)
        .map(|w| Pair { baseline: w[0], outturn: w[1], selection: w[0].value() })
        .collect();
    let net = net_change(&Question {
        kpi: &kpi,
        school: Pair { baseline: a, outturn: b, selection: b.value() },
        base_year: 2016,
        selection: (from.byte() & 1 == 1).then(|| Selection { year: 2017, what: "x".into() }),
        cohorts: from.below(4) as u32,
        family: &pairs,
        authority: &pairs,
        national: &pairs,
    });
    let side = Side { kpis: vec![(kpi.clone(), net)], other_support: vec![] };
    assert!(!double_lift(&side, &side, &Policy::default()).caveats.is_empty());
    let before = Standing { all: a, disadvantaged: b, national_other: a };
    let after = Standing { all: b, disadvantaged: a, national_other: measure(&mut from) };
    if let Ok(found) = bar_and_gap(&kpi, &before, &after) {
        assert!(!found.sentence(&kpi).is_empty());
    }
    let _ = spread(&readings);
    let list = from.list(25);
    let _ = (spc::run_chart(&list), signals::benjamini_hochberg(&list, from.number()));
    assert!(funnel::overdispersion(&list).is_none_or(|phi| phi >= 1.0));
    if let Some(limits) = funnel::limits(from.number() / 20.0, from.number(), from.number()) {
        assert!(limits.alarm.low <= limits.usual.low && limits.usual.high <= limits.alarm.high);
    }
    let estimates: Vec<(f64, f64)> = list.chunks_exact(2).map(|p| (p[0], p[1])).collect();
    let _ = meta::pool(&estimates);
    for test in [
        randomisation::two_groups(&list[..9], &list[9..], 20, 1),
        randomisation::matched_pairs(&list, 20, 1),
    ]
    .into_iter()
    .flatten()
    {
        for p in [test.two_sided, test.greater] {
            assert!((0.0..=1.0).contains(&p), "{test:?}");
        }
    }
    let school = |c: &[f64]| comparators::School { covariates: c[..2].to_vec(), outcome: c[2] };
    let schools: Vec<comparators::School> = list.chunks_exact(3).map(school).collect();
    let (supported, others) = schools.split_at(from.below(4));
    if let Ok(found) = comparators::compare(supported, others) {
        let (low, high) = found.interval(0.95);
        assert!(found.degrees.is_nan() || low <= high, "{found:?}");
    }
});

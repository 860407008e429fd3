//! Figures that add up in any way: the attack learns nothing small from what may be shown, and
//! whatever it concludes is true.
#![no_main]

#[path = "evidence/numbers.rs"]
#[expect(dead_code, reason = "lists are for the other targets")]
mod numbers;

use evidence::{
    Measure,
    suppress::{Release, Rule, Seen, Sensitivity, attack},
};
use libfuzzer_sys::fuzz_target;
use numbers::Numbers;

/// Arbitrary numbers first: whatever is registered, what is small is hidden.
fn hostile(from: &mut Numbers<'_>) {
    let cells = from.below(10);
    let mut release = Release::new(Rule::default());
    let readings: Vec<Measure> = (0..cells)
        .map(|_| Measure::Proportion { numerator: from.number(), denominator: from.number() })
        .collect();
    for (at, reading) in readings.iter().enumerate() {
        release.cell(at, *reading, Sensitivity::SensitiveEvents);
    }
    for _ in 0..from.below(4) {
        let parts: Vec<usize> = (0..from.below(5)).map(|_| from.below(cells + 1)).collect();
        release.total(from.below(cells + 1), parts);
    }
    let shown = release.protect();
    for (at, reading) in readings.iter().enumerate() {
        let small = Rule::default().hides(reading, Sensitivity::SensitiveEvents);
        assert!(!small || shown.get(&at).is_some_and(|m| m.missing().is_some()));
    }
}

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    hostile(&mut from);
    let mut truth: Vec<(f64, f64)> = (0..2 + from.below(8))
        .map(|_| {
            let of = from.below(40);
            (from.below(of + 1) as f64, of as f64)
        })
        .collect();
    let parts = truth.len();
    let mut sums: Vec<(usize, Vec<usize>)> = Vec::new();
    for _ in 0..1 + from.below(5) {
        let chosen = usize::from(from.byte()) | usize::from(from.byte()) << 8;
        let own: Vec<usize> = (0..parts).filter(|at| chosen >> at & 1 == 1).collect();
        if own.is_empty() {
            continue;
        }
        let total =
            own.iter().fold((0.0, 0.0), |sum, at| (sum.0 + truth[*at].0, sum.1 + truth[*at].1));
        sums.push((truth.len(), own));
        truth.push(total);
    }
    let rule = Rule::default();
    let share =
        |at: usize| Measure::Proportion { numerator: truth[at].0, denominator: truth[at].1 };
    let mut release = Release::new(rule);
    for at in 0..truth.len() {
        release.cell(at, share(at), Sensitivity::Ordinary);
    }
    for (total, own) in &sums {
        release.total(*total, own.iter().copied());
    }
    let shown = release.protect();
    assert!(shown.exposed.is_empty(), "nothing is public elsewhere");
    let seen: Vec<Seen> = (0..truth.len())
        .map(|at| match shown.get(&at) {
            Some(Measure::Proportion { numerator, denominator }) => {
                Seen::Shown { met: numerator, of: denominator }
            }
            _ => Seen::Hidden,
        })
        .collect();
    let equations: Vec<Vec<(usize, f64)>> = sums
        .iter()
        .map(|(total, own)| own.iter().map(|at| (*at, 1.0)).chain([(*total, -1.0)]).collect())
        .collect();
    for finding in attack(&seen, &equations) {
        let (met, of) = truth[finding.cell];
        assert!(finding.pupils.0 <= of && of <= finding.pupils.1, "{finding:?} of {of}");
        assert!(finding.met.0 <= met && met <= finding.met.1, "{finding:?} met by {met}");
        if rule.hides(&share(finding.cell), Sensitivity::Ordinary) {
            assert!(!finding.determined, "{finding:?}");
            assert!(finding.possible() >= rule.min_possible as f64, "{finding:?}");
        }
    }
});

//! Small numbers: how often would chance assignment have done as well?
//!
//! Randomisation inference makes no assumption about distributions. The group that got support is
//! re-drawn from all schools compared, in every way when there are few ways and by seeded draws
//! otherwise, and the p-value is the share of ways with a difference at least as large. Matched
//! pairs flip signs instead.
//!
//! Limits: it tests that support changed *nothing at all* for anyone, and schools are not in fact
//! chosen by lot: compare schools alike in what they were chosen on.

use crate::chance::Chance;

/// Ways up to this number are all gone through.
const ALL: u64 = 200_000;

/// A randomisation test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The difference observed.
    pub observed: f64,
    /// Share of assignments with a difference at least as large in either direction.
    pub two_sided: f64,
    /// Share of assignments with a difference at least as large.
    pub greater: f64,
    /// Assignments looked at.
    pub ways: u64,
    /// Whether these were all there are.
    pub exact: bool,
}

/// Values beyond this are not looked at: their sums leave the scale.
const LARGEST: f64 = 1e300;

/// Differences closer than this share count as equal: sums in another order round differently.
const SAME: f64 = 1e-12;

struct Count {
    observed: f64,
    scale: f64,
    two_sided: u64,
    greater: u64,
    ways: u64,
}

impl Count {
    fn add(&mut self, difference: f64) {
        let slack = SAME * self.scale;
        self.ways += 1;
        self.two_sided += u64::from(difference.abs() >= self.observed.abs() - slack);
        self.greater += u64::from(difference >= self.observed - slack);
    }

    fn test(&self, exact: bool) -> Test {
        // A sampled p-value counts the observed assignment itself, so it is never zero.
        let extra = u64::from(!exact);
        let share = |n: u64| (n + extra) as f64 / (self.ways + extra) as f64;
        Test {
            observed: self.observed,
            two_sided: share(self.two_sided),
            greater: share(self.greater),
            ways: self.ways,
            exact,
        }
    }
}

/// Mean of the supported less mean of the others. `None` when either is empty or a value is not
/// finite, or beyond 10³⁰⁰.
///
/// ```
/// let test = evidence::randomisation::two_groups(&[9.0, 8.0], &[1.0, 2.0, 3.0, 0.0], 1000, 7).unwrap();
/// assert!(test.exact && test.ways == 15);
/// assert!((test.greater - 1.0 / 15.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn two_groups(supported: &[f64], others: &[f64], draws: u64, seed: u64) -> Option<Test> {
    let (k, n) = (supported.len(), supported.len() + others.len());
    let mut all: Vec<f64> = supported.iter().chain(others).copied().collect();
    if k == 0 || others.is_empty() || all.iter().any(|v| !usable(v)) {
        return None;
    }
    let total: f64 = all.iter().sum();
    let difference = |sum: f64| sum / k as f64 - (total - sum) / (n - k) as f64;
    let observed = difference(supported.iter().sum());
    let scale = all.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut count = Count { observed, scale, two_sided: 0, greater: 0, ways: 0 };
    if choose(n as u64, k as u64).is_some_and(|ways| ways <= ALL) {
        let mut picked: Vec<usize> = (0..k).collect();
        loop {
            count.add(difference(picked.iter().map(|at| all[*at]).sum()));
            // The next combination in order.
            let Some(at) = (0..k).rev().find(|at| picked[*at] < n - k + at) else { break };
            picked[at] += 1;
            for later in at + 1..k {
                picked[later] = picked[later - 1] + 1;
            }
        }
        return Some(count.test(true));
    }
    let mut chance = Chance::new(seed);
    for _ in 0..draws {
        chance.shuffle(&mut all);
        count.add(difference(all[..k].iter().sum()));
    }
    Some(count.test(false))
}

/// Mean of matched differences, each of which might as well have had the other sign. `None` when
/// there are none or one is not finite.
#[must_use]
pub fn matched_pairs(differences: &[f64], draws: u64, seed: u64) -> Option<Test> {
    let n = differences.len();
    if n == 0 || differences.iter().any(|d| !usable(d)) {
        return None;
    }
    let mean = |sum: f64| sum / n as f64;
    let observed = mean(differences.iter().sum());
    let scale = differences.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut count = Count { observed, scale, two_sided: 0, greater: 0, ways: 0 };
    let signed = |bits: u64| -> f64 {
        let flip = |at: usize, d: f64| if bits >> (at % 64) & 1 == 1 { -d } else { d };
        differences.iter().enumerate().map(|(at, d)| flip(at, *d)).sum()
    };
    if n < 18 {
        (0..1_u64 << n).for_each(|bits| count.add(mean(signed(bits))));
        return Some(count.test(true));
    }
    let mut chance = Chance::new(seed);
    for _ in 0..draws {
        let sum = differences.iter().map(|d| if chance.uniform() < 0.5 { *d } else { -d }).sum();
        count.add(mean(sum));
    }
    Some(count.test(false))
}

fn usable(value: &f64) -> bool {
    value.abs() <= LARGEST
}

fn choose(n: u64, k: u64) -> Option<u64> {
    let k = k.min(n - k);
    let mut ways: u64 = 1;
    for i in 0..k {
        ways = ways.checked_mul(n - i)? / (i + 1);
    }
    Some(ways)
}

//! Seeded chance.
//!
//! A district must come out byte for byte the same on every machine and after every upgrade, so
//! the generator is written here (SplitMix64: Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", OOPSLA 2014) and the logarithms and cosines come from the
//! `libm` crate rather than from whatever the platform links.

/// One stream of chance. Streams are named, so that drawing more from one leaves the others be.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    state: u64,
    spare: Option<f64>,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Stream {
    /// The stream that belongs to this seed, this purpose and these numbers.
    pub(crate) fn named(seed: u64, purpose: &str, keys: &[u64]) -> Self {
        let mut state = mix(seed.wrapping_add(GOLDEN));
        for byte in purpose.bytes() {
            state = mix(state ^ u64::from(byte)).wrapping_add(GOLDEN);
        }
        for key in keys {
            state = mix(state ^ key.wrapping_mul(GOLDEN)).wrapping_add(GOLDEN);
        }
        Self { state, spare: None }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        // 53 bits: every value is exact.
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Uniform in [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in 0..n; 0 when n is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { ((self.unit() * n as f64) as usize).min(n - 1) }
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Standard normal (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        let angle = core::f64::consts::TAU * self.unit();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Binomial(n, p), by counting: n is a cohort, never a population.
    pub(crate) fn binomial(&mut self, n: u32, p: f64) -> u32 {
        (0..n).map(|_| u32::from(self.chance(p))).sum()
    }

    /// One of the choices, by weight.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(T, f64)]) -> T {
        let total: f64 = choices.iter().map(|(_, w)| w).sum();
        let mut at = self.unit() * total;
        for &(choice, weight) in choices {
            at -= weight;
            if at < 0.0 {
                return choice;
            }
        }
        choices[choices.len() - 1].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_with_different_names_differ_and_repeat() {
        let mut a = Stream::named(1, "a", &[1]);
        let mut again = Stream::named(1, "a", &[1]);
        let mut b = Stream::named(1, "b", &[1]);
        let first = a.unit();
        assert!((first - again.unit()).abs() < f64::EPSILON);
        assert!((first - b.unit()).abs() > f64::EPSILON);
    }

    #[test]
    fn the_normal_has_mean_zero_and_variance_one() {
        let mut s = Stream::named(7, "normal", &[]);
        let draws: Vec<f64> = (0..100_000).map(|_| s.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        // Five standard errors of each.
        assert!(mean.abs() < 0.016, "{mean}");
        assert!((variance - 1.0).abs() < 0.023, "{variance}");
    }

    #[test]
    fn the_binomial_counts() {
        let mut s = Stream::named(7, "binomial", &[]);
        let total: u32 = (0..2_000).map(|_| s.binomial(30, 0.6)).sum();
        let share = f64::from(total) / 60_000.0;
        assert!((share - 0.6).abs() < 0.01, "{share}");
        assert_eq!(s.binomial(12, 0.0), 0);
        assert_eq!(s.binomial(12, 1.0), 12);
    }
}

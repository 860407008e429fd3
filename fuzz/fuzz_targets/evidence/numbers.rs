//! Bytes as the numbers that break arithmetic: small whole ones above all, so that ties, constants
//! and copies come about, and now and then anything a float can hold.

/// What is left of the input.
pub struct Numbers<'a>(pub &'a [u8]);

impl Numbers<'_> {
    /// The next byte; zero when there is none.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        usize::from(self.byte()) % most.max(1)
    }

    /// A number, finite or not.
    pub fn number(&mut self) -> f64 {
        match self.byte() {
            small @ 0..200 => f64::from(small) / 4.0 - 12.5,
            200..210 => f64::from(self.byte()) + f64::from(self.byte()) / 256.0,
            210..220 => f64::from(self.byte()) * 1e-9 + 1e6,
            220 => f64::NAN,
            221 => f64::INFINITY,
            222 => f64::NEG_INFINITY,
            223 => 1e300,
            224 => -1e150,
            225 => 5e-324,
            226 => 1e-200,
            227 => -0.0,
            _ => {
                let mut bits = [0; 8];
                bits.iter_mut().for_each(|b| *b = self.byte());
                f64::from_le_bytes(bits)
            }
        }
    }

    /// A list: of numbers, of one number, or of a straight line.
    pub fn list(&mut self, length: usize) -> Vec<f64> {
        match self.byte() % 8 {
            0 => vec![self.number(); length],
            1 => {
                let (start, step) = (self.number(), self.number());
                (0..length).map(|i| start + step * i as f64).collect()
            }
            _ => (0..length).map(|_| self.number()).collect(),
        }
    }
}

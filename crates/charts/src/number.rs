//! Numbers that can be drawn.

use std::fmt;

/// A number that is neither infinite nor "not a number": nothing else can reach a chart.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Finite(f64);

/// The value was infinite or not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite;

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chart needs a finite number; give a reason for a missing one instead")
    }
}

impl std::error::Error for NotFinite {}

impl Finite {
    /// Takes a number when it is finite.
    ///
    /// # Errors
    /// [`NotFinite`] for infinities and for "not a number".
    pub const fn new(value: f64) -> Result<Self, NotFinite> {
        if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Finite {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        Self::new(value)
    }
}

impl From<i32> for Finite {
    fn from(value: i32) -> Self {
        Self(f64::from(value))
    }
}

/// How a measure is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Printed straight after the number: `%`, or nothing.
    pub suffix: String,
    /// Decimals, at most three.
    pub decimals: u8,
    /// What a difference is counted in: `points`.
    pub difference: String,
}

impl Unit {
    /// A percentage on the 0–100 scale, printed whole.
    #[must_use]
    pub fn percent() -> Self {
        Self { suffix: "%".to_owned(), decimals: 0, difference: "points".to_owned() }
    }

    /// A bare number with so many decimals.
    #[must_use]
    pub fn plain(decimals: u8) -> Self {
        Self { suffix: String::new(), decimals: decimals.min(3), difference: "points".to_owned() }
    }

    /// The number with its unit; a true minus sign; never "-0".
    #[must_use]
    pub fn show(&self, value: Finite) -> String {
        format!("{}{}", self.digits(value.get()), self.suffix)
    }

    /// A change with its sign: `+11 points`.
    #[must_use]
    pub fn change(&self, by: f64) -> String {
        let digits = self.digits(by);
        let sign =
            if by > 0.0 && digits.chars().any(|c| ('1'..='9').contains(&c)) { "+" } else { "" };
        format!("{sign}{digits} {}", self.difference)
    }

    fn digits(&self, value: f64) -> String {
        let text = format!("{value:.*}", usize::from(self.decimals.min(3)));
        if text.chars().any(|c| ('1'..='9').contains(&c)) {
            text.replace('-', "\u{2212}")
        } else {
            text.trim_start_matches('-').to_owned()
        }
    }
}

/// A reading: a number, with its interval and the cohort it rests on where known, or the reason
/// there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A number.
    Value {
        /// The number.
        value: Finite,
        /// Lower and upper end of its interval.
        interval: Option<(Finite, Finite)>,
        /// How many pupils it rests on.
        n: Option<u32>,
    },
    /// No number, and why, in words.
    Missing(String),
}

impl Reading {
    /// A bare number.
    #[must_use]
    pub const fn bare(value: Finite) -> Self {
        Self::Value { value, interval: None, n: None }
    }

    /// The number, if there is one.
    #[must_use]
    pub const fn value(&self) -> Option<Finite> {
        match self {
            Self::Value { value, .. } => Some(*value),
            Self::Missing(_) => None,
        }
    }

    /// The interval, if there is one.
    #[must_use]
    pub const fn interval(&self) -> Option<(Finite, Finite)> {
        match self {
            Self::Value { interval, .. } => *interval,
            Self::Missing(_) => None,
        }
    }

    /// The number of pupils, if known.
    #[must_use]
    pub const fn n(&self) -> Option<u32> {
        match self {
            Self::Value { n, .. } => *n,
            Self::Missing(_) => None,
        }
    }

    /// Whether so few pupils stand behind it that the mark is drawn hollow.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.n().is_some_and(|n| n < crate::FEW)
    }

    /// The cell of the table: the number, or the reason in words.
    #[must_use]
    pub fn in_words(&self, unit: &Unit) -> String {
        match self {
            Self::Value { value, .. } => unit.show(*value),
            Self::Missing(reason) => reason.clone(),
        }
    }

    /// The interval for a table: `28% to 63%`.
    #[must_use]
    pub fn interval_in_words(&self, unit: &Unit) -> String {
        self.interval().map_or_else(String::new, |(low, high)| {
            format!("{} to {}", unit.show(low), unit.show(high))
        })
    }
}

/// Lower quartile, median and upper quartile of a family. No school in it is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter of the schools lie at or below.
    pub lower: Finite,
    /// Half of them.
    pub median: Finite,
    /// Three quarters.
    pub upper: Finite,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Finite::new(bad), Err(NotFinite));
        }
        assert!(Finite::new(-1.5).is_ok());
    }

    #[test]
    fn numbers_are_printed_as_people_write_them() {
        let score = Unit::plain(2);
        assert_eq!(score.show(Finite(-0.25)), "\u{2212}0.25");
        assert_eq!(score.show(Finite(-0.001)), "0.00");
        assert_eq!(Unit::percent().change(11.2), "+11 points");
        assert_eq!(Unit::percent().change(-3.0), "\u{2212}3 points");
        assert_eq!(Unit::percent().change(0.2), "0 points");
    }
}

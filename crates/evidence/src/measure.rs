//! A measure is a number, an estimate with an interval, or the reason there is no number.

use std::fmt;

/// Why a published or entered value is absent.
///
/// Each variant keeps the mark its publisher used, so that a screen can say *why* in words and
/// an export can give the mark back. None of them is a zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Missing {
    /// `SUPP`: hidden because few pupils are concerned.
    Suppressed,
    /// `c`: confidential, the newer publisher's mark for hidden small numbers.
    Confidential,
    /// `NE`: no pupils were entered.
    NoEntries,
    /// `NP`: not published for this kind of school.
    NotPublished,
    /// `NA`: not available or not applicable in the older tables.
    NotAvailable,
    /// `LOWCOV`: the figure covers fewer than half of the pupils.
    LowCoverage,
    /// `NEW`: the school is too new to have a figure.
    NewSchool,
    /// `SP`: a small percentage, above zero and below one half.
    SmallPercentage,
    /// `NR`: not reported.
    NotReported,
    /// `RE`: redacted.
    Redacted,
    /// `z`: not applicable.
    NotApplicable,
    /// `x`: not available in the newer tables.
    Unavailable,
    /// `u`: low reliability.
    LowReliability,
    /// `low`: rounds to zero but is not zero.
    RoundsToZero,
    /// An empty cell.
    Blank,
    /// Hidden by this product's own small-number rule.
    HiddenHere,
}

impl Missing {
    /// Every reason, in the order of their stored codes.
    pub const ALL: [Self; 16] = [
        Self::Suppressed,
        Self::Confidential,
        Self::NoEntries,
        Self::NotPublished,
        Self::NotAvailable,
        Self::LowCoverage,
        Self::NewSchool,
        Self::SmallPercentage,
        Self::NotReported,
        Self::Redacted,
        Self::NotApplicable,
        Self::Unavailable,
        Self::LowReliability,
        Self::RoundsToZero,
        Self::Blank,
        Self::HiddenHere,
    ];

    /// The publisher's mark, as it stands in files.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Suppressed => "SUPP",
            Self::Confidential => "c",
            Self::NoEntries => "NE",
            Self::NotPublished => "NP",
            Self::NotAvailable => "NA",
            Self::LowCoverage => "LOWCOV",
            Self::NewSchool => "NEW",
            Self::SmallPercentage => "SP",
            Self::NotReported => "NR",
            Self::Redacted => "RE",
            Self::NotApplicable => "z",
            Self::Unavailable => "x",
            Self::LowReliability => "u",
            Self::RoundsToZero => "low",
            Self::Blank => "",
            Self::HiddenHere => "[hidden]",
        }
    }

    /// Reads a publisher's mark, exactly as written; `None` when it is not one.
    #[must_use]
    pub fn from_mark(mark: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.mark() == mark)
    }

    /// One plain sentence for a reader who has never seen the mark.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Suppressed | Self::Confidential => {
                "Not shown by the publisher, because few pupils are concerned"
            }
            Self::NoEntries => "No pupils were entered",
            Self::NotPublished => "Not published for this kind of school",
            Self::NotAvailable | Self::Unavailable => "Not available",
            Self::LowCoverage => "Covers fewer than half of the pupils, so it is not shown",
            Self::NewSchool => "The school is too new",
            Self::SmallPercentage => "Above zero but below half of one per cent",
            Self::NotReported => "Not reported",
            Self::Redacted => "Removed by the publisher",
            Self::NotApplicable => "Does not apply to this school",
            Self::LowReliability => "Too unreliable to be shown",
            Self::RoundsToZero => "Rounds to zero but is not zero",
            Self::Blank => "Left empty in the file",
            Self::HiddenHere => "Hidden here, because few pupils are concerned",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_words())
    }
}

/// One reading of one indicator for one school, group and period.
///
/// Percentages are on the 0–100 scale. `n` is the number of pupils (or pupils' sessions,
/// staff…) the figure rests on, where the publisher gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Measure {
    /// A bare number.
    Scalar {
        /// The number, in the indicator's unit.
        value: f64,
        /// How many pupils it rests on.
        n: Option<f64>,
    },
    /// A share of a known number.
    Proportion {
        /// How many met the condition; not whole when derived from a rounded percentage.
        numerator: f64,
        /// Out of how many.
        denominator: f64,
    },
    /// A number published with its interval.
    Estimate {
        /// The number, in the indicator's unit.
        value: f64,
        /// Lower end of the published 95 % interval.
        low: f64,
        /// Upper end of the published 95 % interval.
        high: f64,
        /// How many pupils it rests on.
        n: Option<f64>,
    },
    /// No number, and why.
    Missing(Missing),
}

impl Measure {
    /// The number to draw: the value, or the share as a percentage (0–100).
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match *self {
            Self::Scalar { value, .. } | Self::Estimate { value, .. } => Some(value),
            Self::Proportion { numerator, denominator } if denominator > 0.0 => {
                Some(100.0 * numerator / denominator)
            }
            Self::Proportion { .. } | Self::Missing(_) => None,
        }
    }

    /// The number to reckon with: as [`Measure::value`], but a value that is not finite counts as
    /// no number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.value().filter(|v| v.is_finite())
    }

    /// How many pupils the figure rests on, where known.
    #[must_use]
    pub fn n(&self) -> Option<f64> {
        match *self {
            Self::Scalar { n, .. } | Self::Estimate { n, .. } => n,
            Self::Proportion { denominator, .. } => Some(denominator),
            Self::Missing(_) => None,
        }
    }

    /// Why there is no number, when there is none.
    #[must_use]
    pub const fn missing(&self) -> Option<Missing> {
        match *self {
            Self::Missing(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Every reason why something could not be computed: a set, so that no arithmetic loses one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reasons(u32);

impl Reasons {
    /// The reasons found among readings. A reading without a number and without a reason (a share
    /// of nobody, a value that is not finite) counts as [`Missing::NoEntries`].
    pub fn of<'a>(readings: impl IntoIterator<Item = &'a Measure>) -> Self {
        readings
            .into_iter()
            .filter(|m| m.number().is_none())
            .map(|m| m.missing().unwrap_or(Missing::NoEntries))
            .collect()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the reason is among them.
    #[must_use]
    pub fn contains(self, reason: Missing) -> bool {
        self.iter().any(|r| r == reason)
    }

    /// The reasons, in the order of their stored codes.
    pub fn iter(self) -> impl Iterator<Item = Missing> {
        Missing::ALL
            .into_iter()
            .enumerate()
            .filter(move |(at, _)| self.0 & (1 << at) != 0)
            .map(|(_, reason)| reason)
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Missing> for Reasons {
    fn from_iter<I: IntoIterator<Item = Missing>>(reasons: I) -> Self {
        let mut bits = 0;
        for reason in reasons {
            if let Some(at) = Missing::ALL.iter().position(|r| *r == reason) {
                bits |= 1 << at;
            }
        }
        Self(bits)
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<&str> = Vec::new();
        for reason in self.iter() {
            if !words.contains(&reason.in_words()) {
                words.push(reason.in_words());
            }
        }
        f.write_str(&words.join("; "))
    }
}

//! The English school year: academic years and terms.

use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// An academic year, named by the calendar year in which it ends: 2018 is 2017–18.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AcademicYear(pub i16);

impl AcademicYear {
    /// The year a date falls in; years begin on 1 September.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(if date.month() >= 9 { date.year() + 1 } else { date.year() })
    }

    /// The first day, 1 September.
    #[must_use]
    pub fn start(self) -> Date {
        date(self.0 - 1, 9, 1)
    }

    /// The last day, 31 August.
    #[must_use]
    pub fn end(self) -> Date {
        date(self.0, 8, 31)
    }
}

impl fmt::Display for AcademicYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{:02}", self.0 - 1, self.0.rem_euclid(100))
    }
}

/// One of the three terms. The dates of a real calendar differ by authority; these national
/// bounds are for counting terms, not for booking visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term {
    /// September to December.
    Autumn,
    /// January to the end of March.
    Spring,
    /// April to August.
    Summer,
}

impl Term {
    /// The term a date falls in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        match date.month() {
            9..=12 => Self::Autumn,
            1..=3 => Self::Spring,
            _ => Self::Summer,
        }
    }
}

/// The date a number of terms later, at the end of that term.
#[must_use]
pub fn terms_later(from: Date, terms: u8) -> Date {
    let mut year = AcademicYear::of(from);
    let mut term = Term::of(from);
    for _ in 0..terms {
        term = match term {
            Term::Autumn => Term::Spring,
            Term::Spring => Term::Summer,
            Term::Summer => {
                year = AcademicYear(year.0 + 1);
                Term::Autumn
            }
        };
    }
    match term {
        Term::Autumn => date(year.0 - 1, 12, 20),
        Term::Spring => date(year.0, 3, 31),
        Term::Summer => date(year.0, 7, 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_turns_on_the_first_of_september() {
        assert_eq!(AcademicYear::of(date(2026, 8, 31)).to_string(), "2025–26");
        assert_eq!(AcademicYear::of(date(2026, 9, 1)).to_string(), "2026–27");
        assert_eq!(AcademicYear(2000).to_string(), "1999–00");
    }

    #[test]
    fn three_terms_after_december_is_the_next_december() {
        assert_eq!(terms_later(date(2027, 12, 10), 1), date(2028, 3, 31));
        assert_eq!(terms_later(date(2027, 12, 10), 3), date(2028, 12, 20));
    }
}

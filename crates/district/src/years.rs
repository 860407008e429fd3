//! Academic years, and what was published in each.

use std::fmt;

/// An academic year by the calendar year it ends in: 2026 is 2025-26.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AcademicYear(u16);

impl AcademicYear {
    /// The year that ends in the given calendar year.
    #[must_use]
    pub const fn ending(year: u16) -> Self {
        Self(year)
    }

    /// The calendar year it ends in.
    #[must_use]
    pub const fn end(self) -> u16 {
        self.0
    }

    /// The calendar year it starts in.
    #[must_use]
    pub const fn start(self) -> u16 {
        self.0 - 1
    }

    /// The long form used in folder names, such as `2025-2026`.
    #[must_use]
    pub fn folder(self) -> String {
        format!("{}-{}", self.start(), self.end())
    }

    /// Progress 8 needs a key stage 2 result from five years before; the tests of 2020 and 2021
    /// were cancelled, so the cohorts of 2025 and 2026 have none.
    #[must_use]
    pub const fn has_progress_8(self) -> bool {
        !matches!(self.0, 2025 | 2026)
    }

    /// Primary progress needs a key stage 1 result from four years before; those of 2020 and
    /// 2021 were cancelled, so 2024 and 2025 have none, and the assessments ended after 2023,
    /// so there is none from 2028.
    #[must_use]
    pub const fn has_primary_progress(self) -> bool {
        !matches!(self.0, 2024 | 2025) && self.0 < 2028
    }

    /// From 2022-23 the publisher marks missing values `c`, `z`, `x`, `u`, `low`; before, `SUPP`,
    /// `NE`, `NP`, `NA`.
    #[must_use]
    pub const fn has_lower_case_marks(self) -> bool {
        self.0 >= 2023
    }
}

impl fmt::Display for AcademicYear {
    /// The form people write: `2025-26`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.start(), self.end() % 100)
    }
}

/// The six years a district publishes. 2019-20 and 2020-21 are absent, as in England.
///
/// England published no key stage 2 results by school for 2021-22; the district does, so that
/// there are six points to draw.
pub const YEARS: [AcademicYear; 6] = [
    AcademicYear(2019),
    AcademicYear(2022),
    AcademicYear(2023),
    AcademicYear(2024),
    AcademicYear(2025),
    AcademicYear(2026),
];

/// The year after the latest: its results arrive once the story's support has ended.
pub const OUTTURN_YEAR: AcademicYear = AcademicYear(2027);

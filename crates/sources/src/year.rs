//! The academic year a figure is about, and where that was learnt.

use std::fmt;

/// A school year from September to August, named by the calendar year it starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AcademicYear(u16);

impl AcademicYear {
    /// The year that starts in September of `start`; `None` outside 1980 to 2099.
    #[must_use]
    pub const fn starting(start: u16) -> Option<Self> {
        if start >= 1980 && start <= 2099 { Some(Self(start)) } else { None }
    }

    /// The calendar year of its September.
    #[must_use]
    pub const fn start(self) -> u16 {
        self.0
    }

    /// The calendar year of its summer term, when results are taken.
    #[must_use]
    pub const fn end(self) -> u16 {
        self.0 + 1
    }

    /// Reads `202324`, `2023/24`, `2023-24`, `2023-2024` or `2023/2024`; the two years must follow
    /// each other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'_')) {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let separators = text.len() - digits.len();
        let start: u16 = digits.get(..4)?.parse().ok()?;
        let end: u16 = digits.get(4..)?.parse().ok()?;
        let follows = match digits.len() {
            6 => separators <= 1 && end == (start + 1) % 100,
            8 => separators == 1 && end == start + 1,
            _ => false,
        };
        if follows { Self::starting(start) } else { None }
    }
}

impl fmt::Display for AcademicYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:02}", self.0, (self.0 + 1) % 100)
    }
}

/// How firm the publisher says a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReleaseStatus {
    /// The year is still running: figures up to some week.
    YearToDate,
    /// First publication, before schools' corrections.
    Provisional,
    /// After most corrections.
    Revised,
    /// No further change expected.
    Final,
    /// Neither the file nor its name says.
    NotStated,
}

impl ReleaseStatus {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::YearToDate => "year-to-date",
            Self::Provisional => "provisional",
            Self::Revised => "revised",
            Self::Final => "final",
            Self::NotStated => "not-stated",
        }
    }

    /// Reads what [`ReleaseStatus::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::YearToDate, Self::Provisional, Self::Revised, Self::Final, Self::NotStated]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

/// Where a fact about a whole file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// The person importing said so.
    Given,
    /// The rows or the header say so.
    Content,
    /// The file's name says so.
    FileName,
    /// The folder the file stands in says so.
    Folder,
}

impl Provenance {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Content => "content",
            Self::FileName => "file-name",
            Self::Folder => "folder",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_spellings_in_use_and_nothing_else() {
        let year = AcademicYear::starting(2023);
        for text in ["202324", "2023/24", "2023-24", "2023-2024", "2023_2024", " 2023/2024 "] {
            assert_eq!(AcademicYear::parse(text), year, "{text}");
        }
        for text in ["2023", "2023/25", "20232024", "2024/23", "23/24", "2023 24", "", "202O24"] {
            assert_eq!(AcademicYear::parse(text), None, "{text}");
        }
        assert_eq!(AcademicYear::parse("1999/00"), AcademicYear::starting(1999));
        assert_eq!(AcademicYear::starting(1999).unwrap().to_string(), "1999/00");
    }
}

//! The district as public files, in the layouts England publishes.

mod census;
mod ks2;
mod ks4;
mod register;
mod register_layout;
mod sheet;

use jiff::civil::{Date, date};

use crate::{AcademicYear, District, OUTTURN_YEAR, Results, YEARS};

/// The day the register was taken: Monday 9 November 2026.
pub const REGISTER_DATE: Date = date(2026, 11, 9);

impl District {
    /// Every public file: name (with its year's folder, `/` between) and bytes.
    ///
    /// Register, links, groups and group links in code page 1252; results, census and absence
    /// for each of [`YEARS`]; deprivation by postcode. About four megabytes for three hundred
    /// schools.
    #[must_use]
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = self.register_files();
        let mut earlier: Vec<Results> = Vec::new();
        for year in YEARS {
            let results = self.results(year);
            files.extend(self.year_files(&results, &earlier));
            earlier.push(results);
        }
        files
    }

    /// The files that do not belong to a year.
    #[must_use]
    pub fn register_files(&self) -> Vec<(String, Vec<u8>)> {
        let stamp = REGISTER_DATE.strftime("%Y%m%d");
        vec![
            (format!("edubasealldata{stamp}.csv"), register::register(self)),
            (format!("links_edubasealldata{stamp}.csv"), register::links(self)),
            (format!("allgroupsdata{stamp}.csv"), register::groups(self)),
            (format!("alllinksdata{stamp}.csv"), register::group_links(self)),
            ("idaci_by_postcode_2019.csv".to_owned(), register::deprivation(self)),
        ]
    }

    /// The results that arrive a year later, when the story's main support has ended.
    #[must_use]
    pub fn outturn_files(&self) -> Vec<(String, Vec<u8>)> {
        let earlier: Vec<Results> =
            YEARS[YEARS.len() - 2..].iter().map(|y| self.results(*y)).collect();
        self.year_files(&self.results(OUTTURN_YEAR), &earlier)
    }

    /// Results, census and absence of one year; `earlier` feeds the three-year averages.
    fn year_files(&self, results: &Results, earlier: &[Results]) -> Vec<(String, Vec<u8>)> {
        let folder = results.year.folder();
        vec![
            (format!("{folder}/england_ks2final.csv"), ks2::file(self, results, earlier)),
            (format!("{folder}/england_ks4final.csv"), ks4::file(self, results)),
            (format!("{folder}/england_census.csv"), census::census(self, results)),
            (format!("{folder}/england_abs.csv"), census::absence(self, results)),
        ]
    }
}

/// Why a cell has no number, before the publisher's mark for that year is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Five pupils or fewer.
    Small,
    /// Nobody was entered.
    NobodyEntered,
    /// Not published for this kind of school.
    NotPublished,
    /// Not measured that year.
    NotAvailable,
    /// Fewer than half of the pupils are covered.
    LowCoverage,
    /// The school is too new.
    New,
    /// Too few to be reliable.
    Unreliable,
    /// The school did not report it.
    NotReported,
    /// Taken out by the publisher.
    Redacted,
}

impl Gap {
    /// The mark printed in that year.
    pub(crate) const fn mark(self, year: AcademicYear) -> &'static str {
        match (self, year.has_lower_case_marks()) {
            (Self::Small | Self::Unreliable, false) => "SUPP",
            (Self::Small, true) => "c",
            (Self::Unreliable, true) => "u",
            (Self::NobodyEntered, false) => "NE",
            (Self::NotPublished, false) => "NP",
            (Self::NobodyEntered | Self::NotPublished, true) => "z",
            (Self::NotAvailable, false) => "NA",
            (Self::NotAvailable, true) => "x",
            (Self::LowCoverage, _) => "LOWCOV",
            (Self::New, _) => "NEW",
            (Self::NotReported, _) => "NR",
            (Self::Redacted, _) => "RE",
        }
    }
}

/// A rounded percentage with its sign, as the tables print it, or the mark for a group so small
/// that it is hidden. Five pupils or fewer are hidden, as the publisher does.
pub(crate) fn percent(part: u32, whole: u32, year: AcademicYear) -> String {
    match whole {
        0 => Gap::NobodyEntered.mark(year).to_owned(),
        1..=5 => Gap::Small.mark(year).to_owned(),
        _ => {
            let exact = 100.0 * f64::from(part) / f64::from(whole);
            match (part, year.has_lower_case_marks()) {
                // Above zero and below a half: a share the publisher will not call nothing.
                (1.., false) if exact < 0.5 => "SP".to_owned(),
                (1.., true) if exact < 0.5 => "low".to_owned(),
                _ => format!("{}%", exact.round()),
            }
        }
    }
}

/// A number with so many decimals and no needless zeros, as the tables print it.
pub(crate) fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_hidden_or_marked() {
        let (old, new) = (AcademicYear::ending(2019), AcademicYear::ending(2024));
        assert_eq!(percent(12, 27, old), "44%");
        assert_eq!(percent(3, 5, old), "SUPP");
        assert_eq!(percent(3, 5, new), "c");
        assert_eq!(percent(0, 0, old), "NE");
        assert_eq!(percent(0, 0, new), "z");
        assert_eq!(percent(1, 300, old), "SP");
        assert_eq!(percent(1, 300, new), "low");
        assert_eq!(percent(0, 300, new), "0%");
        assert_eq!(decimal(-0.04, 1), "0");
        assert_eq!(decimal(47.0, 1), "47");
        assert_eq!(decimal(-0.25, 2), "-0.25");
    }
}

//! What a file's name and folder say: used only for what the content leaves open.

use crate::year::{AcademicYear, Provenance, ReleaseStatus};
use jiff::civil::Date;

/// A file's name, and what the person importing knows about it.
#[derive(Clone, Debug, Default)]
pub struct FileHint {
    path: String,
    period: Option<AcademicYear>,
    release: Option<ReleaseStatus>,
}

impl FileHint {
    /// A hint from a path such as `2017-2018/england_ks2final.csv`; the path is only read as
    /// text, never opened.
    #[must_use]
    pub fn named(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Says which school year the file is about, over whatever the file says.
    #[must_use]
    pub fn with_period(mut self, period: AcademicYear) -> Self {
        self.period = Some(period);
        self
    }

    /// Says how firm its figures are, over whatever the file says.
    #[must_use]
    pub fn with_release(mut self, release: ReleaseStatus) -> Self {
        self.release = Some(release);
        self
    }

    /// The last part of the path.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    pub(crate) fn given_period(&self) -> Option<AcademicYear> {
        self.period
    }

    /// The school year by the person, the name or the folder, in that order. A single year in a
    /// name (`815_2018_ks4final.csv`) is the summer in which the year ended, as the publisher
    /// uses it; in a folder it says nothing.
    pub(crate) fn period(&self) -> Option<(AcademicYear, Provenance)> {
        if let Some(year) = self.period {
            return Some((year, Provenance::Given));
        }
        let mut parts = self.path.rsplit(['/', '\\']);
        let name = parts.next().unwrap_or_default();
        if let Some(year) = pair_of_years(name) {
            return Some((year, Provenance::FileName));
        }
        if let Some(year) = parts.take(3).find_map(pair_of_years) {
            return Some((year, Provenance::Folder));
        }
        single_year(name).map(|year| (year, Provenance::FileName))
    }

    /// How firm the figures are by the person, the name or the folder, in that order.
    pub(crate) fn release(&self) -> Option<(ReleaseStatus, Provenance)> {
        if let Some(release) = self.release {
            return Some((release, Provenance::Given));
        }
        let mut parts = self.path.rsplit(['/', '\\']);
        let name = parts.next().unwrap_or_default();
        release_in(name)
            .map(|release| (release, Provenance::FileName))
            .or_else(|| parts.take(2).find_map(release_in).map(|r| (r, Provenance::Folder)))
    }

    /// The day in a name such as `edubasealldata20220831.csv`.
    pub(crate) fn as_at(&self) -> Option<Date> {
        runs(self.file_name()).into_iter().find_map(|(_, digits)| {
            if digits.len() != 8 {
                return None;
            }
            crate::date::read_date(digits).day().filter(|day| (1990..2100).contains(&day.year()))
        })
    }
}

/// A word for how firm figures are, as a release is named by its publisher.
pub(crate) fn release_in(text: &str) -> Option<ReleaseStatus> {
    let text = text.to_lowercase();
    let has = |word: &str| text.contains(word);
    if has("ytd") || has("year to date") || has("year-to-date") {
        Some(ReleaseStatus::YearToDate)
    } else if has("provisional") {
        Some(ReleaseStatus::Provisional)
    } else if has("revised") || has("_rev.") || has("_rev_") || has("amended") {
        Some(ReleaseStatus::Revised)
    } else if has("final") {
        Some(ReleaseStatus::Final)
    } else {
        None
    }
}

/// Runs of digits and where they start.
fn runs(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_ascii_digit()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                out.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    out
}

fn pair_of_years(text: &str) -> Option<AcademicYear> {
    let runs = runs(text);
    for (i, (at, digits)) in runs.iter().enumerate() {
        let year = match digits.len() {
            6 => AcademicYear::parse(digits),
            8 => AcademicYear::parse(&format!("{}-{}", &digits[..4], &digits[4..])),
            4 => runs.get(i + 1).and_then(|(next, more)| {
                let between = &text[at + digits.len()..*next];
                let joined = matches!(between, "-" | "_" | "/" | "\u{2013}");
                let follows = joined && matches!(more.len(), 2 | 4);
                follows.then(|| AcademicYear::parse(&format!("{digits}-{more}"))).flatten()
            }),
            _ => None,
        };
        if year.is_some_and(|year| year.start() >= 1990) {
            return year;
        }
    }
    None
}

fn single_year(text: &str) -> Option<AcademicYear> {
    let mut years = runs(text).into_iter().filter_map(|(_, digits)| {
        let year: u16 = if digits.len() == 4 { digits.parse().ok()? } else { return None };
        if (1995..2100).contains(&year) { AcademicYear::starting(year - 1) } else { None }
    });
    let year = years.next()?;
    // Two different years, and neither is more likely than the other.
    if years.any(|other| other != year) { None } else { Some(year) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn years_in_names_and_folders() {
        for (path, start, from) in [
            ("national/2017-2018/england_ks2final.csv", 2017, Provenance::Folder),
            ("layouts/2016-2017_850_ks4final.csv", 2016, Provenance::FileName),
            ("815_2018_ks4final.csv", 2017, Provenance::FileName),
            ("x/2015-2016/815_2019_ks4provisional.csv", 2015, Provenance::Folder),
            ("202324_information_about_schools_final.csv", 2023, Provenance::FileName),
            ("C:\\data\\2022-23\\england_abs.csv", 2022, Provenance::Folder),
        ] {
            let expected = AcademicYear::starting(start).map(|year| (year, from));
            assert_eq!(FileHint::named(path).period(), expected, "{path}");
        }
        for path in ["england_ks2final.csv", "england-2025/ks2.csv", "2018_2020_ks2.csv"] {
            assert_eq!(FileHint::named(path).period(), None, "{path}");
        }
        let year = AcademicYear::starting(2001).unwrap();
        let hint = FileHint::named("2017-2018/x.csv").with_period(year);
        assert_eq!(hint.period(), Some((year, Provenance::Given)));
    }

    #[test]
    fn days_and_firmness() {
        let hint = FileHint::named("edubasealldata20220831.csv");
        assert_eq!(hint.as_at(), Some(Date::constant(2022, 8, 31)));
        assert_eq!(FileHint::named("815_2018_x.csv").as_at(), None);
        for (name, release) in [
            ("815_2019_ks4provisional.csv", Some(ReleaseStatus::Provisional)),
            ("england_ks2final.csv", Some(ReleaseStatus::Final)),
            ("attendance_EES_ytd_data.csv", Some(ReleaseStatus::YearToDate)),
            ("ks4_dm_ud_202223_inst_rev.csv", Some(ReleaseStatus::Revised)),
            ("england_census.csv", None),
        ] {
            assert_eq!(FileHint::named(name).release().map(|(r, _)| r), release, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in ".{0,80}") {
            let hint = FileHint::named(path);
            let _ = (hint.period(), hint.release(), hint.as_at());
        }
    }
}

//! One module for each kind of row.

mod groups;
mod indicators;
mod inspections;
mod links;
mod postcodes;
mod readings;
mod register;
mod subject;

use crate::header::Header;
use crate::hint::{FileHint, release_in};
use crate::input::Row;
use crate::pack::{Family, Mapping, Pack};
use crate::problem::{Problem, ProblemCode, Severity, shorten};
use crate::records::{Record, Urn};
use crate::year::{AcademicYear, Provenance, ReleaseStatus};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Reads the rows of one kind of file.
pub(crate) trait Layout {
    /// The columns that are read, in the order of the header.
    fn columns(&self) -> &[usize];

    /// Reads one row into `out`; `Err` leaves the row, or the file, out.
    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem>;
}

/// A layout bound to a file's columns.
pub(crate) struct Bound {
    pub(crate) layout: Box<dyn Layout>,
    /// What the mapping knows and the file does not have.
    pub(crate) absent: Vec<String>,
    /// What to tell a reader about the columns.
    pub(crate) notes: Vec<Problem>,
}

/// Finds the columns of a mapping in a header.
///
/// # Errors
/// When a column that is needed is missing or there twice, or the school year is unknown.
pub(crate) fn bind(
    header: &Header,
    mapping: &Mapping,
    context: &Context<'_>,
) -> Result<Bound, Problem> {
    let mut columns =
        Columns { header, mapping, read: BTreeSet::new(), absent: Vec::new(), notes: Vec::new() };
    let layout: Box<dyn Layout> = match mapping.family {
        Family::Register => Box::new(register::Register::bind(&mut columns)?),
        Family::Links => Box::new(links::Links::bind(&mut columns)?),
        Family::Groups => Box::new(groups::Groups::bind(&mut columns)?),
        Family::Indicators => Box::new(indicators::Indicators::bind(&mut columns, context)?),
        Family::Postcodes => Box::new(postcodes::Postcodes::bind(&mut columns)?),
        Family::Inspections => Box::new(inspections::Inspections::bind(&mut columns)?),
    };
    Ok(Bound { layout, absent: columns.absent, notes: columns.notes })
}

/// The columns found so far.
pub(crate) struct Columns<'a> {
    pub(crate) header: &'a Header,
    pub(crate) mapping: &'a Mapping,
    read: BTreeSet<usize>,
    absent: Vec<String>,
    notes: Vec<Problem>,
}

impl Columns<'_> {
    /// The place of a role's column, if the file has it.
    fn role(&mut self, role: &str) -> Result<Option<usize>, Problem> {
        let Some(names) = self.mapping.columns.get(role) else { return Ok(None) };
        let place = self.spelled(names)?;
        if place.is_none() {
            self.absent.push(role.to_owned());
        }
        Ok(place)
    }

    /// The place of a role's column, which must be there.
    fn needed(&mut self, role: &str) -> Result<usize, Problem> {
        self.role(role)?.ok_or_else(|| {
            Problem::new(
                Severity::File,
                ProblemCode::UnknownLayout,
                format!("the column for “{role}” is missing"),
                format!("A file of this kind needs it: {}", self.mapping.recognise.looked_for),
            )
            .at(self.header.row)
        })
    }

    /// The place of the first of some spellings.
    fn spelled(&mut self, names: &[String]) -> Result<Option<usize>, Problem> {
        let place = self.header.find(names)?;
        self.read.extend(place);
        Ok(place)
    }

    /// Every column found, in the order of the header.
    fn places(&self) -> Vec<usize> {
        self.read.iter().copied().collect()
    }
}

/// What is known about the whole file beside its rows.
pub(crate) struct Context<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) period: Option<(AcademicYear, Provenance)>,
    pub(crate) release: (ReleaseStatus, Option<Provenance>),
    pub(crate) as_at: Option<Date>,
    /// Year by the header and year by the name, when they differ.
    disagreement: Option<(AcademicYear, AcademicYear)>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(hint: &FileHint, header: &Header, mapping: &Mapping, pack: &'a Pack) -> Self {
        let yearly =
            mapping.family == Family::Indicators && !mapping.columns.contains_key("time-period");
        let (mut period, mut disagreement) = (None, None);
        if yearly {
            period = hint.period();
            if let (Some(by_header), None) = (year_by_header(header), hint.given_period()) {
                disagreement = period
                    .filter(|(by_name, _)| *by_name != by_header)
                    .map(|(by_name, _)| (by_header, by_name));
                period = Some((by_header, Provenance::Content));
            }
        }
        let release = hint
            .release()
            .map_or((ReleaseStatus::NotStated, None), |(status, from)| (status, Some(from)));
        Self { pack, period, release, as_at: hint.as_at(), disagreement }
    }

    /// What to tell a reader about how the year was found.
    pub(crate) fn notes(&self) -> Vec<Problem> {
        let mut notes = Vec::new();
        if let Some((by_header, by_name)) = self.disagreement {
            notes.push(
                Problem::new(
                    Severity::Note,
                    ProblemCode::About,
                    format!(
                        "the columns for earlier years show that this is {by_header}; its name \
                         says {by_name}. It was read as {by_header}"
                    ),
                    "If the name is right, import it again and give the school year",
                )
                .at(1),
            );
        }
        if let Some((year, from @ (Provenance::FileName | Provenance::Folder))) = self.period {
            let place = if from == Provenance::Folder { "folder" } else { "file" };
            notes.push(Problem::new(
                Severity::Note,
                ProblemCode::About,
                format!("the school year {year} was taken from the name of the {place}"),
                "If it is another year, import the file again and give the school year",
            ));
        }
        notes
    }
}

/// The school year that the columns for earlier years show: `PTRWM_EXP_18` stands in the file of
/// 2018/19. After 2019 two years were missed, so the step is no longer one.
fn year_by_header(header: &Header) -> Option<AcademicYear> {
    const STEMS: [&str; 3] = ["ptrwmexp", "att8scr", "p8mea"];
    let latest = STEMS
        .iter()
        .flat_map(|stem| (10..=40).filter(move |year| header.has(&format!("{stem}{year}"))))
        .max()?;
    if (19..=20).contains(&latest) { None } else { AcademicYear::starting(2000 + latest) }
}

/// How the values of one column fit it.
#[derive(Clone, Debug, Default)]
struct ColumnFit {
    seen: u32,
    misfits: u32,
    first: Option<(u32, String)>,
}

/// What a row gives, and what the rows so far showed.
pub(crate) struct Out {
    /// What the row says.
    pub(crate) records: Vec<Record>,
    /// Problems of single cells.
    pub(crate) problems: Vec<Problem>,
    /// Readings of this row without a number.
    pub(crate) missing: u64,
    /// Every school year met.
    pub(crate) periods: BTreeSet<AcademicYear>,
    /// The digits of the longest number a school can have.
    digits: usize,
    fits: Vec<ColumnFit>,
    /// The last column in which something did not fit.
    suspect: Option<usize>,
}

impl Out {
    pub(crate) fn new(columns: usize, digits: usize) -> Self {
        Self {
            records: Vec::new(),
            problems: Vec::new(),
            missing: 0,
            periods: BTreeSet::new(),
            digits,
            fits: vec![ColumnFit::default(); columns],
            suspect: None,
        }
    }

    /// Counts a value that fits its column.
    fn fits(&mut self, place: usize) {
        if let Some(fit) = self.fits.get_mut(place) {
            fit.seen += 1;
        }
    }

    /// Counts a value that does not.
    fn misfits(&mut self, place: usize, row: u32, value: &str) {
        if let Some(fit) = self.fits.get_mut(place) {
            fit.seen += 1;
            fit.misfits += 1;
            fit.first.get_or_insert_with(|| (row, shorten(value)));
            self.suspect = Some(place);
        }
    }

    /// Adds a problem of one cell, whose value is left out.
    fn leave_out(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The refusal of a file in which a column's values do not fit its name: more than half of at
    /// least twenty as soon as they are met; at the end, more than a fifth of at least three.
    pub(crate) fn misfit(&mut self, header: &Header, at_end: bool) -> Option<Problem> {
        let wrong = |fit: &ColumnFit| {
            (fit.misfits >= 20 && fit.misfits * 2 > fit.seen)
                || (at_end && fit.misfits >= 3 && fit.misfits * 5 > fit.seen)
        };
        let place = if at_end {
            (0..self.fits.len()).find(|&place| wrong(&self.fits[place]))?
        } else {
            self.suspect.take().filter(|&place| wrong(&self.fits[place]))?
        };
        let fit = &self.fits[place];
        let (row, value) = fit.first.clone()?;
        Some(
            Problem::new(
                Severity::File,
                ProblemCode::ColumnMisfit,
                format!(
                    "{} of {} values in this column do not fit its name; the first is this one. \
                     Perhaps two columns were swapped or moved",
                    fit.misfits, fit.seen
                ),
                "Compare the column names with the original, or download the file again",
            )
            .at(row)
            .in_column(header.name(place))
            .showing(&value),
        )
    }
}

/// The problem of a cell whose value is left out.
fn bad_value(row: &Row, header: &Header, place: usize, code: ProblemCode, what: &str) -> Problem {
    Problem::new(
        Severity::Value,
        code,
        what,
        "The value was left out and the rest of the row taken. Compare it with the original",
    )
    .at(row.number)
    .in_column(header.name(place))
    .showing(row.trimmed(place))
}

/// The school number in a cell that must hold one.
fn urn_at(row: &Row, names: &[String], place: usize, out: &mut Out) -> Result<Urn, Problem> {
    let text = row.trimmed(place);
    if let Some(urn) = Urn::parse_to(text, out.digits) {
        out.fits(place);
        return Ok(urn);
    }
    out.misfits(place, row.number, text);
    let what = if text.is_empty() {
        "the school’s number is missing"
    } else {
        "this is not a school’s number (URN)"
    };
    Err(Problem::new(
        Severity::Row,
        ProblemCode::BadKey,
        what,
        if out.digits > Urn::DIGITS {
            "Give the school’s number as the register has it"
        } else {
            "Give the six-digit URN as the register has it"
        },
    )
    .at(row.number)
    .in_column(names.get(place).map_or("", String::as_str))
    .showing(text))
}

/// The refusal of a file in which the same thing stands twice.
fn twice(what: &str, row: u32, before: u32, column: &str, value: &str) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::DuplicateKey,
        format!("{what} stands in row {before} already"),
        "Remove the row that does not belong, or download the file again",
    )
    .at(row)
    .in_column(column)
    .showing(value)
}

/// A cell as optional text: `None` when empty.
fn text_at(row: &Row, place: Option<usize>) -> Option<String> {
    let text = row.trimmed(place?);
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

/// How firm figures are by a word in a cell.
fn release_at(row: &Row, place: Option<usize>) -> Option<ReleaseStatus> {
    release_in(row.trimmed(place?))
}

/// A postcode in capitals with one space; `None` when it is not shaped like one.
pub(crate) fn postcode(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(8);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_ascii_alphanumeric() || joined.len() == 7 {
            return None;
        }
        joined.push(c.to_ascii_uppercase());
    }
    let bytes = joined.as_bytes();
    let (outward, inward) = bytes.split_at_checked(bytes.len().checked_sub(3)?)?;
    let good = (2..=4).contains(&outward.len())
        && outward[0].is_ascii_uppercase()
        && outward[1..].iter().any(u8::is_ascii_digit)
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(u8::is_ascii_uppercase);
    if !good {
        return None;
    }
    joined.insert(joined.len() - 3, ' ');
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes() {
        assert_eq!(postcode("ec3a5de").as_deref(), Some("EC3A 5DE"));
        assert_eq!(postcode(" SN6  7BZ ").as_deref(), Some("SN6 7BZ"));
        for text in ["", "London", "EC3A", "EC3A 5DEE", "12 3AB", "EC3A-5DE", "ABC 1DE", "é1 1AA"]
        {
            assert_eq!(postcode(text), None, "{text}");
        }
    }
}

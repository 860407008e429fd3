//! Results, absence, census: every file whose rows hold readings of indicators, one row a school
//! (wide) or one row a school and breakdown (tidy).

use super::readings::Readings;
use super::subject::SubjectColumns;
use super::{Columns, Context, Layout, Out, release_at, twice};
use crate::header::Header;
use crate::input::Row;
use crate::pack::KpiId;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{KpiRecord, PupilGroup, Record, Subject};
use crate::year::{AcademicYear, ReleaseStatus};
use std::collections::HashMap;

/// More readings than any nation publishes in one file.
const MOST: usize = 6_000_000;

/// What must not stand twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// A wide file: one row a subject.
    Row(Subject),
    /// A tidy file: one row a subject, year, indicator and group.
    Reading(Subject, AcademicYear, KpiId, PupilGroup),
}

/// See the module.
pub(super) struct Indicators {
    subject: SubjectColumns,
    readings: Readings,
    time_period: Option<usize>,
    release_column: Option<usize>,
    period: Option<AcademicYear>,
    release: ReleaseStatus,
    columns: Vec<usize>,
    header: Header,
    seen: HashMap<Key, u32>,
}

impl Indicators {
    pub(super) fn bind(columns: &mut Columns<'_>, context: &Context<'_>) -> Result<Self, Problem> {
        let tidy = columns.mapping.columns.contains_key("time-period");
        let time_period = if tidy { Some(columns.needed("time-period")?) } else { None };
        let release_column = columns.role("release")?;
        let subject = SubjectColumns::bind(columns)?;
        let readings = Readings::bind(columns, context.pack)?;
        let header = columns.header.clone();
        if readings.len() == 0 {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::UnknownLayout,
                format!(
                    "this looks like “{}”, but none of the columns it is read for is there",
                    columns.mapping.title
                ),
                "Use the publisher’s file with all its columns",
            )
            .at(header.row));
        }
        let period = context.period.map(|(year, _)| year);
        if !tidy && period.is_none() {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::NoPeriod,
                "neither the file nor its name or folder says which school year it is about",
                "Give the school year, or put the file in a folder named like 2017-2018",
            )
            .at(header.row));
        }
        if let Some(year) = period.filter(|_| !tidy) {
            columns.notes.extend(readings.not_in(year).into_iter().map(|column| {
                Problem::new(
                    Severity::Note,
                    ProblemCode::About,
                    format!("this column is not read in {year}, when it meant something else"),
                    "Nothing",
                )
                .at(header.row)
                .in_column(column)
            }));
        }
        Ok(Self {
            subject,
            readings,
            time_period,
            release_column,
            period,
            release: context.release.0,
            columns: columns.places(),
            header,
            seen: HashMap::new(),
        })
    }

    fn period_of(&self, row: &Row, out: &mut Out) -> Result<AcademicYear, Problem> {
        let rejected = |place: usize, what: &str| {
            Problem::new(
                Severity::Row,
                ProblemCode::BadKey,
                what,
                "The row was left out. Compare it with the original",
            )
            .at(row.number)
            .in_column(self.header.name(place))
            .showing(row.trimmed(place))
        };
        match (self.time_period, self.period) {
            (Some(place), _) => match AcademicYear::parse(row.trimmed(place)) {
                Some(year) => {
                    out.fits(place);
                    Ok(year)
                }
                None => {
                    out.misfits(place, row.number, row.trimmed(place));
                    Err(rejected(place, "this is not a school year such as 202324"))
                }
            },
            (None, Some(year)) => Ok(year),
            (None, None) => Err(rejected(0, "the school year is not known")),
        }
    }

    fn refuse_twice(&mut self, key: Key, row: &Row) -> Result<(), Problem> {
        if self.seen.len() >= MOST {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::TooLarge,
                format!("there are more than {MOST} readings"),
                "Split the file, for example by year",
            )
            .at(row.number));
        }
        let Some(before) = self.seen.insert(key, row.number) else { return Ok(()) };
        let subject = match key {
            Key::Row(subject) | Key::Reading(subject, ..) => subject,
        };
        let value = match subject {
            Subject::School(urn) => urn.to_string(),
            Subject::Authority { code, .. } => code.to_string(),
            Subject::Region { code, .. } => format!("E1200000{code}"),
            Subject::National { .. } => "England".to_owned(),
        };
        let what = match key {
            Key::Row(_) => "a row about the same school or area".to_owned(),
            Key::Reading(..) => {
                "the same figure of the same school or area (perhaps split by a column that the \
                 mapping does not know)"
                    .to_owned()
            }
        };
        Err(twice(&what, row.number, before, self.key_column(), &value))
    }

    fn key_column(&self) -> &str {
        let first = self.columns.first().copied().unwrap_or_default();
        let named = self.columns.iter().copied().find(|&place| {
            let name = crate::pack::normalise(self.header.name(place));
            name == "urn" || name == "schoolurn"
        });
        self.header.name(named.unwrap_or(first))
    }
}

impl Layout for Indicators {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn row(&mut self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        let Some(subject) = self.subject.of(row, out)? else { return Ok(()) };
        let period = self.period_of(row, out)?;
        let tidy = self.time_period.is_some();
        if !tidy {
            self.refuse_twice(Key::Row(subject), row)?;
        }
        let release = match self.release {
            ReleaseStatus::NotStated => {
                release_at(row, self.release_column).unwrap_or(self.release)
            }
            stated => stated,
        };
        self.readings.read(row, subject, period, out);
        for index in 0..self.readings.found.len() {
            let reading = self.readings.found[index];
            if tidy {
                self.refuse_twice(Key::Reading(subject, period, reading.kpi, reading.group), row)?;
            }
            out.records.push(Record::Kpi(KpiRecord {
                subject,
                kpi: reading.kpi,
                period,
                group: reading.group,
                measure: reading.measure,
                release,
            }));
        }
        Ok(())
    }
}

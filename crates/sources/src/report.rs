//! What is said about a whole file: what it was recognised as, what was counted, and a refusal.

use crate::input::text::Encoding;
use crate::pack::Family;
use crate::problem::Problem;
use crate::records::Record;
use crate::year::{AcademicYear, Provenance, ReleaseStatus};
use jiff::civil::Date;
use std::fmt;
use std::ops::ControlFlow;

/// What a file was recognised as, from its content; see [`Provenance`] for what its name added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// What its rows become.
    pub family: Family,
    /// The mapping's word for it: `register`, `links`, `ks2`, `census`…
    pub kind: String,
    /// Which mapping of the pack.
    pub mapping: String,
    /// That mapping's version.
    pub mapping_version: u32,
    /// What the file is, in words.
    pub title: String,
    /// Who publishes it.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// Where it is published.
    pub found_at: String,
    /// How its text is encoded, as far as it was read.
    pub encoding: Encoding,
    /// What separates its cells; `None` in a workbook.
    pub delimiter: Option<char>,
    /// Which sheet of a workbook.
    pub sheet: Option<String>,
    /// The header's row.
    pub header_row: u32,
    /// How many columns the header names.
    pub columns: u32,
    /// The columns that are read, as the header writes them.
    pub columns_read: Vec<String>,
    /// What the mapping can read and this file does not have.
    pub columns_absent: Vec<String>,
    /// The school year of the whole file; `None` when each row has its own or none applies.
    pub period: Option<(AcademicYear, Provenance)>,
    /// How firm its figures are.
    pub release: (ReleaseStatus, Option<Provenance>),
    /// The day it describes, by its name.
    pub as_at: Option<Date>,
}

/// What was counted.
///
/// A *row* is a row below the header with anything in it but blanks. It is *rejected* when a
/// problem of severity [`Row`](crate::Severity::Row) names it, and otherwise *accepted*; an
/// accepted row is *unused* when it says nothing that is kept (a region's boys, say). A *missing
/// value* is a reading of an indicator, or an inspection's grade, that holds a reason and no
/// number: a mark or an empty cell under a value column that is read, in an accepted row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows met.
    pub rows: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows left out.
    pub rejected: u64,
    /// Rows taken that say nothing that is kept.
    pub unused: u64,
    /// Records handed over.
    pub records: u64,
    /// Readings and grades that hold no number.
    pub missing_values: u64,
    /// Single values left out, each with a problem.
    pub values_left_out: u64,
    /// Problems of every severity.
    pub problems: u64,
}

/// One of the first rows, for a preview: the cells of the columns that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// Its row.
    pub row: u32,
    /// Its cells, in the order of [`Recognised::columns_read`], shortened.
    pub cells: Vec<String>,
}

/// A file read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it is.
    pub recognised: Recognised,
    /// What was counted.
    pub counts: Counts,
    /// Every school year its records are about, in order.
    pub periods: Vec<AcademicYear>,
    /// Its first accepted rows, twenty at most.
    pub sample: Vec<SampleRow>,
}

/// A file that is not imported. Whatever was handed over before must be thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, where, and what to do.
    pub problem: Problem,
    /// What it was recognised as before it was refused.
    pub recognised: Option<Box<Recognised>>,
    /// What was counted before it was refused.
    pub counts: Counts,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Refusal {}

/// Receives what a file holds, as it is read.
pub trait Visitor {
    /// Takes one record of the row `row`. Breaking ends the reading with
    /// [`Stopped`](crate::ProblemCode::Stopped).
    fn record(&mut self, row: u32, record: Record) -> ControlFlow<()>;

    /// Takes one problem; the last one before a refusal is the refusal's own.
    fn problem(&mut self, problem: &Problem);

    /// Told once, before the first record, what the file is.
    fn recognised(&mut self, recognised: &Recognised) {
        let _ = recognised;
    }
}

/// A visitor that keeps everything: for small files and tests.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Every record with its row.
    pub records: Vec<(u32, Record)>,
    /// Every problem.
    pub problems: Vec<Problem>,
}

impl Visitor for Collected {
    fn record(&mut self, row: u32, record: Record) -> ControlFlow<()> {
        self.records.push((row, record));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: &Problem) {
        self.problems.push(problem.clone());
    }
}

/// A visitor that only lets the counts be made: for a preview.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountOnly;

impl Visitor for CountOnly {
    fn record(&mut self, _: u32, _: Record) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: &Problem) {}
}

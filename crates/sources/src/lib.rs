//! Public education file layouts turned into typed records plus a list of problems.
//!
//! The crate reads bytes and gives values: it opens no file, knows no database and keeps no clock.
//! Memory does not grow with the file. What a column means is data, in a [`Pack`]; what a file is
//! is found from its header, never from its name alone.
//!
//! ```
//! use sources::{Collected, FileHint, Pack, Record, read};
//! use std::io::Cursor;
//!
//! let file = "\u{FEFF}RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP\r\n\
//!             1,850,2000,115850,Alton Infant School,30,60%\r\n\
//!             1,850,2001,115851,Anstey Junior School,4,SUPP\r\n";
//! let hint = FileHint::named("2017-2018/england_ks2final.csv");
//! let mut all = Collected::default();
//! let report = read(Cursor::new(file), &hint, Pack::england(), &mut all)?;
//!
//! assert_eq!(report.recognised.kind, "ks2");
//! assert_eq!(report.counts.accepted, 2);
//! assert_eq!(report.counts.missing_values, 1);
//! let Record::Kpi(first) = &all.records[0].1 else { panic!() };
//! assert_eq!(Pack::england().kpi(first.kpi).code, "KS2_RWM_EXP");
//! assert_eq!(first.measure.value(), Some(60.0));
//! assert_eq!(first.measure.n(), Some(30.0));
//! # Ok::<(), sources::Refusal>(())
//! ```
//!
//! A file is either read to its end ([`Report`]) or refused ([`Refusal`]); after a refusal nothing
//! of it may be kept, so records belong in a transaction. Rows and single values that cannot be
//! taken are [`Problem`]s with row, column, value and remedy: none is dropped in silence, and
//! [`write_csv`] makes a file of them.

#![warn(clippy::unwrap_used)]

mod date;
mod grid;
mod header;
mod hint;
mod input;
mod layouts;
mod pack;
mod problem;
mod reader;
mod recognise;
mod records;
mod report;
mod run;
mod school;
mod upn;
mod value;
mod year;

pub use grid::{Position, position};
pub use hint::FileHint;
pub use input::Limits;
pub use input::text::Encoding;
pub use pack::{ComparabilityBreak, Direction, Family, Kpi, KpiId, Pack, PackError, Unit};
pub use problem::{Problem, ProblemCode, Severity, shorten, write_csv, write_csv_header};
pub use reader::{read, read_within, recognise};
pub use records::{
    Grade, GroupRecord, InspectionArea, InspectionRecord, KpiRecord, LinkKind, LinkRecord,
    NationalScope, Phase, PostcodeRecord, PupilGroup, Record, Subject, Urn,
};
pub use report::{Collected, CountOnly, Counts, Recognised, Refusal, Report, SampleRow, Visitor};
pub use school::SchoolRecord;
pub use year::{AcademicYear, Provenance, ReleaseStatus};

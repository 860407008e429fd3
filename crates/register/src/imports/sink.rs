//! From records to rows: runs beside the database on a thread of its own.

use std::{collections::HashMap, ops::ControlFlow};

use sea_orm::DbBackend;
use sources::{Pack, Problem, Record, ReleaseStatus, Visitor};
use tokio::sync::mpsc::Sender;

use super::{
    listed::Listed,
    targets::{GROUP, INSPECTION, LINK, LISTING, POSTCODE, PROBLEM, VALUE, VERSION},
};
use crate::{
    bulk::{Batch, Rows},
    kpis::{self, Stored, Subject, group_number, stand},
};

/// The most problems of one file that are kept; a file with more has one cause.
pub(super) const KEPT: i64 = 20_000;

/// Texts of schools that are known already, so that an unchanged one is not kept twice.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By school and digest: the version's number.
    pub(super) versions: HashMap<(i64, i64), i64>,
    /// The next free number.
    pub(super) next: i64,
}

/// What a file changed, beyond its own rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Touched {
    /// Indicators that families are made of.
    pub(super) context: bool,
}

pub(super) struct Sink {
    file: i64,
    out: Sender<Batch>,
    pub(super) known: Known,
    pub(super) touched: Touched,
    seq: i64,
    problems_met: i64,
    problems: Rows,
    versions: Rows,
    listings: Rows,
    links: Rows,
    groups: Rows,
    postcodes: Rows,
    inspections: Rows,
    values: Rows,
    /// For each indicator of the pack its number and whether it is context.
    kpis: Vec<(i64, bool)>,
}

impl Sink {
    pub(super) fn new(file: i64, dialect: DbBackend, known: Known, out: Sender<Batch>) -> Self {
        let rows = |target| Rows::new(target, dialect);
        Self {
            file,
            out,
            known,
            touched: Touched::default(),
            seq: 0,
            problems_met: 0,
            problems: rows(&PROBLEM),
            versions: rows(&VERSION),
            listings: rows(&LISTING),
            links: rows(&LINK),
            groups: rows(&GROUP),
            postcodes: rows(&POSTCODE),
            inspections: rows(&INSPECTION),
            values: rows(&VALUE),
            kpis: Pack::current()
                .kpis()
                .iter()
                .map(|kpi| (kpis::number_of(&kpi.code), kpi.domain == "context"))
                .collect(),
        }
    }

    fn send(&mut self, batch: Option<Batch>) -> ControlFlow<()> {
        let Some(batch) = batch else { return ControlFlow::Continue(()) };
        match self.out.blocking_send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Sends what is left and gives back what is known now.
    pub(super) fn finish(mut self) -> (Known, Touched) {
        let rest = [
            self.versions.take(),
            self.listings.take(),
            self.links.take(),
            self.groups.take(),
            self.postcodes.take(),
            self.inspections.take(),
            self.values.take(),
            self.problems.take(),
        ];
        for batch in rest {
            if self.send(batch).is_break() {
                break;
            }
        }
        (self.known, self.touched)
    }

    fn school(&mut self, record: sources::SchoolRecord) -> ControlFlow<()> {
        let urn = i64::from(record.urn.get());
        let listed = Listed::from(record);
        let text = serde_json::to_string(&listed).unwrap_or_default();
        let hash = blake3::hash(text.as_bytes());
        let mut eight = [0; 8];
        eight.copy_from_slice(&hash.as_bytes()[..8]);
        let digest = i64::from_le_bytes(eight);
        let mut batch = None;
        let version = match self.known.versions.get(&(urn, digest)) {
            Some(version) => *version,
            None => {
                let version = self.known.next;
                self.known.next += 1;
                self.known.versions.insert((urn, digest), version);
                self.versions
                    .int(version)
                    .int(urn)
                    .int(digest)
                    .int(listed.trust.map(i64::from))
                    .text(listed.trust_name.as_deref())
                    .text(text.as_str());
                batch = self.versions.end();
                version
            }
        };
        self.send(batch)?;
        self.listings.int(urn).int(self.file).int(version);
        let batch = self.listings.end();
        self.send(batch)
    }

    fn group(&mut self, record: &sources::GroupRecord) -> ControlFlow<()> {
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        self.seq += 1;
        self.groups
            .int(self.file)
            .int(self.seq)
            .int(i64::from(record.uid))
            .text(record.name.as_str())
            .text(record.group_type.as_deref())
            .text(record.status.as_deref())
            .text(day(record.opened).as_deref())
            .text(day(record.closed).as_deref())
            .text(record.companies_house.as_deref())
            .int(record.member.map(|urn| i64::from(urn.get())))
            .text(day(record.joined).as_deref());
        let batch = self.groups.end();
        self.send(batch)
    }

    fn inspection(&mut self, record: &sources::InspectionRecord) -> ControlFlow<()> {
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        let grades: Vec<(&str, &str)> =
            record.grades.iter().map(|(area, grade)| (area.code(), grade.code())).collect();
        self.seq += 1;
        self.inspections
            .int(self.file)
            .int(self.seq)
            .int(i64::from(record.urn_now.unwrap_or(record.urn_then).get()))
            .int(i64::from(record.urn_then.get()))
            .text(record.number.as_deref())
            .text(record.kind.as_deref())
            .text(day(record.started).as_deref())
            .text(day(record.published).as_deref())
            .bool(record.latest)
            .text(record.category_of_concern.as_deref())
            .text(record.outcome.as_deref())
            .text(serde_json::to_string(&grades).unwrap_or_default().as_str());
        let batch = self.inspections.end();
        self.send(batch)
    }

    fn value(&mut self, record: &sources::KpiRecord) -> ControlFlow<()> {
        let Some(&(kpi, context)) = self.kpis.get(usize::from(record.kpi.index())) else {
            return ControlFlow::Continue(());
        };
        self.touched.context |= context;
        let stored = Stored::from(record.measure);
        // A figure whose firmness is not stated ranks between provisional and revised.
        let release: ReleaseStatus = record.release;
        self.values
            .int(Subject::from(record.subject).number())
            .int(kpi)
            .int(group_number(record.group))
            .int(i64::from(record.period.end()))
            .int(stand(release, self.file))
            .int(stored.form)
            .real(stored.value)
            .real(stored.n)
            .real(stored.low)
            .real(stored.high);
        let batch = self.values.end();
        self.send(batch)
    }
}

impl Visitor for Sink {
    fn record(&mut self, _: u32, record: Record) -> ControlFlow<()> {
        match record {
            Record::School(record) => self.school(*record),
            Record::Link(record) => {
                let established = record.established.map(|day| day.to_string());
                self.links
                    .int(i64::from(record.urn.get()))
                    .int(i64::from(record.link_urn.get()))
                    .text(record.kind.code())
                    .int(self.file)
                    .text(record.link_name.as_deref())
                    .text(record.kind_as_published.as_str())
                    .text(established.as_deref());
                let batch = self.links.end();
                self.send(batch)
            }
            Record::Group(record) => self.group(&record),
            Record::Kpi(record) => self.value(&record),
            Record::Postcode(record) => {
                self.postcodes
                    .text(postcode_key(&record.postcode).as_str())
                    .int(self.file)
                    .text(record.lsoa.as_deref())
                    .real(record.idaci_score)
                    .int(record.idaci_rank.map(i64::from))
                    .int(record.idaci_decile.map(i64::from))
                    .int(record.imd_decile.map(i64::from));
                let batch = self.postcodes.end();
                self.send(batch)
            }
            Record::Inspection(record) => self.inspection(&record),
            _ => ControlFlow::Continue(()),
        }
    }

    fn problem(&mut self, problem: &Problem) {
        self.problems_met += 1;
        if self.problems_met > KEPT {
            return;
        }
        write_problem(&mut self.problems, self.file, self.problems_met, problem);
        let batch = self.problems.end();
        // A broken channel shows again at the next record.
        let _ = self.send(batch);
    }
}

pub(super) fn write_problem(rows: &mut Rows, file: i64, seq: i64, problem: &Problem) {
    rows.int(file)
        .int(seq)
        .text(problem.severity.code())
        .text(problem.code.code())
        .int(problem.row.map(i64::from))
        .text(problem.column.as_deref())
        .text(problem.value.as_deref())
        .text(problem.what.as_str())
        .text(problem.remedy.as_str());
}

/// A postcode as it is compared: capitals and digits only.
pub(super) fn postcode_key(postcode: &str) -> String {
    postcode.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

//! Prints what files are recognised as and what they hold, as JSON, one object a file.
//!
//! `cargo run -p sources --example inspect -- PATH…`; a folder is searched.

use serde_json::{Value, json};
use sources::{
    Counts, FileHint, Pack, Problem, Provenance, Recognised, Record, Severity, Visitor, read,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Counts records by kind, and keeps the first problems.
#[derive(Default)]
struct Tally {
    records: BTreeMap<String, u64>,
    problems: Vec<Value>,
}

/// How many problems are shown.
const SHOWN: usize = 20;

impl Visitor for Tally {
    fn record(&mut self, _: u32, record: Record) -> ControlFlow<()> {
        let name = match record {
            Record::School(_) => "school".to_owned(),
            Record::Link(_) => "link".to_owned(),
            Record::Group(_) => "group".to_owned(),
            Record::Postcode(_) => "postcode".to_owned(),
            Record::Inspection(_) => "inspection".to_owned(),
            Record::Kpi(kpi) => {
                format!("{} {}", Pack::england().kpi(kpi.kpi).code, kpi.group.code())
            }
            _ => "other".to_owned(),
        };
        *self.records.entry(name).or_default() += 1;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: &Problem) {
        if self.problems.len() < SHOWN || problem.severity == Severity::File {
            self.problems.push(described(problem));
        }
    }
}

fn described(problem: &Problem) -> Value {
    json!({
        "severity": problem.severity.code(),
        "code": problem.code.code(),
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "what": problem.what,
        "remedy": problem.remedy,
    })
}

fn counted(counts: &Counts) -> Value {
    json!({
        "rows": counts.rows,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "unused": counts.unused,
        "records": counts.records,
        "missing_values": counts.missing_values,
        "values_left_out": counts.values_left_out,
        "problems": counts.problems,
    })
}

fn recognised(file: &Recognised) -> Value {
    json!({
        "kind": file.kind,
        "title": file.title,
        "mapping": format!("{} v{}", file.mapping, file.mapping_version),
        "source": file.source,
        "licence": file.licence,
        "encoding": file.encoding.code(),
        "delimiter": file.delimiter,
        "sheet": file.sheet,
        "header_row": file.header_row,
        "columns": file.columns,
        "columns_read": file.columns_read,
        "columns_absent": file.columns_absent,
        "period": file.period.map(|(year, _)| year.to_string()),
        "period_from": file.period.map(|(_, from)| from.code()),
        "release": file.release.0.code(),
        "release_from": file.release.1.map(Provenance::code),
        "as_at": file.as_at.map(|day| day.to_string()),
    })
}

fn inspect(path: &Path) -> io::Result<Value> {
    let hint = FileHint::named(path.display().to_string());
    let mut tally = Tally::default();
    let result = read(File::open(path)?, &hint, Pack::england(), &mut tally);
    let (file, counts, periods, refused) = match &result {
        Ok(report) => (Some(&report.recognised), report.counts, report.periods.clone(), None),
        Err(refusal) => {
            (refusal.recognised.as_deref(), refusal.counts, Vec::new(), Some(&refusal.problem))
        }
    };
    Ok(json!({
        "file": path.display().to_string(),
        "recognised": file.map(recognised),
        "counts": counted(&counts),
        "periods": periods.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "records": tally.records,
        "refused": refused.map(described),
        "problems": tally.problems,
    }))
}

fn files(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        let mut entries =
            path.read_dir()?.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
        entries.sort();
        for entry in entries {
            files(&entry, found)?;
        }
    } else {
        found.push(path.to_owned());
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut found = Vec::new();
    for path in std::env::args_os().skip(1) {
        files(Path::new(&path), &mut found)?;
    }
    let mut out = io::stdout().lock();
    for path in found {
        writeln!(out, "{}", serde_json::to_string(&inspect(&path)?)?)?;
    }
    Ok(())
}

//! Files in, records and problems out: real ones where they are at hand, small and damaged ones
//! made here.

mod counts;
mod damage;
mod data;
mod fuzz;
mod layouts;
mod packs;
mod tidy;
mod values;
mod workbooks;

use sources::{Collected, FileHint, KpiRecord, Pack, Record, Refusal, Report, read};
use std::io::Cursor;

/// Reads bytes under a name with the built-in pack.
fn read_named(bytes: &[u8], name: &str) -> (Collected, Result<Report, Refusal>) {
    let mut all = Collected::default();
    let result = read(Cursor::new(bytes), &FileHint::named(name), Pack::england(), &mut all);
    (all, result)
}

/// The problem for which bytes are refused.
#[track_caller]
fn refused(bytes: &[u8], name: &str) -> sources::Problem {
    let (all, result) = read_named(bytes, name);
    let refusal = result.expect_err("the file was read");
    assert_eq!(all.problems.last(), Some(&refusal.problem), "the visitor is told as well");
    assert!(!refusal.problem.remedy.is_empty());
    refusal.problem
}

/// The readings among records, with their indicator's code.
fn readings(all: &Collected) -> Vec<(&'static str, KpiRecord)> {
    let reading = |(_, record): &(u32, Record)| match record {
        Record::Kpi(kpi) => Some((Pack::england().kpi(kpi.kpi).code.as_str(), *kpi)),
        _ => None,
    };
    all.records.iter().filter_map(reading).collect()
}

//! Whatever somebody uploads as a public file: text in any encoding, CSV, workbooks, archives.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use sources::{Collected, FileHint, Limits, Pack, Severity, read_within, recognise};

/// Names under which the very same bytes may arrive.
const NAMES: [&str; 8] = [
    "england_ks2final.csv",
    "edubasealldata20260109.csv",
    "links_edubasealldata20260109.csv",
    "2024-2025_absence.csv",
    "ofsted_20260131.xlsx",
    "postcodes.txt",
    "archive.zip",
    "",
];

fuzz_target!(|input: &[u8]| {
    let Some((&which, bytes)) = input.split_first() else { return };
    let hint = FileHint::named(NAMES[usize::from(which) % NAMES.len()]);
    let limits = Limits {
        row_bytes: 4_096,
        row_cells: 256,
        rows: 2_000,
        workbook_bytes: 1 << 18,
        workbook_unpacked: 1 << 21,
        workbook_texts: 1 << 20,
        ..Limits::default()
    };
    let pack = Pack::england();
    let _ = recognise(Cursor::new(bytes), &hint, pack);
    let mut all = Collected::default();
    if let Ok(report) = read_within(Cursor::new(bytes), &hint, pack, &limits, &mut all) {
        // Nothing is lost silently: every row is a record or a problem that names it.
        let counts = report.counts;
        assert_eq!(counts.rows, counts.accepted + counts.rejected);
        assert_eq!(counts.records, all.records.len() as u64);
        assert_eq!(counts.problems, all.problems.len() as u64);
        let rejected = all.problems.iter().filter(|one| one.severity == Severity::Row).count();
        assert_eq!(counts.rejected, rejected as u64);
    }
});

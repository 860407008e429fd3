//! Reads files and prints how many rows they have: what the side-by-side benchmark runs.
//!
//! `cargo run --release -p sources --example count -- [--keep] PATH…`. Every record is made and
//! thrown away, as an import that writes batches does; with `--keep` all are kept in memory until
//! the end, as the tables of other tools are.

use sources::{Collected, CountOnly, FileHint, Pack, Report, read};
use std::fs::File;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut keep = false;
    let (mut rows, mut values, mut missing) = (0, 0, 0);
    let mut kept = Vec::new();
    for path in std::env::args().skip(1) {
        if path == "--keep" {
            keep = true;
            continue;
        }
        let hint = FileHint::named(&path);
        let file = File::open(&path)?;
        let failed = |refusal: sources::Refusal| io::Error::other(refusal.to_string());
        let report: Report = if keep {
            let mut all = Collected::default();
            let report = read(file, &hint, Pack::england(), &mut all).map_err(failed)?;
            kept.push(all);
            report
        } else {
            read(file, &hint, Pack::england(), &mut CountOnly).map_err(failed)?
        };
        rows += report.counts.rows;
        values += report.counts.records;
        missing += report.counts.missing_values;
    }
    writeln!(io::stdout(), "{{\"rows\":{rows},\"records\":{values},\"missing\":{missing}}}")
}

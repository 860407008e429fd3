//! Tests of the evidence engine against published figures, independent arithmetic and hostile
//! numbers.

#![allow(clippy::print_stdout, reason = "tests say what they skipped and what they found")]

mod arithmetic;
mod comparators;
mod components;
mod crossed;
mod designs;
mod families;
mod front_door;
mod hostile;
mod hostile_entries;
mod hostile_rest;
mod impact;
mod influence;
mod mixed;
mod published;
mod readings;
mod suppression;
mod verdict_details;

use std::path::PathBuf;

/// The folder of public data, or nothing when it is absent and not required.
fn data() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let candidates = std::env::var_os("ALONGSIDE_DATA")
        .map(PathBuf::from)
        .into_iter()
        .chain(here.ancestors().map(|a| a.join("shared/data")));
    let found = candidates.into_iter().find(|c| c.join("reference/statistics").is_dir());
    if found.is_none() {
        assert!(
            std::env::var_os("ALONGSIDE_REQUIRE_DATA").is_none_or(|v| v != "1"),
            "ALONGSIDE_REQUIRE_DATA is set, but the public data were not found"
        );
        println!("skipped: public data not found");
    }
    found
}

/// Columns of a delimited file, as text.
fn columns(file: &std::path::Path, names: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at: Vec<usize> =
        names.iter().map(|n| headers.iter().position(|h| h == *n).unwrap()).collect();
    let mut out = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.unwrap();
        for (target, at) in out.iter_mut().zip(&at) {
            target.push(record[*at].to_owned());
        }
    }
    out
}

fn numbers(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|c| c.parse().unwrap_or(f64::NAN)).collect()
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs().max(1e-300),
        "found {found}, expected {expected}"
    );
}

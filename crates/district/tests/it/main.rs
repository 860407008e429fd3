//! What a district promises, held against what it delivers.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod believable;
mod files;
mod lift;
mod names;
mod story;

use district::{DEMO_SEED, District, Options};

/// The demonstration's district.
pub(crate) fn demo() -> District {
    District::generate(DEMO_SEED, Options::default())
}

/// The rows of one file, by column name.
pub(crate) fn rows(bytes: &[u8]) -> Vec<std::collections::HashMap<String, String>> {
    // Code page 1252 is Latin-1 for everything the tests look at but the curly marks.
    let text: String = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|b| if *b == 0x92 { '\u{2019}' } else { *b as char }).collect(),
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    reader
        .records()
        .map(|r| {
            let record = r.expect("rows as long as the header");
            header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
        })
        .collect()
}

/// A cell as a number, percent sign or not.
pub(crate) fn number(cell: &str) -> Option<f64> {
    cell.trim_end_matches('%').parse().ok()
}

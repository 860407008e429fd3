//! Solves an OR-Library assignment file exactly and prints its cost as JSON.
//!
//! `cargo run --release -p matching --example assign -- FILE`

use std::process::ExitCode;
use std::time::Instant;

use matching::assignment::{assign, parse_table};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line example")]
fn main() -> ExitCode {
    let run = || -> Result<String, Box<dyn std::error::Error>> {
        let file = std::env::args().nth(1).ok_or("usage: assign FILE")?;
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let start = Instant::now();
        let assigned = assign(&parse_table(&text)?)?;
        if !assigned.certificate.proved() {
            return Err("the certificate does not close".into());
        }
        let cost = i64::try_from(assigned.certificate.primal)?;
        let seconds = start.elapsed().as_secs_f64();
        Ok(serde_json::json!({ "cost": cost, "seconds": seconds }).to_string())
    };
    match run() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

//! Solves a DIMACS minimum-cost flow file exactly and prints its cost as JSON.
//!
//! `cargo run --release -p matching --example flow -- FILE.min`

use std::process::ExitCode;
use std::time::Instant;

use matching::flow::{parse_dimacs, solve};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line example")]
fn main() -> ExitCode {
    let run = || -> Result<String, Box<dyn std::error::Error>> {
        let file = std::env::args().nth(1).ok_or("usage: flow FILE.min")?;
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let start = Instant::now();
        let solved = solve(&parse_dimacs(&text)?)?;
        if !solved.certificate.proved() {
            return Err("the certificate does not close".into());
        }
        let cost = solved.certificate.primal;
        let seconds = start.elapsed().as_secs_f64();
        Ok(serde_json::json!({ "cost": i64::try_from(cost)?, "seconds": seconds }).to_string())
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

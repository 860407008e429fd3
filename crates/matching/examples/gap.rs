//! Solves OR-Library generalised assignment files, with a bound and a gap for every instance,
//! and prints them as JSON.
//!
//! `cargo run --release -p matching --example gap -- FILE [--max|--min] [--seconds S]`
//!
//! `--seconds` is the time for each instance (60 unless said); the least total is sought unless
//! `--max` is given.

use std::process::ExitCode;
use std::time::Instant;

use matching::gap::{Aim, parse, solve};

fn run() -> Result<String, Box<dyn std::error::Error>> {
    let (mut file, mut aim, mut seconds) = (None, Aim::Minimise, 60.0_f64);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--max" => aim = Aim::Maximise,
            "--min" => aim = Aim::Minimise,
            "--seconds" => seconds = args.next().ok_or("--seconds needs a number")?.parse()?,
            _ => file = Some(arg),
        }
    }
    let file = file.ok_or("usage: gap FILE [--max|--min] [--seconds S]")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let mut instances = Vec::new();
    for instance in parse(&text)? {
        let start = Instant::now();
        let outcome =
            solve(&instance, aim, 1, &mut || start.elapsed().as_secs_f64() < seconds * 0.97)?;
        instances.push(serde_json::json!({
            "value": outcome.value,
            "bound": outcome.bound,
            "gap": outcome.gap,
            "seconds": start.elapsed().as_secs_f64(),
        }));
    }
    Ok(serde_json::json!({ "instances": instances }).to_string())
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line example")]
fn main() -> ExitCode {
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

//! Solves OR-Library generalised assignment files, with a bound and a gap for every instance,
//! and prints them as JSON.
//!
//! `cargo run --release -p matching --example gap -- FILE [--max|--min] [--seconds S] [--cpu]`
//!
//! `--seconds` is the time for each instance (60 unless said), elapsed, or with `--cpu` of the
//! processor for the first of the two threads, where the system tells; the least total is sought
//! unless `--max` is given.

use std::process::ExitCode;
use std::time::Instant;

use matching::gap::{Aim, parse, solve};

/// Processor seconds of this process's first thread so far.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn run() -> Result<String, Box<dyn std::error::Error>> {
    let (mut file, mut aim, mut seconds, mut by_cpu) = (None, Aim::Minimise, 60.0_f64, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--max" => aim = Aim::Maximise,
            "--min" => aim = Aim::Minimise,
            "--seconds" => seconds = args.next().ok_or("--seconds needs a number")?.parse()?,
            "--cpu" => by_cpu = true,
            _ => file = Some(arg),
        }
    }
    let file = file.ok_or("usage: gap FILE [--max|--min] [--seconds S] [--cpu]")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let mut instances = Vec::new();
    for instance in parse(&text)? {
        let (start, before) = (Instant::now(), cpu().filter(|_| by_cpu));
        let taken = || match before {
            Some(before) => cpu().unwrap_or(f64::INFINITY) - before,
            None => start.elapsed().as_secs_f64(),
        };
        let outcome = solve(&instance, aim, 1, &mut || taken() < seconds * 0.97)?;
        instances.push(serde_json::json!({
            "value": outcome.value,
            "bound": outcome.bound,
            "gap": outcome.gap,
            "seconds": taken(),
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

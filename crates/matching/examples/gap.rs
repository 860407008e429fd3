//! Solves OR-Library generalised assignment files, with a bound and a gap for every instance,
//! and prints them as JSON.
//!
//! `cargo run --release -p matching --example gap -- FILE [--max|--min] [--seconds S] [--cpu]`
//!
//! `--seconds` is the time for each instance (60 unless said), elapsed, or with `--cpu` of the
//! processor for both threads together, where the system tells; the least total is sought unless
//! `--max` is given. When time runs out, how good a plan was found depends on the machine; that it
//! is a plan, and that the bound is one, does not.

use std::process::ExitCode;
use std::time::Instant;

use matching::gap::{Aim, parse, solve};

/// Processor seconds of this process so far, of its threads that have ended too, in hundredths.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name may hold spaces; what follows it counts from the third field.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
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
        let (start, before) = (Instant::now(), cpu());
        let taken = || match before.filter(|_| by_cpu) {
            Some(before) => cpu().unwrap_or(f64::INFINITY) - before,
            None => start.elapsed().as_secs_f64(),
        };
        let outcome = solve(&instance, aim, 1, &mut || taken() < seconds * 0.97)?;
        instances.push(serde_json::json!({
            "value": outcome.value,
            "bound": outcome.bound,
            "gap": outcome.gap,
            "seconds": taken(),
            "cpu_seconds": before.and_then(|before| Some(cpu()? - before)),
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

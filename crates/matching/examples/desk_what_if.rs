//! How long a what-if takes at a desk with many open needs, as JSON.
//!
//! `cargo run --release -p matching --example desk_what_if -- --needs N --seed S --count K`
//!
//! Plans an invented desk once, then asks K different what-ifs from that plan, each with every
//! explanation that changes: forbids, pins, wider windows, freer supporters. Times are elapsed
//! and processor seconds for one what-if.

use std::process::ExitCode;
use std::time::Instant;

use matching::invented_desk::{area, desk, what_ifs};
use matching::{Effort, ModelError, Planned};

type Failure = Box<dyn std::error::Error>;

/// Processor seconds of this process so far, where the system tells.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64, f64) {
    let (start, before) = (Instant::now(), cpu());
    let done = work();
    let elapsed = start.elapsed().as_secs_f64();
    (done, elapsed, cpu().zip(before).map_or(elapsed, |(after, before)| after - before))
}

fn run() -> Result<String, Failure> {
    let mut args = std::env::args().skip(1);
    let (mut needs, mut seed, mut count) = (2_000_u32, 1_u64, 400_usize);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--needs" => needs = value()?.parse()?,
            "--seed" => seed = value()?.parse()?,
            "--count" => count = value()?.parse()?,
            _ => return Err(format!("unknown argument {arg}").into()),
        }
    }
    let question = desk(needs, seed);
    let (now, _, plan_cpu) = timed(|| Planned::new(&question, Effort::default()));
    let now = now?;
    let changes = what_ifs(&now, &question);
    let (mut elapsed, mut spent, mut refused, mut moved) = (Vec::new(), Vec::new(), 0, 0);
    for turn in 0..count {
        let at = turn * 7_919 % changes.len();
        let (then, wall, work) = timed(|| now.what_if(&changes[at..=at], Effort::what_if()));
        match then {
            Ok(then) => moved += then.moved.len(),
            Err(ModelError::Contradiction { .. }) => refused += 1,
            Err(error) => return Err(error.into()),
        }
        elapsed.push(wall);
        spent.push(work);
    }
    let (cells, _, coverage_cpu) = timed(|| now.coverage(&area));
    let (others, _, others_cpu) = timed(|| now.alternatives(3, 0.02, Effort::what_if()));
    let others = others?;
    elapsed.sort_by(f64::total_cmp);
    spent.sort_by(f64::total_cmp);
    let at = |times: &[f64], share: f64| times[(times.len() as f64 * share) as usize];
    Ok(serde_json::json!({
        "needs": needs, "matches": now.plan().matches.len(), "what_ifs": count,
        "refused": refused, "moved_mean": moved as f64 / count as f64,
        "gap_points": now.plan().gap_points, "plan_cpu_s": plan_cpu,
        "elapsed_p50_s": at(&elapsed, 0.5), "elapsed_p95_s": at(&elapsed, 0.95),
        "elapsed_max_s": elapsed.last(),
        "cpu_p50_s": at(&spent, 0.5), "cpu_p95_s": at(&spent, 0.95), "cpu_max_s": spent.last(),
        "coverage_cells": cells?.len(), "coverage_cpu_s": coverage_cpu,
        "alternatives": others.len(),
        "alternatives_proved_within": others.iter().map(|one| one.proved).collect::<Vec<_>>(),
        "alternatives_differ": others.iter().map(|one| one.differs).collect::<Vec<_>>(), "alternatives_cpu_s": others_cpu,
    })
    .to_string())
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

//! Invents a national instance, solves it exactly, and prints what it took as JSON.
//!
//! `cargo run --release -p matching --example national -- --needs N --seed S [--tight] [--dump FILE] [--repeat K]`
//!
//! `--tight` invents fewer places than needs, instead of a quarter more. `--dump FILE` writes
//! the instance as DIMACS for other solvers. `--repeat K` works K times for steadier
//! `build_cpu_s` and `solve_cpu_s`, which are means. Building is finding the candidates of every
//! need and what each pair costs; inventing the country (`invent_s`) is no part of it.
//! `resolve_pin_s` is the 99th percentile of two thousand what-ifs.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use matching::invented::{Recipe, country, pairs};
use matching::transport::{Instance, Solver};

type Failure = Box<dyn std::error::Error>;

/// Peak memory of this process in MB, where the system tells.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some((kilobytes / 1024.0).round())
}

/// Processor seconds of this process so far, where the system tells.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn since(start: Option<f64>) -> Option<f64> {
    Some(cpu()? - start?)
}

/// Nodes: needs, then supporters, then the sink. A need's arcs to supporters and its own arc to
/// the sink for being unmet.
fn dump(instance: &Instance, file: &str) -> Result<(), Failure> {
    let (needs, supporters) = (instance.needs(), instance.capacity.len());
    let sink = needs + supporters + 1;
    let arcs = instance.edges.len() + needs + supporters;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "c needs {needs} supporters {supporters}")?;
    writeln!(out, "p min {sink} {arcs}")?;
    for need in 1..=needs {
        writeln!(out, "n {need} 1")?;
    }
    writeln!(out, "n {sink} -{needs}")?;
    for need in 0..needs {
        for edge in instance.row(need) {
            let to = needs + edge.supporter as usize + 1;
            writeln!(out, "a {} {to} 0 1 {}", need + 1, edge.cost)?;
        }
        writeln!(out, "a {} {sink} 0 1 {}", need + 1, instance.unmet[need])?;
    }
    for (supporter, capacity) in instance.capacity.iter().enumerate() {
        writeln!(out, "a {} {sink} 0 {capacity} 0", needs + supporter + 1)?;
    }
    out.flush()?;
    Ok(())
}

/// Seconds of two thousand what-ifs spread over the country: pinning a need to its third
/// cheapest candidate, or forbidding the pair it has, each the exact optimum again, then undone.
fn pin_times(solver: &mut Solver) -> Result<Vec<f64>, Failure> {
    let needs = solver.needs();
    let mut times = Vec::new();
    for turn in 0..2000.min(needs) {
        let need = turn * needs / 2000.min(needs);
        let mut row = solver.row(need).to_vec();
        row.sort_unstable();
        let pair = match solver.supporter(need) {
            Some(at) if turn % 2 == 0 => row.iter().find(|edge| edge.supporter == at),
            _ => row.get(2),
        };
        let Some(&edge) = pair else { continue };
        let (need, supporter) = (need as u32, edge.supporter);
        let start = Instant::now();
        if turn % 2 == 0 {
            solver.forbid(need, supporter)?;
        } else {
            solver.pin(need, supporter)?;
        }
        times.push(start.elapsed().as_secs_f64());
        if turn % 2 == 0 {
            solver.change_cost(need, supporter, edge.cost)?;
        } else {
            solver.unpin(need)?;
        }
    }
    Ok(times)
}

fn run() -> Result<String, Failure> {
    let mut args = std::env::args().skip(1);
    let (mut needs, mut seed, mut tight, mut file) = (24_000_u32, 1_u64, false, None);
    let mut repeat = 1_usize;
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--needs" => needs = value()?.parse()?,
            "--seed" => seed = value()?.parse()?,
            "--tight" => tight = true,
            "--repeat" => repeat = value()?.parse()?,
            "--dump" => file = Some(value()?),
            _ => return Err(format!("unknown argument {arg}").into()),
        }
    }
    let start = Instant::now();
    let recipe = Recipe::national(needs, seed, tight);
    let country = country(&recipe);
    let invent = start.elapsed().as_secs_f64();
    let (start, work) = (Instant::now(), cpu());
    let instance = pairs(&country, recipe.candidates);
    let build = start.elapsed().as_secs_f64();
    for _ in 1..repeat {
        if pairs(&country, recipe.candidates) != instance {
            return Err("two builds of one country differ".into());
        }
    }
    let build_cpu = since(work).map(|seconds| seconds / repeat.max(1) as f64);
    if let Some(file) = file {
        dump(&instance, &file)?;
    }
    let arcs = instance.edges.len();
    let copies: Vec<Instance> = (1..repeat).map(|_| instance.clone()).collect();
    let (start, work) = (Instant::now(), cpu());
    let mut solver = Solver::solve(instance)?;
    let solve = start.elapsed().as_secs_f64();
    for copy in copies {
        if Solver::solve(copy)?.objective() != solver.objective() {
            return Err("two solves of one instance differ".into());
        }
    }
    let solve_cpu = since(work).map(|seconds| seconds / repeat.max(1) as f64);
    let certificate = solver.certificate();
    if !certificate.proved() {
        return Err(format!("not proved: {certificate:?}").into());
    }
    let (objective, unmet) = (solver.objective(), solver.unmet_count());
    let mut pins = pin_times(&mut solver)?;
    pins.sort_by(f64::total_cmp);
    let at = |share: f64| pins.get((pins.len() as f64 * share) as usize).copied();
    if !solver.certificate().proved() || solver.objective() != objective {
        return Err("the optimum was lost among the what-ifs".into());
    }
    Ok(serde_json::json!({
        "needs": needs, "arcs": arcs, "invent_s": invent, "objective": objective,
        "bound": i64::try_from(certificate.dual)?, "unmet": unmet,
        "build_s": build, "solve_s": solve, "resolve_pin_s": at(0.99),
        "resolve_pin_median_s": at(0.5), "peak_mb": peak_mb(),
        "build_cpu_s": build_cpu, "solve_cpu_s": solve_cpu,
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

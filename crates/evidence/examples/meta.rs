//! Several effects with their errors, pooled, as JSON.

mod shared;

use evidence::meta::pool;
use evidence::variation::Interval;
use serde_json::{Value, json};
use shared::{Arguments, Problem, Table};

const USAGE: &str = "meta FILE.csv --effect Y (--se S | --variance V)
  One row a study or deployment. The between-study variance is Paule and Mandel's, the interval
  Hartung and Knapp's, never narrower than the ordinary one.";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let arguments = Arguments::read(USAGE, &["effect", "se", "variance"], &[])?;
    let effect = arguments.must("effect", USAGE)?.to_owned();
    let (column, root) = match (arguments.one("se"), arguments.one("variance")) {
        (Some(se), None) => (se.to_owned(), false),
        (None, Some(variance)) => (variance.to_owned(), true),
        _ => return Err(format!("give --se or --variance, one of them.\n{USAGE}")),
    };
    let mut table = Table::read(&arguments.file)?;
    table.complete(&[effect.clone(), column.clone()])?;
    let errors = table.numbers(&column)?;
    if let Some(row) = errors.iter().position(|e| *e <= 0.0) {
        return Err(format!("{column}, {}: an error must be above zero", table.place(row)));
    }
    let pairs: Vec<(f64, f64)> = table
        .numbers(&effect)?
        .into_iter()
        .zip(errors)
        .map(|(y, e)| (y, if root { e.sqrt() } else { e }))
        .collect();
    let found = pool(&pairs).ok_or("two effects with an error are needed to pool any")?;
    if found.used < pairs.len() {
        shared::note(&format!("{} of {} rows could be used", found.used, pairs.len()));
    }
    let ends = |i: Interval| json!([shared::json(i.low), shared::json(i.high)]);
    Ok(json!({
        "effect": shared::json(found.effect),
        "se": shared::json(found.se),
        "interval": ends(found.interval),
        "prediction": found.prediction.map(ends),
        "tau2": shared::json(found.tau2),
        "q": shared::json(found.q),
        "q_p": shared::json(found.q_p),
        "i2": shared::json(found.i2),
        "used": found.used,
    }))
}

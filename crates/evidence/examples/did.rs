//! Group-time difference-in-differences of a delimited file, as JSON.

mod shared;

use std::collections::BTreeMap;

use evidence::did::{Aggregate, Control, Method, Options, Panel, estimate};
use serde_json::{Value, json};
use shared::{Arguments, Problem, Table, is_missing, number};

const USAGE: &str =
    "did FILE.csv --unit U --time T --first-treated G --outcome Y [--covariates X1,X2] \
                     [--control never|notyet] [--method dr|reg|ipw] [--anticipation N] \
                     [--bootstrap DRAWS] [--seed N] [--reference COLUMN=LEVEL]
  First treated: a period; 0, empty, NA or Inf for units never treated.
  Text covariates are factors; their first level (sorted) is the reference.";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let known = [
        "unit",
        "time",
        "first-treated",
        "outcome",
        "covariates",
        "control",
        "method",
        "anticipation",
        "bootstrap",
        "seed",
        "reference",
    ];
    let arguments = Arguments::read(USAGE, &known, &[])?;
    let must = |name: &str| arguments.must(name, USAGE).map(str::to_owned);
    let (unit, time) = (must("unit")?, must("time")?);
    let (first, outcome) = (must("first-treated")?, must("outcome")?);
    let covariates = arguments.list("covariates");
    let options = Options {
        control: match arguments.one("control").unwrap_or("never") {
            "never" | "nevertreated" => Control::Never,
            "notyet" | "notyettreated" => Control::NotYet,
            other => return Err(format!("--control {other}: write never or notyet")),
        },
        method: match arguments.one("method").unwrap_or("dr") {
            "dr" => Method::DoublyRobust,
            "reg" => Method::Regression,
            "ipw" => Method::Weighting,
            other => return Err(format!("--method {other}: write dr, reg or ipw")),
        },
        anticipation: arguments.number("anticipation", 0)?,
    };
    let mut table = Table::read(&arguments.file)?;
    let mut needed = vec![unit.clone(), time.clone(), outcome.clone()];
    needed.extend(covariates.iter().cloned());
    table.position(&first)?;
    table.complete(&needed)?;
    let made = Made::new(&table, &unit, &time, &first, &outcome, &covariates, &arguments)?;
    let panel = Panel {
        periods: &made.periods,
        outcome: &made.outcome,
        first_treated: &made.first_treated,
        covariates: &made.covariates,
    };
    let effects = estimate(&panel, &options).map_err(|e| e.to_string())?;
    effects.notes.iter().for_each(|note| shared::note(note));
    let bands = match arguments.number("bootstrap", 0_usize)? {
        0 => None,
        draws => Some(effects.bands(draws, 0.95, arguments.number("seed", 1)?)),
    };
    let att: Vec<Value> = effects
        .cells
        .iter()
        .enumerate()
        .map(|(at, cell)| {
            let mut value = json!({
                "g": plain(cell.group), "t": plain(cell.time),
                "att": shared::json(cell.att), "se": shared::json(cell.se),
            });
            if let Some(bands) = &bands {
                let half = bands.critical * bands.se[at];
                value["bootstrap_se"] = shared::json(bands.se[at]);
                value["band"] =
                    json!([shared::json(cell.att - half), shared::json(cell.att + half)]);
            }
            value
        })
        .collect();
    let sums = effects.aggregates();
    let list = |key: &str, of: &[Aggregate]| -> Vec<Value> {
        of.iter()
            .map(
                |a| json!({key: plain(a.at), "att": shared::json(a.att), "se": shared::json(a.se)}),
            )
            .collect()
    };
    let one = |of: &Option<Aggregate>| {
        of.as_ref()
            .map_or(Value::Null, |a| json!({"att": shared::json(a.att), "se": shared::json(a.se)}))
    };
    let pre = effects.pre_trend();
    Ok(json!({
        "att": att,
        "aggregate": {
            "simple": one(&sums.simple),
            "group": list("g", &sums.group),
            "dynamic": list("e", &sums.dynamic),
            "calendar": list("t", &sums.calendar),
            "overall": {
                "group": one(&sums.group_overall),
                "dynamic": one(&sums.dynamic_overall),
                "calendar": one(&sums.calendar_overall),
            },
        },
        "pretrend": pre.map_or(Value::Null, |w| json!({"wald": w.wald, "df": w.df, "p": w.p})),
        "units": effects.units,
        "critical": bands.map_or(Value::Null, |b| shared::json(b.critical)),
        "notes": effects.notes,
    }))
}

/// Whole numbers without a decimal point.
fn plain(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

struct Made {
    periods: Vec<f64>,
    outcome: Vec<f64>,
    first_treated: Vec<Option<f64>>,
    covariates: Vec<Vec<f64>>,
}

impl Made {
    fn new(
        table: &Table,
        unit: &str,
        time: &str,
        first: &str,
        outcome: &str,
        covariates: &[String],
        arguments: &Arguments,
    ) -> Result<Self, Problem> {
        let times = table.numbers(time)?;
        let mut periods = times.clone();
        periods.sort_by(f64::total_cmp);
        periods.dedup();
        let cells = table.text(unit)?;
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in &cells {
            let next = index.len();
            index.entry(cell).or_insert(next);
        }
        let references = shared::references(arguments)?;
        let mut columns = Vec::new();
        for covariate in covariates {
            columns.extend(table.term(covariate, &references)?.into_iter().map(|(_, c)| c));
        }
        let size = index.len() * periods.len();
        let mut made = Self {
            outcome: vec![f64::NAN; size],
            first_treated: vec![None; index.len()],
            covariates: vec![vec![f64::NAN; size]; columns.len()],
            periods,
        };
        let y = table.numbers(outcome)?;
        let starts = table.text(first)?;
        let mut known: Vec<Option<Option<f64>>> = vec![None; index.len()];
        for row in 0..table.len() {
            let at = index[cells[row]];
            let period = made.periods.iter().position(|p| *p == times[row]).unwrap_or(0);
            let place = at * made.periods.len() + period;
            if !made.outcome[place].is_nan() {
                return Err(format!(
                    "{unit} {} has a second row for {time} {} in {}",
                    cells[row],
                    times[row],
                    table.place(row)
                ));
            }
            made.outcome[place] = y[row];
            for (target, column) in made.covariates.iter_mut().zip(&columns) {
                target[place] = column[row];
            }
            let start = start(starts[row]).ok_or_else(|| {
                format!("{first}, {}: “{}” is not a period", table.place(row), starts[row])
            })?;
            match known[at] {
                Some(before) if before != start => {
                    return Err(format!(
                        "{unit} {} has another value of {first} in {} than before: “{}”",
                        cells[row],
                        table.place(row),
                        starts[row]
                    ));
                }
                _ => known[at] = Some(start),
            }
            made.first_treated[at] = start;
        }
        Ok(made)
    }
}

/// The first treated period; `Some(None)` for never.
fn start(cell: &str) -> Option<Option<f64>> {
    if is_missing(cell) || matches!(cell.to_ascii_lowercase().as_str(), "inf" | "never") {
        return Some(None);
    }
    number(cell).map(|g| (g > 0.0).then_some(g))
}

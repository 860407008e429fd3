//! A synthetic control of a delimited file, as JSON.

mod shared;

use evidence::synth::{Predictor, SLIGHT, Study};
use serde_json::{Map, Value, json};
use shared::{Arguments, Problem, Table};

const USAGE: &str = "synth FILE.csv --unit U --time T --outcome Y --treated NAME --start PERIOD \
                     [--predictors P1,P2@1980,P3@1984-1988:2] [--penalty L] [--exclude NAME,…]
  Without predictors every outcome before the start counts alike. A predictor is the mean of its
  column before the start, or of the periods after “@”; “:2” declares its importance (default 1),
  on differences in standard deviations.";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let known = ["unit", "time", "outcome", "treated", "start", "predictors", "penalty", "exclude"];
    let arguments = Arguments::read(USAGE, &known, &[])?;
    let must = |name: &str| arguments.must(name, USAGE).map(str::to_owned);
    let (unit, time, outcome) = (must("unit")?, must("time")?, must("outcome")?);
    let treated_name = must("treated")?;
    must("start")?;
    let start: f64 = arguments.number("start", f64::NAN)?;
    let penalty: f64 = arguments.number("penalty", SLIGHT)?;
    let mut table = Table::read(&arguments.file)?;
    table.complete(&[unit.clone(), time.clone(), outcome.clone()])?;
    let panel =
        Panel::new(&table, &unit, &time, &outcome, &arguments.list("exclude"), &treated_name)?;
    let mut predictors = Vec::new();
    for text in arguments.list("predictors") {
        predictors.push(panel.predictor(&table, &text, start)?);
    }
    let mut keep: Vec<usize> = (0..panel.names.len()).collect();
    let treated_at = panel
        .names
        .iter()
        .position(|n| *n == treated_name)
        .ok_or_else(|| format!("--treated {treated_name}: no such {unit}"))?;
    keep.retain(|u| {
        let whole = panel.outcomes[*u].iter().all(|v| v.is_finite())
            && predictors.iter().all(|p| p.values[*u].is_finite());
        if !whole && *u != treated_at {
            shared::note(&format!("{} left out: it lacks values", panel.names[*u]));
        }
        whole || *u == treated_at
    });
    let names: Vec<&str> = keep.iter().map(|u| panel.names[*u].as_str()).collect();
    let outcomes: Vec<Vec<f64>> = keep.iter().map(|u| panel.outcomes[*u].clone()).collect();
    for predictor in &mut predictors {
        predictor.values = keep.iter().map(|u| predictor.values[*u]).collect();
    }
    let treated = names.iter().position(|n| *n == treated_name).unwrap_or(0);
    let study = Study {
        times: &panel.times,
        outcomes: &outcomes,
        treated,
        start,
        predictors: &predictors,
        penalty,
    };
    report(&study, &names)
}

fn report(study: &Study<'_>, names: &[&str]) -> Result<Value, Problem> {
    let words = |e: evidence::synth::SynthError| e.to_string();
    let found = study.fit().map_err(words)?;
    let placebo = study.placebo_in_space().map_err(words)?;
    let without = study.leave_one_out().map_err(words)?;
    let mut weights = Map::new();
    for (name, w) in names.iter().zip(&found.weights).filter(|(_, w)| **w > 1e-9) {
        weights.insert((*name).to_owned(), shared::json(*w));
    }
    let gaps: Vec<Value> = found
        .gaps
        .iter()
        .map(|(t, gap)| json!({"time": plain(*t), "gap": shared::json(*gap)}))
        .collect();
    let left_out: Vec<Value> = without
        .iter()
        .map(|(donor, s)| {
            json!({
                "without": names[*donor],
                "pre_mse": shared::json(s.pre_mse),
                "mean_gap": shared::json(s.mean_gap(study.start)),
            })
        })
        .collect();
    Ok(json!({
        "weights": weights,
        "pre_mse": shared::json(found.pre_mse),
        "post_mse": shared::json(found.post_mse),
        "mean_gap": shared::json(found.mean_gap(study.start)),
        "loss": shared::json(found.loss),
        "certificate": shared::json(found.certificate),
        "gaps": gaps,
        "placebo_p": shared::json(placebo.p),
        "leave_one_out": left_out,
    }))
}

/// Whole numbers without a decimal point.
fn plain(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

struct Panel {
    names: Vec<String>,
    times: Vec<f64>,
    outcomes: Vec<Vec<f64>>,
    /// For each row its unit (none when excluded) and period.
    places: Vec<Option<(usize, usize)>>,
}

impl Panel {
    fn new(
        table: &Table,
        unit: &str,
        time: &str,
        outcome: &str,
        excluded: &[String],
        treated: &str,
    ) -> Result<Self, Problem> {
        let cells = table.text(unit)?;
        let clock = table.numbers(time)?;
        let y = table.numbers(outcome)?;
        let mut names: Vec<String> = cells
            .iter()
            .filter(|c| **c == treated || !excluded.iter().any(|e| e == *c))
            .map(|c| (*c).to_owned())
            .collect();
        names.sort_unstable();
        names.dedup();
        let mut times = clock.clone();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let mut outcomes = vec![vec![f64::NAN; times.len()]; names.len()];
        let mut places = Vec::new();
        for row in 0..table.len() {
            let at = names.binary_search_by(|n| n.as_str().cmp(cells[row])).ok();
            let period = times.partition_point(|t| *t < clock[row]);
            places.push(at.map(|at| (at, period)));
            let Some(at) = at else { continue };
            if !outcomes[at][period].is_nan() {
                return Err(format!(
                    "{unit} {} has a second row for {time} {} in {}",
                    cells[row],
                    clock[row],
                    table.place(row)
                ));
            }
            outcomes[at][period] = y[row];
        }
        Ok(Self { names, times, outcomes, places })
    }

    /// `column`, `column@1980`, `column@1984-1988`, each with an optional `:importance`.
    fn predictor(&self, table: &Table, text: &str, start: f64) -> Result<Predictor, Problem> {
        let wrong = || {
            format!(
                "--predictors {text}: write COLUMN, COLUMN@PERIOD or COLUMN@FROM-TO, and :IMPORTANCE"
            )
        };
        let (rest, importance) = match text.rsplit_once(':') {
            Some((rest, v)) => (rest, v.parse().map_err(|_| wrong())?),
            None => (text, 1.0),
        };
        let (column, from, to) = match rest.rsplit_once('@') {
            None => (rest, f64::NEG_INFINITY, start),
            Some((column, period)) => match period.split_once('-') {
                None => {
                    let at: f64 = period.parse().map_err(|_| wrong())?;
                    (column, at, at)
                }
                Some((from, to)) => {
                    (column, from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?)
                }
            },
        };
        let whole = rest == column;
        let cells = table.optional_numbers(column)?;
        let mut sums = vec![(0.0, 0.0); self.names.len()];
        for (place, value) in self.places.iter().zip(cells) {
            let (Some((unit, period)), Some(value)) = (place, value) else { continue };
            let t = self.times[*period];
            if t >= from && (if whole { t < to } else { t <= to }) {
                sums[*unit].0 += value;
                sums[*unit].1 += 1.0;
            }
        }
        let values = sums.iter().map(|(sum, n)| sum / n).collect();
        Ok(Predictor { name: text.to_owned(), values, importance })
    }
}

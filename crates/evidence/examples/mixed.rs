//! A linear mixed model of a delimited file, as JSON.

mod shared;

use std::collections::BTreeMap;

use evidence::mixed::{Column, Data, Fit, Method, Options, Structure, fit};
use serde_json::{Value, json};
use shared::{Arguments, Problem, Table};

const USAGE: &str = "mixed FILE.csv --outcome Y [--fixed X1,X2] --group G [--slope X1,X2] [--by M] \
                     [--ml] [--weights W] [--variances V] [--reference COLUMN=LEVEL] [--no-intercept] \
                     [--independent]
  Text columns are factors; their first level (sorted) is the reference.
  --slope X    effects of X that differ by group, beside the group's intercept
  --by M       one effect a level of M in each group, instead of an intercept
  --independent  effects of a group are not correlated
  --weights W  precision weights;  --variances V  known sampling variances of the outcome";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let options = ["outcome", "fixed", "group", "slope", "by", "weights", "variances", "reference"];
    let arguments = Arguments::read(USAGE, &options, &["ml", "no-intercept", "independent"])?;
    let outcome = arguments.must("outcome", USAGE)?.to_owned();
    let group = arguments.must("group", USAGE)?.to_owned();
    let (fixed, slopes, by) =
        (arguments.list("fixed"), arguments.list("slope"), arguments.list("by"));
    let weights = arguments.one("weights").map(str::to_owned);
    let variances = arguments.one("variances").map(str::to_owned);
    if weights.is_some() && variances.is_some() {
        return Err("give --weights or --variances, not both".into());
    }
    let mut table = Table::read(&arguments.file)?;
    let mut needed = vec![outcome.clone(), group.clone()];
    needed.extend(fixed.iter().chain(&slopes).chain(&by).cloned());
    needed.extend(weights.iter().chain(&variances).cloned());
    table.complete(&needed)?;

    let references = shared::references(&arguments)?;
    let y = table.numbers(&outcome)?;
    let mut fixed_columns = Vec::new();
    if !arguments.flag("no-intercept") {
        fixed_columns.push(("(Intercept)".to_owned(), vec![1.0; table.len()]));
    }
    for term in &fixed {
        fixed_columns.extend(table.term(term, &references)?);
    }
    let mut random_columns = Vec::new();
    match by.as_slice() {
        [] => random_columns.push(("(Intercept)".to_owned(), vec![1.0; table.len()])),
        terms => {
            for term in terms {
                random_columns.extend(levels(&table, term)?);
            }
        }
    }
    for term in &slopes {
        random_columns.extend(table.term(term, &references)?);
    }
    let (names, codes) = groups(&table, &group)?;
    let precision: Option<Vec<f64>> = match (&weights, &variances) {
        (Some(column), _) => Some(table.numbers(column)?),
        (_, Some(column)) => Some(table.numbers(column)?.iter().map(|v| 1.0 / v).collect()),
        _ => None,
    };
    let method = if arguments.flag("ml") { Method::Ml } else { Method::Reml };
    let fixed_columns = columns(&fixed_columns);
    let random_columns = columns(&random_columns);
    let data = Data {
        y: &y,
        fixed: &fixed_columns,
        random: &random_columns,
        group: &codes,
        groups: names.len(),
        weights: precision.as_deref(),
    };
    let structure =
        if arguments.flag("independent") { Structure::Diagonal } else { Structure::Full };
    let options = Options { method, structure, known_variances: variances.is_some() };
    let model = fit(&data, &options).map_err(|e| e.to_string())?;
    Ok(report(&model, &names, &random_columns))
}

fn columns(named: &[(String, Vec<f64>)]) -> Vec<Column<'_>> {
    named.iter().map(|(name, values)| Column::new(name.clone(), values)).collect()
}

/// A 0/1 column for every level.
fn levels(table: &Table, term: &str) -> Result<Vec<(String, Vec<f64>)>, Problem> {
    let (names, codes) = groups(table, term)?;
    let column = |at: usize| codes.iter().map(|c| f64::from(u8::from(*c as usize == at))).collect();
    Ok(names.iter().enumerate().map(|(at, name)| (format!("{term}{name}"), column(at))).collect())
}

/// Group names, numbers in numeric and text in alphabetical order, and each row's group.
fn groups(table: &Table, column: &str) -> Result<(Vec<String>, Vec<u32>), Problem> {
    let cells = table.text(column)?;
    let mut names: Vec<&str> = cells.clone();
    if table.is_numeric(column)? {
        let key = |cell: &&str| shared::number(cell).unwrap_or(f64::INFINITY);
        names.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
    } else {
        names.sort_unstable();
    }
    names.dedup();
    let index: BTreeMap<&str, u32> =
        names.iter().enumerate().map(|(at, name)| (*name, at as u32)).collect();
    let codes = cells.iter().filter_map(|cell| index.get(cell).copied()).collect();
    Ok((names.into_iter().map(str::to_owned).collect(), codes))
}

fn report(model: &Fit, names: &[String], random: &[Column<'_>]) -> Value {
    let q = model.group_variance.rows();
    let numbers = |values: &[f64]| values.iter().map(|v| shared::json(*v)).collect::<Vec<_>>();
    let variance: Vec<Value> =
        (0..q).map(|i| Value::from(numbers(model.group_variance.row(i)))).collect();
    let fixed: Vec<Value> = model
        .fixed
        .iter()
        .map(|f| {
            json!({"term": f.term, "estimate": shared::json(f.estimate), "se": shared::json(f.se)})
        })
        .collect();
    let groups: Vec<Value> = model
        .groups()
        .zip(model.prediction_sd())
        .zip(names)
        .map(|((effect, prediction), name)| {
            json!({
                "group": name,
                "n": effect.n,
                "effects": numbers(&effect.effects),
                "sd": numbers(&effect.sd),
                "prediction_sd": numbers(&prediction),
            })
        })
        .collect();
    json!({
        "fixed": fixed,
        "variance": {"group": variance, "residual": shared::json(model.residual)},
        "random": random.iter().map(|c| c.name.clone()).collect::<Vec<_>>(),
        "loglik": shared::json(model.loglik),
        "aic": shared::json(model.aic),
        "bic": shared::json(model.bic),
        "converged": model.converged,
        "singular": model.singular,
        "notes": model.notes,
        "groups": groups,
    })
}

//! A linear mixed model of a delimited file, as JSON.

mod shared;

use std::collections::BTreeMap;

use evidence::mixed::crossed::{CrossedFit, Grouping, fit_crossed};
use evidence::mixed::{Column, Data, Fit, Fixed, Method, Options, Structure, fit};
use serde_json::{Value, json};
use shared::{Arguments, Problem, Table};

const USAGE: &str =
    "mixed FILE.csv --outcome Y [--fixed X1,X2] --group G [--group H] [--slope X1,X2] \
                     [--by M] [--ml] [--weights W] [--variances V] [--reference COLUMN=LEVEL] \
                     [--no-intercept] [--independent]
  Text columns are factors; their first level (sorted) is the reference.
  --group A --group B  (or --crossed A,B)  an intercept for each level of A and of B, crossed
  --group A/B  an intercept for each A, and for each B within its A;  A:B  their combinations
  --slope X    effects of X that differ by group, beside the group's intercept
  --by M       one effect a level of M in each group, instead of an intercept
  --independent  effects of a group are not correlated
  --weights W  precision weights;  --variances V  known sampling variances of the outcome";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let options = [
        "outcome",
        "fixed",
        "group",
        "crossed",
        "slope",
        "by",
        "weights",
        "variances",
        "reference",
    ];
    let arguments = Arguments::read(USAGE, &options, &["ml", "no-intercept", "independent"])?;
    let outcome = arguments.must("outcome", USAGE)?.to_owned();
    let mut asked = arguments.list("group");
    asked.extend(arguments.list("crossed"));
    if asked.is_empty() {
        arguments.must("group", USAGE)?;
    }
    let (fixed, slopes, by) =
        (arguments.list("fixed"), arguments.list("slope"), arguments.list("by"));
    let weights = arguments.one("weights").map(str::to_owned);
    let variances = arguments.one("variances").map(str::to_owned);
    if weights.is_some() && variances.is_some() {
        return Err("give --weights or --variances, not both".into());
    }
    let mut table = Table::read(&arguments.file)?;
    let groupings = groupings(&table, &asked);
    let mut needed = vec![outcome.clone()];
    needed.extend(groupings.iter().flatten().cloned());
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
    let precision: Option<Vec<f64>> = match (&weights, &variances) {
        (Some(column), _) => Some(table.numbers(column)?),
        (_, Some(column)) => Some(inverses(&table, column)?),
        _ => None,
    };
    let method = if arguments.flag("ml") { Method::Ml } else { Method::Reml };
    let fixed_columns = columns(&fixed_columns);
    let random_columns = columns(&random_columns);
    let structure =
        if arguments.flag("independent") { Structure::Diagonal } else { Structure::Full };
    let options = Options { method, structure, known_variances: variances.is_some() };
    let [group] = &groupings[..] else {
        if !slopes.is_empty() || !by.is_empty() {
            return Err("--slope and --by go with one --group".into());
        }
        return several(&table, &groupings, &y, &fixed_columns, precision.as_deref(), &options);
    };
    let (names, codes) = combined(&table, group)?;
    let data = Data {
        y: &y,
        fixed: &fixed_columns,
        random: &random_columns,
        group: &codes,
        groups: names.len(),
        weights: precision.as_deref(),
    };
    let model = fit(&data, &options).map_err(|e| e.to_string())?;
    Ok(report(&model, &names, &random_columns))
}

/// The columns of each grouping: `A/B` stands for A and for B within A, `A:B` for combinations.
fn groupings(table: &Table, asked: &[String]) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = Vec::new();
    let mut add = |columns: Vec<String>| {
        if !out.contains(&columns) {
            out.push(columns);
        }
    };
    for text in asked {
        if table.position(text).is_ok() {
            add(vec![text.clone()]);
        } else if text.contains('/') {
            let parts: Vec<String> = text.split('/').map(|p| p.trim().to_owned()).collect();
            (1..=parts.len()).for_each(|upto| add(parts[..upto].to_vec()));
        } else {
            add(text.split(':').map(|p| p.trim().to_owned()).collect());
        }
    }
    out
}

/// Sampling variances as precisions.
fn inverses(table: &Table, column: &str) -> Result<Vec<f64>, Problem> {
    let values = table.numbers(column)?;
    match values.iter().position(|v| *v <= 0.0) {
        Some(row) => Err(format!(
            "{column}, {}: a sampling variance must be above zero, not {}",
            table.place(row),
            values[row]
        )),
        None => Ok(values.iter().map(|v| 1.0 / v).collect()),
    }
}

/// Several groupings, with an intercept each.
fn several(
    table: &Table,
    groupings: &[Vec<String>],
    y: &[f64],
    fixed: &[Column<'_>],
    weights: Option<&[f64]>,
    options: &Options,
) -> Result<Value, Problem> {
    let titles: Vec<String> = groupings.iter().map(|g| g.join(":")).collect();
    let coded: Vec<(Vec<String>, Vec<u32>)> =
        groupings.iter().map(|g| combined(table, g)).collect::<Result<_, _>>()?;
    let parts: Vec<Grouping<'_>> = titles
        .iter()
        .zip(&coded)
        .map(|(name, (names, level))| Grouping { name, level, levels: names.len() })
        .collect();
    let model = fit_crossed(y, fixed, &parts, weights, options).map_err(|e| e.to_string())?;
    Ok(report_several(&model, &titles, &coded))
}

fn report_several(
    model: &CrossedFit,
    titles: &[String],
    coded: &[(Vec<String>, Vec<u32>)],
) -> Value {
    let k = titles.len();
    let cell = |i: usize, j: usize| if i == j { model.groupings[i].variance } else { 0.0 };
    let matrix: Vec<Vec<f64>> = (0..k).map(|i| (0..k).map(|j| cell(i, j)).collect()).collect();
    let mut each = serde_json::Map::new();
    let mut groups = Vec::new();
    for ((title, (names, _)), found) in titles.iter().zip(coded).zip(&model.groupings) {
        each.insert(title.clone(), json!([[shared::json(found.variance)]]));
        for (at, name) in names.iter().enumerate() {
            groups.push(json!({
                "grouping": title,
                "group": name,
                "n": found.counts[at],
                "effects": [shared::json(found.effects[at])],
                "sd": [shared::json(found.sd[at])],
            }));
        }
    }
    json!({
        "fixed": terms(&model.fixed),
        "variance": {"group": matrix, "each": each, "residual": shared::json(model.residual)},
        "random": titles,
        "loglik": shared::json(model.loglik),
        "aic": shared::json(model.aic),
        "bic": shared::json(model.bic),
        "converged": model.converged,
        "singular": model.singular,
        "notes": model.notes,
        "groups": groups,
    })
}

fn terms(fixed: &[Fixed]) -> Vec<Value> {
    fixed
        .iter()
        .map(|f| {
            json!({"term": f.term, "estimate": shared::json(f.estimate), "se": shared::json(f.se)})
        })
        .collect()
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

/// Names and codes of the combinations of several columns, as `A:B`.
fn combined(table: &Table, columns: &[String]) -> Result<(Vec<String>, Vec<u32>), Problem> {
    let parts: Vec<(Vec<String>, Vec<u32>)> =
        columns.iter().map(|c| groups(table, c)).collect::<Result<_, _>>()?;
    let keys: Vec<Vec<u32>> =
        (0..table.len()).map(|row| parts.iter().map(|(_, codes)| codes[row]).collect()).collect();
    let mut known: BTreeMap<&[u32], u32> = keys.iter().map(|k| (k.as_slice(), 0)).collect();
    known.values_mut().enumerate().for_each(|(at, code)| *code = at as u32);
    let codes = keys.iter().map(|k| known[k.as_slice()]).collect();
    let title = |key: &&[u32]| {
        let names = key.iter().zip(&parts).map(|(code, (names, _))| names[*code as usize].as_str());
        names.collect::<Vec<_>>().join(":")
    };
    Ok((known.keys().map(title).collect(), codes))
}

fn report(model: &Fit, names: &[String], random: &[Column<'_>]) -> Value {
    let q = model.group_variance.rows();
    let numbers = |values: &[f64]| values.iter().map(|v| shared::json(*v)).collect::<Vec<_>>();
    let variance: Vec<Value> =
        (0..q).map(|i| Value::from(numbers(model.group_variance.row(i)))).collect();
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
        "fixed": terms(&model.fixed),
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

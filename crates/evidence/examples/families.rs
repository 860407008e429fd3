//! Families of similar schools from a delimited file, as JSON.

mod shared;

use std::collections::BTreeMap;

use evidence::families::{Families, Feature, Method, Profile, Recipe};
use serde_json::{Map, Value, json};
use shared::{Arguments, Problem, Table};

const USAGE: &str = "families FILE.csv --id URN --features F1,F2 [--weights 3,1] [--k 50] \
                     [--method euclid|mahalanobis] [--block PHASE] [--trust TRUST] [--min-present N] \
                     [--sd 2.5,14.2] [--outcomes O1,O2]
  --block   families stay within a value of this column
  --trust   leave out schools with the same value of this column
  --sd      published standard deviations instead of those of the file
  --outcomes  columns that must not be features";

fn main() -> std::process::ExitCode {
    shared::end(run())
}

fn run() -> Result<Value, Problem> {
    let known = [
        "id",
        "features",
        "weights",
        "k",
        "method",
        "block",
        "trust",
        "min-present",
        "sd",
        "outcomes",
    ];
    let arguments = Arguments::read(USAGE, &known, &[])?;
    let id = arguments.must("id", USAGE)?.to_owned();
    arguments.must("features", USAGE)?;
    let names = arguments.list("features");
    let mut table = Table::read(&arguments.file)?;
    table.complete(std::slice::from_ref(&id))?;
    let weights = numbers(&arguments, "weights", names.len(), 1.0)?;
    let mut features: Vec<Feature> =
        names.iter().zip(&weights).map(|(n, w)| Feature::input(n.clone(), *w)).collect();
    if arguments.one("sd").is_some() {
        let sds = numbers(&arguments, "sd", names.len(), 1.0)?;
        features = features.into_iter().zip(sds).map(|(f, sd)| f.published_sd(sd)).collect();
    }
    let outcomes = arguments.list("outcomes");
    if let Some(name) = names.iter().find(|n| outcomes.contains(n)) {
        return Err(format!("{name} is an outcome: families are made of inputs only"));
    }
    let mut recipe = Recipe::new(features);
    recipe.k = arguments.number("k", recipe.k)?;
    recipe.min_present = arguments.number("min-present", recipe.min_present)?;
    recipe.exclude_same_trust = arguments.one("trust").is_some();
    recipe.method = match arguments.one("method").unwrap_or("euclid") {
        "euclid" | "euclidean" => Method::Euclid,
        "mahalanobis" => Method::Mahalanobis,
        other => return Err(format!("--method {other}: write euclid or mahalanobis")),
    };
    let columns: Vec<Vec<Option<f64>>> =
        names.iter().map(|n| table.optional_numbers(n)).collect::<Result<_, _>>()?;
    let blocks = codes(&table, arguments.one("block"))?;
    let trusts = codes(&table, arguments.one("trust"))?;
    let profiles: Vec<Profile> = (0..table.len())
        .map(|row| Profile {
            values: columns.iter().map(|c| c[row]).collect(),
            block: blocks[row].unwrap_or(0) as u32,
            trust: trusts[row],
            excluded: Vec::new(),
        })
        .collect();
    let ids = table.text(&id)?;
    let families = Families::new(recipe, &profiles).map_err(|e| e.to_string())?;
    let list: Vec<Value> = families
        .all()
        .iter()
        .map(|family| {
            let neighbours: Vec<Value> = family
                .neighbours
                .iter()
                .map(|n| {
                    let parts: Map<String, Value> = names
                        .iter()
                        .zip(&n.contributions)
                        .map(|(name, c)| (name.clone(), c.map_or(Value::Null, shared::json)))
                        .collect();
                    json!({"id": ids[n.at], "distance": shared::json(n.distance), "contributions": parts})
                })
                .collect();
            let doubts: Vec<String> = family.doubts.iter().map(ToString::to_string).collect();
            json!({
                "id": ids[family.of],
                "neighbours": neighbours,
                "low_confidence": family.low_confidence(),
                "doubts": doubts,
            })
        })
        .collect();
    Ok(json!({"families": list, "method": evidence::families::VERSION}))
}

fn numbers(
    arguments: &Arguments,
    name: &str,
    wanted: usize,
    default: f64,
) -> Result<Vec<f64>, Problem> {
    let list = arguments.list(name);
    if list.is_empty() {
        return Ok(vec![default; wanted]);
    }
    if list.len() != wanted {
        return Err(format!("--{name} has {} values for {wanted} features", list.len()));
    }
    list.iter().map(|v| v.parse().map_err(|_| format!("--{name}: “{v}” is not a number"))).collect()
}

/// A number for each distinct text of a column; none where it is missing.
fn codes(table: &Table, column: Option<&str>) -> Result<Vec<Option<u64>>, Problem> {
    let Some(column) = column else { return Ok(vec![None; table.len()]) };
    let cells = table.text(column)?;
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    Ok(cells
        .iter()
        .map(|cell| {
            let next = known.len() as u64 + 1;
            (!shared::is_missing(cell)).then(|| *known.entry(cell).or_insert(next))
        })
        .collect())
}

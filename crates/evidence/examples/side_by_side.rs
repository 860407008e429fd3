//! Times this engine on the data prepared for the side-by-side comparison: the method alone,
//! without reading, best of several. `side_by_side FOLDER`

#![allow(clippy::print_stdout, reason = "an example speaks to a terminal")]

mod shared;

use std::time::Instant;

use evidence::did;
use evidence::families::{Families, Feature, Profile, Recipe};
use evidence::mixed::{self, Column, Data};
use evidence::synth::{SLIGHT, Study};
use shared::{Problem, Table};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => shared::end(Err(problem)),
    }
}

/// Seconds this process has spent on a processor, where the system tells (Linux). There is one
/// thread throughout.
fn cpu() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split_whitespace().next()?.parse::<f64>().ok().map(|ns| ns / 1e9)
}

/// CPU seconds, or wall time where the system does not tell them.
fn timed(name: &str, times: usize, work: impl Fn() -> f64) {
    let mut best = f64::INFINITY;
    let mut answer = 0.0;
    for _ in 0..times {
        let (wall, before) = (Instant::now(), cpu());
        answer = work();
        let took = cpu().zip(before).map_or(wall.elapsed().as_secs_f64(), |(a, b)| a - b);
        best = best.min(took);
    }
    println!("{}", serde_json::json!({"name": name, "cpu": best, "answer": answer}));
}

fn run() -> Result<(), Problem> {
    let folder = std::env::args().nth(1).ok_or("name the folder of prepared data")?;
    mixed_models(&Table::read(&format!("{folder}/mixed.csv"))?)?;
    families(&Table::read(&format!("{folder}/families.csv"))?)?;
    differences(&Table::read(&format!("{folder}/did.csv"))?)?;
    synthetic(&Table::read(&format!("{folder}/synth.csv"))?)
}

fn mixed_models(table: &Table) -> Result<(), Problem> {
    let (y, year) = (table.numbers("y")?, table.numbers("year")?);
    let school: Vec<u32> = table.numbers("school")?.iter().map(|s| *s as u32).collect();
    let groups = school.iter().max().map_or(0, |g| *g as usize + 1);
    let measure = table.text("measure")?;
    let levels: Vec<Vec<f64>> = ["a", "b", "c", "d"]
        .iter()
        .map(|level| measure.iter().map(|m| f64::from(u8::from(m == level))).collect())
        .collect();
    let ones = vec![1.0; y.len()];
    let mut fixed: Vec<Column<'_>> = levels.iter().map(|l| Column::new("measure", l)).collect();
    fixed.push(Column::new("year", &year));
    let intercept = [Column::new("1", &ones)];
    for (name, random) in [
        ("(1|school)", &intercept[..]),
        ("(0+measure|school)", &fixed[..4]),
        ("(0+measure+year|school)", &fixed[..]),
    ] {
        timed(&format!("evidence {name}"), 7, || {
            let data = Data { y: &y, fixed: &fixed, random, group: &school, groups, weights: None };
            mixed::fit(&data, &mixed::Options::default()).map_or(f64::NAN, |m| m.loglik)
        });
    }
    Ok(())
}

fn families(table: &Table) -> Result<(), Problem> {
    let names: Vec<String> = (0..12).map(|f| format!("f{f}")).collect();
    let columns: Vec<Vec<f64>> =
        names.iter().map(|n| table.numbers(n)).collect::<Result<_, _>>()?;
    let schools: Vec<Profile> = (0..table.len())
        .map(|row| Profile {
            values: columns.iter().map(|c| Some(c[row])).collect(),
            ..Profile::default()
        })
        .collect();
    for k in [20, 50] {
        let mut recipe =
            Recipe::new(names.iter().map(|n| Feature::input(n.clone(), 1.0)).collect());
        recipe.k = k;
        timed(&format!("evidence families k={k}, search alone"), 5, || {
            Families::new(recipe.clone(), &schools).map_or(f64::NAN, |f| {
                f.all_nearest().iter().flatten().map(|(_, distance)| distance).sum()
            })
        });
        timed(&format!("evidence families k={k}"), 5, || {
            Families::new(recipe.clone(), &schools).map_or(f64::NAN, |f| {
                f.all().iter().flat_map(|f| &f.neighbours).map(|n| n.distance).sum()
            })
        });
    }
    Ok(())
}

fn differences(table: &Table) -> Result<(), Problem> {
    let (unit, time) = (table.numbers("unit")?, table.numbers("time")?);
    let (first, y) = (table.numbers("first")?, table.numbers("y")?);
    let units = unit.iter().copied().fold(0.0, f64::max) as usize + 1;
    let mut outcome = vec![f64::NAN; units * 8];
    let mut first_treated = vec![None; units];
    for row in 0..y.len() {
        outcome[unit[row] as usize * 8 + time[row] as usize - 1] = y[row];
        first_treated[unit[row] as usize] = Some(first[row]).filter(|g| *g > 0.0);
    }
    let periods: Vec<f64> = (1..=8).map(f64::from).collect();
    timed("evidence did", 7, || {
        let panel = did::Panel {
            periods: &periods,
            outcome: &outcome,
            first_treated: &first_treated,
            covariates: &[],
        };
        did::estimate(&panel, &did::Options::default()).map_or(f64::NAN, |f| f.cells[0].att)
    });
    Ok(())
}

fn synthetic(table: &Table) -> Result<(), Problem> {
    let y = table.numbers("y")?;
    let outcomes: Vec<Vec<f64>> = y.chunks(30).map(<[f64]>::to_vec).collect();
    let times: Vec<f64> = (0..30).map(f64::from).collect();
    let study = Study {
        times: &times,
        outcomes: &outcomes,
        treated: 0,
        start: 20.0,
        predictors: &[],
        penalty: SLIGHT,
    };
    timed("evidence synth, 200 donors", 50, || study.fit().map_or(f64::NAN, |s| s.pre_mse));
    Ok(())
}

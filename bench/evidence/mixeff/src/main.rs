//! Times mixeff-rs on the prepared data: CPU seconds of the fit alone, without reading.
//! `mixeff-peer FOLDER [STRUCTURE]`

use std::error::Error;
use std::result::Result;

use mixeff_rs::model::{FitOptions, LinearMixedModelBuilder};
use mixeff_rs::prelude::*;

/// Seconds this process has spent on a processor; it has one thread.
fn cpu() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("no figure")?.parse::<f64>()? / 1e9)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder of prepared data")?;
    let only = arguments.next();
    let (mut y, mut year) = (Vec::new(), Vec::new());
    let (mut school, mut measure) = (Vec::new(), Vec::new());
    for row in csv::Reader::from_path(format!("{folder}/mixed.csv"))?.records() {
        let row = row?;
        y.push(row[0].parse::<f64>()?);
        school.push(row[1].to_string());
        measure.push(row[2].to_string());
        year.push(row[3].parse::<f64>()?);
    }
    let mut table = DataFrame::new();
    table.add_numeric("y", y)?;
    table.add_numeric("year", year)?;
    table.add_categorical("school", school)?;
    table.add_categorical("measure", measure)?;
    for part in ["(1|school)", "(0+measure|school)", "(0+measure+year|school)"] {
        if only.as_ref().is_some_and(|o| o != part) {
            continue;
        }
        let spaced = part.replace('+', " + ").replace('|', " | ");
        let formula = parse_formula(&format!("y ~ 0 + measure + year + {spaced}"))?;
        let mut best = f64::INFINITY;
        let mut answer = f64::NAN;
        for _ in 0..3 {
            let before = cpu()?;
            let built = LinearMixedModelBuilder::new(formula.clone(), &table);
            let model = built.fit(FitOptions::reml())?;
            best = best.min(cpu()? - before);
            answer = model.loglikelihood();
        }
        println!("{{\"name\": \"mixeff-rs {part}\", \"cpu\": {best:.4}, \"answer\": {answer:.6}}}");
    }
    Ok(())
}

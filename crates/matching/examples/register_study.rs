//! What the best use of all the capacity is worth: invented needs and offers at the real places
//! of England's schools, matched four ways.
//!
//! `cargo run --release -p matching --example register_study -- REGISTER.csv [--seed S] [--svg FILE]`
//!
//! REGISTER.csv is the register of schools with its usual column names. Needs, offers and
//! severities are drawn from the seed: nothing is said about any real school, and no school is
//! named. Prints JSON; `--svg` draws the same figures.

use std::fmt::Write as _;
use std::process::ExitCode;

use matching::candidates::draw;
use matching::spatial::{Found, Nearest, Point};
use matching::transport::{Edge, Instance, Solver};

type Failure = Box<dyn std::error::Error>;

const SPECIALISMS: u64 = 8;
const CANDIDATES: usize = 60;
/// Tenths of a minute that a second or later support costs, when the load is to be spread.
const SPREAD: i32 = 150;

struct School {
    x: f32,
    y: f32,
    phase: u64,
    meals: f32,
}

struct Need {
    school: usize,
    kind: usize,
    severity: i64,
}

struct Supporter {
    school: usize,
    held: u64,
    places: u32,
}

/// One way of matching and what came of it.
struct Result {
    name: &'static str,
    at: Vec<Option<(u32, f32)>>,
}

fn read(file: &str) -> std::result::Result<Vec<School>, Failure> {
    let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&bytes);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).ok_or(format!("no column \"{name}\""))
    };
    let (phase, easting, northing, meals) = (
        column("PhaseOfEducation (name)")?,
        column("Easting")?,
        column("Northing")?,
        column("PercentageFSM")?,
    );
    let mut schools = Vec::new();
    for record in reader.records() {
        let record = record?;
        let number = |at: usize| record.get(at).and_then(|text| text.trim().parse::<f32>().ok());
        let phase = match record.get(phase) {
            Some("Primary" | "Middle deemed primary" | "Nursery") => 0,
            Some("Secondary" | "Middle deemed secondary" | "All-through" | "16 plus") => 1,
            _ => 2,
        };
        // A school without a place on the map or a known share cannot be reckoned with here.
        if let (Some(x), Some(y), Some(meals)) = (number(easting), number(northing), number(meals))
        {
            schools.push(School { x, y, phase, meals });
        }
    }
    Ok(schools)
}

fn invent(schools: &[School], seed: u64) -> (Vec<Need>, Vec<Supporter>) {
    let mut at = seed;
    let mut below = |n: u64| {
        at += 1;
        draw(at, &["register study"]) % n
    };
    let (mut needs, mut supporters) = (Vec::new(), Vec::new());
    for (index, school) in schools.iter().enumerate() {
        if below(100) < 30 {
            let kind = (school.phase * SPECIALISMS + below(SPECIALISMS)) as usize;
            needs.push(Need { school: index, kind, severity: 1 + below(5) as i64 });
        }
        if below(100) < 12 {
            let held = (0..2 + below(2)).fold(0, |held, _| held | 1 << below(SPECIALISMS));
            supporters.push(Supporter { school: index, held, places: 1 + below(4) as u32 });
        }
    }
    (needs, supporters)
}

/// Candidates: the nearest eligible, with the cost of the pair and its road kilometres.
fn candidates(
    schools: &[School],
    needs: &[Need],
    supporters: &[Supporter],
) -> Vec<Vec<(i32, u32, f32)>> {
    let mut offers = vec![Vec::new(); 3 * SPECIALISMS as usize];
    for (id, supporter) in supporters.iter().enumerate() {
        let home = &schools[supporter.school];
        for specialism in (0..SPECIALISMS).filter(|s| supporter.held >> s & 1 == 1) {
            offers[(home.phase * SPECIALISMS + specialism) as usize].push(Point {
                x: home.x,
                y: home.y,
                id: id as u32,
            });
        }
    }
    let index: Vec<Nearest> = offers.into_iter().map(Nearest::new).collect();
    let mut found = Found::default();
    needs
        .iter()
        .map(|need| {
            let school = &schools[need.school];
            // Sixty kilometres by road is as far as anybody is sent.
            let limit = 60_000.0 / 1.3;
            index[need.kind].find(school.x, school.y, CANDIDATES, limit, &mut found);
            let kept = found
                .nearest
                .iter()
                .filter(|&&(_, id)| supporters[id as usize].school != need.school);
            kept.map(|&(square, id)| {
                let km = square.sqrt() * 1.3 / 1000.0;
                let home = &schools[supporters[id as usize].school];
                let differ = (school.meals - home.meals).abs().min(40.0);
                (((km * 1.5 + differ) * 10.0) as i32, id, km)
            })
            .collect()
        })
        .collect()
}

/// Each need in turn takes the first of its candidates with a place.
fn in_turn(
    order: &[usize],
    rows: &[Vec<(i32, u32, f32)>],
    supporters: &[Supporter],
    by_cost: bool,
) -> Vec<Option<(u32, f32)>> {
    let mut left: Vec<u32> = supporters.iter().map(|supporter| supporter.places).collect();
    let mut at = vec![None; rows.len()];
    for &need in order {
        let free = rows[need].iter().filter(|&&(_, id, _)| left[id as usize] > 0);
        let best = if by_cost {
            free.min_by_key(|&&(cost, id, _)| (cost, id))
        } else {
            free.min_by(|a, b| a.2.total_cmp(&b.2).then(a.1.cmp(&b.1)))
        };
        if let Some(&(_, id, km)) = best {
            left[id as usize] -= 1;
            at[need] = Some((id, km));
        }
    }
    at
}

/// The exact optimum. With `spread`, each supporter's first place is offered apart from the
/// others, which cost more.
fn optimum(
    needs: &[Need],
    rows: &[Vec<(i32, u32, f32)>],
    supporters: &[Supporter],
    spread: i32,
) -> std::result::Result<Vec<Option<(u32, f32)>>, Failure> {
    let mut instance = Instance { starts: vec![0], ..Instance::default() };
    for supporter in supporters {
        instance.capacity.extend([1, supporter.places - 1]);
    }
    for (need, row) in needs.iter().zip(rows) {
        for &(cost, id, _) in row {
            instance.edges.push(Edge { cost, supporter: 2 * id });
            instance.edges.push(Edge { cost: cost + spread, supporter: 2 * id + 1 });
        }
        instance.starts.push(instance.edges.len() as u32);
        // Coverage before cost, and the severe before the rest.
        instance.unmet.push(1_000_000_000 * need.severity);
    }
    let solver = Solver::solve(instance)?;
    if !solver.certificate().proved() {
        return Err("not proved".into());
    }
    Ok((0..needs.len())
        .map(|need| {
            let id = solver.supporter(need)? / 2;
            rows[need].iter().find(|pair| pair.1 == id).map(|&(_, id, km)| (id, km))
        })
        .collect())
}

fn measures(
    result: &Result,
    needs: &[Need],
    supporters: &[Supporter],
    schools: usize,
) -> serde_json::Value {
    let mut load = vec![0_u32; supporters.len()];
    let (mut km, mut unmet, mut severity, mut severe) = (0.0_f64, 0, 0, 0);
    let (mut gives, mut receives) = (vec![false; schools], vec![false; schools]);
    for (need, at) in needs.iter().zip(&result.at) {
        match at {
            Some((id, distance)) => {
                km += f64::from(*distance);
                load[*id as usize] += 1;
                gives[supporters[*id as usize].school] = true;
                receives[need.school] = true;
            }
            None => {
                unmet += 1;
                severity += need.severity;
                severe += i64::from(need.severity == 5);
            }
        }
    }
    let met = (needs.len() - unmet).max(1) as f64;
    let used = load.iter().filter(|&&load| load > 0).count();
    let full = load.iter().zip(supporters).filter(|(load, s)| **load == s.places && s.places > 1);
    let full = full.count();
    // Of the schools with a need and a supporter: those that both give and receive.
    let needy: std::collections::BTreeSet<usize> = needs.iter().map(|need| need.school).collect();
    let able: Vec<usize> =
        supporters.iter().map(|s| s.school).filter(|school| needy.contains(school)).collect();
    let both = able.iter().filter(|&&school| gives[school] && receives[school]).count();
    serde_json::json!({
        "method": result.name,
        "unmet": unmet,
        "unmet_severity": severity,
        "unmet_most_severe": severe,
        "km_per_match": (km / met * 10.0).round() / 10.0,
        "total_km": km.round(),
        "supporters_used_percent": (used as f64 / supporters.len() as f64 * 1000.0).round() / 10.0,
        "supporters_filled_percent":
            (full as f64 / supporters.len() as f64 * 1000.0).round() / 10.0,
        "give_and_receive_percent": (both as f64 / able.len().max(1) as f64 * 1000.0).round() / 10.0,
    })
}

/// Small bars, one panel for each measure, with the numbers beside them.
fn svg(rows: &[serde_json::Value]) -> String {
    let panels = [
        ("unmet", "Needs unmet"),
        ("unmet_severity", "Severity unmet (sum of 1 to 5)"),
        ("total_km", "Kilometres by road, all journeys one way"),
        ("supporters_used_percent", "Supporters used (per cent)"),
        ("give_and_receive_percent", "Schools able to do both that give and receive (per cent)"),
    ];
    let height = 30 + panels.len() * (34 + rows.len() * 22);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" role=\"img\" \
         aria-labelledby=\"t d\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title id=\"t\">Four ways of matching the same needs and supporters</title>\n\
         <desc id=\"d\">Bars for five measures and four ways of matching; the table beside this \
         picture says the same.</desc>\n<rect width=\"720\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    let mut y = 24;
    for (key, title) in panels {
        let value = |row: &serde_json::Value| row[key].as_f64().unwrap_or(0.0);
        let most = rows.iter().map(value).fold(1.0, f64::max);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<text x=\"10\" y=\"{y}\" font-weight=\"bold\">{title}</text>");
        y += 8;
        for (index, row) in rows.iter().enumerate() {
            let width = (value(row) / most * 360.0).max(1.0);
            let colour = if index < 2 { "#b1b4b6" } else { "#1d70b8" };
            let name = row["method"].as_str().unwrap_or_default();
            let _ = writeln!(
                out,
                "<text x=\"200\" y=\"{}\" text-anchor=\"end\">{name}</text>\
                 <rect x=\"210\" y=\"{}\" width=\"{width:.1}\" height=\"16\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{}\">{}</text>",
                y + 15,
                y + 2,
                218.0 + width,
                y + 15,
                value(row)
            );
            y += 22;
        }
        y += 26;
    }
    out.push_str("</svg>\n");
    out
}

fn run() -> std::result::Result<String, Failure> {
    let (mut file, mut seed, mut picture) = (None, 1_u64, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--seed" => seed = value()?.parse()?,
            "--svg" => picture = Some(value()?),
            _ => file = Some(arg),
        }
    }
    let schools = read(&file.ok_or("usage: register_study REGISTER.csv [--seed S] [--svg FILE]")?)?;
    let (needs, supporters) = invent(&schools, seed << 32);
    let rows = candidates(&schools, &needs, &supporters);
    let mut arrival: Vec<usize> = (0..needs.len()).collect();
    arrival.sort_by_key(|&need| draw(seed, &["arrival", &need.to_string()]));
    let mut severe = arrival.clone();
    severe.sort_by_key(|&need| -needs[need].severity);
    let results = [
        Result { name: "Nearest, as they come", at: in_turn(&arrival, &rows, &supporters, false) },
        Result { name: "Greedy, severe first", at: in_turn(&severe, &rows, &supporters, true) },
        Result { name: "Optimum", at: optimum(&needs, &rows, &supporters, 0)? },
        Result { name: "Optimum, load spread", at: optimum(&needs, &rows, &supporters, SPREAD)? },
    ];
    let table: Vec<serde_json::Value> =
        results.iter().map(|result| measures(result, &needs, &supporters, schools.len())).collect();
    if let Some(picture) = picture {
        std::fs::write(picture, svg(&table))?;
    }
    let places: u32 = supporters.iter().map(|supporter| supporter.places).sum();
    let study = serde_json::json!({
        "schools": schools.len(), "needs": needs.len(), "supporters": supporters.len(),
        "places": places, "seed": seed, "methods": table,
    });
    Ok(serde_json::to_string_pretty(&study)?)
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line example")]
fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

//! Simulation studies: do the methods keep what they promise? One command, seeded, Markdown out:
//! `cargo run --release -p evidence --example simulations [-- DATA_FOLDER [STUDY]]`, where a study
//! is one of shares, effects, discoveries, differences, even, district and national.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks to a terminal")]

use std::collections::HashMap;
use std::path::Path;

use evidence::chance::Chance;
use evidence::did::{Options, Panel, estimate};
use evidence::distributions::Z95;
use evidence::families::{Families, Feature, Profile, Recipe};
use evidence::mixed::{self, Column, Data};
use evidence::signals::{Effect, propose};
use evidence::variation::{newcombe, wilson};
use evidence::verdict::{
    Kind, Pair, Policy, Question, Selection, Side, base_before, double_lift, net_change,
};
use evidence::{Direction, Kpi, Measure, Unit};

fn main() {
    println!("| study | promise | found | repetitions |\n|---|---|---|---|");
    let only = std::env::args().nth(2);
    let asked = |study: &str| only.as_deref().is_none_or(|only| only == study);
    let studies: [(&str, fn()); 6] = [
        ("shares", shares),
        ("effects", effects),
        ("discoveries", discoveries),
        ("differences", differences),
        ("even", even),
        ("district", district),
    ];
    for (name, study) in studies {
        if asked(name) {
            study();
        }
    }
    match std::env::args().nth(1) {
        Some(folder) if asked("national") => national(Path::new(&folder)),
        Some(_) => {}
        None => eprintln!("note: name the folder of public data for the national study"),
    }
}

fn row(study: &str, promise: &str, found: &str, times: usize) {
    println!("| {study} | {promise} | {found} | {times} |");
}

fn percent(hits: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * hits as f64 / of as f64)
}

fn shares() {
    let mut chance = Chance::new(101);
    let (mut one, mut two, times) = (0, 0, 40_000);
    for _ in 0..times {
        let (n, m) = (10 + chance.below(90) as u32, 10 + chance.below(90) as u32);
        let (p, q) = (0.05 + 0.9 * chance.uniform(), 0.05 + 0.9 * chance.uniform());
        let x = f64::from(chance.binomial(n, p));
        let y = f64::from(chance.binomial(m, q));
        let (n, m) = (f64::from(n), f64::from(m));
        one += usize::from(wilson(x, n, Z95).is_some_and(|i| i.contains(p)));
        two += usize::from(newcombe((x, n), (y, m), Z95).is_some_and(|i| i.contains(q - p)));
    }
    row("Wilson, cohorts of 10–99", "95 % cover (94–96)", &percent(one, times), times);
    row("Newcombe, two cohorts of 10–99", "95 % cover (94–96)", &percent(two, times), times);
}

/// Schools with normal effects; returns the model and the true effects.
fn schools(
    chance: &mut Chance,
    schools: usize,
    spread: f64,
) -> Option<(mixed::Fit, Vec<f64>, Vec<u32>)> {
    let (mut y, mut x, mut group, mut truth, mut sizes) = (vec![], vec![], vec![], vec![], vec![]);
    for school in 0..schools {
        let effect = spread * chance.normal();
        let size = 3 + chance.below(40);
        for _ in 0..size {
            let intake = chance.normal();
            x.push(intake);
            y.push(1.0 + 0.5 * intake + effect + chance.normal());
            group.push(school as u32);
        }
        truth.push(effect);
        sizes.push(size as u32);
    }
    let fixed = [Column::ones(y.len()), Column::new("intake", &x)];
    let data = Data {
        y: &y,
        fixed: &fixed,
        random: &fixed[..1],
        group: &group,
        groups: schools,
        weights: None,
    };
    mixed::fit(&data, &mixed::Options::default()).ok().map(|m| (m, truth, sizes))
}

fn effects() {
    let mut chance = Chance::new(102);
    for (count, times) in [(20, 4000), (60, 2000), (300, 2000)] {
        cover(&mut chance, count, times);
    }
}

fn cover(chance: &mut Chance, count: usize, times: usize) {
    let (mut slope, mut blup, mut naive, mut all) = (0, 0, 0, 0);
    for _ in 0..times {
        let Some((model, truth, _)) = schools(chance, count, 0.4) else { continue };
        let f = &model.fixed[1];
        slope += usize::from((f.estimate - 0.5).abs() <= Z95 * f.se);
        for ((effect, sd), truth) in model.groups().zip(model.prediction_sd()).zip(&truth) {
            all += 1;
            let error = (effect.effects[0] - truth).abs();
            blup += usize::from(error <= Z95 * sd[0]);
            naive += usize::from(error <= Z95 * effect.sd[0]);
        }
    }
    row(
        &format!("Mixed model, fixed effect, {count} schools"),
        "95 % cover (94–96)",
        &percent(slope, times),
        times,
    );
    row(
        &format!("Mixed model, effects of {count} schools of 3–42 pupils"),
        "95 % cover (94–96)",
        &percent(blup, all),
        all,
    );
    row("The same, variances taken as known", "(shown for comparison)", &percent(naive, all), all);
}

fn discoveries() {
    let mut chance = Chance::new(103);
    let kpi = Kpi::new("score", Unit::Score, Direction::HigherIsBetter);
    let (mut wrong, mut found, mut times) = (0, 0, 0);
    let mut silent = 0;
    for _ in 0..60 {
        let mut effects = Vec::new();
        let mut truths = Vec::new();
        for indicator in 0..3 {
            let Some((model, truth, sizes)) = schools(&mut chance, 300, 0.3) else { continue };
            let sds = model.prediction_sd();
            effects.extend(model.groups().zip(sizes).enumerate().map(|(school, (e, n))| Effect {
                school,
                kpi: indicator,
                effect: e.effects[0],
                sd: sds[school][0],
                cohort: Some(f64::from(n)),
            }));
            truths.push(truth);
        }
        let kpis = vec![kpi.clone(), kpi.clone(), kpi.clone()];
        for signal in propose(&effects, &kpis, 0.05, 0.0) {
            found += 1;
            let truth = truths[signal.effect.kpi][signal.effect.school];
            wrong += usize::from(truth * signal.effect.effect <= 0.0);
        }
        times += effects.len();
        let Some((model, ..)) = schools(&mut chance, 300, 0.0) else { continue };
        let sds = model.prediction_sd();
        let none: Vec<Effect> = model
            .groups()
            .enumerate()
            .map(|(school, e)| Effect {
                school,
                kpi: 0,
                effect: e.effects[0],
                sd: sds[school][0],
                cohort: None,
            })
            .collect();
        silent += usize::from(propose(&none, &kpis, 0.05, 0.0).is_empty());
    }
    let rate = format!("{} of {found} signals", percent(wrong, found));
    row("Signals, 300 schools × 3 indicators that differ", "≤ 5 % wrong", &rate, times);
    let quiet = format!("{} of runs without any signal", percent(silent, 60));
    row("Signals, 300 schools that do not differ", "≥ 95 % silent", &quiet, 60);
}

fn differences() {
    let mut chance = Chance::new(104);
    let (mut covered, mut together, mut rejected, times) = (0, 0, 0, 1000);
    for _ in 0..times {
        let units = 200;
        let mut outcome = Vec::new();
        let first: Vec<Option<f64>> =
            (0..units).map(|u| [None, Some(3.0), Some(4.0), None][u % 4]).collect();
        for start in &first {
            let own = chance.normal();
            for t in 1..=5 {
                let t = f64::from(t);
                let effect = start.map_or(0.0, |g| if t >= g { 0.5 } else { 0.0 });
                outcome.push(own + 0.2 * t + effect + chance.normal());
            }
        }
        let panel = Panel {
            periods: &[1.0, 2.0, 3.0, 4.0, 5.0],
            outcome: &outcome,
            first_treated: &first,
            covariates: &[],
        };
        let Ok(found) = estimate(&panel, &Options::default()) else { continue };
        if let Some(simple) = found.aggregates().simple {
            covered += usize::from((simple.att - 0.5).abs() <= Z95 * simple.se);
        }
        let bands = found.bands(300, 0.95, chance.bits());
        together += usize::from(found.cells.iter().zip(&bands.se).all(|(cell, se)| {
            let truth = if cell.time >= cell.group { 0.5 } else { 0.0 };
            (cell.att - truth).abs() <= bands.critical * se
        }));
        rejected += usize::from(found.pre_trend().is_some_and(|p| p.p < 0.05));
    }
    row(
        "Difference-in-differences, overall effect",
        "95 % cover (94–96)",
        &percent(covered, times),
        times,
    );
    row("The same, all cells in their bands", "95 % cover", &percent(together, times), times);
    row("Pre-trend test, parallel trends", "5 % rejected", &percent(rejected, times), times);
}

/// A school: yearly (met, of), the last year being the outturn, the one before the selection.
struct School {
    years: Vec<(f64, f64)>,
}

fn share((met, of): (f64, f64)) -> Measure {
    Measure::Proportion { numerator: met, denominator: of }
}

struct Deployments {
    guarded: [usize; 6],
    bare: [usize; 6],
    supported: f64,
    supporting: f64,
    made: usize,
}

fn place(kind: Kind) -> usize {
    match kind {
        Kind::Insufficient => 0,
        Kind::LiftWithCost => 1,
        Kind::DoubleLift => 2,
        Kind::SupportedLift => 3,
        Kind::SupporterLift => 4,
        Kind::NoClearLift => 5,
    }
}

/// Pairs schools of the worst fifth of the selection year with schools of the best, at random, and
/// judges each pair; `lift` adds so many percentage points to the outturn of both.
fn deploy(
    schools: &[School],
    families: &dyn Fn(usize) -> Vec<usize>,
    pairs: usize,
    lift: f64,
    chance: &mut Chance,
) -> Deployments {
    let width = schools[0].years.len();
    let selection = |s: &School| 100.0 * s.years[width - 2].0 / s.years[width - 2].1;
    let mut order: Vec<usize> = (0..schools.len()).collect();
    order.sort_by(|a, b| selection(&schools[*a]).total_cmp(&selection(&schools[*b])));
    let fifth = schools.len() / 5;
    let mut worst = order[..fifth].to_vec();
    let mut best = order[schools.len() - fifth..].to_vec();
    chance.shuffle(&mut worst);
    chance.shuffle(&mut best);
    let chosen: std::collections::HashSet<usize> =
        worst.iter().take(pairs).chain(best.iter().take(pairs)).copied().collect();
    let kpi = Kpi::new("expected standard", Unit::PercentOfPupils, Direction::HigherIsBetter);
    let pair = |at: usize| {
        let years = &schools[at].years;
        let readings: Vec<(i32, Measure)> =
            years[..width - 2].iter().zip(0..).map(|(y, t)| (t, share(*y))).collect();
        let (baseline, _) = base_before(&readings, width as i32 - 2, 3);
        Pair {
            baseline,
            outturn: share(years[width - 1]),
            selection: Some(selection(&schools[at])),
        }
    };
    let mut out =
        Deployments { guarded: [0; 6], bare: [0; 6], supported: 0.0, supporting: 0.0, made: 0 };
    let judge = |at: usize, chance: &mut Chance| {
        let mut school = pair(at);
        if lift != 0.0 {
            let (met, of) = schools[at].years[width - 1];
            let more = chance.binomial((of - met) as u32, lift * of / (of - met) / 100.0);
            school.outturn = share(((met + f64::from(more)).min(of), of));
        }
        let family: Vec<Pair> =
            families(at).into_iter().filter(|f| !chosen.contains(f)).map(pair).collect();
        let net = net_change(&Question {
            kpi: &kpi,
            school,
            base_year: width as i32 - 3,
            selection: Some(Selection { year: width as i32 - 2, what: "the result".into() }),
            cohorts: 1,
            family: &family,
            authority: &[],
            national: &[],
        });
        let before_after = 100.0 * schools[at].years[width - 1].0 / schools[at].years[width - 1].1
            - selection(&schools[at]);
        (Side { kpis: vec![(kpi.clone(), net)], other_support: vec![] }, before_after)
    };
    for (a, b) in worst.iter().zip(&best).take(pairs) {
        let (supported, rise) = judge(*a, chance);
        let (supporting, fall) = judge(*b, chance);
        out.guarded[place(double_lift(&supported, &supporting, &Policy::default()).kind)] += 1;
        let naive = Policy { level: None };
        out.bare[place(double_lift(&supported, &supporting, &naive).kind)] += 1;
        out.supported += rise;
        out.supporting += fall;
        out.made += 1;
    }
    out
}

fn report(name: &str, d: &Deployments) {
    let n = d.made;
    let kinds = |k: &[usize; 6]| {
        let n = n - k[0];
        format!(
            "double {} · supported only {} · supporter only {} · with cost {} (of {n} that could be judged)",
            percent(k[2], n),
            percent(k[3], n),
            percent(k[4], n),
            percent(k[1], n)
        )
    };
    row(
        &format!("{name}: verdicts"),
        "double lift ≤ 5 % when nothing is true",
        &kinds(&d.guarded),
        n,
    );
    row(
        &format!("{name}: same rules without the guard"),
        "(shown for comparison)",
        &kinds(&d.bare),
        n,
    );
    let naive = format!(
        "supported {:+.1}, supporting {:+.1} points",
        d.supported / n as f64,
        d.supporting / n as f64
    );
    row(
        &format!("{name}: plain change since selection"),
        "(what a naive report would say)",
        &naive,
        n,
    );
}

/// Schools of the synthetic study: many, so that rates are exact to a point.
const DISTRICT: usize = 12_000;

/// Schools that differ in nothing but level and luck: what the methods assume.
fn even() {
    let mut chance = Chance::new(105);
    let schools: Vec<School> = (0..DISTRICT)
        .map(|_| {
            let mut level = 0.4 * chance.normal() + 0.4;
            let size = 15 + chance.below(75) as u32;
            let years = (0..5)
                .map(|_| {
                    level += 0.12 * chance.normal();
                    let p = 1.0 / (1.0 + (-level).exp());
                    (f64::from(chance.binomial(size, p)), f64::from(size))
                })
                .collect();
            School { years }
        })
        .collect();
    // Schools of one district are exchangeable here: any fixed set is a family.
    let families = |at: usize| (1..=50).map(|k| (at + 57 * k) % DISTRICT).collect::<Vec<usize>>();
    for lift in [0.0, 10.0, 20.0] {
        let mut chance = Chance::new(106);
        let d = deploy(&schools, &families, 1000, lift, &mut chance);
        report(&format!("Exchangeable schools, true effect {lift} points on both"), &d);
    }
}

/// The primary schools of the invented district of the demonstration, made large: intake, trends,
/// gaps and cohorts of the sizes found in England, families by intake as in the product.
fn district() {
    let options = district::Options { schools: 6_000, alliance: false };
    let made = district::District::generate(district::DEMO_SEED, options);
    let years: Vec<HashMap<u32, (f64, f64)>> = district::YEARS
        .iter()
        .map(|year| {
            let results = made.results(*year).ks2;
            results
                .into_iter()
                .filter(|(_, sums)| sums.pupils >= 6)
                .map(|(urn, sums)| (urn, (f64::from(sums.rwm), f64::from(sums.pupils))))
                .collect()
        })
        .collect();
    let (mut schools, mut profiles) = (Vec::new(), Vec::new());
    for one in &made.schools {
        let results: Option<Vec<(f64, f64)>> =
            years.iter().map(|year| year.get(&one.urn).copied()).collect();
        let Some(results) = results else { continue };
        let c = one.context;
        let values = [c.fsm6, c.eal, c.sen_support, c.ehcp, c.mobility, c.idaci].map(Some);
        schools.push(School { years: results });
        profiles.push(Profile { values: values.to_vec(), ..Profile::default() });
    }
    let weights = [3.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let names = ["fsm6", "eal", "sen support", "ehcp", "mobility", "idaci"];
    let features = names.iter().zip(weights).map(|(n, w)| Feature::input(*n, w)).collect();
    let mut recipe = Recipe::new(features);
    recipe.k = 50;
    let Ok(families) = Families::new(recipe, &profiles) else { return };
    let members =
        |at: usize| families.of(at).neighbours.iter().map(|n| n.at).collect::<Vec<usize>>();
    for lift in [0.0, 10.0, 20.0] {
        let mut chance = Chance::new(108);
        let d = deploy(&schools, &members, 800, lift, &mut chance);
        let name = format!(
            "District of the demonstration, {} primary schools, true effect {lift} points on both",
            schools.len()
        );
        report(&name, &d);
    }
}

type Results = HashMap<String, (f64, f64)>;

fn ks2(file: &Path) -> Option<Results> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).ok()?;
    let headers = reader.byte_headers().ok()?.clone();
    let at = |name: &str| {
        headers
            .iter()
            .position(|h| String::from_utf8_lossy(h).trim_start_matches('\u{feff}') == name)
    };
    let (kind, urn) = (at("RECTYPE")?, at("URN")?);
    let (n, share) = (at("TELIG")?, at("PTRWM_EXP")?);
    let mut out = HashMap::new();
    for record in reader.byte_records().flatten() {
        let cell = |at: usize| {
            record.get(at).map(|c| String::from_utf8_lossy(c).trim().to_owned()).unwrap_or_default()
        };
        let number = |at: usize| cell(at).trim_end_matches('%').parse::<f64>().ok();
        if cell(kind) != "1" {
            continue;
        }
        let (Some(n), Some(p)) = (number(n), number(share)) else { continue };
        if n >= 6.0 {
            out.insert(cell(urn), ((p * n / 100.0).round(), n));
        }
    }
    Some(out)
}

fn census(file: &Path, columns: &[&str]) -> Option<HashMap<String, Vec<Option<f64>>>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).ok()?;
    let headers = reader.byte_headers().ok()?.clone();
    let at = |name: &str| {
        headers.iter().position(|h| {
            String::from_utf8_lossy(h).trim_start_matches('\u{feff}').eq_ignore_ascii_case(name)
        })
    };
    let urn = at("URN")?;
    let places: Vec<usize> = columns.iter().map(|c| at(c)).collect::<Option<_>>()?;
    let mut out = HashMap::new();
    for record in reader.byte_records().flatten() {
        let cell = |at: usize| {
            record.get(at).map(|c| String::from_utf8_lossy(c).trim().to_owned()).unwrap_or_default()
        };
        let values = places.iter().map(|p| cell(*p).trim_end_matches('%').parse().ok()).collect();
        out.insert(cell(urn), values);
    }
    Some(out)
}

fn national(folder: &Path) {
    let years = ["2015-2016", "2016-2017", "2017-2018"];
    let files: Option<Vec<Results>> = years
        .iter()
        .map(|y| ks2(&folder.join("national").join(y).join("england_ks2final.csv")))
        .collect();
    let Some(files) = files else {
        eprintln!("note: the national files were not found in {}", folder.display());
        return;
    };
    let mut urns: Vec<&String> =
        files[0].keys().filter(|u| files.iter().all(|f| f.contains_key(*u))).collect();
    urns.sort();
    let schools: Vec<School> = urns
        .iter()
        .map(|u| School { years: files.iter().map(|f| (f[*u].0, f[*u].1)).collect() })
        .collect();
    let features = ["PNUMFSMEVER", "PNUMEAL", "PSENELK", "PSENELSE", "NOR"];
    let Some(intake) = census(&folder.join("national/2018-2019/england_census.csv"), &features)
    else {
        eprintln!("note: the school census was not found in {}", folder.display());
        return;
    };
    let none = vec![None; features.len()];
    let profiles: Vec<Profile> = urns
        .iter()
        .map(|u| Profile { values: intake.get(*u).unwrap_or(&none).clone(), ..Profile::default() })
        .collect();
    let mut recipe = Recipe::new(features.iter().map(|f| Feature::input(*f, 1.0)).collect());
    recipe.k = 50;
    recipe.min_present = 3;
    let Ok(families) = Families::new(recipe, &profiles) else { return };
    for (lift, pairs) in [(0.0, 1500), (10.0, 500), (20.0, 500)] {
        let mut chance = Chance::new(107);
        let members =
            |at: usize| families.of(at).neighbours.iter().map(|n| n.at).collect::<Vec<usize>>();
        let d = deploy(&schools, &members, pairs, lift, &mut chance);
        let name = format!(
            "{} real primary schools (base 2016, chosen on 2017, outturn 2018), added effect {lift} points",
            schools.len()
        );
        report(&name, &d);
    }
}

//! The engine at national size, on invented schools: `cargo bench -p evidence`.

use std::hint::black_box;

use divan::Bencher;
use evidence::chance::Chance;
use evidence::families::{Families, Feature, Profile, Recipe};
use evidence::mixed::{Column, Data, Options, fit};

fn main() {
    divan::main();
}

/// Schools × 5 years × 4 measures.
struct National {
    y: Vec<f64>,
    columns: Vec<Vec<f64>>,
    school: Vec<u32>,
    schools: usize,
}

fn national(schools: usize) -> National {
    let mut chance = Chance::new(1);
    let rows = schools * 20;
    let mut columns: Vec<Vec<f64>> = (0..6).map(|_| Vec::with_capacity(rows)).collect();
    let mut made = National { y: Vec::new(), columns: Vec::new(), school: Vec::new(), schools };
    for school in 0..schools {
        let effects: [f64; 4] = std::array::from_fn(|_| chance.normal());
        let slope = 0.2 * chance.normal();
        for year in 0..5 {
            for measure in 0..4 {
                let t = f64::from(year) - 2.0;
                made.y.push(
                    0.5 * measure as f64
                        + 0.1 * t
                        + 0.6 * effects[0]
                        + 0.5 * effects[measure]
                        + slope * t
                        + chance.normal(),
                );
                made.school.push(school as u32);
                columns[0].push(1.0);
                for (m, column) in columns[1..5].iter_mut().enumerate() {
                    column.push(f64::from(u8::from(m == measure)));
                }
                columns[5].push(t);
            }
        }
    }
    made.columns = columns;
    made
}

fn run(data: &National, fixed: &[usize], random: &[usize]) -> f64 {
    let pick = |at: &[usize]| -> Vec<Column<'_>> {
        at.iter().map(|c| Column::new(format!("c{c}"), &data.columns[*c])).collect()
    };
    let (fixed, random) = (pick(fixed), pick(random));
    let data = Data {
        y: &data.y,
        fixed: &fixed,
        random: &random,
        group: &data.school,
        groups: data.schools,
        weights: None,
    };
    fit(&data, &Options::default()).map_or(f64::NAN, |m| m.loglik)
}

const SIZES: [usize; 4] = [50, 500, 5_000, 50_000];

/// (1 | school) at 1k, 10k, 100k and 1M rows.
#[divan::bench(args = SIZES)]
fn intercepts(bencher: Bencher<'_, '_>, schools: usize) {
    let data = national(schools);
    bencher.bench_local(|| black_box(run(&data, &[1, 2, 3, 4, 5], &[0])));
}

/// The 480,000 rows of the side-by-side comparison.
#[divan::bench(args = ["1", "0+measure", "0+measure+year"])]
fn rows_480k(bencher: Bencher<'_, '_>, structure: &str) {
    let data = national(24_000);
    let random: &[usize] = match structure {
        "1" => &[0],
        "0+measure" => &[1, 2, 3, 4],
        _ => &[1, 2, 3, 4, 5],
    };
    bencher.bench_local(|| black_box(run(&data, &[1, 2, 3, 4, 5], random)));
}

/// Exact families of 24,000 schools with 12 features.
#[divan::bench(args = [20, 50], sample_count = 5)]
fn families_24k(bencher: Bencher<'_, '_>, k: usize) {
    let mut chance = Chance::new(2);
    let schools: Vec<Profile> = (0..24_000)
        .map(|_| {
            let common = chance.normal();
            let values = (0..12).map(|f| Some(0.5 * common * f64::from(f % 3) + chance.normal()));
            Profile { values: values.collect(), ..Profile::default() }
        })
        .collect();
    let mut recipe = Recipe::new((0..12).map(|f| Feature::input(format!("f{f}"), 1.0)).collect());
    recipe.k = k;
    bencher.bench_local(|| {
        let families = Families::new(recipe.clone(), &schools).map(|f| f.all().len());
        black_box(families.unwrap_or(0))
    });
}

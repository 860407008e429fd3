//! How long a district takes to make.

use district::{District, Options, YEARS};

fn main() {
    divan::main();
}

/// The register alone.
#[divan::bench(args = [300, 3_000, 20_000])]
fn register(schools: usize) -> District {
    District::generate(1, Options { schools, ..Options::default() })
}

/// One year of results, every pupil simulated.
#[divan::bench(args = [300, 3_000, 20_000], sample_count = 5)]
fn one_year(bencher: divan::Bencher<'_, '_>, schools: usize) {
    let district = District::generate(1, Options { schools, ..Options::default() });
    bencher.bench(|| district.results(YEARS[5]));
}

/// Every public file, as bytes: register, links, groups and six years of results.
#[divan::bench(args = [300, 3_000], sample_count = 3)]
fn files(bencher: divan::Bencher<'_, '_>, schools: usize) {
    let district = District::generate(1, Options { schools, ..Options::default() });
    bencher.bench(|| district.files());
}

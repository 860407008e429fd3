//! How long charts take to draw.

#[path = "../tests/it/samples.rs"]
mod samples;

use charts::{Drawing, Frame};

fn main() {
    divan::main();
}

/// One of every sample.
#[divan::bench(args = ["trend", "funnel", "bars", "multiples", "slope", "timeline", "map"])]
fn draw(bencher: divan::Bencher<'_, '_>, which: &str) {
    let found = samples::ALL.iter().find(|(id, ..)| *id == which);
    let (id, title, make) = found.copied().unwrap_or(samples::ALL[0]);
    bencher.bench(|| -> Drawing { make(Frame::new(id, title)) });
}

//! How long every report takes on the year of a 24-school alliance: 30 supports, 600 visits, more
//! than 5,000 actions of plans. `cargo bench -p alongside --bench year`; PostgreSQL too where
//! `ALONGSIDE_TEST_POSTGRES` names a server. Each page is opened once to warm up and then measured
//! five times through the router, the database included; the middle one counts.

#![expect(clippy::print_stdout, reason = "a benchmark reads the clock and prints what it measured")]

#[expect(dead_code, reason = "the notes are for the test that checks every figure")]
#[path = "../tests/it/year/world/mod.rs"]
mod world;

use std::time::{Duration, Instant};

use testkit::TestApp;
use world::{FULL, live, reports, setup};

/// How often each report is measured.
const TIMES: usize = 5;

async fn measure(t: &TestApp) {
    let began = Instant::now();
    let year = live(t, FULL).await;
    println!("\n{:?}: the year was lived in {:.0} s", t.kind, began.elapsed().as_secs_f64());
    let mut found: Vec<(Duration, String, String)> = Vec::new();
    for report in reports::all(t, &year).await {
        let mut times = Vec::new();
        for _ in 0..=TIMES {
            let began = Instant::now();
            let answer = t.get(Some(&report.who), &report.path).await;
            times.push(began.elapsed());
            assert_eq!(answer.status, 200, "{}", report.path);
        }
        times.remove(0);
        times.sort_unstable();
        found.push((times[TIMES / 2], report.who.name, report.path));
    }
    found.sort();
    let slow = found.iter().filter(|(time, ..)| *time >= Duration::from_secs(1)).count();
    println!("{} reports, {slow} of them at a second or more; the slowest twenty:", found.len());
    for (time, who, path) in found.iter().rev().take(20) {
        println!("{:>8.1} ms  {who:<12} {path}", time.as_secs_f64() * 1e3);
    }
    let middle = found[found.len() / 2].0;
    println!("{:>8.1} ms  the middle one of all", middle.as_secs_f64() * 1e3);
}

#[tokio::main]
async fn main() {
    testkit::both(&setup(), async |t| measure(&t).await).await;
}

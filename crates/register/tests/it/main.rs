//! The register against both databases.

mod damaged;
mod figures;
mod guarding;
mod imports;
mod killed;
mod pages;
mod partnerships;
mod places;
mod searching;
mod states;
mod web_imports;

use access::Permit;
use district::{DEMO_SEED, District, Options};
use register::imports::Report;
use testkit::{Setup, TestApp};

/// The rooms this one stands on, with its own tables and pages.
fn setup() -> Setup {
    Setup::new(&[register::MIGRATIONS], register::routes)
}

/// A small invented district.
fn district() -> District {
    District::generate(DEMO_SEED, Options { schools: 70, alliance: true })
}

/// Imports the district's files.
async fn settle(test: &TestApp, district: &District) -> Report {
    let permit = Permit::system("test", test.app.clock.now());
    let report = register::imports::import_bytes(&test.app, &permit, district.files())
        .await
        .expect("the import runs");
    assert_eq!(report.refused(), 0, "{report}");
    report
}

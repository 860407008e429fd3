//! A year of an alliance, lived through public acts, and then every report held to the notes of
//! the one who lived it: each figure is added up again from those notes alone.
//!
//! On SQLite it is the whole year: 24 schools, 30 supports, 600 visits, more than 5,000 actions of
//! plans. On PostgreSQL a smaller alliance lives the same year.

mod checks;
pub(crate) mod world;

use testkit::{Kind, TestApp};
use world::{FULL, SMALL, Year, live, reports, setup};

async fn every_figure(t: &TestApp, year: &Year) {
    checks::books::whole(t, year).await;
    checks::books::schools(t, year).await;
    checks::plans::whole(t, year).await;
    checks::visits::whole(t, year).await;
    checks::week::whole(t, year).await;
    checks::board::whole(t, year).await;
    // Nothing that reports on the year is left shut.
    for report in reports::all(t, year).await {
        let answer = t.get(Some(&report.who), &report.path).await;
        assert_eq!(answer.status, 200, "{} for {}: {}", report.path, report.who.name, answer.body);
    }
    let chain = foundation::events::verify(&t.app.db).await.unwrap();
    assert!(matches!(chain, foundation::events::Chain::Whole(_)), "{chain:?}");
}

#[tokio::test]
async fn a_year_of_24_schools_adds_up_on_every_page() {
    let t = TestApp::sqlite(&setup()).await;
    let year = live(&t, FULL).await;
    let visits: usize = year.supports.iter().map(|support| support.visits.len()).sum();
    let actions: usize = year.plans.iter().map(|note| note.actions.len()).sum();
    assert_eq!((year.supports.len(), visits), (30, 600));
    assert!(actions >= 5_000, "{actions}");
    every_figure(&t, &year).await;
}

#[tokio::test]
async fn a_smaller_year_adds_up_on_postgresql_too() {
    testkit::both(&setup(), async |t| {
        if t.kind == Kind::Sqlite {
            return;
        }
        let year = live(&t, SMALL).await;
        every_figure(&t, &year).await;
    })
    .await;
}

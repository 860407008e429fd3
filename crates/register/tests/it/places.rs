//! A place as a whole: what its page, its downloads and the pages of its schools say together.

use std::collections::BTreeMap;

use evidence::suppress::{Seen, attack};
use evidence::{Measure, bar_and_gap::SPREAD_SCHOOLS, variation};
use foundation::terms::AcademicYear;
use register::{Scope, kpis};
use serde_json::Value;
use testkit::TestApp;

use crate::{district, settle, setup};

/// Every figure of every school, as its own page shows it, hidden ones with their reason.
async fn shown(
    test: &TestApp,
    urns: &[u32],
) -> BTreeMap<(&'static str, AcademicYear), Vec<(u32, Measure)>> {
    let mut found: BTreeMap<_, Vec<(u32, Measure)>> = BTreeMap::new();
    for &urn in urns {
        for series in kpis::all_of(&test.app.db, urn).await.unwrap() {
            let definition = kpis::definition(series.kpi).unwrap();
            if series.group != definition.group {
                continue;
            }
            for reading in series.readings {
                found.entry((series.kpi, reading.period)).or_default().push((urn, reading.measure));
            }
        }
    }
    found
}

async fn rows(test: &TestApp, address: &str) -> Vec<Value> {
    let page = test.get(None, address).await.expect(200);
    let table: Value = serde_json::from_str(&page.body).unwrap();
    table["rows"].as_array().unwrap().clone()
}

/// Whoever takes the totals of a place and subtracts what the schools' pages show is left with
/// nothing: a total is made of shown figures only. The attack is run on what was downloaded.
#[tokio::test(flavor = "multi_thread")]
async fn the_totals_of_a_place_give_away_nothing_that_its_schools_hide() {
    let test = TestApp::sqlite(&setup()).await;
    settle(&test, &district()).await;
    let oakfield = register::school(&test.app.db, district::OAKFIELD).await.unwrap().unwrap();
    let scope = Scope { authority: Some(oakfield.authority), ..Scope::default() };
    let schools = register::list(&test.app.db, &scope, 0, 10_000).await.unwrap().0;
    let urns: Vec<u32> = schools.iter().map(|s| s.urn).collect();
    let shown = shown(&test, &urns).await;
    let base = format!("/areas/{}/together", oakfield.authority);
    let totals = rows(&test, &format!("{base}/totals.json")).await;
    let page = test.get(None, &base).await.expect(200).body;
    let csv = test.get(None, &format!("{base}/totals.csv")).await.expect(200).body;
    assert!(totals.len() > 20, "the district fills a page of totals");

    let (mut hidden_in_all, mut apart) = (0, 0);
    for row in &totals {
        let name = row["Indicator"].as_str().unwrap();
        let definition =
            kpis::definitions().iter().find(|d| d.base.is_none() && d.plain_name == name).unwrap();
        let ((_, period), figures) = shown
            .iter()
            .find(|((kpi, period), _)| {
                *kpi == definition.code && Some(period.to_string().as_str()) == row["Year"].as_str()
            })
            .unwrap();
        let measures: Vec<Measure> = figures.iter().map(|(_, m)| *m).collect();
        // Screen and downloads say the same, and it follows from what is shown already.
        let pooled = variation::pool(&measures);
        let words = definition.in_words(&pooled.measure);
        assert_eq!(row["All together"].as_str(), Some(words.as_str()), "{name} {period}");
        assert!(page.contains(&words) && csv.contains(&words));
        assert_eq!(row["Schools counted"], pooled.used as f64);

        // The reader sees the counted figures and their sum; the hidden stand in no sum.
        let seen: Vec<Seen> = measures
            .iter()
            .chain([&pooled.measure])
            .map(|m| match *m {
                Measure::Proportion { numerator, denominator } => {
                    Seen::Shown { met: numerator, of: denominator }
                }
                _ => Seen::Hidden,
            })
            .collect();
        if matches!(pooled.measure, Measure::Proportion { .. }) {
            let last = measures.len();
            let mut sum: Vec<(usize, f64)> = (0..last)
                .filter(|at| measures[*at].number().is_some())
                .map(|at| (at, 1.0))
                .collect();
            sum.push((last, -1.0));
            for finding in attack(&seen, &[sum]) {
                hidden_in_all += 1;
                assert!(!finding.determined && finding.possible() >= 3.0, "{name}: {finding:?}");
            }
        }
        // How far apart the schools are is told from eight schools on, and names none.
        match row["Between schools"].as_str() {
            Some(told) => {
                apart += 1;
                let number = told.split(" over ").nth(1).and_then(|t| t.split(' ').next());
                assert!(number.unwrap().parse::<usize>().unwrap() >= SPREAD_SCHOOLS, "{told}");
            }
            None => assert_eq!(row["Between schools"]["missing"], "not shown"),
        }
    }
    assert!(hidden_in_all > 0, "the district has hidden figures to attack");
    assert!(apart > 0, "some indicators have schools enough");

    // Bar and gap: the same words on screen and in the file, from the same schools in both years.
    let gaps = rows(&test, &format!("{base}/gaps.json")).await;
    assert!(!gaps.is_empty(), "the district has disadvantaged pupils");
    for row in &gaps {
        let name = row["Indicator"].as_str().unwrap();
        let all = kpis::definitions().iter().find(|d| d.plain_name == name).unwrap();
        let some = kpis::definitions()
            .iter()
            .find(|d| d.base == Some(all.code) && d.group == sources::PupilGroup::Disadvantaged)
            .unwrap();
        let years: Vec<&str> = row["Years"].as_str().unwrap().split(" to ").collect();
        let of = |kpi: &'static str, year: &str| -> BTreeMap<u32, Measure> {
            shown
                .iter()
                .filter(|((code, period), _)| *code == kpi && period.to_string() == year)
                .flat_map(|(_, figures)| figures.iter().copied())
                .filter(|(_, m)| m.number().is_some())
                .collect()
        };
        let both: Vec<u32> = of(all.code, years[0])
            .into_keys()
            .filter(|urn| {
                [(all.code, years[1]), (some.code, years[0]), (some.code, years[1])]
                    .iter()
                    .all(|(kpi, year)| of(kpi, year).contains_key(urn))
            })
            .collect();
        assert_eq!(row["Schools counted"], both.len() as f64, "{name}");
        let level = |year: &str| {
            let figures = of(all.code, year);
            let measures: Vec<Measure> = both.iter().map(|urn| figures[urn]).collect();
            all.in_words(&variation::pool(&measures).measure)
        };
        let levels = format!("{} to {}", level(years[0]), level(years[1]));
        assert_eq!(row["Level for all pupils"].as_str(), Some(levels.as_str()), "{name}");
        let happened = row["What happened"].as_str().unwrap();
        assert!(page.contains(&levels) && page.contains(happened), "{name}");
        let known = ["Raised the bar", "Levelled down", "Lowered the bar", "No change beyond"];
        assert!(known.iter().any(|k| happened.starts_with(k)), "{happened}");
    }
    assert!(page.contains("Bar and gap") && page.contains("(bar-and-gap-1)"));

    // Each school reads its own, from the figures of its own page in the same two years.
    let mut told = 0;
    for school in &schools {
        let address = format!("/schools/{}", school.urn);
        let page = test.get(None, &address).await.expect(200).body;
        let own = rows(&test, &format!("{address}/tables/bar-and-gap.json")).await;
        assert_eq!(own.is_empty(), !page.contains("id=\"bar-gap\""), "{}", school.name);
        for row in own {
            told += 1;
            let name = row["Indicator"].as_str().unwrap();
            let all = kpis::definitions().iter().find(|d| d.plain_name == name).unwrap();
            let years: Vec<&str> = row["Years"].as_str().unwrap().split(" to ").collect();
            let level = |year: &str| {
                let figures = shown
                    .iter()
                    .find(|((code, period), _)| *code == all.code && period.to_string() == year);
                let own = figures.and_then(|(_, all)| all.iter().find(|(u, _)| *u == school.urn));
                all.in_words(&own.unwrap_or_else(|| panic!("{name} of {}", school.name)).1)
            };
            let levels = format!("{} to {}", level(years[0]), level(years[1]));
            assert_eq!(row["Level for all pupils"].as_str(), Some(levels.as_str()), "{name}");
            let happened = row["What happened"].as_str().unwrap();
            assert!(page.contains(&levels) && page.contains(happened), "{name}");
        }
    }
    assert!(told > 24, "the district has disadvantaged pupils in its schools: {told}");
    for school in &schools {
        assert!(!page.contains(&school.name), "{} is named", school.name);
    }
}

//! The attack on what schools' pages give out: nobody gets a hidden figure back by subtraction.

use std::collections::BTreeMap;

use evidence::{
    Measure, Missing,
    suppress::{Seen, attack},
};
use foundation::{Sql, terms::AcademicYear};
use register::{Scope, kpis};
use sea_orm::FromQueryResult;
use serde_json::Value;
use testkit::TestApp;

use crate::{district, settle, setup};

/// What stands in the database.
#[derive(FromQueryResult)]
struct Row {
    kpi: i64,
    pupils: i64,
    period: i64,
    form: i64,
    value: Option<f64>,
    n: Option<f64>,
}

/// Indicator, words for the pupils, and year, as the file of a school has them.
type Key = (&'static str, &'static str, i64);

const GROUPS: [(i64, &str); 3] =
    [(0, "all pupils"), (1, "disadvantaged pupils"), (2, "pupils who are not disadvantaged")];

/// The reader takes every school's file of every figure and subtracts whatever adds up. A share of a
/// known number of pupils is a whole number of pupils, and the reader knows that.
///
/// Where nobody of a school reached a standard, or everybody did, each group is told by that: such a
/// total is published, and nothing we hide takes it back.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_school_gives_out_brings_nothing_hidden_back() {
    let test = TestApp::sqlite(&setup()).await;
    settle(&test, &district()).await;
    let schools = register::list(&test.app.db, &Scope::default(), 0, 10_000).await.unwrap().0;
    let (mut small, mut beside, mut equations_seen) = (0, 0, 0);
    for school in &schools {
        let address = format!("/schools/{}/tables/indicators.json", school.urn);
        let file: Value =
            serde_json::from_str(&test.get(None, &address).await.expect(200).body).unwrap();
        let mut given: BTreeMap<Key, bool> = BTreeMap::new();
        for row in file["rows"].as_array().unwrap() {
            let code = kpis::definition(row["Code"].as_str().unwrap()).unwrap().code;
            let Some((_, words)) = GROUPS.iter().find(|(_, w)| row["Pupils"] == *w) else {
                continue;
            };
            let year = (1990..2100)
                .find(|year| row["Year"] == AcademicYear(*year).to_string())
                .expect("a school year");
            given.insert((code, words, i64::from(year)), row["Value"]["missing"].is_null());
        }
        let rows: Vec<Row> = test
            .app
            .db
            .all(
                "SELECT kpi, pupils, period, form, value, n FROM kpi_value WHERE subject = $1",
                [i64::from(school.urn).into()],
            )
            .await
            .unwrap();
        let mut truth: BTreeMap<Key, Measure> = BTreeMap::new();
        for row in rows {
            let code = kpis::by_number(row.kpi).unwrap().code;
            let Some((_, words)) = GROUPS.iter().find(|(at, _)| *at == row.pupils) else {
                continue;
            };
            let Row { form, value, n, .. } = row;
            let measure = Measure::from(kpis::Stored { form, value, n, low: None, high: None });
            truth.insert((code, words, row.period), measure);
        }
        let keys: Vec<Key> = given.keys().copied().filter(|key| truth.contains_key(key)).collect();
        let place = |key: &Key| keys.iter().position(|one| one == key);
        let seen: Vec<Seen> = keys
            .iter()
            .map(|key| match truth[key] {
                Measure::Proportion { numerator, denominator } if given[key] => {
                    Seen::Shown { met: numerator.round(), of: denominator }
                }
                _ => Seen::Hidden,
            })
            .collect();
        let mut equations: Vec<Vec<(usize, f64)>> = Vec::new();
        for (at, (code, words, year)) in keys.iter().enumerate() {
            let parts: Vec<Option<usize>> = if *code == "KS2_RWM_3YR" {
                (year - 2..=*year).map(|year| place(&("KS2_RWM_EXP", "all pupils", year))).collect()
            } else if *words == "all pupils" {
                let own = kpis::definitions()
                    .iter()
                    .find(|d| {
                        d.base == Some(*code) && d.group == sources::PupilGroup::Disadvantaged
                    })
                    .map_or(*code, |d| d.code);
                vec![place(&(own, GROUPS[1].1, *year)), place(&(code, GROUPS[2].1, *year))]
            } else {
                continue;
            };
            if let Some(parts) = parts.into_iter().collect::<Option<Vec<usize>>>() {
                let parts = parts.into_iter().map(|part| (part, 1.0));
                equations.push(parts.chain([(at, -1.0)]).collect());
            }
        }
        equations_seen += equations.len();
        let linked = |cell: usize| equations.iter().flatten().any(|(one, _)| *one == cell);
        for finding in attack(&seen, &equations) {
            let key = keys[finding.cell];
            // Rounded totals may contradict their parts, which tells the reader nothing.
            let (pupils, met) = (finding.pupils, finding.met);
            if !linked(finding.cell) || pupils.0 > pupils.1 || met.0 > met.1 {
                continue;
            }
            // Small ones carry the publisher's mark or are hidden here; others may be missing
            // because nobody published them.
            let withheld = match truth[&key].missing() {
                Some(reason) => matches!(reason, Missing::Suppressed | Missing::Confidential),
                None => truth[&key].n().is_some_and(|n| n < 6.0),
            };
            if withheld {
                small += 1;
                let beside: Vec<String> = keys
                    .iter()
                    .filter(|one| one.0.starts_with(key.0) || one.2 == key.2)
                    .map(|one| format!("{one:?} {:?} {}", truth[one], given[one]))
                    .collect();
                let told = format!("{} {key:?} {finding:?}\n{}", school.urn, beside.join("\n"));
                assert!(!finding.determined && finding.possible() >= 3.0, "{told}");
                let extreme = met.1 == 0.0 || met.0 >= pupils.1;
                assert!(met.1 - met.0 >= 1.0 || extreme, "{told}");
            } else if truth[&key].number().is_some() {
                beside += 1;
            }
        }
    }
    assert!(equations_seen > 100, "the district's figures add up: {equations_seen}");
    assert!(small > 0 && beside > 0, "{small} small figures, {beside} hidden beside them");
}

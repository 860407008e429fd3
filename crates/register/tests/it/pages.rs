//! What anybody may look at.

use std::collections::BTreeSet;

use access::{Post, Role};
use foundation::OrgRef;
use register::kpis;
use testkit::TestApp;

use crate::{district, settle, setup};

/// Every public route with an address that answers, for a school, its trust and its authority.
async fn samples(test: &TestApp) -> Vec<(&'static str, String)> {
    let school =
        register::school(&test.app.db, district::OAKFIELD).await.unwrap().expect("Oakfield");
    let urn = school.urn;
    let uid = district().trusts[0].uid;
    let code = school.authority;
    let region = school.region.clone().expect("a region").replace(' ', "%20");
    let town = school.town.clone().expect("a town").replace(' ', "+");
    vec![
        ("/schools", format!("/schools?q={town}&phase=primary")),
        ("/schools/download/{file}", format!("/schools/download/schools.json?authority={code}")),
        ("/schools/{urn}", format!("/schools/{urn}")),
        ("/schools/{urn}/tables/{file}", format!("/schools/{urn}/tables/indicators.csv")),
        ("/schools/{urn}/charts/{file}", format!("/schools/{urn}/charts/KS2_RWM_EXP.svg")),
        ("/schools/{urn}/family", format!("/schools/{urn}/family")),
        ("/schools/{urn}/family/{file}", format!("/schools/{urn}/family/members.json")),
        ("/trusts/{uid}", format!("/trusts/{uid}")),
        ("/trusts/{uid}/tables/{file}", format!("/trusts/{uid}/tables/schools.csv")),
        ("/trusts/{uid}/together", format!("/trusts/{uid}/together")),
        ("/trusts/{uid}/together/{file}", format!("/trusts/{uid}/together/totals.csv")),
        ("/areas/{code}/together", format!("/areas/{code}/together")),
        ("/areas/{code}/together/{file}", format!("/areas/{code}/together/totals.json")),
        ("/regions/{name}/together", format!("/regions/{region}/together")),
        ("/regions/{name}/together/{file}", format!("/regions/{region}/together/totals.json")),
        ("/areas", "/areas".to_owned()),
        ("/areas/{code}", format!("/areas/{code}")),
        ("/areas/{code}/tables/{file}", format!("/areas/{code}/tables/schools.json")),
        ("/regions/{name}", format!("/regions/{region}")),
        ("/regions/{name}/tables/{file}", format!("/regions/{region}/tables/schools.csv")),
    ]
}

/// Routes about one school, on which figures of that school may stand.
fn about_one_school(route: &str) -> bool {
    route == "/schools/{urn}"
        || route == "/schools/{urn}/one-page"
        || route.contains("/tables/{file}") && route.starts_with("/schools")
        || route.contains("/charts/")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_of_named_schools_follows_or_shows_an_outcome() {
    // A new route to read fails here until it has an address to try.
    let known: BTreeSet<&str> = include_str!("../../src/pages/mod.rs")
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .filter(|(_, rest)| rest.starts_with(", get("))
        .map(|(route, _)| route)
        .collect();
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let mut samples = samples(&test).await;
        let kit = crate::partnerships::operator(&test).await;
        let alliance = crate::partnerships::alliance(&test).await;
        let org: OrgRef = alliance.replace("/partnerships/", "partnership:").parse().unwrap();
        let keeper = Post::new(org, Role::Administrator, "Administrator");
        let keeper = test.person("Ada", &[keeper]).await;
        samples.extend([
            ("/partnerships", "/partnerships".to_owned()),
            ("/partnerships/new", "/partnerships/new".to_owned()),
            ("/partnerships/{id}", alliance.clone()),
            ("/schools/{urn}/one-page", format!("/schools/{}/one-page", district::HARBOUR_VIEW)),
            ("/schools/{urn}/memory", format!("/schools/{}/memory", district::HARBOUR_VIEW)),
            (
                "/schools/{urn}/memory/{file}",
                format!("/schools/{}/memory/moments.csv", district::HARBOUR_VIEW),
            ),
            ("/partnerships/{id}/tables/{file}", format!("{alliance}/tables/members.csv")),
            ("/partnerships/{id}/together", format!("{alliance}/together")),
            ("/partnerships/{id}/together/{file}", format!("{alliance}/together/totals.csv")),
        ]);
        assert_eq!(samples.iter().map(|(route, _)| *route).collect::<BTreeSet<_>>(), known);
        for (route, address) in samples {
            let who = match route {
                "/partnerships" | "/partnerships/new" => Some(&kit),
                within => {
                    let inside = within.starts_with("/partnerships/") || within.contains("/memory");
                    inside.then_some(&keeper)
                }
            };
            let plain = test.get(who, &address).await.expect(200);
            let join = if address.contains('?') { '&' } else { '?' };
            for key in
                ["sort=KS2_RWM_EXP", "order=desc", "sort=-value&order_by=KS4_A8", "by=outcome"]
            {
                let asked = test.get(who, &format!("{address}{join}{key}")).await;
                assert_eq!(asked.body, plain.body, "{route} listened to {key}");
            }
            if route.contains("/together") {
                // Schools together: figures, and therefore no school by name.
                assert!(!plain.body.contains("/schools/"), "{route} names a school");
                continue;
            }
            if about_one_school(route) || route == "/areas/{code}" {
                continue;
            }
            for definition in kpis::definitions() {
                if definition.direction.sign().is_some() {
                    assert!(
                        !plain.body.contains(definition.plain_name),
                        "{route} shows {}",
                        definition.code
                    );
                    assert!(
                        !plain.body.contains(definition.code),
                        "{route} shows {}",
                        definition.code
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_stands_on_a_page_with_its_uncertainty_and_its_sources() {
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let urn = district::OAKFIELD;
        let page = test
            .get(None, &format!("/schools/{urn}"))
            .await
            .expect(200)
            .contains("one pupil is")
            .contains("Open Government Licence")
            .contains("in the middle of")
            .contains("Family of schools")
            .contains("How we worked this out")
            .contains("(variation-1)")
            .contains("/how-we-work-it-out#trajectory");
        assert!(!page.body.contains("NaN") && !page.body.contains("inf%"));
        for table in ["indicators", "context", "history", "KS2_RWM_EXP"] {
            for ending in ["csv", "xlsx", "json"] {
                let address = format!("/schools/{urn}/tables/{table}.{ending}");
                let file = test.get(None, &address).await.expect(200);
                assert!(!file.bytes.is_empty(), "{address}");
            }
        }
        let svg =
            test.get(None, &format!("/schools/{urn}/charts/KS2_RWM_EXP.svg")).await.expect(200);
        assert!(svg.body.starts_with("<svg") && svg.body.contains("<title"));
        let png =
            test.get(None, &format!("/schools/{urn}/charts/KS2_RWM_EXP.png")).await.expect(200);
        assert!(png.bytes.starts_with(b"\x89PNG"));
        let map = test.get(None, &format!("/schools/{urn}/family/map.svg")).await.expect(200);
        assert!(map.body.starts_with("<svg"));
        for nowhere in [
            "/schools/123".to_owned(),
            format!("/schools/{urn}/tables/indicators.exe"),
            format!("/schools/{urn}/charts/NOTHING.svg"),
            "/trusts/4000000".to_owned(),
            "/areas/1".to_owned(),
            "/regions/Atlantis".to_owned(),
        ] {
            let _ = test.get(None, &nowhere).await.expect(404);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn small_numbers_are_hidden_on_the_screen_and_in_every_download() {
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let mut hidden = 0;
        let scope = register::Scope { closed_too: true, ..register::Scope::default() };
        for school in register::list(&test.app.db, &scope, 0, 200).await.unwrap().0 {
            for series in kpis::all_of(&test.app.db, school.urn).await.unwrap() {
                let definition = series.definition();
                for reading in &series.readings {
                    if definition.min_n > 0.0 {
                        let few =
                            reading.measure.n().is_some_and(|n| n < definition.min_n.max(6.0));
                        assert!(!few, "{} {}", school.name, definition.code);
                    }
                    hidden += usize::from(reading.measure.number().is_none());
                }
            }
        }
        assert!(hidden > 10, "the district has suppressed values: {hidden}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_the_sum_of_its_schools() {
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let db = &test.app.db;
        let all = register::list(db, &register::Scope::default(), 0, 1_000).await.unwrap().0;
        let urns: Vec<u32> = all.iter().map(|school| school.urn).collect();
        let totals = kpis::totals(db, &urns).await.unwrap();
        let rwm = totals.iter().find(|one| one.definition.code == "KS2_RWM_EXP").expect("a total");
        // Added up here from each school's own page.
        let (mut reached, mut pupils, mut schools) = (0.0, 0.0, 0);
        for &urn in &urns {
            for series in kpis::all_of(db, urn).await.unwrap() {
                if series.kpi != "KS2_RWM_EXP" || series.group != rwm.definition.group {
                    continue;
                }
                let Some(reading) = series.in_year(rwm.period) else { continue };
                if let (Some(value), Some(n)) = (reading.measure.number(), reading.measure.n()) {
                    reached += value / 100.0 * n;
                    pupils += n;
                    schools += 1;
                }
            }
        }
        assert_eq!((rwm.schools, rwm.measure.n()), (schools, Some(pupils)));
        let value = rwm.measure.number().unwrap();
        assert!((value - 100.0 * reached / pupils).abs() < 1e-9, "{value}");
        // A region is the sum of its authorities.
        let mut parts = (0.0, 0);
        let mut codes: Vec<u16> = all.iter().map(|school| school.authority).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            let within: Vec<u32> =
                all.iter().filter(|s| s.authority == code).map(|school| school.urn).collect();
            for part in kpis::totals(db, &within).await.unwrap() {
                if part.definition.code == "KS2_RWM_EXP" && part.period == rwm.period {
                    parts = (parts.0 + part.measure.n().unwrap(), parts.1 + part.schools);
                }
            }
        }
        assert_eq!(parts, (pupils, schools));
        assert!(kpis::totals(db, &urns[..1]).await.unwrap().is_empty());
    })
    .await;
}

//! Figures laid down a second time say what the first ones say.

use access::Permit;
use foundation::{Sql, terms::AcademicYear};
use register::{
    families,
    imports::{self, Options},
    kpis,
};
use sea_orm::FromQueryResult;
use sources::PupilGroup;

use crate::{district, settle, setup};

#[tokio::test(flavor = "multi_thread")]
async fn packed_figures_say_what_the_rows_say() {
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let db = &test.app.db;
        let all = register::list(db, &register::Scope::default(), 0, 1_000).await.unwrap().0;
        let urns: Vec<u32> = all.iter().map(|school| school.urn).collect();
        let packed = db.count("SELECT count(*) AS n FROM school_figures", []).await.unwrap();
        assert!(packed >= 70, "{packed}");
        let mut spreads = Vec::new();
        for &urn in &urns {
            if let Some(family) = families::family(db, urn).await.unwrap() {
                let members = family.urns();
                let spread = kpis::spread(db, &members).await.unwrap();
                spreads.push((members, spread));
            }
        }
        assert!(spreads.iter().any(|(_, spread)| spread.len() > 50));
        let totals = format!("{:?}", kpis::totals(db, &urns).await.unwrap());
        // Without them everything is read row by row.
        db.run("DELETE FROM school_figures WHERE urn % 2 = 0", []).await.unwrap();
        for pass in 0..2 {
            for (members, spread) in &spreads {
                assert_eq!(&kpis::spread(db, members).await.unwrap(), spread, "{pass}");
            }
            let mut read = kpis::totals(db, &urns).await.unwrap();
            read.retain(|total| total.definition.code == "KS2_RWM_EXP");
            assert!(totals.contains(&format!("{:?}", read[0].schools)));
            db.run("DELETE FROM school_figures", []).await.unwrap();
        }
    })
    .await;
}

/// The national files have no rows of totals: authority and England are their schools together.
#[tokio::test(flavor = "multi_thread")]
async fn without_published_totals_schools_are_added_up() {
    #[derive(FromQueryResult)]
    struct Sum {
        met: f64,
        n: f64,
        schools: i64,
    }
    let Some(data) = testkit::public_data() else { return };
    let files = [
        data.join("national/edubasealldata20220831.csv"),
        data.join("national/2017-2018/england_ks2final.csv"),
    ];
    testkit::both(&setup(), async |test| {
        let permit = Permit::system("test", test.app.clock.now());
        let report = imports::import_paths(&test.app, &permit, &files, Options::default(), |_| {})
            .await
            .expect("the import runs");
        assert_eq!(report.refused(), 0, "{report}");
        let db = &test.app.db;
        let definition = kpis::definition("KS2_RWM_EXP").unwrap();
        let least = definition.min_n.max(6.0);
        let year = AcademicYear(2018);
        for code in [202, 850] {
            let scope = register::Scope { authority: Some(code), ..register::Scope::default() };
            let schools = register::list(db, &scope, 0, 1_000).await.unwrap().0;
            let school = schools
                .into_iter()
                .find(|school| school.phase == register::Phase::Primary && school.is_open)
                .expect("a primary school");
            let found = kpis::comparators(db, &school).await.unwrap();
            for (place, reading) in [
                ("AND s.authority = ", found.authority(definition, PupilGroup::All, year)),
                ("AND 0 < ", found.national(definition, PupilGroup::All, year)),
            ] {
                let reading = reading.expect("a comparator");
                assert!(reading.source.is_added_up());
                // Counted by the database itself, from the rows of the file.
                let sum: Sum = db
                    .first(
                        &format!(
                            "SELECT sum(v.value) AS met, sum(v.n) AS n, count(*) AS schools
                             FROM kpi_value v JOIN school s ON s.urn = v.subject
                             WHERE v.kpi = {} AND v.pupils = 0 AND v.period = 2018 AND v.form = 1
                               AND v.n >= {least} AND s.phase = 'primary'
                               AND s.kind_group NOT LIKE '%ndependent%' {place} {}",
                            definition.number, school.authority
                        ),
                        [],
                    )
                    .await
                    .unwrap()
                    .unwrap();
                let value = reading.measure.number().unwrap();
                assert!((value - 100.0 * sum.met / sum.n).abs() < 1e-9, "{value} {}", sum.schools);
                assert_eq!(reading.measure.n(), Some(sum.n));
                assert!(reading.source.title.starts_with(&sum.schools.to_string()));
            }
        }
    })
    .await;
}

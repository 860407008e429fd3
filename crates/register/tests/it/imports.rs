//! Public files in, and out again.

use std::{collections::BTreeMap, path::PathBuf};

use access::Permit;
use foundation::Sql;
use register::{
    imports::{self, Options, Report},
    kpis, lineage,
};
use sea_orm::FromQueryResult;
use testkit::TestApp;

use crate::{setup, states::digests};

async fn import(test: &TestApp, paths: &[PathBuf]) -> Report {
    let permit = Permit::system("test", test.app.clock.now());
    imports::import_paths(&test.app, &permit, paths, Options::default(), |_| {})
        .await
        .expect("the import runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_national_folder_goes_in_twice_and_out_again() {
    let Some(data) = testkit::public_data() else { return };
    let national = data.join("national");
    testkit::both(&setup(), async |test| {
        let empty = digests(&test).await;
        let first = import(&test, std::slice::from_ref(&national)).await;
        assert_eq!(first.refused(), 0, "{first}");
        assert_eq!(first.files[0].kind, "register");
        // Counted in the files by other means: lines below the header.
        let rows: Vec<u64> = first.files.iter().map(|file| file.rows).collect();
        let lines: Vec<u64> = first.files.iter().map(|file| lines_of(&file.file)).collect();
        assert_eq!(rows, lines);
        assert_eq!(
            test.app.db.count("SELECT count(*) AS n FROM school", []).await.unwrap(),
            20_188
        );
        let full = digests(&test).await;

        let again = import(&test, std::slice::from_ref(&national)).await;
        assert!(again.files.iter().all(|file| file.unchanged), "{again}");
        assert_eq!(again.batch, None);
        assert_eq!(digests(&test).await, full, "a second run changes nothing");

        // Every value of one column against an independent reading of the file.
        check_column(&test, &national.join("2017-2018/england_ks2final.csv")).await;

        let permit = Permit::system("test", test.app.clock.now());
        imports::rollback(&test.app, &permit, first.batch.unwrap()).await.expect("undone");
        assert_eq!(digests(&test).await, empty, "undoing leads back to an empty register");
    })
    .await;
}

fn lines_of(path: &str) -> u64 {
    let bytes = std::fs::read(path).expect("the file");
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count();
    u64::try_from(lines - 1).unwrap()
}

/// Compares `PTRWM_EXP` of the schools' rows, read here by splitting commas, with what is stored.
async fn check_column(test: &TestApp, path: &std::path::Path) {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (kind, urn, value) = (at("RECTYPE"), at("URN"), at("PTRWM_EXP"));
    // Names with commas are quoted: take such cells out before splitting.
    let cells = |line: &str| {
        let mut quoted = false;
        let plain: String = line
            .chars()
            .filter(|c| {
                quoted ^= *c == '"';
                !(quoted && *c == ',')
            })
            .collect();
        plain.split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let mut expected: BTreeMap<u32, Option<f64>> = BTreeMap::new();
    for line in lines {
        let cells = cells(line);
        if matches!(cells[kind].as_str(), "1" | "2") {
            let number = cells[value].trim_end_matches('%').parse().ok();
            expected.insert(cells[urn].parse().unwrap(), number);
        }
    }
    #[derive(FromQueryResult)]
    struct Row {
        subject: i64,
        form: i64,
        value: Option<f64>,
        n: Option<f64>,
    }
    let rows: Vec<Row> = test
        .app
        .db
        .all(
            "SELECT subject, form, value, n FROM kpi_value
             WHERE kpi = $1 AND pupils = 0 AND period = 2018 AND subject < 10000000",
            [kpis::number_of("KS2_RWM_EXP").into()],
        )
        .await
        .unwrap();
    let stored: BTreeMap<u32, Option<f64>> = rows
        .into_iter()
        .map(|row| {
            let value = match row.form {
                1 => row.value.zip(row.n).map(|(met, of)| (100.0 * met / of).round()),
                0 => row.value,
                _ => None,
            };
            (u32::try_from(row.subject).unwrap(), value)
        })
        .collect();
    assert_eq!(stored.len(), expected.len());
    assert!(expected.len() > 14_000);
    assert_eq!(stored, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_converted_academy_has_one_history() {
    let Some(data) = testkit::public_data() else { return };
    let national = data.join("national");
    let paths = [
        national.join("edubasealldata20220831.csv"),
        national.join("links_edubasealldata20250922.csv"),
        national.join("2015-2016/england_ks2final.csv"),
        national.join("2016-2017/england_ks2final.csv"),
        national.join("2017-2018/england_ks2final.csv"),
    ];
    let test = TestApp::sqlite(&setup()).await;
    import(&test, &paths).await;
    #[derive(FromQueryResult)]
    struct Row {
        urn: i64,
    }
    // An academy whose figures begin under its predecessor's number and go on under its own.
    let rows: Vec<Row> = test
        .app
        .db
        .all(
            "SELECT l.urn FROM school_line l JOIN school s ON s.urn = l.urn
             WHERE l.step = 1
               AND EXISTS (SELECT 1 FROM kpi_value v WHERE v.subject = l.earlier AND v.period = 2016)
               AND EXISTS (SELECT 1 FROM kpi_value v WHERE v.subject = l.urn AND v.period = 2018)
               AND NOT EXISTS (SELECT 1 FROM kpi_value v WHERE v.subject = l.urn AND v.period = 2016)
             ORDER BY l.urn",
            [],
        )
        .await
        .unwrap();
    assert!(rows.len() > 200, "{}", rows.len());
    let urn = u32::try_from(rows[0].urn).unwrap();
    let line = lineage::line(&test.app.db, urn).await.unwrap();
    let readings =
        kpis::series(&test.app.db, kpis::Subject::School(urn), "KS2_RWM_EXP", "all").await.unwrap();
    let years: Vec<i16> = readings.iter().map(|reading| reading.period.0).collect();
    assert_eq!(years, [2016, 2017, 2018]);
    assert_eq!(readings[0].subject, kpis::Subject::School(line[0]));
    assert_eq!(readings[2].subject, kpis::Subject::School(urn));
    let family = register::families::family(&test.app.db, urn).await.unwrap();
    assert!(family.is_none_or(|family| !family.urns().contains(&line[0])));
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_a_later_register_brings_the_earlier_one_back() {
    testkit::both(&setup(), async |test| {
        let folder = test.folder();
        let header = "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,\
            TypeOfEstablishment (name),EstablishmentTypeGroup (name),EstablishmentStatus (name),\
            OpenDate,CloseDate,PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,\
            NumberOfPupils,Trusts (code),Trusts (name),Town,Postcode,GOR (name)\r\n";
        let school = |urn: u32, name: &str, trust: &str| {
            format!(
                "{urn},990,Northmere,2001,{name},Academy converter,Academies,Open,01-09-2012,,\
                 Primary,4,11,210,{trust},Kirkhaven,KH1 1AA,North East\r\n"
            )
        };
        let write = |name: &str, rows: &[String]| {
            let path = folder.join(name);
            std::fs::write(&path, format!("{header}{}", rows.concat())).unwrap();
            path
        };
        let first = write(
            "edubasealldata20250901.csv",
            &[school(990_001, "Oakfield", "9001,Tideway Trust"), school(990_002, "Elm", ",")],
        );
        let later = write(
            "edubasealldata20260901.csv",
            &[
                school(990_001, "Oakfield Academy", "9002,Harbour Trust"),
                school(990_003, "Ash", ","),
            ],
        );
        import(&test, &[first]).await;
        let before = digests(&test).await;
        let report = import(&test, &[later]).await;
        assert_eq!(report.refused(), 0, "{report}");
        let now = register::school(&test.app.db, 990_001).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.trust), ("Oakfield Academy", Some(9002)));
        let stays = register::orgs::trusts_of(&test.app.db, 990_001).await.unwrap();
        assert_eq!(stays.len(), 2, "{stays:?}");
        assert_eq!(stays[0].trust_name, "Tideway Trust");
        assert_eq!(stays[0].until, Some(jiff::civil::date(2025, 9, 1)));
        assert_eq!(stays[1].until, None);
        assert_eq!(register::open_schools(&test.app.db).await.unwrap(), 3);
        let permit = Permit::system("test", test.app.clock.now());
        imports::rollback(&test.app, &permit, report.batch.unwrap()).await.expect("undone");
        assert_eq!(digests(&test).await, before);
        let twice = imports::rollback(&test.app, &permit, report.batch.unwrap()).await;
        assert!(twice.unwrap_err().to_string().contains("undone already"));
    })
    .await;
}

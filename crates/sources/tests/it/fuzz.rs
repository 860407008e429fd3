//! No input panics, and the counts always add up.

use crate::{data, read_named};
use proptest::prelude::*;
use sources::{Record, Severity};

const HEADERS: [&str; 6] = [
    "RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP,PTRWM_HIGH,READPROG,READPROG_LOWER,READPROG_UPPER",
    "URN,LA (code),EstablishmentNumber,EstablishmentName,EstablishmentStatus (name),Postcode,OpenDate",
    "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate",
    "time_period,geographic_level,school_urn,old_la_code,attainment8_average,pupil_count",
    "Postcode,LSOA code,IDACI Rank,IDACI Score",
    "URN,Inspection start date,Overall effectiveness,Safeguarding is effective?",
];

/// Cells that files really hold, and some that they should not.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        (100_000u32..100_030).prop_map(|urn| urn.to_string()),
        (0u32..2000).prop_map(|n| n.to_string()),
        (-50.0f64..150.0).prop_map(|n| format!("{n:.1}%")),
        prop::sample::select(vec![
            "",
            " ",
            "SUPP",
            "NE",
            "c",
            "z",
            "NEW",
            "NAT",
            "1",
            "3",
            "4",
            "School",
            "National",
            "202324",
            "01-09-2012",
            "Open",
            "EC3A 5DE",
            "\"quo\"\"ted, cell\"",
            "\"open",
            "É\u{2019}",
            "NaN",
            "inf",
            "9",
            "Yes",
            "E12000008",
            "Predecessor",
            "=1+1",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ]
}

fn sum_up(bytes: &[u8], name: &str) -> Result<(), TestCaseError> {
    let (all, result) = read_named(bytes, name);
    let counts = match &result {
        Ok(report) => report.counts,
        Err(refusal) => refusal.counts,
    };
    if result.is_ok() {
        prop_assert_eq!(counts.rows, counts.accepted + counts.rejected);
        prop_assert_eq!(counts.records, all.records.len() as u64);
        let of = |severity| {
            all.problems.iter().filter(|problem| problem.severity == severity).count() as u64
        };
        prop_assert_eq!(counts.rejected, of(Severity::Row));
        prop_assert_eq!(counts.problems, all.problems.len() as u64);
        prop_assert_eq!(of(Severity::File), 0);
        let missing = all
            .records
            .iter()
            .map(|(_, record)| match record {
                Record::Kpi(kpi) => u64::from(kpi.measure.missing().is_some()),
                Record::Inspection(one) => {
                    one.grades.iter().filter(|(_, grade)| !grade.is_judged()).count() as u64
                }
                _ => 0,
            })
            .sum::<u64>();
        prop_assert_eq!(counts.missing_values, missing);
    } else {
        prop_assert!(counts.accepted + counts.rejected <= counts.rows);
    }
    for problem in &all.problems {
        prop_assert!(!problem.what.is_empty() && !problem.remedy.is_empty());
        prop_assert!(problem.value.as_ref().is_none_or(|v| v.chars().count() <= 61));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        sum_up(&bytes, "2017-2018/any.csv")?;
    }

    #[test]
    fn any_bytes_below_a_known_header(
        header in prop::sample::select(HEADERS.to_vec()),
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut file = header.as_bytes().to_vec();
        file.extend_from_slice(b"\r\n");
        file.extend(bytes);
        sum_up(&file, "2017-2018/any.csv")?;
    }

    #[test]
    fn believable_rows(
        header in prop::sample::select(HEADERS.to_vec()),
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 0..12), 1..60),
        ending in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let mut file = header.to_owned();
        for row in rows {
            file.push_str(ending);
            file.push_str(&row.join(","));
        }
        sum_up(file.as_bytes(), "2017-2018/any.csv")?;
    }

    #[test]
    fn any_bytes_that_claim_to_be_a_workbook(
        bytes in proptest::collection::vec(any::<u8>(), 0..400)
    ) {
        let mut file = b"PK\x03\x04".to_vec();
        file.extend(bytes);
        sum_up(&file, "any.xlsx")?;
    }
}

#[test]
fn real_files_with_a_byte_changed_or_cut_off() {
    let Some(bytes) = data::file("layouts/815_2019_ks4provisional.csv") else { return };
    let mut book = None;
    if let Some(bytes) = data::file("layouts/ofsted_mi_20220228_single_academies.xlsx") {
        book = Some(bytes);
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = (any::<prop::sample::Index>(), any::<u8>(), any::<bool>());
    runner
        .run(&strategy, |(at, byte, cut)| {
            let mut changed = bytes.clone();
            let at = at.index(changed.len());
            changed[at] = byte;
            if cut {
                changed.truncate(at);
            }
            sum_up(&changed, "815_2019_ks4provisional.csv")
        })
        .unwrap();
    let Some(book) = book else { return };
    let config = ProptestConfig { cases: 24, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    runner
        .run(&strategy, |(at, byte, cut)| {
            let mut changed = book.clone();
            let at = at.index(changed.len());
            changed[at] = byte;
            if cut {
                changed.truncate(at);
            }
            sum_up(&changed, "ofsted.xlsx")
        })
        .unwrap();
}

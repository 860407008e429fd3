//! The public files: repeatable, in range, in the true layouts, and adding up.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use district::{DEMO_SEED, District, Options, YEARS};
use proptest::prelude::*;

use crate::{demo, number, rows};

fn small(seed: u64, schools: usize) -> District {
    District::generate(seed, Options { schools, ..Options::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn the_same_seed_gives_the_same_bytes(seed in any::<u64>(), schools in 24_usize..60) {
        prop_assert_eq!(small(seed, schools).files(), small(seed, schools).files());
    }

    #[test]
    fn another_seed_gives_another_district(seed in 0..u64::MAX) {
        prop_assert_ne!(small(seed, 40).files(), small(seed + 1, 40).files());
    }

    #[test]
    fn published_values_stay_in_range(seed in any::<u64>()) {
        for (name, bytes) in small(seed, 60).files() {
            for row in rows(&bytes) {
                for (column, cell) in &row {
                    let Some(value) = number(cell) else { continue };
                    let range = match column.as_str() {
                        c if c.starts_with("PT") || c.starts_with("PPERS") => 0.0..=100.0,
                        "PERCTOT" | "PNUMEAL" | "PNUMFSMEVER" | "PSENELK" => 0.0..=100.0,
                        c if c.starts_with("ATT8SCR") => 0.0..=90.0,
                        c if c.ends_with("_AVERAGE") => 80.0..=120.0,
                        c if c.starts_with("P8MEA") && c != "P8MEACOV" => -5.0..=5.0,
                        "IDACI Score" => 0.0..=1.0,
                        "Easting" => 580_000.0..=640_000.0,
                        "Northing" => 425_000.0..=485_000.0,
                        _ => continue,
                    };
                    prop_assert!(range.contains(&value), "{name} {column} {value}");
                }
            }
        }
    }

    #[test]
    fn totals_equal_the_sums_of_the_schools(seed in any::<u64>()) {
        let district = small(seed, 80);
        let files: HashMap<String, Vec<u8>> = district.files().into_iter().collect();
        for year in YEARS {
            let ks2 = rows(&files[&format!("{}/england_ks2final.csv", year.folder())]);
            let total = |kind: &str, column: &str, authority: Option<&str>| -> f64 {
                ks2.iter()
                    .filter(|r| r["RECTYPE"] == kind)
                    .filter(|r| authority.is_none_or(|a| r["LEA"] == a))
                    .filter(|r| r["NFTYPE"] != "IND")
                    .filter_map(|r| number(&r[column]))
                    .sum()
            };
            for column in ["TELIG", "BELIG", "TFSM6CLA1A", "TEALGRP2"] {
                let schools = total("1", column, None) + total("2", column, None);
                prop_assert_eq!(schools, total("4", column, None), "{} {}", year, column);
                prop_assert_eq!(schools, total("3", column, None), "{} {}", year, column);
                for authority in ["990", "991"] {
                    let schools = total("1", column, Some(authority)) + total("2", column, Some(authority));
                    prop_assert_eq!(schools, total("3", column, Some(authority)));
                }
            }
            // The percentage of the whole is that of the pooled pupils, not a mean of means.
            let results = district.results(year);
            let state: HashSet<u32> = district.schools.iter()
                .filter(|s| s.kind != district::Kind::Independent).map(|s| s.urn).collect();
            let (met, of) = results.ks2.iter().filter(|(u, _)| state.contains(u))
                .fold((0, 0), |(m, n), (_, t)| (m + t.rwm, n + t.pupils));
            let printed = ks2.iter().find(|r| r["RECTYPE"] == "5").unwrap();
            let expected = (100.0 * f64::from(met) / f64::from(of)).round();
            prop_assert_eq!(number(&printed["PTRWM_EXP"]), Some(expected));
            let census = rows(&files[&format!("{}/england_census.csv", year.folder())]);
            let code = if year.has_lower_case_marks() { "Estab" } else { "ESTAB" };
            let primaries: f64 = census.iter()
                .filter(|r| r["URN"] != "NAT" && r["SCHOOLTYPE"] == "State-funded primary")
                .filter_map(|r| number(&r["NOR"])).sum();
            let printed = census.iter().find(|r| r["URN"] == "NAT" && r[code] == "PRI").unwrap();
            prop_assert_eq!(number(&printed["NOR"]), Some(primaries));
        }
    }
}

#[test]
fn the_files_of_the_demonstration_have_not_changed_by_accident() {
    // FNV-1a over names and bytes. It changes whenever the generator is meant to change; then
    // the number printed here is the new one, and the change belongs in the changelog.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (name, bytes) in demo().files() {
        for byte in name.bytes().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    assert_eq!(hash, include_str!("demo.hash").trim().parse::<u64>().unwrap(), "new hash: {hash}");
}

#[test]
fn every_reason_for_a_missing_value_occurs() {
    let mut seen = HashSet::new();
    for (name, bytes) in demo().files() {
        if name.contains("/england_") {
            seen.extend(rows(&bytes).into_iter().flat_map(HashMap::into_values));
        }
    }
    for mark in
        ["SUPP", "NE", "NP", "NA", "LOWCOV", "NEW", "SP", "NR", "RE", "z", "x", "c", "u", "low", ""]
    {
        assert!(seen.contains(mark), "{mark} occurs nowhere");
    }
}

#[test]
fn a_small_school_is_hidden_and_never_zero() {
    let district = demo();
    let mut hidden = 0;
    for year in YEARS {
        let results = district.results(year);
        let files: HashMap<String, Vec<u8>> = district.files().into_iter().collect();
        let ks2 = rows(&files[&format!("{}/england_ks2final.csv", year.folder())]);
        for (urn, tally) in results.ks2.iter().filter(|(_, t)| (1..=5).contains(&t.pupils)) {
            let row = ks2.iter().find(|r| r["URN"] == urn.to_string()).unwrap();
            assert_eq!(number(&row["PTRWM_EXP"]), None, "{urn} {tally:?}");
            hidden += 1;
        }
    }
    assert!(hidden > 0, "the district has small cohorts");
}

#[test]
fn registers_are_cp1252_with_crlf_and_real_dates() {
    let district = demo();
    let register = &district.register_files()[0];
    assert_eq!(register.0, "edubasealldata20261109.csv");
    assert!(register.1.contains(&0x92), "a curly apostrophe of code page 1252");
    assert!(std::str::from_utf8(&register.1).is_err(), "not UTF-8");
    assert!(register.1.windows(2).any(|w| w == b"\r\n"));
    for row in rows(&register.1) {
        for column in ["OpenDate", "CloseDate", "LastChangedDate"] {
            let cell = &row[column];
            assert!(cell.is_empty() || (cell.len() == 10 && &cell[2..3] == "-"), "{cell}");
        }
    }
}

#[test]
fn links_are_mirrored_and_lead_to_entries() {
    let district = demo();
    let files = district.register_files();
    let links = rows(&files[1].1);
    let pairs: HashSet<(String, String)> =
        links.iter().map(|r| (r["URN"].clone(), r["LinkURN"].clone())).collect();
    for (a, b) in &pairs {
        assert!(pairs.contains(&(b.clone(), a.clone())), "{a} {b}");
        assert!(district.school(a.parse().unwrap()).is_some());
    }
    let kinds: HashSet<&str> = links.iter().map(|r| r["LinkType"].as_str()).collect();
    for kind in ["Predecessor", "Successor", "Predecessor - amalgamated"] {
        assert!(kinds.contains(kind), "{kind}");
    }
    assert!(district.schools.iter().any(|s| s.previous_trust.is_some()), "a school changed trust");
}

#[test]
fn urns_are_unique_and_nobody_s() {
    for schools in [300, 20_000] {
        let district = District::generate(DEMO_SEED, Options { schools, ..Options::default() });
        let urns: HashSet<u32> = district.schools.iter().map(|s| s.urn).collect();
        assert_eq!(urns.len(), district.schools.len());
        assert!(urns.iter().all(|u| (960_000..1_000_000).contains(u)));
        let open = district.schools.iter().filter(|s| s.status != district::Status::Closed).count();
        assert_eq!(open, schools);
    }
}

/// The folder with the public data, if this machine has it.
pub(crate) fn public_data() -> Option<PathBuf> {
    let found = std::env::var_os("ALONGSIDE_DATA").map(PathBuf::from).or_else(|| {
        let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        beside.is_dir().then_some(beside)
    });
    assert!(
        found.is_some() || std::env::var_os("ALONGSIDE_REQUIRE_DATA").is_none(),
        "public data is required and was not found"
    );
    found
}

#[test]
fn headers_are_those_of_the_real_files() {
    let Some(data) = public_data() else {
        eprintln!("skipped: public data not found");
        return;
    };
    let header = |path: &str| -> Vec<String> {
        let bytes = fs::read(data.join(path)).unwrap();
        let line = bytes.split(|b| *b == b'\n').next().unwrap();
        String::from_utf8_lossy(line)
            .trim_start_matches('\u{feff}')
            .trim_end()
            .split(',')
            .map(|c| c.trim_matches('"').to_owned())
            .collect()
    };
    let district = demo();
    let files = district.files();
    let ours = |name: &str| -> Vec<String> {
        let (_, bytes) = files.iter().find(|(n, _)| n == name).unwrap();
        let line = bytes.split(|b| *b == b'\n').next().unwrap();
        String::from_utf8_lossy(line)
            .trim_start_matches('\u{feff}')
            .trim_end()
            .split(',')
            .map(|c| c.trim_matches('"').to_owned())
            .collect()
    };
    assert_eq!(
        ours("edubasealldata20261109.csv"),
        header("layouts/edubasealldata2024_layout_fake_values.csv")
    );
    assert_eq!(
        ours("links_edubasealldata20261109.csv"),
        header("national/links_edubasealldata20250922.csv")
    );
    assert_eq!(
        ours("2018-2019/england_census.csv"),
        header("national/2018-2019/england_census.csv")
    );
    assert_eq!(
        ours("2022-2023/england_census.csv"),
        header("national/2022-2023/england_census.csv")
    );
    assert_eq!(ours("2022-2023/england_abs.csv"), header("national/2022-2023/england_abs.csv"));
    assert_eq!(ours("idaci_by_postcode_2019.csv"), header("national/idaci_by_postcode_2019.csv"));
    // The results files carry a part of the official columns, in the official order.
    for (name, real) in [
        ("2018-2019/england_ks2final.csv", "layouts/2018-2019_850_ks2final.csv"),
        ("2018-2019/england_ks4final.csv", "layouts/2017-2018_850_ks4final.csv"),
    ] {
        let real = header(real);
        let places: Vec<usize> = ours(name)
            .iter()
            .map(|c| {
                real.iter()
                    .position(|r| r == c)
                    .unwrap_or_else(|| panic!("{c} is no official column"))
            })
            .collect();
        assert!(places.is_sorted(), "{name}: columns out of order");
    }
}

//! Every public file, counted here and by a script that shares nothing with this crate
//! (`bench/import/independent_count.py`, whose answers are kept in `expected.json`).

use crate::{data, read_named};
use serde_json::Value;
use sources::{Encoding, ProblemCode, Provenance, ReleaseStatus, Severity};
use std::collections::BTreeMap;

fn expected() -> BTreeMap<String, Value> {
    let text = include_str!("../../../../bench/import/expected.json");
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_public_file_counts_as_the_independent_script_counts_it() {
    let Some(folder) = data::folder() else { return };
    let mut wrong = Vec::new();
    for (file, wanted) in expected() {
        let bytes = std::fs::read(folder.join(&file)).unwrap();
        let (all, result) = read_named(&bytes, &file);
        if wanted["refused"] == true {
            if result.is_ok() {
                wrong.push(format!("{file}: read, though it holds nothing to import"));
            }
            continue;
        }
        let counts = match result {
            Ok(report) => report.counts,
            Err(refusal) => {
                wrong.push(format!("{file}: refused: {refusal}"));
                continue;
            }
        };
        for (name, found) in [
            ("rows", counts.rows),
            ("accepted", counts.accepted),
            ("rejected", counts.rejected),
            ("records", counts.records),
            ("missing_values", counts.missing_values),
        ] {
            if wanted[name].as_u64() != Some(found) {
                wrong.push(format!("{file}: {name} {found}, by the script {}", wanted[name]));
            }
        }
        if counts.records != all.records.len() as u64 {
            wrong.push(format!("{file}: says {} records", counts.records));
        }
        if counts.problems != all.problems.len() as u64 {
            wrong.push(format!("{file}: says {} problems", counts.problems));
        }
        if all.problems.iter().any(|problem| problem.severity != Severity::Note) {
            wrong.push(format!("{file}: {}", all.problems[0]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_of_the_folder_is_left_uncounted() {
    let Some(folder) = data::folder() else { return };
    let expected = expected();
    for part in ["national", "layouts"] {
        let mut folders = vec![folder.join(part)];
        while let Some(next) = folders.pop() {
            for entry in next.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let name = entry.strip_prefix(&folder).unwrap().to_str().unwrap();
                assert!(expected.contains_key(name), "{name} has no independent count");
            }
        }
    }
}

#[test]
fn what_each_layout_is_recognised_as_and_how() {
    let Some(folder) = data::folder() else { return };
    for (file, kind, encoding, period, release) in [
        ("national/edubasealldata20220831.csv", "register", Encoding::Windows1252, None, None),
        ("national/links_edubasealldata20250922.csv", "links", Encoding::Windows1252, None, None),
        (
            "national/2015-2016/england_ks2final.csv",
            "ks2",
            Encoding::Utf8Bom,
            Some(("2015/16", Provenance::Folder)),
            Some(ReleaseStatus::Final),
        ),
        (
            "layouts/2016-2017_850_ks4final.csv",
            "ks4",
            Encoding::Utf8Bom,
            Some(("2016/17", Provenance::Content)),
            Some(ReleaseStatus::Final),
        ),
        (
            "layouts/815_2018_ks4final.csv",
            "ks4",
            Encoding::Utf8Bom,
            Some(("2017/18", Provenance::Content)),
            Some(ReleaseStatus::Final),
        ),
        (
            "layouts/815_2019_ks4provisional.csv",
            "ks4",
            Encoding::Utf8Bom,
            Some(("2018/19", Provenance::FileName)),
            Some(ReleaseStatus::Provisional),
        ),
        (
            "layouts/attendance_EES_ytd_data.csv",
            "attendance",
            Encoding::Ascii,
            None,
            Some(ReleaseStatus::YearToDate),
        ),
        (
            "layouts/ofsted_mi_20220228_single_academies.xlsx",
            "inspections",
            Encoding::Workbook,
            None,
            None,
        ),
        ("layouts/gias_search_results_20220420.csv", "register", Encoding::Ascii, None, None),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let report = read_named(&bytes, file).1.unwrap();
        let found = report.recognised;
        assert_eq!(found.kind, kind, "{file}");
        assert_eq!(found.encoding, encoding, "{file}");
        let period_found = found.period.map(|(year, from)| (year.to_string(), from));
        assert_eq!(period_found, period.map(|(year, from)| (year.to_owned(), from)), "{file}");
        assert_eq!(found.release.0, release.unwrap_or(ReleaseStatus::NotStated), "{file}");
        assert_eq!(report.sample.len(), 20, "{file}");
    }
}

#[test]
fn the_content_decides_and_not_the_name() {
    let Some(bytes) = data::file("national/links_edubasealldata20250922.csv") else { return };
    let report = read_named(&bytes, "england_ks2final.csv").1.unwrap();
    assert_eq!(report.recognised.kind, "links");
    // The columns for earlier years say 2016/17 against the name.
    let Some(bytes) = data::file("layouts/2016-2017_850_ks4final.csv") else { return };
    let (all, result) = read_named(&bytes, "2021-2022/ks4.csv");
    assert_eq!(result.unwrap().periods[0].to_string(), "2016/17");
    assert!(all.problems.iter().any(|problem| problem.what.contains("2021/22")));
}

#[test]
fn files_that_are_not_imported_are_refused_for_their_own_reason() {
    let Some(folder) = data::folder() else { return };
    for (file, words) in [
        ("layouts/2017-2018_ks2_meta.csv", "describes columns"),
        ("layouts/2017-2018_ks4_final_meta.csv", "describes columns"),
        ("layouts/815_2018_cfr.csv", "spending per pupil"),
        ("layouts/sap_datamap.csv", "describes fields"),
        ("layouts/ees_202324_data_guidance.txt", "guidance"),
        ("layouts/sap_EstablishmentPerformance_202512_sample.json", "Current and Previous"),
        ("layouts/sap_PrimaryEstablishmentPerformance_202605_sample.json", "writes 0"),
        ("geo/CTYUA_MAY_2023_UK_BUC.geojson", "a map"),
        ("reference/similar-schools/sap_SimilarSchoolsSecondaryGroupsRow_202602.json", "similar"),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let problem = crate::refused(&bytes, file);
        assert_eq!(problem.code, ProblemCode::NotImported, "{file}");
        assert!(problem.what.contains(words), "{file}: {}", problem.what);
    }
    let Some(bytes) = data::file("reference/statistics/mlmRev_Exam.csv") else { return };
    let problem = crate::refused(&bytes, "mlmRev_Exam.csv");
    assert_eq!(problem.code, ProblemCode::UnknownLayout);
    assert!(problem.remedy.contains("Looked for"), "{problem}");
}

//! Mappings are data: the built-in pack is sound, and a caller may replace a part of it.

use crate::read_named;
use sources::{Collected, FileHint, Pack, PupilGroup, read};
use std::io::Cursor;

#[test]
fn the_built_in_pack_is_sound() {
    let pack = Pack::england();
    assert_eq!((pack.id(), pack.version()), ("england-2025", 1));
    for code in [
        "KS2_RWM_EXP",
        "KS2_RWM_DIS",
        "KS2_RWM_GAP",
        "KS2_RWM_HIGH",
        "KS2_RWM_3YR",
        "KS2_READ_SS",
        "KS2_MAT_SS",
        "KS2_EXP_EAL",
        "PHONICS_Y1",
        "GLD",
        "KS4_A8",
        "KS4_A8_DIS",
        "KS4_A8_GAP",
        "KS4_EM5",
        "KS4_EM4",
        "KS4_EM5_DIS",
        "KS4_P8",
        "KS4_DEST",
        "KS5_VA",
        "KS5_APS",
        "ATT_ABS",
        "ATT_PA",
        "ATT_SA",
        "ATT_UNAUTH",
        "BEH_SUSP",
        "BEH_SUSP1",
        "BEH_PEX",
        "SEN_SUP",
        "SEN_EHC",
        "SEN_ABS",
        "CTX_FSM6",
        "CTX_EAL",
        "CTX_ROLL",
        "WF_RET",
        "WF_SICK",
        "WF_PTR",
        "WF_VAC",
        "WF_LEAD",
        "WB_STAFF",
        "WB_PUPIL",
        "WB_PARENT",
        "FIN_RES",
        "FIN_BAL",
        "PRA_TEACH",
        "SYS_GIVE",
        "SYS_RECV",
        "SYS_BOTH",
        "SYS_ADOPT",
        "SYS_REACH",
        "SYS_PACE",
        "SYS_DELIV",
        "SYS_SPREAD",
    ] {
        let id = pack.kpi_id(code).unwrap_or_else(|| panic!("{code} is not in the catalogue"));
        assert_eq!(pack.kpi(id).code, code);
    }
    let dis = pack.kpi(pack.kpi_id("KS2_RWM_DIS").unwrap());
    assert_eq!((dis.group, dis.base.as_deref()), (PupilGroup::Disadvantaged, Some("KS2_RWM_EXP")));
    let p8 = pack.kpi(pack.kpi_id("KS4_P8").unwrap());
    assert!(p8.breaks.iter().any(|b| b.from.to_string() == "2017/18"));
    for (place, kpi) in pack.kpis().iter().enumerate() {
        assert_eq!(usize::from(kpi.id.index()), place);
        assert!(!kpi.name.is_empty() && kpi.name.len() < 110, "{}", kpi.code);
    }
}

const MAPPING: &str = r#"
[mapping]
id = "scotland-attendance"
version = 3
kind = "attendance"
family = "indicators"
title = "Attendance of invented schools"
source = "Somebody"
licence = "Open Government Licence v3.0"
found_at = "elsewhere"

[mapping.recognise]
all = ["SeedCode", "Attendance rate"]

[columns]
urn = ["SeedCode"]

[totals]
national = ["NAT"]
authority = ["LA"]
scope = "state-funded"

[totals.phase]
PRI = "primary"

[[measure]]
kpi = "ATT_ABS"
value = ["Absence rate", "Attendance rate"]
"#;

#[test]
fn a_mapping_can_be_added_and_replaced() {
    let file = b"SeedCode,Attendance rate\r\n510002,5.4\r\n";
    let name = "2021-22/x.csv";
    assert!(read_named(file, name).1.is_err());
    let mut pack = Pack::england().clone();
    pack.add_mapping("mine.toml", MAPPING).unwrap();
    let mut all = Collected::default();
    let report = read(Cursor::new(file), &FileHint::named(name), &pack, &mut all).unwrap();
    assert_eq!(report.recognised.mapping, "scotland-attendance");
    assert_eq!((report.recognised.mapping_version, report.counts.accepted), (3, 1));
    // The same id again replaces it: now the column has another name.
    pack.add_mapping("mine.toml", &MAPPING.replace("Attendance rate", "Presence")).unwrap();
    assert!(read(Cursor::new(file), &FileHint::named(name), &pack, &mut all).is_err());
}

#[test]
fn what_is_wrong_with_a_pack_is_said_with_its_file() {
    let mut pack = Pack::england().clone();
    for (from, to, words) in [
        ("kpi = \"ATT_ABS\"", "kpi = \"ATT_XYZ\"", "no indicator ATT_XYZ"),
        ("family = \"indicators\"", "family = \"weather\"", "weather"),
        ("PRI = \"primary\"", "PRI = \"first\"", "no phase"),
        ("scope = \"state-funded\"", "scope = \"some\"", "no scope"),
        ("version = 3", "version = 3\ncolour = 1", "colour"),
        ("value = [", "valeu = [", "valeu"),
    ] {
        let error = pack.add_mapping("mine.toml", &MAPPING.replace(from, to)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("mine.toml") && text.contains(words), "{text}");
    }
    assert!(Pack::parse("[pack]\nid = 'x'\nversion = 1\nkpi = 3", &[]).is_err());
}

//! `england_ks4final`: key stage 4 by school, with rows for authorities and the whole.

use super::sheet::{Encoding, Sheet};
use super::{Gap, decimal, percent};
use crate::results::{KS4_PROGRESS_SD, Ks4};
use crate::school::{Kind, Phase, School, Status};
use crate::{AcademicYear, District, Results};

const HEADER: [&str; 57] = [
    "RECTYPE",
    "LEA",
    "ESTAB",
    "URN",
    "SCHNAME",
    "TOWN",
    "PCODE",
    "ICLOSE",
    "NFTYPE",
    "AGERANGE",
    "TOTPUPS",
    "TPUP",
    "BPUP",
    "PBPUP",
    "GPUP",
    "PGPUP",
    "TFSM6CLA1A",
    "PTFSM6CLA1A",
    "TNOTFSM6CLA1A",
    "PTNOTFSM6CLA1A",
    "ATT8SCR",
    "P8PUP",
    "P8MEACOV",
    "P8MEA",
    "P8CILOW",
    "P8CIUPP",
    "PTL2BASICS_94",
    "PTL2BASICS_95",
    "EBACCAPS",
    "TEBACC_E_PTQ_EE",
    "PTEBACC_E_PTQ_EE",
    "PTEBACC_95",
    "ATT8SCR_FSM6CLA1A",
    "P8PUP_FSM6CLA1A",
    "P8MEA_FSM6CLA1A",
    "P8CILOW_FSM6CLA1A",
    "P8CIUPP_FSM6CLA1A",
    "ATT8SCR_NFSM6CLA1A",
    "P8PUP_NFSM6CLA1A",
    "P8MEA_NFSM6CLA1A",
    "P8CILOW_NFSM6CLA1A",
    "P8CIUPP_NFSM6CLA1A",
    "DIFFN_ATT8",
    "DIFFN_P8MEA",
    "ATT8SCR_GIRLS",
    "P8PUP_GIRLS",
    "P8MEA_GIRLS",
    "P8CILOW_GIRLS",
    "P8CIUPP_GIRLS",
    "ATT8SCR_BOYS",
    "P8PUP_BOYS",
    "P8MEA_BOYS",
    "P8CILOW_BOYS",
    "P8CIUPP_BOYS",
    "PTFSM6CLA1ABASICS_95",
    "PTNOTFSM6CLA1ABASICS_95",
    "P8_BANDING",
];

pub(crate) fn file(district: &District, results: &Results) -> Vec<u8> {
    let year = results.year;
    let mut sheet = Sheet::new(&HEADER, Encoding::Utf8Marked, "\r\n");
    let mut authorities = vec![Ks4::default(); district.authorities.len()];
    let (mut all, mut state) = (Ks4::default(), Ks4::default());
    for (school, tally) in schools(district, results) {
        all += *tally;
        if school.kind != Kind::Independent {
            authorities[school.authority] += *tally;
            state += *tally;
        }
    }
    for (school, tally) in schools(district, results) {
        let authority = &district.authorities[school.authority];
        let (low, high) = school.phase.ages(school.sixth_form);
        sheet
            .set("RECTYPE", if school.phase == Phase::Special { "2" } else { "1" })
            .set("LEA", authority.code.to_string())
            .set("ESTAB", school.establishment.to_string())
            .set("URN", school.urn.to_string())
            .set("SCHNAME", school.name.clone())
            .set("TOWN", district.towns[school.town].name.clone())
            .set("PCODE", school.postcode.clone())
            .set("ICLOSE", if school.status == Status::Closed { "1" } else { "0" })
            .set("NFTYPE", school.kind.table_code())
            .set("AGERANGE", format!("{low}-{high}"))
            .set("TOTPUPS", school.roll.to_string());
        numbers(&mut sheet, tally, &state, year, school.kind == Kind::Independent);
        if year.has_progress_8() && school.kind != Kind::Independent && tally.measured > 5 {
            sheet.set("P8_BANDING", banding(tally));
        }
        sheet.end_row();
    }
    for (index, authority) in district.authorities.iter().enumerate() {
        sheet.set("RECTYPE", "4").set("LEA", authority.code.to_string());
        numbers(&mut sheet, &authorities[index], &state, year, false);
        sheet.end_row();
    }
    for (kind, tally) in [("5", &all), ("7", &state)] {
        sheet.set("RECTYPE", kind);
        numbers(&mut sheet, tally, &state, year, false);
        sheet.end_row();
    }
    sheet.finish()
}

fn schools<'a>(
    district: &'a District,
    results: &'a Results,
) -> impl Iterator<Item = (&'a School, &'a Ks4)> {
    let mut entries = district.schools.iter();
    results
        .ks4
        .iter()
        .filter_map(move |(urn, tally)| entries.find(|s| s.urn == *urn).map(|s| (s, tally)))
}

/// One group's columns: pupils, attainment, progress.
struct Group {
    suffix: &'static str,
    pupils: u32,
    attainment: f64,
    measured: u32,
    progress: f64,
}

fn numbers(sheet: &mut Sheet, t: &Ks4, state: &Ks4, year: AcademicYear, independent: bool) {
    let p = |part, whole| percent(part, whole, year);
    let others = t.pupils - t.disadvantaged;
    let boys = t.pupils - t.girls;
    sheet
        .set("TPUP", t.pupils.to_string())
        .set("BPUP", boys.to_string())
        .set("PBPUP", p(boys, t.pupils))
        .set("GPUP", t.girls.to_string())
        .set("PGPUP", p(t.girls, t.pupils))
        .set("PTL2BASICS_94", p(t.basics_4, t.pupils))
        .set("PTL2BASICS_95", p(t.basics_5, t.pupils))
        .set("TEBACC_E_PTQ_EE", t.ebacc_entered.to_string())
        .set("PTEBACC_E_PTQ_EE", p(t.ebacc_entered, t.pupils))
        .set("PTEBACC_95", p(t.ebacc_5, t.pupils))
        .set("EBACCAPS", mean(t.ebacc_points, t.pupils, 2, year));
    let groups = [
        Group {
            suffix: "",
            pupils: t.pupils,
            attainment: t.attainment,
            measured: t.measured,
            progress: t.progress,
        },
        Group {
            suffix: "_FSM6CLA1A",
            pupils: t.disadvantaged,
            attainment: t.attainment_disadvantaged,
            measured: t.measured_disadvantaged,
            progress: t.progress_disadvantaged,
        },
        Group {
            suffix: "_NFSM6CLA1A",
            pupils: others,
            attainment: t.attainment - t.attainment_disadvantaged,
            measured: t.measured - t.measured_disadvantaged,
            progress: t.progress - t.progress_disadvantaged,
        },
        Group {
            suffix: "_GIRLS",
            pupils: t.girls,
            attainment: t.attainment_girls,
            measured: t.measured_girls,
            progress: t.progress_girls,
        },
        Group {
            suffix: "_BOYS",
            pupils: boys,
            attainment: t.attainment - t.attainment_girls,
            measured: t.measured - t.measured_girls,
            progress: t.progress - t.progress_girls,
        },
    ];
    for group in &groups {
        let by_intake = group.suffix.contains("FSM6");
        if independent && by_intake {
            // Independent schools do not say who is disadvantaged.
            sheet.set(&format!("ATT8SCR{}", group.suffix), Gap::NotPublished.mark(year));
        } else {
            let text = mean(group.attainment, group.pupils, 1, year);
            sheet.set(&format!("ATT8SCR{}", group.suffix), text);
        }
        progress(sheet, group, year, independent);
    }
    if independent {
        for column in ["PTFSM6CLA1ABASICS_95", "PTNOTFSM6CLA1ABASICS_95", "DIFFN_ATT8"] {
            sheet.set(column, Gap::NotPublished.mark(year));
        }
        return;
    }
    sheet
        .set("TFSM6CLA1A", t.disadvantaged.to_string())
        .set("PTFSM6CLA1A", p(t.disadvantaged, t.pupils))
        .set("TNOTFSM6CLA1A", others.to_string())
        .set("PTNOTFSM6CLA1A", p(others, t.pupils))
        .set("PTFSM6CLA1ABASICS_95", p(t.basics_5_disadvantaged, t.disadvantaged))
        .set("PTNOTFSM6CLA1ABASICS_95", p(t.basics_5 - t.basics_5_disadvantaged, others));
    let nation = (state.attainment - state.attainment_disadvantaged)
        / f64::from((state.pupils - state.disadvantaged).max(1));
    let gap = match t.disadvantaged {
        0 => Gap::NobodyEntered.mark(year).to_owned(),
        1..=5 => Gap::Small.mark(year).to_owned(),
        n => decimal(t.attainment_disadvantaged / f64::from(n) - nation, 1),
    };
    sheet.set("DIFFN_ATT8", gap);
    if !year.has_progress_8() {
        sheet.set("DIFFN_P8MEA", Gap::NotAvailable.mark(year));
    } else if t.measured_disadvantaged > 5 {
        let nation = (state.progress - state.progress_disadvantaged)
            / f64::from((state.measured - state.measured_disadvantaged).max(1));
        let own = t.progress_disadvantaged / f64::from(t.measured_disadvantaged);
        sheet.set("DIFFN_P8MEA", decimal(own - nation, 2));
    } else {
        sheet.set("DIFFN_P8MEA", Gap::Small.mark(year));
    }
}

fn mean(sum: f64, n: u32, places: usize, year: AcademicYear) -> String {
    match n {
        0 => Gap::NobodyEntered.mark(year).to_owned(),
        1..=5 => Gap::Small.mark(year).to_owned(),
        _ => decimal(sum / f64::from(n), places),
    }
}

fn progress(sheet: &mut Sheet, group: &Group, year: AcademicYear, independent: bool) {
    let columns = ["P8MEA", "P8CILOW", "P8CIUPP"].map(|c| format!("{c}{}", group.suffix));
    let gap = if independent {
        Some(Gap::NotPublished)
    } else if !year.has_progress_8() {
        Some(Gap::NotAvailable)
    } else if group.pupils == 0 {
        Some(Gap::NobodyEntered)
    } else if group.measured <= 5 {
        Some(Gap::Small)
    } else if group.measured * 2 < group.pupils {
        Some(Gap::LowCoverage)
    } else {
        None
    };
    if let Some(gap) = gap {
        for column in &columns {
            sheet.set(column, gap.mark(year));
        }
        return;
    }
    let n = f64::from(group.measured);
    let mean = group.progress / n;
    let half = 1.96 * KS4_PROGRESS_SD / libm::sqrt(n);
    sheet
        .set(&columns[0], decimal(mean, 2))
        .set(&columns[1], decimal(mean - half, 2))
        .set(&columns[2], decimal(mean + half, 2))
        .set(&format!("P8PUP{}", group.suffix), group.measured.to_string());
    if group.suffix.is_empty() {
        sheet.set("P8MEACOV", percent(group.measured, group.pupils, year));
    }
}

/// The publisher's five bands of Progress 8.
fn banding(t: &Ks4) -> &'static str {
    let n = f64::from(t.measured);
    let mean = t.progress / n;
    let half = 1.96 * KS4_PROGRESS_SD / libm::sqrt(n);
    if mean >= 0.5 && mean - half > 0.0 {
        "1"
    } else if mean - half > 0.0 {
        "2"
    } else if mean + half >= 0.0 {
        "3"
    } else if mean >= -0.5 {
        "4"
    } else {
        "5"
    }
}

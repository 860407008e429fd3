//! `england_ks2final`: key stage 2 by school, with rows for authorities and the whole.

use std::collections::HashMap;

use super::sheet::{Encoding, Sheet};
use super::{Gap, decimal, percent};
use crate::chance::Stream;
use crate::results::Ks2;
use crate::school::{Kind, Phase, School, Status, Urn};
use crate::{AcademicYear, District, Results};

const HEADER: [&str; 71] = [
    "RECTYPE",
    "LEA",
    "ESTAB",
    "URN",
    "SCHNAME",
    "TOWN",
    "PCODE",
    "NFTYPE",
    "ICLOSE",
    "AGERANGE",
    "TOTPUPS",
    "TELIG",
    "BELIG",
    "GELIG",
    "PBELIG",
    "PGELIG",
    "TFSM6CLA1A",
    "PTFSM6CLA1A",
    "TNotFSM6CLA1A",
    "PTNotFSM6CLA1A",
    "TEALGRP2",
    "PTEALGRP2",
    "TMOBN",
    "PTMOBN",
    "PTRWM_EXP",
    "PTRWM_HIGH",
    "READPROG",
    "READPROG_LOWER",
    "READPROG_UPPER",
    "READCOV",
    "WRITPROG",
    "WRITPROG_LOWER",
    "WRITPROG_UPPER",
    "WRITCOV",
    "MATPROG",
    "MATPROG_LOWER",
    "MATPROG_UPPER",
    "MATCOV",
    "PTREAD_EXP",
    "PTREAD_HIGH",
    "READ_AVERAGE",
    "PTMAT_EXP",
    "PTMAT_HIGH",
    "MAT_AVERAGE",
    "PTWRITTA_EXP",
    "PTWRITTA_HIGH",
    "PTRWM_EXP_B",
    "PTRWM_EXP_G",
    "PTRWM_EXP_FSM6CLA1A",
    "PTRWM_EXP_NotFSM6CLA1A",
    "DIFFN_RWM_EXP",
    "PTRWM_EXP_EAL",
    "PTRWM_HIGH_FSM6CLA1A",
    "PTRWM_HIGH_NotFSM6CLA1A",
    "DIFFN_RWM_HIGH",
    "TEALGRP1",
    "PTEALGRP1",
    "TEALGRP3",
    "PTEALGRP3",
    "TSENELE",
    "PSENELE",
    "TSENELK",
    "PSENELK",
    "TELIG_3YR",
    "PTRWM_EXP_3YR",
    "PTRWM_HIGH_3YR",
    "READ_AVERAGE_3YR",
    "MAT_AVERAGE_3YR",
    "READPROG_UNADJUSTED",
    "WRITPROG_UNADJUSTED",
    "MATPROG_UNADJUSTED",
];

pub(crate) fn file(district: &District, results: &Results, earlier: &[Results]) -> Vec<u8> {
    let year = results.year;
    let mut sheet = Sheet::new(&HEADER, Encoding::Utf8Marked, "\r\n");
    let mut authorities = vec![Ks2::default(); district.authorities.len()];
    let mut all = Ks2::default();
    for (school, tally) in schools(district, results) {
        if school.kind != Kind::Independent {
            authorities[school.authority] += *tally;
            all += *tally;
        }
    }
    let pooled = three_years(results, earlier);
    for (school, tally) in schools(district, results) {
        let authority = &district.authorities[school.authority];
        let special = matches!(school.phase, Phase::Special);
        let (low, high) = school.phase.ages(school.sixth_form);
        sheet
            .set("RECTYPE", if special { "2" } else { "1" })
            .set("LEA", authority.code.to_string())
            .set("ESTAB", school.establishment.to_string())
            .set("URN", school.urn.to_string())
            .set("SCHNAME", school.name.clone())
            .set("TOWN", district.towns[school.town].name.clone())
            .set("PCODE", school.postcode.clone())
            .set("NFTYPE", school.kind.table_code())
            .set("ICLOSE", if school.status == Status::Closed { "1" } else { "0" })
            .set("AGERANGE", format!("{low}-{high}"))
            .set("TOTPUPS", school.roll.to_string());
        let three = pooled.get(&school.urn).copied();
        numbers(&mut sheet, tally, &all, three, year, true);
        oddities(&mut sheet, district, school, tally, year);
        sheet.end_row();
    }
    for (index, authority) in district.authorities.iter().enumerate() {
        sheet.set("RECTYPE", "3").set("LEA", authority.code.to_string());
        numbers(&mut sheet, &authorities[index], &all, None, year, false);
        sheet.end_row();
    }
    // 4 is all schools, 5 state-funded ones. Independent schools sit no tests here, so both are
    // the same sums.
    for kind in ["4", "5"] {
        sheet.set("RECTYPE", kind);
        numbers(&mut sheet, &all, &all, None, year, false);
        sheet.end_row();
    }
    sheet.finish()
}

fn schools<'a>(
    district: &'a District,
    results: &'a Results,
) -> impl Iterator<Item = (&'a School, &'a Ks2)> {
    // Rows follow the register's order, so one walk finds them all.
    let mut entries = district.schools.iter();
    results
        .ks2
        .iter()
        .filter_map(move |(urn, tally)| entries.find(|s| s.urn == *urn).map(|s| (s, tally)))
}

/// Sums over three consecutive years, for schools with all three published under one number.
fn three_years(results: &Results, earlier: &[Results]) -> HashMap<Urn, Ks2> {
    let mut sums: HashMap<Urn, Ks2> = results.ks2.iter().copied().collect();
    for back in 1..=2 {
        let year = AcademicYear::ending(results.year.end() - back);
        let before: HashMap<Urn, Ks2> =
            earlier.iter().filter(|r| r.year == year).flat_map(|r| r.ks2.iter().copied()).collect();
        sums.retain(|urn, sum| {
            before.get(urn).is_some_and(|t| {
                *sum += *t;
                true
            })
        });
    }
    sums
}

fn numbers(
    sheet: &mut Sheet,
    t: &Ks2,
    all: &Ks2,
    pooled: Option<Ks2>,
    year: AcademicYear,
    one_school: bool,
) {
    let p = |part, whole| percent(part, whole, year);
    let others = t.pupils - t.disadvantaged;
    let boys = t.pupils - t.girls;
    sheet
        .set("TELIG", t.pupils.to_string())
        .set("BELIG", boys.to_string())
        .set("GELIG", t.girls.to_string())
        .set("PBELIG", p(boys, t.pupils))
        .set("PGELIG", p(t.girls, t.pupils))
        .set("TFSM6CLA1A", t.disadvantaged.to_string())
        .set("PTFSM6CLA1A", p(t.disadvantaged, t.pupils))
        .set("TNotFSM6CLA1A", others.to_string())
        .set("PTNotFSM6CLA1A", p(others, t.pupils))
        .set("TEALGRP1", (t.pupils - t.eal).to_string())
        .set("PTEALGRP1", p(t.pupils - t.eal, t.pupils))
        .set("TEALGRP2", t.eal.to_string())
        .set("PTEALGRP2", p(t.eal, t.pupils))
        .set("TEALGRP3", "0")
        .set("PTEALGRP3", p(0, t.pupils))
        .set("TMOBN", t.settled.to_string())
        .set("PTMOBN", p(t.settled, t.pupils))
        .set("TSENELE", t.ehcp.to_string())
        .set("PSENELE", p(t.ehcp, t.pupils))
        .set("TSENELK", t.sen_support.to_string())
        .set("PSENELK", p(t.sen_support, t.pupils))
        .set("PTRWM_EXP", p(t.rwm, t.pupils))
        .set("PTRWM_HIGH", p(t.rwm_high, t.pupils))
        .set("PTRWM_EXP_B", p(t.rwm - t.rwm_girls, boys))
        .set("PTRWM_EXP_G", p(t.rwm_girls, t.girls))
        .set("PTRWM_EXP_FSM6CLA1A", p(t.rwm_disadvantaged, t.disadvantaged))
        .set("PTRWM_EXP_NotFSM6CLA1A", p(t.rwm - t.rwm_disadvantaged, others))
        .set("PTRWM_EXP_EAL", p(t.rwm_eal, t.eal))
        .set("PTRWM_HIGH_FSM6CLA1A", p(t.rwm_high_disadvantaged, t.disadvantaged))
        .set("PTRWM_HIGH_NotFSM6CLA1A", p(t.rwm_high - t.rwm_high_disadvantaged, others));
    for (s, column) in ["READ", "WRITTA", "MAT"].into_iter().enumerate() {
        sheet
            .set(&format!("PT{column}_EXP"), p(t.expected[s], t.pupils))
            .set(&format!("PT{column}_HIGH"), p(t.high[s], t.pupils));
    }
    // The publisher's difference: the school's disadvantaged less the whole's others.
    let whole = |part: u32, of: u32| (100.0 * f64::from(part) / f64::from(of.max(1))).round();
    let national = whole(all.rwm - all.rwm_disadvantaged, all.pupils - all.disadvantaged);
    let national_high =
        whole(all.rwm_high - all.rwm_high_disadvantaged, all.pupils - all.disadvantaged);
    let gap = |part, nation: f64| match t.disadvantaged {
        0 => Gap::NobodyEntered.mark(year).to_owned(),
        1..=5 => Gap::Small.mark(year).to_owned(),
        n => decimal(whole(part, n) - nation, 0),
    };
    sheet
        .set("DIFFN_RWM_EXP", gap(t.rwm_disadvantaged, national))
        .set("DIFFN_RWM_HIGH", gap(t.rwm_high_disadvantaged, national_high));
    for (s, column) in ["READ", "MAT"].into_iter().enumerate() {
        let text = match t.pupils {
            0 => Gap::NobodyEntered.mark(year).to_owned(),
            1..=5 => Gap::Small.mark(year).to_owned(),
            n => decimal(f64::from(t.scaled[s]) / f64::from(n), 0),
        };
        sheet.set(&format!("{column}_AVERAGE"), text);
    }
    progress(sheet, t, year, one_school);
    match pooled {
        Some(sum) if sum.pupils > 5 => {
            let n = f64::from(sum.pupils);
            sheet
                .set("TELIG_3YR", sum.pupils.to_string())
                .set("PTRWM_EXP_3YR", p(sum.rwm, sum.pupils))
                .set("PTRWM_HIGH_3YR", p(sum.rwm_high, sum.pupils))
                .set("READ_AVERAGE_3YR", decimal(f64::from(sum.scaled[0]) / n, 0))
                .set("MAT_AVERAGE_3YR", decimal(f64::from(sum.scaled[1]) / n, 0));
        }
        _ if one_school => {
            let gap = if pooled.is_some() { Gap::Small } else { Gap::NotAvailable };
            for column in ["PTRWM_EXP_3YR", "PTRWM_HIGH_3YR", "READ_AVERAGE_3YR", "MAT_AVERAGE_3YR"]
            {
                sheet.set(column, gap.mark(year));
            }
        }
        _ => {}
    }
}

fn progress(sheet: &mut Sheet, t: &Ks2, year: AcademicYear, one_school: bool) {
    let covered = f64::from(t.measured) / f64::from(t.pupils.max(1));
    for (s, subject) in ["READ", "WRIT", "MAT"].into_iter().enumerate() {
        let gap = if !year.has_primary_progress() {
            Some(Gap::NotAvailable)
        } else if t.pupils == 0 {
            Some(Gap::NobodyEntered)
        } else if t.pupils <= 5 {
            Some(Gap::Small)
        } else if covered < 0.5 {
            Some(Gap::LowCoverage)
        } else if t.measured <= 7 {
            Some(Gap::Unreliable)
        } else {
            None
        };
        let columns = [
            format!("{subject}PROG"),
            format!("{subject}PROG_LOWER"),
            format!("{subject}PROG_UPPER"),
        ];
        if let Some(gap) = gap {
            for column in &columns {
                sheet.set(column, gap.mark(year));
            }
            continue;
        }
        let n = f64::from(t.measured);
        let mean = t.progress[s] / n;
        let half = 1.96 * crate::results::KS2_PROGRESS_SD / libm::sqrt(n);
        sheet
            .set(&columns[0], decimal(mean, 1))
            .set(&columns[1], decimal(mean - half, 1))
            .set(&columns[2], decimal(mean + half, 1))
            .set(&format!("{subject}COV"), percent(t.measured, t.pupils, year));
        if one_school {
            sheet.set(&format!("{subject}PROG_UNADJUSTED"), decimal(mean, 1));
        }
    }
}

/// The rarer marks that every importer meets sooner or later.
fn oddities(sheet: &mut Sheet, district: &District, school: &School, t: &Ks2, year: AcademicYear) {
    const RESULTS: [&str; 8] = [
        "PTRWM_EXP",
        "PTRWM_HIGH",
        "PTREAD_EXP",
        "PTREAD_HIGH",
        "PTMAT_EXP",
        "PTMAT_HIGH",
        "READ_AVERAGE",
        "MAT_AVERAGE",
    ];
    if school.kind == Kind::Independent {
        for column in RESULTS {
            sheet.set(column, Gap::NotPublished.mark(year));
        }
        return;
    }
    let opened = school.opened.map_or(0, jiff::civil::Date::year);
    if school.predecessors.is_empty() && opened + 2 >= year.end() as i16 {
        for column in RESULTS {
            sheet.set(column, Gap::New.mark(year));
        }
        return;
    }
    let in_story = (999_101..=999_299).contains(&school.urn);
    if in_story || t.pupils <= 5 {
        return;
    }
    let keys = [u64::from(school.identity), u64::from(year.end())];
    let mut chance = Stream::named(district.seed, "oddities", &keys);
    match chance.below(400) {
        0..=2 => {
            sheet.set("PTWRITTA_EXP", Gap::NotReported.mark(year));
            sheet.set("PTWRITTA_HIGH", Gap::NotReported.mark(year));
            sheet.set("PTRWM_EXP", Gap::NotReported.mark(year));
        }
        3..=4 => {
            sheet.set("PTMAT_EXP", Gap::Redacted.mark(year));
            sheet.set("MAT_AVERAGE", Gap::Redacted.mark(year));
            sheet.set("PTRWM_EXP", Gap::Redacted.mark(year));
        }
        5..=8 if year.has_primary_progress() => {
            for subject in ["READ", "WRIT", "MAT"] {
                for end in ["", "_LOWER", "_UPPER"] {
                    sheet.set(&format!("{subject}PROG{end}"), Gap::LowCoverage.mark(year));
                }
            }
        }
        _ => {}
    }
}

//! `england_census` and `england_abs`, with totals by phase for the whole.

use super::sheet::{Encoding, Sheet};
use super::{Gap, decimal};
use crate::results::{Attendance, Census};
use crate::school::{Kind, Phase, School};
use crate::{AcademicYear, District, Results};

const OLD: [&str; 22] = [
    "URN",
    "LA",
    "ESTAB",
    "SCHOOLTYPE",
    "NOR",
    "NORG",
    "NORB",
    "PNORG",
    "PNORB",
    "TSENELSE",
    "PSENELSE",
    "TSENELK",
    "PSENELK",
    "NUMEAL",
    "NUMENGFL",
    "NUMUNCFL",
    "PNUMEAL",
    "PNUMENGFL",
    "PNUMUNCFL",
    "NUMFSM",
    "NUMFSMEVER",
    "PNUMFSMEVER",
];
const NEW: [&str; 23] = [
    "URN",
    "LA",
    "Estab",
    "SCHOOLTYPE",
    "NOR",
    "NORG",
    "NORB",
    "PNORG",
    "PNORB",
    "TSENELSE",
    "PSENELSE",
    "TSENELK",
    "PSENELK",
    "NUMEAL",
    "NUMENGFL",
    "NUMUNCFL",
    "PNUMEAL",
    "PNUMENGFL",
    "PNUMUNCFL",
    "NUMFSM",
    "NUMFSMEVER",
    "NORFSMEVER",
    "PNUMFSMEVER",
];

const GROUPS: [(&str, &str); 3] =
    [("PRI", "State-funded primary"), ("SEC", "State-funded secondary"), ("SPE", "Special school")];

/// Which of the three totals a school counts in, and how its type is printed.
fn group(school: &School) -> (Option<usize>, &'static str) {
    match (school.kind, school.phase) {
        (Kind::Independent, _) => (None, "Independent school"),
        (_, Phase::Infant | Phase::Junior | Phase::Primary) => (Some(0), GROUPS[0].1),
        (_, Phase::Secondary | Phase::AllThrough) => (Some(1), GROUPS[1].1),
        (_, Phase::Special) => (Some(2), GROUPS[2].1),
        (_, Phase::AlternativeProvision) => (None, "Pupil referral unit"),
        (_, Phase::Nursery) => (None, "State-funded nursery"),
        (_, Phase::Independent) => (None, "Independent school"),
    }
}

fn schools<'a, T>(
    district: &'a District,
    rows: &'a [(u32, T)],
) -> impl Iterator<Item = (&'a School, &'a T)> {
    let mut entries = district.schools.iter();
    rows.iter().filter_map(move |(urn, t)| entries.find(|s| s.urn == *urn).map(|s| (s, t)))
}

/// The January census of the year.
pub(crate) fn census(district: &District, results: &Results) -> Vec<u8> {
    let new = results.year.has_lower_case_marks();
    let header: &[&str] = if new { &NEW } else { &OLD };
    let establishment = if new { "Estab" } else { "ESTAB" };
    let mut sheet = Sheet::new(header, Encoding::Utf8Marked, "\n");
    let mut totals = [Census::default(); 3];
    for (school, c) in schools(district, &results.census) {
        let (total, kind) = group(school);
        if let Some(total) = total {
            totals[total] += *c;
        }
        sheet
            .set("URN", school.urn.to_string())
            .set("LA", district.authorities[school.authority].code.to_string())
            .set(establishment, school.establishment.to_string())
            .set("SCHOOLTYPE", kind);
        counts(&mut sheet, c, results.year, school.kind == Kind::Independent, school.phase);
        sheet.end_row();
    }
    for (total, (code, name)) in totals.iter().zip(GROUPS) {
        sheet.set("URN", "NAT").set(establishment, code).set("SCHOOLTYPE", name);
        counts(&mut sheet, total, results.year, false, Phase::Primary);
        sheet.end_row();
    }
    sheet.finish()
}

fn counts(sheet: &mut Sheet, c: &Census, year: AcademicYear, independent: bool, phase: Phase) {
    let new = year.has_lower_case_marks();
    // The older file prints bare numbers, the newer one a sign after one fixed decimal.
    let share = |part: u32| {
        let exact = 100.0 * f64::from(part) / f64::from(c.roll.max(1));
        if new { format!("{exact:.1}%") } else { decimal(exact, 1) }
    };
    let boys = c.roll - c.girls;
    sheet
        .set("NOR", c.roll.to_string())
        .set("NORG", c.girls.to_string())
        .set("NORB", boys.to_string())
        .set("PNORG", share(c.girls))
        .set("PNORB", share(boys))
        .set("TSENELSE", c.ehcp.to_string())
        .set("PSENELSE", share(c.ehcp))
        .set("TSENELK", c.sen_support.to_string())
        .set("PSENELK", share(c.sen_support));
    if independent || phase == Phase::Nursery {
        // These schools do not report language or meals; the file says NA in either year.
        let columns = [
            "NUMEAL",
            "NUMENGFL",
            "NUMUNCFL",
            "PNUMEAL",
            "PNUMENGFL",
            "PNUMUNCFL",
            "NUMFSM",
            "NUMFSMEVER",
            "PNUMFSMEVER",
        ];
        for column in columns {
            sheet.set(column, "NA");
        }
        if new {
            sheet.set("NORFSMEVER", "NA");
        }
        return;
    }
    // A single child in a large school: above zero, and rounded away.
    let rounds_to_nothing = (c.unclassified == 1).then_some(if new { "low" } else { "SP" });
    let english = c.roll - c.eal - c.unclassified;
    sheet
        .set("NUMEAL", c.eal.to_string())
        .set("NUMENGFL", english.to_string())
        .set("NUMUNCFL", c.unclassified.to_string())
        .set("PNUMEAL", share(c.eal))
        .set("PNUMENGFL", share(english))
        .set("PNUMUNCFL", rounds_to_nothing.map_or_else(|| share(c.unclassified), str::to_owned))
        .set("NUMFSM", c.fsm.to_string())
        .set("NUMFSMEVER", c.fsm6.to_string())
        .set("PNUMFSMEVER", share(c.fsm6));
    if new {
        sheet.set("NORFSMEVER", c.roll.to_string());
    }
}

/// Absence over the year.
pub(crate) fn absence(district: &District, results: &Results) -> Vec<u8> {
    let header = ["LA", "ESTAB", "URN", "PERCTOT", "PPERSABS10"];
    let mut sheet = Sheet::new(&header, Encoding::Utf8Marked, "\n");
    let mut totals = [Attendance::default(); 3];
    for (school, a) in schools(district, &results.attendance) {
        let (total, _) = group(school);
        if let Some(total) = total {
            totals[total] += *a;
        }
        if school.kind == Kind::Independent || school.phase == Phase::Nursery {
            continue;
        }
        sheet
            .set("LA", district.authorities[school.authority].code.to_string())
            .set("ESTAB", school.establishment.to_string())
            .set("URN", school.urn.to_string());
        rates(&mut sheet, a, results.year);
        sheet.end_row();
    }
    for (total, (code, _)) in totals.iter().zip(GROUPS) {
        sheet.set("LA", "NAT").set("ESTAB", code);
        rates(&mut sheet, total, results.year);
        sheet.end_row();
    }
    sheet.finish()
}

fn rates(sheet: &mut Sheet, a: &Attendance, year: AcademicYear) {
    if a.enrolments <= 10 {
        sheet.set("PERCTOT", Gap::Small.mark(year)).set("PPERSABS10", Gap::Small.mark(year));
        return;
    }
    let overall = 100.0 * a.missed as f64 / a.possible.max(1) as f64;
    let persistent = 100.0 * f64::from(a.persistent) / f64::from(a.enrolments);
    // One or two children would be recognised: the publisher hides the share, not the rate.
    let hidden = (1..=2).contains(&a.persistent);
    let persistent = if hidden { Gap::Small.mark(year).to_owned() } else { decimal(persistent, 1) };
    sheet.set("PERCTOT", decimal(overall, 1)).set("PPERSABS10", persistent);
}

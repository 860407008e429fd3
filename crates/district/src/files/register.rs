//! The register, its links and groups, and deprivation by postcode.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::register_layout::REGISTER;
use super::sheet::{Encoding, Sheet};
use super::{REGISTER_DATE, decimal};
use crate::build::DIOCESE;
use crate::results::Census;
use crate::school::{Kind, Phase, School, Status, Succession, Urn};
use crate::{District, YEARS};

fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

/// `edubasealldata`: one row an entry.
pub(crate) fn register(district: &District) -> Vec<u8> {
    let mut sheet = Sheet::new(&REGISTER, Encoding::Cp1252, "\r\n");
    let latest = district.results(YEARS[YEARS.len() - 1]);
    let mut census = latest.census.iter().peekable();
    let heirs: HashMap<Urn, Succession> =
        district.schools.iter().flat_map(|s| s.predecessors.iter().copied()).collect();
    for school in &district.schools {
        let counted = census.next_if(|(urn, _)| *urn == school.urn).map(|(_, c)| *c);
        row(&mut sheet, district, school, counted, heirs.get(&school.urn).copied());
        sheet.end_row();
    }
    sheet.finish()
}

fn row(
    sheet: &mut Sheet,
    district: &District,
    s: &School,
    counted: Option<Census>,
    heir: Option<Succession>,
) {
    let authority = &district.authorities[s.authority];
    let town = &district.towns[s.town];
    let (type_code, type_name, group_code, group_name) = match (s.kind, s.phase) {
        (Kind::AcademyConverter | Kind::AcademySponsorLed, Phase::Special) => {
            ("33", "Academy special converter", "10", "Academies")
        }
        (kind, _) => kind.register(),
    };
    let (status_code, status) = match s.status {
        Status::Open => ("1", "Open"),
        Status::Closed => ("2", "Closed"),
        Status::ProposedToClose => ("3", "Open, but proposed to close"),
    };
    let amalgamated = s.predecessors.iter().any(|(_, why)| *why == Succession::Amalgamated);
    let converted = s.predecessors.iter().any(|(_, why)| *why == Succession::Converted);
    let (opened_code, opened) = match (amalgamated, converted) {
        (true, _) => ("1", "Result of Amalgamation"),
        (_, true) => ("10", "Academy Converter"),
        _ if s.kind == Kind::FreeSchool => ("6", "New Provision"),
        _ => ("0", "Not applicable"),
    };
    let (closed_code, closed) = match (s.status, heir) {
        (Status::Closed, Some(Succession::Amalgamated)) => ("1", "Result of Amalgamation/Merger"),
        (Status::Closed, Some(Succession::Converted)) => ("10", "Academy Converter"),
        (Status::Closed, None) => ("2", "Closure"),
        _ => ("0", "Not applicable"),
    };
    let (phase_code, phase) = match s.phase {
        Phase::Nursery => ("1", "Nursery"),
        Phase::Infant | Phase::Junior | Phase::Primary => ("2", "Primary"),
        Phase::Secondary => ("4", "Secondary"),
        Phase::AllThrough => ("7", "All-through"),
        Phase::Special | Phase::AlternativeProvision | Phase::Independent => {
            ("0", "Not applicable")
        }
    };
    let (low, high) = s.phase.ages(s.sixth_form);
    sheet
        .set("URN", s.urn.to_string())
        .set("LA (code)", authority.code.to_string())
        .set("LA (name)", authority.name.clone())
        .set("EstablishmentNumber", s.establishment.to_string())
        .set("EstablishmentName", s.name.clone())
        .set("TypeOfEstablishment (code)", type_code)
        .set("TypeOfEstablishment (name)", type_name)
        .set("EstablishmentTypeGroup (code)", group_code)
        .set("EstablishmentTypeGroup (name)", group_name)
        .set("EstablishmentStatus (code)", status_code)
        .set("EstablishmentStatus (name)", status)
        .set("ReasonEstablishmentOpened (code)", opened_code)
        .set("ReasonEstablishmentOpened (name)", opened)
        .set("OpenDate", s.opened.map(day).unwrap_or_default())
        .set("ReasonEstablishmentClosed (code)", closed_code)
        .set("ReasonEstablishmentClosed (name)", closed)
        .set("CloseDate", s.closed.map(day).unwrap_or_default())
        .set("PhaseOfEducation (code)", phase_code)
        .set("PhaseOfEducation (name)", phase)
        .set("StatutoryLowAge", low.to_string())
        .set("StatutoryHighAge", high.to_string())
        .set("Boarders (code)", "1")
        .set("Boarders (name)", "No boarders")
        .set("Gender (code)", "3")
        .set("Gender (name)", "Mixed")
        .set("SchoolCapacity", s.capacity.to_string());
    let (sixth_code, sixth) =
        if s.sixth_form { ("1", "Has a sixth form") } else { ("2", "Does not have a sixth form") };
    let (faith_code, faith) =
        if s.diocesan { ("2", "Church of England") } else { ("0", "Does not apply") };
    let (diocese_code, diocese) = if s.diocesan { DIOCESE } else { ("0", "Not applicable") };
    sheet
        .set("OfficialSixthForm (code)", sixth_code)
        .set("OfficialSixthForm (name)", sixth)
        .set("ReligiousCharacter (code)", faith_code)
        .set("ReligiousCharacter (name)", faith)
        .set("Diocese (code)", diocese_code)
        .set("Diocese (name)", diocese)
        .set("AdmissionsPolicy (code)", "0")
        .set("AdmissionsPolicy (name)", "Not applicable");
    if let Some(c) = counted {
        sheet
            .set("CensusDate", "15-01-2026")
            .set("NumberOfPupils", c.roll.to_string())
            .set("NumberOfBoys", (c.roll - c.girls).to_string())
            .set("NumberOfGirls", c.girls.to_string())
            .set("PercentageFSM", decimal(100.0 * f64::from(c.fsm) / f64::from(c.roll), 1))
            .set("FSM", c.fsm.to_string());
    }
    match s.trust {
        Some((trust, _)) if s.status != Status::Closed => {
            sheet
                .set("TrustSchoolFlag (code)", "3")
                .set("TrustSchoolFlag (name)", "Supported by a multi-academy trust")
                .set("Trusts (code)", district.trusts[trust].uid.to_string())
                .set("Trusts (name)", district.trusts[trust].name.clone());
        }
        _ => {
            sheet
                .set("TrustSchoolFlag (code)", "0")
                .set("TrustSchoolFlag (name)", "Not applicable");
        }
    }
    sheet
        .set("FederationFlag (name)", "Not under a federation")
        .set("UKPRN", format!("19{:06}", s.urn))
        .set("LastChangedDate", day(REGISTER_DATE))
        .set("Street", s.street.clone())
        .set("Town", town.name.clone())
        .set("Postcode", s.postcode.clone())
        .set("SchoolWebsite", format!("https://school-{}.example", s.urn))
        .set("GOR (code)", "Z")
        .set("GOR (name)", "Tideway Coast")
        .set("DistrictAdministrative (name)", authority.name.clone())
        .set("AdministrativeWard (name)", format!("{} Ward", town.name))
        .set("ParliamentaryConstituency (name)", authority.name.clone())
        .set("UrbanRural (code)", town.settlement.0)
        .set("UrbanRural (name)", town.settlement.1)
        .set("Easting", format!("{:.0}", s.easting))
        .set("Northing", format!("{:.0}", s.northing))
        .set("Country (name)", "England")
        .set("LSOA (code)", lsoa(s));
}

/// A small-area code above every real one.
fn lsoa(s: &School) -> String {
    format!("E019{:05}", s.town * 40 + s.urn as usize % 40)
}

/// `links_edubasealldata`: each succession twice, once from either side.
pub(crate) fn links(district: &District) -> Vec<u8> {
    let header = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"];
    let mut sheet = Sheet::quoted(&header, Encoding::Cp1252, "\r\n");
    let entries: HashMap<Urn, &School> = district.schools.iter().map(|s| (s.urn, s)).collect();
    for school in &district.schools {
        for (urn, why) in &school.predecessors {
            let Some(&before) = entries.get(urn) else { continue };
            let (back, forth) = match why {
                Succession::Converted => ("Predecessor", "Successor"),
                Succession::Amalgamated => ("Predecessor - amalgamated", "Successor - amalgamated"),
            };
            let date = school.opened.map(day).unwrap_or_default();
            for (from, to, kind) in [(school, before, back), (before, school, forth)] {
                sheet
                    .set("URN", from.urn.to_string())
                    .set("LinkURN", to.urn.to_string())
                    .set("LinkName", to.name.clone())
                    .set("LinkType", kind)
                    .set("LinkEstablishedDate", date.clone());
                sheet.end_row();
            }
        }
    }
    sheet.finish()
}

/// `allgroupsdata`: the trusts.
pub(crate) fn groups(district: &District) -> Vec<u8> {
    let header = [
        "Group UID",
        "Group ID",
        "Group Name",
        "Companies House Number",
        "Group Type (code)",
        "Group Type",
        "Closed Date",
        "Open date",
        "Incorporated on (open date)",
        "Group Status (code)",
        "Group Status",
        "Group Contact Street",
        "Group Contact Locality",
        "Group Contact Address 3",
        "Group Contact Town",
        "Group Contact County",
        "Group Contact Postcode",
        "Head of Group Title",
        "Head of Group First Name",
        "Head of Group Last Name",
        "UKPRN",
    ];
    let mut sheet = Sheet::new(&header, Encoding::Cp1252, "\r\n");
    for trust in &district.trusts {
        sheet
            .set("Group UID", trust.uid.to_string())
            .set("Group ID", trust.group_id.clone())
            .set("Group Name", trust.name.clone())
            .set("Companies House Number", trust.company.clone())
            .set("Group Type (code)", "6")
            .set("Group Type", "Multi-academy trust")
            .set("Incorporated on (open date)", day(trust.incorporated))
            .set("Group Status (code)", "OPEN")
            .set("Group Status", "Open")
            .set("Group Contact Town", district.towns[0].name.clone())
            .set("UKPRN", format!("1999{:04}", trust.uid % 10_000));
        sheet.end_row();
    }
    sheet.finish()
}

/// `alllinksdata`: which school belongs to which trust since when.
pub(crate) fn group_links(district: &District) -> Vec<u8> {
    let header = [
        "URN",
        "Group UID",
        "Group ID",
        "Group Name",
        "Companies House Number",
        "Group Type (code)",
        "Group Type",
        "Closed Date",
        "Open date",
        "Incorporated on (open date)",
        "Group Status (code)",
        "Group Status",
        "Joined date",
        "EstablishmentName",
        "TypeOfEstablishment (code)",
        "TypeOfEstablishment (name)",
        "PhaseOfEducation (code)",
        "PhaseOfEducation (name)",
        "LA (code)",
        "LA (name)",
    ];
    let mut sheet = Sheet::new(&header, Encoding::Cp1252, "\r\n");
    for school in district.schools.iter().filter(|s| s.status != Status::Closed) {
        let Some((index, joined)) = school.trust else { continue };
        let trust = &district.trusts[index];
        let authority = &district.authorities[school.authority];
        let (type_code, type_name, ..) = school.kind.register();
        sheet
            .set("URN", school.urn.to_string())
            .set("Group UID", trust.uid.to_string())
            .set("Group ID", trust.group_id.clone())
            .set("Group Name", trust.name.clone())
            .set("Companies House Number", trust.company.clone())
            .set("Group Type (code)", "6")
            .set("Group Type", "Multi-academy trust")
            .set("Incorporated on (open date)", day(trust.incorporated))
            .set("Group Status (code)", "OPEN")
            .set("Group Status", "Open")
            .set("Joined date", day(joined))
            .set("EstablishmentName", school.name.clone())
            .set("TypeOfEstablishment (code)", type_code)
            .set("TypeOfEstablishment (name)", type_name)
            .set("LA (code)", authority.code.to_string())
            .set("LA (name)", authority.name.clone());
        sheet.end_row();
    }
    sheet.finish()
}

/// `idaci_by_postcode`: income deprivation where each school stands.
pub(crate) fn deprivation(district: &District) -> Vec<u8> {
    let header =
        ["Postcode", "LSOA code", "IMD Decile", "IDACI Rank", "IDACI Decile", "IDACI Score"];
    let mut sheet = Sheet::new(&header, Encoding::Utf8, "\n");
    let mut scores: Vec<f64> = district.schools.iter().map(|s| s.context.idaci).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let mut seen = HashSet::new();
    for school in &district.schools {
        if !seen.insert(&school.postcode) {
            continue;
        }
        // Rank 1 is the most deprived of 32,844 areas; here the district stands for them all.
        let worse = scores.partition_point(|s| *s > school.context.idaci);
        let share = worse as f64 / scores.len() as f64;
        let rank = 1 + (share * 32_843.0) as u32;
        let decile = 1 + (share * 10.0).min(9.0) as u32;
        sheet
            .set("Postcode", school.postcode.clone())
            .set("LSOA code", lsoa(school))
            .set("IMD Decile", decile.to_string())
            .set("IDACI Rank", rank.to_string())
            .set("IDACI Decile", decile.to_string())
            .set("IDACI Score", decimal(school.context.idaci, 3));
        sheet.end_row();
    }
    sheet.finish()
}

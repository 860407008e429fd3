//! Values of named schools, read off the published files by eye.

use crate::{data, read_named, readings};
use evidence::{Measure, Missing};
use jiff::civil::date;
use sources::{
    Collected, Grade, InspectionArea, LinkKind, NationalScope, Phase, PupilGroup, Record,
    SchoolRecord, Subject, Urn,
};

fn collected(file: &str) -> Option<Collected> {
    let bytes = data::file(file)?;
    let (all, result) = read_named(&bytes, file);
    result.unwrap();
    Some(all)
}

fn school(all: &Collected, urn: u32) -> &SchoolRecord {
    let found = all.records.iter().find_map(|(_, record)| match record {
        Record::School(school) if school.urn.get() == urn => Some(school),
        _ => None,
    });
    found.unwrap()
}

fn measure(all: &Collected, subject: Subject, code: &str, group: PupilGroup) -> Measure {
    let readings = readings(all);
    let mut found =
        readings.iter().filter(|(c, r)| *c == code && r.subject == subject && r.group == group);
    let measure = found.next().unwrap_or_else(|| panic!("no {code} of {subject:?}")).1.measure;
    assert!(found.next().is_none(), "two {code} of {subject:?}");
    measure
}

fn urn(number: u32) -> Subject {
    Subject::School(Urn::new(number).unwrap())
}

#[test]
fn a_school_of_the_national_register() {
    let Some(all) = collected("national/edubasealldata20220831.csv") else { return };
    let aldgate = school(&all, 100_000);
    assert_eq!(aldgate.name, "The Aldgate School");
    assert_eq!(aldgate.la_code, Some(201));
    assert_eq!(aldgate.establishment_number, Some(3614));
    assert_eq!(aldgate.address.as_deref(), Some("St James's Passage, Duke's Place"));
    assert_eq!(aldgate.postcode.as_deref(), Some("EC3A 5DE"));
    assert_eq!((aldgate.pupils, aldgate.fsm_percent), (Some(271), Some(21.9)));
    assert_eq!((aldgate.low_age, aldgate.high_age), (Some(3), Some(11)));
    assert_eq!((aldgate.opened, aldgate.trust_code), (None, None));
    // The school stands at 51.5139 N, 0.0776 W.
    let position = aldgate.position.unwrap();
    assert!((position.latitude - 51.5139).abs() < 0.001, "{position:?}");
    assert!((position.longitude + 0.0776).abs() < 0.001, "{position:?}");
    let cockington = school(&all, 149_222);
    assert_eq!(cockington.opened, Some(date(2022, 6, 1)));
    // Names from Windows-1252 are whole.
    assert!(all.records.iter().any(|(_, record)| match record {
        Record::School(school) => school.name.contains('’') || !school.name.is_ascii(),
        _ => false,
    }));
}

#[test]
fn the_full_register_and_the_search_download() {
    let Some(all) = collected("layouts/edubasealldata20210515_sample.csv") else { return };
    let girls = school(&all, 100_001);
    assert_eq!(girls.name, "City of London School for Girls");
    assert_eq!(girls.opened, Some(date(1920, 1, 1)));
    assert_eq!((girls.capacity, girls.pupils), (Some(780), Some(744)));
    assert_eq!(girls.ukprn, Some(10_013_279));
    assert_eq!(girls.sixth_form.as_deref(), Some("Has a sixth form"));
    let Some(all) = collected("layouts/gias_search_results_20220420.csv") else { return };
    let links: Vec<_> = all
        .records
        .iter()
        .filter_map(|(row, record)| match record {
            Record::Link(link) => Some((*row, link)),
            _ => None,
        })
        .collect();
    assert_eq!(links.len(), 596);
    assert!(links.iter().any(|(_, link)| link.kind == LinkKind::Predecessor));
    assert!(links.iter().all(|(_, link)| link.urn != link.link_urn));
}

#[test]
fn links_keep_their_words_and_their_dates() {
    let Some(all) = collected("national/links_edubasealldata20250922.csv") else { return };
    let Record::Link(first) = &all.records[0].1 else { panic!() };
    assert_eq!((first.urn.get(), first.link_urn.get()), (100_006, 134_643));
    assert_eq!(first.link_name.as_deref(), Some("CCfL Key Stage 3 PRU"));
    assert_eq!(first.kind, LinkKind::PredecessorMerged);
    assert_eq!(first.established, Some(date(2022, 1, 1)));
    let undated = all
        .records
        .iter()
        .filter(|(_, record)| matches!(record, Record::Link(link) if link.established.is_none()))
        .count();
    assert_eq!(undated, 8273);
}

#[test]
fn key_stage_2_with_cohorts_intervals_groups_and_totals() {
    let Some(all) = collected("layouts/2016-2017_850_ks2final.csv") else { return };
    let crookham = urn(115_976);
    let of = |code, group| measure(&all, crookham, code, group);
    let exp = of("KS2_RWM_EXP", PupilGroup::All);
    assert_eq!((exp.value(), exp.n()), (Some(72.0), Some(109.0)));
    let dis = of("KS2_RWM_DIS", PupilGroup::Disadvantaged);
    assert_eq!(dis, Measure::Proportion { numerator: 59.0 * 17.0 / 100.0, denominator: 17.0 });
    assert_eq!(of("KS2_RWM_EXP", PupilGroup::Other).value(), Some(75.0));
    assert_eq!(of("KS2_EXP_EAL", PupilGroup::Eal).value(), Some(63.0));
    // Published as -8: the school's disadvantaged pupils do less well than others nationally.
    assert_eq!(of("KS2_RWM_GAP", PupilGroup::Disadvantaged).value(), Some(8.0));
    assert_eq!(
        of("KS2_READ_PROG", PupilGroup::All),
        Measure::Estimate { value: 1.2, low: 0.0, high: 2.4, n: Some(109.0) }
    );
    let hampshire = Subject::Authority { code: 850, phase: Phase::All };
    assert_eq!(measure(&all, hampshire, "KS2_RWM_EXP", PupilGroup::All).n(), Some(14_040.0));
    let nation = |scope| Subject::National { scope, phase: Phase::All };
    let state = measure(&all, nation(NationalScope::StateFunded), "KS2_RWM_EXP", PupilGroup::All);
    let every = measure(&all, nation(NationalScope::AllSchools), "KS2_RWM_EXP", PupilGroup::All);
    assert_eq!((state.value(), state.n()), (Some(61.0), Some(599_728.0)));
    assert_eq!((every.value(), every.n()), (Some(61.0), Some(604_552.0)));
    // A new school's row stops at the word: that is the reason for all that is missing.
    let new = measure(&all, urn(144_882), "KS2_RWM_EXP", PupilGroup::All);
    assert_eq!(new, Measure::Missing(Missing::NewSchool));
}

#[test]
fn key_stage_4_record_types_mean_other_things() {
    let Some(all) = collected("layouts/815_2018_ks4final.csv") else { return };
    let skipton = urn(141_179);
    let p8 = measure(&all, skipton, "KS4_P8", PupilGroup::All);
    assert_eq!(p8, Measure::Estimate { value: -0.26, low: -0.52, high: 0.01, n: Some(85.0) });
    let em5 = measure(&all, skipton, "KS4_EM5", PupilGroup::All);
    assert_eq!((em5.value(), em5.n()), (Some(18.0), Some(88.0)));
    let state = Subject::National { scope: NationalScope::StateFunded, phase: Phase::All };
    let p8 = measure(&all, state, "KS4_P8", PupilGroup::All);
    assert_eq!(p8, Measure::Scalar { value: -0.02, n: Some(494_832.0) });
    assert_eq!(measure(&all, state, "KS4_A8", PupilGroup::All).value(), Some(46.5));
    let every = Subject::National { scope: NationalScope::AllSchools, phase: Phase::All };
    assert_eq!(measure(&all, every, "KS4_A8", PupilGroup::All).value(), Some(44.5));
    let Some(all) = collected("layouts/815_2019_ks4provisional.csv") else { return };
    let ampleforth = measure(&all, urn(121_735), "KS4_P8", PupilGroup::All);
    assert_eq!(ampleforth, Measure::Missing(Missing::NotAvailable));
}

#[test]
fn census_shares_have_their_numbers_and_totals_their_phase() {
    let Some(all) = collected("national/2022-2023/england_census.csv") else { return };
    let aldgate = urn(100_000);
    let fsm6 = measure(&all, aldgate, "CTX_FSM6", PupilGroup::All);
    assert_eq!(fsm6, Measure::Proportion { numerator: 50.0, denominator: 228.0 });
    let eal = measure(&all, aldgate, "CTX_EAL", PupilGroup::All);
    assert_eq!(eal, Measure::Proportion { numerator: 145.0, denominator: 271.0 });
    assert_eq!(measure(&all, aldgate, "CTX_ROLL", PupilGroup::All).value(), Some(271.0));
    let girls = measure(&all, urn(100_001), "CTX_EAL", PupilGroup::All);
    assert_eq!(girls, Measure::Missing(Missing::NotAvailable));
    let special = Subject::National { scope: NationalScope::StateFunded, phase: Phase::Special };
    let roll = measure(&all, special, "CTX_ROLL", PupilGroup::All);
    assert_eq!(roll.value(), Some(152_578.0));
    let Some(all) = collected("layouts/815_2018_census.csv") else { return };
    let primary = Subject::Authority { code: 815, phase: Phase::Primary };
    let roll = measure(&all, primary, "CTX_ROLL", PupilGroup::All);
    assert_eq!(roll.value(), Some(46_220.0));
}

#[test]
fn absence_and_the_newer_tidy_files() {
    let Some(all) = collected("national/2018-2019/england_abs.csv") else { return };
    let aldgate = urn(100_000);
    let pa = measure(&all, aldgate, "ATT_PA", PupilGroup::All);
    assert_eq!(pa, Measure::Scalar { value: 3.4, n: None });
    let Some(all) = collected("layouts/attendance_EES_ytd_data.csv") else { return };
    let tower_hamlets = Subject::Authority { code: 211, phase: Phase::Primary };
    let absence = measure(&all, tower_hamlets, "ATT_ABS", PupilGroup::All);
    let Measure::Scalar { value, n } = absence else { panic!("{absence:?}") };
    assert!((value - 5.923_363_779_688_47).abs() < 1e-12);
    assert_eq!(n, Some(17_808.125));
    let south_west = Subject::Region { code: 9, phase: Phase::All };
    assert!(measure(&all, south_west, "ATT_PA", PupilGroup::All).value().is_some());
    let Some(all) = collected("layouts/202324_information_about_schools_final.csv") else {
        return;
    };
    let sandside = measure(&all, urn(112_466), "CTX_KS4_DIS", PupilGroup::All);
    assert_eq!(sandside, Measure::Proportion { numerator: 3.0, denominator: 7.0 });
    let gap = measure(&all, urn(112_466), "KS4_A8_GAP", PupilGroup::Disadvantaged);
    assert_eq!(gap, Measure::Missing(Missing::Confidential));
}

#[test]
fn inspections_under_the_number_of_their_time() {
    let Some(all) = collected("layouts/ofsted_mi_20220228_single_academies.xlsx") else { return };
    let Record::Inspection(first) = &all.records[0].1 else { panic!() };
    assert_eq!(first.urn_then.get(), 105_135);
    assert_eq!(first.started, Some(date(2013, 1, 23)));
    assert_eq!(first.published, Some(date(2013, 2, 13)));
    assert_eq!(first.number.as_deref(), Some("ITS402966"));
    let grade = |area| first.grades.iter().find(|(a, _)| *a == area).unwrap().1;
    assert_eq!(grade(InspectionArea::QualityOfEducation), Grade::NotJudged);
    let overall = |wanted| {
        let graded = |(_, record): &&(u32, Record)| match record {
            Record::Inspection(one) => {
                one.latest && one.grades.contains(&(InspectionArea::Overall, wanted))
            }
            _ => false,
        };
        all.records.iter().filter(graded).count()
    };
    assert_eq!(
        [Grade::Outstanding, Grade::Good, Grade::RequiresImprovement, Grade::Inadequate]
            .map(overall),
        [35, 350, 110, 46]
    );
}

#[test]
fn deprivation_by_postcode() {
    let Some(all) = collected("national/idaci_by_postcode_2019.csv") else { return };
    let Record::Postcode(first) = &all.records[0].1 else { panic!() };
    assert_eq!(first.postcode, "EC3A 5DE");
    assert_eq!((first.idaci_score, first.idaci_rank), (Some(0.01), Some(32_644)));
    assert_eq!((first.idaci_decile, first.imd_decile), (Some(10), Some(7)));
}

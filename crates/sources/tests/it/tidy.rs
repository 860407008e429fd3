//! The newer layout: one row a school or area and breakdown.

use crate::{read_named, readings, refused};
use sources::{
    AcademicYear, NationalScope, Phase, ProblemCode, PupilGroup, ReleaseStatus, Subject,
};

const KS2: &str = "time_period,time_identifier,geographic_level,school_urn,old_la_code,region_code,\
    establishment_type_group,breakdown_topic,breakdown,subject,eligible_pupil_count,\
    expected_standard_pupil_count,expected_standard_pupil_percent,higher_standard_pupil_percent,\
    average_scaled_score\r\n";

#[test]
fn key_stage_2_takes_the_rows_it_has_an_indicator_for() {
    let rwm = "Reading, writing and maths";
    let text = format!(
        "{KS2}\
        202425,Academic year,School,100000,201,,VA,All pupils,Total,\"{rwm}\",28,25,89,7,z\r\n\
        202425,Academic year,School,100000,201,,VA,Disadvantage status,Disadvantaged,\"{rwm}\",5,c,c,c,z\r\n\
        202425,Academic year,School,100000,201,,VA,Sex,Girls,\"{rwm}\",12,11,92,8,z\r\n\
        202425,Academic year,School,100000,201,,VA,All pupils,Total,Reading,28,26,93,18,106\r\n\
        202425,Academic year,School,100000,201,,VA,Average (2023 to 2025),3 year average,\"{rwm}\",84,70,83,6,z\r\n\
        202425,Academic year,Local authority,,201,E12000007,All state funded,All pupils,Total,\"{rwm}\",30,26,87,7,z\r\n\
        202425,Academic year,National,,,,All state funded,All pupils,Total,\"{rwm}\",600000,372000,62,8,z\r\n\
        202425,Academic year,National,,,,Academies,All pupils,Total,\"{rwm}\",300000,186000,62,8,z\r\n\
        202425,Academic year,National,,,,All state funded,Disadvantage status,Disadvantaged all other,\"{rwm}\",400000,280000,69,10,z\r\n"
    );
    let (all, result) = read_named(text.as_bytes(), "ks2_school_attainment_data_revised.csv");
    let report = result.unwrap();
    assert_eq!((report.counts.accepted, report.counts.unused), (9, 2));
    assert_eq!(report.periods, [AcademicYear::starting(2024).unwrap()]);
    let found = readings(&all);
    let school = Subject::School(sources::Urn::new(100_000).unwrap());
    let of_school = |code: &str, group| {
        let mut of =
            found.iter().filter(|(c, r)| *c == code && r.subject == school && r.group == group);
        let reading = of.next().unwrap_or_else(|| panic!("no {code}")).1;
        assert!(of.next().is_none(), "two {code}");
        reading.measure
    };
    for (code, group, value, n) in [
        ("KS2_RWM_EXP", PupilGroup::All, 100.0 * 25.0 / 28.0, 28.0),
        ("KS2_RWM_HIGH", PupilGroup::All, 7.0, 28.0),
        ("KS2_READ_EXP", PupilGroup::All, 100.0 * 26.0 / 28.0, 28.0),
        ("KS2_READ_SS", PupilGroup::All, 106.0, 28.0),
    ] {
        let measure = of_school(code, group);
        assert!((measure.value().unwrap() - value).abs() < 1e-9, "{code}: {measure:?}");
        assert_eq!(measure.n(), Some(n), "{code}");
    }
    assert_eq!(of_school("KS2_RWM_3YR", PupilGroup::All).value(), Some(83.0));
    for code in ["KS2_RWM_DIS", "KS2_RWM_HIGH"] {
        let missing = of_school(code, PupilGroup::Disadvantaged).missing();
        assert_eq!(missing, Some(evidence::Missing::Confidential), "{code}");
    }
    let count = found.iter().filter(|(_, reading)| reading.subject == school).count();
    assert_eq!(count, 7);
    let nation = Subject::National { scope: NationalScope::StateFunded, phase: Phase::All };
    let other =
        found.iter().find(|(_, r)| r.subject == nation && r.group == PupilGroup::Other).unwrap();
    assert_eq!((other.0, other.1.measure.n()), ("KS2_RWM_EXP", Some(400_000.0)));
    assert!(found.iter().all(|(_, reading)| reading.release == ReleaseStatus::Revised));
}

#[test]
fn rows_split_by_an_unknown_column_are_not_added_up_or_picked_from() {
    let text = "time_period,geographic_level,school_urn,hair,attainment8_average,pupil_count\r\n\
        202425,School,100000,Red,46.1,20\r\n\
        202425,School,100000,Brown,48.0,80\r\n";
    let problem = refused(text.as_bytes(), "ks4.csv");
    assert_eq!((problem.code, problem.row), (ProblemCode::DuplicateKey, Some(3)));
    assert!(problem.what.contains("split by a column"), "{problem}");
}

#[test]
fn key_stage_4_of_both_spellings_with_its_interval() {
    for text in [
        "time_period,geographic_level,school_urn,version,breakdown,pupil_count,\
         attainment8_average,engmath_95_percent,engmath_94_percent,progress8_average,\
         progress8_lower_95_ci,progress8_upper_95_ci,progress8_pupil_count\r\n\
         202324,School,100000,Final,Total,100,46.1,40,62,0.2,-0.1,0.5,96\r\n\
         202324,School,100000,Final,Disadvantaged,30,36.1,20,42,-0.2,-0.6,0.2,29\r\n\
         202324,School,100000,Final,Girls,50,48.1,44,66,0.3,-0.1,0.7,48\r\n",
        "time_period,geographic_level,school_urn,version,breakdown_topic,disadvantage,sex,t_pupils,\
         avg_att8,pt_l2basics_95,pt_l2basics_94,avg_p8score,p8score_ci_low,p8score_ci_upp,t_inp8calc\r\n\
         202324,School,100000,Final,Total,Total,Total,100,46.1,40,62,0.2,-0.1,0.5,96\r\n\
         202324,School,100000,Final,Disadvantage,Disadvantaged,Total,30,36.1,20,42,-0.2,-0.6,0.2,29\r\n\
         202324,School,100000,Final,Sex,Total,Girls,50,48.1,44,66,0.3,-0.1,0.7,48\r\n",
    ] {
        let (all, result) = read_named(text.as_bytes(), "ks4.csv");
        let report = result.unwrap();
        assert_eq!((report.counts.accepted, report.counts.unused), (3, 1));
        let found = readings(&all);
        assert_eq!(found.len(), 8);
        let of = |code: &str, group| {
            found.iter().find(|(c, r)| *c == code && r.group == group).unwrap().1
        };
        let p8 = of("KS4_P8", PupilGroup::Disadvantaged).measure;
        let expected =
            evidence::Measure::Estimate { value: -0.2, low: -0.6, high: 0.2, n: Some(29.0) };
        assert_eq!(p8, expected);
        assert_eq!(of("KS4_A8_DIS", PupilGroup::Disadvantaged).measure.value(), Some(36.1));
        assert_eq!(of("KS4_EM5", PupilGroup::All).measure.n(), Some(100.0));
        assert_eq!(of("KS4_EM5", PupilGroup::All).release, ReleaseStatus::Final);
    }
}

#[test]
fn absence_suspensions_and_workforce() {
    let text = "time_period,geographic_level,old_la_code,region_code,school_urn,education_phase,\
        enrolments,sess_overall_percent,sess_unauthorised_percent,enrolments_pa_10_exact,\
        enrolments_pa_10_exact_percent,enrolments_pa_50_exact,enrolments_pa_50_exact_percent\r\n\
        202324,School,201,,100000,State-funded primary,250,5.2,0.4,24,9.6,2,0.8\r\n\
        202223,School,201,,100000,State-funded primary,251,5.9,0.5,30,11.95219,c,c\r\n\
        202324,Local authority,201,E12000007,,State-funded primary,1000,5.4,0.5,120,12,9,0.9\r\n\
        202324,National,,,,Total,8000000,7.1,2.4,1600000,20,180000,2.25\r\n";
    let (all, result) = read_named(text.as_bytes(), "1a_absence_3term_school.csv");
    let report = result.unwrap();
    assert_eq!(report.counts.accepted, 4);
    let years: Vec<String> = report.periods.iter().map(ToString::to_string).collect();
    assert_eq!(years, ["2022/23", "2023/24"]);
    let found = readings(&all);
    assert_eq!(found.len(), 16);
    let absence = found.iter().find(|(code, _)| *code == "ATT_ABS").unwrap().1.measure;
    // A share of sessions: the pupils stand beside it and do not divide it.
    assert_eq!(absence, evidence::Measure::Scalar { value: 5.2, n: Some(250.0) });
    let pa = found.iter().find(|(code, _)| *code == "ATT_PA").unwrap().1.measure;
    assert_eq!(pa, evidence::Measure::Proportion { numerator: 24.0, denominator: 250.0 });

    let text = "time_period,geographic_level,school_urn,education_phase,headcount,suspension,\
        susp_rate,one_plus_susp,one_plus_susp_rate,perm_excl,perm_excl_rate\r\n\
        202324,School,100000,State-funded secondary,1000,120,12,60,6,1,0.1\r\n";
    let (all, result) = read_named(text.as_bytes(), "exc_school.csv");
    assert_eq!(result.unwrap().recognised.kind, "suspensions");
    let found = readings(&all);
    assert_eq!(found[0].1.measure, evidence::Measure::Scalar { value: 12.0, n: Some(1000.0) });

    let text = "time_period,geographic_level,school_urn,teacher_fte_in_census_year,\
        remained_in_the_same_school\r\n\
        202324,School,100000,40,34\r\n202324,School,100008,c,c\r\n202324,School,100009,0,0\r\n";
    let (all, result) = read_named(text.as_bytes(), "teacher_turnover_school.csv");
    assert_eq!(result.unwrap().counts.missing_values, 2);
    let found = readings(&all);
    assert_eq!(found[0].0, "WF_RET");
    assert_eq!(found[0].1.measure.value(), Some(85.0));
    assert_eq!(found[1].1.measure.missing(), Some(evidence::Missing::Confidential));
    assert_eq!(found[2].1.measure.missing(), Some(evidence::Missing::NoEntries));
}

//! Layouts of which no real file is at hand: small ones with the publisher's column names.

use crate::read_named;
use sources::{Grade, InspectionArea, ProblemCode, Record, Severity};

#[test]
fn groups_with_and_without_members() {
    let members = "Linked UID,Group ID,Group Name,Companies House Number,Group Type (code),\
        Group Type,Closed Date,Group Status (code),Group Status,Joined date,URN\r\n\
        2044,TR00001,The Made Up Trust,07654321,06,Multi-academy trust,,OPEN,Open,01-09-2012,136000\r\n\
        2044,TR00001,The Made Up Trust,07654321,06,Multi-academy trust,,OPEN,Open,01/09/2014,141000\r\n\
        2044,TR00001,The Made Up Trust,07654321,06,Multi-academy trust,,OPEN,Open,01/09/2014,141000\r\n\
        ,TR00002,Nobody,,06,Multi-academy trust,,OPEN,Open,,141001\r\n";
    let (all, result) = read_named(members.as_bytes(), "grouplinks.csv");
    let report = result.unwrap();
    assert_eq!(report.recognised.kind, "groups");
    assert_eq!((report.counts.accepted, report.counts.rejected), (2, 2));
    let Record::Group(second) = &all.records[1].1 else { panic!() };
    assert_eq!((second.uid, second.member.unwrap().get()), (2044, 141_000));
    assert_eq!(second.joined.unwrap().to_string(), "2014-09-01");
    assert_eq!(second.companies_house.as_deref(), Some("07654321"));
    let groups = "Group UID,Group ID,Group Name,Companies House Number,Group Type,Closed Date,\
        Group Status,Incorporated on (open date),UKPRN\r\n\
        2044,TR00001,The Made Up Trust,07654321,Multi-academy trust,,Open,02-05-2011,10034000\r\n";
    let (all, result) = read_named(groups.as_bytes(), "allgroups.csv");
    assert_eq!(result.unwrap().counts.accepted, 1);
    let Record::Group(first) = &all.records[0].1 else { panic!() };
    assert_eq!((first.member, first.ukprn), (None, Some(10_034_000)));
    assert_eq!(first.opened.unwrap().to_string(), "2011-05-02");
}

#[test]
fn the_older_register_in_another_order_with_names_only() {
    let text = "AdmissionsPolicy (name);EstablishmentName;EstablishmentNumber;GOR (name);LA (name);\
        OpenDate;PhaseOfEducation (name);Postcode;TelephoneSTD;URN;WebsiteAddress\r\n\
        Not applicable;\u{2018}Free\u{2019} School;4000;London;Camden;01/09/2013;Secondary;NW1 3EX;020;139000;www.x.org\r\n";
    let (all, result) = read_named(text.as_bytes(), "edubasealldata20150401.csv");
    let report = result.unwrap();
    assert_eq!(report.recognised.delimiter, Some(';'));
    assert_eq!(report.recognised.as_at.unwrap().to_string(), "2015-04-01");
    let Record::School(school) = &all.records[0].1 else { panic!() };
    assert_eq!(school.name, "‘Free’ School");
    assert_eq!((school.la_code, school.la_name.as_deref()), (None, Some("Camden")));
    assert_eq!(school.website.as_deref(), Some("www.x.org"));
    assert!(report.recognised.columns_absent.contains(&"la-code".to_owned()));
}

#[test]
fn no_name_of_a_person_is_taken_from_the_register() {
    let text = "URN,EstablishmentName,EstablishmentStatus (name),HeadTitle (name),HeadFirstName,\
        HeadLastName,TelephoneNum\r\n100000,A School,Open,Ms,Secretly,Named,02071\r\n";
    let (all, result) = read_named(text.as_bytes(), "register.csv");
    let report = result.unwrap();
    let shown = format!("{all:?}{report:?}");
    for word in ["Secretly", "Named", "02071"] {
        assert!(!shown.contains(word), "{word} was kept");
    }
}

#[test]
fn inspections_as_csv_since_the_report_card() {
    let text = "Web link,URN,LAESTAB,School name,Inspection number,Inspection type,\
        Inspection start date,Publication date,Category of concern,Safeguarding standards,\
        Inclusion,Curriculum and teaching,Post-16 provision (where applicable),\
        Latest OEIF overall effectiveness,Latest OEIF quality of education,\
        Inspection start date of latest OEIF graded inspection,\
        URN at time of latest OEIF graded inspection,Ungraded inspection overall outcome\r\n\
        x,100000,2013614,A,10400001,School inspection,18/11/2025,12/01/2026,NULL,Met,\
        Needs attention,Exceptional,NULL,2,1,05/03/2019,100001,NULL\r\n\
        x,100008,2022019,B,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,Not judged,2,06/11/2024,\
        100008,School remains Good\r\n";
    let (all, result) = read_named(text.as_bytes(), "ofsted_mi_20260131.csv");
    let report = result.unwrap();
    assert_eq!(report.recognised.kind, "inspections");
    assert_eq!((report.counts.accepted, report.counts.records), (2, 3));
    let inspections: Vec<_> = all
        .records
        .iter()
        .map(|(_, record)| match record {
            Record::Inspection(one) => one,
            _ => panic!(),
        })
        .collect();
    let grade = |of: usize, area| {
        inspections[of].grades.iter().find(|(a, _)| *a == area).map(|(_, grade)| *grade)
    };
    assert_eq!(grade(0, InspectionArea::CurriculumAndTeaching), Some(Grade::Exceptional));
    assert_eq!(grade(0, InspectionArea::Inclusion), Some(Grade::NeedsAttention));
    assert_eq!(grade(0, InspectionArea::Post16), Some(Grade::NotJudged));
    assert_eq!(inspections[1].urn_then.get(), 100_001);
    assert_eq!(grade(1, InspectionArea::Overall), Some(Grade::Good));
    assert_eq!(grade(2, InspectionArea::Overall), Some(Grade::NotJudged));
    assert_eq!(inspections[2].outcome.as_deref(), Some("School remains Good"));
}

#[test]
fn postcodes_that_repeat_and_postcodes_that_disagree() {
    let text = "Postcode,LSOA code,IDACI Rank,IDACI Decile,IDACI Score\r\n\
        POSTCODE,**UNMATCHED**,,,\r\n\
        EC3A 5DE,E01032739,32644,10,0.01\r\n\
        ec3a5de,E01032739,32644,10,0.01\r\n\
        EC3A 5DE,E01032739,1,1,0.9\r\n\
        EC2Y 8BB,E01000002,29682,10,0.037\r\n\
        EC2Y 8BC,E01000002,29682,10,0.037\r\n\
        EC2Y 8BD,E01000002,29682,10,0.037\r\n";
    let (all, result) = read_named(text.as_bytes(), "idaci.csv");
    let counts = result.unwrap().counts;
    assert_eq!((counts.rows, counts.accepted, counts.rejected), (7, 5, 2));
    assert_eq!(all.problems[0].code, ProblemCode::BadKey);
    assert_eq!((all.problems[1].code, all.problems[1].row), (ProblemCode::Contradiction, Some(5)));
    assert!(all.problems.iter().all(|problem| problem.severity == Severity::Row));
}

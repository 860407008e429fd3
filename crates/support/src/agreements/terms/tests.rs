//! What is missing from terms, and what they cost.

use jiff::civil::date;

use super::*;

pub(crate) fn storyboard() -> Terms {
    let kind = pack().kind("intensive").unwrap();
    let mut terms = Terms::draft(kind, OrgRef::School(999_101), OrgRef::School(999_207));
    terms.title = "Early reading".to_owned();
    terms.success = vec!["One phonics programme, taught daily in every class".to_owned()];
    terms.supporter_goal = "Test our own handover to Year 3".to_owned();
    terms.start_on = Some(date(2027, 1, 4));
    terms.end_on = Some(date(2027, 12, 17));
    let member = |name: &str, half_days, lead| TeamMember {
        account: None,
        name: name.to_owned(),
        part: String::new(),
        half_days,
        lead,
    };
    terms.team = vec![
        member("Daniel Reyes", 6, true),
        member("Aisha Khan", 18, false),
        member("Bev Stone", 1, false),
    ];
    terms.money = Money {
        day_rate: 35_000,
        home_share: 30_000,
        broker_share: 5_000,
        funder: "Alliance fund".to_owned(),
        funder_org: None,
        funder_pays: 350_000,
        ..Money::default()
    };
    terms.kpis = Side::BOTH
        .into_iter()
        .map(|side| ChosenKpi {
            side,
            code: "KS2_RWM_EXP".to_owned(),
            group: "all".to_owned(),
            worth_having: 3.0,
        })
        .collect();
    terms.outturn_from = Some(AcademicYear(2027));
    terms.reviews =
        vec![date(2027, 3, 26), date(2027, 7, 9), date(2027, 10, 15), date(2027, 12, 10)];
    terms
}

#[test]
fn the_storyboard_costs_what_it_says() {
    let terms = storyboard();
    assert_eq!(terms.half_days(), 25);
    let cost = terms.cost();
    assert_eq!(
        cost,
        Cost { total: 437_500, home: 375_000, broker: 62_500, funder: 350_000, school: 87_500 }
    );
    assert_eq!(terms.money.cost(24).home, 360_000);
    assert_eq!(pounds(437_500), "£4,375");
    assert_eq!(pounds(8_750), "£87.50");
    assert_eq!(days(25), "12½ days");
    assert_eq!((days(1), days(2)), ("half a day".to_owned(), "1 day".to_owned()));
}

#[test]
fn a_complete_agreement_has_no_gap_and_each_missing_part_is_named() {
    assert_eq!(storyboard().gaps(), []);
    type Break = fn(&mut Terms);
    let breaks: [(&str, Break); 12] = [
        ("supporter_goal", |t| t.supporter_goal = "  ".to_owned()),
        ("success", |t| t.success = vec![" ".to_owned()]),
        ("title", |t| t.title.clear()),
        ("kpis", |t| t.kpis.truncate(1)),
        ("kpis", |t| t.kpis[0].worth_having = 0.0),
        ("data", |t| t.data.clear()),
        ("exit", |t| t.exit.clear()),
        ("team", |t| t.team.clear()),
        ("day_rate", |t| t.money.home_share = 1),
        ("funder", |t| t.money.funder.clear()),
        ("reviews", |t| t.reviews.truncate(1)),
        ("end_on", |t| t.end_on = Some(date(2027, 1, 3))),
    ];
    for (field, spoil) in breaks {
        let mut terms = storyboard();
        spoil(&mut terms);
        assert!(terms.gaps().iter().any(|gap| gap.field == field), "{field}");
    }
}

#[test]
fn results_of_the_same_summer_count_only_after_a_term_of_support() {
    assert_eq!(Terms::first_outturn(date(2027, 1, 4)), AcademicYear(2027));
    assert_eq!(Terms::first_outturn(date(2026, 10, 1)), AcademicYear(2027));
    assert_eq!(Terms::first_outturn(date(2027, 4, 20)), AcademicYear(2028));
}

#[test]
fn parts_of_the_cost_always_add_up() {
    for half_days in 0..60 {
        for day_rate in [0, 35_000, 42_250] {
            let money = Money {
                day_rate,
                home_share: day_rate * 6 / 7,
                funder_pays: 100_000,
                ..Money::default()
            };
            let cost = money.cost(half_days);
            assert_eq!(cost.home + cost.broker, cost.total);
            assert_eq!(cost.funder + cost.school, cost.total);
            assert!(cost.school >= 0 && cost.funder >= 0);
        }
    }
}

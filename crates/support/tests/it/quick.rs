//! Support on one page: a focused one in a few answers, days on call with fewer still, and one that
//! was running before it was written here.

use std::collections::BTreeSet;

use access::Permit;
use foundation::OrgRef;
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::{State, store},
    course,
    money::charges,
    pages::quick::QUESTIONS,
    time,
};
use testkit::{TestApp, both};

use crate::{
    thread::{find, permit, sign},
    world::{HARBOUR, OAKFIELD, at, setup, world},
};

const DATES: [(&str, &str); 6] = [
    ("start_on-day", "11"),
    ("start_on-month", "1"),
    ("start_on-year", "2027"),
    ("end_on-day", "26"),
    ("end_on-month", "3"),
    ("end_on-year", "2027"),
];

pub(crate) fn answers<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("supported", "school:999101"),
        ("supporting", "school:999207"),
        ("title", "Phonics in Year 1"),
        ("supporter_goal", "How a small school groups its readers"),
        ("person", "aisha khan"),
    ];
    form.extend(DATES);
    for &(name, value) in more {
        form.retain(|(known, _)| *known != name);
        form.push((name, value));
    }
    form
}

pub(crate) fn id_of(location: &str) -> AgreementId {
    location.split('/').nth(2).unwrap().parse().unwrap()
}

async fn tend(t: &TestApp) -> course::Tended {
    course::tend(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap()
}

#[tokio::test]
async fn a_focused_support_of_three_days_is_eleven_answers_and_one_button() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = t.get(Some(&w.marcus), "/agreements/quick").await.expect(200);
        // Every field of the page is one of the questions, and every question is there.
        let form = page.body.split("action=\"/agreements/quick\"").nth(1).unwrap();
        let form = form.split("</form>").next().unwrap();
        let asked: BTreeSet<&str> = form
            .split(" name=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|name| {
                let date =
                    ["-day", "-month", "-year"].iter().find_map(|end| name.strip_suffix(end));
                date.unwrap_or(name)
            })
            .collect();
        assert_eq!(asked, BTreeSet::from(QUESTIONS));
        assert!(QUESTIONS.len() <= 11);

        let more = [("kind", "focused"), ("success", "Taught daily"), ("days", "3")];
        let sent = t.post(Some(&w.marcus), "/agreements/quick", &answers(&more)).await.expect(303);
        let id = id_of(sent.location());
        let check = t.get(Some(&w.marcus), sent.location()).await.expect(200);
        let _ = check.contains("Send it to both schools to sign").lacks("Incomplete");
        let _ = t.post(Some(&w.marcus), &format!("/agreements/{id}/offer"), &[]).await.expect(303);
        sign(&t, &w.priya, id).await.unwrap();
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Signed);
        let terms = store::version(&t.app.db, id, 1).await.unwrap().terms().clone();
        assert_eq!(terms.team[0].account, Some(w.aisha.account), "found by her name");
        assert_eq!((terms.half_days(), terms.brought_in), (6, None));
        assert!(terms.kpis.len() == 2 && terms.reviews.len() == 1);
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let _ = page.lacks("Brought in");
    })
    .await;
}

#[tokio::test]
async fn what_runs_already_is_brought_in_and_says_so() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let long = answers(&[
            ("kind", "call-off"),
            ("days", "2"),
            ("given", "2.5"),
            ("start_on-day", "7"),
            ("start_on-month", "9"),
            ("start_on-year", "2026"),
        ]);
        let told = t.post(Some(&w.daniel), "/agreements/quick", &long).await.expect(422);
        let _ =
            told.contains("More days were given than are agreed").contains("small school groups");
        let early = answers(&[("kind", "call-off"), ("days", "5"), ("given", "1")]);
        let told = t.post(Some(&w.daniel), "/agreements/quick", &early).await.expect(422);
        let _ = told.contains("It has not begun");
        let mut good = long.clone();
        good.retain(|(name, _)| *name != "days");
        good.push(("days", "5"));
        let sent = t.post(Some(&w.daniel), "/agreements/quick", &good).await.expect(303);
        let id = id_of(sent.location());
        // Its head has written it; the broker sends it, and both sides confirm by signing.
        let offer = format!("/agreements/{id}/offer");
        let _ = t.post(Some(&w.daniel), &offer, &[]).await.expect(403);
        let _ = t.post(Some(&w.marcus), &offer, &[]).await.expect(303);
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}/sign")).await.expect(200);
        let page =
            page.contains("Brought in on 9 November 2026").contains("2½ days had been given");
        let _ = page.contains("since 7 September 2026");
        sign(&t, &w.priya, id).await.unwrap();
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Signed);
        assert!(time::of(&t.app.db, id).await.unwrap().is_empty(), "nothing before it begins");
        at(&t, "2026-11-10T06:00:00Z").await;
        assert_eq!(tend(&t).await.started, [id]);
        let entries = time::of(&t.app.db, id).await.unwrap();
        assert_eq!(entries.len(), 1);
        let (oakfield, harbour) = (OrgRef::School(OAKFIELD), OrgRef::School(HARBOUR));
        assert_eq!((entries[0].giver, entries[0].receiver), (oakfield, harbour));
        assert_eq!((entries[0].half_days, entries[0].on()), (5, date(2026, 11, 9)));
        assert!(charges::of(&t.app.db, id).await.unwrap().is_empty(), "it was paid elsewhere");
        // The rest can still be planned, and no more than the rest.
        let daniel = permit(&t, &w.daniel, id).await;
        let new = |half_days| time::NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: support::agreements::Side::Supporting,
            on: date(2026, 11, 17),
            beneficiary: None,
            half_days,
            what: String::new(),
        };
        for (half_days, well) in [(3, true), (3, false), (2, true), (1, false)] {
            let mut at = new(half_days);
            at.on = at.on.saturating_add(jiff::Span::new().weeks(i64::from(half_days != 3)));
            assert_eq!(time::plan(&t.app, &daniel, id, &at).await.is_ok(), well, "{half_days}");
        }
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}/impact")).await.expect(200);
        let _ = page.contains("Brought in on 9 November 2026");
        assert_eq!(find(&t, id).await.state(), State::Active);
    })
    .await;
}

#[tokio::test]
async fn days_on_call_begin_with_a_purpose_days_and_dates_and_nothing_else() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let mut bare = answers(&[("days", "4")]);
        bare.retain(|(name, _)| !["kind", "success", "supporter_goal", "person"].contains(name));
        let with = |kind: &'static str| {
            let mut all = bare.clone();
            all.push(("kind", kind));
            all
        };
        let told = t.post(Some(&w.marcus), "/agreements/quick", &with("focused")).await.expect(422);
        let told = told.contains("Say who comes").contains("how both will know");
        let _ = told.contains("what the side that helps wants to learn");
        let sent = t.post(Some(&w.marcus), "/agreements/quick", &with("call-off")).await;
        let sent = sent.expect(303);
        let check = t.get(Some(&w.marcus), sent.location()).await.expect(200);
        let _ = check.contains("Send it to both schools to sign").lacks("Incomplete");
        let id = id_of(sent.location());
        let _ = t.post(Some(&w.marcus), &format!("/agreements/{id}/offer"), &[]).await.expect(303);
        sign(&t, &w.priya, id).await.unwrap();
        assert_eq!(sign(&t, &w.daniel, id).await.unwrap(), State::Signed);
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let _ = page.contains("Whoever is called on from Oakfield").contains("called on as needed");
    })
    .await;
}

#[tokio::test]
async fn an_exchange_is_day_for_day_and_says_what_is_owed_until_it_is_given_back() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let more = [("kind", "exchange"), ("days", "1"), ("success", "Both took one thing home")];
        let sent = t.post(Some(&w.marcus), "/agreements/quick", &answers(&more)).await.expect(303);
        let id = id_of(sent.location());
        // As many days back as are given: anything else is said at the step where it is put right.
        let agreement = find(&t, id).await;
        let mut terms = store::version(&t.app.db, id, 1).await.unwrap().terms().clone();
        assert_eq!((terms.half_days(), terms.money.reciprocal_half_days), (2, 2));
        terms.money.reciprocal_half_days = 1;
        let gap = terms.gaps().into_iter().find(|gap| gap.field == "reciprocal_days").unwrap();
        assert_eq!(
            (gap.step, gap.message.as_str()),
            ("money", "Exchange is day for day: enter 1 day in return, as many as are given")
        );
        assert_eq!(agreement.state(), State::Drafting);
        let _ = t.post(Some(&w.marcus), &format!("/agreements/{id}/offer"), &[]).await.expect(303);
        sign(&t, &w.priya, id).await.unwrap();
        sign(&t, &w.daniel, id).await.unwrap();
        at(&t, "2027-01-11T06:00:00Z").await;
        assert_eq!(tend(&t).await.started, [id]);
        at(&t, "2027-01-12T15:00:00Z").await;
        let back = time::NewEntry {
            account: None,
            person: "Priya Nair".to_owned(),
            from: support::agreements::Side::Supported,
            on: date(2027, 1, 12),
            beneficiary: None,
            half_days: 1,
            what: "Music".to_owned(),
        };
        let priya = permit(&t, &w.priya, id).await;
        let csv = |org: u32| format!("/statements/school:{org}/returns.csv?year=2028");
        let line = |answer: &testkit::Answer| {
            answer.body.lines().find(|line| line.contains("Harbour")).map(str::to_owned)
        };
        for owed in ["1.0,0.0,0.0,1.0", "1.0,0.5,0.0,0.5", "1.0,1.0,0.0,0.0"] {
            // The ledgers of both say the same, in whatever year one looks.
            for (who, org) in [(&w.priya, HARBOUR), (&w.daniel, OAKFIELD)] {
                let told = line(&t.get(Some(who), &csv(org)).await.expect(200)).unwrap();
                assert!(told.contains("Oakfield Primary"), "{told}");
                assert!(told.contains(owed), "{told}");
            }
            let page = t.get(Some(&w.daniel), &format!("/agreements/{id}/time")).await.expect(200);
            let exit = t.get(Some(&w.daniel), &format!("/agreements/{id}/exit")).await.expect(200);
            if owed.ends_with("0.0,0.0") {
                let _ = page.contains("1 day agreed, all given back");
                let _ = exit.lacks("still owed");
                break;
            }
            let _ = page.contains("still owed");
            let _ = exit.contains("Days in return from Harbour View Primary");
            let entry = time::plan(&t.app, &priya, id, &back).await.unwrap();
            time::deliver(&t.app, &priya, entry).await.unwrap();
        }
        let more = time::plan(&t.app, &priya, id, &back).await;
        assert!(more.is_err(), "nothing beyond what was agreed");
    })
    .await;
}

#[tokio::test]
async fn whoever_leads_nothing_here_is_not_asked() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        for who in [&w.aisha, &w.chair, &w.stranger] {
            let _ = t.get(Some(who), "/agreements/quick").await.expect(403);
            // Also with everything filled in: the answer does not depend on the words.
            let more = [("kind", "focused"), ("success", "Taught daily"), ("days", "3")];
            let _ = t.post(Some(who), "/agreements/quick", &answers(&more)).await.expect(403);
            let _ = t.post(Some(who), "/agreements/quick", &[]).await.expect(403);
        }
        let _ = t.get(None, "/agreements/quick").await.expect(303);
    })
    .await;
}

//! From a head's request to interests settled, through the pages.

use brokerage::cadre::{SupporterRef, capacity};
use brokerage::proposals;
use brokerage::requests::{self, RequestId, State, acts};
use foundation::Sql as _;
use jiff::civil::date;
use testkit::{TestApp, both};

use crate::world::{World, setup, system, world};

const FORM: &[(&str, &str)] = &[
    ("title", "Early reading"),
    ("need", "Phonics is taught in three ways"),
    ("outcome", "Every child reads by six"),
    ("beneficiaries", "teacher"),
    ("specialism-1", "early-reading"),
    ("depth", "3"),
    ("tier", "targeted"),
    ("severity", "4"),
    ("days", "9"),
    ("earliest-day", "4"),
    ("earliest-month", "1"),
    ("earliest-year", "2027"),
    ("latest-day", "16"),
    ("latest-month", "7"),
    ("latest-year", "2027"),
    ("mode", "on-site"),
    ("budget", "3,500"),
    ("avoid", "school:999102"),
    ("avoid-why", "We share a catchment"),
];

/// What the front page tells somebody about this room.
async fn home_of(t: &TestApp, who: &testkit::Persona) -> Vec<needs::Waiting> {
    let visitor = t.visitor(who).await;
    let all = brokerage::waiting(&t.app, &visitor).await.unwrap();
    all.into_iter().map(|(waiting, _)| waiting).collect()
}

/// Facts change after everything was settled: their author alone says so, the match is not clear until
/// they declared again and it was assessed again.
async fn facts_change(
    t: &TestApp,
    w: &World,
    proposal: proposals::ProposalId,
    page: &str,
    desk: &str,
) {
    let declared = brokerage::interests::declarations(&t.app.db, proposal).await.unwrap();
    let own = declared.iter().find(|one| one.person == Some(w.priya.account)).unwrap();
    let own = own.id.to_string();
    let form = [("declaration", own.as_str())];
    let changed = format!("{page}/changed");
    for who in [&w.daniel, &w.marcus, &w.stranger] {
        let _ = t.post(Some(who), &changed, &form).await.expect(404);
    }
    let _ = t.letters().await;
    let _ = t.post(Some(&w.priya), &changed, &form).await.expect(303);
    let letters = t.letters().await;
    let told = letters
        .iter()
        .any(|one| one.subject.contains("has changed") && one.recipient.starts_with("marcus"));
    assert!(told, "{letters:?}");
    let refused = t.post(Some(&w.marcus), &format!("{desk}/clear"), &[]).await.expect(409);
    let _ = refused.contains("has expired: declare again");
    let _ = t.post(Some(&w.priya), &changed, &form).await.expect(409);
    let _ = t.post(Some(&w.priya), &format!("{page}/declare"), &[]).await.expect(303);
    let refused = t.post(Some(&w.marcus), &format!("{desk}/clear"), &[]).await.expect(409);
    let _ = refused.contains("has not been assessed").lacks("declare again");
    let declared = brokerage::interests::declarations(&t.app.db, proposal).await.unwrap();
    let open = declared.iter().find(|one| one.state.key() == "declared").unwrap().id.to_string();
    let none = [("declaration", open.as_str()), ("outcome", "none")];
    let _ = t.post(Some(&w.marcus), &format!("{desk}/assess"), &none).await.expect(303);
}

#[tokio::test]
async fn a_request_is_matched_with_reasons_and_its_interests_are_settled() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (priya, daniel, marcus) = (Some(&w.priya), Some(&w.daniel), Some(&w.marcus));
        let _ = t.get(priya, "/requests/new").await.expect(200).contains("Ask for support");
        // What is missing is said, and nothing typed is lost.
        let mut half = FORM.to_vec();
        half.retain(|(key, _)| *key != "days");
        let again = t.post(priya, "/requests", &half).await.expect(422);
        let _ = again.contains("Enter days in halves").contains("Phonics is taught in three ways");
        let made = t.post(priya, "/requests", FORM).await.expect(303);
        let id: RequestId = made.location().trim_start_matches("/requests/").parse().unwrap();
        let (page, desk) = (format!("/requests/{id}"), format!("/desk/{id}"));
        // A draft is the school's own: the broker does not know of it.
        let _ = t.get(marcus, &page).await.expect(404);
        let _ = t.get(marcus, &desk).await.expect(404);
        let _ = t.get(marcus, "/desk").await.expect(200).lacks("Early reading");
        let _ = t.post(priya, &format!("{page}/submit"), &[]).await.expect(303);
        let letters = t.letters().await;
        let ack = letters.iter().find(|l| l.recipient.starts_with("priya")).expect("a letter");
        assert!(ack.body.contains("11 November 2026 at 9:00am"), "{}", ack.body);
        let _ = t.get(priya, &format!("{page}/letter")).await.expect(200).contains("Marcus Bell");
        let _ =
            t.get(marcus, "/desk").await.expect(200).contains("Early reading").contains("Running");
        let answer = [("answer", "decline"), ("words", "")];
        let _ = t
            .post(marcus, &format!("{desk}/answer"), &answer)
            .await
            .expect(422)
            .contains("Write the question or the reason");
        let answer = [("answer", "accept"), ("words", "I will ring you")];
        let _ = t.post(marcus, &format!("{desk}/answer"), &answer).await.expect(303);

        // The desk explains: Aisha fits, with a journey of 7.4 miles by road, 8 checks passed.
        let shown = t.get(marcus, &desk).await.expect(200);
        let shown = shown.contains("1. Aisha Khan").contains("Leading expertise in early reading");
        let _ = shown.contains("7.4 miles by road").contains("has the time in the window");
        let key = SupporterRef::Designation(w.aisha_as).to_string();
        let _ =
            t.post(marcus, &format!("{desk}/shortlist"), &[("supporter", &key)]).await.expect(303);
        let _ = t.get(marcus, &format!("{desk}/compare")).await.expect(200).contains("Aisha Khan");
        let _ = t.get(marcus, "/desk/what-if").await.expect(200).contains("Aisha Khan");
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        let version = request.version.to_string();
        let form = [
            ("supporter", key.as_str()),
            ("days", "9"),
            ("version", &version),
            ("message", "You both love stories"),
        ];
        // A partnership that is still being formed brokers nothing, and says why.
        let active = async |on: &str| {
            let tx = t.app.db.write().await.unwrap();
            let set = format!("UPDATE partnership SET active_on = {on} WHERE org = $1");
            tx.run(&set, [w.alliance.into()]).await.unwrap();
            tx.commit().await.unwrap();
        };
        active("NULL").await;
        let _ = t.get(marcus, &desk).await.expect(200).contains("is being formed");
        let refused = t.post(marcus, &format!("{desk}/propose"), &form).await.expect(409);
        let _ = refused.contains("every member has accepted its charter");
        active("'2024-09-01'").await;
        let _ = t.get(marcus, &desk).await.expect(200).lacks("is being formed");
        let _ = t.post(marcus, &format!("{desk}/propose"), &form).await.expect(303);
        let it = proposals::current(&t.app.db, id).await.unwrap().unwrap();
        let match_page = format!("{page}/proposal/{}", it.id);
        let weeks =
            capacity::weeks_of(&t.app.db, SupporterRef::Designation(w.aisha_as), date(2027, 1, 4))
                .await
                .unwrap();
        let free: i64 = weeks.iter().map(|(_, _, left)| left).sum();
        assert_eq!(free, 28 - 18, "the days are held while the heads talk");

        // Both heads see why; the person named reads it and does not answer for the school.
        let _ = t
            .get(priya, &match_page)
            .await
            .expect(200)
            .contains("You both love stories")
            .contains("Why this match");
        let _ = t.get(Some(&w.aisha), &match_page).await.expect(200).lacks("Send my answer");
        let _ = t.post(Some(&w.aisha), &match_page, &[("answer", "yes")]).await.expect(403);
        let _ = t.post(priya, &match_page, &[("answer", "no"), ("reason", "")]).await.expect(422);
        let _ = t.post(priya, &match_page, &[("answer", "yes")]).await.expect(303);
        let state = requests::request(&t.app.db, id).await.unwrap().unwrap().state;
        assert_eq!(state, State::Proposed, "one yes is not enough");
        let _ = t.post(daniel, &match_page, &[("answer", "yes")]).await.expect(303);

        // Interests: declared by both, assessed by the broker, accepted by head and chair.
        let declare = format!("{match_page}/declare");
        let _ = t.post(daniel, &declare, &[("kinds", "trust-growth")]).await.expect(422);
        let _ = t
            .post(
                daniel,
                &declare,
                &[("kinds", "trust-growth"), ("detail", "Our trust would like to grow here")],
            )
            .await
            .expect(303);
        let _ = t.post(priya, &declare, &[]).await.expect(303);
        let told = t.post(marcus, &format!("{desk}/clear"), &[]).await.expect(409);
        let _ = told.contains("has not been assessed").contains("Not checked yet");
        // The words are for the broker; the school sees the kind.
        let _ = t
            .get(priya, &match_page)
            .await
            .expect(200)
            .contains("A trust that wants to grow")
            .lacks("would like to grow here");
        for one in brokerage::interests::declarations(&t.app.db, it.id).await.unwrap() {
            let id = one.id.to_string();
            let manage = [
                ("declaration", id.as_str()),
                ("outcome", "manage"),
                ("mitigation", "No talk of transfer for twelve months"),
            ];
            let none = [("declaration", id.as_str()), ("outcome", "none")];
            let form: &[_] = if one.kinds.is_empty() { &none } else { &manage };
            let _ = t.post(marcus, &format!("{desk}/assess"), form).await.expect(303);
            if !one.kinds.is_empty() {
                let safe = format!("{match_page}/safeguards");
                let chair = [("declaration", id.as_str()), ("as", "chair")];
                let _ = t.post(priya, &safe, &chair).await.expect(404);
                let _ = t.post(Some(&w.tom), &safe, &chair).await.expect(303);
                let _ = t
                    .post(priya, &safe, &[("declaration", id.as_str()), ("as", "head")])
                    .await
                    .expect(303);
            }
        }
        for item in brokerage::interests::Check::ALL {
            let form = [("item", item.key()), ("note", "seen")];
            let _ = t.post(marcus, &format!("{desk}/check"), &form).await.expect(303);
        }
        facts_change(&t, &w, it.id, &match_page, &desk).await;
        let _ = t.post(marcus, &format!("{desk}/clear"), &[]).await.expect(303);
        // The record of it all: whole for the broker, without the words for the asking side's chair.
        let record = format!("{match_page}/record");
        let page = t.get(marcus, &record).await.expect(200).contains("would like to grow here");
        let page = page.contains("No talk of transfer for twelve months").contains("Tom Reed");
        let _ = page.contains("The money is there").lacks("Not checked yet");
        let page = t.get(Some(&w.tom), &record).await.expect(200);
        let page = page.contains("A trust that wants to grow").contains("Accepted by the chair");
        let _ = page.contains("Assessed by").lacks("would like to grow here");
        let _ = t.get(priya, &record).await.expect(200).lacks("would like to grow here");
        for other in [daniel, Some(&w.aisha), Some(&w.other_broker), Some(&w.stranger)] {
            let _ = t.get(other, &record).await.expect(404);
        }
        // The thread goes on: the broker drafts, both heads know what they wait for.
        let todo = home_of(&t, &w.marcus).await;
        assert!(todo.iter().any(
            |one| one.text.starts_with("Draft the agreement for Harbour View")
                && one.href == format!("/agreements/new?request={id}")
                && one.tag == "Waiting for you"
        ));
        for who in [&w.priya, &w.daniel] {
            let waits = home_of(&t, who).await;
            let told =
                waits.iter().any(|one| one.detail.contains("the broker writes the agreement"));
            assert!(told, "{}: {waits:?}", who.name);
        }
        // An agreement that is given up puts the request back on the desk, with its time free.
        let tx = t.app.db.write().await.unwrap();
        acts::to_agreement(&tx, &system(&t), id, "agreement-0").await.unwrap();
        let why = system(&t).because("The head has left");
        acts::from_agreement(&tx, &t.app, &why, id, "agreement-0").await.unwrap();
        tx.commit().await.unwrap();
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(request.state, State::Rematch);
        assert!(proposals::current(&t.app.db, id).await.unwrap().is_none());
        let weeks =
            capacity::weeks_of(&t.app.db, SupporterRef::Designation(w.aisha_as), date(2027, 1, 4))
                .await
                .unwrap();
        assert_eq!(weeks.iter().map(|(_, _, left)| left).sum::<i64>(), 28, "her days are free");
        let letters = t.letters().await;
        let back = letters.iter().find(|letter| letter.subject.contains("back on the desk"));
        assert!(back.is_some_and(|l| l.body.contains("The head has left")), "{back:?}");
        let todo = home_of(&t, &w.marcus).await;
        assert!(todo.iter().any(|one| one.detail == "Match again"), "{todo:?}");
        // From here the same road is walked once more; the rest of it is the product's own doing.
        t.app.db.run("UPDATE support_request SET state = 'coi_clear'", []).await.unwrap();
        let tx = t.app.db.write().await.unwrap();
        acts::to_agreement(&tx, &system(&t), id, "agreement-1").await.unwrap();
        acts::fulfil(&tx, &system(&t), id).await.unwrap();
        tx.commit().await.unwrap();
        let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(request.state, State::Fulfilled);
        let chain = foundation::events::verify(&t.app.db).await.unwrap();
        assert!(matches!(chain, foundation::events::Chain::Whole(n) if n > 20), "{chain:?}");
    })
    .await;
}

#[tokio::test]
async fn the_report_says_the_same_in_words_and_in_data() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = crate::world::matching(&t, &w).await;
        let today = t.app.clock.today();
        let report =
            brokerage::desk::report::partnership(&t.app.db, w.alliance, today).await.unwrap();
        assert!(report.text.contains("Aisha Khan"), "{}", report.text);
        let needs = report.json["plan"]["matches"].as_array().unwrap();
        assert_eq!(needs[0]["need"], id.to_string());
        let one = brokerage::desk::report::request(&t.app.db, id, today).await.unwrap();
        assert!(one.text.contains("7.4 miles"), "{}", one.text);
    })
    .await;
}

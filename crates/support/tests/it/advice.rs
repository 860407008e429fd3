//! Support that is diagnosis and advice: it ends when the school accepts the report.

use foundation::Sql as _;
use support::{
    agreements::State,
    exits::{self, advice},
};
use testkit::{TestApp, both};

use crate::{
    thread::{active, find},
    world::{World, at, setup, world},
};

/// An agreement under way whose kind ends with a report.
async fn advisory(t: &TestApp) -> (World, support::AgreementId) {
    let w = world(t).await;
    let id = active(t, &w).await;
    t.app
        .db
        .run("UPDATE agreement SET kind = 'advisory' WHERE id = $1", [id.into()])
        .await
        .unwrap();
    at(t, "2027-02-12T15:00:00Z").await;
    t.letters().await;
    (w, id)
}

#[tokio::test]
async fn advice_is_complete_when_the_school_accepts_the_report() {
    both(&setup(), async |t| {
        let (w, id) = advisory(&t).await;
        let page = |what: &str| format!("/agreements/{id}/advice{what}");
        let said = [
            ("seen", "Stories are read aloud every day. Nobody checks who cannot follow."),
            ("advised", "One check after six weeks; leave the timetable alone."),
            ("seen_version", "0"),
        ];
        let _ = t.get(Some(&w.priya), &page("")).await.expect(404);
        for who in [&w.priya, &w.marcus] {
            let _ = t.get(Some(who), &page("/write")).await.expect(403);
            let _ = t.post(Some(who), &page("/write"), &said).await.expect(403);
        }
        let _ = t.post(Some(&w.stranger), &page("/write"), &said).await.expect(404);
        let _ = t.post(Some(&w.aisha), &page("/reply"), &[("act", "accept")]).await.expect(403);
        let half = [("seen", "Stories are read aloud"), ("advised", " "), ("seen_version", "0")];
        let told = t.post(Some(&w.aisha), &page("/write"), &half).await.expect(422);
        let _ = told.contains("Say what you advise").contains("Stories are read aloud");
        let _ = t.post(Some(&w.aisha), &page("/write"), &said).await.expect(303);
        let letters = t.letters().await;
        assert!(!letters.is_empty() && letters.iter().all(|one| !one.body.contains("six weeks")));
        let read = t.get(Some(&w.priya), &page("")).await.expect(200);
        let _ = read.contains("leave the timetable alone").contains("Accept it, or ask about it");
        let _ = t.get(Some(&w.priya), &format!("/agreements/{id}/exit")).await.expect(200).contains("Read the report");

        // A question sends it back; the old page of the school then meets a newer report.
        let ask = [("act", "ask"), ("reply", ""), ("seen", "1")];
        let _ = t.post(Some(&w.priya), &page("/reply"), &ask).await.expect(422).contains("Write your question");
        let ask = [("act", "ask"), ("reply", "Who would do the check?"), ("seen", "1")];
        let _ = t.post(Some(&w.priya), &page("/reply"), &ask).await.expect(303);
        assert_eq!(find(&t, id).await.state(), State::Active, "nothing ends by a question");
        let again = [said[0], ("advised", "One check, by the class teacher"), ("seen_version", "2")];
        let stale = t.post(Some(&w.daniel), &page("/write"), &said).await.expect(422);
        let _ = stale.contains("Somebody else changed");
        let _ = t.post(Some(&w.daniel), &page("/write"), &again).await.expect(303);
        let yes = |seen: &'static str| [("act", "accept"), ("reply", "Thank you"), ("seen", seen)];
        let _ = t.post(Some(&w.priya), &page("/reply"), &yes("2")).await.expect(422);

        // Planned days are settled first; then accepting completes it, without an exit plan.
        t.app
            .db
            .run(
                "UPDATE time_entry SET state = 'delivered' WHERE agreement = $1 AND state = 'planned'",
                [id.into()],
            )
            .await
            .unwrap();
        assert!(!exits::plan_of(&t.app.db, id).await.unwrap().is_written());
        let _ = t.post(Some(&w.priya), &page("/reply"), &yes("3")).await.expect(303);
        let done = find(&t, id).await;
        assert_eq!(done.state(), State::Completed);
        let report = advice::advice_of(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(report.state(), advice::State::Accepted);
        assert_eq!(exits::checks_of(&t.app.db, id).await.unwrap().len(), 2, "it is asked later");
        assert!(t.letters().await.iter().any(|one| one.subject.contains("completed")));
        // Accepting a report asks nothing of the school that helped: it says afterwards, once, what
        // became of its own goal.
        let home = format!("/agreements/{id}");
        let asked = t.get(Some(&w.daniel), &home).await.expect(200);
        let _ = asked.contains("Say what your school took home");
        let said = [("goal", "We read aloud twice a day now"), ("took", "nothing")];
        let to = format!("{home}/exit/home");
        let _ = t.post(Some(&w.priya), &to, &said).await.expect(403);
        let _ = t.get(Some(&w.daniel), &to).await.expect(200);
        let _ = t.post(Some(&w.daniel), &to, &said).await.expect(303);
        let told = t.get(Some(&w.priya), &format!("{home}/exit")).await.expect(200);
        let _ = told.contains("We read aloud twice a day now");
        let _ = t.get(Some(&w.daniel), &home).await.expect(200).lacks("Say what your school took");
        let twice = t.post(Some(&w.daniel), &to, &said).await;
        assert!([409, 422].contains(&twice.status.as_u16()), "{}", twice.status);
        // It is over: nothing is delivered or asked any more.
        let late = t.post(Some(&w.daniel), &page("/write"), &again).await;
        assert!([409, 422].contains(&late.status.as_u16()), "{}", late.status);
    })
    .await;
}

#[tokio::test]
async fn only_support_of_that_kind_ends_with_a_report() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let write = format!("/agreements/{id}/advice/write");
        let _ = t.get(Some(&w.aisha), &write).await.expect(404);
        let said = [("seen", "Much"), ("advised", "More"), ("seen_version", "0")];
        let _ = t.post(Some(&w.aisha), &write, &said).await.expect(404);
        let exit = t.get(Some(&w.aisha), &format!("/agreements/{id}/exit")).await.expect(200);
        let _ = exit.lacks("ends with a report");
        assert!(advice::advice_of(&t.app.db, id).await.unwrap().is_none());
    })
    .await;
}

//! What somebody who leads beyond their school works at for themselves.

use brokerage::{cadre::goals, persons};
use testkit::both;

use crate::world::{setup, world};

#[tokio::test]
async fn a_leader_has_one_goal_at_a_time_and_nobody_else_reads_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = "/cadre/mine/goal";
        // Whoever leads nowhere beyond their school is not asked.
        for who in [&w.priya, &w.tom, &w.marcus] {
            let _ = t.get(Some(who), page).await.expect(404);
            let _ = t.post(Some(who), page, &[("words", "Mine")]).await.expect(404);
        }
        let _ = t.get(Some(&w.aisha), "/cadre/mine").await.expect(200).contains(page);
        let code = brokerage::packs::competencies()[0].code.as_str();
        let words = "Ask three questions before I suggest anything";
        let goal = |code, year| {
            [
                ("competency", code),
                ("words", words),
                ("by-day", "16"),
                ("by-month", "7"),
                ("by-year", year),
            ]
        };
        for (form, told) in [
            (goal("", "2027"), "Choose what it is about"),
            (goal("juggling", "2027"), "Choose what it is about"),
            (goal(code, "2026"), "after today"),
            (goal(code, "2030"), "within two years"),
        ] {
            let said = t.post(Some(&w.aisha), page, &form).await.expect(422);
            let _ = said.contains(told).contains(words);
        }
        let _ = t.post(Some(&w.aisha), page, &goal(code, "2027")).await.expect(303);
        let shown = t.get(Some(&w.aisha), page).await.expect(200);
        let _ = shown.contains(words).contains("by 16 July 2027");
        let _ = t.get(Some(&w.aisha), "/cadre/mine").await.expect(200).contains(words);
        let _ = t.post(Some(&w.aisha), page, &goal(code, "2027")).await.expect(409);
        let theirs = format!("/cadre/{}", w.aisha_as);
        for who in [&w.marcus, &w.daniel] {
            let _ = t.get(Some(who), &theirs).await.expect(200).lacks(words);
        }
        // It ends with what came of it, and the next one begins.
        let close = [("close", "yes"), ("came", "")];
        let _ = t.post(Some(&w.aisha), page, &close).await.expect(422).contains("what came of it");
        let close = [("close", "yes"), ("came", "They asked me to come again")];
        let _ = t.post(Some(&w.aisha), page, &close).await.expect(303);
        let shown = t.get(Some(&w.aisha), page).await.expect(200);
        let _ = shown.contains("They asked me to come again").contains("Set this goal");
        let _ = t.post(Some(&w.aisha), page, &close).await.expect(409);
        let _ = t.post(Some(&w.aisha), page, &goal(code, "2027")).await.expect(303);
        let all = goals::of(&t.app.db, w.aisha.account).await.unwrap();
        assert_eq!(all.iter().map(|one| one.closed().is_some()).collect::<Vec<_>>(), [false, true]);
        let copy = persons::extract(t.app.clone(), w.aisha.account).await.unwrap();
        assert_eq!(copy["goals"].as_array().unwrap().len(), 2);
    })
    .await;
}

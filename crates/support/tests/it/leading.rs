//! How somebody leads in another school: two sides, and one reader.

use support::leading::{self, Side, State};
use testkit::{TestApp, both};

use crate::{
    thread::active,
    world::{World, setup, world},
};

fn filled(level: &str) -> Vec<(String, String)> {
    (0..brokerage::packs::behaviours().len())
        .flat_map(|at| {
            [
                (format!("level-{at}"), level.to_owned()),
                (format!("example-{at}"), format!("Seen at level {level}")),
            ]
        })
        .collect()
}

fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn asked(t: &TestApp, w: &World, id: support::AgreementId) -> String {
    let form = format!("/agreements/{id}/leading/new");
    let sent = t.post(Some(&w.aisha), &form, &pairs(&filled("3"))).await.expect(303);
    sent.location().to_owned()
}

#[tokio::test]
async fn the_leader_alone_reads_both_sides() {
    both(&setup(), async |t| {
        assert_eq!(brokerage::packs::behaviours().len(), 6);
        let w = world(&t).await;
        let id = active(&t, &w).await;
        t.letters().await;
        let form = format!("/agreements/{id}/leading/new");
        for who in [&w.priya, &w.marcus, &w.chair] {
            let _ = t.get(Some(who), &form).await.expect(403);
            let _ = t.post(Some(who), &form, &pairs(&filled("3"))).await.expect(403);
        }
        let _ = t.get(Some(&w.stranger), &form).await.expect(404);
        let list = t.get(Some(&w.aisha), "/leading").await.expect(200);
        let _ = list.contains("Ask Harbour View Primary");
        // One cannot say of oneself that it could not be seen; what was typed stays.
        let told = t.post(Some(&w.aisha), &form, &pairs(&filled("0"))).await.expect(422);
        let _ = told.contains("Choose how often: Humility").contains("Seen at level 0");

        let page = asked(&t, &w, id).await;
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.body.contains(&page)), "{letters:?}");
        assert!(letters.iter().all(|one| !one.body.contains("Seen at level")));
        let twice = t.post(Some(&w.aisha), &form, &pairs(&filled("2"))).await.expect(422);
        let _ = twice.contains("You have asked already").contains("Seen at level 2");

        // The head who is asked sees nothing of what the leader said; others do not know of it.
        let _ =
            t.get(Some(&w.priya), "/leading").await.expect(200).contains("How Aisha Khan leads");
        let question = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = question.contains("Send it to Aisha Khan").lacks("Seen at level 3");
        for who in [&w.daniel, &w.marcus, &w.chair, &w.stranger] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.post(Some(who), &page, &pairs(&filled("1"))).await.expect(404);
        }
        let mut half = filled("2");
        half.retain(|(name, _)| name != "level-4");
        let told = t.post(Some(&w.priya), &page, &pairs(&half)).await.expect(422);
        let _ = told.contains("Choose how often: Success at home").contains("Seen at level 2");
        let mut answer = filled("2");
        answer[8].1 = "0".to_owned();
        let _ = t.post(Some(&w.priya), &page, &pairs(&answer)).await.expect(303);
        let again = t.post(Some(&w.priya), &page, &pairs(&answer)).await.expect(409);
        let _ = again.lacks("Seen at level 3");

        let both_sides = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = both_sides
            .contains("Often. Seen at level 3")
            .contains("Sometimes. Seen at level 2")
            .contains("Could not be seen")
            .contains("As Harbour View Primary sees it");
        let done = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = done.contains("Your school answered").lacks("Seen at level");
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.subject == "Your partner has said how they see it"));
        assert!(letters.iter().all(|one| !one.body.contains("Seen at level")));
        let held = async |who: &testkit::Persona| {
            let held = support::persons::extract(t.app.clone(), who.account).await.unwrap();
            held["how you lead"].as_array().unwrap().len()
        };
        assert_eq!((held(&w.aisha).await, held(&w.priya).await, held(&w.daniel).await), (12, 6, 0));
    })
    .await;
}

#[tokio::test]
async fn a_head_may_rather_not_and_a_leader_may_take_it_back() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let page = asked(&t, &w, id).await;
        let state = async |page: &str| {
            let id = page.rsplit('/').next().unwrap().parse().unwrap();
            leading::get(&t.app.db, id).await.unwrap().unwrap().state()
        };
        let _ = t.post(Some(&w.priya), &format!("{page}?act=decline"), &[]).await.expect(303);
        assert_eq!(state(&page).await, State::Declined);
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains("would rather not answer");
        let _ = t.post(Some(&w.aisha), &format!("{page}?act=withdraw"), &[]).await.expect(409);

        let page = asked(&t, &w, id).await;
        // Both at the same moment: one of the two holds, whichever it is, and nothing of the other.
        let (answer, back) = (filled("4"), format!("{page}?act=withdraw"));
        let answer = pairs(&answer);
        let _ = tokio::join!(
            t.post(Some(&w.priya), &page, &answer),
            t.post(Some(&w.aisha), &back, &[])
        );
        let id = page.rsplit('/').next().unwrap().parse().unwrap();
        let theirs = leading::said(&t.app.db, id, Side::Partner).await.unwrap().len();
        match state(&page).await {
            State::Answered => assert_eq!(theirs, 6),
            State::Withdrawn => assert_eq!(theirs, 0),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

//! A challenge on evidence, the reply, and the next step.

use testkit::{Persona, TestApp, both};
use visits::{
    Refusal,
    challenges::{self, Act, Challenge, ChallengeId, State},
    machine,
};

use crate::setting::{field, in_force, on_agreement, permit, setup};

async fn find(t: &TestApp, id: ChallengeId) -> Challenge {
    challenges::find(&t.app.db, id).await.unwrap().unwrap()
}

async fn may(t: &TestApp, who: &Persona, id: ChallengeId) -> access::Permit {
    permit(t, who, &find(t, id).await.resource()).await
}

#[tokio::test]
async fn either_school_challenges_the_other_and_both_agree_what_comes_next() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let priya = on_agreement(&t, &w.priya, agreement).await;
        field(
            challenges::raise(&t.app, &priya, agreement, "Visits are moved", "").await,
            "evidence",
        );
        let id = challenges::raise(&t.app, &priya, agreement, "Visits are moved", "Three of four")
            .await
            .unwrap();
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].recipient, "daniel.reyes@example.org");
        assert!(!letters[0].body.contains("moved"), "the matter stays inside");
        let marcus = on_agreement(&t, &w.marcus, agreement).await;
        let refused = challenges::raise(&t.app, &marcus, agreement, "x", "y").await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "{refused:?}");

        // No review is written down over a challenge that nobody has answered.
        let review = format!("/agreements/{agreement}/reviews/new");
        let next = [("next_steps", "We go on"), ("decision", "continue")];
        let told = t.post(Some(&w.priya), &review, &next).await.expect(422);
        let _ = told.contains("Answer this challenge before").contains("We go on");
        let told = t.post(Some(&w.marcus), &review, &next).await.expect(422);
        let _ = told.lacks("Visits are moved");

        let (priya, daniel) = (may(&t, &w.priya, id).await, may(&t, &w.daniel, id).await);
        let refused = challenges::settle(&t.app, &daniel, id, "Fix the days", None).await;
        assert!(matches!(refused, Err(Refusal::NotNow(_))), "first a reply: {refused:?}");
        assert!(matches!(
            challenges::reply(&t.app, &priya, id, "Well?").await,
            Err(Refusal::NotYours(_))
        ));
        challenges::reply(&t.app, &daniel, id, "Two were illness, one was ours.").await.unwrap();
        challenges::reply(&t.app, &priya, id, "Thank you.").await.unwrap();
        // Whoever writes a review is reminded of it; the broker does not learn of it there.
        let told = t.post(Some(&w.priya), &review, &next).await;
        let _ = told.lacks("Answer this challenge before");
        let form = t.get(Some(&w.priya), &review).await.expect(200);
        let _ = form.contains("Still open between you").contains("Visits are moved");
        let _ = t.get(Some(&w.marcus), &review).await.expect(200).lacks("Visits are moved");
        challenges::settle(&t.app, &daniel, id, "Days are fixed for the term", None).await.unwrap();
        let _ = t.get(Some(&w.priya), &review).await.expect(200).lacks("Still open between you");
        assert_eq!(find(&t, id).await.state(), State::Settled);
        assert!(!machine::may(State::Settled, Act::Reply, &[machine::Who::About]));

        let page = format!("/challenges/{id}");
        let _ = t.get(Some(&w.daniel), &page).await.expect(200).contains("Two were illness");
        for who in [&w.marcus, &w.chair, &w.stranger] {
            let _ = t.get(Some(who), &page).await.expect(404);
        }
    })
    .await;
}

//! A suggestion changes nothing until the school accepts it.

use plans::{
    acts::{
        objective,
        suggestion::{self, Decision, NewSuggestion},
    },
    machine::SuggestionState,
    model::SuggestionKind,
};
use testkit::{TestApp, both};

use crate::world::{Running, World, permit, running, setup, whole, world};

fn success(r: &Running, text: &str) -> NewSuggestion {
    NewSuggestion {
        kind: SuggestionKind::Objective,
        objective: Some(r.linked),
        action: None,
        wanted: vec![("success".to_owned(), text.to_owned())],
        why: "We found that it needs a number.".to_owned(),
    }
}

async fn success_now(t: &TestApp, r: &Running) -> String {
    whole(t, r.plan).await.objective(r.linked).unwrap().words().success.clone()
}

async fn made(t: &TestApp, w: &World, r: &Running, text: &str) -> plans::SuggestionId {
    let daniel = permit(t, &w.daniel, r.plan).await;
    suggestion::suggest(&t.app, &daniel, r.plan, &success(r, text)).await.unwrap()
}

#[tokio::test]
async fn accepting_declining_adapting_and_withdrawing() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let daniel = permit(&t, &w.daniel, r.plan).await;
        let none = suggestion::suggest(&t.app, &daniel, r.plan, &success(&r, "")).await;
        assert!(none.unwrap_err().to_string().contains("Change something first"));

        let before = whole(&t, r.plan).await.lines();
        let id = made(&t, &w, &r, "Eight lessons of nine").await;
        assert_eq!(whole(&t, r.plan).await.lines(), before, "nothing has changed");
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1, "the head is told once");
        assert!(letters[0].recipient.starts_with("priya") && letters[0].body.contains("Daniel"));
        let thanks = Decision::Accept { reply: "Good idea".to_owned() };
        let own = suggestion::decide(&t.app, &daniel, id, &thanks).await;
        assert!(own.is_err(), "nobody accepts their own suggestion");
        let to = suggestion::decide(&t.app, &head, id, &thanks).await.unwrap();
        assert_eq!(to, SuggestionState::Accepted);
        assert_eq!(success_now(&t, &r).await, "Eight lessons of nine");
        let letters = t.letters().await;
        assert!(letters[0].recipient.starts_with("daniel"), "the author is told");
        assert!(suggestion::decide(&t.app, &head, id, &thanks).await.is_err(), "once");

        let id = made(&t, &w, &r, "Nine of nine").await;
        let rude = Decision::Decline { reply: String::new() };
        assert!(suggestion::decide(&t.app, &head, id, &rude).await.is_err(), "with words");
        let kind = Decision::Decline { reply: "One class has a trainee until July.".to_owned() };
        suggestion::decide(&t.app, &head, id, &kind).await.unwrap();
        assert_eq!(success_now(&t, &r).await, "Eight lessons of nine");

        let id = made(&t, &w, &r, "All lessons").await;
        let own_words = Decision::Adapt {
            chosen: vec![("success".to_owned(), "All lessons by July".to_owned())],
            reply: "With a day".to_owned(),
        };
        suggestion::decide(&t.app, &head, id, &own_words).await.unwrap();
        assert_eq!(success_now(&t, &r).await, "All lessons by July");
        let found = whole(&t, r.plan).await;
        let found = found.suggestions.iter().find(|one| one.id == id).unwrap();
        assert_eq!(found.state(), SuggestionState::Adapted);
        assert_eq!(found.changes()[0].after, "All lessons", "what was suggested stays readable");
        assert_eq!(found.chosen().unwrap()[0].after, "All lessons by July");

        let id = made(&t, &w, &r, "Another").await;
        assert!(suggestion::decide(&t.app, &head, id, &Decision::Withdraw).await.is_err());
        suggestion::decide(&t.app, &daniel, id, &Decision::Withdraw).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_changed_in_the_meantime_is_not_overwritten() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let id = made(&t, &w, &r, "Eight of nine").await;
        let now = whole(&t, r.plan).await;
        let one = now.objective(r.linked).unwrap();
        let mut text = objective::as_written(&now, one);
        text.words.success = "Seven of nine".to_owned();
        objective::edit(&t.app, &head, r.linked, one.version, &text).await.unwrap();
        let accept = Decision::Accept { reply: String::new() };
        let told = suggestion::decide(&t.app, &head, id, &accept).await.unwrap_err().to_string();
        assert!(told.contains("has changed here since"), "{told}");
        assert_eq!(success_now(&t, &r).await, "Seven of nine");
        let now = whole(&t, r.plan).await;
        let found = now.suggestions.iter().find(|one| one.id == id).unwrap();
        assert_eq!(suggestion::drifted(&now, found), ["success"]);
    })
    .await;
}

#[tokio::test]
async fn a_new_action_and_a_new_objective_can_be_suggested() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let aisha = permit(&t, &w.aisha, r.plan).await;
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
        };
        let mut new = NewSuggestion {
            kind: SuggestionKind::NewAction,
            objective: Some(r.linked),
            action: None,
            wanted: pairs(&[
                ("words", "Assess newcomers in five days"),
                ("owner_role", "Reading lead"),
            ]),
            why: "They wait three weeks now.".to_owned(),
        };
        let day = suggestion::suggest(&t.app, &aisha, r.plan, &new).await;
        assert!(day.unwrap_err().to_string().contains("day, month and year"));
        new.wanted.push(("due_on".to_owned(), "2027-02-12".to_owned()));
        let id = suggestion::suggest(&t.app, &aisha, r.plan, &new).await.unwrap();
        let count = whole(&t, r.plan).await.actions.len();
        let accept = Decision::Accept { reply: String::new() };
        suggestion::decide(&t.app, &head, id, &accept).await.unwrap();
        assert_eq!(whole(&t, r.plan).await.actions.len(), count + 1);

        let new = NewSuggestion {
            kind: SuggestionKind::NewObjective,
            objective: None,
            action: None,
            wanted: pairs(&[("title", "Handover to Year 3"), ("priority", "Reading")]),
            why: "It is lost over the summer.".to_owned(),
        };
        let id = suggestion::suggest(&t.app, &aisha, r.plan, &new).await.unwrap();
        suggestion::decide(&t.app, &head, id, &accept).await.unwrap();
        let now = whole(&t, r.plan).await;
        let added = now.objectives.last().unwrap();
        assert_eq!(added.words().title, "Handover to Year 3");
        assert_eq!(added.state(), plans::machine::ObjectiveState::Draft, "until it is whole");
    })
    .await;
}

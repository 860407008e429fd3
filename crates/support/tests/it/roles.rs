//! In which role somebody comes, and what the pack makes an agreement say of it.

use support::{AgreementId, agreements::store};
use testkit::{Persona, TestApp, both};

use crate::{
    team::designated,
    thread::{drafted, find},
    world::{setup, world},
};

type Sent = Vec<(&'static str, String)>;

/// The step about time and team as the storyboard has it, led by Daniel, with more answers.
async fn step(t: &TestApp, id: AgreementId, lead: &Persona, more: &[(&'static str, &str)]) -> Sent {
    let mut form: Sent = vec![
        ("seen", find(t, id).await.version.to_string()),
        ("account-0", lead.account.to_string()),
    ];
    let fixed = [
        ("start_on-day", "4"),
        ("start_on-month", "1"),
        ("start_on-year", "2027"),
        ("end_on-day", "17"),
        ("end_on-month", "12"),
        ("end_on-year", "2027"),
        ("name-0", "Daniel Reyes"),
        ("days-0", "3"),
        ("lead", "0"),
    ];
    form.extend(fixed.into_iter().chain(more.iter().copied()).map(|(k, v)| (k, v.to_owned())));
    form
}

async fn send(t: &TestApp, who: &Persona, id: AgreementId, form: &Sent) -> testkit::Answer {
    let pairs: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    t.post(Some(who), &format!("/agreements/{id}/edit/time"), &pairs).await
}

#[tokio::test]
async fn a_local_leader_names_one_priority_and_a_head_on_each_side() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let area = &needs::Framework::current().areas[0];
        let bare = step(&t, id, &w.daniel, &[("role", "lle")]).await;
        let told = send(&t, &w.marcus, id, &bare).await.expect(422);
        let _ = told
            .contains("choose the one priority it serves")
            .contains("name the head who is supported")
            .contains("name the head who supports")
            .contains("name=\"supporting_head\"")
            .contains("value=\"Daniel Reyes\"");
        let whole = [
            ("role", "lle"),
            ("area", area.code.as_str()),
            ("supported_head", "Priya Nair"),
            ("supporting_head", "Daniel Reyes"),
        ];
        // Everything is said, and he is no such leader yet.
        let form = step(&t, id, &w.daniel, &whole).await;
        let told = send(&t, &w.marcus, id, &form).await.expect(422);
        let _ = told.contains("is not designated as Local Leader").contains("value=\"Priya Nair\"");
        designated(&t, &w, w.daniel.account, "Daniel Reyes", "lle").await;
        let form = step(&t, id, &w.daniel, &whole).await;
        let _ = send(&t, &w.marcus, id, &form).await.expect(303);
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let _ =
            page.contains("Local Leader of Education").contains(&area.name).contains("Priya Nair");
        // A role somebody else holds does not come along with the lead.
        let form = step(&t, id, &w.aisha, &whole).await;
        let _ = send(&t, &w.marcus, id, &form).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_national_leader_says_what_called_for_it_and_brings_the_team() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        designated(&t, &w, w.daniel.account, "Daniel Reyes", "nle").await;
        let alone = step(&t, id, &w.daniel, &[("role", "nle")]).await;
        let told = send(&t, &w.marcus, id, &alone).await.expect(422);
        let _ =
            told.contains("say what happened that called for it").contains("team who comes too");
        let more = [
            ("role", "nle"),
            ("trigger", "Inspection of 12 October: urgent improvement"),
            ("name-1", "Aisha Khan"),
            ("days-1", "9"),
        ];
        let form = step(&t, id, &w.daniel, &more).await;
        let _ = send(&t, &w.marcus, id, &form).await.expect(303);
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let _ = page.contains("National Leader of Education").contains("urgent improvement");
    })
    .await;
}

#[tokio::test]
async fn a_role_of_the_past_keeps_its_label_and_is_given_to_nobody_new() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let page = t.get(Some(&w.marcus), &format!("/agreements/{id}/edit/time")).await.expect(200);
        let _ = page.contains("Specialist Leader").lacks("Advanced Skills Teacher");
        let form = step(&t, id, &w.daniel, &[("role", "ast")]).await;
        let told = send(&t, &w.marcus, id, &form).await.expect(422);
        let _ = told.contains("is a role of the past");

        let mut old = w.terms();
        old.role.code = "ast".to_owned();
        let id = drafted(&t, &w, &old).await;
        let page = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let _ = page.contains("Advanced Skills Teacher");
        let form = step(&t, id, &w.daniel, &[("role", "ast")]).await;
        let _ = send(&t, &w.marcus, id, &form).await.expect(303);
        let kept = store::version(&t.app.db, id, 1).await.unwrap();
        assert_eq!(kept.terms().role.code, "ast");
    })
    .await;
}

//! In which role somebody comes, and what the pack makes an agreement say of it.

use access::Action;
use brokerage::cadre::{self, SupporterRef};
use jiff::ToSpan;
use support::{AgreementId, agreements::store};
use testkit::{Persona, TestApp, both};

use crate::{
    team::designated,
    thread::{drafted, find, permit},
    world::{World, setup, world},
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

/// The broker designates the school Daniel leads from, for a year.
async fn home_school(t: &TestApp, w: &World, whose: SupporterRef) {
    let SupporterRef::Designation(id) = whose else { panic!("{whose:?}") };
    let it = cadre::designation(&t.app.db, id).await.unwrap().unwrap();
    let visitor = t.visitor(&w.marcus).await;
    let permit = access::authorize(&t.app, &visitor, Action::Broker, &it.resource()).unwrap();
    let until = t.app.clock.today().saturating_add(1.year());
    cadre::home_school::designate(&t.app, &permit, &it, until).await.unwrap();
}

#[tokio::test]
async fn nothing_is_offered_or_begun_after_the_home_schools_designation_has_lapsed() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let whose = designated(&t, &w, w.daniel.account, "Daniel Reyes", "nle").await;
        home_school(&t, &w, whose).await;
        let mut terms = w.terms();
        terms.role.code = "nle".to_owned();
        terms.role.trigger = "Urgent improvement, 12 October".to_owned();
        let id = drafted(&t, &w, &terms).await;
        let SupporterRef::Designation(leader) = whose else { panic!("{whose:?}") };
        let it = cadre::designation(&t.app.db, leader).await.unwrap().unwrap();
        let system = access::Permit::system("test", t.app.clock.now());
        let why = system.because("Its own results fell");
        cadre::home_school::end(&t.app, &why, &it).await.unwrap();
        let by = permit(&t, &w.marcus, id).await;
        let told = support::agreements::acts::offer(&t.app, &by, id).await.unwrap_err().to_string();
        assert!(told.contains("Oakfield Primary is no longer designated"), "{told}");
        home_school(&t, &w, whose).await;
        support::agreements::acts::offer(&t.app, &by, id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_national_leader_says_what_called_for_it_and_brings_the_team() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let whose = designated(&t, &w, w.daniel.account, "Daniel Reyes", "nle").await;
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
        // The person is designated and the school is not: the answer says what to do.
        let form = step(&t, id, &w.daniel, &more).await;
        let told = send(&t, &w.marcus, id, &form).await.expect(422);
        let _ = told
            .contains("Oakfield Primary is not designated as national support school")
            .contains("urgent improvement");
        home_school(&t, &w, whose).await;
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
        let _ = told.contains("is not given to anybody new");

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

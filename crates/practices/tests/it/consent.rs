//! A practice that names another school waits for that school's consent to the very words.

use access::{Action, Kind, Resource, Zone};
use foundation::OrgRef;
use practices::{
    NewPractice, PracticeId, Refusal, begin,
    practice::{Act, State},
};
use support::agreements::{Origin, acts as agreements};
use testkit::{TestApp, both};

use crate::{
    two::{HARBOUR, OAKFIELD, World, world},
    world::{acts, get, permit, setup, words},
};

/// Written by Priya about the support of Oakfield, sent and checked by two.
async fn checked(t: &TestApp, w: &World) -> PracticeId {
    let terms = w.terms();
    let of =
        Resource::new(Kind::Agreement, Zone::Parties, terms.supported).through(Some(w.alliance));
    let marcus = t.visitor(&w.marcus).await;
    let may = access::authorize(&t.app, &marcus, Action::Create, &of).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    let agreement = agreements::draft(&t.app, &may, &terms, origin).await.unwrap();
    let harbour = OrgRef::School(HARBOUR);
    let own = Resource::new(Kind::Practice, Zone::School, harbour);
    let priya = permit(t, &w.priya, &[own]).await;
    let new =
        NewPractice { origin: harbour, parent: None, agreement: Some(agreement), words: words() };
    let id = begin(&t.app, &priya, &new).await.unwrap();
    assert_eq!(get(t, id).await.other, Some(OrgRef::School(OAKFIELD)));
    acts(t, &w.priya, id, Act::Send).await.unwrap();
    acts(t, &w.aisha, id, Act::Approve).await.unwrap();
    acts(t, &w.daniel, id, Act::Approve).await.unwrap();
    id
}

#[tokio::test]
async fn a_practice_that_names_a_school_is_shown_with_its_consent_alone() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        t.letters().await;
        let id = checked(&t, &w).await;
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.body.contains("names your school")), "{letters:?}");
        let page = format!("/practices/{id}");
        let waits = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = waits.contains("It can be shown when Oakfield Primary consents");
        let early = acts(&t, &w.priya, id, Act::Publish).await;
        assert!(matches!(early, Err(Refusal::NotNow(_))), "{early:?}");
        let staff = acts(&t, &w.aisha, id, Act::Consent).await;
        assert!(matches!(staff, Err(Refusal::NotYours(_))), "the head consents: {staff:?}");
        acts(&t, &w.daniel, id, Act::Consent).await.unwrap();
        assert_eq!(acts(&t, &w.priya, id, Act::Publish).await.unwrap(), State::Published);
        let _ = t.get(None, &page).await.expect(200).contains("Oakfield Primary");
        // Taken back at any time, and it is gone for everybody else.
        acts(&t, &w.daniel, id, Act::TakeBack).await.unwrap();
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let _ = t.get(None, "/practices").await.expect(200).lacks("newcomer");
        // Written anew, it is consented to anew.
        acts(&t, &w.priya, id, Act::Send).await.unwrap();
        assert!(!get(&t, id).await.other_consents);
        acts(&t, &w.aisha, id, Act::Approve).await.unwrap();
        acts(&t, &w.daniel, id, Act::Approve).await.unwrap();
        let again = acts(&t, &w.priya, id, Act::Publish).await;
        assert!(matches!(again, Err(Refusal::NotNow(_))), "{again:?}");
    })
    .await;
}

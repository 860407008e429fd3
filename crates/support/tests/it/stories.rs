//! A case study: proposed at a double lift, shown to nobody before both schools have consented to
//! the very words.

use access::Permit;
use foundation::DbError;
use support::{
    AgreementId, Refusal,
    stories::{self, Deed, State, Story},
};
use testkit::{TestApp, both};

use crate::{
    thread::{doubled, permit},
    world::{World, at, setup, world},
};

async fn story(t: &TestApp, id: AgreementId) -> Story {
    stories::of(&t.app.db, id).await.unwrap().unwrap()
}

async fn round(t: &TestApp) -> usize {
    stories::propose(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap()
}

async fn nobody_else_reads(t: &TestApp, w: &World, id: AgreementId) {
    for path in [format!("/agreements/{id}/story"), format!("/stories/{id}")] {
        for who in [&w.marcus, &w.aisha, &w.stranger] {
            let _ = t.get(Some(who), &path).await.expect(404);
        }
    }
    let _ = t.get(None, &format!("/stories/{id}")).await.lacks("phonics");
    let _ = t.get(None, "/stories").await.expect(200).contains("Nobody has told a story yet");
}

#[tokio::test]
async fn a_double_lift_is_told_only_when_both_schools_consent_to_the_words() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = doubled(&t, &w).await;
        t.letters().await;
        assert_eq!((round(&t).await, round(&t).await), (1, 0), "proposed once");
        let letters = t.letters().await;
        assert_eq!(letters.len(), 2, "both heads are asked");
        let _ =
            t.get(Some(&w.priya), &format!("/agreements/{id}/impact")).await.contains("Case study");
        nobody_else_reads(&t, &w, id).await;

        let (priya, daniel) = (permit(&t, &w.priya, id).await, permit(&t, &w.daniel, id).await);
        let take = |who, seen, deed| stories::take(&t.app, who, id, seen, deed);
        let early = take(&priya, 1, Deed::Consent).await;
        assert!(matches!(early, Err(Refusal::NotNow(_))), "there are no words yet: {early:?}");
        let pupil = Deed::Write("One programme", "We began with A123456789012");
        assert!(matches!(take(&daniel, 1, pupil).await, Err(Refusal::Field { .. })));
        let words = Deed::Write("One phonics programme", "Daily, with one programme.");
        assert_eq!(take(&daniel, 1, words).await.unwrap(), State::Draft);
        // A consent is to the words that were read: Priya had none before her.
        let blind = take(&priya, 1, Deed::Consent).await;
        assert!(matches!(blind, Err(Refusal::Db(DbError::Conflict(_)))), "{blind:?}");
        assert_eq!(take(&daniel, 2, Deed::Consent).await.unwrap(), State::Half);
        let twice = take(&daniel, 3, Deed::Consent).await;
        assert!(matches!(twice, Err(Refusal::NotNow(_))), "one school consents once: {twice:?}");
        nobody_else_reads(&t, &w, id).await;
        // Whatever is written anew takes both consents back.
        let more = Deed::Write("One phonics programme", "Daily, and we stopped two others.");
        assert_eq!(take(&priya, 3, more).await.unwrap(), State::Draft);
        let now = story(&t, id).await;
        assert!(!now.consent_supported && !now.consent_supporting);
        take(&priya, 4, Deed::Consent).await.unwrap();
        let page = format!("/agreements/{id}/story");
        let shown = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = shown.contains("we stopped two others").contains("I consent for my school");
        let form = [("act", "consent"), ("seen", "5")];
        let _ = t.post(Some(&w.marcus), &page, &form).await.expect(404);
        let _ = t.post(Some(&w.daniel), &page, &form).await.expect(303);
        assert_eq!(story(&t, id).await.state(), State::Published);

        let public = t.get(None, &format!("/stories/{id}")).await.expect(200);
        let public = public.contains("we stopped two others").contains("Harbour View Primary");
        let _ = public.contains("association, not proof");
        let _ = t.get(None, "/stories").await.expect(200).contains("One phonics programme");
        let board = "/boards/school:999207?year=2028";
        let told = format!("/stories/{id}");
        let _ = t.get(Some(&w.daniel), board).await.expect(200).contains(&told);
        // Either school takes it back at any time, and it is gone.
        let _ =
            t.post(Some(&w.priya), &page, &[("act", "decline"), ("seen", "6")]).await.expect(303);
        nobody_else_reads(&t, &w, id).await;
        let _ = t.get(Some(&w.daniel), board).await.expect(200).lacks(&told);
        at(&t, "2028-12-29T09:00:00Z").await;
        assert_eq!(round(&t).await, 0, "it is not proposed again");
    })
    .await;
}

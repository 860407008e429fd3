//! Two who face the same: introduced when both said yes, and nobody learns who said no.

use access::Permit;
use foundation::events;
use networks::introductions::{self, State};
use testkit::{TestApp, both};

use crate::world::{later, setup, world};

async fn only(t: &TestApp, w: &crate::world::World) -> introductions::Introduction {
    introductions::of_partnership(&t.app.db, w.alliance).await.unwrap().remove(0)
}

#[tokio::test]
async fn two_are_introduced_when_both_said_yes() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (tom, aisha) = (w.tom.account.to_string(), w.aisha.account.to_string());
        let (priya, far) = (w.priya.account.to_string(), w.stranger.account.to_string());
        let new = "/introductions/new";
        let form = |one: &str, other: &str| {
            vec![
                ("matter".to_owned(), "Phonics in one class of three ages".to_owned()),
                ("one".to_owned(), one.to_owned()),
                ("other".to_owned(), other.to_owned()),
            ]
        };
        let post = async |who: &testkit::Persona, one: &str, other: &str| {
            let form = form(one, other);
            let pairs: Vec<(&str, &str)> =
                form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            t.post(Some(who), new, &pairs).await
        };
        for who in [&w.tom, &w.priya, &w.stranger] {
            let _ = t.get(Some(who), new).await.expect(403);
            let _ = post(who, &tom, &aisha).await.expect(403);
        }
        let _ = post(&w.marcus, &tom, &priya).await.expect(422).contains("of another school");
        let _ = post(&w.marcus, &tom, &far).await.expect(422).contains("three ages");
        let _ = post(&w.marcus, &tom, &aisha).await.expect(303);
        let asked = t.letters().await;
        assert_eq!(asked.len(), 2);
        let names = ["Tom Bell", "Aisha Khan"];
        for letter in &asked {
            let told = names.iter().filter(|name| letter.body.contains(**name)).count();
            assert_eq!(told, 1, "their own name in the greeting alone: {}", letter.body);
        }
        let it = only(&t, &w).await;
        let page = format!("/introductions/{}", it.id);
        let _ = t.get(Some(&w.tom), &page).await.expect(200).lacks("Aisha");
        for who in [&w.priya, &w.marcus, &w.stranger] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.post(Some(who), &format!("{page}/yes"), &[]).await.expect(404);
        }
        let _ = t.post(Some(&w.tom), &format!("{page}/yes"), &[]).await.expect(303);
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).lacks("Tom Bell");
        assert!(t.letters().await.is_empty());
        let _ = t.post(Some(&w.aisha), &format!("{page}/yes"), &[]).await.expect(303);
        let told = t.letters().await;
        assert_eq!(told.len(), 2, "each reads of the other");
        assert!(
            told.iter().any(|one| one.recipient.starts_with("tom") && one.body.contains("Aisha"))
        );
        let shown = t.get(Some(&w.tom), &page).await.expect(200);
        let _ = shown.contains("Aisha Khan").contains("Oakfield");
        let _ = t.get(Some(&w.marcus), "/introductions").await.expect(200).contains("Introduced");
        assert_eq!(t.post(Some(&w.tom), &format!("{page}/no"), &[]).await.status, 409);
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_who_said_no() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let permit = access::authorize(
            &t.app,
            &t.visitor(&w.marcus).await,
            access::Action::Create,
            &networks::network::resource(w.alliance),
        )
        .unwrap();
        let ask = async || {
            let two = (w.tom.account, w.aisha.account);
            introductions::suggest(&t.app, &permit, w.alliance, two, "Mixed ages").await.unwrap()
        };
        let id = ask().await;
        let page = format!("/introductions/{id}");
        let _ = t.post(Some(&w.tom), &format!("{page}/yes"), &[]).await.expect(303);
        t.letters().await;
        let _ = t.post(Some(&w.aisha), &format!("{page}/no"), &[]).await.expect(303);
        assert!(t.letters().await.is_empty(), "nobody is told");
        assert_eq!(only(&t, &w).await.state(), State::Closed);
        for who in [&w.tom, &w.aisha] {
            let closed = t.get(Some(who), &page).await.expect(200);
            let _ = closed.contains("It did not come about").lacks("Yes, introduce us");
        }
        let list = t.get(Some(&w.marcus), "/introductions").await.expect(200);
        let _ = list.contains("It did not come about").lacks("said no:");
        // Nor does the record of acts name whoever answered.
        let told = events::timeline(&t.app.db, "introduction", &id.to_string()).await.unwrap();
        for entry in told.iter().filter(|entry| entry.verb == "answered") {
            assert!(!entry.actor_name.contains("Tom") && !entry.actor_name.contains("Aisha"));
        }
        // One that nobody answers is let go; one that was taken back asks nothing more.
        let other = ask().await;
        let back = format!("/introductions/{other}/take-back");
        let _ = t.post(Some(&w.priya), &back, &[]).await.expect(404);
        let _ = t.post(Some(&w.marcus), &back, &[]).await.expect(303);
        let _ = t.post(Some(&w.tom), &format!("/introductions/{other}/yes"), &[]).await.expect(409);
        let _ = ask().await;
        let system = Permit::system("test", t.app.clock.now());
        assert_eq!(introductions::expire(&t.app, &system).await.unwrap(), 0);
        later(&t, "2026-12-20T09:00:00Z").await;
        let system = Permit::system("test", t.app.clock.now());
        assert_eq!(introductions::expire(&t.app, &system).await.unwrap(), 1);
    })
    .await;
}

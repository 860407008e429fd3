//! Coaching: two people, and nobody else, until the words are erased.

use access::{Action, Permit};
use foundation::Sql as _;
use jiff::civil::date;
use testkit::{Persona, TestApp, both};
use visits::{
    Refusal,
    coaching::{
        self, Act, Kind, NewSession, PairId, SessionId, State,
        acts::{acknowledge, erase, log, share, take},
    },
};

use crate::{
    setting::{field, in_force, on_agreement, setup},
    world::{World, at},
};

async fn permit(t: &TestApp, who: &Persona, id: PairId) -> Option<Permit> {
    let pair = coaching::pair(&t.app.db, id).await.unwrap().unwrap();
    let visitor = t.visitor(who).await;
    access::authorize(&t.app, &visitor, Action::Update, &pair.resource()).ok()
}

fn grow(words: &str) -> NewSession {
    NewSession {
        on: date(2027, 1, 19),
        minutes: 50,
        template: "grow".to_owned(),
        answers: vec![
            ("goal".to_owned(), words.to_owned()),
            ("will".to_owned(), "Ring the parents myself".to_owned()),
        ],
    }
}

/// Daniel coaches Priya; he wrote one conversation down.
async fn talking(t: &TestApp, w: &World) -> (support::AgreementId, PairId, SessionId) {
    let (_, agreement) = (w, crate::setting::only_agreement(t).await);
    let daniel = on_agreement(t, &w.daniel, agreement).await;
    let ask = |other| coaching::ask(&t.app, &daniel, agreement, other, Kind::Coaching);
    field(ask(w.daniel.account).await, "other");
    field(ask(w.stranger.account).await, "other");
    let id = ask(w.priya.account).await.unwrap();
    field(ask(w.priya.account).await, "other");
    at(t, "2027-01-19T16:00:00Z").await;
    let daniel = permit(t, &w.daniel, id).await.unwrap();
    let early = log(&t.app, &daniel, id, &grow("Worn out")).await;
    assert!(matches!(early, Err(Refusal::NotNow(_))), "not before she accepts: {early:?}");
    assert!(matches!(take(&t.app, &daniel, id, Act::Accept).await, Err(Refusal::NotYours(_))));
    take(&t.app, &permit(t, &w.priya, id).await.unwrap(), id, Act::Accept).await.unwrap();
    let session = log(&t.app, &daniel, id, &grow("Worn out by absence")).await.unwrap();
    (agreement, id, session)
}

const STEP: &str = "First-day calls from February";

#[tokio::test]
async fn what_two_say_is_theirs_alone_also_in_the_database() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let (_, id, session) = talking(&t, &w).await;
        let page = format!("/coaching/sessions/{session}");
        for who in [&w.daniel, &w.priya] {
            let _ = t.get(Some(who), &page).await.expect(200).contains("Worn out by absence");
        }
        let admin = [access::Post::new(
            foundation::OrgRef::School(crate::world::HARBOUR),
            access::Role::Administrator,
            "Administrator",
        )];
        let kit = t.person("Kit Moss", &admin).await;
        for who in [&w.aisha, &w.marcus, &w.chair, &w.stranger, &kit] {
            let _ = t.get(Some(who), &page).await.expect(404);
            assert!(permit(&t, who, id).await.is_none(), "{}", who.name);
        }
        #[derive(sea_orm::FromQueryResult)]
        struct Kept {
            body: String,
        }
        let kept: Vec<Kept> = t.app.db.all("SELECT body FROM coaching_session", []).await.unwrap();
        assert!(!kept[0].body.contains("Worn"), "sealed in the table");
        let logged: Vec<Kept> = t.app.db.all("SELECT detail AS body FROM event", []).await.unwrap();
        assert!(logged.iter().all(|one| !one.body.contains("Worn")), "nor in the log");

        let page = format!("/agreements/{agreement}/visits");
        let known = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = known.contains("50 minutes").lacks("Worn out");
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).lacks("50 minutes");
        let (daniel, priya) =
            (permit(&t, &w.daniel, id).await.unwrap(), permit(&t, &w.priya, id).await.unwrap());
        assert!(acknowledge(&t.app, &daniel, session).await.is_err(), "not one's own");
        acknowledge(&t.app, &priya, session).await.unwrap();
        share(&t.app, &priya, session, STEP).await.unwrap();
        // Until the other one agrees the words are the two's alone.
        let kept: Vec<Kept> =
            t.app.db.all("SELECT step_sealed AS body FROM coaching_session", []).await.unwrap();
        assert!(!kept[0].body.is_empty() && !kept[0].body.contains("First-day"), "sealed");
        let known = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = known.lacks("First-day calls");
        let here = format!("/coaching/sessions/{session}");
        let _ = t.get(Some(&w.aisha), &here).await.expect(404);
        let asked = t.get(Some(&w.daniel), &here).await.expect(200);
        let _ = asked
            .contains("would like the leaders of both sides to read this")
            .contains("First-day");
        let daniel_sees = t.visitor(&w.daniel).await;
        let halves = visits::home::needs_me(&t.app, &daniel_sees).await.unwrap();
        let waits = halves.my_school.iter().chain(&halves.others);
        assert_eq!(waits.filter(|todo| todo.text.contains("step")).count(), 1);
        let own = t.post(Some(&w.priya), &here, &[("act", "agree"), ("shown", STEP)]).await;
        let _ = own.expect(403);
        let other = t.post(Some(&w.daniel), &here, &[("act", "agree"), ("shown", "Else")]).await;
        let _ = other.expect(422).contains("newest version");
        let done = t.post(Some(&w.daniel), &here, &[("act", "agree"), ("shown", STEP)]).await;
        let _ = done.expect(303);
        let known = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = known.contains(STEP);
        let again = t.post(Some(&w.daniel), &here, &[("act", "keep")]).await;
        let _ = again.expect(409);
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains(STEP);
    })
    .await;
}

#[tokio::test]
async fn either_ends_it_and_a_year_later_the_words_are_noise() {
    both(&setup(), async |t| {
        let (w, _) = in_force(&t).await;
        let (_, id, first) = talking(&t, &w).await;
        let (daniel, priya) =
            (permit(&t, &w.daniel, id).await.unwrap(), permit(&t, &w.priya, id).await.unwrap());
        let second = log(&t.app, &priya, id, &grow("Sleeping again")).await.unwrap();
        let refused = erase(&t.app, &priya, first).await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "Daniel wrote it: {refused:?}");
        erase(&t.app, &daniel, first).await.unwrap();
        let page = |id| format!("/coaching/sessions/{id}");
        let gone = t.get(Some(&w.priya), &page(first)).await.expect(200);
        let _ = gone.contains("have been erased").lacks("Worn out");
        let _ = t.get(Some(&w.daniel), &page(second)).await.expect(200).contains("Sleeping again");

        take(&t.app, &priya, id, Act::End).await.unwrap();
        assert!(log(&t.app, &daniel, id, &grow("More")).await.is_err(), "it has ended");
        let tend = async |t: &TestApp| {
            let system = Permit::system("test", t.app.clock.now());
            coaching::acts::tend(&t.app, &system).await.unwrap()
        };
        at(&t, "2028-01-18T12:00:00Z").await;
        assert_eq!(tend(&t).await, 0);
        at(&t, "2028-01-19T12:00:00Z").await;
        assert_eq!(tend(&t).await, 1);
        let pair = coaching::pair(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(pair.state(), State::Erased);
        let _ = t.get(Some(&w.daniel), &page(second)).await.expect(200).lacks("Sleeping");
        let keys = t.app.db.count("SELECT count(*) AS n FROM sealed_key", []).await.unwrap();
        assert_eq!(keys, 0, "the keys are gone, so no backup made later opens the words");
    })
    .await;
}

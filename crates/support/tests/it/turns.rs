//! Turns on the way: an offer that needs correcting, one that is given up, a milestone off track,
//! results that arrive, and who reads how it was.

use access::{Action, Permit};
use brokerage::requests;
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use support::{
    Refusal,
    agreements::{Origin, Side, State, acts, store},
    course, exits, home, impact,
    milestones::{self, Gauge, NewMilestone, Rag, Seen},
    pack::pack,
    reviews,
};
use testkit::{Persona, TestApp, both};

use crate::{
    thread::{active, close, drafted, find, follow, permit, sign, signed},
    world::{HARBOUR, at, results, setup, world},
};

/// Those who got a letter with a subject like this since the last look, by address.
async fn told(t: &TestApp, subject: &str) -> Vec<String> {
    let letters = t.letters().await;
    let mut readers: Vec<String> = letters
        .into_iter()
        .filter(|letter| letter.subject.contains(subject))
        .map(|letter| letter.recipient)
        .collect();
    readers.sort();
    readers
}

fn addresses(people: &[&Persona]) -> Vec<String> {
    let mut all: Vec<String> = people
        .iter()
        .map(|one| format!("{}@example.org", one.name.to_lowercase().replace(' ', ".")))
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn an_offer_is_taken_back_corrected_and_signed_anew() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = drafted(&t, &w, &w.terms()).await;
        acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await.unwrap();
        sign(&t, &w.daniel, id).await.unwrap();
        let first = store::version(&t.app.db, id, 1).await.unwrap();
        let _ = t.letters().await;

        // The head of the other school will not sign it as it stands, and says why.
        let page = format!("/agreements/{id}/sign");
        let page = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = page.contains("I will not sign this as it stands");
        let back = format!("/agreements/{id}/do/back");
        let _ = t.post(Some(&w.aisha), &back, &[("reason", "No")]).await;
        assert_eq!(find(&t, id).await.state(), State::SignedSupporting, "not hers to say");
        let _ = t.post(Some(&w.priya), &back, &[("reason", "")]).await.expect(422);
        let words = "Year 3 should be part of it";
        let _ = t.post(Some(&w.priya), &back, &[("reason", words)]).await.expect(303);
        let agreement = find(&t, id).await;
        assert_eq!((agreement.state(), agreement.latest), (State::Drafting, 2));
        let letters = t.letters().await;
        let mut readers: Vec<_> = letters
            .iter()
            .filter(|l| l.subject.contains("written anew") && l.body.contains(words))
            .map(|l| l.recipient.clone())
            .collect();
        readers.sort();
        assert_eq!(readers, addresses(&[&w.priya, &w.daniel, &w.chair, &w.marcus]));
        let page = t.get(Some(&w.daniel), &format!("/agreements/{id}")).await.expect(200);
        let _ = page.contains("Why it is written anew").contains(words);

        // What was sealed and signed stays as it was; the new version begins without signatures.
        let kept = store::version(&t.app.db, id, 1).await.unwrap();
        assert!(kept.intact(id) && kept.hash == first.hash);
        let signatures = store::signatures(&t.app.db, id).await.unwrap();
        assert_eq!(signatures.iter().map(|s| s.number).collect::<Vec<_>>(), [1]);
        let mut terms = store::version(&t.app.db, id, 2).await.unwrap().terms().clone();
        terms.success.push("Year 3 reads every day".to_owned());
        let marcus = permit(&t, &w.marcus, id).await;
        acts::save(&t.app, &marcus, id, agreement.version, &terms).await.unwrap();
        acts::offer(&t.app, &marcus, id).await.unwrap();
        assert_eq!(sign(&t, &w.priya, id).await.unwrap(), State::Offered);
        sign(&t, &w.daniel, id).await.unwrap();
        assert_eq!(sign(&t, &w.chair, id).await.unwrap(), State::Signed);
        assert_eq!(find(&t, id).await.in_force, Some(2));

        // Also a signed one, before its first day; not after it.
        let daniel = permit(&t, &w.daniel, id).await.because("A day less");
        acts::take_back(&t.app, &daniel, id).await.unwrap();
        let agreement = find(&t, id).await;
        assert_eq!((agreement.state(), agreement.in_force), (State::Drafting, None));
        let id = active(&t, &w).await;
        let daniel = permit(&t, &w.daniel, id).await.because("Too late");
        assert!(matches!(acts::take_back(&t.app, &daniel, id).await, Err(Refusal::NotNow(_))));
        assert!(matches!(acts::cancel(&t.app, &daniel, id).await, Err(Refusal::NotNow(_))));
    })
    .await;
}

#[tokio::test]
async fn an_agreement_given_up_gives_its_request_back_to_the_desk() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let own = access::Resource::new(
            access::Kind::Request,
            access::Zone::School,
            OrgRef::School(HARBOUR),
        );
        let visitor = t.visitor(&w.priya).await;
        let head = access::authorize(&t.app, &visitor, Action::Create, &own).unwrap();
        let ask = requests::Ask {
            title: "Early reading".to_owned(),
            need: "Phonics is taught in three ways".to_owned(),
            outcome: "Every child reads by six".to_owned(),
            audit: None,
            findings: Vec::new(),
            beneficiaries: vec![requests::Beneficiary::Teacher],
            specialisms: Vec::new(),
            tier: requests::Tier::Targeted,
            phase: "primary".to_owned(),
            earliest: date(2027, 1, 4),
            latest: date(2027, 7, 16),
            half_days: 18,
            mode: requests::Mode::OnSite,
            severity: 4,
            team: false,
            budget_pence: None,
            give_back: String::new(),
            funder: None,
            avoid: Vec::new(),
            avoid_why: String::new(),
        };
        let request =
            requests::acts::draft(&t.app, &head, OrgRef::School(HARBOUR), w.alliance, &ask)
                .await
                .unwrap();
        let settled = "UPDATE support_request SET state = 'coi_clear'";
        let visitor = t.visitor(&w.marcus).await;
        let parties =
            access::Resource::new(access::Kind::Agreement, access::Zone::Parties, own.owner)
                .through(Some(w.alliance));
        let broker = access::authorize(&t.app, &visitor, Action::Create, &parties).unwrap();
        let key = request.to_string();
        let origin =
            Origin { partnership: Some(w.alliance), request: Some(&key), ..Origin::default() };
        t.app.db.run(settled, []).await.unwrap();
        let first = acts::draft(&t.app, &broker, &w.terms(), origin).await.unwrap();
        assert_eq!(find(&t, first).await.request.as_deref(), Some(key.as_str()));
        let marcus = permit(&t, &w.marcus, first).await;
        assert!(acts::cancel(&t.app, &marcus, first).await.is_err(), "a reason is needed");
        acts::cancel(&t.app, &marcus.because("The head has left"), first).await.unwrap();
        let given_up = find(&t, first).await;
        assert_eq!((given_up.state(), given_up.request), (State::Cancelled, None));
        let now = requests::request(&t.app.db, request).await.unwrap().unwrap();
        assert_eq!(now.state, requests::State::Rematch, "the school’s need is not cancelled");
        let trace =
            foundation::events::timeline(&t.app.db, "agreement", &first.to_string()).await.unwrap();
        assert!(trace.iter().any(|e| e.detail.contains(&key) && e.verb.contains("on the desk")));
        // Matched again, it may have another agreement.
        t.app.db.run(settled, []).await.unwrap();
        let second = acts::draft(&t.app, &broker, &w.terms(), origin).await.unwrap();
        assert_eq!(find(&t, second).await.request.as_deref(), Some(key.as_str()));

        // One that was signed is given up before its first day, and both schools hear why.
        let id = signed(&t, &w).await;
        let _ = t.letters().await;
        let priya = permit(&t, &w.priya, id).await.because("We are being inspected");
        acts::cancel(&t.app, &priya, id).await.unwrap();
        let letters = told(&t, "given up before it began").await;
        assert_eq!(letters, addresses(&[&w.priya, &w.daniel, &w.chair]));
        at(&t, "2027-01-04T06:00:00Z").await;
        let system = Permit::system("test", t.app.clock.now());
        assert!(course::tend(&t.app, &system).await.unwrap().started.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_milestone_off_track_is_told_once_for_each_turn() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let aisha = permit(&t, &w.aisha, id).await;
        let due_on = date(2027, 3, 26);
        let title = "Phonics is taught daily".to_owned();
        let new = NewMilestone { side: Side::Supported, title, gauge: Gauge::Statement, due_on };
        let milestone = milestones::add(&t.app, &aisha, id, &new).await.unwrap();
        let say = async |version: i64, done: bool| {
            let aisha = permit(&t, &w.aisha, id).await;
            let seen = Seen { done: Some(done), ..Seen::default() };
            milestones::record_seen(&t.app, &aisha, milestone, version, seen).await.unwrap()
        };
        let subject = "A milestone needs a conversation";
        let _ = t.letters().await;
        assert_eq!(say(1, false).await, Rag::Amber);
        assert!(told(&t, subject).await.is_empty(), "at risk is not off track");
        at(&t, "2027-03-29T09:00:00Z").await;
        assert_eq!(say(2, false).await, Rag::NotAchieved);
        assert_eq!(told(&t, subject).await, addresses(&[&w.daniel, &w.priya]), "Daniel leads");
        assert_eq!(say(3, false).await, Rag::NotAchieved);
        assert!(told(&t, subject).await.is_empty(), "known already");
        assert_eq!(say(4, true).await, Rag::Achieved);
        assert_eq!(say(5, false).await, Rag::NotAchieved);
        assert_eq!(told(&t, subject).await.len(), 2, "a new turn");
    })
    .await;
}

#[tokio::test]
async fn a_change_is_told_to_both_heads_and_a_review_sets_the_next() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let daniel = permit(&t, &w.daniel, id).await;
        at(&t, "2027-03-24T09:00:00Z").await;
        let review = reviews::NewReview {
            after: 0,
            lines: Vec::new(),
            next_steps: "A day more for Year 3".to_owned(),
            next_on: Some(date(2027, 5, 21)),
            decision: reviews::Decision::Intensify,
        };
        reviews::hold(&t.app, &daniel, id, &review).await.unwrap();
        // What the review set goes before what the agreement planned.
        let visitor = t.visitor(&w.daniel).await;
        let days =
            home::dated(&t.app, &visitor, date(2027, 3, 20), date(2027, 12, 31)).await.unwrap();
        let on: Vec<_> =
            days.iter().filter(|d| d.what == "Review of progress").map(|d| d.on).collect();
        assert_eq!(on, [date(2027, 5, 21), date(2027, 10, 15), date(2027, 12, 10)]);
        at(&t, "2027-05-14T09:00:00Z").await;
        let visitor = t.visitor(&w.daniel).await;
        let due = home::needs_me(&t.app, &visitor).await.unwrap().others;
        let hold = due.iter().find(|todo| todo.text == "Hold review 2").unwrap();
        assert_eq!(hold.due, Some(date(2027, 5, 21)));
        let page = t.get(Some(&w.daniel), &format!("/agreements/{id}/reviews")).await.expect(200);
        let _ = page
            .contains("Review 2 is on 21 May 2027")
            .contains("Propose the change you decided on")
            .contains(&format!("/agreements/{id}/do/vary"));

        let change = permit(&t, &w.daniel, id).await.because("A day more");
        course::vary(&t.app, &change, id).await.unwrap();
        let _ = t.letters().await;
        acts::offer(&t.app, &change, id).await.unwrap();
        let letters = told(&t, "A change to an agreement is ready").await;
        assert_eq!(letters, addresses(&[&w.priya, &w.daniel, &w.chair]));
    })
    .await;
}

#[tokio::test]
async fn both_heads_hear_once_that_results_have_arrived() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        follow(&t, &w, id).await;
        close(&t, &w, id).await;
        let _ = t.letters().await;
        let tell = async || {
            impact::tell(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap()
        };
        assert_eq!(tell().await, 0, "nothing has been published");
        results(&t, 2027, [72.0, 88.0], 1.0).await;
        assert_eq!(tell().await, 1);
        assert_eq!(told(&t, "Results have arrived").await, addresses(&[&w.daniel, &w.priya]));
        assert_eq!(tell().await, 0, "once for each agreement");
        assert!(told(&t, "Results have arrived").await.is_empty());
        let today = t.app.clock.today();
        for urn in [HARBOUR, crate::world::OAKFIELD] {
            let org = OrgRef::School(urn);
            let news = home::results_arrived(&t.app.db, org, today).await.unwrap();
            assert_eq!(news.len(), 1);
            assert!(news[0].fresh && news[0].href == format!("/agreements/{id}/impact"));
            let later = today.saturating_add(jiff::Span::new().days(20));
            let news = home::results_arrived(&t.app.db, org, later).await.unwrap();
            assert!(!news[0].fresh, "worth reading in its fortnight, there for a year");
        }
    })
    .await;
}

#[tokio::test]
async fn how_it_was_is_read_by_few_and_after_both_have_spoken() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        let priya = permit(&t, &w.priya, id).await;
        let over = priya.clone().because("We agreed that it is enough");
        course::end_early(&t.app, &over, id, course::Ground::Conduct).await.unwrap();
        let answers: Vec<(String, u8)> =
            pack().feedback_items.iter().map(|item| (item.code.clone(), 3)).collect();
        exits::give_feedback(&t.app, &priya, id, &answers, "Thank you").await.unwrap();
        let page = format!("/agreements/{id}/exit");
        let read = async |who: &Persona| {
            let who = t.sign_in(who.account, &who.name).await;
            t.get(Some(&who), &page).await.expect(200)
        };
        let thanks = "Thank you";
        let _ = read(&w.priya).await.contains(thanks);
        for who in [&w.daniel, &w.marcus] {
            let _ = read(who).await.lacks(thanks).contains("once both schools have spoken");
        }
        let daniel = permit(&t, &w.daniel, id).await;
        exits::give_feedback(&t.app, &daniel, id, &answers, "Open doors all year").await.unwrap();
        for who in [&w.daniel, &w.marcus] {
            let _ = read(who).await.contains(thanks).contains("Open doors all year");
        }
        for who in [&w.chair, &w.aisha] {
            let _ = read(who).await.lacks(thanks).lacks("Open doors all year");
        }
        let _ = read(&w.priya).await.contains(thanks).lacks("Open doors all year");
    })
    .await;
}

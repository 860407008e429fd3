//! Anybody who works in a school suggests an offer; its head decides.

use access::{Post, Role};
use brokerage::offers::{self, OfferState};
use testkit::both;

use super::world::{HARBOUR, OAKFIELD, matching, setup, world};

const FORM: [(&str, &str); 13] = [
    ("title", "Makaton for beginners"),
    ("about", "An hour after school, four weeks"),
    ("specialism-1", "early-reading"),
    ("phases", "primary"),
    ("mode", "on-site"),
    ("from-day", "4"),
    ("from-month", "1"),
    ("from-year", "2027"),
    ("to-day", "16"),
    ("to-month", "7"),
    ("to-year", "2027"),
    ("half-days", "1"),
    ("cost", "0"),
];

#[tokio::test]
async fn a_teaching_assistant_suggests_an_offer_and_the_head_makes_it_one_or_says_why_not() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let request = matching(&t, &w).await;
        let post = [Post::new(HARBOUR, Role::Staff, "Teaching assistant")];
        let jo = t.person("Jo Pike", &post).await;
        let kim = t.person("Kim Lane", &post).await;
        let of_harbour = async || offers::offers_of(&t.app.db, HARBOUR).await.unwrap();

        let _ = t.get(Some(&jo), "/offers").await.expect(200).contains("Suggest an offer");
        let page = t.get(Some(&jo), "/offers/new").await.expect(200);
        let _ = page.contains("Suggest it to the head").contains("nobody outside sees it before");
        let page = t.post(Some(&jo), "/offers", &FORM[1..]).await.expect(422);
        let _ = page.contains("Give the offer a title").contains("An hour after school");
        let _ = t.post(Some(&jo), "/offers", &FORM).await.expect(303);
        let it = of_harbour().await.pop().unwrap();
        assert_eq!((it.state, it.suggested_by), (OfferState::Suggested, Some(jo.account)));

        // Its author and the head see it; colleagues, the broker and other schools do not, and it
        // is no candidate on the desk.
        let _ = t.get(Some(&jo), "/offers").await.expect(200).contains("What you suggested");
        let desk = format!("/desk/{request}");
        let _ = t.get(Some(&w.marcus), &desk).await.expect(200).lacks("Makaton");
        for who in [&kim, &w.marcus, &w.daniel] {
            let _ = t.get(Some(who), "/offers").await.expect(200).lacks("Makaton");
        }
        let waits = brokerage::waiting(&t.app, &t.visitor(&w.priya).await).await.unwrap();
        assert!(waits.iter().any(|(one, own)| *own && one.text.contains("Makaton")), "{waits:?}");
        let letters = t.letters().await;
        assert!(
            letters.iter().any(|one| one.subject.contains("colleague suggests an offer")
                && one.recipient.starts_with("priya")),
            "{letters:?}"
        );

        // Nobody else answers or takes it back; a refusal needs its reason.
        let answer = format!("/offers/{}/answer", it.id);
        let back = format!("/offers/{}/withdraw", it.id);
        let make = [("answer", "open"), ("words", "")];
        for who in [&kim, &w.marcus, &w.daniel] {
            let _ = t.post(Some(who), &answer, &make).await.expect(404);
            let _ = t.post(Some(who), &back, &[]).await.expect(404);
        }
        let _ = t.post(Some(&jo), &answer, &make).await.expect(403);
        let _ = t.post(Some(&w.priya), &back, &[]).await.expect(409);
        let _ = t.post(Some(&w.priya), &answer, &[]).await.expect(400);
        let no = [("answer", "decline"), ("words", " ")];
        let page = t.post(Some(&w.priya), &answer, &no).await.expect(422);
        let _ = page.contains("Say why not: your colleague reads it").contains("Makaton");

        let _ = t.post(Some(&w.priya), &answer, &make).await.expect(303);
        assert_eq!(of_harbour().await[0].state, OfferState::Open);
        let _ = t.post(Some(&w.priya), &answer, &make).await.expect(409);
        let _ = t.get(Some(&w.daniel), "/offers").await.expect(200).contains("Makaton");
        let _ = t.get(Some(&w.marcus), &desk).await.expect(200).contains("Makaton");
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.subject == "Your offer stands"), "{letters:?}");

        // A second one is declined with a reason, a third taken back in time.
        let _ = t.post(Some(&jo), "/offers", &FORM).await.expect(303);
        let waiting = async || {
            let mut all = of_harbour().await;
            all.retain(|one| one.state == OfferState::Suggested);
            all.pop().unwrap().id
        };
        let no = [("answer", "decline"), ("words", "Let us do one at a time")];
        let answer = format!("/offers/{}/answer", waiting().await);
        let _ = t.post(Some(&w.priya), &answer, &no).await.expect(303);
        let page = t.get(Some(&jo), "/offers").await.expect(200);
        let _ = page.contains("Not made").contains("Let us do one at a time");
        let _ = t.get(Some(&kim), "/offers").await.expect(200).lacks("one at a time");
        let _ = t.post(Some(&jo), "/offers", &FORM).await.expect(303);
        let id = waiting().await;
        let _ = t.post(Some(&kim), &format!("/offers/{id}/withdraw"), &[]).await.expect(404);
        let _ = t.post(Some(&jo), &format!("/offers/{id}/withdraw"), &[]).await.expect(303);
        let answer = format!("/offers/{id}/answer");
        let _ = t.post(Some(&w.priya), &answer, &make).await.expect(409);

        // The copy of one's own data has them all.
        let copy = brokerage::persons::extract(t.app.clone(), jo.account).await.unwrap();
        assert_eq!(copy["offers_suggested"].as_array().unwrap().len(), 3);

        // Whoever holds no post in a school suggests nothing, and a post elsewhere offers there.
        let _ = t.get(Some(&w.marcus), "/offers/new").await.expect(403);
        let aisha = t.post(Some(&w.aisha), "/offers", &FORM).await;
        let _ = aisha.expect(303);
        assert_eq!(offers::offers_of(&t.app.db, OAKFIELD).await.unwrap().len(), 1);
    })
    .await;
}

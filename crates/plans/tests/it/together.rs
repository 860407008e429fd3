//! What a partnership agrees on: its charter and its shared goals.

use access::{Post, Role, partnerships};
use foundation::OrgRef;
use jiff::{SignedDuration, civil::date};
use plans::shared::{charter, goals};
use testkit::both;

use super::world::{BAYSIDE, HARBOUR, OAKFIELD, setup, world};

const WORDS: [(&str, &str); 3] = [
    ("purpose", "Every school gives and receives."),
    ("ways", "We ask before we tell."),
    ("shares", "Strengths and offers, and no audit."),
];

#[tokio::test]
async fn a_partnership_is_under_its_charter_when_every_member_accepted_the_same_words() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = w.alliance.to_string().replace("partnership:", "");
        let at = format!("/partnerships/{id}/charter");
        let elsewhere = Post::new(OrgRef::School(999_999), Role::Head, "Headteacher");
        let stranger = t.person("Olga Elsewhere", &[elsewhere]).await;

        let page = t.get(Some(&w.priya), &at).await.expect(200);
        let _ = page.contains("has not written down yet").lacks("Put it to the members");
        let _ = t.get(Some(&stranger), &at).await.expect(404);
        let _ = t.post(Some(&w.priya), &at, &WORDS).await.expect(403);
        let _ = t.post(Some(&stranger), &at, &WORDS).await.expect(404);
        let page = t.post(Some(&w.marcus), &at, &WORDS[..2]).await.expect(422);
        let _ = page.contains("Say what is shared").contains("We ask before we tell.");
        let _ = t.post(Some(&w.marcus), &at, &WORDS).await.expect(303);
        let _ = t.post(Some(&w.marcus), &at, &WORDS).await.expect(422).contains("stand already");
        let letters = t.letters().await;
        let told = letters.iter().filter(|one| one.subject.contains("a charter to read")).count();
        assert_eq!(told, 3, "the heads of the three schools: {letters:?}");

        let accept = format!("{at}/accept");
        let harbour = OrgRef::School(HARBOUR).to_string();
        let yes = |member: &str, version: &str| {
            [("member", member.to_owned()), ("version", version.to_owned())]
        };
        let send = async |who, member: &str, version: &str| {
            let pairs = yes(member, version);
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
            t.post(Some(who), &accept, &pairs).await
        };
        let page = t.get(Some(&w.priya), &at).await.expect(200);
        let _ = page.contains("Accept it for Harbour View Primary").contains("Being accepted");
        // Nobody accepts for another school, and nobody old words.
        let _ = send(&w.daniel, &harbour, "1").await.expect(404);
        let _ = send(&w.marcus, &harbour, "1").await.expect(404);
        let _ = send(&w.priya, &harbour, "1").await.expect(303);
        let waits = plans::waiting(&t.app, &t.visitor(&w.priya).await).await.unwrap();
        assert!(waits.iter().all(|one| !one.href.contains("/charter")), "{waits:?}");
        let waits = plans::waiting(&t.app, &t.visitor(&w.daniel).await).await.unwrap();
        assert!(waits.iter().any(|one| one.href == at), "{waits:?}");
        let _ = send(&w.daniel, &OrgRef::School(OAKFIELD).to_string(), "1").await.expect(303);
        let standing = charter::standing(&t.app, w.alliance).await.unwrap().unwrap();
        assert!(!standing.is_agreed());
        let _ = send(&w.omar, &OrgRef::School(BAYSIDE).to_string(), "1").await.expect(303);
        let page = t.get(Some(&w.priya), &at).await.expect(200);
        let _ = page.contains("Accepted by every member");

        // New words are put to everybody again.
        let changed = [WORDS[0], WORDS[1], ("shares", "Strengths, offers and practices.")];
        let _ = t.post(Some(&w.marcus), &at, &changed).await.expect(303);
        let standing = charter::standing(&t.app, w.alliance).await.unwrap().unwrap();
        assert_eq!((standing.accepted.len(), standing.awaited.len()), (0, 3));
        let late = send(&w.priya, &harbour, "1").await.expect(422);
        let _ = late.contains("There are newer words");
        // A member that leaves is waited for no longer.
        let permit = access::Permit::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        let bayside = OrgRef::School(BAYSIDE);
        let today = t.app.clock.today();
        partnerships::leave(&tx, permit.context(), w.alliance, bayside, today).await.unwrap();
        tx.commit().await.unwrap();
        let standing = charter::standing(&t.app, w.alliance).await.unwrap().unwrap();
        assert_eq!(standing.awaited.len(), 2);
        let _ = send(&w.omar, &bayside.to_string(), "2").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_new_partnership_works_from_the_day_on_which_every_member_has_accepted_its_charter() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let permit = access::Permit::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        let today = t.app.clock.today();
        let triad =
            partnerships::form(&tx, &t.app.ids, permit.context(), "Estuary Triad", "triad", today)
                .await
                .unwrap();
        for urn in [HARBOUR, OAKFIELD, BAYSIDE] {
            let member = OrgRef::School(urn);
            partnerships::join(&tx, permit.context(), triad, member, today).await.unwrap();
        }
        tx.commit().await.unwrap();
        let broker = t.person("Bea Estuary", &[Post::new(triad, Role::Broker, "Broker")]).await;
        let home = partnerships::address(triad);
        let works = async || partnerships::works(&t.app.db, triad).await.unwrap();
        let at = format!("{home}/charter");
        let _ = t.get(Some(&w.priya), &at).await.expect(200).contains("Being formed");
        // Without words there is nothing to accept, also when a day goes by.
        plans::tend::tend(&t.app, &permit).await.unwrap();
        assert!(!works().await);
        let _ = t.post(Some(&broker), &at, &WORDS).await.expect(303);
        let accept = format!("{at}/accept");
        for (who, urn) in [(&w.priya, HARBOUR), (&w.daniel, OAKFIELD)] {
            let member = OrgRef::School(urn).to_string();
            let yes = [("member", member.as_str()), ("version", "1")];
            let _ = t.post(Some(who), &accept, &yes).await.expect(303);
            assert!(!works().await, "one member has not accepted yet");
        }
        // The third one leaves instead: the next daily round waits for nobody any longer.
        let tx = t.app.db.write().await.unwrap();
        let bayside = OrgRef::School(BAYSIDE);
        partnerships::leave(&tx, permit.context(), triad, bayside, today).await.unwrap();
        tx.commit().await.unwrap();
        plans::tend::tend(&t.app, &permit).await.unwrap();
        assert!(works().await);
        let _ = t.get(Some(&w.priya), &at).await.expect(200).contains("Active since");
        // New words later do not stop what is under way.
        let changed = [WORDS[0], WORDS[1], ("shares", "Strengths, offers and practices.")];
        let _ = t.post(Some(&broker), &at, &changed).await.expect(303);
        assert!(works().await);
    })
    .await;
}

#[tokio::test]
async fn a_goal_of_which_nothing_was_heard_for_half_a_term_is_shown_and_its_lead_written_to() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = w.alliance.to_string().replace("partnership:", "");
        let at = format!("/partnerships/{id}/goals");
        let goal = [
            ("title", "No child misses a day they could be here"),
            ("seen_by", "Persistent absence in our schools taken together"),
            ("lead", "school:999207"),
            ("due-day", "16"),
            ("due-month", "7"),
            ("due-year", "2027"),
        ];
        let _ = t.post(Some(&w.daniel), &at, &goal).await.expect(403);
        let page = t.post(Some(&w.marcus), &at, &goal[..2]).await.expect(422);
        let _ = page.contains("Choose the member that looks after it").contains("No child misses");
        let begun = t.post(Some(&w.marcus), &at, &goal).await.expect(303);
        let path = begun.location().to_owned();
        let found = goals::of(&t.app.db, w.alliance).await.unwrap();
        assert_eq!(found.len(), 1);

        // Its lead says how it goes; another member reads; each must use words.
        let said =
            [("act", "report"), ("words", "Two schools call on the first day."), ("seen", "1")];
        let _ = t.post(Some(&w.priya), &path, &said).await.expect(403);
        let empty = [("act", "report"), ("words", " "), ("seen", "1")];
        let _ = t.post(Some(&w.daniel), &path, &empty).await.expect(422).contains("in a few words");
        let _ = t.post(Some(&w.daniel), &path, &said).await.expect(303);
        // Of two who write at once the second is told, and keeps the words.
        let page = t.post(Some(&w.marcus), &path, &said).await.expect(422);
        let _ = page.contains("Somebody else changed this").contains("Two schools call");
        let _ = t.get(Some(&w.priya), &path).await.expect(200).contains("Two schools call");
        // The lead does not drop what all agreed on.
        let drop = [("act", "drop"), ("words", "Too hard."), ("seen", "2")];
        let _ = t.post(Some(&w.daniel), &path, &drop).await.expect(403);

        let permit = || access::Permit::system("test", t.app.clock.now());
        assert_eq!(goals::remind(&t.app, &permit()).await.unwrap(), 0);
        // From 9 November half a term of school days, the holidays left out.
        let _ = t.app.clock.set(plans::calendar::morning(date(2027, 1, 18)));
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let daniel = t.sign_in(w.daniel.account, "Daniel Reyes").await;
        let still = goals::of(&t.app.db, w.alliance).await.unwrap();
        let days = plans::calendar::days_quiet(still[0].moved_on(), t.app.clock.today());
        assert_eq!(still[0].stands_still(t.app.clock.today()), days >= goals::HALF_TERM);
        assert!(days >= goals::HALF_TERM, "{days} days");
        let _ = t.get(Some(&priya), &at).await.expect(200).contains("Stands still");
        assert_eq!(goals::remind(&t.app, &permit()).await.unwrap(), 1);
        assert_eq!(goals::remind(&t.app, &permit()).await.unwrap(), 0, "once");
        let letters = t.letters().await;
        let told: Vec<_> =
            letters.iter().filter(|one| one.subject.contains("stands still")).collect();
        assert_eq!(told.len(), 1, "{letters:?}");
        let waits = plans::waiting(&t.app, &t.visitor(&w.daniel).await).await.unwrap();
        assert!(waits.iter().any(|one| one.href == path), "{waits:?}");
        let reached = [("act", "reach"), ("words", "Below one in ten."), ("seen", "2")];
        let _ = t.app.clock.advance(SignedDuration::from_hours(1));
        let _ = t.post(Some(&daniel), &path, &reached).await.expect(303);
        let page = t.get(Some(&priya), &path).await.expect(200);
        let _ = page.contains("Reached").contains("Below one in ten.");
    })
    .await;
}

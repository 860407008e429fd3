//! How members find their partnership, without a name; and thanks.

use access::{Post, Role};
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use plans::shared::{
    pulse::{self, PulseId, State},
    thanks,
};
use testkit::{Persona, TestApp, both};

use super::world::{BAYSIDE, HARBOUR, OAKFIELD, World, setup, world};

const FORTNIGHT: [(&str, &str); 3] =
    [("closes-day", "23"), ("closes-month", "11"), ("closes-year", "2026")];

fn says(levels: [&'static str; 5]) -> [(&'static str, &'static str); 5] {
    let mut at = 0;
    levels.map(|level| {
        at += 1;
        (pulse::FIELDS[at - 1], level)
    })
}

async fn staff(t: &TestApp) -> Vec<Persona> {
    let mut all = Vec::new();
    for (name, urn) in [("Ann", HARBOUR), ("Ben", OAKFIELD), ("Cem", BAYSIDE), ("Dot", HARBOUR)] {
        let post = Post::new(OrgRef::School(urn), Role::Staff, "Teacher");
        all.push(t.person(&format!("{name} Staff"), &[post]).await);
    }
    all
}

async fn opened(t: &TestApp, w: &World, at: &str) -> String {
    t.post(Some(&w.marcus), at, &FORTNIGHT).await.expect(303).location().to_owned()
}

async fn number(t: &TestApp, sql: &str) -> i64 {
    t.app.db.count(sql, []).await.unwrap()
}

#[tokio::test]
async fn answers_are_shown_when_five_gave_them_and_it_has_closed() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let at = format!("{}/pulse", access::partnerships::address(w.alliance));
        let elsewhere = Post::new(OrgRef::School(999_999), Role::Head, "Headteacher");
        let stranger = t.person("Olga Elsewhere", &[elsewhere]).await;
        let people = staff(&t).await;
        let _ = t.get(Some(&stranger), &at).await.expect(404);
        let _ = t.post(Some(&w.priya), &at, &FORTNIGHT).await.expect(403);
        let far = [FORTNIGHT[0], FORTNIGHT[1], ("closes-year", "2027")];
        let _ = t.post(Some(&w.marcus), &at, &far).await.expect(422).contains("six weeks");
        let page = opened(&t, &w, &at).await;
        let again = t.post(Some(&w.marcus), &at, &FORTNIGHT).await.expect(422);
        let _ = again.contains("being asked already");

        let waits = plans::waiting(&t.app, &t.visitor(&people[0]).await).await.unwrap();
        assert!(waits.iter().any(|one| one.href == page), "{waits:?}");
        let half = &says(["4", "3", "2", "1", "4"])[..4];
        let told = t.post(Some(&people[0]), &page, half).await.expect(422);
        let _ = told.contains("Choose how far it is true: I believe that we will be better");
        // Whoever looks after the partnership without being of a member is not asked, nor a stranger.
        let whole = says(["4", "3", "2", "1", "4"]);
        let _ = t.post(Some(&w.marcus), &page, &whole).await.expect(403);
        let _ = t.post(Some(&stranger), &page, &whole).await.expect(404);
        // Sent twice at the same moment it counts once.
        let (a, b) = tokio::join!(
            t.post(Some(&people[0]), &page, &whole),
            t.post(Some(&people[0]), &page, &whole)
        );
        let mut codes = [a.status.as_u16(), b.status.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [303, 422]);
        for who in &people[1..] {
            let _ = t.post(Some(who), &page, &whole).await.expect(303);
        }
        let open = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = open.contains("4 people have answered so far").lacks("How 4 people answered");
        let waits = plans::waiting(&t.app, &t.visitor(&people[0]).await).await.unwrap();
        assert!(waits.iter().all(|one| one.href != page), "{waits:?}");

        // Four are too few: it is closed, and what they said is gone.
        let close = format!("{page}/close");
        let _ = t.post(Some(&w.priya), &close, &[]).await.expect(403);
        let _ = t.post(Some(&w.marcus), &close, &[]).await.expect(303);
        let closed = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = closed.contains("nothing is shown").lacks("people answered</caption>");
        assert_eq!(number(&t, "SELECT count(*) AS n FROM pulse_count").await, 0);
        assert_eq!(number(&t, "SELECT count(*) AS n FROM pulse_reply").await, 0);
        let _ = t.post(Some(&w.priya), &page, &whole).await.expect(422).contains("are closed");

        // The next time six answer; nothing in the database says who said what.
        let page = opened(&t, &w, &at).await;
        let answers = [["4", "4", "3", "1", "2"], ["4", "3", "3", "2", "2"]];
        for (n, who) in [&w.priya, &w.daniel].into_iter().chain(&people).enumerate() {
            let _ = t.post(Some(who), &page, &says(answers[n % 2])).await.expect(303);
        }
        let id: PulseId = page.rsplit('/').next().unwrap().parse().unwrap();
        let it = pulse::find(&t.app.db, id).await.unwrap().unwrap();
        assert!(pulse::counts(&t.app.db, &it).await.unwrap().is_none(), "not while it is open");
        let _ = t.app.clock.set(plans::calendar::morning(date(2026, 11, 24)));
        let system = access::Permit::system("test", t.app.clock.now());
        assert_eq!(pulse::close_due(&t.app, &system).await.unwrap(), 1);
        let it = pulse::find(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!((it.state(), it.replies), (State::Shown, 6));
        let counts = pulse::counts(&t.app.db, &it).await.unwrap().unwrap();
        let expected = [[0, 0, 0, 6], [0, 0, 3, 3], [0, 0, 6, 0], [3, 3, 0, 0], [0, 6, 0, 0]];
        assert_eq!(counts, expected);
        assert_eq!(number(&t, "SELECT count(*) AS n FROM pulse_reply").await, 0);
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let _ = t.get(Some(&priya), &page).await.expect(200).contains("How 6 people answered");
    })
    .await;
}

#[tokio::test]
async fn thanks_are_read_by_members_and_come_off_the_page() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let base = access::partnerships::address(w.alliance);
        let at = format!("{base}/thanks");
        let people = staff(&t).await;
        let say = |to: &'static str, words: &'static str| [("to", to), ("words", words)];
        let kind = "You took both our classes when the boiler failed.";
        let own = t.post(Some(&people[0]), &at, &say("school:999101", kind)).await.expect(422);
        let _ = own.contains("choose another member").contains(kind);
        let _ = t.post(Some(&people[0]), &at, &say("school:999207", " ")).await.expect(422);
        let pupil = "Thank you for teaching A820200005007 to read";
        let told = t.post(Some(&people[0]), &at, &say("school:999207", pupil)).await.expect(422);
        let _ = told.contains("Remove the unique pupil number");
        let _ = t.post(Some(&w.marcus), &at, &say("school:999207", kind)).await.expect(403);
        t.letters().await;
        let _ = t.post(Some(&people[0]), &at, &say("school:999207", kind)).await.expect(303);
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.body.contains(kind)), "{letters:?}");

        let read = t.get(Some(&w.omar), &at).await.expect(200);
        let _ = read.contains(kind).contains("Ann Staff").lacks("Take it off the page");
        let all = thanks::shown(&t.app.db, w.alliance, (0, 9)).await.unwrap();
        let act = |act: &str| format!("/thanks/{}/{act}", all[0].id);
        for who in [&w.omar, &people[1]] {
            let _ = t.post(Some(who), &act("hide"), &[]).await.expect(403);
            let _ = t.post(Some(who), &act("take-back"), &[]).await.expect(403);
        }
        // Whoever is thanked need not be.
        let _ = t.post(Some(&w.daniel), &act("hide"), &[]).await.expect(303);
        let _ = t.get(Some(&w.omar), &at).await.expect(200).lacks(kind).contains("Nobody has said");
        assert_eq!(number(&t, "SELECT count(*) AS n FROM thanks WHERE words <> ''").await, 0);
        let _ = t.post(Some(&people[0]), &act("take-back"), &[]).await.expect(409);

        let _ = t.post(Some(&people[0]), &at, &say("school:999207", kind)).await.expect(303);
        let all = thanks::shown(&t.app.db, w.alliance, (0, 9)).await.unwrap();
        let back = format!("/thanks/{}/take-back", all[0].id);
        let _ = t.post(Some(&people[0]), &back, &[]).await.expect(303);
        assert!(thanks::shown(&t.app.db, w.alliance, (0, 9)).await.unwrap().is_empty());
    })
    .await;
}

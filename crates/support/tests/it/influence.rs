//! What a trust says to those who decide: on its records, endorsed before it is sent, and read by its
//! leaders and its board.

use access::{Post, Role};
use foundation::{OrgRef, Sql as _};
use support::stories::{self, Deed};
use testkit::{Persona, TestApp, both};

use crate::{
    thread::{doubled, permit},
    world::{HARBOUR, World, setup, world},
};

const LOG: &str = "/influence/trust:980001";

/// A case study of the two schools that both consented to.
async fn told(t: &TestApp, w: &World) -> support::AgreementId {
    let id = doubled(t, w).await;
    let system = access::Permit::system("test", t.app.clock.now());
    assert_eq!(stories::propose(&t.app, &system).await.unwrap(), 1);
    let (priya, daniel) = (permit(t, &w.priya, id).await, permit(t, &w.daniel, id).await);
    let words = Deed::Write("One phonics programme", "Daily, with one programme.");
    stories::take(&t.app, &daniel, id, 1, words).await.unwrap();
    stories::take(&t.app, &daniel, id, 2, Deed::Consent).await.unwrap();
    stories::take(&t.app, &priya, id, 3, Deed::Consent).await.unwrap();
    id
}

struct People {
    chen: Persona,
    tom: Persona,
    olga: Persona,
}

async fn people(t: &TestApp) -> People {
    let sql = "UPDATE school SET trust = 980001 WHERE urn = $1";
    t.app.db.run(sql, [i64::from(HARBOUR).into()]).await.unwrap();
    let trust = OrgRef::Trust(980_001);
    let post = |org, role| [Post::new(org, role, "At the trust")];
    People {
        chen: t.person("Lian Chen", &post(trust, Role::TrustExecutive)).await,
        tom: t.person("Tom Arkless", &post(trust, Role::Governor)).await,
        olga: t.person("Olga Other", &post(OrgRef::Trust(980_002), Role::TrustExecutive)).await,
    }
}

fn matter<'a>(position: &'a str, evidence: &[&'a str], seen: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("topic", "How long families wait"),
        ("way", "consultation"),
        ("audience", "The authority"),
        ("deadline-day", "14"),
        ("deadline-month", "2"),
        ("deadline-year", "2029"),
        ("position", position),
        ("seen", seen),
    ];
    form.extend(evidence.iter().map(|one| ("evidence", *one)));
    form
}

#[tokio::test]
async fn what_is_said_rests_on_records_is_endorsed_and_then_sent() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = told(&t, &w).await;
        let p = people(&t).await;
        let new = format!("{LOG}/new");
        let empty = t.get(Some(&p.chen), LOG).await.expect(200);
        let _ = empty.contains("Nothing has been written down yet").contains("Write down a matter");
        let none = t.post(Some(&p.chen), &new, &[("topic", "Waiting")]).await.expect(422);
        let none = none.contains("Choose how it is said").contains("Say who decides about it");
        let _ = none.contains("value=\"Waiting\"");
        let sent = t.post(Some(&p.chen), &new, &matter("", &[], "0")).await.expect(303);
        let page = sent.location().to_owned();
        let (edit, endorse) = (format!("{page}/edit"), format!("{page}/do/endorse"));

        // Nothing is endorsed that says nothing or rests on nothing.
        let story = format!("story:{id}");
        let said = "Twelve weeks is too long.";
        let _ = t.post(Some(&p.chen), &edit, &matter(said, &[], "1")).await.expect(303);
        let board = [("words", "The board, minute 7"), ("seen", "2")];
        let early = t.post(Some(&p.chen), &endorse, &board).await.expect(422);
        let _ = early.contains("at least one record").contains("The board, minute 7");
        // A record that is not on the list is no evidence.
        let other = "effect:01a2e024-3900-7364-9b6b-95b8fcb1cf97";
        let wrong = t.post(Some(&p.chen), &edit, &matter(said, &[other], "2")).await.expect(422);
        let _ = wrong.contains("one of these is not there").contains(said);
        let _ = t.get(Some(&p.chen), &edit).await.contains("Case study: One phonics programme");
        let rests = matter(said, &[&story, "together"], "2");
        let _ = t.post(Some(&p.chen), &edit, &rests).await.expect(303);
        // Somebody who read an older version is told, and loses nothing.
        let late = t.post(Some(&p.chen), &edit, &matter("Ten weeks", &[], "2")).await.expect(422);
        let _ = late.contains("in the meantime").contains("Ten weeks");

        let board = [("words", "The board, minute 7"), ("seen", "3")];
        let _ = t.post(Some(&p.chen), &endorse, &board).await.expect(303);
        // What is changed after that is endorsed anew.
        let _ = t.post(Some(&p.chen), &edit, &matter(said, &[&story], "4")).await.expect(303);
        let submit = format!("{page}/do/submit");
        let day = |year: &'static str, seen: &'static str| {
            [
                ("on-day", "1"),
                ("on-month", "2"),
                ("on-year", year),
                ("words", "By post"),
                ("seen", seen),
            ]
        };
        let _ = t.post(Some(&p.chen), &submit, &day("2027", "5")).await.expect(422);
        let board = [("words", "The board, minute 9"), ("seen", "5")];
        let _ = t.post(Some(&p.chen), &endorse, &board).await.expect(303);
        let ahead = t.post(Some(&p.chen), &submit, &day("2040", "6")).await.expect(422);
        let _ = ahead.contains("today, or a day before");
        let _ = t.post(Some(&p.chen), &submit, &day("2027", "6")).await.expect(303);
        let note = format!("{page}/do/note");
        let none = t.post(Some(&p.chen), &note, &[("words", " "), ("seen", "7")]).await.expect(422);
        let _ = none.contains("also where nothing did");

        // The board reads it and changes nothing; the public part of its evidence stands on it.
        let read = t.get(Some(&p.tom), &page).await.expect(200);
        let read = read.contains("The board, minute 9").contains("1 February 2027");
        let _ = read.contains("What must be said with it").contains(said).lacks("/do/note");
        let report = t.get(Some(&p.tom), "/boards/trust:980001").await.expect(200);
        let _ = report.contains("How long families wait").contains("Submitted 1 February 2027");
        for path in [&new, &edit, &note] {
            let _ = t.get(Some(&p.tom), path).await.expect(403);
            let _ = t.post(Some(&p.tom), path, &[("words", "Mine")]).await.expect(403);
        }
        for who in [&p.olga, &w.priya, &w.marcus, &w.stranger] {
            for path in [LOG, page.as_str(), edit.as_str(), note.as_str()] {
                let _ = t.get(Some(who), path).await.expect(404);
            }
            let _ = t.post(Some(who), &note, &[("words", "Mine")]).await.expect(404);
            let _ = t.get(Some(who), &format!("{LOG}/log.csv")).await.expect(404);
        }
        // Nor is it found under another body's name.
        let moved = page.replace("980001", "980002");
        let _ = t.get(Some(&p.olga), &moved).await.expect(404);
        let portfolio = t.get(Some(&p.chen), "/portfolio/trust:980001").await.expect(200);
        let _ = portfolio.contains("How long families wait").contains("Submitted 1 February 2027");
        let noted = [("words", "Ten weeks now"), ("seen", "7")];
        let _ = t.post(Some(&p.chen), &note, &noted).await.expect(303);
        let file = t.get(Some(&p.chen), &format!("{LOG}/log.csv")).await.expect(200);
        let _ = file.contains("How long families wait,The authority,An answer to a consultation");

        // A case study that is taken back says so here too, and shows nothing of itself.
        let priya = permit(&t, &w.priya, id).await;
        let version = stories::of(&t.app.db, id).await.unwrap().unwrap().version;
        stories::take(&t.app, &priya, id, version, Deed::Decline).await.unwrap();
        let read = t.get(Some(&p.tom), &page).await.expect(200);
        let _ = read.contains("A case study that was taken back").lacks("One phonics programme");
    })
    .await;
}

#[tokio::test]
async fn a_matter_that_is_due_waits_at_home_for_whoever_leads_the_body() {
    both(&setup(), async |t| {
        let _ = world(&t).await;
        let p = people(&t).await;
        let today = t.app.clock.today();
        let on = today.saturating_add(jiff::Span::new().days(20));
        let parts = [on.day().to_string(), on.month().to_string(), on.year().to_string()];
        let form = [
            ("topic", "Cover in small schools"),
            ("way", "meeting"),
            ("audience", "The authority"),
            ("deadline-day", &parts[0]),
            ("deadline-month", &parts[1]),
            ("deadline-year", &parts[2]),
        ];
        let sent = t.post(Some(&p.chen), &format!("{LOG}/new"), &form).await.expect(303);
        let page = sent.location().to_owned();
        let waits = async |who: &Persona| {
            let visitor = t.visitor(who).await;
            let halves = support::home::needs_me(&t.app, &visitor).await.unwrap();
            halves.my_school.into_iter().filter(|one| one.href == page).count()
        };
        assert_eq!((waits(&p.chen).await, waits(&p.tom).await, waits(&p.olga).await), (1, 0, 0));
        let leave = format!("{page}/do/leave");
        let _ = t.post(Some(&p.chen), &leave, &[("words", ""), ("seen", "1")]).await.expect(422);
        let _ =
            t.post(Some(&p.chen), &leave, &[("words", "Decided"), ("seen", "1")]).await.expect(303);
        assert_eq!(waits(&p.chen).await, 0);
        let again = t.post(Some(&p.chen), &leave, &[("words", "Twice"), ("seen", "2")]).await;
        let _ = again.expect(422).contains("What you typed is still here").contains("Twice");
    })
    .await;
}

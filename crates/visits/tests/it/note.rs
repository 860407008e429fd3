//! The note on its way from a device to the server: once, whole, and to the right readers.

use axum::http::{Method, Request, header};
use foundation::{DbError, Sql as _};
use testkit::{Answer, Persona, TestApp, both};
use visits::{
    Refusal, VisitId,
    visits::{Body, Draft, State, checks, notes, notes::Saved},
};

use crate::{
    setting::{field, in_force, on_visit, setup, visit, visited},
    story::{body, draft},
};

fn written(seen: &str) -> Body {
    Body { seen: seen.to_owned(), ..body() }
}

#[tokio::test]
async fn a_note_that_arrives_twice_late_or_out_of_order_is_one_note() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        let save = async |one: &Draft| notes::save(&t.app, &mine, it, one).await;
        assert_eq!(save(&draft(1, written("one"))).await.unwrap(), Saved::Kept(1));
        assert_eq!(save(&draft(3, written("three"))).await.unwrap(), Saved::Kept(3));
        assert_eq!(save(&draft(2, written("two"))).await.unwrap(), Saved::Kept(3));
        let note = notes::of(&t.app.db, it).await.unwrap().unwrap();
        assert_eq!(note.body().seen, "three", "an older revision arrives late and changes nothing");

        let last = draft(4, written("four"));
        notes::send(&t.app, &mine, it, &last).await.unwrap();
        let letters = t.letters().await.len();
        assert_eq!(notes::send(&t.app, &mine, it, &last).await.unwrap(), Saved::Sent);
        assert_eq!(save(&draft(5, written("five"))).await.unwrap(), Saved::Sent);
        assert_eq!(t.letters().await.len(), 0, "after {letters} letters no other one");
        for (table, n) in [("visit_note", 1), ("visit_step", 2), ("challenge", 1)] {
            let rows = t.app.db.count(&format!("SELECT count(*) AS n FROM {table}"), []).await;
            assert_eq!(rows.unwrap(), n, "{table}");
        }
        let note = notes::of(&t.app.db, it).await.unwrap().unwrap();
        assert_eq!(note.body().seen, "four");
    })
    .await;
}

#[tokio::test]
async fn of_ten_sends_at_once_one_note_comes() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (app, mine) = (t.app.clone(), mine.clone());
            tasks.spawn(async move { notes::send(&app, &mine, it, &draft(1, body())).await });
        }
        let done: Vec<Saved> = tasks.join_all().await.into_iter().map(Result::unwrap).collect();
        assert_eq!(done.iter().filter(|one| **one == Saved::Sent).count(), 9);
        let rows = t.app.db.count("SELECT count(*) AS n FROM challenge", []).await.unwrap();
        assert_eq!(rows, 1);
    })
    .await;
}

#[tokio::test]
async fn a_text_written_elsewhere_on_an_older_one_is_a_conflict_and_not_a_loss() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        notes::save(&t.app, &mine, it, &draft(7, written("on the phone"))).await.unwrap();
        let laptop = |base, revision| Draft {
            device: "laptop-of-aisha-1".to_owned(),
            base,
            ..draft(revision, written("on the laptop"))
        };
        let refused = notes::save(&t.app, &mine, it, &laptop(5, 8)).await;
        assert!(matches!(refused, Err(Refusal::Db(DbError::Conflict("note")))), "{refused:?}");
        notes::save(&t.app, &mine, it, &laptop(7, 8)).await.unwrap();
        let phone = draft(9, written("on the phone again"));
        let refused = notes::save(&t.app, &mine, it, &phone).await;
        assert!(matches!(refused, Err(Refusal::Db(DbError::Conflict("note")))), "{refused:?}");
        let other = Draft { key: "ffffffffffffffff".to_owned(), ..laptop(8, 9) };
        let refused = notes::save(&t.app, &mine, it, &other).await;
        assert!(matches!(refused, Err(Refusal::Db(DbError::Conflict("note")))), "{refused:?}");
        let note = notes::of(&t.app.db, it).await.unwrap().unwrap();
        assert_eq!(note.body().seen, "on the laptop");
    })
    .await;
}

#[tokio::test]
async fn a_note_needs_strengths_evidence_and_no_pupil_number() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        let send = async |body: Body| notes::send(&t.app, &mine, it, &draft(1, body)).await;
        field(send(Body { strengths: String::new(), ..body() }).await, "strengths");
        field(send(Body { evidence: " ".to_owned(), ..body() }).await, "evidence");
        field(send(Body { raised: "yes".to_owned(), ..body() }).await, "raised_at");
        field(send(written("see H801200001234")).await, "seen");
        assert!(notes::of(&t.app.db, it).await.unwrap().is_none(), "nothing was kept");
        let page = format!("/visits/{it}/note");
        let form = [("act", "save"), ("next", "see H801200001234"), ("strengths", "Warmth")];
        let page = t.post(Some(&w.aisha), &page, &form).await.expect(422);
        let _ = page.contains("Remove the unique pupil number").contains("Warmth");
    })
    .await;
}

#[tokio::test]
async fn each_reads_the_note_when_it_is_their_turn() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let page = format!("/visits/{it}");
        let words = "Children love the rhymes";
        let reads = async |t: &TestApp, who: &Persona| {
            let answer = t.get(Some(who), &page).await;
            answer.status.is_success().then(|| answer.body.contains(words))
        };
        let mine = on_visit(&t, &w.aisha, it).await;
        notes::save(&t.app, &mine, it, &draft(1, body())).await.unwrap();
        for who in [&w.priya, &w.daniel, &w.marcus] {
            assert_eq!(reads(&t, who).await, Some(false), "{} while it is written", who.name);
            let _ = t.get(Some(who), &format!("{page}/note")).await.expect(403);
        }
        let _ = t.get(Some(&w.aisha), &format!("{page}/note")).await.expect(200).contains(words);
        notes::send(&t.app, &mine, it, &draft(2, body())).await.unwrap();
        for (who, sees) in
            [(&w.priya, true), (&w.daniel, true), (&w.aisha, true), (&w.marcus, false)]
        {
            assert_eq!(reads(&t, who).await, Some(sees), "{} during the check", who.name);
        }
        let _ = t.get(Some(&w.marcus), &format!("{page}/check")).await.expect(404);
        checks::agree(&t.app, &on_visit(&t, &w.priya, it).await, it, "").await.unwrap();
        assert_eq!(reads(&t, &w.marcus).await, Some(true), "the broker once it stands");
        for who in [&w.stranger, &w.chair] {
            let _ = t.get(Some(who), &page).await.expect(404);
        }
        let _ = t.get(Some(&w.stranger), "/visits").await.expect(200).lacks("Learning walk");
        let _ = t.get(Some(&w.priya), "/visits.csv").await.expect(200).contains("Learning walk");
        let ics = t.get(Some(&w.aisha), &format!("{page}/visit.ics")).await.expect(200);
        let _ = ics.contains("DTSTART:20270112T090000Z").lacks("phonics");
    })
    .await;
}

async fn script(t: &TestApp, who: &Persona, it: VisitId, form: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/visits/{it}/note"))
        .header(header::HOST, "localhost")
        .header(header::COOKIE, format!("{}={}", access::sessions::COOKIE, who.token))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(form.to_owned().into())
        .unwrap();
    t.send_raw(request).await
}

#[tokio::test]
async fn a_script_saves_and_sends_and_is_told_in_facts() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let base = "key=0123456789abcdef&device=phone-of-aisha-01&strengths=Warmth&seen=Lessons";
        let save = format!("{base}&base=0&revision=1&act=save");
        let _ = script(&t, &w.aisha, it, &save).await.expect(200).contains("{\"revision\":1}");
        let other = save.replace("phone-of", "laptop-of");
        let told = script(&t, &w.aisha, it, &other).await.expect(409);
        let _ = told.contains("\"revision\":1").contains("Warmth");
        let wrong = format!("{base}&base=1&revision=2&act=send&challenge=Pace");
        let told = script(&t, &w.aisha, it, &wrong).await.expect(422);
        let _ = told.contains("\"field\":\"evidence\"");
        let _ = script(&t, &w.priya, it, &save).await.expect(403);
        let send = format!("{base}&base=1&revision=3&act=send");
        for _ in 0..2 {
            let told = script(&t, &w.aisha, it, &send).await.expect(200);
            let _ = told.contains("\"sent\":true").contains(&format!("/visits/{it}"));
        }
        assert_eq!(visit(&t, it).await.state(), State::Checking);
    })
    .await;
}

#[tokio::test]
async fn what_a_device_keeps_says_nothing_about_anybody() {
    both(&setup(), async |t| {
        let (w, _) = in_force(&t).await;
        let shell = t.get(Some(&w.aisha), "/visits/note-shell").await.expect(200);
        let shell = shell.lacks("Aisha").lacks("Oakfield").contains("data-note");
        let names =
            Body::FIELDS.iter().filter(|name| shell.body.contains(&format!("name=\"{name}\"")));
        assert_eq!(names.count(), 10, "ten fields, every one of them in the empty form");
        let worker = t.get(None, "/visits/worker.js").await.expect(200).lacks("EDITION");
        assert_eq!(worker.headers["cache-control"], "no-cache");
        assert!(worker.headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    })
    .await;
}

#[tokio::test]
async fn without_a_script_two_open_forms_do_not_overwrite_each_other() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let page = format!("/visits/{it}/note");
        let hidden = |answer: &Answer, name: &str| {
            let (_, rest) = answer.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let send = async |answer: &Answer, seen: &str| {
            let names = ["key", "device", "base", "revision"];
            let values = names.map(|name| hidden(answer, name));
            let mut form: Vec<(&str, &str)> =
                names.into_iter().zip(values.iter().map(String::as_str)).collect();
            form.extend([("act", "save"), ("strengths", "Warmth"), ("seen", seen)]);
            t.post(Some(&w.aisha), &page, &form).await
        };
        let first = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = send(&first, "first").await.expect(303);
        let _ = send(&first, "first").await.expect(303);
        let (one, two) = (t.get(Some(&w.aisha), &page).await, t.get(Some(&w.aisha), &page).await);
        let _ = send(&one, "in one tab").await.expect(303);
        let told = send(&two, "in the other tab").await.expect(422);
        let told = told.contains("saved from elsewhere").contains("in the other tab");
        let told = told.contains("in one tab");
        let _ = send(&told, "in both tabs").await.expect(303);
        let note = notes::of(&t.app.db, it).await.unwrap().unwrap();
        assert_eq!(note.body().seen, "in both tabs");
    })
    .await;
}

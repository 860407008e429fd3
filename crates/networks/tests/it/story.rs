//! A network from its beginning to the notes of a meeting, and who may not.

use access::{Permit, partnerships};
use foundation::{Sql as _, db::AsText};
use networks::{acts, home, meetings, network, persons, reach};
use testkit::{Persona, TestApp, both};

use crate::world::{BREDE, HARBOUR, OAKFIELD, World, founded, later, setup, world};

async fn of(t: &TestApp, w: &World) -> network::Network {
    network::of_partnership(&t.app.db, w.alliance).await.unwrap().remove(0)
}

/// The address of the first meeting that is planned.
async fn first(t: &TestApp, w: &World) -> String {
    let of = of(t, w).await;
    meetings::of_network(&t.app.db, of.id).await.unwrap()[0].address()
}

async fn join(t: &TestApp, who: &Persona, page: &str) -> u16 {
    t.post(Some(who), &format!("{page}/join"), &[]).await.status.as_u16()
}

fn notes<'a>(members: &[&'a str], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form: Vec<(&str, &str)> = vec![
        ("notes", "The five-day check, shown by Harbour View"),
        ("actions", "Aisha: the sheet"),
    ];
    form.extend(members.iter().map(|who| ("members", *who)));
    for &(name, value) in more {
        form.retain(|(known, _)| *known != name || name == "schools");
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn a_network_meets_once_a_term_and_a_teaching_assistant_joins() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        for who in [&w.priya, &w.tom, &w.aisha] {
            let _ = t.get(Some(who), "/networks/new").await.expect(403);
            let _ = t.post(Some(who), "/networks/new", &[("name", "Mine")]).await.expect(403);
        }
        let missing = t.post(Some(&w.marcus), "/networks/new", &[("name", "Heads")]).await;
        let page = missing.expect(422);
        let _ = page.contains("Say for whom it is").contains("Choose who convenes it");
        // A programme is one with an end, and says what it is.
        let aisha = w.aisha.account.to_string();
        let course = [
            ("name", "Stepping up"),
            ("about", "For deputies who will lead a school."),
            ("convenor", aisha.as_str()),
            ("pattern", "0"),
            ("sort", "course"),
        ];
        let _ = t.post(Some(&w.marcus), "/networks/new", &course).await.expect(422);
        let course = [course[0], course[1], course[2], course[3], ("sort", "programme")];
        let made = t.post(Some(&w.marcus), "/networks/new", &course).await.expect(303);
        let at = made.location().to_owned();
        let made = t.get(Some(&w.tom), &at).await.expect(200);
        let _ = made.contains("Programme of Tideway");
        let _ = t.get(Some(&w.tom), "/networks").await.expect(200).contains("Programme");
        let end = format!("{at}/end");
        let done = [("reason", "The course is over")];
        let _ = t.post(Some(&w.marcus), &end, &done).await.expect(303);
        let _ = t.letters().await;
        let page = founded(&t, &w).await;
        assert_eq!(t.letters().await.len(), 1, "the convenor is told");
        let all = meetings::of_network(&t.app.db, of(&t, &w).await.id).await.unwrap();
        let titles: Vec<&str> = all.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(all.len(), 3, "{titles:?}");
        let terms: std::collections::BTreeSet<_> = titles.iter().collect();
        assert_eq!(terms.len(), 3, "one in each term: {titles:?}");

        // Everybody of the partnership finds it, and nobody else.
        let _ = t.get(Some(&w.tom), "/networks").await.expect(200).contains("Open to you");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        assert_eq!(join(&t, &w.stranger, &page).await, 404);
        let far = t.get(Some(&w.stranger), "/networks").await.expect(200);
        let _ = far.lacks("Early reading");
        assert_eq!(join(&t, &w.tom, &page).await, 303);
        assert_eq!(join(&t, &w.tom, &page).await, 303, "twice is once");
        let members = network::members(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!((members[0].account, members[0].org), (w.tom.account, HARBOUR));
        // Nobody joins for a school they do not work at; a broker, who works at none, does not join.
        let form = [("org", "school:999207")];
        let _ = t.post(Some(&w.priya), &format!("{page}/join"), &form).await.expect(303);
        let members = network::members(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert!(members.iter().all(|one| one.org == HARBOUR));
        assert_eq!(join(&t, &w.marcus, &page).await, 403);

        // Meetings stand in the calendar of those who belong, and of whoever convenes.
        let (from, to) = (t.app.clock.today(), all[2].on());
        for (who, number) in [(&w.tom, 3), (&w.aisha, 3), (&w.anselm, 0)] {
            let visitor = t.visitor(who).await;
            let days = home::dated(&t.app, &visitor, from, to).await.unwrap();
            assert_eq!(days.len(), number, "{}", who.name);
        }
        let _ = t.post(Some(&w.tom), &format!("{page}/leave"), &[]).await.expect(303);
        let visitor = t.visitor(&w.tom).await;
        assert!(home::dated(&t.app, &visitor, from, to).await.unwrap().is_empty());
        let duties = persons::duties(t.app.clone(), (w.aisha.account, OAKFIELD)).await.unwrap();
        assert_eq!(duties.len(), 1, "somebody has to convene after her");
    })
    .await;
}

#[tokio::test]
async fn a_meeting_with_places_is_full_when_they_are_taken() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = founded(&t, &w).await;
        for who in [&w.tom, &w.aisha] {
            assert_eq!(join(&t, who, &page).await, 303);
        }
        let day = [("on-day", "3"), ("on-month", "2"), ("on-year", "2027")];
        let plan = |places| [vec![("title", "A visit"), ("places", places)], day.to_vec()].concat();
        let new = format!("{page}/meetings/new");
        for wrong in ["none", "0"] {
            let told = t.post(Some(&w.aisha), &new, &plan(wrong)).await.expect(422);
            let _ = told.contains("A visit");
        }
        let made = t.post(Some(&w.aisha), &new, &plan("1")).await.expect(303);
        let (meeting, coming) = (made.location().to_owned(), [("answer", "coming")]);
        let at = format!("{meeting}/answer");
        let _ = t.post(Some(&w.tom), &at, &coming).await.expect(303);
        let _ = t.post(Some(&w.tom), &at, &coming).await.expect(303);
        let seen = t.get(Some(&w.aisha), &meeting).await.expect(200);
        let _ = seen.contains("1 of 1 taken: full").lacks("value=\"coming\"");
        let told = t.post(Some(&w.aisha), &at, &coming).await.expect(409);
        let _ = told.contains("The only place is taken");
        // A place that is given up is free for somebody else.
        let _ = t.post(Some(&w.tom), &at, &[("answer", "sorry")]).await.expect(303);
        let _ = t.post(Some(&w.aisha), &at, &coming).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn whoever_could_not_come_is_sent_what_was_said_and_only_the_convenor_sees_whom_it_misses() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = founded(&t, &w).await;
        for who in [&w.tom, &w.aisha] {
            assert_eq!(join(&t, who, &page).await, 303);
        }
        let meeting = first(&t, &w).await;
        let at = |what: &str| format!("{meeting}/{what}");
        // Members share; others are told how.
        let share = [("kind", "share"), ("words", "The five-day newcomer check")];
        let _ = t.post(Some(&w.anselm), &at("agenda"), &share).await.expect(403);
        let paper = [("kind", "paper"), ("words", "A paper")];
        let wrong = t.post(Some(&w.tom), &at("agenda"), &paper).await.expect(422);
        let _ = wrong.contains("where the paper can be read");
        let _ = t.post(Some(&w.tom), &at("agenda"), &share).await.expect(303);
        let _ = t.get(Some(&w.anselm), &meeting).await.expect(200).contains("newcomer check");
        // An answer is read by the convenor; a count by everybody.
        let sorry = [("answer", "sorry"), ("reason", "")];
        let _ = t.post(Some(&w.anselm), &at("answer"), &sorry).await.expect(403);
        let _ = t.post(Some(&w.tom), &at("answer"), &sorry).await.expect(303);
        let seen = t.get(Some(&w.aisha), &meeting).await.expect(200);
        let _ = seen.contains("Tom Bell: cannot come");
        let _ = t.get(Some(&w.anselm), &meeting).await.expect(200).lacks("Tom Bell: cannot");
        t.letters().await;

        let (aisha, seen) = (w.aisha.account.to_string(), ("seen", "1"));
        let form = notes(&[&aisha], &[seen, ("heads", "yes")]);
        assert_eq!(t.post(Some(&w.aisha), &at("hold"), &form).await.status, 422, "before the day");
        let on = meetings::of_network(&t.app.db, of(&t, &w).await.id).await.unwrap()[0].on();
        later(&t, &format!("{on}T17:00:00Z")).await;
        for who in [&w.tom, &w.marcus, &w.anselm] {
            let _ = t.get(Some(who), &at("hold")).await.expect(403);
            let _ = t.post(Some(who), &at("hold"), &form).await.expect(403);
        }
        let nobody = t.post(Some(&w.aisha), &at("hold"), &notes(&[], &[seen])).await.expect(422);
        let _ = nobody.contains("Say who came").contains("The five-day check, shown by");
        let pupil = notes(&[&aisha], &[seen, ("notes", "About A820200005007")]);
        let _ = t.post(Some(&w.aisha), &at("hold"), &pupil).await.expect(422);
        let _ = t.post(Some(&w.aisha), &at("hold"), &form).await.expect(303);
        let told = t.letters().await;
        let mut to: Vec<&str> = told.iter().map(|letter| letter.recipient.as_str()).collect();
        to.sort_unstable();
        // Tom is a member and was not there; the heads of both schools nobody came from.
        assert_eq!(to.len(), 3, "{to:?}");
        assert!(told.iter().all(|letter| !letter.body.contains("five-day")), "a link, no notes");
        let _ = t.get(Some(&w.priya), &meeting).await.expect(200).contains("1 of 3 schools");

        let reach = reach::of(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert_eq!(reach.reached, [OAKFIELD]);
        assert_eq!(reach.not_reached, [(HARBOUR, true), (BREDE, false)]);
        let own = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = own.contains("Not reached yet").contains("Brede");
        for who in [&w.tom, &w.priya, &w.marcus, &w.anselm] {
            let _ = t.get(Some(who), &page).await.expect(200).lacks("Not reached yet");
        }
        // The old page before her: told, and nothing lost; the new one corrects.
        let late = notes(&[&aisha], &[seen, ("notes", "Written twice")]);
        let again = t.post(Some(&w.aisha), &at("hold"), &late).await.expect(422);
        let _ = again.contains("Somebody else changed").contains("Written twice");
        let more = notes(&[&aisha], &[("seen", "2"), ("schools", "school:999103")]);
        let _ = t.post(Some(&w.aisha), &at("hold"), &more).await.expect(303);
        assert!(t.letters().await.is_empty(), "a correction writes to nobody");
        let reach = reach::of(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert_eq!(reach.not_reached, [(HARBOUR, true)]);
        let said = persons::extract(t.app.clone(), w.tom.account).await.unwrap();
        assert!(said.to_string().contains("newcomer check"), "{said}");
        // What was agreed is closed with words, by the convenor, and taken up again.
        let came = [("outcome", "All three schools have the check now")];
        for who in [&w.tom, &w.marcus] {
            let _ = t.post(Some(who), &at("settle"), &came).await.expect(403);
            let _ = t.post(Some(who), &at("reopen"), &[]).await.expect(403);
        }
        let empty = t.post(Some(&w.aisha), &at("settle"), &[("outcome", " ")]).await.expect(422);
        let _ = empty.contains("Say what came of what was agreed");
        let _ = t.get(Some(&w.aisha), &at("settle")).await.expect(200);
        let _ = t.post(Some(&w.aisha), &at("settle"), &came).await.expect(303);
        let page = t.get(Some(&w.tom), &meeting).await.expect(200);
        let _ = page.contains("Actions closed").contains("All three schools have the check now");
        let again = reach::of(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert_eq!(again.not_reached, [(HARBOUR, true)], "it was held all the same");
        let _ = t.post(Some(&w.aisha), &at("settle"), &came).await.expect(422);
        let _ = t.post(Some(&w.aisha), &at("reopen"), &[]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn days_move_meetings_are_cancelled_and_members_are_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = founded(&t, &w).await;
        assert_eq!(join(&t, &w.tom, &page).await, 303);
        t.letters().await;
        let meeting = first(&t, &w).await;
        let plan = |seen: &'static str, day: &'static str| {
            [
                ("title", "What we check"),
                ("on-day", day),
                ("on-month", "12"),
                ("on-year", "2026"),
                ("place", "Oakfield, the library"),
                ("link", ""),
                ("seen", seen),
            ]
        };
        let change = format!("{meeting}/change");
        for who in [&w.tom, &w.marcus] {
            let _ = t.get(Some(who), &change).await.expect(403);
            let _ = t.post(Some(who), &change, &plan("1", "9")).await.expect(403);
        }
        let past = t.post(Some(&w.aisha), &change, &plan("1", "40")).await.expect(422);
        let _ = past.contains("Oakfield, the library");
        let _ = t.post(Some(&w.aisha), &change, &plan("1", "9")).await.expect(303);
        assert_eq!(t.letters().await.len(), 1, "Tom");
        let stale = t.post(Some(&w.aisha), &change, &plan("1", "10")).await.expect(422);
        let _ = stale.contains("Somebody else changed");
        // A meeting of one's own, and an address that is none.
        let new = format!("{page}/meetings/new");
        let mut bad = plan("", "16").to_vec();
        bad.retain(|(name, _)| *name != "link");
        bad.push(("link", "javascript:alert(1)"));
        let _ = t.post(Some(&w.aisha), &new, &bad).await.expect(422).contains("https://");
        let done = t.post(Some(&w.aisha), &new, &plan("", "16")).await.expect(303);
        let other = done.location().to_owned();
        let _ = t.post(Some(&w.tom), &new, &plan("", "17")).await.expect(403);
        let cancel = format!("{other}/cancel");
        let _ = t.post(Some(&w.tom), &cancel, &[("reason", "I cannot")]).await.expect(403);
        let _ = t.post(Some(&w.aisha), &cancel, &[("reason", " ")]).await.expect(422);
        let _ = t.post(Some(&w.aisha), &cancel, &[("reason", "Snow")]).await.expect(303);
        assert_eq!(t.letters().await.len(), 1);
        let again = t.post(Some(&w.aisha), &cancel, &[("reason", "Snow")]).await.expect(422);
        let _ = again.contains("Snow");
        // Another convenor, and the end.
        let anselm = w.anselm.account.to_string();
        let edit = [
            ("name", "Early reading"),
            ("about", "For whoever leads it"),
            ("convenor", anselm.as_str()),
            ("seen", "1"),
        ];
        let _ = t.post(Some(&w.tom), &format!("{page}/edit"), &edit).await.expect(403);
        let far = w.stranger.account.to_string();
        let mut wrong = edit.to_vec();
        wrong[2].1 = far.as_str();
        let _ = t.post(Some(&w.marcus), &format!("{page}/edit"), &wrong).await.expect(422);
        let _ = t.post(Some(&w.marcus), &format!("{page}/edit"), &edit).await.expect(303);
        let _ = t.post(Some(&w.aisha), &new, &plan("", "18")).await.expect(403);
        let _ = t.get(Some(&w.anselm), &new).await.expect(200);
        t.letters().await;
        let end = format!("{page}/end");
        let _ = t.post(Some(&w.aisha), &end, &[("reason", "Enough")]).await.expect(403);
        let _ = t.post(Some(&w.anselm), &end, &[("reason", "Merged")]).await.expect(303);
        assert_eq!(t.letters().await.len(), 1, "Tom");
        let _ = t.post(Some(&w.anselm), &end, &[("reason", "Merged")]).await.expect(409);
        let all = meetings::of_network(&t.app.db, of_ended(&t, &page).await).await.unwrap();
        assert!(all.iter().all(|it| it.state() == meetings::State::Cancelled));
        assert_eq!(join(&t, &w.priya, &page).await, 403, "it has ended");
        let _ = t.get(Some(&w.tom), &page).await.expect(200).contains("Ended on");
    })
    .await;
}

async fn of_ended(t: &TestApp, page: &str) -> network::NetworkId {
    let id = page.rsplit('/').next().unwrap().parse().unwrap();
    network::find(&t.app.db, id).await.unwrap().unwrap().id
}

#[tokio::test]
async fn whoever_leaves_or_whose_school_leaves_is_no_member_any_more() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = founded(&t, &w).await;
        for who in [&w.tom, &w.anselm] {
            assert_eq!(join(&t, who, &page).await, 303);
        }
        let meeting = first(&t, &w).await;
        let coming = [("answer", "coming")];
        for who in [&w.tom, &w.anselm] {
            let _ = t.post(Some(who), &format!("{meeting}/answer"), &coming).await.expect(303);
        }
        let count = async || network::members(&t.app, &t.app.db, &of(&t, &w).await).await.unwrap();
        assert_eq!(count().await.len(), 2);
        let yesterday = t.app.clock.today().yesterday().unwrap();
        let ended = [w.tom.account.into(), AsText(yesterday).into()];
        t.app.db.run("UPDATE post SET end_on = $2 WHERE account = $1", ended).await.unwrap();
        let permit = Permit::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        let today = t.app.clock.today();
        partnerships::leave(&tx, permit.context(), w.alliance, BREDE, today).await.unwrap();
        tx.commit().await.unwrap();
        assert!(count().await.is_empty(), "at once, before anything is tidied");
        let _ = t.get(Some(&w.anselm), &page).await.expect(404);
        let answer = t.post(Some(&w.anselm), &format!("{meeting}/answer"), &coming).await;
        assert_eq!(answer.status, 404);
        assert_eq!(acts::tend(&t.app, &permit).await.unwrap(), 2);
        assert_eq!(acts::tend(&t.app, &permit).await.unwrap(), 0, "once");
        let id = meeting.rsplit('/').next().unwrap().parse().unwrap();
        assert!(meetings::presence(&t.app.db, id).await.unwrap().is_empty());
    })
    .await;
}

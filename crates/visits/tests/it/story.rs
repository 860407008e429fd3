//! From a booking to a note that stands, and the ledger along the way.

use access::Permit;
use brokerage::cadre::{self, Nomination, Profile, SupporterRef, capacity};
use foundation::{OrgRef, Sql as _, events};
use jiff::civil::date;
use matching::{Depth, Specialism};
use support::time::{self, EntryState};
use testkit::{TestApp, both};
use visits::{
    Refusal,
    visits::{Body, Draft, Part, State, acts, book, capacity::weeks, checks, notes, steps},
};

use crate::{
    setting::{field, in_force, learning_walk, on_agreement, on_visit, setup, visit, visited},
    world::{OAKFIELD, World, at},
};

pub(crate) fn body() -> Body {
    Body {
        took_part: "The leader of Key Stage 1".to_owned(),
        strengths: "Children love the rhymes.".to_owned(),
        seen: "Four lessons, side by side.".to_owned(),
        challenge: "New children are not assessed within five days.".to_owned(),
        evidence: "Two of three newcomers have no entry.".to_owned(),
        steps: "Check newcomers in week one, Jess, by 1 February\n\nShare the list, Aisha"
            .to_owned(),
        raised: "no".to_owned(),
        ..Body::default()
    }
}

pub(crate) fn draft(revision: i64, body: Body) -> Draft {
    Draft {
        key: "0123456789abcdef".to_owned(),
        device: "phone-of-aisha-01".to_owned(),
        base: 0,
        revision,
        body,
    }
}

#[tokio::test]
async fn a_visit_is_booked_confirmed_told_and_checked() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let aisha = on_agreement(&t, &w.aisha, id).await;
        let new = learning_walk(&w.aisha, date(2027, 1, 11), Part::Day);
        let it = book(&t.app, &aisha, id, &new).await.unwrap();
        assert_eq!(visit(&t, it).await.state(), State::Proposed);
        let entry = &time::of(&t.app.db, id).await.unwrap()[0];
        assert_eq!((entry.half_days, entry.state()), (2, EntryState::Planned));
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1, "the head of the school is asked");
        assert_eq!(letters[0].recipient, "priya.nair@example.org");
        assert!(!letters[0].body.contains("phonics"), "letters say nothing of the matter");

        let mine = on_visit(&t, &w.aisha, it).await;
        assert!(matches!(acts::confirm(&t.app, &mine, it).await, Err(Refusal::NotYours(_))));
        let priya = on_visit(&t, &w.priya, it).await;
        acts::move_to(&t.app, &priya, it, date(2027, 1, 12), Part::Day, None).await.unwrap();
        acts::confirm(&t.app, &priya, it).await.unwrap();
        let entry = &time::of(&t.app.db, id).await.unwrap()[0];
        assert_eq!(entry.on(), date(2027, 1, 12), "the ledger moves with the visit");
        let early = notes::save(&t.app, &mine, it, &draft(1, body())).await;
        assert!(matches!(early, Err(Refusal::NotNow(_))), "no note before the day: {early:?}");

        at(&t, "2027-01-12T18:10:00Z").await;
        let mine = on_visit(&t, &w.aisha, it).await;
        notes::send(&t.app, &mine, it, &draft(1, body())).await.unwrap();
        assert_eq!(time::of(&t.app.db, id).await.unwrap()[0].state(), EntryState::Delivered);
        let told = visit(&t, it).await;
        assert_eq!(told.state(), State::Checking);
        assert_eq!(told.check_by().unwrap().to_string(), "2027-01-19T18:10:00Z");
        let agreed = steps::of_visit(&t.app.db, it).await.unwrap();
        assert_eq!(agreed.len(), 2);

        let priya = on_visit(&t, &w.priya, it).await;
        field(checks::correct(&t.app, &priya, it, " ").await, "words");
        checks::correct(&t.app, &priya, it, "There are nine lessons, not four.").await.unwrap();
        assert!(matches!(checks::accept(&t.app, &priya, it).await, Err(Refusal::NotYours(_))));
        checks::accept(&t.app, &mine, it).await.unwrap();
        assert_eq!(visit(&t, it).await.state(), State::Agreed);
        checks::add(&t.app, &priya, it, "It was ten in the end.").await.unwrap();
        let said = checks::of(&t.app.db, it).await.unwrap();
        assert_eq!(said.len(), 3);
        let note = notes::of(&t.app.db, it).await.unwrap().unwrap();
        assert_eq!(note.body(), &body(), "the note itself never changed");
        assert!(note.intact());

        steps::settle(&t.app, &priya, agreed[0].id, steps::Told::Finish, "In place").await.unwrap();
        field(steps::settle(&t.app, &priya, agreed[1].id, steps::Told::Drop, "").await, "became");
        assert_eq!(steps::open_of(&t.app.db, id).await.unwrap().len(), 1);
        assert!(matches!(events::verify(&t.app.db).await.unwrap(), events::Chain::Whole(_)));
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_or_said_cannot_be_changed_behind_the_product() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        notes::send(&t.app, &mine, it, &draft(1, body())).await.unwrap();
        let priya = on_visit(&t, &w.priya, it).await;
        checks::agree(&t.app, &priya, it, "Thank you").await.unwrap();
        for sql in [
            "UPDATE visit_note SET body = '{}' WHERE revision = 1",
            "UPDATE visit_remark SET words = 'No' WHERE words = 'Thank you'",
        ] {
            assert!(t.app.db.run(sql, []).await.is_err(), "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn silence_for_five_working_days_is_shown_as_unchecked_and_nothing_more() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let mine = on_visit(&t, &w.aisha, it).await;
        notes::send(&t.app, &mine, it, &draft(1, body())).await.unwrap();
        let system = |t: &TestApp| Permit::system("test", t.app.clock.now());
        at(&t, "2027-01-19T18:00:00Z").await;
        assert_eq!(visits::tend(&t.app, &system(&t)).await.unwrap(), 0, "there is time left");
        at(&t, "2027-01-19T18:11:00Z").await;
        assert_eq!(visits::tend(&t.app, &system(&t)).await.unwrap(), 1);
        assert_eq!(visit(&t, it).await.state(), State::Uncontested);
        assert_eq!(visits::tend(&t.app, &system(&t)).await.unwrap(), 0);
        let page = format!("/visits/{it}");
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).contains("read it as unchecked");
        let priya = on_visit(&t, &w.priya, it).await;
        checks::agree(&t.app, &priya, it, "").await.unwrap();
        let page = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = page.lacks("read it as unchecked").contains("The school has checked this note");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_visit_frees_the_day_and_the_ledger_says_why() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let aisha = on_agreement(&t, &w.aisha, id).await;
        let new = learning_walk(&w.aisha, date(2027, 1, 12), Part::Morning);
        let it = book(&t.app, &aisha, id, &new).await.unwrap();
        field(book(&t.app, &aisha, id, &new).await, "on");
        let mine = on_visit(&t, &w.aisha, it).await;
        field(acts::cancel(&t.app, &mine, it, "because").await, "reason");
        acts::cancel(&t.app, &mine, it, "illness").await.unwrap();
        let entry = &time::of(&t.app.db, id).await.unwrap()[0];
        assert_eq!(entry.state(), EntryState::Cancelled);
        assert_eq!(entry.reason_in_words(), "Illness of the visitor");
        book(&t.app, &aisha, id, &new).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_who_book_the_last_half_day_at_once_one_wins_and_the_other_is_told() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        pledge_one_half_day_a_week(&t, &w).await;
        let week = &weeks(&t.app.db, w.aisha.account, date(2027, 1, 12), 1).await.unwrap()[0];
        assert_eq!((week.pledged, week.free()), (Some(1), 1));
        let (mine, hers) =
            (on_agreement(&t, &w.aisha, id).await, on_agreement(&t, &w.daniel, id).await);
        let (one, two) = (
            learning_walk(&w.aisha, date(2027, 1, 12), Part::Morning),
            learning_walk(&w.aisha, date(2027, 1, 14), Part::Morning),
        );
        let (a, b) = tokio::join!(book(&t.app, &mine, id, &one), book(&t.app, &hers, id, &two));
        let lost = match (a, b) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => panic!("exactly one wins: {other:?}"),
        };
        let told = lost.to_string();
        assert!(told.contains("has no days free in the week of 11 January 2027"), "{told}");
        let planned = time::of(&t.app.db, id).await.unwrap();
        assert_eq!(planned.len(), 1, "the loser left nothing in the ledger");
        let form = [
            ("visitor", w.aisha.account.to_string()),
            ("kind", "modelling".to_owned()),
            ("on", "2027-01-15".to_owned()),
            ("part", "morning".to_owned()),
            ("where", "school".to_owned()),
            ("purpose", "Teach while three colleagues watch".to_owned()),
        ];
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let page = format!("/agreements/{id}/visits/new");
        let asked = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = asked.contains("A day of cover costs about");
        let page = t.post(Some(&w.daniel), &page, &form).await.expect(422);
        let _ = page
            .contains("has no days free in the week of 11 January 2027")
            .contains("Teach while three colleagues watch");
        // The head who releases her decides otherwise, with a reason; nobody else does.
        let mut why = form.clone();
        why.push(("reason", "Her class has its trip that day"));
        let at = format!("/agreements/{id}/visits/new");
        for who in [&w.priya, &w.marcus, &w.aisha] {
            let _ = t.post(Some(who), &at, &why).await.expect(422).contains("has no days free");
        }
        let _ = t.post(Some(&w.daniel), &at, &why).await.expect(303);
        assert_eq!(time::of(&t.app.db, id).await.unwrap().len(), 2);
        let said = t.app.db.count(
            "SELECT count(*) AS n FROM event WHERE reason = 'Her class has its trip that day'",
            [],
        );
        assert!(said.await.unwrap() >= 1, "the reason is on record");
    })
    .await;
}

#[tokio::test]
async fn a_visit_is_given_to_somebody_else_before_its_day_and_keeps_no_post_open_after_it() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let mine = on_agreement(&t, &w.aisha, id).await;
        let new = learning_walk(&w.aisha, date(2027, 1, 12), Part::Day);
        let it = book(&t.app, &mine, id, &new).await.unwrap();
        let duties = async || {
            visits::persons::duties(t.app.clone(), (w.aisha.account, OrgRef::School(OAKFIELD)))
                .await
        };
        let waiting = duties().await.unwrap();
        assert_eq!(waiting.len(), 1, "she cannot leave it to nobody");
        let page = waiting[0].href.clone();
        // The page from which she is relieved of it; the school that is visited is not asked who.
        let _ = t.get(Some(&w.daniel), &page).await.expect(200).contains("Who comes?");
        let _ = t.get(Some(&w.priya), &page).await.expect(200).lacks("Who comes?");
        let daniel = w.daniel.account.to_string();
        let stranger = w.stranger.account.to_string();
        let day = [("on", "2027-01-12"), ("part", "day")];
        let with = |who: &'static str, account| [day[0], day[1], (who, account)];
        let _ = t.post(Some(&w.priya), &page, &with("visitor", &daniel)).await.expect(403);
        let told = t.post(Some(&w.daniel), &page, &with("visitor", &stranger)).await.expect(422);
        let _ = told.contains("from the team or from this school");
        assert_eq!(visit(&t, it).await.visitor, w.aisha.account);
        t.letters().await;
        let _ = t.post(Some(&w.daniel), &page, &with("visitor", &daniel)).await.expect(303);
        let now = visit(&t, it).await;
        assert_eq!((now.visitor, now.state()), (w.daniel.account, State::Proposed));
        let entry = &time::of(&t.app.db, id).await.unwrap()[0];
        assert_eq!((entry.person.as_str(), entry.half_days), ("Daniel Reyes", 2));
        assert_eq!(entry.account.as_deref(), Some(daniel.as_str()));
        let told: Vec<String> = t.letters().await.into_iter().map(|one| one.recipient).collect();
        assert_eq!(told, ["priya.nair@example.org", "aisha.khan@example.org"]);
        assert!(duties().await.unwrap().is_empty());
        // Her halves of the day are free again; his are taken.
        let again = learning_walk(&w.aisha, date(2027, 1, 12), Part::Day);
        let hers = book(&t.app, &mine, id, &again).await.unwrap();
        let mut twice = learning_walk(&w.daniel, date(2027, 1, 12), Part::Morning);
        twice.visitor = w.daniel.account;
        let his = on_agreement(&t, &w.daniel, id).await;
        field(book(&t.app, &his, id, &twice).await, "on");
        // After the day a note is its writer's alone and keeps no post open.
        acts::confirm(&t.app, &on_visit(&t, &w.priya, hers).await, hers).await.unwrap();
        assert_eq!(duties().await.unwrap().len(), 1);
        at(&t, "2027-01-12T18:10:00Z").await;
        let may = on_visit(&t, &w.aisha, hers).await;
        acts::happen(&t.app, &may, hers).await.unwrap();
        assert!(duties().await.unwrap().is_empty());
    })
    .await;
}

/// Aisha is in the cadre and gives one half-day a week.
async fn pledge_one_half_day_a_week(t: &TestApp, w: &World) {
    let system = Permit::system("test", t.app.clock.now());
    let org = OrgRef::School(OAKFIELD);
    let new = Nomination {
        person: w.aisha.account,
        name: w.aisha.name.clone(),
        org,
        partnership: w.alliance,
        role: "sle".to_owned(),
        profile: Profile {
            specialisms: vec![Specialism {
                code: "early-reading".to_owned(),
                depth: Depth::Expert,
            }],
            phases: vec!["primary".to_owned()],
            on_site: true,
            online: true,
            travel_limit_km: None,
            weekly_cap: 2,
            concurrent_cap: 3,
            about: String::new(),
        },
    };
    let id = cadre::acts::enrol(&t.app, &system, &new, date(2028, 8, 31)).await.unwrap();
    let supporter = SupporterRef::Designation(id);
    let period = (date(2027, 1, 4), date(2027, 7, 16));
    capacity::pledge(&t.app, &system, supporter, org, period, 1, &[]).await.unwrap();
}

#[tokio::test]
async fn a_visit_and_its_time_never_tell_two_stories() {
    both(&setup(), async |t| {
        let (w, id) = in_force(&t).await;
        let it = visited(&t, &w, id).await;
        let entry = async || time::of(&t.app.db, id).await.unwrap().remove(0);
        let line = entry().await.id;
        assert_eq!(entry().await.held_by, format!("/visits/{it}"));
        // The ledger leaves the visit's time alone.
        let aisha = on_agreement(&t, &w.aisha, id).await;
        for refused in [
            time::deliver(&t.app, &aisha, line).await,
            time::cancel(&t.app, &aisha, line, "illness").await,
        ] {
            assert!(matches!(&refused, Err(Refusal::NotNow(why)) if why.contains("visit")));
        }
        let table = t.get(Some(&w.aisha), &format!("/agreements/{id}/time")).await.expect(200);
        let _ = table.contains(&format!("href=\"/visits/{it}\""));
        let page = format!("/agreements/{id}/time/{line}");
        assert_eq!(t.get(Some(&w.aisha), &page).await.location(), format!("/visits/{it}"));
        // A slip is taken back where it was made, by the one who made it, within a day.
        let priya = on_visit(&t, &w.priya, it).await;
        acts::happen(&t.app, &priya, it).await.unwrap();
        assert_eq!(entry().await.state(), EntryState::Delivered);
        let undone = time::undo(&t.app, &aisha, line).await;
        assert!(matches!(undone, Err(Refusal::NotNow(_))), "{undone:?}");
        let mine = on_visit(&t, &w.aisha, it).await;
        let theirs = acts::take_back(&t.app, &mine, it).await;
        assert!(matches!(theirs, Err(Refusal::NotNow(_))), "somebody else's word: {theirs:?}");
        let back = format!("/visits/{it}/take-back");
        let _ = t.post(Some(&w.priya), &back, &[]).await.expect(303);
        assert_eq!(visit(&t, it).await.state(), State::Confirmed);
        assert_eq!(entry().await.state(), EntryState::Planned);
        acts::happen(&t.app, &priya, it).await.unwrap();
        at(&t, "2027-01-13T18:20:00Z").await;
        let late = acts::take_back(&t.app, &on_visit(&t, &w.priya, it).await, it).await;
        assert!(matches!(late, Err(Refusal::NotNow(_))), "a day has passed: {late:?}");
        assert_eq!(entry().await.state(), EntryState::Delivered);
    })
    .await;
}

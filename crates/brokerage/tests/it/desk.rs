//! The desk: why not, what if for everybody, plans to choose from, the map, the calendar, and
//! what a day is worth.

use std::sync::Arc;

use access::{accounts, leaving, partnerships, privacy};
use brokerage::cadre::{Nomination, SupporterRef, acts as cadre, capacity};
use brokerage::desk::{self, plan::WhatIf, unlock};
use brokerage::requests::acts;
use foundation::{
    OrgRef,
    events::{self, Event},
};
use jiff::civil::date;
use matching::Depth;
use testkit::both;

use crate::world::{
    HARBOUR, OAKFIELD, ask, leader, matching, matching_as, permit, profile, setup, system, wanted,
    world,
};

#[tokio::test]
async fn the_desk_answers_why_not_and_shows_the_map_and_the_calendar() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (_, bea) = leader(&t, w.alliance, "Bea Lund", 999_202, Depth::Secure).await;
        let id = matching(&t, &w).await;
        let marcus = Some(&w.marcus);
        let desk = format!("/desk/{id}");
        let case = t.get(marcus, &desk).await.expect(200);
        let case = case.contains("Why not Bea Lund?").contains("The school that asks");
        let _ = case.contains("Miles by road");
        let bea = SupporterRef::Designation(bea);
        let page = t.get(marcus, &format!("{desk}/why-not?supporter={bea}")).await.expect(200);
        let page = page.contains("Number 2 of 2 by fit").contains("is asked for");
        let _ = page.contains("What would change in the best plan").contains("Aisha Khan");
        // Not possible, and why, once the school keeps its people at home.
        capacity::raise_guard(&t.app, &system(&t), OAKFIELD, "a new head started", None)
            .await
            .unwrap();
        let aisha = SupporterRef::Designation(w.aisha_as);
        let page = t.get(marcus, &format!("{desk}/why-not?supporter={aisha}")).await.expect(200);
        let _ = page.contains("Not possible now").contains("a new head started");
        let _ = t.get(marcus, &format!("{desk}/why-not?supporter=nobody")).await.expect(404);
        let _ = t.get(Some(&w.priya), &format!("{desk}/why-not?supporter={bea}")).await.expect(404);
        let _ = t.get(marcus, &format!("{desk}/compare")).await.expect(200).contains("Could help");
        // The calendar begins with this week, where nobody has pledged time yet.
        let calendar = t.get(marcus, "/desk/capacity").await.expect(200);
        let _ = calendar.contains("Aisha Khan, Oakfield Primary").contains("9 Nov");
        let csv = t.get(marcus, "/desk/capacity/weeks.csv").await.expect(200);
        let line =
            csv.body.lines().find(|line| line.starts_with("\"Aisha") || line.contains("Aisha"));
        let line = line.expect("a line for Aisha");
        assert!(line.ends_with("1,1,1,1"), "four weeks from 4 January: {line}");
        for path in ["/desk/capacity", "/desk/plans", "/desk/coverage/days.csv"] {
            let _ = t.get(Some(&w.priya), path).await.expect(404);
            let _ = t.get(None, path).await.expect(303);
        }
    })
    .await;
}

#[tokio::test]
async fn the_day_job_comes_before_the_desk() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let marcus = Some(&w.marcus);
        let aisha = SupporterRef::Designation(w.aisha_as);
        // Three weeks, of which the second has the tests: two half-days, and three are wanted.
        let mut spring = ask();
        (spring.earliest, spring.latest, spring.half_days) =
            (date(2027, 5, 4), date(2027, 5, 21), 3);
        let id = matching_as(&t, &w, &spring).await;
        let why = format!("/desk/{id}/why-not?supporter={aisha}");
        let page = t.get(marcus, &why).await.expect(200);
        let page = page.contains("Not possible now").contains("1 day free from 4 May 2027");
        let _ = page.contains("The day job comes first: Key stage 2 tests.");
        // The same time a fortnight later is there.
        spring.earliest = date(2027, 5, 17);
        spring.latest = date(2027, 6, 11);
        let later = matching_as(&t, &w, &spring).await;
        let why = format!("/desk/{later}/why-not?supporter={aisha}");
        let page = t.get(marcus, &why).await.expect(200);
        let _ = page.lacks("Not possible now");
        // In another alliance she has promised almost everything a year allows.
        let other = t.visitor(&w.other_broker).await.posts[0].org;
        let new = Nomination {
            person: w.aisha.account,
            name: "Aisha Khan".to_owned(),
            org: OAKFIELD,
            partnership: other,
            role: "sle".to_owned(),
            profile: profile(&[wanted("early-reading", Depth::Expert)]),
        };
        let there = cadre::enrol(&t.app, &system(&t), &new, date(2028, 8, 31)).await.unwrap();
        let promise = capacity::Commitment {
            id: capacity::CommitmentId::new(&t.app.ids),
            supporter: SupporterRef::Designation(there),
            from: OAKFIELD,
            to: OrgRef::School(999_208),
            from_on: date(2026, 9, 7),
            to_on: date(2027, 7, 16),
            half_days: 59,
            state: capacity::CommitmentState::Agreed,
        };
        let tx = t.app.db.write().await.unwrap();
        capacity::commit(&tx, &system(&t), &promise, None).await.unwrap();
        tx.commit().await.unwrap();
        let page = t.get(marcus, &why).await.expect(200);
        let page = page.contains("Not possible now").contains("½ day free");
        let _ = page.contains("30 days beside the day job are the limit in 2026–27");
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_of_the_board_is_used_only_while_it_holds() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let today = t.app.clock.today();
        let board = async || desk::standing(&t.app, w.alliance, today).await.unwrap();
        let first = board().await;
        assert_eq!(first.board.requests.len(), 0);
        assert!(Arc::ptr_eq(&first, &board().await), "nothing has happened");
        let id = matching(&t, &w).await;
        let second = board().await;
        assert_eq!(second.plan().matches.len(), 1);
        // A shortlist is the broker's own note and moves nobody.
        let aisha = SupporterRef::Designation(w.aisha_as);
        desk::shortlisted(&t.app, &system(&t), id, aisha, true).await.unwrap();
        assert!(Arc::ptr_eq(&second, &board().await));
        // Trying out leaves the plan as it is.
        let trial = WhatIf { forbids: vec![(id, aisha.to_string())], ..WhatIf::default() };
        let then = second.what_if(trial).await.unwrap();
        assert_eq!((then.plan.matches.len(), then.plan.unmet.len()), (0, 1));
        assert_eq!(then.worth.met_half_days.iter().sum::<f64>(), -18.0);
        assert!(Arc::ptr_eq(&second, &board().await));
        // What happens but moves nobody is read, and the plan is not worked out again.
        let draft = access::Resource::new(access::Kind::Request, access::Zone::School, HARBOUR);
        let head = permit(&t, &w.priya, access::Action::Create, &draft).await;
        let drafted = acts::draft(&t.app, &head, HARBOUR, w.alliance, &ask()).await;
        assert!(drafted.is_ok());
        let third = board().await;
        assert!(!Arc::ptr_eq(&second, &third), "a request has been drafted");
        assert!(second.same_plan(&third), "a draft waits for nobody");
        // Time given away elsewhere changes it at once.
        let guard =
            capacity::raise_guard(&t.app, &system(&t), OAKFIELD, "staff absence", None).await;
        assert_eq!(board().await.plan().unmet.len(), 1);
        assert!(!board().await.same_plan(&third));
        capacity::clear_guard(&t.app, &system(&t), guard.unwrap()).await.unwrap();
        assert_eq!(board().await.plan().matches.len(), 1);
        let tomorrow = date(2026, 11, 10);
        let next = desk::standing(&t.app, w.alliance, tomorrow).await.unwrap();
        assert_eq!(next.board.pool.today, tomorrow);
    })
    .await;
}

#[tokio::test]
async fn comings_and_goings_leave_the_board_and_whatever_it_shows_renews_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let app = &t.app;
        let today = app.clock.today();
        let board = async || desk::standing(app, w.alliance, today).await.unwrap();
        let same = |a: &Arc<desk::Standing>, b: &Arc<desk::Standing>| Arc::ptr_eq(a, b);
        let person = w.aisha.account;
        // Signing in, a glass that is broken and a visit move nobody on the board.
        let first = board().await;
        for event in [
            Event::new("account", person, "signed in"),
            Event::new("account", person, "signed out everywhere"),
            Event::new("organisation", OAKFIELD, "broke the glass"),
            Event::new("visit", "v1", "booked"),
        ] {
            let tx = app.db.write().await.unwrap();
            events::append(&tx, system(&t).context(), event).await.unwrap();
            tx.commit().await.unwrap();
            assert!(same(&first, &board().await));
        }
        // A corrected name is shown at once.
        privacy::rename(app, &system(&t), person, "Aisha Karim").await.unwrap();
        let renamed = board().await;
        assert!(!same(&first, &renamed));
        // So are time given, a school that leaves, and a post that ends.
        let aisha = SupporterRef::Designation(w.aisha_as);
        let autumn = (date(2027, 9, 6), date(2027, 9, 24));
        capacity::pledge(app, &system(&t), aisha, OAKFIELD, autumn, 1, &[]).await.unwrap();
        let pledged = board().await;
        assert!(!same(&renamed, &pledged));
        let weeks = |it: &Arc<desk::Standing>| {
            it.board.pool.supporter(&aisha.to_string()).unwrap().model.free.len()
        };
        assert_eq!(weeks(&pledged), weeks(&renamed) + 3);
        let tx = app.db.write().await.unwrap();
        let context = system(&t);
        partnerships::leave(&tx, context.context(), w.alliance, OAKFIELD, today).await.unwrap();
        tx.commit().await.unwrap();
        let left = board().await;
        assert!(!same(&pledged, &left));
        let posts = accounts::held(&app.db, Some(w.tom.account)).await.unwrap();
        let nothing = leaving::Duties::default();
        leaving::end_post(app, &context, &posts[0].id, today, &nothing).await.unwrap();
        assert!(!same(&left, &board().await));
        assert_eq!(board().await.board.requests.len(), 1, "{id}");
    })
    .await;
}

#[tokio::test]
async fn a_day_more_is_worth_most_where_nobody_can_meet_the_need() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let first = matching(&t, &w).await;
        let second = matching(&t, &w).await;
        let third = matching(&t, &w).await;
        assert!(first != second && second != third);
        // Three requests of 18 half-days and 28 to give: 26 are unmet however they are shared.
        let standing = desk::standing(&t.app, w.alliance, t.app.clock.today()).await.unwrap();
        let lines = standing.unlock().await.unwrap();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!((lines[0].able, lines[0].wanted_half_days), (1, 54));
        let case = lines[0].case().unwrap();
        assert!(case.starts_with("One more day of early reading and phonics in "), "{case}");
        assert!(case.ends_with("(primary) would meet 1 day that nobody can meet now."), "{case}");
        let less = unlock::less_in_words(lines[0].less.as_ref());
        assert_eq!(less, "leave 1 day unmet");
        let page = t.get(Some(&w.marcus), "/desk/coverage").await.expect(200);
        let page = page.contains("Where one more day helps most").contains("Leave 1 day unmet");
        let _ = page.contains("Where more is asked for than is free").contains("asked for, ");
        let csv = t.get(Some(&w.marcus), "/desk/coverage/days.csv").await.expect(200);
        let _ = csv.contains("Early reading");
    })
    .await;
}

#[tokio::test]
async fn other_plans_as_good_are_offered_and_can_be_tried() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        for (name, urn) in [("Bea Lund", 999_202), ("Cy Marsh", 999_203), ("Dot Fenn", 999_205)] {
            let _ = leader(&t, w.alliance, name, urn, Depth::Leading).await;
        }
        let _ = matching(&t, &w).await;
        let _ = matching(&t, &w).await;
        let page = t.get(Some(&w.marcus), "/desk/plans").await.expect(200);
        let page = page.contains("Another plan: 1");
        let link = page.body.split("href=\"").find(|part| part.starts_with("/desk/what-if?pin"));
        let link = link.and_then(|part| part.split('"').next()).expect("a plan to try");
        let link = link.replace("&amp;", "&").replace("&#38;", "&");
        let tried = t.get(Some(&w.marcus), &link).await.expect(200);
        let _ = tried.contains("Then this changes").contains("is matched with");
    })
    .await;
}

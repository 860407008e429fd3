//! Time and money: everything adds up, whoever tries to make it not.

use access::Permit;
use foundation::{OrgRef, Sql as _, terms::AcademicYear};
use jiff::{ToSpan as _, civil::date};
use support::{
    AgreementId, Refusal,
    agreements::Side,
    money::{
        charges::{self, Purse},
        machine::{Act, State},
    },
    time::{self, EntryState, NewEntry},
};
use testkit::{TestApp, both};

use crate::{
    thread::{active, find, permit},
    world::{HARBOUR, OAKFIELD, World, at, setup, world},
};

fn day(w: &World, on: jiff::civil::Date, half_days: i64) -> NewEntry {
    NewEntry {
        account: Some(w.aisha.account),
        person: "Aisha Khan".to_owned(),
        from: Side::Supporting,
        on,
        beneficiary: None,
        half_days,
        what: "Four lessons".to_owned(),
    }
}

async fn delivered(t: &TestApp, w: &World, id: AgreementId, half_days: i64) -> time::EntryId {
    let aisha = permit(t, &w.aisha, id).await;
    let on = t.app.clock.today();
    let entry = time::plan(&t.app, &aisha, id, &day(w, on, half_days)).await.unwrap();
    time::deliver(&t.app, &aisha, entry).await.unwrap();
    entry
}

/// Signed, under way, on a Tuesday in January.
async fn under_way(t: &TestApp) -> (World, AgreementId) {
    let w = world(t).await;
    let id = active(t, &w).await;
    at(t, "2027-01-12T15:00:00Z").await;
    (w, id)
}

#[tokio::test]
async fn delivered_time_becomes_charges_that_add_up_and_are_settled() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        delivered(&t, &w, id, 2).await;
        let all = charges::of(&t.app.db, id).await.unwrap();
        // £350 for a day, all of it from the fund: £300 to Oakfield and £50 to the broker.
        let fund = Purse::Name("Alliance fund".to_owned());
        let oakfield = Purse::Org(OrgRef::School(OAKFIELD));
        let alliance = Purse::Org(w.alliance);
        let mut lines: Vec<_> =
            all.iter().map(|c| (c.payer().clone(), c.payee().clone(), c.amount)).collect();
        lines.sort();
        let mut expected = vec![(fund.clone(), oakfield, 30_000), (fund, alliance, 5_000)];
        expected.sort();
        assert_eq!(lines, expected);
        assert!(all.iter().all(|charge| charge.related.is_empty()), "two schools of no trust");

        let ids: Vec<_> = all.iter().map(|charge| charge.id).collect();
        let (priya, daniel) = (permit(&t, &w.priya, id).await, permit(&t, &w.daniel, id).await);
        let refused = charges::settle(&t.app, &priya, id, &ids, Act::Invoice, "INV 1").await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "who pays writes no invoice");
        let refused = charges::settle(&t.app, &daniel, id, &ids, Act::Invoice, " ").await;
        assert!(matches!(refused, Err(Refusal::Field { field: "note", .. })), "no reference");
        let refused = charges::settle(&t.app, &daniel, id, &ids, Act::Pay, "").await;
        assert!(matches!(refused, Err(Refusal::Field { .. })), "nothing was invoiced");
        charges::settle(&t.app, &daniel, id, &ids, Act::Invoice, "INV 1").await.unwrap();
        charges::settle(&t.app, &daniel, id, &ids[..1], Act::Pay, "").await.unwrap();
        // All or none: one of the two has been paid already.
        assert!(charges::settle(&t.app, &daniel, id, &ids, Act::Pay, "").await.is_err());
        let states: Vec<State> =
            charges::of(&t.app.db, id).await.unwrap().iter().map(charges::Charge::state).collect();
        assert_eq!(states.iter().filter(|state| **state == State::Paid).count(), 1);
        assert_eq!(states.iter().filter(|state| **state == State::Invoiced).count(), 1);

        // The same figures on the page and in the file; the team does no books.
        let csv = format!("/statements/school:{OAKFIELD}/charges.csv?year=2027");
        let _ = t.get(Some(&w.daniel), &csv).await.expect(200).contains("INV 1").contains("300.00");
        let _ = t.get(Some(&w.priya), &csv).await.expect(200).contains("Alliance fund");
        let _ = t.get(Some(&w.aisha), &csv).await.expect(404);
        let _ = t.get(Some(&w.stranger), &csv).await.expect(404);
        let page = format!("/agreements/{id}/charges");
        let _ = t.get(Some(&w.aisha), &page).await.expect(404);
        let _ = t.get(Some(&w.chair), &page).await.expect(404);
        let _ = t.get(Some(&w.marcus), &page).await.expect(200).contains("INV 1");
        let whole = format!("/statements/{}?year=2027", w.alliance);
        let page = t.get(Some(&w.marcus), &whole).await.expect(200);
        let _ = page.contains("Everybody").contains("By payer");
    })
    .await;
}

#[tokio::test]
async fn the_fund_pays_until_it_is_used_up_and_then_the_school() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        // 24 half-days at £175 are £4,200, of which the fund pays £3,500.
        for week in 0..12 {
            at(&t, &format!("{}T15:00:00Z", date(2027, 1, 12).saturating_add((7 * week).days())))
                .await;
            delivered(&t, &w, id, 2).await;
        }
        let all = charges::of(&t.app.db, id).await.unwrap();
        let sum = |payer: &Purse| -> i64 {
            all.iter().filter(|c| c.payer() == payer).map(|c| c.amount).sum()
        };
        assert_eq!(sum(&Purse::Name("Alliance fund".to_owned())), 350_000);
        assert_eq!(sum(&Purse::Org(OrgRef::School(HARBOUR))), 70_000);
        let home: i64 = all
            .iter()
            .filter(|c| *c.payee() == Purse::Org(OrgRef::School(OAKFIELD)))
            .map(|c| c.amount)
            .sum();
        assert_eq!(home, 360_000);
        let aisha = permit(&t, &w.aisha, id).await;
        let more = time::plan(&t.app, &aisha, id, &day(&w, date(2027, 6, 1), 1)).await;
        assert!(matches!(more, Err(Refusal::Field { field: "half_days", .. })), "all is used");
    })
    .await;
}

#[tokio::test]
async fn a_slip_is_taken_back_for_a_day_by_who_made_it_while_no_invoice_is_out() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let entry = delivered(&t, &w, id, 2).await;
        let (aisha, daniel) = (permit(&t, &w.aisha, id).await, permit(&t, &w.daniel, id).await);
        let other = time::undo(&t.app, &daniel, entry).await;
        assert!(matches!(other, Err(Refusal::NotNow(_))), "it was not Daniel's word");
        time::undo(&t.app, &aisha, entry).await.unwrap();
        let all = charges::of(&t.app.db, id).await.unwrap();
        assert!(all.iter().all(|charge| charge.state() == State::Withdrawn), "kept, not deleted");
        assert_eq!(all.len(), 2);
        // Delivered once more: charged once more, and the fund is not used up by what was withdrawn.
        time::deliver(&t.app, &aisha, entry).await.unwrap();
        let all = charges::of(&t.app.db, id).await.unwrap();
        let due: Vec<_> = all.iter().filter(|charge| charge.state() == State::Due).collect();
        assert_eq!(due.iter().map(|charge| charge.amount).sum::<i64>(), 35_000);
        charges::settle(&t.app, &daniel, id, &[due[0].id], Act::Invoice, "INV 2").await.unwrap();
        let late = time::undo(&t.app, &aisha, entry).await;
        assert!(matches!(late, Err(Refusal::NotNow(_))), "an invoice is out");
        let two = delivered(&t, &w, id, 1).await;
        at(&t, "2027-01-13T15:00:01Z").await;
        let aisha = permit(&t, &w.aisha, id).await;
        assert!(time::undo(&t.app, &aisha, two).await.is_err(), "a day has passed");
    })
    .await;
}

#[tokio::test]
async fn the_day_job_comes_first_unless_the_releasing_head_says_why() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let (aisha, daniel) = (permit(&t, &w.aisha, id).await, permit(&t, &w.daniel, id).await);
        let tuesday = date(2027, 1, 19);
        for (on, half_days) in [(tuesday, 2), (date(2027, 1, 20), 2)] {
            time::plan(&t.app, &aisha, id, &day(&w, on, half_days)).await.unwrap();
        }
        let third = day(&w, date(2027, 1, 21), 1);
        let why = |refused: Result<time::EntryId, Refusal>| match refused {
            Err(Refusal::Field { field: "on", message }) => message,
            other => panic!("{other:?}"),
        };
        let told = why(time::plan(&t.app, &aisha, id, &third).await);
        assert!(told.contains("2½ days in the week of 18 January 2027"), "{told}");
        // Others cannot decide for the head, and the head says why.
        let priya = permit(&t, &w.priya, id).await.because("We need her");
        let _ = why(time::plan(&t.app, &priya, id, &third).await);
        let _ = why(time::plan(&t.app, &daniel, id, &third).await);
        let because = daniel.because("Her class has a student teacher that week");
        time::plan(&t.app, &because, id, &third).await.unwrap();
        // Tests in May: a primary school needs its own people.
        let tests = why(time::plan(&t.app, &aisha, id, &day(&w, date(2027, 5, 11), 1)).await);
        assert!(tests.contains("Key stage 2 tests"), "{tests}");
        // Her school says that it cannot spare anybody.
        let system = Permit::system("test", t.app.clock.now());
        let oakfield = OrgRef::School(OAKFIELD);
        let guard = brokerage::cadre::capacity::raise_guard(
            &t.app,
            &system,
            oakfield,
            "two teachers are ill",
            None,
        )
        .await
        .unwrap();
        let ill = why(time::plan(&t.app, &aisha, id, &day(&w, date(2027, 2, 2), 1)).await);
        assert!(ill.contains("two teachers are ill"), "{ill}");
        brokerage::cadre::capacity::clear_guard(&t.app, &system, guard).await.unwrap();
        time::plan(&t.app, &aisha, id, &day(&w, date(2027, 2, 2), 1)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_more_people_are_out_on_a_day_than_their_head_has_said() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let (aisha, daniel) = (permit(&t, &w.aisha, id).await, permit(&t, &w.daniel, id).await);
        let form = "/home-floors/staffing";
        for wrong in ["0", "101", "two"] {
            let page = t.post(Some(&w.daniel), form, &[("most_out", wrong)]).await.expect(422);
            let _ = page.contains("whole number").contains(&format!("value=\"{wrong}\""));
        }
        let _ = t.post(Some(&w.aisha), form, &[("most_out", "9")]).await.expect(404);
        let _ = t.post(Some(&w.daniel), form, &[("most_out", "1")]).await.expect(303);
        let page = t.get(Some(&w.daniel), "/home-floors").await.expect(200);
        let _ = page.contains("At most 1 of your people");

        let on = date(2027, 1, 19);
        let his = |on| NewEntry {
            account: Some(w.daniel.account),
            person: "Daniel Reyes".to_owned(),
            ..day(&w, on, 1)
        };
        time::plan(&t.app, &aisha, id, &day(&w, on, 1)).await.unwrap();
        // The same person twice is one person out.
        time::plan(&t.app, &aisha, id, &day(&w, on, 1)).await.unwrap();
        let told = |refused: Refusal| match refused {
            Refusal::Field { field: "on", message } => message,
            other => panic!("{other:?}"),
        };
        let why = told(time::plan(&t.app, &aisha, id, &his(on)).await.unwrap_err());
        assert!(why.contains("2 of their school would be out on 19 January 2027"), "{why}");
        // Somebody without an account is out as well.
        let guest = NewEntry { account: None, person: "Bev Stone".to_owned(), ..day(&w, on, 1) };
        let _ = told(time::plan(&t.app, &aisha, id, &guest).await.unwrap_err());
        let priya = permit(&t, &w.priya, id).await.because("We need both");
        let _ = told(time::plan(&t.app, &priya, id, &his(on)).await.unwrap_err());
        // Another day is free, and moving it to the full one asks the same.
        let moved = time::plan(&t.app, &aisha, id, &his(date(2027, 1, 26))).await.unwrap();
        let agreement = find(&t, id).await;
        let tx = t.app.db.write().await.unwrap();
        let refused = time::move_in(&t.app, &tx, &aisha, &agreement, moved, on, None).await;
        let _ = told(refused.unwrap_err());
        drop(tx);
        let because = daniel.because("A colleague covers both classes");
        time::plan(&t.app, &because, id, &his(on)).await.unwrap();
        // Without a limit nothing is asked.
        let _ = t.post(Some(&w.daniel), form, &[("most_out", "")]).await.expect(303);
        time::plan(&t.app, &aisha, id, &guest).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_who_book_the_last_half_day_at_once_get_one_between_them() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let aisha = permit(&t, &w.aisha, id).await;
        let on = date(2027, 1, 19);
        time::plan(&t.app, &aisha, id, &day(&w, on, 3)).await.unwrap();
        let last = day(&w, on, 1);
        let (one, other) = tokio::join!(
            time::plan(&t.app, &aisha, id, &last),
            time::plan(&t.app, &aisha, id, &last)
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    })
    .await;
}

/// Invariant 6, by somebody who tries to break it: a long run of acts of every kind, allowed and
/// refused, and writes behind the product's back.
#[tokio::test]
async fn giving_and_receiving_always_balance() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let mut chance: u64 = 20_270_112;
        let mut next = |below: u64| {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below
        };
        let people = [&w.priya, &w.daniel, &w.aisha, &w.marcus];
        let mut done = 0;
        for step in 0..120 {
            let who = people[usize::try_from(next(4)).unwrap()];
            let by = permit(&t, who, id).await.because("Because it must be");
            let entries = time::of(&t.app.db, id).await.unwrap();
            let some = entries.get(usize::try_from(next(entries.len().max(1) as u64)).unwrap());
            let made = match (next(5), some) {
                (0, Some(entry)) => time::deliver(&t.app, &by, entry.id).await,
                (1, Some(entry)) => time::cancel(&t.app, &by, entry.id, "illness").await,
                (2, Some(entry)) => time::undo(&t.app, &by, entry.id).await,
                _ => {
                    let from = if next(3) == 0 { Side::Supported } else { Side::Supporting };
                    let on =
                        date(2027, 1, 4).saturating_add(i64::try_from(next(200)).unwrap().days());
                    let half_days = i64::try_from(next(6)).unwrap();
                    let account = (next(2) == 0).then_some(w.aisha.account);
                    let new = NewEntry { account, from, ..day(&w, on, half_days) };
                    time::plan(&t.app, &by, id, &new).await.map(|_| ())
                }
            };
            done += usize::from(made.is_ok());
            if step % 20 == 19 {
                balanced(&t).await;
            }
        }
        assert!(done > 20, "only {done} acts went through");
        let entry = time::of(&t.app.db, id).await.unwrap()[0].id;
        for attempt in [
            "UPDATE time_entry SET half_days = half_days + 1 WHERE id = $1",
            "UPDATE time_entry SET giver = receiver WHERE id = $1",
            "UPDATE time_entry SET receiver = 'school:1' WHERE id = $1",
            "DELETE FROM time_entry WHERE id = $1",
        ] {
            assert!(t.app.db.run(attempt, [entry.into()]).await.is_err(), "{attempt}");
        }
        let itself = "INSERT INTO time_entry (id, agreement, person, giver, receiver, on_date,
            half_days, what, state, recorded_by, version)
            SELECT 'x', agreement, person, giver, giver, on_date, 1, '', 'planned', '', 1
            FROM time_entry WHERE id = $1";
        assert!(t.app.db.run(itself, [entry.into()]).await.is_err(), "a gift to oneself");
        balanced(&t).await;
    })
    .await;
}

/// Adds up by hand, straight from the rows, and compares with what the room says.
async fn balanced(t: &TestApp) {
    let year = AcademicYear(2027);
    let all = time::balance(&t.app.db, year.start(), year.end()).await.unwrap();
    let (mut given, mut received) = ([0; 3], [0; 3]);
    for (org, both) in &all {
        assert_eq!(*both, time::give_receive(&t.app.db, *org, year).await.unwrap());
        for (sum, totals) in [(&mut given, both.given), (&mut received, both.received)] {
            sum[0] += totals.planned;
            sum[1] += totals.delivered;
            sum[2] += totals.cancelled;
        }
    }
    assert_eq!(given, received);
    for (place, state) in
        [EntryState::Planned, EntryState::Delivered, EntryState::Cancelled].into_iter().enumerate()
    {
        let sum = t
            .app
            .db
            .count(
                "SELECT CAST(coalesce(sum(half_days), 0) AS BIGINT) AS n FROM time_entry WHERE state = $1",
                [state.key().into()],
            )
            .await
            .unwrap();
        assert_eq!(given[place], sum, "{state}");
    }
    // Charges follow delivered time, day by day, to the penny.
    let agreements = t.app.db.count("SELECT count(*) AS n FROM agreement", []).await.unwrap();
    assert_eq!(agreements, 1);
    let charged = t
        .app
        .db
        .count(
            "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS n FROM charge WHERE state <> 'withdrawn'",
            [],
        )
        .await
        .unwrap();
    let given_by_oakfield =
        time::give_receive(&t.app.db, OrgRef::School(OAKFIELD), year).await.unwrap();
    assert_eq!(charged, given_by_oakfield.given.delivered * 17_500);
}

//! Short sessions in hours: what they come to in the books, and that nothing is lost or made up.

use foundation::{OrgRef, Sql as _, terms::AcademicYear};
use support::{AgreementId, time};
use testkit::{TestApp, both};

use crate::{
    team::designated,
    thread::active,
    world::{HARBOUR, OAKFIELD, World, at, setup, world},
};

/// Aisha is an expert practitioner, whose time the pack counts in hours.
async fn under_way(t: &TestApp) -> (World, AgreementId) {
    let w = world(t).await;
    designated(t, &w, w.aisha.account, "Aisha Khan", "expert-practitioner").await;
    let id = active(t, &w).await;
    at(t, "2027-01-12T15:00:00Z").await;
    (w, id)
}

async fn log(
    t: &TestApp,
    who: &testkit::Persona,
    whose: &testkit::Persona,
    id: AgreementId,
    (day, hours): (&str, &str),
) -> testkit::Answer {
    let account = whose.account.to_string();
    let form = [
        ("account", account.as_str()),
        ("on-day", day),
        ("on-month", "1"),
        ("on-year", "2027"),
        ("hours", hours),
        ("what", "Phonics modelled in Year 1"),
    ];
    t.post(Some(who), &format!("/agreements/{id}/time/hours"), &form).await
}

/// Adds up the rows by hand: the hours that stand, the half-days they became, and the pennies.
async fn derived(t: &TestApp, id: AgreementId) -> (i64, i64) {
    let count = async |sql: &str| t.app.db.count(sql, []).await.unwrap();
    let hours = count(
        "SELECT CAST(coalesce(sum(hours), 0) AS BIGINT) AS n FROM time_session
         WHERE taken_back = FALSE",
    )
    .await;
    let booked = count(
        "SELECT CAST(coalesce(sum(half_days), 0) AS BIGINT) AS n FROM time_entry
         WHERE state = 'delivered' AND held_by <> ''",
    )
    .await;
    let charged = count(
        "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS n FROM charge WHERE state <> 'withdrawn'",
    )
    .await;
    assert_eq!(booked, hours / 3, "three hours make a half-day, and no fewer");
    assert_eq!(charged, booked * 17_500, "half of £350 for each");
    let year = AcademicYear(2027);
    let gave = time::give_receive(&t.app.db, OrgRef::School(OAKFIELD), year).await.unwrap();
    let took = time::give_receive(&t.app.db, OrgRef::School(HARBOUR), year).await.unwrap();
    assert_eq!(gave.given, took.received);
    assert_eq!(gave.given.delivered, booked);
    for sum in time::hours::sums(&t.app.db, id).await.unwrap().values() {
        assert_eq!(sum.hours, sum.half_days * 3 + sum.left);
        assert!((0..3).contains(&sum.left), "{sum:?}");
    }
    (hours, booked)
}

#[tokio::test]
async fn hours_fill_half_days_and_nothing_is_lost() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        let time = format!("/agreements/{id}/time");
        let _ = t.get(Some(&w.aisha), &time).await.expect(200).contains("Log a session in hours");
        let _ = log(&t, &w.aisha, &w.aisha, id, ("5", "2")).await.expect(303);
        assert_eq!(derived(&t, id).await, (2, 0));
        let page = t.get(Some(&w.priya), &time).await.expect(200);
        let _ = page
            .contains("Phonics modelled in Year 1")
            .contains("2 hours towards the next half-day");
        at(&t, "2027-01-12T15:05:00Z").await;
        // The third hour fills the half-day, the fourth counts towards the next.
        let _ = log(&t, &w.aisha, &w.aisha, id, ("7", "2")).await.expect(303);
        assert_eq!(derived(&t, id).await, (4, 1));
        // Six at once are two more.
        at(&t, "2027-01-12T15:10:00Z").await;
        let _ = log(&t, &w.daniel, &w.aisha, id, ("8", "6")).await.expect(303);
        assert_eq!(derived(&t, id).await, (10, 3));
        let page = t.get(Some(&w.marcus), &time).await.expect(200);
        let _ = page.contains("10 hours").contains("1 hour towards the next half-day");
        // A slip is taken back by whoever wrote it, and its half-days leave the books.
        let last = time::hours::sessions(&t.app.db, id).await.unwrap().pop().unwrap();
        let undo = format!("{time}/hours/{}/undo", last.id);
        let _ = t.post(Some(&w.aisha), &undo, &[]).await.expect(409);
        let _ = t.post(Some(&w.daniel), &undo, &[]).await.expect(303);
        assert_eq!(derived(&t, id).await, (4, 1));
        let _ = t.post(Some(&w.daniel), &undo, &[]).await.expect(409);
        let page = t.get(Some(&w.marcus), &time).await.expect(200);
        let _ = page.contains("Taken back").contains("its hours were taken back");
        at(&t, "2027-01-12T15:15:00Z").await;
        // Two more hours: the books grow again from what is left.
        let _ = log(&t, &w.aisha, &w.aisha, id, ("11", "2")).await.expect(303);
        assert_eq!(derived(&t, id).await, (6, 2));
        // Half-days that hours became are not settled anywhere else.
        let entries = time::of(&t.app.db, id).await.unwrap();
        let booked = entries.iter().find(|one| !one.held_by.is_empty()).unwrap();
        let _ =
            t.post(Some(&w.aisha), &format!("{time}/{}/undo", booked.id), &[]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn hours_are_for_roles_of_hours_on_days_that_came_within_what_was_agreed() {
    both(&setup(), async |t| {
        let (w, id) = under_way(&t).await;
        for (input, told) in [
            (("5", "0"), "1 to 6"),
            (("5", "7"), "1 to 6"),
            (("5", "1.5"), "whole hours"),
            (("13", "2"), "a day that has come"),
            (("3", "2"), "on or after the first day"),
        ] {
            let said = log(&t, &w.aisha, &w.aisha, id, input).await.expect(422);
            let _ = said.contains(told).contains("Phonics modelled in Year 1");
        }
        let said = log(&t, &w.aisha, &w.daniel, id, ("5", "2")).await.expect(422);
        let _ = said.contains("whose role is counted in hours");
        let _ = log(&t, &w.chair, &w.aisha, id, ("5", "2")).await.expect(403);
        let _ = log(&t, &w.stranger, &w.aisha, id, ("5", "2")).await.expect(404);
        assert_eq!(derived(&t, id).await, (0, 0));
        // All the rest of what was agreed is planned: there is no room for another hour.
        let agreed = 24;
        for at in 0..agreed {
            t.app
                .db
                .run(
                    "INSERT INTO time_entry (id, agreement, person, giver, receiver, on_date,
                       half_days, what, state, recorded_by, version)
                     SELECT $2, id, 'Jo', supporting, supported, '2027-02-01', 1, '', 'planned', '', 1
                     FROM agreement WHERE id = $1",
                    [id.into(), format!("00000000-0000-7000-8000-0000000000{at:02}").into()],
                )
                .await
                .unwrap();
        }
        let said = log(&t, &w.aisha, &w.aisha, id, ("5", "2")).await.expect(422);
        let _ = said.contains("Change the agreement first");
        let said = log(&t, &w.aisha, &w.aisha, id, ("5", "3")).await.expect(422);
        let _ = said.contains("Change the agreement first");
        assert!(time::hours::sessions(&t.app.db, id).await.unwrap().is_empty());
    })
    .await;
}

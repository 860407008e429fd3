//! The sheet for the staff room.

use jiff::civil::date;
use support::agreements::Side;
use support::milestones::{self, Gauge, NewMilestone};
use testkit::both;

use crate::{
    thread::{active, drafted, permit},
    world::{setup, world},
};

#[tokio::test]
async fn a_staff_room_reads_what_is_done_and_who_leads_and_nothing_that_judges() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let draft = drafted(&t, &w, &w.terms()).await;
        let early = format!("/agreements/{draft}/poster");
        let _ = t.get(Some(&w.marcus), &early).await.expect(404);
        let id = active(&t, &w).await;
        let agreement = t.get(Some(&w.priya), &format!("/agreements/{id}")).await.expect(200);
        let page = format!("/agreements/{id}/poster");
        let _ = agreement.contains(&page);
        let new = NewMilestone {
            side: Side::Supported,
            title: "Every class teaches one programme".to_owned(),
            gauge: Gauge::Statement,
            due_on: date(2027, 2, 12),
        };
        milestones::add(&t.app, &permit(&t, &w.daniel, id).await, id, &new).await.unwrap();
        let sheet = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = sheet
            .contains("Early reading")
            .contains("4 January 2027 to 17 December 2027")
            .contains("Daniel Reyes, Oakfield Primary")
            .contains("12 February 2027: Every class teaches one programme")
            .contains("26 March 2027: We look at it together")
            // Nobody but who leads, no money, no figure, no colour.
            .lacks("Aisha Khan, ")
            .lacks("£")
            .lacks("percentage points")
            .lacks("On track");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let _ = t.get(None, &page).await.expect(303);
    })
    .await;
}

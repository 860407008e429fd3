//! Whether people keep at a plan: shown week by week, of what the reader may know.

use plans::{
    acts::action::{self, Said},
    machine::ActionAct,
};
use testkit::both;

use crate::world::{at, permit, running, setup, whole, world};

#[tokio::test]
async fn a_plan_shows_in_which_weeks_people_kept_at_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let page = format!("/plans/{}/progress", r.plan);
        // In the first week nothing has been heard since it began but that it began.
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains("in 1 of 1 school week");
        let take = async |who, id, act, needs: &str, words: &str| {
            let seen = whole(&t, r.plan).await.action(id).unwrap().1.version;
            let permit = permit(&t, who, r.plan).await;
            let (needs, words) = (needs.to_owned(), words.to_owned());
            let said = Said { needs, words, ..Said::default() };
            action::take(&t.app, &permit, id, seen, act, &said).await.unwrap();
        };
        at(&t, "2027-01-12T15:00:00Z").await;
        take(&w.nasreen, r.mapped, ActionAct::Start, "", "").await;
        take(&w.nasreen, r.mapped, ActionAct::Block, "Cover", "").await;
        at(&t, "2027-02-02T15:00:00Z").await;
        take(&w.nasreen, r.mapped, ActionAct::Resume, "", "").await;
        // Said about the objective that is the school's own.
        at(&t, "2027-02-09T15:00:00Z").await;
        take(&w.priya, r.by_letter, ActionAct::Start, "", "").await;
        at(&t, "2027-02-17T15:00:00Z").await;
        take(&w.nasreen, r.mapped, ActionAct::Report, "", "Half the map is done").await;
        at(&t, "2027-02-24T15:00:00Z").await;
        let own = t.get(Some(&w.priya), &page).await.expect(200);
        // 4, 11, 18 and 25 January, 1 and 8 February; half-term does not count, and what was done in
        // it neither; the running week has only begun.
        let _ = own
            .contains("Something was heard in 4 of 6 school weeks")
            .contains("The longest silence was 2 school weeks")
            .contains("Spring half-term")
            .contains("Map interventions")
            .contains("2 of 5 weeks")
            .contains("A reading space")
            .contains("1 of 1 week<");
        // The supporter knows of the objective they help with, and of nothing else.
        let theirs = t.get(Some(&w.aisha), &page).await.expect(200);
        let theirs = theirs.contains("in 3 of 6 school weeks").contains("Map interventions");
        assert!(!theirs.body.contains("A reading space"));
        let _ = t.get(Some(&w.omar), &page).await.expect(404);
        let _ = t.get(None, &page).await.expect(303);
    })
    .await;
}

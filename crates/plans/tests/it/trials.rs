//! Small tests of change, and where an inquiry stands.

use plans::{
    home,
    trials::{self, State},
};
use testkit::both;

use crate::world::{at, running, setup, world};

#[tokio::test]
async fn nothing_is_tried_without_a_rule_for_stopping() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let run = running(&t, &w).await;
        let (plan, objective) = (run.plan, run.linked);
        let page = format!("/plans/{plan}/objectives/{objective}");
        let new = format!("{page}/trials/new");
        let form = |stop: &'static str, month: &'static str| {
            [
                ("what", "Pairs read aloud before lunch"),
                ("scale", "One class, ten days"),
                ("expected", "The slowest eight read a page more"),
                ("stop_rule", stop),
                ("review_on-day", "26"),
                ("review_on-month", month),
                ("review_on-year", "2027"),
            ]
        };
        for (who, status) in [(&w.omar, 404), (&w.marcus, 403), (&w.aisha, 403)] {
            let _ = t.get(Some(who), &new).await.expect(status);
            let _ = t.post(Some(who), &new, &form("They read less", "2")).await.expect(status);
        }
        let none = t.post(Some(&w.priya), &new, &form(" ", "2")).await.expect(422);
        let _ = none.contains("without that nothing is tried").contains("One class, ten days");
        let far = t.post(Some(&w.priya), &new, &form("They read less", "12")).await.expect(422);
        let _ = far.contains("within four months");
        assert!(trials::of(&t.app.db, objective).await.unwrap().is_empty());
        let _ = t.post(Some(&w.priya), &new, &form("They read less", "2")).await.expect(303);
        let it = trials::of(&t.app.db, objective).await.unwrap().remove(0);
        let decide = format!("/plans/{plan}/trials/{}", it.id);
        // It waits for its lead once the day has come, and for nobody before.
        let waits = async || {
            let visitor = t.visitor(&w.jess).await;
            let all = plans::waiting(&t.app, &visitor).await.unwrap();
            all.into_iter().filter(|one| one.href == decide).count()
        };
        assert_eq!(waits().await, 0);
        at(&t, "2027-02-26T15:00:00Z").await;
        assert_eq!(waits().await, 1);
        let said = |act: &'static str, words: &'static str| {
            [("act", act), ("learned", words), ("seen", "1")]
        };
        for (who, status) in [(&w.omar, 404), (&w.marcus, 403), (&w.aisha, 403)] {
            let _ = t.post(Some(who), &decide, &said("keep", "Well")).await.expect(status);
        }
        let _ = t.post(Some(&w.jess), &decide, &said("keep", " ")).await.expect(422);
        let _ = t.post(Some(&w.jess), &decide, &said("", "Well")).await.expect(422);
        let _ =
            t.post(Some(&w.jess), &decide, &said("change", "Six of eight did")).await.expect(303);
        let it = trials::find(&t.app.db, it.id).await.unwrap().unwrap();
        assert_eq!((it.state(), it.learned.as_str()), (State::Changed, "Six of eight did"));
        let again = t.post(Some(&w.priya), &decide, &said("stop", "Too loud")).await;
        assert!([409, 422].contains(&again.status.as_u16()), "{}", again.status);
        assert_eq!(waits().await, 0);
        let shown = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = shown.contains("Kept with changes").contains("Six of eight did");
        let _ = home::extract(t.app.clone(), w.jess.account).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_inquiry_says_where_it_stands_and_for_how_long() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let run = running(&t, &w).await;
        let page = format!("/plans/{}/objectives/{}", run.plan, run.linked);
        let move_on = format!("{page}/inquiry");
        let _ = t.post(Some(&w.omar), &move_on, &[("stage", "hunch")]).await.expect(404);
        let _ = t.post(Some(&w.priya), &move_on, &[("stage", "")]).await.expect(422);
        let words = [("stage", "focusing"), ("words", "Three things at once were too many")];
        let _ = t.post(Some(&w.priya), &move_on, &words).await.expect(303);
        let same = t.post(Some(&w.jess), &move_on, &words).await.expect(422);
        let _ = same.contains("stands there already").contains("Three things at once");
        t.advance(jiff::SignedDuration::from_hours(24 * 22));
        let now = t.app.clock.now().to_string();
        at(&t, &now).await;
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains("for 3 weeks");
        let _ = t.post(Some(&w.jess), &move_on, &[("stage", "scanning")]).await.expect(303);
        let shown = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = shown.contains("since today").contains("Focusing: what will make the most");
        assert_eq!(trials::inquiry(&t.app.db, run.linked).await.unwrap().len(), 2);
    })
    .await;
}

//! What happens when nothing is heard of an action.

use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use plans::{
    acts::{
        action::{self, Said},
        plan,
    },
    machine::ActionAct,
    store::is_quiet,
};
use support::agreements::Quiet;
use testkit::{TestApp, both};

use crate::world::{HARBOUR, at, frame, permit, running, running_with, setup, whole, world};

async fn round(t: &TestApp) -> plans::tend::Tended {
    let permit = access::Permit::system("test", t.app.clock.now());
    plans::tend::tend(&t.app, &permit).await.unwrap()
}

/// The first names of those who were written to, in order.
async fn told(t: &TestApp) -> Vec<String> {
    let mut names: Vec<String> = t
        .letters()
        .await
        .into_iter()
        .filter(|letter| letter.subject.contains("quiet") || letter.subject.contains("How is it"))
        .map(|letter| letter.recipient.split(['.', '@']).next().unwrap_or("").to_owned())
        .collect();
    names.sort();
    names
}

/// Only the action of the linked objective is left to be quiet.
async fn only_the_linked(t: &TestApp) {
    let gone = "UPDATE plan_action SET state = 'done' WHERE owner IS NULL";
    t.app.db.run(gone, []).await.unwrap();
    let far = "UPDATE plan_action SET due_on = '2027-12-01' WHERE owner IS NOT NULL";
    t.app.db.run(far, []).await.unwrap();
}

#[tokio::test]
async fn one_step_a_week_up_to_the_broker_each_recorded_and_none_twice() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        only_the_linked(&t).await;
        at(&t, "2027-01-25T07:30:00Z").await;
        round(&t).await;
        assert!(told(&t).await.is_empty(), "twenty days are no silence");
        at(&t, "2027-01-26T07:30:00Z").await;
        let now = whole(&t, r.plan).await;
        let (objective, one) = now.action(r.mapped).unwrap();
        assert!(is_quiet(&now, objective, one, date(2027, 1, 26)));
        assert_eq!(round(&t).await.raised, 1);
        assert_eq!(told(&t).await, ["nasreen"], "the owner comes first");
        assert_eq!(round(&t).await.raised, 0, "not twice on a day");
        assert!(told(&t).await.is_empty());
        for (day, expected) in [
            ("2027-01-29", vec![]),
            ("2027-02-02", vec!["jess"]),
            ("2027-02-09", vec!["daniel", "priya"]),
            // Half-term is quiet and does not count.
            ("2027-02-16", vec![]),
            ("2027-02-20", vec![]),
            ("2027-02-22", vec!["marcus"]),
            ("2027-03-15", vec![]),
        ] {
            at(&t, &format!("{day}T07:30:00Z")).await;
            round(&t).await;
            assert_eq!(told(&t).await, expected, "{day}");
        }
        let steps = whole(&t, r.plan).await.steps;
        assert_eq!(steps.iter().map(|step| step.rung).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(steps[2].told.0, ["Priya Nair", "Daniel Reyes"]);
        // A word ends it; a new silence begins with the owner again.
        let nasreen = permit(&t, &w.nasreen, r.plan).await;
        let seen = whole(&t, r.plan).await.action(r.mapped).unwrap().1.version;
        let said = Said { words: "Stuck: no release time".to_owned(), ..Said::default() };
        action::take(&t.app, &nasreen, r.mapped, seen, ActionAct::Report, &said).await.unwrap();
        let now = whole(&t, r.plan).await;
        assert!(now.open_steps(r.mapped).next().is_none());
        assert!(now.steps.iter().all(|step| !step.is_open()), "what was done stays on record");
        at(&t, "2027-04-23T07:30:00Z").await;
        round(&t).await;
        assert_eq!(told(&t).await, ["nasreen"]);
    })
    .await;
}

#[tokio::test]
async fn an_agreement_says_after_how_many_days_who_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        // Both heads agreed on an early question and on no broker.
        let quiet = Quiet { asked: 10, heads: Some(14), broker: None };
        let r = running_with(&t, &w, Some(quiet)).await;
        only_the_linked(&t).await;
        let now = whole(&t, r.plan).await;
        let (objective, one) = now.action(r.mapped).unwrap();
        assert!(!is_quiet(&now, objective, one, date(2027, 1, 14)));
        assert!(is_quiet(&now, objective, one, date(2027, 1, 15)));
        assert_eq!(now.ladder(r.linked), [10, 14, 14]);
        assert_eq!(now.ladder(r.alone), [21, 28, 35], "where no agreement is, the plan says it");
        for (day, expected) in [
            ("2027-01-14", vec![]),
            ("2027-01-15", vec!["nasreen"]),
            ("2027-01-19", vec!["jess"]),
            ("2027-01-20", vec!["daniel", "priya"]),
            ("2027-03-15", vec![]),
        ] {
            at(&t, &format!("{day}T07:30:00Z")).await;
            round(&t).await;
            assert_eq!(told(&t).await, expected, "{day}");
        }
        let shown = t.get(Some(&w.priya), &format!("/plans/{}", r.plan)).await.expect(200);
        let _ = shown.contains("After 14 days without a word, the heads of both schools are told");
    })
    .await;
}

#[tokio::test]
async fn never_further_than_the_school_agreed_and_never_outside_without_an_agreement_in_force() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        only_the_linked(&t).await;
        let head = permit(&t, &w.priya, r.plan).await;
        let seen = whole(&t, r.plan).await.plan.version;
        let mut lower = frame();
        lower.ladder_top = 1;
        plan::edit(&t.app, &head, r.plan, seen, &lower).await.unwrap();
        for day in ["2027-01-26", "2027-02-02", "2027-02-09", "2027-03-01"] {
            at(&t, &format!("{day}T07:30:00Z")).await;
            round(&t).await;
        }
        assert_eq!(told(&t).await, ["jess", "nasreen"]);
        let seen = whole(&t, r.plan).await.plan.version;
        plan::edit(&t.app, &head, r.plan, seen, &frame()).await.unwrap();
        // The agreement rests: the school's own head is told, nobody outside.
        let rest = "UPDATE agreement SET state = 'paused' WHERE id = $1";
        t.app.db.run(rest, [r.agreement.into()]).await.unwrap();
        for day in ["2027-03-02", "2027-03-09", "2027-03-16"] {
            at(&t, &format!("{day}T07:30:00Z")).await;
            round(&t).await;
        }
        assert_eq!(told(&t).await, ["priya"]);
        assert_eq!(whole(&t, r.plan).await.plan.org, OrgRef::School(HARBOUR));
    })
    .await;
}

#[tokio::test]
async fn the_daily_job_sends_nothing_at_weekends_and_nothing_twice() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        // The day falls on a Friday; the week before begins on a Friday too.
        at(&t, "2027-01-23T08:00:00Z").await;
        plans::schedule(&t.app).await.unwrap();
        plans::schedule(&t.app).await.unwrap();
        at(&t, "2027-01-24T08:00:00Z").await;
        assert!(t.letters().await.is_empty(), "a Sunday");
        at(&t, "2027-01-25T08:00:00Z").await;
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(letters[0].recipient.starts_with("bev@"));
        let reminders =
            t.app.db.count("SELECT count(*) AS n FROM plan_reminder", []).await.unwrap();
        assert_eq!(reminders, 1);
        at(&t, "2027-01-26T08:00:00Z").await;
        let again = t.letters().await;
        assert!(again.iter().all(|letter| !letter.subject.contains("due soon")), "{again:?}");
        assert!(whole(&t, r.plan).await.plan.state().is_under_way());
    })
    .await;
}

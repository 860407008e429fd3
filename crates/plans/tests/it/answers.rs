//! Answering for an action from a letter, without an account.

use jiff::civil::date;
use plans::{
    acts::{
        action::{self, Said},
        answer::{self, Answer},
    },
    machine::ActionState,
};
use testkit::{TestApp, both};

use crate::world::{Running, at, permit, running, setup, whole, world};

async fn round(t: &TestApp) -> plans::tend::Tended {
    let permit = access::Permit::system("test", t.app.clock.now());
    plans::tend::tend(&t.app, &permit).await.unwrap()
}

/// The token in the letter to somebody.
async fn token(t: &TestApp, to: &str) -> String {
    let letters = t.letters().await;
    let letter = letters.iter().find(|letter| letter.recipient.starts_with(to)).unwrap();
    let at = letter.body.find("/plans/answer/").unwrap() + "/plans/answer/".len();
    letter.body[at..].split_whitespace().next().unwrap().to_owned()
}

async fn state(t: &TestApp, r: &Running) -> ActionState {
    whole(t, r.plan).await.action(r.by_letter).unwrap().1.state()
}

#[tokio::test]
async fn a_link_answers_once_for_one_action() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        at(&t, "2027-01-22T07:30:00Z").await;
        assert_eq!(round(&t).await.reminded, 1);
        let token = token(&t, "bev@school.example").await;
        assert!(answer::look(&t.app, &token).await.unwrap().is_some());
        // A refused answer uses nothing up.
        let past = Said {
            words: "Waiting for shelves".to_owned(),
            due: Some(date(2027, 1, 3)),
            ..Said::default()
        };
        let refused = answer::answer(&t.app, &token, &Answer::NotYet(past.clone())).await;
        assert!(refused.unwrap_err().to_string().contains("has not passed"));
        let later = Said { due: Some(date(2027, 2, 12)), ..past };
        answer::answer(&t.app, &token, &Answer::NotYet(later)).await.unwrap();
        let now = whole(&t, r.plan).await;
        assert_eq!(now.action(r.by_letter).unwrap().1.due_on(), date(2027, 2, 12));
        assert_eq!(state(&t, &r).await, ActionState::NotStarted);
        assert!(answer::answer(&t.app, &token, &Answer::Done).await.is_err(), "once");
        let notes = action::notes(&t.app.db, r.by_letter).await.unwrap();
        assert_eq!(notes[0].author_name, "bev@school.example");

        at(&t, "2027-02-05T07:30:00Z").await;
        assert_eq!(round(&t).await.reminded, 1, "the new day is near");
        let token = self::token(&t, "bev@school.example").await;
        answer::answer(&t.app, &token, &Answer::Done).await.unwrap();
        assert_eq!(state(&t, &r).await, ActionState::Done);
        assert_eq!(round(&t).await.reminded, 0);
    })
    .await;
}

#[tokio::test]
async fn a_new_owner_makes_the_old_letter_worthless_and_two_taps_at_once_count_once() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        at(&t, "2027-01-22T07:30:00Z").await;
        round(&t).await;
        let old = token(&t, "bev@school.example").await;
        let head = permit(&t, &w.priya, r.plan).await;
        let now = whole(&t, r.plan).await;
        let (_, one) = now.action(r.by_letter).unwrap();
        let mut new = action::as_written(one);
        new.owner = Some(w.jess.account);
        new.due_on = date(2027, 2, 5);
        action::edit(&t.app, &head, r.by_letter, one.version, &new).await.unwrap();
        assert!(answer::answer(&t.app, &old, &Answer::Done).await.is_err());
        at(&t, "2027-01-29T07:30:00Z").await;
        round(&t).await;
        let fresh = token(&t, "jess.hart@").await;
        let done = Answer::Done;
        let (a, b) = tokio::join!(
            answer::answer(&t.app, &fresh, &done),
            answer::answer(&t.app, &fresh, &done),
        );
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(action::notes(&t.app.db, r.by_letter).await.unwrap().len(), 2);
        assert!(answer::look(&t.app, "nonsense").await.unwrap().is_none());
    })
    .await;
}

//! A body suggests, the school decides.

use access::{Kind, Post, Role};
use brokerage::requests::{self, State};
use testkit::both;

use crate::world::{HARBOUR, setup, world};

#[tokio::test]
async fn an_authority_suggests_a_request_and_the_head_sends_it_or_sets_it_aside() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let bodies = register::bodies(&t.app.db, [HARBOUR]).await.unwrap();
        let authority = bodies[&HARBOUR][0];
        let post = [Post::new(authority, Role::Commissioner, "School improvement lead")];
        let ruth = t.person("Ruth Okafor", &post).await;
        let page = "/requests/suggest";
        let harbour = HARBOUR.to_string();
        let form = [
            ("school", harbour.as_str()),
            ("title", "Attendance on Mondays"),
            ("need", "Absence doubled on Mondays since autumn, and you said so first."),
            ("outcome", ""),
            ("days", "2.5"),
            ("budget", "1,200"),
        ];
        // Without an agreement to share there is nothing to choose, and nothing is taken.
        let _ = t.get(Some(&ruth), page).await.expect(403).contains("There is no school");
        let _ = t.post(Some(&ruth), page, &form).await.expect(403);
        for who in [&w.priya, &w.marcus, &w.stranger] {
            let _ = t.get(Some(who), page).await.expect(403);
            let _ = t.post(Some(who), page, &form).await.expect(403);
        }
        t.shares(HARBOUR, authority, &[Kind::Request]).await;
        let _ = t.get(Some(&ruth), "/requests").await.expect(200).contains(page);
        let mut none = form.to_vec();
        none[0].1 = "school:999207";
        let told = t.post(Some(&ruth), page, &none).await.expect(422);
        let _ = told.contains("Choose the school").contains("Absence doubled on Mondays");
        let mut wrong = form.to_vec();
        wrong[5].1 = "a lot";
        let _ = t.post(Some(&ruth), page, &wrong).await.expect(422).contains("whole pounds");
        assert!(requests::requests_of(&t.app.db, HARBOUR).await.unwrap().is_empty());
        t.letters().await;
        let made = t.post(Some(&ruth), page, &form).await.expect(303).location().to_owned();
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1, "the head is told");
        assert!(letters[0].body.contains("Nothing begins without you"));

        // It is the school's: the body reads it, changes and sends nothing; the broker knows nothing.
        let _ = t.get(Some(&ruth), &made).await.expect(200).lacks("Send to the broker");
        for act in ["submit", "withdraw"] {
            let _ = t.post(Some(&ruth), &format!("{made}/{act}"), &[]).await.expect(403);
        }
        let _ = t.get(Some(&ruth), &format!("{made}/edit")).await.expect(403);
        let _ = t.get(Some(&w.marcus), &made).await.expect(404);
        let own = t.get(Some(&w.priya), &made).await.expect(200);
        let _ = own.contains("suggests that you ask for this").contains("£1,200");
        let waiting = brokerage::waiting(&t.app, &t.visitor(&w.priya).await).await.unwrap();
        assert!(waiting.iter().any(|(one, _)| one.detail.contains("yours to send or not")));
        let all = requests::requests_of(&t.app.db, HARBOUR).await.unwrap();
        assert_eq!((all[0].suggested_by, all[0].ask.funder), (Some(authority), Some(authority)));
        // What only the head can say is asked of them before it goes.
        let early = t.post(Some(&w.priya), &format!("{made}/submit"), &[]).await.expect(422);
        let _ = early.contains("Say how pressing it is");
        // Set aside, it stays theirs.
        let aside = [("reason", "Not this term")];
        let _ = t.post(Some(&w.priya), &format!("{made}/withdraw"), &aside).await.expect(303);
        let all = requests::requests_of(&t.app.db, HARBOUR).await.unwrap();
        assert_eq!(all[0].state, State::Withdrawn);
        let _ = t.get(Some(&w.marcus), &made).await.expect(404);
        let _ = t.get(Some(&w.priya), &made).await.expect(200);
        let _ = t.post(Some(&w.priya), &format!("{made}/submit"), &[]).await.expect(409);
    })
    .await;
}

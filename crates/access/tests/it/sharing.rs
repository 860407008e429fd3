//! Data-share agreements.

use access::{Kind, Post, Role, sharing};
use foundation::{OrgRef, events};
use jiff::civil::date;
use testkit::both;

use crate::signing_in::setup;

const SCHOOL: OrgRef = OrgRef::School(999_101);
const COUNCIL: OrgRef = OrgRef::Authority(990);

#[tokio::test]
async fn only_the_owner_shares_and_taking_back_works_at_once() {
    both(&setup(), async |t| {
        let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
        let officer =
            t.person("Tom Reed", &[Post::new(COUNCIL, Role::Commissioner, "Officer")]).await;
        let teacher = t.person("Ann Day", &[Post::new(SCHOOL, Role::Staff, "Teacher")]).await;
        let form = [
            ("owner", "school:999101"),
            ("reader", "990"),
            ("kinds", "needs audits"),
            ("kinds", "measured effect"),
            ("purpose", "School improvement duty"),
            ("until", "2027-08-31"),
        ];
        let may = async |kind, day| {
            sharing::with(&t.app.db, COUNCIL, day).await.unwrap().contains(&(SCHOOL, kind))
        };
        assert!(!may(Kind::Audit, date(2026, 11, 9)).await);
        // The one who would read cannot agree for the one who is read.
        let _ = t.post(Some(&officer), "/sharing", &form).await.expect(404);
        let _ = t.post(Some(&teacher), "/sharing", &form).await.expect(404);
        let _ = t.get(Some(&teacher), "/sharing").await.expect(404);
        let _ = t.post(Some(&head), "/sharing", &form).await.expect(303);
        assert!(may(Kind::Audit, date(2026, 11, 9)).await);
        assert!(may(Kind::Impact, date(2027, 8, 31)).await);
        assert!(!may(Kind::Visit, date(2026, 11, 9)).await, "not among the kinds");
        assert!(!may(Kind::Audit, date(2027, 9, 1)).await, "over");
        assert!(!may(Kind::Audit, date(2026, 11, 8)).await, "not begun");
        let other = sharing::with(&t.app.db, OrgRef::Authority(991), date(2026, 11, 9));
        assert!(other.await.unwrap().is_empty());
        let page = t.get(Some(&head), "/sharing").await.expect(200).contains("In force");
        let _ = page.contains("School improvement duty").contains("Local authority 990");
        let id = sharing::of(&t.app.db, SCHOOL).await.unwrap()[0].id.clone();
        let path = format!("/sharing/{id}/revoke");
        let _ = t.post(Some(&officer), &path, &[("owner", "school:999101")]).await.expect(404);
        let _ = t.post(Some(&officer), &path, &[("owner", "authority:990")]).await.expect(404);
        assert!(may(Kind::Audit, date(2026, 11, 9)).await);
        let _ = t.post(Some(&head), &path, &[("owner", "school:999101")]).await.expect(303);
        assert!(!may(Kind::Audit, date(2026, 11, 9)).await);
        let told = events::timeline(&t.app.db, "data share", &id).await.unwrap();
        let verbs: Vec<&str> = told.iter().map(|entry| entry.verb.as_str()).collect();
        assert_eq!(verbs, ["agreed", "taken back"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named_and_nothing_is_lost() {
    let t = testkit::TestApp::sqlite(&setup()).await;
    let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
    let form = [("purpose", "A duty"), ("kinds", "needs audits"), ("until", "2020-01-01")];
    let _ = t
        .post(Some(&head), "/sharing", &form)
        .await
        .expect(422)
        .contains("Choose whose records")
        .contains("three digits")
        .contains("still to come")
        .contains("value=\"A duty\"");
}

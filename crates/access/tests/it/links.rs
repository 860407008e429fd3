//! Signed links to one act on one record.

use access::{
    Permit, Post, Role,
    links::{self, Act},
};
use foundation::{Actor, OrgRef, Sql as _, events};
use jiff::SignedDuration;
use testkit::{TestApp, both};

use crate::signing_in::setup;

fn reply() -> Act {
    Act {
        subject: "request",
        id: "r-1".to_owned(),
        act: "reply",
        email: "Partner@Museum.example".to_owned(),
        owner: OrgRef::School(999_101),
    }
}

async fn issue(t: &TestApp) -> String {
    let permit = Permit::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let valid = SignedDuration::from_hours(48);
    let token = links::issue(&tx, &t.app, &permit, &reply(), valid).await.unwrap();
    tx.commit().await.unwrap();
    token
}

async fn redeem(t: &TestApp, token: &str, id: &str, act: &str) -> Option<Permit> {
    let tx = t.app.db.write().await.unwrap();
    let redeemed = links::redeem(&tx, &t.app, token, "request", id, act).await.unwrap();
    if redeemed.is_some() {
        tx.commit().await.unwrap();
    }
    redeemed.map(|(_, permit)| permit)
}

#[tokio::test]
async fn a_link_does_its_one_act_once() {
    both(&setup(), async |t| {
        let token = issue(&t).await;
        let link = links::look(&t.app, &token).await.unwrap().unwrap();
        assert_eq!((link.act.as_str(), link.email.as_str()), ("reply", "partner@museum.example"));
        assert!(redeem(&t, &token, "r-2", "reply").await.is_none(), "another record");
        assert!(redeem(&t, &token, "r-1", "sign").await.is_none(), "another act");
        let permit = redeem(&t, &token, "r-1", "reply").await.unwrap();
        let email = "partner@museum.example".to_owned();
        assert_eq!(permit.context().actor, Actor::Link { email });
        assert_eq!(permit.person(), None);
        assert!(redeem(&t, &token, "r-1", "reply").await.is_none(), "a second time");
        assert!(links::look(&t.app, &token).await.unwrap().is_none());
        let told = events::timeline(&t.app.db, "request", "r-1").await.unwrap();
        assert_eq!(told[0].verb, "sent a link");
        assert!(!told[0].detail.contains(&token));
        let kept = format!("SELECT count(*) AS n FROM act_link WHERE token_hash = '{token}'");
        assert_eq!(t.app.db.count(&kept, []).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn links_expire_and_can_be_taken_back() {
    both(&setup(), async |t| {
        let (first, second) = (issue(&t).await, issue(&t).await);
        let permit = Permit::system("test", t.app.clock.now());
        t.advance(SignedDuration::from_hours(47));
        assert!(links::look(&t.app, &first).await.unwrap().is_some());
        let tx = t.app.db.write().await.unwrap();
        let owner = OrgRef::School(999_101);
        assert_eq!(links::revoke(&tx, &permit, "request", "r-1", owner).await.unwrap(), 2);
        tx.commit().await.unwrap();
        for token in [&first, &second] {
            assert!(links::look(&t.app, token).await.unwrap().is_none());
            assert!(redeem(&t, token, "r-1", "reply").await.is_none());
        }
        let third = issue(&t).await;
        t.advance(SignedDuration::from_hours(49));
        assert!(redeem(&t, &third, "r-1", "reply").await.is_none());
    })
    .await;
}

/// The leaders of the owner see which links stand and take one back; nobody else does.
#[tokio::test]
async fn leaders_see_the_links_and_take_them_back() {
    both(&setup(), async |t| {
        let owner = OrgRef::School(999_101);
        let head = |org| [Post::new(org, Role::Head, "Headteacher")];
        let priya = t.person("Priya Shah", &head(owner)).await;
        let otto = t.person("Otto Other", &head(OrgRef::School(999_102))).await;
        let staff =
            t.person("Lena Brook", &[Post::new(owner, Role::Staff, "Key stage 1 lead")]).await;
        let _ = t.get(Some(&priya), "/sharing/links").await.expect(200).contains("No link");
        let (first, second) = (issue(&t).await, issue(&t).await);
        let page = t.get(Some(&priya), "/sharing/links").await.expect(200);
        let page = page.contains("partner@museum.example").contains("request: reply");
        assert!(!page.body.contains(&first), "the token is nowhere but in the letter");
        let _ = t.get(Some(&otto), "/sharing/links").await.expect(200).lacks("museum");
        let _ = t.get(Some(&staff), "/sharing/links").await.expect(404);
        let id = links::look(&t.app, &first).await.unwrap().unwrap().id;
        let act = format!("/sharing/links/{id}/take-back");
        let (ours, theirs) = (owner.to_string(), "school:999102".to_owned());
        let _ = t.post(Some(&otto), &act, &[("owner", &ours)]).await.expect(404);
        let _ = t.post(Some(&otto), &act, &[("owner", &theirs)]).await.expect(404);
        let _ = t.post(Some(&staff), &act, &[("owner", &ours)]).await.expect(404);
        assert!(links::look(&t.app, &first).await.unwrap().is_some());
        let _ = t.post(Some(&priya), &act, &[("owner", &ours)]).await.expect(303);
        let _ = t.post(Some(&priya), &act, &[("owner", &ours)]).await.expect(404);
        assert!(redeem(&t, &first, "r-1", "reply").await.is_none());
        assert!(redeem(&t, &second, "r-1", "reply").await.is_some());
        let page = t.get(Some(&priya), "/sharing/links").await.expect(200);
        let _ = page.contains("Taken back").contains("Used").lacks("Stands");
        let told = events::timeline(&t.app.db, "request", "r-1").await.unwrap();
        let back = told.iter().find(|entry| entry.verb == "took a link back").unwrap();
        assert_eq!(back.actor_name, "Priya Shah");
        assert!(back.request.as_deref().is_some_and(|from| from.contains(", request ")));
        assert!(back.rule.is_some(), "the rule that let her is kept");
    })
    .await;
}

/// Whoever can write to the database, but does not have the secret, cannot point a link
/// elsewhere, prolong it, or make one.
#[tokio::test]
async fn rows_changed_by_hand_open_nothing() {
    both(&setup(), async |t| {
        for change in [
            "subject_id = 'r-2'",
            "email = 'thief@example.org'",
            "owner = 'school:999102'",
            "expires_at = expires_at + 1",
        ] {
            let token = issue(&t).await;
            t.app.db.run(&format!("UPDATE act_link SET {change}"), []).await.unwrap();
            assert!(links::look(&t.app, &token).await.unwrap().is_none(), "{change}");
            for id in ["r-1", "r-2"] {
                assert!(redeem(&t, &token, id, "reply").await.is_none(), "{change}");
            }
            t.app.db.run("DELETE FROM act_link", []).await.unwrap();
        }
        let token = issue(&t).await;
        let forged = format!("{}{}", "0".repeat(64), &token[64..]);
        let sql = "UPDATE act_link SET token_hash = $1";
        t.app.db.run(sql, [access::sessions::hash(&forged).into()]).await.unwrap();
        assert!(links::look(&t.app, &forged).await.unwrap().is_none());
        for nonsense in ["", "x", &"é".repeat(60), &token[..95], &format!("{token}0")] {
            assert!(links::look(&t.app, nonsense).await.unwrap().is_none());
        }
    })
    .await;
}

//! The access log and broken glass.

use access::{
    Action, Kind, Post, Resource, Role, Zone, authorize, decide, looks, partnerships,
    policy::BEHIND_GLASS,
};
use foundation::{Context, OrgRef, PageError};
use jiff::SignedDuration;
use testkit::{Persona, TestApp, both};

use crate::signing_in::setup;

const SCHOOL: OrgRef = OrgRef::School(999_101);
const TRUST: OrgRef = OrgRef::Trust(9_001);
const REASON: &str = "The head asked me to find a lost draft";

/// An alliance of two schools; another to which neither belongs.
async fn alliances(t: &TestApp) -> [OrgRef; 2] {
    let context = Context::system("test", t.app.clock.now());
    let today = t.app.clock.today();
    let tx = t.app.db.write().await.unwrap();
    let found = async |name| {
        partnerships::found(&tx, &t.app.ids, &context, name, "alliance", today).await.unwrap()
    };
    let orgs = [found("Tideway").await, found("Elsewhere").await];
    for school in [SCHOOL, OrgRef::School(999_102)] {
        partnerships::join(&tx, &context, orgs[0], school, today).await.unwrap();
    }
    tx.commit().await.unwrap();
    orgs
}

/// The head, the trust's chief, the administrator of the school's alliance.
async fn people(t: &TestApp) -> (Persona, Persona, Persona) {
    let [alliance, _] = alliances(t).await;
    let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
    let chief =
        t.person("Tom Reed", &[Post::new(TRUST, Role::TrustExecutive, "Chief executive")]).await;
    let admin = Post::new(alliance, Role::Administrator, "Administrator");
    (head, chief, t.person("Ada Min", &[admin]).await)
}

fn audit() -> Resource {
    Resource::new(Kind::Audit, Zone::School, SCHOOL).responsible([TRUST])
}

#[tokio::test]
async fn the_school_sees_who_looked() {
    both(&setup(), async |t| {
        let (head, chief, _) = people(&t).await;
        let visitor = t.visitor(&chief).await;
        for _ in 0..3 {
            looks::record(&t.app, &visitor, &audit(), "audit", "a-1").await.unwrap();
            t.advance(SignedDuration::from_mins(1));
        }
        let open = Resource::new(Kind::Offer, Zone::Network, SCHOOL);
        looks::record(&t.app, &visitor, &open, "offer", "o-1").await.unwrap();
        let page = t.get(Some(&head), "/access-log").await.expect(200);
        let page = page.contains("Tom Reed").contains("audit a-1").contains("Trust 9001");
        let _ = page.lacks("o-1").contains("reads its records by default");
        let csv = t.get(Some(&head), "/access-log.csv").await.expect(200);
        assert!(csv.body.lines().any(|line| line.starts_with("Tom Reed,") && line.contains(",3,")));
        // The one who looked sees that it is noted; others see nothing of it.
        let _ = t.get(Some(&chief), "/access-log").await.expect(200).contains("audit a-1");
        let other = Post::new(OrgRef::School(999_102), Role::Head, "Headteacher");
        let other = t.person("Daniel Okoro", &[other]).await;
        let _ = t.get(Some(&other), "/access-log").await.expect(200).lacks("a-1");
        let _ = t.get(None, "/access-log").await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn glass_is_broken_with_a_reason_for_an_hour_and_the_owner_is_told() {
    both(&setup(), async |t| {
        let (head, _, admin) = people(&t).await;
        let before = t.visitor(&admin).await;
        assert!(matches!(
            authorize(&t.app, &before, Action::Read, &audit()),
            Err(PageError::NotFound)
        ));
        let short = [("owner", "school:999101"), ("reason", "curious")];
        let _ = t
            .post(Some(&admin), "/break-glass", &short)
            .await
            .expect(422)
            .contains("20 characters");
        assert!(t.letters().await.is_empty());
        let form = [("owner", "school:999101"), ("reason", REASON)];
        let _ = t.post(Some(&admin), "/break-glass", &form).await.expect(303);
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].recipient, "priya.shah@example.org");
        assert!(letters[0].body.contains(REASON) && letters[0].body.contains("Ada Min"));
        let visitor = t.visitor(&admin).await;
        let decision = decide(&visitor, Action::Read, &audit());
        assert!(decision.allowed && decision.rule == BEHIND_GLASS);
        looks::record(&t.app, &visitor, &audit(), "audit", "a-1").await.unwrap();
        let _ = t
            .get(Some(&head), "/access-log")
            .await
            .expect(200)
            .contains(REASON)
            .contains("Ada Min");
        // Reading only, this organisation only, never what belongs to two people or one.
        for action in Action::ALL.into_iter().filter(|&action| action != Action::Read) {
            assert!(!decide(&visitor, action, &audit()).allowed, "{action:?}");
        }
        let elsewhere = Resource::new(Kind::Audit, Zone::School, OrgRef::School(999_102));
        assert!(!decide(&visitor, Action::Read, &elsewhere).allowed);
        for zone in [Zone::Pair, Zone::Own] {
            let private = Resource::new(Kind::Conversation, zone, SCHOOL).people([head.account]);
            assert!(!decide(&visitor, Action::Read, &private).allowed, "{zone}");
        }
        t.advance(SignedDuration::from_mins(61));
        assert!(!decide(&t.visitor(&admin).await, Action::Read, &audit()).allowed);
    })
    .await;
}

#[tokio::test]
async fn glass_is_for_administrators_and_the_record_for_operators() {
    both(&setup(), async |t| {
        let (head, chief, admin) = people(&t).await;
        let operator = Post::new(OrgRef::Authority(990), Role::Operator, "Operator");
        let operator = t.person("Olu Bright", &[operator]).await;
        for (path, may, may_not) in
            [("/break-glass", &admin, &operator), ("/record", &operator, &admin)]
        {
            let _ = t.get(Some(may), path).await.expect(200);
            let _ = t.get(Some(may_not), path).await.expect(404);
            let _ = t.get(Some(&head), path).await.expect(404);
            let _ = t.get(None, path).await.expect(303);
        }
        let admin = operator;
        let form = [("owner", "school:999101"), ("reason", REASON)];
        let _ = t.post(Some(&chief), "/break-glass", &form).await.expect(404);
        let _ = t.get(Some(&admin), "/record").await.expect(200).contains("appointed");
        // Looking at the installation's own records is noted too, for operators to see.
        let _ = t
            .get(Some(&admin), "/access-log")
            .await
            .expect(200)
            .contains("This installation")
            .contains("record of acts");
        let _ = t.get(Some(&head), "/access-log").await.expect(200).lacks("record of acts entries");
        let none = format!("/record?about=account&id={}", "x");
        let _ = t.get(Some(&admin), &none).await.expect(200).lacks("appointed");
    })
    .await;
}

/// What an administrator may do ends where the partnership ends, and with its membership.
#[tokio::test]
async fn glass_reaches_the_members_of_ones_own_partnership_and_no_further() {
    both(&setup(), async |t| {
        let (_, _, admin) = people(&t).await;
        let elsewhere = partnerships::all(&t.app.db).await.unwrap();
        let elsewhere = elsewhere.iter().find(|one| one.name == "Elsewhere").unwrap().org;
        let stranger = Post::new(elsewhere, Role::Administrator, "Administrator");
        let stranger = t.person("Noor Away", &[stranger]).await;
        // The other alliance's school cannot even be chosen, nor sent by hand.
        let page = t.get(Some(&stranger), "/break-glass").await.expect(200);
        let _ = page.contains("Elsewhere").lacks("999101").lacks("Tideway");
        let form = [("owner", "school:999101"), ("reason", REASON)];
        let _ = t.post(Some(&stranger), "/break-glass", &form).await.expect(422);
        let visitor = t.visitor(&stranger).await;
        let beyond = looks::break_glass(&t.app, &visitor, SCHOOL, REASON).await;
        assert!(matches!(beyond, Err(PageError::NotFound)), "{beyond:?}");
        // Asking the school to join does not open it: its own leaders have to agree.
        let context = Context::system("test", t.app.clock.now());
        let today = t.app.clock.today();
        let tx = t.app.db.write().await.unwrap();
        partnerships::invite(&tx, &context, elsewhere, SCHOOL, today).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(partnerships::members(&t.app.db, elsewhere, today).await.unwrap(), []);
        assert_eq!(partnerships::invited(&t.app.db, elsewhere, today).await.unwrap(), [SCHOOL]);
        let _ = t.post(Some(&stranger), "/break-glass", &form).await.expect(422);
        let tx = t.app.db.write().await.unwrap();
        partnerships::agree(&tx, &context, elsewhere, SCHOOL, today).await.unwrap();
        assert!(partnerships::agree(&tx, &context, elsewhere, SCHOOL, today).await.is_err());
        tx.commit().await.unwrap();
        let _ = t.post(Some(&stranger), "/break-glass", &form).await.expect(303);
        assert!(decide(&t.visitor(&stranger).await, Action::Read, &audit()).allowed);
        // Leaving closes it at once, within the hour.
        let tx = t.app.db.write().await.unwrap();
        partnerships::leave(&tx, &context, elsewhere, SCHOOL, today).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!decide(&t.visitor(&stranger).await, Action::Read, &audit()).allowed);
        assert!(!decide(&t.visitor(&admin).await, Action::Read, &audit()).allowed);
    })
    .await;
}

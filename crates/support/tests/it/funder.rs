//! Whoever pays looks after what is paid for: a body that is known sees the agreement, its time and
//! its money, and may let it rest; before it pays, and after it no longer does, it sees nothing.

use access::{Post, Role, partnerships};
use foundation::{Context, OrgRef};
use jiff::civil::date;
use support::{
    agreements::{Side, acts, store},
    money::charges::{self, Purse},
    time,
};
use testkit::both;

use crate::{
    thread::{drafted, find, permit, sign},
    world::{at, setup, world},
};

#[tokio::test]
async fn a_funder_is_chosen_sees_what_it_pays_for_and_may_let_it_rest() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let trust = OrgRef::Trust(970_001);
        let context = Context::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        partnerships::join(&tx, &context, w.alliance, trust, date(2020, 9, 1)).await.unwrap();
        tx.commit().await.unwrap();
        let ruth = t.person("Ruth Lyle", &[Post::new(trust, Role::TrustExecutive, "Chief")]).await;
        let id = drafted(&t, &w, &w.terms()).await;
        let page = format!("/agreements/{id}");
        let _ = t.get(Some(&ruth), &page).await.expect(404);

        let step = format!("{page}/edit/money");
        let form = t.get(Some(&w.marcus), &step).await.expect(200);
        let _ = form.contains("Who pays besides the supported school?").contains("trust:970001");
        let send = async |funder: &str| {
            let seen = find(&t, id).await.version.to_string();
            let form = [
                ("seen", seen.as_str()),
                ("day_rate", "350"),
                ("home_share", "300"),
                ("broker_share", "50"),
                ("funder_org", funder),
                ("funder_pays", "3500"),
                ("reciprocal_days", "2"),
                ("reciprocal_words", "Music"),
            ];
            t.post(Some(&w.marcus), &step, &form).await
        };
        let wrong = send("trust:970999").await.expect(422);
        let _ = wrong.contains("Choose one of the bodies listed");
        let _ = send("trust:970001").await.expect(303);
        assert_eq!(find(&t, id).await.funder, Some(trust));
        let version = store::version(&t.app.db, id, 1).await.unwrap();
        assert_eq!(version.terms().money.funder_org, Some(trust));
        assert!(!version.terms().money.funder.is_empty(), "its name stands in the signed words");
        let _ = t.get(Some(&ruth), &page).await.expect(200).lacks("Read and sign the agreement");

        acts::offer(&t.app, &permit(&t, &w.marcus, id).await, id).await.unwrap();
        for who in [&w.priya, &w.daniel, &w.chair] {
            sign(&t, who, id).await.unwrap();
        }
        assert!(sign(&t, &ruth, id).await.is_err(), "who pays does not sign for a school");
        at(&t, "2027-01-04T06:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        support::course::tend(&t.app, &system).await.unwrap();
        let aisha = permit(&t, &w.aisha, id).await;
        let entry = time::NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2027, 1, 12),
            beneficiary: None,
            half_days: 2,
            what: "Four lessons".to_owned(),
        };
        let day = time::plan(&t.app, &aisha, id, &entry).await.unwrap();
        at(&t, "2027-01-13T15:00:00Z").await;
        time::deliver(&t.app, &permit(&t, &w.aisha, id).await, day).await.unwrap();
        let all = charges::of(&t.app.db, id).await.unwrap();
        assert!(!all.is_empty());
        assert!(
            all.iter().any(|charge| *charge.payer() == Purse::Org(trust)),
            "a body, not a name"
        );
        let _ = t.get(Some(&ruth), &format!("{page}/charges")).await.expect(200);
        let _ = t.get(Some(&ruth), &format!("/statements/{trust}")).await.expect(200);
        let pause = format!("{page}/do/pause");
        let _ = t.post(Some(&ruth), &pause, &[("reason", "The audit")]).await.expect(303);
        let end = format!("{page}/do/end");
        let ending = [("ground", "conduct"), ("reason", "No")];
        let _ = t.post(Some(&ruth), &end, &ending).await.expect(403);
        assert!(find(&t, id).await.state().in_force(), "ending it is for the heads");
    })
    .await;
}

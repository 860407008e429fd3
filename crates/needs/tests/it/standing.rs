//! The stage of a school and the tier of support decided for it.

use access::{Post, Role, partnerships};
use foundation::OrgRef;
use jiff::civil::date;
use needs::standing;
use testkit::both;

use super::audit::{SCHOOL, people, register_24, setup};

#[tokio::test]
async fn a_tier_takes_evidence_and_an_end_and_the_school_answers_it() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let p = people(&t).await;
        let at = format!("/schools/{}/standing", district::HARBOUR_VIEW);
        let permit = access::Permit::system("test", t.app.clock.now());
        let alliance = {
            let tx = t.app.db.write().await.unwrap();
            let day = date(2026, 9, 1);
            let org =
                partnerships::found(&tx, &t.app.ids, permit.context(), "Tideway", "alliance", day)
                    .await
                    .unwrap();
            partnerships::join(&tx, permit.context(), org, SCHOOL, day).await.unwrap();
            tx.commit().await.unwrap();
            org
        };
        let broker = t.person("Bea Broker", &[Post::new(alliance, Role::Broker, "Broker")]).await;

        // Another school, and a broker elsewhere, learn nothing; nobody is signed in is asked to.
        for stranger in [&p.other, &p.broker, &p.lena] {
            let _ = t.get(Some(stranger), &at).await.expect(404);
            let _ = t.post(Some(stranger), &format!("{at}/tier"), &[]).await.expect(404);
        }

        // The broker decides: an intensive tier without its evidence and its end is refused, and
        // the words stay.
        let tier = format!("{at}/tier");
        let _ = t
            .post(Some(&broker), &tier, &[("tier", "intensive"), ("evidence", "")])
            .await
            .expect(422)
            .contains("intensive support is decided on what was seen")
            .contains("intensive support is never without an end");
        let said = [
            ("tier", "intensive"),
            ("evidence", "Three lessons seen on 2 November; phonics taught in three ways"),
            ("review-day", "26"),
            ("review-month", "3"),
            ("review-year", "2027"),
        ];
        let _ = t
            .post(Some(&broker), &tier, &said[..2])
            .await
            .expect(422)
            .contains("phonics taught in three ways");
        let _ = t.post(Some(&broker), &tier, &said).await.expect(303);
        let letters = t.letters().await;
        let told = letters.iter().find(|letter| letter.subject.contains("waits for your answer"));
        assert!(told.is_some_and(|letter| !letter.body.contains("phonics")), "{letters:?}");

        // The school does not decide on itself; it answers, and only it.
        let _ = t.post(Some(&p.priya), &tier, &said).await.expect(403);
        let page = t.get(Some(&p.priya), &at).await.expect(200).contains("Your answer");
        let decision = standing::decisions(&t.app.db, SCHOOL).await.unwrap()[0].id.to_string();
        let answer = format!("{at}/answer");
        let _ = page.contains(&decision);
        let _ = t.get(Some(&broker), &at).await.expect(200).lacks("Your answer");
        let reply = [("decision", decision.as_str()), ("agrees", "no"), ("words", "")];
        let _ = t.post(Some(&broker), &answer, &reply).await.expect(403);
        let _ = t.post(Some(&p.ruth), &answer, &reply).await.expect(403);
        let _ = t
            .post(Some(&p.priya), &answer, &reply)
            .await
            .expect(422)
            .contains("Say how you see it");
        let reply = [
            ("decision", decision.as_str()),
            ("agrees", "no"),
            ("words", "Two of three have begun"),
        ];
        let _ = t.post(Some(&p.priya), &answer, &reply).await.expect(303);
        let _ = t
            .post(Some(&p.priya), &answer, &reply)
            .await
            .expect(422)
            .contains("answered this meanwhile");
        let _ = t
            .get(Some(&broker), &at)
            .await
            .expect(200)
            .contains("sees it differently: Two of three have begun");

        // Whoever leaves the partnership takes it along.
        let tx = t.app.db.write().await.unwrap();
        partnerships::leave(&tx, permit.context(), alliance, SCHOOL, t.app.clock.today())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let _ = t.get(Some(&broker), &at).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_stage_has_a_dated_history_with_who_and_why() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let p = people(&t).await;
        let at = format!("/schools/{}/standing", district::HARBOUR_VIEW);
        let stage = format!("{at}/stage");
        let _ = t
            .post(Some(&p.priya), &stage, &[("stage", "repair"), ("reason", " ")])
            .await
            .expect(422)
            .contains("Say what has changed");
        let _ = t
            .post(Some(&p.priya), &stage, &[("stage", "champion"), ("reason", "x")])
            .await
            .expect(422)
            .contains("Choose the stage");
        let repair = [("stage", "repair"), ("reason", "One phonics programme from January")];
        let _ = t.post(Some(&p.priya), &stage, &repair).await.expect(303);
        let _ = t.post(Some(&p.priya), &stage, &repair).await.expect(422).contains("already");
        let _ = t.app.clock.advance(jiff::SignedDuration::from_hours(1));
        // The adviser with whom the school shares its audits records a view; the head is told.
        let improve = [("stage", "improve"), ("reason", "All classes keep to it")];
        let _ = t.post(Some(&p.ruth), &stage, &improve).await.expect(303);
        let letters = t.letters().await;
        assert!(letters.iter().any(|letter| letter.body.contains("Ruth Vale")), "{letters:?}");
        let lines = standing::stages(&t.app.db, SCHOOL).await.unwrap();
        let told: Vec<_> = lines.iter().map(|line| (line.stage, line.name.as_str())).collect();
        assert_eq!(
            told,
            [(standing::Stage::Improve, "Ruth Vale"), (standing::Stage::Repair, "Priya Shah")]
        );
        assert!(!matches!(lines[0].body, OrgRef::School(_)), "{lines:?}");
        let _ = t
            .get(Some(&p.priya), &at)
            .await
            .expect(200)
            .contains("One phonics programme from January")
            .contains("All classes keep to it");
    })
    .await;
}

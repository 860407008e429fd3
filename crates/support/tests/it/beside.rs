//! Three supports in one school: everybody who leads one learns that there are three, and nobody
//! learns by it what another is about.

use access::{Permit, Post, Role};
use foundation::OrgRef;
use support::{
    AgreementId,
    agreements::{TeamMember, acts},
    course,
};
use testkit::{Persona, TestApp, both};

use crate::{
    thread::{drafted, permit, sign},
    world::{World, at, school, setup, world},
};

/// Days on call at Harbour View from one more school, signed by both heads.
async fn on_call(
    t: &TestApp,
    w: &World,
    from: OrgRef,
    head: &Persona,
    lead: &Persona,
    title: &str,
) -> AgreementId {
    let mut terms = w.terms();
    terms.kind = "call-off".to_owned();
    terms.supporting = from;
    terms.title = title.to_owned();
    terms.kpis.clear();
    terms.team = vec![TeamMember {
        account: Some(lead.account),
        name: lead.name.clone(),
        part: String::new(),
        half_days: 4,
        lead: true,
    }];
    let id = drafted(t, w, &terms).await;
    acts::offer(&t.app, &permit(t, &w.marcus, id).await, id).await.unwrap();
    for who in [head, &w.priya] {
        sign(t, who, id).await.unwrap();
    }
    id
}

#[tokio::test]
async fn three_supports_in_one_school_are_known_to_all_three_leads() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let tx = t.app.db.write().await.unwrap();
        school(&tx, 999_208, "Yewdale Primary").await;
        school(&tx, 999_209, "Millrace Primary").await;
        tx.commit().await.unwrap();
        let post = |urn, role, title: &str| [Post::new(OrgRef::School(urn), role, title)];
        let yew = t.person("Yara Lund", &post(999_208, Role::Head, "Headteacher")).await;
        let mill = t.person("Milo Frost", &post(999_209, Role::Head, "Headteacher")).await;
        let tom = t.person("Tom Reed", &post(999_209, Role::Staff, "Leader of music")).await;
        let ours = OrgRef::School(crate::world::OAKFIELD);
        let first = on_call(&t, &w, ours, &w.daniel, &w.aisha, "Rhyme time").await;
        let day = |t| at(t, "2027-01-04T06:00:00Z");
        let alone = t.get(Some(&w.aisha), &format!("/agreements/{first}")).await.expect(200);
        let _ = alone.lacks("at the same time");
        let second = on_call(&t, &w, OrgRef::School(999_208), &yew, &yew, "Budgets").await;
        let third = on_call(&t, &w, OrgRef::School(999_209), &mill, &tom, "Singing").await;
        t.letters().await;
        day(&t).await;
        let system = Permit::system("test", t.app.clock.now());
        assert_eq!(course::tend(&t.app, &system).await.unwrap().started.len(), 3);

        for (who, own, others) in [
            (&w.aisha, first, ["Budgets", "Singing"]),
            (&yew, second, ["Rhyme time", "Singing"]),
            (&tom, third, ["Rhyme time", "Budgets"]),
        ] {
            let page = t.get(Some(who), &format!("/agreements/{own}")).await.expect(200);
            let page = page.contains("Harbour View Primary has 2 other supports at the same time");
            let _ = page.lacks(others[0]).lacks(others[1]);
        }
        // Their head has all three, and the way to each.
        let page = t.get(Some(&w.priya), &format!("/agreements/{first}")).await.expect(200);
        let _ = page.contains("Budgets").contains(&format!("/agreements/{third}"));

        let letters = t.letters().await;
        for name in ["daniel.reyes", "aisha.khan", "yara.lund", "milo.frost", "tom.reed"] {
            let told: Vec<_> = letters
                .iter()
                .filter(|letter| letter.recipient.starts_with(name))
                .filter(|letter| letter.body.contains("has 3 supports at once"))
                .collect();
            let [told] = told[..] else { panic!("{name} was told {} times", told.len()) };
            for word in ["Rhyme time", "Budgets", "Singing", "Yewdale", "Millrace", "Oakfield"] {
                assert!(!told.body.contains(word), "{name} reads {word}");
            }
        }
        let page = t.get(Some(&w.stranger), &format!("/agreements/{first}")).await;
        let _ = page.expect(404);
    })
    .await;
}

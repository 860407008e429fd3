//! Who sees which part of a plan.

use access::{Action as Deed, decide};
use foundation::Sql as _;
use plans::{
    acts::{objective, suggestion},
    model::SuggestionKind,
    store,
};
use testkit::{Persona, TestApp, both};

use crate::world::{own, permit, running, setup, whole, world};

async fn sees(t: &TestApp, who: &Persona, r: &crate::world::Running) -> [bool; 3] {
    let whole = whole(t, r.plan).await;
    let visitor = t.visitor(who).await;
    let may = |resource| decide(&visitor, Deed::Read, &resource).allowed;
    let objective = |id| whole.objective_resource(whole.objective(id).unwrap());
    [may(whole.resource()), may(objective(r.linked)), may(objective(r.alone))]
}

#[tokio::test]
async fn who_supports_one_objective_sees_that_one_and_lists_show_what_opens() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        for (who, expected) in [
            (&w.priya, [true, true, true]),
            (&w.jess, [true, true, true]),
            (&w.nasreen, [true, true, true]),
            (&w.daniel, [true, true, false]),
            (&w.aisha, [true, true, false]),
            (&w.marcus, [true, true, false]),
            (&w.trust, [true, true, true]),
            (&w.omar, [false, false, false]),
        ] {
            let found = sees(&t, who, &r).await;
            assert_eq!(found, expected, "{}", who.name);
            let listed = store::readable(&t.app, &t.visitor(who).await).await.unwrap();
            assert_eq!(!listed.is_empty(), expected[0], "{}", who.name);
        }
        // What is broken off shows nothing any more.
        let end = "UPDATE agreement SET state = 'terminated_early' WHERE id = $1";
        t.app.db.run(end, [r.agreement.into()]).await.unwrap();
        assert_eq!(sees(&t, &w.daniel, &r).await, [false, false, false]);
        assert_eq!(sees(&t, &w.priya, &r).await, [true, true, true]);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_the_schools_alone() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let back = "UPDATE improvement_plan SET state = 'draft'";
        t.app.db.run(back, []).await.unwrap();
        for who in [&w.daniel, &w.aisha, &w.marcus, &w.omar] {
            assert_eq!(sees(&t, who, &r).await, [false, false, false], "{}", who.name);
        }
        assert_eq!(sees(&t, &w.priya, &r).await, [true, true, true]);
    })
    .await;
}

#[tokio::test]
async fn others_suggest_and_only_the_school_writes() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let now = whole(&t, r.plan).await;
        let one = now.objective(r.linked).unwrap();
        let text = objective::as_written(&now, one);
        for who in [&w.daniel, &w.aisha, &w.marcus, &w.nasreen, &w.trust] {
            let permit = permit(&t, who, r.plan).await;
            let edit = objective::edit(&t.app, &permit, r.linked, one.version, &text).await;
            let told = edit.unwrap_err().to_string();
            assert!(told.contains("head of the school or the lead"), "{}: {told}", who.name);
        }
        // A permit for one's own school opens nobody else's plan.
        let omar = {
            let visitor = t.visitor(&w.omar).await;
            let own = access::Resource::new(
                access::Kind::Plan,
                access::Zone::School,
                foundation::OrgRef::School(crate::world::BAYSIDE),
            );
            access::authorize(&t.app, &visitor, Deed::Update, &own).unwrap()
        };
        assert!(objective::edit(&t.app, &omar, r.linked, one.version, &text).await.is_err());
        let new = suggestion::NewSuggestion {
            kind: SuggestionKind::Objective,
            objective: Some(r.alone),
            action: None,
            wanted: vec![("title".to_owned(), "Other".to_owned())],
            why: "Because".to_owned(),
        };
        assert!(suggestion::suggest(&t.app, &omar, r.plan, &new).await.is_err());
        let daniel = permit(&t, &w.daniel, r.plan).await;
        let beyond = suggestion::suggest(&t.app, &daniel, r.plan, &new).await;
        assert!(beyond.is_err(), "he does not see this objective");
        let another = plans::acts::plan::NewPlan {
            org: foundation::OrgRef::School(crate::world::HARBOUR),
            audit: None,
            needs: Vec::new(),
            frame: crate::world::frame(),
        };
        assert!(plans::acts::plan::create(&t.app, &omar, &another).await.is_err());
        let head = own(&t, &w.priya).await;
        plans::acts::plan::create(&t.app, &head, &another).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_board_reads_the_summary_of_an_agreed_plan_and_nothing_behind_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let post = |org, role| [access::Post::new(org, role, "Chair")];
        let (harbour, oakfield) = (
            foundation::OrgRef::School(crate::world::HARBOUR),
            foundation::OrgRef::School(crate::world::OAKFIELD),
        );
        let chair = t.person("Mina Cole", &post(harbour, access::Role::Governor)).await;
        let other = t.person("Noor Baig", &post(oakfield, access::Role::Governor)).await;
        let at = |part: &str| format!("/plans/{}{part}", r.plan);
        let page = t.get(Some(&chair), &at("/summary")).await.expect(200);
        let page = page.contains("One phonics programme, taught daily");
        let _ = page.contains("SEND provision on one map").lacks("Map interventions");
        let listed = t.get(Some(&chair), "/plans").await.expect(200);
        let _ = listed.contains(&at("/summary"));
        for part in ["", "/plan.csv", "/suggestions", "/history", "/actions", "/versions/1"] {
            let _ = t.get(Some(&chair), &at(part)).await.expect(404);
        }
        let _ = t.get(Some(&other), &at("/summary")).await.expect(404);
        let _ = t.get(Some(&other), "/plans").await.expect(200).lacks(&r.plan.to_string());
        // The look of somebody on the board is on record like any other.
        let looks = "SELECT count(*) AS n FROM look WHERE account = $1";
        assert!(t.app.db.count(looks, [chair.account.into()]).await.unwrap() > 0);
        // While the school still writes it, it is nobody else's.
        for state in ["draft", "proposed"] {
            let back = format!("UPDATE improvement_plan SET state = '{state}'");
            t.app.db.run(&back, []).await.unwrap();
            let _ = t.get(Some(&chair), &at("/summary")).await.expect(404);
            let _ = t.get(Some(&chair), "/plans").await.expect(200).lacks(&r.plan.to_string());
        }
    })
    .await;
}

//! Visits, points and joint work between two trusts: every page speaks of trusts.

use access::{Action, Kind, Post, Resource, Role, Zone};
use brokerage::cadre::{Nomination, Profile, acts::enrol};
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::{Origin, Pen, Side, TeamMember, Terms, acts, store},
    course,
};
use testkit::{Persona, TestApp, both};
use visits::{
    VisitId,
    visits::{NewVisit, Part, book, checks, notes},
};

use crate::{
    setting::{on_agreement, on_visit, setup},
    story::{body, draft},
    world::{World, at, world},
};

const SHORE: OrgRef = OrgRef::Trust(90_101);
const HILL: OrgRef = OrgRef::Trust(90_202);

/// An agreement in force between two trusts, led by Ada and by Ben.
async fn between_trusts(t: &TestApp) -> (World, AgreementId, Persona, Persona) {
    let w = world(t).await;
    let tx = t.app.db.write().await.unwrap();
    let context = foundation::Context::system("test", t.app.clock.now());
    for (org, uid, name) in
        [(SHORE, 90_101_i64, "Shoreline Trust"), (HILL, 90_202, "Hillside Trust")]
    {
        access::partnerships::join(&tx, &context, w.alliance, org, date(2020, 9, 1)).await.unwrap();
        tx.run(
            "INSERT INTO trust (uid, name, sort_name) VALUES ($1, $2, $3)",
            [uid.into(), name.into(), name.to_lowercase().into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let lead = |org| [Post::new(org, Role::TrustExecutive, "Chief executive")];
    let ada = t.person("Ada Quay", &lead(SHORE)).await;
    let ben = t.person("Ben Scar", &lead(HILL)).await;
    let chair = [Post::new(SHORE, Role::Governor, "Chair of trustees").chairing()];
    let cleo = t.person("Cleo Park", &chair).await;
    let kind = support::pack::pack().kind("trust-to-trust").unwrap();
    let mut terms = Terms::draft(kind, SHORE, HILL);
    terms.title = "Three-year budgets".to_owned();
    terms.purpose = "Budgets end with the year.".to_owned();
    terms.theme = "finance".to_owned();
    terms.success = vec!["One plan that the board understands".to_owned()];
    terms.supporter_goal = "Find out how small teams plan".to_owned();
    terms.start_on = Some(date(2027, 1, 4));
    terms.end_on = Some(date(2027, 12, 17));
    terms.reviews = vec![date(2027, 3, 26), date(2027, 7, 9), date(2027, 10, 15)];
    terms.exit_plan_by = Some(date(2027, 11, 1));
    terms.team = vec![TeamMember {
        account: Some(ben.account),
        name: ben.name.clone(),
        part: String::new(),
        half_days: 12,
        lead: true,
    }];
    let visitor = t.visitor(&w.marcus).await;
    let resource = Resource::new(Kind::Agreement, Zone::Parties, SHORE).through(Some(w.alliance));
    let may = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    let id = acts::draft(&t.app, &may, &terms, origin).await.unwrap();
    acts::offer(&t.app, &on_agreement(t, &w.marcus, id).await, id).await.unwrap();
    for who in [&ben, &ada, &cleo] {
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let pen = Pen { hash: &hash, name: &who.name, title: "Leader" };
        acts::sign(&t.app, &on_agreement(t, who, id).await, id, pen).await.unwrap();
    }
    at(t, "2027-01-04T06:00:00Z").await;
    let system = access::Permit::system("test", t.app.clock.now());
    course::tend(&t.app, &system).await.unwrap();
    (w, id, ada, ben)
}

#[tokio::test]
async fn between_trusts_every_page_speaks_of_trusts() {
    both(&setup(), async |t| {
        let (w, id, ada, ben) = between_trusts(&t).await;
        let new = NewVisit {
            beneficiary: None,
            visitor: ben.account,
            visitor_name: ben.name.clone(),
            from: Side::Supporting,
            kind: "learning-walk".to_owned(),
            on: date(2027, 1, 12),
            part: Part::Day,
            online: false,
            purpose: "Read the budget together".to_owned(),
            meets: "The finance team".to_owned(),
            arrival: "Sign in at reception".to_owned(),
        };
        let it: VisitId = book(&t.app, &on_agreement(&t, &ben, id).await, id, &new).await.unwrap();
        let kept = [
            "designated safeguarding lead of the school",
            "tell the school's designated safeguarding lead",
            "School holidays",
            "results are those of schools",
        ];
        let doors = [format!("/agreements/{id}/"), format!("/visits/{it}"), "/challenges/".into()];
        let said = async |when: &str| {
            let readers = [&w.marcus, &ada, &ben];
            let said = t.sentences_with("school", &readers, &doors, &kept).await;
            assert_eq!(said, [""; 0], "{when}");
        };
        said("while it is proposed").await;
        let may = on_visit(&t, &ada, it).await;
        visits::visits::acts::confirm(&t.app, &may, it).await.unwrap();
        at(&t, "2027-01-12T18:10:00Z").await;
        said("on its day").await;
        let mine = on_visit(&t, &ben, it).await;
        notes::send(&t.app, &mine, it, &draft(1, body())).await.unwrap();
        said("while the facts are checked").await;
        checks::agree(&t.app, &on_visit(&t, &ada, it).await, it, "").await.unwrap();
        said("when the note stands").await;
    })
    .await;
}

#[tokio::test]
async fn a_trust_asks_a_peer_whose_training_is_in_date_for_a_review_and_owns_it() {
    both(&setup(), async |t| {
        let (w, _, ada, ben) = between_trusts(&t).await;
        let system = access::Permit::system("test", t.app.clock.now());
        let new = Nomination {
            person: ben.account,
            name: ben.name.clone(),
            org: HILL,
            partnership: w.alliance,
            role: "consultant-head".to_owned(),
            profile: Profile {
                specialisms: vec![matching::Specialism {
                    code: "finance".to_owned(),
                    depth: matching::Depth::Leading,
                }],
                phases: vec!["trust".to_owned()],
                on_site: true,
                online: true,
                travel_limit_km: None,
                weekly_cap: 2,
                concurrent_cap: 1,
                about: String::new(),
            },
        };
        enrol(&t.app, &system, &new, date(2027, 8, 31)).await.unwrap();

        let asked = format!("/commissions/new?owner={SHORE}");
        let page = t.get(Some(&ada), &asked).await.expect(200);
        let page = page.contains("Shoreline Trust").contains("Review of financial planning");
        let _ = page.contains("Review of governance").lacks("Pupil premium").contains("Ben Scar");
        let _ = t.get(Some(&w.chair), &asked).await.expect(404);
        let reviewer = ben.account.to_string();
        let owner = SHORE.to_string();
        let form = |kind| {
            [
                ("owner", owner.as_str()),
                ("kind", kind),
                ("reviewer", reviewer.as_str()),
                ("team", "A finance director"),
                ("from_on-day", "1"),
                ("from_on-month", "3"),
                ("from_on-year", "2027"),
                ("to_on-day", "2"),
                ("to_on-month", "3"),
                ("to_on-year", "2027"),
            ]
        };
        let wrong = t.post(Some(&ada), "/commissions/new", &form("pupil-premium")).await;
        let _ = wrong.expect(422).contains("Choose what kind of review");
        let prepared = async |until: &str| {
            let sql = format!("UPDATE designation SET training_until = {until}");
            t.app.db.run(&sql, []).await.unwrap();
        };
        // Whoever reviews brings what everybody brings who goes to another school or trust.
        prepared("'2026-12-31'").await;
        let page = t.get(Some(&ada), &asked).await.expect(200).lacks("Ben Scar, Consultant");
        assert!(page.body.contains("Who leads it?"));
        let late = t.post(Some(&ada), "/commissions/new", &form("trust-finance")).await;
        let _ = late.expect(422).contains("Ben Scar cannot review at the moment. Missing: ");
        prepared("'2027-08-31'").await;
        let made = t.post(Some(&ada), "/commissions/new", &form("trust-finance")).await;
        let at = made.expect(303).location().to_owned();
        let act = async |who: &Persona, act: &str, words: &str, version: &str| {
            let form = [("act", act), ("words", words), ("seen", version)];
            t.post(Some(who), &at, &form).await
        };
        let _ = act(&ada, "scope", "The three-year plan", "1").await.expect(303);
        prepared("'2026-12-31'").await;
        let page = act(&ben, "accept", "None", "2").await;
        assert!(page.status != 303 && page.body.contains("these have to be in order"));
        prepared("'2027-08-31'").await;
        let _ = act(&ben, "accept", "None", "2").await.expect(303);
        let _ = act(&ben, "begin", "", "3").await.expect(303);
        let _ = act(&ben, "write", "The plan is one that the board can read.", "4").await;
        let _ = act(&ben, "submit", "", "5").await.expect(303);
        let doors = [at.clone()];
        let kept = ["designated safeguarding lead of the school"];
        let said = t.sentences_with("school", &[&ada, &ben], &doors, &kept).await;
        assert_eq!(said, [""; 0], "between trusts a review speaks of trusts");
        let _ = act(&ada, "finish", "", "6").await.expect(303);
        let _ = t.get(Some(&ada), &at).await.expect(200).contains("the board can read");
        for who in [&ben, &w.priya, &w.stranger] {
            let _ = t.get(Some(who), &at).await.expect(404);
        }
    })
    .await;
}

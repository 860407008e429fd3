//! An audit of the invented district begins with what its public files say.

use access::{Action, Kind, Post, Resource, Role, Zone, authorize};
use foundation::OrgRef;
use needs::{
    Framework,
    audits::{FindingKind, prefill::prefill},
};
use register::imports;
use testkit::{Setup, TestApp};

#[tokio::test]
async fn harbour_views_figures_are_there_with_source_and_reason() {
    let setup = Setup::new(&[register::MIGRATIONS, needs::MIGRATIONS], needs::routes);
    let t = TestApp::sqlite(&setup).await;
    let options = district::Options { schools: 130, alliance: true };
    let district = district::District::generate(district::DEMO_SEED, options);
    let permit = access::Permit::system("test", t.app.clock.now());
    let report = imports::import_bytes(&t.app, &permit, district.files()).await.unwrap();
    assert_eq!(report.refused(), 0);
    let school = register::school(&t.app.db, district::HARBOUR_VIEW).await.unwrap().unwrap();
    let framework = Framework::current();
    let areas: Vec<_> = framework.for_phase(school.phase.key()).cloned().collect();
    let filled = prefill(&t.app.db, &school, &areas).await.unwrap();
    let (_, facts, signals) =
        filled.iter().find(|(area, ..)| area.code == "achievement").expect("the area is there");
    let rwm = facts.iter().find(|fact| fact.kpi == "KS2_RWM_EXP").expect("a key stage 2 fact");
    assert_eq!(rwm.value.as_deref(), Some("44%"), "{rwm:?}");
    assert_eq!(rwm.pupils, Some(27.0));
    assert!(rwm.source.contains("Open Government Licence"), "{}", rwm.source);
    assert!(rwm.family.is_some(), "the family's middle stands beside it");
    let need = signals.iter().find(|signal| signal.kind == FindingKind::Need);
    assert!(need.is_some_and(|n| n.sentence.contains("pupils")), "{signals:?}");
    // What no public file says is not left blank.
    let (_, facts, _) =
        filled.iter().find(|(area, ..)| area.code == "curriculum-and-teaching").unwrap();
    let phonics = facts.iter().find(|fact| fact.kpi == "PHONICS_Y1").unwrap();
    assert!(phonics.value.is_none() && phonics.missing.is_some());

    // The page shows all of it.
    let org = OrgRef::School(district::HARBOUR_VIEW);
    let priya = t.person("Priya Shah", &[Post::new(org, Role::Head, "Headteacher")]).await;
    let visitor = t.visitor(&priya).await;
    let resource = Resource::new(Kind::Audit, Zone::School, org);
    let permit = authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let new = needs::audits::NewAudit {
        framework: Framework::current(),
        org,
        title: "Autumn 2026".to_owned(),
        reason: "Results have stood still".to_owned(),
        lead: "Priya Shah".to_owned(),
        due: None,
        areas: filled,
    };
    let id = needs::audits::acts::create(&t.app, &permit, new).await.unwrap();
    let page = t.get(Some(&priya), &format!("/audits/{id}/sections/achievement")).await.expect(200);
    let _ = page
        .contains("44%")
        .contains("Middle of the family")
        .contains("Perhaps a need")
        .contains("How we worked this out")
        .contains("Chance of such a difference by luck")
        .contains("comparisons in this audit")
        .contains("(signals-1)")
        .contains("/how-we-work-it-out#signals");
}

#[test]
fn every_indicator_the_framework_names_exists() {
    for (area, _) in Framework::every_area() {
        for code in &area.kpis {
            assert!(register::kpis::definition(code).is_some(), "{}: {code}", area.code);
        }
    }
}

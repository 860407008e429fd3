//! An agreement in force between Harbour View and Oakfield, and the people around it.

use access::{Action, Permit, Resource};
use axum::Router;
use foundation::App;
use jiff::civil::{Date, date};
use support::{
    AgreementId,
    agreements::{Origin, Pen, Side, acts, store},
    course,
    pages::points::OpenPoints,
};
use testkit::{Persona, Setup, TestApp};
use visits::{
    Refusal, VisitId,
    visits::{NewVisit, Part, book, model},
};

use crate::world::{World, at, world};

pub(crate) fn setup() -> Setup {
    fn routes() -> Router<App> {
        let points = OpenPoints::default().asking(visits::challenges::open_points);
        support::routes().merge(visits::routes()).layer(axum::Extension(points))
    }
    Setup::new(
        &[
            register::MIGRATIONS,
            needs::MIGRATIONS,
            brokerage::MIGRATIONS,
            support::MIGRATIONS,
            visits::MIGRATIONS,
        ],
        routes,
    )
    .with_handlers(|| {
        let base = foundation::mail::handlers(foundation::jobs::Handlers::default());
        visits::handlers(support::handlers(base))
    })
}

/// The proof that somebody may take part in something: as the pages ask for it.
pub(crate) async fn permit(t: &TestApp, who: &Persona, resource: &Resource) -> Permit {
    let visitor = t.visitor(who).await;
    [Action::Sign, Action::Update, Action::Propose, Action::Read]
        .into_iter()
        .find_map(|action| access::authorize(&t.app, &visitor, action, resource).ok())
        .unwrap_or_else(|| panic!("{} may not see this", who.name))
}

pub(crate) async fn on_agreement(t: &TestApp, who: &Persona, id: AgreementId) -> Permit {
    let agreement = store::find(&t.app.db, id).await.unwrap().unwrap();
    permit(t, who, &agreement.resource(&t.app.db).await.unwrap()).await
}

/// A permit for the booking, not for the note: the acts themselves ask who may say what.
pub(crate) async fn on_visit(t: &TestApp, who: &Persona, id: VisitId) -> Permit {
    permit(t, who, &visit(t, id).await.resource()).await
}

pub(crate) async fn visit(t: &TestApp, id: VisitId) -> visits::Visit {
    model::find(&t.app.db, id).await.unwrap().unwrap()
}

/// The world with an agreement in force from 4 January 2027.
pub(crate) async fn in_force(t: &TestApp) -> (World, AgreementId) {
    let w = world(t).await;
    let visitor = t.visitor(&w.marcus).await;
    let terms = w.terms();
    let resource = Resource::new(access::Kind::Agreement, access::Zone::Parties, terms.supported)
        .through(Some(w.alliance));
    let may = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    let id = acts::draft(&t.app, &may, &terms, origin).await.unwrap();
    acts::offer(&t.app, &on_agreement(t, &w.marcus, id).await, id).await.unwrap();
    for who in [&w.daniel, &w.priya, &w.chair] {
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let pen = Pen { hash: &hash, name: &who.name, title: "Headteacher" };
        acts::sign(&t.app, &on_agreement(t, who, id).await, id, pen).await.unwrap();
    }
    at(t, "2027-01-04T06:00:00Z").await;
    course::tend(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap();
    t.letters().await;
    (w, id)
}

pub(crate) fn learning_walk(who: &Persona, on: Date, part: Part) -> NewVisit {
    NewVisit {
        beneficiary: None,
        visitor: who.account,
        visitor_name: who.name.clone(),
        from: Side::Supporting,
        kind: "learning-walk".to_owned(),
        on,
        part,
        online: false,
        purpose: "See phonics in four classes".to_owned(),
        meets: "The leader of Key Stage 1".to_owned(),
        arrival: "Sign in at reception".to_owned(),
    }
}

/// Aisha's visit of 12 January, confirmed by the school; it is the evening of the day.
pub(crate) async fn visited(t: &TestApp, w: &World, id: AgreementId) -> VisitId {
    let new = learning_walk(&w.aisha, date(2027, 1, 12), Part::Day);
    let booked = book(&t.app, &on_agreement(t, &w.aisha, id).await, id, &new).await.unwrap();
    visits::visits::acts::confirm(&t.app, &on_visit(t, &w.priya, booked).await, booked)
        .await
        .unwrap();
    at(t, "2027-01-12T18:10:00Z").await;
    booked
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a test hands over what an act returned")]
pub(crate) fn field<T: std::fmt::Debug>(done: Result<T, Refusal>, name: &str) {
    assert!(matches!(&done, Err(Refusal::Field { field, .. }) if *field == name), "{done:?}");
}

/// The one agreement of the world.
pub(crate) async fn only_agreement(t: &TestApp) -> AgreementId {
    let org = foundation::OrgRef::School(crate::world::HARBOUR);
    store::of_org(&t.app.db, org).await.unwrap()[0].id
}

//! Three schools of an alliance and one far away, with the people who write, check and borrow.

use access::{Action, Permit, Post, Resource, Role, partnerships};
use axum::Router;
use foundation::{App, Context, OrgRef, Sql as _};
use jiff::civil::date;
use practices::{
    Said,
    practice::{self, Act, Evidence, EvidenceKind, Practice, PracticeId, Words},
};
use testkit::{Persona, Setup, TestApp};

pub(crate) const HARBOUR: OrgRef = OrgRef::School(999_101);
pub(crate) const OAKFIELD: OrgRef = OrgRef::School(999_207);
pub(crate) const BREDE: OrgRef = OrgRef::School(999_103);

pub(crate) fn setup() -> Setup {
    fn routes() -> Router<App> {
        support::routes().merge(practices::routes())
    }
    Setup::new(
        &[
            register::MIGRATIONS,
            needs::MIGRATIONS,
            brokerage::MIGRATIONS,
            support::MIGRATIONS,
            practices::MIGRATIONS,
        ],
        routes,
    )
    .with_handlers(|| {
        practices::handlers(foundation::mail::handlers(foundation::jobs::Handlers::default()))
    })
}

pub(crate) struct World {
    /// Head of Harbour View.
    pub(crate) priya: Persona,
    /// Leads key stage 1 there and writes the practice down.
    pub(crate) jess: Persona,
    /// Works there too.
    pub(crate) nasreen: Persona,
    /// Head of Oakfield.
    pub(crate) daniel: Persona,
    /// Works at Oakfield.
    pub(crate) aisha: Persona,
    /// Head of St Brede's.
    pub(crate) anselm: Persona,
    /// Broker of the alliance.
    pub(crate) marcus: Persona,
    /// Head of a school that belongs to nothing of this.
    pub(crate) stranger: Persona,
}

pub(crate) async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2020, 9, 1);
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for school in [HARBOUR, OAKFIELD, BREDE] {
        partnerships::join(&tx, &context, alliance, school, start).await.unwrap();
    }
    let schools = [
        (HARBOUR, "Harbour View Primary"),
        (OAKFIELD, "Oakfield Primary"),
        (BREDE, "St Brede's Primary"),
        (OrgRef::School(999_900), "Far Primary"),
    ];
    for (org, name) in schools {
        let urn = i64::from(org.urn().unwrap());
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $3, 'primary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [urn.into(), name.into(), name.to_lowercase().into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let post = |org, role, title: &str| [Post::new(org, role, title)];
    World {
        priya: t.person("Priya Nair", &post(HARBOUR, Role::Head, "Headteacher")).await,
        jess: t.person("Jess Tolliver", &post(HARBOUR, Role::Staff, "Key stage 1 lead")).await,
        nasreen: t.person("Nasreen Qadir", &post(HARBOUR, Role::Staff, "SENCO")).await,
        daniel: t.person("Daniel Reyes", &post(OAKFIELD, Role::Head, "Headteacher")).await,
        aisha: t.person("Aisha Khan", &post(OAKFIELD, Role::Staff, "Leader of reading")).await,
        anselm: t.person("Anselm Coyle", &post(BREDE, Role::Head, "Headteacher")).await,
        marcus: t.person("Marcus Webb", &post(alliance, Role::Broker, "Broker")).await,
        stranger: t
            .person("Una Far", &post(OrgRef::School(999_900), Role::Head, "Headteacher"))
            .await,
    }
}

/// The five-day newcomer check, as Harbour View writes it down.
pub(crate) fn words() -> Words {
    Words {
        title: "The five-day newcomer check".to_owned(),
        area: "curriculum-and-teaching".to_owned(),
        phases: vec!["primary".to_owned()],
        problem: "New children wait weeks before anybody knows what they can read.".to_owned(),
        what: "Every newcomer reads to one adult within five days.".to_owned(),
        ingredients: vec!["Within five days".to_owned(), "One adult, one sheet".to_owned()],
        conditions: "One-form entry, thirty newcomers a year.".to_owned(),
        takes: "Twenty minutes a child; no money.".to_owned(),
        caveats: "One school, one year; nothing is known of larger ones.".to_owned(),
        evidence: vec![Evidence {
            kind: EvidenceKind::Own,
            words: "All of 31 newcomers were heard in their first week.".to_owned(),
            link: String::new(),
        }],
    }
}

/// The proof that somebody may take part: as the pages ask for it.
pub(crate) async fn permit(t: &TestApp, who: &Persona, resources: &[Resource]) -> Permit {
    let visitor = t.visitor(who).await;
    let acts = [Action::Sign, Action::Update, Action::Create, Action::Propose];
    resources
        .iter()
        .find_map(|resource| {
            acts.iter().find_map(|act| access::authorize(&t.app, &visitor, *act, resource).ok())
        })
        .unwrap_or_else(|| panic!("{} may not take part", who.name))
}

pub(crate) async fn get(t: &TestApp, id: PracticeId) -> Practice {
    practice::find(&t.app.db, id).await.unwrap().unwrap()
}

pub(crate) async fn begun(t: &TestApp, who: &Persona, origin: OrgRef, words: Words) -> PracticeId {
    let resource = Resource::new(access::Kind::Practice, access::Zone::School, origin);
    let may = permit(t, who, &[resource]).await;
    let new = practices::NewPractice { origin, parent: None, agreement: None, words };
    practices::begin(&t.app, &may, &new).await.unwrap()
}

pub(crate) async fn acts(
    t: &TestApp,
    who: &Persona,
    id: PracticeId,
    act: Act,
) -> Result<practice::State, practices::Refusal> {
    let it = get(t, id).await;
    let may = permit(t, who, &[it.working(), it.resource()]).await;
    let said = Said { seen: it.version, words: "Because".to_owned(), until: None };
    practices::take(&t.app, &may, id, act, &said).await
}

/// Written by Jess, checked by two, shown by Priya.
pub(crate) async fn published(t: &TestApp, w: &World) -> PracticeId {
    let id = begun(t, &w.jess, HARBOUR, words()).await;
    for (who, act) in [
        (&w.jess, Act::Send),
        (&w.nasreen, Act::Approve),
        (&w.aisha, Act::Approve),
        (&w.priya, Act::Publish),
    ] {
        acts(t, who, id, act).await.unwrap();
    }
    id
}

/// Moves the clock to a moment and keeps everybody signed in.
pub(crate) async fn later(t: &TestApp, moment: &str) {
    let to: jiff::Timestamp = moment.parse().unwrap();
    t.app.clock.set(to);
    let until = to + jiff::SignedDuration::from_hours(12);
    t.app
        .db
        .run(
            "UPDATE session SET seen_at = $1, expires_at = $2",
            [to.as_microsecond().into(), until.as_microsecond().into()],
        )
        .await
        .unwrap();
}

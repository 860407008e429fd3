//! A small alliance with people, for every test of this room.

use access::{Action, Permit, Post, Role, Visitor, authorize, partnerships};
use brokerage::cadre::{DesignationId, Nomination, Profile, SupporterRef, acts, capacity};
use brokerage::requests::{self, Ask, Beneficiary, Mode, RequestId, Tier};
use foundation::{Context, OrgRef};
use jiff::civil::date;
use matching::{Depth, Specialism};
use register::imports;
use testkit::{Persona, Setup, TestApp};

pub(crate) const HARBOUR: OrgRef = OrgRef::School(district::HARBOUR_VIEW);
pub(crate) const OAKFIELD: OrgRef = OrgRef::School(district::OAKFIELD);

pub(crate) fn setup() -> Setup {
    Setup::new(&[register::MIGRATIONS, needs::MIGRATIONS, brokerage::MIGRATIONS], brokerage::routes)
}

pub(crate) struct World {
    pub(crate) alliance: OrgRef,
    pub(crate) priya: Persona,
    pub(crate) tom: Persona,
    pub(crate) daniel: Persona,
    pub(crate) aisha: Persona,
    pub(crate) marcus: Persona,
    pub(crate) mina: Persona,
    pub(crate) stranger: Persona,
    pub(crate) other_broker: Persona,
    pub(crate) aisha_as: DesignationId,
}

pub(crate) fn system(t: &TestApp) -> Permit {
    Permit::system("test", t.app.clock.now())
}

pub(crate) fn wanted(code: &str, depth: Depth) -> Specialism {
    Specialism { code: code.to_owned(), depth }
}

pub(crate) fn profile(specialisms: &[Specialism]) -> Profile {
    Profile {
        specialisms: specialisms.to_vec(),
        phases: vec!["primary".to_owned()],
        on_site: true,
        online: true,
        travel_limit_km: None,
        weekly_cap: 2,
        concurrent_cap: 2,
        about: String::new(),
    }
}

/// Somebody with a designation in early reading and a half-day a week from January to July.
pub(crate) async fn leader(
    t: &TestApp,
    alliance: OrgRef,
    name: &str,
    urn: u32,
    depth: Depth,
) -> (Persona, DesignationId) {
    let org = OrgRef::School(urn);
    let person = t.person(name, &[Post::new(org, Role::Staff, "Lead teacher")]).await;
    let new = Nomination {
        person: person.account,
        name: name.to_owned(),
        org,
        partnership: alliance,
        role: "sle".to_owned(),
        profile: profile(&[wanted("early-reading", depth)]),
    };
    let id = acts::enrol(&t.app, &system(t), &new, date(2028, 8, 31)).await.unwrap();
    let supporter = SupporterRef::Designation(id);
    let period = (date(2027, 1, 4), date(2027, 7, 16));
    capacity::pledge(&t.app, &system(t), supporter, org, period, 1, &[]).await.unwrap();
    (person, id)
}

pub(crate) async fn world(t: &TestApp) -> World {
    let options = district::Options { schools: 24, alliance: true };
    let district = district::District::generate(district::DEMO_SEED, options);
    imports::import_bytes(&t.app, &system(t), district.register_files()).await.unwrap();
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2024, 9, 1);
    let found = async |name: &str| {
        partnerships::found(&tx, &t.app.ids, &context, name, "alliance", start).await.unwrap()
    };
    let alliance = found("Tideway Learning Alliance").await;
    let elsewhere = found("Another Alliance").await;
    for school in district.alliance() {
        let org = OrgRef::School(school.urn);
        partnerships::join(&tx, &context, alliance, org, start).await.unwrap();
    }
    tx.commit().await.unwrap();
    let post = |org, role, title: &str| vec![Post::new(org, role, title)];
    let priya = t.person("Priya Shah", &post(HARBOUR, Role::Head, "Headteacher")).await;
    let chair = Post::new(HARBOUR, Role::Governor, "Chair of governors").chairing();
    let tom = t.person("Tom Reed", &[chair]).await;
    let daniel = t.person("Daniel Okoro", &post(OAKFIELD, Role::Head, "Headteacher")).await;
    let marcus = t.person("Marcus Bell", &post(alliance, Role::Broker, "Broker")).await;
    let mina = t.person("Mina Holt", &post(alliance, Role::Broker, "Broker")).await;
    let stranger =
        t.person("Sol Strange", &post(OrgRef::School(999_208), Role::Head, "Headteacher")).await;
    let other_broker = t.person("Bo Other", &post(elsewhere, Role::Broker, "Broker")).await;
    let (aisha, aisha_as) =
        leader(t, alliance, "Aisha Khan", district::OAKFIELD, Depth::Leading).await;
    World { alliance, priya, tom, daniel, aisha, marcus, mina, stranger, other_broker, aisha_as }
}

pub(crate) fn ask() -> Ask {
    Ask {
        title: "Early reading".to_owned(),
        need: "Phonics is taught in three ways".to_owned(),
        outcome: "Every child reads by six".to_owned(),
        audit: None,
        findings: Vec::new(),
        beneficiaries: vec![Beneficiary::Teacher],
        specialisms: vec![wanted("early-reading", Depth::Expert)],
        tier: Tier::Targeted,
        phase: "primary".to_owned(),
        earliest: date(2027, 1, 4),
        latest: date(2027, 7, 16),
        half_days: 18,
        mode: Mode::OnSite,
        severity: 4,
        team: false,
        budget_pence: Some(350_000),
        give_back: "Two days of music".to_owned(),
        funder: None,
        avoid: vec![OrgRef::School(999_102)],
        avoid_why: "We share a catchment".to_owned(),
    }
}

/// A permit of a person, as a page would get it.
pub(crate) async fn permit(
    t: &TestApp,
    who: &Persona,
    action: Action,
    resource: &access::Resource,
) -> Permit {
    let visitor: Visitor = t.visitor(who).await;
    authorize(&t.app, &visitor, action, resource).unwrap()
}

/// A request that has been sent, accepted and is being matched.
pub(crate) async fn matching(t: &TestApp, w: &World) -> RequestId {
    matching_as(t, w, &ask()).await
}

/// The same for something else that is asked.
pub(crate) async fn matching_as(t: &TestApp, w: &World, ask: &Ask) -> RequestId {
    let draft = access::Resource::new(access::Kind::Request, access::Zone::School, HARBOUR);
    let head = permit(t, &w.priya, Action::Create, &draft).await;
    let id = requests::acts::draft(&t.app, &head, HARBOUR, w.alliance, ask).await.unwrap();
    requests::acts::submit(&t.app, &head, id).await.unwrap();
    let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
    let broker = permit(t, &w.marcus, Action::Broker, &request.resource()).await;
    let yes = requests::Answer::Accept("I will ring you tomorrow".to_owned());
    requests::acts::answer(&t.app, &broker, id, &yes).await.unwrap();
    requests::acts::start_matching(&t.app, &broker, id).await.unwrap();
    id
}

//! A school with a plan, a school that supports it, and the people around them.

use access::{AccountId, Action as Deed, Kind, Permit, Post, Role, authorize, partnerships};
use foundation::{Context, OrgRef, Sql as _};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, date},
};
use plans::{
    ActionId, ObjectiveId, PlanId,
    acts::{
        action::{self, NewAction},
        milestone,
        objective::{self, NewObjective},
        plan::{self, NewPlan, PlanFrame},
    },
    machine::PlanAct,
    model::ObjectiveWords,
    store::Whole,
};
use support::{
    AgreementId,
    agreements::{self, ChosenKpi, ChosenOn, Origin, Pen, Quiet, Side, TeamMember, Terms},
    milestones::Gauge,
};
use testkit::{Persona, Setup, TestApp};

pub(crate) const HARBOUR: u32 = 999_101;
pub(crate) const OAKFIELD: u32 = 999_207;
pub(crate) const BAYSIDE: u32 = 999_303;

pub(crate) fn setup() -> Setup {
    Setup::new(
        &[
            register::MIGRATIONS,
            needs::MIGRATIONS,
            brokerage::MIGRATIONS,
            support::MIGRATIONS,
            plans::MIGRATIONS,
        ],
        || support::routes().merge(plans::routes()),
    )
    .with_handlers(|| {
        plans::handlers(foundation::mail::handlers(foundation::jobs::Handlers::default()))
    })
}

pub(crate) struct World {
    pub(crate) alliance: OrgRef,
    pub(crate) priya: Persona,
    pub(crate) nasreen: Persona,
    pub(crate) jess: Persona,
    pub(crate) daniel: Persona,
    pub(crate) aisha: Persona,
    pub(crate) omar: Persona,
    pub(crate) marcus: Persona,
    pub(crate) trust: Persona,
}

pub(crate) async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2020, 9, 1);
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    let schools = [
        (HARBOUR, "Harbour View Primary"),
        (OAKFIELD, "Oakfield Primary"),
        (BAYSIDE, "Bayside Primary"),
    ];
    for (urn, name) in schools {
        partnerships::join(&tx, &context, alliance, OrgRef::School(urn), start).await.unwrap();
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $3, 'primary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [i64::from(urn).into(), name.into(), name.to_lowercase().into()],
        )
        .await
        .unwrap();
    }
    tx.run(
        "INSERT INTO import_batch (id, at, by_key, by_name) VALUES (1, $1, 'system:test', 'Test')",
        [context.at.as_microsecond().into()],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO import_file (id, batch, name, hash, family, kind, title, source, licence,
           mapping, mapping_version, release_status, as_of, rows_met, accepted, rejected,
           missing_values, problems, live)
         VALUES (1, 1, 'ks2.csv', 'x', 'ks2', 'ks2', 'Key stage 2 results',
           'Department for Education', 'Open Government Licence v3.0', 'm', 1, 'revised',
           '2026-12-01', 1, 1, 0, 0, 0, TRUE)",
        [],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    result(t, HARBOUR, 2026, 44.0, 29.0).await;
    let person = |name: &'static str, org, role, title: &'static str| {
        let posts = [Post::new(org, role, title)];
        async move { t.person(name, &posts).await }
    };
    let harbour = OrgRef::School(HARBOUR);
    let oakfield = OrgRef::School(OAKFIELD);
    t.shares(harbour, OrgRef::Authority(990), &[Kind::Plan]).await;
    World {
        alliance,
        priya: person("Priya Nair", harbour, Role::Head, "Headteacher").await,
        nasreen: person("Nasreen Ali", harbour, Role::Staff, "SENCO").await,
        jess: person("Jess Hart", harbour, Role::Staff, "Reading lead").await,
        daniel: person("Daniel Reyes", oakfield, Role::Head, "Headteacher").await,
        aisha: person("Aisha Khan", oakfield, Role::Staff, "Leader of reading").await,
        omar: person("Omar Aziz", OrgRef::School(BAYSIDE), Role::Head, "Headteacher").await,
        marcus: person("Marcus Webb", alliance, Role::Broker, "Broker").await,
        trust: person("Ruth Lane", OrgRef::Authority(990), Role::Commissioner, "Officer").await,
    }
}

/// Publishes a result of a school.
pub(crate) async fn result(t: &TestApp, urn: u32, year: i16, percent: f64, n: f64) {
    let group = register::kpis::group("all").map(register::kpis::group_number).unwrap();
    t.app
        .db
        .run(
            "INSERT INTO kpi_value (subject, kpi, pupils, period, stand, form, value, n)
             VALUES ($1, $2, $3, $4, $5, 1, $6, $7)",
            [
                i64::from(urn).into(),
                register::kpis::number_of("KS2_RWM_EXP").into(),
                group.into(),
                i64::from(year).into(),
                register::kpis::stand(register::kpis::ReleaseStatus::Revised, 1).into(),
                (percent * n / 100.0).into(),
                n.into(),
            ],
        )
        .await
        .unwrap();
}

/// Moves the clock to a moment and keeps everybody signed in.
pub(crate) async fn at(t: &TestApp, moment: &str) {
    let to: Timestamp = moment.parse().unwrap();
    t.app.clock.set(to);
    let (seen, until) =
        (to.as_microsecond(), (to + SignedDuration::from_hours(12)).as_microsecond());
    t.app
        .db
        .run("UPDATE session SET seen_at = $1, expires_at = $2", [seen.into(), until.into()])
        .await
        .unwrap();
}

/// The permit of a person about a plan: whatever the door lets them do to it.
pub(crate) async fn permit(t: &TestApp, who: &Persona, plan: PlanId) -> Permit {
    let whole = whole(t, plan).await;
    let visitor = t.visitor(who).await;
    let resource = whole.resource();
    [Deed::Sign, Deed::Update, Deed::Propose, Deed::Read]
        .into_iter()
        .find_map(|deed| authorize(&t.app, &visitor, deed, &resource).ok())
        .unwrap_or_else(|| panic!("{} has no business here", who.name))
}

/// The permit of the head to begin something of the school's own.
pub(crate) async fn own(t: &TestApp, who: &Persona) -> Permit {
    let visitor = t.visitor(who).await;
    let resource = access::Resource::new(Kind::Plan, access::Zone::School, OrgRef::School(HARBOUR));
    authorize(&t.app, &visitor, Deed::Create, &resource).unwrap()
}

pub(crate) async fn whole(t: &TestApp, plan: PlanId) -> Whole {
    Whole::load(&t.app, &t.app.db, plan).await.unwrap()
}

pub(crate) fn frame() -> PlanFrame {
    PlanFrame {
        title: "Plan for 2027".to_owned(),
        aim: "Every child reads by six.".to_owned(),
        start_on: date(2027, 1, 4),
        end_on: date(2027, 12, 17),
        stale_after: 21,
        ladder_top: 3,
    }
}

/// An agreement in which Oakfield supports Harbour View, in force since 4 January 2027.
async fn agreement(t: &TestApp, w: &World, quiet: Option<Quiet>) -> AgreementId {
    at(t, "2026-12-14T09:00:00Z").await;
    let kind = support::pack::pack().kind("focused").unwrap();
    let (harbour, oakfield) = (OrgRef::School(HARBOUR), OrgRef::School(OAKFIELD));
    let mut terms = Terms::draft(kind, harbour, oakfield);
    terms.quiet = quiet;
    terms.title = "Early reading".to_owned();
    terms.purpose = "Phonics is taught in three ways.".to_owned();
    terms.success = vec!["One phonics programme, taught daily".to_owned()];
    terms.supporter_goal = "Test our own handover to Year 3".to_owned();
    terms.start_on = Some(date(2027, 1, 4));
    terms.end_on = Some(date(2027, 7, 16));
    terms.team = vec![TeamMember {
        account: Some(w.aisha.account),
        name: "Aisha Khan".to_owned(),
        part: String::new(),
        half_days: 6,
        lead: true,
    }];
    terms.kpis = Side::BOTH
        .into_iter()
        .map(|side| ChosenKpi {
            side,
            code: "KS2_RWM_EXP".to_owned(),
            group: "all".to_owned(),
            worth_having: 3.0,
        })
        .collect();
    terms.chosen_on = Some(ChosenOn { year: foundation::terms::AcademicYear(2026) });
    terms.outturn_from = Some(foundation::terms::AcademicYear(2027));
    terms.reviews =
        (0..kind.reviews).map(|n| date(2027, 3 + i8::try_from(n).unwrap(), 10)).collect();
    let resource = access::Resource::new(Kind::Agreement, access::Zone::Parties, harbour)
        .parties([harbour, oakfield])
        .through(Some(w.alliance));
    let broker = authorize(&t.app, &t.visitor(&w.marcus).await, Deed::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), funder: None, request: None };
    let id = agreements::draft(&t.app, &broker, &terms, origin).await.unwrap();
    agreements::offer(&t.app, &broker, id).await.unwrap();
    for (who, title) in [(&w.priya, "Headteacher"), (&w.daniel, "Headteacher")] {
        let version = agreements::store::versions(&t.app.db, id).await.unwrap().pop().unwrap();
        let hash = version.hash.clone().unwrap();
        let permit = authorize(&t.app, &t.visitor(who).await, Deed::Sign, &resource).unwrap();
        let pen = Pen { hash: &hash, name: &who.name, title };
        agreements::sign(&t.app, &permit, id, pen).await.unwrap();
    }
    id
}

/// Puts an agreement into force without what else the first day asks for.
pub(crate) async fn put_in_force(t: &TestApp, id: AgreementId) {
    t.app.db.run("UPDATE agreement SET state = 'active' WHERE id = $1", [id.into()]).await.unwrap();
}

pub(crate) fn objective_words(title: &str) -> NewObjective {
    NewObjective {
        priority: "Every child reads by six".to_owned(),
        area: "curriculum-and-teaching".to_owned(),
        words: ObjectiveWords {
            title: title.to_owned(),
            why: "Three programmes in one building.".to_owned(),
            when: "everyone teaches one programme".to_owned(),
            then: "no child is lost between teachers".to_owned(),
            so: "every child reads by six".to_owned(),
            ..ObjectiveWords::default()
        },
        lead_name: "Jess Hart".to_owned(),
        lead_role: "Reading lead".to_owned(),
        ..NewObjective::default()
    }
}

pub(crate) fn new_action(
    words: &str,
    owner: Option<AccountId>,
    email: &str,
    due_on: Date,
) -> NewAction {
    NewAction {
        words: words.to_owned(),
        owner,
        owner_name: "Bev Stone".to_owned(),
        owner_email: email.to_owned(),
        owner_role: "SENCO".to_owned(),
        start_on: date(2027, 1, 5),
        due_on,
        quick: false,
    }
}

/// A plan under way since 4 January 2027: one objective linked with the agreement, led by Jess
/// with an action of Nasreen's; one of the school's own with an action of somebody without account.
pub(crate) struct Running {
    pub(crate) plan: PlanId,
    pub(crate) linked: ObjectiveId,
    pub(crate) alone: ObjectiveId,
    pub(crate) mapped: ActionId,
    pub(crate) by_letter: ActionId,
    pub(crate) agreement: AgreementId,
}

pub(crate) async fn running(t: &TestApp, w: &World) -> Running {
    running_with(t, w, Some(Quiet::USUAL)).await
}

/// The same, under an agreement with words of its own about silence.
pub(crate) async fn running_with(t: &TestApp, w: &World, quiet: Option<Quiet>) -> Running {
    let agreement = agreement(t, w, quiet).await;
    let permit = own(t, &w.priya).await;
    let new =
        NewPlan { org: OrgRef::School(HARBOUR), audit: None, needs: Vec::new(), frame: frame() };
    let id = plan::create(&t.app, &permit, &new).await.unwrap();
    let mut first = objective_words("One phonics programme, taught daily");
    first.lead = Some(w.jess.account);
    first.agreements = vec![agreement];
    first.kpi = Some("KS2_RWM_EXP".to_owned());
    first.target = Some(58.0);
    let linked = objective::add(&t.app, &permit, id, &first).await.unwrap();
    let mut second = objective_words("SEND provision on one map");
    second.priority = "Inclusion".to_owned();
    let alone = objective::add(&t.app, &permit, id, &second).await.unwrap();
    for (objective, title) in [(linked, "Lessons follow the programme"), (alone, "The map hangs")] {
        let new = milestone::New {
            title: title.to_owned(),
            gauge: Gauge::Statement,
            due_on: date(2027, 3, 26),
        };
        milestone::add(&t.app, &permit, objective, &new).await.unwrap();
    }
    let nasreens = new_action("Map interventions", Some(w.nasreen.account), "", date(2027, 3, 12));
    let mapped = action::add(&t.app, &permit, linked, &nasreens).await.unwrap();
    let bevs = new_action("A reading space", None, "bev@school.example", date(2027, 1, 29));
    let by_letter = action::add(&t.app, &permit, alone, &bevs).await.unwrap();
    for act in [PlanAct::Propose, PlanAct::Agree] {
        plan::take(&t.app, &permit, id, act, "", None).await.unwrap();
    }
    at(t, "2027-01-04T09:00:00Z").await;
    put_in_force(t, agreement).await;
    let permit = own(t, &w.priya).await;
    plan::take(&t.app, &permit, id, PlanAct::Begin, "", None).await.unwrap();
    t.letters().await;
    Running { plan: id, linked, alone, mapped, by_letter, agreement }
}

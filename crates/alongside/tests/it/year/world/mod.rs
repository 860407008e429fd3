//! A year of an alliance, lived through the acts anybody could take: supports are agreed, visits
//! booked, made, written up and checked, plans written and worked on, time moved and money
//! charged. The one who lives it notes what was done, so that every page can be held to the notes.

pub(crate) mod plans;
pub(crate) mod reports;
pub(crate) mod supports;

use std::collections::BTreeMap;

use access::{Action, Permit, Post, Resource, Role, Visitor, partnerships};
use alongside::{home, routes, week};
use foundation::{Context, OrgRef, Sql as _};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, date},
};
use support::{course, money::charges, money::machine};
use testkit::{Persona, Setup, TestApp};

use plans::PlanNote;
use supports::Support;

/// How large the alliance is, and how busy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Schools; a school has a head, a governor, one who does things, and leaders for its supports.
    pub(crate) schools: u32,
    /// Supports between them.
    pub(crate) supports: u32,
    /// Visits of each support, one a week.
    pub(crate) visits: usize,
    /// Objectives of each school's plan.
    pub(crate) objectives: usize,
    /// Actions of each objective.
    pub(crate) actions: usize,
}

/// 24 schools, 30 supports, 600 visits, 5,040 actions.
pub(crate) const FULL: Size =
    Size { schools: 24, supports: 30, visits: 20, objectives: 10, actions: 21 };
/// The same in small, with every kind of thing in it.
pub(crate) const SMALL: Size =
    Size { schools: 6, supports: 7, visits: 8, objectives: 2, actions: 15 };

/// The rooms of the product with every page and job.
pub(crate) fn setup() -> Setup {
    Setup {
        migrations: routes::migrations(),
        routes: || {
            home::routes()
                .merge(register::routes())
                .merge(needs::routes())
                .merge(brokerage::routes())
                .merge(support::routes())
                .merge(::plans::routes())
                .merge(visits::routes())
                .merge(week::routes())
        },
        handlers: routes::handlers,
    }
}

/// The same numbers every time.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Somebody, with what the policy knows of them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) persona: Persona,
    pub(crate) visitor: Visitor,
}

impl Person {
    async fn new(t: &TestApp, name: &str, org: OrgRef, role: Role, title: &str) -> Self {
        let post = Post::new(org, role, title);
        let post = if title == "Chair" { post.chairing() } else { post };
        let persona = t.person(name, &[post]).await;
        let visitor = t.visitor(&persona).await;
        Self { persona, visitor }
    }

    /// The proof that they take part in something, as a page would ask for it.
    pub(crate) fn permit(&self, t: &TestApp, resource: &Resource) -> Permit {
        [Action::Sign, Action::Update, Action::Propose]
            .into_iter()
            .find_map(|action| access::authorize(&t.app, &self.visitor, action, resource).ok())
            .unwrap_or_else(|| panic!("{} takes no part in {resource:?}", self.persona.name))
    }
}

/// The schools and their people.
pub(crate) struct Alliance {
    pub(crate) org: OrgRef,
    pub(crate) heads: BTreeMap<u32, Person>,
    pub(crate) governors: BTreeMap<u32, Person>,
    pub(crate) doers: BTreeMap<u32, Person>,
    pub(crate) broker: Person,
}

/// Everything that was done, as the one who did it noted it.
pub(crate) struct Year {
    pub(crate) size: Size,
    pub(crate) all: Alliance,
    pub(crate) supports: Vec<Support>,
    pub(crate) plans: Vec<PlanNote>,
}

/// The reference number of the n-th school.
pub(crate) fn urn(size: Size, n: u32) -> u32 {
    999_400 + n % size.schools
}

/// Moves the clock to the afternoon of a day.
pub(crate) fn at(t: &TestApp, on: Date) {
    let moment: Timestamp = format!("{on}T15:00:00Z").parse().unwrap();
    t.app.clock.set(moment);
}

/// The day on which the year is looked back on.
pub(crate) const TODAY: Date = date(2027, 7, 20);

async fn found(t: &TestApp, size: Size) -> Alliance {
    let context = Context::system("test", t.app.clock.now());
    let start = date(2020, 9, 1);
    let tx = t.app.db.write().await.unwrap();
    let org =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for n in 0..size.schools {
        let school = OrgRef::School(urn(size, n));
        partnerships::join(&tx, &context, org, school, start).await.unwrap();
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $2, 'secondary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [i64::from(urn(size, n)).into(), format!("School {n:02}").into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let (mut heads, mut governors, mut doers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for n in 0..size.schools {
        let (urn, org) = (urn(size, n), OrgRef::School(urn(size, n)));
        let head = Person::new(t, &format!("Head {n:02}"), org, Role::Head, "Headteacher").await;
        heads.insert(urn, head);
        let chair = Person::new(t, &format!("Chair {n:02}"), org, Role::Governor, "Chair").await;
        governors.insert(urn, chair);
        let doer = Person::new(t, &format!("Doer {n:02}"), org, Role::Staff, "SENCO").await;
        doers.insert(urn, doer);
    }
    let broker = Person::new(t, "Marcus Webb", org, Role::Broker, "Broker").await;
    Alliance { org, heads, governors, doers, broker }
}

/// Lives the year from January to July 2027 and returns what was noted.
pub(crate) async fn live(t: &TestApp, size: Size) -> Year {
    let all = found(t, size).await;
    let mut chance = Chance(2027);
    let mut supports = Vec::new();
    for n in 0..size.supports {
        supports.push(supports::agree(t, &all, size, n, &mut chance).await);
    }
    let mut notes = Vec::new();
    at(t, date(2027, 1, 4));
    let system = || Permit::system("test", t.app.clock.now());
    let tended = course::tend(&t.app, &system()).await.unwrap();
    assert_eq!(tended.started.len(), supports.len(), "{:?}", tended.waiting);
    for n in 0..size.schools {
        notes.push(plans::write(t, &all, urn(size, n), size, &supports, &mut chance).await);
    }
    // One visit a week from January, none in the weeks of examinations.
    let weeks = (0..16).map(|n| date(2027, 1, 12).saturating_add((7 * n).days()));
    let weeks = weeks.chain((0..4).map(|n| date(2027, 6, 29).saturating_add((7 * n).days())));
    for (week, on) in weeks.take(size.visits).enumerate() {
        at(t, on);
        for support in &mut supports {
            supports::visit(t, &all, support, on, &mut chance).await;
        }
        if week % 4 == 3 {
            for note in &mut notes {
                plans::month(t, &all, note, &mut chance).await;
            }
        }
    }
    // What the schools did not check in five working days is shown as unchecked.
    at(t, date(2027, 7, 9));
    visits::tend(&t.app, &system()).await.unwrap();
    for support in &mut supports {
        support.lapse(date(2027, 7, 2));
    }
    for note in &mut notes {
        plans::review(t, &all, note).await;
    }
    // Half of the supports that cost something send an invoice for everything.
    for support in supports.iter().filter(|it| it.rate > 0).step_by(2) {
        let by = all.heads[&support.giver].permit(t, &support.resource);
        let due: Vec<_> = charges::of(&t.app.db, support.id)
            .await
            .unwrap()
            .into_iter()
            .filter(|charge| charge.state() == machine::State::Due)
            .map(|charge| charge.id)
            .collect();
        charges::settle(&t.app, &by, support.id, &due, machine::Act::Invoice, "2027/1")
            .await
            .unwrap();
    }
    at(t, TODAY);
    Year { size, all, supports, plans: notes }
}

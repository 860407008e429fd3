//! A year of an alliance of 24 schools, through the acts anybody could take: thirty supports and
//! six hundred days, planned, delivered, cancelled and put back. Then every figure that a page
//! shows is added up again from the test's own notes.

use std::collections::BTreeMap;

use access::{Action, Permit, Post, Role, partnerships};
use alongside::{routes, week};
use foundation::{Context, OrgRef, Sql as _};
use jiff::{Timestamp, ToSpan as _, civil::Date, civil::date};
use serde_json::Value;
use support::{
    AgreementId,
    agreements::{Money, Origin, Pen, Side, TeamMember, Terms, acts, store},
    course,
    money::{charges, machine::Act},
    time::{self, NewEntry},
};
use testkit::{Persona, Setup, TestApp, both};

const SCHOOLS: u32 = 24;
const SUPPORTS: u32 = 30;
const DAYS: i64 = 20;

fn setup() -> Setup {
    Setup {
        migrations: routes::migrations(),
        routes: || alongside::home::routes().merge(support::routes()).merge(week::routes()),
        handlers: routes::handlers,
    }
}

/// The same numbers every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// One support and what the test noted about it.
struct Noted {
    id: AgreementId,
    giver: u32,
    receiver: u32,
    rate: i64,
    funder_pays: i64,
    delivered: i64,
    cancelled: i64,
    planned: i64,
}

struct Alliance {
    org: OrgRef,
    heads: BTreeMap<u32, Persona>,
    broker: Persona,
}

fn urn(n: u32) -> u32 {
    999_400 + n % SCHOOLS
}

async fn found(t: &TestApp) -> Alliance {
    let context = Context::system("test", t.app.clock.now());
    let start = date(2020, 9, 1);
    let tx = t.app.db.write().await.unwrap();
    let org =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for n in 0..SCHOOLS {
        partnerships::join(&tx, &context, org, OrgRef::School(urn(n)), start).await.unwrap();
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $2, 'secondary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [i64::from(urn(n)).into(), format!("School {n:02}").into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mut heads = BTreeMap::new();
    for n in 0..SCHOOLS {
        let post = Post::new(OrgRef::School(urn(n)), Role::Head, "Headteacher");
        heads.insert(urn(n), t.person(&format!("Head {n:02}"), &[post]).await);
    }
    let broker = t.person("Marcus Webb", &[Post::new(org, Role::Broker, "Broker")]).await;
    Alliance { org, heads, broker }
}

async fn permit(t: &TestApp, who: &Persona, id: AgreementId) -> Permit {
    let agreement = store::find(&t.app.db, id).await.unwrap().unwrap();
    let resource = agreement.resource(&t.app.db).await.unwrap();
    let visitor = t.visitor(who).await;
    [Action::Sign, Action::Update]
        .into_iter()
        .find_map(|action| access::authorize(&t.app, &visitor, action, &resource).ok())
        .unwrap()
}

async fn agree(t: &TestApp, all: &Alliance, n: u32, chance: &mut Chance) -> Noted {
    let (giver, receiver) = (urn(n), urn(n * 7 + 5));
    assert_ne!(giver, receiver);
    let (harbour, oakfield) = (OrgRef::School(receiver), OrgRef::School(giver));
    let kind = support::pack::pack().kind("call-off").unwrap();
    let mut terms = Terms::draft(kind, harbour, oakfield);
    terms.title = format!("Support {n:02}");
    terms.area = "achievement".to_owned();
    terms.success = vec!["Both schools can say what changed".to_owned()];
    terms.supporter_goal = "Take one thing home".to_owned();
    terms.start_on = Some(date(2027, 1, 4));
    terms.end_on = Some(date(2027, 12, 17));
    terms.reviews = vec![date(2027, 7, 9)];
    terms.team = vec![TeamMember {
        account: None,
        name: format!("Leader {n:02}"),
        part: String::new(),
        half_days: DAYS,
        lead: true,
    }];
    let rate = i64::try_from(chance.below(3)).unwrap() * 17_500 * 2 / 100 * 100;
    let funder_pays = if rate > 0 { i64::try_from(chance.below(2)).unwrap() * 120_000 } else { 0 };
    terms.money = Money {
        day_rate: rate,
        home_share: rate * 6 / 7,
        broker_share: rate - rate * 6 / 7,
        funder: if funder_pays > 0 { "Alliance fund".to_owned() } else { String::new() },
        funder_pays,
        ..Money::default()
    };
    let resource = access::Resource::new(access::Kind::Agreement, access::Zone::Parties, harbour)
        .through(Some(all.org));
    let marcus = t.visitor(&all.broker).await;
    let create = access::authorize(&t.app, &marcus, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(all.org), ..Origin::default() };
    let id = acts::draft(&t.app, &create, &terms, origin).await.unwrap();
    acts::offer(&t.app, &permit(t, &all.broker, id).await, id).await.unwrap();
    for school in [receiver, giver] {
        let head = &all.heads[&school];
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let pen = Pen { hash: &hash, name: &head.name, title: "Headteacher" };
        acts::sign(&t.app, &permit(t, head, id).await, id, pen).await.unwrap();
    }
    Noted { id, giver, receiver, rate, funder_pays, delivered: 0, cancelled: 0, planned: 0 }
}

/// One day of one support in one week: planned, and then whatever happens to it.
async fn day(t: &TestApp, all: &Alliance, it: &mut Noted, on: Date, chance: &mut Chance) {
    let by = permit(t, &all.heads[&it.giver], it.id).await;
    let new = NewEntry {
        account: None,
        person: "Leader".to_owned(),
        from: Side::Supporting,
        on,
        half_days: 1,
        what: "A day in school".to_owned(),
    };
    let entry = time::plan(&t.app, &by, it.id, &new).await.unwrap();
    match chance.below(10) {
        0 => {
            let reasons = &support::pack::pack().cancellations;
            let reason = &reasons[usize::try_from(chance.below(4)).unwrap()].code;
            time::cancel(&t.app, &by, entry, reason).await.unwrap();
            it.cancelled += 1;
        }
        1 => it.planned += 1,
        2 => {
            // A slip, taken back and said again.
            time::deliver(&t.app, &by, entry).await.unwrap();
            time::undo(&t.app, &by, entry).await.unwrap();
            time::deliver(&t.app, &by, entry).await.unwrap();
            it.delivered += 1;
        }
        _ => {
            time::deliver(&t.app, &by, entry).await.unwrap();
            it.delivered += 1;
        }
    }
}

fn at(t: &TestApp, on: Date) {
    let moment: Timestamp = format!("{on}T15:00:00Z").parse().unwrap();
    t.app.clock.set(moment);
}

/// The rows of a table as it downloads.
async fn rows(t: &TestApp, who: &Persona, path: &str) -> Vec<Value> {
    let answer = t.get(Some(who), path).await.expect(200);
    let whole: Value = serde_json::from_str(&answer.body).unwrap();
    whole["rows"].as_array().unwrap_or_else(|| panic!("{path}: {}", answer.body)).clone()
}

fn number(row: &Value, column: &str) -> f64 {
    row[column].as_f64().unwrap_or_else(|| panic!("{column} in {row}"))
}

fn same(one: f64, other: i64, what: &str) {
    assert!((one - other as f64).abs() < 1e-6, "{what}: {one} is not {other}");
}

#[tokio::test]
async fn a_year_of_an_alliance_adds_up_on_every_page() {
    both(&setup(), async |t| {
        let all = found(&t).await;
        let mut chance = Chance(2027);
        let mut supports = Vec::new();
        for n in 0..SUPPORTS {
            supports.push(agree(&t, &all, n, &mut chance).await);
        }
        at(&t, date(2027, 1, 4));
        let system = Permit::system("test", t.app.clock.now());
        let tended = course::tend(&t.app, &system).await.unwrap();
        assert_eq!(tended.started.len(), supports.len(), "{:?}", tended.waiting);
        // Twenty weeks from January, none of them in the weeks of examinations.
        let weeks = (0..16).map(|n| date(2027, 1, 12).saturating_add((7 * n).days()));
        let weeks = weeks.chain((0..4).map(|n| date(2027, 6, 29).saturating_add((7 * n).days())));
        for on in weeks {
            at(&t, on);
            for it in &mut supports {
                day(&t, &all, it, on, &mut chance).await;
            }
        }
        let days: i64 = supports.iter().map(|it| it.delivered + it.cancelled + it.planned).sum();
        assert_eq!(days, i64::from(SUPPORTS) * DAYS);
        // Half of the supports send an invoice for everything.
        for it in supports.iter().filter(|it| it.rate > 0).step_by(2) {
            let by = permit(&t, &all.heads[&it.giver], it.id).await;
            let due: Vec<_> = charges::of(&t.app.db, it.id)
                .await
                .unwrap()
                .into_iter()
                .filter(|charge| charge.state() == support::money::machine::State::Due)
                .map(|charge| charge.id)
                .collect();
            charges::settle(&t.app, &by, it.id, &due, Act::Invoice, "2027/1").await.unwrap();
        }
        at(&t, date(2027, 7, 21));
        let broker = t.sign_in(all.broker.account, "Marcus Webb").await;
        whole(&t, &all, &broker, &supports).await;
        for n in [0, 5, 11, 23] {
            school(&t, &all, urn(n), &supports).await;
        }
        // The record of a year is whole, and the letters of a week find their way.
        let chain = foundation::events::verify(&t.app.db).await.unwrap();
        assert!(matches!(chain, foundation::events::Chain::Whole(n) if n > 1_500), "{chain:?}");
    })
    .await;
}

/// The statement of the whole alliance, as its broker sees it.
async fn whole(t: &TestApp, all: &Alliance, broker: &Persona, supports: &[Noted]) {
    let at = format!("/statements/{}", all.org);
    let balance = rows(t, broker, &format!("{at}/balance.json?year=2027")).await;
    let everybody = balance.last().unwrap();
    let delivered: i64 = supports.iter().map(|it| it.delivered).sum();
    same(number(everybody, "Given") * 2.0, delivered, "given");
    same(number(everybody, "Received") * 2.0, delivered, "received");
    for row in &balance[..balance.len() - 1] {
        let name = row["School"].as_str().unwrap();
        let n: u32 = name.trim_start_matches("School ").parse().unwrap();
        let given: i64 =
            supports.iter().filter(|it| it.giver == urn(n)).map(|it| it.delivered).sum();
        let received: i64 =
            supports.iter().filter(|it| it.receiver == urn(n)).map(|it| it.delivered).sum();
        same(number(row, "Given") * 2.0, given, name);
        same(number(row, "Received") * 2.0, received, name);
    }
    let mut names: Vec<&str> =
        balance[..balance.len() - 1].iter().map(|row| row["School"].as_str().unwrap()).collect();
    let shown = names.clone();
    names.sort_unstable();
    assert_eq!(shown, names, "schools stand in the order of their names");
    // What the fund pays and what is left for the schools.
    let cost = |it: &Noted| it.delivered * it.rate / 2;
    let fund: i64 = supports.iter().map(|it| cost(it).min(it.funder_pays)).sum();
    let payers = rows(t, broker, &format!("{at}/payers.json?year=2027")).await;
    let mut together = 0.0;
    for row in &payers {
        let sum = number(row, "Together (£)");
        let parts = ["To be invoiced (£)", "Invoiced (£)", "Paid (£)"];
        let parts: f64 = parts.iter().map(|column| number(row, column)).sum();
        assert!((sum - parts).abs() < 1e-6);
        together += sum;
        if row["Payer"] == "Alliance fund" {
            same(sum * 100.0, fund, "the fund");
        }
    }
    same(together * 100.0, supports.iter().map(cost).sum(), "everything");
    let pledged = rows(t, broker, &format!("{at}/supports.json?year=2027")).await;
    assert_eq!(pledged.len(), supports.len());
    for it in supports {
        let title = format!("Support {:02}", supports.iter().position(|o| o.id == it.id).unwrap());
        let row = pledged
            .iter()
            .find(|row| row["Support"].to_string().contains(&title))
            .unwrap_or_else(|| panic!("{title}"));
        same(number(row, "Agreed") * 2.0, DAYS, &title);
        same(number(row, "Delivered") * 2.0, it.delivered, &title);
        same(number(row, "Planned") * 2.0, it.planned, &title);
        same(number(row, "Cancelled") * 2.0, it.cancelled, &title);
    }
    let glance = rows(t, broker, "/broker/days.json").await;
    let shown: f64 = glance.iter().map(|row| number(row, "Delivered")).sum();
    same(shown * 2.0, delivered, "the broker's glance");
    let _ = t.get(Some(broker), "/broker").await.expect(200).contains("passed without a word");
}

/// The statement of one school, as its head sees it.
async fn school(t: &TestApp, all: &Alliance, urn: u32, supports: &[Noted]) {
    let head = t.sign_in(all.heads[&urn].account, &all.heads[&urn].name).await;
    let mine = |it: &&Noted| it.giver == urn || it.receiver == urn;
    let at = format!("/statements/school:{urn}");
    let days = rows(t, &head, &format!("{at}/days.json?year=2027")).await;
    let expected: i64 =
        supports.iter().filter(mine).map(|it| it.delivered + it.planned + it.cancelled).sum();
    assert_eq!(i64::try_from(days.len()).unwrap(), expected, "days of {urn}");
    let charged = rows(t, &head, &format!("{at}/charges.json?year=2027")).await;
    let sum: f64 = charged
        .iter()
        .filter(|row| row["Status"] != "Withdrawn")
        .map(|row| number(row, "Amount (£)"))
        .sum();
    let cost: i64 = supports.iter().filter(mine).map(|it| it.delivered * it.rate / 2).sum();
    same(sum * 100.0, cost, "charges");
    let _ = t.get(Some(&head), &format!("{at}?year=2027")).await.expect(200);
    let _ = t.get(Some(&head), "/home").await.expect(200).contains("Schools I work with");
}

//! What people can list is exactly what they can open, for people with posts at random, on both
//! databases; and what their home page and every list lead to opens.

use std::collections::BTreeSet;

use access::{Post, Role, accounts};
use district::{HARBOUR_VIEW, OAKFIELD};
use foundation::{Context, OrgRef, Sql as _};
use jiff::civil::date;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sea_orm::FromQueryResult;
use testkit::{Kind, Setup, both};

use super::{
    paths::{self, Route, path_of, route_of},
    world::{Person, Side, World, signed_in},
};

/// A list, the page of its items, and the question that finds every item there is.
#[derive(Clone, Copy)]
struct List {
    page: &'static str,
    item: &'static str,
    all: &'static str,
    /// Whether everything that opens is listed. Elsewhere the list is about something narrower than
    /// what one may read, and only what it shows is held: it opens.
    whole: bool,
    /// The list as data, which has a row for each item.
    data: &'static str,
}

const fn whole(page: &'static str, item: &'static str, all: &'static str) -> List {
    List { page, item, all, whole: true, data: "" }
}

const fn with_data(list: List, data: &'static str) -> List {
    List { data, ..list }
}

const fn part(page: &'static str, item: &'static str, all: &'static str) -> List {
    List { page, item, all, whole: false, data: "" }
}

const LISTS: [List; 17] = [
    whole("/audits", "/audits/{id}", "SELECT id FROM audit"),
    whole("/requests", "/requests/{id}", "SELECT id FROM support_request"),
    whole("/agreements", "/agreements/{id}", "SELECT id FROM agreement"),
    with_data(whole("/cadre", "/cadre/{id}", "SELECT id FROM designation"), "/cadre.json"),
    whole("/plans", "/plans/{id}", "SELECT id FROM improvement_plan"),
    with_data(whole("/visits", "/visits/{id}", "SELECT id FROM visit"), "/visits.json"),
    // Its files hold what is published; the page also what the reader's own school is writing.
    whole("/practices", "/practices/{id}", "SELECT id FROM practice"),
    whole("/networks", "/networks/{id}", "SELECT id FROM network"),
    whole("/briefings", "/briefings/{id}", "SELECT id FROM briefing"),
    whole("/commissions", "/commissions/{id}", "SELECT id FROM commission"),
    whole("/coaching", "/coaching/{id}", "SELECT id FROM coaching_pair"),
    with_data(whole("/journal", "/journal/{id}", "SELECT id FROM journal_entry"), "/journal.json"),
    whole("/stories", "/stories/{id}", "SELECT agreement AS id FROM case_study"),
    whole("/partnerships", "/partnerships/{id}", "SELECT id FROM partnership"),
    // The desk lists what is still to be done.
    part("/desk", "/desk/{id}", "SELECT id FROM support_request"),
    part("/statements", "/statements/{org}", STATEMENTS),
    part("/boards", "/boards/{org}", STATEMENTS),
];
const STATEMENTS: &str = "SELECT supported AS id FROM agreement UNION
                          SELECT supporting AS id FROM agreement";

#[derive(FromQueryResult)]
struct Row {
    id: String,
}

/// Everything there is, list by list.
async fn everything(world: &World) -> Vec<Vec<String>> {
    let mut items = Vec::new();
    for list in &LISTS {
        let sql = format!("{} ORDER BY 1", list.all);
        let rows: Vec<Row> = world.app.db.all(&sql, []).await.unwrap();
        assert!(!rows.is_empty(), "the world has nothing for {}", list.page);
        let address = |row: Row| {
            let id = row.id.trim_start_matches("partnership:");
            list.item.replace("{id}", id).replace("{org}", id)
        };
        items.push(rows.into_iter().map(address).collect());
    }
    items
}

/// Somebody with up to three posts at random.
pub(super) async fn somebody(
    world: &World,
    chance: &mut StdRng,
    orgs: &[OrgRef],
    nth: usize,
) -> Person {
    let app = &world.app;
    let context = Context::system("test", app.clock.now());
    let name = format!("Chance {nth}");
    let email = format!("chance.{nth}@example.org");
    let tx = app.db.write().await.unwrap();
    let account = accounts::open(&tx, &app.ids, &context, &email, &name).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..chance.random_range(1..=3) {
        let org = orgs[chance.random_range(0..orgs.len())];
        // Roles as the kind of organisation has them.
        let roles: &[Role] = match org {
            OrgRef::School(_) => &[Role::Head, Role::Staff, Role::Governor],
            OrgRef::Trust(_) => &[Role::TrustExecutive],
            OrgRef::Authority(_) => &[Role::Commissioner, Role::Operator],
            _ => &[Role::Broker, Role::Convenor, Role::Partner, Role::Administrator],
        };
        let role = roles[chance.random_range(0..roles.len())];
        let post = Post::new(org, role, role.key());
        accounts::appoint(&tx, &app.ids, &context, account, &post, date(2020, 9, 1)).await.unwrap();
        held.push(format!("{} at {org}", role.key()));
    }
    tx.commit().await.unwrap();
    signed_in(app, account, &held.join(", "), Side::Other, None).await
}

/// What is wrong between what somebody is shown and what they can open; how much opened.
async fn compare(
    world: &World,
    routes: &[Route],
    who: &Person,
    items: &[Vec<String>],
    wrong: &mut Vec<String>,
) -> usize {
    let mut opened = 0;
    let mut leads: BTreeSet<String> = BTreeSet::new();
    for (list, items) in LISTS.iter().zip(items) {
        let page = world.get(Some(who), list.page).await;
        let (links, _) = paths::read(&page.body, list.page, 0);
        leads.extend(links.iter().filter(|link| !paths::ids(link).is_empty()).cloned());
        let listed: BTreeSet<&str> = links
            .iter()
            .map(|link| path_of(link))
            .filter(|link| route_of(routes, link).is_some_and(|(r, _)| r.pattern == list.item))
            .collect();
        // What is listed is tried too where it is more than there is of the kind in the database: the
        // statement of a school that never gave or received opens, and says so.
        let mut tried = items.clone();
        tried.extend(listed.iter().map(|item| (*item).to_owned()));
        tried.sort();
        tried.dedup();
        let answers = world.open_all(who, &tried).await;
        let open: BTreeSet<&str> = tried
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.status == 200)
            .map(|(item, _)| item.as_str())
            .collect();
        opened += open.len();
        for item in listed.symmetric_difference(&open) {
            let opens = open.contains(item);
            if opens && !list.whole {
                continue;
            }
            let how = if opens { "opens, not listed" } else { "listed, shut" };
            wrong.push(format!("{} on {}: {how}: {item}", who.name, list.page));
        }
        if !list.data.is_empty() {
            let data = world.get(Some(who), list.data).await;
            let rows = serde_json::from_str::<serde_json::Value>(&data.body)
                .ok()
                .and_then(|data| data["rows"].as_array().or(data.as_array()).map(Vec::len));
            if data.status == 200 && rows != Some(listed.len()) {
                let all = listed.len();
                wrong.push(format!("{} on {}: {rows:?} rows of {all}", who.name, list.data));
            }
        }
    }
    // Whatever the home page asks somebody to do can be opened, and so can all that lists lead to.
    let home = world.get(Some(who), "/home").await;
    leads.extend(paths::links(&home.body).into_iter().filter(|link| !paths::ids(link).is_empty()));
    let leads: Vec<String> = leads.into_iter().collect();
    for (link, answer) in leads.iter().zip(world.open_all(who, &leads).await) {
        if !matches!(answer.status.as_u16(), 200 | 303 | 409) {
            wrong.push(format!("{} is led to {link}: {}", who.name, answer.status));
        }
    }
    opened
}

/// Organisations in which somebody may hold a post.
pub(super) async fn orgs(world: &World) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> =
        vec![OrgRef::School(HARBOUR_VIEW), OrgRef::School(OAKFIELD), OrgRef::School(999_104)];
    for person in &world.people.0 {
        let posts = accounts::posts(&world.app.db, &world.app.clock, person.account).await.unwrap();
        orgs.extend(posts.into_iter().map(|post| post.org));
    }
    orgs.sort();
    orgs.dedup();
    orgs
}

async fn hold(world: &World, seed: u64, people: usize) {
    let routes = paths::routes(world).await;
    let orgs = orgs(world).await;
    let items = everything(world).await;
    let mut chance = StdRng::seed_from_u64(seed);
    let (mut wrong, mut opened) = (Vec::new(), 0);
    for nth in 0..people {
        let who = somebody(world, &mut chance, &orgs, nth).await;
        opened += compare(world, &routes, &who, &items, &mut wrong).await;
    }
    // And those of the story, who are named on records beside their posts.
    let ours: Vec<&Person> = world.people.of(&[Side::Story]).collect();
    for who in ours {
        opened += compare(world, &routes, who, &items, &mut wrong).await;
    }
    assert!(opened > 100, "these people see next to nothing: {opened}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_equal_items_for_posts_at_random() {
    hold(&World::open().await, 20_270_331, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_equal_items_for_posts_at_random_on_postgresql() {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = alongside::routes::migrations();
    both(&setup, async |t| {
        if t.kind == Kind::Postgres {
            hold(&World::over(t.app.db.clone()).await, 20_270_401, 15).await;
        }
    })
    .await;
}

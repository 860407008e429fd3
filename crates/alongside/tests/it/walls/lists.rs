//! What people can list is exactly what they can open, for people with posts at random.

use std::collections::BTreeSet;

use access::{Post, Role, accounts};
use district::{HARBOUR_VIEW, OAKFIELD};
use foundation::{Context, OrgRef, Sql as _};
use jiff::civil::date;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sea_orm::FromQueryResult;

use super::{
    paths::{self, path_of, route_of},
    world::{Side, World, signed_in},
};

/// Lists, the pages of their items, and the table that holds every item there is.
const LISTS: [(&str, &str, &str); 7] = [
    ("/audits", "/audits/{id}", "audit"),
    ("/requests", "/requests/{id}", "support_request"),
    ("/agreements", "/agreements/{id}", "agreement"),
    ("/cadre", "/cadre/{id}", "designation"),
    ("/plans", "/plans/{id}", "improvement_plan"),
    ("/visits", "/visits/{id}", "visit"),
    ("/practices", "/practices/{id}", "practice"),
];

#[derive(FromQueryResult)]
struct Row {
    id: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_equal_items_for_posts_at_random() {
    let world = World::open().await;
    let routes = paths::routes(&world).await;
    let mut orgs: Vec<OrgRef> =
        vec![OrgRef::School(HARBOUR_VIEW), OrgRef::School(OAKFIELD), OrgRef::School(999_104)];
    for person in &world.people.0 {
        let posts = accounts::posts(&world.app.db, &world.app.clock, person.account).await.unwrap();
        orgs.extend(posts.into_iter().map(|post| post.org));
    }
    orgs.sort();
    orgs.dedup();
    let mut items: Vec<(usize, String)> = Vec::new();
    for (list, (_, pattern, table)) in LISTS.iter().enumerate() {
        let rows: Vec<Row> =
            world.app.db.all(&format!("SELECT id FROM {table} ORDER BY id"), []).await.unwrap();
        assert!(!rows.is_empty(), "the world has no {table}");
        items.extend(rows.into_iter().map(|row| (list, pattern.replace("{id}", &row.id))));
    }
    let mut chance = StdRng::seed_from_u64(20_270_331);
    let context = Context::system("test", world.app.clock.now());
    let mut wrong = Vec::new();
    let mut opened_at_all = 0;
    for nth in 0..40 {
        let posts: Vec<Post> = (0..chance.random_range(1..=3))
            .map(|_| {
                let org = orgs[chance.random_range(0..orgs.len())];
                // Roles as the kind of organisation has them.
                let roles: &[Role] = match org {
                    OrgRef::School(_) => &[Role::Head, Role::Staff, Role::Governor],
                    OrgRef::Trust(_) => &[Role::TrustExecutive],
                    OrgRef::Authority(_) => &[Role::Commissioner, Role::Operator],
                    _ => &[Role::Broker, Role::Convenor, Role::Partner, Role::Administrator],
                };
                let role = roles[chance.random_range(0..roles.len())];
                Post::new(org, role, role.key())
            })
            .collect();
        let app = &world.app;
        let name = format!("Chance {nth}");
        let email = format!("chance.{nth}@example.org");
        let tx = app.db.write().await.unwrap();
        let account = accounts::open(&tx, &app.ids, &context, &email, &name).await.unwrap();
        for post in &posts {
            accounts::appoint(&tx, &app.ids, &context, account, post, date(2020, 9, 1))
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let who = signed_in(app, account, &name, Side::Other, None).await;
        for (list, (address, pattern, _)) in LISTS.iter().enumerate() {
            let page = world.get(Some(&who), address).await;
            let (links, _) = paths::read(&page.body, address, 0);
            let listed: BTreeSet<&str> = links
                .iter()
                .map(|link| path_of(link))
                .filter(|link| {
                    route_of(&routes, link).is_some_and(|(route, _)| route.pattern == *pattern)
                })
                .collect();
            let mut open = BTreeSet::new();
            for (_, item) in items.iter().filter(|(of, _)| *of == list) {
                if world.get(Some(&who), item).await.status == 200 {
                    open.insert(item.as_str());
                }
            }
            opened_at_all += open.len();
            for item in listed.symmetric_difference(&open) {
                let how = if open.contains(item) { "opens, not listed" } else { "listed, shut" };
                wrong.push(format!("{posts:?} on {address}: {how}: {item}"));
            }
        }
    }
    assert!(opened_at_all > 100, "the people of chance see next to nothing: {opened_at_all}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

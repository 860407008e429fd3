//! Everybody of one alliance tries every address and every form of the other. What they get is
//! what they would get where nothing is.

use std::collections::BTreeSet;

use access::Role;
use axum::http::Method;
use foundation::Sql as _;
use testkit::{Answer, Kind, Setup, both};

use super::{
    paths::{self, Route, Walk, ids, path_of, route_of},
    world::{Person, Side, World},
};

/// The same address, or the same form, about records that do not exist.
fn ghost(text: &str) -> String {
    let mut out = text.to_owned();
    for id in ids(text) {
        out = out.replace(id, &ghost_of(id));
    }
    out
}

/// Another identifier of the same length and kind.
fn ghost_of(id: &str) -> String {
    id.char_indices()
        .map(|(at, digit)| match (at > 23, digit) {
            (true, '0'..='8') => char::from(digit as u8 + 1),
            (true, '9') => '0',
            (true, 'a'..='e') => char::from(digit as u8 + 1),
            (true, 'f') => 'a',
            _ => digit,
        })
        .collect()
}

/// An answer without what differs by chance.
fn plain(answer: &Answer, id: &[&str]) -> (u16, String, String) {
    let mut body = answer.body.clone();
    let mut to = answer.location().to_owned();
    for one in id {
        body = body.replace(one, &ghost_of(one));
        to = to.replace(one, &ghost_of(one));
    }
    (answer.status.as_u16(), to, body)
}

/// Attackers against everything the victims met. Returns what was learnt.
async fn attack(
    world: &World,
    routes: &[Route],
    loot: &Walk,
    attackers: &[&Person],
    secrets: &BTreeSet<String>,
) -> (usize, Vec<String>) {
    let mut learnt = Vec::new();
    let mut tried = 0;
    // The installation's own pages belong to administrators of either alliance.
    let shared = ["/people", "/imports", "/record", "/retention", "/break-glass", "/partnerships"];
    let skip = |url: &str, who: &Person| {
        let admin = who.role.as_deref() == Some(Role::Administrator.key());
        admin && shared.iter().any(|start| url.starts_with(start))
    };
    for who in attackers {
        for url in loot.pages.keys().filter(|url| !ids(url).is_empty() && !skip(url, who)) {
            tried += 1;
            let real = world.get(Some(who), url).await;
            let none = world.get(Some(who), &ghost(url)).await;
            if plain(&real, &ids(url)) != plain(&none, &[]) {
                learnt.push(format!(
                    "{} opens {url}: {} ({} bytes), where nothing is: {} ({} bytes)",
                    who.name,
                    real.status,
                    real.body.len(),
                    none.status,
                    none.body.len()
                ));
            }
        }
        for form in &loot.forms {
            let in_fields = form.fields.iter().any(|(_, _, value)| secrets.contains(value));
            if form.upload
                || skip(&form.action, who)
                || (ids(&form.action).is_empty() && !in_fields)
            {
                continue;
            }
            tried += 1;
            let sent = form.pairs();
            let real =
                world.send(Some(who), Method::POST, path_of(&form.action), Some(&sent)).await;
            let pairs: Vec<_> =
                sent.into_iter().map(|(name, value)| (name, ghost(&value))).collect();
            let action = ghost(path_of(&form.action));
            let none = world.send(Some(who), Method::POST, &action, Some(&pairs)).await;
            let mut known = ids(&form.action);
            known.extend(form.fields.iter().map(|f| f.2.as_str()).filter(|v| paths::is_id(v)));
            if plain(&real, &known) != plain(&none, &[]) || real.status == 200 {
                learnt.push(format!(
                    "{} sends {} from {}: {}, where nothing is: {}",
                    who.name, form.action, form.page, real.status, none.status
                ));
            }
        }
        // What they can open of their own names nothing of the others.
        for route in routes.iter().filter(|route| !route.pattern.contains('{')) {
            if !route.methods.contains(&"GET".to_owned()) || skip(&route.pattern, who) {
                continue;
            }
            tried += 1;
            let page = world.get(Some(who), &route.pattern).await;
            for secret in secrets.iter().filter(|secret| page.body.contains(secret.as_str())) {
                learnt.push(format!("{} reads {secret} on {}", who.name, route.pattern));
            }
        }
    }
    (tried, learnt)
}

/// The identifiers of everything that is not for anybody.
async fn secrets(world: &World, walk: &Walk, routes: &[Route]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for url in walk.pages.keys() {
        let open = world.get(None, url).await.status == 200;
        let account = route_of(routes, path_of(url))
            .is_some_and(|(route, _)| route.pattern.starts_with("/people"));
        if !open && !account {
            found.extend(ids(url).into_iter().map(str::to_owned));
        }
    }
    found
}

async fn hold(world: &World) {
    let routes = paths::routes(world).await;
    let people = &world.people;
    let roles = |side: Side| Role::ALL.map(|role| people.who(role, side).expect("a person"));
    let ours: Vec<&Person> = people.of(&[Side::Story]).collect();
    let theirs: Vec<&Person> = roles(Side::Other)
        .into_iter()
        .filter(|p| p.role.as_deref() != Some("administrator"))
        .collect();
    let tideway = paths::walk(world, &routes, &ours).await;
    let elsewhere = paths::walk(world, &routes, &theirs).await;
    let known = secrets(world, &tideway, &routes).await;
    let other = secrets(world, &elsewhere, &routes).await;
    assert!(known.len() > 40 && other.len() >= 3, "{} and {} records", known.len(), other.len());
    // A body that answers for schools of both alliances meets records of both: those are nobody's
    // secret from either.
    let ours_alone: BTreeSet<String> = known.difference(&other).cloned().collect();
    let theirs_alone: BTreeSet<String> = other.difference(&known).cloned().collect();
    assert!(theirs_alone.len() >= 2, "{theirs_alone:?}");
    // The records of one walk are those that the other did not meet.
    let only = |walk: &Walk, mine: &BTreeSet<String>, theirs: &BTreeSet<String>| {
        let mut walk = walk.clone();
        let of_mine = |url: &str| {
            ids(url).iter().any(|id| mine.contains(*id))
                && !ids(url).iter().any(|id| theirs.contains(*id))
        };
        walk.pages.retain(|url, _| of_mine(url));
        walk.forms.retain(|form| {
            of_mine(&form.action) || form.fields.iter().any(|f| mine.contains(&f.2))
        });
        walk
    };
    let before = world.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
    let mut everything = Vec::new();
    let mut tries = 0;
    let ours = only(&tideway, &known, &other);
    assert!(ours.pages.len() > 60 && ours.forms.len() > 20, "{} pages", ours.pages.len());
    let (tried, learnt) = attack(world, &routes, &ours, &roles(Side::Other), &ours_alone).await;
    tries += tried;
    everything.extend(learnt);
    let own = only(&elsewhere, &other, &known);
    assert!(own.pages.len() > 5, "{:?}", own.pages);
    let (tried, learnt) = attack(world, &routes, &own, &roles(Side::Own), &theirs_alone).await;
    tries += tried;
    everything.extend(learnt);
    assert!(everything.is_empty(), "{} of {tries}:\n{}", everything.len(), everything.join("\n"));
    let after = world.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
    assert_eq!(before, after, "an attack left a trace of an act");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_alliance_learns_nothing() {
    hold(&World::open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_alliance_learns_nothing_on_postgresql() {
    let rooms =
        [register::MIGRATIONS, needs::MIGRATIONS, brokerage::MIGRATIONS, support::MIGRATIONS];
    let mut setup = Setup::new(&rooms, axum::Router::new);
    setup.migrations = alongside::routes::migrations();
    both(&setup, async |t| {
        if t.kind == Kind::Postgres {
            hold(&World::over(t.app.db.clone()).await).await;
        }
    })
    .await;
}

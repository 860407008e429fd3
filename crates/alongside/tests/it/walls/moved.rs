//! Whoever moved on gets nothing of the old place from that day: not on a page, in a list, a download, a
//! calendar or a letter, neither by an address they kept nor in a session they left open.

use std::collections::BTreeSet;

use access::{Permit, Post, Role, accounts, leaving, partnerships, sharing};
use alongside::{routes, week};
use axum::http::Method;
use district::HARBOUR_VIEW;
use foundation::{Context, OrgRef, Sql as _, jobs};
use jiff::{SignedDuration, civil::date};
use sea_orm::FromQueryResult;
use testkit::{Kind, Setup, both};

use super::{
    paths::{self, Route, path_of},
    world::{Person, Side, World, signed_in},
};

const OLD: OrgRef = OrgRef::School(HARBOUR_VIEW);

/// Not what belongs to everybody, or to the reader: their account, and what they looked at themselves.
fn is_of_others(url: &str) -> bool {
    let open = [
        "/account",
        "/access-log",
        "/schools",
        "/trusts",
        "/areas",
        "/regions",
        "/assets",
        "/practices",
    ];
    !open.iter().any(|start| path_of(url).starts_with(start))
}

/// The private records that somebody opens when they follow every link.
async fn opens(world: &World, routes: &[Route], who: &Person) -> Vec<String> {
    let walk = paths::walk(world, routes, &[who]).await;
    let mut found: Vec<String> = walk.order;
    found.retain(|url| is_of_others(url) && !paths::ids(url).is_empty());
    found
}

/// Lists, downloads and front pages: whatever has no identifier in its address.
fn fronts(routes: &[Route]) -> Vec<String> {
    routes
        .iter()
        .filter(|route| !route.pattern.contains('{') && route.methods.contains(&"GET".to_owned()))
        .map(|route| route.pattern.clone())
        .filter(|url| is_of_others(url))
        .collect()
}

/// Fails where any of the records opens for somebody, or a list, a download or a front page leads to
/// one of them or says one of these words.
async fn nothing_of(world: &World, routes: &[Route], who: &Person, old: &[String], words: &[&str]) {
    for (url, answer) in old.iter().zip(world.open_all(who, old).await) {
        assert_ne!(answer.status, 200, "{} still opens {url}", who.name);
        for word in words {
            assert!(!answer.body.contains(word), "{} reads “{word}” at {url}", who.name);
        }
    }
    let kept: BTreeSet<&str> = old.iter().map(|url| path_of(url)).collect();
    let fronts = fronts(routes);
    for (url, answer) in fronts.iter().zip(world.open_all(who, &fronts).await) {
        assert!(answer.status.as_u16() < 500, "{url} fails");
        for word in words {
            assert!(!answer.body.contains(word), "{} reads “{word}” at {url}", who.name);
        }
        for link in paths::links(&answer.body) {
            assert!(!kept.contains(path_of(&link)), "{url} leads {} to {link}", who.name);
        }
    }
}

/// Makes a calendar address for somebody.
async fn calendar(world: &World, who: &Person) -> String {
    let permit = Permit::system("test", world.app.clock.now());
    week::feed::make(&world.app, &permit, who.account).await.unwrap()
}

/// What goes out: the calendar behind an address, and this week's letters to somebody.
async fn goes_out(world: &World, who: &Person, token: &str) -> (String, String) {
    let app = &world.app;
    let feed = week::feed::read(app, token).await.unwrap_or_default();
    let _ = app.post.collect();
    jobs::drain(app, &routes::handlers()).await.unwrap();
    let _ = app.post.collect();
    week::digest::round(app).await.unwrap();
    jobs::drain(app, &routes::handlers()).await.unwrap();
    let email = accounts::get(&app.db, who.account).await.unwrap().unwrap().email;
    let letters = app.post.collect().into_iter().filter(|letter| letter.recipient == email);
    (feed, letters.map(|letter| letter.body).collect())
}

/// The next first school day of a week, in the morning.
fn next_week(world: &World) {
    let calendar = support::calendar::calendar();
    loop {
        assert!(world.app.clock.advance(SignedDuration::from_hours(24)));
        let today = world.app.clock.today();
        if calendar.first_of_week(today) == Some(today) {
            break;
        }
    }
}

/// Ends somebody's only post at the old school with today.
async fn leaves(world: &World, who: &Person) {
    let app = &world.app;
    let permit = Permit::system("test", app.clock.now());
    let held = accounts::held(&app.db, Some(who.account)).await.unwrap();
    let post = held.iter().find(|held| held.org == OLD).expect("a post there");
    leaving::end_post(app, &permit, &post.id, app.clock.today(), &routes::duties()).await.unwrap();
}

async fn appoint(world: &World, who: &Person, post: Post) {
    let app = &world.app;
    let context = Context::system("test", app.clock.now());
    let tx = app.db.write().await.unwrap();
    accounts::appoint(&tx, &app.ids, &context, who.account, &post, date(2020, 9, 1)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn again(world: &World, who: &Person) -> Person {
    signed_in(&world.app, who.account, &who.name, who.side, None).await
}

/// Two people leave: one altogether, one to another school.
async fn posts_that_ended(world: &World, routes: &[Route]) {
    let head = &again(world, world.people.who(Role::Head, Side::Own).unwrap()).await;
    let old = opens(world, routes, head).await;
    for start in ["/audits/", "/agreements/", "/plans/", "/visits/", "/requests/"] {
        assert!(old.iter().any(|url| url.starts_with(start)), "a head opens no {start}");
    }
    let token = calendar(world, head).await;
    let (feed, _) = goes_out(world, head, &token).await;
    assert!(feed.contains("BEGIN:VEVENT"), "a head has days ahead: {feed}");
    // A governor of the same school becomes the head of another one.
    let other = &again(world, world.people.who(Role::Governor, Side::Own).unwrap()).await;
    let new_home = accounts::held(
        &world.app.db,
        Some(world.people.who(Role::Head, Side::Other).unwrap().account),
    )
    .await
    .unwrap()[0]
        .org;
    let before = opens(world, routes, other).await;
    let moved_token = calendar(world, other).await;
    appoint(world, other, Post::new(new_home, Role::Head, "Headteacher")).await;
    leaves(world, head).await;
    leaves(world, other).await;
    next_week(world);
    // The session that was open is over, whatever it asks for.
    for url in old.iter().take(20) {
        let answer = world.get(Some(head), url).await;
        assert_ne!(answer.status, 200, "the open session still opens {url}");
    }
    let gone = again(world, head).await;
    nothing_of(world, routes, &gone, &old, &["Harbour View"]).await;
    let (feed, letters) = goes_out(world, &gone, &token).await;
    assert!(!feed.contains("BEGIN:VEVENT"), "the calendar still tells days: {feed}");
    assert!(letters.is_empty(), "a letter to somebody without a post: {letters}");
    // Whoever went elsewhere reads what is there and nothing of the old place.
    let there = again(world, other).await;
    let shared: BTreeSet<String> = opens(world, routes, &there).await.into_iter().collect();
    let twin = world.people.who(Role::Head, Side::Other).unwrap();
    let theirs = again(world, twin).await;
    let old: Vec<String> = before;
    let twins = world.open_all(&theirs, &old).await;
    let gone: Vec<String> = old
        .iter()
        .zip(&twins)
        .filter(|(_, answer)| answer.status != 200)
        .map(|(url, _)| url.clone())
        .collect();
    assert!(gone.len() > 3, "the old place had something of its own: {gone:?}");
    nothing_of(world, routes, &there, &gone, &["Harbour View"]).await;
    assert!(shared.iter().any(|url| url.starts_with("/audits/")), "the new school’s audit opens");
    let (feed, letters) = goes_out(world, &there, &moved_token).await;
    for url in &gone {
        assert!(!feed.contains(path_of(url)), "the calendar leads to {url}");
        assert!(!letters.contains(path_of(url)), "a letter leads to {url}");
    }
    assert!(!letters.contains("Harbour View"), "{letters}");
}

/// The school’s own records, of those somebody opens.
async fn of_the_school(world: &World, routes: &[Route], who: &Person) -> Vec<String> {
    let mut old = opens(world, routes, who).await;
    let staying = world.people.who(Role::Governor, Side::Own).unwrap();
    let head = world.people.named("Priya");
    let mut own: BTreeSet<String> = BTreeSet::new();
    for reader in [head, staying] {
        own.extend(opens(world, routes, reader).await);
    }
    old.retain(|url| {
        let starts = ["/audits/", "/plans/", "/requests/"];
        own.contains(url) && starts.iter().any(|start| url.starts_with(start))
    });
    old
}

/// The school joins a trust and leaves it for another.
async fn a_school_that_changed_its_trust(world: &World, routes: &[Route]) {
    let trust = async |uid: i64| {
        let sql = "UPDATE school SET trust = $2 WHERE urn = $1";
        world.app.db.run(sql, [i64::from(HARBOUR_VIEW).into(), uid.into()]).await.unwrap();
    };
    let uid_of = async |who: &Person| {
        let posts = accounts::posts(&world.app.db, &world.app.clock, who.account).await.unwrap();
        posts.iter().find_map(|post| match post.org {
            OrgRef::Trust(uid) => Some(i64::from(uid)),
            _ => None,
        })
    };
    let executive = again(world, world.people.who(Role::TrustExecutive, Side::Own).unwrap()).await;
    let new = again(world, world.people.who(Role::TrustExecutive, Side::Other).unwrap()).await;
    trust(uid_of(&executive).await.unwrap()).await;
    let old = of_the_school(world, routes, &executive).await;
    assert!(old.iter().any(|url| url.starts_with("/audits/")), "a trust reads its school’s audit");
    let token = calendar(world, &executive).await;
    trust(uid_of(&new).await.unwrap()).await;
    nothing_of(world, routes, &executive, &old, &[]).await;
    let (feed, letters) = goes_out(world, &executive, &token).await;
    for url in &old {
        assert!(!feed.contains(path_of(url)) && !letters.contains(path_of(url)), "{url} goes out");
    }
    let audit = old.iter().find(|url| url.starts_with("/audits/")).unwrap();
    let _ = world.get(Some(&new), audit).await.expect(200);
}

/// The school takes back what it shared with its authority.
async fn a_share_that_was_taken_back(world: &World, routes: &[Route]) {
    let app = &world.app;
    let officer = again(world, world.people.who(Role::Commissioner, Side::Own).unwrap()).await;
    let head = again(world, world.people.named("Priya")).await;
    app.db
        .run("UPDATE school SET trust = NULL WHERE urn = $1", [i64::from(HARBOUR_VIEW).into()])
        .await
        .unwrap();
    let old = of_the_school(world, routes, &officer).await;
    assert!(
        old.iter().any(|url| url.starts_with("/audits/")),
        "the authority reads what is shared"
    );
    for share in sharing::of(&app.db, OLD).await.unwrap() {
        let form: &[(String, String)] = &[];
        let path = format!("/sharing/{}/revoke", share.id);
        let _ = world.send(Some(&head), Method::POST, &path, Some(form)).await;
    }
    nothing_of(world, routes, &officer, &old, &[]).await;
}

#[derive(FromQueryResult)]
struct Sent {
    id: String,
}

/// The school leaves its partnership.
async fn a_partnership_that_ended(world: &World, routes: &[Route]) {
    let app = &world.app;
    let broker = again(world, world.people.who(Role::Broker, Side::Own).unwrap()).await;
    let posts = accounts::posts(&app.db, &app.clock, broker.account).await.unwrap();
    let alliance = posts[0].org;
    // What is linked with an agreement that runs through the partnership, and what was proposed to
    // another member, goes on with it.
    let mut old = of_the_school(world, routes, &broker).await;
    old.retain(|url| !url.starts_with("/plans/") && !url.contains("/proposal/"));
    assert!(old.iter().any(|url| url.starts_with("/requests/")), "a broker reads its requests");
    let sent = "SELECT id FROM support_request WHERE org = $1 AND state <> 'draft'";
    let sent: Vec<Sent> = app.db.all(sent, [OLD.into()]).await.unwrap();
    old.extend(sent.iter().map(|request| format!("/desk/{}", request.id)));
    let desk = old.last().unwrap();
    let _ = world.get(Some(&broker), desk).await.expect(200);
    let token = calendar(world, &broker).await;
    let permit = Permit::system("test", app.clock.now());
    let tx = app.db.write().await.unwrap();
    partnerships::leave(&tx, permit.context(), alliance, OLD, app.clock.today()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(app.clock.advance(SignedDuration::from_hours(24)));
    let broker = again(world, &broker).await;
    nothing_of(world, routes, &broker, &old, &[]).await;
    next_week(world);
    let (feed, letters) = goes_out(world, &broker, &token).await;
    for url in &old {
        assert!(!feed.contains(path_of(url)) && !letters.contains(path_of(url)), "{url} goes out");
    }
}

async fn all(world: &World) {
    let routes = paths::routes(world).await;
    a_school_that_changed_its_trust(world, &routes).await;
    a_share_that_was_taken_back(world, &routes).await;
    a_partnership_that_ended(world, &routes).await;
    posts_that_ended(world, &routes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_moved_gets_nothing_of_the_old_place() {
    all(&World::open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_moved_gets_nothing_of_the_old_place_on_postgresql() {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = routes::migrations();
    both(&setup, async |t| {
        if t.kind == Kind::Postgres {
            all(&World::over(t.app.db.clone()).await).await;
        }
    })
    .await;
}

//! Wherever the product leads somebody, they may go: offers, ledgers, downloads, search, the calendar
//! they subscribed to, and what the front page asks of them.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _},
};

use access::{Action, Permit, Visitor, decide};
use alongside::{routes, week};
use brokerage::offers;
use foundation::{OrgRef, Sql as _};
use rand::{SeedableRng as _, rngs::StdRng};
use sea_orm::FromQueryResult;
use serde_json::Value;
use testkit::{Kind, Setup, both};

use super::{
    lists::{orgs, somebody},
    paths::{self, Route, path_of, route_of},
    world::{Person, Side, World},
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
}

async fn ids(world: &World, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = world.app.db.all(sql, []).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

/// What was held, so that the test cannot pass by looking at nothing.
#[derive(Default)]
struct Held {
    offers: usize,
    ledgers: usize,
    files: usize,
    hits: usize,
    days: usize,
    asks: usize,
}

async fn visitor(world: &World, who: &Person) -> Visitor {
    Visitor::load(&world.app, who.account, who.name.clone()).await.unwrap()
}

/// The page of offers shows those that the question about an offer lets somebody read, and no other.
async fn offers_shown(world: &World, who: &Person, held: &mut Held, wrong: &mut Vec<String>) {
    let reader = visitor(world, who).await;
    let page = world.get(Some(who), "/offers").await;
    for id in ids(world, "SELECT id FROM offer WHERE state = 'open' ORDER BY id").await {
        let offer = offers::offer(&world.app.db, id.parse().unwrap()).await.unwrap().unwrap();
        let may = decide(&reader, Action::Read, &offer.resource()).allowed;
        let shown = page.body.contains(&offer.what.title);
        held.offers += usize::from(shown);
        if may != shown {
            wrong.push(format!("{}: offer “{}”: {may}, {shown}", who.name, offer.what.title));
        }
    }
}

/// How many rows a table has in a form.
fn rows_of(ending: &str, body: &str) -> usize {
    if ending == "json" {
        let data: Value = serde_json::from_str(body).expect("JSON");
        return data["rows"].as_array().expect("rows").len();
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body.as_bytes());
    // Notes stand below the table, after a line of their own.
    reader.records().map_while(Result::ok).take_while(|row| row.len() > 1).count()
}

/// How many rows a workbook has: without the line of names and the notes below, which the same table
/// as data tells.
fn rows_of_book(book: &[u8], json: &str) -> usize {
    let mut book = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook");
    let mut sheet = String::new();
    let mut file = book.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
    file.read_to_string(&mut sheet).expect("text");
    let data: Value = serde_json::from_str(json).expect("JSON");
    let notes = data["notes"].as_array().map_or(0, Vec::len);
    sheet.matches("<row ").count().saturating_sub(1 + notes)
}

/// Whoever opens an agreement gets the whole ledger of it as a file: the same rows in every form.
async fn ledgers(world: &World, who: &Person, held: &mut Held, wrong: &mut Vec<String>) {
    for id in ids(world, "SELECT id FROM agreement ORDER BY id").await {
        let page = format!("/agreements/{id}/time");
        let opens = world.get(Some(who), &page).await.status == 200;
        let file = world.get(Some(who), &format!("{page}.json")).await;
        if opens != (file.status == 200) {
            wrong.push(format!("{}: {page}: {opens}, its file {}", who.name, file.status));
        }
        if file.status != 200 {
            continue;
        }
        held.ledgers += 1;
        let sql = "SELECT count(*) AS n FROM time_entry WHERE agreement = $1";
        let all = world.app.db.count(sql, [id.clone().into()]).await.unwrap();
        let rows = rows_of("json", &file.body);
        if i64::try_from(rows).unwrap() != all {
            wrong.push(format!("{}: {page}.json has {rows} rows of {all}", who.name));
        }
    }
}

/// Files without an identifier in their address hold the same rows in each form, and lead only to
/// what opens.
async fn files(
    world: &World,
    routes: &[Route],
    who: &Person,
    held: &mut Held,
    wrong: &mut Vec<String>,
) {
    for route in routes {
        let Some(start) = route.pattern.strip_suffix(".json") else { continue };
        if start.contains('{') || start.starts_with("/account") {
            continue;
        }
        let json = world.get(Some(who), &route.pattern).await;
        let csv = world.get(Some(who), &format!("{start}.csv")).await;
        if json.status != csv.status {
            wrong.push(format!("{}: {start}: {} and {}", who.name, json.status, csv.status));
        }
        if json.status != 200 {
            continue;
        }
        held.files += 1;
        let (ours, theirs) = (rows_of("json", &json.body), rows_of("csv", &csv.body));
        let book = world.get(Some(who), &format!("{start}.xlsx")).await;
        let booked = rows_of_book(&book.bytes, &json.body);
        if ours != theirs || ours != booked {
            wrong.push(format!("{}: {start}: {ours}, {theirs} and {booked} rows", who.name));
        }
        let url = world.app.config.public_url();
        let led: Vec<String> = json
            .body
            .split('"')
            .map(|part| part.strip_prefix(&url).unwrap_or(part))
            .filter(|part| part.starts_with('/') && !paths::ids(part).is_empty())
            .map(str::to_owned)
            .collect();
        for (link, answer) in led.iter().zip(world.open_all(who, &led).await) {
            if answer.status != 200 {
                wrong.push(format!("{}: {start} leads to {link}: {}", who.name, answer.status));
            }
        }
    }
}

/// Whatever a search finds opens.
async fn found(world: &World, who: &Person, held: &mut Held, wrong: &mut Vec<String>) {
    for query in ["harbour", "oak", "primary", "999101"] {
        let page = world.get(Some(who), &format!("/schools?q={query}")).await.expect(200);
        let hits: BTreeSet<String> = paths::links(&page.body)
            .into_iter()
            .filter(|link| ["/schools/", "/trusts/", "/areas/"].iter().any(|s| link.starts_with(s)))
            .filter(|link| !link.starts_with("/schools/download"))
            .take(12)
            .collect();
        let hits: Vec<String> = hits.into_iter().collect();
        held.hits += hits.len();
        for (link, answer) in hits.iter().zip(world.open_all(who, &hits).await) {
            if answer.status != 200 {
                wrong.push(format!("{}: “{query}” finds {link}: {}", who.name, answer.status));
            }
        }
    }
}

/// Every day in somebody's calendar leads to a page that opens for them, and names nobody.
async fn calendar(world: &World, who: &Person, held: &mut Held, wrong: &mut Vec<String>) {
    let permit = Permit::system("test", world.app.clock.now());
    let token = week::feed::make(&world.app, &permit, who.account).await.unwrap();
    // Long lines are folded: what follows begins with a blank.
    let feed = week::feed::read(&world.app, &token).await.unwrap().replace("\r\n ", "");
    let url = world.app.config.public_url();
    let links: Vec<String> = feed
        .lines()
        .filter_map(|line| line.strip_prefix("URL:")?.strip_prefix(&*url))
        .map(|link| link.trim().to_owned())
        .collect();
    held.days += links.len();
    for (link, answer) in links.iter().zip(world.open_all(who, &links).await) {
        if answer.status != 200 {
            wrong.push(format!("{}: the calendar leads to {link}: {}", who.name, answer.status));
        }
    }
    for name in ["Harbour View", "Oakfield", "Priya", "Daniel", "Elsewhere"] {
        if feed.contains(name) {
            wrong.push(format!("{}: the calendar says “{name}”", who.name));
        }
    }
}

/// Whether a page lets its reader do something to what it is about.
fn lets_act(body: &str, path: &str) -> bool {
    let (_, forms) = paths::read(body, path, 0);
    forms.iter().any(|form| !["/sign-out", "/schools"].contains(&path_of(&form.action)))
}

/// Whatever the front page expects of somebody opens, and there is something to do: on the page itself
/// or one step on.
async fn asks(
    world: &World,
    routes: &[Route],
    who: &Person,
    held: &mut Held,
    wrong: &mut Vec<String>,
) {
    let reader = visitor(world, who).await;
    let expected = week::of(&world.app, &reader).await.unwrap();
    let expected: Vec<(String, String)> =
        expected.expected().map(|item| (item.href.clone(), item.text.clone())).collect();
    for (href, text) in expected {
        held.asks += 1;
        let page = world.get(Some(who), &href).await;
        if page.status != 200 {
            wrong.push(format!("{}: “{text}” leads to {href}: {}", who.name, page.status));
            continue;
        }
        if lets_act(&page.body, path_of(&href)) {
            continue;
        }
        let next: BTreeSet<String> = paths::links(&page.body)
            .into_iter()
            .filter(|link| {
                !paths::ids(link).is_empty() && route_of(routes, path_of(link)).is_some()
            })
            .collect();
        let next: Vec<String> = next.into_iter().collect();
        let answers = world.open_all(who, &next).await;
        let acts = next
            .iter()
            .zip(&answers)
            .any(|(link, answer)| answer.status == 200 && lets_act(&answer.body, path_of(link)));
        // What is to be read is done by reading it; where nobody can help yet, the page says what
        // stands in the way and what would help.
        let told = text.contains("esults") || page.body.contains("what stands in the way");
        if !acts && !told {
            wrong.push(format!("{}: “{text}”: nothing to do at {href}", who.name));
        }
    }
}

async fn hold(world: &World, seed: u64, people: usize) {
    let routes = paths::routes(world).await;
    let orgs: Vec<OrgRef> = orgs(world).await;
    let mut chance = StdRng::seed_from_u64(seed);
    let (mut wrong, mut held) = (Vec::new(), Held::default());
    let mut everybody: Vec<Person> = world.people.of(&[Side::Story]).cloned().collect();
    for nth in 0..people {
        everybody.push(somebody(world, &mut chance, &orgs, nth).await);
    }
    for who in &everybody {
        offers_shown(world, who, &mut held, &mut wrong).await;
        ledgers(world, who, &mut held, &mut wrong).await;
        files(world, &routes, who, &mut held, &mut wrong).await;
        calendar(world, who, &mut held, &mut wrong).await;
        asks(world, &routes, who, &mut held, &mut wrong).await;
    }
    found(world, &everybody[0], &mut held, &mut wrong).await;
    for (what, count) in [
        ("offers", held.offers),
        ("ledgers", held.ledgers),
        ("files", held.files),
        ("hits", held.hits),
        ("days", held.days),
        ("asks", held.asks),
    ] {
        assert!(count > 10, "these people see next to no {what}: {count}");
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_may_go_wherever_they_are_led() {
    hold(&World::open().await, 20_270_501, 25).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_may_go_wherever_they_are_led_on_postgresql() {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = routes::migrations();
    both(&setup, async |t| {
        if t.kind == Kind::Postgres {
            hold(&World::over(t.app.db.clone()).await, 20_270_502, 10).await;
        }
    })
    .await;
}

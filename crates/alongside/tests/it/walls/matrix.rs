//! The golden matrix: every route and method, for every role on every side, as a file people read.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use access::{Role, Zone};
use axum::http::Method;

use super::{
    paths::{self, Route, Walk, made_up, path_of, route_of},
    world::{Person, Side, World},
};

const SIDES: [(Side, &str); 3] =
    [(Side::Own, "own"), (Side::Party, "party"), (Side::Other, "other")];

/// What a page says about who can see it, as a zone.
fn zone(body: &str) -> Option<&'static str> {
    let at = body.find("extra-visibility")?;
    let words: String = body[at..].chars().take(2_000).collect();
    if words.contains("the leaders of ") || words.contains("both sides") {
        return Some("parties");
    }
    if words.contains("only you") {
        return Some("own");
    }
    Zone::ALL.into_iter().find(|zone| words.contains(&escaped(zone.in_words()))).map(Zone::key)
}

fn escaped(words: &str) -> String {
    words.replace('\'', "&#39;")
}

/// The answer in a word.
fn word(answer: &testkit::Answer) -> String {
    match answer.status.as_u16() {
        303 if answer.location().starts_with("/sign-in?") => "in".to_owned(),
        303 => "done".to_owned(),
        other => other.to_string(),
    }
}

/// Answers that come before anything was done.
fn harmless(word: &str) -> bool {
    matches!(word, "in" | "400" | "403" | "404" | "405" | "422" | "200")
}

/// One address for each route: the one whose records the people of Harbour View met first.
fn chosen<'a>(routes: &'a [Route], walk: &'a Walk) -> BTreeMap<&'a str, String> {
    let addresses = walk.order.iter().cloned().chain(walk.forms.iter().map(|f| f.action.clone()));
    let mut known: Vec<String> = Vec::new();
    let mut best: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for url in addresses {
        let Some((route, _)) = route_of(routes, path_of(&url)) else { continue };
        let ids = paths::ids(&url);
        let strange = ids.iter().filter(|id| !known.iter().any(|k| k == *id)).count();
        let entry = best.entry(route.pattern.as_str()).or_insert((usize::MAX, String::new()));
        // Records met before tie the addresses of one story together.
        if entry.0 == usize::MAX || strange < entry.0 {
            *entry = (strange, url.clone());
        }
        if known.len() < 40 {
            known.extend(ids.into_iter().map(str::to_owned));
        }
    }
    best.into_iter().map(|(pattern, (_, url))| (pattern, url)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_role_as_it_was_reviewed() {
    let mut world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = ["Priya", "Daniel", "Marcus"]
        .into_iter()
        .map(|name| people.named(name))
        .chain(people.of(&[Side::Story]))
        .chain(people.who(Role::Administrator, Side::Own))
        .chain(people.who(Role::Operator, Side::Own))
        .collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let chosen = chosen(&routes, &walk);
    let mut text = String::from(HEAD);
    for role in Role::ALL {
        let _ = write!(text, " {} |", role.key());
    }
    text += "\n|---|---|---|---|";
    text += &"---|".repeat(Role::ALL.len() + 1);
    text.push('\n');
    for route in routes.iter().filter(|route| !route.pattern.starts_with("/assets/")) {
        let (url, met) = match chosen.get(route.pattern.as_str()) {
            Some(url) => (url.clone(), ""),
            None if !route.pattern.contains('{') => (route.pattern.clone(), ""),
            None => (made_up(&route.pattern), " (nothing there)"),
        };
        let mut of = None;
        for method in &route.methods {
            let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
            for (side, name) in SIDES {
                let mut row = Vec::new();
                for who in std::iter::once(None).chain(Role::ALL.map(Some)) {
                    let person = who.map(|role| people.who(role, side).expect("a person"));
                    let posts = method != "GET";
                    let form = posts.then_some(&[][..]);
                    let method: Method = method.parse().expect("a method");
                    let target = if posts { path_of(&url) } else { &url };
                    let mut answer = world.send(person, method.clone(), target, form).await;
                    if answer.status == 429 {
                        // Those before have used the limit up: this is about who may, not how often.
                        world.restore().await;
                        answer = world.send(person, method, target, form).await;
                    }
                    assert!(answer.status != 500, "{target} fails for {person:?}: {}", answer.body);
                    if of.is_none() && answer.status == 200 && !posts {
                        of = zone(&answer.body);
                    }
                    let word = word(&answer);
                    if posts && !harmless(&word) {
                        world.restore().await;
                    }
                    row.push(word);
                }
                rows.push((name, row));
            }
            let zone = of.unwrap_or("–");
            if rows.iter().all(|(_, row)| *row == rows[0].1) {
                rows = vec![("any", rows.swap_remove(0).1)];
            }
            for (side, row) in rows {
                let answers = row.join(" | ");
                let _ = writeln!(
                    text,
                    "| {method} {}{met} | {zone} | {side} | {answers} |",
                    route.pattern
                );
            }
        }
    }
    golden("docs/security/matrix.md", &text);
}

const HEAD: &str = "# Every route, every role, every side

Written and checked by the test `walls::matrix`: it reads the routes from the routers themselves,
asks each as everybody, and fails when an answer differs from this page or a new route has no line
here. Read the difference before you accept it with
`UPDATE_GOLDEN=1 cargo test -p alongside --test it walls::matrix`.

The record asked for belongs to Harbour View Primary in the demonstration's story and, where there is
another side, concerns Oakfield Primary. *own*: a post at Harbour View, its trust, its authority or its
alliance; *party*: the same at Oakfield, and another alliance it belongs to; *other*: at a school, an
authority and an alliance that have nothing to do with either; *any*: all three answer alike. People
hold the role and nothing else: nobody here is named on the record. Forms are sent empty.

Answers: 200 the page; *done* the act was carried out; *in* asked to sign in; 404 as if nothing were
there; 403 may read, not do this; 422 the form comes back with what is missing; 409 not in this state;
400 cannot be understood. “Nothing there”: the story has no such record, so a made-up one is asked for.

| Route | Zone | Side | nobody |";

/// Forms that everybody who is signed in, or anybody at all, may send: their words are the first
/// thing to be looked at.
const FOR_EVERYBODY: [(&str, &str); 3] = [
    ("/account/", "one's own account"),
    ("/journal/", "a journal of one's own"),
    ("/sign-in", "signing in"),
];

/// Whoever may not act is told so, and not what is missing in the form: an empty form of somebody
/// without the right is refused before its words are read. Read from the reviewed page, which the
/// test above holds to the product.
#[test]
fn whether_somebody_may_comes_before_what_they_wrote() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security/matrix.md");
    let page = std::fs::read_to_string(path).expect("the reviewed page");
    let mut lines: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for line in
        page.lines().filter(|line| line.starts_with("| GET ") || line.starts_with("| POST "))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (method, rest) = cells[0].split_once(' ').expect("a method");
        let pattern = rest.trim_end_matches(" (nothing there)");
        lines.insert((pattern, method, cells[2]), cells[3..].to_vec());
    }
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for ((pattern, _, side), answers) in
        lines.iter().filter(|((_, method, _), _)| *method == "POST")
    {
        if FOR_EVERYBODY.iter().any(|(start, _)| pattern.starts_with(start)) {
            continue;
        }
        // Somebody is refused: a form that every role on every side may fill in is for everybody.
        let sides = || lines.range((*pattern, "POST", "")..=(*pattern, "POST", "~"));
        if sides().all(|(_, row)| row[1..].iter().all(|answer| *answer == "422")) {
            wrong.push(format!("{pattern} asks nobody whether they may"));
        }
        // Who may not open the form may not send it either.
        let form = lines.get(&(*pattern, "GET", *side)).or(lines.get(&(*pattern, "GET", "any")));
        for (role, (sent, opened)) in answers.iter().zip(form.into_iter().flatten()).enumerate() {
            compared += 1;
            if *sent == "422" && *opened != "200" {
                wrong.push(format!("{pattern} ({side}, column {role}): {opened}, then 422"));
            }
        }
    }
    assert!(compared > 500, "only {compared} answers were compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares with a committed file; `UPDATE_GOLDEN=1` writes it instead.
pub(super) fn golden(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = kept.lines().zip(text.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == text,
        "{} differs from what the product answers, first here:\n  kept {}\n  now  {}\nRead the \
         difference, then run with UPDATE_GOLDEN=1",
        path.display(),
        differing.map_or("(shorter)", |pair| pair.0),
        differing.map_or("(longer)", |pair| pair.1),
    );
}

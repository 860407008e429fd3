//! The golden matrix: every route and method, for every role on every side, as a file people read.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use access::{Role, Zone};
use axum::http::Method;
use district::HARBOUR_VIEW;
use foundation::OrgRef;
use testkit::Answer;

use super::{
    paths::{self, Route, Walk, made_up, path_of, route_of},
    world::{People, Person, Side, World},
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
pub(super) fn word(answer: &Answer) -> String {
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

/// One address for each route: the one whose records the people of Harbour View met first. What was
/// made for the walls alone stands in where the story has nothing.
pub(super) fn chosen<'a>(
    routes: &'a [Route],
    walk: &'a Walk,
    people: &People,
) -> BTreeMap<&'a str, String> {
    let made = people.made();
    let is_made = |url: &str| paths::ids(url).iter().any(|id| made.contains(id));
    let all = || walk.order.iter().cloned().chain(walk.forms.iter().map(|f| f.action.clone()));
    let mut found = first(routes, all().filter(|url| !is_made(url)));
    for (pattern, url) in first(routes, all()) {
        found.entry(pattern).or_insert(url);
    }
    found
}

/// Counts for more than any number of identifiers in an address.
const ELSEWHERE: usize = 100;

fn first(routes: &[Route], addresses: impl Iterator<Item = String>) -> BTreeMap<&str, String> {
    let mut known: Vec<String> = Vec::new();
    let mut best: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    let own = OrgRef::School(HARBOUR_VIEW).to_string();
    let number = HARBOUR_VIEW.to_string();
    for url in addresses {
        let Some((route, _)) = route_of(routes, path_of(&url)) else { continue };
        let ids = paths::ids(&url);
        let strange = ids.iter().filter(|id| !known.iter().any(|k| k == *id)).count();
        // A page of a school is asked for Harbour View's, wherever somebody met it.
        let names_school = route.pattern.contains("{urn}") || route.pattern.contains("{org}");
        let elsewhere =
            names_school && !path_of(&url).split('/').any(|part| part == own || part == number);
        let strange = if elsewhere { strange + ELSEWHERE } else { strange };
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

/// The people whose walk finds the addresses.
pub(super) fn walkers(people: &People) -> Vec<&Person> {
    ["Priya", "Daniel", "Marcus"]
        .into_iter()
        .map(|name| people.named(name))
        .chain(people.of(&[Side::Story]))
        .chain(people.who(Role::Administrator, Side::Own))
        .chain(people.who(Role::Operator, Side::Own))
        .collect()
}

/// Nobody and every role, on one side after the other: the columns of the page, row by row.
pub(super) fn everybody(people: &People) -> Vec<Option<&Person>> {
    let columns = || std::iter::once(None).chain(Role::ALL.map(Some));
    let on = |side| {
        columns().map(move |role| role.map(|role| people.who(role, side).expect("a person")))
    };
    SIDES.into_iter().flat_map(|(side, _)| on(side)).collect()
}

/// What people are answered. Where somebody changes something, or there are too many at once, each
/// asks in turn, the world as it was.
pub(super) async fn answers(
    world: &mut World,
    who: &[Option<&Person>],
    method: &str,
    target: &str,
    form: Option<&[(String, String)]>,
) -> Vec<Answer> {
    let method: Method = method.parse().expect("a method");
    let together = world.by_all(who, &method, target, form).await;
    let fits = |answer: &Answer| {
        let quiet = form.is_none() || harmless(&word(answer));
        answer.status != 429 && quiet && answer.status != 500
    };
    if together.iter().all(fits) {
        return together;
    }
    world.restore().await;
    let mut one_by_one = Vec::new();
    for person in who {
        let mut answer = world.send(*person, method.clone(), target, form).await;
        if answer.status == 429 {
            // Those before have used the limit up: this is about who may, not how often.
            world.restore().await;
            answer = world.send(*person, method.clone(), target, form).await;
        }
        assert!(answer.status != 500, "{target} fails for {person:?}: {}", answer.body);
        if form.is_some() && !harmless(&word(&answer)) {
            world.restore().await;
        }
        one_by_one.push(answer);
    }
    one_by_one
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_role_as_it_was_reviewed() {
    let mut world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walk = paths::walk(&world, &routes, &walkers(&people)).await;
    let chosen = chosen(&routes, &walk, &people);
    let everybody = everybody(&people);
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
            let posts = method != "GET";
            let form = posts.then_some(&[][..]);
            let target = if posts { path_of(&url) } else { &url };
            let answers = answers(&mut world, &everybody, method, target, form).await;
            if of.is_none() && method == "GET" {
                of = answers.iter().filter(|a| a.status == 200).find_map(|a| zone(&a.body));
            }
            let words: Vec<String> = answers.iter().map(word).collect();
            let rows = SIDES.iter().zip(words.chunks(Role::ALL.len() + 1));
            let mut rows: Vec<(&str, &[String])> =
                rows.map(|((_, name), row)| (*name, row)).collect();
            let zone = of.unwrap_or("–");
            if rows.iter().all(|(_, row)| *row == rows[0].1) {
                rows = vec![("any", rows[0].1)];
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
another side, concerns Oakfield Primary; what the story has no need of, its people made for this page
through the product's own forms. *own*: a post at Harbour View, its trust, its authority or its alliance;
*party*: the same at Oakfield, and another alliance it belongs to; *other*: at a school, an authority and
an alliance that have nothing to do with either; *any*: all three answer alike. People hold the role and
nothing else: nobody here is named on the record. Forms are sent empty; whoever is refused here is sent
again with the form filled in as its page offers it: `filled.md` tells where the answer is another.

Answers: 200 the page; *done* the act was carried out; *in* asked to sign in; 404 as if nothing were
there; 403 may read, not do this; 422 the form comes back with what is missing; 409 not in this state;
400 cannot be understood.

“Nothing there”: a made-up record is asked for. A provider of identities would have to answer; the link to
a new e-mail address is known to its letter alone; a file that was read without a problem would have to
wait; the broker who accepts a request has begun to match it wherever somebody fits; and a letter asks for
a signature only where support runs already and nobody of that side has an account.

| Route | Zone | Side | nobody |";

/// Forms that everybody who is signed in, or anybody at all, may send: their words are the first
/// thing to be looked at.
const FOR_EVERYBODY: [(&str, &str); 5] = [
    ("/account/", "one's own account"),
    ("/journal/", "a journal of one's own"),
    ("/agreements/confirm/", "whoever holds the link of a letter"),
    ("/plans/answer/", "whoever holds the link of a letter"),
    ("/sign-in", "signing in"),
];

/// Pages with a form on them that are there to be read by more people than may send it.
const READ_TOO: [(&str, &str); 16] = [
    ("/agreements/{id}/story", "both sides, and whoever pays, read what is to be told"),
    ("/audits", "the list of audits"),
    ("/audits/{id}/sections/{area}", "a section is read where it is written"),
    ("/cadre/conduct", "the code of conduct is for everybody to read"),
    ("/goals/{id}", "a shared goal is read by every member"),
    ("/moderations/{id}", "the broker reads what the two schools may leave"),
    ("/offers", "the list of offers"),
    ("/partnerships/{id}/charter", "the charter is read by every member"),
    ("/partnerships/{id}/goals", "the list of shared goals"),
    ("/partnerships/{id}/pulse", "the pulses so far are read by every member"),
    ("/partnerships/{id}/thanks", "thanks are there to be read"),
    ("/pulses/{id}", "a pulse that came back is read by every member"),
    ("/requests", "the list of requests"),
    ("/requests/{id}/proposal/{proposal}", "a proposal is read where it is answered"),
    ("/requests/{id}/proposal/{proposal}/safeguards", "read by more than accept them"),
    ("/retention", "the schedule, which a data protection officer reads"),
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
            let read_too = READ_TOO.iter().any(|(known, _)| known == pattern);
            if *opened == "200" && matches!(*sent, "403" | "404") && !read_too {
                wrong.push(format!("{pattern} ({side}, column {role}): a form, then {sent}"));
            }
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

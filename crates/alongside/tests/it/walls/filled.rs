//! Forms go out as their pages offer them, filled in, from everybody who was refused with an empty one.
//! Where that is answered otherwise stands on a page that people read: one record of several is named
//! in the form alone, so that an empty one finds nothing.

use std::{collections::BTreeMap, collections::BTreeSet, fmt::Write as _, path::Path};

use super::{
    matrix::{answers, chosen, everybody, golden, walkers, word},
    paths::{self, path_of, route_of},
    world::{Person, World},
};

/// The reviewed answers to empty forms: by route, one word for each of [`everybody`].
fn reviewed() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security/matrix.md");
    let page = std::fs::read_to_string(path).expect("the reviewed page");
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| POST ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let pattern = cells[0].trim_start_matches("POST ").to_owned();
        let times = match cells[2] {
            "any" => 3,
            "own" | "party" | "other" => 1,
            _ => 0,
        };
        let row = rows.entry(pattern).or_default();
        for _ in 0..times {
            row.extend(cells[3..].iter().map(|&cell| cell.to_owned()));
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_does_not_depend_on_what_was_sent() {
    let mut world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walk = paths::walk(&world, &routes, &walkers(&people)).await;
    let chosen = chosen(&routes, &walk, &people);
    let reviewed = reviewed();
    let everybody = everybody(&people);
    let (mut forms, mut sent) = (0, 0);
    let mut other: BTreeSet<String> = BTreeSet::new();
    for (pattern, url) in &chosen {
        let Some(empty) = reviewed.get(*pattern) else { continue };
        assert_eq!(empty.len(), everybody.len(), "{pattern}");
        // The form of the very record the page was reviewed with.
        let here = |form: &&paths::Form| {
            !form.upload
                && path_of(&form.action) == path_of(url)
                && route_of(&routes, path_of(&form.action))
                    .is_some_and(|r| r.0.pattern == **pattern)
        };
        for form in walk.forms.iter().filter(here) {
            forms += 1;
            let refused = everybody.iter().zip(empty);
            let refused: Vec<(Option<&Person>, &String)> = refused
                .filter(|(_, word)| matches!(word.as_str(), "in" | "403" | "404"))
                .map(|(who, word)| (*who, word))
                .collect();
            let who: Vec<Option<&Person>> = refused.iter().map(|(who, _)| *who).collect();
            let pairs = form.pairs();
            let answers = answers(&mut world, &who, "POST", path_of(url), Some(&pairs)).await;
            sent += answers.len();
            for ((who, empty), answer) in refused.iter().zip(&answers) {
                let full = word(answer);
                if full != **empty {
                    let who = who.map_or("nobody", |who| who.name.as_str()).to_lowercase();
                    other.insert(format!("| POST {pattern} | {who} | {empty} | {full} |"));
                }
            }
        }
    }
    assert!(forms > 150 && sent > 3_000, "only {forms} forms, {sent} times");
    let mut text = String::from(HEAD);
    if other.is_empty() {
        text += "| None: whoever is refused is refused alike, whatever they send | | | |\n";
    }
    for line in other {
        let _ = writeln!(text, "{line}");
    }
    golden("docs/security/filled.md", &text);
}

const HEAD: &str = "# Forms filled in

Written and checked by the test `walls::filled`. Everybody whom `matrix.md` shows refused with an empty form
sends it again as its page offers it, with everything a browser would send. These are all the answers that
are not the same word; the others are refused alike. *Own*, *party* and *other* are the sides of the matrix.

A line here would say one of three things: an empty form was “not found” for somebody whose act it is,
instead of naming what is missing; one refusal took the other's place; or a field was found wanting before
the right to act was asked for.

| Route | Who | Empty | Filled in |
|---|---|---|---|
";

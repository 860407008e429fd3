//! Nobody has to know an address: every page without an identifier in its address is linked from
//! some page that somebody can open, all the way from the start page or one's own front page.

use std::collections::BTreeSet;

use access::Role;

use super::{
    paths::{self, route_of},
    world::{Person, Side, World},
};

/// Addresses that are for machines, for a moment, or for whoever holds the key; each with the reason
/// why no page leads there.
const NOT_FOR_READERS: &[(&str, &str)] = &[
    ("/.well-known/security.txt", "read by those who look for it by that name"),
    ("/health", "asked by whatever watches the server"),
    ("/account/code", "asked between a link by e-mail and the front page"),
    ("/account/ways", "where an invitation leads"),
    ("/visits/note-shell", "kept by the browser for the note without a network"),
    ("/visits/note.js", "a script"),
    ("/visits/worker.js", "a script"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_linked_from_a_page_somebody_can_open() {
    let world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = people
        .of(&[Side::Story])
        .chain(Role::ALL.into_iter().filter_map(|role| people.who(role, Side::Own)))
        .collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let mut links = walk.links.clone();
    for path in ["/", "/schools", "/sign-in", "/sign-in/password"] {
        let page = world.get(None, path).await;
        let there = paths::links(&page.body).into_iter();
        links.extend(there.map(|link| (path.to_owned(), paths::path_of(&link).to_owned())));
    }
    // From the front door on, along links alone.
    let mut reached: BTreeSet<&str> = ["/", "/home"].into();
    let mut grows = true;
    while grows {
        let before = reached.len();
        for (from, to) in &links {
            if from != to && reached.contains(from.as_str()) {
                reached.insert(to);
            }
        }
        grows = reached.len() > before;
    }
    let found: BTreeSet<&str> = reached
        .iter()
        .filter_map(|path| route_of(&routes, path))
        .map(|(route, _)| route.pattern.as_str())
        .collect();
    let lost: Vec<&str> = routes
        .iter()
        .filter(|route| !route.pattern.contains('{') && route.methods.contains(&"GET".to_owned()))
        .map(|route| route.pattern.as_str())
        .filter(|pattern| !pattern.starts_with("/assets/"))
        // Files stand below their table, which is there once it has a row.
        .filter(|pattern| ![".csv", ".xlsx", ".json"].iter().any(|end| pattern.ends_with(end)))
        .filter(|pattern| NOT_FOR_READERS.iter().all(|(path, _)| path != pattern))
        .filter(|pattern| !found.contains(pattern))
        .collect();
    assert!(lost.is_empty(), "no page leads to {lost:?}");
    for (path, why) in NOT_FOR_READERS {
        let there = routes.iter().any(|route| route.pattern == *path);
        assert!(there && !found.contains(path), "{path} is no exception any more ({why})");
    }
}

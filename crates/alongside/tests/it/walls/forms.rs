//! Every form that anybody meets: a pupil's number is refused in every field with the field named,
//! and wherever there is room for words, the page says what to do about a worry.

use access::Role;
use axum::http::Method;

use super::{
    paths::{self, path_of},
    world::{Person, Side, World},
};

/// Shaped like a unique pupil number; nobody's.
const NUMBER: &str = "Z999000123456";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pupil_number_is_refused_in_every_field_of_every_form() {
    let mut world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = people
        .of(&[Side::Story])
        .chain(people.who(Role::Administrator, Side::Own))
        .chain(people.who(Role::Head, Side::Other))
        .collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut met = std::collections::BTreeSet::new();
    for form in walk.forms.iter().filter(|form| !form.upload) {
        let Some((route, _)) = paths::route_of(&routes, path_of(&form.action)) else { continue };
        let words = ["text", "textarea", "search", "email", "password", "tel", "url"];
        for (at, (name, kind, _)) in form.fields.iter().enumerate() {
            // One form of each route, field by field.
            if !words.contains(&kind.as_str()) || !met.insert((route.pattern.clone(), name.clone()))
            {
                continue;
            }
            tried += 1;
            let mut pairs = form.pairs();
            pairs[at].1 = format!("about {NUMBER}, please");
            let who = walkers[form.who];
            let answer =
                world.send(Some(who), Method::POST, path_of(&form.action), Some(&pairs)).await;
            let named = answer.body.contains(&format!("href=\"#{name}"));
            let refused = answer.status == 422 && answer.body.contains("unique pupil number");
            if !refused || !named {
                wrong.push(format!(
                    "{} ({}) field {name} ({kind}): {}{}",
                    form.action,
                    who.name,
                    answer.status,
                    if refused { ", field not named" } else { "" }
                ));
            }
            let lost = kind == "textarea" && refused && !answer.body.contains(NUMBER);
            if lost {
                wrong.push(format!("{} field {name}: what was typed is lost", form.action));
            }
            if answer.status == 303 {
                world.restore().await;
            }
        }
    }
    println!("{tried} fields");
    assert!(tried > 80, "only {tried} fields were met");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_with_room_for_words_says_what_to_do_about_a_worry() {
    let world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = people.of(&[Side::Story]).collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let mut met = 0;
    for (url, &who) in &walk.pages {
        let page = world.get(Some(walkers[who]), url).await;
        if page.body.contains("<textarea") {
            met += 1;
            assert!(
                page.body.contains("Stop and tell the designated safeguarding lead"),
                "{url} has room for words and does not say what to do about a worry"
            );
        }
    }
    assert!(met > 10, "only {met} pages with room for words");
}

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
        .chain(people.who(Role::Operator, Side::Own))
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
            // A password is kept as a one-way code only, and signing in keeps nothing. The shell of a
            // note sends its words to the visit, where they are met as well.
            let kept = kind != "password"
                && route.pattern != "/sign-in/password"
                && route.methods.contains(&"POST".to_owned());
            // One form of each route, field by field.
            if !kept
                || !words.contains(&kind.as_str())
                || !met.insert((route.pattern.clone(), name.clone()))
            {
                continue;
            }
            tried += 1;
            let mut pairs = form.pairs();
            pairs[at].1 = format!("about {NUMBER}, please");
            let who = walkers[form.who];
            let answer =
                world.send(Some(who), Method::POST, path_of(&form.action), Some(&pairs)).await;
            let refused = matches!(answer.status.as_u16(), 400 | 422)
                && answer.body.contains("unique pupil number");
            // Beside the field, or by its name where the form is not shown again.
            let named = answer.body.contains(&format!("href=\"#{name}"))
                || answer.body.split("href=\"#").skip(1).any(|rest| {
                    let id = rest.split('"').next().unwrap_or_default();
                    id.ends_with(&format!("-{name}"))
                })
                || answer.body.contains(&format!("“{name}”"));
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
    assert!(tried > 80, "only {tried} fields were met");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_be_naming_a_child_is_asked_once_whatever_the_form() {
    const QUESTION: &str = "Does this tell who a child is?";
    let mut world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = people.of(&[Side::Story]).collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let mut met = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for form in walk.forms.iter().filter(|form| !form.upload) {
        let Some((route, _)) = paths::route_of(&routes, path_of(&form.action)) else { continue };
        let Some(at) = form.fields.iter().position(|(_, kind, _)| kind == "textarea") else {
            continue;
        };
        // The shell of a note has no door of its own: its words go to the visit.
        if !route.methods.contains(&"POST".to_owned()) || !met.insert(route.pattern.clone()) {
            continue;
        }
        let mut pairs = form.pairs();
        pairs[at].1 = "We spoke about Oliver Brown in Year 4".to_owned();
        let (who, to) = (walkers[form.who], path_of(&form.action));
        let asked = world.send(Some(who), Method::POST, to, Some(&pairs)).await;
        if asked.status != 422 || !asked.body.contains(QUESTION) {
            wrong.push(format!("{to} ({}) did not ask: {}", who.name, asked.status));
            continue;
        }
        // The form of the question holds everything that was typed; sent as it stands it is taken.
        let (_, forms) = paths::read(&asked.body, to, 0);
        let again = forms.iter().find(|one| path_of(&one.action) == to).expect("a form").pairs();
        for pair in &pairs {
            if !again.contains(&(pair.0.clone(), pair.1.trim().to_owned())) && !again.contains(pair)
            {
                wrong.push(format!("{to} loses {pair:?}"));
            }
        }
        let sent = world.send(Some(who), Method::POST, to, Some(&again)).await;
        if sent.body.contains(QUESTION) || sent.status.is_server_error() {
            wrong.push(format!("{to} asks again or fails: {}", sent.status));
        }
        if sent.status == 303 {
            world.restore().await;
        }
    }
    assert!(met.len() > 20, "only {} forms with room for words were met", met.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), met.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_with_room_for_words_says_what_to_do_about_a_worry() {
    let world = World::open().await;
    let routes = paths::routes(&world).await;
    let people = world.people.clone();
    let walkers: Vec<&Person> = people.of(&[Side::Story]).collect();
    let walk = paths::walk(&world, &routes, &walkers).await;
    let (mut met, mut wrong) = (0, Vec::new());
    for (url, &who) in &walk.pages {
        let page = world.get(Some(walkers[who]), url).await;
        if page.body.contains("<textarea") {
            met += 1;
            for words in ["designated safeguarding lead", "designated officer"] {
                if !page.body.contains(words) {
                    wrong.push(format!("{url} does not tell of the {words}"));
                }
            }
        }
    }
    assert!(met > 10, "only {met} pages with room for words");
    assert!(wrong.is_empty(), "{} of {met}:\n{}", wrong.len(), wrong.join("\n"));
}

//! A post that somebody leaves, the copy of a person's data and the access log, from the front
//! door, with what every room answers.

use access::{Role, accounts};
use axum::http::Method;
use foundation::Sql as _;

use super::{
    paths,
    world::{Person, Side, World},
};

/// The page on which an operator ends the only post of a person.
async fn end_of(world: &World, who: &Person) -> String {
    let held = accounts::held(&world.app.db, Some(who.account)).await.unwrap();
    let school = held.iter().find(|held| held.org.urn().is_some()).expect("a post at a school");
    format!("/people/{}/posts/{}/end", who.account, school.id)
}

fn last_day(world: &World) -> Vec<(String, String)> {
    let today = world.app.clock.today();
    [
        ("day", i32::from(today.day())),
        ("month", i32::from(today.month())),
        ("year", i32::from(today.year())),
    ]
    .map(|(part, value)| (format!("last-{part}"), value.to_string()))
    .to_vec()
}

async fn post(
    world: &World,
    who: &Person,
    path: &str,
    form: &[(String, String)],
) -> testkit::Answer {
    world.send(Some(who), Method::POST, path, Some(form)).await
}

#[tokio::test]
async fn what_somebody_looks_after_is_handed_over_before_the_post_ends() {
    let world = World::open().await;
    let admin = world.people.who(Role::Operator, Side::Own).unwrap();
    // A leader of reading in the team of a running agreement.
    let aisha = world.people.named("Aisha");
    let page = end_of(&world, aisha).await;
    let _ = world.get(Some(admin), &page).await.expect(200).contains("team of");
    let _ = post(&world, admin, &page, &last_day(&world))
        .await
        .expect(422)
        .contains("Somebody has to take over")
        .contains("href=\"/agreements/");
    // A member of staff who was given two sections of an audit.
    let head = world.people.who(Role::Head, Side::Other).unwrap();
    let staff = world.people.who(Role::Staff, Side::Other).unwrap();
    let audits = world.get(Some(head), "/audits").await.expect(200);
    let links = paths::links(&audits.body);
    let audit = links.iter().find(|link| paths::ids(link).len() == 1).expect("an audit");
    let page = world.get(Some(head), audit).await.expect(200);
    let links = paths::links(&page.body);
    let section = links.iter().find(|link| link.contains("/sections/")).expect("a section");
    let give = |to: String| [("person".to_owned(), to)];
    let given = give(staff.account.to_string());
    let _ = post(&world, head, &format!("{section}/give"), &given).await.expect(303);
    let page = end_of(&world, staff).await;
    let refused = post(&world, admin, &page, &last_day(&world)).await.expect(422);
    let _ =
        refused.contains(&format!("href=\"{section}/give\"")).contains("Elsewhere looks at itself");
    // Somebody takes it over; then the post ends.
    let _ = post(&world, head, &format!("{section}/give"), &give(String::new())).await.expect(303);
    let _ = post(&world, admin, &page, &last_day(&world)).await.expect(303);
}

#[tokio::test]
async fn the_copy_of_ones_data_holds_what_every_room_knows() {
    let world = World::open().await;
    let copy = |who: &Person| {
        let who = who.clone();
        let world = &world;
        async move {
            let answer = world.get(Some(&who), "/account/data.json").await.expect(200);
            serde_json::from_str::<serde_json::Value>(&answer.body).expect("JSON")
        }
    };
    let aisha = copy(world.people.named("Aisha")).await;
    assert!(!aisha["support"]["teams"].as_array().unwrap().is_empty(), "{aisha:#}");
    let daniel = copy(world.people.named("Daniel")).await;
    assert!(!daniel["support"]["signatures"].as_array().unwrap().is_empty(), "{daniel:#}");
    assert!(daniel["acts"].as_array().unwrap().len() > 3);
    let stranger = copy(world.people.who(Role::Head, Side::Other).unwrap()).await;
    assert!(stranger["support"]["teams"].as_array().unwrap().is_empty());
    assert!(stranger["needs"]["sections_given_to_you"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_school_sees_who_looked_at_its_audit() {
    let world = World::open().await;
    let priya = world.people.named("Priya");
    let audits = world.get(Some(priya), "/audits").await.expect(200);
    let links = paths::links(&audits.body);
    let audit = links.iter().find(|link| paths::ids(link).len() == 1).expect("an audit");
    let mut looked = Vec::new();
    for role in [Role::TrustExecutive, Role::Commissioner] {
        let who = world.people.who(role, Side::Own).unwrap();
        if world.get(Some(who), audit).await.status == 200 {
            looked.push(who.name.clone());
        }
    }
    assert!(!looked.is_empty(), "no body is responsible for the school");
    let log = world.get(Some(priya), "/access-log").await.expect(200);
    let csv = world.get(Some(priya), "/access-log.csv").await.expect(200);
    for name in &looked {
        let _ = log.clone().contains(name);
        let _ = csv.clone().contains(name);
    }
    // An administrator breaks the glass, reads, and is in the log with the reason.
    let admin = world.people.who(Role::Administrator, Side::Own).unwrap();
    let _ = world.get(Some(admin), audit).await.expect(404);
    let form = [
        ("owner", "school:999101"),
        ("reason", "The head asked for help with a section that does not save"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let _ = post(&world, admin, "/break-glass", &form).await.expect(303);
    let _ = world.get(Some(admin), audit).await.expect(200);
    let _ = world
        .get(Some(priya), "/access-log")
        .await
        .expect(200)
        .contains(&admin.name)
        .contains("does not save");
    // Whatever else they open there is noted with the same reason, an agreement as well.
    let found = paths::links(&world.get(Some(priya), "/agreements").await.expect(200).body);
    let noted = || {
        world.app.db.count(
            "SELECT count(*) AS n FROM look WHERE subject = 'agreement' AND account = $1",
            [admin.account.into()],
        )
    };
    assert_eq!(noted().await.unwrap(), 0);
    let mut opened = std::collections::BTreeSet::new();
    for link in found.iter().filter(|link| link.starts_with("/agreements/")) {
        // What stands in the books of another school stays shut.
        let ids = paths::ids(link);
        if ids.len() == 1 && world.get(Some(admin), link).await.status == 200 {
            opened.extend(ids);
        }
    }
    assert!(!opened.is_empty(), "an agreement of the school opens behind the glass");
    let all = i64::try_from(opened.len()).unwrap();
    assert_eq!(noted().await.unwrap(), all, "no silent look");
}

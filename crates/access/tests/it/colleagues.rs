//! A school lets its own people in.

use access::{Post, Role, accounts, colleagues};
use foundation::OrgRef;
use testkit::{Persona, TestApp, both};

use crate::signing_in::setup;

const SCHOOL: OrgRef = OrgRef::School(999_101);
const OTHER: OrgRef = OrgRef::School(999_102);

async fn head(t: &TestApp, name: &str, org: OrgRef) -> Persona {
    t.person(name, &[Post::new(org, Role::Head, "Headteacher")]).await
}

async fn posts(t: &TestApp, email: &str) -> Vec<Post> {
    match accounts::by_email(&t.app.db, email).await.unwrap() {
        Some(person) => accounts::posts(&t.app.db, &t.app.clock, person.id).await.unwrap(),
        None => Vec::new(),
    }
}

/// The address in the letter that was sent last to somebody.
async fn link_to(t: &TestApp, email: &str) -> String {
    let letters = t.letters().await;
    let letter = letters.iter().rev().find(|one| one.recipient == email).expect("a letter");
    let url = letter.body.split_whitespace().find(|word| word.contains("/join/confirm/"));
    let url = url.unwrap_or_else(|| panic!("no address in {}", letter.body));
    url[url.find("/join").unwrap()..].to_owned()
}

#[tokio::test]
async fn a_teaching_assistant_asks_through_the_way_in_and_the_head_lets_them_in() {
    both(&setup(), async |t| {
        let priya = head(&t, "Priya Shah", SCHOOL).await;
        let daniel = head(&t, "Daniel Okoro", OTHER).await;
        let staff = [Post::new(SCHOOL, Role::Staff, "Teacher")];
        let kim = t.person("Kim Lane", &staff).await;
        let own = [("org", "school:999101")];

        // Nobody but the leaders looks after the people of a school.
        let _ = t.get(None, "/colleagues").await.expect(303);
        let _ = t.get(Some(&kim), "/colleagues").await.expect(404);
        for path in ["/colleagues", "/colleagues/way-in", "/colleagues/way-in/close"] {
            let _ = t.post(Some(&kim), path, &own).await.expect(404);
            let _ = t.post(Some(&daniel), path, &own).await.expect(404);
            let _ = t.post(Some(&priya), path, &[]).await.expect(400);
        }
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.contains("Kim Lane").contains("Open a way in").lacks("Daniel Okoro");

        let _ = t.post(Some(&priya), "/colleagues/way-in", &own).await.expect(303);
        let first = colleagues::way(&t.app.db, SCHOOL).await.unwrap().unwrap().code;
        let _ = t.post(Some(&priya), "/colleagues/way-in", &own).await.expect(303);
        let code = colleagues::way(&t.app.db, SCHOOL).await.unwrap().unwrap().code;
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.contains(&format!("/join/{code}"));
        let _ = t.get(None, &format!("/join/{first}")).await.expect(404);
        let join = format!("/join/{code}");
        let _ = t.get(None, &join).await.expect(200).contains("Ask for an account");
        let form = [
            ("name", "Jo Pike"),
            ("email", "Jo.Pike@harbour.example"),
            ("title", "Teaching assistant"),
        ];
        let page = t.post(None, &join, &form[..2]).await.expect(422);
        let _ = page.contains("what you do there").contains("Jo Pike");
        let wrong = [form[0], ("email", "jo pike"), form[2]];
        let _ = t.post(None, &join, &wrong).await.expect(422).contains("name@school.example");
        let page = t.post(None, &join, &form).await.expect(200);
        let _ = page.contains("Check your e-mail");

        // The school hears of it once the address was confirmed, and the link works once.
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.lacks("Jo Pike");
        let link = link_to(&t, "jo.pike@harbour.example").await;
        let _ = t.get(None, &link).await.expect(200).contains("Jo Pike, Teaching assistant");
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.lacks("Jo Pike");
        let _ = t.post(None, &link, &[]).await.expect(200).contains("has been asked");
        let _ = t.post(None, &link, &[]).await.expect(410);
        let _ = t.get(None, &link).await.expect(410);
        let _ = t.get(None, "/join/confirm/nothing").await.expect(410);
        let letters = t.letters().await;
        let told = letters.iter().filter(|one| one.subject == "A colleague asks to be let in");
        let told: Vec<&str> = told.map(|one| one.recipient.as_str()).collect();
        assert_eq!(told, ["priya.shah@example.org"]);

        let one = colleagues::waiting(&t.app.db, SCHOOL).await.unwrap().pop().unwrap();
        let at = |act: &str| format!("/colleagues/asked/{}/{act}", one.id);
        for who in [&kim, &daniel] {
            let _ = t.post(Some(who), &at("let-in"), &[]).await.expect(404);
            let _ = t.post(Some(who), &at("decline"), &[]).await.expect(404);
        }
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.contains("Jo Pike").contains("Let Jo Pike in");
        assert!(posts(&t, "jo.pike@harbour.example").await.is_empty());
        let _ = t.post(Some(&priya), &at("let-in"), &[]).await.expect(303);
        let _ = t.post(Some(&priya), &at("let-in"), &[]).await.expect(404);
        let held = posts(&t, "jo.pike@harbour.example").await;
        assert_eq!(held, [Post::new(SCHOOL, Role::Staff, "Teaching assistant")]);
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.subject == "Your invitation to Alongside"));

        // Whoever has an account already gets the post as well; whoever is none of theirs, nothing.
        let _ = t.person("Lee Moss", &[Post::new(OTHER, Role::Staff, "Teacher")]).await;
        for (name, email) in
            [("Lee Moss", "lee.moss@example.org"), ("Eve Else", "eve@else.example")]
        {
            let form = [("name", name), ("email", email), ("title", "Music teacher")];
            let _ = t.post(None, &join, &form).await.expect(200);
            let link = link_to(&t, email).await;
            let _ = t.post(None, &link, &[]).await.expect(200);
        }
        for one in colleagues::waiting(&t.app.db, SCHOOL).await.unwrap() {
            let act = if one.name == "Lee Moss" { "let-in" } else { "decline" };
            let at = format!("/colleagues/asked/{}/{act}", one.id);
            let _ = t.post(Some(&priya), &at, &[]).await.expect(303);
        }
        assert_eq!(posts(&t, "lee.moss@example.org").await.len(), 2);
        assert!(posts(&t, "eve@else.example").await.is_empty());
        assert!(colleagues::waiting(&t.app.db, SCHOOL).await.unwrap().is_empty());
        let letters = t.letters().await;
        assert!(letters.iter().any(|one| one.subject == "You were not let in"));

        let _ = t.post(Some(&priya), "/colleagues/way-in/close", &own).await.expect(303);
        let _ = t.get(None, &join).await.expect(404);
        let _ = t.post(None, &join, &form).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_head_invites_and_sees_off_staff_and_governors_and_nobody_who_leads() {
    both(&setup(), async |t| {
        let priya = head(&t, "Priya Shah", SCHOOL).await;
        let daniel = head(&t, "Daniel Okoro", OTHER).await;
        let form = [
            ("org", "school:999101"),
            ("name", "Jo Pike"),
            ("email", "jo@harbour.example"),
            ("title", "Teaching assistant"),
            ("role", "staff"),
        ];
        let mut wrong = form;
        wrong[4] = ("role", "head");
        let page = t.post(Some(&priya), "/colleagues", &wrong).await.expect(422);
        let _ = page.contains("Choose as what you invite them").contains("Jo Pike");
        let _ = t.post(Some(&daniel), "/colleagues", &form).await.expect(404);
        let _ = t.post(Some(&priya), "/colleagues", &form).await.expect(303);
        let page = t.post(Some(&priya), "/colleagues", &form).await.expect(422);
        let _ = page.contains("has an account already").contains("Jo Pike");
        let jo = accounts::by_email(&t.app.db, "jo@harbour.example").await.unwrap().unwrap();
        let post = accounts::held(&t.app.db, Some(jo.id)).await.unwrap()[0].id.clone();

        // The head ends the post; heads elsewhere, and for posts that lead, do not.
        let end = format!("/people/{}/posts/{post}/end", jo.id);
        let _ = t.get(Some(&daniel), &end).await.expect(404);
        let own = accounts::held(&t.app.db, Some(priya.account)).await.unwrap()[0].id.clone();
        let own = format!("/people/{}/posts/{own}/end", priya.account);
        let _ = t.get(Some(&priya), &own).await.expect(404);
        let page = t.get(Some(&priya), "/colleagues").await.expect(200);
        let _ = page.contains(&end).lacks(&own);
        let _ = t.get(Some(&priya), &end).await.expect(200).contains("Jo Pike");
        let today = t.app.clock.today();
        let (day, month, year) =
            (today.day().to_string(), today.month().to_string(), today.year().to_string());
        let last = [("last-day", &*day), ("last-month", &*month), ("last-year", &*year)];
        let _ = t.post(Some(&daniel), &end, &last).await.expect(404);
        let done = t.post(Some(&priya), &end, &last).await.expect(303);
        assert_eq!(done.location(), "/colleagues");
        let held = accounts::held(&t.app.db, Some(jo.id)).await.unwrap();
        assert_eq!(held[0].end_on.as_deref(), Some(today.to_string().as_str()));
    })
    .await;
}

//! A person's rights over their own data, and how long things are kept.

use access::{
    Permit, Post, Role, accounts, leaving, looks, policy, privacy::Extracts, retention, sealed,
    sessions,
};
use axum::Extension;
use foundation::{OrgRef, Sql as _, events};
use jiff::{SignedDuration, civil::date};
use testkit::{Persona, TestApp, both};

use crate::signing_in::setup;

const SCHOOL: OrgRef = OrgRef::School(999_101);

async fn head(t: &TestApp) -> Persona {
    t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await
}

async fn operator(t: &TestApp) -> Persona {
    let post = Post::new(OrgRef::Authority(990), Role::Operator, "Operator");
    t.person("Ada Min", &[post]).await
}

fn link(body: &str) -> String {
    let start = body.find("/account/e-mail/").expect("a link in the letter");
    body[start..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_gets_a_copy_of_everything_under_their_account() {
    let mut t = TestApp::sqlite(&setup()).await;
    let rooms = Extracts::default()
        .asking("audits", async |_, account| Ok(serde_json::json!([{ "lead": account }])));
    t.layer(Extension(rooms));
    let who = head(&t).await;
    let other = t.person("Daniel Okoro", &[]).await;
    let _ = t.get(Some(&who), "/account/data").await.expect(200).contains("article 17(3)");
    let answer = t.get(Some(&who), "/account/data.json").await.expect(200);
    let bundle: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(bundle["account"]["email"], "priya.shah@example.org");
    assert_eq!(bundle["posts"][0]["org"], "school:999101");
    assert_eq!(bundle["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(bundle["audits"][0]["lead"], who.account.to_string());
    assert!(bundle["acts"].as_array().unwrap().iter().any(|act| act["what"] == "appointed"));
    for secret in ["Daniel", &other.account.to_string(), &sessions::hash(&who.token), &who.token] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
    let _ = t.get(None, "/account/data.json").await.expect(303);
}

#[tokio::test]
async fn name_and_address_are_corrected_by_the_person() {
    both(&setup(), async |t| {
        let who = head(&t).await;
        let other = t.person("Daniel Okoro", &[]).await;
        let _ = t
            .post(Some(&who), "/account/name", &[("name", "")])
            .await
            .expect(422)
            .contains("Enter your name");
        let _ =
            t.post(Some(&who), "/account/name", &[("name", "Priya Shah-Reed")]).await.expect(303);
        let _ = t.get(Some(&who), "/account").await.expect(200).contains("Priya Shah-Reed");
        let ask = [("email", "Priya@New.example")];
        let _ = t.post(Some(&who), "/account/e-mail", &ask).await.expect(200);
        let letters = t.letters().await;
        let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
        assert!(to.contains(&"priya@new.example") && to.contains(&"priya.shah@example.org"));
        let letter = letters.iter().find(|letter| letter.recipient == "priya@new.example").unwrap();
        let path = link(&letter.body);
        // Looking changes nothing, and somebody else cannot use it.
        let _ = t.get(Some(&who), &path).await.expect(200);
        let _ = t.post(Some(&other), &path, &[]).await.expect(403);
        let _ = t.post(None, &path, &[]).await.expect(303);
        let _ = t.post(Some(&who), &path, &[]).await.expect(303);
        let _ = t.post(Some(&who), &path, &[]).await.expect(403);
        assert!(accounts::by_email(&t.app.db, "priya.shah@example.org").await.unwrap().is_none());
        let found = accounts::by_email(&t.app.db, "priya@new.example").await.unwrap().unwrap();
        assert_eq!(found.id, who.account);
        // An address that has an account by the time the link is used is refused.
        let ask = [("email", "daniel.okoro@example.org")];
        let _ = t.post(Some(&who), "/account/e-mail", &ask).await.expect(200);
        let letters = t.letters().await;
        let taken = letters.iter().find(|letter| letter.recipient.starts_with("daniel")).unwrap();
        let _ = t.post(Some(&who), &link(&taken.body), &[]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_forgotten_and_the_record_stays_whole() {
    both(&setup(), async |t| {
        let (who, other, admin) =
            (head(&t).await, t.person("Daniel Okoro", &[]).await, operator(&t).await);
        let visitor = t.visitor(&who).await;
        let own =
            access::authorize(&t.app, &visitor, access::Action::Update, &policy::own(who.account))
                .unwrap();
        let tx = t.app.db.write().await.unwrap();
        sealed::begin(&tx, &t.app, "c-1", [who.account, other.account]).await.unwrap();
        let text = sealed::seal(&tx, &t.app, &own, "c-1", "body", "between us").await.unwrap();
        tx.commit().await.unwrap();
        let page = format!("/people/{}/forget", who.account);
        let _ = t.get(Some(&admin), &page).await.expect(409).contains("Close the account first");
        let permit = Permit::system("test", t.app.clock.now());
        let post = accounts::held(&t.app.db, Some(who.account)).await.unwrap()[0].id.clone();
        let duties = leaving::Duties::default();
        leaving::end_post(&t.app, &permit, &post, date(2026, 11, 8), &duties).await.unwrap();
        leaving::close(&t.app, &permit, who.account).await.unwrap();
        let _ = t.get(Some(&other), &page).await.expect(404);
        let _ = t.post(Some(&other), &page, &[("reason", "x")]).await.expect(404);
        let _ = t.get(Some(&admin), &page).await.expect(200).contains("cannot be undone");
        let _ = t.post(Some(&admin), &page, &[("reason", "")]).await.expect(422);
        let _ = t.post(Some(&admin), &page, &[("reason", "Asked for it")]).await.expect(303);
        for (table, column) in
            [("account", "name"), ("account", "email"), ("letter", "recipient"), ("look", "name")]
        {
            let sql =
                format!("SELECT count(*) AS n FROM {table} WHERE lower({column}) LIKE '%priya%'");
            assert_eq!(t.app.db.count(&sql, []).await.unwrap(), 0, "{table}.{column}");
        }
        // The other person of the conversation still reads it.
        let visitor = t.visitor(&other).await;
        assert_eq!(
            sealed::open(&t.app, &visitor, "c-1", "body", &text).await.unwrap(),
            "between us"
        );
        assert!(matches!(events::verify(&t.app.db).await.unwrap(), events::Chain::Whole(_)));
        assert!(accounts::by_email(&t.app.db, "priya.shah@example.org").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_schedule_does_what_its_preview_says() {
    both(&setup(), async |t| {
        let (who, admin) = (head(&t).await, operator(&t).await);
        let gone = t.person("Tom Reed", &[Post::new(SCHOOL, Role::Staff, "Teacher")]).await;
        let permit = Permit::system("test", t.app.clock.now());
        let post = accounts::held(&t.app.db, Some(gone.account)).await.unwrap()[0].id.clone();
        let duties = leaving::Duties::default();
        leaving::end_post(&t.app, &permit, &post, date(2026, 11, 9), &duties).await.unwrap();
        let _ = t.post(None, "/sign-in", &[("email", "priya.shah@example.org")]).await.expect(200);
        assert_eq!(t.letters().await.len(), 1);
        let visitor = t.visitor(&who).await;
        let audit = access::Resource::new(access::Kind::Audit, access::Zone::School, SCHOOL);
        looks::record(&t.app, &visitor, &audit, "audit", "a-1").await.unwrap();
        let counts = async || -> Vec<(&str, u64)> {
            let due = retention::preview(&t.app).await.unwrap();
            due.iter().filter(|due| due.rows > 0).map(|due| (due.line.id, due.rows)).collect()
        };
        assert_eq!(counts().await, [], "the post lasts until the end of its last day");
        t.advance(SignedDuration::from_hours(24 * 2));
        assert_eq!(counts().await, [("limits", 1), ("accounts without a post", 1)]);
        retention::ensure(&t.app).await.unwrap();
        retention::ensure(&t.app).await.unwrap();
        assert_eq!(t.run_jobs().await, 1, "once a day, however many servers start");
        assert!(accounts::get(&t.app.db, gone.account).await.unwrap().unwrap().closed_at.is_some());
        assert_eq!(counts().await, []);
        let admin = t.sign_in(admin.account, "Ada Min").await;
        let _ = t
            .get(Some(&admin), "/retention")
            .await
            .expect(200)
            .contains("Names and e-mail addresses");
        let who = t.sign_in(who.account, "Priya Shah").await;
        let _ = t.get(Some(&who), "/retention").await.expect(404);
        let _ = t.post(Some(&who), "/retention", &[]).await.expect(404);
        t.advance(SignedDuration::from_hours(24 * 735));
        let before = counts().await;
        let ids: Vec<&str> = before.iter().map(|(id, _)| *id).collect();
        for id in ["sessions", "sign-in links", "letters", "looks", "closed accounts"] {
            assert!(ids.contains(&id), "{id} is not in {ids:?}");
        }
        let done =
            retention::run(&t.app, &Permit::system("test", t.app.clock.now())).await.unwrap();
        let done: Vec<(&str, u64)> =
            done.iter().filter(|due| due.rows > 0).map(|due| (due.line.id, due.rows)).collect();
        assert_eq!(done, before);
        assert_eq!(counts().await, []);
        let forgotten = accounts::get(&t.app.db, gone.account).await.unwrap().unwrap();
        assert_eq!(forgotten.name, retention::FORGOTTEN);
        let kept = accounts::get(&t.app.db, who.account).await.unwrap().unwrap();
        assert_eq!(kept.name, "Priya Shah");
    })
    .await;
}

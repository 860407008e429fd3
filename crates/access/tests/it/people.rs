//! Inviting, appointing, leaving.

use access::{
    Permit, Post, Role, accounts, headships,
    leaving::{self, Duties, Duty, LeavingError},
    sessions,
};
use axum::{Extension, Router};
use foundation::{App, OrgRef, events};
use jiff::{SignedDuration, civil::date};
use testkit::{Persona, Setup, TestApp, both};

use crate::signing_in::{link, setup};

const SCHOOL: OrgRef = OrgRef::School(999_101);

async fn operator(t: &TestApp) -> Persona {
    t.person("Ada Min", &[Post::new(OrgRef::Authority(990), Role::Operator, "Operator")]).await
}

async fn post_id(t: &TestApp, who: &Persona) -> String {
    accounts::held(&t.app.db, Some(who.account)).await.unwrap()[0].id.clone()
}

#[tokio::test]
async fn an_invitation_opens_an_account_and_lets_in() {
    both(&setup(), async |t| {
        let admin = operator(&t).await;
        let _ = t.get(Some(&admin), "/people/new").await.expect(200).contains("Invite somebody");
        let form = [
            ("name", "Priya Shah"),
            ("email", "priya.shah@example.org"),
            ("role", "head"),
            ("kind", "school"),
            ("number", "999101"),
            ("title", "Headteacher"),
            ("since-day", "1"),
            ("since-month", "9"),
            ("since-year", "2026"),
        ];
        // Since when counts for who is a new head: a day that is none, or far ahead, is asked again.
        for (year, told) in [("26th", "Enter a whole date"), ("2031", "a year ahead at most")] {
            let mut wrong = form.to_vec();
            wrong[8] = ("since-year", year);
            let again = t.post(Some(&admin), "/people/new", &wrong).await.expect(422);
            let _ = again.contains(told).contains("Priya Shah");
        }
        let done = t.post(Some(&admin), "/people/new", &form).await.expect(303);
        let page = done.location().to_owned();
        let _ = t.get(Some(&admin), &page).await.expect(200).contains("Headteacher");
        let letters = t.letters().await;
        assert_eq!(letters[0].recipient, "priya.shah@example.org");
        // The same address again is refused with the form as it was typed.
        let _ = t
            .post(Some(&admin), "/people/new", &form)
            .await
            .expect(422)
            .contains("has an account already")
            .contains("value=\"999101\"");
        // A second invitation makes the first link useless.
        let _ = t.post(Some(&admin), &format!("{page}/invite"), &[]).await.expect(303);
        let second = t.letters().await;
        let _ = t.post(None, &link(&letters[0].body), &[]).await.expect(403);
        t.advance(SignedDuration::from_hours(6 * 24));
        let _ = t.post(None, &link(&second[0].body), &[]).await.expect(303);
        let _ = t.get(Some(&admin), "/people").await; // the administrator's session has expired
        let priya = accounts::by_email(&t.app.db, "priya.shah@example.org").await.unwrap().unwrap();
        let posts = accounts::posts(&t.app.db, &t.app.clock, priya.id).await.unwrap();
        assert_eq!(posts, [Post::new(SCHOOL, Role::Head, "Headteacher")]);
        let held = accounts::held(&t.app.db, Some(priya.id)).await.unwrap();
        assert_eq!(held[0].start_on.0.to_string(), "2026-09-01");
    })
    .await;
}

#[tokio::test]
async fn an_executive_head_leads_several_schools_within_full_time_or_with_a_reason() {
    both(&setup(), async |t| {
        let admin = operator(&t).await;
        let head = t.person("Hanna Lee", &[Post::new(SCHOOL, Role::Head, "Executive head")]).await;
        let at = |act: &str| format!("/people/{}/{act}", head.account);
        let (give, split) = (at("appoint"), at("headships"));
        let second = |more: &[(&'static str, &'static str)]| {
            let mut form = vec![("role", "head"), ("kind", "school"), ("number", "999102")];
            form.push(("title", "Executive head"));
            form.extend(more);
            form
        };
        // The first one was full time as long as nobody said otherwise.
        let told = t.post(Some(&admin), &give, &second(&[("share", "0.4")])).await.expect(422);
        let _ = told.contains("1.4 of full time").contains("Why more than full time");
        let told = t.post(Some(&admin), &give, &second(&[("share", "1.5")])).await.expect(422);
        let _ = told.contains("from 0.05 to 1").contains("value=\"1.5\"");
        let first = post_id(&t, &head).await;
        let first = format!("share-{first}");
        let form = t.get(Some(&admin), &split).await.expect(200);
        let _ = form.contains(&first).contains("Executive head");
        let _ = t.post(Some(&admin), &split, &[(&first, "")]).await.expect(422);
        let _ = t.post(Some(&admin), &split, &[(&first, "0.6")]).await.expect(303);
        let _ = t.post(Some(&admin), &give, &second(&[("share", "0.4")])).await.expect(303);
        let page = t.get(Some(&admin), at("").trim_end_matches('/')).await.expect(200);
        let _ = page.contains("0.6 of full time").contains("0.4 of full time");

        // More than full time needs somebody who says why; the record keeps it.
        let ids: Vec<String> = headships::of(&t.app.db, head.account, t.app.clock.today())
            .await
            .unwrap()
            .iter()
            .map(|one| format!("share-{}", one.id))
            .collect();
        let mut more = vec![(ids[0].as_str(), "0.8"), (ids[1].as_str(), "0.5")];
        let told = t.post(Some(&admin), &split, &more).await.expect(422);
        let _ = told.contains("1.3 of full time").contains("value=\"0.8\"");
        more.push(("over", "Until the new head of the second school begins in May"));
        let _ = t.post(Some(&admin), &split, &more).await.expect(303);
        let page = t.get(Some(&admin), at("").trim_end_matches('/')).await.expect(200);
        let _ = page.contains("0.8 of full time").contains("begins in May");
        // Nobody else splits anything, and no post of somebody else is touched.
        let hanna = t.sign_in(head.account, "Hanna Lee").await;
        let _ = t.post(Some(&hanna), &split, &more).await.expect(404);
        let other = t.person("Otto Other", &[Post::new(SCHOOL, Role::Head, "Head")]).await;
        let theirs = format!("/people/{}/headships", other.account);
        let _ = t.post(Some(&admin), &theirs, &more).await.expect(422);
        assert!(accounts::held(&t.app.db, Some(other.account)).await.unwrap()[0].share.is_none());
    })
    .await;
}

#[tokio::test]
async fn every_missing_answer_is_named() {
    let t = TestApp::sqlite(&setup()).await;
    let admin = operator(&t).await;
    let _ = t
        .post(Some(&admin), "/people/new", &[("name", "Priya <b>Shah")])
        .await
        .expect(422)
        .contains("Enter the person&#39;s e-mail address")
        .contains("Choose what the person does")
        .contains("Choose where the person holds the post")
        .contains("Enter the words on the door")
        .lacks("<b>Shah");
}

#[tokio::test]
async fn only_operators_look_after_people() {
    both(&setup(), async |t| {
        let admin = operator(&t).await;
        let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
        let post = post_id(&t, &head).await;
        let of = |act: &str| format!("/people/{}{act}", head.account);
        let end = of(&format!("/posts/{post}/end"));
        for path in ["/people", "/people/new", &of(""), &of("/appoint"), &of("/close"), &end] {
            let _ = t.get(Some(&admin), path).await.expect(200);
            let _ = t.get(Some(&head), path).await.expect(404);
            let _ = t.get(None, path).await.expect(303);
        }
        for path in [of("/invite"), of("/sign-out"), of("/appoint"), of("/close"), end.clone()] {
            let _ = t
                .post(Some(&head), &path, &[("reason", "x"), ("last", "2026-11-09")])
                .await
                .expect(404);
        }
        let open = accounts::get(&t.app.db, head.account).await.unwrap().unwrap();
        assert!(open.closed_at.is_none());
    })
    .await;
}

async fn looks_after(
    _: App,
    (_, org): (access::AccountId, OrgRef),
) -> Result<Vec<Duty>, foundation::DbError> {
    Ok(match org {
        SCHOOL => vec![Duty {
            what: "Leads the audit of autumn".to_owned(),
            href: "/audits/1".to_owned(),
        }],
        _ => Vec::new(),
    })
}

fn with_duties() -> Router<App> {
    Router::new()
}

#[tokio::test]
async fn a_post_ends_only_when_what_was_looked_after_is_in_other_hands() {
    both(&setup(), async |t| {
        let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
        let post = post_id(&t, &head).await;
        let permit = Permit::system("test", t.app.clock.now());
        let duties = Duties::default().asking(looks_after);
        let refused = leaving::end_post(&t.app, &permit, &post, date(2026, 11, 8), &duties).await;
        let Err(LeavingError::Held(held)) = refused else { panic!("{refused:?}") };
        assert_eq!(held[0].what, "Leads the audit of autumn");
        let early =
            leaving::end_post(&t.app, &permit, &post, date(2019, 1, 1), &Duties::default()).await;
        assert!(matches!(early, Err(LeavingError::BeforeStart)));
        // Another post in the same school goes on: nothing is orphaned.
        let second = Post::new(SCHOOL, Role::Staff, "Teacher");
        leaving::appoint(&t.app, &permit, head.account, &second, date(2026, 11, 9)).await.unwrap();
        assert!(sessions::resume(&t.app, &head.token).await.unwrap().is_none(), "rights changed");
        let head = t.sign_in(head.account, "Priya Shah").await;
        leaving::end_post(&t.app, &permit, &post, date(2026, 11, 8), &duties).await.unwrap();
        assert!(sessions::resume(&t.app, &head.token).await.unwrap().is_none(), "rights changed");
        let posts = accounts::posts(&t.app.db, &t.app.clock, head.account).await.unwrap();
        assert_eq!(posts, [second]);
        let twice = leaving::end_post(&t.app, &permit, &post, date(2026, 11, 8), &duties).await;
        assert!(matches!(twice, Err(LeavingError::Over)));
        let told = events::timeline(&t.app.db, "account", &head.account.to_string()).await.unwrap();
        assert_eq!(told.last().unwrap().verb, "left a post");
    })
    .await;
}

#[tokio::test]
async fn the_page_says_what_has_to_be_handed_over() {
    let setup = Setup::new(&[], with_duties);
    let mut t = TestApp::sqlite(&setup).await;
    t.layer(Extension(Duties::default().asking(looks_after)));
    let admin = operator(&t).await;
    let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
    let path = format!("/people/{}/posts/{}/end", head.account, post_id(&t, &head).await);
    let _ = t.get(Some(&admin), &path).await.expect(200).contains("href=\"/audits/1\"");
    let form = [("last-day", "8"), ("last-month", "11"), ("last-year", "2026")];
    let _ = t
        .post(Some(&admin), &path, &form)
        .await
        .expect(422)
        .contains("Leads the audit of autumn")
        .contains("value=\"2026\"");
}

#[tokio::test]
async fn the_last_operator_stays_and_a_closed_account_is_shut() {
    both(&setup(), async |t| {
        let admin = operator(&t).await;
        let head = t.person("Priya Shah", &[Post::new(SCHOOL, Role::Head, "Headteacher")]).await;
        let ending = async |who: &Persona| {
            let path = format!("/people/{}/posts/{}/end", who.account, post_id(&t, who).await);
            t.post(Some(&admin), &path, &[("last", "2026-11-08")]).await
        };
        let _ = ending(&admin).await.expect(422).contains("last operator");
        let close = format!("/people/{}/close", head.account);
        let _ = t
            .post(Some(&admin), &close, &[("reason", "Retired")])
            .await
            .expect(422)
            .contains("Headteacher");
        let _ = ending(&head).await.expect(303);
        let fresh = t.sign_in(head.account, "Priya Shah").await;
        let _ =
            t.post(Some(&admin), &close, &[("reason", "")]).await.expect(422).contains("Say why");
        let _ = t.post(Some(&admin), &close, &[("reason", "Retired")]).await.expect(303);
        assert!(sessions::resume(&t.app, &fresh.token).await.unwrap().is_none());
        let _ = t.post(None, "/sign-in", &[("email", "priya.shah@example.org")]).await.expect(200);
        assert!(t.letters().await.is_empty());
        let page = format!("/people/{}", head.account);
        let _ = t
            .get(Some(&admin), &page)
            .await
            .expect(200)
            .contains("Reason: Retired")
            .contains("Closed");
    })
    .await;
}

/// Reads what an operator looks after, is offered no change, and makes none.
#[tokio::test]
async fn a_data_protection_officer_reads_and_changes_nothing() {
    both(&setup(), async |t| {
        let admin = operator(&t).await;
        let post = Post::new(OrgRef::Authority(990), Role::DataProtectionOfficer, "DPO");
        let officer = t.person("Dana Pool", &[post]).await;
        let person = format!("/people/{}", admin.account);
        for page in ["/people", person.as_str(), "/retention", "/record", "/access-log"] {
            let shown = t.get(Some(&officer), page).await.expect(200);
            let offered = shown.lacks("Invite somebody").lacks("Carry it out now");
            let _ = offered.lacks("Give another post").lacks("Close the account");
        }
        let _ = t.get(Some(&admin), "/people").await.expect(200).contains("Invite somebody");
        for form in
            ["new", &format!("{}/close", admin.account), &format!("{}/recover", admin.account)]
        {
            let path = format!("/people/{form}");
            let _ = t.get(Some(&officer), &path).await.expect(403);
            let _ = t.post(Some(&officer), &path, &[("reason", "x")]).await.expect(403);
        }
        let _ = t.post(Some(&officer), "/retention", &[]).await.expect(403);
        let sign_out = format!("{person}/sign-out");
        let _ = t.post(Some(&officer), &sign_out, &[]).await.expect(403);
    })
    .await;
}

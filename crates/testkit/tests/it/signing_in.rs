//! Signing in by a link, on both databases.

use access::{Post, Role};
use foundation::OrgRef;
use jiff::SignedDuration;
use testkit::{Setup, both};

fn setup() -> Setup {
    Setup::new(&[], axum::Router::new)
}

fn link(body: &str) -> String {
    let start = body.find("/sign-in/").expect("a link in the letter");
    body[start..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_signs_in_once_and_a_stranger_learns_nothing() {
    both(&setup(), async |t| {
        t.person("Priya Shah", &[Post::new(OrgRef::School(999_101), Role::Head, "Headteacher")])
            .await;
        let known =
            t.post(None, "/sign-in", &[("email", "Priya.Shah@example.org")]).await.expect(200);
        let unknown =
            t.post(None, "/sign-in", &[("email", "nobody.here@example.org")]).await.expect(200);
        assert_eq!(
            known.body.replace("Priya.Shah@example.org", ""),
            unknown.body.replace("nobody.here@example.org", "")
        );
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].recipient, "priya.shah@example.org");
        let path = link(&letters[0].body);
        // Looking at the link changes nothing.
        let _ = t.get(None, &path).await.expect(200).contains("Press the button");
        let entered = t.post(None, &path, &[]).await.expect(303);
        assert!(entered.headers["set-cookie"].to_str().unwrap().contains("HttpOnly"));
        let _ = t.post(None, &path, &[]).await.expect(403).contains("used already");
    })
    .await;
}

#[tokio::test]
async fn a_link_expires_and_a_session_does_too() {
    both(&setup(), async |t| {
        let who = t.person("Daniel Okoro", &[]).await;
        let _ =
            t.post(None, "/sign-in", &[("email", "daniel.okoro@example.org")]).await.expect(200);
        let letters = t.letters().await;
        t.advance(SignedDuration::from_mins(31));
        let _ = t.post(None, &link(&letters[0].body), &[]).await.expect(403);
        let alive = access::sessions::resume(&t.app, &who.token).await.unwrap();
        assert_eq!(alive.map(|it| it.account), Some(who.account));
        t.advance(SignedDuration::from_hours(3));
        assert!(access::sessions::resume(&t.app, &who.token).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let t = testkit::TestApp::sqlite(&setup()).await;
    let mut request = axum::http::Request::builder()
        .method("POST")
        .uri("/sign-in")
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded");
    request =
        request.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example");
    let answer = t.send_raw(request.body("email=a@b".into()).unwrap()).await;
    let _ = answer.expect(403).contains("sent from another site");
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let t = testkit::TestApp::sqlite(&setup()).await;
    let answer = t.get(None, "/sign-in").await.expect(200);
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(!answer.body.contains("style=\"") && !answer.body.contains("<script>"));
}

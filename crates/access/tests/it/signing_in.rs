//! Links, limits and cookies.

use access::{limits, sessions};
use foundation::{App, Config, OrgRef, Sql as _};
use jiff::SignedDuration;
use std::sync::Arc;
use testkit::{Setup, TestApp, both};

pub(crate) fn setup() -> Setup {
    Setup::new(&[], axum::Router::new)
}

pub(crate) fn link(body: &str) -> String {
    let start = body.find("/sign-in/").expect("a link in the letter");
    body[start..].split_whitespace().next().unwrap().to_owned()
}

async fn rows(app: &App) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["job", "sign_in_link", "letter", "session", "event", "rate_limit"] {
        counts.push(app.db.count(&format!("SELECT count(*) AS n FROM {table}"), []).await.unwrap());
    }
    counts
}

#[tokio::test]
async fn asking_leaves_the_same_traces_for_known_and_unknown_addresses() {
    both(&setup(), async |t| {
        t.person("Priya Shah", &[]).await;
        let before = rows(&t.app).await;
        let known =
            t.post(None, "/sign-in", &[("email", "priya.shah@example.org")]).await.expect(200);
        let after_known = rows(&t.app).await;
        let unknown =
            t.post(None, "/sign-in", &[("email", "prima.shah@example.org")]).await.expect(200);
        let after_unknown = rows(&t.app).await;
        assert_eq!(known.body.replace("priya", "prima"), unknown.body);
        let delta = |one: &[i64], other: &[i64]| -> Vec<i64> {
            one.iter().zip(other).map(|(one, other)| other - one).collect()
        };
        assert_eq!(delta(&before, &after_known), delta(&after_known, &after_unknown));
        assert_eq!(t.letters().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn tries_are_counted_in_the_database_and_come_back_with_time() {
    both(&setup(), async |t| {
        t.person("Priya Shah", &[]).await;
        let ask =
            async || t.post(None, "/sign-in", &[("email", "Priya.Shah@example.org")]).await.status;
        for _ in 0..limits::LINKS.burst {
            assert_eq!(ask().await, 200);
        }
        assert_eq!(ask().await, 429);
        // Somebody else is not concerned, and a stranger's address is limited alike.
        let _ = t.post(None, "/sign-in", &[("email", "other@example.org")]).await.expect(200);
        t.advance(limits::LINKS.every);
        assert_eq!(ask().await, 200);
        assert_eq!(ask().await, 429);
        t.advance(SignedDuration::from_hours(1));
        for _ in 0..limits::LINKS.burst {
            assert_eq!(ask().await, 200);
        }
        assert_eq!(ask().await, 429);
        t.advance(SignedDuration::from_hours(1));
        assert_eq!(limits::sweep(&t.app).await.unwrap(), 2);
    })
    .await;
}

/// Eight servers at once take from one bucket: exactly its size passes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_is_shared_by_all_servers() {
    both(&setup(), async |t| {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let app = t.app.clone();
                tokio::spawn(async move {
                    let mut passed = 0;
                    for _ in 0..5 {
                        passed += i32::from(limits::take(&app, &limits::CODES, "x").await.unwrap());
                    }
                    passed
                })
            })
            .collect();
        let mut passed = 0;
        for tried in tries {
            passed += tried.await.unwrap();
        }
        assert_eq!(passed, limits::CODES.burst);
        assert!(limits::exhausted(&t.app, &limits::CODES, "x").await.unwrap());
        assert!(!limits::exhausted(&t.app, &limits::CODES, "y").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_link_leads_back_to_where_one_was_and_nowhere_else() {
    let t = TestApp::sqlite(&setup()).await;
    t.person("Priya Shah", &[]).await;
    let form = [("email", "priya.shah@example.org"), ("back", "/requests/7?x=1")];
    let _ = t.post(None, "/sign-in", &form).await.expect(200);
    let path = link(&t.letters().await[0].body);
    let _ = t.get(None, &path).await.expect(200).contains("Press the button");
    assert_eq!(t.post(None, &path, &[]).await.expect(303).location(), "/requests/7?x=1");
    let form = [("email", "priya.shah@example.org"), ("back", "//evil.example")];
    let _ = t.post(None, "/sign-in", &form).await.expect(200);
    let path = link(&t.letters().await[0].body);
    assert_eq!(t.post(None, &path, &[]).await.expect(303).location(), "/");
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_this_host() {
    let mut t = TestApp::sqlite(&setup()).await;
    let config = Config { public_url: "https://alongside.example".to_owned(), ..Config::default() };
    t.app.config = Arc::new(config);
    let cookie = sessions::cookie(&t.app.config, "x".to_owned()).to_string();
    assert!(cookie.starts_with("__Host-alongside_session=x"), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_was_open_in_the_browser() {
    let t = TestApp::sqlite(&setup()).await;
    let who = t
        .person("Priya Shah", &[access::Post::new(OrgRef::School(1), access::Role::Head, "Head")])
        .await;
    let _ = t.post(None, "/sign-in", &[("email", "priya.shah@example.org")]).await.expect(200);
    let path = link(&t.letters().await[0].body);
    let entered = t.post(Some(&who), &path, &[]).await.expect(303);
    assert!(entered.cookie(sessions::COOKIE).is_some());
    assert!(sessions::resume(&t.app, &who.token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_sent_letter_keeps_no_link() {
    let t = TestApp::sqlite(&setup()).await;
    t.person("Priya Shah", &[]).await;
    let _ = t.post(None, "/sign-in", &[("email", "priya.shah@example.org")]).await.expect(200);
    assert_eq!(t.letters().await.len(), 1);
    let kept = "SELECT count(*) AS n FROM letter WHERE body <> ''";
    assert_eq!(t.app.db.count(kept, []).await.unwrap(), 0);
}

//! One's own account: sessions, password, authenticator app, recovery codes.

use access::{limits, passwords, sessions, totp};
use axum::http::header;
use foundation::Sql as _;
use jiff::SignedDuration;
use testkit::{Answer, Persona, TestApp, both};

use crate::signing_in::setup;

const PASSWORD: &str = "tea kettle harbour nine";

pub(crate) fn token(answer: &Answer) -> String {
    answer.cookie(sessions::COOKIE).unwrap()
}

/// The key as the page shows it.
fn shown_key(page: &str) -> Vec<u8> {
    let start = page.find("govuk-inset-text").unwrap();
    let text = page[start..].split('>').nth(1).unwrap().split('<').next().unwrap();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = Vec::new();
    for letter in text.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = letters.iter().position(|&known| known == letter).unwrap();
        bits.extend((0..5).rev().map(|bit| value >> bit & 1 == 1));
    }
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |sum, &bit| sum << 1 | u8::from(bit)))
        .collect()
}

/// Sets password and app up and returns the app's secret, the recovery codes and the new session.
pub(crate) async fn set_up(t: &TestApp, who: &Persona) -> (Vec<u8>, Vec<String>, Persona) {
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    let chosen = t.post(Some(who), "/account/password", &form).await.expect(303);
    assert_eq!(chosen.location(), "/account/code");
    let page = t.get(Some(who), "/account/code").await.expect(200).contains("<svg");
    let secret = shown_key(&page.body);
    let _ = t.post(Some(who), "/account/code", &[("code", "000000")]).await.expect(422);
    let code = totp::code(&secret, totp::step(t.app.clock.now()));
    let done = t.post(Some(who), "/account/code", &[("code", &code)]).await.expect(200);
    let codes = done
        .body
        .split("<li>")
        .skip(1)
        .filter_map(|item| item.split('<').next())
        .filter(|item| item.len() == 19 && item.matches('-').count() == 3)
        .map(str::to_owned)
        .collect();
    let renewed = Persona { token: token(&done), ..who.clone() };
    t.advance(SignedDuration::from_secs(60));
    (secret, codes, renewed)
}

/// What the app shows now.
pub(crate) fn code_now(t: &TestApp, secret: &[u8]) -> String {
    totp::code(secret, totp::step(t.app.clock.now()))
}

async fn try_in(t: &TestApp, email: &str, password: &str, code: &str) -> Answer {
    t.post(None, "/sign-in/password", &[("email", email), ("password", password), ("code", code)])
        .await
}

#[tokio::test]
async fn sessions_are_listed_named_and_revocable() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let other = t.sign_in(who.account, "Priya Shah").await;
        let stranger = t.person("Daniel Okoro", &[]).await;
        let page = t.get(Some(&who), "/account").await.expect(200).contains("This one");
        let key = sessions::hash(&other.token);
        assert!(page.body.contains(&key) && !page.body.contains(&other.token));
        // Somebody else's session cannot be ended.
        let foreign = sessions::hash(&stranger.token);
        let _ =
            t.post(Some(&who), "/account/sessions/end", &[("session", &foreign)]).await.expect(303);
        assert!(sessions::resume(&t.app, &stranger.token).await.unwrap().is_some());
        let _ = t.post(Some(&who), "/account/sessions/end", &[("session", &key)]).await.expect(303);
        assert!(sessions::resume(&t.app, &other.token).await.unwrap().is_none());
        assert!(sessions::resume(&t.app, &who.token).await.unwrap().is_some());
        let again = t.sign_in(who.account, "Priya Shah").await;
        let _ = t.post(Some(&who), "/account/sign-out-everywhere", &[]).await.expect(303);
        for token in [&who.token, &again.token] {
            assert!(sessions::resume(&t.app, token).await.unwrap().is_none());
        }
        let _ = t.get(Some(&who), "/account").await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn password_and_code_sign_in_and_each_code_works_once() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let elsewhere = t.sign_in(who.account, "Priya Shah").await;
        let (secret, codes, renewed) = set_up(&t, &who).await;
        assert_eq!(codes.len(), 10);
        // A new token here, and every other session is over.
        assert!(sessions::resume(&t.app, &who.token).await.unwrap().is_none());
        assert!(sessions::resume(&t.app, &elsewhere.token).await.unwrap().is_none());
        assert!(sessions::resume(&t.app, &renewed.token).await.unwrap().is_some());
        let email = "Priya.Shah@example.org";
        let code = totp::code(&secret, totp::step(t.app.clock.now()));
        let _ = try_in(&t, email, "wrong password here", &code).await.expect(422);
        let _ = try_in(&t, email, PASSWORD, "000000").await.expect(422);
        let _ = try_in(&t, email, PASSWORD, "").await.expect(422);
        let _ = try_in(&t, email, PASSWORD, &code).await.expect(303);
        let _ = try_in(&t, email, PASSWORD, &code).await.expect(422);
        t.advance(SignedDuration::from_mins(30));
        let spoken = codes[0].to_uppercase().replace('-', " ");
        let _ = try_in(&t, email, PASSWORD, &spoken).await.expect(303);
        let _ = try_in(&t, email, PASSWORD, &codes[0]).await.expect(422);
        assert_eq!(passwords::codes_left(&t.app.db, who.account).await.unwrap(), 9);
        // Changing the password asks for it.
        let form = [("password", "another harbour kettle"), ("again", "another harbour kettle")];
        let _ = t
            .post(Some(&renewed), "/account/password", &form)
            .await
            .expect(422)
            .contains("not your password");
        let letters = t.letters().await;
        assert!(letters.iter().any(|letter| letter.subject == "A change to how you sign in"));
        // A browser left open is not enough to take the second step away, or to copy it.
        for act in ["/account/password/remove", "/account/recovery-codes"] {
            let _ = t.post(Some(&renewed), act, &[]).await.expect(200).contains("Show that it is");
            let _ = t.post(Some(&renewed), act, &[("code", "000000")]).await.expect(422);
        }
        assert_eq!(passwords::codes_left(&t.app.db, who.account).await.unwrap(), 9);
        t.advance(SignedDuration::from_mins(30));
        let code = totp::code(&secret, totp::step(t.app.clock.now()));
        let _ = t
            .post(Some(&renewed), "/account/password/remove", &[("code", &code)])
            .await
            .expect(303);
        t.advance(SignedDuration::from_mins(30));
        let code = totp::code(&secret, totp::step(t.app.clock.now()));
        let _ = try_in(&t, email, PASSWORD, &code).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_cannot_tell_whether_an_address_has_a_password() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        t.person("Daniel Okoro", &[]).await;
        let _ = set_up(&t, &who).await;
        let mut bodies = Vec::new();
        for email in ["priya.shah@example.org", "daniel.okoro@example.org", "nobody@example.org"] {
            let answer = try_in(&t, email, "not the password", "123456").await.expect(422);
            bodies.push(answer.body.replace(email, ""));
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        for _ in 1..limits::PASSWORDS.burst {
            let _ = try_in(&t, "nobody@example.org", "not the password", "1").await.expect(422);
        }
        let _ = try_in(&t, "nobody@example.org", "not the password", "1").await.expect(429);
    })
    .await;
}

/// A stranger who uses up every try shuts nobody out of a browser they have signed in with before.
#[tokio::test]
async fn guesses_of_strangers_shut_nobody_out() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let (secret, _, _) = set_up(&t, &who).await;
        let email = "priya.shah@example.org";
        let right = |at| totp::code(&secret, totp::step(at));
        let entered = try_in(&t, email, PASSWORD, &right(t.app.clock.now())).await.expect(303);
        let mark = entered.cookie("alongside_known").expect("the browser is remembered");
        let from = async |mark: &str, email: &str, code: &str| {
            let body = format!(
                "email={}&password={}&code={code}",
                email.replace('@', "%40"),
                PASSWORD.replace(' ', "+")
            );
            let request = axum::http::Request::builder()
                .method("POST")
                .uri("/sign-in/password")
                .header(header::HOST, "localhost")
                .header(header::COOKIE, format!("alongside_known={mark}"))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            t.send_raw(request.body(axum::body::Body::from(body)).unwrap()).await
        };
        // Nobody can sign in with a password any more: the tries of the address and of all are used up.
        for _ in 0..limits::PASSWORDS.burst {
            let _ = try_in(&t, email, "not the password", "1").await;
        }
        for _ in 0..=limits::FAILURES.burst {
            let _ = limits::take(&t.app, &limits::FAILURES, "").await.unwrap();
        }
        t.advance(SignedDuration::from_secs(60));
        for _ in 0..60 {
            let _ = limits::take(&t.app, &limits::FAILURES, "").await.unwrap();
        }
        let code = right(t.app.clock.now());
        let _ = try_in(&t, email, PASSWORD, &code).await.expect(429);
        // A mark that was made up, or is another address's, helps nobody.
        let _ = from("0000", email, &code).await.expect(429);
        let _ = from(&mark, "daniel.okoro@example.org", "1").await.expect(429);
        let _ = from(&mark, email, &code).await.expect(303);
        // And it is no way in: its tries end as well.
        for _ in 1..limits::PASSWORDS.burst {
            let _ = from(&mark, email, "000000").await.expect(422);
        }
        let _ = from(&mark, email, "000000").await.expect(429);
    })
    .await;
}

/// The secret can be renewed: what was made with the earlier one holds until that is taken out.
#[tokio::test]
async fn codes_outlive_a_renewal_of_the_secret() {
    let mut t = TestApp::sqlite(&setup()).await;
    let who = t.person("Priya Shah", &[]).await;
    let email = "priya.shah@example.org";
    let (old, new) =
        ("the first secret, of more than 32 signs", "another secret, of more than 32 signs");
    let known = |t: &mut TestApp, lines: &[&str]| {
        t.app.secret = std::sync::Arc::new(foundation::Secret::parse(&lines.join("\n")).unwrap());
        t.configure(|_| ());
    };
    known(&mut t, &[old]);
    let (_, codes, _) = set_up(&t, &who).await;
    known(&mut t, &[old, new]);
    let _ = try_in(&t, email, PASSWORD, &codes[0]).await.expect(303);
    let _ = try_in(&t, email, PASSWORD, &codes[0]).await.expect(422);
    known(&mut t, &[new]);
    let _ = try_in(&t, email, PASSWORD, &codes[1]).await.expect(422);
}

#[tokio::test]
async fn a_chosen_password_alone_does_nothing() {
    let t = TestApp::sqlite(&setup()).await;
    let who = t.person("Priya Shah", &[]).await;
    let weak = [("password", "short"), ("again", "short")];
    let _ =
        t.post(Some(&who), "/account/password", &weak).await.expect(422).contains("12 characters");
    let differ = [("password", PASSWORD), ("again", "something else at all")];
    let _ = t.post(Some(&who), "/account/password", &differ).await.expect(422).contains("differ");
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    let _ = t.post(Some(&who), "/account/password", &form).await.expect(303);
    let _ = try_in(&t, "priya.shah@example.org", PASSWORD, "").await.expect(422);
}

/// A stolen database file opens no account.
#[tokio::test]
async fn the_raw_file_holds_no_secret() {
    let t = TestApp::sqlite(&setup()).await;
    let who = t.person("Priya Shah", &[]).await;
    let (secret, codes, renewed) = set_up(&t, &who).await;
    t.app.db.script("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let mut raw = std::fs::read(t.app.db.path().unwrap()).unwrap();
    raw.extend(std::fs::read(t.folder().join("test.sqlite-wal")).unwrap_or_default());
    let holds = |needle: &[u8]| raw.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"priya.shah@example.org"), "the file that is searched is the right one");
    let mut secrets = vec![PASSWORD.as_bytes().to_vec(), renewed.token.clone().into_bytes()];
    secrets.push(totp::base32(&secret).into_bytes());
    secrets.push(foundation::ids::hex(&secret).into_bytes());
    secrets.push(secret);
    secrets.extend(codes.iter().map(|code| code.clone().into_bytes()));
    secrets.extend(codes.iter().map(|code| code.replace('-', "").into_bytes()));
    for secret in secrets {
        assert!(!holds(&secret), "{}", String::from_utf8_lossy(&secret));
    }
}

/// A mailbox in wrong hands is not enough where an authenticator app is connected.
#[tokio::test]
async fn a_link_asks_for_the_code_where_there_is_an_app() {
    both(&setup(), async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let (secret, codes, _) = set_up(&t, &who).await;
        let ask = async || {
            let form = [("email", "priya.shah@example.org")];
            let _ = t.post(None, "/sign-in", &form).await.expect(200);
            let letters = t.letters().await;
            let letter = letters.iter().rfind(|letter| letter.subject.contains("link")).unwrap();
            crate::signing_in::link(&letter.body)
        };
        let path = ask().await;
        let _ = t.get(None, &path).await.expect(200).contains("asks for a code");
        let _ = t.post(None, &path, &[]).await.expect(422);
        let _ = t.post(None, &path, &[("code", "000000")]).await.expect(422);
        let code = totp::code(&secret, totp::step(t.app.clock.now()));
        // The link still stands after a wrong code, and is used by the right one.
        let _ = t.post(None, &path, &[("code", &code)]).await.expect(303);
        let _ = t.post(None, &path, &[("code", &code)]).await.expect(403);
        t.advance(SignedDuration::from_mins(10));
        let path = ask().await;
        let _ = t.post(None, &path, &[("code", &code)]).await.expect(422);
        let _ = t.post(None, &path, &[("code", &codes[0])]).await.expect(303);
        assert_eq!(passwords::codes_left(&t.app.db, who.account).await.unwrap(), 9);
        // Guessing ends long before a million codes; the link is not used up by it.
        let path = ask().await;
        for _ in 0..=limits::CODES.burst {
            let _ = t.post(None, &path, &[("code", "1")]).await.expect(422);
        }
        let _ = t.post(None, &path, &[("code", &codes[1])]).await.expect(422).contains("too many");
    })
    .await;
}

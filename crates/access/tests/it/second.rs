//! Posts that open only to somebody who showed a second step.

use access::{Post, Role, policy, sessions};
use foundation::{OrgRef, Sql as _};
use jiff::SignedDuration;
use testkit::{Answer, Persona, TestApp, both};

use crate::{
    account::{code_now, set_up, token},
    signing_in::{link, setup},
};

const PARTNERSHIP: OrgRef = OrgRef::Partnership(uuid::Uuid::from_u128(7));

fn operator() -> Post {
    Post::new(policy::installation().owner, Role::Operator, "Operator")
}

/// An account that has never signed in, so that nothing of its session helps it.
async fn invited(t: &TestApp, name: &str, posts: &[Post]) -> Persona {
    let who = t.person(name, posts).await;
    sessions::end_all(&t.app.db, t.app.clock.now(), who.account, None).await.expect("no session");
    who
}

/// Asks for a link by e-mail and follows it; the answer, and the person in that session.
async fn by_link(t: &TestApp, who: &Persona, code: &str) -> (Answer, Persona) {
    let email = format!("{}@example.org", who.name.to_lowercase().replace(' ', "."));
    let _ = t.post(None, "/sign-in", &[("email", &email), ("back", "/people")]).await.expect(200);
    let letter = t.letters().await.into_iter().rev().find(|it| it.body.contains("/sign-in/"));
    let answer = t.post(None, &link(&letter.expect("a letter").body), &[("code", code)]).await;
    let token = answer.cookie(sessions::COOKIE).unwrap_or_default();
    (answer, Persona { token, ..who.clone() })
}

#[tokio::test]
async fn an_operator_with_a_mailbox_alone_is_led_to_set_up_a_second_step() {
    both(&setup(), async |t| {
        let head = Post::new(OrgRef::School(999_101), Role::Head, "Headteacher");
        let kit = invited(&t, "Kit Bell", &[operator(), head]).await;
        let (answer, weak) = by_link(&t, &kit, "").await;
        assert_eq!(answer.expect(303).location(), "/account/second-step?back=%2Fpeople");
        // Nothing of the operator's opens; what belongs to everybody, and to the head, does.
        let _ = t.get(Some(&weak), "/people").await.expect(404);
        let _ = t.post(Some(&weak), "/people/new", &[]).await.expect(404);
        let _ = t.get(Some(&weak), "/access-log.csv").await.expect(200);
        let page = t.get(Some(&weak), "/account/second-step?back=/people").await.expect(200);
        let page = page.contains("Set up a second step").contains("Operator, This installation");
        let _ = page.contains("Closed to you until").contains("other posts").lacks("Code");
        let _ = t.get(Some(&weak), "/account").await.expect(200).contains("Closed until you show");
        // The first one that is set up opens the post, in a session with another token.
        let (secret, _, proved) = set_up(&t, &weak).await;
        let _ = t.get(Some(&proved), "/people").await.expect(200);
        let _ = t.get(Some(&weak), "/people").await.expect(303);
        // From now on a link takes the code, and a session with it is enough.
        t.advance(SignedDuration::from_mins(40));
        let (refused, _) = by_link(&t, &kit, "").await;
        assert_eq!(refused.status, 422);
        let (answer, strong) = by_link(&t, &kit, &code_now(&t, &secret)).await;
        assert_eq!(answer.expect(303).location(), "/people");
        let _ = t.get(Some(&strong), "/people").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_broker_has_days_of_grace_that_begin_when_they_are_asked() {
    both(&setup(), async |t| {
        let broker = Post::new(PARTNERSHIP, Role::Broker, "Broker");
        let marcus = invited(&t, "Marcus Webb", &[broker]).await;
        let (answer, weak) = by_link(&t, &marcus, "").await;
        assert!(answer.expect(303).location().starts_with("/account/second-step"));
        // 9 November and thirteen days more.
        let page = t.get(Some(&weak), "/account/second-step").await.expect(200);
        let _ = page.contains("end of 22 November 2026").contains("Not now").lacks("Closed to you");
        let account = async |who: &Persona| t.get(Some(who), "/account").await.expect(200);
        let _ = account(&weak).await.contains("Set up a second step by 22 November 2026");
        t.advance(SignedDuration::from_hours(13 * 24));
        let (_, weak) = by_link(&t, &marcus, "").await;
        // The last day of grace.
        let _ = account(&weak).await.lacks("Closed until");
        t.advance(SignedDuration::from_hours(24));
        let (_, weak) = by_link(&t, &marcus, "").await;
        // It began once: signing in again does not lengthen it.
        let _ = account(&weak).await.contains("Closed until");
    })
    .await;
}

/// Whoever has a second step cannot be got at by their mailbox: no grace, no second one beside it,
/// and the one that is there cannot be taken away.
#[tokio::test]
async fn a_mailbox_neither_passes_nor_replaces_a_second_step_that_is_there() {
    both(&setup(), async |t| {
        let broker = Post::new(PARTNERSHIP, Role::Broker, "Broker");
        let marcus = invited(&t, "Marcus Webb", &[broker]).await;
        // A passkey alone: a link still signs in, as the way back for those whose posts allow it.
        let key = r#"{"alg":"EdDSA","x":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}"#;
        t.app
            .db
            .run(
                "INSERT INTO passkey (id, account, name, public_key, sign_count, synced, created_at)
                 VALUES ('a2V5', $1, 'Phone', $2, 0, FALSE, $3)",
                [marcus.account.into(), key.into(), t.app.clock.now().as_microsecond().into()],
            )
            .await
            .unwrap();
        let (_, weak) = by_link(&t, &marcus, "").await;
        let page = t.get(Some(&weak), "/account/second-step").await.expect(200);
        let page = page.contains("Show your second step").contains("Closed to you until");
        let _ = page.contains("Sign in again with your passkey").lacks("Choose a password");
        for path in ["/account/password", "/account/code", "/account/passkeys/new"] {
            let refused = t.post(Some(&weak), path, &[("name", "Mine")]).await;
            let _ = refused.expect(403).contains("First show the second step you have");
        }
        let _ = t.post(Some(&weak), "/account/passkeys/a2V5/remove", &[]).await.expect(403);
        // A session that was proved may.
        let strong = t.sign_in(marcus.account, "Marcus Webb").await;
        let _ = t.get(Some(&strong), "/account/password").await.expect(200);
        let _ = t.post(Some(&strong), "/account/passkeys/a2V5/remove", &[]).await.expect(303);
    })
    .await;
}

/// A session that began without a code is opened further by one, once.
#[tokio::test]
async fn a_code_opens_what_waits_in_a_session_that_began_without_one() {
    both(&setup(), async |mut t| {
        let kit = t.person("Kit Bell", &[operator()]).await;
        let (secret, _, _) = set_up(&t, &kit).await;
        // As a provider begins it that says nothing of a second step.
        let entrance = sessions::Entrance { way: "provider:college", proved: false };
        let now = t.app.clock.now();
        let token_of = sessions::begin_by(&t.app.db, &t.app.ids, now, kit.account, "x", entrance);
        let weak = Persona { token: token_of.await.unwrap(), ..kit.clone() };
        let _ = t.get(Some(&weak), "/people").await.expect(404);
        let here = "/account/second-step";
        let _ = t.post(Some(&weak), here, &[("code", "000000")]).await.expect(422);
        let _ = t.get(Some(&weak), "/people").await.expect(404);
        let code = code_now(&t, &secret);
        let form = [("code", code.as_str()), ("back", "//evil.example")];
        let shown = t.post(Some(&weak), here, &form).await.expect(303);
        assert_eq!(shown.location(), "/");
        let strong = Persona { token: token(&shown), ..kit.clone() };
        let _ = t.get(Some(&strong), "/people").await.expect(200);
        let _ = t.get(Some(&weak), "/people").await.expect(303);
        let _ = t.get(Some(&strong), here).await.expect(200).contains("Nothing here waits");
        let verb = "SELECT count(*) AS n FROM event WHERE verb = 'showed a second step'";
        assert_eq!(t.app.db.count(verb, []).await.unwrap(), 1);
        // An installation may ask for nothing.
        t.configure(|config| "none".clone_into(&mut config.require_second_step));
        let token_of = sessions::begin_by(&t.app.db, &t.app.ids, now, kit.account, "x", entrance);
        let open = Persona { token: token_of.await.unwrap(), ..kit };
        let _ = t.get(Some(&open), "/people").await.expect(200);
    })
    .await;
}

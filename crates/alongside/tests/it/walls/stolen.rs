//! A stolen database file, or a dump made with the database's own tool, tells no password, no
//! token, no recovery code and no text of a private conversation.

use std::{path::PathBuf, process::Command};

use access::{
    Action, Kind as Records, Permit, Resource, Zone, authorize, keyring, links, sealed, totp,
};
use foundation::{
    Context, OrgRef,
    mail::{self, Letter},
    settings,
};
use jiff::SignedDuration;
use testkit::{Kind, Persona, Setup, TestApp, both};

const PASSWORD: &str = "heron lantern quay sixteen";
const TEXT: &str = "I am not sure that I can lead this school on my own";

/// What PostgreSQL's own tool writes.
fn pg_dump(address: &str) -> Vec<u8> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin/pg_dump"));
    let program = installed
        .chain([PathBuf::from("pg_dump")])
        .find(|path| path.is_file() || path.components().count() == 1)
        .expect("a name");
    let output = Command::new(program).args(["--inserts", address]).output().expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The token of the first link in a letter.
fn token(text: &str, before: &str) -> String {
    let at = text.find(before).expect("a link") + before.len();
    text[at..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Sets everything up that is secret, and returns the secrets.
async fn secrets(t: &TestApp, who: &Persona, other: &Persona) -> Vec<String> {
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    let _ = t.post(Some(who), "/account/password", &form).await.expect(303);
    let page = t.get(Some(who), "/account/code").await.expect(200);
    let secret = access::passwords::pending_secret(&t.app, who.account).await.unwrap();
    let secret = secret.expect("a secret was made");
    assert!(page.body.contains("<svg"));
    let code = totp::code(&secret, totp::step(t.app.clock.now()));
    let done = t.post(Some(who), "/account/code", &[("code", &code)]).await.expect(200);
    let codes: Vec<String> = done
        .body
        .split("<li>")
        .skip(1)
        .filter_map(|item| item.split('<').next())
        .filter(|item| item.len() == 19 && item.matches('-').count() == 3)
        .map(str::to_owned)
        .collect();
    assert_eq!(codes.len(), 10, "recovery codes");
    let mut secrets = vec![
        PASSWORD.to_owned(),
        who.token.clone(),
        other.token.clone(),
        totp::base32(&secret),
        foundation::ids::hex(&secret),
        TEXT.to_owned(),
        "lead this school".to_owned(),
        foundation::ids::hex(TEXT.as_bytes()),
    ];
    secrets.extend(codes.iter().map(|code| code.replace('-', "")));
    secrets.extend(codes);
    // A link to sign in, in a letter that has been sent.
    let asked = [("email", "daniel.okoro@example.org")];
    let _ = t.post(None, "/sign-in", &asked).await;
    let letters = t.letters().await;
    let letter = letters.iter().find(|l| l.body.contains("/sign-in/")).expect("a letter");
    secrets.push(token(&letter.body, "/sign-in/"));
    // A link to one act.
    let system = Permit::system("test", t.app.clock.now());
    let act = links::Act {
        subject: "thing",
        id: "1".to_owned(),
        act: "answer",
        email: "kit@example.org".to_owned(),
        owner: OrgRef::School(999_101),
    };
    let tx = t.app.db.write().await.unwrap();
    let link =
        links::issue(&tx, &t.app, &system, &act, SignedDuration::from_hours(1)).await.unwrap();
    // A conversation of two people.
    sealed::begin(&tx, &t.app, "c-1", [who.account, other.account]).await.unwrap();
    tx.commit().await.unwrap();
    secrets.push(link);
    let pair = Resource::new(Records::Conversation, Zone::Pair, OrgRef::School(999_101))
        .people([who.account, other.account]);
    let visitor = t.visitor(who).await;
    let permit = authorize(&t.app, &visitor, Action::Update, &pair).unwrap();
    let body = sealed::seal(&t.app.db, &t.app, &permit, "c-1", "body", TEXT).await.unwrap();
    settings::set(&t.app.db, "conversation", &body).await.unwrap();
    let master = std::fs::read_to_string(keyring::path(&t.app.config)).unwrap();
    secrets.push(master.trim().split(' ').nth(1).expect("a key").to_owned());
    secrets.push(foundation::ids::hex(&[7; 32]));
    secrets
}

/// Everything a thief of the database has.
fn raw(t: &TestApp) -> Vec<u8> {
    match t.kind {
        Kind::Sqlite => {
            let path = t.app.db.path().unwrap();
            let mut raw = std::fs::read(path).unwrap();
            let log = PathBuf::from(format!("{}-wal", path.display()));
            raw.extend(std::fs::read(log).unwrap_or_default());
            raw
        }
        Kind::Postgres => pg_dump(&t.app.config.database_url),
    }
}

#[tokio::test]
async fn a_stolen_database_tells_no_secret() {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = alongside::routes::migrations();
    both(&setup, async |t| {
        let who = t.person("Priya Shah", &[]).await;
        let other = t.person("Daniel Okoro", &[]).await;
        let secrets = secrets(&t, &who, &other).await;
        // Stolen while a letter with a link still waits to be sent.
        let waiting = t.app.ids.token();
        let letter = Letter {
            recipient: "waiting@example.org".to_owned(),
            subject: "A link".to_owned(),
            body: format!("Dear reader of letters, open https://x.example/sign-in/{waiting} today"),
        };
        let tx = t.app.db.write().await.unwrap();
        let context = Context::system("test", t.app.clock.now());
        mail::post(&tx, &t.app, &context, &letter).await.unwrap();
        tx.commit().await.unwrap();
        let raw = raw(&t);
        let holds = |needle: &[u8]| raw.windows(needle.len()).any(|window| window == needle);
        for known in [
            "daniel.okoro@example.org",
            "Priya Shah",
            "c-1",
            "kit@example.org",
            "waiting@example.org",
        ] {
            assert!(holds(known.as_bytes()), "{known} is not in it: the wrong thing is searched");
        }
        assert!(secrets.len() > 25, "{}", secrets.len());
        let reader = "Dear reader of letters".to_owned();
        for secret in secrets.into_iter().chain([waiting, reader]) {
            assert!(secret.len() > 10, "{secret} is too short to be looked for");
            assert!(!holds(secret.as_bytes()), "{secret}");
            let small = secret.to_lowercase();
            assert!(!holds(small.as_bytes()), "{small}");
        }
        // It is sealed and not lost.
        let letters = t.letters().await;
        assert!(letters.contains(&letter), "{letters:?}");
    })
    .await;
}

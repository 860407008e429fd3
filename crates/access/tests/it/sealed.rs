//! Text for two people and nobody else.

use access::{Action, Kind, Permit, Resource, Zone, authorize, keyring, sealed, totp};
use foundation::{OrgRef, Sql as _};
use testkit::{Kind as Database, Persona, TestApp, both};

use crate::signing_in::setup;

const TEXT: &str = "I was not sure I could lead this school. – Łódź";

fn conversation(pair: &[&Persona]) -> Resource {
    Resource::new(Kind::Conversation, Zone::Pair, OrgRef::School(999_101))
        .people(pair.iter().map(|who| who.account))
}

async fn permit(t: &TestApp, who: &Persona, pair: &[&Persona]) -> Permit {
    let visitor = t.visitor(who).await;
    authorize(&t.app, &visitor, Action::Update, &conversation(pair)).unwrap()
}

/// Begins a conversation and keeps one sealed text the way a room would.
async fn write(t: &TestApp, one: &Persona, other: &Persona) -> String {
    t.app.db.script("CREATE TABLE IF NOT EXISTS room (id TEXT, body TEXT)").await.unwrap();
    let permit = permit(t, one, &[one, other]).await;
    let tx = t.app.db.write().await.unwrap();
    sealed::begin(&tx, &t.app, "c-1", [one.account, other.account]).await.unwrap();
    let body = sealed::seal(&tx, &t.app, &permit, "c-1", "body", TEXT).await.unwrap();
    tx.run("INSERT INTO room (id, body) VALUES ('c-1', $1)", [body.clone().into()]).await.unwrap();
    tx.commit().await.unwrap();
    body
}

#[tokio::test]
async fn its_two_people_read_it_and_nobody_else() {
    both(&setup(), async |t| {
        let one = t.person("Priya Shah", &[]).await;
        let other = t.person("Daniel Okoro", &[]).await;
        let third = t.person("Ada Min", &[]).await;
        let body = write(&t, &one, &other).await;
        for who in [&one, &other] {
            let visitor = t.visitor(who).await;
            let read = sealed::open(&t.app, &visitor, "c-1", "body", &body).await.unwrap();
            assert_eq!(read, TEXT);
            assert!(sealed::open(&t.app, &visitor, "c-1", "elsewhere", &body).await.is_err());
        }
        let visitor = t.visitor(&third).await;
        assert!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.is_err());
        let system = Permit::system("test", t.app.clock.now());
        assert!(sealed::seal(&t.app.db, &t.app, &system, "c-1", "body", "x").await.is_err());
        // A copied key row does not open for somebody else: it is wrapped for its owner.
        let copy = "UPDATE sealed_key SET account = $1 WHERE account = $2";
        let salt =
            "INSERT INTO key_salt (account, salt) SELECT $1, salt FROM key_salt WHERE account = $2";
        t.app.db.run(salt, [third.account.into(), one.account.into()]).await.unwrap();
        t.app.db.run(copy, [third.account.into(), one.account.into()]).await.unwrap();
        assert!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn keys_are_renewed_without_touching_the_texts() {
    both(&setup(), async |t| {
        let one = t.person("Priya Shah", &[]).await;
        let other = t.person("Daniel Okoro", &[]).await;
        let body = write(&t, &one, &other).await;
        let own = permit(&t, &one, &[&one, &other]).await;
        access::passwords::choose(&t.app, &own, one.account, "tea kettle harbour nine")
            .await
            .unwrap();
        let secret = access::passwords::pending_secret(&t.app, one.account).await.unwrap();
        let system = Permit::system("keys", t.app.clock.now());
        assert_eq!(sealed::in_use(&t.app.db).await.unwrap(), [(1, 3)]);
        let done = sealed::rotate(&t.app, &system).await.unwrap();
        assert_eq!((done.version, done.renewed), (2, 3));
        assert_eq!(sealed::in_use(&t.app.db).await.unwrap(), [(2, 3)]);
        // The old key may go: only the new one is in use.
        let path = keyring::path(&t.app.config);
        let file = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, file.lines().last().unwrap()).unwrap();
        let visitor = t.visitor(&other).await;
        assert_eq!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.unwrap(), TEXT);
        assert_eq!(access::passwords::pending_secret(&t.app, one.account).await.unwrap(), secret);
        // Without the file the text is noise, and a fresh file does not open it either.
        std::fs::rename(&path, path.with_extension("away")).unwrap();
        assert!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.is_err());
        std::fs::rename(path.with_extension("away"), &path).unwrap();
        assert_eq!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.unwrap(), TEXT);
        // Erased for good.
        let tx = t.app.db.write().await.unwrap();
        assert_eq!(sealed::erase(&tx, &system, "c-1").await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert!(sealed::open(&t.app, &visitor, "c-1", "body", &body).await.is_err());
    })
    .await;
}

/// A stolen database, either kind, reveals neither the text nor a key that opens it.
#[tokio::test]
async fn the_raw_database_holds_no_text() {
    both(&setup(), async |t| {
        let one = t.person("Priya Shah", &[]).await;
        let other = t.person("Daniel Okoro", &[]).await;
        write(&t, &one, &other).await;
        let raw = match t.kind {
            Database::Sqlite => {
                t.app.db.script("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
                std::fs::read(t.app.db.path().unwrap()).unwrap()
            }
            Database::Postgres => dump(&t).await,
        };
        let master = std::fs::read_to_string(keyring::path(&t.app.config)).unwrap();
        let master = master.trim().split(' ').nth(1).unwrap();
        let holds = |needle: &[u8]| raw.windows(needle.len()).any(|window| window == needle);
        assert!(holds(b"c-1 for") || holds(b"c-1"), "what is searched is the right thing");
        for part in [TEXT, "not sure", "lead this school", master] {
            assert!(!holds(part.as_bytes()), "{part}");
            assert!(!holds(foundation::ids::hex(part.as_bytes()).as_bytes()), "{part} in digits");
            assert!(!holds(totp::base32(part.as_bytes()).as_bytes()), "{part} in letters");
        }
    })
    .await;
}

/// Every row of every table as text, as a dump holds them.
async fn dump(t: &TestApp) -> Vec<u8> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        row: String,
    }
    let tables: Vec<Row> = t
        .app
        .db
        .all("SELECT tablename::text AS row FROM pg_tables WHERE schemaname = 'public'", [])
        .await
        .unwrap();
    let mut raw = Vec::new();
    for table in tables {
        let sql = format!("SELECT CAST(x AS TEXT) AS row FROM {} x", table.row);
        for row in t.app.db.all::<Row>(&sql, []).await.unwrap() {
            raw.extend(row.row.into_bytes());
            raw.push(b'\n');
        }
    }
    raw
}

/// The key file is readable by the operator alone.
#[cfg(unix)]
#[tokio::test]
async fn the_key_file_is_the_operators_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let t = TestApp::sqlite(&setup()).await;
    let _ = keyring::Keyring::open(&t.app).await.unwrap();
    let mode = std::fs::metadata(keyring::path(&t.app.config)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

//! Whatever somebody with the database's own powers does to the record of acts, it is found: a
//! change of any column of any entry, an entry taken out anywhere, slipped in, moved, or the end
//! cut off.

use foundation::{
    Context, Sql as _,
    events::{self, Chain, Event},
};
use testkit::{Kind, Setup, TestApp, both};

const ENTRIES: i64 = 6;

async fn told(t: &TestApp) {
    for number in 1..=ENTRIES {
        let tx = t.app.db.write().await.unwrap();
        let mut context = Context::system("test", t.app.clock.now()).because("a reason");
        context.acting_for = Some(foundation::OrgRef::School(999_101));
        context.request = Some(format!("r-{number}"));
        context.rule = Some("named");
        let event = Event::new("thing", number, "touched")
            .owned_by(foundation::OrgRef::School(999_101))
            .with(serde_json::json!({ "n": number }));
        events::append(&tx, &context, event).await.unwrap();
        tx.commit().await.unwrap();
    }
    // Somebody with the database's own powers takes the guards away.
    let guards = match t.kind {
        Kind::Sqlite => "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete",
        Kind::Postgres => "DROP TRIGGER event_no_change ON event",
    };
    t.app.db.script(guards).await.unwrap();
    t.app.db.script("CREATE TABLE kept AS SELECT * FROM event").await.unwrap();
    assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::Whole(ENTRIES));
}

async fn found(t: &TestApp, script: &str, at: i64) {
    t.app.db.script(script).await.unwrap_or_else(|error| panic!("{script}: {error}"));
    assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::BrokenAt(at), "{script}");
    t.app.db.script("DELETE FROM event; INSERT INTO event SELECT * FROM kept").await.unwrap();
    assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::Whole(ENTRIES), "put back");
}

#[tokio::test]
async fn every_way_of_tampering_is_found() {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = foundation::MIGRATIONS.to_vec();
    both(&setup, async |t| {
        told(&t).await;
        let texts = [
            "actor",
            "actor_name",
            "acting_for",
            "verb",
            "subject",
            "subject_id",
            "owner",
            "reason",
            "detail",
            "request",
            "rule",
            "previous",
            "hash",
        ];
        for seq in 1..=ENTRIES {
            for column in texts {
                let set = format!("UPDATE event SET {column} = {column} || 'x' WHERE seq = {seq}");
                found(&t, &set, seq).await;
                if ["acting_for", "owner", "reason", "request", "rule"].contains(&column) {
                    let set = format!("UPDATE event SET {column} = NULL WHERE seq = {seq}");
                    found(&t, &set, seq).await;
                }
            }
            found(&t, &format!("UPDATE event SET at = at + 1 WHERE seq = {seq}"), seq).await;
            found(&t, &format!("DELETE FROM event WHERE seq = {seq}"), seq).await;
            found(&t, &format!("DELETE FROM event WHERE seq >= {seq}"), seq).await;
            let moved = format!("UPDATE event SET seq = 100 WHERE seq = {seq}");
            found(&t, &moved, seq).await;
        }
        // Two change places.
        let swap =
            "UPDATE event SET seq = 100 WHERE seq = 2; UPDATE event SET seq = 2 WHERE seq = 3;
                    UPDATE event SET seq = 3 WHERE seq = 100";
        found(&t, swap, 2).await;
        // One is slipped in, in the middle and at the end.
        let columns = "at, actor, actor_name, acting_for, verb, subject, subject_id, owner, reason,
                       detail, request, rule, previous, hash";
        let first = format!(
            "INSERT INTO event (seq, {columns}) SELECT 0, {columns} FROM event WHERE seq = 1"
        );
        found(&t, &first, 1).await;
        let end = format!(
            "INSERT INTO event (seq, {columns}) SELECT 7, {columns} FROM event WHERE seq = 6"
        );
        found(&t, &end, 7).await;
        // Somebody who knows the product's every line, but not the secret, writes a whole new record.
        let forger = foundation::Db::open(&t.app.config.database_url).await.unwrap();
        forger.script("DELETE FROM event; DELETE FROM event_tail").await.unwrap();
        let tx = forger.write().await.unwrap();
        for number in 1..=ENTRIES {
            let context = Context::system("forged", t.app.clock.now());
            events::append(&tx, &context, Event::new("thing", number, "touched")).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(events::verify(&forger).await.unwrap(), Chain::Whole(ENTRIES));
        assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::BrokenAt(1));
        forger.close().await.unwrap();
        t.app.db.script("DELETE FROM event; INSERT INTO event SELECT * FROM kept").await.unwrap();
        t.app.db.script("DELETE FROM event_tail").await.unwrap();
        let verdict = events::verify(&t.app.db).await.unwrap();
        assert_eq!(verdict, Chain::BrokenAt(ENTRIES + 1), "the note of the end is gone");
    })
    .await;
}

/// A permit to read lets nothing be changed, whatever act it is handed to.
#[tokio::test]
async fn a_permit_to_read_changes_nothing() {
    let setup = Setup::new(&[], axum::Router::new);
    both(&setup, async |t| {
        let head = access::Post::new(
            foundation::OrgRef::School(999_101),
            access::Role::Head,
            "Headteacher",
        );
        let who = t.person("Priya Shah", &[head]).await;
        let visitor = t.visitor(&who).await;
        let own = access::policy::own(who.account);
        let count = "SELECT count(*) AS n FROM event";
        let before = t.app.db.count(count, []).await.unwrap();
        let read = access::authorize(&t.app, &visitor, access::Action::Read, &own).unwrap();
        let refused = access::privacy::rename(&t.app, &read, who.account, "Somebody Else").await;
        assert!(matches!(refused, Err(foundation::DbError::Unpermitted(_))), "{refused:?}");
        let after = access::accounts::get(&t.app.db, who.account).await.unwrap().unwrap();
        assert_eq!(after.name, "Priya Shah", "the act was undone as a whole");
        assert_eq!(t.app.db.count(count, []).await.unwrap(), before);
        let change = access::authorize(&t.app, &visitor, access::Action::Update, &own).unwrap();
        access::privacy::rename(&t.app, &change, who.account, "Somebody Else").await.unwrap();
        assert!(change.must_be_to(&[access::Action::Sign]).is_err());
    })
    .await;
}

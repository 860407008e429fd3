//! Transactions, events and jobs under load.

use std::sync::Arc;

use foundation::{
    Context, Db, Sql,
    events::{self, Chain, Event},
    jobs,
};
use testkit::{Kind, Setup, both};

fn setup() -> Setup {
    Setup::new(&[], axum::Router::new)
}

async fn act(db: &Db, at: jiff::Timestamp, id: i32) {
    let tx = db.write().await.unwrap();
    let context = Context::system("test", at).because("to see whether it holds");
    events::append(&tx, &context, Event::new("thing", id, "touched")).await.unwrap();
    tx.commit().await.unwrap();
}

/// Thirty-two writers at once: with a plain BEGIN most of them fail on SQLite at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_all_succeed_and_the_chain_is_whole() {
    both(&setup(), async |t| {
        let at = t.app.clock.now();
        let writers: Vec<_> = (0..32)
            .map(|id| {
                let db = t.app.db.clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        act(&db, at, id).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::Whole(320));
        assert_eq!(events::timeline(&t.app.db, "thing", "7").await.unwrap().len(), 10);
    })
    .await;
}

#[tokio::test]
async fn an_event_cannot_be_changed_and_tampering_is_found() {
    both(&setup(), async |t| {
        for id in 0..5 {
            act(&t.app.db, t.app.clock.now(), id).await;
        }
        assert!(t.app.db.run("UPDATE event SET verb = 'untouched'", []).await.is_err());
        assert!(t.app.db.run("DELETE FROM event", []).await.is_err());
        // Somebody with the database's own powers removes the guard first.
        let script = match t.kind {
            Kind::Sqlite => "DROP TRIGGER event_no_update",
            Kind::Postgres => "DROP TRIGGER event_no_change ON event",
        };
        t.app.db.script(script).await.unwrap();
        t.app.db.run("UPDATE event SET reason = 'nothing' WHERE seq = 3", []).await.unwrap();
        assert_eq!(events::verify(&t.app.db).await.unwrap(), Chain::BrokenAt(3));
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    both(&setup(), async |t| {
        let tx = t.app.db.write().await.unwrap();
        let context = Context::system("test", t.app.clock.now());
        events::append(&tx, &context, Event::new("thing", 1, "touched")).await.unwrap();
        jobs::enqueue(&tx, &t.app.ids, "work", &1, t.app.clock.now(), None).await.unwrap();
        drop(tx);
        assert_eq!(t.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap(), 0);
        assert!(jobs::take(&t.app.db, t.app.clock.now()).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_is_taken_by_one_worker_only() {
    both(&setup(), async |t| {
        let now = t.app.clock.now();
        let tx = t.app.db.write().await.unwrap();
        for number in 0..40 {
            jobs::enqueue(&tx, &t.app.ids, "work", &number, now, None).await.unwrap();
            jobs::enqueue(&tx, &t.app.ids, "work", &number, now, Some("the same")).await.unwrap();
        }
        tx.commit().await.unwrap();
        let taken = Arc::new(tokio::sync::Mutex::new(Vec::new()));
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let (db, taken) = (t.app.db.clone(), taken.clone());
                tokio::spawn(async move {
                    while let Some(job) = jobs::take(&db, now).await.unwrap() {
                        taken.lock().await.push(job.id);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        let mut ids = taken.lock().await.clone();
        ids.sort();
        ids.dedup();
        assert_eq!((taken.lock().await.len(), ids.len()), (41, 41));
    })
    .await;
}

/// Four servers starting at once on an empty database: one migrates, the others wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_starts_migrate_once() {
    let empty = Setup { migrations: Vec::new(), ..setup() };
    both(&empty, async |t| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let address = t.app.config.database_url.clone();
                tokio::spawn(async move {
                    let db = Db::open(&address).await.unwrap();
                    let steps = [foundation::MIGRATIONS, access::MIGRATIONS].concat();
                    foundation::db::migrate(&db, &steps).await.unwrap()
                })
            })
            .collect();
        let mut taken = 0;
        for start in starts {
            taken += start.await.unwrap();
        }
        assert_eq!(taken, foundation::MIGRATIONS.len() + access::MIGRATIONS.len());
    })
    .await;
}

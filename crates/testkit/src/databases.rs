//! Fresh databases: PostgreSQL ones are copies of a template that is migrated once.

use foundation::{
    Db, Sql,
    db::{self, Migration},
};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of its own.
    Sqlite,
    /// A database of its own on a shared server.
    Postgres,
}

/// The address of the server's maintenance database, where there is a server.
pub(crate) fn postgres() -> Option<String> {
    let address = std::env::var("ALONGSIDE_TEST_POSTGRES").ok();
    if address.is_none() {
        assert!(
            std::env::var_os("ALONGSIDE_REQUIRE_POSTGRES").is_none(),
            "PostgreSQL is required: set ALONGSIDE_TEST_POSTGRES"
        );
        println!("skipped: PostgreSQL (set ALONGSIDE_TEST_POSTGRES=postgres://…/postgres)");
    }
    address
}

fn sibling(address: &str, name: &str) -> String {
    let (server, query) = address.split_once('?').map_or((address, ""), |(a, q)| (a, q));
    let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
    if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") }
}

/// Makes a database for one test and returns its address.
pub(crate) async fn fresh(address: &str, migrations: &[Migration]) -> String {
    let mut digest = blake3::Hasher::new();
    for step in migrations {
        digest.update(step.sql.as_bytes());
    }
    let template = format!("alongside_template_{}", &digest.finalize().to_hex()[..16]);
    let maintenance = Db::open(address).await.expect("the PostgreSQL server answers");
    // The lock makes one process build the template while the others wait for it.
    let guard = maintenance.write().await.expect("a transaction");
    guard.lock(&template).await.expect("a lock");
    let built = maintenance
        .count(
            "SELECT count(*) AS n FROM pg_database WHERE datname = $1",
            [format!("{template}_ready").into()],
        )
        .await
        .expect("a count");
    if built == 0 {
        let raw = format!("{template}_raw");
        for name in [&raw, &template] {
            maintenance.script(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("a drop");
        }
        maintenance.script(&format!("CREATE DATABASE {raw}")).await.expect("a database");
        let db = Db::open(&sibling(address, &raw)).await.expect("the template opens");
        db::migrate(&db, migrations).await.expect("the template migrates");
        db.close().await.expect("the template closes");
        maintenance
            .script(&format!("ALTER DATABASE {raw} RENAME TO {template}_ready"))
            .await
            .expect("a rename");
    }
    guard.commit().await.expect("the lock is released");
    let name = format!(
        "alongside_test_{}_{}",
        std::process::id(),
        blake3::hash(format!("{:?}", std::thread::current().id()).as_bytes()).to_hex()[..8]
            .to_owned()
            + &NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string()
    );
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}_ready");
    maintenance.script(&create).await.expect("a copy of the template");
    maintenance.close().await.expect("the server lets go");
    sibling(address, &name)
}

static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Removes a test's database.
pub(crate) async fn drop_database(address: &str, fresh: &str) {
    let name = fresh.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or("");
    if let Ok(db) = Db::open(address).await {
        let _ = db.script(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        let _ = db.close().await;
    }
}

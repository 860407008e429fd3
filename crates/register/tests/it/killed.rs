//! A server that is killed in the middle of an import leaves nothing behind.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use access::Permit;
use foundation::{App, Clock, Config, Db, Ids, Sql, mail::Post};

use crate::{district, settle, setup, states::digests};

const CHILD: &str = "ALONGSIDE_TEST_KILLED_IMPORT";

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_leaves_nothing_behind() {
    if let Ok(address) = std::env::var(CHILD) {
        return child(&address).await;
    }
    testkit::both(&setup(), async |test| {
        let empty = digests(&test).await;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::a_killed_import_leaves_nothing_behind", "--nocapture"])
            .env(CHILD, &test.app.config.database_url)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test starts itself again");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut begun = 0;
        for line in lines.map_while(Result::ok) {
            if line.contains("importing") {
                begun += 1;
            }
            if begun == 9 {
                break;
            }
        }
        assert_eq!(begun, 9, "the import had written several files when it was killed");
        child.kill().expect("killed with a signal that cannot be caught");
        child.wait().expect("gone");
        assert_eq!(digests(&test).await, empty);
        let batches =
            test.app.db.count("SELECT count(*) AS n FROM import_batch", []).await.unwrap();
        assert_eq!(batches, 0);
        // Nothing stands in the way of doing it again.
        settle(&test, &district()).await;
        assert!(register::open_schools(&test.app.db).await.unwrap() > 60);
    })
    .await;
}

/// Imports the district into the database of the test that started this process, saying aloud
/// which file is in hand.
#[expect(clippy::print_stdout, reason = "the parent process listens")]
async fn child(address: &str) {
    let clock = Clock::system();
    let app = App {
        db: Db::open(address).await.unwrap(),
        ids: Ids::system(clock.clone()),
        clock,
        config: std::sync::Arc::new(Config::default()),
        post: Post::captured(),
        secret: std::sync::Arc::new([7; 32].into()),
        names: register::names(),
        written: &[],
        kept: &[],
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in district().files() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let permit = Permit::system("test", app.clock.now());
    let paths = [folder.path().to_owned()];
    register::imports::import_paths(&app, &permit, &paths, Default::default(), |step| {
        println!("importing {}", step.doing);
    })
    .await
    .unwrap();
}

//! Nothing is kept because nobody thought of it: every table has a line of the retention schedule, the
//! daily job does what the lines say and nothing beyond, and what is left opens without what is gone.

use std::collections::{BTreeMap, BTreeSet};

use access::{Permit, retention};
use alongside::routes;
use foundation::{
    App, Db, Sql as _,
    db::At,
    events::{self, Chain},
    jobs,
    keeping::Then,
};
use jiff::{SignedDuration, ToSpan as _};
use sea_orm::{DbBackend, FromQueryResult};
use testkit::{Kind, Setup, both};

use super::{
    paths,
    world::{Person, Side, World, signed_in},
};

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

/// Every table but those the database keeps for itself.
async fn tables(db: &Db) -> BTreeSet<String> {
    let sql = match db.dialect() {
        DbBackend::Postgres => {
            "SELECT table_name AS name FROM information_schema.tables
             WHERE table_schema = current_schema()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let rows: Vec<Name> = db.all(sql, []).await.expect("tables");
    rows.into_iter().map(|row| row.name).collect()
}

/// How many rows each table holds.
async fn sizes(db: &Db) -> BTreeMap<String, i64> {
    let mut sizes = BTreeMap::new();
    for table in tables(db).await {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        sizes.insert(table, db.count(&sql, []).await.expect("a count"));
    }
    sizes
}

fn bare() -> Setup {
    let mut setup = Setup::new(&[], axum::Router::new);
    setup.migrations = routes::migrations();
    setup.with_handlers(routes::handlers)
}

fn whole(app: &App) -> App {
    App { kept: routes::KEPT, ..app.clone() }
}

#[tokio::test]
async fn every_table_has_a_line_of_the_schedule() {
    both(&bare(), async |t| {
        let app = whole(&t.app);
        let there = tables(&app.db).await;
        let mut told: BTreeSet<String> = BTreeSet::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for line in retention::schedule(&app) {
            assert!(names.insert(line.id), "two lines are called {}", line.id);
            assert!(
                !line.why.is_empty() && !line.tables().is_empty(),
                "{} says too little",
                line.id
            );
            for rows in line.rows() {
                let (moment, day) = (rows.picks.contains("$1"), rows.picks.contains("$2"));
                assert!(moment != day, "{}: a moment or a day, not both", line.id);
            }
            told.extend(line.tables().into_iter().map(str::to_owned));
        }
        let missing: Vec<_> = there.difference(&told).collect();
        assert!(missing.is_empty(), "kept without a line of the schedule: {missing:?}");
        let gone: Vec<_> = told.difference(&there).collect();
        assert!(gone.is_empty(), "no such table: {gone:?}");
        // Every condition can be read by this database.
        let due = retention::preview(&app).await.unwrap();
        assert!(due.iter().all(|due| due.rows == 0), "an empty product keeps nothing too long");
    })
    .await;
}

#[tokio::test]
async fn files_that_wait_are_removed_by_the_daily_job() {
    both(&bare(), async |mut t| {
        t.app.kept = routes::KEPT;
        let app = t.app.clone();
        let sent = async |name: &str| {
            app.db
                .run(
                    "INSERT INTO import_upload (id, parcel, name, hint, bytes, at, by_name)
                     VALUES ($1, 'p', $1, '', 1, $2, 'Kit')",
                    [name.into(), At(app.clock.now()).into()],
                )
                .await
                .unwrap();
            app.db
                .run(
                    "INSERT INTO import_upload_part (upload, seq, body) VALUES ($1, 0, $2)",
                    [name.into(), vec![1_u8].into()],
                )
                .await
                .unwrap();
        };
        let waiting = async || -> Vec<String> {
            let sql = "SELECT u.name FROM import_upload u
                       JOIN import_upload_part p ON p.upload = u.id ORDER BY u.name";
            let rows: Vec<Name> = app.db.all(sql, []).await.unwrap();
            rows.into_iter().map(|row| row.name).collect()
        };
        sent("early").await;
        t.advance(SignedDuration::from_hours(30));
        sent("late").await;
        t.advance(SignedDuration::from_hours(17));
        retention::ensure(&t.app).await.unwrap();
        let _ = t.run_jobs().await;
        assert_eq!(waiting().await, ["early", "late"], "47 hours are not two days");
        t.advance(SignedDuration::from_hours(24));
        let _ = t.run_jobs().await;
        assert_eq!(waiting().await, ["late"], "the next day’s round takes the earlier one");
        let parts = app.db.count("SELECT count(*) AS n FROM import_upload_part", []).await.unwrap();
        assert_eq!(parts, 1, "with every part of it");
    })
    .await;
}

/// What the story does not leave behind: a plan that was begun and left, one that was closed, and work
/// that failed for good.
async fn left_behind(app: &App) {
    let now = At(app.clock.now());
    let steps = [
        "INSERT INTO improvement_plan (id, org, title, aim, state, start_on, end_on, stale_after,
           ladder_top, version, created_at, changed_at)
         VALUES ('left', 'school:999101', 'Left', '', 'draft', '2026-09-01', '2027-07-31', 10, 0, 1, $1, $1)",
        "INSERT INTO plan_priority (id, plan, title, position) VALUES ('left-1', 'left', 'One', 1)",
        "INSERT INTO plan_objective (id, plan, priority, area, words, lead_name, lead_role, state,
           rag_words, pupils, position, version, changed_at)
         VALUES ('left-2', 'left', 'left-1', 'curriculum', '{}', '', '', 'draft', '', '', 1, 1, $1)",
        "INSERT INTO plan_action (id, objective, words, owner_name, owner_email, owner_role, start_on,
           due_on, state, quick, needs, rag_words, heard_at, position, version, changed_at)
         VALUES ('left-3', 'left-2', '{}', '', '', '', '2026-09-01', '2026-10-01', 'not_started',
           FALSE, '', '', $1, 1, 1, $1)",
        "INSERT INTO action_note (id, action, at, author, author_name, act, words, needs)
         VALUES ('left-4', 'left-3', $1, '', '', 'note', '', '')",
        "INSERT INTO job (id, kind, body, due, attempts, failed, once)
         VALUES ('left-5', 'letter', '{}', $1, 8, 'the server says no', 'left-6')",
    ];
    for sql in steps {
        app.db.run(sql, [now.into()]).await.expect(sql);
    }
    let letter = "INSERT INTO letter (id, recipient, subject, body)
                  VALUES ('left-6', 'a@example.org', 'Lost', '')";
    app.db.run(letter, []).await.unwrap();
    let closed = "UPDATE improvement_plan SET state = 'archived' WHERE id IN
                  (SELECT o.plan FROM plan_objective o JOIN plan_action a ON a.objective = o.id
                   JOIN action_note n ON n.action = a.id WHERE o.plan <> 'left')";
    assert!(
        app.db.run(closed, []).await.unwrap() > 0,
        "the story has a plan with words on actions"
    );
}

/// Lets years pass over a world and carries the schedule out, year by year: whatever goes was in the
/// preview, and nothing else goes.
async fn age(world: &World) {
    let began = world.app.clock.now();
    jobs::drain(&world.app, &routes::handlers()).await.unwrap();
    left_behind(&world.app).await;
    let only_stay: BTreeSet<&str> = {
        let of = |stays: bool| -> BTreeSet<&str> {
            retention::schedule(&world.app)
                .filter(|line| matches!(line.then, Then::Stay(..)) == stays)
                .flat_map(foundation::keeping::Line::tables)
                .collect()
        };
        of(true).difference(&of(false)).copied().collect()
    };
    let mut at_work: BTreeSet<&str> = BTreeSet::new();
    for years in [0_i16, 1, 2, 3, 6, 7, 12] {
        let zoned = began.to_zoned(jiff::tz::TimeZone::UTC);
        assert!(world.app.clock.set(zoned.saturating_add(years.years()).timestamp()));
        let app = &world.app;
        let said: Vec<(&str, u64)> = retention::preview(app)
            .await
            .unwrap()
            .iter()
            .map(|due| (due.line.id, due.rows))
            .collect();
        let before = sizes(&app.db).await;
        let permit = Permit::system("test", app.clock.now());
        let done = retention::run(app, &permit).await.unwrap();
        let did: Vec<(&str, u64)> = done.iter().map(|due| (due.line.id, due.rows)).collect();
        assert_eq!(said, did, "after {years} years: what the preview said, and what was done");
        let after = sizes(&app.db).await;
        let gone: i64 = before.iter().map(|(table, rows)| (rows - after[table]).max(0)).sum();
        let deleted: u64 = done
            .iter()
            .filter(|due| matches!(due.line.then, Then::Deleted(..)))
            .map(|due| due.rows)
            .sum();
        assert_eq!(gone, i64::try_from(deleted).unwrap(), "after {years} years");
        for table in &only_stay {
            assert!(after[*table] >= before[*table], "{table} stays and lost rows after {years}");
        }
        at_work.extend(done.iter().filter(|due| due.rows > 0).map(|due| due.line.id));
        let left = retention::preview(app).await.unwrap();
        let left: Vec<_> = left.iter().filter(|due| due.rows > 0).map(|due| due.line.id).collect();
        assert!(left.is_empty(), "left after {years} years: {left:?}");
    }
    for id in [
        "sessions",
        "letters",
        "looks",
        "notes of visits",
        "half-days of visits",
        "drafts of requests",
        "offers nobody took up",
        "weeks of availability",
        "audits nobody agreed",
        "plans nobody agreed",
        "words on actions",
        "failed work",
        "practices nobody showed",
        "briefings",
        "who came to networks",
        "data-share agreements",
    ] {
        assert!(at_work.contains(id), "the world had nothing for “{id}”: {at_work:?}");
    }
    let tail = events::verify(&world.app.db).await.unwrap();
    assert!(matches!(tail, Chain::Whole(_)), "the record of acts is whole: {tail:?}");
}

/// After years the people of the story come back and open whatever they are led to.
async fn come_back(world: &World) {
    let mut back: Vec<Person> = Vec::new();
    for person in world.people.of(&[Side::Story, Side::Own, Side::Party]) {
        back.push(signed_in(&world.app, person.account, &person.name, person.side, None).await);
    }
    let routes = paths::routes(world).await;
    let back: Vec<&Person> = back.iter().collect();
    // The walk itself fails on a page that breaks.
    let walk = paths::walk(world, &routes, &back).await;
    let kinds: BTreeSet<&str> = walk
        .order
        .iter()
        .filter_map(|url| paths::route_of(&routes, paths::path_of(url)))
        .map(|(route, _)| route.pattern.as_str())
        .collect();
    for pattern in ["/agreements/{id}", "/visits/{id}", "/plans/{id}", "/audits/{id}"] {
        assert!(kinds.contains(pattern), "nobody is led to {pattern} any more");
    }
    let daniel = back.iter().find(|person| person.name.starts_with("Daniel")).unwrap();
    let told = walk.order.iter().filter(|url| url.starts_with("/visits/"));
    let mut said = 0;
    for url in told {
        let page = world.get(Some(daniel), url).await;
        said += usize::from(page.body.contains("is no longer kept"));
    }
    assert!(said > 0, "a visit says that its note is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn years_take_what_the_schedule_says_and_every_page_still_opens() {
    let world = World::open().await;
    age(&world).await;
    come_back(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn years_take_what_the_schedule_says_on_postgresql() {
    both(&bare(), async |t| {
        if t.kind == Kind::Postgres {
            age(&World::over(t.app.db.clone()).await).await;
        }
    })
    .await;
}

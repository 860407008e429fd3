//! Whatever the tables hold about people is in the record of processing and in the copy of one's own
//! data. Read from the tables themselves: one that is added without a word here fails.

use std::collections::{BTreeMap, BTreeSet};

use alongside::{protection, routes};
use foundation::{Db, Sql as _, db::traced};
use sea_orm::FromQueryResult;

use super::world::World;

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

async fn names(db: &Db, sql: &str) -> Vec<String> {
    let rows: Vec<Name> = db.all(sql, []).await.expect("names");
    rows.into_iter().map(|row| row.name).collect()
}

/// Every table but those the database keeps for itself.
async fn tables(db: &Db) -> Vec<String> {
    names(
        db,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .await
}

/// The columns of a table that point at people: by a reference to an account, by what stands in
/// them, or by their name.
async fn about_people(db: &Db, table: &str) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let refers = format!(
        "SELECT \"from\" AS name FROM pragma_foreign_key_list('{table}') WHERE \"table\" = 'account'"
    );
    found.extend(names(db, &refers).await);
    for column in names(db, &format!("SELECT name FROM pragma_table_info('{table}')")).await {
        let known = ["account", "author", "person", "email", "recipient", "visitor", "reviewer"];
        let holds = format!(
            "SELECT count(*) AS n FROM {table} WHERE {column} IN (SELECT id FROM account)
             OR {column} IN (SELECT email FROM account)"
        );
        if known.contains(&column.as_str()) || db.count(&holds, []).await.expect("a count") > 0 {
            found.insert(column);
        }
    }
    found.into_iter().collect()
}

#[tokio::test]
async fn every_table_is_in_the_record_of_processing() {
    let world = World::open().await;
    let others = protection::not_about_people();
    let told: BTreeSet<&str> =
        protection::tables().chain(others.iter().map(|(table, _)| *table)).collect();
    let there = tables(&world.app.db).await;
    let missing: Vec<&String> =
        there.iter().filter(|table| !told.contains(table.as_str())).collect();
    assert!(missing.is_empty(), "not in the record of processing: {missing:?}");
    let gone: Vec<&&str> =
        told.iter().filter(|table| !there.iter().any(|one| one == **table)).collect();
    assert!(gone.is_empty(), "no such table: {gone:?}");
    for (table, why) in others {
        let columns = about_people(&world.app.db, table).await;
        assert!(columns.is_empty(), "{table} ({why}) names people in {columns:?}");
    }
}

/// Tables that name people and are no part of the copy of one's own data, and why.
const NOT_IN_THE_COPY: &[(&str, &str)] = &[
    ("key_salt", "what the keys of private words are made with: a secret"),
    ("recovery_code", "one-way codes: nobody can read them, and they would open the account"),
    ("sealed_key", "keys of private words: a secret"),
    ("sign_in_link", "one-way codes that live for minutes"),
    ("visit_slot", "the half-days of visits, which are in the copy as visits"),
];

#[tokio::test]
async fn every_table_that_names_people_is_in_the_copy_of_ones_data() {
    let world = World::open().await;
    let daniel = world.people.named("Daniel");
    let (copy, steps) =
        traced(access::privacy::bundle(&world.app, daniel.account, &routes::extracts())).await;
    let _ = copy.expect("a copy");
    let read: BTreeSet<String> = steps
        .iter()
        .flat_map(|step| {
            step.sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_owned)
        })
        .collect();
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut held = 0;
    for table in tables(&world.app.db).await {
        let columns = about_people(&world.app.db, &table).await;
        if columns.is_empty() {
            continue;
        }
        held += 1;
        let excused = NOT_IN_THE_COPY.iter().any(|(known, _)| *known == table);
        assert!(!(excused && read.contains(&table)), "{table} is in the copy: no excuse is needed");
        if !excused && !read.contains(&table) {
            missing.insert(table, columns);
        }
    }
    assert!(held > 30, "only {held} tables name people");
    assert!(missing.is_empty(), "not in the copy of one's own data: {missing:#?}");
}

/// Where a name stays when its bearer is forgotten, and why: the page says the same.
const KEPT: &[(&str, &str)] = &[
    ("agreement_signature", "others rely on what was signed"),
    ("audit", "who led an agreed audit, as it was agreed"),
    ("challenge_reply", "what two schools said to each other"),
    ("charter_acceptance", "who accepted for a member, as what was signed"),
    ("concern", "who raised it, for those who mediate"),
    ("declaration", "declared before a match, for whoever asks how it was made"),
    ("diligence", "who checked before a match"),
    ("event", "the record of acts"),
    ("import_upload", "who sent a file that still waits: it goes with the file"),
    ("match_proposal", "who proposed a match"),
    ("offer", "who made an offer for the school"),
    ("plan_review", "what was said at a review"),
    ("plan_suggestion", "who decided on it for the school"),
    ("plan_version", "a plan as it stood"),
    ("progress_review", "what was said at a review"),
    ("support_request", "who answered for the partnership"),
    ("time_entry", "the books"),
    ("visit_remark", "what two schools said to each other"),
];

#[tokio::test]
async fn whoever_is_forgotten_is_named_only_where_others_rely_on_it() {
    let world = World::open().await;
    let app = &world.app;
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut gone = 0;
    for person in &world.people.0 {
        if person.role.is_some() {
            continue;
        }
        let known = access::accounts::get(&app.db, person.account).await.unwrap().unwrap();
        let permit = access::Permit::system("test", app.clock.now());
        let before = mentions(&app.db, &known.name).await;
        let tx = app.db.write().await.unwrap();
        access::retention::forget(&tx, app, &permit, person.account).await.unwrap();
        tx.commit().await.unwrap();
        let after = mentions(&app.db, &known.name).await;
        gone += before.values().sum::<i64>() - after.values().sum::<i64>();
        for (table, times) in after {
            *found.entry(table).or_default() += u64::try_from(times).unwrap();
        }
    }
    let kept: BTreeSet<&str> = KEPT.iter().map(|(table, _)| *table).collect();
    found.retain(|table, _| !kept.contains(table.as_str()));
    assert!(found.is_empty(), "still named in {found:?}");
    assert!(gone > 40, "only {gone} mentions were taken out");
}

/// In which tables a name stands, and how often.
async fn mentions(db: &Db, name: &str) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for table in tables(db).await {
        for column in names(db, &format!("SELECT name FROM pragma_table_info('{table}')")).await {
            let sql = format!("SELECT count(*) AS n FROM {table} WHERE {column} = $1");
            let times = db.count(&sql, [name.into()]).await.expect("a count");
            if times > 0 {
                *found.entry(table.clone()).or_default() += times;
            }
        }
    }
    found
}

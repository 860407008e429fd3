//! Comparing the state of two databases.

use std::collections::BTreeMap;

use foundation::Sql;
use sea_orm::FromQueryResult;
use testkit::TestApp;

const TABLES: &[(&str, &str)] = &[
    ("school", "urn"),
    ("school_version", "id"),
    ("school_listing", "urn, file"),
    ("school_link", "urn, other, words, file"),
    ("school_line", "urn, step"),
    ("group_listing", "file, seq"),
    ("trust", "uid"),
    ("trust_member", "urn, trust, since"),
    ("postcode_listing", "postcode_key, file"),
    ("inspection", "file, seq"),
    ("kpi_value", "subject, kpi, pupils, period, stand"),
    ("school_family", "urn"),
    ("school_figures", "urn"),
    ("area_total", "subject, kpi, pupils, period"),
    ("search_term", "term, subject"),
    ("search_word", "term"),
    ("search_gram", "gram, term"),
    ("search_name", "subject"),
];

/// A digest of every table an import writes, so that two states can be compared.
pub(crate) async fn digests(test: &TestApp) -> BTreeMap<&'static str, (i64, String)> {
    #[derive(FromQueryResult)]
    struct Line {
        line: String,
    }
    let mut all = BTreeMap::new();
    for (table, key) in TABLES {
        // Both databases can show a whole row as text, each in its own way.
        let sql = match test.kind {
            testkit::Kind::Postgres => {
                format!("SELECT CAST(t.* AS TEXT) AS line FROM {table} t ORDER BY {key}")
            }
            testkit::Kind::Sqlite => {
                let columns = columns(test, table).await;
                format!("SELECT json_array({columns}) AS line FROM {table} ORDER BY {key}")
            }
        };
        let lines: Vec<Line> = test.app.db.all(&sql, []).await.expect("a table");
        let mut hasher = blake3::Hasher::new();
        for line in &lines {
            hasher.update(line.line.as_bytes());
        }
        all.insert(
            *table,
            (i64::try_from(lines.len()).unwrap(), hasher.finalize().to_hex().to_string()),
        );
    }
    all
}

async fn columns(test: &TestApp, table: &str) -> String {
    #[derive(FromQueryResult)]
    struct Column {
        name: String,
    }
    let found: Vec<Column> = test
        .app
        .db
        .all(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"), [])
        .await
        .expect("columns");
    found.into_iter().map(|c| format!("quote({})", c.name)).collect::<Vec<_>>().join(", ")
}

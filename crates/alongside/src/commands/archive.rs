//! `alongside backup` and `alongside restore`: the whole database as compressed lines of JSON,
//! readable by either kind of database, so that an installation can also move from one to the
//! other.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

use anyhow::Context as _;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use foundation::{Sql, Tx};
use sea_orm::{DbBackend, FromQueryResult};
use serde::{Deserialize, Serialize};

use crate::{
    boot,
    cli::Cli,
    failure::{Code, fail},
    routes,
};

/// The first line of a backup.
#[derive(Serialize, Deserialize)]
struct Heading {
    alongside: u32,
    steps: usize,
}

/// A table's line; its rows follow, one a line.
#[derive(Serialize, Deserialize)]
struct Section {
    table: String,
}

const VERSION: u32 = 1;
const PAGE: i64 = 2_000;

/// Writes every row of every table.
pub(super) async fn backup(cli: &Cli, path: &Path) -> anyhow::Result<()> {
    let config = boot::config(cli)?;
    let db = boot::database(&config).await?;
    let file = File::create_new(path)
        .map_err(|error| fail(Code::Found, format!("{}: {error}", path.display())))?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::fast());
    // One transaction sees one state of everything.
    let tx = db.write().await?;
    if tx.dialect() == DbBackend::Postgres {
        tx.script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
    }
    let heading = Heading { alongside: VERSION, steps: routes::migrations().len() };
    writeln!(out, "{}", serde_json::to_string(&heading)?)?;
    let mut rows = 0_u64;
    for table in tables(&tx).await? {
        writeln!(out, "{}", serde_json::to_string(&Section { table: table.clone() })?)?;
        rows += write_rows(&tx, &table, &mut out).await?;
    }
    out.finish()?.flush()?;
    let json = serde_json::json!({ "file": path, "rows": rows });
    super::say_or(cli, &format!("{rows} rows written to {}", path.display()), &json);
    Ok(())
}

async fn write_rows(tx: &Tx, table: &str, out: &mut impl std::io::Write) -> anyhow::Result<u64> {
    #[derive(FromQueryResult)]
    struct Row {
        line: String,
    }
    let columns = columns(tx, table).await?;
    let (line, order) = match tx.dialect() {
        DbBackend::Postgres => (format!("row_to_json({table})::text"), "ctid".to_owned()),
        _ => {
            let pairs: Vec<_> =
                columns.iter().map(|c| format!("'{}', {}", c.name, c.name)).collect();
            (format!("json_object({})", pairs.join(", ")), key(&columns))
        }
    };
    let sql = format!("SELECT {line} AS line FROM {table} ORDER BY {order} LIMIT {PAGE} OFFSET $1");
    let mut offset = 0_i64;
    loop {
        let page: Vec<Row> = tx.all(&sql, [offset.into()]).await?;
        for row in &page {
            writeln!(out, "{}", row.line)?;
        }
        let here = i64::try_from(page.len())?;
        offset += here;
        if here < PAGE {
            return Ok(offset.unsigned_abs());
        }
    }
}

/// Loads a backup into an empty database.
pub(super) async fn restore(cli: &Cli, path: &Path) -> anyhow::Result<()> {
    let config = boot::config(cli)?;
    let file = File::open(path)
        .map_err(|error| fail(Code::Absent, format!("{}: {error}", path.display())))?;
    let mut lines = BufReader::new(GzDecoder::new(BufReader::new(file))).lines();
    let first = lines.next().transpose().unwrap_or(None).unwrap_or_default();
    let heading: Heading = serde_json::from_str(&first).map_err(|_| {
        fail(
            Code::Found,
            format!("{} is not a backup that `alongside backup` wrote", path.display()),
        )
    })?;
    if heading.alongside != VERSION || heading.steps > routes::migrations().len() {
        return Err(fail(Code::Found, "the backup was written by a newer Alongside: update first"));
    }
    let db = boot::database(&config).await?;
    let tx = db.write().await?;
    let known = tables(&tx).await?;
    for table in &known {
        let n = tx.count(&format!("SELECT count(*) AS n FROM {table}"), []).await?;
        if n > 0 {
            return Err(fail(
                Code::Found,
                format!("the database is not empty ({table} has {n} rows): restore into a new one"),
            ));
        }
    }
    let (mut table, mut page, mut rows) = (String::new(), Vec::new(), 0_u64);
    for line in lines {
        let line = line.context("the backup is cut short or damaged; nothing was restored")?;
        if let Ok(section) = serde_json::from_str::<Section>(&line)
            && known.contains(&section.table)
            && line.starts_with("{\"table\":")
        {
            rows += insert(&tx, &table, &mut page).await?;
            table = section.table;
            continue;
        }
        page.push(line);
        if page.len() >= 500 {
            rows += insert(&tx, &table, &mut page).await?;
        }
    }
    rows += insert(&tx, &table, &mut page).await?;
    tx.commit().await?;
    let json = serde_json::json!({ "file": path, "rows": rows });
    super::say_or(cli, &format!("{rows} rows restored from {}", path.display()), &json);
    Ok(())
}

async fn insert(tx: &Tx, table: &str, page: &mut Vec<String>) -> anyhow::Result<u64> {
    if page.is_empty() {
        return Ok(0);
    }
    let rows = format!("[{}]", page.join(","));
    page.clear();
    let columns = columns(tx, table).await?;
    let names = columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(", ");
    let sql = match tx.dialect() {
        DbBackend::Postgres => format!(
            "INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, $1::json)"
        ),
        _ => {
            let values = columns
                .iter()
                .map(|c| format!("json_extract(value, '$.{}')", c.name))
                .collect::<Vec<_>>()
                .join(", ");
            format!("INSERT INTO {table} ({names}) SELECT {values} FROM json_each($1)")
        }
    };
    tx.run(&sql, [rows.into()]).await.with_context(|| format!("table {table}"))
}

#[derive(FromQueryResult)]
struct Column {
    name: String,
    pk: i64,
}

/// What to order a table's pages by: its primary key.
fn key(columns: &[Column]) -> String {
    let mut keys: Vec<_> = columns.iter().filter(|c| c.pk > 0).collect();
    keys.sort_by_key(|c| c.pk);
    match keys.is_empty() {
        true => "rowid".to_owned(),
        false => keys.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(", "),
    }
}

async fn columns(tx: &Tx, table: &str) -> anyhow::Result<Vec<Column>> {
    let sql = match tx.dialect() {
        DbBackend::Postgres => {
            "SELECT column_name::text AS name, 0::bigint AS pk FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1
               AND is_generated = 'NEVER' ORDER BY ordinal_position"
        }
        _ => "SELECT name, CAST(pk AS BIGINT) AS pk FROM pragma_table_info($1)",
    };
    Ok(tx.all(sql, [table.into()]).await?)
}

/// Our own tables in the order they were made, so that what is referred to comes first. Search
/// indexes that the database keeps by itself are left out: they follow their tables.
async fn tables(tx: &Tx) -> anyhow::Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Name {
        name: String,
    }
    let sql = match tx.dialect() {
        DbBackend::Postgres => {
            "SELECT relname::text AS name FROM pg_class
             WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
               AND NOT relispartition ORDER BY oid"
        }
        _ => {
            "SELECT name FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
               AND sql NOT LIKE 'CREATE VIRTUAL%'
               AND NOT EXISTS (SELECT 1 FROM sqlite_master v WHERE v.sql LIKE 'CREATE VIRTUAL%'
                               AND m.name LIKE v.name || '\\_%' ESCAPE '\\')
             ORDER BY rowid"
        }
    };
    let names: Vec<Name> = tx.all(sql, []).await?;
    Ok(names.into_iter().map(|n| n.name).filter(|name| name != "schema_step").collect())
}

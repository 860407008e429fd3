//! Many rows at once, in the manner each database takes fastest.
//!
//! SQLite gets statements with the values written out; PostgreSQL gets one text for each column,
//! read there as an array. Both take text only through the quoting below, which a test
//! holds against hostile text on both databases.

use std::fmt::Write as _;

use foundation::{DbError, Sql};
use sea_orm::DbBackend;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Int,
    Real,
    Text,
    Bool,
    Bytes,
}

/// A table and the columns that are written, in order.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [(&'static str, Column)],
    /// What to do when a row is there already; nothing for an error.
    pub(crate) conflict: &'static str,
}

/// Rows on their way to a table.
#[derive(Debug)]
pub(crate) struct Rows {
    target: &'static Target,
    dialect: DbBackend,
    /// One text of values for SQLite; one array for each column for PostgreSQL.
    texts: Vec<String>,
    at: usize,
    rows: usize,
}

/// Rows of one statement: enough to make the statement's own cost small.
const FULL_ROWS: usize = 4_000;
const FULL_BYTES: usize = 400_000;

/// A statement ready to run.
#[derive(Debug)]
pub(crate) struct Batch {
    sql: String,
    arrays: Vec<String>,
}

impl Batch {
    pub(crate) async fn run(self, db: &impl Sql) -> Result<(), DbError> {
        if self.arrays.is_empty() {
            db.script(&self.sql).await
        } else {
            db.run(&self.sql, self.arrays.into_iter().map(sea_orm::Value::from)).await.map(|_| ())
        }
    }
}

impl Rows {
    pub(crate) fn new(target: &'static Target, dialect: DbBackend) -> Self {
        let texts = match dialect {
            DbBackend::Postgres => target.columns.len(),
            _ => 1,
        };
        Self { target, dialect, texts: vec![String::new(); texts], at: 0, rows: 0 }
    }

    fn next(&mut self) -> &mut String {
        let at = self.at;
        self.at += 1;
        if self.dialect == DbBackend::Postgres {
            let text = &mut self.texts[at];
            text.push(if text.is_empty() { '{' } else { ',' });
            text
        } else {
            let text = &mut self.texts[0];
            text.push_str(match (at, self.rows) {
                (0, 0) => "(",
                (0, _) => ",(",
                _ => ",",
            });
            text
        }
    }

    pub(crate) fn int(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        let text = self.next();
        match value.into() {
            Some(value) => {
                let _ = write!(text, "{value}");
            }
            None => text.push_str("NULL"),
        }
        self
    }

    pub(crate) fn real(&mut self, value: Option<f64>) -> &mut Self {
        let text = self.next();
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                let _ = write!(text, "{value}");
            }
            None => text.push_str("NULL"),
        }
        self
    }

    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.next().push_str(if value { "TRUE" } else { "FALSE" });
        self
    }

    pub(crate) fn text<'a>(&mut self, value: impl Into<Option<&'a str>>) -> &mut Self {
        let postgres = self.dialect == DbBackend::Postgres;
        let text = self.next();
        let Some(value) = value.into() else {
            text.push_str("NULL");
            return self;
        };
        // Neither database keeps a zero byte in text.
        let clean = value.chars().filter(|&c| c != '\0');
        if postgres {
            text.push('"');
            for c in clean {
                if matches!(c, '"' | '\\') {
                    text.push('\\');
                }
                text.push(c);
            }
            text.push('"');
        } else {
            text.push('\'');
            for c in clean {
                if c == '\'' {
                    text.push('\'');
                }
                text.push(c);
            }
            text.push('\'');
        }
        self
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let postgres = self.dialect == DbBackend::Postgres;
        let text = self.next();
        text.push_str(if postgres { "\"\\\\x" } else { "X'" });
        for byte in value {
            let _ = write!(text, "{byte:02x}");
        }
        text.push(if postgres { '"' } else { '\'' });
        self
    }

    /// Ends a row; hands over a statement when it is full.
    pub(crate) fn end(&mut self) -> Option<Batch> {
        debug_assert_eq!(self.at, self.target.columns.len(), "{}", self.target.table);
        self.at = 0;
        self.rows += 1;
        if self.dialect != DbBackend::Postgres {
            self.texts[0].push(')');
        }
        let bytes: usize = self.texts.iter().map(String::len).sum();
        (self.rows >= FULL_ROWS || bytes >= FULL_BYTES).then(|| self.take()).flatten()
    }

    /// Hands over what is left.
    pub(crate) fn take(&mut self) -> Option<Batch> {
        if self.rows == 0 {
            return None;
        }
        self.rows = 0;
        let Target { table, columns, conflict } = self.target;
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        if self.dialect != DbBackend::Postgres {
            let values = std::mem::take(&mut self.texts[0]);
            let sql = format!("INSERT INTO {table} ({names}) VALUES {values} {conflict}");
            return Some(Batch { sql, arrays: Vec::new() });
        }
        let arrays: Vec<String> =
            self.texts.iter_mut().map(|text| std::mem::take(text) + "}").collect();
        let casts: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(at, (_, column))| {
                let kind = match column {
                    Column::Int => "bigint",
                    Column::Real => "double precision",
                    Column::Text => "text",
                    Column::Bool => "boolean",
                    Column::Bytes => "bytea",
                };
                format!("CAST(${} AS {kind}[])", at + 1)
            })
            .collect();
        let sql = format!(
            "INSERT INTO {table} ({names}) SELECT * FROM unnest({}) {conflict}",
            casts.join(", ")
        );
        Some(Batch { sql, arrays })
    }
}

#[cfg(test)]
mod tests {
    use foundation::App;
    use sea_orm::FromQueryResult;
    use testkit::Setup;

    use super::*;

    static TERMS: Target = Target {
        table: "search_term",
        columns: &[("term", Column::Text), ("subject", Column::Int)],
        conflict: "",
    };

    #[derive(FromQueryResult)]
    struct Row {
        term: String,
    }

    /// Texts made of what quoting goes wrong with, the same each time.
    fn hostile() -> Vec<String> {
        let pieces = [
            "'", "\"", "\\", "{", "}", ",", "NULL", "--", ";", "$1", "é", "’", "\n", "\0", " ", "a",
        ];
        let mut state = 1_u64;
        (0..400)
            .map(|length| {
                (0..length % 12)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        let at = usize::try_from(state >> 33).unwrap_or(0) % pieces.len();
                        pieces[at]
                    })
                    .collect()
            })
            .collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn hostile_text_arrives_as_it_was_sent() {
        let setup = Setup::new(&[crate::MIGRATIONS], axum::Router::<App>::new);
        testkit::both(&setup, async |test| {
            let db = &test.app.db;
            let mut rows = Rows::new(&TERMS, db.dialect());
            let texts = hostile();
            for (subject, text) in (0..).zip(&texts) {
                rows.text(text.as_str()).int(subject);
                assert!(rows.end().is_none());
            }
            rows.take().expect("a statement").run(db).await.expect("the rows are taken");
            let stored: Vec<Row> =
                db.all("SELECT term FROM search_term ORDER BY subject", []).await.expect("rows");
            let stored: Vec<String> = stored.into_iter().map(|row| row.term).collect();
            let sent: Vec<String> = texts.iter().map(|text| text.replace('\0', "")).collect();
            assert_eq!(stored, sent);
        })
        .await;
    }
}

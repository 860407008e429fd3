//! The database door: SQLite by default, PostgreSQL for many users, one code base.
//!
//! Rooms write their SQL by hand in the subset both databases share (`$1` placeholders, text
//! ids, microsecond timestamps in `BIGINT`, dates as `YYYY-MM-DD` text) and go through two
//! doors only: [`Db`] for reading and [`Db::write`] for a transaction.

mod migrate;
mod rows;
mod trace;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, FromQueryResult, SqlErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};

pub use migrate::{Migration, pending, run as migrate};
pub use rows::{AsText, At, Json, parse_column};
pub use trace::{Step, traced};

use crate::Secret;

/// A failure at the database door.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique key is already taken; the text names the constraint.
    #[error("already there: {0}")]
    Duplicate(String),
    /// A row refers to something that does not exist.
    #[error("refers to something that does not exist: {0}")]
    Dangling(String),
    /// Somebody else changed the record first.
    #[error("{0} was changed by somebody else in the meantime")]
    Conflict(&'static str),
    /// An act was tried with a permit for something else, most often one to read.
    #[error("a permit for something else was used: {0}")]
    Unpermitted(String),
    /// The address of the database cannot be used.
    #[error(
        "the database address “{0}” cannot be used: write sqlite:PATH or postgres://USER@HOST/NAME"
    )]
    Address(String),
    /// Anything else the database said.
    #[error(transparent)]
    Other(DbErr),
}

impl From<DbErr> for DbError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(what)) => Self::Duplicate(what),
            Some(SqlErr::ForeignKeyConstraintViolation(what)) => Self::Dangling(what),
            _ => Self::Other(error),
        }
    }
}

/// An open database.
#[derive(Clone)]
pub struct Db {
    connection: DatabaseConnection,
    path: Option<PathBuf>,
    seals: Seals,
}

/// The keys the record of acts is chained with, the one in use first.
type Seals = Arc<[[u8; 32]]>;

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({:?})", self.backend())
    }
}

impl Db {
    /// Opens a database by its address: `sqlite:PATH` (created when absent) or `postgres://…`.
    ///
    /// # Errors
    /// When the address names neither kind or the database cannot be reached.
    pub async fn open(address: &str) -> Result<Self, DbError> {
        let (url, path) = if let Some(path) = address.strip_prefix("sqlite:") {
            let path = PathBuf::from(path.trim_start_matches("//"));
            if let Some(folder) = path.parent() {
                let _ = std::fs::create_dir_all(folder);
            }
            (format!("sqlite://{}?mode=rwc", path.display()), Some(path))
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            (address.to_owned(), None)
        } else {
            return Err(DbError::Address(address.to_owned()));
        };
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if path.is_some() { 8 } else { 16 })
            .acquire_timeout(Duration::from_secs(30))
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    // Rows cross from the database's thread to ours in a queue: a short one makes
                    // the two take turns, and the turns cost more than the rows.
                    .row_buffer_size(4_096)
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "NORMAL")
                    .pragma("foreign_keys", "ON")
                    .pragma("cache_size", "-32000")
                    .pragma("temp_store", "MEMORY")
                    // What is erased is overwritten: it is not left in the file's free pages.
                    .pragma("secure_delete", "ON")
                    .busy_timeout(Duration::from_secs(30))
            });
        Ok(Self { connection: Database::connect(options).await?, path, seals: Seals::default() })
    }

    /// The same database, its record of acts chained with the installation's secret: whoever can
    /// write to the database, but does not know the secret, can rewrite no entry unnoticed.
    #[must_use]
    pub fn sealed_with(mut self, secret: &Secret) -> Self {
        self.seals = secret.keys("alongside record of acts").collect();
        self
    }

    /// The keys the record is chained with.
    pub(crate) fn seals(&self) -> &[[u8; 32]] {
        &self.seals
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// The file of an SQLite database.
    #[must_use]
    pub const fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// Begins a write transaction; dropping it without [`Tx::commit`] undoes everything.
    ///
    /// IMMEDIATE on SQLite, since a read that turns into a write fails at once under load;
    /// READ COMMITTED on PostgreSQL, where rooms guard read-then-write with a `version` column
    /// or a row lock ([`Tx::lock`]).
    ///
    /// # Errors
    /// When no connection is free in time or the database refuses.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.connection.begin_with_options(options).await?;
        Ok(Tx { inner, seal: self.seals.first().copied() })
    }

    /// Closes the pool, waiting for connections in use.
    ///
    /// # Errors
    /// When the driver reports a failure on closing.
    pub async fn close(self) -> Result<(), DbError> {
        Ok(self.connection.close().await?)
    }
}

/// `$2, $3, $4`: the marks of some values in a row, for an `IN (…)`.
#[must_use]
pub fn marks(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|at| format!("${at}")).collect();
    marks.join(", ")
}

/// A write transaction.
pub struct Tx {
    inner: DatabaseTransaction,
    seal: Option<[u8; 32]>,
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

impl Tx {
    /// The key the record of acts is chained with.
    pub(crate) const fn seal(&self) -> Option<&[u8; 32]> {
        self.seal.as_ref()
    }

    /// Makes everything done in this transaction permanent.
    ///
    /// # Errors
    /// When the database refuses; nothing has happened then.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.inner.commit().await?)
    }

    /// Waits until no other transaction holds the named lock; held until this one ends.
    ///
    /// SQLite has one writer at a time already, so there it costs nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock(&self, name: &str) -> Result<(), DbError> {
        if self.dialect() == DbBackend::Postgres {
            let digest = blake3::hash(name.as_bytes());
            let mut key = [0_u8; 8];
            key.copy_from_slice(&digest.as_bytes()[..8]);
            self.run("SELECT pg_advisory_xact_lock($1)", [i64::from_le_bytes(key).into()]).await?;
        }
        Ok(())
    }
}

/// Running hand-written SQL, the same on a database and inside a transaction.
pub trait Sql: Sync {
    /// The connection underneath.
    #[doc(hidden)]
    fn raw(&self) -> &impl ConnectionTrait;

    /// Which database this is, for the few statements that must differ.
    fn dialect(&self) -> DbBackend {
        self.raw().get_database_backend()
    }

    /// Every row of a query.
    fn all<T: FromQueryResult + Send>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<Vec<T>, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.dialect(), sql, values);
        async move {
            let heard = trace::heard(&statement.sql);
            let rows = self.raw().query_all_raw(statement).await?;
            trace::note(heard, rows.len() as u64);
            rows.iter().map(|row| T::from_query_result(row, "").map_err(DbError::from)).collect()
        }
    }

    /// The first row of a query, if there is one.
    fn first<T: FromQueryResult + Send>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<Option<T>, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.dialect(), sql, values);
        async move {
            let heard = trace::heard(&statement.sql);
            let row = self.raw().query_one_raw(statement).await?;
            trace::note(heard, row.iter().len() as u64);
            row.map(|row| T::from_query_result(&row, "").map_err(DbError::from)).transpose()
        }
    }

    /// The single number a counting query yields (column `n`).
    fn count(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<i64, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.dialect(), sql, values);
        async move {
            let heard = trace::heard(&statement.sql);
            let row = self.raw().query_one_raw(statement).await?;
            trace::note(heard, row.iter().len() as u64);
            row.map_or(Ok(0), |row| row.try_get::<i64>("", "n").map_err(DbError::from))
        }
    }

    /// Runs a statement and says how many rows it touched.
    fn run(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<u64, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.dialect(), sql, values);
        async move {
            let heard = trace::heard(&statement.sql);
            let touched = self.raw().execute_raw(statement).await?.rows_affected();
            trace::note(heard, touched);
            Ok(touched)
        }
    }

    /// Runs several statements without parameters, as migrations need.
    fn script(&self, sql: &str) -> impl Future<Output = Result<(), DbError>> + Send {
        async move {
            self.raw().execute_unprepared(sql).await?;
            Ok(())
        }
    }
}

impl Sql for Db {
    fn raw(&self) -> &impl ConnectionTrait {
        &self.connection
    }
}

impl Sql for Tx {
    fn raw(&self) -> &impl ConnectionTrait {
        &self.inner
    }
}

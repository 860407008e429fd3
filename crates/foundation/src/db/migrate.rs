//! Schema changes: each room brings its own, forward only, applied once and under a lock.

use sea_orm::{DbBackend, FromQueryResult};

use super::{Db, DbError, Sql};

/// One forward step of one room's tables.
///
/// The text may hold sections that begin with a line `-- @sqlite`, `-- @postgres` or `-- @both`;
/// what stands before the first such line is for both.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The room that owns the tables.
    pub room: &'static str,
    /// Position in the room's own order, from 1.
    pub number: u32,
    /// The statements.
    pub sql: &'static str,
}

#[derive(FromQueryResult)]
struct Applied {
    room: String,
    number: i64,
    digest: String,
}

/// Applies what is missing, in the order given, and returns how many steps that took.
///
/// Safe to call from several processes at once: PostgreSQL holds an advisory lock, SQLite its
/// single write lock, and the whole run is one transaction.
///
/// # Errors
/// When a step that was applied earlier has changed since, or the database refuses one.
pub async fn run(db: &Db, steps: &[Migration]) -> Result<usize, DbError> {
    let tx = db.write().await?;
    tx.lock("alongside migrations").await?;
    tx.script(
        "CREATE TABLE IF NOT EXISTS schema_step (
            room TEXT NOT NULL, number BIGINT NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (room, number))",
    )
    .await?;
    let applied: Vec<Applied> = tx.all("SELECT room, number, digest FROM schema_step", []).await?;
    let mut taken = 0;
    for step in steps {
        let digest = digest(step);
        let number = i64::from(step.number);
        match applied.iter().find(|done| done.room == step.room && done.number == number) {
            Some(done) if done.digest == digest => {}
            Some(_) => {
                return Err(DbError::Other(sea_orm::DbErr::Migration(format!(
                    "step {} of {} was applied in another wording: restore the original text \
                     and add a new step instead",
                    step.number, step.room
                ))));
            }
            None => {
                tx.script(&section(step.sql, tx.dialect())).await?;
                tx.run(
                    "INSERT INTO schema_step (room, number, digest) VALUES ($1, $2, $3)",
                    [step.room.into(), number.into(), digest.into()],
                )
                .await?;
                taken += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(taken)
}

/// How many steps are still missing, without changing anything.
///
/// # Errors
/// When the database cannot be read.
pub async fn pending(db: &Db, steps: &[Migration]) -> Result<usize, DbError> {
    let there = match db.dialect() {
        DbBackend::Postgres => {
            db.count("SELECT count(*) AS n FROM pg_tables WHERE tablename = 'schema_step'", [])
                .await?
        }
        _ => {
            db.count("SELECT count(*) AS n FROM sqlite_master WHERE name = 'schema_step'", [])
                .await?
        }
    };
    if there == 0 {
        return Ok(steps.len());
    }
    let applied: Vec<Applied> = db.all("SELECT room, number, digest FROM schema_step", []).await?;
    Ok(steps
        .iter()
        .filter(|step| {
            !applied
                .iter()
                .any(|done| done.room == step.room && done.number == i64::from(step.number))
        })
        .count())
}

fn digest(step: &Migration) -> String {
    blake3::hash(step.sql.as_bytes()).to_hex().to_string()
}

/// The lines of a step that concern one database.
fn section(sql: &str, dialect: DbBackend) -> String {
    let mut wanted = true;
    let mut text = String::with_capacity(sql.len());
    for line in sql.lines() {
        match line.trim() {
            "-- @both" => wanted = true,
            "-- @sqlite" => wanted = dialect == DbBackend::Sqlite,
            "-- @postgres" => wanted = dialect == DbBackend::Postgres,
            _ if wanted => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_sees_its_own_section() {
        let sql = "a\n-- @sqlite\nb\n-- @postgres\nc\n-- @both\nd";
        assert_eq!(section(sql, DbBackend::Sqlite), "a\nb\nd\n");
        assert_eq!(section(sql, DbBackend::Postgres), "a\nc\nd\n");
    }
}

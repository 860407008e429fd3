//! What was imported, what was wrong with it, and undoing it.

use access::Permit;
use foundation::{
    App, DbError, Sql,
    db::At,
    events::{self, Event},
};
use sea_orm::FromQueryResult;

use super::{ImportError, derive};
use crate::school::number_list;

/// A run of an import.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Batch {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: At,
    /// By whom.
    pub by_name: String,
    /// When it was undone, if it was.
    pub rolled_back_at: Option<At>,
    /// By whom it was undone.
    pub rolled_back_by: Option<String>,
    /// How many files.
    pub files: i64,
    /// How many rows were taken.
    pub accepted: i64,
    /// How many problems were found.
    pub problems: i64,
}

/// A file of a batch.
#[derive(Clone, Debug, FromQueryResult)]
pub struct BatchFile {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// What it is, in words.
    pub title: String,
    /// Who publishes it.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// The school year or years.
    pub period: Option<String>,
    /// How firm its figures are.
    pub release_status: String,
    /// The day it describes.
    pub as_at: Option<String>,
    /// Hash of its content (BLAKE3).
    pub hash: String,
    /// Rows below the header.
    pub rows_met: i64,
    /// Rows taken.
    pub accepted: i64,
    /// Rows left out.
    pub rejected: i64,
    /// Readings without a number.
    pub missing_values: i64,
    /// Problems found.
    pub problems: i64,
}

/// A problem of a file, as it was kept.
#[derive(Clone, Debug, FromQueryResult)]
pub struct KeptProblem {
    /// The file's name.
    pub name: String,
    /// How much it takes away.
    pub severity: String,
    /// What kind of problem.
    pub code: String,
    /// The row.
    pub at_row: Option<i64>,
    /// The column.
    pub at_column: Option<String>,
    /// The value met.
    pub value: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl KeptProblem {
    /// A problem that was just found.
    #[must_use]
    pub fn of(file: &str, problem: &sources::Problem) -> Self {
        Self {
            name: file.to_owned(),
            severity: problem.severity.code().to_owned(),
            code: problem.code.code().to_owned(),
            at_row: problem.row.map(i64::from),
            at_column: problem.column.clone(),
            value: problem.value.clone(),
            what: problem.what.clone(),
            remedy: problem.remedy.clone(),
        }
    }
}

const SUMMARY: &str = "SELECT b.id, b.at, b.by_name, b.rolled_back_at, b.rolled_back_by,
    count(f.id) AS files, CAST(coalesce(sum(f.accepted), 0) AS BIGINT) AS accepted,
    CAST(coalesce(sum(f.problems), 0) AS BIGINT) AS problems
    FROM import_batch b LEFT JOIN import_file f ON f.batch = b.id";
const GROUPED: &str = "GROUP BY b.id, b.at, b.by_name, b.rolled_back_at, b.rolled_back_by";

/// Every batch, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(db: &impl Sql) -> Result<Vec<Batch>, DbError> {
    db.all(&format!("{SUMMARY} {GROUPED} ORDER BY b.id DESC LIMIT 500"), []).await
}

/// A batch and its files.
///
/// # Errors
/// When the database cannot be read.
pub async fn batch(db: &impl Sql, id: i64) -> Result<Option<(Batch, Vec<BatchFile>)>, DbError> {
    let found: Option<Batch> =
        db.first(&format!("{SUMMARY} WHERE b.id = $1 {GROUPED}"), [id.into()]).await?;
    let Some(found) = found else { return Ok(None) };
    let files = db
        .all(
            "SELECT id, name, kind, title, source, licence, period, release_status, as_at, hash,
               rows_met, accepted, rejected, missing_values, problems
             FROM import_file WHERE batch = $1 ORDER BY id",
            [id.into()],
        )
        .await?;
    Ok(Some((found, files)))
}

/// The problems of a batch in the order of its files and rows.
///
/// # Errors
/// When the database cannot be read.
pub async fn problems(
    db: &impl Sql,
    batch: i64,
    limit: usize,
) -> Result<Vec<KeptProblem>, DbError> {
    let sql = format!(
        "SELECT f.name, p.severity, p.code, p.at_row, p.at_column, p.value, p.what, p.remedy
         FROM import_problem p JOIN import_file f ON f.id = p.file
         WHERE f.batch = $1 ORDER BY p.file, p.seq LIMIT {limit}"
    );
    db.all(&sql, [batch.into()]).await
}

/// The problems of a batch as a file for a spreadsheet. Text that a spreadsheet would run as a
/// formula is given an apostrophe.
#[must_use]
pub fn problems_csv(problems: &[KeptProblem]) -> String {
    let mut text = String::from("\u{feff}file,severity,row,column,value,what,remedy,code\r\n");
    for problem in problems {
        let row = problem.at_row.map(|row| row.to_string()).unwrap_or_default();
        let cells = [
            problem.name.as_str(),
            &problem.severity,
            &row,
            problem.at_column.as_deref().unwrap_or(""),
            problem.value.as_deref().unwrap_or(""),
            &problem.what,
            &problem.remedy,
            &problem.code,
        ];
        for (at, cell) in cells.into_iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let mark = if formula { "'" } else { "" };
            text += comma;
            if formula || cell.contains([',', '"', '\n', '\r']) {
                text += &format!("\"{mark}{}\"", cell.replace('"', "\"\""));
            } else {
                text += cell;
            }
        }
        text += "\r\n";
    }
    text
}

/// Undoes a batch: everything it brought goes, and what stood before it stands again.
///
/// # Errors
/// [`ImportError::Batch`] when there is no such batch or it was undone already.
pub async fn rollback(app: &App, permit: &Permit, id: i64) -> Result<Batch, ImportError> {
    let context = permit.context();
    let tx = app.db.write().await?;
    tx.lock("alongside import").await?;
    let Some((found, files)) = batch(&tx, id).await? else {
        return Err(ImportError::Batch(format!(
            "there is no import {id}: the list of imports shows their numbers"
        )));
    };
    if found.rolled_back_at.is_some() {
        return Err(ImportError::Batch(format!("import {id} was undone already")));
    }
    let list = number_list(files.iter().map(|file| file.id));
    for sql in [
        format!("DELETE FROM kpi_value WHERE stand % 10000000 IN ({list})"),
        format!("DELETE FROM school_listing WHERE file IN ({list})"),
        "DELETE FROM school_version WHERE NOT EXISTS (
           SELECT 1 FROM school_listing l WHERE l.urn = school_version.urn
             AND l.version = school_version.id)"
            .to_owned(),
        format!("DELETE FROM school_link WHERE file IN ({list})"),
        format!("DELETE FROM group_listing WHERE file IN ({list})"),
        format!("DELETE FROM postcode_listing WHERE file IN ({list})"),
        format!("DELETE FROM inspection WHERE file IN ({list})"),
        format!("UPDATE import_file SET live = FALSE WHERE id IN ({list})"),
    ] {
        tx.run(&sql, []).await?;
    }
    tx.run(
        "UPDATE import_batch SET rolled_back_at = $2, rolled_back_by = $3 WHERE id = $1",
        [id.into(), At(context.at).into(), context.actor.name().into()],
    )
    .await?;
    derive::derive(&tx, derive::Changes::all()).await?;
    events::append(&tx, context, Event::new("import", id, "rolled-back")).await?;
    tx.commit().await?;
    let undone = batch(&app.db, id).await?;
    undone
        .map(|(batch, _)| batch)
        .ok_or_else(|| ImportError::Stopped("the batch cannot be read again".to_owned()))
}

//! Looking at files and applying them.

use std::ops::ControlFlow;

use access::Permit;
use foundation::{
    App, Sql, Tx,
    db::At,
    events::{self, Event},
};
use sea_orm::FromQueryResult;
use sources::{Family, Pack, Problem, Recognised, Record, Refusal, Visitor};
use tokio::sync::mpsc;

use super::{
    FileReport, ImportError, Progress, Report, derive,
    gather::{Planned, family_word},
    sink::{Known, Sink, Touched},
    years,
};

/// How many problems of a file a report carries; the database keeps more.
const SHOWN: usize = 5_000;
/// How many statements may wait for the database: bounds memory.
const WAITING: usize = 8;

/// A visitor that keeps the first problems, for a preview.
#[derive(Debug, Default)]
struct Look {
    problems: Vec<Problem>,
}

impl Visitor for Look {
    fn record(&mut self, _: u32, _: Record) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: &Problem) {
        if self.problems.len() < SHOWN {
            self.problems.push(problem.clone());
        }
    }
}

fn stopped(error: impl std::fmt::Display) -> ImportError {
    ImportError::Stopped(error.to_string())
}

fn read_report(file: &str, report: sources::Report, problems: Vec<Problem>) -> FileReport {
    let period = years(&report.periods)
        .or_else(|| report.recognised.period.map(|(year, _)| year.to_string()));
    FileReport {
        file: file.to_owned(),
        kind: report.recognised.kind,
        period,
        rows: report.counts.rows,
        accepted: report.counts.accepted,
        rejected: report.counts.rejected,
        missing_values: report.counts.missing_values,
        unchanged: false,
        problems: report.counts.problems,
        title: report.recognised.title,
        as_at: report.recognised.as_at,
        refusal: None,
        columns: report.recognised.columns_read,
        sample: report.sample,
        first_problems: problems,
    }
}

/// Reads every file and changes nothing.
pub(super) async fn preview(
    app: &App,
    planned: Vec<Planned>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ImportError> {
    let of = planned.len();
    let mut report = Report::default();
    for (done, file) in planned.into_iter().enumerate() {
        progress(Progress { doing: file.input.name.clone(), done, of });
        let known = match &file.found {
            Ok(found) => already(&app.db, &file, found).await?,
            Err(_) => None,
        };
        let name = file.input.name.clone();
        let (result, problems) = tokio::task::spawn_blocking(move || -> Result<_, ImportError> {
            let mut look = Look::default();
            let result = match file.found {
                Err(refusal) => Err(refusal),
                Ok(_) => {
                    let input = file.input.open()?;
                    sources::read(input, &file.input.hint(), Pack::current(), &mut look)
                }
            };
            Ok((result, look.problems))
        })
        .await
        .map_err(stopped)??;
        report.files.push(match result {
            Ok(read) => {
                FileReport { unchanged: known.is_some(), ..read_report(&name, read, problems) }
            }
            Err(refusal) => {
                FileReport { first_problems: problems, ..FileReport::refused(&name, refusal) }
            }
        });
    }
    progress(Progress { doing: "done".to_owned(), done: of, of });
    Ok(report)
}

#[derive(FromQueryResult)]
struct Earlier {
    period: Option<String>,
    rows_met: i64,
    accepted: i64,
    rejected: i64,
    missing_values: i64,
    problems: i64,
}

/// The same content, read by the same mapping, in a batch that still stands.
async fn already(
    db: &impl Sql,
    file: &Planned,
    found: &Recognised,
) -> Result<Option<Earlier>, ImportError> {
    Ok(db
        .first(
            "SELECT period, rows_met, accepted, rejected, missing_values, problems FROM import_file
             WHERE hash = $1 AND live AND mapping = $2 AND mapping_version = $3
               AND release_status = $4 AND (period = $5 OR $5 = '') ORDER BY id DESC LIMIT 1",
            [
                file.hash.clone().into(),
                found.mapping.clone().into(),
                i64::from(found.mapping_version).into(),
                found.release.0.code().into(),
                found.period.map(|(year, _)| year.to_string()).unwrap_or_default().into(),
            ],
        )
        .await?)
}

impl Earlier {
    fn report(self, name: &str, found: &Recognised) -> FileReport {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        FileReport {
            file: name.to_owned(),
            kind: found.kind.clone(),
            period: self.period.filter(|period| !period.is_empty()),
            rows: count(self.rows_met),
            accepted: count(self.accepted),
            rejected: count(self.rejected),
            missing_values: count(self.missing_values),
            unchanged: true,
            problems: count(self.problems),
            title: found.title.clone(),
            as_at: found.as_at,
            refusal: None,
            columns: Vec::new(),
            sample: Vec::new(),
            first_problems: Vec::new(),
        }
    }
}

async fn next(tx: &Tx, sql: &str) -> Result<i64, ImportError> {
    Ok(tx.count(sql, []).await? + 1)
}

/// Applies every file in one transaction.
pub(super) async fn apply(
    app: &App,
    permit: &Permit,
    planned: Vec<Planned>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ImportError> {
    let of = planned.len();
    let context = permit.context();
    let tx = app.db.write().await?;
    tx.lock("alongside import").await?;
    let batch = next(&tx, "SELECT coalesce(max(id), 0) AS n FROM import_batch").await?;
    let mut file = next(&tx, "SELECT coalesce(max(id), 0) AS n FROM import_file").await?;
    tx.run(
        "INSERT INTO import_batch (id, at, by_key, by_name) VALUES ($1, $2, $3, $4)",
        [
            batch.into(),
            At(context.at).into(),
            context.actor.key().into(),
            context.actor.name().into(),
        ],
    )
    .await?;
    let mut report = Report::default();
    let mut changes = derive::Changes::default();
    let mut applied = Vec::new();
    let mut known: Option<Known> = None;
    for (done, plan) in planned.into_iter().enumerate() {
        let name = plan.input.name.clone();
        progress(Progress { doing: name.clone(), done, of });
        let found = match &plan.found {
            Ok(found) => found.clone(),
            Err(refusal) => {
                report.files.push(FileReport::refused(&name, refusal.clone()));
                continue;
            }
        };
        if let Some(earlier) = already(&tx, &plan, &found).await? {
            report.files.push(earlier.report(&name, &found));
            continue;
        }
        let texts = match (known.take(), found.family) {
            (Some(known), _) => known,
            (None, Family::Register) => known_versions(&tx).await?,
            (None, _) => Known::default(),
        };
        let hash = plan.hash.clone();
        tx.script("SAVEPOINT one_file").await?;
        let one = one_file(&tx, plan, file, texts).await?;
        match one.result {
            Ok(read) => {
                tx.script("RELEASE SAVEPOINT one_file").await?;
                // What is known was read from this transaction and is true while it goes on.
                known = (found.family == Family::Register).then_some(one.known);
                changes.add(found.family, one.touched.context);
                let read = read_report(&name, read, one.problems);
                record(&tx, app, batch, file, &hash, &found, &read).await?;
                applied.push(name);
                report.files.push(read);
                file += 1;
            }
            Err(refusal) => {
                tx.script("ROLLBACK TO SAVEPOINT one_file").await?;
                tx.script("RELEASE SAVEPOINT one_file").await?;
                report.files.push(FileReport::refused(&name, refusal));
            }
        }
    }
    if applied.is_empty() {
        return Ok(report);
    }
    progress(Progress {
        doing: "working out lineage, families and search".to_owned(),
        done: of,
        of,
    });
    derive::derive(&tx, changes).await?;
    let event =
        Event::new("import", batch, "applied").with(serde_json::json!({ "files": applied.len() }));
    events::append(&tx, context, event).await?;
    tx.commit().await?;
    report.batch = Some(batch);
    progress(Progress { doing: "done".to_owned(), done: of, of });
    Ok(report)
}

async fn known_versions(tx: &Tx) -> Result<Known, ImportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        urn: i64,
        digest: i64,
    }
    let rows: Vec<Row> = tx.all("SELECT id, urn, digest FROM school_version", []).await?;
    let next = rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
    let versions = rows.into_iter().map(|row| ((row.urn, row.digest), row.id)).collect();
    Ok(Known { versions, next })
}

struct OneFile {
    result: Result<sources::Report, Refusal>,
    known: Known,
    touched: Touched,
    problems: Vec<Problem>,
}

/// Reads one file on a thread of its own while this one feeds the database.
async fn one_file(tx: &Tx, plan: Planned, file: i64, known: Known) -> Result<OneFile, ImportError> {
    let (out, mut statements) = mpsc::channel(WAITING);
    let dialect = tx.dialect();
    let reading = tokio::task::spawn_blocking(move || -> Result<OneFile, ImportError> {
        let mut both = Both { sink: Sink::new(file, dialect, known, out), look: Look::default() };
        let input = plan.input.open()?;
        let result = sources::read(input, &plan.input.hint(), Pack::current(), &mut both);
        let (known, touched) = both.sink.finish();
        Ok(OneFile { result, known, touched, problems: both.look.problems })
    });
    let mut failed = None;
    while let Some(statement) = statements.recv().await {
        if let Err(error) = statement.run(tx).await {
            // Dropping the receiver stops the reader at its next statement.
            failed = Some(error);
            break;
        }
    }
    drop(statements);
    let one = reading.await.map_err(stopped)?;
    match failed {
        Some(error) => Err(error.into()),
        None => one,
    }
}

struct Both {
    sink: Sink,
    look: Look,
}

impl Visitor for Both {
    fn record(&mut self, row: u32, record: Record) -> ControlFlow<()> {
        self.sink.record(row, record)
    }

    fn problem(&mut self, problem: &Problem) {
        self.sink.problem(problem);
        self.look.problem(problem);
    }
}

async fn record(
    tx: &Tx,
    app: &App,
    batch: i64,
    file: i64,
    hash: &str,
    found: &Recognised,
    read: &FileReport,
) -> Result<(), ImportError> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let name = read.file.rsplit(['/', '\\']).next().unwrap_or(&read.file);
    let as_of = found.as_at.unwrap_or_else(|| app.clock.today());
    tx.run(
        "INSERT INTO import_file (id, batch, name, hash, family, kind, title, source, licence,
           mapping, mapping_version, period, release_status, as_at, as_of, rows_met, accepted,
           rejected, missing_values, problems, live)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, TRUE)",
        [
            file.into(),
            batch.into(),
            name.into(),
            hash.into(),
            family_word(found.family).into(),
            found.kind.clone().into(),
            found.title.clone().into(),
            found.source.clone().into(),
            found.licence.clone().into(),
            found.mapping.clone().into(),
            i64::from(found.mapping_version).into(),
            read.period.clone().into(),
            found.release.0.code().into(),
            found.as_at.map(|day| day.to_string()).into(),
            as_of.to_string().into(),
            count(read.rows).into(),
            count(read.accepted).into(),
            count(read.rejected).into(),
            count(read.missing_values).into(),
            count(read.problems).into(),
        ],
    )
    .await?;
    Ok(())
}

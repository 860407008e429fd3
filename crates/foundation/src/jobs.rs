//! Work that follows an act: enqueued in the act's own transaction, taken by one worker at a
//! time with a row lock, tried again with growing pauses, and kept with its error when it fails
//! for good.

use std::{collections::BTreeMap, fmt, pin::Pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use sea_orm::{DbBackend, FromQueryResult};
use serde::Serialize;

use crate::{App, DbError, Ids, Sql, Tx, db::At};

/// How long a worker may hold a job before another may take it over.
const HOLD: SignedDuration = SignedDuration::from_mins(5);
/// After how many attempts a job is left for a person to look at.
const ATTEMPTS: i64 = 8;

/// Enqueues work in the transaction of the act that causes it.
///
/// With `once`, a second job of the same key is quietly not added.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    tx: &Tx,
    ids: &Ids,
    kind: &str,
    body: &impl Serialize,
    due: Timestamp,
    once: Option<&str>,
) -> Result<(), DbError> {
    let body = serde_json::to_string(body).unwrap_or_default();
    tx.run(
        "INSERT INTO job (id, kind, body, due, once) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (once) DO NOTHING",
        [
            ids.next().to_string().into(),
            kind.into(),
            body.into(),
            At(due).into(),
            once.map(str::to_owned).into(),
        ],
    )
    .await?;
    Ok(())
}

/// A job held by this worker.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Held {
    /// The job's identifier.
    pub id: String,
    /// Which handler it is for.
    pub kind: String,
    /// Its parameters, as JSON text.
    pub body: String,
    /// How often it has been tried, this time included.
    pub attempts: i64,
}

type Outcome = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Handler = Arc<dyn Fn(App, Held) -> Outcome + Send + Sync>;

/// What to do for each kind of job; every room adds its own.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Handler>);

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Handlers {
    /// Registers the handler of a kind of job. An error's text is kept with the job.
    #[must_use]
    pub fn on<F, W>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(App, Held) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.0.insert(kind, Arc::new(move |app, held| Box::pin(handler(app, held))));
        self
    }
}

/// Takes the next job that is due, if there is one.
///
/// # Errors
/// When the database refuses.
pub async fn take(db: &impl Sql, now: Timestamp) -> Result<Option<Held>, DbError> {
    let lock = match db.dialect() {
        DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let sql = format!(
        "UPDATE job SET taken_until = $2, attempts = attempts + 1 WHERE id = (
           SELECT id FROM job
           WHERE due <= $1 AND failed IS NULL AND (taken_until IS NULL OR taken_until < $1)
           ORDER BY due, id LIMIT 1 {lock})
         RETURNING id, kind, body, attempts"
    );
    db.first(&sql, [At(now).into(), At(now + HOLD).into()]).await
}

/// Runs one job that is due; `false` when there was none.
///
/// # Errors
/// When the database refuses; a handler's failure is kept with the job instead.
pub async fn run_one(app: &App, handlers: &Handlers) -> Result<bool, DbError> {
    let Some(held) = take(&app.db, app.clock.now()).await? else {
        return Ok(false);
    };
    let id = held.id.clone();
    let attempts = held.attempts;
    let outcome = match handlers.0.get(held.kind.as_str()) {
        Some(handler) => handler(app.clone(), held).await,
        None => Err(format!("no handler for jobs of kind “{}”", held.kind)),
    };
    match outcome {
        Ok(()) => {
            app.db.run("DELETE FROM job WHERE id = $1", [id.into()]).await?;
        }
        Err(error) => {
            tracing::warn!(job = id, attempts, error, "a job failed");
            let failed = (attempts >= ATTEMPTS).then_some(error);
            let pause = SignedDuration::from_secs(30 << attempts.clamp(0, 10));
            app.db
                .run(
                    "UPDATE job SET taken_until = NULL, due = $2, failed = $3 WHERE id = $1",
                    [id.into(), At(app.clock.now() + pause).into(), failed.into()],
                )
                .await?;
        }
    }
    Ok(true)
}

/// Runs everything that is due now and says how many jobs that were.
///
/// # Errors
/// When the database refuses.
pub async fn drain(app: &App, handlers: &Handlers) -> Result<usize, DbError> {
    let mut done = 0;
    while run_one(app, handlers).await? {
        done += 1;
    }
    Ok(done)
}

/// Works until told to stop, looking for new work every second when idle.
pub async fn work(app: App, handlers: Handlers, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        let idle = match run_one(&app, &handlers).await {
            Ok(worked) => !worked,
            Err(error) => {
                tracing::error!(%error, "the job table cannot be read");
                true
            }
        };
        if idle {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

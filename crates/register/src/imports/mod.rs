//! Public files on their way into the register: look, apply, undo.
//!
//! A *batch* is one run. It is applied in one transaction: a crash leaves nothing behind, and
//! undoing a batch restores what was there before it. A file whose content was imported already
//! changes nothing. A file that is refused leaves the rest of its batch alone.

mod apply;
mod batches;
mod derive;
mod gather;
mod listed;
pub mod pages;
mod sink;
mod targets;
mod uploads;

use std::{fmt, path::PathBuf};

use access::{Kind, Permit, Resource, Zone};
use foundation::{App, DbError, OrgRef};
use jiff::civil::Date;
use serde::Serialize;
use sources::{AcademicYear, Problem, Refusal, SampleRow};

pub use batches::{Batch, BatchFile, KeptProblem, batch, list, problems, problems_csv, rollback};
pub use gather::Input;
pub use uploads::{Upload, uploads};

/// What an import is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Only look: count, take samples, find problems, and change nothing.
    pub preview: bool,
}

/// How far an import has come, for a progress bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file in hand, or what else is being done.
    pub doing: String,
    /// How many files are done.
    pub done: usize,
    /// How many files there are.
    pub of: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: {}", (self.done + 1).min(self.of.max(1)), self.of, self.doing)
    }
}

/// What became of one file. Serialises to the documented form; the rest is for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// Its path as given.
    pub file: String,
    /// What it is: `register`, `links`, `ks2`…; `refused` when it was not recognised.
    pub kind: String,
    /// The school year or years it is about, such as `2017/18`.
    pub period: Option<String>,
    /// Rows below the header.
    pub rows: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows left out, each with a problem.
    pub rejected: u64,
    /// Readings that hold a reason and no number.
    pub missing_values: u64,
    /// Whether the very same content was imported before.
    pub unchanged: bool,
    /// How many problems were found.
    pub problems: u64,
    /// What it is, in words.
    #[serde(skip)]
    pub title: String,
    /// The day it describes.
    #[serde(skip)]
    pub as_at: Option<Date>,
    /// Why nothing of it was taken, when nothing was.
    #[serde(skip)]
    pub refusal: Option<Problem>,
    /// The columns of the sample.
    #[serde(skip)]
    pub columns: Vec<String>,
    /// Its first rows, twenty at most.
    #[serde(skip)]
    pub sample: Vec<SampleRow>,
    /// Its first problems.
    #[serde(skip)]
    pub first_problems: Vec<Problem>,
}

impl FileReport {
    fn refused(file: &str, refusal: Refusal) -> Self {
        let kind = refusal
            .recognised
            .as_ref()
            .map_or_else(|| "refused".to_owned(), |recognised| recognised.kind.clone());
        Self {
            file: file.to_owned(),
            kind,
            period: None,
            rows: refusal.counts.rows,
            accepted: 0,
            rejected: refusal.counts.rows,
            missing_values: 0,
            unchanged: false,
            problems: refusal.counts.problems.max(1),
            title: refusal.recognised.map_or_else(String::new, |recognised| recognised.title),
            as_at: None,
            first_problems: vec![refusal.problem.clone()],
            refusal: Some(refusal.problem),
            columns: Vec::new(),
            sample: Vec::new(),
        }
    }
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Each file, in the order in which it was applied; refused ones last.
    pub files: Vec<FileReport>,
    /// How long it took.
    pub seconds: f64,
    /// The most memory the process held so far, in MiB; 0 where the system does not say.
    pub peak_mb: f64,
    /// The batch, when anything was applied.
    #[serde(skip)]
    pub batch: Option<i64>,
}

impl Report {
    /// How many files were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.files.iter().filter(|file| file.refusal.is_some()).count()
    }

    /// The problems as a file for a spreadsheet: the first five thousand of each file.
    #[must_use]
    pub fn problems_csv(&self) -> String {
        let kept: Vec<KeptProblem> = self
            .files
            .iter()
            .flat_map(|file| file.first_problems.iter().map(|p| KeptProblem::of(&file.file, p)))
            .collect();
        problems_csv(&kept)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            match &file.refusal {
                Some(why) => writeln!(f, "{}: refused. {why}", file.file)?,
                None => {
                    let period = file.period.as_ref().map(|p| format!(" {p}")).unwrap_or_default();
                    let state =
                        if file.unchanged { ", unchanged since an earlier import" } else { "" };
                    writeln!(
                        f,
                        "{}: {}{period}, {} rows, {} taken, {} left out, {} problems{state}",
                        file.file,
                        file.kind,
                        file.rows,
                        file.accepted,
                        file.rejected,
                        file.problems
                    )?;
                }
            }
        }
        match self.batch {
            Some(batch) => write!(f, "Applied as batch {batch}")?,
            None => write!(f, "Nothing was changed")?,
        }
        write!(f, " in {:.1} seconds", self.seconds)?;
        if self.peak_mb > 0.0 {
            write!(f, ", at most {:.0} MB of memory", self.peak_mb)?;
        }
        write!(f, ".")
    }
}

/// Why an import could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A path that cannot be read.
    #[error("{path}: {error}. Check the path and that it may be read")]
    Path {
        /// The path.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// No file to import.
    #[error("there is no file to import in {0}: give files, or a folder that holds some")]
    Nothing(String),
    /// The batch is not there, or was undone already.
    #[error("{0}")]
    Batch(String),
    /// A fault of ours.
    #[error("the import stopped and nothing was changed: {0}")]
    Stopped(String),
    /// The database refused.
    #[error("the database refused and nothing was changed: {0}")]
    Db(#[from] DbError),
}

/// What the policy knows about imports: only operators look after them.
#[must_use]
pub const fn resource() -> Resource {
    Resource::new(Kind::System, Zone::System, OrgRef::Authority(0))
}

/// Imports files, and folders with all they hold: register before links before results, whatever
/// their order in the folder.
///
/// # Errors
/// [`ImportError`] when a path cannot be read or the database refuses; nothing was changed then.
/// A file that is refused is no error: its report says why.
pub async fn import_paths(
    app: &App,
    permit: &Permit,
    paths: &[PathBuf],
    options: Options,
    progress: impl Fn(Progress) + Send + Sync,
) -> Result<Report, ImportError> {
    let inputs = gather::walk(paths)?;
    import_inputs(app, permit, inputs, options, &progress).await
}

/// As [`import_paths`], for files whose name is not their path (uploads, generated files).
///
/// # Errors
/// As [`import_paths`].
pub async fn import_inputs(
    app: &App,
    permit: &Permit,
    inputs: Vec<Input>,
    options: Options,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ImportError> {
    let began = app.clock.now();
    let planned = tokio::task::spawn_blocking(move || gather::plan(inputs))
        .await
        .map_err(|error| ImportError::Stopped(error.to_string()))??;
    let mut report = if options.preview {
        apply::preview(app, planned, progress).await?
    } else {
        apply::apply(app, permit, planned, progress).await?
    };
    report.seconds = app.clock.now().duration_since(began).as_secs_f64();
    report.peak_mb = peak_mb();
    Ok(report)
}

/// Imports files held in memory: name (with its folder) and bytes. For the demonstration.
///
/// # Errors
/// As [`import_paths`].
pub async fn import_bytes(
    app: &App,
    permit: &Permit,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Report, ImportError> {
    let folder = tempfile::tempdir()
        .map_err(|error| ImportError::Path { path: "temporary folder".to_owned(), error })?;
    let mut inputs = Vec::with_capacity(files.len());
    for (at, (name, bytes)) in files.into_iter().enumerate() {
        let path = folder.path().join(format!("{at}"));
        std::fs::write(&path, bytes)
            .map_err(|error| ImportError::Path { path: name.clone(), error })?;
        inputs.push(Input { path, name: name.clone(), hint: name });
    }
    import_inputs(app, permit, inputs, Options::default(), &|_| {}).await
}

/// One year, or the first and the last of several.
fn years(periods: &[AcademicYear]) -> Option<String> {
    match periods {
        [] => None,
        [only] => Some(only.to_string()),
        [first, .., last] => Some(format!("{first} to {last}")),
    }
}

/// The high-water mark of this process's memory, where the system tells it.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.map_or(0.0, |kib| (kib / 102.4).round() / 10.0)
}

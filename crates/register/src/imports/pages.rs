//! Imports on the web: send files, look at their preview, apply, undo. For operators only.

use std::path::Path as FilePath;

use access::{Action, Permit, SignedIn, Visitor, authorize};
use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use foundation::{
    App, PageError,
    clock::in_words,
    db::At,
    web::{Cell, Errors, Frame, Table, redirect},
};
use govuk::{ErrorSummary, FileUpload, Html, Input};

use super::{
    Batch, BatchFile, FileReport, ImportError, KeptProblem, Options, Upload, batches,
    import_inputs, resource, uploads,
};
use crate::pages::{downloads, named};

/// The pages under `/imports`.
pub(crate) fn routes() -> Router<App> {
    let sending = Router::new()
        .route("/imports/new", get(ask).post(receive))
        // Files are read piece by piece and counted there.
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/imports", get(list))
        .route("/imports/download/{file}", get(list_download))
        .route("/imports/waiting/{parcel}", get(preview))
        .route("/imports/waiting/{parcel}/apply", post(apply))
        .route("/imports/waiting/{parcel}/discard", post(discard))
        .route("/imports/{id}", get(show))
        .route("/imports/{id}/problems.csv", get(problems))
        .route("/imports/{id}/undo", get(confirm).post(undo))
        .merge(sending)
}

fn allowed(app: &App, visitor: &Visitor, action: Action) -> Result<Permit, PageError> {
    authorize(app, visitor, action, &resource())
}

fn page_error(error: ImportError) -> PageError {
    match error {
        ImportError::Batch(text) => PageError::Conflict(text),
        ImportError::Db(error) => error.into(),
        other => PageError::Internal(other.to_string()),
    }
}

const VISIBLE: &str = "the operators of this installation";

#[derive(Template)]
#[template(path = "imports.html")]
struct ListPage {
    waiting: Vec<(String, Vec<Upload>)>,
    table: String,
    links: Html,
    any: bool,
}

async fn table(app: &App) -> Result<(Table, bool), PageError> {
    let batches = batches::list(&app.db).await?;
    let any = !batches.is_empty();
    let table = Table {
        caption: "Imports, the latest first".to_owned(),
        columns: ["Import", "When", "By", "Files", "Rows taken", "Problems", "State"]
            .map(str::to_owned)
            .to_vec(),
        rows: batches
            .into_iter()
            .map(|batch| {
                #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
                let number = |n: i64| Cell::Number(n as f64, 0);
                vec![
                    Cell::Link(format!("Import {}", batch.id), format!("/imports/{}", batch.id)),
                    Cell::text(in_words(batch.at.0)),
                    Cell::text(batch.by_name),
                    number(batch.files),
                    number(batch.accepted),
                    number(batch.problems),
                    Cell::text(if batch.rolled_back_at.is_some() { "undone" } else { "stands" }),
                ]
            })
            .collect(),
        notes: Vec::new(),
    };
    Ok((table, any))
}

async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Read)?;
    let mut waiting: Vec<(String, Vec<Upload>)> = Vec::new();
    for upload in uploads(&app.db).await? {
        match waiting.iter_mut().find(|(parcel, _)| *parcel == upload.parcel) {
            Some((_, files)) => files.push(upload),
            None => waiting.push((upload.parcel.clone(), vec![upload])),
        }
    }
    let (table, any) = table(&app).await?;
    let links = downloads("imports", "/imports/download/imports", "");
    let content = ListPage { waiting, table: table.html(), links, any };
    frame.page("Imports").wide().visible_to(VISIBLE).show(&content)
}

async fn list_download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(file): Path<String>,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Read)?;
    match named(&file)? {
        ("imports", format) => table(&app).await?.0.download(format, "imports"),
        _ => Err(PageError::NotFound),
    }
}

#[derive(Template)]
#[template(path = "import_new.html")]
struct NewPage {
    problem: Option<ErrorSummary>,
    files: FileUpload,
    year: Input,
}

fn new_page(errors: &Errors) -> NewPage {
    let mut files = FileUpload::new("files", "Choose files")
        .multiple(true)
        .hint("CSV or XLSX as published: the register, links, groups, results, census, absence, deprivation, inspections. Up to 512 MB each.");
    if let Some(message) = errors.get("files") {
        files = files.error_message(message);
    }
    NewPage {
        problem: errors.summary(),
        files,
        year: Input::new("year", "School year, if neither the file nor its name says it")
            .hint("For example 2017-2018")
            .width(10),
    }
}

async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Create)?;
    frame
        .page("Import files")
        .crumb("Imports", "/imports")
        .visible_to(VISIBLE)
        .show(&new_page(&Errors::default()))
}

async fn receive(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    form: Multipart,
) -> Result<Response, PageError> {
    let permit = allowed(&app, &visitor, Action::Create)?;
    match uploads::receive(&app, &permit, form).await? {
        Some(parcel) => Ok(redirect(&format!("/imports/waiting/{parcel}"))),
        None => {
            let mut errors = Errors::default();
            errors.add("files", "Choose at least one file");
            frame
                .page("Import files")
                .crumb("Imports", "/imports")
                .visible_to(VISIBLE)
                .with_problems()
                .show(&new_page(&errors))
        }
    }
}

#[derive(Template)]
#[template(path = "import_preview.html")]
struct PreviewPage {
    parcel: String,
    files: Vec<Previewed>,
    can_apply: bool,
}

struct Previewed {
    report: FileReport,
    sample: String,
    more: u64,
}

impl Previewed {
    fn of(report: FileReport) -> Self {
        let columns = std::iter::once("Row".to_owned()).chain(report.columns.iter().cloned());
        let table = Table {
            caption: format!("The first {} rows of {}", report.sample.len(), report.file),
            columns: columns.collect(),
            rows: report
                .sample
                .iter()
                .map(|row| {
                    std::iter::once(Cell::text(row.row.to_string()))
                        .chain(row.cells.iter().map(Cell::text))
                        .collect()
                })
                .collect(),
            notes: Vec::new(),
        };
        let shown = report.first_problems.len().min(20);
        let more = report.problems.saturating_sub(u64::try_from(shown).unwrap_or(0));
        let sample = if report.sample.is_empty() { String::new() } else { table.html() };
        Self { sample, more, report }
    }

    fn problems(&self) -> impl Iterator<Item = &sources::Problem> {
        self.report.first_problems.iter().take(20)
    }
}

async fn preview(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(parcel): Path<String>,
) -> Result<Response, PageError> {
    let permit = allowed(&app, &visitor, Action::Read)?;
    let files = uploads::parcel(&app.db, &parcel).await?;
    if files.is_empty() {
        return Err(PageError::NotFound);
    }
    let unpacked = uploads::unpack(&app.db, &files).await.map_err(page_error)?;
    let inputs = unpacked.inputs.clone();
    let report = import_inputs(&app, &permit, inputs, Options { preview: true }, &|_| {})
        .await
        .map_err(page_error)?;
    let can_apply = report.files.iter().any(|file| file.refusal.is_none() && !file.unchanged);
    let files = report.files.into_iter().map(Previewed::of).collect();
    frame
        .page("Check before importing")
        .crumb("Imports", "/imports")
        .wide()
        .visible_to(VISIBLE)
        .show(&PreviewPage { parcel, files, can_apply })
}

async fn apply(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(parcel): Path<String>,
) -> Result<Response, PageError> {
    let permit = allowed(&app, &visitor, Action::Create)?;
    let files = uploads::parcel(&app.db, &parcel).await?;
    if files.is_empty() {
        return Err(PageError::NotFound);
    }
    let unpacked = uploads::unpack(&app.db, &files).await.map_err(page_error)?;
    let inputs = unpacked.inputs.clone();
    let report = import_inputs(&app, &permit, inputs, Options::default(), &|_| {})
        .await
        .map_err(page_error)?;
    uploads::discard(&app, &permit, &parcel).await?;
    Ok(redirect(
        &report.batch.map_or_else(|| "/imports".to_owned(), |batch| format!("/imports/{batch}")),
    ))
}

async fn discard(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(parcel): Path<String>,
) -> Result<Response, PageError> {
    let permit = allowed(&app, &visitor, Action::Update)?;
    uploads::discard(&app, &permit, &parcel).await?;
    Ok(redirect("/imports"))
}

#[derive(Template)]
#[template(path = "import.html")]
struct BatchPage {
    batch: Batch,
    table: String,
    problems: Vec<KeptProblem>,
    undoing: bool,
}

impl BatchPage {
    fn at(at: &At) -> String {
        in_words(at.0)
    }
}

fn files_table(id: i64, files: &[BatchFile]) -> Table {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    let number = |n: i64| Cell::Number(n as f64, 0);
    Table {
        caption: format!("Files of import {id}"),
        columns: [
            "File",
            "What",
            "Year",
            "Release",
            "Rows",
            "Taken",
            "Left out",
            "Without a number",
            "Problems",
            "Licence",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: files
            .iter()
            .map(|file| {
                let name = FilePath::new(&file.name)
                    .file_name()
                    .map_or_else(|| file.name.clone(), |name| name.to_string_lossy().into_owned());
                vec![
                    Cell::text(name),
                    Cell::text(&file.title),
                    Cell::text(
                        file.period.clone().or_else(|| file.as_at.clone()).unwrap_or_default(),
                    ),
                    Cell::text(file.release_status.replace('-', " ")),
                    number(file.rows_met),
                    number(file.accepted),
                    number(file.rejected),
                    number(file.missing_values),
                    number(file.problems),
                    Cell::text(&file.licence),
                ]
            })
            .collect(),
        notes: Vec::new(),
    }
}

async fn batch_page(
    app: &App,
    frame: Frame,
    id: i64,
    undoing: bool,
) -> Result<Response, PageError> {
    let (batch, files) = batches::batch(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let problems = batches::problems(&app.db, id, 50).await?;
    let content = BatchPage { table: files_table(id, &files).html(), problems, undoing, batch };
    frame
        .page(if undoing { format!("Undo import {id}") } else { format!("Import {id}") })
        .crumb("Imports", "/imports")
        .wide()
        .visible_to(VISIBLE)
        .show(&content)
}

async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Read)?;
    batch_page(&app, frame, id, false).await
}

async fn confirm(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Update)?;
    batch_page(&app, frame, id, true).await
}

async fn undo(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    let permit = allowed(&app, &visitor, Action::Update)?;
    batches::rollback(&app, &permit, id).await.map_err(page_error)?;
    Ok(redirect(&format!("/imports/{id}")))
}

async fn problems(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    allowed(&app, &visitor, Action::Read)?;
    batches::batch(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let all = batches::problems(&app.db, id, 1_000_000).await?;
    let name = format!("attachment; filename=\"import-{id}-problems.csv\"");
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        batches::problems_csv(&all),
    )
        .into_response())
}

//! Files sent from a browser: kept until somebody has looked at their preview.

use std::{
    io::{BufRead as _, Read, Write as _},
    path::{Path, PathBuf},
};

use access::Permit;
use axum::extract::Multipart;
use foundation::{App, DbError, PageError, Sql, db::At};
use sea_orm::FromQueryResult;
use sources::ProblemCode;

use super::{ImportError, Input, Options, import_inputs};

/// The most bytes of one upload.
const MOST: usize = 512 << 20;
/// The largest number of files in one upload.
const FILES: usize = 40;
/// Bytes of one stored part.
const PART: usize = 1 << 20;

/// A file that waits.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Upload {
    /// Its identifier.
    pub id: String,
    /// The files that came together.
    pub parcel: String,
    /// Its name.
    pub name: String,
    /// Its name with the year that was given with it.
    pub hint: String,
    /// Its size.
    pub bytes: i64,
    /// When it came.
    pub at: At,
    /// Who sent it.
    pub by_name: String,
}

/// The files that wait, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn uploads(db: &impl Sql) -> Result<Vec<Upload>, DbError> {
    db.all(
        "SELECT id, parcel, name, hint, bytes, at, by_name FROM import_upload ORDER BY at DESC, name",
        [],
    )
    .await
}

pub(super) async fn parcel(db: &impl Sql, parcel: &str) -> Result<Vec<Upload>, DbError> {
    db.all(
        "SELECT id, parcel, name, hint, bytes, at, by_name FROM import_upload
         WHERE parcel = $1 ORDER BY name, id",
        [parcel.into()],
    )
    .await
}

struct Received {
    name: String,
    path: PathBuf,
    bytes: usize,
}

fn failed(error: impl std::fmt::Display) -> PageError {
    PageError::Internal(format!("upload: {error}"))
}

/// Takes the files of a form, a piece at a time, and returns their parcel; `None` when the form
/// held no file.
pub(super) async fn receive(
    app: &App,
    permit: &Permit,
    mut form: Multipart,
) -> Result<Option<String>, PageError> {
    let folder = tempfile::tempdir().map_err(failed)?;
    let mut year = String::new();
    let mut received: Vec<Received> = Vec::new();
    let bad = |error: axum::extract::multipart::MultipartError| {
        PageError::Bad(format!("The upload stopped before its end ({error}). Send it again."))
    };
    while let Some(mut field) = form.next_field().await.map_err(bad)? {
        match field.name() {
            Some("year") => year = field.text().await.map_err(bad)?.trim().to_owned(),
            Some("files") => {
                let name = field
                    .file_name()
                    .unwrap_or("")
                    .rsplit(['/', '\\'])
                    .next()
                    .unwrap_or("")
                    .to_owned();
                if name.is_empty() {
                    continue;
                }
                if received.len() == FILES {
                    return Err(PageError::TooLarge(format!(
                        "More than {FILES} files at once. Send them in parts."
                    )));
                }
                let path = folder.path().join(received.len().to_string());
                let mut file = std::fs::File::create(&path).map_err(failed)?;
                let mut bytes = 0;
                while let Some(piece) = field.chunk().await.map_err(bad)? {
                    bytes += piece.len();
                    if bytes > MOST {
                        return Err(PageError::TooLarge(format!(
                            "{name} is larger than 512 MB. Import it on the server with \
                             `alongside import`, or split it."
                        )));
                    }
                    file.write_all(&piece).map_err(failed)?;
                }
                received.push(Received { name, path, bytes });
            }
            _ => {}
        }
    }
    if received.is_empty() {
        return Ok(None);
    }
    refuse_pupils(app, permit, &received, &year).await?;
    let context = permit.context();
    let id = app.ids.next().to_string();
    let tx = app.db.write().await?;
    for file in received {
        let upload = app.ids.next().to_string();
        let hint = hint(&year, &file.name);
        tx.run(
            "INSERT INTO import_upload (id, parcel, name, hint, bytes, at, by_name)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                upload.clone().into(),
                id.clone().into(),
                file.name.into(),
                hint.into(),
                i64::try_from(file.bytes).unwrap_or(i64::MAX).into(),
                At(context.at).into(),
                context.actor.name().into(),
            ],
        )
        .await?;
        let mut input = std::fs::File::open(&file.path).map_err(failed)?;
        for seq in 0_i64.. {
            let mut part = Vec::with_capacity(PART);
            Read::by_ref(&mut input).take(PART as u64).read_to_end(&mut part).map_err(failed)?;
            if part.is_empty() {
                break;
            }
            tx.run(
                "INSERT INTO import_upload_part (upload, seq, body) VALUES ($1, $2, $3)",
                [upload.clone().into(), seq.into(), part.into()],
            )
            .await?;
        }
    }
    tx.commit().await?;
    Ok(Some(id))
}

/// Reads every file once before anything of it is kept, so that what holds pupils' numbers leaves
/// no trace.
async fn refuse_pupils(
    app: &App,
    permit: &Permit,
    received: &[Received],
    year: &str,
) -> Result<(), PageError> {
    let inputs: Vec<Input> = received
        .iter()
        .map(|file| Input {
            path: file.path.clone(),
            name: file.name.clone(),
            hint: hint(year, &file.name),
        })
        .collect();
    let report = import_inputs(app, permit, inputs, Options { preview: true }, &|_| {})
        .await
        .map_err(failed)?;
    // The report has its own order.
    for file in &report.files {
        let Some(problem) = &file.refusal else { continue };
        let mut found = problem.code == ProblemCode::PupilData;
        // What we cannot read as a table may hold a number all the same.
        for sent in received.iter().filter(|sent| sent.name == file.file) {
            found = found || holds_number(&sent.path)?;
        }
        if found {
            let row = problem.row.map_or_else(String::new, |row| format!(", row {row}"));
            let column =
                problem.column.as_ref().map_or_else(String::new, |it| format!(", column {it}"));
            return Err(PageError::Bad(format!(
                "{}{row}{column}: something here is shaped like a pupil’s number. This product \
                 keeps nothing about single pupils: remove it, or enter totals instead. Nothing of \
                 what you sent was kept.",
                file.file
            )));
        }
    }
    Ok(())
}

fn holds_number(path: &Path) -> Result<bool, PageError> {
    let mut lines = std::io::BufReader::new(std::fs::File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is read in pieces.
        let read = lines.by_ref().take(PART as u64).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            return Ok(false);
        }
        if foundation::upn::find(&String::from_utf8_lossy(&line)).is_some() {
            return Ok(true);
        }
    }
}

fn hint(year: &str, name: &str) -> String {
    if year.is_empty() { name.to_owned() } else { format!("{year}/{name}") }
}

/// A parcel's files in a temporary folder, which lives as long as the value.
pub(super) struct Unpacked {
    _folder: tempfile::TempDir,
    pub(super) inputs: Vec<Input>,
}

pub(super) async fn unpack(db: &impl Sql, files: &[Upload]) -> Result<Unpacked, ImportError> {
    #[derive(FromQueryResult)]
    struct Part {
        body: Vec<u8>,
    }
    let failed = |error| ImportError::Path { path: "temporary folder".to_owned(), error };
    let folder = tempfile::tempdir().map_err(failed)?;
    let mut inputs = Vec::with_capacity(files.len());
    for (at, upload) in files.iter().enumerate() {
        let path = folder.path().join(at.to_string());
        let mut file = std::fs::File::create(&path).map_err(failed)?;
        for seq in 0_i64.. {
            let part: Option<Part> = db
                .first(
                    "SELECT body FROM import_upload_part WHERE upload = $1 AND seq = $2",
                    [upload.id.clone().into(), seq.into()],
                )
                .await?;
            let Some(part) = part else { break };
            file.write_all(&part.body).map_err(failed)?;
        }
        inputs.push(Input { path, name: upload.name.clone(), hint: upload.hint.clone() });
    }
    Ok(Unpacked { _folder: folder, inputs })
}

/// Throws a parcel away.
pub(super) async fn discard(app: &App, _: &Permit, parcel: &str) -> Result<(), DbError> {
    let tx = app.db.write().await?;
    tx.run(
        "DELETE FROM import_upload_part WHERE upload IN (SELECT id FROM import_upload WHERE parcel = $1)",
        [parcel.into()],
    )
    .await?;
    tx.run("DELETE FROM import_upload WHERE parcel = $1", [parcel.into()]).await?;
    tx.commit().await
}

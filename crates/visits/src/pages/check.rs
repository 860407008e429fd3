//! The school's check, the visitor's answer, additions, and what became of what was agreed.

use access::{Action, SignedIn, Visitor, looks};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, InsetText};
use support::{
    Refusal,
    pages::parts::{self, FormPage, choice, lines, paragraphs},
};

use super::{
    Seen,
    act::{begun, framed},
    permit_to_act, seen,
};
use crate::visits::{
    checks, notes,
    steps::{self, StepId, Told},
};

/// Opens a visit whose note the visitor may read, to say something about it.
async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Seen, PageError> {
    let seen = seen(app, visitor, id).await?;
    let note = seen.visit.note_resource(&app.db).await?;
    access::authorize(app, visitor, Action::Read, &note)?;
    looks::record(app, visitor, &note, "note of visit", seen.visit.id).await?;
    Ok(seen)
}

async fn permit(app: &App, visitor: &Visitor, seen: &Seen) -> Result<access::Permit, PageError> {
    permit_to_act(app, visitor, &seen.visit.note_resource(&app.db).await?)
}

/// The note in short, beside the form.
async fn note_of(app: &App, seen: &Seen) -> Result<Html, PageError> {
    let Some(note) = notes::of(&app.db, seen.visit.id).await? else { return Ok(Html::default()) };
    let body = note.body();
    let mut parts = Vec::new();
    for (heading, words) in [
        ("Strengths", &body.strengths),
        ("Seen and done", &body.seen),
        ("Progress", &body.progress),
        ("A challenge", &body.challenge),
        ("Evidence", &body.evidence),
        ("Agreed", &body.steps),
    ] {
        if !words.trim().is_empty() {
            parts.push(Html::trusted(format!("<h2 class=\"govuk-heading-s\">{heading}</h2>")));
            parts.push(paragraphs(words));
        }
    }
    Ok(Html::join(parts))
}

async fn check_form(
    app: &App,
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(seen, "Check the facts", "check", errors);
    let by = seen.visit.check_by().map(in_words).unwrap_or_default();
    let until = if by.is_empty() { String::new() } else { format!(" You have until {by}.") };
    page.lede = Html::join([
        paragraphs(&format!(
            "Are the facts right? You need not share every view.{until} Without an answer the note \
             is shown as unchecked."
        )),
        note_of(app, seen).await?,
    ]);
    page.button = "Send your answer".to_owned();
    page.fields = vec![
        choice(
            form,
            errors,
            "facts",
            "Are the facts right?",
            "",
            &[
                ("right", "Yes", "You can still add a comment"),
                (
                    "correct",
                    "Something should be corrected",
                    "The visitor answers; both texts stay",
                ),
            ],
        ),
        lines(form, errors, "words", "Your words", "Names of pupils do not belong here", 4),
    ];
    framed(frame, seen, &page, seen.note_visible(), errors)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    check_form(&app, frame, &seen, &FormData::default(), &Errors::default()).await
}

pub(super) async fn check(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &seen).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let words = form.text("words");
        let done = match form.text("facts") {
            "right" => checks::agree(&app, &permit, seen.visit.id, words).await,
            "correct" => checks::correct(&app, &permit, seen.visit.id, words).await,
            _ => Err(Refusal::field("facts", "Choose whether the facts are right")),
        };
        match done {
            Ok(()) => return Ok(redirect(&seen.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    check_form(&app, frame, &seen, &form, &errors).await
}

async fn answer_form(
    app: &App,
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(seen, "Answer the correction", "answer", errors);
    let remarks = checks::of(&app.db, seen.visit.id).await?;
    let proposed = remarks.iter().rev().find(|one| one.said() == checks::Said::Correction);
    if let Some(remark) = proposed {
        page.lede = Html::of(&InsetText::new(paragraphs(&remark.words)));
    }
    page.button = "Send your answer".to_owned();
    page.fields = vec![
        choice(
            form,
            errors,
            "answer",
            "What do you say?",
            "",
            &[
                ("accept", "The correction is right", "It stands beside the note from now on"),
                ("stand", "I saw it otherwise", "Both views stand, each with its name"),
            ],
        ),
        lines(form, errors, "words", "If you saw it otherwise, how?", "", 3),
    ];
    framed(frame, seen, &page, seen.note_visible(), errors)
}

pub(super) async fn ask_answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    answer_form(&app, frame, &seen, &FormData::default(), &Errors::default()).await
}

pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &seen).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let done = match form.text("answer") {
            "accept" => checks::accept(&app, &permit, seen.visit.id).await,
            "stand" => checks::stand(&app, &permit, seen.visit.id, form.text("words")).await,
            _ => Err(Refusal::field("answer", "Choose what you say")),
        };
        match done {
            Ok(()) => return Ok(redirect(&seen.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    answer_form(&app, frame, &seen, &form, &errors).await
}

fn add_form(
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page: FormPage = begun(seen, "Add to this note", "add", errors);
    page.lede = paragraphs("The note stays as it is. What you add stands below it with your name.");
    page.fields = vec![lines(form, errors, "words", "What do you want to add?", "", 4)];
    framed(frame, seen, &page, seen.note_visible(), errors)
}

pub(super) async fn ask_add(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    add_form(frame, &seen, &FormData::default(), &Errors::default())
}

pub(super) async fn add(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &seen).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match checks::add(&app, &permit, seen.visit.id, form.text("words")).await {
            Ok(()) => return Ok(redirect(&seen.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    add_form(frame, &seen, &form, &errors)
}

async fn step_form(
    app: &App,
    frame: Frame,
    seen: &Seen,
    step: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let id: StepId = step.parse().map_err(|_| PageError::NotFound)?;
    let steps = steps::of_visit(&app.db, seen.visit.id).await?;
    let it = steps.into_iter().find(|step| step.id == id).ok_or(PageError::NotFound)?;
    let mut page = begun(seen, "What became of it?", &format!("steps/{id}"), errors);
    page.lede = Html::of(&InsetText::new(it.words.as_str()));
    page.fields = vec![
        choice(
            form,
            errors,
            "told",
            "Where does it stand?",
            "",
            &[("finish", "Done", ""), ("drop", "Dropped", "Say why below")],
        ),
        lines(
            form,
            errors,
            "became",
            "In a few words",
            "What came of it, or why it was dropped",
            2,
        ),
    ];
    framed(frame, seen, &page, seen.note_visible(), errors)
}

pub(super) async fn ask_step(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    step_form(&app, frame, &seen, &step, &FormData::default(), &Errors::default()).await
}

pub(super) async fn settle_step(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, step)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let seen = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &seen).await?;
    let key: StepId = step.parse().map_err(|_| PageError::NotFound)?;
    if steps::of_visit(&app.db, seen.visit.id).await?.iter().all(|step| step.id != key) {
        return Err(PageError::NotFound);
    }
    let mut errors = form.errors();
    if let (true, Ok(told)) = (errors.is_empty(), form.text("told").parse::<Told>()) {
        match steps::settle(&app, &permit, key, told, form.text("became")).await {
            Ok(()) => return Ok(redirect(&seen.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    } else if errors.is_empty() {
        errors.add("told", "Choose where it stands");
    }
    step_form(&app, frame, &seen, &step, &form, &errors).await
}

//! The note of a visit: ten fields that fit a phone, saved as they are typed where scripts run, an
//! ordinary form where they do not.

use access::{SignedIn, Visitor};
use askama::Template;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use foundation::{
    App, DbError, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;
use serde_json::{Value, json};
use support::{
    Refusal,
    pages::parts::{self, choice, line, lines, paragraphs},
};

use super::{Seen, book::when, offline, seen_to_act};
use crate::{
    machine::{may, step},
    pack::pack,
    visits::{
        Act, Body, Draft,
        notes::{self, Note, Saved},
    },
};

/// The rule that stands on every form about a visit.
pub(super) const SAFEGUARDING: &str = "<p class=\"govuk-body\">Stop writing and tell the school's \
    designated safeguarding lead now, or the deputy: reception will find them. If it is about the \
    head or you cannot reach anybody, ring the local authority's designated officer; if a child is \
    in danger, ring 999.</p><p class=\"govuk-body\">Write nothing about it here. Alongside keeps \
    only that you told somebody, and when.</p>";

#[derive(Template)]
#[template(path = "note.html")]
pub(super) struct NotePage {
    pub(super) caption: String,
    pub(super) title: String,
    pub(super) lede: Html,
    pub(super) problems: Html,
    pub(super) safeguarding: Html,
    pub(super) action: String,
    pub(super) visit: String,
    pub(super) who: String,
    pub(super) key: String,
    pub(super) device: String,
    pub(super) base: i64,
    pub(super) fields: Vec<Html>,
    pub(super) elsewhere: Html,
    pub(super) loader: Html,
    /// What is visited: "school" or "trust".
    pub(super) host: &'static str,
}

/// The ten fields, with the prompts of the visit's kind.
pub(super) fn fields(form: &FormData, errors: &Errors, prompts: &[String]) -> Vec<Html> {
    let area = |name: &str, label: &str, hint: &str, rows: u8| {
        lines(form, errors, name, label, hint, rows)
    };
    vec![
        line(form, errors, "took_part", "Who took part?", "Roles are enough"),
        area("strengths", "Strengths you saw", "They come first", 3),
        area("seen", "What you saw and did", &prompts.join(" "), 4),
        area("progress", "How the milestones move", "", 2),
        area("challenge", "One challenge, if there is one", "What would you look at again?", 2),
        area("evidence", "What you saw that makes you say so", "", 2),
        area("steps", "What you agreed", "One line each: what, who, by when", 3),
        area("next", "For the next visit", "", 2),
        choice(
            form,
            errors,
            "raised",
            "Did you raise anything with the safeguarding lead?",
            "",
            &[("no", "No", ""), ("yes", "Yes", "")],
        ),
        line(
            form,
            errors,
            "raised_at",
            "If so, at what time?",
            "For example 14:20, and nothing else",
        ),
    ]
}

/// The fields of a kept note, as a form shows them.
fn filled(body: &Body) -> FormData {
    FormData::from_pairs(body.fields())
}

/// A mark of the person, so that a device never shows one person's unsent note to another.
fn mark(visitor: &Visitor) -> String {
    let account = visitor.account.map(|account| account.to_string()).unwrap_or_default();
    blake3::hash(account.as_bytes()).to_hex()[..16].to_owned()
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (seen, _) = seen_to_act(&app, &visitor, &id).await?;
    let note = may_write(&app, &seen).await?;
    let form = note.as_ref().map_or_else(FormData::default, |note| filled(note.body()));
    page(&app, frame, &visitor, &seen, note.as_ref(), (&form, &Errors::default()), false)
}

/// The note so far, for the person who writes it and nobody else.
async fn may_write(app: &App, seen: &Seen) -> Result<Option<Note>, PageError> {
    step(seen.visit.state(), Act::Write, &seen.who)?;
    Ok(notes::of(&app.db, seen.visit.id).await?)
}

fn page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    seen: &Seen,
    note: Option<&Note>,
    (form, errors): (&FormData, &Errors),
    elsewhere: bool,
) -> Result<Response, PageError> {
    let prompts = pack().visit(&seen.visit.kind).map_or(&[][..], |kind| &kind.prompts);
    let other = note.filter(|_| elsewhere).map(|note| {
        let parts = note.body().fields().map(|(_, words)| paragraphs(words));
        Html::join(parts)
    });
    let content = NotePage {
        caption: seen.title(),
        title: "Note of your visit".to_owned(),
        lede: paragraphs(&format!(
            "{}, {}. {}",
            seen.name(seen.visit.host),
            when(seen.visit.on(), seen.visit.part()).to_lowercase(),
            seen.visit.purpose
        )),
        problems: parts::problems(errors),
        safeguarding: Html::trusted(SAFEGUARDING),
        action: seen.at("note"),
        visit: seen.visit.id.to_string(),
        who: mark(visitor),
        key: note.map_or_else(|| app.ids.next().to_string(), |note| note.note_key.clone()),
        device: app.ids.next().to_string(),
        base: note.map_or(0, |note| note.revision),
        fields: fields(form, errors, prompts),
        elsewhere: other.unwrap_or_default(),
        loader: offline::loader(),
        host: seen.visit.bodies().one(),
    };
    let mut built = frame
        .page("Note of your visit")
        .crumb("Visits", "/visits")
        .crumb(&seen.title(), seen.at(""))
        .visible_to(seen.note_visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&content)
}

/// Whether a script asks: it wants facts, a browser wants a page.
fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

pub(super) async fn write(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    let number = |name: &str| form.text(name).parse::<i64>().unwrap_or(0);
    let draft = Draft {
        key: form.text("key").to_owned(),
        device: form.text("device").to_owned(),
        base: number("base"),
        revision: number("revision"),
        body: Body::from_fields(|name| form.text(name).to_owned()),
    };
    let sends = form.text("act") == "send";
    let mut errors = form.errors();
    let mut elsewhere = false;
    if errors.is_empty() {
        let done = match sends {
            true => notes::send(&app, &permit, seen.visit.id, &draft).await,
            false => notes::save(&app, &permit, seen.visit.id, &draft).await,
        };
        match done {
            Ok(saved) if wants_json(&headers) => return Ok(kept(&seen, saved, sends)),
            Ok(_) => return Ok(redirect(&seen.at(""))),
            Err(Refusal::Db(DbError::Conflict("note"))) => elsewhere = true,
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    let note = notes::of(&app.db, seen.visit.id).await?;
    if wants_json(&headers) {
        return Ok(refused(note.filter(|note| elsewhere && note.hash.is_none()), &errors));
    }
    if elsewhere {
        errors.add(
            "strengths",
            "This note was saved from elsewhere while you were writing. What you typed is still \
             here and the other text is below: bring them together and save again",
        );
    }
    // A note that was sent meanwhile cannot be written on; the page of the visit says so.
    if !may(seen.visit.state(), Act::Write, &seen.who) {
        step(seen.visit.state(), Act::Write, &seen.who)?;
    }
    page(&app, frame, &visitor, &seen, note.as_ref(), (&form, &errors), elsewhere)
}

fn kept(seen: &Seen, saved: Saved, sent: bool) -> Response {
    let answer = match saved {
        Saved::Kept(revision) if !sent => json!({ "revision": revision }),
        Saved::Kept(_) | Saved::Sent => json!({ "sent": true, "to": seen.at("") }),
    };
    Json(answer).into_response()
}

/// What a script is told when a revision is not taken: the problems, or the text from elsewhere.
fn refused(elsewhere: Option<Note>, errors: &Errors) -> Response {
    if let Some(note) = elsewhere {
        let fields: serde_json::Map<String, Value> = note
            .body()
            .fields()
            .into_iter()
            .map(|(name, words)| (name.to_owned(), words.into()))
            .collect();
        let body = json!({ "key": note.note_key, "revision": note.revision, "fields": fields });
        return (StatusCode::CONFLICT, Json(body)).into_response();
    }
    let problems: Vec<Value> = errors
        .list()
        .iter()
        .map(|error| json!({ "field": error.field, "message": error.message }))
        .collect();
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "problems": problems }))).into_response()
}

//! Moderation by the body responsible for the school, and the school's comment.

use access::{Action, SignedIn, Zone, authorize};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, ErrorSummary, Select, Textarea};

use super::{blank, leads, missed, readable};
use crate::audits::{
    Audit, FindingKind, Moderation, Section, State as AuditState, Who, acts, model::severity_words,
};

struct Row<'a> {
    section: &'a Section,
    needs: Vec<&'a str>,
    severity: Select,
    note: Textarea,
    comment: Textarea,
}

#[derive(Template)]
#[template(path = "moderation.html")]
struct Page<'a> {
    base: String,
    title: &'a str,
    rows: Vec<Row<'a>>,
    writes: bool,
    answers: bool,
    errors: Option<ErrorSummary>,
    go: Button,
}

impl Page<'_> {
    fn words(&self, severity: &u8) -> &'static str {
        severity_words(*severity)
    }
}

fn page(
    frame: Frame,
    audit: &Audit,
    head: bool,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let rows = audit
        .sections
        .iter()
        .map(|section| {
            let field = format!("severity-{}", section.area);
            let note = format!("note-{}", section.area);
            let mut severity = Select::new(field.as_str(), "How pressing, as you see it")
                .value(form.text(&field))
                .item("", "No change");
            for level in 1..=5_u8 {
                severity =
                    severity.item(level.to_string(), format!("{level}: {}", severity_words(level)));
            }
            Row {
                section,
                needs: section.of(FindingKind::Need).map(|one| one.statement.as_str()).collect(),
                severity,
                note: Textarea::new(note.as_str(), "Why")
                    .rows(2_u32)
                    .value(form.text(&note))
                    .error_if(errors.get(&note)),
                comment: Textarea::new("comment", "Your comment")
                    .id(format!("comment-{}", section.area))
                    .rows(2_u32)
                    .value(section.school_comment.as_str()),
            }
        })
        .collect();
    let content = Page {
        base: format!("/audits/{}", audit.id),
        title: &audit.title,
        rows,
        writes: !head && audit.state == AuditState::Agreed,
        answers: head && audit.state == AuditState::Moderated,
        errors: errors.summary(),
        go: Button::new("Send to the school"),
    };
    let page = frame
        .page(format!("Moderation: {}", audit.title))
        .crumb("Needs audits", "/audits")
        .crumb(&audit.title, format!("/audits/{}", audit.id))
        .visible_to(Zone::School.in_words());
    page.checked(errors).show(&content)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    authorize(&app, &visitor, Action::Propose, &audit.resource())?;
    page(frame, &audit, leads(&visitor, audit.org), &blank(), &Errors::default())
}

pub(super) async fn send(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Propose, &audit.resource())?;
    if leads(&visitor, audit.org) {
        return Err(PageError::Forbidden(
            "Moderation is the view of somebody outside the school.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    let mut notes = Vec::new();
    for section in &audit.sections {
        let note = form.text(&format!("note-{}", section.area)).to_owned();
        let severity = form.text(&format!("severity-{}", section.area));
        if !severity.is_empty() || !note.is_empty() {
            let severity = severity.parse().ok().or(section.text.severity).unwrap_or(1);
            notes.push(Moderation { area: section.area.clone(), severity, note });
        }
    }
    if errors.is_empty() {
        match acts::moderate(&app, &permit, audit.id, Who::ResponsibleBody, &notes).await {
            Ok(()) => return Ok(redirect(&format!("/audits/{}", audit.id))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(frame, &audit, false, &form, &errors)
}

pub(super) async fn comment(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    form.clean()?;
    if audit.section(form.text("area")).is_none() {
        let which = "Say which area the comment is about: press the button below it".to_owned();
        return Err(PageError::Bad(which));
    }
    acts::comment(&app, &permit, audit.id, form.text("area"), form.text("comment")).await?;
    Ok(redirect(&format!("/audits/{}/moderation", audit.id)))
}

//! One audit: what is done, what is still to do, and what can be done next.

use access::{Action, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    events,
    web::{Errors, Form, Frame, redirect},
};
use govuk::{
    Button, ErrorSummary, SummaryList, Tag, TagColour, TaskItem, TaskList, TaskStatus, Textarea,
};

use super::{leads, missed, new::due_in_words, readable, state_tag};
use crate::audits::{
    Audit, Finding, FindingKind, Section, State as AuditState,
    acts::{self},
};

struct Strength {
    area: String,
    finding: Finding,
}

struct Happened {
    when: String,
    what: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    id: String,
    title: String,
    school: String,
    bodies: String,
    tag: Tag,
    errors: Option<ErrorSummary>,
    facts: SummaryList,
    tasks: TaskList,
    strengths: Vec<Strength>,
    needs: usize,
    can_begin: bool,
    can_agree: bool,
    can_withdraw: bool,
    can_moderate: bool,
    can_answer: bool,
    can_ask: bool,
    leads: bool,
    why: Textarea,
    go: Button,
    history: Vec<Happened>,
}

/// How far a section has come, in words with a colour.
fn status(section: &Section) -> TaskStatus {
    if section.done {
        return TaskStatus::done("Finished");
    }
    let begun = !section.findings.is_empty() || !section.evidence.is_empty();
    match begun {
        true => Tag::coloured(TagColour::Blue, "In progress").into(),
        false => Tag::coloured(TagColour::Grey, "Not started").into(),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    audit: &Audit,
    errors: &Errors,
    reason: &str,
) -> Result<Response, PageError> {
    let bodies = super::readers(app, audit.org, &audit.responsible).await?;
    let school = register::org_name(&app.db, audit.org).await?;
    let head = leads(visitor, audit.org);
    let mut tasks = TaskList::new("section");
    for section in &audit.sections {
        let allowed = decide(visitor, Action::Read, &audit.section_resource(section)).allowed;
        if !allowed {
            continue;
        }
        let (strengths, needs) =
            (section.of(FindingKind::Strength).count(), section.of(FindingKind::Need).count());
        let mut hint = match &section.assignee {
            Some((_, name)) => format!("{name} looks after this. "),
            None => String::new(),
        };
        if strengths + needs > 0 {
            hint += &format!("{} and {}.", count(strengths, "strength"), count(needs, "need"));
        } else if let Some(signal) = section.signals.first() {
            hint += &signal.sentence;
        }
        let mut item = TaskItem::new(section.name.as_str(), status(section))
            .href(format!("/audits/{}/sections/{}", audit.id, section.area));
        if !hint.is_empty() {
            item = item.hint(hint);
        }
        tasks = tasks.with(item);
    }
    let mut facts = SummaryList::new()
        .row("Why now", audit.reason.as_str())
        .row("Led by", audit.lead.as_str())
        .row("Wanted by", due_in_words(audit.due))
        .row("Framework", audit.framework.as_str());
    if let Some(at) = audit.agreed_at {
        facts = facts.row("Agreed", in_words(at));
    }
    if let Some((at, hash)) = &audit.frozen {
        facts = facts
            .row("Frozen", format!("{}, since a signed agreement rests on it", in_words(*at)))
            .row("Fingerprint", hash.chars().take(16).collect::<String>());
    }
    let responsible = decide(visitor, Action::Propose, &audit.resource()).allowed && !head;
    let history = events::timeline(&app.db, "audit", &audit.id.to_string())
        .await?
        .into_iter()
        .rev()
        .filter(|entry| entry.verb != "section written")
        .take(12)
        .map(|entry| Happened {
            when: in_words(entry.at.0),
            what: format!("{}: {}", entry.actor_name, entry.verb),
        })
        .collect();
    let content = Page {
        id: audit.id.to_string(),
        title: audit.title.clone(),
        school: school.clone(),
        bodies: bodies.join(" and "),
        tag: state_tag(audit.state),
        errors: errors.summary(),
        facts,
        tasks,
        strengths: if head && audit.state.is_agreed() {
            audit
                .findings(FindingKind::Strength)
                .map(|(section, finding)| Strength {
                    area: section.name.clone(),
                    finding: finding.clone(),
                })
                .collect()
        } else {
            Vec::new()
        },
        needs: audit.findings(FindingKind::Need).count(),
        can_begin: head && audit.state == AuditState::Draft,
        can_agree: head && audit.state == AuditState::Ready,
        can_withdraw: head && !matches!(audit.state, AuditState::Frozen | AuditState::Withdrawn),
        can_moderate: responsible && audit.state == AuditState::Agreed,
        can_answer: audit.state == AuditState::Moderated,
        can_ask: head && audit.state.is_agreed(),
        leads: head,
        why: Textarea::new("reason", "Why is it withdrawn?")
            .rows(2_u32)
            .value(reason)
            .error_if(errors.get("reason")),
        go: Button::new("Agree this audit"),
        history,
    };
    let page = frame
        .page(format!("{}, {school}", audit.title))
        .crumb("Needs audits", "/audits")
        .visible_to(Zone::School.in_words());
    page.checked(errors).show(&content)
}

/// `1 need`, `2 needs`, `no needs`.
pub(super) fn count(number: usize, word: &str) -> String {
    match number {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    page(&app, &visitor, frame, &audit, &Errors::default(), "").await
}

pub(super) async fn begin(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    acts::begin(&app, &permit, audit.id).await?;
    Ok(redirect(&format!("/audits/{}", audit.id)))
}

pub(super) async fn agree(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    match acts::agree(&app, &permit, audit.id).await {
        Ok(()) => Ok(redirect(&format!("/audits/{}", audit.id))),
        Err(failure) => {
            let mut errors = Errors::default();
            missed(&mut errors, failure)?;
            page(&app, &visitor, frame, &audit, &errors, "").await
        }
    }
}

pub(super) async fn withdraw(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match acts::withdraw(&app, &permit.because(form.text("reason")), audit.id).await {
            Ok(()) => return Ok(redirect("/audits")),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &audit, &errors, form.text("reason")).await
}

pub(super) async fn share(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    let finding = form.chosen("finding", "Say which strength: press the button beside it")?;
    acts::share(&app, &permit, audit.id, finding, form.text("share") == "yes").await?;
    Ok(redirect(&format!("/audits/{}#strengths", audit.id)))
}

//! Beginning an audit.

use access::{Action, Kind, Resource, Role, SignedIn, Visitor, Zone, authorize};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Checkboxes, DateInput, ErrorSummary, Fieldset, Input, Legend, Textarea};
use register::School;
use serde::Deserialize;

use super::missed;
use crate::audits::{acts, prefill};
use crate::{Framework, audits::NewAudit};

#[derive(Template)]
#[template(path = "new.html")]
struct Ask {
    school: String,
    body: String,
    framework: &'static Framework,
    others: Vec<&'static Framework>,
    errors: Option<ErrorSummary>,
    title: Input,
    reason: Textarea,
    due: DateInput,
    areas: Checkboxes,
    go: Button,
}

async fn school_of(app: &App, visitor: &Visitor) -> Result<School, PageError> {
    let urn = visitor.orgs(Role::Head).find_map(foundation::OrgRef::urn).ok_or_else(|| {
        PageError::Forbidden("The head of a school begins its needs audit.".to_owned())
    })?;
    register::school(&app.db, urn).await?.ok_or(PageError::NotFound)
}

/// The framework that was chosen: the pack's first where nothing else was.
fn framework(form: &FormData) -> &'static Framework {
    Framework::find(form.text("framework")).unwrap_or_else(Framework::current)
}

#[derive(Deserialize, Default)]
pub(super) struct From {
    /// A framework's code.
    #[serde(default)]
    framework: String,
}

async fn page(
    app: &App,
    frame: Frame,
    school: &School,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let framework = framework(form);
    let chosen: Vec<String> = if form.pairs().iter().all(|(name, _)| name == "framework") {
        framework.for_phase(school.phase.key()).map(|area| area.code.clone()).collect()
    } else {
        form.all("areas").map(str::to_owned).collect()
    };
    let legend = Legend::new("Which areas will you look at?").medium();
    let mut areas = Checkboxes::new("areas", Fieldset::new(legend))
        .hint(
            "Fewer, looked at well, is better than all at once. You can begin another audit later.",
        )
        .values(chosen)
        .error_if(errors.get("areas"));
    for area in &framework.areas {
        let fits = area.phases.is_empty() || area.phases.iter().any(|p| p == school.phase.key());
        if fits {
            areas = areas.item(area.code.as_str(), area.name.as_str());
        }
    }
    let bodies = super::readers(app, school.org(), &school.responsible()).await?;
    let content = Ask {
        school: school.name.clone(),
        body: bodies.join(" and "),
        framework,
        others: Framework::all().iter().filter(|one| *one != framework).collect(),
        errors: errors.summary(),
        title: Input::new("title", "What shall we call it?")
            .value(form.text("title"))
            .hint("For example: Autumn 2026, or Reading in key stage 1")
            .error_if(errors.get("title")),
        reason: Textarea::new("reason", "Why now?")
            .value(form.text("reason"))
            .rows(3_u32)
            .error_if(errors.get("reason")),
        due: DateInput::new("due", Legend::new("When would you like to have it done?").small())
            .hint("You can leave this empty.")
            .date(form.text("due-day"), form.text("due-month"), form.text("due-year"))
            .error_if(errors.get("due")),
        areas,
        go: Button::new("Create the audit"),
    };
    let page = frame
        .page("Begin a needs audit")
        .crumb("Needs audits", "/audits")
        .visible_to(Zone::School.in_words());
    page.checked(errors).show(&content)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let school = school_of(&app, &visitor).await?;
    let form = FormData::from_pairs([("framework", from.framework)]);
    page(&app, frame, &school, &form, &Errors::default()).await
}

pub(super) async fn create(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let school = school_of(&app, &visitor).await?;
    let resource = Resource::new(Kind::Audit, Zone::School, school.org());
    let permit = authorize(&app, &visitor, Action::Create, &resource)?;
    let mut errors = form.errors();
    let typed = ["due-day", "due-month", "due-year"].iter().any(|part| !form.text(part).is_empty());
    let due = if typed {
        form.date("due", &mut errors, "Enter a date such as 27 11 2026, or leave it empty")
    } else {
        None
    };
    let framework = framework(&form);
    let chosen: Vec<_> =
        framework.areas.iter().filter(|area| form.has("areas", &area.code)).cloned().collect();
    if errors.is_empty() {
        let new = NewAudit {
            org: school.org(),
            title: form.text("title").to_owned(),
            reason: form.text("reason").to_owned(),
            lead: visitor.name.clone(),
            due,
            framework,
            areas: prefill::prefill(&app.db, &school, &chosen).await?,
        };
        match acts::create(&app, &permit, new).await {
            Ok(id) => return Ok(redirect(&format!("/audits/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, frame, &school, &form, &errors).await
}

/// A date in words, or that there is none.
pub(super) fn due_in_words(due: Option<jiff::civil::Date>) -> String {
    due.map_or_else(|| "No date set".to_owned(), date_in_words)
}

//! The list of what people can help with, and adding to it.

use access::{Action, Permit, Role, SignedIn, Visitor, authorize, partnerships};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, london},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Checkboxes, ErrorSummary, Fieldset, Input, Legend, Select};
use needs::Framework;

use super::missed;
use crate::{
    packs,
    specialisms::{self, New},
};

struct Line {
    name: String,
    areas: String,
    by: Option<String>,
    act: Option<String>,
    retired: bool,
}

struct Group {
    name: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "specialisms.html")]
struct Page {
    may: bool,
    groups: Vec<Group>,
}

/// The partnership a visitor looks after.
fn looked_after(visitor: &Visitor) -> Option<OrgRef> {
    [Role::Administrator, Role::Broker].into_iter().find_map(|role| visitor.orgs(role).next())
}

/// The permit of whoever looks after a partnership; others are told who does.
fn permit(app: &App, visitor: &Visitor) -> Result<Permit, PageError> {
    let org = looked_after(visitor).ok_or_else(|| {
        PageError::Forbidden(
            "Whoever looks after a partnership, its administrator or broker, adds to this list."
                .to_owned(),
        )
    })?;
    authorize(app, visitor, Action::Update, &partnerships::resource(org))
}

/// The names of areas, of every framework in use.
fn areas_in_words(codes: &[String]) -> String {
    let names: Vec<&str> = codes
        .iter()
        .filter_map(|code| Framework::any_area(code))
        .map(|area| area.name.as_str())
        .collect();
    names.join(", ")
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    specialisms::refresh(&app.db).await?;
    let own = specialisms::all(&app.db).await?;
    let groups = specialisms::groups()
        .into_iter()
        .map(|name| Group {
            name,
            lines: packs::specialisms()
                .iter()
                .filter(|kind| kind.group == name)
                .map(|kind| {
                    let added = own.iter().find(|one| one.code == kind.code);
                    let verb = if kind.retired { "restore" } else { "retire" };
                    Line {
                        name: kind.name.clone(),
                        areas: areas_in_words(&kind.areas),
                        by: added.map(|one| {
                            let day = date_in_words(london(one.added_at()));
                            format!("Added by {} on {day}", one.added_name)
                        }),
                        act: added.map(|one| format!("/specialisms/{}/{verb}", one.code)),
                        retired: kind.retired,
                    }
                })
                .collect(),
        })
        .collect();
    frame
        .page("What people can help with")
        .crumb("People who lead the system", "/cadre")
        .visible_to("everybody who is signed in")
        .show(&Page { may: looked_after(&visitor).is_some(), groups })
}

#[derive(Template)]
#[template(path = "specialism_form.html")]
struct FormPage {
    errors: Option<ErrorSummary>,
    name: Input,
    group: Select,
    areas: Checkboxes,
}

fn form_page(frame: Frame, form: &FormData, errors: &Errors) -> Result<Response, PageError> {
    let group = specialisms::groups().into_iter().fold(
        Select::new("group", "Where is it listed?")
            .value(form.text("group"))
            .error_if(errors.get("group"))
            .item("", "Choose"),
        |select, group| select.item(group, group),
    );
    let legend = Fieldset::new(Legend::new("Which areas of an audit does it help with?").small());
    let areas = Framework::every_area().fold(
        Checkboxes::new("areas", legend)
            .small()
            .values(form.all("areas").map(str::to_owned).collect::<Vec<_>>())
            .error_if(errors.get("areas")),
        |boxes, (area, words)| boxes.item(area.code.as_str(), words),
    );
    let content = FormPage {
        errors: errors.summary(),
        name: Input::new("name", "What is it called?")
            .hint("For example: Forest school")
            .value(form.text("name"))
            .error_if(errors.get("name")),
        group,
        areas,
    };
    frame
        .page("Add a specialism")
        .crumb("What people can help with", "/specialisms")
        .visible_to(
            "whoever looks after a partnership; the list itself, everybody who is signed in",
        )
        .checked(errors)
        .show(&content)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    permit(&app, &visitor)?;
    form_page(frame, &FormData::default(), &Errors::default())
}

pub(super) async fn add(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let permit = permit(&app, &visitor)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let new = New {
            name: form.text("name").to_owned(),
            listed_under: form.text("group").to_owned(),
            areas: form.all("areas").map(str::to_owned).collect(),
        };
        match specialisms::add(&app, &permit, &new).await {
            Ok(_) => return Ok(redirect("/specialisms")),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    form_page(frame, &form, &errors)
}

async fn turn(app: &App, visitor: &Visitor, code: &str, off: bool) -> Result<Response, PageError> {
    let permit = permit(app, visitor)?;
    specialisms::retire(app, &permit, code, off).await?;
    Ok(redirect("/specialisms"))
}

pub(super) async fn retire(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    turn(&app, &visitor, &code, true).await
}

pub(super) async fn restore(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    turn(&app, &visitor, &code, false).await
}

//! The training behind a designation, and the code of conduct that everybody accepts themselves.

use access::{Action, Role, SignedIn, authorize, policy::own};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Checkboxes, ErrorSummary, Select, Tag, TagColour};
use jiff::civil::Date;

use super::{cadre, missed};
use crate::cadre::{Designation, designations_of, preparation};
use crate::packs;

/// What a role needs, and how it stands on a day.
pub(super) fn lines(it: &Designation, today: Date) -> Vec<(String, Tag)> {
    let tag = |done: Option<String>| match done {
        Some(words) => Tag::coloured(TagColour::Green, words),
        None => Tag::coloured(TagColour::Orange, "Missing"),
    };
    let mut lines: Vec<(String, Tag)> = it
        .needed()
        .into_iter()
        .map(|module| {
            let held = it.holds(&module.code, today).map(|until| {
                until.map_or_else(
                    || "Done".to_owned(),
                    |until| format!("Until {}", date_in_words(until)),
                )
            });
            (module.name.clone(), tag(held))
        })
        .collect();
    if packs::conduct().version > 0 {
        let accepted = it.accepted_conduct().then(|| "Accepted".to_owned());
        lines.push(("Code of conduct".to_owned(), tag(accepted)));
    }
    lines
}

/// The modules to choose from, those the role needs first.
pub(super) fn choice(it: &Designation, form: &FormData, errors: &Errors) -> Select {
    let needed = it.needed();
    let others =
        packs::modules().iter().filter(|one| needed.iter().all(|own| own.code != one.code));
    needed.iter().copied().chain(others).fold(
        Select::new("module", "Which training?")
            .value(form.text("module"))
            .item("", "Choose")
            .error_if(errors.get("module")),
        |select, one| select.item(one.code.as_str(), one.name.as_str()),
    )
}

/// The broker records training that somebody has done.
pub(super) async fn training(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = cadre::readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &it.resource())?;
    if !visitor.is(Role::Broker, it.partnership) {
        return Err(PageError::Forbidden("The broker looks after designations.".to_owned()));
    }
    let mut errors = form.errors();
    let module = form.required("module", &mut errors, "Choose the training").to_owned();
    let done = form.date("done", &mut errors, "Enter the day it was done, such as 3 9 2026");
    if let (Some(done), true) = (done, errors.is_empty()) {
        match preparation::record_module(&app, &permit, it.id, &module, done).await {
            Ok(()) => return Ok(redirect(&format!("/cadre/{id}#training"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    cadre::page(&app, &visitor, frame, &it, &form, &errors).await
}

#[derive(Template)]
#[template(path = "conduct.html")]
struct Page {
    errors: Option<ErrorSummary>,
    version: u32,
    text: &'static [String],
    accepted: Option<String>,
    ask: bool,
    accept: Checkboxes,
}

fn page(
    frame: Frame,
    own: &[Designation],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let code = packs::conduct();
    let accepted = own.iter().any(Designation::accepted_conduct);
    let content = Page {
        errors: errors.summary(),
        version: code.version,
        text: &code.text,
        accepted: accepted.then(|| "You have accepted this version.".to_owned()),
        ask: !accepted && !own.is_empty(),
        accept: Checkboxes::single("accept", "yes", "I have read this and will keep to it")
            .values(form.all("accept").map(str::to_owned).collect::<Vec<_>>())
            .error_if(errors.get("accept")),
    };
    frame
        .page("Code of conduct")
        .crumb("People who lead beyond their school", "/cadre")
        .visible_to("everybody who is signed in")
        .checked(errors)
        .show(&content)
}

/// The code of conduct, to read and, for those who lead beyond their school, to accept.
pub(super) async fn conduct(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    if packs::conduct().version == 0 {
        return Err(PageError::NotFound);
    }
    let own = designations_of(&app.db, account).await?;
    page(frame, &own, &FormData::from_pairs(Vec::<(String, String)>::new()), &Errors::default())
}

pub(super) async fn accept(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let permit = authorize(&app, &visitor, Action::Update, &own(account))?;
    let mine = designations_of(&app.db, account).await?;
    if mine.is_empty() {
        return Err(PageError::Forbidden(
            "Those who lead beyond their school accept the code of conduct.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    let version = form.text("version").parse().unwrap_or(0);
    if !form.has("accept", "yes") {
        errors.add("accept", "Say that you have read it and will keep to it");
    }
    if errors.is_empty() {
        match preparation::accept_conduct(&app, &permit, version).await {
            Ok(()) => return Ok(redirect(&format!("/cadre/{}#training", mine[0].id))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(frame, &mine, &form, &errors)
}

//! Proposing one candidate to both heads.

use access::{Action, SignedIn, authorize};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, ErrorSummary, Input, Textarea};
use serde::Deserialize;

use super::{case, missed, on_desk};
use crate::desk::{self};
use crate::proposals::{self, NewProposal};
use crate::requests::Request;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    supporter: String,
}

#[derive(Template)]
#[template(path = "propose.html")]
struct Page {
    id: String,
    version: i64,
    title: String,
    shown: case::Shown,
    errors: Option<ErrorSummary>,
    days: Input,
    reason: Option<Textarea>,
    message: Textarea,
    go: Button,
}

async fn page(
    app: &App,
    frame: Frame,
    request: &Request,
    key: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let found =
        desk::case(&app.db, request.id, app.clock.today()).await?.ok_or(PageError::NotFound)?;
    let shortlist = found.shortlist()?;
    let at = shortlist.kept.iter().position(|one| one.supporter == key).ok_or_else(|| {
        PageError::Conflict(
            "This supporter cannot be proposed now; the desk says why. Choose somebody else."
                .to_owned(),
        )
    })?;
    let shown = case::shown(&found, &shortlist.kept[at], at + 1, &[]).ok_or(PageError::NotFound)?;
    let days = match form.text("days") {
        "" => (f64::from(request.ask.half_days) / 2.0).to_string(),
        typed => typed.to_owned(),
    };
    let content = Page {
        id: request.id.to_string(),
        version: request.version,
        title: request.ask.title.clone(),
        errors: errors.summary(),
        days: Input::new("days", "How many days?")
            .hint(format!("{} in the window", shown.free))
            .value(days)
            .width(4)
            .inputmode("decimal")
            .error_if(errors.get("days")),
        reason: (at >= 3).then(|| {
            Textarea::new("reason", "Why this one?")
                .hint("Not among the first three by fit. You may know something the numbers do not: write it down.")
                .rows(3_u32)
                .value(form.text("reason"))
                .error_if(errors.get("reason"))
        }),
        message: Textarea::new("message", "Your words to both heads")
            .hint("Why you thought of this match, and what to talk about in the first twenty minutes.")
            .rows(4_u32)
            .value(form.text("message")),
        go: Button::new("Propose this match"),
        shown,
    };
    let page = frame
        .page(format!("Propose a match: {}", content.shown.name))
        .crumb("The matching desk", "/desk")
        .crumb(&request.ask.title, format!("/desk/{}", request.id))
        .visible_to("the brokers of this partnership, until you send it; then both heads");
    page.checked(errors).show(&content)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    page(&app, frame, &request, &which.supporter, &FormData::default(), &Errors::default()).await
}

pub(super) async fn send(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &request.resource())?;
    let key = form.text("supporter").to_owned();
    let supporter = form.chosen("supporter", "Say who is proposed: choose somebody on the desk")?;
    let mut errors = form.errors();
    let half_days = form.half_days("days", &mut errors, "Enter days in halves, such as 6 or 12.5");
    if let (Some(half_days), true) = (half_days, errors.is_empty()) {
        let new = NewProposal {
            supporter,
            half_days: u32::try_from(half_days).unwrap_or(0),
            reason: form.text("reason").to_owned(),
            message: form.text("message").to_owned(),
        };
        let version = form.text("version").parse().unwrap_or(0);
        match proposals::propose(&app, &permit, request.id, version, &new).await {
            Ok(_) => return Ok(redirect(&format!("/desk/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, frame, &request, &key, &form, &errors).await
}

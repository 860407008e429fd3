//! How the time of somebody who heads several schools is split.

use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Html, Input};

use super::{org_in_words, people, sheet::Sheet};
use crate::{
    Action, Permit, SignedIn,
    accounts::Account,
    headships::{self, Headship, HeadshipError},
};

/// The field for the share of a post that is given, and why it may be more than full time where
/// that was refused.
pub(super) fn fields(data: &FormData, errors: &Errors) -> Vec<Html> {
    let share =
        input(data, errors, "share", "How much of full time, for a head of several schools")
            .hint("For example 0.4. Leave it empty for everybody else.");
    let mut fields = vec![share.into()];
    fields.extend(why(data, errors));
    fields
}

fn input(data: &FormData, errors: &Errors, name: &str, label: &str) -> Input {
    Input::new(name, label).width(5).value(data.text(name)).error_if(errors.get(name))
}

/// Asked only where more than full time was refused.
fn why(data: &FormData, errors: &Errors) -> Option<Html> {
    let refused = errors.list().iter().any(|one| one.message.contains("say why they are more"));
    (refused || !data.text("over").is_empty())
        .then(|| input(data, errors, "over", "Why more than full time, all the same?").into())
}

/// Reads a share that may be left out, in hundredths.
pub(super) fn share(data: &FormData, name: &str, errors: &mut Errors) -> Option<i64> {
    match data.text(name) {
        "" => None,
        text => headships::parse(text).map_err(|error| errors.add(name, sentence(&error))).ok(),
    }
}

/// The permit with the reason that was typed, if any.
pub(super) fn because(permit: Permit, data: &FormData) -> Permit {
    match data.text("over") {
        "" => permit,
        reason => permit.because(reason),
    }
}

fn sentence(error: &HeadshipError) -> String {
    people::capitalised(&error.to_string())
}

/// Puts a refusal beside the field it is about.
pub(super) fn told(error: HeadshipError, errors: &mut Errors) -> Result<(), PageError> {
    match error {
        HeadshipError::Db(error) => Err(error.into()),
        HeadshipError::Over => Err(PageError::Conflict(format!("{}.", sentence(&error)))),
        HeadshipError::TooMuch(_) | HeadshipError::NoShare => {
            errors.add("share", sentence(&error));
            Ok(())
        }
    }
}

fn field(one: &Headship) -> String {
    format!("share-{}", one.id)
}

async fn page(
    app: &App,
    person: &Account,
    held: &[Headship],
    data: &FormData,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let sheet =
        Sheet::new("How their time as a head is split").caption(&person.name).errors(errors).text(
            "An executive head leads several schools, each for a part of their time. Together that \
             is full time or less.",
        );
    if held.is_empty() {
        return Ok(sheet.text("This person heads no school."));
    }
    let mut fields = Vec::new();
    for (at, one) in held.iter().enumerate() {
        let label = format!("{}, {}", one.title, org_in_words(app, one.org).await?);
        let mut share = input(data, errors, &field(one), &label).hint("Of full time: 1, or 0.4");
        // What was said of all of them stands beside the first.
        if at == 0 && errors.get("share").is_some() {
            share = share.error_if(errors.get("share")).id("share");
        }
        fields.push(share.into());
    }
    fields.extend(why(data, errors));
    fields.push(Button::new("Save the shares").into());
    Ok(sheet.form(&format!("/people/{}/headships", person.id), fields))
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    people::door(&app, &visitor, Action::Update)?;
    let person = people::person(&app, &id).await?;
    let held = headships::of(&app.db, person.id, app.clock.today()).await?;
    let said = held.iter().filter_map(|one| Some((field(one), headships::in_words(one.share?))));
    let sheet = page(&app, &person, &held, &FormData::from_pairs(said), &Errors::default()).await?;
    frame
        .page("How their time as a head is split")
        .visible_to(crate::Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn split(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = people::door(&app, &visitor, Action::Update)?;
    let person = people::person(&app, &id).await?;
    let today = app.clock.today();
    let held = headships::of(&app.db, person.id, today).await?;
    let mut errors = data.errors();
    let mut shares = Vec::new();
    for one in &held {
        let name = field(one);
        match share(&data, &name, &mut errors) {
            Some(share) => shares.push((one.id.clone(), share)),
            None if errors.get(&name).is_none() => {
                errors.add(&name, "Enter a share of full time, such as 0.4");
            }
            None => {}
        }
    }
    if errors.is_empty() {
        let permit = because(permit, &data);
        match headships::split(&app, &permit, person.id, &shares, today).await {
            Ok(()) => return Ok(redirect(&format!("/people/{id}"))),
            Err(error) => told(error, &mut errors)?,
        }
    }
    let sheet = page(&app, &person, &held, &data, &errors).await?;
    frame
        .page("How their time as a head is split")
        .visible_to(crate::Zone::System.in_words())
        .crumb("People", "/people")
        .with_problems()
        .show(&sheet)
}

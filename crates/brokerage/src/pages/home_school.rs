//! The designation of the school somebody leads from, on the page of the person.

use access::{Action, Role, SignedIn, Visitor, authorize};
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
use govuk::{DateInput, Legend, Tag, TagColour, Textarea};

use super::{cadre, missed};
use crate::cadre::{Designation, home_school};

/// How the home school stands.
#[derive(Template)]
#[template(path = "home_school.html")]
pub(super) struct Part {
    base: String,
    called: &'static str,
    school: String,
    tag: Tag,
    words: String,
    stands: bool,
    may: bool,
    open: bool,
    until: DateInput,
    why: Textarea,
}

/// What the page of a person says of the school they lead from, where the role comes with it.
pub(super) async fn part(
    app: &App,
    visitor: &Visitor,
    it: &Designation,
    form: &FormData,
    errors: &Errors,
) -> Result<Option<Part>, PageError> {
    let Some(called) = home_school::called(&it.role) else { return Ok(None) };
    let today = app.clock.today();
    let known = home_school::of(&app.db, it.org, it.partnership, &it.role).await?;
    let school = register::org_name(&app.db, it.org).await?;
    let stands = known.as_ref().is_some_and(|one| one.stands(today));
    let (colour, state, words) = match &known {
        None => (
            TagColour::Orange,
            "Not designated",
            format!("{school} is not designated. Nobody leads an agreement in this role before."),
        ),
        Some(one) if stands => (
            TagColour::Green,
            "Designated",
            format!(
                "{school}, since {}, until {}, by {}.",
                date_in_words(one.since()),
                date_in_words(one.until()),
                one.by_name
            ),
        ),
        Some(one) => {
            let words = match one.ended() {
                Some(on) => format!("{school}, ended on {}: {}", date_in_words(on), one.reason),
                None => format!("{school}, lapsed after {}.", date_in_words(one.until())),
            };
            (TagColour::Orange, "Lapsed", words)
        }
    };
    let part = |part: &str| form.text(&format!("home-until-{part}")).to_owned();
    Ok(Some(Part {
        base: format!("/cadre/{}", it.id),
        called,
        school,
        tag: Tag::coloured(colour, state),
        words,
        stands,
        may: visitor.is(Role::Broker, it.partnership),
        open: !errors.is_empty(),
        until: DateInput::new("home-until", Legend::new("Until which day?").small())
            .date(part("day"), part("month"), part("year"))
            .error_if(errors.get("home-until")),
        why: Textarea::new("home-why", "Why does it end?")
            .hint("The school reads it.")
            .rows(2_u32)
            .value(form.text("home-why"))
            .error_if(errors.get("home-why")),
    }))
}

/// The broker designates the school, carries its designation on, or ends it.
pub(super) async fn decide(
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
    let done = if form.has("end", "yes") {
        Some(home_school::end(&app, &permit.because(form.text("home-why")), &it).await)
    } else {
        match form.date("home-until", &mut errors, "Enter the last day, such as 31 8 2028") {
            Some(until) => Some(home_school::designate(&app, &permit, &it, until).await),
            None => None,
        }
    };
    match done {
        Some(Ok(())) => return Ok(redirect(&format!("/cadre/{id}#home-school"))),
        Some(Err(failure)) => missed(&mut errors, failure)?,
        None => {}
    }
    cadre::page(&app, &visitor, frame, &it, &form, &errors).await
}

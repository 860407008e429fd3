//! Beginning a network, changing it and ending it.

use access::{Action, SignedIn, Visitor, accounts, authorize, partnerships};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select};
use serde::Deserialize;
use support::pages::parts::{self, FormPage, choice, hidden, line, lines, paragraphs};

use super::{list::partnerships_of, readable};
use crate::{
    acts::{self, NewNetwork},
    meetings::Pattern,
    network::{self, Network},
};

/// For which partnership a network is begun.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    partnership: String,
}

/// The partnership a form is about: the one that is named, else the visitor's first.
fn partnership(visitor: &Visitor, named: &str) -> Result<OrgRef, PageError> {
    let mine = partnerships_of(visitor);
    let named = named.parse::<OrgRef>().ok().filter(|org| mine.contains(org));
    named.or_else(|| mine.first().copied()).ok_or(PageError::NotFound)
}

/// A question for one of the people of a partnership: everybody with a post in it or at a member, by
/// name. The field, the question and a hint.
pub(super) async fn person(
    app: &App,
    partnership: OrgRef,
    (field, question, more): (&str, &str, &str),
    form: &FormData,
    errors: &Errors,
) -> Result<Html, PageError> {
    let mut orgs = partnerships::members(&app.db, partnership, app.clock.today()).await?;
    orgs.push(partnership);
    let names = support::names(&app.db, orgs.iter().copied()).await?;
    let mut people = Vec::new();
    for org in orgs {
        let place = names.get(&org).cloned().unwrap_or_default();
        for one in accounts::people(&app.db, &app.clock, org).await? {
            people.push((one.name, place.clone(), one.id));
        }
    }
    people.sort_by_cached_key(|(name, place, _)| (name.to_lowercase(), place.clone()));
    people.dedup_by_key(|(_, _, id)| *id);
    let mut select = Select::new(field, question)
        .value(form.text(field))
        .error_if(errors.get(field))
        .item("", "Choose somebody");
    if !more.is_empty() {
        select = select.hint(more);
    }
    Ok(Html::of(&people.into_iter().fold(select, |select, (name, place, id)| {
        let words = if place.is_empty() { name } else { format!("{name}, {place}") };
        select.item(id.to_string(), words)
    })))
}

async fn fields(
    app: &App,
    partnership: OrgRef,
    form: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    Ok(vec![
        line(form, errors, "name", "What is it called?", "For example: Heads of English"),
        lines(
            form,
            errors,
            "about",
            "For whom is it, and what for?",
            "A sentence. Whoever reads it decides by it whether to join",
            3,
        ),
        person(
            app,
            partnership,
            (
                "convenor",
                "Who convenes it?",
                "They set days, ask for what is to be shared, and write what was said",
            ),
            form,
            errors,
        )
        .await?,
    ])
}

async fn new_form(
    app: &App,
    frame: Frame,
    partnership: OrgRef,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Begin a network or a programme", "/networks/new", "/networks");
    page.caption =
        partnerships::get(&app.db, partnership).await?.map_or_else(String::new, |it| it.name);
    page.lede = paragraphs(
        "Colleagues find it on the page of networks and join by themselves; nobody is put on a list \
         by somebody else.",
    );
    page.problems = parts::problems(errors);
    page.fields = fields(app, partnership, form, errors).await?;
    page.fields.push(choice(
        form,
        errors,
        "sort",
        "What is it?",
        "",
        &[
            ("network", "A network", "Colleagues of one field who meet for as long as it helps"),
            ("programme", "A programme", "A course of sessions with a beginning and an end"),
        ],
    ));
    page.fields.push(choice(
        form,
        errors,
        "pattern",
        "How often does it meet?",
        "Days are set for the year to come, on Wednesdays when schools are open; the convenor \
         moves each of them",
        &[
            ("3", "Once a term", ""),
            ("6", "Every half term", ""),
            ("0", "As agreed from meeting to meeting", ""),
        ],
    ));
    page.fields.push(hidden("partnership", partnership));
    page.button = "Begin it".to_owned();
    let built = frame
        .page("Begin a network or a programme")
        .visible_to(access::Zone::Network.in_words())
        .crumb("Networks", "/networks");
    built.checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(of): Query<Of>,
) -> Result<Response, PageError> {
    let partnership = partnership(&visitor, &of.partnership)?;
    authorize(&app, &visitor, Action::Create, &network::resource(partnership))?;
    let form = FormData::from_pairs([("sort", "network"), ("pattern", "3")]);
    new_form(&app, frame, partnership, &form, &Errors::default()).await
}

pub(super) async fn found(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let partnership = partnership(&visitor, form.text("partnership"))?;
    let permit = authorize(&app, &visitor, Action::Create, &network::resource(partnership))?;
    let mut errors = form.errors();
    form.required("name", &mut errors, "Say what it is called");
    form.required("about", &mut errors, "Say for whom it is, in a sentence");
    let convenor = form.parsed("convenor", &mut errors, "Choose who convenes it");
    let pattern = Pattern::of(form.text("pattern"));
    let sort = form.parsed("sort", &mut errors, "Say whether it is a network or a programme");
    if pattern.is_none() {
        errors.add("pattern", "Say how often it meets");
    }
    if let (true, Some(convenor), Some(pattern), Some(sort)) =
        (errors.is_empty(), convenor, pattern, sort)
    {
        let new = NewNetwork {
            partnership,
            name: form.text("name").to_owned(),
            about: form.text("about").to_owned(),
            convenor,
            pattern,
            sort,
        };
        match acts::found(&app, &permit, &new).await {
            Ok(id) => return Ok(redirect(&format!("/networks/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    new_form(&app, frame, partnership, &form, &errors).await
}

async fn edit_form(
    app: &App,
    frame: Frame,
    of: &Network,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "Change the network";
    let mut page = FormPage::new(title, format!("{}/edit", of.address()), of.address());
    page.caption.clone_from(&of.name);
    page.problems = parts::problems(errors);
    page.fields = fields(app, of.partnership, form, errors).await?;
    page.fields.push(hidden("seen", form.text("seen")));
    let built = frame
        .page(title)
        .visible_to(access::Zone::Network.in_words())
        .crumb("Networks", "/networks")
        .crumb(&of.name, of.address());
    built.checked(errors).show(&page)
}

/// What has ended is read and not changed any more.
fn runs(of: &Network) -> Result<(), PageError> {
    match of.ended_on() {
        None => Ok(()),
        Some(_) => Err(PageError::Conflict("This network has ended.".to_owned())),
    }
}

pub(super) async fn ask_edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    authorize(&app, &visitor, Action::Update, &of.resource())?;
    runs(&of)?;
    let form = FormData::from_pairs([
        ("name", of.name.clone()),
        ("about", of.about.clone()),
        ("convenor", of.convenor.to_string()),
        ("seen", of.version.to_string()),
    ]);
    edit_form(&app, frame, &of, &form, &Errors::default()).await
}

pub(super) async fn edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Update, &of.resource())?;
    runs(&of)?;
    let mut errors = form.errors();
    form.required("name", &mut errors, "Say what it is called");
    form.required("about", &mut errors, "Say for whom it is, in a sentence");
    let convenor = form.parsed("convenor", &mut errors, "Choose who convenes it");
    if let (true, Some(convenor)) = (errors.is_empty(), convenor) {
        let seen = form.text("seen").parse().unwrap_or(0);
        let said = (form.text("name"), form.text("about"), convenor);
        match acts::change(&app, &permit, &of, said, seen).await {
            Ok(()) => return Ok(redirect(&of.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    edit_form(&app, frame, &of, &form, &errors).await
}

fn end_form(
    frame: Frame,
    of: &Network,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "End the network";
    let mut page = FormPage::new(title, format!("{}/end", of.address()), of.address());
    page.caption.clone_from(&of.name);
    page.lede = paragraphs(
        "Meetings to come are cancelled and the members are told. What was written stays.",
    );
    page.problems = parts::problems(errors);
    page.fields = vec![lines(form, errors, "reason", "Why does it end?", "Its members read it", 3)];
    page.button = "End it".to_owned();
    page.warn = true;
    let built = frame
        .page(title)
        .visible_to(access::Zone::Network.in_words())
        .crumb("Networks", "/networks")
        .crumb(&of.name, of.address());
    built.checked(errors).show(&page)
}

pub(super) async fn ask_end(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    authorize(&app, &visitor, Action::Update, &of.resource())?;
    runs(&of)?;
    end_form(frame, &of, &FormData::default(), &Errors::default())
}

pub(super) async fn end(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Update, &of.resource())?;
    runs(&of)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match acts::end(&app, &permit, &of, form.text("reason")).await {
            Ok(()) => return Ok(redirect(&of.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    end_form(frame, &of, &form, &errors)
}

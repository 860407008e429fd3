//! After a meeting: who came and what was said; and cancelling one.

use access::{SignedIn, partnerships};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{CheckboxItem, Checkboxes, Html};
use support::{
    machine::step,
    pages::parts::{self, FormPage, bullets, hidden, lines, paragraphs},
};

use super::{Open, as_convenor, meeting::way, open};
use crate::{
    meet::{self, Held},
    meetings::{self, Act, State},
};

/// The schools of the partnership, by name.
async fn schools(app: &App, all: &Open) -> Result<Vec<(OrgRef, String)>, PageError> {
    let orgs = partnerships::members(&app.db, all.of.partnership, app.clock.today()).await?;
    let schools = orgs.into_iter().filter(|org| org.urn().is_some());
    let mut names: Vec<(OrgRef, String)> =
        support::names(&app.db, schools).await?.into_iter().collect();
    names.sort_by_cached_key(|(org, name)| (name.to_lowercase(), *org));
    Ok(names)
}

fn act(state: State) -> Act {
    if state == State::Held { Act::Correct } else { Act::Hold }
}

fn boxes(
    form: &FormData,
    errors: &Errors,
    (name, legend, hint): (&str, &str, &str),
    items: impl IntoIterator<Item = (String, String)>,
) -> Html {
    let boxes = Checkboxes::new(name, legend)
        .small()
        .hint(hint)
        .values(form.all(name).map(str::to_owned).collect::<Vec<_>>())
        .error_if(errors.get(name));
    Html::of(&items.into_iter().fold(boxes, |boxes, (value, words)| boxes.item(value, words)))
}

async fn hold_form(
    app: &App,
    frame: Frame,
    all: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = all.it.address();
    let title = act(all.it.state()).words();
    let mut page = FormPage::new(title, format!("{here}/hold"), here.clone());
    page.caption.clone_from(&all.it.title);
    page.problems = parts::problems(errors);
    let all_schools = schools(app, all).await?;
    let name_of = |org: &OrgRef| {
        all_schools.iter().find(|(one, _)| one == org).map_or("", |(_, name)| name.as_str())
    };
    if !all.members.is_empty() {
        let people = all.members.iter().map(|one| {
            let school = name_of(&one.org);
            let comma = if school.is_empty() { "" } else { ", " };
            (one.account.to_string(), format!("{}{comma}{school}", one.name))
        });
        let asked = ("members", "Which members came?", "Whoever did not is sent what was said");
        page.fields.push(boxes(form, errors, asked, people));
    }
    let others = all_schools.iter().map(|(org, name)| (org.to_string(), name.clone()));
    let asked = (
        "schools",
        "From which schools did somebody else come?",
        "Somebody who has not joined, or has no account",
    );
    page.fields.push(boxes(form, errors, asked, others));
    page.fields.extend([
        lines(
            form,
            errors,
            "notes",
            "What was said?",
            "So that somebody who was not there can follow. No names of pupils",
            6,
        ),
        lines(
            form,
            errors,
            "actions",
            "What was agreed? (optional)",
            "One a line, with who does it",
            4,
        ),
        hidden("seen", form.text("seen")),
    ]);
    if all.it.state() == State::Planned {
        let mut tell = CheckboxItem::new(
            "yes",
            "Send the notes to the heads of schools from which nobody came",
        );
        tell.checked = Some(form.has("heads", "yes"));
        page.fields.push(Html::of(&Checkboxes::new("heads", "Who else reads them?").with(tell)));
    }
    page.button = match all.it.state() {
        State::Held => "Save".to_owned(),
        _ => "Save and send the notes".to_owned(),
    };
    way(frame.page(title), all).crumb(&all.it.title, here).checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    as_convenor(&app, &visitor, &all.of)?;
    step(all.it.state(), act(all.it.state()), &all.who)?;
    let mut filled = vec![
        ("seen".to_owned(), all.it.version.to_string()),
        ("notes".to_owned(), all.it.notes.clone()),
        ("actions".to_owned(), all.it.actions.clone()),
        ("heads".to_owned(), "yes".to_owned()),
    ];
    for one in meetings::presence(&app.db, all.it.id).await? {
        let there = match all.it.state() {
            State::Held => one.came == Some(true),
            _ => one.answer() == meetings::Answer::Coming,
        };
        match one.account {
            Some(account) if there => filled.push(("members".to_owned(), account.to_string())),
            None if there => filled.push(("schools".to_owned(), one.org.to_string())),
            _ => {}
        }
    }
    hold_form(&app, frame, &all, &FormData::from_pairs(filled), &Errors::default()).await
}

pub(super) async fn hold(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &all.of)?;
    let mut errors = form.errors();
    form.required("notes", &mut errors, "Write what was said, so that others can follow");
    if errors.is_empty() {
        let held = Held {
            members: form.all("members").filter_map(|value| value.parse().ok()).collect(),
            schools: form.all("schools").filter_map(|value| value.parse().ok()).collect(),
            notes: form.text("notes").to_owned(),
            actions: form.text("actions").to_owned(),
            heads: form.has("heads", "yes"),
        };
        let seen = form.text("seen").parse().unwrap_or(0);
        match meet::hold(&app, &permit, all.it.id, &held, seen).await {
            Ok(()) => return Ok(redirect(&all.it.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    hold_form(&app, frame, &all, &form, &errors).await
}

fn cancel_form(
    frame: Frame,
    all: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = all.it.address();
    let title = "Cancel the meeting";
    let mut page = FormPage::new(title, format!("{here}/cancel"), here.clone());
    page.caption.clone_from(&all.it.title);
    page.lede = paragraphs("The members are told at once.");
    page.problems = parts::problems(errors);
    page.fields = vec![lines(form, errors, "reason", "Why?", "Its members read it", 3)];
    page.button = title.to_owned();
    page.warn = true;
    way(frame.page(title), all).crumb(&all.it.title, here).checked(errors).show(&page)
}

pub(super) async fn ask_cancel(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    as_convenor(&app, &visitor, &all.of)?;
    step(all.it.state(), Act::Cancel, &all.who)?;
    cancel_form(frame, &all, &FormData::default(), &Errors::default())
}

pub(super) async fn cancel(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &all.of)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match meet::cancel(&app, &permit, all.it.id, form.text("reason")).await {
            Ok(()) => return Ok(redirect(&all.it.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    cancel_form(frame, &all, &form, &errors)
}

fn settle_form(
    frame: Frame,
    all: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = all.it.address();
    let title = Act::Settle.words();
    let mut page = FormPage::new(title, format!("{here}/settle"), here.clone());
    page.caption.clone_from(&all.it.title);
    page.lede = bullets(all.it.actions.lines().map(str::to_owned));
    page.problems = parts::problems(errors);
    page.fields =
        vec![lines(form, errors, "outcome", "What came of it?", "Its members read it", 4)];
    page.button = "Close it".to_owned();
    way(frame.page(title), all).crumb(&all.it.title, here).checked(errors).show(&page)
}

pub(super) async fn ask_settle(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    as_convenor(&app, &visitor, &all.of)?;
    step(all.it.state(), Act::Settle, &all.who)?;
    let form = FormData::from_pairs([("outcome", all.it.outcome.as_str())]);
    settle_form(frame, &all, &form, &Errors::default())
}

pub(super) async fn settle(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &all.of)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match meet::settle(&app, &permit, all.it.id, form.text("outcome")).await {
            Ok(()) => return Ok(redirect(&all.it.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    settle_form(frame, &all, &form, &errors)
}

pub(super) async fn reopen(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &all.of)?;
    meet::reopen(&app, &permit, all.it.id).await?;
    Ok(redirect(&all.it.address()))
}

//! What was seen of an objective: on its page, and written down.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;

use super::{
    Sent, Sight,
    parts::{FormPage, Typed, day_pairs, go, list, paragraphs, text},
    sent, sight, sight_to_act,
};
use crate::{evidence, machine::Work, model::Objective};

/// What was seen so far, and the way to more of it.
pub(super) async fn part(
    app: &App,
    sight: &Sight,
    one: &Objective,
    writes: bool,
) -> Result<Html, PageError> {
    let lines: Vec<String> = evidence::of(&app.db, one.id)
        .await?
        .iter()
        .map(|it| {
            let words = format!("{}: {} ({})", date_in_words(it.seen_on()), it.words, it.name);
            text(words).as_str().to_owned()
        })
        .collect();
    let mut parts = Vec::new();
    if !lines.is_empty() {
        parts.push(list(&lines));
    }
    if writes && one.state().is_open() && sight.whole.plan.state().allows(Work::Report) {
        let href = sight.at(&format!("objectives/{}/evidence/new", one.id));
        parts.push(go(&href, "Write down what you have seen", true));
    }
    Ok(Html::join(parts))
}

fn form_of(
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", one.id));
    let title = "What have you seen?";
    let mut page = FormPage::new(title, format!("{back}/evidence/new"), back, errors);
    page.caption.clone_from(&one.words().title);
    page.lede = paragraphs(
        "A lesson, a book, what somebody said: early signs come before results. Never about a \
         single child.",
    );
    page.fields = vec![
        typed.lines("words", "What was seen?", "In a sentence, with where", 3),
        typed.day("seen_on", "When?", ""),
    ];
    page.button = "Write it down".to_owned();
    let mut built = sight.page(frame, title, sight.visible_of(one));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let today = day_pairs("seen_on", Some(app.clock.today()));
    form_of(frame, &sight, one, &FormData::from_pairs(today), &Errors::default())
}

pub(super) async fn note(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let mut errors = form.errors();
    let on = form.date("seen_on", &mut errors, "Enter the day as day, month and year");
    if let (true, Some(on)) = (errors.is_empty(), on) {
        let outcome = evidence::note(&app, &permit, one.id, form.text("words"), on).await;
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(redirect(&sight.at(&format!("objectives/{}", one.id))));
        }
    }
    form_of(frame, &sight, one, &form, &errors)
}

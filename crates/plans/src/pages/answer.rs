//! The page behind the link in a letter: two taps, no account. Looking changes nothing, since mail
//! scanners look too.

use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame},
};
use govuk::{Html, InsetText, Panel, SummaryList};

use super::{
    Sent,
    action::said_of,
    parts::{Sheet, Typed, hint, paragraphs, problems},
    sent,
};
use crate::{
    acts::answer::{self, Answer},
    machine::ActionState,
    model::ActionId,
    store::Whole,
};

const WORDS: &str = "you, by the link in your letter; what you write is read by those who see this \
    action in the plan";

fn over(frame: Frame) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("This link is over");
    sheet.lede = paragraphs(
        "It has been used already, the action has another owner, or four weeks have passed. Nothing \
         is asked of you here. If something has changed, tell the school.",
    );
    frame.page("This link is over").show(&sheet)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match answer::look(&app, &token).await? {
        Some((whole, id, _)) => {
            page(&app, frame, &token, &whole, id, &FormData::default(), &Errors::default()).await
        }
        None => over(frame),
    }
}

async fn page(
    app: &App,
    frame: Frame,
    token: &str,
    whole: &Whole,
    id: ActionId,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let (_, one) = whole.action(id)?;
    let school = register::org_name(&app.db, whole.plan.org).await?;
    let mut sheet = Sheet::new(one.words.as_str());
    sheet.caption.clone_from(&school);
    if !one.state().is_open() {
        sheet.lede = Html::of(&InsetText::new(format!(
            "Nothing is asked any more: this action stands at “{}”.",
            one.state().words()
        )));
        return frame.page("Your action").visible_to(WORDS).show(&sheet);
    }
    let facts =
        SummaryList::new().row("Who", one.owner_in_words()).row("By", date_in_words(one.due_on()));
    let at = format!("/plans/answer/{token}");
    let form_of = |inner: &str, button: &str, class: &str| {
        Html::trusted(format!(
            "<form method=\"post\" action=\"{at}\" novalidate>{inner}<button type=\"submit\" \
             class=\"govuk-button{class}\" data-module=\"govuk-button\" \
             data-prevent-double-click=\"true\">{button}</button></form>"
        ))
    };
    let typed = Typed { form, errors };
    let done =
        form_of("<input type=\"hidden\" name=\"answer\" value=\"done\">", "Yes, it is done", "");
    let fields: String = [
        Html::trusted("<input type=\"hidden\" name=\"answer\" value=\"not-yet\">"),
        typed.lines("words", "What is in the way?", "A sentence is enough", 2),
        typed.line("needs", "What would help?", "If anything"),
        typed.day("due", "By when will it be done?", "Leave empty if the day stays"),
    ]
    .iter()
    .map(Html::as_str)
    .collect();
    let not_yet = form_of(&fields, "Not yet", " govuk-button--secondary");
    sheet.lede = Html::join([problems(errors), Html::of(&facts)]);
    let sheet = sheet
        .part("Is it done?", done)
        .part("Not yet?", not_yet)
        .part("", hint("This page works once, for this one action. You need no account."));
    let mut built = frame.page("Your action").visible_to(WORDS);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

pub(super) async fn answer(
    Handle(app): Handle<App>,
    frame: Frame,
    Path(token): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let Some((whole, id, _)) = answer::look(&app, &token).await? else { return over(frame) };
    let mut errors = form.errors();
    let given = match form.text("answer") {
        "done" => Answer::Done,
        _ => Answer::NotYet(said_of(&form, &mut errors)),
    };
    if errors.is_empty() {
        let outcome = answer::answer(&app, &token, &given).await;
        let state = outcome.as_ref().ok().copied();
        match sent(outcome, &mut errors) {
            Ok(Sent::Done) => return thanks(frame, state),
            // Somebody wrote about the action at the same moment: the link still stands.
            Ok(Sent::Conflict) => errors.add("words", super::MEANWHILE),
            Ok(Sent::Wrong) => {}
            Err(PageError::NotFound) => return over(frame),
            Err(other) => return Err(other),
        }
    }
    page(&app, frame, &token, &whole, id, &form, &errors).await
}

fn thanks(frame: Frame, state: Option<ActionState>) -> Result<Response, PageError> {
    let words = match state {
        Some(ActionState::Done) => "It is marked as done. The lead of the objective confirms it.",
        _ => "It is in the plan now. Nobody else will remind you before the new day comes near.",
    };
    let mut sheet = Sheet::new("Thank you");
    sheet.lede = Html::join([
        Html::of(&Panel::new("Your answer has arrived").heading_level(2)),
        paragraphs(words),
        hint("You can close this page."),
    ]);
    frame.page("Thank you").visible_to(WORDS).show(&sheet)
}

//! What the supporting school took home: its head says so before the support is complete.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, SummaryList};

use super::{
    Sight,
    close::{begun, form_page},
    parts::{choice, go, kept, lines, paragraphs},
    sight, sight_to_act,
};
use crate::{
    agreements::{Side, Standing, machine::Work, store},
    exits::{self, TakenHome},
};

/// What the school said, for the page of the exit; with a link for whoever says it.
pub(super) fn told(sight: &Sight, taken: Option<&TakenHome>) -> Html {
    let said = match taken {
        None => paragraphs("It has not said so yet."),
        Some(taken) => Html::of(
            &SummaryList::new()
                .row("What it wanted to learn", paragraphs(&taken.goal))
                .row("What it took home", paragraphs(words(taken))),
        ),
    };
    let agreement = &sight.agreement;
    let may =
        exits::may_take_home(agreement, taken.is_some()) && sight.is(&[Standing::SupportingHead]);
    let ask = if may {
        go(&sight.at("exit/home"), &sight.say("Say what your school took home"))
    } else {
        Html::default()
    };
    Html::join([said, ask])
}

/// What was taken home, or that it was nothing.
pub(super) fn words(taken: &TakenHome) -> &str {
    if taken.is_nothing() { "Nothing this time, it says" } else { &taken.words }
}

fn page(
    frame: Frame,
    sight: &Sight,
    goal: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, &sight.say("What your school took home"), "exit/home", errors);
    page.lede = paragraphs(&format!(
        "{}: {goal}",
        sight.say("When you agreed to help, your school wanted this for itself")
    ));
    page.fields = vec![
        lines(form, errors, "goal", "What became of it?", "Also where it came to nothing.", 3),
        choice(
            form,
            errors,
            "took",
            &sight.say("Did your school take something home?"),
            "A practice, a skill, a post filled, time or money saved: whatever is better at home now.",
            &[("yes", "Yes", ""), ("nothing", "Nothing this time", "")],
        ),
        lines(form, errors, "words", "If so, what?", "", 4),
    ];
    form_page(frame, sight, &page, errors)
}

fn must_be_theirs(sight: &Sight) -> Result<(), PageError> {
    if sight.is(&[Standing::SupportingHead]) {
        return Ok(());
    }
    Err(PageError::Forbidden(format!(
        "The head of {} says what it took home.",
        sight.school(Side::Supporting)
    )))
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    must_be_theirs(&sight)?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut pairs = Vec::new();
    let taken = exits::taken_home(&app.db, sight.agreement.id).await?;
    if !exits::may_take_home(&sight.agreement, taken.is_some()) {
        sight.agreement.must_allow(Work::Exit)?;
    }
    if let Some(taken) = taken {
        let took = if taken.is_nothing() { "nothing" } else { "yes" };
        pairs = vec![("goal", taken.goal), ("took", took.to_owned()), ("words", taken.words)];
    }
    let goal = terms.terms().goal_in_words();
    page(frame, &sight, goal, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn say(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    must_be_theirs(&sight)?;
    let mut errors = form.errors();
    let words = match form.text("took") {
        "nothing" => "",
        "yes" => form.required("words", &mut errors, &sight.say("Say what your school took home")),
        _ => {
            errors.add("took", sight.say("Choose whether your school took something home"));
            ""
        }
    };
    if errors.is_empty() {
        let said = TakenHome { goal: form.text("goal").to_owned(), words: words.to_owned() };
        match exits::take_home(&app, &permit, sight.agreement.id, &said).await {
            Ok(()) => return Ok(redirect(&sight.at("exit"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    let terms = store::current(&app.db, &sight.agreement).await?;
    page(frame, &sight, terms.terms().goal_in_words(), &form, &errors)
}

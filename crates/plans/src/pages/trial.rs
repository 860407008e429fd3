//! Trying something small first, and where an inquiry stands.

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
use govuk::{Html, SummaryList, Tag, TagColour};
use jiff::civil::Date;

use super::{
    MEANWHILE, Sent, Sight,
    parts::{FormPage, Typed, go, hidden, hint, link, list, paragraphs, text},
    sent, sight, sight_to_act,
};
use crate::{
    machine::Work,
    model::Objective,
    trials::{self, Act, NewTrial, Stage, State, Trial, TrialId, for_how_long},
};

/// The small tests of an objective.
pub(super) async fn part(
    app: &App,
    sight: &Sight,
    one: &Objective,
    writes: bool,
) -> Result<Html, PageError> {
    let at = |page: &str| sight.at(&format!("objectives/{}{page}", one.id));
    let reports = writes && one.state().is_open() && sight.whole.plan.state().allows(Work::Report);
    let mut parts = Vec::new();
    for it in trials::of(&app.db, one.id).await? {
        let colour = match it.state() {
            State::Running => TagColour::Yellow,
            State::Kept => TagColour::Green,
            State::Changed => TagColour::Teal,
            State::Stopped => TagColour::Grey,
        };
        let mut facts = SummaryList::new()
            .row("Status", Html::of(&Tag::coloured(colour, it.state().words())))
            .row("How small", it.scale.as_str())
            .row("What should be seen", it.expected.as_str())
            .row("It stops at once if", it.stop_rule.as_str())
            .row("Looked at on", date_in_words(it.review_on()));
        if let Some(day) = it.ended_on() {
            let words = format!("{} ({})", it.learned, date_in_words(day));
            facts = facts.row("What was seen", words);
        }
        parts.push(Html::of(&facts.in_card(it.what.as_str())));
        if reports && it.state() == State::Running {
            let words = format!("Say what you saw: {}", it.what);
            parts.push(link(&sight.at(&format!("trials/{}", it.id)), &words));
        }
    }
    if reports {
        if parts.is_empty() {
            parts.push(hint("Not sure yet? Try it with one class before everybody does it."));
        }
        parts.push(go(&at("/trials/new"), "Try something small first", true));
    }
    Ok(Html::join(parts))
}

/// Where the inquiry stands, for how long, and where it stood before.
pub(super) async fn inquiry(
    app: &App,
    sight: &Sight,
    one: &Objective,
    writes: bool,
) -> Result<Html, PageError> {
    let today = app.clock.today();
    let all = trials::inquiry(&app.db, one.id).await?;
    let mut parts = Vec::new();
    if let Some((now, before)) = all.split_first() {
        let since = date_in_words(now.since());
        let stands =
            format!("{} ({}, {since})", now.stage().words(), for_how_long(now.since(), today));
        parts.push(paragraphs(&stands));
        parts.push(paragraphs(&now.words));
        let lines: Vec<String> = before
            .iter()
            .map(|it| {
                let line = format!("{}, from {}", it.stage().words(), date_in_words(it.since()));
                text(line).as_str().to_owned()
            })
            .collect();
        if !lines.is_empty() {
            parts.push(list(&lines));
        }
    }
    if writes && one.state().is_open() && sight.whole.plan.state().allows(Work::Report) {
        let words = if all.is_empty() { "Walk it as an inquiry" } else { "Move the inquiry on" };
        parts.push(link(&sight.at(&format!("objectives/{}/inquiry", one.id)), words));
    }
    Ok(Html::join(parts))
}

fn new_form(
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", one.id));
    let title = "Try something small first";
    let mut page = FormPage::new(title, format!("{back}/trials/new"), back, errors);
    page.caption.clone_from(&one.words().title);
    page.lede = paragraphs(
        "One class, two weeks, a rule for stopping: enough to learn from, and safe to be wrong.",
    );
    page.fields = vec![
        typed.line("what", "What will you try?", "For example: pairs read aloud before lunch"),
        typed.line("scale", "How small?", "For example: one class, ten days"),
        typed.lines("expected", "What do you expect to see if it works?", "", 2),
        typed.lines(
            "stop_rule",
            "What makes you stop at once?",
            "For example: if the slowest readers read less than before",
            2,
        ),
        typed.day("review_on", "On which day do you look at it?", "Within four months"),
    ];
    page.button = "Begin".to_owned();
    sight.page(frame, title, sight.visible_of(one)).checked(errors).show(&page)
}

pub(super) async fn ask_new(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    new_form(frame, &sight, one, &FormData::default(), &Errors::default())
}

pub(super) async fn begin(
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
    let review_on = form.date("review_on", &mut errors, "Enter the day, month and year");
    let text = |name: &str| form.text(name).to_owned();
    let new = NewTrial {
        what: text("what"),
        scale: text("scale"),
        expected: text("expected"),
        stop_rule: text("stop_rule"),
        review_on: review_on.unwrap_or(Date::MIN),
    };
    let done = trials::begin(&app, &permit, one.id, &new).await;
    match sent(done.map(|_| ()), &mut errors)? {
        Sent::Done => Ok(redirect(&sight.at(&format!("objectives/{}", one.id)))),
        _ => new_form(frame, &sight, one, &form, &errors),
    }
}

async fn opened(app: &App, sight: &Sight, id: &str) -> Result<(Trial, Objective), PageError> {
    let id: TrialId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = trials::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let one = sight.objective(&it.objective.to_string())?.clone();
    Ok((it, one))
}

fn decide_form(
    frame: Frame,
    sight: &Sight,
    (it, one): (&Trial, &Objective),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", one.id));
    let title = "Say what you saw";
    let mut page = FormPage::new(title, sight.at(&format!("trials/{}", it.id)), back, errors);
    page.caption.clone_from(&it.what);
    let rule = format!("You expected: {}. You stop if: {}.", it.expected, it.stop_rule);
    page.lede = paragraphs(&rule);
    let acts: Vec<(&str, &str, &str)> =
        Act::ALL.iter().map(|act| (act.key(), act.words(), "")).collect();
    page.fields = vec![
        typed.lines("learned", "What did you see?", "Also what did not happen", 4),
        typed.choice("act", "What becomes of it?", "", &acts),
        hidden("seen", form.text("seen")),
    ];
    sight.page(frame, title, sight.visible_of(one)).checked(errors).show(&page)
}

pub(super) async fn ask_decide(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, trial)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let (it, one) = opened(&app, &sight, &trial).await?;
    sight.must_write(&one)?;
    let form = FormData::from_pairs([("seen", it.version.to_string())]);
    decide_form(frame, &sight, (&it, &one), &form, &Errors::default())
}

pub(super) async fn decide(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, trial)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let (it, one) = opened(&app, &sight, &trial).await?;
    sight.must_write(&one)?;
    let mut errors = form.errors();
    if let Some(act) = form.parsed::<Act>("act", &mut errors, "Say what becomes of it") {
        let seen = form.text("seen").parse().unwrap_or(0);
        let done =
            trials::decide(&app, &permit, it.id, act, form.text("learned"), seen).await.map(|_| ());
        match sent(done, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("objectives/{}", one.id)))),
            Sent::Conflict => errors.add("learned", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    decide_form(frame, &sight, (&it, &one), &form, &errors)
}

fn inquiry_form(
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let back = sight.at(&format!("objectives/{}", one.id));
    let title = "Where does the inquiry stand?";
    let mut page = FormPage::new(title, format!("{back}/inquiry"), back, errors);
    page.caption.clone_from(&one.words().title);
    page.lede = paragraphs(
        "Inquiries go forwards, backwards and around. This says to everybody who works on the \
         objective where you are; nothing is late.",
    );
    let stages: Vec<(&str, &str, &str)> =
        Stage::ALL.iter().map(|stage| (stage.key(), stage.words(), "")).collect();
    page.fields = vec![
        typed.choice("stage", "Stage", "", &stages),
        typed.lines("words", "What brought you there? (optional)", "", 2),
    ];
    sight.page(frame, title, sight.visible_of(one)).checked(errors).show(&page)
}

pub(super) async fn ask_inquiry(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    inquiry_form(frame, &sight, one, &FormData::default(), &Errors::default())
}

pub(super) async fn stand(
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
    if let Some(stage) = form.parsed::<Stage>("stage", &mut errors, "Choose a stage") {
        let done = trials::stand(&app, &permit, one.id, stage, form.text("words")).await;
        if let Sent::Done = sent(done, &mut errors)? {
            return Ok(redirect(&sight.at(&format!("objectives/{}", one.id))));
        }
    }
    inquiry_form(frame, &sight, one, &form, &errors)
}

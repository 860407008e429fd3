//! Acts that need a moment of thought: pause, resume, change, withdraw, raise a difficulty, end.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    machine::No,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;

use super::{
    Sight,
    parts::{FormPage, bullets, choice, kept, lines, paragraphs, problems},
    sight, sight_to_act,
};
use crate::{
    Refusal,
    agreements::{
        acts,
        machine::{Act, transition},
    },
    care::concerns,
    course,
    pack::pack,
};

struct Words {
    title: &'static str,
    lede: &'static str,
    ask: &'static str,
    button: &'static str,
    warn: bool,
}

fn words(act: &str) -> Option<Words> {
    let words = |title, lede, ask, button, warn| Words { title, lede, ask, button, warn };
    Some(match act {
        "pause" => words(
            "Let it rest for a while",
            "Everybody has bad weeks. While an agreement rests nothing in its record changes, and \
             nobody is reminded of anything. Either head can go on when it is time.",
            "Why does it rest?",
            "Pause it",
            false,
        ),
        "resume" => words(
            "Go on",
            "The agreement goes on where it rested, with the dates that were signed. If they no \
             longer fit, propose a change afterwards.",
            "Anything the other school should know?",
            "Go on",
            false,
        ),
        "vary" => words(
            "Propose a change",
            "A change is a new version that both schools sign. Until then the version you signed \
             stays in force. Indicators can be added but not taken away, since they were fixed when \
             you signed.",
            "Why does it change?",
            "Begin the new version",
            false,
        ),
        "drop" => words(
            "Withdraw the change",
            "The version that both schools signed goes on as it is.",
            "Why is it withdrawn?",
            "Withdraw it",
            false,
        ),
        "cancel" => words(
            "Withdraw this agreement",
            "It has not begun, so nothing is lost. The record says that it was withdrawn and why. If \
             it answers a request for support, that request goes back to the broker’s desk.",
            "Why is it withdrawn?",
            "Withdraw it",
            true,
        ),
        "back" => words(
            "I will not sign this as it stands",
            "That is what reading before signing is for. The agreement goes back to be written anew, \
             as a new version; the one you have read keeps its place in the record with whatever \
             signatures it has. Both heads and the broker read what you write here.",
            "What would have to be different?",
            "Send it back",
            false,
        ),
        "difficulty" => words(
            "Something is difficult",
            "It happens in every partnership. Difficulties go up a ladder you both agreed on, one \
             step at a time, so that nobody is surprised.",
            "What is difficult? Both heads and the broker can read this.",
            "Take the next step",
            false,
        ),
        "end" => words(
            "End it before its last day",
            "The record stays readable for both schools. After the second step of the ladder either \
             head may end it; for safeguarding or conduct, at once.",
            "Why does it end?",
            "End it",
            true,
        ),
        _ => return None,
    })
}

/// Refuses those whose act it is not, before they write why. Where it is nobody's at the moment
/// the act itself says so.
fn must_be_theirs(sight: &Sight, act: &str) -> Result<(), PageError> {
    let (state, who) = (sight.agreement.state(), &sight.standings);
    let step = match act {
        "pause" => Act::Pause,
        "resume" => Act::Resume,
        "vary" => Act::Vary,
        "drop" => Act::DropVariation,
        "cancel" => Act::Cancel,
        "back" => Act::TakeBack,
        "end" => Act::EndEarly,
        "difficulty" => return Ok(concerns::must_belong(who)?),
        _ => return Ok(()),
    };
    match transition(state, step, who) {
        Err(no @ No::NotYours(_)) => Err(Refusal::of(no, state, step).into()),
        Ok(_) | Err(No::NotNow) => Ok(()),
    }
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    must_be_theirs(&sight, &act)?;
    show(frame, &sight, &act, &FormData::default(), &Errors::default())
}

fn show(
    frame: Frame,
    sight: &Sight,
    act: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let words = words(act).ok_or(PageError::NotFound)?;
    let mut page = FormPage::new(words.title, sight.at(&format!("do/{act}")), sight.at(""));
    page.caption = sight.title();
    page.problems = problems(errors);
    page.warn = words.warn;
    page.button = words.button.to_owned();
    let ladder = if act == "difficulty" {
        bullets(pack().ladder.iter().map(|rung| {
            let taken = if rung.step <= sight.agreement.ladder { " (done)" } else { "" };
            format!("Step {}: {}{taken}", rung.step, sight.say(&rung.words))
        }))
    } else {
        Html::default()
    };
    page.lede = Html::join([paragraphs(&sight.say(words.lede)), ladder]);
    if act == "end" {
        page.fields.push(choice(
            form,
            errors,
            "ground",
            "On what ground?",
            "",
            &[
                ("ladder", "We spoke, both heads met, and it did not help", ""),
                (
                    "safeguarding",
                    "Safeguarding",
                    "Say nothing about a child here. Tell the designated safeguarding lead",
                ),
                ("conduct", "Conduct", ""),
            ],
        ));
    }
    page.fields.push(lines(form, errors, "reason", &sight.say(words.ask), "", 4));
    let mut built = frame
        .page(words.title)
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    must_be_theirs(&sight, &act)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let permit = match form.text("reason") {
            "" => permit,
            reason => permit.because(reason),
        };
        let agreement = sight.agreement.id;
        let done: Result<(), Refusal> = match act.as_str() {
            "pause" => course::pause(&app, &permit, agreement).await,
            "resume" => course::resume(&app, &permit, agreement).await,
            "vary" => course::vary(&app, &permit, agreement).await,
            "drop" => course::drop_variation(&app, &permit, agreement).await,
            "cancel" => acts::cancel(&app, &permit, agreement).await,
            "back" => acts::take_back(&app, &permit, agreement).await,
            "difficulty" => course::escalate(&app, &permit, agreement).await.map(|_| ()),
            "end" => match course::Ground::from_key(form.text("ground")) {
                Some(ground) => course::end_early(&app, &permit, agreement, ground).await,
                None => Err(Refusal::field("ground", "Choose the ground on which it ends")),
            },
            _ => return Err(PageError::NotFound),
        };
        match done {
            Ok(()) if act == "vary" => return Ok(redirect(&sight.at("edit/purpose"))),
            Ok(()) => return Ok(redirect(&sight.at(""))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    show(frame, &sight, &act, &form, &errors)
}

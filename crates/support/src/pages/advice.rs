//! The report of an advisory support: read, written, asked about, accepted.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Tag, TagColour};

use super::{
    Sight,
    close::{begun, form_page},
    nav,
    parts::{Sheet, choice, go, hidden, kept, lines, paragraphs},
    sight, sight_of_form, sight_to_send,
};
use crate::{
    agreements::{
        Side,
        machine::{Work, allows},
    },
    exits::advice::{self, Act, Advice, State, Who},
    machine::may,
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Delivered => TagColour::Yellow,
        State::Asked => TagColour::Orange,
        State::Accepted => TagColour::Green,
    };
    Tag::coloured(colour, state.words())
}

/// What the visitor is to the report.
fn who(sight: &Sight) -> Vec<Who> {
    advice::who(&sight.standings)
}

/// The report on the page of the exit, for support that ends with one.
pub(super) fn part(sight: &Sight, it: Option<&Advice>) -> Html {
    let words = match it {
        None => paragraphs(&sight.say(
            "This support ends with a report: when the school accepts it, the support is complete.",
        )),
        Some(it) => Html::join([
            Html::of(&tag(it.state())),
            paragraphs(&format!("Delivered on {}.", date_in_words(it.delivered_on()))),
        ]),
    };
    let writes = who(sight).contains(&Who::Writer)
        && allows(sight.agreement.state(), Work::Exit)
        && it.is_none_or(|it| it.state() != State::Accepted);
    let read = match it {
        Some(_) => go(&sight.at("advice"), "Read the report"),
        None => Html::default(),
    };
    let write = match (writes, it) {
        (true, None) => go(&sight.at("advice/write"), "Write the report"),
        _ => Html::default(),
    };
    Html::join([words, read, write])
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let it = advice::advice_of(&app.db, sight.agreement.id).await?.ok_or(PageError::NotFound)?;
    let writer = access::accounts::get(&app.db, it.by_account).await?;
    let mut sheet = Sheet::new("The report");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "exit");
    sheet.tag = Html::of(&tag(it.state()));
    sheet.lede = paragraphs(&format!(
        "By {}, for {}, on {}.",
        writer.map_or_else(|| "somebody".to_owned(), |one| one.name),
        sight.school(Side::Supported),
        date_in_words(it.delivered_on())
    ));
    let heading = match it.state() {
        State::Accepted => "What the school said",
        _ => "What the school asks",
    };
    let going_on = allows(sight.agreement.state(), Work::Exit);
    let mut next = Vec::new();
    if going_on && may(it.state(), Act::Accept, &who(&sight)) {
        next.push(go(&sight.at("advice/reply"), "Accept it, or ask about it"));
    }
    if going_on && may(it.state(), Act::Deliver, &who(&sight)) {
        next.push(go(&sight.at("advice/write"), "Change it and deliver it again"));
    }
    if let Some(day) = it.accepted_on() {
        next.push(paragraphs(&format!(
            "Accepted on {}: the support is complete.",
            date_in_words(day)
        )));
    }
    let sheet = sheet
        .part("What was seen", paragraphs(&it.seen))
        .part("What is advised", paragraphs(&it.advised))
        .part(heading, paragraphs(&it.reply))
        .part("", Html::join(next));
    frame
        .page("The report")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

fn write_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "The report", "advice/write", errors);
    page.lede = paragraphs(
        &sight
            .say("Both schools read it. When the school has accepted it, the support is complete."),
    );
    page.fields = vec![
        lines(
            form,
            errors,
            "seen",
            "What did you see?",
            "Strengths first, then what stands in the way. No names of pupils",
            8,
        ),
        lines(
            form,
            errors,
            "advised",
            "What do you advise?",
            "What to do first, what to leave alone, and who could help with it",
            6,
        ),
        hidden("seen_version", form.text("seen_version")),
    ];
    page.button = "Deliver it".to_owned();
    form_page(frame, sight, &page, errors)
}

/// Only support whose kind ends with a report has one.
fn must_end_with_report(sight: &Sight) -> Result<(), PageError> {
    match advice::ends_with_report(&sight.agreement) {
        true => Ok(()),
        false => Err(PageError::NotFound),
    }
}

pub(super) async fn ask_write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, advice::must_write).await?;
    must_end_with_report(&sight)?;
    sight.agreement.must_allow(Work::Exit)?;
    let mut pairs = vec![("seen_version", "0".to_owned())];
    if let Some(it) = advice::advice_of(&app.db, sight.agreement.id).await? {
        pairs = vec![
            ("seen", it.seen),
            ("advised", it.advised),
            ("seen_version", it.version.to_string()),
        ];
    }
    write_form(frame, &sight, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, advice::must_write).await?;
    must_end_with_report(&sight)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let said = (form.text("seen"), form.text("advised"));
        let version = form.text("seen_version").parse().unwrap_or(0);
        match advice::deliver(&app, &permit, sight.agreement.id, said, version).await {
            Ok(()) => return Ok(redirect(&sight.at("advice"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    write_form(frame, &sight, &form, &errors)
}

fn reply_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "Your answer to the report", "advice/reply", errors);
    page.lede = paragraphs(
        "Accepting it means that you have read it and that it answers what you agreed on, not that \
         you share every word.",
    );
    page.fields = vec![
        choice(
            form,
            errors,
            "act",
            "What do you say?",
            "",
            &[
                ("accept", "Accept the report", "The support is complete"),
                ("ask", "Ask about it", "It comes back to whoever wrote it"),
            ],
        ),
        lines(form, errors, "reply", "Your question, or a word about it", "", 4),
        hidden("seen", form.text("seen")),
    ];
    page.button = "Send".to_owned();
    form_page(frame, sight, &page, errors)
}

pub(super) async fn ask_reply(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, advice::must_reply).await?;
    must_end_with_report(&sight)?;
    sight.agreement.must_allow(Work::Exit)?;
    let it = advice::advice_of(&app.db, sight.agreement.id).await?.ok_or(PageError::NotFound)?;
    let form = FormData::from_pairs([("seen", it.version.to_string())]);
    reply_form(frame, &sight, &form, &Errors::default())
}

pub(super) async fn reply(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, advice::must_reply).await?;
    must_end_with_report(&sight)?;
    let mut errors = form.errors();
    let act = match form.text("act") {
        "accept" => Some(Act::Accept),
        "ask" => Some(Act::Ask),
        _ => {
            errors.add("act", "Choose what you say");
            None
        }
    };
    if let (true, Some(act)) = (errors.is_empty(), act) {
        let version = form.text("seen").parse().unwrap_or(0);
        let id = sight.agreement.id;
        match advice::reply(&app, &permit, id, act, form.text("reply"), version).await {
            Ok(_) => return Ok(redirect(&sight.at("advice"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    reply_form(frame, &sight, &form, &errors)
}

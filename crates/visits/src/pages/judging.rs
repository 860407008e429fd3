//! The two forms of judging together: a level for each aspect, alone; and what both agree.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;
use support::pages::parts::{self, FormPage, choice, line, lines, paragraphs};

use super::moderation::{Open, VISIBLE, level_name, open_to_act};
use crate::{
    machine::may,
    moderations::{self, Act, LEVEL_FIELDS, MEANS_FIELDS, SEEN_FIELDS},
};

/// The levels as radio buttons for one aspect.
fn level_field(
    open: &Open,
    form: &FormData,
    errors: &Errors,
    (at, legend): (usize, &str),
    hint: &str,
) -> Html {
    let told: Vec<(String, String)> = (1_i64..)
        .zip(open.it.levels())
        .map(|(level, name)| (level.to_string(), format!("{level}: {name}")))
        .collect();
    let items: Vec<(&str, &str, &str)> =
        told.iter().map(|(value, words)| (value.as_str(), words.as_str(), "")).collect();
    choice(form, errors, LEVEL_FIELDS[at], legend, hint, &items)
}

fn judge_form(
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Judge on your own", open.at("/judge"), open.at(""));
    page.caption = open.it.about.clone();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(
        "Judge before you talk about it. Nobody sees what you judged until somebody of the other \
         school has judged too.",
    );
    page.button = "This is how I see it".to_owned();
    for (at, words) in open.it.aspects().iter().enumerate().take(LEVEL_FIELDS.len()) {
        page.fields.push(level_field(open, form, errors, (at, words), ""));
        page.fields.push(line(
            form,
            errors,
            SEEN_FIELDS[at],
            "What did you see that makes you say so?",
            "",
        ));
    }
    let mut built = frame
        .page("Judge on your own")
        .crumb("Judging together", open.at(""))
        .visible_to("you alone, until somebody of the other school has judged too");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_judge(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (open, _) = open_to_act(&app, &visitor, &id).await?;
    if open.given.mine.is_none() {
        return Ok(redirect(&open.at("")));
    }
    let mine = open.given.shown.iter().filter(|one| Some(one.account) == visitor.account);
    let pairs: Vec<(String, String)> = mine
        .flat_map(|one| {
            [
                (format!("level-{}", one.aspect), one.level.to_string()),
                (format!("seen-{}", one.aspect), one.seen.clone()),
            ]
        })
        .collect();
    judge_form(frame, &open, &FormData::from_pairs(pairs), &Errors::default())
}

fn level_of(form: &FormData, at: usize) -> Option<i64> {
    form.text(LEVEL_FIELDS[at]).parse().ok()
}

pub(super) async fn judge(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (open, permit) = open_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let given: Vec<(Option<i64>, String)> =
            (0..open.it.aspects().len().min(LEVEL_FIELDS.len()))
                .map(|at| (level_of(&form, at), form.text(SEEN_FIELDS[at]).to_owned()))
                .collect();
        match moderations::judge(&app, &permit, open.it.id, &given).await {
            Ok(_) => return Ok(redirect(&open.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    judge_form(frame, &open, &form, &errors)
}

fn agree_form(
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Write down what you agree", open.at("/agree"), open.at(""));
    page.caption = open.it.about.clone();
    page.problems = parts::problems(errors);
    let (aspects, levels) = (open.it.aspects(), open.it.levels());
    let pairs = moderations::side_by_side(&open.it, &open.given.shown);
    let apart: Vec<_> = pairs.iter().filter(|pair| pair.is_talked_about()).collect();
    page.lede = paragraphs(if apart.is_empty() {
        "You judged alike: nowhere were you two levels or more apart. Say what you learned from it, if \
         anything."
    } else {
        "Sit together, or talk on the telephone, before you write this. It is not about who was right, \
         but about what the words mean to both of you from now on."
    });
    page.button = "We agree".to_owned();
    for pair in apart {
        let Ok(at) = usize::try_from(pair.aspect - 1) else { continue };
        let Some(words) = aspects.get(at) else { continue };
        let told = format!(
            "{} said {}, {} said {}",
            open.names[0],
            level_name(&levels, pair.one),
            open.names[1],
            level_name(&levels, pair.other)
        );
        page.fields.push(level_field(open, form, errors, (at, words), &told));
        page.fields.push(lines(
            form,
            errors,
            MEANS_FIELDS[at],
            "What does it mean to both of you now?",
            "For example: “secure” means that it was there in every book we opened",
            3,
        ));
    }
    page.fields.push(lines(
        form,
        errors,
        "learned",
        "What have you learned about quality?",
        "Leave it empty if there is nothing",
        3,
    ));
    let mut built = frame
        .page("Write down what you agree")
        .crumb("Judging together", open.at(""))
        .visible_to(VISIBLE);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_agree(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (open, _) = open_to_act(&app, &visitor, &id).await?;
    if !may(open.it.state(), Act::Settle, &open.who) {
        return Ok(redirect(&open.at("")));
    }
    agree_form(frame, &open, &FormData::default(), &Errors::default())
}

pub(super) async fn agree(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (open, permit) = open_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let said: Vec<(i64, Option<i64>, String)> = (1_i64..)
            .zip(0..open.it.aspects().len().min(LEVEL_FIELDS.len()))
            .map(|(aspect, at)| {
                (aspect, level_of(&form, at), form.text(MEANS_FIELDS[at]).to_owned())
            })
            .collect();
        let learned = form.text("learned");
        match moderations::settle(&app, &permit, open.it.id, &said, learned).await {
            Ok(_) => return Ok(redirect(&open.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    agree_form(frame, &open, &form, &errors)
}

//! Acts on a practice: buttons of its page, and those that ask for words on a page of their own.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use support::pages::parts::{self, FormPage, day, hidden, lines};

use super::{open, permit, show::asks_words};
use crate::{
    Refusal, Said, acts,
    machine::step,
    practice::{Act, Practice},
};

fn words_form(
    frame: Frame,
    it: &Practice,
    act: Act,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("/practices/{}", it.id);
    let mut page = FormPage::new(act.words(), format!("{here}/act"), here.clone());
    page.caption.clone_from(&it.draft().title);
    page.problems = parts::problems(errors);
    page.button = act.words().to_owned();
    let (label, hint) = match act {
        Act::Return => ("What would you ask?", "What is unclear, or what would you want to know?"),
        Act::KeepBack => ("Why is it kept back?", "Sharing is the rule; say what speaks against"),
        _ => ("Why is it no longer recommended?", "Everybody reads it on the page"),
    };
    page.fields = vec![
        hidden("act", act.key()),
        hidden("seen", form.text("seen")),
        lines(form, errors, "words", label, hint, 4),
    ];
    if act == Act::KeepBack {
        page.fields.push(day(form, errors, "until", "Until when?", "Then you are asked again"));
    }
    let built = frame
        .page(act.words())
        .crumb("Practices", "/practices")
        .crumb(&it.draft().title, here)
        .visible_to("those who work at the school it comes from, and whoever may read it");
    built.checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    permit(&app, &visitor, &[it.working()])?;
    let act: Act = act.parse().map_err(|_| PageError::NotFound)?;
    if !asks_words(act) {
        return Err(PageError::NotFound);
    }
    step(it.state(), act, &it.standings(visitor.account, &visitor.posts))?;
    let form = FormData::from_pairs([("seen", it.version.to_string())]);
    words_form(frame, &it, act, &form, &Errors::default())
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &[it.working(), it.resource()])?;
    let act: Act = form
        .text("act")
        .parse()
        .map_err(|_| PageError::Bad("Press one of the buttons.".to_owned()))?;
    let mut errors = form.errors();
    let until = match act {
        Act::KeepBack => form.date("until", &mut errors, "Name the day it ends"),
        _ => None,
    };
    if errors.is_empty() {
        let seen = form.text("seen").parse().unwrap_or(0);
        let said = Said { seen, words: form.text("words").to_owned(), until };
        match acts::take(&app, &permit, it.id, act, &said).await {
            Ok(_) => return Ok(redirect(&format!("/practices/{}", it.id))),
            Err(refusal @ Refusal::Field { .. }) if act == Act::Send => {
                parts::beside(&mut errors, refusal)?;
                return super::write::unfinished(frame, &it, &errors);
            }
            Err(refusal) if asks_words(act) => parts::beside(&mut errors, refusal)?,
            Err(refusal) => return Err(refusal.into()),
        }
    }
    words_form(frame, &it, act, &form, &errors)
}

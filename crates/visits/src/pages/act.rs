//! Confirming, moving and cancelling a visit.

use access::{AccountId, SignedIn};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select};
use support::{
    agreements::{Side, store},
    pages::parts::{self, FormPage, choice, day, day_pairs, paragraphs},
};

use super::{
    Seen,
    book::{self, when},
    seen, seen_to_act,
};
use crate::{
    machine::Who,
    visits::{Part, acts},
};

pub(super) async fn confirm(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    acts::confirm(&app, &permit, seen.visit.id).await?;
    Ok(redirect(&seen.at("")))
}

pub(super) async fn happened(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    acts::happen(&app, &permit, seen.visit.id).await?;
    Ok(redirect(&seen.at("")))
}

pub(super) async fn take_back(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    acts::take_back(&app, &permit, seen.visit.id).await?;
    Ok(redirect(&seen.at("")))
}

/// A form about a visit.
pub(super) fn begun(seen: &Seen, title: &str, page: &str, errors: &Errors) -> FormPage {
    let mut form = FormPage::new(title, seen.at(page), seen.at(""));
    form.caption = seen.title();
    form.problems = parts::problems(errors);
    form
}

/// The form inside the frame of a visit's pages.
pub(super) fn framed(
    frame: Frame,
    seen: &Seen,
    page: &FormPage,
    visible: String,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut built = frame
        .page(page.title.clone())
        .crumb("Visits", "/visits")
        .crumb(&seen.title(), seen.at(""))
        .visible_to(visible);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(page)
}

/// Who can come instead: whoever could have been booked, for those who say who comes.
async fn instead(app: &App, seen: &Seen) -> Result<Vec<(AccountId, String)>, PageError> {
    if !seen.who.contains(&Who::Visitor) && !seen.who.contains(&Who::Giver) {
        return Ok(Vec::new());
    }
    let agreement = store::find(&app.db, seen.visit.agreement).await?.ok_or(PageError::NotFound)?;
    let side = agreement.side_of(seen.visit.giver).unwrap_or(Side::Supporting);
    Ok(book::comers(app, &agreement)
        .await?
        .into_iter()
        .filter(|comer| comer.side == side)
        .map(|comer| (comer.account, comer.name))
        .collect())
}

async fn move_form(
    app: &App,
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(seen, "Move this visit", "move", errors);
    page.lede = paragraphs(&format!(
        "Now: {}. {}",
        when(seen.visit.on(), seen.visit.part()),
        seen.visit.bodies().say("The school confirms the new day.")
    ));
    page.button = "Move it".to_owned();
    let part: Vec<(&str, &str, &str)> = Part::ALL
        .iter()
        .filter(|part| part.half_days() == seen.visit.part().half_days())
        .map(|part| (part.key(), part.words(), ""))
        .collect();
    page.fields = vec![
        day(form, errors, "on", "To which day?", ""),
        choice(form, errors, "part", "When?", "", &part),
    ];
    let others = instead(app, seen).await?;
    if !others.is_empty() {
        let mut who = Select::new("visitor", "Who comes?").value(form.text("visitor"));
        for (account, name) in others {
            who = who.item(account.to_string(), name);
        }
        page.fields.push(Html::of(&who.error_if(errors.get("visitor"))));
    }
    framed(frame, seen, &page, seen.visible(), errors)
}

pub(super) async fn ask_move(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    let mut pairs = day_pairs("on", Some(seen.visit.on()));
    pairs.push(("part".to_owned(), seen.visit.part().key().to_owned()));
    pairs.push(("visitor".to_owned(), seen.visit.visitor.to_string()));
    move_form(&app, frame, &seen, &FormData::from_pairs(pairs), &Errors::default()).await
}

pub(super) async fn move_to(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let on = form.date("on", &mut errors, "Enter the day as day, month and year");
    let part = form.parsed::<Part>("part", &mut errors, "Choose when");
    if let (true, Some(on), Some(part)) = (errors.is_empty(), on, part) {
        // Without the field, for the host for instance, whoever was booked comes.
        let chosen = form.text("visitor").parse::<AccountId>().ok();
        let other = match chosen.filter(|account| *account != seen.visit.visitor) {
            Some(account) => access::accounts::get(&app.db, account).await?,
            None => None,
        };
        let instead = other.as_ref().map(|account| (account.id, account.name.as_str()));
        match acts::move_to(&app, &permit, seen.visit.id, on, part, instead).await {
            Ok(()) => return Ok(redirect(&seen.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    move_form(&app, frame, &seen, &form, &errors).await
}

fn cancel_form(
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(seen, "Cancel this visit", "cancel", errors);
    page.lede = paragraphs(&when(seen.visit.on(), seen.visit.part()));
    page.button = "Cancel the visit".to_owned();
    page.warn = true;
    let reasons: Vec<(&str, &str, &str)> = support::pack::pack()
        .cancellations
        .iter()
        .map(|phrase| (phrase.code.as_str(), phrase.words.as_str(), ""))
        .collect();
    page.fields = vec![choice(form, errors, "reason", "Why?", "", &reasons)];
    framed(frame, seen, &page, seen.visible(), errors)
}

pub(super) async fn ask_cancel(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    cancel_form(frame, &seen, &FormData::default(), &Errors::default())
}

pub(super) async fn cancel(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (seen, permit) = seen_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    match acts::cancel(&app, &permit, seen.visit.id, form.text("reason")).await {
        Ok(()) => Ok(redirect(&seen.at(""))),
        Err(refusal) => {
            parts::kept(&mut errors, refusal)?;
            cancel_form(frame, &seen, &form, &errors)
        }
    }
}

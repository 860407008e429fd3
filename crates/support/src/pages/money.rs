//! Charges of an agreement, and what is done with them.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{CheckboxItem, Checkboxes, Html};

use super::{
    Sight,
    parts::{Sheet, begun, framed, go, kept, line, lines, link, paragraphs},
    show::nav,
    sight, sight_to_act,
};
use crate::{
    agreements::terms::pounds,
    money::{
        charges::{self, Charge, ChargeId, Purse},
        machine::{Act, step},
    },
};

/// Opens the books of an agreement for somebody who may read them.
async fn books(app: &App, visitor: &access::Visitor, id: &str) -> Result<Sight, PageError> {
    let (sight, _) = sight(app, visitor, id, Action::Read).await?;
    let resource = sight.agreement.books(&app.db).await?;
    access::authorize(app, visitor, Action::Read, &resource)?;
    Ok(sight)
}

fn purse(sight: &Sight, purse: &Purse) -> String {
    match purse {
        Purse::Org(org) => sight.name(*org),
        Purse::Name(name) => name.clone(),
    }
}

fn visible(sight: &Sight) -> String {
    format!(
        "{}, whoever pays, and the broker: {}",
        sight.say("the leaders of both schools"),
        sight.pairing()
    )
}

pub(super) async fn charges(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = books(&app, &visitor, &id).await?;
    let all = charges::of(&app.db, sight.agreement.id).await?;
    let rows = all.iter().map(|charge| {
        let mut status = charge.state().in_words().to_owned();
        if !charge.reference.is_empty() {
            status += &format!(" ({})", charge.reference);
        }
        if !charge.words.is_empty() {
            status += &format!(": {}", charge.words);
        }
        vec![
            Cell::text(date_in_words(charge.on())),
            Cell::text(purse(&sight, charge.payer())),
            Cell::text(purse(&sight, charge.payee())),
            Cell::Number(charge.half_days as f64 / 2.0, 1),
            Cell::text(pounds(charge.amount)),
            Cell::text(status),
            Cell::text(if charge.related.is_empty() { "No" } else { charge.related.as_str() }),
        ]
    });
    let table = Table {
        caption: "Charges for delivered days".to_owned(),
        columns: ["Day", "Payer", "Payee", "Days", "Amount", "Status", "Related party"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        notes: vec!["A charge is raised when a day is marked as delivered.".to_owned()],
    };
    let acts: Vec<Html> = Act::ALL
        .into_iter()
        .filter(|act| *act != Act::Withdraw)
        .filter(|act| all.iter().any(|c| step(c.state(), *act, &sight.standings).is_some()))
        .map(|act| link(&sight.at(&format!("charges/{}", act.key())), act.in_words()))
        .collect();
    let mut sheet = Sheet::new("Charges");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "time");
    let body = if all.is_empty() {
        paragraphs(&sight.say(
            "There are no charges. They are raised when a day is marked as delivered, at the rate \
             both schools signed.",
        ))
    } else {
        Html::trusted(table.html())
    };
    let supporting = sight.agreement.supporting;
    let sheet = sheet.part("", body).part("", Html::join(acts)).part(
        "",
        Html::join([
            go(&format!("/statements/{supporting}"), "The whole statement, with downloads"),
            link(&sight.at("time"), "Back to time"),
        ]),
    );
    frame
        .page("Charges")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(visible(&sight))
        .wide()
        .show(&sheet)
}

fn read_act(word: &str) -> Result<Act, PageError> {
    word.parse::<Act>().ok().filter(|act| *act != Act::Withdraw).ok_or(PageError::NotFound)
}

fn form(
    frame: Frame,
    sight: &Sight,
    all: &[Charge],
    act: Act,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("charges/{}", act.key());
    let mut page = begun(sight, act.in_words(), &here, "charges", errors);
    let open: Vec<&Charge> =
        all.iter().filter(|c| step(c.state(), act, &sight.standings).is_some()).collect();
    if open.is_empty() {
        return Err(PageError::Conflict(
            "There is no charge with which you could do this now.".to_owned(),
        ));
    }
    let mut boxes = Checkboxes::new("charge", "Which charges?").error_if(errors.get("charge"));
    for charge in open {
        let words = format!(
            "{}: {} from {} to {}",
            date_in_words(charge.on()),
            pounds(charge.amount),
            purse(sight, charge.payer()),
            purse(sight, charge.payee())
        );
        let id = charge.id.to_string();
        let checked = form.has("charge", &id);
        boxes.items.push(Some(CheckboxItem::new(id, words).checked(checked)));
    }
    page.fields.push(Html::of(&boxes));
    page.fields.push(match act {
        Act::Invoice => line(
            form,
            errors,
            "note",
            "Reference of the invoice or the order",
            "For example the number on the invoice",
        ),
        Act::Pay => Html::default(),
        Act::Query => lines(form, errors, "note", "What would you like to know?", "", 3),
        Act::Answer => lines(form, errors, "note", "Your answer", "", 3),
        _ => lines(form, errors, "note", "Why?", "Both sides can read this", 3),
    });
    page.button = "Save".to_owned();
    framed(frame, sight, &page, errors)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = books(&app, &visitor, &id).await?;
    let all = charges::of(&app.db, sight.agreement.id).await?;
    form(frame, &sight, &all, read_act(&act)?, &FormData::default(), &Errors::default())
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, PageError> {
    books(&app, &visitor, &id).await?;
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let act = read_act(&act)?;
    let mut errors = sent.errors();
    if errors.is_empty() {
        let chosen: Vec<ChargeId> =
            sent.all("charge").filter_map(|text| text.parse().ok()).collect();
        let agreement = sight.agreement.id;
        match charges::settle(&app, &permit, agreement, &chosen, act, sent.text("note")).await {
            Ok(_) => return Ok(redirect(&sight.at("charges"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    let all = charges::of(&app.db, sight.agreement.id).await?;
    form(frame, &sight, &all, act, &sent, &errors)
}

//! The page behind the link in a letter to a head without an account, and the form that sends it.
//! Looking changes nothing, since mail scanners look too.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Panel};

use super::{
    Sight,
    parts::{FormPage, Sheet, choice, kept, line, paragraphs, problems, text},
    show::{measures, terms_list},
    sight_of_form, sight_to_send, sign,
};
use crate::{
    Refusal,
    agreements::{Pen, Side, Version, by_link, store},
    neighbours,
};

const WORDS: &str = "you, by the link in your letter; your name and the address the letter went to \
    are read by those who see this agreement";

fn over(frame: Frame) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("This link is over");
    sheet.lede = paragraphs(
        "It has been used already, the agreement was changed or taken back, or four weeks have \
         passed. Nothing is asked of you here.",
    );
    frame.page("This link is over").show(&sheet)
}

/// The agreement as somebody sees it who is nothing else on it than the reader of a letter.
async fn opened(app: &App, token: &str) -> Result<Option<(Sight, Version, Side)>, PageError> {
    let Some((agreement, version, side, _)) = by_link::look(app, token).await? else {
        return Ok(None);
    };
    let orgs = [agreement.supported, agreement.supporting];
    let names = neighbours::names(&app.db, orgs).await?;
    Ok(Some((
        Sight { agreement, standings: Vec::new(), names, today: app.clock.today() },
        version,
        side,
    )))
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some((sight, version, side)) = opened(&app, &token).await? else { return over(frame) };
    let hash = version.hash.clone().unwrap_or_default();
    let form = FormData::from_pairs([("hash", hash)]);
    page(frame, &token, (&sight, &version, side), &form, &Errors::default())
}

fn page(
    frame: Frame,
    token: &str,
    (sight, version, side): (&Sight, &Version, Side),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "Read and confirm";
    let action = format!("/agreements/confirm/{token}");
    let mut page = FormPage::new(title, action.clone(), action);
    page.caption = sight.title();
    page.problems = problems(errors);
    page.lede = Html::join([
        paragraphs(&format!(
            "You sign for {}. This works once, for this one agreement, and you need no account. If \
             the words are not right, close this page and nothing happens.",
            sight.school(side)
        )),
        terms_list(sight, version.terms()),
        measures(version.terms()),
        sign::promises(sight, version),
    ]);
    page.fields = vec![
        Html::trusted(format!(
            "<input type=\"hidden\" name=\"hash\" id=\"hash\" value=\"{}\">",
            text(form.text("hash")).as_str()
        )),
        line(form, errors, "name", "Type your name as your signature", ""),
        line(
            form,
            errors,
            "title",
            "You sign as",
            &format!("For example: {}", sight.say("headteacher")),
        ),
    ];
    page.button = "Confirm and sign".to_owned();
    let mut built = frame.page(title).visible_to(WORDS);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn confirm(
    Handle(app): Handle<App>,
    frame: Frame,
    Path(token): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let Some((sight, version, side)) = opened(&app, &token).await? else { return over(frame) };
    let mut errors = form.errors();
    form.required("name", &mut errors, "Type your name as your signature");
    form.required(
        "title",
        &mut errors,
        "Say as what you sign, for example headteacher or chief executive",
    );
    if errors.is_empty() {
        let pen =
            Pen { hash: form.text("hash"), name: form.text("name"), title: form.text("title") };
        match by_link::sign(&app, &token, pen).await {
            Ok(_) => return thanks(frame, &sight),
            Err(Refusal::NotFound) => return over(frame),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    page(frame, &token, (&sight, &version, side), &form, &errors)
}

fn thanks(frame: Frame, sight: &Sight) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("Thank you");
    sheet.lede = Html::join([
        Html::of(&Panel::new("Your signature has arrived").heading_level(2)),
        paragraphs(&sight.say(
            "Nothing else is asked of you now. When both schools have signed, the support goes on \
             here from the day both agreed. You can close this page.",
        )),
    ]);
    frame.page("Thank you").visible_to(WORDS).show(&sheet)
}

/// The broker's form: to whom the letter goes.
pub(super) async fn ask_letter(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, by_link::must_broker).await?;
    let sides = sides(&app, &sight).await?;
    let form = FormData::from_pairs(sides.first().map(|side| ("side", side.to_string())));
    letter_form(frame, &sight, &sides, &form, &Errors::default())
}

async fn sides(app: &App, sight: &Sight) -> Result<Vec<Side>, PageError> {
    let agreement = &sight.agreement;
    let version = store::version(&app.db, agreement.id, agreement.latest).await?;
    let sides = by_link::unreached(app, &app.db, agreement, &version).await?;
    if sides.is_empty() {
        return Err(PageError::Conflict(
            "Whoever still signs has an account here, or nothing is out for signature that ran \
             before it was written down."
                .to_owned(),
        ));
    }
    Ok(sides)
}

fn letter_form(
    frame: Frame,
    sight: &Sight,
    sides: &[Side],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "Ask for a signature by letter";
    let mut page = FormPage::new(title, sight.at("letter"), sight.at(""));
    page.caption = sight.title();
    page.problems = problems(errors);
    page.lede = paragraphs(&sight.say(
        "The head gets a letter with a link that opens this agreement alone, works once and stands \
         for four weeks. They need no account. Take the address from what the school publishes.",
    ));
    let items: Vec<(&str, String)> =
        sides.iter().map(|side| (side.key(), sight.school(*side))).collect();
    let items: Vec<(&str, &str, &str)> =
        items.iter().map(|(value, name)| (*value, name.as_str(), "")).collect();
    page.fields = vec![
        choice(form, errors, "side", "Who signs by letter?", "", &items),
        line(form, errors, "email", "The head’s e-mail address", ""),
    ];
    page.button = "Send the letter".to_owned();
    let mut built = frame
        .page(title)
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn send_letter(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, by_link::must_broker).await?;
    let sides = sides(&app, &sight).await?;
    let mut errors = form.errors();
    let side = form.parsed::<Side>("side", &mut errors, "Choose who signs by letter");
    let email = form.required("email", &mut errors, "Enter the head’s e-mail address");
    if errors.is_empty()
        && let Some(side) = side
    {
        match by_link::send(&app, &permit, sight.agreement.id, side, email).await {
            Ok(()) => return Ok(redirect(&sight.at(""))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    letter_form(frame, &sight, &sides, &form, &errors)
}

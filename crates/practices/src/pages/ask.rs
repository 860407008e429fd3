//! Asking to come and see a practice, and the answer.

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
use support::pages::parts::{self, FormPage, Sheet, day, lines, paragraphs};

use super::{open, permit, schools_of};
use crate::{
    asks::{self, Act, Ask, AskId, State},
    machine::step,
    practice::{self, Practice},
};

const VISIBLE: &str = "the two schools: their heads, whoever asks and whoever wrote it down";

async fn ask_form(
    app: &App,
    frame: Frame,
    it: &Practice,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("/practices/{}", it.id);
    let title = "Ask to come and see it";
    let mut page = FormPage::new(title, format!("{here}/visit"), here.clone());
    page.caption.clone_from(&it.draft().title);
    page.problems = parts::problems(errors);
    let origin = register::org_name(&app.db, it.origin).await?;
    page.lede = paragraphs(&format!("{origin} answers with a day, or says why not now."));
    page.button = "Ask".to_owned();
    let hint = "Who would come, what you would like to see, and on which days you could";
    page.fields = vec![lines(form, errors, "words", "What would you like to see?", hint, 4)];
    let built = frame
        .page(title)
        .crumb("Practices", "/practices")
        .crumb(&it.draft().title, here)
        .visible_to(VISIBLE);
    built.checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let elsewhere = schools_of(&visitor).into_iter().any(|org| org != it.origin);
    if it.shown.is_none() || !elsewhere {
        return Err(PageError::NotFound);
    }
    ask_form(&app, frame, &it, &FormData::default(), &Errors::default()).await
}

pub(super) async fn send(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let org = schools_of(&visitor).into_iter().find(|org| *org != it.origin);
    let org = org.filter(|_| it.shown.is_some()).ok_or(PageError::NotFound)?;
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let resource = asks::resource(&it, org, account);
    let permit = access::authorize(&app, &visitor, Action::Create, &resource)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match asks::ask(&app, &permit, it.id, org, form.text("words")).await {
            Ok(id) => return Ok(redirect(&format!("/practice-visits/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    ask_form(&app, frame, &it, &form, &errors).await
}

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Asked => TagColour::Yellow,
        State::Welcome => TagColour::Green,
        State::Declined | State::Withdrawn => TagColour::Grey,
        State::Seen => TagColour::Blue,
    };
    Tag::coloured(colour, state.words())
}

async fn find(app: &App, id: &str) -> Result<(Ask, Practice), PageError> {
    let id: AskId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = asks::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let of = practice::find(&app.db, it.practice).await?.ok_or(PageError::NotFound)?;
    Ok((it, of))
}

/// The form of an act: its fields and its button.
fn deed(it: &Ask, act: Act, form: &FormData, errors: &Errors, first: bool) -> Html {
    let none = FormData::default();
    let clean = Errors::default();
    // Sent without a button it is the first.
    let mine = form.text("act") == act.key() || first && form.text("act").is_empty();
    let (form, errors) = if mine { (form, errors) } else { (&none, &clean) };
    let mut fields = Vec::new();
    if act == Act::Welcome {
        fields.push(day(form, errors, "on", "Which day?", ""));
    }
    let label = match act {
        Act::Welcome => "Whom do they ask for, and where?",
        Act::Decline => "Why not now?",
        Act::Withdraw => "Why is it called off?",
        Act::Note => "What do you take home?",
    };
    // Two forms on one page: each names its words its own way for those who cannot see.
    let area = lines(form, errors, "words", label, "", 2);
    let area = area.as_str().replace("id=\"words", &format!("id=\"{}-words", act.key()));
    let area = area.replace("for=\"words", &format!("for=\"{}-words", act.key()));
    let area = area
        .replace("aria-describedby=\"words", &format!("aria-describedby=\"{}-words", act.key()));
    let quiet = if first { "" } else { " govuk-button--secondary" };
    Html::trusted(format!(
        "<form method=\"post\" action=\"/practice-visits/{}\" novalidate class=\"as-noprint\">\
         <input type=\"hidden\" name=\"seen\" value=\"{}\">{}{area}<button type=\"submit\" \
         name=\"act\" value=\"{}\" class=\"govuk-button{quiet}\" \
         data-module=\"govuk-button\">{}</button></form>",
        it.id,
        it.version,
        Html::join(fields).as_str(),
        act.key(),
        act.words()
    ))
}

async fn page(
    app: &App,
    frame: Frame,
    visitor: &access::Visitor,
    (it, of): (&Ask, &Practice),
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let here = format!("/practices/{}", of.id);
    let school = register::org_name(&app.db, it.org).await?;
    let mut sheet = Sheet::new("A wish to see a practice");
    sheet.caption.clone_from(&of.draft().title);
    sheet.tag = Html::of(&tag(it.state()));
    let who = it.standings(of, visitor.account, &visitor.posts);
    let acts = Act::ALL.iter().copied().filter(|&act| step(it.state(), act, &who).is_ok());
    let acts: Vec<Act> = acts.collect();
    // The list leads to the words of the act that was tried.
    let tried = match form.text("act") {
        "" => acts.first().map_or("", |act| act.key()),
        act => act,
    };
    let mut listed = Errors::default();
    for error in errors.list() {
        let field = match error.field.as_str() {
            "words" => format!("{tried}-words"),
            other => other.to_owned(),
        };
        listed.add(&field, error.message.clone());
    }
    sheet.nav = parts::problems(&listed);
    let mut sheet = sheet.part(&format!("{} ({school}) asks", it.name), paragraphs(&it.words));
    if let Some(day) = it.on() {
        sheet = sheet.part("The day", paragraphs(&date_in_words(day)));
    }
    let mut sheet = sheet
        .part("The answer", paragraphs(&it.answer))
        .part("What they took home", paragraphs(&it.taken_home));
    let deeds = acts.iter().enumerate();
    let deeds: Vec<Html> = deeds.map(|(nth, &act)| deed(it, act, form, errors, nth == 0)).collect();
    sheet = sheet.part("", Html::join(deeds));
    let built = frame
        .page("A wish to see a practice")
        .crumb("Practices", "/practices")
        .crumb(&of.draft().title, here)
        .visible_to(VISIBLE);
    built.checked(errors).show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, of) = find(&app, &id).await?;
    access::authorize(&app, &visitor, Action::Read, &it.resource(&of))?;
    page(&app, frame, &visitor, (&it, &of), (&FormData::default(), &Errors::default())).await
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (it, of) = find(&app, &id).await?;
    access::authorize(&app, &visitor, Action::Read, &it.resource(&of))?;
    let permit = permit(&app, &visitor, &[it.resource(&of)])?;
    let mut errors = form.errors();
    let act: Result<Act, _> = form.text("act").parse();
    let on = match act {
        Ok(Act::Welcome) => form.date("on", &mut errors, "Name the day"),
        _ => None,
    };
    if errors.is_empty() {
        let act = act.map_err(|_| PageError::Bad("Press one of the buttons.".to_owned()))?;
        let seen = form.text("seen").parse().unwrap_or(0);
        match asks::take(&app, &permit, it.id, act, (form.text("words"), on), seen).await {
            Ok(_) => return Ok(redirect(&format!("/practice-visits/{}", it.id))),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &visitor, (&it, &of), (&form, &errors)).await
}

//! Raising a challenge, replying to it, agreeing the next step.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, in_words},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Html, Tag, TagColour,
    extra::{Timeline, TimelineEvent},
};
use support::pages::{
    parts::{self, FormPage, Sheet, day, lines, paragraphs, text},
    sight_to_act,
};

use super::permit_to_act;
use crate::{
    challenges::{self, Act, Challenge, ChallengeId, State},
    machine::may,
};

/// The tag of a challenge's state.
pub(super) fn tag(state: State) -> Tag {
    let colour = match state {
        State::Raised => TagColour::Yellow,
        State::Replied => TagColour::Blue,
        State::Settled => TagColour::Green,
        State::Withdrawn => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

const THE_TWO: &str = "the leaders of both sides and the person who raised it, and nobody else";

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    // The same door as the form's own: nobody writes what is refused afterwards.
    let (sight, _) = sight_to_act(&app, &visitor, &id).await?;
    raise_form(frame, &sight, &FormData::default(), &Errors::default())
}

fn raise_form(
    frame: Frame,
    sight: &support::pages::Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page =
        FormPage::new("Raise a challenge", sight.at("challenges/new"), sight.at("visits"));
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(&sight.say(
        "Firm, focused and kind: one point, what you saw, and room for the other school to answer.",
    ));
    page.button = sight.say("Send it to the other school");
    page.fields = vec![
        lines(form, errors, "point", "What would you like looked at again?", "", 3),
        lines(
            form,
            errors,
            "evidence",
            "What did you see that makes you say so?",
            "Where, when and how often; no names of pupils or staff",
            4,
        ),
    ];
    let mut built = frame
        .page("Raise a challenge")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(THE_TWO);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn raise(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let [point, evidence] = ["point", "evidence"].map(|name| form.text(name));
        match challenges::raise(&app, &permit, sight.agreement.id, point, evidence).await {
            Ok(id) => return Ok(redirect(&format!("/challenges/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    raise_form(frame, &sight, &form, &errors)
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Challenge, PageError> {
    let id: ChallengeId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = challenges::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    access::authorize(app, visitor, Action::Read, &it.resource())?;
    Ok(it)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    page(&app, frame, &visitor, &it, &FormData::default(), &Errors::default()).await
}

async fn page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    it: &Challenge,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let names = support::names(&app.db, [it.about, it.by_org]).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
    let who = it.standings(visitor.account, &visitor.posts);
    let mut sheet = Sheet::new("A challenge and its reply");
    sheet.caption = format!("About {}", name(it.about));
    sheet.tag = Html::of(&tag(it.state()));
    sheet.nav = parts::problems(errors);
    let raised = format!(
        "Raised by {} for {}, {}",
        it.raised_name,
        name(it.by_org),
        in_words(it.raised_at.0)
    );
    sheet.lede = Html::trusted(format!("<p class=\"govuk-body-s\">{}</p>", text(raised).as_str()));
    let replies = challenges::replies(&app.db, it.id).await?;
    let said = replies.iter().map(|reply| {
        TimelineEvent::new(
            format!("{}, {}", reply.name, name(reply.org)),
            in_words(reply.at.0),
            reply.at.0.to_string(),
        )
        .content(paragraphs(&reply.words))
    });
    let said = if replies.is_empty() { Html::default() } else { Html::of(&Timeline::new(said)) };
    let mut next = paragraphs(&it.next_step);
    if let Some(due) = it.due_on() {
        let words = format!("Looked at again on {}.", date_in_words(due));
        next = Html::join([next, paragraphs(&words)]);
    }
    let here = format!("/challenges/{}", it.id);
    let act = |act: Act, fields: Vec<Html>, words: &str| {
        let fields = Html::join(fields);
        Html::trusted(format!(
            "<form method=\"post\" action=\"{here}\" novalidate class=\"as-noprint\">{}<button \
             type=\"submit\" name=\"act\" value=\"{}\" class=\"govuk-button \
             govuk-button--secondary\" data-module=\"govuk-button\">{words}</button></form>",
            fields.as_str(),
            act.key()
        ))
    };
    let mut sheet = sheet
        .part("The point", paragraphs(&it.point))
        .part("What was seen", paragraphs(&it.evidence))
        .part("Replies", said)
        .part("Next step", next);
    if may(it.state(), Act::Reply, &who) {
        let fields = vec![lines(form, errors, "words", "Your reply", "", 4)];
        sheet = sheet.part("", act(Act::Reply, fields, "Send your reply"));
    }
    if may(it.state(), Act::Settle, &who) {
        let fields = vec![
            lines(form, errors, "next_step", "The next step you agreed", "", 2),
            day(
                form,
                errors,
                "due_on",
                "When do you look at it again?",
                "You may leave this empty",
            ),
        ];
        sheet = sheet.part("", act(Act::Settle, fields, "Agree the next step"));
    }
    if may(it.state(), Act::Withdraw, &who) {
        let fields = vec![lines(form, errors, "reason", "To withdraw it, say why", "", 2)];
        sheet = sheet.part("", act(Act::Withdraw, fields, "Withdraw the challenge"));
    }
    let mut built = frame
        .page("A challenge and its reply")
        .crumb("Agreements", "/agreements")
        .crumb("Visits", format!("/agreements/{}/visits", it.agreement))
        .visible_to(THE_TWO);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &it.resource())?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let done = match form.text("act").parse::<Act>() {
            Ok(Act::Reply) => challenges::reply(&app, &permit, it.id, form.text("words")).await,
            Ok(Act::Settle) => {
                let typed = ["day", "month", "year"]
                    .iter()
                    .any(|part| !form.text(&format!("due_on-{part}")).is_empty());
                let due = match typed {
                    true => form.date("due_on", &mut errors, "Enter a day, or leave it empty"),
                    false => None,
                };
                if !errors.is_empty() {
                    return page(&app, frame, &visitor, &it, &form, &errors).await;
                }
                challenges::settle(&app, &permit, it.id, form.text("next_step"), due).await
            }
            Ok(Act::Withdraw) => {
                challenges::withdraw(&app, &permit.because(form.text("reason")), it.id).await
            }
            Err(_) => return Err(PageError::Bad("Press one of the buttons.".to_owned())),
        };
        match done {
            Ok(()) => return Ok(redirect(&format!("/challenges/{}", it.id))),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &visitor, &it, &form, &errors).await
}

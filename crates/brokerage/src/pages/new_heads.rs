//! Heads in their first two years: what they say to a mentor, and whom the broker rings.

use access::{Action, Kind, Resource, Role, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, ErrorSummary, RadioItem, Radios};

use super::brokered;
use crate::cadre::mentors::{self, Answer, NewHead};

/// What a head says to a mentor, as the school writes it: nobody else does.
const fn of_the_school(head: &NewHead) -> Resource {
    Resource::new(Kind::Request, Zone::School, head.org)
}

/// The same as the broker reads it: no other school does.
fn for_the_broker(head: &NewHead, partnership: OrgRef) -> Resource {
    Resource::new(Kind::Request, Zone::Broker, head.org).through(Some(partnership))
}

/// What a new head said, as a sentence.
fn said(head: &NewHead) -> Option<String> {
    let wish = head.wish?;
    Some(match wish.answer {
        Answer::Yes => "Would like a mentor.".to_owned(),
        Answer::NotNow => {
            format!("Not now; asked again after {}.", date_in_words(wish.until))
        }
        Answer::No => "No, thank you; not asked again.".to_owned(),
    })
}

/// The new head for whom somebody speaks: themselves, else a head of a school they lead.
async fn speaks_for(app: &App, visitor: &Visitor) -> Result<Option<NewHead>, PageError> {
    let led = visitor.led();
    let mut found: Option<NewHead> = None;
    for &partnership in &visitor.partnerships {
        for head in mentors::new_heads(&app.db, partnership, app.clock.today()).await? {
            if Some(head.account) == visitor.account {
                return Ok(Some(head));
            }
            if led.contains(&head.org) && found.is_none() {
                found = Some(head);
            }
        }
    }
    Ok(found)
}

/// The suggestion of a mentor on the page of requests.
pub(super) struct Suggested {
    pub(super) own: bool,
    pub(super) asked: bool,
    pub(super) name: String,
    pub(super) until: String,
    pub(super) said: String,
}

/// Whether a mentor is suggested to this person's school, and what was said to it.
pub(super) async fn suggested(
    app: &App,
    visitor: &Visitor,
) -> Result<Option<Suggested>, PageError> {
    Ok(speaks_for(app, visitor).await?.map(|head| Suggested {
        own: Some(head.account) == visitor.account,
        asked: head.is_asked(),
        until: date_in_words(head.until),
        said: said(&head).unwrap_or_default(),
        name: head.name,
    }))
}

#[derive(Template)]
#[template(path = "mentor.html")]
struct Ask {
    own: bool,
    name: String,
    until: String,
    errors: Option<ErrorSummary>,
    answer: Radios,
    send: Button,
}

fn page(
    frame: Frame,
    visitor: &Visitor,
    head: &NewHead,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let answer = Radios::new("answer", "Shall we look for a mentor?")
        .value(form.text("answer"))
        .error_if(errors.get("answer"))
        .with(RadioItem::new(Answer::Yes.key(), "Yes, please suggest one"))
        .with(
            RadioItem::new(Answer::NotNow.key(), "Not now")
                .hint("We ask again when the next term is over."),
        )
        .with(
            RadioItem::new(Answer::No.key(), "No, thank you")
                .hint("We do not ask again; you can change your mind here."),
        );
    let content = Ask {
        own: Some(head.account) == visitor.account,
        name: head.name.clone(),
        until: date_in_words(head.until),
        errors: errors.summary(),
        answer,
        send: Button::new("Save the answer"),
    };
    frame
        .page("A mentor in the first two years")
        .crumb("Requests for support", "/requests")
        .visible_to("your school’s leaders and the broker; no other school")
        .checked(errors)
        .show(&content)
}

/// `/requests/mentor`: would the new head like a mentor?
pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let head = speaks_for(&app, &visitor).await?.ok_or(PageError::NotFound)?;
    authorize(&app, &visitor, Action::Update, &of_the_school(&head))?;
    let before = head.wish.map(|wish| ("answer".to_owned(), wish.answer.key().to_owned()));
    page(frame, &visitor, &head, &FormData::from_pairs(before), &Errors::default())
}

/// Writes down the answer.
pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let head = speaks_for(&app, &visitor).await?.ok_or(PageError::NotFound)?;
    let permit = authorize(&app, &visitor, Action::Update, &of_the_school(&head))?;
    let mut errors = form.errors();
    let answer = form.parsed::<Answer>("answer", &mut errors, "Choose one of the answers");
    if let (Some(answer), true) = (answer, errors.is_empty()) {
        mentors::say(&app, &permit, &head, answer).await?;
        return Ok(redirect("/requests"));
    }
    page(frame, &visitor, &head, &form, &errors)
}

struct Line {
    name: String,
    school: String,
    since: String,
    until: String,
    said: String,
    mentors: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "new_heads.html")]
struct List {
    alone: Vec<Line>,
    beside: Vec<Line>,
}

/// How many new heads are without a mentor, for the broker; nothing for anybody else.
pub(super) async fn without(app: &App, visitor: &Visitor) -> Result<Option<usize>, PageError> {
    let mut alone = None;
    for partnership in visitor.orgs(Role::Broker) {
        let here = mentors::without(&app.db, partnership, app.clock.today()).await?;
        alone = Some(alone.unwrap_or(0) + here.iter().filter(|head| head.is_asked()).count());
    }
    Ok(alone)
}

/// `/desk/new-heads`: every head in the first two years, those without a mentor first.
pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    brokered(&visitor)?;
    let today = app.clock.today();
    let mut content = List { alone: Vec::new(), beside: Vec::new() };
    for partnership in visitor.orgs(Role::Broker) {
        for head in mentors::new_heads(&app.db, partnership, today).await? {
            if !decide(&visitor, Action::Read, &for_the_broker(&head, partnership)).allowed {
                continue;
            }
            let mentor = mentors::mentor_of(&app.db, &head, today).await?;
            let has = mentor.is_some();
            let shown = match mentor {
                Some(one) => vec![one],
                None if head.is_asked() => {
                    mentors::mentors_for(&app.db, partnership, &head, today).await?
                }
                None => Vec::new(),
            };
            let line = Line {
                school: register::org_name(&app.db, head.org).await?,
                since: date_in_words(head.since),
                until: date_in_words(head.until),
                said: said(&head).unwrap_or_else(|| "Not answered yet.".to_owned()),
                mentors: shown
                    .into_iter()
                    .take(5)
                    .map(|one| (format!("/cadre/{}", one.id), one.name))
                    .collect(),
                name: head.name,
            };
            if has { content.beside.push(line) } else { content.alone.push(line) }
        }
    }
    frame
        .page("Heads in their first two years")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&content)
}

//! The cadre register (D18): who leads beyond their school, what they bring, when they are free.

use access::{Action, Role, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{DateInput, ErrorSummary, Input, Legend, SummaryList, Tag, TagColour};
use jiff::ToSpan;

use super::{clean, date_pairs, missed, summary};
use crate::cadre::{
    self as room, Act, Designation, DesignationId, State as Stage, Who, acts, capacity,
};
use crate::packs;
use crate::requests::days_in_words;

struct Line {
    href: String,
    name: String,
    role: String,
    school: String,
    brings: String,
    tag: Tag,
}

#[derive(Template)]
#[template(path = "cadre.html")]
struct List {
    people: Vec<Line>,
}

fn tag(it: &Designation, today: jiff::civil::Date) -> Tag {
    let (colour, words) = match it.state {
        Stage::Active | Stage::Renewed if !it.is_current(today) => {
            (TagColour::Orange, "Training out of date")
        }
        Stage::Active | Stage::Renewed if !it.is_live(today) => (TagColour::Orange, "Review due"),
        Stage::Active | Stage::Renewed => (TagColour::Green, it.state.words()),
        Stage::ReviewDue => (TagColour::Orange, it.state.words()),
        Stage::Lapsed | Stage::Withdrawn => (TagColour::Grey, it.state.words()),
        _ => (TagColour::Blue, it.state.words()),
    };
    Tag::coloured(colour, words)
}

fn brings(it: &Designation) -> String {
    let names: Vec<&str> =
        it.profile.specialisms.iter().map(|one| packs::specialism_name(&one.code)).collect();
    names.join(", ")
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut people = Vec::new();
    for &partnership in &visitor.partnerships {
        for it in room::cadre_of(&app.db, partnership).await? {
            if !decide(&visitor, Action::Read, &it.resource()).allowed {
                continue;
            }
            people.push(Line {
                href: format!("/cadre/{}", it.id),
                name: it.name.clone(),
                role: it.role_name().to_owned(),
                school: register::org_name(&app.db, it.org).await?,
                brings: brings(&it),
                tag: tag(&it, app.clock.today()),
            });
        }
    }
    frame
        .page("People who lead beyond their school")
        .wide()
        .visible_to(Zone::Network.in_words())
        .show(&List { people })
}

#[derive(Template)]
#[template(path = "designation.html")]
struct Page {
    base: String,
    name: String,
    role: String,
    tag: Tag,
    about: String,
    errors: Option<ErrorSummary>,
    facts: SummaryList,
    weeks: Vec<(String, String, String)>,
    can_pledge: bool,
    can_release: bool,
    can_step: Vec<(Act, &'static str)>,
    from: DateInput,
    to: DateInput,
    days: Input,
}

async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Designation, PageError> {
    let id: DesignationId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = room::designation(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &it.resource())?;
    Ok(it)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    it: &Designation,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let school = register::org_name(&app.db, it.org).await?;
    let known = packs::role(&it.role);
    let mut facts = SummaryList::new()
        .row("Home school", school.as_str())
        .row("Brings", brings(it))
        .row("Works in", it.profile.phases.join(", "))
        .row(
            "How",
            match (it.profile.on_site, it.profile.online) {
                (true, true) => "In schools and online",
                (true, false) => "In schools",
                _ => "Online",
            },
        )
        .row(
            "At most",
            format!(
                "{} a week, {} supports at a time",
                days_in_words(i64::from(it.profile.weekly_cap)),
                it.profile.concurrent_cap
            ),
        );
    if let Some(role) = known {
        facts = facts.row("Reach", format!("{}; {}", role.sphere, role.extent));
    }
    if let Some(by) = &it.released_by {
        facts = facts.row("Released by", by.as_str());
    }
    for (words, date) in [
        ("Since", it.start_on),
        ("Next review", it.review_due),
        ("Training current until", it.training_until),
    ] {
        if let Some(date) = date {
            facts = facts.row(words, date_in_words(date));
        }
    }
    let weeks = capacity::weeks_of(&app.db, it.supporter(), today)
        .await?
        .into_iter()
        .take(12)
        .map(|(week, pledged, left)| {
            (date_in_words(week), days_in_words(pledged), days_in_words(left))
        })
        .collect();
    let own = visitor.account == Some(it.person);
    let head = visitor.is(Role::Head, it.org);
    let broker = visitor.is(Role::Broker, it.partnership);
    let mut can_step = Vec::new();
    if own && it.state == Stage::Nominated {
        can_step.push((Act::Apply, "Apply"));
    }
    if broker {
        for (from, act, words) in [
            (Stage::Applied, Act::Assess, "Record that they were assessed"),
            (Stage::Assessed, Act::Designate, "Grant the designation"),
            (Stage::Designated, Act::Activate, "Activate"),
            (Stage::Active, Act::CallReview, "Call a review"),
            (Stage::Renewed, Act::CallReview, "Call a review"),
            (Stage::ReviewDue, Act::Renew, "Renew for two years"),
        ] {
            if it.state == from {
                can_step.push((act, words));
            }
        }
    }
    let date = |name: &str, words: &str| {
        let part = |part: &str| form.text(&format!("{name}-{part}")).to_owned();
        DateInput::new(name, Legend::new(words).small())
            .date(part("day"), part("month"), part("year"))
            .error_if(errors.get(name))
    };
    let content = Page {
        base: format!("/cadre/{}", it.id),
        name: it.name.clone(),
        role: it.role_name().to_owned(),
        about: known.map(|role| role.about.clone()).unwrap_or_default(),
        tag: tag(it, today),
        errors: summary(errors),
        facts,
        weeks,
        can_pledge: own || head,
        can_release: head && it.released_by.is_none(),
        can_step,
        from: date("from", "From"),
        to: date("to", "To"),
        days: Input::new("half-days", "Half-days a week")
            .value(form.text("half-days"))
            .width(2)
            .whole_number()
            .error_if(errors.get("half-days")),
    };
    let page = frame
        .page(format!("{}, {}", it.name, school))
        .crumb("People who lead beyond their school", "/cadre")
        .visible_to(Zone::Network.in_words());
    if errors.is_empty() { page.show(&content) } else { page.with_problems().show(&content) }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = readable(&app, &visitor, &id).await?;
    let today = app.clock.today();
    let mut pairs: Vec<(String, String)> = vec![("half-days".into(), "1".into())];
    pairs.extend(date_pairs("from", today));
    pairs.extend(date_pairs("to", today.saturating_add(6.months())));
    page(&app, &visitor, frame, &it, &FormData::from_pairs(pairs), &Errors::default()).await
}

pub(super) async fn time(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = readable(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let resource =
        access::Resource::new(access::Kind::Offer, Zone::Network, it.org).people([it.person]);
    let permit = authorize(&app, &visitor, Action::Update, &resource)?;
    let from = form.date("from", &mut errors, "Enter the first day, such as 4 1 2027");
    let to = form.date("to", &mut errors, "Enter the last day, such as 16 7 2027");
    let week = form.parsed::<u32>("half-days", &mut errors, "Enter 0 to 10 half-days a week");
    if let (Some(from), Some(to), Some(week), true) = (from, to, week, errors.is_empty()) {
        let done =
            capacity::pledge(&app, &permit, it.supporter(), it.org, (from, to), week, &[]).await;
        match done {
            Ok(_) => return Ok(redirect(&format!("/cadre/{id}#time"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &it, &form, &errors).await
}

pub(super) async fn release(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &it.resource())?;
    if !visitor.is(Role::Head, it.org) {
        return Err(PageError::Forbidden(
            "The head of the home school releases people.".to_owned(),
        ));
    }
    acts::release(&app, &permit, it.id).await?;
    Ok(redirect(&format!("/cadre/{id}")))
}

pub(super) async fn step(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    clean(&form)?;
    let it = readable(&app, &visitor, &id).await?;
    let act: Act = form.text("act").parse().map_err(|_| PageError::NotFound)?;
    let (who, action) = if act == Act::Apply && visitor.account == Some(it.person) {
        (Who::Person, Action::Update)
    } else {
        (Who::Broker, Action::Broker)
    };
    let permit = authorize(&app, &visitor, action, &it.resource())?;
    if who == Who::Broker && !visitor.is(Role::Broker, it.partnership) {
        return Err(PageError::Forbidden("The broker looks after designations.".to_owned()));
    }
    acts::take_step(&app, &permit, it.id, act, who).await?;
    Ok(redirect(&format!("/cadre/{id}")))
}

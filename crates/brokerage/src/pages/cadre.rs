//! The cadre register (D18): who leads beyond their school, what they bring, when they are free.

use access::{Action, Role, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::Uri,
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{
    DateInput, ErrorSummary, Html, Input, Legend, Select, SummaryList, Tag, TagColour, Textarea,
    extra::Downloads,
};
use jiff::ToSpan;

use super::{date_pairs, missed, named};
use crate::cadre::{
    self as room, Act, Designation, DesignationId, State as Stage, Who, acts, capacity,
    preparation::names_of,
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
    own: bool,
    may_nominate: bool,
    without_mentor: Option<usize>,
    downloads: Html,
}

/// The cadre of the visitor's partnerships, as far as they may read it, by name.
async fn readable_cadre(app: &App, visitor: &Visitor) -> Result<Vec<Designation>, PageError> {
    let mut people: Vec<Designation> = Vec::new();
    for &partnership in &visitor.partnerships {
        for it in room::cadre_of(&app.db, partnership).await? {
            if decide(visitor, Action::Read, &it.resource()).allowed
                && people.iter().all(|known| known.id != it.id)
            {
                people.push(it);
            }
        }
    }
    Ok(people)
}

/// The cadre register (D18): no outcome, no judgement, nothing that ranks anybody.
async fn register_of(app: &App, visitor: &Visitor) -> Result<Table, PageError> {
    let today = app.clock.today();
    let year = foundation::terms::AcademicYear::of(today);
    let date = |date: Option<jiff::civil::Date>| {
        date.map_or_else(
            || Cell::Missing("not set".to_owned()),
            |date| Cell::text(date_in_words(date)),
        )
    };
    #[expect(clippy::cast_precision_loss, reason = "half-days of one person")]
    let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
    let mut rows = Vec::new();
    for it in readable_cadre(app, visitor).await? {
        let known = packs::role(&it.role);
        let weeks = capacity::weeks_of(&app.db, it.supporter(), today).await?;
        let commitments = capacity::commitments_of(&app.db, it.supporter()).await?;
        let promised = commitments
            .iter()
            .filter(|one| one.state != capacity::CommitmentState::Held)
            .filter(|one| one.from_on <= year.end() && one.to_on >= year.start())
            .map(|one| one.half_days)
            .sum();
        rows.push(vec![
            Cell::text(&it.name),
            Cell::text(it.role_name()),
            Cell::text(known.map_or("", |role| role.sphere.as_str())),
            Cell::text(known.map_or("", |role| role.extent.as_str())),
            Cell::text(register::org_name(&app.db, it.org).await?),
            Cell::text(brings(&it)),
            Cell::text(it.state.words()),
            date(it.start_on),
            date(it.review_due),
            date(it.trained_until(today)),
            Cell::text(if it.released_by.is_some() { "Yes" } else { "No" }),
            days(weeks.iter().take(12).map(|(_, _, left)| left).sum()),
            days(promised),
        ]);
    }
    Ok(Table {
        caption: "Cadre register".to_owned(),
        columns: [
            "Name",
            "Role",
            "Sphere",
            "Extent",
            "Home school",
            "Brings",
            "Status",
            "Since",
            "Next review",
            "Training current until",
            "Released",
            "Days free, next 12 weeks",
            "Days agreed or given this school year",
        ]
        .map(str::to_owned)
        .into(),
        rows,
        notes: vec![format!("As of {}, by name.", date_in_words(today))],
    })
}

/// `/cadre.csv` and the like.
pub(super) async fn file(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    uri: Uri,
) -> Result<Response, PageError> {
    let (name, format) = named(uri.path())?;
    register_of(&app, &visitor).await?.download(format, name)
}

fn tag(it: &Designation, today: jiff::civil::Date) -> Tag {
    let (colour, words) = match it.state {
        Stage::Active | Stage::Renewed if !it.is_current(today) => {
            (TagColour::Orange, "Training or conduct missing")
        }
        Stage::Active | Stage::Renewed if it.released_by.is_none() => {
            (TagColour::Orange, "Not released now")
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
    for it in readable_cadre(&app, &visitor).await? {
        people.push(Line {
            href: format!("/cadre/{}", it.id),
            name: it.name.clone(),
            role: it.role_name().to_owned(),
            school: register::org_name(&app.db, it.org).await?,
            brings: brings(&it),
            tag: tag(&it, app.clock.today()),
        });
    }
    let own = match visitor.account {
        Some(account) => !room::designations_of(&app.db, account).await?.is_empty(),
        None => false,
    };
    let items = [("CSV", "/cadre.csv"), ("Excel", "/cadre.xlsx"), ("JSON", "/cadre.json")];
    let content = List {
        people,
        own,
        may_nominate: super::nominate::may_nominate(&visitor),
        without_mentor: super::new_heads::without(&app, &visitor).await?,
        downloads: Html::of(&Downloads::new("the register", items)),
    };
    frame
        .page("People who lead beyond their school")
        .wide()
        .visible_to(Zone::Network.in_words())
        .show(&content)
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
    home: Option<super::home_school::Part>,
    weeks: Vec<(String, String, String)>,
    can_pledge: bool,
    can_release: bool,
    can_take_back: bool,
    why: Textarea,
    can_end: bool,
    guards: Vec<(String, String)>,
    can_guard: bool,
    guard: Input,
    until: DateInput,
    off_from: DateInput,
    off_to: DateInput,
    can_step: Vec<(Act, &'static str)>,
    prepared: Vec<(String, Tag)>,
    began_without: Option<String>,
    may_accept: bool,
    can_waive: bool,
    /// Whether the broker may let somebody go on whose training has run out.
    can_let: bool,
    can_edit: bool,
    can_train: bool,
    module: Select,
    done: DateInput,
    can_reply: bool,
    reply: Textarea,
    from: DateInput,
    to: DateInput,
    days: Input,
}

pub(super) async fn readable(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<Designation, PageError> {
    let id: DesignationId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = room::designation(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &it.resource())?;
    Ok(it)
}

pub(super) async fn page(
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
        .row(if it.org.urn().is_some() { "Home school" } else { "Home trust" }, school.as_str())
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
    if !it.profile.about.is_empty() {
        facts = facts.row("In their own words", it.profile.about.as_str());
    }
    if let Some(km) = it.profile.travel_limit_km {
        facts = facts.row("Travels", format!("Up to {km:.0} km by road"));
    }
    if let Some(role) = known {
        facts = facts.row("Reach", format!("{}; {}", role.sphere, role.extent));
    }
    if let Some(by) = &it.released_by {
        facts = facts.row("Released by", by.as_str());
    }
    for (words, date) in [("Since", it.start_on), ("Next review", it.review_due)] {
        if let Some(date) = date {
            facts = facts.row(words, date_in_words(date));
        }
    }
    if let Some(reply) = &it.reply {
        facts = facts.row("Their reply", reply.as_str());
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
    let head = visitor.leads(it.org);
    let broker = visitor.is(Role::Broker, it.partnership);
    let ended = matches!(it.state, Stage::Lapsed | Stage::Withdrawn);
    let mut can_step = Vec::new();
    if own && it.state == Stage::Nominated {
        can_step.push((Act::Apply, "Apply"));
        can_step.push((Act::Withdraw, "No, thank you"));
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
            if it.state == from && (act != Act::Activate || it.is_current(today)) {
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
        errors: errors.summary(),
        facts,
        home: super::home_school::part(app, visitor, it, form, errors).await?,
        weeks,
        can_pledge: own || head,
        can_release: head && it.released_by.is_none(),
        can_take_back: head && it.released_by.is_some() && it.state.is_live(),
        why: Textarea::new("reason", "Why?")
            .hint("The person and the broker read it.")
            .rows(2_u32)
            .value(form.text("reason"))
            .error_if(errors.get("reason")),
        can_end: broker && it.state == Stage::ReviewDue,
        guards: capacity::guards(&app.db, today)
            .await?
            .into_iter()
            .filter(|guard| guard.org == it.org)
            .map(|guard| (guard.id.to_string(), guard.reason))
            .collect(),
        can_guard: head,
        guard: Input::new("guard", "What keeps your people at home?")
            .hint("For instance: a new head started this term. Nothing new is proposed meanwhile; what was agreed goes on.")
            .value(form.text("guard"))
            .error_if(errors.get("guard")),
        until: date("until", "Until, if you know"),
        off_from: date("off-from", "Not from, for tests or exams"),
        off_to: date("off-to", "Not until"),
        can_step,
        prepared: super::preparation::lines(it, today),
        began_without: it.waiver.as_ref().map(|waiver| {
            format!("Without {} for now. {}: {}", names_of(&waiver.of), waiver.by, waiver.why)
        }),
        may_accept: own && !it.accepted_conduct(),
        can_waive: broker && it.state == Stage::Designated && !it.is_current(today),
        can_let: broker && it.is_live(today) && !it.is_current(today),
        can_edit: (own || head) && !ended,
        can_train: broker && !ended,
        module: super::preparation::choice(it, form, errors),
        done: date("done", "On which day?"),
        can_reply: own && super::nominate::can_reply(it.state),
        reply: Textarea::new("reply", "Your reply")
            .hint("Kept with the record, for everybody who reads it.")
            .rows(3_u32)
            .value(form.text("reply"))
            .error_if(errors.get("reply")),
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
        .visible_to(match it.is_between_them() {
            true => "the person who was put forward, their head and the broker",
            false => Zone::Network.in_words(),
        });
    page.checked(errors).show(&content)
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

/// Whether any part of an optional date was filled in.
fn given(form: &FormData, name: &str) -> bool {
    ["day", "month", "year"].iter().any(|part| !form.text(&format!("{name}-{part}")).is_empty())
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
    let off = given(&form, "off-from") || given(&form, "off-to");
    let off = off
        .then(|| {
            let from =
                form.date("off-from", &mut errors, "Enter the first day off, such as 10 5 2027");
            let to = form.date("off-to", &mut errors, "Enter the last day off, such as 18 6 2027");
            from.zip(to)
        })
        .flatten();
    let from = form.date("from", &mut errors, "Enter the first day, such as 4 1 2027");
    let to = form.date("to", &mut errors, "Enter the last day, such as 16 7 2027");
    let week = form.parsed::<u32>("half-days", &mut errors, "Enter 0 to 10 half-days a week");
    if let (Some(from), Some(to), Some(week), true) = (from, to, week, errors.is_empty()) {
        let off: Vec<_> = off.into_iter().collect();
        let done =
            capacity::pledge(&app, &permit, it.supporter(), it.org, (from, to), week, &off).await;
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
    if !visitor.leads(it.org) {
        return Err(PageError::Forbidden(
            "Whoever leads the home school or trust releases people.".to_owned(),
        ));
    }
    acts::release(&app, &permit, it.id).await?;
    Ok(redirect(&format!("/cadre/{id}")))
}

pub(super) async fn take_back(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &it.resource())?;
    if !visitor.leads(it.org) {
        return Err(PageError::Forbidden(
            "Whoever leads the home school or trust releases people.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    if errors.is_empty() {
        let permit = permit.because(form.text("reason"));
        match acts::take_back_release(&app, &permit, it.id).await {
            Ok(()) => return Ok(redirect(&format!("/cadre/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, &visitor, frame, &it, &form, &errors).await
}

/// The head says what keeps the school's people at home, or that it is over.
pub(super) async fn guard(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = readable(&app, &visitor, &id).await?;
    let resource = access::Resource::new(access::Kind::Offer, Zone::Network, it.org);
    let permit = authorize(&app, &visitor, Action::Update, &resource)?;
    if !visitor.leads(it.org) {
        return Err(PageError::Forbidden(
            "Whoever leads the home school or trust says whom it can spare.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    if let Ok(over) = form.text("over").parse() {
        let standing = capacity::guards(&app.db, app.clock.today()).await?;
        if !standing.iter().any(|guard| guard.id == over && guard.org == it.org) {
            return Err(PageError::NotFound);
        }
        capacity::clear_guard(&app, &permit, over).await?;
        return Ok(redirect(&format!("/cadre/{id}#time")));
    }
    let until = given(&form, "until")
        .then(|| form.date("until", &mut errors, "Enter the last day, such as 26 3 2027"))
        .flatten();
    let reason = form.required("guard", &mut errors, "Say what keeps your people at home");
    if errors.is_empty() {
        capacity::raise_guard(&app, &permit, it.org, reason, until).await?;
        return Ok(redirect(&format!("/cadre/{id}#time")));
    }
    page(&app, &visitor, frame, &it, &form, &errors).await
}

/// The button that is no step of the machine: training is let go for now.
const GO_ON: &str = "go-on";

pub(super) async fn step(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let it = readable(&app, &visitor, &id).await?;
    let own = visitor.account == Some(it.person) && it.state == Stage::Nominated;
    let answers = own && [Act::Apply, Act::Withdraw].iter().any(|act| form.has("act", act.key()));
    let (who, action) = match answers {
        true => (Who::Person, Action::Update),
        false => (Who::Broker, Action::Broker),
    };
    let permit = authorize(&app, &visitor, action, &it.resource())?;
    if who == Who::Broker && !visitor.is(Role::Broker, it.partnership) {
        return Err(PageError::Forbidden("The broker looks after designations.".to_owned()));
    }
    let permit = match form.text("reason") {
        "" => permit,
        why => permit.because(why),
    };
    let done = if who == Who::Broker && form.has("act", GO_ON) {
        acts::let_go_on(&app, &permit, it.id).await
    } else {
        let act: Act = form.chosen("act", "Say what is to be done: press one of the buttons")?;
        acts::take_step(&app, &permit, it.id, act, who).await.map(drop)
    };
    let mut errors = Errors::default();
    match done {
        Ok(()) => Ok(redirect(&format!("/cadre/{id}"))),
        Err(failure) => {
            missed(&mut errors, failure)?;
            page(&app, &visitor, frame, &it, &form, &errors).await
        }
    }
}

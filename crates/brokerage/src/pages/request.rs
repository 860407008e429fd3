//! A school's requests, and one request as its head sees it.

use std::collections::BTreeSet;

use access::{Action, Role, SignedIn, Visitor, Zone, authorize, decide, looks};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, in_words},
    events,
    web::{Errors, Form, Frame, redirect},
};
use govuk::{ErrorSummary, SummaryList, Tag};
use needs::audits::model::severity_words;

use super::{missed, new_heads, overlap, readable, state_tag, suggest};
use crate::packs::specialism_name;
use crate::proposals::{self, Proposal, ProposalState};
use crate::requests::{
    self, ClockState, Request, State as RequestState, acts, days_in_words, pounds,
};

struct Line {
    href: String,
    title: String,
    school: String,
    detail: String,
    tag: Tag,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct List {
    own: Vec<Line>,
    may_ask: bool,
    may_suggest: bool,
    mentor: Option<new_heads::Suggested>,
    asked_of_us: Vec<Line>,
    below: Vec<Line>,
    brokered: Vec<Line>,
    is_broker: bool,
}

async fn line(app: &App, request: &Request) -> Result<Line, PageError> {
    Ok(Line {
        href: format!("/requests/{}", request.id),
        title: request.ask.title.clone(),
        school: register::org_name(&app.db, request.org).await?,
        detail: format!("Begun {}", date_in_words(foundation::clock::london(request.created_at))),
        tag: state_tag(request.state),
    })
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut page = List {
        own: Vec::new(),
        may_ask: super::asking(&visitor).is_some(),
        may_suggest: suggest::may(&app, &visitor).await?,
        mentor: new_heads::suggested(&app, &visitor).await?,
        asked_of_us: Vec::new(),
        below: Vec::new(),
        brokered: Vec::new(),
        is_broker: visitor.has(Role::Broker),
    };
    let orgs: BTreeSet<OrgRef> = visitor.posts.iter().map(|post| post.org).collect();
    let mut seen = BTreeSet::new();
    for &org in &orgs {
        for request in requests::requests_of(&app.db, org).await? {
            if decide(&visitor, Action::Read, &request.resource()).allowed {
                seen.insert(request.id);
                page.own.push(line(&app, &request).await?);
            }
        }
        for it in proposals::proposals_to(&app.db, org).await? {
            let Some(request) = requests::request(&app.db, it.request).await? else { continue };
            let readable = decide(&visitor, Action::Read, &it.resource(&request)).allowed;
            if readable && it.state != ProposalState::Superseded {
                page.asked_of_us.push(Line {
                    href: format!("/requests/{}/proposal/{}", request.id, it.id),
                    title: it.label.clone(),
                    school: register::org_name(&app.db, request.org).await?,
                    detail: request.ask.title.clone(),
                    tag: Tag::new(it.state.words()),
                });
            }
        }
    }
    let mut others = Vec::new();
    for &body in &orgs {
        others.extend(requests::requests_under(&app.db, body).await?);
    }
    others.retain(|request| {
        decide(&visitor, Action::Read, &request.resource()).allowed && seen.insert(request.id)
    });
    for request in &others {
        page.below.push(line(&app, request).await?);
    }
    let shown = others.iter().map(|request| (request.resource(), request.id.to_string())).collect();
    looks::listed(&app, &visitor, "title of a request", shown).await?;
    for partnership in visitor.orgs(Role::Broker) {
        for request in requests::requests_through(&app.db, partnership, app.clock.today()).await? {
            let readable = decide(&visitor, Action::Read, &request.resource()).allowed;
            if readable && seen.insert(request.id) {
                page.brokered.push(line(&app, &request).await?);
            }
        }
    }
    frame
        .page("Requests for support")
        .visible_to("only you; each request has its own label")
        .show(&page)
}

struct Step {
    name: &'static str,
    words: String,
    done: bool,
    now: bool,
}

#[derive(Template)]
#[template(path = "request.html")]
struct Page {
    id: String,
    title: String,
    school: String,
    tag: Tag,
    errors: Option<ErrorSummary>,
    what: SummaryList,
    steps: Vec<Step>,
    suggested: Option<String>,
    answer: String,
    broker: String,
    findings: Vec<String>,
    proposal: Option<(String, String)>,
    agreement: Option<String>,
    head: bool,
    can_send: bool,
    can_edit: bool,
    can_withdraw: bool,
    can_consent: bool,
    review_on: Option<String>,
    is_broker: bool,
    standing: Option<String>,
    overlap: Vec<String>,
    history: Vec<(String, String)>,
}

/// The facts of a request, for whoever may read it.
pub(super) fn facts(request: &Request) -> SummaryList {
    let ask = &request.ask;
    let names: Vec<&str> = ask.specialisms.iter().map(|one| specialism_name(&one.code)).collect();
    let depth = ask.specialisms.first().map_or("", |one| one.depth.words());
    let people: Vec<&str> = ask.beneficiaries.iter().map(|one| one.words()).collect();
    let mut list = SummaryList::new()
        .row("What is needed", ask.need.as_str())
        .row("What should be different", ask.outcome.as_str())
        .row("For whom", people.join(", "))
        .row("The supporter brings", format!("{} ({depth})", names.join(", ")))
        .row(
            "How much",
            format!("{}. {}", ask.tier.words(), days_in_words(i64::from(ask.half_days))),
        )
        .row("How pressing", format!("{} of 5: {}", ask.severity, severity_words(ask.severity)))
        .row("When", format!("{} to {}", date_in_words(ask.earliest), date_in_words(ask.latest)))
        .row("Where", ask.mode.words());
    if let Some(pence) = ask.budget_pence {
        list = list.row("Budget", pounds(pence));
    }
    if !ask.give_back.is_empty() {
        list = list.row("Given in return", ask.give_back.as_str());
    }
    list
}

fn steps(request: &Request, proposal: Option<&Proposal>, app: &App) -> Vec<Step> {
    use RequestState as S;
    let at = match request.state {
        S::Draft | S::ReturnedForDetail => 0,
        S::Submitted => 1,
        S::Accepted | S::Matching | S::Rematch | S::ReviewProgressOnly => 2,
        S::Proposed => 3,
        S::ChemistryOk => 4,
        S::CoiClear | S::Agreement => 5,
        S::Fulfilled => 6,
        S::DeclinedWithReason | S::Withdrawn => 7,
    };
    let answered = match request.clock_state(app.clock.now()) {
        ClockState::Running(due) => format!("The broker answers by {}", in_words(due)),
        ClockState::Late(due) => {
            format!("An answer was due by {}. Please ring the broker", in_words(due))
        }
        ClockState::Kept(at) | ClockState::Missed(at) => format!("Answered on {}", in_words(at)),
        ClockState::NotStarted => "Within two working days".to_owned(),
    };
    let said = proposal.map_or_else(
        || "Twenty minutes with the other head; nothing begins until both say yes".to_owned(),
        |it| format!("{} is proposed", it.label),
    );
    let names: [(&'static str, String); 6] = [
        ("You ask", "Write it, look it over, send it".to_owned()),
        ("The broker answers", answered),
        ("The broker looks for a match", "With reasons you can read".to_owned()),
        ("Both heads talk", said),
        ("Interests and checks", "Declared and settled before anything is signed".to_owned()),
        ("Agreement", "Days, cost and what success looks like; both sign".to_owned()),
    ];
    names
        .into_iter()
        .enumerate()
        .map(|(place, (name, words))| Step {
            name,
            words,
            done: place < at && at < 7,
            now: place == at,
        })
        .collect()
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    request: &Request,
    errors: &Errors,
) -> Result<Response, PageError> {
    let head = visitor.leads(request.org);
    let proposal = proposals::current(&app.db, request.id).await?;
    let school = register::org_name(&app.db, request.org).await?;
    let mut what = facts(request);
    if head && !request.ask.avoid.is_empty() {
        let mut names = Vec::new();
        for &org in &request.ask.avoid {
            names.push(register::org_name(&app.db, org).await?);
        }
        what = what.row("Rather not", format!("{}. {}", names.join(", "), request.ask.avoid_why));
    }
    let who = requests::state::Who::Head;
    let content = Page {
        id: request.id.to_string(),
        title: request.ask.title.clone(),
        school: school.clone(),
        tag: state_tag(request.state),
        errors: errors.summary(),
        what,
        steps: steps(request, proposal.as_ref(), app),
        suggested: match request.suggested_by {
            Some(body) if head && request.state == RequestState::Draft => {
                Some(register::org_name(&app.db, body).await?)
            }
            _ => None,
        },
        answer: request.answer.clone(),
        broker: request.broker.clone().unwrap_or_default(),
        findings: needs::audits::findings(&app.db, &request.ask.findings)
            .await?
            .into_iter()
            .map(|one| one.finding.statement)
            .collect(),
        proposal: proposal
            .map(|it| (format!("/requests/{}/proposal/{}", request.id, it.id), it.label)),
        agreement: request.agreement.clone(),
        head,
        can_send: head && request.state.allows(requests::state::Act::Submit, who),
        can_edit: head && request.state.is_editable(),
        can_withdraw: head && request.state.allows(requests::state::Act::Withdraw, who),
        review_on: request
            .review_on
            .filter(|_| request.state == RequestState::ReviewProgressOnly)
            .map(date_in_words),
        can_consent: head && request.state == RequestState::Accepted && !request.review_consent,
        is_broker: visitor.is(Role::Broker, request.partnership),
        standing: (head || visitor.is(Role::Broker, request.partnership))
            .then(|| request.org.urn().map(|urn| format!("/schools/{urn}/standing")))
            .flatten(),
        overlap: overlap(app, visitor, request).await?,
        history: events::timeline(&app.db, "request", &request.id.to_string())
            .await?
            .into_iter()
            .rev()
            .filter(|entry| {
                !matches!(entry.verb.as_str(), "interests declared" | "interests assessed")
            })
            .take(15)
            .map(|entry| {
                let verb = entry.verb.replace('_', " ");
                (format!("{}: {verb}", entry.actor_name), in_words(entry.at.0))
            })
            .collect(),
    };
    let visible = if request.state == RequestState::Draft {
        Zone::School.in_words().to_owned()
    } else {
        "your school, the body responsible for it, and the broker of your partnership".to_owned()
    };
    let page = frame
        .page(format!("{}, {school}", request.ask.title))
        .crumb("Requests for support", "/requests")
        .visible_to(visible);
    page.checked(errors).show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    page(&app, &visitor, frame, &request, &Errors::default()).await
}

pub(super) async fn submit(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &request.resource())?;
    match acts::submit(&app, &permit, request.id).await {
        Ok(()) => Ok(redirect(&format!("/requests/{id}"))),
        Err(failure) => {
            let mut errors = Errors::default();
            missed(&mut errors, failure)?;
            page(&app, &visitor, frame, &request, &errors).await
        }
    }
}

pub(super) async fn withdraw(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    form.clean()?;
    let request = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &request.resource())?;
    let permit = match form.text("reason") {
        "" => permit,
        reason => permit.because(reason),
    };
    acts::withdraw(&app, &permit, request.id).await?;
    Ok(redirect(&format!("/requests/{id}")))
}

pub(super) async fn consent(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &request.resource())?;
    acts::consent_to_review(&app, &permit, request.id).await?;
    Ok(redirect(&format!("/requests/{id}")))
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Letter {
    school: String,
    title: String,
    sent: String,
    due: String,
    broker: String,
    partnership: String,
    today: String,
}

/// The acknowledgement (D3), to read again or print.
pub(super) async fn letter(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    let Some((sent, due)) = request.clock else { return Err(PageError::NotFound) };
    let broker = match &request.broker {
        Some(name) => name.clone(),
        None => access::accounts::holders(&app.db, &app.clock, request.partnership, Role::Broker)
            .await?
            .first()
            .map_or_else(|| "Your broker".to_owned(), |person| person.name.clone()),
    };
    let content = Letter {
        school: register::org_name(&app.db, request.org).await?,
        title: request.ask.title.clone(),
        sent: in_words(sent),
        due: in_words(due),
        broker,
        partnership: register::org_name(&app.db, request.partnership).await?,
        today: date_in_words(foundation::clock::london(sent)),
    };
    frame
        .page("Acknowledgement of your request")
        .crumb("Requests for support", "/requests")
        .crumb(&request.ask.title, format!("/requests/{id}"))
        .visible_to("your school, the body responsible for it, and the broker of your partnership")
        .show(&content)
}

//! What a body suggests that a school asks for: a draft that is the school's own from then on.

use access::{Action, Kind, Resource, Role, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Checkboxes, ErrorSummary, Fieldset, Html, Input, Legend, Select, Textarea};
use jiff::ToSpan;
use matching::{Depth, Specialism};
use serde::Deserialize;

use super::{missed, partnership_of, specialism_choices};
use crate::packs;
use crate::requests::{Ask, Beneficiary, Mode, Tier, acts};

/// A school for which a visitor may suggest something, and as which body.
struct Possible {
    org: OrgRef,
    name: String,
    body: OrgRef,
}

/// A request of a school as the policy sees it before there is one.
fn resource(org: OrgRef, body: OrgRef) -> Resource {
    Resource::new(Kind::Request, Zone::School, org).responsible([body])
}

/// The schools for which a visitor may suggest something: those a body of theirs is responsible for,
/// as far as the policy lets them, by name.
async fn possible(app: &App, visitor: &Visitor) -> Result<Vec<Possible>, PageError> {
    let mut all = Vec::new();
    let bodies = [Role::TrustExecutive, Role::Commissioner];
    for body in bodies.into_iter().flat_map(|role| visitor.orgs(role)) {
        let may = |org: &OrgRef| decide(visitor, Action::Propose, &resource(*org, body)).allowed;
        let orgs: Vec<u32> = register::under(&app.db, body)
            .await?
            .into_iter()
            .filter(may)
            .filter_map(OrgRef::urn)
            .collect();
        for school in register::schools(&app.db, &orgs).await? {
            if partnership_of(app, school.org()).await?.is_some() {
                all.push(Possible { org: school.org(), name: school.name, body });
            }
        }
    }
    all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.org));
    all.dedup_by_key(|one| one.org);
    Ok(all)
}

/// Whether a visitor may suggest something for a school of theirs.
pub(super) async fn may(app: &App, visitor: &Visitor) -> Result<bool, PageError> {
    Ok(!possible(app, visitor).await?.is_empty())
}

#[derive(Template)]
#[template(path = "suggest.html")]
struct Page {
    errors: Option<ErrorSummary>,
    fields: Vec<Html>,
}

fn page(
    frame: Frame,
    schools: &[Possible],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let school = schools.iter().fold(
        Select::new("school", "For which school?")
            .value(form.text("school"))
            .error_if(errors.get("school"))
            .item("", "Choose"),
        |select, one| select.item(one.org.to_string(), one.name.as_str()),
    );
    let mut beneficiaries =
        Checkboxes::new("beneficiaries", Fieldset::new(Legend::new("Whom is it for?").small()))
            .values(form.all("beneficiaries").map(str::to_owned).collect::<Vec<_>>())
            .error_if(errors.get("beneficiaries"));
    for &one in Beneficiary::ALL.iter().filter(|one| **one != Beneficiary::TrustTeam) {
        beneficiaries = beneficiaries.item(one.key(), one.words());
    }
    let mut fields = vec![
        Html::of(&school),
        Html::of(
            &Input::new("title", "A short title")
                .hint("For example: Attendance on Mondays")
                .value(form.text("title"))
                .error_if(errors.get("title")),
        ),
        Html::of(
            &Textarea::new("need", "What do you see, and why do you suggest it?")
                .hint("The head reads it. Write what you would say to them on the telephone.")
                .rows(4_u32)
                .value(form.text("need"))
                .error_if(errors.get("need")),
        ),
        Html::of(
            &Textarea::new("outcome", "What could be different afterwards?")
                .rows(3_u32)
                .value(form.text("outcome"))
                .error_if(errors.get("outcome")),
        ),
        Html::of(&beneficiaries),
    ];
    let labels = ["What should the supporter bring?"];
    fields.extend(specialism_choices(form, errors, &labels).iter().map(Html::of));
    fields.extend([
        Html::of(
            &Input::new("days", "How many days, roughly? (optional)")
                .hint("In halves")
                .value(form.text("days"))
                .width(4)
                .inputmode("decimal")
                .error_if(errors.get("days")),
        ),
        Html::of(
            &Input::new("budget", "What would you pay, in pounds? (optional)")
                .hint("You see the agreement and what it costs, and sign for the money, once there is one")
                .prefix("£")
                .value(form.text("budget"))
                .width(5)
                .inputmode("numeric")
                .error_if(errors.get("budget")),
        ),
    ]);
    let content = Page { errors: errors.summary(), fields };
    frame
        .page("Suggest a request")
        .crumb("Requests for support", "/requests")
        .visible_to("you, and once you send it the school and the body responsible for it")
        .checked(errors)
        .show(&content)
}

/// Only whoever speaks for a body of such schools gets here; others are told why not.
async fn schools(app: &App, visitor: &Visitor) -> Result<Vec<Possible>, PageError> {
    if ![Role::TrustExecutive, Role::Commissioner].into_iter().any(|role| visitor.has(role)) {
        return Err(PageError::Forbidden(
            "A trust, or an authority, suggests requests for its schools. A head asks for their own."
                .to_owned(),
        ));
    }
    let schools = possible(app, visitor).await?;
    if schools.is_empty() {
        return Err(PageError::Forbidden(
            "There is no school you can do this for. A trust does it for its schools; an authority \
             for a school that agreed to share its requests with it and belongs to a partnership."
                .to_owned(),
        ));
    }
    Ok(schools)
}

/// For which school the form begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    school: String,
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let schools = schools(&app, &visitor).await?;
    let form = FormData::from_pairs([("school", from.school)]);
    page(frame, &schools, &form, &Errors::default())
}

/// What the form asks for; the rest is the head's to say.
fn read(app: &App, phase: &str, body: OrgRef, form: &FormData, errors: &mut Errors) -> Option<Ask> {
    let days = form.text("days");
    let half_days = if days.is_empty() {
        Some(0)
    } else {
        form.half_days("days", errors, "Enter days in halves, such as 6 or 12.5")
    };
    let budget = form.text("budget").replace([',', '£'], "");
    let pounds = match (budget.is_empty(), budget.parse::<i64>()) {
        (true, _) => None,
        (_, Ok(pounds)) => Some(pounds.clamp(0, 10_000_000)),
        (_, Err(_)) => {
            errors.add("budget", "Enter whole pounds, such as 3500, or leave it empty");
            None
        }
    };
    let code = form.text("specialism-1");
    let known = packs::specialism(code).is_some();
    let today = app.clock.today();
    Some(Ask {
        title: form.text("title").to_owned(),
        need: form.text("need").to_owned(),
        outcome: form.text("outcome").to_owned(),
        audit: None,
        findings: Vec::new(),
        beneficiaries: Beneficiary::ALL
            .iter()
            .copied()
            .filter(|one| form.has("beneficiaries", one.key()))
            .collect(),
        specialisms: known
            .then(|| Specialism { code: code.to_owned(), depth: Depth::Secure })
            .into_iter()
            .collect(),
        tier: Tier::Targeted,
        phase: phase.to_owned(),
        earliest: today.saturating_add(6.weeks()),
        latest: today.saturating_add(1.year()),
        half_days: u32::try_from(half_days?).ok()?,
        mode: Mode::OnSite,
        severity: 0,
        team: false,
        budget_pence: pounds.map(|pounds| pounds * 100),
        give_back: String::new(),
        funder: pounds.is_some().then_some(body),
        avoid: Vec::new(),
        avoid_why: String::new(),
    })
}

pub(super) async fn send(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let schools = schools(&app, &visitor).await?;
    let mut errors = form.errors();
    let chosen = schools.iter().find(|one| one.org.to_string() == form.text("school"));
    if chosen.is_none() {
        errors.add("school", "Choose the school");
    }
    form.required("title", &mut errors, "Give it a short title");
    form.required("need", &mut errors, "Say what you see, and why you suggest it");
    if let Some(one) = chosen {
        let permit = authorize(&app, &visitor, Action::Propose, &resource(one.org, one.body))?;
        let school = match one.org.urn() {
            Some(urn) => register::school(&app.db, urn).await?.ok_or(PageError::NotFound)?,
            None => return Err(PageError::NotFound),
        };
        let partnership = partnership_of(&app, one.org).await?.ok_or(PageError::NotFound)?;
        let ask = read(&app, school.phase.key(), one.body, &form, &mut errors);
        if let (Some(ask), true) = (ask, errors.is_empty()) {
            match acts::suggest(&app, &permit, (one.org, one.body), partnership, &ask).await {
                Ok(id) => return Ok(redirect(&format!("/requests/{id}"))),
                Err(failure) => missed(&mut errors, failure)?,
            }
        }
    }
    page(frame, &schools, &form, &errors)
}

//! Putting somebody forward for the cadre, the training behind a designation, and the right of
//! reply.

use access::{
    Action, Kind, Resource, Role, SignedIn, Visitor, Zone,
    accounts::{self, Account},
    authorize, partnerships,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Checkboxes, ErrorSummary, Fieldset, Input, Legend, Radios, Select};
use matching::{Depth, Specialism};

use super::{cadre, chosen_phases, missed, partnership_of, phase_boxes, specialism_choices};
use crate::cadre::{Nomination, Profile, State as Stage, acts};
use crate::packs;

#[derive(Template)]
#[template(path = "nominate.html")]
struct Page {
    errors: Option<ErrorSummary>,
    nobody: bool,
    person: Select,
    role: Select,
    specialisms: Vec<Select>,
    depth: Radios,
    phases: Checkboxes,
    mode: Checkboxes,
    week: Input,
    most: Input,
    go: Button,
}

/// Somebody who can be put forward, and the school that would release them.
struct Candidate {
    account: Account,
    org: OrgRef,
    partnership: OrgRef,
}

impl Candidate {
    fn key(&self) -> String {
        format!("{} {}", self.account.id, self.org)
    }
}

/// Whether the visitor puts people forward: the head of a school, or a broker.
pub(super) fn may_nominate(visitor: &Visitor) -> bool {
    visitor.orgs(Role::Broker).next().is_some()
        || visitor.orgs(Role::Head).any(|org| org.urn().is_some())
}

/// Whom the visitor may put forward: a head the staff of the school and themselves, a broker
/// those of every member school; by school, then by name.
async fn candidates(app: &App, visitor: &Visitor) -> Result<Vec<Candidate>, PageError> {
    if !may_nominate(visitor) {
        return Err(PageError::Forbidden(
            "The head of the home school or the broker puts somebody forward.".to_owned(),
        ));
    }
    let mut schools: Vec<(OrgRef, OrgRef)> = Vec::new();
    for org in visitor.orgs(Role::Head).filter(|org| org.urn().is_some()) {
        let partnership = partnership_of(app, org).await?.ok_or_else(|| {
            PageError::Forbidden("Your school belongs to no partnership yet.".to_owned())
        })?;
        schools.push((org, partnership));
    }
    for partnership in visitor.orgs(Role::Broker) {
        for org in partnerships::members(&app.db, partnership, app.clock.today()).await? {
            if org.urn().is_some() && schools.iter().all(|(known, _)| *known != org) {
                schools.push((org, partnership));
            }
        }
    }
    let mut people: Vec<Candidate> = Vec::new();
    for (org, partnership) in schools {
        for role in [Role::Head, Role::Staff, Role::Governor] {
            for account in accounts::holders(&app.db, &app.clock, org, role).await? {
                if people.iter().all(|one| one.account.id != account.id || one.org != org) {
                    people.push(Candidate { account, org, partnership });
                }
            }
        }
    }
    Ok(people)
}

async fn page(
    app: &App,
    frame: Frame,
    people: &[Candidate],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let legend = |words: &str| Fieldset::new(Legend::new(words).small());
    let several = people.iter().any(|one| one.org != people[0].org);
    let mut person = Select::new("person", "Who?")
        .value(form.text("person"))
        .item("", "Choose")
        .error_if(errors.get("person"));
    for one in people {
        let words = if several {
            format!("{}, {}", one.account.name, register::org_name(&app.db, one.org).await?)
        } else {
            one.account.name.clone()
        };
        person = person.item(one.key(), words);
    }
    let mut role = Select::new("role", "As what?")
        .value(form.text("role"))
        .item("", "Choose")
        .error_if(errors.get("role"));
    for kind in packs::roles().iter().filter(|kind| !kind.retired) {
        role = role.item(kind.code.as_str(), kind.name.as_str());
    }
    let labels = ["What do they bring?", "And also", "And also (third)"];
    let specialisms = specialism_choices(form, errors, &labels);
    let phases = phase_boxes(form, errors, "In which schools?");
    let number = |name: &str, words: &str| {
        Input::new(name, words)
            .value(form.text(name))
            .width(2)
            .whole_number()
            .error_if(errors.get(name))
    };
    let content = Page {
        errors: errors.summary(),
        nobody: people.is_empty(),
        person,
        role,
        specialisms,
        depth: Radios::new("depth", legend("How deep?"))
            .value(form.text("depth"))
            .item("2", "Secure practice of their own")
            .item("3", "Leads others in it")
            .item("4", "Known for it beyond the area"),
        phases,
        mode: Checkboxes::new("mode", legend("How?"))
            .values(form.all("mode").map(str::to_owned).collect::<Vec<_>>())
            .item("on-site", "In other schools")
            .item("online", "Online")
            .small()
            .error_if(errors.get("mode")),
        week: number("week", "Half-days a week at most"),
        most: number("most", "Supports at a time at most"),
        go: Button::new("Put them forward"),
    };
    let page = frame
        .page("Put somebody forward")
        .crumb("People who lead beyond their school", "/cadre")
        .visible_to(Zone::Network.in_words());
    page.checked(errors).show(&content)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let people = candidates(&app, &visitor).await?;
    let mut pairs: Vec<(String, String)> =
        [("depth", "3"), ("mode", "on-site"), ("mode", "online"), ("week", "2"), ("most", "2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let home = visitor.orgs(Role::Head).find_map(OrgRef::urn);
    if let Some(urn) = home
        && let Some(school) = register::school(&app.db, urn).await?
    {
        pairs.push(("phases".to_owned(), school.phase.key().to_owned()));
    }
    page(&app, frame, &people, &FormData::from_pairs(pairs), &Errors::default()).await
}

pub(super) async fn create(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let people = candidates(&app, &visitor).await?;
    let mut errors = form.errors();
    let person = people.iter().find(|one| one.key() == form.text("person"));
    if person.is_none() {
        errors.add("person", "Choose the person");
    }
    let depth = match form.text("depth") {
        "4" => Depth::Leading,
        "3" => Depth::Expert,
        _ => Depth::Secure,
    };
    let mut specialisms: Vec<Specialism> = Vec::new();
    for at in 1..=3 {
        let code = form.text(&format!("specialism-{at}"));
        if packs::specialism(code).is_some() && specialisms.iter().all(|one| one.code != code) {
            specialisms.push(Specialism { code: code.to_owned(), depth });
        }
    }
    let phases: Vec<String> = chosen_phases(&form);
    if phases.is_empty() {
        errors.add("phases", "Choose at least one kind of school");
    }
    let (on_site, online) = (form.has("mode", "on-site"), form.has("mode", "online"));
    if !on_site && !online {
        errors.add("mode", "Choose whether they come or help online");
    }
    let whole = |name: &str, errors: &mut Errors, most: u32, words: &str| {
        let value = form.parsed::<u32>(name, errors, words);
        if value.is_some_and(|value| value == 0 || value > most) {
            errors.add(name, words);
        }
        value
    };
    let week = whole("week", &mut errors, 10, "Enter 1 to 10 half-days a week");
    let most = whole("most", &mut errors, 10, "Enter 1 to 10 supports at a time");
    if let (Some(person), Some(weekly_cap), Some(concurrent_cap), true) =
        (person, week, most, errors.is_empty())
    {
        let resource = Resource::new(Kind::Offer, Zone::Network, person.org)
            .people([person.account.id])
            .through(Some(person.partnership));
        let action =
            if visitor.is(Role::Head, person.org) { Action::Create } else { Action::Broker };
        let permit = authorize(&app, &visitor, action, &resource)?;
        let new = Nomination {
            person: person.account.id,
            name: person.account.name.clone(),
            org: person.org,
            partnership: person.partnership,
            role: form.text("role").to_owned(),
            profile: Profile {
                specialisms,
                phases,
                on_site,
                online,
                travel_limit_km: None,
                weekly_cap,
                concurrent_cap,
            },
        };
        match acts::nominate(&app, &permit, &new).await {
            Ok(id) => return Ok(redirect(&format!("/cadre/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, frame, &people, &form, &errors).await
}

/// The broker records that training is current and the code of conduct was accepted.
pub(super) async fn training(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = cadre::readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Broker, &it.resource())?;
    if !visitor.is(Role::Broker, it.partnership) {
        return Err(PageError::Forbidden("The broker looks after designations.".to_owned()));
    }
    let mut errors = form.errors();
    let until = form.date("trained", &mut errors, "Enter the last day, such as 31 8 2028");
    if !form.has("conduct", "yes") {
        errors.add("conduct", "Say that the code of conduct was accepted");
    }
    if let (Some(until), true) = (until, errors.is_empty()) {
        let today = app.clock.today();
        if until < today {
            errors.add("trained", "Training has to be current: enter a day that is still to come");
        } else {
            acts::record_training(&app, &permit, it.id, until, today).await?;
            return Ok(redirect(&format!("/cadre/{id}")));
        }
    }
    cadre::page(&app, &visitor, frame, &it, &form, &errors).await
}

/// The person replies to a review, a lapse or a withdrawal.
pub(super) async fn reply(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = cadre::readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Update, &it.resource())?;
    if visitor.account != Some(it.person) {
        return Err(PageError::Forbidden("The person replies for themselves.".to_owned()));
    }
    let mut errors = form.errors();
    if errors.is_empty() {
        match acts::reply(&app, &permit, it.id, form.text("reply")).await {
            Ok(()) => return Ok(redirect(&format!("/cadre/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    cadre::page(&app, &visitor, frame, &it, &form, &errors).await
}

/// Whether the person can reply to what happens to the designation.
pub(super) const fn can_reply(state: Stage) -> bool {
    matches!(state, Stage::Lapsed | Stage::Withdrawn | Stage::ReviewDue)
}

//! Putting somebody forward for the cadre, changing what they bring, and the right of reply.

use access::{
    Action, Kind, Permit, Resource, Role, SignedIn, Visitor, Zone,
    accounts::{self, Account},
    authorize, partnerships,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, DbError, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Checkboxes, ErrorSummary, Fieldset, Input, Legend, Radios, Select, Textarea};
use matching::{Depth, Specialism};
use needs::ActError;

use super::{cadre, chosen_phases, missed, partnership_of, phase_boxes, specialism_choices};
use crate::cadre::{Designation, Nomination, Profile, State as Stage, acts};
use crate::packs;
use crate::requests::TRUST;

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
    travel: Input,
    week: Input,
    most: Input,
    about: Textarea,
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

/// Whether the visitor puts people forward: whoever leads a school or a trust, or a broker.
pub(super) fn may_nominate(visitor: &Visitor) -> bool {
    visitor.orgs(Role::Broker).next().is_some() || visitor.led().into_iter().any(has_people)
}

/// Whether an organisation has people who lead beyond it: a school or a trust.
const fn has_people(org: OrgRef) -> bool {
    matches!(org, OrgRef::School(_) | OrgRef::Trust(_))
}

/// Whom the visitor may put forward: a head the staff of the school and themselves, the executives
/// of a trust its people, a broker those of every member; by organisation, then by name.
async fn candidates(app: &App, visitor: &Visitor) -> Result<Vec<Candidate>, PageError> {
    if !may_nominate(visitor) {
        return Err(PageError::Forbidden(
            "The head of the home school, the executive of a trust or the broker puts somebody \
             forward."
                .to_owned(),
        ));
    }
    let mut schools: Vec<(OrgRef, OrgRef)> = Vec::new();
    let led: Vec<OrgRef> = visitor.led().into_iter().filter(|org| has_people(*org)).collect();
    for &org in &led {
        if let Some(partnership) = partnership_of(app, org).await? {
            schools.push((org, partnership));
        }
    }
    if !led.is_empty() && schools.is_empty() {
        return Err(PageError::Forbidden(
            "Your school or trust belongs to no partnership yet.".to_owned(),
        ));
    }
    for partnership in visitor.orgs(Role::Broker) {
        for org in partnerships::members(&app.db, partnership, app.clock.today()).await? {
            if has_people(org) && schools.iter().all(|(known, _)| *known != org) {
                schools.push((org, partnership));
            }
        }
    }
    let mut people: Vec<Candidate> = Vec::new();
    for (org, partnership) in schools {
        for role in [Role::Head, Role::TrustExecutive, Role::Staff, Role::Governor] {
            for account in accounts::holders(&app.db, &app.clock, org, role).await? {
                if people.iter().all(|one| one.account.id != account.id || one.org != org) {
                    people.push(Candidate { account, org, partnership });
                }
            }
        }
    }
    Ok(people)
}

/// How somebody works and how much, as fields.
struct Conditions {
    mode: Checkboxes,
    travel: Input,
    week: Input,
    most: Input,
}

fn conditions(form: &FormData, errors: &Errors) -> Conditions {
    let number = |name: &str, words: &str| {
        Input::new(name, words)
            .value(form.text(name))
            .width(3)
            .whole_number()
            .error_if(errors.get(name))
    };
    Conditions {
        mode: Checkboxes::new("mode", Fieldset::new(Legend::new("How?").small()))
            .values(form.all("mode").map(str::to_owned).collect::<Vec<_>>())
            .item("on-site", "In other schools")
            .item("online", "Online")
            .small()
            .error_if(errors.get("mode")),
        travel: number("travel", "Kilometres of travel at most, if there is a limit"),
        week: number("week", "Half-days a week at most"),
        most: number("most", "Supports at a time at most"),
    }
}

fn about(form: &FormData, errors: &Errors) -> Textarea {
    Textarea::new("about", "What can they help with, in plain words? (optional)")
        .hint("For example: condition surveys, and what to ask a roofer. Whoever looks for these words finds them.")
        .rows(3_u32)
        .value(form.text("about"))
        .error_if(errors.get("about"))
}

/// Reads a profile from a form of `specialisms` choices; what is wrong stands beside its field.
fn profile_of(form: &FormData, errors: &mut Errors, specialisms: usize) -> Option<Profile> {
    let mut chosen: Vec<Specialism> = Vec::new();
    for at in 1..=specialisms {
        let code = form.text(&format!("specialism-{at}"));
        let own = form.text(&format!("depth-{at}"));
        let depth = match if own.is_empty() { form.text("depth") } else { own } {
            "4" => Depth::Leading,
            "3" => Depth::Expert,
            "1" => Depth::Some,
            _ => Depth::Secure,
        };
        if !code.is_empty() && chosen.iter().all(|one| one.code != code) {
            chosen.push(Specialism { code: code.to_owned(), depth });
        }
    }
    let phases: Vec<String> = chosen_phases(form);
    if phases.is_empty() {
        errors.add("phases", "Choose at least one kind of school");
    }
    let (on_site, online) = (form.has("mode", "on-site"), form.has("mode", "online"));
    if !on_site && !online {
        errors.add("mode", "Choose whether they come or help online");
    }
    let mut whole = |name: &str, most: u32, words: &str| {
        let value = form.parsed::<u32>(name, errors, words);
        if value.is_some_and(|value| value == 0 || value > most) {
            errors.add(name, words);
        }
        value
    };
    let travel = match form.text("travel") {
        "" => None,
        _ => whole("travel", 999, "Enter 1 to 999 kilometres, or leave it empty").map(f64::from),
    };
    let week = whole("week", 10, "Enter 1 to 10 half-days a week");
    let most = whole("most", 10, "Enter 1 to 10 supports at a time");
    let (weekly_cap, concurrent_cap) = week.zip(most)?;
    errors.is_empty().then_some(Profile {
        specialisms: chosen,
        phases,
        on_site,
        online,
        travel_limit_km: travel,
        weekly_cap,
        concurrent_cap,
        about: form.text("about").to_owned(),
    })
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
    let today = app.clock.today();
    for kind in packs::roles().iter().filter(|kind| kind.is_given_on(today)) {
        role = role.item(kind.code.as_str(), kind.name.as_str());
    }
    let labels = ["What do they bring?", "And also", "And also (third)"];
    let specialisms = specialism_choices(form, errors, &labels);
    let phases = phase_boxes(form, errors, "In which schools?");
    let Conditions { mode, travel, week, most } = conditions(form, errors);
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
        mode,
        travel,
        week,
        most,
        about: about(form, errors),
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
    } else if visitor.led().into_iter().any(has_people) {
        pairs.push(("phases".to_owned(), TRUST.to_owned()));
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
    let profile = profile_of(&form, &mut errors, 3);
    if let (Some(person), Some(profile), true) = (person, profile, errors.is_empty()) {
        let resource = Resource::new(Kind::Offer, Zone::Network, person.org)
            .people([person.account.id])
            .through(Some(person.partnership));
        let action = if visitor.leads(person.org) { Action::Create } else { Action::Broker };
        let permit = authorize(&app, &visitor, action, &resource)?;
        let new = Nomination {
            person: person.account.id,
            name: person.account.name.clone(),
            org: person.org,
            partnership: person.partnership,
            role: form.text("role").to_owned(),
            profile,
        };
        match acts::nominate(&app, &permit, &new).await {
            Ok(id) => return Ok(redirect(&format!("/cadre/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(&app, frame, &people, &form, &errors).await
}

#[derive(Template)]
#[template(path = "profile.html")]
struct Change {
    base: String,
    name: String,
    role: String,
    seen: String,
    errors: Option<ErrorSummary>,
    specialisms: Vec<(Select, Select)>,
    phases: Checkboxes,
    mode: Checkboxes,
    travel: Input,
    week: Input,
    most: Input,
    about: Textarea,
}

/// How many specialisms the form of a designation asks for.
fn asked(it: &Designation) -> usize {
    (it.profile.specialisms.len() + 1).max(3)
}

fn change_page(
    frame: Frame,
    it: &Designation,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut labels = vec!["What do they bring?"];
    labels.resize(asked(it), "And also");
    let depth = |at: usize| {
        let name = format!("depth-{at}");
        let words = [
            ("1", "First experience"),
            ("2", "Secure practice of their own"),
            ("3", "Leads others in it"),
            ("4", "Known for it beyond the area"),
        ];
        let select = Select::new(name.as_str(), "How deep?").value(form.text(&name));
        words.into_iter().fold(select, |select, (value, words)| select.item(value, words))
    };
    let mut choices = specialism_choices(form, errors, &labels);
    // What the pack dropped stays a choice for who has it.
    for (select, old) in choices.iter_mut().zip(&it.profile.specialisms) {
        if packs::specialism(&old.code).is_none() {
            *select = select.clone().item(old.code.as_str(), old.code.as_str());
        }
    }
    let Conditions { mode, travel, week, most } = conditions(form, errors);
    let content = Change {
        base: format!("/cadre/{}", it.id),
        name: it.name.clone(),
        role: it.role_name().to_owned(),
        seen: form.text("seen").to_owned(),
        errors: errors.summary(),
        specialisms: choices.into_iter().zip((1..).map(depth)).collect(),
        phases: phase_boxes(form, errors, "In which schools?"),
        mode,
        travel,
        week,
        most,
        about: about(form, errors),
    };
    let page = frame
        .page(format!("What {} brings", it.name))
        .crumb("People who lead beyond their school", "/cadre")
        .crumb(it.name.as_str(), format!("/cadre/{}", it.id))
        .visible_to(Zone::Network.in_words());
    page.checked(errors).show(&content)
}

/// Whoever may change what a designation says: the person and the head who releases them.
async fn changeable(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Designation, Permit), PageError> {
    let it = cadre::readable(app, visitor, id).await?;
    let permit = authorize(app, visitor, Action::Update, &it.resource())?;
    if visitor.account != Some(it.person) && !visitor.leads(it.org) {
        return Err(PageError::Forbidden(
            "The person and whoever releases them say what they bring.".to_owned(),
        ));
    }
    Ok((it, permit))
}

pub(super) async fn change(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, _) = changeable(&app, &visitor, &id).await?;
    let own = &it.profile;
    let mut pairs: Vec<(String, String)> = vec![
        ("seen".to_owned(), it.version.to_string()),
        ("week".to_owned(), own.weekly_cap.to_string()),
        ("most".to_owned(), own.concurrent_cap.to_string()),
        ("about".to_owned(), own.about.clone()),
        (
            "travel".to_owned(),
            own.travel_limit_km.map_or_else(String::new, |km| format!("{km:.0}")),
        ),
    ];
    for (at, one) in (1..).zip(&own.specialisms) {
        pairs.push((format!("specialism-{at}"), one.code.clone()));
        let depth = match one.depth {
            Depth::Some => "1",
            Depth::Secure => "2",
            Depth::Expert => "3",
            Depth::Leading => "4",
        };
        pairs.push((format!("depth-{at}"), depth.to_owned()));
    }
    pairs.extend(
        (own.specialisms.len() + 1..=asked(&it)).map(|at| (format!("depth-{at}"), "2".to_owned())),
    );
    pairs.extend(own.phases.iter().map(|phase| ("phases".to_owned(), phase.clone())));
    for (on, value) in [(own.on_site, "on-site"), (own.online, "online")] {
        if on {
            pairs.push(("mode".to_owned(), value.to_owned()));
        }
    }
    change_page(frame, &it, &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn save(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (it, permit) = changeable(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let seen = form.text("seen").parse().unwrap_or_default();
    if let Some(profile) = profile_of(&form, &mut errors, asked(&it)) {
        match acts::change_profile(&app, &permit, it.id, seen, &profile).await {
            Ok(()) => return Ok(redirect(&format!("/cadre/{id}"))),
            Err(ActError::Db(DbError::Conflict(_))) => errors.add(
                "specialisms",
                "Somebody else changed this while you wrote. What you typed is still here: look at \
                 the page in another window, then save again from there",
            ),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    change_page(frame, &it, &form, &errors)
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

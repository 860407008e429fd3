//! Alliances and other partnerships: founded, found again, and looked after by their brokers.

use access::{
    Action, Kind, Permit, Resource, SignedIn, Visitor, Zone, authorize, decide, partnerships,
    policy,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use charts::Drawing;
use foundation::{
    App, DbError, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Details, ErrorSummary, Html, Input, RadioItem, Radios, SummaryList, Textarea};

use super::{
    downloads, finding, named,
    together::{self, Place},
};
use crate::{School, orgs};

/// The kinds of partnership and what they are called.
const KINDS: [(&str, &str, &str); 6] = [
    ("alliance", "Alliance", "schools that agreed to help each other"),
    ("cluster", "Cluster", "neighbouring schools that share work"),
    (
        "professional learning community",
        "Professional learning community",
        "practitioners of one field",
    ),
    ("place", "Place", "everybody who answers for the children of an area"),
    ("trust-to-trust", "Trust-to-trust partnership", "two or more trusts"),
    ("triad", "Triad", "three schools that review each other"),
];

/// A partnership's page and membership are read by its members and kept by its brokers.
fn resource(org: OrgRef) -> Resource {
    Resource::new(Kind::Offer, Zone::Network, org).through(Some(org))
}

fn may_keep(visitor: &Visitor, org: OrgRef) -> bool {
    decide(visitor, Action::Update, &resource(org)).allowed
        || decide(visitor, Action::Update, &policy::installation()).allowed
}

/// The partnership's own brokers look after its members; so may an administrator, who sets it up.
fn keep(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Permit, PageError> {
    authorize(app, visitor, Action::Update, &policy::installation())
        .or_else(|_| authorize(app, visitor, Action::Update, &resource(org)))
}

fn reference(id: &str) -> Result<OrgRef, PageError> {
    format!("partnership:{id}").parse().map_err(|_| PageError::NotFound)
}

fn address(org: OrgRef) -> String {
    format!("/partnerships/{}", org.to_string().trim_start_matches("partnership:"))
}

#[derive(Template)]
#[template(path = "partnerships.html")]
struct ListPage {
    lines: Vec<(String, String, String)>,
    may_found: bool,
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut lines = Vec::new();
    for one in partnerships::all(&app.db).await? {
        if decide(&visitor, Action::Read, &resource(one.org)).allowed || may_keep(&visitor, one.org)
        {
            let members = partnerships::members(&app.db, one.org, app.clock.today()).await?;
            let detail = format!("{}, {} members", one.kind, members.len());
            lines.push((address(one.org), one.name, detail));
        }
    }
    let may_found = decide(&visitor, Action::Create, &policy::installation()).allowed;
    frame
        .page("Partnerships")
        .visible_to(Zone::Network.in_words())
        .show(&ListPage { lines, may_found })
}

#[derive(Template)]
#[template(path = "partnership_new.html")]
struct NewPage {
    errors: Option<ErrorSummary>,
    fields: Vec<Html>,
}

fn new_page(data: &FormData, errors: &Errors) -> NewPage {
    let name = Input::new("name", "What is it called?")
        .hint("For example: Tideway Alliance")
        .value(data.text("name"))
        .error_if(errors.get("name"));
    let kind = KINDS.iter().fold(
        Radios::new("kind", "What kind of partnership is it?")
            .value(data.text("kind"))
            .error_if(errors.get("kind")),
        |radios, (key, words, about)| radios.with(RadioItem::new(*key, *words).hint(*about)),
    );
    NewPage {
        errors: errors.summary(),
        fields: vec![
            name.into(),
            kind.into(),
            members_field("members", data, errors).into(),
            Button::new("Found the partnership").prevent_double_click(true).into(),
        ],
    }
}

fn members_field(name: &str, data: &FormData, errors: &Errors) -> Textarea {
    Textarea::new(name, "Who belongs to it?")
        .hint("One a line: a school's unique reference number, trust:NUMBER or authority:CODE. Words after the number are not read.")
        .rows(8_u32)
        .value(data.text(name))
        .error_if(errors.get(name))
}

/// Reads one organisation a line; what is unknown is named with its line.
async fn members_of(
    app: &App,
    text: &str,
    errors: &mut Errors,
    field: &'static str,
) -> Result<Vec<OrgRef>, PageError> {
    let mut found: Vec<OrgRef> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(word) = line.split([',', ' ', '\t', ';']).find(|word| !word.is_empty()) else {
            continue;
        };
        let written = if word.bytes().all(|b| b.is_ascii_digit()) {
            format!("school:{word}")
        } else {
            word.to_owned()
        };
        let known = match written.parse::<OrgRef>() {
            Ok(org @ OrgRef::School(urn)) => crate::school(&app.db, urn).await?.map(|_| org),
            Ok(org @ OrgRef::Trust(uid)) => orgs::trust(&app.db, uid).await?.map(|_| org),
            Ok(org @ OrgRef::Authority(code)) => orgs::authority(&app.db, code).await?.map(|_| org),
            _ => None,
        };
        match known {
            Some(org) if !found.contains(&org) => found.push(org),
            Some(_) => {}
            None => {
                errors.add(field, format!("Line {}: no school, trust or authority is called “{word}”. Check the number in the register", at + 1));
                break;
            }
        }
    }
    Ok(found)
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    authorize(&app, &visitor, Action::Create, &policy::installation())?;
    frame
        .page("Found a partnership")
        .crumb("Partnerships", "/partnerships")
        .show(&new_page(&FormData::default(), &Errors::default()))
}

pub(super) async fn found(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = authorize(&app, &visitor, Action::Create, &policy::installation())?;
    let mut errors = data.errors();
    let name = data.required("name", &mut errors, "Enter the name of the partnership");
    let kind = KINDS.iter().map(|(key, ..)| *key).find(|key| *key == data.text("kind"));
    if kind.is_none() {
        errors.add("kind", "Choose the kind of partnership");
    }
    let members = members_of(&app, data.text("members"), &mut errors, "members").await?;
    let (Some(kind), true) = (kind, errors.is_empty()) else {
        return frame
            .page("Found a partnership")
            .crumb("Partnerships", "/partnerships")
            .with_problems()
            .show(&new_page(&data, &errors));
    };
    let today = app.clock.today();
    let tx = app.db.write().await?;
    let org = partnerships::found(&tx, &app.ids, permit.context(), name, kind, today).await?;
    for member in members {
        partnerships::join(&tx, permit.context(), org, member, today).await?;
    }
    tx.commit().await?;
    Ok(redirect(&address(org)))
}

struct Member {
    name: String,
    href: String,
    detail: String,
    org: OrgRef,
}

#[derive(Template)]
#[template(path = "partnership.html")]
struct ShowPage {
    kind: String,
    title: String,
    errors: Option<ErrorSummary>,
    facts: SummaryList,
    members: Vec<Member>,
    may_keep: bool,
    base: String,
    admit: Option<Html>,
    downloads: Html,
    map: Option<Drawing>,
}

async fn members(app: &App, org: OrgRef) -> Result<(Vec<Member>, Vec<School>), DbError> {
    let orgs = partnerships::members(&app.db, org, app.clock.today()).await?;
    let urns: Vec<u32> = orgs.iter().filter_map(|one| one.urn()).collect();
    let schools = crate::schools(&app.db, &urns).await?;
    let mut members = Vec::new();
    for one in orgs {
        let school = schools.iter().find(|school| school.org() == one);
        members.push(Member {
            name: orgs::org_name(&app.db, one).await?,
            href: finding::href(one),
            detail: match (one, school) {
                (_, Some(school)) => school.detail(),
                (OrgRef::Trust(_), _) => "trust".to_owned(),
                (OrgRef::Authority(_), _) => "local authority".to_owned(),
                _ => String::new(),
            },
            org: one,
        });
    }
    members.sort_by_cached_key(|member| crate::fold::fold(&member.name));
    Ok((members, schools))
}

async fn show_page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    org: OrgRef,
    data: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let it = partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    let may_keep = may_keep(visitor, org);
    if !may_keep {
        authorize(app, visitor, Action::Read, &resource(org))?;
    }
    let (members, schools) = members(app, org).await?;
    let base = address(org);
    let admit = may_keep.then(|| {
        let field = members_field("members", data, errors);
        let details = Details::new(
            "Admit members",
            Html::trusted(format!(
                "<form method=\"post\" action=\"{base}/admit\" novalidate>{field}{}</form>",
                Button::new("Admit").secondary()
            )),
        );
        Html::of(&if errors.is_empty() { details } else { details.open(true) })
    });
    let title = it.name.clone();
    let content = ShowPage {
        kind: KINDS
            .iter()
            .find(|(key, ..)| *key == it.kind)
            .map_or(it.kind, |(_, words, _)| (*words).to_owned()),
        facts: SummaryList::new()
            .row("Members", members.len().to_string())
            .row("Schools", schools.len().to_string()),
        errors: errors.summary(),
        members,
        may_keep,
        admit,
        downloads: downloads("the members", &format!("{base}/tables/members"), ""),
        map: super::areas::map("partnership", &format!("Schools of {title}"), &schools),
        base,
        title: title.clone(),
    };
    let page = frame
        .page(title)
        .crumb("Partnerships", "/partnerships")
        .visible_to(Zone::Network.in_words())
        .wide();
    page.checked(errors).show(&content)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    show_page(&app, &visitor, frame, org, &FormData::default(), &Errors::default()).await
}

pub(super) async fn table(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    let it = partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    if !may_keep(&visitor, org) {
        authorize(&app, &visitor, Action::Read, &resource(org))?;
    }
    let (name, format) = named(&file)?;
    if name != "members" {
        return Err(PageError::NotFound);
    }
    let (_, schools) = members(&app, org).await?;
    super::areas::schools_table(&format!("Schools of {}", it.name), &schools)
        .download(format, "partnership-members")
}

pub(super) async fn admit(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    let permit = keep(&app, &visitor, org)?;
    let mut errors = data.errors();
    data.required("members", &mut errors, "Enter at least one number");
    let new = members_of(&app, data.text("members"), &mut errors, "members").await?;
    if !errors.is_empty() {
        return show_page(&app, &visitor, frame, org, &data, &errors).await;
    }
    let today = app.clock.today();
    let tx = app.db.write().await?;
    let already = partnerships::members(&tx, org, today).await?;
    for member in new.into_iter().filter(|member| !already.contains(member)) {
        partnerships::join(&tx, permit.context(), org, member, today).await?;
    }
    tx.commit().await?;
    Ok(redirect(&address(org)))
}

pub(super) async fn leave(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    let permit = keep(&app, &visitor, org)?;
    let member = data.text("member").parse::<OrgRef>().map_err(|_| PageError::NotFound)?;
    let tx = app.db.write().await?;
    match partnerships::leave(&tx, permit.context(), org, member, app.clock.today()).await {
        // Somebody else was quicker: the outcome is the one wished for.
        Ok(()) | Err(DbError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(redirect(&address(org)))
}

/// The schools of a partnership as one place, for those who may read it.
async fn place(app: &App, visitor: &Visitor, id: &str) -> Result<Place, PageError> {
    let org = reference(id)?;
    let it = partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    if !may_keep(visitor, org) {
        authorize(app, visitor, Action::Read, &resource(org))?;
    }
    let members = partnerships::members(&app.db, org, app.clock.today()).await?;
    let urns = members.into_iter().filter_map(OrgRef::urn).collect();
    Ok(Place { name: it.name, base: address(org), urns })
}

pub(super) async fn together(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    together::show(&app, frame, &place(&app, &visitor, &id).await?).await
}

pub(super) async fn together_file(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    together::file(&app, &place(&app, &visitor, &id).await?, &name).await
}

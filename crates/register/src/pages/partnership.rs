//! Alliances and other partnerships: founded, found again, and looked after by their brokers.

use access::{
    Action, Kind, Permit, Resource, Role, SignedIn, Visitor, Zone, authorize, decide, looks,
    partnerships::{self, Partnership, resource},
    policy,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use charts::Drawing;
use foundation::{
    App, DbError, OrgRef, PageError, Tx,
    clock::date_in_words,
    mail::{self, Letter},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Details, ErrorSummary, Html, Input, RadioItem, Radios, SummaryList, Textarea};

use super::{
    Section, Sections, downloads, finding, lead_school, named, sections,
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

/// The partnership's own brokers and administrators look after its members.
fn may_keep(visitor: &Visitor, org: OrgRef) -> bool {
    decide(visitor, Action::Update, &resource(org)).allowed
}

/// An organisation's own answer to an invitation: its leaders give it.
fn answer_of(member: OrgRef) -> Resource {
    Resource::new(Kind::Partnership, Zone::School, member)
}

/// Whether a visitor answers for an organisation.
fn leads(visitor: &Visitor, member: OrgRef) -> bool {
    decide(visitor, Action::Sign, &answer_of(member)).allowed
}

/// What is asked of a form that names no organisation.
const WHICH: &str = "Say which school or organisation: press the button beside its name";

/// The partnership, for somebody who may read it; the same answer where there is none.
async fn readable(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Partnership, PageError> {
    authorize(app, visitor, Action::Read, &resource(org))?;
    partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)
}

pub(super) fn reference(id: &str) -> Result<OrgRef, PageError> {
    format!("partnership:{id}").parse().map_err(|_| PageError::NotFound)
}

/// A partnership that waits for an organisation's answer.
struct Asked {
    base: String,
    name: String,
    member: String,
    org: OrgRef,
}

#[derive(Template)]
#[template(path = "partnerships.html")]
struct ListPage {
    lines: Vec<(Option<String>, String, String)>,
    asked: Vec<Asked>,
    may_found: bool,
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut lines = Vec::new();
    let today = app.clock.today();
    let may_found = decide(&visitor, Action::Create, &policy::installation()).allowed;
    for one in partnerships::all(&app.db).await? {
        let opens = decide(&visitor, Action::Read, &resource(one.org)).allowed;
        if opens || may_found {
            let members = partnerships::members(&app.db, one.org, today).await?;
            let asked = partnerships::invited(&app.db, one.org, today).await?;
            let waiting = match asked.len() {
                0 => String::new(),
                n => format!(", {n} not agreed yet"),
            };
            let forming = if one.active_on().is_some() { "" } else { ", being formed" };
            let detail = format!("{}, {} members{waiting}{forming}", one.kind, members.len());
            lines.push((opens.then(|| partnerships::address(one.org)), one.name, detail));
        }
    }
    let mut asked = Vec::new();
    for (one, org) in invitations(&app, &visitor).await? {
        asked.push(Asked {
            base: partnerships::address(one.org),
            name: one.name,
            member: orgs::org_name(&app.db, org).await?,
            org,
        });
    }
    frame.page("Partnerships").visible_to(Zone::Network.in_words()).show(&ListPage {
        lines,
        asked,
        may_found,
    })
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
        .visible_to(Zone::System.in_words())
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
            .visible_to(Zone::System.in_words())
            .crumb("Partnerships", "/partnerships")
            .with_problems()
            .show(&new_page(&data, &errors));
    };
    let today = app.clock.today();
    let tx = app.db.write().await?;
    let org = partnerships::form(&tx, &app.ids, permit.context(), name, kind, today).await?;
    let it = partnerships::get(&tx, org).await?.ok_or(PageError::NotFound)?;
    for member in members {
        invite(&tx, &app, &permit, &it, member).await?;
    }
    tx.commit().await?;
    // Who founds a partnership need not be one of those who read it.
    Ok(redirect("/partnerships"))
}

struct Member {
    name: String,
    href: String,
    detail: String,
    org: OrgRef,
    /// Whether the visitor may end the membership: for the partnership, or for the member itself.
    ends: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "partnership.html")]
struct ShowPage {
    kind: String,
    title: String,
    errors: Option<ErrorSummary>,
    facts: SummaryList,
    members: Vec<Member>,
    waiting: Vec<(String, OrgRef)>,
    glass: bool,
    base: String,
    admit: Option<Html>,
    downloads: Html,
    map: Option<Drawing>,
    sections: Vec<Section>,
}

async fn members(
    app: &App,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<(Vec<Member>, Vec<School>), DbError> {
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
            ends: if decide(visitor, Action::Sign, &answer_of(one)).allowed {
                Some("Leave")
            } else {
                may_keep(visitor, org).then_some("End membership")
            },
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
    (data, errors): (&FormData, &Errors),
    rooms: Option<&Sections>,
) -> Result<Response, PageError> {
    let it = readable(app, visitor, org).await?;
    let may_keep = may_keep(visitor, org);
    let mut waiting = Vec::new();
    if may_keep {
        for one in partnerships::invited(&app.db, org, app.clock.today()).await? {
            waiting.push((orgs::org_name(&app.db, one).await?, one));
        }
    }
    let (members, schools) = members(app, visitor, org).await?;
    let named: Vec<_> = members.iter().map(|one| (one.org, one.name.clone())).collect();
    let leads = match it.lead_org {
        Some(lead) => orgs::org_name(&app.db, lead).await?,
        None => "No member in particular".to_owned(),
    };
    let base = partnerships::address(org);
    let admit = may_keep.then(|| {
        let field = members_field("members", data, errors);
        let details = Details::new(
            "Ask others to join",
            Html::trusted(format!(
                "<form method=\"post\" action=\"{base}/admit\" novalidate>{field}{}</form>",
                Button::new("Ask them").secondary()
            )),
        );
        let details = Html::of(&if errors.is_empty() { details } else { details.open(true) });
        Html::join([details, lead_school::form(&base, it.lead_org, &named)])
    });
    let title = it.name.clone();
    let state = it.active_on().map_or_else(
        || {
            "Being formed: it works from the day on which every member has accepted its charter"
                .to_owned()
        },
        |day| format!("Active since {}", date_in_words(day)),
    );
    let content = ShowPage {
        kind: KINDS
            .iter()
            .find(|(key, ..)| *key == it.kind)
            .map_or(it.kind, |(_, words, _)| (*words).to_owned()),
        facts: SummaryList::new()
            .row("State", state)
            .row("Led by", leads)
            .row("Members", members.len().to_string())
            .row("Schools", schools.len().to_string()),
        errors: errors.summary(),
        members,
        waiting,
        glass: visitor.is(Role::Administrator, org),
        admit,
        downloads: downloads("the members", &format!("{base}/tables/members"), ""),
        map: super::areas::map("partnership", &format!("Schools of {title}"), &schools),
        base,
        title: title.clone(),
        sections: sections::told(rooms, app, visitor, org).await?,
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
    rooms: Option<Extension<Sections>>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    let rooms = rooms.as_ref().map(|Extension(rooms)| rooms);
    let fresh = (&FormData::default(), &Errors::default());
    show_page(&app, &visitor, frame, org, fresh, rooms).await
}

pub(super) async fn table(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    let it = readable(&app, &visitor, org).await?;
    let (name, format) = named(&file)?;
    if name != "members" {
        return Err(PageError::NotFound);
    }
    let (_, schools) = members(&app, &visitor, org).await?;
    super::areas::schools_table(&format!("Schools of {}", it.name), &schools)
        .download(format, "partnership-members")
}

/// Asks an organisation to join and writes to those who lead it.
async fn invite(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    it: &Partnership,
    member: OrgRef,
) -> Result<(), DbError> {
    partnerships::invite(tx, permit.context(), it.org, member, app.clock.today()).await?;
    for leader in looks::leaders(tx, app, member).await? {
        let letter = Letter {
            recipient: leader.email,
            subject: format!("{} asks your organisation to join", it.name),
            body: format!(
                "Hello {},\n\n{} asks {} to join. Until you agree you are no member, and \
                 nobody there reads anything of yours. What members share in it, the other \
                 members read; what you do not share stays with you, and you can leave at \
                 any time.\n\nAgree or decline: {}/partnerships\n",
                leader.name,
                it.name,
                orgs::org_name(tx, member).await?,
                app.config.public_url()
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}

/// An invitation that waits for a visitor: the partnership, and the organisation that is asked.
///
/// # Errors
/// When the database cannot be read.
pub async fn invitations(
    app: &App,
    visitor: &Visitor,
) -> Result<Vec<(Partnership, OrgRef)>, DbError> {
    let mut orgs: Vec<OrgRef> = visitor.posts.iter().map(|post| post.org).collect();
    orgs.sort();
    orgs.dedup();
    let mut asked = Vec::new();
    for org in orgs {
        if decide(visitor, Action::Sign, &answer_of(org)).allowed {
            let waiting = partnerships::inviting(&app.db, org, app.clock.today()).await?;
            asked.extend(waiting.into_iter().map(|one| (one, org)));
        }
    }
    Ok(asked)
}

pub(super) async fn admit(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    let permit = authorize(&app, &visitor, Action::Update, &resource(org))?;
    let it = partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    let mut errors = data.errors();
    data.required("members", &mut errors, "Enter at least one number");
    let new = members_of(&app, data.text("members"), &mut errors, "members").await?;
    if !errors.is_empty() {
        return show_page(&app, &visitor, frame, org, (&data, &errors), None).await;
    }
    let today = app.clock.today();
    let tx = app.db.write().await?;
    let mut already = partnerships::members(&tx, org, today).await?;
    already.extend(partnerships::invited(&tx, org, today).await?);
    for member in new.into_iter().filter(|member| !already.contains(member)) {
        invite(&tx, &app, &permit, &it, member).await?;
    }
    tx.commit().await?;
    Ok(redirect(&partnerships::address(org)))
}

/// The answer of an organisation's leaders to an invitation.
pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    let today = app.clock.today();
    if data.text("member").parse::<OrgRef>().is_err() {
        // Only those who could answer for somebody are told what is missing.
        let asked = partnerships::invited(&app.db, org, today).await?;
        asked.into_iter().find(|it| leads(&visitor, *it)).ok_or(PageError::NotFound)?;
    }
    let member: OrgRef = data.chosen("member", WHICH)?;
    let permit = authorize(&app, &visitor, Action::Sign, &answer_of(member))?;
    let tx = app.db.write().await?;
    if !partnerships::invited(&tx, org, today).await?.contains(&member) {
        return Err(PageError::NotFound);
    }
    match data.text("answer") {
        "agree" => partnerships::agree(&tx, permit.context(), org, member, today).await?,
        "decline" => partnerships::leave(&tx, permit.context(), org, member, today).await?,
        _ => return Err(PageError::Bad("Agree or decline.".to_owned())),
    }
    tx.commit().await?;
    Ok(redirect("/partnerships"))
}

pub(super) async fn leave(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = reference(&id)?;
    if data.text("member").parse::<OrgRef>().is_err() {
        // Only those who could do it for somebody are told what is missing.
        let members = partnerships::members(&app.db, org, app.clock.today()).await?;
        if !members.into_iter().any(|it| leads(&visitor, it)) {
            authorize(&app, &visitor, Action::Update, &resource(org))?;
        }
    }
    let member: OrgRef = data.chosen("member", WHICH)?;
    // Its own leaders need to ask nobody.
    let permit = authorize(&app, &visitor, Action::Sign, &answer_of(member))
        .or_else(|_| authorize(&app, &visitor, Action::Update, &resource(org)))?;
    let tx = app.db.write().await?;
    match partnerships::leave(&tx, permit.context(), org, member, app.clock.today()).await {
        // Somebody else was quicker: the outcome is the one wished for.
        Ok(()) | Err(DbError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    let stays = may_keep(&visitor, org);
    Ok(redirect(&if stays { partnerships::address(org) } else { "/partnerships".to_owned() }))
}

/// The schools of a partnership as one place, for those who may read it.
async fn place(app: &App, visitor: &Visitor, id: &str) -> Result<Place, PageError> {
    let org = reference(id)?;
    let it = readable(app, visitor, org).await?;
    let members = partnerships::members(&app.db, org, app.clock.today()).await?;
    let urns = members.into_iter().filter_map(OrgRef::urn).collect();
    Ok(Place { name: it.name, base: partnerships::address(org), urns })
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

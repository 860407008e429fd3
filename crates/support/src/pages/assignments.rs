//! One person, several schools, one theme.

use access::{Action, Role, SignedIn, Visitor, decide};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use brokerage::cadre::{self, Designation};
use foundation::{
    App, OrgRef, PageError, Sql,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Checkboxes, Html, Select, SummaryList};
use needs::Framework;

use super::parts::{FormPage, Sheet, day, go, kept, line, link, number, paragraphs, problems};
use crate::{
    agreements::{Agreement, terms::days},
    assignments::{self, Assignment, NewAssignment},
    neighbours, time,
};

/// Said where nobody can be given several schools.
const NOBODY: &str = "Nobody in the cadre is designated and released as a partner of several \
                      schools. Designate somebody first.";

/// An assignment with whoever comes and the agreements with its schools.
struct Whole {
    it: Assignment,
    partner: Designation,
    agreements: Vec<Agreement>,
}

async fn whole(db: &impl Sql, it: Assignment) -> Result<Option<Whole>, PageError> {
    let Some(partner) = cadre::designation(db, it.designation).await? else { return Ok(None) };
    let agreements = assignments::agreements(db, it.id).await?;
    Ok(Some(Whole { it, partner, agreements }))
}

async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Whole, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let it = assignments::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let whole = whole(&app.db, it).await?.ok_or(PageError::NotFound)?;
    let resource = whole.it.resource(&app.db, &whole.partner, &whole.agreements).await?;
    access::authorize(app, visitor, Action::Read, &resource)?;
    Ok(whole)
}

/// The partnership whose broker the visitor is.
fn brokered(visitor: &Visitor) -> Result<OrgRef, PageError> {
    visitor.orgs(Role::Broker).next().ok_or_else(|| {
        PageError::Forbidden(
            "The broker of a partnership gives somebody several schools. Every school decides for \
             itself: its head signs or declines."
                .to_owned(),
        )
    })
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut rows = Vec::new();
    for it in assignments::all(&app.db).await? {
        let Some(whole) = whole(&app.db, it).await? else { continue };
        let resource = whole.it.resource(&app.db, &whole.partner, &whole.agreements).await?;
        if !decide(&visitor, Action::Read, &resource).allowed {
            continue;
        }
        let (start, end) = whole.it.dates();
        let schools = whole.agreements.len();
        rows.push(vec![
            Cell::Link(whole.it.theme.clone(), format!("/assignments/{}", whole.it.id)),
            Cell::text(whole.partner.name.clone()),
            Cell::Number(f64::from(u32::try_from(schools).unwrap_or(u32::MAX)), 0),
            Cell::text(date_in_words(start)),
            Cell::text(date_in_words(end)),
        ]);
    }
    let mut sheet = Sheet::new("One partner, several schools");
    sheet.lede = paragraphs(
        "Somebody works with several schools on one theme. Each school has its own agreement, its \
         own days and its own notes.",
    );
    let body = if rows.is_empty() {
        paragraphs("Nobody does at the moment.")
    } else {
        let table = Table {
            caption: "Assignments".to_owned(),
            columns: ["Theme", "Partner", "Schools", "From", "To"].map(str::to_owned).to_vec(),
            rows,
            notes: Vec::new(),
        };
        Html::trusted(table.html())
    };
    let begin = if visitor.has(Role::Broker) {
        go("/assignments/new", "Give somebody several schools")
    } else {
        Html::default()
    };
    frame
        .page("One partner, several schools")
        .crumb("Agreements", "/agreements")
        .visible_to(
            "the partner, the schools that take part, those responsible for them, the broker",
        )
        .show(&sheet.part("", body).part("", begin))
}

/// The members of a partnership somebody may come to: its schools, by name.
async fn schools(
    app: &App,
    visitor: &Visitor,
    partnership: OrgRef,
) -> Result<Vec<(OrgRef, String)>, PageError> {
    let members = visitor
        .members
        .iter()
        .filter(|(it, org)| *it == partnership && org.urn().is_some())
        .map(|(_, org)| *org);
    let mut names: Vec<(OrgRef, String)> =
        neighbours::names(&app.db, members).await?.into_iter().collect();
    names.sort_by_cached_key(|(org, name)| (name.to_lowercase(), *org));
    Ok(names)
}

fn boxes(form: &FormData, errors: &Errors, schools: &[(OrgRef, String)]) -> Html {
    let boxes = Checkboxes::new("schools", "Which schools?")
        .small()
        .values(form.all("schools").map(str::to_owned).collect::<Vec<_>>())
        .error_if(errors.get("schools"));
    Html::of(
        &schools
            .iter()
            .fold(boxes, |boxes, (org, name)| boxes.item(org.to_string(), name.as_str())),
    )
}

fn chosen(form: &FormData, schools: &[(OrgRef, String)]) -> Vec<OrgRef> {
    let picked = schools.iter().filter(|(org, _)| form.has("schools", &org.to_string()));
    picked.map(|(org, _)| *org).collect()
}

async fn form_page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let partnership = brokered(visitor)?;
    let able = assignments::partners(&app.db, partnership, app.clock.today()).await?;
    let title = "Give somebody several schools";
    if able.is_empty() {
        let mut sheet = Sheet::new(title);
        sheet.lede = paragraphs(NOBODY);
        return frame
            .page(title)
            .visible_to(
                "the leaders of the schools that take part, each their own part, and the broker",
            )
            .crumb("One partner, several schools", "/assignments")
            .show(&sheet.part("", link("/cadre", "People who lead beyond their school")));
    }
    let mut page = FormPage::new(title, "/assignments/new", "/assignments");
    page.lede = paragraphs(
        "For each school an agreement is written and sent to both heads to sign: nobody comes \
         without that.",
    );
    page.problems = problems(errors);
    let mut partner = Select::new("partner", "Who comes?")
        .value(form.text("partner"))
        .error_if(errors.get("partner"))
        .item("", "Choose");
    for one in &able {
        partner = partner.item(one.id.to_string(), format!("{}, {}", one.name, one.role_name()));
    }
    let mut area = Select::new("area", "Which area does it belong to?")
        .value(form.text("area"))
        .error_if(errors.get("area"))
        .item("", "None in particular");
    for (one, words) in Framework::every_area() {
        area = area.item(one.code.as_str(), words);
    }
    page.fields = vec![
        Html::of(&partner),
        line(form, errors, "theme", "What do all of them work on?", "A few words"),
        Html::of(&area),
        boxes(form, errors, &schools(app, visitor, partnership).await?),
        number(form, errors, "days", "How many days for each school?", "In halves", "days"),
        day(form, errors, "start_on", "First day", ""),
        day(form, errors, "end_on", "Last day", ""),
    ];
    page.button = "Write the agreements and send them".to_owned();
    let mut built = frame
        .page(title)
        .visible_to(
            "the leaders of the schools that take part, each their own part, and the broker",
        )
        .crumb("One partner, several schools", "/assignments");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    form_page(&app, frame, &visitor, &FormData::default(), &Errors::default()).await
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let partnership = brokered(&visitor)?;
    if assignments::partners(&app.db, partnership, app.clock.today()).await?.is_empty() {
        return Err(PageError::Conflict(NOBODY.to_owned()));
    }
    let mut errors = form.errors();
    let partner = form.parsed("partner", &mut errors, "Choose who comes");
    let picked = chosen(&form, &schools(&app, &visitor, partnership).await?);
    if picked.is_empty() {
        errors.add("schools", "Choose at least one school");
    }
    form.required("theme", &mut errors, "Say in a few words what all of them work on");
    let half_days = form.half_days("days", &mut errors, "Enter days in halves, such as 3 or 4.5");
    let start = form.date("start_on", &mut errors, "Enter the first day as day, month and year");
    let end = form.date("end_on", &mut errors, "Enter the last day as day, month and year");
    if let (true, Some(partner), Some(half_days), Some(start), Some(end)) =
        (errors.is_empty(), partner, half_days, start, end)
    {
        let area = Framework::any_area(form.text("area")).map_or("", |area| area.code.as_str());
        let new = NewAssignment {
            partner,
            theme: form.text("theme").to_owned(),
            area: area.to_owned(),
            start,
            end,
            schools: picked,
            half_days,
        };
        let permit = permit(&app, &visitor, partnership, &new.schools)?;
        let today = app.clock.today();
        match assignments::begin(&app, &permit, partnership, &new, today).await {
            Ok(id) => return Ok(redirect(&format!("/assignments/{id}"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    form_page(&app, frame, &visitor, &form, &errors).await
}

/// The broker's permit to write the agreements: asked for every school.
fn permit(
    app: &App,
    visitor: &Visitor,
    partnership: OrgRef,
    schools: &[OrgRef],
) -> Result<access::Permit, PageError> {
    let mut last = None;
    for &school in schools {
        let resource =
            access::Resource::new(access::Kind::Agreement, access::Zone::Parties, school)
                .through(Some(partnership));
        last = Some(access::authorize(app, visitor, Action::Create, &resource)?);
    }
    last.ok_or(PageError::NotFound)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let whole = readable(&app, &visitor, &id).await?;
    page(&app, frame, &visitor, &whole, &FormData::default(), &Errors::default()).await
}

async fn page(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    whole: &Whole,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let Whole { it, partner, agreements } = whole;
    let (start, end) = it.dates();
    let home = register::org_name(&app.db, partner.org).await?;
    let mut facts = SummaryList::new()
        .row("Partner", format!("{}, {}, {home}", partner.name, partner.role_name()))
        .row("From", date_in_words(start))
        .row("To", date_in_words(end));
    if let Some(area) = Framework::any_area(&it.area) {
        facts = facts.row("Area", area.name.as_str());
    }
    let names = neighbours::names(&app.db, agreements.iter().map(|one| one.supported)).await?;
    let (mut rows, mut others) = (Vec::new(), 0);
    for one in agreements {
        // Each school's days and notes are its own: whoever may not read its agreement learns
        // that there is another school, and no more.
        if !decide(visitor, Action::Read, &one.resource(&app.db).await?).allowed {
            others += 1;
            continue;
        }
        let terms = crate::agreements::store::current(&app.db, one).await?;
        let totals = time::totals(&app.db, one.id).await?;
        let name = names.get(&one.supported).cloned().unwrap_or_default();
        rows.push(vec![
            Cell::Link(name.clone(), format!("/agreements/{}", one.id)),
            Cell::text(one.state().in_words()),
            Cell::text(days(terms.terms().half_days())),
            Cell::text(days(totals.planned)),
            Cell::text(days(totals.delivered)),
            if one.state().has_begun() {
                Cell::Link(
                    format!("Visits and notes: {name}"),
                    format!("/agreements/{}/visits", one.id),
                )
            } else {
                Cell::text("Once it has begun")
            },
        ]);
    }
    let table = Table {
        caption: "Schools".to_owned(),
        columns: ["School", "Stands at", "Agreed", "Planned", "Delivered", "Notes"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes: match others {
            0 => Vec::new(),
            1 => vec!["One more school takes part. Its notes are its own.".to_owned()],
            some => vec![format!("{some} more schools take part. Their notes are their own.")],
        },
    };
    let mut sheet = Sheet::new(it.theme.clone());
    sheet.caption = "One partner, several schools".to_owned();
    sheet.lede = problems(errors);
    let sheet = sheet.part("", Html::of(&facts)).part("Schools", Html::trusted(table.html()));
    let more = more(app, visitor, whole, form, errors).await?;
    let mut built = frame
        .page(it.theme.clone())
        .crumb("One partner, several schools", "/assignments")
        .visible_to(
            "the partner, the schools that take part, those responsible for them, the broker",
        );
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.wide().show(&sheet.part("Bring in another school", more))
}

/// The form that brings in another school, for the broker while it runs.
async fn more(
    app: &App,
    visitor: &Visitor,
    whole: &Whole,
    form: &FormData,
    errors: &Errors,
) -> Result<Html, PageError> {
    let it = &whole.it;
    if !visitor.is(Role::Broker, it.partnership) || it.dates().1 < app.clock.today() {
        return Ok(Html::default());
    }
    let mut schools = schools(app, visitor, it.partnership).await?;
    schools.retain(|(org, _)| {
        *org != whole.partner.org && whole.agreements.iter().all(|one| one.supported != *org)
    });
    if schools.is_empty() {
        return Ok(paragraphs("Every school of the partnership takes part."));
    }
    let fields = Html::join([
        boxes(form, errors, &schools),
        number(form, errors, "days", "How many days for each school?", "In halves", "days"),
        Html::of(&govuk::Button::new("Write the agreements and send them").secondary()),
    ]);
    Ok(Html::trusted(format!(
        "<form method=\"post\" action=\"/assignments/{}/schools\" novalidate>{}</form>",
        it.id,
        fields.as_str()
    )))
}

pub(super) async fn widen(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let whole = readable(&app, &visitor, &id).await?;
    if !visitor.is(Role::Broker, whole.it.partnership) {
        return Err(PageError::Forbidden(
            "The broker of the partnership brings in another school.".to_owned(),
        ));
    }
    let mut errors = form.errors();
    let picked = chosen(&form, &schools(&app, &visitor, whole.it.partnership).await?);
    if picked.is_empty() {
        errors.add("schools", "Choose at least one school");
    }
    let half_days = form.half_days("days", &mut errors, "Enter days in halves, such as 3 or 4.5");
    if let (true, Some(half_days)) = (errors.is_empty(), half_days) {
        let permit = permit(&app, &visitor, whole.it.partnership, &picked)?;
        let today = app.clock.today();
        match assignments::widen(&app, &permit, &whole.it, &picked, half_days, today).await {
            Ok(()) => return Ok(redirect(&format!("/assignments/{id}"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &visitor, &whole, &form, &errors).await
}

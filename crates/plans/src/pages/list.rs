//! The plans a visitor can read, and beginning one.

use access::{Action as Deed, Kind, Resource, Role, SignedIn, Visitor, Zone, authorize};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    terms::AcademicYear,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Html, InsetText};
use jiff::civil::Date;
use needs::{AuditId, FindingId, FindingKind};

use super::{
    Sent,
    parts::{self, FormPage, Sheet, Typed, anchor, day_pairs, go, hint, link, paragraphs, text},
    sent,
};
use crate::{
    acts::plan::{self, LADDER_TOP, NewPlan, PlanFrame, STALE_AFTER},
    store::{self, Whole},
};

const TEACH: &str = "A plan says what should become true, why this and why here, who does what by \
    when, and how everybody will know.\nOne plan is enough, however many people help: link an \
    objective with an agreement and the school that supports you sees that objective and can \
    suggest. You decide.";

fn rows(plans: &[Whole], names: &[(OrgRef, String)]) -> Table {
    let name = |org: OrgRef| {
        names.iter().find(|(one, _)| *one == org).map_or_else(String::new, |(_, name)| name.clone())
    };
    Table {
        caption: "Plans".to_owned(),
        columns: ["Plan", "School", "State", "From", "To"].map(str::to_owned).to_vec(),
        rows: plans
            .iter()
            .map(|whole| {
                let plan = &whole.plan;
                vec![
                    Cell::Link(plan.title.clone(), format!("/plans/{}", plan.id)),
                    Cell::text(name(plan.org)),
                    Cell::text(plan.state().words()),
                    Cell::text(date_in_words(plan.start_on())),
                    Cell::text(date_in_words(plan.end_on())),
                ]
            })
            .collect(),
        notes: Vec::new(),
    }
}

async fn sheet(app: &App, title: &str, mut plans: Vec<Whole>) -> Result<Sheet, PageError> {
    let mut names: Vec<(OrgRef, String)> = Vec::new();
    for whole in &plans {
        let org = whole.plan.org;
        if names.iter().all(|(known, _)| *known != org) {
            names.push((org, register::org_name(&app.db, org).await?));
        }
    }
    let name = |org: OrgRef| {
        names.iter().find(|(one, _)| *one == org).map_or("", |(_, name)| name.as_str())
    };
    plans.sort_by(|a, b| {
        (name(a.plan.org), b.plan.created_at).cmp(&(name(b.plan.org), a.plan.created_at))
    });
    let mut sheet = Sheet::new(title);
    if plans.is_empty() {
        sheet.lede = Html::join([
            Html::of(&InsetText::new("There is no plan here yet.")),
            paragraphs(TEACH),
        ]);
    } else {
        sheet = sheet.part("", Html::trusted(rows(&plans, &names).html()));
    }
    Ok(sheet)
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let plans = store::readable(&app, &visitor).await?;
    let mut sheet = sheet(&app, "Plans", plans).await?;
    let summaries = summaries(&app, &visitor).await?;
    if !summaries.is_empty() {
        sheet.lede = Html::default();
        sheet = sheet.part("Summaries for the board", summaries);
    }
    if visitor.orgs(Role::Head).any(|org| org.urn().is_some()) {
        let button = go("/plans/new", "Begin a plan", false);
        sheet.lede = Html::join([sheet.lede, button]);
    }
    frame.page("Plans").wide().visible_to("only you; each plan has its own label").show(&sheet)
}

/// The summaries a visitor reads as a member of a school's board.
async fn summaries(app: &App, visitor: &Visitor) -> Result<Html, PageError> {
    let mut lines = Vec::new();
    for plan in store::for_board(&app.db, visitor).await? {
        let school = register::org_name(&app.db, plan.org).await?;
        let href = format!("/plans/{}/summary", plan.id);
        let words = format!("{}, {school}", plan.title);
        lines.push(format!("{} ({})", anchor(&href, &words), plan.state().words()));
    }
    Ok(parts::list(&lines))
}

/// The plans that grew from an audit: the way back from a need to what is done about it.
pub(super) async fn of_audit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit_id: AuditId = id.parse().map_err(|_| PageError::NotFound)?;
    let audit = needs::audits::audit(&app.db, audit_id).await?.ok_or(PageError::NotFound)?;
    authorize(&app, &visitor, Deed::Read, &audit.resource())?;
    let mut plans = store::readable(&app, &visitor).await?;
    let needs: Vec<FindingId> =
        audit.findings(FindingKind::Need).map(|(_, finding)| finding.id).collect();
    plans.retain(|whole| {
        whole.plan.audit.as_deref() == Some(id.as_str())
            || whole.findings.values().flatten().any(|finding| needs.contains(finding))
    });
    let answered: Vec<String> = audit
        .findings(FindingKind::Need)
        .map(|(_, finding)| {
            let objectives: Vec<String> = plans
                .iter()
                .flat_map(|whole| {
                    let mine = whole.objectives.iter().filter(|one| {
                        whole.findings.get(&one.id).is_some_and(|ids| ids.contains(&finding.id))
                    });
                    mine.map(|one| {
                        let href = format!("/plans/{}/objectives/{}", whole.plan.id, one.id);
                        anchor(&href, &one.words().title)
                    })
                })
                .collect();
            let said = match objectives.is_empty() {
                true => "no objective answers it yet".to_owned(),
                false => objectives.join(", "),
            };
            format!("{}: {said}", text(&finding.statement).as_str())
        })
        .collect();
    let mut sheet = sheet(&app, "What is done about these needs", plans).await?;
    sheet = sheet.part("Each need, and the objectives that answer it", parts::list(&answered));
    sheet.caption = audit.title.clone();
    if visitor.is(Role::Head, audit.org) && audit.state.is_agreed() {
        let button = go(&format!("/plans/new?audit={id}"), "Make a plan from these needs", false);
        sheet.lede = Html::join([sheet.lede, button]);
    }
    let back = link(&format!("/audits/{id}"), "Back to the audit");
    frame
        .page("What is done about these needs")
        .crumb("Needs audits", "/audits")
        .crumb(&audit.title, format!("/audits/{id}"))
        .wide()
        .visible_to(audit.resource().zone.in_words())
        .show(&sheet.part("", back))
}

/// Where a plan is begun from.
#[derive(Debug, serde::Deserialize)]
pub(super) struct From {
    audit: Option<String>,
}

/// The school a visitor begins a plan for, with the needs of its newest agreed audit.
async fn ground(
    app: &App,
    visitor: &Visitor,
    org: Option<OrgRef>,
) -> Result<(OrgRef, Vec<needs::Found>), PageError> {
    let whose = || PageError::Forbidden("The head of a school begins its plan.".to_owned());
    let mut heads = visitor.orgs(Role::Head).filter(|org| org.urn().is_some());
    let org = match org {
        Some(org) if visitor.is(Role::Head, org) => org,
        Some(_) => return Err(whose()),
        None => heads.next().ok_or_else(whose)?,
    };
    let mut found = needs::findings_of(&app.db, org).await?;
    found.retain(|one| one.finding.kind == FindingKind::Need);
    Ok((org, found))
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let audit: Option<AuditId> = from.audit.as_deref().and_then(|id| id.parse().ok());
    let org = match audit {
        Some(id) => {
            let audit = needs::audits::audit(&app.db, id).await?.ok_or(PageError::NotFound)?;
            authorize(&app, &visitor, Deed::Read, &audit.resource())?;
            Some(audit.org)
        }
        None => None,
    };
    let (org, found) = ground(&app, &visitor, org).await?;
    let today = app.clock.today();
    let year = AcademicYear::of(today);
    let mut pairs = vec![
        ("org".to_owned(), org.to_string()),
        ("title".to_owned(), format!("Improvement plan {year}")),
        ("stale_after".to_owned(), STALE_AFTER.to_string()),
        ("ladder_top".to_owned(), LADDER_TOP.to_string()),
    ];
    pairs.extend(day_pairs("start_on", Some(today)));
    pairs.extend(day_pairs("end_on", Some(year.end())));
    pairs.extend(found.iter().map(|one| ("needs".to_owned(), one.finding.id.to_string())));
    form(&app, frame, org, &found, &FormData::from_pairs(pairs), &Errors::default()).await
}

async fn form(
    app: &App,
    frame: Frame,
    org: OrgRef,
    found: &[needs::Found],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let mut page = FormPage::new("Begin a plan", "/plans/new", "/plans", errors);
    page.caption = register::org_name(&app.db, org).await?;
    page.lede = paragraphs(TEACH);
    let items: Vec<(String, String)> = found
        .iter()
        .map(|one| {
            let words = format!("{} ({})", one.finding.statement, one.area_name);
            (one.finding.id.to_string(), words)
        })
        .collect();
    let none = match items.is_empty() {
        true => hint("Your school has no agreed needs audit yet. You can begin without one."),
        false => Html::default(),
    };
    page.fields = vec![
        parts::hidden("org", org),
        none,
        typed.ticks(
            "needs",
            "Which needs does the plan answer?",
            "Each becomes a draft objective, linked with what the audit found. You choose what to keep.",
            &items,
        ),
    ];
    page.fields.extend(frame_fields(typed));
    page.button = "Begin the plan".to_owned();
    let mut built = frame
        .page("Begin a plan")
        .crumb("Plans", "/plans")
        .visible_to("you and the leaders of your school, until you open it for suggestions");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// The fields of a plan's frame.
pub(super) fn frame_fields(typed: Typed<'_>) -> Vec<Html> {
    vec![
        typed.line("title", "What is it called?", ""),
        typed.lines("aim", "What should be true at the end?", "A sentence everybody can repeat", 2),
        typed.day("start_on", "First day", ""),
        typed.day("end_on", "Last day", ""),
        typed.number(
            "stale_after",
            "After how many days without a word is an action quiet?",
            "School holidays are left out. Three weeks is usual",
        ),
        typed.choice(
            "ladder_top",
            "How far may a quiet action be raised?",
            "One step a week, each on record. Beyond your school only where an agreement is in force",
            &[
                ("0", "The owner is asked, and nobody else", ""),
                ("1", "To the lead of the objective", ""),
                ("2", "To the heads of both schools", ""),
                ("3", "To the broker", "As most agreements say"),
            ],
        ),
    ]
}

/// Reads the fields of a plan's frame.
pub(super) fn frame_of(form: &FormData, errors: &mut Errors) -> Option<PlanFrame> {
    let title = form.required("title", errors, "Give the plan a name").to_owned();
    let day = "Enter the day as day, month and year";
    let start_on: Option<Date> = form.date("start_on", errors, day);
    let end_on: Option<Date> = form.date("end_on", errors, day);
    let stale_after = form.parsed("stale_after", errors, "Enter a number of days from 7 to 120");
    let ladder_top =
        form.parsed("ladder_top", errors, "Choose how far a quiet action may be raised");
    if !errors.is_empty() {
        return None;
    }
    Some(PlanFrame {
        title,
        aim: form.text("aim").to_owned(),
        start_on: start_on?,
        end_on: end_on?,
        stale_after: stale_after?,
        ladder_top: ladder_top?,
    })
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    page: Frame,
    Form(sent_form): Form,
) -> Result<Response, PageError> {
    let org: Option<OrgRef> = sent_form.text("org").parse().ok();
    let (org, found) = ground(&app, &visitor, org).await?;
    let resource = Resource::new(Kind::Plan, Zone::School, org);
    let permit = authorize(&app, &visitor, Deed::Create, &resource)?;
    let mut errors = sent_form.errors();
    if let Some(frame) = frame_of(&sent_form, &mut errors) {
        let needs: Vec<FindingId> =
            sent_form.all("needs").filter_map(|id| id.parse().ok()).collect();
        let audit = found.iter().find(|one| needs.contains(&one.finding.id)).map(|one| one.audit);
        let new = NewPlan { org, audit, needs, frame };
        let outcome = plan::create(&app, &permit, &new).await;
        if let Ok(id) = &outcome {
            return Ok(redirect(&format!("/plans/{id}")));
        }
        if let Sent::Conflict = sent(outcome, &mut errors)? {
            return Err(PageError::Conflict("Try again.".to_owned()));
        }
    }
    form(&app, page, org, &found, &sent_form, &errors).await
}

//! Pages for the person who answers for data protection (D27): how this installation stands, the
//! record of processing activities and the impact assessment, filled in from the live
//! configuration and packs, to read, print and complete.

mod activities;
mod facts;
mod risks;

use access::{Action, SignedIn, Visitor, Zone, authorize, looks, policy};
use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use foundation::{
    App, PageError, Sql as _,
    web::{Cell, Format, Frame, Table},
};
use govuk::{SummaryList, extra::Downloads};

use activities::{ACTIVITIES, Activity, NOT_ABOUT_PEOPLE};
use facts::Facts;
use risks::{RISKS, Risk};

/// The pages about data protection.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/data-protection", get(overview))
        .route("/data-protection/processing", get(processing))
        .route("/data-protection/processing.{ending}", get(download))
        .route("/data-protection/assessment", get(assessment))
}

/// The tables of every activity in the record of processing.
pub fn tables() -> impl Iterator<Item = &'static str> {
    ACTIVITIES.iter().flat_map(|activity| activity.tables.iter().copied())
}

/// The tables that hold nothing about a person, and why.
#[must_use]
pub const fn not_about_people() -> &'static [(&'static str, &'static str)] {
    NOT_ABOUT_PEOPLE
}

/// Operators read these pages, and each look is noted.
async fn door(app: &App, visitor: &Visitor) -> Result<(), PageError> {
    let installation = policy::installation();
    authorize(app, visitor, Action::Read, &installation)?;
    Ok(looks::record(app, visitor, &installation, "data protection", "the papers").await?)
}

fn list(pairs: &[(String, String)]) -> SummaryList {
    pairs.iter().fold(SummaryList::new(), |list, (question, answer)| {
        list.row(question.as_str(), answer.as_str())
    })
}

#[derive(Template)]
#[template(path = "protection.html")]
struct Overview {
    operation: SummaryList,
    people: SummaryList,
    packs: SummaryList,
    retention: SummaryList,
    made: String,
}

impl Overview {
    fn of(facts: &Facts) -> Self {
        Self {
            operation: list(&facts.operation),
            people: list(&facts.people),
            packs: list(&facts.packs),
            retention: list(&facts.retention),
            made: facts.made.clone(),
        }
    }
}

async fn overview(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor).await?;
    let page = Overview::of(&facts::read(&app).await?);
    frame.page("Data protection").visible_to(Zone::System.in_words()).show(&page)
}

fn zones(activity: &Activity) -> String {
    let words: Vec<String> =
        activity.zones.iter().map(|zone| format!("{}: {}", zone.key(), zone.in_words())).collect();
    words.join("; ")
}

async fn counted(app: &App) -> Result<Vec<(&'static Activity, i64)>, PageError> {
    let mut counted = Vec::new();
    for activity in ACTIVITIES {
        counted.push((activity, app.db.count(activity.count, []).await?));
    }
    Ok(counted)
}

#[derive(Template)]
#[template(path = "processing.html")]
struct Processing {
    activities: Vec<(&'static str, SummaryList)>,
    downloads: Downloads,
    address: String,
    made: String,
}

async fn processing(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor).await?;
    let activities = counted(&app)
        .await?
        .into_iter()
        .map(|(activity, count)| {
            let list = SummaryList::new()
                .row("What for", activity.purpose)
                .row("Legal basis, to be confirmed", activity.basis)
                .row("Whose data", activity.people)
                .row("Which data", activity.data)
                .row("Who can see it", zones(activity))
                .row("Kept", activity.kept(&app))
                .row("Kept in the tables", activity.tables.join(", "))
                .row("Records now", count.to_string());
            (activity.name, list)
        })
        .collect();
    let downloads = Downloads::new(
        "the record",
        [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
            .map(|(name, ending)| (name, format!("/data-protection/processing.{ending}"))),
    );
    let address = app.config.public_url();
    let made = foundation::clock::in_words(app.clock.now());
    frame
        .page("Record of processing activities")
        .crumb("Data protection", "/data-protection")
        .visible_to(Zone::System.in_words())
        .show(&Processing { activities, downloads, address, made })
}

async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(ending): Path<String>,
) -> Result<Response, PageError> {
    let format = Format::from_ending(&ending).ok_or(PageError::NotFound)?;
    door(&app, &visitor).await?;
    let columns = [
        "Activity",
        "What for",
        "Legal basis, to be confirmed",
        "Whose data",
        "Which data",
        "Who can see it",
        "Kept",
        "Kept in the tables",
        "Records now",
    ];
    let rows = counted(&app)
        .await?
        .into_iter()
        .map(|(activity, count)| {
            #[expect(clippy::cast_precision_loss, reason = "fewer records than 2^52")]
            let count = count as f64;
            vec![
                Cell::text(activity.name),
                Cell::text(activity.purpose),
                Cell::text(activity.basis),
                Cell::text(activity.people),
                Cell::text(activity.data),
                Cell::text(zones(activity)),
                Cell::text(activity.kept(&app)),
                Cell::text(activity.tables.join(", ")),
                Cell::Number(count, 0),
            ]
        })
        .collect();
    let made = foundation::clock::in_words(app.clock.now());
    let table = Table {
        caption: "Record of processing activities".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
        notes: vec![format!("{}, {made}", app.config.public_url())],
    };
    table.download(format, "record-of-processing")
}

#[derive(Template)]
#[template(path = "assessment.html")]
struct Assessment {
    facts: Overview,
    activities: &'static [Activity],
    risks: &'static [Risk],
    roles: usize,
}

async fn assessment(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor).await?;
    let facts = Overview::of(&facts::read(&app).await?);
    let page =
        Assessment { facts, activities: ACTIVITIES, risks: RISKS, roles: access::Role::ALL.len() };
    frame
        .page("Data protection impact assessment")
        .crumb("Data protection", "/data-protection")
        .visible_to(Zone::System.in_words())
        .show(&page)
}

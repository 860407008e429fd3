//! A place as a whole: all its schools together, none of them named.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Uri,
    response::Response,
};
use evidence::methods;
use foundation::{
    App, DbError, PageError, Sql,
    web::{Cell, Frame, Table, percent_encoded},
};
use govuk::Html;

use super::{bar_and_gap, downloads, named};
use crate::{Scope, kpis, orgs, workings::Workings};

#[derive(Template)]
#[template(path = "together.html")]
struct TogetherPage {
    title: String,
    back: String,
    schools: usize,
    table: String,
    any: bool,
    links: Html,
    gaps: String,
    picture: Option<charts::Drawing>,
    any_gaps: bool,
    gap_links: Html,
    workings: Html,
}

/// A place with its schools.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) base: String,
    pub(super) urns: Vec<u32>,
}

async fn table(db: &impl Sql, place: &Place) -> Result<Table, DbError> {
    let totals = kpis::totals(db, &place.urns).await?;
    Ok(Table {
        caption: format!("The schools of {} together", place.name),
        columns: ["Indicator", "Year", "All together", "Pupils", "Schools counted", "Schools without a figure", "Between schools"]
            .map(str::to_owned)
            .to_vec(),
        rows: totals
            .iter()
            .map(|total| {
                #[expect(clippy::cast_precision_loss, reason = "counts of schools")]
                let count = |n: usize| Cell::Number(n as f64, 0);
                vec![
                    Cell::text(total.definition.plain_name),
                    Cell::text(total.period.to_string()),
                    Cell::text(total.definition.in_words(&total.measure)),
                    total.measure.n().map_or_else(
                        || Cell::Missing("not counted in pupils".to_owned()),
                        |n| Cell::Number(n, 0),
                    ),
                    count(total.schools),
                    count(total.without),
                    total.spread.map_or_else(
                        || Cell::Missing("not shown".to_owned()),
                        |spread| {
                            let range = total.definition.number_in_words(spread.range);
                            Cell::text(format!("{range} over {} schools", spread.schools))
                        },
                    ),
                ]
            })
            .collect(),
        notes: vec![
            "Pupils are added up over schools; percentages are never averaged. Figures that are too small to be shown on a school's own page are not in the total."
                .to_owned(),
            "Between schools: how wide the middle half of the schools is, from at least eight schools with eleven pupils each. It names none."
                .to_owned(),
        ],
    })
}

pub(super) async fn show(app: &App, frame: Frame, place: &Place) -> Result<Response, PageError> {
    let table = table(&app.db, place).await?;
    let found = kpis::gaps(&app.db, &place.urns).await?;
    let gaps = bar_and_gap::table(&place.name, &found, true);
    let content = TogetherPage {
        title: place.name.clone(),
        back: place.base.clone(),
        schools: place.urns.len(),
        any: !table.rows.is_empty(),
        table: table.html(),
        links: downloads("these totals", &format!("{}/together/totals", place.base), ""),
        any_gaps: !gaps.rows.is_empty(),
        gaps: gaps.html(),
        picture: bar_and_gap::picture("bar-and-gap", &place.name, &found),
        gap_links: downloads("bar and gap", &format!("{}/together/gaps", place.base), ""),
        workings: Workings::of("bar and gap")
            .method(methods::BAR_AND_GAP)
            .method(methods::VARIATION)
            .panel(),
    };
    frame
        .page(format!("{}: all schools together", place.name))
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .crumb(&place.name, &place.base)
        .wide()
        .show(&content)
}

pub(super) async fn file(app: &App, place: &Place, file: &str) -> Result<Response, PageError> {
    match named(file)? {
        ("totals", format) => table(&app.db, place).await?.download(format, "together"),
        ("gaps", format) => {
            let found = kpis::gaps(&app.db, &place.urns).await?;
            bar_and_gap::table(&place.name, &found, true).download(format, "bar-and-gap")
        }
        _ => Err(PageError::NotFound),
    }
}

async fn place(app: &App, kind: &str, key: &str) -> Result<Place, PageError> {
    let (name, scope) = match kind {
        "trusts" => {
            let uid = key.parse().map_err(|_| PageError::NotFound)?;
            let trust = orgs::trust(&app.db, uid).await?.ok_or(PageError::NotFound)?;
            (trust.name, Scope { trust: Some(uid), ..Scope::default() })
        }
        "areas" => {
            let code = key.parse().map_err(|_| PageError::NotFound)?;
            let authority = orgs::authority(&app.db, code).await?.ok_or(PageError::NotFound)?;
            (authority.name, Scope { authority: Some(code), ..Scope::default() })
        }
        _ => {
            let regions = orgs::regions(&app.db).await?;
            let name = regions.into_iter().find(|one| one == key).ok_or(PageError::NotFound)?;
            (name.clone(), Scope { region: Some(name), ..Scope::default() })
        }
    };
    let schools = crate::list(&app.db, &scope, 0, 100_000).await?.0;
    Ok(Place {
        base: format!("/{kind}/{}", percent_encoded(key)),
        urns: schools.iter().map(|school| school.urn).collect(),
        name,
    })
}

/// The kind of place is the first word of the address.
fn kind(uri: &Uri) -> &str {
    uri.path().split('/').nth(1).unwrap_or("")
}

pub(super) async fn page(
    State(app): State<App>,
    frame: Frame,
    uri: Uri,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    show(&app, frame, &place(&app, kind(&uri), &key).await?).await
}

pub(super) async fn download(
    State(app): State<App>,
    uri: Uri,
    Path((key, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    file(&app, &place(&app, kind(&uri), &key).await?, &name).await
}

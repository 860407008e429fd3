//! Trusts, local authorities and regions.

use askama::Template;
use axum::{
    extract::{Path, Query as UrlQuery, State},
    response::Response,
};
use charts::{Drawing, Finite, Frame as ChartFrame, Map, Place, Symbol};
use foundation::{
    App, DbError, PageError, Sql,
    clock::date_in_words,
    web::{Cell, Frame, Table, escape, percent_encoded},
};
use govuk::{Html, Pagination, SummaryList};
use serde::Deserialize;

use super::{
    downloads,
    finding::{Line, PAGE},
    named, picture,
};
use crate::{
    School, Scope,
    kpis::{self, Cover, Subject},
    orgs::{self, Authority, Membership},
};

/// Which page of a list. Anything else in the address is not listened to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Leaf {
    page: Option<u32>,
}

#[derive(Template)]
#[template(path = "area.html")]
struct AreaPage {
    caption: &'static str,
    title: String,
    facts: Option<SummaryList>,
    figures: Option<(String, Html)>,
    lines: Vec<Line>,
    total: usize,
    pagination: Option<Pagination>,
    list_downloads: Html,
    history: Option<(String, Html)>,
    map: Option<Drawing>,
    authorities: Vec<Authority>,
    together: Option<String>,
}

async fn schools_page(
    db: &impl Sql,
    scope: &Scope,
    leaf: &Leaf,
    base: &str,
) -> Result<(Vec<School>, usize, Option<Pagination>), DbError> {
    let page = leaf.page.unwrap_or(1).max(1);
    let offset = usize::try_from(page - 1).unwrap_or(0) * PAGE;
    let (schools, total) = crate::list(db, scope, offset, PAGE).await?;
    let pages = u32::try_from(total.div_ceil(PAGE).max(1)).unwrap_or(1);
    let pagination = (pages > 1)
        .then(|| Pagination::pages(page.min(pages), pages, |page| format!("{base}?page={page}")));
    Ok((schools, total, pagination))
}

/// Schools on a map, by phase; none when there are too many to tell apart.
pub(super) fn map(id: &str, title: &str, schools: &[School]) -> Option<Drawing> {
    let mut kinds: Vec<(Symbol, String)> = Vec::new();
    let mut places = Vec::new();
    for school in schools {
        let Some((lat, lon)) = school.position() else { continue };
        let (Ok(lat), Ok(lon)) = (Finite::new(lat), Finite::new(lon)) else { continue };
        let symbol = picture::symbol(school.phase);
        if kinds.iter().all(|(known, _)| *known != symbol) {
            kinds.push((symbol, school.phase.in_words().to_owned()));
        }
        places.push(Place {
            lon,
            lat,
            name: school.name.clone(),
            symbol,
            kind: school.phase.in_words().to_owned(),
            emphasis: false,
            note: school.town.clone().unwrap_or_default(),
        });
    }
    (2..=400).contains(&places.len()).then(|| {
        let frame = ChartFrame::new(id, title).wide();
        let name_places = places.len() <= 12;
        Map { frame, boundaries: Vec::new(), places, kinds, links: Vec::new(), name_places }.draw()
    })
}

/// A list of schools as a table: what and where, no outcomes.
pub(super) fn schools_table(caption: &str, schools: &[School]) -> Table {
    Table {
        caption: caption.to_owned(),
        columns: [
            "School",
            "URN",
            "Phase",
            "Type",
            "Local authority",
            "Trust",
            "Town",
            "Postcode",
            "Pupils",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: schools
            .iter()
            .map(|school| {
                let or_missing = |text: &Option<String>| {
                    text.as_ref().map_or_else(|| Cell::Missing("–".to_owned()), Cell::text)
                };
                vec![
                    Cell::text(&school.name),
                    Cell::text(school.urn.to_string()),
                    Cell::text(school.phase.in_words()),
                    Cell::text(&school.kind),
                    Cell::text(&school.authority_name),
                    or_missing(&school.trust_name),
                    or_missing(&school.town),
                    or_missing(&school.postcode),
                    #[expect(clippy::cast_precision_loss, reason = "a school's pupils")]
                    school.pupils.map_or_else(
                        || Cell::Missing("not known".to_owned()),
                        |pupils| Cell::Number(pupils as f64, 0),
                    ),
                ]
            })
            .collect(),
        notes: vec![source(schools)],
    }
}

fn source(schools: &[School]) -> String {
    let day = schools.iter().filter_map(|school| school.as_at).max();
    let day = day.map(|day| format!(", as at {}", date_in_words(day))).unwrap_or_default();
    format!("Source: Get Information about Schools{day}. Open Government Licence v3.0.")
}

/// The published totals of an authority beside England's, the latest year of each indicator.
async fn figures(db: &impl Sql, authority: &Authority) -> Result<Option<Table>, DbError> {
    let mut table = Table {
        caption: format!("Published totals: {}", authority.name),
        columns: ["Indicator", "Schools", "Year", "Authority", kpis::nation()]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for cover in [Cover::All, Cover::Primary, Cover::Secondary, Cover::Special] {
        let own = kpis::series_of(db, Subject::Authority(authority.code(), cover)).await?;
        if own.is_empty() {
            continue;
        }
        let england =
            kpis::series_of(db, Subject::National(sources::NationalScope::StateFunded, cover))
                .await?;
        for series in own {
            let definition = series.definition();
            let Some(latest) = series.readings.iter().rev().find(|r| r.measure.number().is_some())
            else {
                continue;
            };
            if series.group != definition.group {
                continue;
            }
            let nation = england
                .iter()
                .find(|one| one.kpi == series.kpi && one.group == series.group)
                .and_then(|one| one.in_year(latest.period));
            let written = |reading: Option<&kpis::Reading>| {
                reading.and_then(|r| r.measure.number()).map_or_else(
                    || Cell::Missing("–".to_owned()),
                    |value| Cell::text(definition.number_in_words(value)),
                )
            };
            table.rows.push(vec![
                Cell::text(definition.plain_name),
                Cell::text(match cover {
                    Cover::Primary => "primary",
                    Cover::Secondary => "secondary",
                    Cover::Special => "special",
                    _ => "all",
                }),
                Cell::text(latest.period.to_string()),
                written(Some(latest)),
                written(nation),
            ]);
            let note = latest.source.sentence(latest.status);
            if !table.notes.contains(&note) {
                table.notes.push(note);
            }
        }
    }
    Ok((!table.rows.is_empty()).then_some(table))
}

async fn history_table(db: &impl Sql, name: &str, stays: &[Membership]) -> Result<Table, DbError> {
    let urns: Vec<u32> = stays.iter().map(|stay| stay.urn).collect();
    let schools = crate::schools(db, &urns).await?;
    let mut rows: Vec<(String, Vec<Cell>)> = Vec::new();
    for stay in stays {
        let school = schools.iter().find(|school| school.urn == stay.urn);
        let school_name =
            school.map_or_else(|| format!("School {}", stay.urn), |school| school.name.clone());
        let since = stay.since.map_or_else(|| "not known".to_owned(), date_in_words);
        let cells = vec![
            Cell::Link(school_name.clone(), format!("/schools/{}", stay.urn)),
            Cell::text(if stay.exact { since } else { format!("by {since}") }),
            Cell::text(stay.until.map_or_else(
                || "today".to_owned(),
                |day| format!("last seen {}", date_in_words(day)),
            )),
        ];
        rows.push((crate::fold::fold(&school_name), cells));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Table {
        caption: format!("Schools in {name} over time"),
        columns: ["School", "From", "To"].map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, cells)| cells).collect(),
        notes: vec![
            "“By” a date: the first register imported that shows the membership. Source: Get Information about Schools. Open Government Licence v3.0."
                .to_owned(),
        ],
    })
}

pub(super) async fn trust(
    State(app): State<App>,
    frame: Frame,
    Path(uid): Path<u32>,
    UrlQuery(leaf): UrlQuery<Leaf>,
) -> Result<Response, PageError> {
    let trust = orgs::trust(&app.db, uid).await?.ok_or(PageError::NotFound)?;
    let base = format!("/trusts/{uid}");
    let scope = Scope { trust: Some(uid), ..Scope::default() };
    let (schools, total, pagination) = schools_page(&app.db, &scope, &leaf, &base).await?;
    let stays = orgs::members_of(&app.db, uid).await?;
    let mut facts = SummaryList::new()
        .row("Group number", uid.to_string())
        .row("Open schools", total.to_string());
    if let Some(kind) = &trust.kind {
        facts = facts.row("Kind", kind.as_str());
    }
    if let Some(day) = trust.opened {
        facts = facts.row("Incorporated", date_in_words(day));
    }
    if let Some(number) = &trust.companies_house {
        facts = facts.row("Company number", number.as_str());
    }
    let history = history_table(&app.db, &trust.name, &stays).await?;
    let all = crate::list(&app.db, &scope, 0, 401).await?.0;
    let content = AreaPage {
        caption: "Trust",
        title: trust.name.clone(),
        facts: Some(facts),
        figures: None,
        map: map("trust", &format!("Schools of {}", trust.name), &all),
        lines: schools.into_iter().map(Line::from).collect(),
        total,
        pagination,
        list_downloads: downloads("the schools", &format!("{base}/tables/schools"), ""),
        history: (!stays.is_empty()).then(|| {
            (history.html(), downloads("membership", &format!("{base}/tables/membership"), ""))
        }),
        authorities: Vec::new(),
        together: Some(base),
    };
    frame
        .page(trust.name)
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .wide()
        .show(&content)
}

pub(super) async fn trust_table(
    State(app): State<App>,
    Path((uid, file)): Path<(u32, String)>,
) -> Result<Response, PageError> {
    let (name, format) = named(&file)?;
    let trust = orgs::trust(&app.db, uid).await?.ok_or(PageError::NotFound)?;
    let table = match name {
        "schools" => {
            let scope = Scope { trust: Some(uid), ..Scope::default() };
            let schools = crate::list(&app.db, &scope, 0, 100_000).await?.0;
            schools_table(&format!("Schools of {}", trust.name), &schools)
        }
        "membership" => {
            history_table(&app.db, &trust.name, &orgs::members_of(&app.db, uid).await?).await?
        }
        _ => return Err(PageError::NotFound),
    };
    table.download(format, &format!("trust-{uid}-{name}"))
}

pub(super) async fn authority(
    State(app): State<App>,
    frame: Frame,
    Path(code): Path<u16>,
    UrlQuery(leaf): UrlQuery<Leaf>,
) -> Result<Response, PageError> {
    let authority = orgs::authority(&app.db, code).await?.ok_or(PageError::NotFound)?;
    let base = format!("/areas/{code}");
    let scope = Scope { authority: Some(code), ..Scope::default() };
    let (schools, total, pagination) = schools_page(&app.db, &scope, &leaf, &base).await?;
    let figures = figures(&app.db, &authority).await?;
    let mut facts =
        SummaryList::new().row("Code", code.to_string()).row("Open schools", total.to_string());
    if let Some(region) = &authority.region {
        let href = format!("/regions/{}", percent_encoded(region));
        facts = facts.row(
            "Region",
            Html::trusted(format!(
                "<a class=\"govuk-link\" href=\"{href}\">{}</a>",
                escape(region)
            )),
        );
    }
    let content = AreaPage {
        caption: "Local authority",
        title: authority.name.clone(),
        facts: Some(facts),
        figures: figures
            .map(|table| (table.html(), downloads("totals", &format!("{base}/tables/totals"), ""))),
        lines: schools.into_iter().map(Line::from).collect(),
        total,
        pagination,
        list_downloads: downloads("the schools", &format!("{base}/tables/schools"), ""),
        history: None,
        map: None,
        authorities: Vec::new(),
        together: Some(base),
    };
    frame
        .page(authority.name)
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .wide()
        .show(&content)
}

pub(super) async fn authority_table(
    State(app): State<App>,
    Path((code, file)): Path<(u16, String)>,
) -> Result<Response, PageError> {
    let (name, format) = named(&file)?;
    let authority = orgs::authority(&app.db, code).await?.ok_or(PageError::NotFound)?;
    let table = match name {
        "schools" => {
            let scope = Scope { authority: Some(code), ..Scope::default() };
            let schools = crate::list(&app.db, &scope, 0, 100_000).await?.0;
            schools_table(&format!("Schools in {}", authority.name), &schools)
        }
        "totals" => figures(&app.db, &authority).await?.ok_or(PageError::NotFound)?,
        _ => return Err(PageError::NotFound),
    };
    table.download(format, &format!("authority-{code}-{name}"))
}

/// Every local authority and region.
pub(super) async fn all(State(app): State<App>, frame: Frame) -> Result<Response, PageError> {
    let authorities = orgs::authorities(&app.db).await?;
    let content = AreaPage {
        caption: kpis::nation(),
        title: "Local authorities".to_owned(),
        facts: None,
        figures: None,
        lines: Vec::new(),
        total: 0,
        pagination: None,
        list_downloads: Html::default(),
        history: None,
        map: None,
        authorities,
        together: None,
    };
    frame
        .page("Local authorities")
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .show(&content)
}

async fn region_authorities(db: &impl Sql, name: &str) -> Result<Vec<Authority>, PageError> {
    let authorities: Vec<Authority> = orgs::authorities(db)
        .await?
        .into_iter()
        .filter(|authority| authority.region.as_deref() == Some(name))
        .collect();
    if authorities.is_empty() { Err(PageError::NotFound) } else { Ok(authorities) }
}

pub(super) async fn region(
    State(app): State<App>,
    frame: Frame,
    Path(name): Path<String>,
    UrlQuery(leaf): UrlQuery<Leaf>,
) -> Result<Response, PageError> {
    let authorities = region_authorities(&app.db, &name).await?;
    let base = format!("/regions/{}", percent_encoded(&name));
    let scope = Scope { region: Some(name.clone()), ..Scope::default() };
    let (schools, total, pagination) = schools_page(&app.db, &scope, &leaf, &base).await?;
    let content = AreaPage {
        caption: "Region",
        title: name.clone(),
        facts: None,
        figures: None,
        lines: schools.into_iter().map(Line::from).collect(),
        total,
        pagination,
        list_downloads: downloads("the schools", &format!("{base}/tables/schools"), ""),
        history: None,
        map: None,
        authorities,
        together: Some(base),
    };
    frame
        .page(name)
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .wide()
        .show(&content)
}

pub(super) async fn region_table(
    State(app): State<App>,
    Path((region, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (name, format) = named(&file)?;
    if name != "schools" {
        return Err(PageError::NotFound);
    }
    region_authorities(&app.db, &region).await?;
    let scope = Scope { region: Some(region.clone()), ..Scope::default() };
    let schools = crate::list(&app.db, &scope, 0, 100_000).await?.0;
    schools_table(&format!("Schools in {region}"), &schools).download(format, "region-schools")
}

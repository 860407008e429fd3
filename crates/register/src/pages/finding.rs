//! Finding schools, trusts and authorities.

use askama::Template;
use axum::{
    extract::{Path, Query as UrlQuery, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Cell, Frame, Table, percent_encoded},
};
use govuk::{Html, Input, Pagination, Select};
use serde::Deserialize;

use super::{downloads, named};
use crate::{
    Phase, School, Scope,
    orgs::{self, Authority},
    search::{self, Hit, Query},
};

/// Rows of a page of a list.
pub(super) const PAGE: usize = 50;
/// The most that a search lists: beyond it, more words help more than more pages.
const FOUND: usize = 100;

/// What the form sends. Anything else in the address is not listened to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    phase: String,
    authority: String,
    page: Option<u32>,
}

impl Asked {
    fn phase(&self) -> Option<Phase> {
        self.phase.parse().ok()
    }

    fn authority(&self) -> Option<u16> {
        self.authority.parse().ok()
    }

    fn narrowed(&self) -> bool {
        self.phase().is_some() || self.authority().is_some()
    }

    fn address(&self) -> String {
        format!(
            "?q={}&phase={}&authority={}",
            percent_encoded(&self.q),
            percent_encoded(&self.phase),
            percent_encoded(&self.authority)
        )
    }
}

/// A line of the result.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) detail: String,
    pub(super) is_open: bool,
}

pub(super) fn href(org: OrgRef) -> String {
    match org {
        OrgRef::School(urn) => format!("/schools/{urn}"),
        OrgRef::Trust(uid) => format!("/trusts/{uid}"),
        OrgRef::Authority(code) => format!("/areas/{code}"),
        OrgRef::Partnership(id) => format!("/partnerships/{id}"),
        OrgRef::Partner(_) => "/schools".to_owned(),
    }
}

impl From<Hit> for Line {
    fn from(hit: Hit) -> Self {
        Self { href: href(hit.org), name: hit.name, detail: hit.detail, is_open: hit.is_open }
    }
}

impl From<School> for Line {
    fn from(school: School) -> Self {
        Self {
            href: href(school.org()),
            detail: school.detail(),
            is_open: school.is_open,
            name: school.name,
        }
    }
}

struct Found {
    lines: Vec<Line>,
    total: usize,
    pages: u32,
}

async fn find(app: &App, asked: &Asked, all: bool) -> Result<Found, PageError> {
    let page = usize::try_from(asked.page.unwrap_or(1).max(1)).unwrap_or(1);
    if asked.q.trim().is_empty() {
        if !asked.narrowed() {
            return Ok(Found { lines: Vec::new(), total: 0, pages: 1 });
        }
        let scope =
            Scope { phase: asked.phase(), authority: asked.authority(), ..Scope::default() };
        let (offset, limit) = if all { (0, 100_000) } else { ((page - 1) * PAGE, PAGE) };
        let (schools, total) = crate::list(&app.db, &scope, offset, limit).await?;
        let pages = u32::try_from(total.div_ceil(PAGE).max(1)).unwrap_or(1);
        return Ok(Found { lines: schools.into_iter().map(Line::from).collect(), total, pages });
    }
    let query = Query {
        text: asked.q.chars().take(200).collect(),
        phase: asked.phase(),
        authority: asked.authority(),
        closed_too: true,
    };
    let hits = search::find(&app.db, &query, FOUND).await?;
    let total = hits.len();
    Ok(Found { lines: hits.into_iter().map(Line::from).collect(), total, pages: 1 })
}

#[derive(Template)]
#[template(path = "finding.html")]
struct FindingPage {
    asked: Asked,
    words: Input,
    phase: Select,
    authority: Select,
    lines: Vec<Line>,
    total: usize,
    most: usize,
    pagination: Option<Pagination>,
    downloads: Html,
    authorities: Vec<Authority>,
    regions: Vec<String>,
    searched: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    frame: Frame,
    UrlQuery(asked): UrlQuery<Asked>,
) -> Result<Response, PageError> {
    let found = find(&app, &asked, false).await?;
    let authorities = orgs::authorities(&app.db).await?;
    let phase = Phase::ALL
        .iter()
        .fold(Select::new("phase", "Phase").item("", "Any phase"), |select, phase| {
            select.item(phase.key(), phase.in_words())
        });
    let authority = authorities.iter().fold(
        Select::new("authority", "Local authority").item("", "Any local authority"),
        |select, one| select.item(one.code().to_string(), one.name.as_str()),
    );
    let searched = !asked.q.trim().is_empty() || asked.narrowed();
    let address = asked.address();
    let current = asked.page.unwrap_or(1).clamp(1, found.pages);
    let pagination = (found.pages > 1).then(|| {
        Pagination::pages(current, found.pages, |page| format!("/schools{address}&page={page}"))
    });
    let words = Input::new("q", "Name, town, trust, postcode or number").value(asked.q.clone());
    let content = FindingPage {
        words,
        phase: phase.value(asked.phase.clone()),
        authority: authority.value(asked.authority.clone()),
        lines: found.lines,
        total: found.total,
        most: FOUND,
        pagination,
        downloads: downloads("this list", "/schools/download/schools", &address),
        regions: orgs::regions(&app.db).await?,
        authorities,
        searched,
        asked,
    };
    frame.page("Find a school").visible_to(access::Zone::Public.in_words()).show(&content)
}

pub(super) async fn download(
    State(app): State<App>,
    Path(file): Path<String>,
    UrlQuery(asked): UrlQuery<Asked>,
) -> Result<Response, PageError> {
    let (name, format) = named(&file)?;
    if name != "schools" {
        return Err(PageError::NotFound);
    }
    let found = find(&app, &asked, true).await?;
    table("Schools, trusts and local authorities found", found.lines).download(format, "schools")
}

fn table(caption: &str, lines: Vec<Line>) -> Table {
    Table {
        caption: caption.to_owned(),
        columns: ["Name", "What and where", "Open", "Address here"].map(str::to_owned).to_vec(),
        rows: lines
            .into_iter()
            .map(|line| {
                vec![
                    Cell::text(line.name),
                    Cell::text(line.detail),
                    Cell::text(if line.is_open { "open" } else { "closed" }),
                    Cell::text(line.href),
                ]
            })
            .collect(),
        notes: vec![
            "Source: Get Information about Schools. Open Government Licence v3.0.".to_owned(),
        ],
    }
}

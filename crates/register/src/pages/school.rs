//! The school on a page.

use std::collections::BTreeMap;

use access::Visitor;
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use charts::Drawing;
use evidence::methods;
use foundation::{
    App, DbError, PageError, Sql,
    clock::date_in_words,
    terms::AcademicYear,
    web::{Cell, Frame, Table},
};
use govuk::{Html, Tag, TagColour};
use sources::PupilGroup;

use super::{
    Section, Sections, bar_and_gap,
    card::{Card, cards},
    downloads, family, named, picture, sections, tables,
};
use crate::{
    School,
    families::{self, Family},
    kpis::{self, Benchmark, Comparators, Definition, Series},
    lineage::{self, Relatives},
    orgs::{self, Membership},
    workings::Workings,
};

/// Everything a page about a school's figures needs, each read once.
pub(crate) struct Around {
    pub(crate) series: Vec<Series>,
    pub(crate) family: Option<Family>,
    pub(crate) comparators: Comparators,
    spread: BTreeMap<(&'static str, PupilGroup, AcademicYear), Benchmark>,
}

impl Around {
    pub(crate) async fn load(db: &impl Sql, school: &School) -> Result<Self, DbError> {
        let series = kpis::all_of(db, school.urn).await?;
        let family = families::family(db, school.urn).await?;
        let spread = match &family {
            Some(family) => kpis::spread(db, &family.urns()).await?,
            None => BTreeMap::new(),
        };
        let comparators = kpis::comparators(db, school).await?;
        Ok(Self { series, family, comparators, spread })
    }

    pub(crate) fn family_at(
        &self,
        definition: &Definition,
        group: PupilGroup,
        period: AcademicYear,
    ) -> Option<Benchmark> {
        self.spread.get(&(definition.code, group, period)).copied()
    }

    pub(crate) fn series(&self, definition: &Definition, group: PupilGroup) -> Option<&Series> {
        self.series.iter().find(|series| series.kpi == definition.code && series.group == group)
    }

    pub(crate) fn draw(&self, school: &School, series: &Series) -> Drawing {
        let definition = series.definition();
        picture::trend(
            school,
            series,
            |period| self.family_at(definition, series.group, period),
            &self.comparators,
        )
    }
}

#[derive(Template)]
#[template(path = "school.html")]
struct SchoolPage<'a> {
    school: &'a School,
    kind: String,
    status: Option<Tag>,
    context: String,
    context_downloads: Html,
    domains: Vec<(String, Vec<Card>)>,
    without: Vec<(String, String)>,
    everything: Html,
    family: Option<FamilyPart>,
    relatives: &'a Relatives,
    trusts: &'a [Membership],
    history: Html,
    gaps: Option<Gaps>,
    sections: Vec<Section>,
    remembers: bool,
    inspections: Option<(String, Html)>,
    as_at: Option<String>,
    register: Option<String>,
}

/// Bar and gap of the school.
struct Gaps {
    picture: Option<Drawing>,
    table: String,
    downloads: Html,
    workings: Html,
}

struct FamilyPart {
    size: usize,
    map: Option<String>,
    doubts: Vec<String>,
}

impl SchoolPage<'_> {
    fn day(date: Option<&jiff::civil::Date>) -> String {
        date.map_or_else(|| "a date the register does not give".to_owned(), |d| date_in_words(*d))
    }
}

pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    sections: Option<Extension<Sections>>,
    frame: Frame,
    Path(urn): Path<u32>,
) -> Result<Response, PageError> {
    let Some(school) = crate::school(&app.db, urn).await? else {
        return unknown(&app, frame, urn).await;
    };
    let around = Around::load(&app.db, &school).await?;
    let relatives = lineage::relatives(&app.db, urn).await?;
    let trusts = orgs::trusts_of(&app.db, urn).await?;
    let (domains, without) = cards(&school, &around);
    let base = format!("/schools/{urn}");
    let map = match &around.family {
        Some(members) => family::map(&app.db, &school, members).await?.map(|drawing| drawing.svg),
        None => None,
    };
    let notes = kpis::notes(&app.db, [school.file]).await?;
    let inspected = inspected(&app.db, &school).await?;
    let rooms = sections.as_ref().map(|Extension(rooms)| rooms);
    let sections = sections::told(rooms, &app, &visitor, school.org()).await?;
    let gaps = kpis::own_gaps(&app.db, urn).await?;
    let gaps = (!gaps.is_empty()).then(|| Gaps {
        picture: bar_and_gap::picture("bar-and-gap", &school.name, &gaps),
        table: bar_and_gap::table(&school.name, &gaps, false).html(),
        downloads: downloads("bar and gap", &format!("{base}/tables/bar-and-gap"), ""),
        workings: Workings::of("bar and gap")
            .method(methods::BAR_AND_GAP)
            .method(methods::VARIATION)
            .panel(),
    });
    let content = SchoolPage {
        gaps,
        kind: school.kind.clone(),
        status: (!school.is_open || school.status != "Open")
            .then(|| Tag::coloured(TagColour::Grey, school.status.as_str())),
        context: tables::context(&school, &around).html(),
        context_downloads: downloads("context", &format!("{base}/tables/context"), ""),
        domains,
        without,
        everything: downloads("every figure", &format!("{base}/tables/indicators"), ""),
        family: around.family.as_ref().map(|family| FamilyPart {
            size: family.members.len(),
            map,
            doubts: family.doubts.clone(),
        }),
        relatives: &relatives,
        trusts: &trusts,
        history: downloads("history", &format!("{base}/tables/history"), ""),
        sections,
        remembers: visitor.account.is_some(),
        inspections: (!inspected.rows.is_empty()).then(|| {
            let base = format!("{base}/tables/inspections");
            (inspected.html(), downloads("inspections", &base, ""))
        }),
        as_at: school.as_at.map(date_in_words),
        register: notes.get(&school.file).map(|note| note.sentence(kpis::ReleaseStatus::NotStated)),
        school: &school,
    };
    frame
        .page(school.name.clone())
        .crumb("Schools", "/schools")
        .crumb(&school.authority_name, format!("/areas/{}", school.authority))
        .wide()
        .show(&content)
}

/// The inspections of a school, with the files they come from.
async fn inspected(db: &impl Sql, school: &School) -> Result<Table, DbError> {
    let found = crate::inspections(db, school.urn).await?;
    let notes = kpis::notes(db, found.iter().map(|one| one.file)).await?;
    let sources =
        notes.values().map(|note| note.sentence(kpis::ReleaseStatus::NotStated)).collect();
    Ok(crate::inspections::table(&school.name, &found, sources))
}

/// A number that only links or figures know: say so and lead on.
async fn unknown(app: &App, frame: Frame, urn: u32) -> Result<Response, PageError> {
    let names = lineage::names_from_links(&app.db, &[urn]).await?;
    let relatives = lineage::relatives(&app.db, urn).await?;
    let name = names.get(&urn).cloned();
    if name.is_none() && relatives.earlier.is_empty() && relatives.later.is_empty() {
        return Err(PageError::NotFound);
    }
    let name = name.unwrap_or_else(|| format!("School {urn}"));
    frame
        .page(name.clone())
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .show(&UnknownPage { urn, name, relatives })
}

#[derive(Template)]
#[template(path = "unknown.html")]
struct UnknownPage {
    urn: u32,
    name: String,
    relatives: Relatives,
}

/// `/schools/{urn}/tables/indicators.csv` and its like.
pub(super) async fn download(
    State(app): State<App>,
    Path((urn, file)): Path<(u32, String)>,
) -> Result<Response, PageError> {
    let (name, format) = named(&file)?;
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let table = match name {
        "indicators" => tables::everything(&school.name, &kpis::all_of(&app.db, urn).await?),
        "context" => tables::context(&school, &Around::load(&app.db, &school).await?),
        "bar-and-gap" => {
            bar_and_gap::table(&school.name, &kpis::own_gaps(&app.db, urn).await?, false)
        }
        "inspections" => inspected(&app.db, &school).await?,
        "history" => history(
            &school,
            &lineage::relatives(&app.db, urn).await?,
            &orgs::trusts_of(&app.db, urn).await?,
        ),
        code => {
            let definition = kpis::definition(code).ok_or(PageError::NotFound)?;
            let around = Around::load(&app.db, &school).await?;
            let series = around.series(definition, definition.group).ok_or(PageError::NotFound)?;
            tables::of_series(&school, &around, series)
        }
    };
    table.download(format, &format!("{urn}-{}", name.to_lowercase()))
}

fn history(school: &School, relatives: &Relatives, trusts: &[Membership]) -> Table {
    let mut table = Table {
        caption: format!("History: {}", school.name),
        columns: ["What", "Name", "Number", "From", "To"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
        notes: vec![
            "Source: Get Information about Schools. Open Government Licence v3.0.".to_owned(),
        ],
    };
    let day = |date: Option<jiff::civil::Date>| {
        date.map_or_else(|| Cell::Missing("not given".to_owned()), |d| Cell::text(d.to_string()))
    };
    for (what, list) in [("Came before", &relatives.earlier), ("Came after", &relatives.later)] {
        for one in list {
            table.rows.push(vec![
                Cell::text(what),
                Cell::text(&one.name),
                Cell::text(one.urn.to_string()),
                day(one.since),
                Cell::Missing("–".to_owned()),
            ]);
        }
    }
    for stay in trusts {
        table.rows.push(vec![
            Cell::text(if stay.exact { "In a trust" } else { "Seen in a trust" }),
            Cell::text(&stay.trust_name),
            Cell::text(stay.trust.to_string()),
            day(stay.since),
            stay.until.map_or_else(|| Cell::text("today"), |d| Cell::text(d.to_string())),
        ]);
    }
    table
}

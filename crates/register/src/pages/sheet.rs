//! The school on one side of paper, for its head and governors: who it is, how it is heading beside
//! the schools most like it, and, for those who may know, its strengths, needs and support.

use access::Visitor;
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use charts::Drawing;
use foundation::{App, PageError, clock::date_in_words, web::Frame};
use govuk::Tag;

use super::{
    Section, Sections,
    card::{Card, cards},
    school::Around,
    sections,
};

/// As many indicators fit on the sheet, the first of each domain before a second of any.
const INDICATORS: usize = 6;
/// As many lines of a section; the page of the school has them all.
const LINES: usize = 4;

/// An indicator on the sheet.
struct Small {
    title: String,
    value: String,
    year: String,
    against: Option<String>,
    tag: Tag,
    drawing: Drawing,
}

impl From<Card> for Small {
    fn from(card: Card) -> Self {
        Self {
            value: card.value.or(card.missing).unwrap_or_default(),
            title: card.title,
            year: card.year,
            against: card.against,
            tag: card.tag,
            drawing: card.drawing,
        }
    }
}

/// The first of each domain, then the second of each, until the sheet is full.
fn chosen(domains: Vec<(String, Vec<Card>)>) -> Vec<Small> {
    let mut queues: Vec<_> = domains.into_iter().map(|(_, cards)| cards.into_iter()).collect();
    let mut all: Vec<Small> = Vec::new();
    while all.len() < INDICATORS {
        let before = all.len();
        for queue in &mut queues {
            if all.len() < INDICATORS {
                all.extend(queue.next().map(Small::from));
            }
        }
        if all.len() == before {
            break;
        }
    }
    all
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct Page {
    urn: u32,
    name: String,
    detail: String,
    facts: Vec<(&'static str, String)>,
    indicators: Vec<Small>,
    sections: Vec<Section>,
    more: bool,
    as_at: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    rooms: Option<Extension<Sections>>,
    frame: Frame,
    Path(urn): Path<u32>,
) -> Result<Response, PageError> {
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let around = Around::load(&app.db, &school).await?;
    let (domains, _) = cards(&school, &around);
    let rooms = rooms.as_ref().map(|Extension(rooms)| rooms);
    let mut sections = sections::told(rooms, &app, &visitor, school.org()).await?;
    let more = sections.iter().any(|section| section.lines.len() > LINES);
    for section in &mut sections {
        section.lines.truncate(LINES);
    }
    let body = school.trust_name.clone().unwrap_or_else(|| school.authority_name.clone());
    let mut facts = vec![("Type", school.kind.clone()), ("Responsible body", body)];
    facts.extend(school.pupils.map(|pupils| ("Pupils", pupils.to_string())));
    facts.extend(school.ages().map(|ages| ("Ages", ages)));
    let label = match sections.is_empty() {
        true => "anyone: public figures alone",
        false => "each part, those whom the school’s page names beside it",
    };
    let content = Page {
        urn,
        detail: school.detail(),
        facts,
        indicators: chosen(domains),
        sections,
        more,
        as_at: school.as_at.map(date_in_words),
        name: school.name.clone(),
    };
    frame
        .page(format!("{} on one page", school.name))
        .crumb("Schools", "/schools")
        .crumb(&school.name, format!("/schools/{urn}"))
        .visible_to(label)
        .wide()
        .show(&content)
}

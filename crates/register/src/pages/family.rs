//! The family of a school: who is in it and why, in the order of the alphabet.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use charts::{Drawing, Finite, Frame as ChartFrame, Map, Place, Symbol};
use foundation::{
    App, DbError, PageError, Sql,
    web::{Cell, Format, Frame, Table},
};
use govuk::{Html, extra::Downloads};

use super::{downloads, picture};
use crate::{
    Phase, School,
    families::{self, Family},
};

/// Kilometres between two places on the earth.
fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (dlat, dlon) = (lat_b - lat_a, (b.1 - a.1).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * 6_371.0 * h.sqrt().min(1.0).asin()
}

fn apart(school: &School, other: &School) -> Option<f64> {
    Some(kilometres(school.position()?, other.position()?) / 1.609_344)
}

/// The family on a map; nothing when the school's own place is not known.
pub(crate) async fn map(
    db: &impl Sql,
    school: &School,
    family: &Family,
) -> Result<Option<Drawing>, DbError> {
    if school.position().is_none() {
        return Ok(None);
    }
    let members = crate::schools(db, &family.urns()).await?;
    let mut kinds: Vec<(Symbol, String)> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for one in std::iter::once(school).chain(&members) {
        let Some((lat, lon)) = one.position() else { continue };
        let (Ok(lat), Ok(lon)) = (Finite::new(lat), Finite::new(lon)) else { continue };
        let symbol = picture::symbol(one.phase);
        if kinds.iter().all(|(known, _)| *known != symbol) {
            kinds.push((symbol, phase_word(one.phase).to_owned()));
        }
        let own = one.urn == school.urn;
        let note = match apart(school, one) {
            Some(miles) if !own => format!("{miles:.0} miles away"),
            _ => String::new(),
        };
        places.push(Place {
            lon,
            lat,
            name: one.name.clone(),
            symbol,
            kind: phase_word(one.phase).to_owned(),
            emphasis: own,
            note,
        });
    }
    let title = format!("The family of {}", school.name);
    let frame = ChartFrame::new("family", &title).wide();
    let map =
        Map { frame, boundaries: Vec::new(), places, kinds, links: Vec::new(), name_places: false };
    Ok(Some(map.draw()))
}

const fn phase_word(phase: Phase) -> &'static str {
    phase.in_words()
}

#[derive(Template)]
#[template(path = "family.html")]
struct FamilyPage<'a> {
    school: &'a School,
    family: &'a Family,
    pool: String,
    features: Vec<String>,
    table: String,
    table_downloads: Html,
    map: Option<Drawing>,
    map_downloads: Html,
}

/// The members with why they are similar: alphabetical, and without any outcome.
fn table(school: &School, family: &Family, members: &[School], links: bool) -> Table {
    let why: HashMap<u32, String> =
        family.members.iter().map(|member| (member.urn, member.why_similar())).collect();
    Table {
        caption: format!("Schools most like {} in intake and size", school.name),
        columns: ["School", "Where", "Pupils", "Miles away", "Why similar"]
            .map(str::to_owned)
            .to_vec(),
        rows: members
            .iter()
            .map(|member| {
                vec![
                    if links {
                        Cell::Link(member.name.clone(), format!("/schools/{}", member.urn))
                    } else {
                        Cell::text(&member.name)
                    },
                    Cell::text(member.detail()),
                    #[expect(clippy::cast_precision_loss, reason = "a school's pupils")]
                    member.pupils.map_or_else(
                        || Cell::Missing("not known".to_owned()),
                        |pupils| Cell::Number(pupils as f64, 0),
                    ),
                    apart(school, member).map_or_else(
                        || Cell::Missing("not known".to_owned()),
                        |miles| Cell::Number(miles, 0),
                    ),
                    Cell::text(why.get(&member.urn).cloned().unwrap_or_default()),
                ]
            })
            .collect(),
        notes: vec![format!("Method {}. Results play no part.", family.method)],
    }
}

async fn load(app: &App, urn: u32) -> Result<(School, Family, Vec<School>), PageError> {
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let family = families::family(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let members = crate::schools(&app.db, &family.urns()).await?;
    Ok((school, family, members))
}

pub(super) async fn page(
    State(app): State<App>,
    frame: Frame,
    Path(urn): Path<u32>,
) -> Result<Response, PageError> {
    let (school, family, members) = load(&app, urn).await?;
    let base = format!("/schools/{urn}/family");
    let map = map(&app.db, &school, &family).await?;
    let pictures = [("SVG", format!("{base}/map.svg")), ("PNG", format!("{base}/map.png"))];
    let content = FamilyPage {
        features: family.compared(),
        table: table(&school, &family, &members, true).html(),
        table_downloads: downloads("the family", &format!("{base}/members"), ""),
        map,
        map_downloads: Html::of(&Downloads::new("map", pictures)),
        school: &school,
        family: &family,
        pool: super::thousands(family.pool),
    };
    frame
        .page(format!("Family of {}", school.name))
        .visible_to(access::Zone::Public.in_words())
        .crumb("Schools", "/schools")
        .crumb(&school.name, format!("/schools/{urn}"))
        .wide()
        .show(&content)
}

pub(super) async fn file(
    State(app): State<App>,
    Path((urn, file)): Path<(u32, String)>,
) -> Result<Response, PageError> {
    let (school, family, members) = load(&app, urn).await?;
    match file.rsplit_once('.') {
        Some(("map", ending)) => {
            let drawing = map(&app.db, &school, &family).await?.ok_or(PageError::NotFound)?;
            picture::picture(&drawing, &format!("{urn}-family"), ending)
        }
        Some(("members", ending)) => {
            let format = Format::from_ending(ending).ok_or(PageError::NotFound)?;
            table(&school, &family, &members, false).download(format, &format!("{urn}-family"))
        }
        _ => Err(PageError::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn london_to_leeds_is_about_273_kilometres() {
        let found = kilometres((51.5074, -0.1278), (53.8008, -1.5491));
        assert!((found - 273.0).abs() < 3.0, "{found}");
    }
}

//! Candidates side by side.

use access::SignedIn;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{App, PageError, web::Frame};

use matching::Candidate;

use super::{case, map, on_desk};
use crate::desk;

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    id: String,
    title: String,
    school: String,
    shown: Vec<case::Shown>,
    from_list: bool,
    map: Option<charts::Drawing>,
    journeys: String,
}

impl Page {
    /// The parts row by row: a name, then each candidate's points and reason.
    fn rows(&self) -> Vec<(&str, Vec<(&str, &str)>)> {
        let Some(first) = self.shown.first() else { return Vec::new() };
        first
            .parts
            .iter()
            .enumerate()
            .map(|(at, (name, ..))| {
                let cells = self
                    .shown
                    .iter()
                    .filter_map(|one| one.parts.get(at))
                    .map(|(_, points, why)| (points.as_str(), why.as_str()))
                    .collect();
                (name.as_str(), cells)
            })
            .collect()
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let found =
        desk::case(&app.db, request.id, app.clock.today()).await?.ok_or(PageError::NotFound)?;
    let shortlist = found.shortlist()?;
    let listed = case::listed(&app, &request).await?;
    let from_list = shortlist.kept.iter().any(|one| listed.contains(&one.supporter));
    let chosen = |at: usize, one: &Candidate| {
        if from_list { listed.contains(&one.supporter) } else { at < 3 }
    };
    let spots: Vec<map::Spot<'_>> = shortlist
        .kept
        .iter()
        .enumerate()
        .filter(|(at, one)| chosen(*at, one))
        .map(|(_, one)| map::Spot { candidate: one, listed: listed.contains(&one.supporter) })
        .collect();
    let shown = shortlist
        .kept
        .iter()
        .enumerate()
        .filter(|(at, one)| chosen(*at, one))
        .filter_map(|(at, one)| case::shown(&found, one, at + 1, &listed))
        .collect();
    let content = Page {
        id: request.id.to_string(),
        title: request.ask.title.clone(),
        school: register::org_name(&app.db, request.org).await?,
        shown,
        from_list,
        map: map::draw(&found, &spots),
        journeys: map::table(&found, &spots).html(),
    };
    frame
        .page(format!("Compare: {}", request.ask.title))
        .crumb("The matching desk", "/desk")
        .crumb(&request.ask.title, format!("/desk/{}", request.id))
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&content)
}

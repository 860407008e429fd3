//! Why not this one? The check that stands in the way; or what would follow, for this request and
//! for everybody else.

use access::SignedIn;
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Cell, Frame, Table},
};
use matching::{Pair, plan::WhyNot};
use serde::Deserialize;

use super::on_desk;
use crate::desk::{self, Standing, words};
use crate::requests::days_in_words;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    supporter: String,
}

#[derive(Template)]
#[template(path = "why_not.html")]
struct Page {
    id: String,
    key: String,
    title: String,
    name: String,
    label: String,
    reasons: Vec<(String, String)>,
    place: usize,
    of: usize,
    fit: String,
    table: Option<String>,
    everybody: Option<Everybody>,
}

/// What would follow for all requests at once.
struct Everybody {
    sentence: String,
    moved: Vec<(String, String, String)>,
    unmet: Vec<String>,
}

/// Points part by part beside those of the first.
fn beside(case: &desk::Case, at: usize, kept: &[matching::Candidate]) -> Option<Table> {
    let (it, first) = (&kept[at], &kept[0]);
    let supporter = case.pool.supporters.iter().find(|s| s.model.id == it.supporter)?;
    let rows = it
        .score
        .parts
        .iter()
        .zip(&first.score.parts)
        .map(|(own, best)| {
            vec![
                Cell::text(words::part_name(own.kind)),
                Cell::Number(own.points, 0),
                Cell::Number(best.points, 0),
                Cell::text(words::part(own, &case.need, supporter, it)),
            ]
        })
        .collect();
    Some(Table {
        caption: format!("Points beside {}, the first by fit", first.label),
        columns: vec![
            "What counts".to_owned(),
            supporter.name.clone(),
            case.pool
                .supporters
                .iter()
                .find(|s| s.model.id == first.supporter)
                .map_or_else(|| first.label.clone(), |s| s.name.clone()),
            format!("Why, for {}", supporter.name),
        ],
        rows,
        notes: Vec::new(),
    })
}

/// The answer over all requests, in words.
fn everybody(standing: &Standing, id: &str, key: &str, answer: &WhyNot) -> Option<Everybody> {
    let (board, plan) = (&standing.board, standing.plan());
    let already = plan
        .matches
        .iter()
        .any(|one| one.need == id && one.shares.iter().any(|share| share.supporter == key));
    let who = board.pool.supporter(key)?.name.as_str();
    if already {
        return Some(Everybody {
            sentence: format!("The best plan for all requests has {who} here."),
            moved: Vec::new(),
            unmet: Vec::new(),
        });
    }
    let (Some(cost), Some(then)) = (&answer.cost, &answer.plan) else {
        let sentence = answer.sentences.iter().map(|s| words::plain(s));
        return Some(Everybody {
            sentence: sentence.collect::<Vec<_>>().join(" "),
            moved: Vec::new(),
            unmet: Vec::new(),
        });
    };
    let lost: f64 = cost.met_half_days.iter().sum();
    #[expect(clippy::cast_possible_truncation, reason = "half-days of one partnership")]
    let lost = lost.round() as i64;
    let sentence = if lost > 0 {
        format!("If {who} did this, {} of other requests would go unmet.", days_in_words(lost))
    } else if cost.points >= 0.5 {
        format!(
            "{who} could. Over all requests the fit would be less good by {:.0} points, each \
             counted for one half-day.",
            cost.points
        )
    } else {
        format!("{who} would do as well: over all requests nothing is lost.")
    };
    let mut unmet = Vec::new();
    let mut moved = Vec::new();
    let nobody = || "nobody".to_owned();
    for change in board.changes(plan, then) {
        if change.after.is_none() {
            unmet.push(change.label.clone());
        }
        moved.push((
            change.label,
            change.before.unwrap_or_else(nobody),
            change.after.unwrap_or_else(nobody),
        ));
    }
    Some(Everybody { sentence, moved, unmet })
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let request = on_desk(&app, &visitor, &id).await?;
    let today = app.clock.today();
    let case = desk::case(&app.db, request.id, today).await?.ok_or(PageError::NotFound)?;
    let supporter = case
        .pool
        .supporters
        .iter()
        .find(|one| one.model.id == which.supporter)
        .ok_or(PageError::NotFound)?;
    let shortlist = case.shortlist()?;
    let removed = shortlist.removed.iter().find(|one| one.supporter == which.supporter);
    let reasons: Vec<(String, String)> = removed
        .into_iter()
        .flat_map(|one| &one.reasons)
        .map(|one| (case.sentence(one, &which.supporter), words::remedy(one)))
        .collect();
    let at = shortlist.kept.iter().position(|one| one.supporter == which.supporter);
    let mut over_all = None;
    if at.is_some() && request.state.wants_match() {
        let standing = desk::standing(&app, request.partnership, today).await?;
        let pair = Pair::new(request.id.to_string(), which.supporter.clone());
        let answer = standing.why_not(pair.clone()).await?;
        over_all = everybody(&standing, &pair.need, &pair.supporter, &answer);
    }
    let content = Page {
        id: request.id.to_string(),
        key: which.supporter.clone(),
        title: request.ask.title.clone(),
        name: supporter.name.clone(),
        label: supporter.label.clone(),
        reasons,
        place: at.map_or(0, |at| at + 1),
        of: shortlist.kept.len(),
        fit: at.map_or_else(String::new, |at| {
            let short = shortlist.kept[0].score.points() - shortlist.kept[at].score.points();
            if at == 0 {
                "First by fit.".to_owned()
            } else if short < 0.5 {
                "As many points as the first; between equals, whoever was asked least lately leads."
                    .to_owned()
            } else {
                format!("{short:.0} points behind the first.")
            }
        }),
        table: at
            .filter(|at| *at > 0)
            .and_then(|at| beside(&case, at, &shortlist.kept))
            .map(|table| table.html()),
        everybody: over_all,
    };
    frame
        .page(format!("Why not {}?", content.name))
        .crumb("The matching desk", "/desk")
        .crumb(&request.ask.title, format!("/desk/{}", request.id))
        .wide()
        .visible_to("the brokers of this partnership. Asking changes nothing")
        .show(&content)
}

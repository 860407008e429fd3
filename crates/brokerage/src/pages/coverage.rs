//! What is asked for and what is on offer, by specialism, and what one more day would unlock: the
//! case for training (D17).

use std::sync::Arc;

use access::{SignedIn, Visitor};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::Uri,
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Frame, Table},
};
use govuk::{Html, extra::Downloads};

use super::{brokered, named};
use crate::desk::{
    self, Standing,
    plan::coverage,
    unlock::{self, Line},
};
use crate::requests::days_in_words;

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page {
    /// Where more is asked for than is free, in words.
    short: Vec<String>,
    cases: Vec<String>,
    table: String,
    downloads: Html,
    days: Option<String>,
    days_downloads: Html,
}

fn days(half_days: u32) -> Cell {
    Cell::Number(f64::from(half_days) / 2.0, 1)
}

fn number(n: usize) -> Cell {
    Cell::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), 0)
}

async fn load(app: &App, visitor: &Visitor) -> Result<Arc<Standing>, PageError> {
    let partnership = brokered(visitor)?;
    Ok(desk::standing(app, partnership, app.clock.today()).await?)
}

fn by_specialism(standing: &Standing) -> Table {
    Table {
        caption: "Asked for and on offer, by specialism".to_owned(),
        columns: [
            "Specialism",
            "Requests waiting",
            "Days they want",
            "People and schools who bring it",
            "Their free days, next 12 weeks",
            "Requests nobody can meet now",
        ]
        .map(str::to_owned)
        .into(),
        rows: coverage(&standing.board, standing.plan())
            .into_iter()
            .map(|one| {
                vec![
                    Cell::text(one.name),
                    number(one.wanted),
                    days(one.wanted_half_days),
                    number(one.supporters),
                    days(one.free_half_days),
                    number(one.unmet),
                ]
            })
            .collect(),
        notes: vec![format!(
            "As of {}. A person who brings several specialisms is counted once for each; their days are the same days.",
            date_in_words(standing.board.pool.today)
        )],
    }
}

/// The specialisms of which more is asked for than is free, the widest gap first.
fn shortages(standing: &Standing) -> Vec<String> {
    let mut short = coverage(&standing.board, standing.plan());
    short.retain(|one| one.wanted_half_days > one.free_half_days);
    short.sort_by_key(|one| std::cmp::Reverse(one.wanted_half_days - one.free_half_days));
    let words = |half_days: u32| days_in_words(i64::from(half_days));
    short
        .into_iter()
        .map(|one| {
            let bring = match one.supporters {
                0 => "nobody brings it".to_owned(),
                1 => "one person or school brings it".to_owned(),
                n => format!("{n} people and schools bring it"),
            };
            format!(
                "{}: {} asked for, {} free; {bring}",
                one.name,
                words(one.wanted_half_days),
                words(one.free_half_days)
            )
        })
        .collect()
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

fn by_day(lines: &[Line], standing: &Standing) -> Table {
    Table {
        caption: "What a day is worth, by specialism, phase and area".to_owned(),
        columns: [
            "Specialism",
            "Phase",
            "Area",
            "Days wanted",
            "Who could take some",
            "Their free days",
            "One more day would",
            "One day less would",
        ]
        .map(str::to_owned)
        .into(),
        rows: lines
            .iter()
            .map(|line| {
                vec![
                    Cell::text(&line.specialism),
                    Cell::text(capital(&line.phase)),
                    Cell::text(&line.area),
                    days(line.wanted_half_days),
                    number(line.able),
                    days(line.able_half_days),
                    Cell::text(capital(&unlock::more_in_words(&line.more))),
                    Cell::text(capital(&unlock::less_in_words(line.less.as_ref()))),
                ]
            })
            .collect(),
        notes: vec![format!(
            "As of {}. The two last columns are the two ends of what a day is worth: where several \
             plans are equally good there is no single figure. They are worked out on the plan in \
             which a request may be shared among several people, so they guide and do not promise. \
             One day is two half-days, of somebody who scores like the middle of those who help \
             today; one less is taken where it hurts least.",
            date_in_words(standing.board.pool.today)
        )],
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let standing = load(&app, &visitor).await?;
    let lines = standing.unlock().await?;
    let mut cases: Vec<String> = lines.iter().filter_map(Line::case).collect();
    cases.truncate(5);
    let items = |base: &str| {
        let link = |ending: &str| format!("{base}.{ending}");
        [("CSV", link("csv")), ("Excel", link("xlsx")), ("JSON", link("json"))]
    };
    let content = Page {
        short: shortages(&standing),
        cases,
        table: by_specialism(&standing).html(),
        downloads: Html::of(&Downloads::new("by specialism", items("/desk/coverage"))),
        days: (!lines.is_empty()).then(|| by_day(lines, &standing).html()),
        days_downloads: Html::of(&Downloads::new("by day", items("/desk/coverage/days"))),
    };
    frame
        .page("Coverage")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&content)
}

/// `/desk/coverage.csv` and the like.
pub(super) async fn whole(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    uri: Uri,
) -> Result<Response, PageError> {
    let (name, format) = named(uri.path())?;
    by_specialism(&*load(&app, &visitor).await?).download(format, name)
}

/// `/desk/coverage/days.csv`
pub(super) async fn file(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(file): Path<String>,
) -> Result<Response, PageError> {
    let ("days", format) = named(&file)? else { return Err(PageError::NotFound) };
    let standing = load(&app, &visitor).await?;
    by_day(standing.unlock().await?, &standing).download(format, "coverage-days")
}

//! What is asked for and what is on offer, by specialism: the case for training (D17).

use access::{SignedIn, Visitor};
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Format, Frame, Table},
};

use super::brokered;
use crate::desk::{Board, plan::coverage};

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page {
    table: String,
}

async fn table(app: &App, visitor: &Visitor) -> Result<Table, PageError> {
    let partnership = brokered(visitor)?;
    let today = app.clock.today();
    let board = Board::load(&app.db, partnership, today).await?;
    let plan = board.plan()?;
    let days = |half_days: u32| Cell::Number(f64::from(half_days) / 2.0, 1);
    let number = |n: usize| Cell::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), 0);
    Ok(Table {
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
        rows: coverage(&board, &plan)
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
            date_in_words(today)
        )],
    })
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let table = table(&app, &visitor).await?.html();
    frame
        .page("Coverage")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&Page { table })
}

async fn download(app: &App, visitor: &Visitor, format: Format) -> Result<Response, PageError> {
    table(app, visitor).await?.download(format, "coverage")
}

pub(super) async fn csv(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, PageError> {
    download(&app, &visitor, Format::Csv).await
}

pub(super) async fn xlsx(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, PageError> {
    download(&app, &visitor, Format::Xlsx).await
}

pub(super) async fn json(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, PageError> {
    download(&app, &visitor, Format::Json).await
}

//! All the support of a trust's or an authority's schools on one page.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Format, Frame, Table},
};
use govuk::{Html, extra::Downloads};

use super::{
    influence,
    parts::{Sheet, link, paragraphs},
};
use crate::{
    board,
    portfolio::{self, Portfolio},
};

async fn open(app: &App, visitor: &Visitor, org: &str) -> Result<(OrgRef, Portfolio), PageError> {
    let org: OrgRef = org.parse().map_err(|_| PageError::NotFound)?;
    if !matches!(org, OrgRef::Trust(_) | OrgRef::Authority(_)) {
        return Err(PageError::NotFound);
    }
    access::authorize(app, visitor, Action::Read, &board::resource(&app.db, org).await?)?;
    let portfolio = portfolio::of(&app.db, visitor, org, app.clock.today()).await?;
    Ok((org, portfolio))
}

fn part(table: &Table, empty: &str) -> Html {
    match table.rows.is_empty() {
        true => paragraphs(empty),
        false => Html::trusted(table.html()),
    }
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
) -> Result<Response, PageError> {
    let (org, it) = open(&app, &visitor, &org).await?;
    let name = register::org_name(&app.db, org).await?;
    let mut sheet = Sheet::new("All our support");
    sheet.caption = name.clone();
    sheet.lede = paragraphs(
        "What runs at every school we are responsible for, and what waits, for a friendly call. \
         Schools stand in the order of the alphabet. Of support that a school has not shared with \
         us nothing is shown.",
    );
    let at = format!("/portfolio/{org}");
    let files = Downloads::new(
        "this table",
        [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
            .map(|(words, ending)| (words, format!("{at}/schools.{ending}"))),
    );
    let watch = &it.watch;
    let said = Html::join([
        influence::open_matters(&app, org).await?,
        link(&format!("/influence/{org}"), "All of it, and what came of it"),
    ]);
    let sheet = sheet
        .part(
            "",
            Html::join([
                part(&it.schools, "The register names no school under this body."),
                if it.schools.rows.is_empty() { Html::default() } else { Html::of(&files) },
            ]),
        )
        .part("Waiting for signatures", part(&watch.unsigned, "Nothing waits for a signature."))
        .part("Where nothing moves", part(&watch.quiet, "Everything moves."))
        .part("Where several supports meet", part(&watch.overlaps, "No school has several."))
        .part("Days", part(&watch.delivered, "No support runs at the moment."))
        .part("Our own work with others", part(&it.own, "There is none at the moment."))
        .part("What we say to those who decide", said)
        .part(
            "",
            if matches!(org, OrgRef::Trust(_)) {
                link(&format!("/boards/{org}"), "The report to our board")
            } else {
                link("/statements", "Time and money")
            },
        );
    frame
        .page("All our support")
        .visible_to(format!("the leaders and the board of {name}; each record by its own label"))
        .wide()
        .show(&sheet)
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(org): Path<String>,
    format: Format,
) -> Result<Response, PageError> {
    let (_, it) = open(&app, &visitor, &org).await?;
    it.schools.download(format, "our-schools")
}

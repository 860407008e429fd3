//! What a school gives, receives, takes part in and takes up, by school year: for those who work there
//! and its board, and for nobody else. It makes no score and is compared with nothing.

use access::{Role, SignedIn, Visitor};
use axum::{extract::State, response::Response};
use charts::{Bar, Bars, Finite, Frame as ChartFrame, Reading, Unit};
use foundation::{
    App, OrgRef, PageError,
    terms::AcademicYear,
    web::{Cell, Format, Frame, Table},
};
use govuk::{Html, extra::Downloads};
use jiff::civil::Date;
use practices::{adoptions, practice};
use support::{
    pages::parts::{Sheet, link, paragraphs},
    time,
};

/// School years that are shown, with this one.
const YEARS: i16 = 3;

/// One school year.
struct Year {
    year: AcademicYear,
    given: i64,
    received: i64,
    meetings: i64,
    taken_up: usize,
    shown: usize,
}

/// The schools a visitor belongs to: where they lead, work or sit on the board.
fn schools(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor
        .posts
        .iter()
        .filter(|post| matches!(post.role(), Role::Head | Role::Staff | Role::Governor))
        .map(|post| post.org)
        .filter(|org| org.urn().is_some())
        .collect();
    orgs.sort_unstable();
    orgs.dedup();
    orgs
}

async fn years(app: &App, org: OrgRef) -> Result<Vec<Year>, PageError> {
    let now = AcademicYear::of(app.clock.today());
    let adopted = adoptions::of_school(&app.db, org).await?;
    let mut shown: Vec<Date> = Vec::new();
    for one in practice::of_school(&app.db, org).await? {
        if one.shown.is_some() {
            let versions = practice::versions(&app.db, one.id).await?;
            shown.extend(versions.iter().map(practice::Version::on).min());
        }
    }
    let mut years = Vec::new();
    for back in (0..YEARS).rev() {
        let year = AcademicYear(now.0 - back);
        let within = |day: Date| day >= year.start() && day <= year.end();
        let both = time::give_receive(&app.db, org, year).await?;
        years.push(Year {
            year,
            given: both.given.delivered,
            received: both.received.delivered,
            meetings: networks::reach::attended(&app.db, org, (year.start(), year.end())).await?,
            taken_up: adopted
                .iter()
                .filter(|one| one.state() != adoptions::State::Interested && within(one.begun_on()))
                .count(),
            shown: shown.iter().filter(|day| within(**day)).count(),
        });
    }
    Ok(years)
}

#[expect(clippy::cast_precision_loss, reason = "days and meetings of one school")]
fn table(name: &str, years: &[Year]) -> Table {
    let whole = |number: i64| Cell::Number(number as f64, 0);
    let count = |number: usize| whole(i64::try_from(number).unwrap_or(i64::MAX));
    let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
    let mut columns = vec!["What".to_owned()];
    columns.extend(years.iter().map(|one| one.year.to_string()));
    let row = |what: &str, cell: &dyn Fn(&Year) -> Cell| {
        std::iter::once(Cell::text(what)).chain(years.iter().map(cell)).collect::<Vec<_>>()
    };
    Table {
        caption: format!("{name} and other schools, by school year"),
        columns,
        rows: vec![
            row("Days given to others", &|one| days(one.given)),
            row("Days received from others", &|one| days(one.received)),
            row("Meetings of networks somebody came to", &|one| whole(one.meetings)),
            row("Practices of others taken up", &|one| count(one.taken_up)),
            row("Practices of its own shown to others", &|one| count(one.shown)),
        ],
        notes: vec![
            "Days that took place. This makes no score, and no other school sees it.".to_owned(),
        ],
    }
}

/// Days given and received as bars; nothing where there were none.
#[expect(clippy::cast_precision_loss, reason = "days of one school")]
fn chart(urn: u32, years: &[Year]) -> Html {
    let mut bars = Vec::new();
    // Years in which nothing went either way are in the table.
    for one in years.iter().filter(|one| one.given + one.received > 0) {
        for (half_days, verb) in [(one.given, "given"), (one.received, "received")] {
            let Ok(days) = Finite::try_from(half_days as f64 / 2.0) else { continue };
            let label = format!("{}, {verb}", one.year);
            bars.push(Bar { label, reading: Reading::bare(days), comparator: None });
        }
    }
    if bars.is_empty() {
        return Html::default();
    }
    let id = format!("days-{urn}");
    let chart = Bars {
        frame: ChartFrame::new(&id, "Days given and received, by school year"),
        unit: Unit::plain(1),
        value: "Value".to_owned(),
        comparator: String::new(),
        bars,
    };
    Html::trusted(format!(
        "<div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-two-thirds\">{}</div></div>",
        chart.draw().svg
    ))
}

async fn tables(app: &App, visitor: &Visitor) -> Result<Vec<(u32, Table, Html)>, PageError> {
    let mut all = Vec::new();
    for org in schools(visitor) {
        let Some(urn) = org.urn() else { continue };
        let years = years(app, org).await?;
        let name = register::org_name(&app.db, org).await?;
        all.push((urn, table(&name, &years), chart(urn, &years)));
    }
    if all.is_empty() {
        return Err(PageError::Forbidden(
            "Those who work at a school, and its board, see what it gives and takes up.".to_owned(),
        ));
    }
    Ok(all)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("Our school and others");
    sheet.lede = paragraphs(
        "What your school gives, receives, takes part in and takes up. It is for you to think with: \
         nobody outside the school sees it, and it is compared with nothing.",
    );
    for (_, table, chart) in tables(&app, &visitor).await? {
        sheet = sheet.part(&table.caption, Html::join([chart, Html::trusted(table.html())]));
    }
    let endings = [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
        .map(|(words, ending)| (words, format!("/home/outward.{ending}")));
    let next = Html::join([
        link("/offers", "Offers"),
        link("/networks", "Networks"),
        link("/practices", "Practices"),
        Html::of(&Downloads::new("this table", endings)),
    ]);
    frame
        .page("Our school and others")
        .visible_to("those who work at your school, and its board")
        .show(&sheet.part("Where to begin", next))
}

pub(super) async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    format: Format,
) -> Result<Response, PageError> {
    let mut all = tables(&app, &visitor).await?.into_iter();
    let Some((_, mut first, _)) = all.next() else { return Err(PageError::NotFound) };
    if all.len() > 0 {
        // Several schools of one person stand below one another, each row with its school.
        let named = |table: Table| {
            let name = table.caption.clone();
            let with = move |mut row: Vec<Cell>| {
                row.insert(0, Cell::text(name.clone()));
                row
            };
            table.rows.into_iter().map(with).collect::<Vec<_>>()
        };
        first.columns.insert(0, "School".to_owned());
        let mut rows = named(first.clone());
        rows.extend(all.flat_map(|(_, table, _)| named(table)));
        first.rows = rows;
        "Our schools and others, by school year".clone_into(&mut first.caption);
    }
    first.download(format, "our-school-and-others")
}

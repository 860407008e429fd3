//! A person's own record of what they gave to other schools: theirs to keep and to take along
//! (D18).

use access::{AccountId, SignedIn};
use askama::Template;
use axum::{Extension, extract::State, http::Uri, response::Response};
use charts::{Bar, Bars, Finite, Frame as ChartFrame, Reading, Unit};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Frame, Table},
};
use govuk::{Html, extra::Downloads};

use super::named;
use crate::cadre;
use crate::contribution::{self, Contribution, Contributions};
use crate::packs::{self, SPHERES, specialism_name};
use crate::requests::days_in_words;

#[derive(Template)]
#[template(path = "contribution.html")]
struct Page {
    name: String,
    roles: Vec<(String, String, String, String)>,
    total: String,
    schools: usize,
    table: Option<String>,
    goal: Option<String>,
    may_set: bool,
    may_ask: bool,
    profile: Option<Profile>,
    today: String,
    downloads: Html,
}

/// How far the work reached, year by year: as bars and as a table that says the same with days.
struct Profile {
    chart: String,
    table: String,
}

/// A sphere in words; work in no role that is known has none.
fn sphere_words(sphere: &str) -> String {
    if sphere.is_empty() {
        return "In no particular role".to_owned();
    }
    let mut letters = sphere.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The same as numbers: a row for each year, the latest first, and sphere, the nearest first.
fn profile_table(name: &str, given: &[Contribution]) -> Table {
    let by = contribution::profile(given);
    let mut rows: Vec<_> = by.into_iter().collect();
    let place = |sphere: &str| SPHERES.iter().position(|one| *one == sphere);
    rows.sort_by(|((a, x), _), ((b, y), _)| {
        // Without a sphere last.
        let nearest = |sphere: &str| place(sphere).unwrap_or(SPHERES.len());
        b.cmp(a).then_with(|| nearest(x).cmp(&nearest(y)))
    });
    Table {
        caption: format!("Where {name} worked, by school year"),
        columns: ["School year", "Reach", "Pieces of work begun", "Days given in them"]
            .map(str::to_owned)
            .into(),
        rows: rows
            .into_iter()
            .map(|((year, sphere), reach)| {
                #[expect(clippy::cast_precision_loss, reason = "half-days of one person")]
                let days = reach.half_days as f64 / 2.0;
                vec![
                    Cell::text(year.to_string()),
                    Cell::text(sphere_words(&sphere)),
                    Cell::Number(f64::from(reach.works), 0),
                    Cell::Number(days, 1),
                ]
            })
            .collect(),
        notes: vec![
            "Work counts once, in the school year in which it began. How far it reached is what the \
             role has in which the person came."
                .to_owned(),
        ],
    }
}

fn profile(name: &str, given: &[Contribution]) -> Option<Profile> {
    let table = profile_table(name, given);
    let bars: Vec<Bar> = table
        .rows
        .iter()
        .filter_map(|row| match row.as_slice() {
            [Cell::Text(year), Cell::Text(sphere), Cell::Number(works, _), ..] => Some(Bar {
                label: format!("{year}, {}", sphere.to_lowercase()),
                reading: Reading::bare(Finite::try_from(*works).ok()?),
                comparator: None,
            }),
            _ => None,
        })
        .collect();
    (!bars.is_empty()).then(|| {
        let chart = Bars {
            frame: ChartFrame::new("reach", "Pieces of work begun, by school year and reach"),
            unit: Unit::plain(0),
            value: "Value".to_owned(),
            comparator: String::new(),
            bars,
        };
        Profile { chart: chart.draw().svg, table: table.html() }
    })
}

fn table(name: &str, given: &[Contribution]) -> Table {
    Table {
        caption: format!("Support given by {name}"),
        columns: [
            "School",
            "What it was about",
            "As",
            "From",
            "To",
            "Days agreed",
            "Days given",
            "Status",
            "What became of it",
        ]
        .map(str::to_owned)
        .into(),
        rows: given
            .iter()
            .map(|one| {
                #[expect(clippy::cast_precision_loss, reason = "half-days of one person")]
                let days = |half_days: Option<i64>| {
                    half_days.map_or_else(
                        || Cell::Missing("not counted".to_owned()),
                        |half_days| Cell::Number(half_days as f64 / 2.0, 1),
                    )
                };
                vec![
                    Cell::text(&one.school),
                    Cell::text(&one.title),
                    Cell::text(&one.role),
                    Cell::text(date_in_words(one.from_on)),
                    Cell::text(date_in_words(one.to_on)),
                    days(one.agreed),
                    days(one.given),
                    Cell::text(&one.stands),
                    Cell::text(one.became.join("; ")),
                ]
            })
            .collect(),
        notes: vec![
            "Days given are those that took place and were written down as delivered. \
             Conversations between two are counted by their number, and their days within the \
             support they belong to."
                .to_owned(),
        ],
    }
}

/// Everything the visitor gave, as the rooms know it.
async fn given(
    app: &App,
    rooms: Option<Extension<Contributions>>,
    account: AccountId,
) -> Result<Vec<Contribution>, PageError> {
    let rooms = rooms.map(|Extension(rooms)| rooms).unwrap_or_default();
    Ok(contribution::given(&rooms, app, account).await?)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    rooms: Option<Extension<Contributions>>,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let given = given(&app, rooms, account).await?;
    let mut roles = Vec::new();
    for it in cadre::designations_of(&app.db, account).await? {
        let brings: Vec<&str> =
            it.profile.specialisms.iter().map(|one| specialism_name(&one.code)).collect();
        roles.push((
            it.role_name().to_owned(),
            register::org_name(&app.db, it.org).await?,
            it.start_on.map_or_else(
                || it.state.words().to_owned(),
                |on| format!("{} since {}", it.state.words(), date_in_words(on)),
            ),
            brings.join(", "),
        ));
    }
    let mut schools: Vec<_> = given.iter().map(|one| one.to).collect();
    schools.sort_unstable();
    schools.dedup();
    let items =
        [("CSV", "/cadre/mine.csv"), ("Excel", "/cadre/mine.xlsx"), ("JSON", "/cadre/mine.json")];
    let goal = cadre::goals::current(&app.db, account).await?;
    let content = Page {
        goal: goal.map(|goal| {
            format!("{}: {}, by {}", goal.competency_name(), goal.words, date_in_words(goal.by()))
        }),
        may_set: !roles.is_empty() && !packs::competencies().is_empty(),
        may_ask: !roles.is_empty() && !packs::behaviours().is_empty(),
        name: visitor.name.clone(),
        roles,
        total: days_in_words(given.iter().filter_map(|one| one.given).sum()),
        schools: schools.len(),
        profile: profile(&visitor.name, &given),
        today: date_in_words(app.clock.today()),
        table: (!given.is_empty()).then(|| table(&visitor.name, &given).html()),
        downloads: Html::of(&Downloads::new("your record", items)),
    };
    frame
        .page("Your contribution record")
        .crumb("People who lead beyond their school", "/cadre")
        .wide()
        .visible_to("you alone. Take it with you; show it to whom you like")
        .show(&content)
}

/// `/cadre/mine.csv` and the like.
pub(super) async fn file(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    rooms: Option<Extension<Contributions>>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (_, format) = named(uri.path())?;
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let given = given(&app, rooms, account).await?;
    table(&visitor.name, &given).download(format, "contribution")
}

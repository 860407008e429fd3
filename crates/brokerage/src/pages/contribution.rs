//! A person's own record of what they gave to other schools: theirs to keep and to take along
//! (D18).

use access::{AccountId, SignedIn};
use askama::Template;
use axum::{Extension, extract::State, http::Uri, response::Response};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Frame, Table},
};
use govuk::{Html, extra::Downloads};

use super::named;
use crate::cadre;
use crate::contribution::{self, Contribution, Contributions};
use crate::packs::specialism_name;
use crate::requests::days_in_words;

#[derive(Template)]
#[template(path = "contribution.html")]
struct Page {
    name: String,
    roles: Vec<(String, String, String, String)>,
    total: String,
    schools: usize,
    table: Option<String>,
    downloads: Html,
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
    let content = Page {
        name: visitor.name.clone(),
        roles,
        total: days_in_words(given.iter().filter_map(|one| one.given).sum()),
        schools: schools.len(),
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

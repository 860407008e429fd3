//! The capacity calendar: who has how much time in the next twelve weeks.

use std::collections::{BTreeMap, BTreeSet};

use access::{SignedIn, Visitor};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use charts::{Capacity, CapacityRow, Drawing, Frame as ChartFrame, Week};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Frame, Table},
};
use govuk::{Html, extra::Downloads};
use jiff::{ToSpan, civil::Date};

use super::{brokered, named};
use crate::cadre::{cadre_of, capacity};
use crate::day_job;
use crate::offers::offers_in;

/// Weeks ahead.
const WEEKS: usize = 12;

/// Somebody's week.
#[derive(Clone, Copy)]
enum Time {
    /// Half-days pledged, and left of them.
    Pledged(i64, i64),
    /// Their own school needs them, for this.
    Needed(&'static str),
    /// Nothing was pledged.
    Nothing,
}

struct Row {
    label: String,
    weeks: Vec<Time>,
}

async fn rows(app: &App, visitor: &Visitor) -> Result<(Vec<Date>, Vec<Row>), PageError> {
    let partnership = brokered(visitor)?;
    let today = app.clock.today();
    let first = capacity::monday(today);
    let mondays: Vec<Date> = (0..WEEKS)
        .scan(first, |week, _| {
            let this = *week;
            *week = week.saturating_add(7.days());
            Some(this)
        })
        .collect();
    let mut people = Vec::new();
    for one in cadre_of(&app.db, partnership).await? {
        if one.is_live(today) {
            people.push((one.supporter(), one.name.clone(), one.org));
        }
    }
    for one in offers_in(&app.db, partnership).await? {
        let key = crate::cadre::SupporterRef::Offer(one.id);
        people.push((key, one.what.title.clone(), one.what.org));
    }
    let mut rows = Vec::new();
    for (key, name, org) in people {
        let school = register::org_name(&app.db, org).await?;
        let phase = match org.urn() {
            Some(urn) => register::school(&app.db, urn).await?.map(|school| school.phase),
            None => None,
        };
        let known = capacity::weeks_of(&app.db, key, first).await?;
        let weeks = mondays
            .iter()
            .map(|monday| match known.iter().find(|(week, ..)| week == monday) {
                Some((_, pledged, left)) if *pledged > 0 => phase
                    .and_then(|phase| day_job::busy_in_week(phase, *monday))
                    .map_or(Time::Pledged(*pledged, *left), Time::Needed),
                _ => Time::Nothing,
            })
            .collect();
        rows.push(Row { label: format!("{name}, {school}"), weeks });
    }
    rows.sort_by(|a, b| a.label.cmp(&b.label));
    Ok((mondays, rows))
}

fn short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// Why people are needed at home, and in which weeks.
fn needed(mondays: &[Date], rows: &[Row]) -> Option<String> {
    let mut why: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for row in rows {
        for (monday, week) in mondays.iter().zip(&row.weeks) {
            if let Time::Needed(words) = week {
                why.entry(words).or_default().insert(*monday);
            }
        }
    }
    let each = |(words, weeks): (&str, BTreeSet<Date>)| {
        let weeks: Vec<String> = weeks.into_iter().map(short).collect();
        format!("{words} ({})", weeks.join(", "))
    };
    let list: Vec<String> = why.into_iter().map(each).collect();
    (!list.is_empty())
        .then(|| format!("At home: their own school needs them then. {}.", list.join("; ")))
}

fn table(mondays: &[Date], rows: &[Row], today: Date) -> Table {
    let mut columns = vec!["Who".to_owned()];
    columns.extend(mondays.iter().map(|monday| short(*monday)));
    Table {
        caption: "Half-days free by week".to_owned(),
        columns,
        rows: rows
            .iter()
            .map(|row| {
                let mut cells = vec![Cell::text(&row.label)];
                cells.extend(row.weeks.iter().map(|week| match week {
                    #[expect(clippy::cast_precision_loss, reason = "half-days of a week")]
                    Time::Pledged(_, left) => Cell::Number(*left as f64, 0),
                    Time::Needed(_) => Cell::Missing("at home".to_owned()),
                    Time::Nothing => Cell::Missing("–".to_owned()),
                }));
                cells
            })
            .collect(),
        notes: std::iter::once(format!(
            "As of {}. Each week by its Monday. A dash means that no time was pledged: holidays, \
             or a week off. Time held while heads talk is not free.",
            date_in_words(today)
        ))
        .chain(needed(mondays, rows))
        .collect(),
    }
}

fn draw(mondays: &[Date], rows: &[Row]) -> Drawing {
    let small = |half_days: i64| u8::try_from(half_days.max(0)).unwrap_or(u8::MAX);
    Capacity {
        frame: ChartFrame::new("capacity", "Half-days free in the next twelve weeks").wide(),
        weeks: mondays.iter().map(|monday| short(*monday)).collect(),
        rows: rows
            .iter()
            .map(|row| CapacityRow {
                label: row.label.clone(),
                weeks: row
                    .weeks
                    .iter()
                    .map(|week| match week {
                        Time::Pledged(pledged, left) => {
                            Week::Free { free: small(*left), pledged: small(*pledged) }
                        }
                        Time::Needed(words) => Week::Closed((*words).to_owned()),
                        Time::Nothing => Week::Closed("No time pledged".to_owned()),
                    })
                    .collect(),
            })
            .collect(),
    }
    .draw()
}

#[derive(Template)]
#[template(path = "capacity.html")]
struct Page {
    chart: Option<Drawing>,
    table: String,
    downloads: Html,
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (mondays, rows) = rows(&app, &visitor).await?;
    let items = [
        ("CSV", "/desk/capacity/weeks.csv"),
        ("Excel", "/desk/capacity/weeks.xlsx"),
        ("JSON", "/desk/capacity/weeks.json"),
    ];
    let content = Page {
        // Beyond some dozens of lines a picture helps nobody; the table says the same.
        chart: (!rows.is_empty() && rows.len() <= 60).then(|| draw(&mondays, &rows)),
        table: table(&mondays, &rows, app.clock.today()).html(),
        downloads: Html::of(&Downloads::new("the calendar", items)),
    };
    frame
        .page("Time in the next twelve weeks")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership")
        .show(&content)
}

pub(super) async fn file(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(file): Path<String>,
) -> Result<Response, PageError> {
    let ("weeks", format) = named(&file)? else { return Err(PageError::NotFound) };
    let (mondays, rows) = rows(&app, &visitor).await?;
    table(&mondays, &rows, app.clock.today()).download(format, "capacity")
}

//! The broker's week on one side of paper, to take into a meeting: the tables of the week at a
//! glance, each shortened to what a page holds.

use access::SignedIn;
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Frame, Table},
};

use super::{broker, pages};

/// How many lines of a part fit on the side of paper beside the others.
const ROOM: usize = 8;

struct Part {
    heading: String,
    lines: Vec<String>,
    /// Lines there was no room for.
    more: usize,
}

#[derive(Template)]
#[template(path = "pack.html")]
struct Page {
    partnership: String,
    facts: Vec<(&'static str, String)>,
    parts: Vec<Part>,
    /// What the weeks of capacity are called, and each with the days that are free in it: all of
    /// them, because a gap in the middle is what one looks for.
    capacity: String,
    weeks: Vec<(String, String)>,
    as_at: String,
}

/// The parts of the pack in order: the table's name, and what its count is called at the top.
const PARTS: [(&str, &str); 7] = [
    ("clocks", "To answer"),
    ("unsigned", "Unsigned"),
    ("quiet", "Stalled"),
    ("overlaps", "Overlaps"),
    ("days", "Support running"),
    ("unlinked", "Without a need"),
    ("capacity", "Weeks with time"),
];

/// A table as lines: what a row says, after its first cell, with the heading where it is a number.
/// A number that is nought is not worth the room.
fn part(table: &Table) -> Part {
    let line = |row: &Vec<Cell>| {
        let mut cells = row.iter().zip(&table.columns);
        let first = cells.next().map_or_else(String::new, |(cell, _)| cell.to_string());
        let rest: Vec<String> = cells
            .map(|(cell, column)| match cell {
                Cell::Number(number, _) if *number == 0.0 => String::new(),
                Cell::Number(..) => format!("{} {cell}", column.to_lowercase()),
                words => words.to_string(),
            })
            .filter(|words| !words.is_empty())
            .collect();
        format!("{first}: {}", rest.join("; "))
    };
    Part {
        heading: table.caption.clone(),
        lines: table.rows.iter().take(ROOM).map(line).collect(),
        more: table.rows.len().saturating_sub(ROOM),
    }
}

/// Each week of the capacity with the days that are free in it.
fn weeks(table: &Table) -> Vec<(String, String)> {
    let week = |row: &Vec<Cell>| {
        let monday = row.first()?.to_string();
        let day = monday.rsplit_once(' ').map_or(monday.clone(), |(day, _year)| day.to_owned());
        Some((day, row.get(2)?.to_string()))
    };
    table.rows.iter().filter_map(week).collect()
}

/// How many there are of what a table lists; of weeks, those in which somebody has time.
fn count(name: &str, table: &Table) -> usize {
    let free = |row: &&Vec<Cell>| matches!(row.get(2), Some(Cell::Number(left, _)) if *left > 0.0);
    match name {
        "capacity" => table.rows.iter().filter(free).count(),
        _ => table.rows.len(),
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = pages::partnership(&visitor).ok_or(PageError::NotFound)?;
    let tables = broker::tables(&app, &visitor, org).await?;
    let (mut facts, mut parts) = (Vec::new(), Vec::new());
    let (mut capacity, mut ahead) = (String::new(), Vec::new());
    for (name, what) in PARTS {
        if let Some((_, table)) = tables.iter().find(|(one, _)| *one == name) {
            facts.push((what, count(name, table).to_string()));
            if name == "capacity" {
                (capacity, ahead) = (table.caption.clone(), weeks(table));
            } else {
                parts.push(part(table));
            }
        }
    }
    let page = Page {
        partnership: register::org_name(&app.db, org).await?,
        facts,
        parts,
        capacity,
        weeks: ahead,
        as_at: date_in_words(app.clock.today()),
    };
    frame
        .page("The broker’s week")
        .crumb("The week at a glance", "/broker")
        .visible_to("the broker of the partnership")
        .wide()
        .show(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shortened_and_says_by_how_much() {
        let row = |n: usize| {
            vec![
                Cell::Link(format!("Support {n}"), "/x".to_owned()),
                Cell::text("Harbour View"),
                Cell::Number(2.5, 1),
            ]
        };
        let mut table = Table {
            caption: "Days".to_owned(),
            columns: ["Support", "For", "Days free"].map(str::to_owned).to_vec(),
            rows: (0..10).map(row).collect(),
            notes: Vec::new(),
        };
        let short = part(&table);
        assert_eq!((short.lines.len(), short.more), (8, 2));
        assert_eq!(short.lines[0], "Support 0: Harbour View; days free 2.5");
        table.rows[3][2] = Cell::Number(0.0, 1);
        assert_eq!(part(&table).lines[3], "Support 3: Harbour View");
        assert_eq!(weeks(&table)[0], ("Support".to_owned(), "2.5".to_owned()));
        assert_eq!((count("capacity", &table), count("days", &table)), (9, 10));
    }
}

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

/// How many lines of a part are shown at most.
const ROOM: usize = 8;

/// How many rows of text the parts may take together, two beside each other, so that the whole
/// stays on one side of A4.
const SIDE: usize = 44;

/// How many letters stand in a row of half a page.
const LETTERS: usize = 44;

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
fn part(table: &Table, room: usize) -> Part {
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
        lines: table.rows.iter().take(room).map(line).collect(),
        more: table.rows.len().saturating_sub(room),
    }
}

impl Part {
    /// How many rows it takes in half a page, its heading among them.
    fn rows(&self) -> usize {
        let line = |line: &String| line.chars().count().div_ceil(LETTERS).max(1);
        2 + self.lines.iter().map(line).sum::<usize>().max(1) + usize::from(self.more > 0)
    }
}

/// The parts, each with as many lines as all of them together leave room for on one side.
fn on_one_side(tables: &[&Table]) -> Vec<Part> {
    let with = |room: usize| tables.iter().map(|table| part(table, room)).collect::<Vec<_>>();
    let rows = |parts: &[Part]| -> usize {
        let pair = |pair: &[Part]| pair.iter().map(Part::rows).max().unwrap_or(0);
        parts.chunks(2).map(pair).sum()
    };
    (2..=ROOM).rev().map(with).find(|parts| rows(parts) <= SIDE).unwrap_or_else(|| with(1))
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
    let (mut facts, mut listed) = (Vec::new(), Vec::new());
    let (mut capacity, mut ahead) = (String::new(), Vec::new());
    for (name, what) in PARTS {
        if let Some((_, table)) = tables.iter().find(|(one, _)| *one == name) {
            facts.push((what, count(name, table).to_string()));
            if name == "capacity" {
                (capacity, ahead) = (table.caption.clone(), weeks(table));
            } else {
                listed.push(table);
            }
        }
    }
    let page = Page {
        partnership: register::org_name(&app.db, org).await?,
        facts,
        parts: on_one_side(&listed),
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
        let short = part(&table, ROOM);
        assert_eq!((short.lines.len(), short.more), (8, 2));
        assert_eq!(short.lines[0], "Support 0: Harbour View; days free 2.5");
        table.rows[3][2] = Cell::Number(0.0, 1);
        assert_eq!(part(&table, ROOM).lines[3], "Support 3: Harbour View");
        // Where much is going on, every part gives way; none gives way where there is room.
        assert_eq!(on_one_side(&[&table, &table])[0].lines.len(), ROOM);
        let busy: Vec<Part> = on_one_side(&[&table; 12]);
        assert!((1..ROOM).contains(&busy[0].lines.len()), "{}", busy[0].lines.len());
        assert!(busy.iter().all(|part| part.lines.len() + part.more == 10));
        assert_eq!(weeks(&table)[0], ("Support".to_owned(), "2.5".to_owned()));
        assert_eq!((count("capacity", &table), count("days", &table)), (9, 10));
    }
}

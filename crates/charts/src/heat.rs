//! Capacity: who has how many half-days free, week by week.

use crate::plot::{SMALL, Sample, legend};
use crate::svg::{
    Anchor, Canvas, Drawing, Frame, INK, OWN, PALE, PAPER, Paint, SOFT, fit, text_width,
};
use crate::table::Table;

/// What a week holds for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Week {
    /// Half-days still free, of those pledged.
    Free {
        /// Free.
        free: u8,
        /// Pledged for the week.
        pledged: u8,
    },
    /// Nobody may ask, and why: tests, holidays.
    Closed(String),
}

/// One person's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityRow {
    /// Who.
    pub label: String,
    /// One entry a week.
    pub weeks: Vec<Week>,
}

/// A strip of weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Frame.
    pub frame: Frame,
    /// The Monday of each week, short: `4 Jan`.
    pub weeks: Vec<String>,
    /// People, alphabetically.
    pub rows: Vec<CapacityRow>,
}

/// From full to free: white to dark blue, with the number written in each cell.
const SHADES: [(&str, &str); 5] =
    [(PAPER, SOFT), ("#dbe5ee", INK), ("#a9c1d6", INK), ("#3d6a94", PAPER), (OWN, PAPER)];

const ROW: f64 = 30.0;

impl Capacity {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let items = [
            (Sample::Block(OWN, OWN), "4 or more half-days free"),
            (Sample::Block(SHADES[1].0, SOFT), "1 free"),
            (Sample::Block(PAPER, SOFT), "0: taken"),
            (Sample::Cross, "Closed"),
        ];
        let top = 26.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let names = self
            .rows
            .iter()
            .map(|r| text_width(&r.label, SMALL))
            .fold(60.0, f64::max)
            .min(width * 0.32);
        let left = 10.0 + names + 10.0;
        let cell = (width - left - 8.0) / self.weeks.len().max(1) as f64;
        // Name as many weeks as there is room for.
        let every = (42.0 / cell).ceil().max(1.0) as usize;
        for (i, week) in self.weeks.iter().enumerate().step_by(every) {
            let x = left + cell * i as f64;
            canvas.line(
                "chart__tick",
                (x + 0.5, top - 4.0),
                (x + 0.5, top),
                Paint::stroke(SOFT, 1.0),
            );
            canvas.text("chart__tick", (x, top - 8.0), week, (SMALL - 0.5, SOFT, Anchor::Start));
        }
        for (r, row) in self.rows.iter().enumerate() {
            let y = top + ROW * r as f64;
            canvas.text(
                "chart__label",
                (10.0, y + ROW / 2.0 + 4.0),
                &fit(&row.label, SMALL, names),
                (SMALL, INK, Anchor::Start),
            );
            for (w, week) in row.weeks.iter().enumerate().take(self.weeks.len()) {
                let square = (left + cell * w as f64 + 1.0, y + 2.0, cell - 2.0, ROW - 4.0);
                let middle = (square.0 + square.2 / 2.0, y + ROW / 2.0 + 4.0);
                let monday = &self.weeks[w];
                match week {
                    Week::Free { free, pledged } => {
                        let (fill, ink) = SHADES[usize::from(*free).min(4)];
                        let hint = format!(
                            "{}, week of {monday}: {free} of {pledged} half-days free",
                            row.label
                        );
                        canvas.rect(
                            "chart__cell",
                            square,
                            Paint::fill(fill).outlined(if *free == 0 { PALE } else { fill }, 1.0),
                            &hint,
                        );
                        if cell >= 13.0 {
                            canvas.text(
                                "chart__count",
                                middle,
                                &free.to_string(),
                                (SMALL.min(cell * 0.72), ink, Anchor::Middle),
                            );
                        }
                    }
                    Week::Closed(why) => {
                        let hint = format!("{}, week of {monday}: {why}", row.label);
                        canvas.rect("chart__cell", square, Paint::fill("#f3f2f1"), &hint);
                        crate::plot::cross(&mut canvas, (middle.0, y + ROW / 2.0), &hint);
                    }
                }
            }
        }
        let height = top + ROW * self.rows.len() as f64 + 10.0;
        canvas.finish("capacity", &self.frame, height, &self.finding(), self.table())
    }

    fn finding(&self) -> String {
        let free = |w: &Week| match w {
            Week::Free { free, .. } => u32::from(*free),
            Week::Closed(_) => 0,
        };
        let total: u32 =
            self.rows.iter().flat_map(|r| r.weeks.iter().take(self.weeks.len())).map(free).sum();
        let some = self.rows.iter().filter(|r| r.weeks.iter().any(|w| free(w) > 0)).count();
        let full: Vec<&str> = self
            .rows
            .iter()
            .filter(|r| r.weeks.iter().all(|w| free(w) == 0))
            .map(|r| r.label.as_str())
            .collect();
        let mut text = format!(
            "{total} half-days are free over {} weeks; {some} of {} people have some.",
            self.weeks.len(),
            self.rows.len()
        );
        if !full.is_empty() {
            text.push_str(&format!(" None free: {}.", full.join(", ")));
        }
        text
    }

    fn table(&self) -> Table {
        let mut headers = vec!["Who".to_owned()];
        headers.extend(self.weeks.iter().map(|w| format!("Week of {w}")));
        let mut table = Table { caption: self.frame.title.clone(), headers, rows: Vec::new() };
        for row in &self.rows {
            let mut cells = vec![row.label.clone()];
            cells.extend((0..self.weeks.len()).map(|i| match row.weeks.get(i) {
                Some(Week::Free { free, pledged }) => format!("{free} of {pledged}"),
                Some(Week::Closed(why)) => why.clone(),
                None => "Not given".to_owned(),
            }));
            table.push(cells);
        }
        table
    }
}

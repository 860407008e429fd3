//! Steadiness: in which weeks something was heard, month by month, as on a calendar.

use crate::plot::{SMALL, Sample, cross, legend};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OWN, PALE, PAPER, Paint, SOFT};
use crate::table::Table;

/// What a week brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// How often something was heard; nought is a quiet week.
    Times(u32),
    /// Nobody was there to be heard, and why: holidays.
    Closed(String),
}

/// One week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardWeek {
    /// The day of the month of its Monday: `7`.
    pub day: String,
    /// Its Monday in words: `7 September 2026`.
    pub monday: String,
    /// What it brought.
    pub heard: Heard,
}

/// The weeks whose Mondays lie in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardMonth {
    /// The month, short: `Sep 2026`.
    pub label: String,
    /// Its weeks, five at most; more are not drawn.
    pub weeks: Vec<HeardWeek>,
}

/// A calendar of weeks. It shows whether people kept at something, and nothing of how fast they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steady {
    /// Frame.
    pub frame: Frame,
    /// The months, the first at the top.
    pub months: Vec<HeardMonth>,
}

const ROW: f64 = 38.0;
const MOST: usize = 5;

/// From once to four times and more: light to dark, the number written in each.
const SHADES: [(&str, &str); 4] =
    [("#dbe5ee", INK), ("#a9c1d6", INK), ("#3d6a94", PAPER), (OWN, PAPER)];

impl Steady {
    fn weeks(&self) -> impl Iterator<Item = &HeardWeek> {
        self.months.iter().flat_map(|month| month.weeks.iter().take(MOST))
    }

    /// In how many weeks something was heard, of how many in which anybody was there.
    #[must_use]
    pub fn heard(&self) -> (usize, usize) {
        let open = self.weeks().filter_map(|week| match week.heard {
            Heard::Times(times) => Some(times),
            Heard::Closed(_) => None,
        });
        open.fold((0, 0), |(some, all), times| (some + usize::from(times > 0), all + 1))
    }

    /// The most weeks in a row without a word; weeks in which nobody was there neither count nor break
    /// the silence.
    #[must_use]
    pub fn longest_silence(&self) -> usize {
        let (mut longest, mut now) = (0, 0);
        for week in self.weeks() {
            match week.heard {
                Heard::Times(0) => now += 1,
                Heard::Times(_) => now = 0,
                Heard::Closed(_) => {}
            }
            longest = longest.max(now);
        }
        longest
    }

    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let items = [
            (Sample::Block(SHADES[0].0, SOFT), "Once"),
            (Sample::Block(OWN, OWN), "4 times or more"),
            (Sample::Block(PAPER, SOFT), "Quiet"),
            (Sample::Cross, "Holidays"),
        ];
        let top = 14.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let left = 76.0;
        // A cell wider than this is no easier to read.
        let cell = ((width - left - 8.0) / MOST as f64).min(96.0);
        for (row, month) in self.months.iter().enumerate() {
            let y = top + ROW * row as f64;
            let label = (10.0, y + ROW / 2.0 + 4.0);
            canvas.text("chart__label", label, &month.label, (SMALL, INK, Anchor::Start));
            for (at, week) in month.weeks.iter().take(MOST).enumerate() {
                let square = (left + cell * at as f64 + 1.5, y + 2.0, cell - 3.0, ROW - 4.0);
                Self::cell(&mut canvas, week, square);
            }
        }
        let height = top + ROW * self.months.len().max(1) as f64 + 8.0;
        canvas.finish("steady", &self.frame, height, &self.finding(), self.table())
    }

    fn cell(canvas: &mut Canvas, week: &HeardWeek, square: (f64, f64, f64, f64)) {
        let (x, y, w, h) = square;
        let hint = format!("Week of {}: {}", week.monday, words(&week.heard));
        let corner = (x + 5.0, y + 12.0);
        let middle = (x + w / 2.0 + 6.0, y + h / 2.0 + 6.0);
        let ink = match &week.heard {
            Heard::Times(0) => {
                canvas.rect("chart__cell", square, Paint::fill(PAPER).outlined(PALE, 1.0), &hint);
                SOFT
            }
            Heard::Times(times) => {
                let at = usize::try_from(*times).unwrap_or(usize::MAX).min(SHADES.len()) - 1;
                let (fill, ink) = SHADES[at];
                canvas.rect("chart__cell", square, Paint::fill(fill).outlined(fill, 1.0), &hint);
                let font = (SMALL + 1.0, ink, Anchor::Middle);
                canvas.bold("chart__count", middle, &times.to_string(), font);
                ink
            }
            Heard::Closed(_) => {
                canvas.rect("chart__cell", square, Paint::fill("#f3f2f1"), &hint);
                cross(canvas, (middle.0, middle.1 - 4.0), &hint);
                SOFT
            }
        };
        canvas.text("chart__count", corner, &week.day, (SMALL - 2.0, ink, Anchor::Start));
    }

    fn finding(&self) -> String {
        let (some, all) = self.heard();
        if all == 0 {
            return "No week of school has passed yet.".to_owned();
        }
        let weeks = if all == 1 { "school week" } else { "school weeks" };
        let first = format!("Something was heard in {some} of {all} {weeks}.");
        match self.longest_silence() {
            0 => format!("{first} No week was quiet."),
            1 => format!("{first} It was never quiet for more than a week."),
            weeks => format!("{first} The longest silence was {weeks} school weeks."),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table {
            caption: self.frame.title.clone(),
            headers: vec!["Week of".to_owned(), "What was heard".to_owned()],
            rows: Vec::new(),
        };
        for week in self.weeks() {
            table.push(vec![week.monday.clone(), words(&week.heard)]);
        }
        if table.rows.is_empty() {
            table.push(vec!["–".to_owned(), "No week has passed yet".to_owned()]);
        }
        table
    }
}

fn words(heard: &Heard) -> String {
    match heard {
        Heard::Times(0) => "nothing".to_owned(),
        Heard::Times(1) => "once".to_owned(),
        Heard::Times(times) => format!("{times} times"),
        Heard::Closed(why) => why.clone(),
    }
}

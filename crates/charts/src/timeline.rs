//! A deployment over time: spans of work, and the days that matter.

use crate::day::Day;
use crate::plot::{BODY, SMALL, Sample, legend};
use crate::scale::Scale;
use crate::svg::{
    Anchor, Canvas, Drawing, Frame, INK, OTHER, OWN, OWN_PALE, PALE, Paint, SOFT, fit,
};
use crate::symbol::Symbol;
use crate::table::Table;

/// Something that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// From.
    pub from: Day,
    /// To, inclusive.
    pub to: Day,
    /// Whether it is done: done is filled, planned is outlined.
    pub done: bool,
}

/// Something that happens on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub on: Day,
    /// What, in a few words.
    pub words: String,
    /// Its shape.
    pub symbol: Symbol,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What it is about.
    pub label: String,
    /// Spans.
    pub spans: Vec<Span>,
    /// Marks.
    pub marks: Vec<Mark>,
}

/// A timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Frame.
    pub frame: Frame,
    /// First day shown.
    pub from: Day,
    /// Last day shown.
    pub to: Day,
    /// Today, if it lies within.
    pub today: Option<Day>,
    /// What the symbols mean, for the legend.
    pub kinds: Vec<(Symbol, String)>,
    /// Rows, in their order of work.
    pub tracks: Vec<Track>,
}

const ROW: f64 = 48.0;

impl Timeline {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let mut items =
            vec![(Sample::Block(OWN, OWN), "Done"), (Sample::Block(OWN_PALE, OWN), "Planned")];
        for (symbol, words) in &self.kinds {
            items.push((Sample::Symbol(*symbol, symbol.colour()), words.as_str()));
        }
        let top = 40.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let (left, right) = (12.0, width - 12.0);
        let bottom = top + ROW * self.tracks.len() as f64;
        let x =
            Scale::new((self.from.number() as f64, self.to.number() as f64 + 1.0), (left, right));
        self.months(&mut canvas, &x, (top, bottom), right - left);
        self.today(&mut canvas, &x, (left, right), (top, bottom));
        for (i, track) in self.tracks.iter().enumerate() {
            let y = top + ROW * i as f64;
            canvas.line("chart__grid", (left, y), (right, y), Paint::stroke(PALE, 1.0));
            let label = fit(&track.label, BODY, right - left);
            canvas.haloed("chart__label", (left, y + 17.0), &label, (BODY, INK, Anchor::Start));
            let middle = y + 33.0;
            for span in &track.spans {
                let (a, b) = (x.at(span.from.number() as f64), x.at(span.to.number() as f64 + 1.0));
                let paint = if span.done {
                    Paint::fill(OWN)
                } else {
                    Paint::fill(OWN_PALE).outlined(OWN, 1.0)
                };
                let hint = format!("{}: {} to {}", track.label, span.from.long(), span.to.long());
                canvas.rect("chart__span", (a, middle - 5.0, (b - a).max(2.0), 10.0), paint, &hint);
            }
            for mark in &track.marks {
                let at = (x.at(mark.on.number() as f64 + 0.5), middle);
                let hint = format!("{}: {}", mark.on.long(), mark.words);
                mark.symbol.draw(&mut canvas, at, 6.0, mark.symbol.colour(), &hint);
            }
        }
        canvas.line("chart__grid", (left, bottom), (right, bottom), Paint::stroke(PALE, 1.0));
        canvas.finish("timeline", &self.frame, bottom + 22.0, &self.finding(), self.table())
    }

    /// A line through today, drawn first so that words and marks lie over it.
    fn today(
        &self,
        canvas: &mut Canvas,
        x: &Scale,
        (left, right): (f64, f64),
        (top, bottom): (f64, f64),
    ) {
        if let Some(today) = self.today.filter(|t| *t >= self.from && *t <= self.to) {
            let at = x.at(today.number() as f64 + 0.5);
            canvas.line(
                "chart__today",
                (at, top - 3.0),
                (at, bottom),
                Paint::stroke(OTHER, 1.6).dashed("5 3"),
            );
            let end = at > f64::midpoint(left, right);
            let (dx, anchor) = if end { (-5.0, Anchor::End) } else { (5.0, Anchor::Start) };
            let words = format!("Today, {}", today.long());
            canvas.haloed("chart__today", (at + dx, bottom + 14.0), &words, (SMALL, OTHER, anchor));
        }
    }

    fn months(&self, canvas: &mut Canvas, x: &Scale, (top, bottom): (f64, f64), room: f64) {
        let mut starts = Vec::new();
        let mut day = Day::new(self.from.year, self.from.month, 1);
        while day <= self.to && starts.len() < 240 {
            if day >= self.from {
                starts.push(day);
            }
            day = day.next_month();
        }
        let every = [1, 2, 3, 6, 12]
            .into_iter()
            .find(|e| room / (starts.len() as f64 / f64::from(*e)) >= 34.0)
            .unwrap_or(12);
        for (i, day) in starts.iter().enumerate() {
            let at = x.at(day.number() as f64);
            canvas.line("chart__grid", (at, top), (at, bottom), Paint::stroke(PALE, 1.0));
            if i % usize::try_from(every).unwrap_or(1) == 0 {
                canvas.text(
                    "chart__tick",
                    (at + 1.0, top - 6.0),
                    day.month_name(),
                    (SMALL, SOFT, Anchor::Start),
                );
            }
            let january = starts.iter().find(|d| d.month == 1).map(|d| x.at(d.number() as f64));
            let crowded = i == 0 && day.month != 1 && january.is_some_and(|j| j - at < 40.0);
            if (i == 0 && !crowded) || day.month == 1 {
                let year = day.year.to_string();
                canvas.text(
                    "chart__tick",
                    (at + 1.0, top - 20.0),
                    &year,
                    (SMALL, INK, Anchor::Start),
                );
            }
        }
    }

    fn finding(&self) -> String {
        let mut text = format!("From {} to {}:", self.from.long(), self.to.long());
        for track in &self.tracks {
            let done = track.spans.iter().filter(|s| s.done).count();
            text.push_str(&format!(" {}", track.label));
            if !track.spans.is_empty() {
                text.push_str(&format!(", {done} of {} done", track.spans.len()));
            }
            match track.marks.as_slice() {
                [] => {}
                [first, .., last] if track.marks.len() > 3 => text.push_str(&format!(
                    ", {} from {} to {}",
                    track.marks.len(),
                    first.on.long(),
                    last.on.long()
                )),
                few => {
                    let marks: Vec<String> =
                        few.iter().map(|m| format!("{} {}", m.words, m.on.long())).collect();
                    text.push_str(&format!(" ({})", marks.join("; ")));
                }
            }
            text.push('.');
        }
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&self.frame.title, &["What", "From", "To", "State"]);
        for track in &self.tracks {
            for span in &track.spans {
                let state = if span.done { "Done" } else { "Planned" };
                table.push(vec![
                    track.label.clone(),
                    span.from.long(),
                    span.to.long(),
                    state.to_owned(),
                ]);
            }
            for mark in &track.marks {
                let on = mark.on.long();
                table.push(vec![
                    format!("{}: {}", track.label, mark.words),
                    on.clone(),
                    on,
                    String::new(),
                ]);
            }
        }
        table
    }
}

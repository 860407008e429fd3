//! The same small picture many times: one indicator each, all on the same periods.

use crate::number::{Finite, Reading, Unit};
use crate::plot::{BODY, SMALL, Sample, cross, legend};
use crate::scale::{Scale, span};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OWN, PALE, PAPER, Paint, SOFT, fit, wrap};
use crate::table::Table;

/// One small picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What it shows.
    pub label: String,
    /// How its values are printed.
    pub unit: Unit,
    /// The school's readings, one a period.
    pub readings: Vec<Reading>,
    /// The family's median, one a period.
    pub family: Vec<Option<Finite>>,
}

/// Small multiples.
#[derive(Clone, Debug, PartialEq)]
pub struct Multiples {
    /// Frame.
    pub frame: Frame,
    /// The periods all panels share.
    pub periods: Vec<String>,
    /// The panels, in a fixed order.
    pub panels: Vec<Panel>,
}

const HEIGHT: f64 = 132.0;

impl Multiples {
    /// Draws them, as many beside each other as there is room for.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let items = [
            (Sample::Own, "This school"),
            (Sample::Dashed(INK), "Family median"),
            (Sample::Cross, "No value"),
        ];
        let top = 8.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let columns = ((width - 8.0) / 166.0).floor().clamp(1.0, 3.0) as usize;
        let cell = (width - 20.0) / columns as f64;
        for (i, panel) in self.panels.iter().enumerate() {
            let (column, row) = (i % columns, i / columns);
            let left = 10.0 + cell * column as f64;
            self.panel(&mut canvas, panel, (left, top + HEIGHT * row as f64), cell - 14.0);
        }
        let rows = self.panels.len().div_ceil(columns).max(1);
        canvas.finish(
            "multiples",
            &self.frame,
            top + HEIGHT * rows as f64 + 4.0,
            &self.finding(),
            self.table(),
        )
    }

    fn panel(&self, canvas: &mut Canvas, panel: &Panel, (left, top): (f64, f64), width: f64) {
        let bold = (BODY, INK, Anchor::Start);
        // Bold letters are about a sixth wider than the estimate.
        for (i, line) in wrap(&panel.label, BODY * 1.16, width).iter().take(2).enumerate() {
            let line = fit(line, BODY * 1.16, width);
            canvas.bold("chart__label", (left, top + 14.0 + 15.0 * i as f64), &line, bold);
        }
        let (upper, lower) = (top + 42.0, top + 96.0);
        canvas.line(
            "chart__grid",
            (left, lower + 6.0),
            (left + width, lower + 6.0),
            Paint::stroke(PALE, 1.0),
        );
        let values = panel
            .readings
            .iter()
            .filter_map(Reading::value)
            .chain(panel.family.iter().flatten().copied());
        let domain = span(values.map(Finite::get), panel.unit.suffix == "%");
        let y = Scale::new(domain, (lower, upper));
        let last = self.periods.len().saturating_sub(1).max(1) as f64;
        let x = Scale::new((0.0, last), (left + 7.0, left + width - 54.0));
        let place = |i: usize, v: Finite| (x.at(i as f64), y.at(v.get()));
        for run in runs(&panel.family) {
            let points: Vec<_> = run.iter().map(|(i, v)| place(*i, *v)).collect();
            canvas.polyline("chart__family", &points, Paint::stroke(INK, 1.6).dashed("5 4"));
        }
        let own: Vec<Option<Finite>> = panel.readings.iter().map(Reading::value).collect();
        for run in runs(&own) {
            let points: Vec<_> = run.iter().map(|(i, v)| place(*i, *v)).collect();
            canvas.polyline("chart__own", &points, Paint::stroke(OWN, 2.2));
        }
        for (i, reading) in panel.readings.iter().enumerate() {
            let period = self.periods.get(i).map_or("", String::as_str);
            match reading {
                Reading::Value { value, .. } => {
                    let paint = if reading.is_thin() {
                        Paint::fill(PAPER).outlined(OWN, 2.0)
                    } else {
                        Paint::fill(OWN)
                    };
                    let hint = format!("{period}: {}", panel.unit.show(*value));
                    canvas.circle("chart__point", place(i, *value), 3.4, paint, &hint);
                }
                Reading::Missing(reason) => {
                    cross(canvas, (x.at(i as f64), lower), &format!("{period}: {reason}"));
                }
            }
        }
        if let Some(latest) = panel.readings.last() {
            match latest.value() {
                Some(value) => {
                    let at = (left + width - 46.0, y.at(value.get()) + 4.5);
                    canvas.bold(
                        "chart__value",
                        at,
                        &panel.unit.show(value),
                        (BODY, OWN, Anchor::Start),
                    );
                }
                None => canvas.text(
                    "chart__value",
                    (left + width - 46.0, lower + 4.0),
                    "none",
                    (SMALL, SOFT, Anchor::Start),
                ),
            }
        }
        if let (Some(first), Some(end)) = (self.periods.first(), self.periods.last()) {
            canvas.text(
                "chart__tick",
                (left, lower + 21.0),
                first,
                (SMALL - 0.5, SOFT, Anchor::Start),
            );
            if self.periods.len() > 1 {
                canvas.text(
                    "chart__tick",
                    (left + width - 44.0, lower + 21.0),
                    end,
                    (SMALL - 0.5, SOFT, Anchor::End),
                );
            }
        }
    }

    fn finding(&self) -> String {
        let period = self.periods.last().map_or("the latest period", String::as_str);
        let parts: Vec<String> = self
            .panels
            .iter()
            .map(|p| {
                let latest = p
                    .readings
                    .last()
                    .map_or_else(|| "no value".to_owned(), |r| r.in_words(&p.unit));
                let family = p.family.last().copied().flatten();
                let family =
                    family.map_or_else(String::new, |f| format!(" (family {})", p.unit.show(f)));
                format!("{} {latest}{family}", p.label)
            })
            .collect();
        format!("In {period}: {}.", parts.join("; "))
    }

    fn table(&self) -> Table {
        let mut headers = vec!["Measure".to_owned(), "Whose".to_owned()];
        headers.extend(self.periods.iter().cloned());
        let mut table = Table { caption: self.frame.title.clone(), headers, rows: Vec::new() };
        for p in &self.panels {
            let cells = |get: &dyn Fn(usize) -> String| {
                (0..self.periods.len()).map(get).collect::<Vec<_>>()
            };
            let own = cells(&|i| {
                p.readings.get(i).map_or_else(|| "Not given".to_owned(), |r| r.in_words(&p.unit))
            });
            let family = cells(&|i| {
                p.family
                    .get(i)
                    .copied()
                    .flatten()
                    .map_or_else(|| "Not given".to_owned(), |v| p.unit.show(v))
            });
            for (whose, row) in [("This school", own), ("Family median", family)] {
                let mut cells = vec![p.label.clone(), whose.to_owned()];
                cells.extend(row);
                table.push(cells);
            }
        }
        table
    }
}

fn runs(values: &[Option<Finite>]) -> Vec<Vec<(usize, Finite)>> {
    let mut runs = vec![Vec::new()];
    for (i, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((i, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|r: &Vec<(usize, Finite)>| r.len() > 1);
    runs
}

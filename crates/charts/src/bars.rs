//! Horizontal bars with intervals: groups of pupils, areas of a survey, parts of a whole.

use crate::number::{Finite, Reading, Unit};
use crate::plot::{Area, BODY, SMALL, Sample, cross, legend, tick_unit, x_axis};
use crate::scale::{Scale, nice};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OTHER, OWN, PAPER, Paint, SOFT, fit, wrap};
use crate::table::Table;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// The reading.
    pub reading: Reading,
    /// A value to compare it with, drawn as a line across the bar.
    pub comparator: Option<Finite>,
}

/// Bars in the order given: groups, never schools sorted by an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Frame.
    pub frame: Frame,
    /// How values are printed.
    pub unit: Unit,
    /// What the bars are called beside the comparator.
    pub value: String,
    /// What the comparator is called; nothing hides it from the legend.
    pub comparator: String,
    /// The bars, in a fixed and meaningful order.
    pub bars: Vec<Bar>,
}

const STEP: f64 = 50.0;
/// How much a second line of a label takes.
const LINE: f64 = 16.0;

/// A label in one line or two; what is longer is cut and stands in the table.
fn label_lines(label: &str, width: f64) -> Vec<String> {
    let lines = wrap(label, BODY, width);
    match lines.as_slice() {
        [] | [_] => vec![fit(label, BODY, width)],
        [first, rest @ ..] => vec![fit(first, BODY, width), fit(&rest.join(" "), BODY, width)],
    }
}

impl Bars {
    /// Draws them.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let mut items = vec![(Sample::Block(OWN, OWN), self.value.as_str())];
        if self.bars.iter().any(|b| b.reading.interval().is_some()) {
            items.push((Sample::Dashed(INK), "95% interval"));
        }
        if self.bars.iter().any(|b| b.comparator.is_some()) {
            items.push((Sample::Symbol(crate::Symbol::Diamond, OTHER), self.comparator.as_str()));
        }
        if self.bars.iter().any(|b| b.reading.value().is_none()) {
            items.push((Sample::Cross, "No value"));
        }
        let items = if items.len() > 1 { items } else { Vec::new() };
        let top = 12.0
            + if items.is_empty() {
                0.0
            } else {
                legend(&mut canvas, (10.0, 14.0), width - 20.0, &items)
            };
        let (left, right) = (12.0, width - 56.0);
        let two = self.bars.iter().any(|b| label_lines(&b.label, right - left).len() > 1);
        let step = if two { STEP + LINE } else { STEP };
        let area = Area { left, right, top, bottom: top + step * self.bars.len() as f64 + 4.0 };
        let values = self.bars.iter().flat_map(|b| {
            let (low, high) = b.reading.interval().unzip();
            [b.reading.value(), low, high, b.comparator].into_iter().flatten().map(Finite::get)
        });
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let (mut domain, mut ticks) = nice(low, if high > low { high } else { low + 1.0 }, 5);
        if self.unit.suffix == "%" && high <= 100.0 && domain.1 > 100.0 {
            domain.1 = 100.0;
            ticks.retain(|t| *t <= 100.0);
        }
        let x = Scale::new(domain, (area.left, area.right));
        x_axis(&mut canvas, area, &x, &ticks, &tick_unit(&self.unit, &ticks));
        for (i, bar) in self.bars.iter().enumerate() {
            self.bar(&mut canvas, bar, area.top + step * i as f64 + (step - STEP), &x, area);
        }
        canvas.finish("bars", &self.frame, area.bottom + 26.0, &self.finding(), self.table())
    }

    fn bar(&self, canvas: &mut Canvas, bar: &Bar, top: f64, x: &Scale, area: Area) {
        let lines = label_lines(&bar.label, area.right - area.left);
        for (up, line) in lines.iter().rev().enumerate() {
            let y = top + 15.0 - LINE * up as f64;
            canvas.haloed("chart__label", (area.left, y), line, (BODY, INK, Anchor::Start));
        }
        let (y, h) = (top + 21.0, 19.0);
        let middle = y + h / 2.0;
        let zero = x.at(0.0);
        canvas.line("chart__zero", (zero, y - 3.0), (zero, y + h + 3.0), Paint::stroke(INK, 1.6));
        match &bar.reading {
            Reading::Value { value, interval, .. } => {
                let end = x.at(value.get());
                let fill = if bar.reading.is_thin() {
                    Paint::fill(PAPER).outlined(OWN, 2.0)
                } else {
                    Paint::fill(OWN)
                };
                canvas.rect(
                    "chart__bar",
                    (zero.min(end), y, (end - zero).abs(), h),
                    fill,
                    &bar.label,
                );
                if let Some((low, high)) = interval {
                    let (low, high) = (x.at(low.get()), x.at(high.get()));
                    // White under grey: visible over the bar and beyond it.
                    canvas.line(
                        "chart__whisker",
                        (low, middle),
                        (high, middle),
                        Paint::stroke(PAPER, 4.5),
                    );
                    canvas.line(
                        "chart__whisker",
                        (low, middle),
                        (high, middle),
                        Paint::stroke(INK, 1.8).dashed("5 3"),
                    );
                    for at in [low, high] {
                        canvas.line(
                            "chart__whisker",
                            (at, middle - 5.0),
                            (at, middle + 5.0),
                            Paint::stroke(PAPER, 4.5),
                        );
                        canvas.line(
                            "chart__whisker",
                            (at, middle - 5.0),
                            (at, middle + 5.0),
                            Paint::stroke(INK, 1.8),
                        );
                    }
                }
                canvas.bold(
                    "chart__value",
                    (area.right + 8.0, middle + 4.5),
                    &self.unit.show(*value),
                    (BODY, OWN, Anchor::Start),
                );
            }
            Reading::Missing(reason) => {
                cross(canvas, (zero + 10.0, middle), reason);
                let lines = wrap(reason, SMALL - 1.0, area.right - zero + 20.0);
                for (i, line) in lines.iter().take(2).enumerate() {
                    let up = if lines.len() > 1 { 4.0 } else { 0.0 };
                    canvas.haloed(
                        "chart__reason",
                        (zero + 21.0, middle + 4.0 - up + 13.0 * i as f64),
                        line,
                        (SMALL - 1.0, SOFT, Anchor::Start),
                    );
                }
            }
        }
        // Beside a reason there is nothing to compare; the table has the comparator.
        if let Some(comparator) = bar.comparator.filter(|_| bar.reading.value().is_some()) {
            let hint = format!("{}: {}", self.comparator, self.unit.show(comparator));
            crate::Symbol::Diamond.draw(
                canvas,
                (x.at(comparator.get()), middle),
                5.0,
                OTHER,
                &hint,
            );
        }
    }

    fn finding(&self) -> String {
        let parts: Vec<String> = self
            .bars
            .iter()
            .map(|b| {
                let beside = b.comparator.map_or_else(String::new, |c| {
                    format!(" ({} {})", self.comparator.to_lowercase(), self.unit.show(c))
                });
                match &b.reading {
                    Reading::Value { value, .. } => {
                        format!("{} {}{beside}", b.label, self.unit.show(*value))
                    }
                    Reading::Missing(reason) => format!("{} not shown: {reason}", b.label),
                }
            })
            .collect();
        if parts.is_empty() {
            "Nothing to show.".to_owned()
        } else {
            format!("{}.", parts.join("; "))
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            &self.frame.title,
            &["", &self.value, "95% interval", "Pupils", &self.comparator],
        );
        for b in &self.bars {
            table.push(vec![
                b.label.clone(),
                b.reading.in_words(&self.unit),
                b.reading.interval_in_words(&self.unit),
                b.reading.n().map_or_else(String::new, |n| n.to_string()),
                b.comparator.map_or_else(String::new, |c| self.unit.show(c)),
            ]);
        }
        table
    }
}

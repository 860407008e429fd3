//! Before and after: two schools that worked together, each beside its own family.

use crate::number::{Finite, Reading, Unit};
use crate::plot::{BODY, SMALL, Sample, cross, legend};
use crate::scale::{Scale, nice, span, spread_apart};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OTHER, OWN, PALE, PAPER, Paint, SOFT, fit};
use crate::table::Table;

/// One side of the partnership.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The school.
    pub school: String,
    /// What it was in the partnership: `Supported`, `Supporting`.
    pub part: String,
    /// Before and after.
    pub readings: [Reading; 2],
    /// The family's median before and after.
    pub family: [Option<Finite>; 2],
}

impl Side {
    /// The school's change less its family's, in the measure's own direction.
    #[must_use]
    pub fn net_change(&self) -> Option<f64> {
        let [before, after] = [self.readings[0].value()?, self.readings[1].value()?];
        let [family_before, family_after] = [self.family[0]?, self.family[1]?];
        Some(after.get() - before.get() - (family_after.get() - family_before.get()))
    }
}

/// Slopes of both sides, next to each other on one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    /// Frame.
    pub frame: Frame,
    /// How values are printed.
    pub unit: Unit,
    /// The two periods.
    pub periods: [String; 2],
    /// The two sides.
    pub sides: [Side; 2],
}

impl Slope {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let mut items = vec![
            (Sample::Own, "School, 95% interval"),
            (Sample::Dashed(INK), "Its family\u{2019}s median"),
        ];
        if self.sides.iter().flat_map(|s| &s.readings).any(|r| r.value().is_none()) {
            items.push((Sample::Cross, "No value"));
        }
        let top = 10.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let values: Vec<f64> = self
            .sides
            .iter()
            .flat_map(|s| {
                let own = s.readings.iter().flat_map(|r| {
                    let (low, high) = r.interval().unzip();
                    [r.value(), low, high]
                });
                own.chain(s.family).flatten().map(Finite::get).collect::<Vec<_>>()
            })
            .collect();
        let (low, high) = span(values.into_iter(), self.unit.suffix == "%");
        let (domain, ticks) = nice(low, high, 4);
        let (upper, lower) = (top + 44.0, top + 44.0 + (width * 0.5).clamp(190.0, 300.0));
        let y = Scale::new(domain, (lower, upper));
        for tick in &ticks {
            canvas.line(
                "chart__grid",
                (10.0, y.at(*tick)),
                (width - 10.0, y.at(*tick)),
                Paint::stroke(PALE, 1.0),
            );
        }
        let half = width / 2.0;
        for (i, side) in self.sides.iter().enumerate() {
            let left = half * i as f64;
            let colour = if i == 0 { OWN } else { OTHER };
            let heading = fit(&side.school, BODY * 1.06, half - 16.0);
            canvas.bold(
                "chart__label",
                (left + half / 2.0, top + 14.0),
                &heading,
                (BODY, colour, Anchor::Middle),
            );
            let part = side.net_change().map_or_else(
                || format!("{}: no net change", side.part),
                |c| format!("{}: net {}", side.part, self.unit.change(c)),
            );
            canvas.text(
                "chart__part",
                (left + half / 2.0, top + 31.0),
                &fit(&part, SMALL, half - 8.0),
                (SMALL, INK, Anchor::Middle),
            );
            self.side(
                &mut canvas,
                side,
                colour,
                (left + 46.0, left + half - 46.0),
                &y,
                (upper, lower),
            );
        }
        canvas.line("chart__divide", (half, top), (half, lower + 22.0), Paint::stroke(PALE, 1.0));
        canvas.finish("slope", &self.frame, lower + 30.0, &self.finding(), self.table())
    }

    fn side(
        &self,
        canvas: &mut Canvas,
        side: &Side,
        colour: &'static str,
        (x0, x1): (f64, f64),
        y: &Scale,
        (upper, lower): (f64, f64),
    ) {
        let xs = [x0, x1];
        for (x, period) in xs.iter().zip(&self.periods) {
            canvas.line("chart__grid", (*x, upper), (*x, lower), Paint::stroke(PALE, 1.0));
            canvas.text("chart__tick", (*x, lower + 18.0), period, (SMALL, SOFT, Anchor::Middle));
        }
        for (x, reading) in xs.iter().zip(&side.readings) {
            if let Some((low, high)) = reading.interval() {
                let paint = Paint { stroke: colour, ..Paint::stroke(OWN, 1.2) };
                canvas.line("chart__whisker", (*x, y.at(low.get())), (*x, y.at(high.get())), paint);
            }
        }
        if let [Some(before), Some(after)] = side.family {
            let ends = [(x0, y.at(before.get())), (x1, y.at(after.get()))];
            canvas.polyline("chart__family", &ends, Paint::stroke(INK, 2.0).dashed("6 4"));
        }
        if let [Some(before), Some(after)] = [side.readings[0].value(), side.readings[1].value()] {
            let ends = [(x0, y.at(before.get())), (x1, y.at(after.get()))];
            canvas.polyline(
                "chart__own",
                &ends,
                Paint { stroke: colour, ..Paint::stroke(OWN, 3.0) },
            );
        }
        for (i, reading) in side.readings.iter().enumerate() {
            let anchor = if i == 0 { Anchor::End } else { Anchor::Start };
            let dx = if i == 0 { -9.0 } else { 9.0 };
            let mut places: Vec<f64> = Vec::new();
            let mut words = Vec::new();
            if let Some(value) = reading.value() {
                let paint = if reading.is_thin() {
                    Paint { stroke: colour, ..Paint::fill(PAPER).outlined(OWN, 2.2) }
                } else {
                    Paint { fill: colour, ..Paint::fill(OWN) }
                };
                let hint =
                    format!("{}, {}: {}", side.school, self.periods[i], self.unit.show(value));
                canvas.circle("chart__point", (xs[i], y.at(value.get())), 5.0, paint, &hint);
                places.push(y.at(value.get()));
                words.push((self.unit.show(value), colour, true));
            } else if let Reading::Missing(reason) = reading {
                cross(canvas, (xs[i], lower - 9.0), reason);
            }
            if let Some(family) = side.family[i] {
                places.push(y.at(family.get()));
                words.push((self.unit.show(family), INK, false));
            }
            spread_apart(&mut places, 15.0, (upper, lower));
            for (place, (text, colour, own)) in places.iter().zip(&words) {
                let at = (xs[i] + dx, place + 4.5);
                if *own {
                    canvas.bold("chart__value", at, text, (BODY, colour, anchor));
                } else {
                    canvas.text("chart__value", at, text, (SMALL, colour, anchor));
                }
            }
        }
    }

    fn finding(&self) -> String {
        let parts: Vec<String> = self
            .sides
            .iter()
            .map(|s| {
                let [before, after] = [0, 1].map(|i| s.readings[i].in_words(&self.unit));
                let family = match s.family {
                    [Some(a), Some(b)] => {
                        format!("; its family {} to {}", self.unit.show(a), self.unit.show(b))
                    }
                    _ => "; no family to compare with".to_owned(),
                };
                let net = s
                    .net_change()
                    .map_or_else(String::new, |c| format!(": net {}", self.unit.change(c)));
                format!("{} ({}) {before} to {after}{family}{net}", s.school, s.part.to_lowercase())
            })
            .collect();
        format!("From {} to {}. {}.", self.periods[0], self.periods[1], parts.join(". "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            &self.frame.title,
            &[
                "School",
                "Part",
                &self.periods[0],
                "Pupils",
                &self.periods[1],
                "Pupils after",
                "Family before",
                "Family after",
                "Net change",
            ],
        );
        let n = |r: &Reading| r.n().map_or_else(String::new, |n| n.to_string());
        let show =
            |v: Option<Finite>| v.map_or_else(|| "Not given".to_owned(), |v| self.unit.show(v));
        for s in &self.sides {
            table.push(vec![
                s.school.clone(),
                s.part.clone(),
                s.readings[0].in_words(&self.unit),
                n(&s.readings[0]),
                s.readings[1].in_words(&self.unit),
                n(&s.readings[1]),
                show(s.family[0]),
                show(s.family[1]),
                s.net_change().map_or_else(|| "Cannot be told".to_owned(), |c| self.unit.change(c)),
            ]);
        }
        table
    }
}

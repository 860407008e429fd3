//! How far apart schools are, year by year, without naming any.

use crate::number::{Finite, Quartiles, Unit};
use crate::plot::{Area, SMALL, Sample, cross, legend, tick_unit, y_axis};
use crate::scale::{Scale, nice, span};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OWN, OWN_PALE, PAPER, Paint, SOFT};
use crate::table::Table;

/// The schools of one period.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadPeriod {
    /// The period.
    pub period: String,
    /// How many schools have a value.
    pub schools: u32,
    /// Their quartiles; nothing when there are too few schools to show.
    pub quartiles: Option<Quartiles>,
    /// Tenth and ninetieth percentile.
    pub tails: Option<(Finite, Finite)>,
}

/// Boxes by period.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Frame.
    pub frame: Frame,
    /// How values are printed.
    pub unit: Unit,
    /// The periods, oldest first.
    pub periods: Vec<SpreadPeriod>,
}

impl Spread {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let items = [
            (Sample::Block(OWN_PALE, OWN), "Middle half of schools"),
            (Sample::Own, "Median"),
            (Sample::Dashed(INK), "Middle eight in ten"),
        ];
        let legend_height = legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let area = Area {
            left: 46.0,
            right: width - 12.0,
            top: 22.0 + legend_height,
            bottom: 22.0 + legend_height + (width * 0.45).clamp(160.0, 280.0),
        };
        let values = self.periods.iter().flat_map(|p| {
            let q = p.quartiles.iter().flat_map(|q| [q.lower, q.upper]);
            let t = p.tails.iter().flat_map(|(a, b)| [*a, *b]);
            q.chain(t).map(Finite::get).collect::<Vec<_>>()
        });
        let (low, high) = span(values, self.unit.suffix == "%");
        let (domain, ticks) = nice(low, high, 5);
        let y = Scale::new(domain, (area.bottom, area.top));
        y_axis(&mut canvas, area, &y, &ticks, &tick_unit(&self.unit, &ticks));
        let step = (area.right - area.left) / self.periods.len().max(1) as f64;
        let half = (step * 0.28).min(22.0);
        let mut medians = Vec::new();
        let at = (6.0, area.bottom + 33.0);
        canvas.text("chart__tick", at, "Schools", (SMALL - 1.0, SOFT, Anchor::Start));
        for (i, p) in self.periods.iter().enumerate() {
            let x = area.left + step * (i as f64 + 0.5);
            canvas.text(
                "chart__tick",
                (x, area.bottom + 18.0),
                &p.period,
                (SMALL, SOFT, Anchor::Middle),
            );
            let count = p.schools.to_string();
            canvas.text(
                "chart__tick",
                (x, area.bottom + 33.0),
                &count,
                (SMALL - 1.0, SOFT, Anchor::Middle),
            );
            if let Some((low, high)) = p.tails {
                let ends = ((x, y.at(low.get())), (x, y.at(high.get())));
                canvas.line("chart__tails", ends.0, ends.1, Paint::stroke(INK, 1.4).dashed("4 3"));
            }
            let Some(q) = p.quartiles else {
                cross(&mut canvas, (x, area.bottom - 9.0), "Too few schools to show");
                continue;
            };
            let (upper, lower, median) =
                (y.at(q.upper.get()), y.at(q.lower.get()), y.at(q.median.get()));
            let hint = format!(
                "{}: half of schools between {} and {}",
                p.period,
                self.unit.show(q.lower),
                self.unit.show(q.upper)
            );
            canvas.rect(
                "chart__box",
                (x - half, upper, 2.0 * half, lower - upper),
                Paint::fill(OWN_PALE).outlined(OWN, 1.2),
                &hint,
            );
            medians.push((x, median));
        }
        canvas.polyline("chart__median", &medians, Paint::stroke(OWN, 2.2));
        for at in medians {
            canvas.circle("chart__point", at, 4.5, Paint::fill(OWN).outlined(PAPER, 1.2), "");
        }
        canvas.finish("spread", &self.frame, area.bottom + 44.0, &self.finding(), self.table())
    }

    fn finding(&self) -> String {
        let known: Vec<(&SpreadPeriod, Quartiles)> =
            self.periods.iter().filter_map(|p| p.quartiles.map(|q| (p, q))).collect();
        let (Some((first, a)), Some((last, b))) = (known.first(), known.last()) else {
            return "Too few schools to show a spread.".to_owned();
        };
        let width =
            |q: &Quartiles| self.unit.change(q.upper.get() - q.lower.get()).replace('+', "");
        format!(
            "Half of schools lie within {} of each other in {}, {} in {}; the median went from {} to {}.",
            width(b),
            last.period,
            width(a),
            first.period,
            self.unit.show(a.median),
            self.unit.show(b.median),
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            &self.frame.title,
            &[
                "Period",
                "Schools",
                "Lower quartile",
                "Median",
                "Upper quartile",
                "Tenth percentile",
                "Ninetieth percentile",
            ],
        );
        let few = || "Too few schools to show".to_owned();
        for p in &self.periods {
            let q = |get: fn(&Quartiles) -> Finite| {
                p.quartiles.as_ref().map_or_else(few, |q| self.unit.show(get(q)))
            };
            table.push(vec![
                p.period.clone(),
                p.schools.to_string(),
                q(|q| q.lower),
                q(|q| q.median),
                q(|q| q.upper),
                p.tails.map_or_else(few, |t| self.unit.show(t.0)),
                p.tails.map_or_else(few, |t| self.unit.show(t.1)),
            ]);
        }
        table
    }
}

//! Many schools by size of cohort, with the limits chance alone would draw.

use crate::number::{Finite, Reading, Unit};
use crate::plot::{Area, BODY, SMALL, Sample, legend, tick_unit, x_axis, y_axis};
use crate::scale::{Scale, nice, span};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OWN, PAPER, Paint, SOFT, join};
use crate::table::Table;

/// A funnel plot: one dot a school, unnamed but for one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// Frame.
    pub frame: Frame,
    /// The school the page is about.
    pub school: String,
    /// Its value and cohort.
    pub own: Reading,
    /// The others: cohort and value. They have no names here on purpose.
    pub others: Vec<(u32, Finite)>,
    /// The value expected of a school like these.
    pub centre: Finite,
    /// Standard deviation of one pupil: the limits are `centre ± z·sd/√n`. For a percentage it
    /// is `√(p(100−p))`.
    pub pupil_sd: Finite,
    /// How values are printed.
    pub unit: Unit,
}

impl Funnel {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let items = [
            (Sample::Dot(OWN), "This school"),
            (Sample::Ring(SOFT), "A school of the family"),
            (Sample::Dashed(INK), "Chance alone: 95% of schools"),
            (Sample::Dotted(SOFT), "99.8%"),
        ];
        let legend_height = legend(&mut canvas, (10.0, 14.0), width - 20.0, &items);
        let area = Area {
            left: 46.0,
            right: width - 16.0,
            top: 20.0 + legend_height,
            bottom: 20.0 + legend_height + (width * 0.55).clamp(190.0, 330.0),
        };
        let most = self.others.iter().map(|o| o.0).chain(self.own.n()).max().unwrap_or(1).max(2);
        let ((_, right), x_ticks) = nice(0.0, f64::from(most) * 1.05, 5);
        let x = Scale::new((0.0, right), (area.left, area.right));
        let values = self.others.iter().map(|o| o.1).chain(self.own.value()).map(Finite::get);
        let percent = self.unit.suffix == "%";
        let (low, high) = span(values.chain([self.centre.get()]), percent);
        let (domain, ticks) = nice(low, high, 5);
        let y = Scale::new(domain, (area.bottom, area.top));
        y_axis(&mut canvas, area, &y, &ticks, &tick_unit(&self.unit, &ticks));
        x_axis(
            &mut canvas,
            Area { top: area.bottom, bottom: area.bottom, ..area },
            &x,
            &x_ticks,
            &Unit::plain(0),
        );
        canvas.text(
            "chart__axis",
            (f64::midpoint(area.left, area.right), area.bottom + 34.0),
            "Pupils in the cohort",
            (SMALL, INK, Anchor::Middle),
        );
        let centre = y.at(self.centre.get());
        canvas.line(
            "chart__centre",
            (area.left, centre),
            (area.right, centre),
            Paint::stroke(INK, 1.2),
        );
        for (z, paint) in [
            (1.96, Paint::stroke(INK, 1.5).dashed("6 4")),
            (3.09, Paint::stroke(SOFT, 1.5).dashed("2 3")),
        ] {
            for sign in [-1.0, 1.0] {
                let curve: Vec<(f64, f64)> = (0..=120)
                    .map(|i| 1.0 + (right - 1.0) * f64::from(i) / 120.0)
                    .map(|n| {
                        (n, self.centre.get() + sign * z * self.pupil_sd.get().abs() / n.sqrt())
                    })
                    .filter(|(_, v)| *v >= domain.0 && *v <= domain.1)
                    .map(|(n, v)| (x.at(n), y.at(v)))
                    .collect();
                if curve.len() > 1 {
                    canvas.path("chart__limit", &join(&curve), paint, "");
                }
            }
        }
        for (n, value) in &self.others {
            let at = (x.at(f64::from(*n)), y.at(value.get()));
            canvas.circle("chart__peer", at, 4.0, Paint::fill(PAPER).outlined(SOFT, 1.6), "");
        }
        if let (Some(value), Some(n)) = (self.own.value(), self.own.n()) {
            let at = (x.at(f64::from(n)), y.at(value.get()));
            canvas.circle(
                "chart__own",
                at,
                6.5,
                Paint::fill(OWN).outlined(PAPER, 1.5),
                &self.school,
            );
            let end = at.0 > f64::midpoint(area.left, area.right);
            let (dx, anchor) = if end { (-11.0, Anchor::End) } else { (11.0, Anchor::Start) };
            let label = format!("{} ({n} pupils)", self.unit.show(value));
            canvas.haloed(
                "chart__value",
                (at.0 + dx, at.1 + if value < self.centre { 18.0 } else { -9.0 }),
                &label,
                (BODY, OWN, anchor),
            );
        }
        canvas.finish("funnel", &self.frame, area.bottom + 44.0, &self.finding(), self.table())
    }

    fn limits(&self, n: u32, z: f64) -> (f64, f64) {
        let half = z * self.pupil_sd.get().abs() / f64::from(n.max(1)).sqrt();
        (self.centre.get() - half, self.centre.get() + half)
    }

    fn outside(&self) -> usize {
        self.others
            .iter()
            .filter(|(n, v)| {
                let (low, high) = self.limits(*n, 1.96);
                v.get() < low || v.get() > high
            })
            .count()
    }

    fn finding(&self) -> String {
        let (Some(value), Some(n)) = (self.own.value(), self.own.n()) else {
            return format!(
                "{}: no value to set beside {} others.",
                self.school,
                self.others.len()
            );
        };
        let (low, high) = self.limits(n, 1.96);
        let place = if value.get() < low {
            "below what chance alone would bring"
        } else if value.get() > high {
            "above what chance alone would bring"
        } else {
            "within what chance alone would bring"
        };
        format!(
            "{}: {} with {n} pupils, {place} around {}. Of {} other schools, {} outside those limits.",
            self.school,
            self.unit.show(value),
            self.unit.show(self.centre),
            self.others.len(),
            match self.outside() {
                0 => "none lies".to_owned(),
                1 => "one lies".to_owned(),
                more => format!("{more} lie"),
            },
        )
    }

    fn table(&self) -> Table {
        let mut table =
            Table::new(&self.frame.title, &["School", "Pupils", "Value", "Chance alone, 95%"]);
        let limits = |n: u32| {
            let (low, high) = self.limits(n, 1.96);
            [low, high]
                .map(|v| Finite::new(v).map_or_else(|_| String::new(), |v| self.unit.show(v)))
                .join(" to ")
        };
        let n = self.own.n();
        table.push(vec![
            self.school.clone(),
            n.map_or_else(String::new, |n| n.to_string()),
            self.own.in_words(&self.unit),
            n.map_or_else(String::new, limits),
        ]);
        // By cohort, so that nothing is ranked by the outcome.
        let mut others = self.others.clone();
        others.sort_by_key(|o| o.0);
        for (n, value) in others {
            table.push(vec![
                "A school of the family".to_owned(),
                n.to_string(),
                self.unit.show(value),
                limits(n),
            ]);
        }
        table
    }
}

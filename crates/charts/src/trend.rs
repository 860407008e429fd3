//! One indicator of one school over the years, beside its family and the nation.

use crate::number::{Finite, Quartiles, Reading, Unit};
use crate::plot::{Area, BODY, SMALL, Sample, cross, legend, tick_unit, y_axis};
use crate::scale::{Scale, nice, span, spread_apart};
use crate::svg::{
    Anchor, Canvas, Drawing, FAMILY_PALE, Frame, INK, OTHER, OWN, OWN_PALE, PAPER, Paint, SOFT,
    text_width,
};
use crate::table::Table;

/// One period.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// The period, short: `2025-26`.
    pub period: String,
    /// The school's reading.
    pub reading: Reading,
    /// The family's quartiles, where at least some of it has values.
    pub family: Option<Quartiles>,
    /// The national figure.
    pub national: Option<Finite>,
}

/// A trend line with its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// Frame.
    pub frame: Frame,
    /// The school, as the description names it.
    pub school: String,
    /// How values are printed.
    pub unit: Unit,
    /// The periods, oldest first; one with no results at all is given too, with its reason.
    pub points: Vec<TrendPoint>,
}

impl Trend {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let legend_height = legend(&mut canvas, (10.0, 14.0), width - 20.0, &self.legend());
        let area = Area {
            left: 46.0,
            right: width - 52.0,
            top: 22.0 + legend_height,
            bottom: 22.0 + legend_height + (width * 0.46).clamp(170.0, 300.0),
        };
        let percent = self.unit.suffix == "%";
        let (low, high) = span(self.all_values().into_iter(), percent);
        let (mut domain, mut ticks) = nice(low, high, 5);
        if percent && high <= 100.0 && domain.1 > 100.0 {
            domain.1 = 100.0;
            ticks.retain(|t| *t <= 100.0);
        }
        let y = Scale::new(domain, (area.bottom, area.top));
        y_axis(&mut canvas, area, &y, &ticks, &tick_unit(&self.unit, &ticks));
        let last = self.points.len().saturating_sub(1).max(1) as f64;
        let x = Scale::new((0.0, last), (area.left + 14.0, area.right - 10.0));
        self.family(&mut canvas, &x, &y);
        self.interval(&mut canvas, &x, &y);
        self.lines(&mut canvas, &x, &y);
        self.marks(&mut canvas, &x, &y, area);
        self.end_labels(&mut canvas, area, &y);
        for i in self.named_periods(&x) {
            let at = (x.at(i as f64), area.bottom + 18.0);
            let period = &self.points[i].period;
            canvas.text("chart__tick", at, period, (SMALL, SOFT, Anchor::Middle));
        }
        canvas.finish("trend", &self.frame, area.bottom + 30.0, &self.finding(), self.table())
    }

    /// Periods to name where there is no room for all: the latest, and then those with a value
    /// before those without.
    fn named_periods(&self, x: &Scale) -> Vec<usize> {
        let mut named: Vec<usize> = Vec::new();
        let mut order: Vec<usize> = (0..self.points.len()).rev().collect();
        order.sort_by_key(|i| self.points[*i].reading.value().is_none());
        for i in order {
            let half = |j: usize| text_width(&self.points[j].period, SMALL) / 2.0;
            let clear =
                |j: &usize| (x.at(i as f64) - x.at(*j as f64)).abs() > half(i) + half(*j) + 5.0;
            if named.iter().all(clear) {
                named.push(i);
            }
        }
        named
    }

    fn legend(&self) -> Vec<(Sample, &'static str)> {
        let mut items = vec![(Sample::Own, "This school")];
        if self.points.iter().any(|p| p.reading.interval().is_some()) {
            items.push((Sample::Block(OWN_PALE, OWN_PALE), "95% interval"));
        }
        if self.points.iter().any(|p| p.family.is_some()) {
            items.push((Sample::Dashed(INK), "Family median"));
            items.push((Sample::Block(FAMILY_PALE, "#b1b4b6"), "Family\u{2019}s middle half"));
        }
        if self.points.iter().any(|p| p.national.is_some()) {
            items.push((Sample::Dotted(OTHER), "National"));
        }
        if self.points.iter().any(|p| p.reading.is_thin()) {
            items.push((Sample::Ring(OWN), "Few pupils"));
        }
        if self.points.iter().any(|p| p.reading.value().is_none()) {
            items.push((Sample::Cross, "No value"));
        }
        items
    }

    fn all_values(&self) -> Vec<f64> {
        let mut all = Vec::new();
        for p in &self.points {
            all.extend(p.reading.value().map(Finite::get));
            all.extend(p.reading.interval().into_iter().flat_map(|(a, b)| [a.get(), b.get()]));
            all.extend(p.family.iter().flat_map(|q| [q.lower.get(), q.upper.get()]));
            all.extend(p.national.map(Finite::get));
        }
        all
    }

    /// Runs of neighbouring periods for which something is known.
    fn runs<T>(&self, of: impl Fn(&TrendPoint) -> Option<T>) -> Vec<Vec<(f64, T)>> {
        let mut runs: Vec<Vec<(f64, T)>> = vec![Vec::new()];
        for (i, point) in self.points.iter().enumerate() {
            match of(point) {
                Some(value) => {
                    if let Some(run) = runs.last_mut() {
                        run.push((i as f64, value));
                    }
                }
                None => runs.push(Vec::new()),
            }
        }
        runs.retain(|r| !r.is_empty());
        runs
    }

    fn family(&self, canvas: &mut Canvas, x: &Scale, y: &Scale) {
        for run in self.runs(|p| p.family) {
            let ribbon = ribbon(
                run.iter().map(|(i, q)| (x.at(*i), y.at(q.lower.get()), y.at(q.upper.get()))),
            );
            canvas.polygon(
                "chart__family-half",
                &ribbon,
                Paint::fill(FAMILY_PALE).outlined("#b1b4b6", 0.8),
                "",
            );
        }
    }

    fn interval(&self, canvas: &mut Canvas, x: &Scale, y: &Scale) {
        for run in self.runs(|p| p.reading.interval()) {
            if run.len() > 1 {
                let ribbon =
                    ribbon(run.iter().map(|(i, (l, h))| (x.at(*i), y.at(l.get()), y.at(h.get()))));
                // Half clear, so that the family's band can be seen through it.
                canvas.polygon("chart__interval", &ribbon, Paint::fill("#12436d33"), "");
            }
            for (i, (low, high)) in run {
                let (at, low, high) = (x.at(i), y.at(low.get()), y.at(high.get()));
                canvas.line("chart__whisker", (at, low), (at, high), Paint::stroke(OWN, 1.2));
                for end in [low, high] {
                    canvas.line(
                        "chart__whisker",
                        (at - 3.0, end),
                        (at + 3.0, end),
                        Paint::stroke(OWN, 1.2),
                    );
                }
            }
        }
    }

    fn lines(&self, canvas: &mut Canvas, x: &Scale, y: &Scale) {
        let place = |(i, v): &(f64, Finite)| (x.at(*i), y.at(v.get()));
        for run in self.runs(|p| p.national) {
            let points: Vec<_> = run.iter().map(place).collect();
            canvas.polyline("chart__national", &points, Paint::stroke(OTHER, 2.0).dashed("2 4"));
        }
        for run in self.runs(|p| p.family.map(|q| q.median)) {
            let points: Vec<_> = run.iter().map(place).collect();
            canvas.polyline("chart__family", &points, Paint::stroke(INK, 2.0).dashed("7 5"));
        }
        for run in self.runs(|p| p.reading.value()) {
            let points: Vec<_> = run.iter().map(place).collect();
            canvas.polyline("chart__own", &points, Paint::stroke(OWN, 2.5));
        }
    }

    fn marks(&self, canvas: &mut Canvas, x: &Scale, y: &Scale, area: Area) {
        for (i, point) in self.points.iter().enumerate() {
            let at = x.at(i as f64);
            match &point.reading {
                Reading::Value { value, n, .. } => {
                    let cohort = n.map_or_else(String::new, |n| format!(", {n} pupils"));
                    let hint = format!("{}: {}{cohort}", point.period, self.unit.show(*value));
                    let paint = if point.reading.is_thin() {
                        Paint::fill(PAPER).outlined(OWN, 2.2)
                    } else {
                        Paint::fill(OWN).outlined(PAPER, 1.0)
                    };
                    canvas.circle("chart__point", (at, y.at(value.get())), 5.0, paint, &hint);
                }
                Reading::Missing(reason) => {
                    cross(canvas, (at, area.bottom - 9.0), &format!("{}: {reason}", point.period));
                }
            }
        }
    }

    /// The latest values, written at the end of their lines.
    fn end_labels(&self, canvas: &mut Canvas, area: Area, y: &Scale) {
        let Some(last) = self.points.last() else { return };
        let mut labels: Vec<(f64, String, &str, bool)> = Vec::new();
        for (value, colour, own) in [
            (last.reading.value(), OWN, true),
            (last.family.map(|q| q.median), INK, false),
            (last.national, OTHER, false),
        ] {
            if let Some(value) = value {
                labels.push((y.at(value.get()), self.unit.show(value), colour, own));
            }
        }
        let mut places: Vec<f64> = labels.iter().map(|l| l.0).collect();
        spread_apart(&mut places, 15.0, (area.top, area.bottom));
        for (place, (_, text, colour, own)) in places.iter().zip(&labels) {
            let at = (area.right + 2.0, place + 4.5);
            let style = (BODY, *colour, Anchor::Start);
            if *own {
                canvas.bold("chart__value", at, text, style);
            } else {
                canvas.text("chart__value", at, text, style);
            }
        }
    }

    /// The finding in words, from the figures alone.
    fn finding(&self) -> String {
        let known: Vec<(&TrendPoint, Finite)> =
            self.points.iter().filter_map(|p| p.reading.value().map(|v| (p, v))).collect();
        let (Some((first, earliest)), Some((last, latest))) = (known.first(), known.last()) else {
            return format!("{}: no value in any period shown.", self.school);
        };
        let mut text = format!("{}: {} in {}", self.school, self.unit.show(*latest), last.period);
        if let Some((low, high)) = last.reading.interval() {
            text.push_str(&format!(
                " (95% interval {} to {})",
                self.unit.show(low),
                self.unit.show(high)
            ));
        }
        if known.len() > 1 {
            text.push_str(&format!(", from {} in {}", self.unit.show(*earliest), first.period));
        }
        if let Some(q) = last.family {
            text.push_str(&format!("; median of the family {}", self.unit.show(q.median)));
        }
        if let Some(national) = last.national {
            text.push_str(&format!("; national {}", self.unit.show(national)));
        }
        text.push('.');
        if let (Some(n), "%") = (last.reading.n(), self.unit.suffix.as_str())
            && n > 0
        {
            text.push_str(&format!(" One pupil of {n} is {:.1} points.", 100.0 / f64::from(n)));
        }
        let missing: Vec<&str> = self
            .points
            .iter()
            .filter(|p| p.reading.value().is_none())
            .map(|p| p.period.as_str())
            .collect();
        if !missing.is_empty() {
            text.push_str(&format!(" No value in {}.", missing.join(", ")));
        }
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            &self.frame.title,
            &[
                "Period",
                "This school",
                "95% interval",
                "Pupils",
                "Family median",
                "Family\u{2019}s middle half",
                "National",
            ],
        );
        let show =
            |v: Option<Finite>| v.map_or_else(|| "Not given".to_owned(), |v| self.unit.show(v));
        for p in &self.points {
            table.push(vec![
                p.period.clone(),
                p.reading.in_words(&self.unit),
                p.reading.interval_in_words(&self.unit),
                p.reading.n().map_or_else(String::new, |n| n.to_string()),
                show(p.family.map(|q| q.median)),
                p.family.map_or_else(String::new, |q| {
                    format!("{} to {}", self.unit.show(q.lower), self.unit.show(q.upper))
                }),
                show(p.national),
            ]);
        }
        table
    }
}

/// A ribbon along points of (x, one edge, other edge); a single point is widened to be seen.
fn ribbon(points: impl Iterator<Item = (f64, f64, f64)>) -> Vec<(f64, f64)> {
    let points: Vec<_> = points.collect();
    let points = match points.as_slice() {
        [(x, a, b)] => vec![(x - 6.0, *a, *b), (x + 6.0, *a, *b)],
        _ => points,
    };
    let there = points.iter().map(|(x, a, _)| (*x, *a));
    let back = points.iter().rev().map(|(x, _, b)| (*x, *b));
    there.chain(back).collect()
}

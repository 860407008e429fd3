//! Grids, axes and legends.

use crate::number::{Finite, Unit};
use crate::scale::Scale;
use crate::svg::{Anchor, Canvas, INK, OWN, PALE, Paint, SOFT, text_width};

pub(crate) const SMALL: f64 = 12.0;
pub(crate) const BODY: f64 = 13.0;

/// The area marks are drawn in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// Horizontal grid lines with their values on the left.
pub(crate) fn y_axis(canvas: &mut Canvas, area: Area, y: &Scale, ticks: &[f64], unit: &Unit) {
    for tick in ticks {
        let at = y.at(*tick);
        canvas.line("chart__grid", (area.left, at), (area.right, at), Paint::stroke(PALE, 1.0));
        if let Ok(value) = Finite::new(*tick) {
            canvas.text(
                "chart__tick",
                (area.left - 6.0, at + 4.0),
                &unit.show(value),
                (SMALL, SOFT, Anchor::End),
            );
        }
    }
}

/// Vertical grid lines with their values below.
pub(crate) fn x_axis(canvas: &mut Canvas, area: Area, x: &Scale, ticks: &[f64], unit: &Unit) {
    for tick in ticks {
        let at = x.at(*tick);
        canvas.line("chart__grid", (at, area.top), (at, area.bottom), Paint::stroke(PALE, 1.0));
        if let Ok(value) = Finite::new(*tick) {
            canvas.text(
                "chart__tick",
                (at, area.bottom + 16.0),
                &unit.show(value),
                (SMALL, SOFT, Anchor::Middle),
            );
        }
    }
}

/// Decimals enough to tell ticks apart, whatever the measure itself is printed with.
pub(crate) fn tick_unit(unit: &Unit, ticks: &[f64]) -> Unit {
    let step = ticks.windows(2).map(|w| w[1] - w[0]).fold(f64::INFINITY, f64::min);
    let needed = if step >= 1.0 && (step.fract().abs() < 1e-9) {
        0
    } else if (step * 10.0).fract().abs() < 1e-9 {
        1
    } else {
        2
    };
    Unit { decimals: needed, ..unit.clone() }
}

/// A sample of a mark, for a legend.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sample {
    /// A line with a dot.
    Own,
    /// A dot.
    Dot(&'static str),
    /// A ring.
    Ring(&'static str),
    /// A dashed line.
    Dashed(&'static str),
    /// A dotted line.
    Dotted(&'static str),
    /// A filled box.
    Block(&'static str, &'static str),
    /// A symbol of the map or timeline.
    Symbol(crate::symbol::Symbol, &'static str),
    /// A cross: a missing value.
    Cross,
}

/// Draws a legend in as many rows as it takes and returns the height it took.
pub(crate) fn legend(
    canvas: &mut Canvas,
    (left, top): (f64, f64),
    width: f64,
    items: &[(Sample, &str)],
) -> f64 {
    let (mut x, mut y) = (left, top);
    for (sample, words) in items {
        let needed = 28.0 + text_width(words, SMALL) + 14.0;
        if x > left && x + needed - 14.0 > left + width {
            x = left;
            y += 19.0;
        }
        draw_sample(canvas, (x, y), *sample);
        canvas.text("chart__legend", (x + 28.0, y + 4.0), words, (SMALL, INK, Anchor::Start));
        x += needed;
    }
    y - top + 19.0
}

fn draw_sample(canvas: &mut Canvas, (x, y): (f64, f64), sample: Sample) {
    let (from, to, middle) = ((x, y), (x + 22.0, y), (x + 11.0, y));
    match sample {
        Sample::Own => {
            canvas.line("chart__key", from, to, Paint::stroke(OWN, 2.5));
            canvas.circle("chart__key", middle, 4.0, Paint::fill(OWN), "");
        }
        Sample::Dot(colour) => {
            canvas.circle(
                "chart__key",
                middle,
                4.0,
                Paint { fill: colour, ..Paint::fill(OWN) },
                "",
            );
        }
        Sample::Ring(colour) => {
            let paint = Paint { stroke: colour, ..Paint::fill("#ffffff").outlined(OWN, 2.0) };
            canvas.circle("chart__key", middle, 4.0, paint, "");
        }
        Sample::Dashed(colour) => {
            canvas.line("chart__key", from, to, Paint::stroke(colour, 2.0).dashed("6 4"));
        }
        Sample::Dotted(colour) => {
            canvas.line("chart__key", from, to, Paint::stroke(colour, 2.0).dashed("2 3"));
        }
        Sample::Block(fill, stroke) => {
            let paint = Paint::fill(fill).outlined(stroke, 1.0);
            canvas.rect("chart__key", (x, y - 6.0, 22.0, 12.0), paint, "");
        }
        Sample::Symbol(symbol, colour) => symbol.draw(canvas, middle, 5.0, colour, ""),
        Sample::Cross => cross(canvas, middle, ""),
    }
}

/// The mark of a missing value: a small cross that says why when pointed at.
pub(crate) fn cross(canvas: &mut Canvas, (x, y): (f64, f64), why: &str) {
    let d = format!(
        "M{} {}L{} {}M{} {}L{} {}",
        crate::svg::n(x - 4.0),
        crate::svg::n(y - 4.0),
        crate::svg::n(x + 4.0),
        crate::svg::n(y + 4.0),
        crate::svg::n(x - 4.0),
        crate::svg::n(y + 4.0),
        crate::svg::n(x + 4.0),
        crate::svg::n(y - 4.0),
    );
    canvas.path("chart__missing", &d, Paint::stroke(SOFT, 2.0), why);
}

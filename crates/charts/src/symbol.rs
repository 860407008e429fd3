//! Symbols that can be told apart without colour.

use crate::svg::{Canvas, FOURTH, INK, OTHER, OWN, PAPER, Paint, THIRD};

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// Primary phase.
    Circle,
    /// Secondary phase.
    Square,
    /// All-through.
    Diamond,
    /// Special.
    Triangle,
    /// Alternative provision.
    Inverted,
    /// Nursery.
    Ring,
    /// Anything else.
    Plus,
}

impl Symbol {
    /// Its colour: a second way to tell it apart, never the only one.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Circle | Self::Ring => OWN,
            Self::Square => OTHER,
            Self::Diamond => FOURTH,
            Self::Triangle | Self::Inverted => THIRD,
            Self::Plus => INK,
        }
    }

    pub(crate) fn draw(
        self,
        canvas: &mut Canvas,
        (x, y): (f64, f64),
        r: f64,
        colour: &'static str,
        hint: &str,
    ) {
        // A white rim keeps neighbours apart.
        let paint = Paint { fill: colour, ..Paint::fill(PAPER).outlined(PAPER, 1.2) };
        let class = "chart__symbol";
        match self {
            Self::Circle => canvas.circle(class, (x, y), r, paint, hint),
            Self::Ring => {
                let paint = Paint { stroke: colour, ..Paint::fill(PAPER).outlined(OWN, 2.2) };
                canvas.circle(class, (x, y), r - 1.0, paint, hint);
            }
            Self::Square => {
                let s = r * 0.92;
                canvas.rect(class, (x - s, y - s, 2.0 * s, 2.0 * s), paint, hint);
            }
            Self::Diamond => {
                let s = r * 1.3;
                canvas.polygon(
                    class,
                    &[(x, y - s), (x + s, y), (x, y + s), (x - s, y)],
                    paint,
                    hint,
                );
            }
            Self::Triangle => {
                let s = r * 1.25;
                canvas.polygon(
                    class,
                    &[(x, y - s), (x + s, y + s * 0.8), (x - s, y + s * 0.8)],
                    paint,
                    hint,
                );
            }
            Self::Inverted => {
                let s = r * 1.25;
                canvas.polygon(
                    class,
                    &[(x, y + s), (x + s, y - s * 0.8), (x - s, y - s * 0.8)],
                    paint,
                    hint,
                );
            }
            Self::Plus => {
                let (a, b) = (r * 1.15, r * 0.4);
                let points = [
                    (x - b, y - a),
                    (x + b, y - a),
                    (x + b, y - b),
                    (x + a, y - b),
                    (x + a, y + b),
                    (x + b, y + b),
                    (x + b, y + a),
                    (x - b, y + a),
                    (x - b, y + b),
                    (x - a, y + b),
                    (x - a, y - b),
                    (x - b, y - b),
                ];
                canvas.polygon(class, &points, paint, hint);
            }
        }
    }
}

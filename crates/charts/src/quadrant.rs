//! Bar and gap: did the level rise, and did the gap narrow?

use crate::number::{Finite, Unit};
use crate::plot::{Area, BODY, SMALL, x_axis, y_axis};
use crate::scale::{Scale, nice};
use crate::svg::{
    Anchor, Canvas, Drawing, FAMILY_PALE, Frame, INK, OWN, PAPER, Paint, SOFT, text_width,
};
use crate::table::Table;

/// One place, school or partnership and how it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// What it is called; nothing leaves the dot unnamed.
    pub label: Option<String>,
    /// Change of the level for all, in points: above zero is a raised bar.
    pub bar: Finite,
    /// Change of the gap, in points: below zero is a narrowed gap.
    pub gap: Finite,
    /// Half-widths of the 95% intervals of both.
    pub half_widths: Option<(Finite, Finite)>,
}

/// Four quarters: raised or lowered, narrowed or widened.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadrant {
    /// Frame.
    pub frame: Frame,
    /// How changes are printed.
    pub unit: Unit,
    /// The moves.
    pub moves: Vec<Move>,
}

impl Move {
    /// In words; `unchanged` where the interval holds zero.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        let clear =
            |change: f64, half: Option<f64>| half.is_none_or(|h| change.abs() > h) && change != 0.0;
        let (bar, gap) = (self.bar.get(), self.gap.get());
        let halves = self.half_widths.map(|(a, b)| (a.get().abs(), b.get().abs()));
        if !clear(bar, halves.map(|h| h.0)) || !clear(gap, halves.map(|h| h.1)) {
            return "within normal variation";
        }
        match (bar > 0.0, gap < 0.0) {
            (true, true) => "raised and narrowed",
            (true, false) => "raised and widened",
            (false, true) => "lowered and narrowed (levelled down)",
            (false, false) => "lowered and widened",
        }
    }
}

impl Quadrant {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let size = width - 70.0;
        let area = Area {
            left: 50.0,
            right: 50.0 + size,
            top: 28.0,
            bottom: 28.0 + (size * 0.78).min(400.0),
        };
        let reach = |get: fn(&Move) -> f64| {
            let most = self.moves.iter().map(get).fold(1.0_f64, f64::max);
            nice(-most * 1.1, most * 1.1, 6)
        };
        let bar = reach(|m| m.bar.get().abs() + m.half_widths.map_or(0.0, |h| h.0.get().abs()));
        let gap = reach(|m| m.gap.get().abs() + m.half_widths.map_or(0.0, |h| h.1.get().abs()));
        let x = Scale::new(bar.0, (area.left, area.right));
        // The gap's axis runs downwards, so that better is up and to the right.
        let y = Scale::new((gap.0.1, gap.0.0), (area.bottom, area.top));
        let good = (x.at(0.0), area.top, area.right - x.at(0.0), y.at(0.0) - area.top);
        canvas.rect("chart__good", good, Paint::fill(FAMILY_PALE), "Raised and narrowed");
        let plain = Unit { suffix: String::new(), ..self.unit.clone() };
        let whole = Unit { decimals: 0, ..plain };
        x_axis(&mut canvas, area, &x, &bar.1, &whole);
        y_axis(&mut canvas, area, &y, &gap.1, &whole);
        canvas.line(
            "chart__zero",
            (x.at(0.0), area.top),
            (x.at(0.0), area.bottom),
            Paint::stroke(INK, 1.4),
        );
        canvas.line(
            "chart__zero",
            (area.left, y.at(0.0)),
            (area.right, y.at(0.0)),
            Paint::stroke(INK, 1.4),
        );
        let corner = (SMALL, SOFT, Anchor::Start);
        canvas.haloed(
            "chart__quarter",
            (area.left + 6.0, area.top + 15.0),
            "Lowered, narrowed",
            corner,
        );
        canvas.haloed(
            "chart__quarter",
            (area.left + 6.0, area.bottom - 8.0),
            "Lowered, widened",
            corner,
        );
        let corner = (SMALL, SOFT, Anchor::End);
        canvas.haloed(
            "chart__quarter",
            (area.right - 6.0, area.top + 15.0),
            "Raised, narrowed",
            (SMALL, INK, Anchor::End),
        );
        canvas.haloed(
            "chart__quarter",
            (area.right - 6.0, area.bottom - 8.0),
            "Raised, widened",
            corner,
        );
        let below = (f64::midpoint(area.left, area.right), area.bottom + 35.0);
        canvas.text(
            "chart__axis",
            below,
            "Change of the level, points",
            (SMALL, INK, Anchor::Middle),
        );
        canvas.text(
            "chart__axis",
            (8.0, 15.0),
            "Change of the gap, points (upwards is narrower)",
            (SMALL, INK, Anchor::Start),
        );
        for m in &self.moves {
            let at = (x.at(m.bar.get()), y.at(m.gap.get()));
            if let Some((bar, gap)) = m.half_widths {
                let (dx, dy) = (bar.get().abs(), gap.get().abs());
                let paint = Paint::stroke(OWN, 1.3);
                canvas.line(
                    "chart__whisker",
                    (x.at(m.bar.get() - dx), at.1),
                    (x.at(m.bar.get() + dx), at.1),
                    paint,
                );
                canvas.line(
                    "chart__whisker",
                    (at.0, y.at(m.gap.get() - dy)),
                    (at.0, y.at(m.gap.get() + dy)),
                    paint,
                );
            }
            let hint =
                format!("{}: {}", m.label.as_deref().unwrap_or("One of the schools"), m.in_words());
            let paint = if m.label.is_some() {
                Paint::fill(OWN).outlined(PAPER, 1.2)
            } else {
                Paint::fill(PAPER).outlined(SOFT, 1.6)
            };
            canvas.circle(
                "chart__point",
                at,
                if m.label.is_some() { 6.0 } else { 4.0 },
                paint,
                &hint,
            );
            if let Some(label) = &m.label {
                // Under the words of its quarter when it lies near them.
                let drop: f64 = match m.half_widths {
                    _ if at.1 - area.top < 30.0 => 18.0,
                    Some(_) => -9.0,
                    None => 4.5,
                };
                let wide = text_width(label, BODY);
                // Right of the dot, else left of it, else above it as far inside as it goes.
                let (x, drop, anchor) = if wide <= area.right - at.0 - 12.0 {
                    (at.0 + 10.0, drop, Anchor::Start)
                } else if wide <= at.0 - 14.0 {
                    (at.0 - 10.0, drop, Anchor::End)
                } else {
                    let half = wide / 2.0 + 4.0;
                    let middle = at.0.min(width - half).max(half);
                    (middle, drop.min(-9.0), Anchor::Middle)
                };
                canvas.haloed("chart__label", (x, at.1 + drop), label, (BODY, OWN, anchor));
            }
        }
        canvas.finish("quadrant", &self.frame, area.bottom + 46.0, &self.finding(), self.table())
    }

    fn finding(&self) -> String {
        let named: Vec<String> = self
            .moves
            .iter()
            .filter_map(|m| {
                m.label.as_ref().map(|label| {
                    format!(
                        "{label}: level {}, gap {}, {}",
                        self.unit.change(m.bar.get()),
                        self.unit.change(m.gap.get()),
                        m.in_words()
                    )
                })
            })
            .collect();
        let unnamed = self.moves.iter().filter(|m| m.label.is_none()).count();
        let both = self.moves.iter().filter(|m| m.in_words() == "raised and narrowed").count();
        let mut text = named.join(". ");
        if !text.is_empty() {
            text.push('.');
        }
        if unnamed > 0 {
            text.push_str(&format!(
                " Of all {} shown, {both} raised the level and narrowed the gap.",
                self.moves.len()
            ));
        }
        if text.is_empty() {
            "Nothing to show.".to_owned()
        } else {
            format!("{}.", text.trim().trim_end_matches('.'))
        }
    }

    fn table(&self) -> Table {
        let mut table =
            Table::new(&self.frame.title, &["Who", "Change of level", "Change of gap", "In words"]);
        for m in &self.moves {
            table.push(vec![
                m.label.clone().unwrap_or_else(|| "One of the schools".to_owned()),
                self.unit.change(m.bar.get()),
                self.unit.change(m.gap.get()),
                m.in_words().to_owned(),
            ]);
        }
        table
    }
}

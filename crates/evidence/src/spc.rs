//! Frequent data: run-chart rules for weekly or monthly figures.
//!
//! With at least twelve points the median is drawn and two patterns count as more than chance
//! (Perla, Provost and Murray 2011): a *shift*, six or more points in a row on one side of the
//! median (points on it neither count nor break the row), and a *trend*, five or more points in a
//! row all rising or all falling (repeats neither count nor break it).
//!
//! Limits: the rules together cry wolf on about one steady chart in eight to ten of 24 points;
//! seasons (terms, holidays) must be taken out first.

use crate::distributions::median;

/// Fewest points for the rules.
pub const POINTS: usize = 12;
const SHIFT: usize = 6;
const TREND: usize = 5;

/// A pattern beyond chance; positions are of the points as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Points on one side of the median.
    Shift {
        /// First point.
        from: usize,
        /// Last point.
        to: usize,
        /// Whether they lie above.
        above: bool,
    },
    /// Points moving one way.
    Trend {
        /// First point.
        from: usize,
        /// Last point.
        to: usize,
        /// Whether they rise.
        rising: bool,
    },
}

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunChart {
    /// The median of the points.
    pub median: f64,
    /// Patterns found, in order of their first point.
    pub patterns: Vec<Pattern>,
}

/// Applies the rules; points that are not finite are passed over. `None` below twelve points.
///
/// ```
/// use evidence::spc::{Pattern, run_chart};
/// let mut weeks = vec![5.0, 6.0, 5.0, 7.0, 6.0, 5.0];
/// weeks.extend([8.0, 9.0, 8.0, 9.0, 8.0, 9.0]);
/// let chart = run_chart(&weeks).unwrap();
/// assert!(chart.patterns.contains(&Pattern::Shift { from: 6, to: 11, above: true }));
/// ```
#[must_use]
pub fn run_chart(points: &[f64]) -> Option<RunChart> {
    let kept: Vec<(usize, f64)> =
        points.iter().copied().enumerate().filter(|(_, v)| v.is_finite()).collect();
    if kept.len() < POINTS {
        return None;
    }
    let middle = median(points)?;
    let mut patterns = Vec::new();
    let sides: Vec<(usize, bool)> =
        kept.iter().filter(|(_, v)| *v != middle).map(|(at, v)| (*at, *v > middle)).collect();
    for (from, to, above, length) in rows(&sides) {
        if length >= SHIFT {
            patterns.push(Pattern::Shift { from, to, above });
        }
    }
    let steps: Vec<(usize, bool)> =
        kept.windows(2).filter(|w| w[0].1 != w[1].1).map(|w| (w[1].0, w[1].1 > w[0].1)).collect();
    for (from, to, rising, length) in rows(&steps) {
        // Five points make four steps.
        if length + 1 >= TREND {
            let first = kept.iter().rev().find(|(at, _)| *at < from).map_or(from, |(at, _)| *at);
            patterns.push(Pattern::Trend { from: first, to, rising });
        }
    }
    patterns.sort_by_key(|p| match p {
        Pattern::Shift { from, .. } | Pattern::Trend { from, .. } => *from,
    });
    Some(RunChart { median: middle, patterns })
}

/// Rows of equal marks: first, last, mark, length.
fn rows(marks: &[(usize, bool)]) -> Vec<(usize, usize, bool, usize)> {
    let mut found: Vec<(usize, usize, bool, usize)> = Vec::new();
    for (at, mark) in marks {
        match found.last_mut() {
            Some(last) if last.2 == *mark => {
                last.1 = *at;
                last.3 += 1;
            }
            _ => found.push((*at, *at, *mark, 1)),
        }
    }
    found
}

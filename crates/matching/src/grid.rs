//! The nearest of many points for one place after another, when each place is near the one
//! before: a grid whose rows lie side by side in memory, and a first guess at the distance.
//!
//! All points within the guess are gathered row by row without a branch; when there are enough of
//! them the nearest are among them, and a partial selection finds those. When not, the guess grows.

use crate::spatial::Point;

/// Points in cells of a square grid.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    left: f32,
    bottom: f32,
    /// Side of a cell in metres.
    side: f32,
    columns: usize,
    rows: usize,
    /// Where each cell's points start, row by row; one more than there are cells.
    starts: Vec<u32>,
    points: Vec<Point>,
}

/// What is remembered from one place to the next, and the points found.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// The place before and the distance of its last point.
    last: Option<(f32, f32, f32)>,
}

/// A distance and an id in one number that sorts like both: squared metres, then the id.
fn key(square: f32, id: u32) -> u64 {
    u64::from(square.to_bits()) << 32 | u64::from(id)
}

/// The squared metres and the id of a key.
pub fn unkey(key: u64) -> (f32, u32) {
    (f32::from_bits((key >> 32) as u32), key as u32)
}

impl Grid {
    /// Puts finite points into cells of about four.
    pub fn new(points: &[Point]) -> Self {
        let ends = |of: fn(&Point) -> f32| {
            let low = points.iter().map(of).fold(f32::INFINITY, f32::min);
            let high = points.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
            (low, (high - low).max(1.0))
        };
        if points.is_empty() {
            return Self::default();
        }
        let ((left, width), (bottom, height)) = (ends(|p| p.x), ends(|p| p.y));
        let side = (width * height * 4.0 / points.len() as f32).sqrt();
        let side = side.max(width / 4_000.0).max(height / 4_000.0);
        let (columns, rows) = ((width / side) as usize + 1, (height / side) as usize + 1);
        let mut grid = Self { left, bottom, side, columns, rows, ..Self::default() };
        let cell = |p: &Point| {
            let column = ((p.x - left) / side) as usize;
            let row = ((p.y - bottom) / side) as usize;
            row.min(rows - 1) * columns + column.min(columns - 1)
        };
        grid.starts = vec![0; columns * rows + 1];
        for point in points {
            grid.starts[cell(point) + 1] += 1;
        }
        for at in 1..grid.starts.len() {
            grid.starts[at] += grid.starts[at - 1];
        }
        let mut next = grid.starts.clone();
        grid.points = points.to_vec();
        for point in points {
            let slot = &mut next[cell(point)];
            grid.points[*slot as usize] = *point;
            *slot += 1;
        }
        grid
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The `k` nearest points to a place in no order, ties by id, as keys for [`unkey`]. The
    /// points do not depend on `sweep`: it only makes the search quick when the place is near the
    /// one before.
    pub fn nearest(&self, x: f32, y: f32, k: usize, sweep: &mut Sweep, keys: &mut Vec<u64>) {
        keys.clear();
        if self.points.len() <= k || k == 0 {
            let all = self.points.iter().take(if k == 0 { 0 } else { k });
            keys.extend(all.map(|p| key((p.x - x) * (p.x - x) + (p.y - y) * (p.y - y), p.id)));
            return;
        }
        // Nobody among the nearest of the place before is further than this from here.
        let (first, enough) = match sweep.last {
            Some((x0, y0, radius)) => {
                let enough = ((x - x0).hypot(y - y0) + radius) * 1.000_1 + 1.0;
                (enough.min(radius * 1.2 + 1.0), enough)
            }
            None => (self.side, f32::INFINITY),
        };
        let mut radius = first;
        self.gather(x, y, radius, keys);
        while keys.len() < k {
            radius = if radius >= enough { radius * 1.5 } else { (radius * 1.5).min(enough) };
            self.gather(x, y, radius, keys);
        }
        let (_, last, _) = keys.select_nth_unstable(k - 1);
        sweep.last = Some((x, y, unkey(*last).0.sqrt()));
        keys.truncate(k);
    }

    /// Every point within so many metres.
    fn gather(&self, x: f32, y: f32, radius: f32, keys: &mut Vec<u64>) {
        let square = radius * radius;
        // A little further than need be, so that rounding loses no cell.
        let reach = radius * 1.000_1 + 1.0;
        let cell = |metres: f32, count: usize| ((metres / self.side) as usize).min(count - 1);
        let (low, high) = (y - reach - self.bottom, y + reach - self.bottom);
        keys.clear();
        if high < 0.0 {
            return;
        }
        let mut found = 0;
        for row in cell(low, self.rows)..=cell(high, self.rows) {
            let from = self.bottom + row as f32 * self.side;
            let off = (from - y).max(y - from - self.side).max(0.0);
            let half = (reach * reach - off * off).max(0.0).sqrt() + 1.0;
            let (left, right) = (x - half - self.left, x + half - self.left);
            if right < 0.0 {
                continue;
            }
            let first = row * self.columns;
            let start = self.starts[first + cell(left, self.columns)] as usize;
            let end = self.starts[first + cell(right, self.columns) + 1] as usize;
            let points = &self.points[start..end];
            keys.resize(found + points.len(), 0);
            for point in points {
                let (dx, dy) = (point.x - x, point.y - y);
                let here = dx * dx + dy * dy;
                keys[found] = key(here, point.id);
                found += usize::from(here <= square);
            }
        }
        keys.truncate(found);
    }
}

//! Nearest eligible supporters without comparing all pairs: one balanced tree of points for
//! each kind of eligibility (say, specialism and phase).
//!
//! Method: a k-d tree with leaves of a few points (Friedman, Bentley and Finkel 1977).

use serde::{Deserialize, Serialize};

const LEAF: usize = 8;

/// A point with the number it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Metres east.
    pub x: f32,
    /// Metres north.
    pub y: f32,
    /// Whatever the caller wants back.
    pub id: u32,
}

/// Points arranged for nearest-neighbour questions.
#[derive(Clone, Debug, Default)]
pub struct Nearest {
    points: Vec<Point>,
}

/// Working space for questions, kept between them.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Squared distances and ids; a heap with the furthest on top while searching, nearest
    /// first when done.
    pub nearest: Vec<(f32, u32)>,
}

impl Nearest {
    /// Arranges the points. Equal points keep the order of their ids, so that answers do not
    /// depend on the order of input.
    pub fn new(mut points: Vec<Point>) -> Self {
        arrange(&mut points, true);
        Self { points }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The `k` nearest points to a place, no further than `limit` metres, nearest first, ties by
    /// id.
    pub fn find(&self, x: f32, y: f32, k: usize, limit: f32, found: &mut Found) {
        found.nearest.clear();
        if k > 0 {
            search(&self.points, true, (x, y), k, limit * limit, &mut found.nearest);
        }
        found.nearest.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
}

fn arrange(points: &mut [Point], by_x: bool) {
    if points.len() <= LEAF {
        return;
    }
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| {
        let (p, q) = if by_x { (a.x, b.x) } else { (a.y, b.y) };
        p.total_cmp(&q).then(a.id.cmp(&b.id))
    });
    let (low, high) = points.split_at_mut(middle);
    arrange(low, !by_x);
    arrange(&mut high[1..], !by_x);
}

fn further(a: (f32, u32), b: (f32, u32)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 > b.1)
}

fn offer(point: &Point, at: (f32, f32), k: usize, limit: f32, heap: &mut Vec<(f32, u32)>) {
    let (dx, dy) = (point.x - at.0, point.y - at.1);
    let item = (dx * dx + dy * dy, point.id);
    if item.0 > limit {
        return;
    }
    if heap.len() < k {
        heap.push(item);
        let mut child = heap.len() - 1;
        while child > 0 {
            let parent = (child - 1) / 2;
            if !further(heap[child], heap[parent]) {
                break;
            }
            heap.swap(child, parent);
            child = parent;
        }
    } else if further(heap[0], item) {
        let mut hole = 0;
        loop {
            let mut child = 2 * hole + 1;
            if child >= k {
                break;
            }
            if child + 1 < k && further(heap[child + 1], heap[child]) {
                child += 1;
            }
            if !further(heap[child], item) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = item;
    }
}

fn search(
    points: &[Point],
    by_x: bool,
    at: (f32, f32),
    k: usize,
    limit: f32,
    heap: &mut Vec<(f32, u32)>,
) {
    if points.len() <= LEAF {
        for point in points {
            offer(point, at, k, limit, heap);
        }
        return;
    }
    let middle = points.len() / 2;
    let split = &points[middle];
    let off = if by_x { at.0 - split.x } else { at.1 - split.y };
    let (low, high) = (&points[..middle], &points[middle + 1..]);
    let (near, far) = if off < 0.0 { (low, high) } else { (high, low) };
    search(near, !by_x, at, k, limit, heap);
    offer(split, at, k, limit, heap);
    if off * off <= limit && (heap.len() < k || off * off <= heap[0].0) {
        search(far, !by_x, at, k, limit, heap);
    }
}

//! Placing names so that none covers another.

use crate::svg::Anchor;

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn within(&self, other: &Self) -> bool {
        self.left >= other.left
            && self.right <= other.right
            && self.top >= other.top
            && self.bottom <= other.bottom
    }
}

/// What is taken.
#[derive(Debug)]
pub(crate) struct Boxes {
    view: Rect,
    taken: Vec<Rect>,
    names: Vec<Rect>,
}

impl Boxes {
    pub(crate) const fn new(view: Rect) -> Self {
        Self { view, taken: Vec::new(), names: Vec::new() }
    }

    pub(crate) fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Finds room for a text of this width and size beside a symbol of radius `r`: right, left,
    /// above, below, then the corners. `insist` looks farther out, and at last writes over
    /// symbols, never over another name. Returns where to write and how to anchor.
    pub(crate) fn place(
        &mut self,
        at: (f64, f64),
        r: f64,
        (width, size): (f64, f64),
        insist: bool,
    ) -> Option<(f64, f64, Anchor)> {
        let rounds: &[(f64, bool)] =
            if insist { &[(0.0, false), (12.0, false), (0.0, true)] } else { &[(0.0, false)] };
        for &(out, over_symbols) in rounds {
            for (x, y, anchor) in beside(at, r + out, size) {
                let left = match anchor {
                    Anchor::Start => x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                let rect = Rect {
                    left,
                    top: y - size * 0.82,
                    right: left + width,
                    bottom: y + size * 0.24,
                };
                let blocked = self.names.iter().any(|n| n.meets(&rect))
                    || (!over_symbols && self.taken.iter().any(|t| t.meets(&rect)));
                if rect.within(&self.view) && !blocked {
                    self.names.push(rect);
                    return Some((x, y, anchor));
                }
            }
        }
        None
    }
}

/// Places around a symbol, best first.
fn beside((x, y): (f64, f64), r: f64, size: f64) -> [(f64, f64, Anchor); 8] {
    let up = size * 0.36;
    [
        (x + r, y + up, Anchor::Start),
        (x - r, y + up, Anchor::End),
        (x, y - r - 2.0, Anchor::Middle),
        (x, y + r + size * 0.8, Anchor::Middle),
        (x + r * 0.7, y - r * 0.8, Anchor::Start),
        (x + r * 0.7, y + r * 0.8 + size * 0.7, Anchor::Start),
        (x - r * 0.7, y - r * 0.8, Anchor::End),
        (x - r * 0.7, y + r * 0.8 + size * 0.7, Anchor::End),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placed_names_never_overlap() {
        let mut boxes = Boxes::new(Rect { left: 0.0, top: 0.0, right: 300.0, bottom: 300.0 });
        let mut placed = 0;
        for i in 0..60 {
            let at = (f64::from(i * 37 % 290) + 5.0, f64::from(i * 53 % 290) + 5.0);
            placed += usize::from(boxes.place(at, 5.0, (70.0, 11.0), i % 7 == 0).is_some());
        }
        assert!(placed > 10);
        for (i, a) in boxes.names.iter().enumerate() {
            assert!(boxes.names[i + 1..].iter().all(|b| !a.meets(b)));
        }
    }
}

//! What may still be among the nearest: candidates with the range their distance lies in.

use super::tree::LEAF;

/// A candidate: half its squared distance, less what is the same for all candidates, lies between
/// `lower` and `upper`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    pub(super) lower: f32,
    pub(super) upper: f32,
    pub(super) at: u32,
}

/// The candidates of every point of a leaf.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    entries: Vec<Vec<Near>>,
    /// How many entries are allowed before the hopeless are thrown out.
    room: [usize; LEAF],
    /// The k-th smallest upper end known.
    pub(super) limit: [f32; LEAF],
    /// The squared distance beyond which nothing matters.
    pub(super) reach: [f32; LEAF],
    exact: Vec<(f64, u32)>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            entries: vec![Vec::new(); LEAF],
            room: [0; LEAF],
            limit: [f32::INFINITY; LEAF],
            reach: [f32::INFINITY; LEAF],
            exact: Vec::new(),
        }
    }
}

impl Lists {
    /// Empties the lists; points that are not wanted reach nowhere.
    pub(super) fn start(&mut self, k: usize, wanted: u32) {
        self.entries.iter_mut().for_each(Vec::clear);
        self.room = [2 * k + 16; LEAF];
        self.limit = [f32::INFINITY; LEAF];
        self.reach =
            std::array::from_fn(|lane| if wanted >> lane & 1 == 1 { f32::INFINITY } else { -1.0 });
    }

    /// Adds a candidate; true when the limit fell.
    #[inline(always)]
    pub(super) fn add(&mut self, lane: usize, k: usize, near: Near) -> bool {
        self.entries[lane].push(near);
        // The first full list gives the first limit.
        let first = self.limit[lane] == f32::INFINITY && self.entries[lane].len() == k;
        (first || self.entries[lane].len() >= self.room[lane]) && self.tighten(lane, k)
    }

    /// Throws out what cannot be among the k nearest.
    fn tighten(&mut self, lane: usize, k: usize) -> bool {
        let entries = &mut self.entries[lane];
        if entries.len() < k || k == 0 {
            return false;
        }
        let (_, kth, _) = entries.select_nth_unstable_by(k - 1, |a, b| a.upper.total_cmp(&b.upper));
        let kth = kth.upper;
        if kth.is_nan() {
            return false;
        }
        entries.retain(|near| near.lower <= kth || near.lower.is_nan());
        self.room[lane] = (2 * k + 16).max(2 * entries.len());
        let fell = kth < self.limit[lane];
        if fell {
            self.limit[lane] = kth;
        }
        fell
    }

    /// The k nearest by their exact squared distance, nearest first, ties by number.
    pub(super) fn finish(
        &mut self,
        lane: usize,
        k: usize,
        measure: impl Fn(u32) -> (f64, u32),
    ) -> &[(f64, u32)] {
        self.tighten(lane, k);
        self.exact.clear();
        self.exact.extend(self.entries[lane].iter().map(|near| measure(near.at)));
        self.exact.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.exact.truncate(k);
        &self.exact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_candidate_in_doubt_is_thrown_out() {
        let mut lists = Lists::default();
        lists.start(2, 1);
        // The third could be nearer than the second, whose range it overlaps.
        for (at, (lower, upper)) in
            [(1.0, 1.2), (2.0, 2.4), (2.3, 2.6), (2.5, 2.7), (9.0, 9.1)].into_iter().enumerate()
        {
            lists.add(0, 2, Near { lower, upper, at: at as u32 });
        }
        let truth = [1.1, 2.4, 2.35, 2.6, 9.0];
        let found: Vec<u32> =
            lists.finish(0, 2, |at| (truth[at as usize], at)).iter().map(|f| f.1).collect();
        assert_eq!(found, [0, 2]);
        assert_eq!(lists.limit[0], 2.4);
    }

    #[test]
    fn a_range_that_is_not_a_number_stays() {
        let mut lists = Lists::default();
        lists.start(1, 1);
        for (at, lower) in [3.0, f32::NAN, 5.0].into_iter().enumerate() {
            lists.add(0, 1, Near { lower, upper: lower, at: at as u32 });
        }
        let found = lists.finish(0, 1, |at| ([3.0, 1.0, 5.0][at as usize], at)).to_vec();
        assert_eq!(found, [(1.0, 1)]);
    }
}

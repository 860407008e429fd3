//! One knapsack, exactly: only the items around the one that no longer fits are looked at, and of
//! their packings only those that could still lead to something better (Pisinger 1997).

use std::cmp::Ordering;

/// A job, what it is worth (above nought) and what it uses.
pub(super) type Item = (usize, i64, usize);

/// Beyond so many packings at a time a fractional bound takes the place of the exact answer.
const MOST: usize = 50_000;
/// No packing before this one.
const FIRST: u32 = u32::MAX;

/// A packing: its load, its worth, and the last change that led to it.
type State = (i64, i64, u32);

#[derive(Default)]
pub(super) struct Core {
    states: Vec<State>,
    next: Vec<State>,
    /// Each change: the one before, and the item that was put in or taken out.
    changes: Vec<(u32, u32)>,
}

/// Worth most for what it uses first.
pub(super) fn denser(a: &Item, b: &Item) -> Ordering {
    let (left, right) = (i128::from(b.1) * a.2 as i128, i128::from(a.1) * b.2 as i128);
    left.cmp(&right).then(a.0.cmp(&b.0))
}

impl Core {
    /// Packs items of which not all fit, each of which fits alone. Those taken come back with
    /// their worth negated. The answer is never less than what the best packing is worth.
    pub(super) fn pack(&mut self, items: &mut [Item], capacity: i64) -> i64 {
        items.sort_unstable_by(denser);
        let (mut load, mut worth, mut fit) = (0, 0, 0);
        while load + items[fit].2 as i64 <= capacity {
            load += items[fit].2 as i64;
            worth += items[fit].1;
            fit += 1;
        }
        self.changes.clear();
        // What is left is filled with whatever fits: a first packing to beat.
        let (mut best, mut at, mut left) = (worth, FIRST, capacity - load);
        for (index, item) in items.iter().enumerate().skip(fit) {
            if item.2 as i64 <= left {
                left -= item.2 as i64;
                best += item.1;
                at = self.change(at, index);
            }
        }
        let (mut low, mut high) = (fit, fit);
        self.states.clear();
        self.states.push((load, worth, FIRST));
        while !self.states.is_empty() && (low > 0 || high < items.len()) {
            if high < items.len() {
                self.add(items, high, 1, capacity, &mut best, &mut at);
                high += 1;
                self.prune(items, low, high, capacity, best);
            }
            if low > 0 {
                low -= 1;
                self.add(items, low, -1, capacity, &mut best, &mut at);
                self.prune(items, low, high, capacity, best);
            }
            if self.states.len() > MOST {
                let (left, used) = (i128::from(capacity - load), items[fit].2.max(1) as i128);
                let part = (i128::from(items[fit].1) * left + used - 1) / used;
                self.mark(items, fit, at);
                return worth + part as i64;
            }
        }
        self.mark(items, fit, at);
        best
    }

    fn change(&mut self, before: u32, item: usize) -> u32 {
        self.changes.push((before, item as u32));
        (self.changes.len() - 1) as u32
    }

    /// Every packing with and without one more change, by load, each worth more than the lighter.
    fn add(
        &mut self,
        items: &[Item],
        index: usize,
        sign: i64,
        capacity: i64,
        best: &mut i64,
        at: &mut u32,
    ) {
        let (worth, usage) = (sign * items[index].1, sign * items[index].2 as i64);
        let states = std::mem::take(&mut self.states);
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        let (mut old, mut new) = (0, 0);
        while old < states.len() || new < states.len() {
            let plain = states.get(old);
            let changed = states.get(new).map(|&(l, w, change)| (l + usage, w + worth, change));
            let takes_new = match (plain, changed) {
                (Some(plain), Some(changed)) => {
                    (changed.0, std::cmp::Reverse(changed.1))
                        < (plain.0, std::cmp::Reverse(plain.1))
                }
                (plain, _) => plain.is_none(),
            };
            let beats = |it: i64| next.last().is_none_or(|last| it > last.1);
            if let (true, Some((l, w, before))) = (takes_new, changed) {
                new += 1;
                if beats(w) {
                    let change = self.change(before, index);
                    next.push((l, w, change));
                    if l <= capacity && w > *best {
                        (*best, *at) = (w, change);
                    }
                }
            } else if let Some(&plain) = plain {
                old += 1;
                if beats(plain.1) {
                    next.push(plain);
                }
            }
        }
        (self.states, self.next) = (next, states);
    }

    /// Drops packings from which nothing better than `best` can come: what is still to come is no
    /// denser than the next item, what may still go is no less dense than the last.
    fn prune(&mut self, items: &[Item], low: usize, high: usize, capacity: i64, best: i64) {
        let (comes, goes) = (items.get(high), low.checked_sub(1).map(|last| &items[last]));
        let hopes = |&(load, worth, _): &State| {
            let short = i128::from(worth) - i128::from(best) - 1;
            let left = i128::from(capacity - load);
            let item = if left >= 0 { comes } else { goes };
            item.is_some_and(|item| short * item.2 as i128 + left * i128::from(item.1) >= 0)
        };
        self.states.retain(hopes);
    }

    fn mark(&self, items: &mut [Item], fit: usize, mut at: u32) {
        for item in &mut items[..fit] {
            item.1 = -item.1;
        }
        while at != FIRST {
            let (before, item) = self.changes[at as usize];
            let worth = &mut items[item as usize].1;
            *worth = -*worth;
            at = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gap::local::Dice;

    #[test]
    fn packs_as_well_as_going_through_every_load() {
        let mut dice = Dice(5);
        let mut core = Core::default();
        for case in 0..4_000 {
            let wide = 1 + dice.below(40);
            let mut items: Vec<Item> = (0..2 + dice.below(14))
                .map(|j| (j, 1 + dice.below(60) as i64, dice.below(wide + 1)))
                .collect();
            let total: usize = items.iter().map(|item| item.2).sum();
            let widest = items.iter().map(|item| item.2).max().unwrap_or(0);
            let capacity = widest + dice.below(total + 1);
            if total <= capacity {
                continue;
            }
            let mut loads = vec![0_i64; capacity + 1];
            for &(_, worth, usage) in &items {
                for c in (usage..=capacity).rev() {
                    loads[c] = loads[c].max(loads[c - usage] + worth);
                }
            }
            let best = core.pack(&mut items, capacity as i64);
            assert_eq!(best, loads[capacity], "case {case}");
            let taken = || items.iter().filter(|item| item.1 < 0);
            assert_eq!(taken().map(|item| -item.1).sum::<i64>(), best, "case {case}");
            assert!(taken().map(|item| item.2).sum::<usize>() <= capacity, "case {case}");
        }
    }
}

//! One knapsack, exactly: only the items around the one that no longer fits are looked at, load by
//! load where loads are few; else only those of their packings that could still lead to something
//! better (Pisinger 1997).

use std::cmp::Ordering;
use std::ops::{Add, Mul, Sub};

/// A job, what it is worth (above nought) and what it uses.
pub(super) type Item = (usize, i64, usize);

/// Beyond so many packings at a time a fractional bound takes the place of the exact answer.
const MOST: usize = 50_000;
/// Items times loads that are gone through load by load: quicker than looking at packings one by
/// one, because neighbouring loads are reckoned at once.
const CELLS: usize = 60_000;
/// What all items may be worth for that.
const WORTH: i64 = 1 << 30;
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
    /// The items in question, and the most that can be had of the first so many in so much room.
    open: Vec<u32>,
    table: Vec<i32>,
}

/// Numbers wide enough for what a worth times a usage comes to.
trait Wide:
    Copy + Ord + From<i64> + Add<Output = Self> + Mul<Output = Self> + Sub<Output = Self>
{
}
impl Wide for i64 {}
impl Wide for i128 {}

/// Worth most for what it uses first.
fn by_density<N: Wide>(a: &Item, b: &Item) -> Ordering {
    let times = |worth: i64, usage: usize| N::from(worth) * N::from(usage as i64);
    times(b.1, a.2).cmp(&times(a.1, b.2)).then(a.0.cmp(&b.0))
}

/// Worth most for what it uses first, whatever the numbers.
pub(super) fn denser(a: &Item, b: &Item) -> Ordering {
    by_density::<i128>(a, b)
}

/// What the packings so far are measured against.
struct Mark<N> {
    /// Capacity, and the item at which it is full.
    capacity: i64,
    full: (N, N),
    /// What could be had at most if that item could be cut, and so nothing else need be changed,
    /// times the usage of that item.
    most: N,
    /// The best packing so far, and the last change that led to it.
    best: i64,
    at: u32,
}

impl<N: Wide> Mark<N> {
    /// Whether packing (or leaving out) the item could be part of anything better than the best.
    fn matters(&self, item: &Item) -> bool {
        let (worth, usage) = self.full;
        let (one, other) = (N::from(item.1) * usage, N::from(item.2 as i64) * worth);
        let loses = if one > other { one - other } else { other - one };
        self.most - loses >= N::from(self.best + 1) * usage
    }

    fn offer(&mut self, worth: i64, at: impl FnOnce() -> u32) {
        if worth > self.best {
            (self.best, self.at) = (worth, at());
        }
    }
}

impl Core {
    /// Packs items of which not all fit, each of which fits alone. Those taken come back with
    /// their worth negated. The answer is never less than what the best packing is worth.
    pub(super) fn pack(&mut self, items: &mut [Item], capacity: i64) -> i64 {
        let (mut worth, mut usage) = (0_i64, capacity);
        for item in items.iter() {
            worth = worth.saturating_add(item.1);
            usage = usage.saturating_add(item.2 as i64);
        }
        if worth.checked_mul(usage).is_some_and(|most| most < 1 << 60) {
            self.pack_in::<i64>(items, capacity)
        } else {
            self.pack_in::<i128>(items, capacity)
        }
    }

    fn pack_in<N: Wide>(&mut self, items: &mut [Item], capacity: i64) -> i64 {
        items.sort_unstable_by(by_density::<N>);
        let (mut load, mut worth, mut fit) = (0, 0, 0);
        while load + items[fit].2 as i64 <= capacity {
            load += items[fit].2 as i64;
            worth += items[fit].1;
            fit += 1;
        }
        self.changes.clear();
        let full = (N::from(items[fit].1), N::from(items[fit].2 as i64));
        let most = N::from(worth) * full.1 + N::from(capacity - load) * full.0;
        let mut mark = Mark { capacity, full, most, best: worth, at: FIRST };
        self.first(items, fit, (load, worth), &mut mark);
        if let Some(best) = self.by_load(items, fit, (load, worth), &mark) {
            return best;
        }
        self.states.clear();
        self.states.push((load, worth, FIRST));
        // The next item to come and the last to go, of those that matter.
        let (mut low, mut high) = (fit, fit);
        let mut rising = true;
        loop {
            while high < items.len() && !mark.matters(&items[high]) {
                high += 1;
            }
            while low > 0 && !mark.matters(&items[low - 1]) {
                low -= 1;
            }
            if self.states.is_empty() || (high >= items.len() && low == 0) {
                break;
            }
            if low == 0 || (rising && high < items.len()) {
                high += 1;
                self.add(items, high - 1, 1, (low, high), &mut mark);
            } else {
                low -= 1;
                self.add(items, low, -1, (low, high), &mut mark);
            }
            rising = !rising;
            if self.states.len() > MOST {
                let (left, used) = (i128::from(capacity - load), items[fit].2.max(1) as i128);
                let part = (i128::from(items[fit].1) * left + used - 1) / used;
                self.mark(items, fit, mark.at);
                return worth + part as i64;
            }
        }
        self.mark(items, fit, mark.at);
        mark.best
    }

    /// First packings to beat: what fits filled up with whatever else fits, or with one more
    /// item, or with the item that no longer fits in the place of one that does.
    fn first<N: Wide>(
        &mut self,
        items: &[Item],
        fit: usize,
        (load, worth): (i64, i64),
        mark: &mut Mark<N>,
    ) {
        let left = mark.capacity - load;
        let (mut filled, mut at, mut room) = (worth, FIRST, left);
        for (index, item) in items.iter().enumerate().skip(fit) {
            if item.2 as i64 <= room {
                room -= item.2 as i64;
                filled += item.1;
                at = self.change(at, index);
            }
            if item.2 as i64 <= left {
                mark.offer(worth + item.1, || self.change(FIRST, index));
            }
        }
        mark.offer(filled, || at);
        let over = items[fit].2 as i64 - left;
        for (index, item) in items[..fit].iter().enumerate() {
            if item.2 as i64 >= over {
                mark.offer(worth + items[fit].1 - item.1, || {
                    let before = self.change(FIRST, fit);
                    self.change(before, index)
                });
            }
        }
    }

    /// Load by load, where that is little work; the items taken come back with their worth
    /// negated.
    fn by_load<N: Wide>(
        &mut self,
        items: &mut [Item],
        fit: usize,
        (load, worth): (i64, i64),
        mark: &Mark<N>,
    ) -> Option<i64> {
        self.open.clear();
        // What is certainly packed is out of the way.
        let (mut room, mut held, mut most) = (mark.capacity - load, worth, 0);
        for (index, item) in items.iter().enumerate() {
            if mark.matters(item) {
                self.open.push(index as u32);
                most += item.1;
                if index < fit {
                    room += item.2 as i64;
                    held -= item.1;
                }
            }
        }
        let width = usize::try_from(room).ok()?.checked_add(1)?;
        let cells = width.checked_mul(self.open.len() + 1)?;
        if cells > CELLS || most >= WORTH {
            return None;
        }
        self.table.clear();
        self.table.resize(cells, 0);
        for (row, &index) in self.open.iter().enumerate() {
            let (_, worth, usage) = items[index as usize];
            let (before, after) = self.table.split_at_mut((row + 1) * width);
            let (before, after) = (&before[row * width..], &mut after[..width]);
            let (same, changed) = after.split_at_mut(usage.min(width));
            same.copy_from_slice(&before[..same.len()]);
            let plain = &before[same.len()..];
            for ((after, &plain), &lighter) in changed.iter_mut().zip(plain).zip(before) {
                *after = plain.max(lighter + worth as i32);
            }
        }
        let best = held + i64::from(self.table[cells - 1]);
        if best <= mark.best {
            self.mark(items, fit, mark.at);
            return Some(mark.best);
        }
        let (mut room, mut row) = (width - 1, self.open.len());
        for item in &mut items[..fit] {
            item.1 = -item.1;
        }
        while row > 0 {
            row -= 1;
            let at = row * width + room;
            let item = &mut items[self.open[row] as usize];
            item.1 = item.1.abs();
            if self.table[at + width] != self.table[at] {
                item.1 = -item.1;
                room -= item.2;
            }
        }
        Some(best)
    }

    fn change(&mut self, before: u32, item: usize) -> u32 {
        self.changes.push((before, item as u32));
        (self.changes.len() - 1) as u32
    }

    /// Every packing with and without one more change, by load, each worth more than the
    /// lighter. Those from which nothing better than the best can come are dropped: what is still
    /// to come is no denser than the next item, what may still go is no less dense than the last.
    fn add<N: Wide>(
        &mut self,
        items: &[Item],
        index: usize,
        sign: i64,
        (low, high): (usize, usize),
        mark: &mut Mark<N>,
    ) {
        let (worth, usage) = (sign * items[index].1, sign * items[index].2 as i64);
        let pair = |item: &Item| (N::from(item.1), N::from(item.2 as i64));
        let comes = items.get(high).map(pair);
        let goes = low.checked_sub(1).map(|last| pair(&items[last]));
        let hopes = |load: i64, worth: i64, mark: &Mark<N>| {
            let left = mark.capacity - load;
            let item = if left >= 0 { comes } else { goes };
            let short = N::from(worth - mark.best - 1);
            item.is_some_and(|(w, u)| short * u + N::from(left) * w >= N::from(0))
        };
        let states = std::mem::take(&mut self.states);
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        let (mut old, mut new) = (0, 0);
        // What the packings so far are worth at most: heavier ones must be worth more.
        let mut top = i64::MIN;
        while let Some(&(l, w, before)) = states.get(new) {
            let changed = (l + usage, w + worth);
            let plain = states.get(old).copied().filter(|plain| {
                (plain.0, std::cmp::Reverse(plain.1)) <= (changed.0, std::cmp::Reverse(changed.1))
            });
            if let Some(plain) = plain {
                old += 1;
                if plain.1 > top {
                    top = plain.1;
                    if hopes(plain.0, plain.1, mark) {
                        next.push(plain);
                    }
                }
                continue;
            }
            new += 1;
            if changed.1 > top {
                top = changed.1;
                let better = changed.0 <= mark.capacity && changed.1 > mark.best;
                let hopes = hopes(changed.0, changed.1, mark);
                if better || hopes {
                    let change = self.change(before, index);
                    if better {
                        (mark.best, mark.at) = (changed.1, change);
                    }
                    if hopes {
                        next.push((changed.0, changed.1, change));
                    }
                }
            }
        }
        for &plain in &states[old..] {
            if plain.1 > top {
                top = plain.1;
                if hopes(plain.0, plain.1, mark) {
                    next.push(plain);
                }
            }
        }
        (self.states, self.next) = (next, states);
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
            // Now and then too large for products to fit in 64 bits, or for a table.
            let times = [1_i64 << 45, 1 << 26, 1, 1][case % 4];
            let mut items: Vec<Item> = (0..2 + dice.below(14))
                .map(|j| (j, times * (1 + dice.below(60) as i64), dice.below(wide + 1)))
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

//! The start: an auction in rounds of falling increments.
//!
//! Bertsekas' auction for similar objects (Bertsekas and Castañón 1989): a need bids for its
//! best supporter up to what makes it indifferent to the next best, plus an increment; a place
//! goes to whoever bids more. The last round's increment is nought, so that what it leaves
//! seated pays exactly its best; whoever it cannot seat waits for a shortest path.

use super::Edge;
use super::solver::{FORBIDDEN, FRONT, NOWHERE, Solver};

pub(crate) struct Auction {
    /// What the holder of each place bids for it.
    bid: Vec<i64>,
    waiting: Vec<u32>,
    pub(crate) bids: usize,
}

/// The best edge of a row, what it costs, and what the next best costs, prices included.
#[derive(Clone, Copy)]
struct Best {
    edge: usize,
    first: i64,
    second: i64,
}

impl Solver {
    fn value(&self, edge: Edge) -> i64 {
        if edge.cost == FORBIDDEN {
            i64::MAX
        } else {
            i64::from(edge.cost) + self.price[edge.supporter as usize]
        }
    }

    /// The best of a row's front, when that settles it.
    fn front(&self, need: usize) -> Option<Best> {
        let row = self.span(need);
        let mut best = Best { edge: row.start, first: i64::MAX, second: self.unmet[need] };
        let front = row.start..row.end.min(row.start + FRONT);
        for (offset, &edge) in self.edges[front.clone()].iter().enumerate() {
            let value = self.value(edge);
            if value < best.first {
                best.second = best.second.min(best.first);
                best.first = value;
                best.edge = front.start + offset;
            } else if value < best.second {
                best.second = value;
            }
        }
        (best.second <= self.beyond[need]).then_some(best)
    }

    /// Brings the cheapest edges of a row to its front and notes what the others cost at least.
    pub(crate) fn bring_forward(&mut self, need: usize) {
        let row = self.span(need);
        let start = row.start;
        if row.len() <= FRONT {
            self.beyond[need] = i64::MAX;
            return;
        }
        let mut best = [(i64::MAX, u32::MAX); FRONT + 1];
        for (offset, &edge) in self.edges[row].iter().enumerate() {
            let value = self.value(edge);
            if value < best[FRONT].0 {
                let mut slot = FRONT;
                while slot > 0 && best[slot - 1].0 > value {
                    best[slot] = best[slot - 1];
                    slot -= 1;
                }
                best[slot] = (value, offset as u32);
            }
        }
        self.beyond[need] = best[FRONT].0;
        let chosen = &best[..FRONT];
        let is_chosen = |offset: usize| chosen.iter().any(|&(_, o)| o as usize == offset);
        let mut hole = 0;
        for &(_, offset) in chosen.iter().filter(|&&(_, o)| o as usize >= FRONT && o != u32::MAX) {
            while is_chosen(hole) {
                hole += 1;
            }
            self.edges.swap(start + hole, start + offset as usize);
            hole += 1;
        }
    }

    fn best(&mut self, need: usize) -> Best {
        if let Some(best) = self.front(need) {
            return best;
        }
        self.bring_forward(need);
        // Among more than FRONT edges the two best are now in front.
        self.front(need).unwrap_or(Best { edge: 0, first: i64::MAX, second: i64::MAX })
    }
}

impl Auction {
    pub(crate) fn new(solver: &Solver) -> Self {
        Self { bid: vec![0; solver.seat.len()], waiting: Vec::new(), bids: 0 }
    }

    /// Runs every round; what is returned has no seat.
    pub(crate) fn run(&mut self, solver: &mut Solver) -> Vec<u32> {
        let needs = solver.needs();
        let places: u64 = solver.seat.len() as u64;
        let mut sum = 0_i64;
        let mut count = 0_i64;
        for need in (0..needs).step_by(1 + needs / 512) {
            for edge in &solver.edges[solver.span(need)] {
                sum += i64::from(edge.cost);
                count += 1;
            }
        }
        let mean = sum / count.max(1);
        // With places to spare, bids without an increment settle nearly everybody; when places
        // are scarce they would creep, and increments that fall from large to small do better.
        let schedule: &[i64] = if places * 50 >= needs as u64 * 51 { &[] } else { &[30, 300] };
        self.waiting = (0..needs as u32).rev().collect();
        let mut last = 0;
        for share in schedule {
            let step = (mean / share).max(1);
            self.reopen(solver, last, step);
            self.round(solver, step, u64::MAX);
            last = step;
        }
        self.reopen(solver, 0, 0);
        let limit = 8 * self.waiting.len() as u64;
        self.round(solver, 0, limit);
        std::mem::take(&mut self.waiting)
    }

    /// Lowers prices by `fall`, and lets stand up whoever would now pay more than `step` above
    /// their best.
    fn reopen(&mut self, solver: &mut Solver, fall: i64, step: i64) {
        if fall > 0 {
            for price in &mut solver.price {
                *price = (*price - fall).max(0);
            }
            for beyond in &mut solver.beyond {
                *beyond = beyond.saturating_sub(fall);
            }
        }
        if self.bids == 0 {
            return;
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.clear();
        for need in (0..solver.needs() as u32).rev() {
            let best = solver.best(need as usize);
            let at = solver.at[need as usize];
            if at == NOWHERE {
                if best.first < solver.unmet[need as usize] {
                    waiting.push(need);
                }
                continue;
            }
            let own = solver.cost[need as usize];
            let now = own + solver.price[at as usize];
            let other = if best.first == now && solver.edges[best.edge].supporter == at {
                best.second
            } else {
                best.first
            };
            // Worth this much to its holder, and no more.
            let worth = other.min(solver.unmet[need as usize]) - own + step;
            if worth < solver.price[at as usize] {
                self.leave(solver, need);
                waiting.push(need);
            } else {
                self.bid[solver.spot[need as usize] as usize] = worth;
            }
        }
        self.waiting = waiting;
        // A full supporter costs what its least eager holder would pay.
        for j in 0..solver.price.len() {
            if !solver.has_free_place(j) {
                let places = solver.places[j] as usize..solver.places[j + 1] as usize;
                if let Some(&least) = self.bid[places].iter().min() {
                    solver.price[j] = solver.price[j].max(least);
                }
            }
        }
    }

    fn leave(&mut self, solver: &mut Solver, need: u32) {
        let at = solver.at[need as usize] as usize;
        let last = solver.places[at] + solver.taken[at] - 1;
        self.bid[solver.spot[need as usize] as usize] = self.bid[last as usize];
        solver.stand(need);
    }

    /// Bids until nobody waits. With no increment, whoever's bid would raise nothing keeps
    /// waiting, and so does everybody after `limit` bids.
    fn round(&mut self, solver: &mut Solver, step: i64, limit: u64) {
        let mut stuck = Vec::new();
        let mut left = limit;
        while let Some(mut need) = self.waiting.pop() {
            loop {
                if left == 0 {
                    stuck.push(need);
                    break;
                }
                left -= 1;
                self.bids += 1;
                let best = solver.best(need as usize);
                if best.first >= solver.unmet[need as usize] {
                    break;
                }
                let Edge { cost, supporter } = solver.edges[best.edge];
                let j = supporter as usize;
                let level = solver.price[j] + (best.second - best.first) + step;
                let start = solver.places[j] as usize;
                if solver.has_free_place(j) {
                    solver.sit(need, supporter, i64::from(cost));
                    self.bid[solver.spot[need as usize] as usize] = level;
                    if !solver.has_free_place(j) {
                        let end = start + solver.taken[j] as usize;
                        let least = self.bid[start..end].iter().min();
                        solver.price[j] = solver.price[j].max(least.copied().unwrap_or(0));
                    }
                    break;
                }
                let places = start..solver.places[j + 1] as usize;
                let Some(low) = places.clone().min_by_key(|&spot| self.bid[spot]) else {
                    // No places at all: priced out of every later bid.
                    solver.price[j] = i64::MAX / 4;
                    continue;
                };
                if level <= self.bid[low] {
                    stuck.push(need);
                    break;
                }
                let out = solver.seat[low];
                solver.stand(out);
                solver.sit(need, supporter, i64::from(cost));
                // Standing moves the last of the supporter's needs into the gap.
                let spot = solver.spot[need as usize] as usize;
                self.bid[low] = self.bid[spot];
                self.bid[spot] = level;
                let least = self.bid[places].iter().min();
                solver.price[j] = least.copied().unwrap_or(level);
                need = out;
            }
        }
        self.waiting = stuck;
    }
}

//! One packing for each agent so that every job is packed once: bounds by prices over the
//! packings that are left, of which those are dropped that nothing better can contain.

use super::branch::Run;
use super::lagrange::{SCALE, round_up};
use super::pattern::{Choice, Patterns};

/// Steps of prices for each part of the search.
const ROUNDS: usize = 30;

/// What going over the packings that are left came to.
enum Swept {
    /// Nothing better is left.
    Nothing,
    /// So many packings were dropped.
    Dropped(usize),
}

/// Room to go over packings in.
#[derive(Default)]
pub(super) struct Sweep {
    /// The relaxation at the last prices.
    value: i64,
    /// Least cost of each pair above the relaxation: of having it, and of doing without it.
    having: Vec<i64>,
    without: Vec<i64>,
    pairs: Vec<i64>,
    over: Vec<i64>,
}

fn reduced(patterns: &Patterns, price: &[i64], c: u32) -> i64 {
    let mut cost = patterns.cost[c as usize];
    for &j in patterns.jobs(c) {
        cost -= price[j as usize];
    }
    cost
}

/// The cheapest packing of each agent at the prices, and the value of the relaxation.
fn relax(choice: &Choice, price: &[i64], best: &mut Vec<(i64, u32)>) -> i64 {
    best.clear();
    let mut value = price.iter().sum::<i64>();
    for left in &choice.left {
        let mut least = (i64::MAX, u32::MAX);
        for &c in left {
            let cost = reduced(&choice.patterns, price, c);
            if cost < least.0 {
                least = (cost, c);
            }
        }
        value += least.0;
        best.push(least);
    }
    value
}

impl Run<'_> {
    /// Raises the bound over the packings that are left and parts them by a job's agents.
    /// Returns the parts with bounds in 256ths, the most promising last.
    pub(super) fn choose(&mut self, mut choice: Choice, mut least: i64) -> Vec<(i64, Choice)> {
        let m = self.p.agents;
        loop {
            if choice.left.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            let before: usize = choice.left.iter().map(Vec::len).sum();
            let value = self.raise_choice(&mut choice);
            least = least.max(value);
            if round_up(least) >= self.target() {
                return Vec::new();
            }
            let mut dropped = 0;
            loop {
                match self.sweep(&mut choice, &mut least) {
                    Swept::Nothing => return Vec::new(),
                    Swept::Dropped(0) => break,
                    Swept::Dropped(count) => dropped += count,
                }
            }
            // Much easier than before: worth raising the bound again before parting.
            if dropped * 3 < before {
                break;
            }
        }
        let Some(j) = self.job_to_part_by() else {
            let mut agent = vec![0; self.p.jobs];
            for (i, left) in choice.left.iter().enumerate() {
                for &j in choice.patterns.jobs(left[0]) {
                    agent[j as usize] = i;
                }
            }
            self.offer(&agent);
            return Vec::new();
        };
        let slack = (self.target() - 1).saturating_mul(SCALE).saturating_sub(self.sweep.value);
        let mut parts: Vec<(i64, usize)> = (0..m)
            .filter(|&i| self.sweep.pairs[j * m + i] <= slack)
            .map(|i| (self.sweep.pairs[j * m + i], i))
            .collect();
        parts.sort_unstable();
        let value = self.sweep.value;
        let part = |&(costs, i): &(i64, usize)| {
            let left = choice.left.iter().enumerate().map(|(k, left)| {
                let fits = |&c: &u32| choice.patterns.has(c, j) == (k == i);
                left.iter().copied().filter(fits).collect()
            });
            let patterns = choice.patterns.clone();
            let part = Choice { patterns, left: left.collect(), price: choice.price.clone() };
            (least.max(value.saturating_add(costs)), part)
        };
        parts.iter().rev().map(part).collect()
    }

    /// Raises the bound by subgradient steps over the packings that are left.
    fn raise_choice(&mut self, choice: &mut Choice) -> i64 {
        let p = self.p;
        let mut price = choice.price.clone();
        let mut best = i64::MIN;
        let mut cheapest = Vec::new();
        let mut direction = vec![0.0_f64; p.jobs];
        let mut packed = vec![0_i32; p.jobs];
        let (mut pace, mut idle) = (0.5, 0);
        let size: usize = choice.left.iter().map(Vec::len).sum();
        for _ in 0..ROUNDS {
            let value = relax(choice, &price, &mut cheapest);
            self.knapsacks.effort += size as u64 / 4;
            if value > best {
                best = value;
                choice.price.clone_from(&price);
                idle = 0;
            } else {
                idle += 1;
                if idle >= 7 {
                    (pace, idle) = (pace * 0.6, 0);
                    price.clone_from(&choice.price);
                    direction.fill(0.0);
                }
            }
            if round_up(best) >= self.target() {
                break;
            }
            packed.fill(0);
            for &(_, c) in &cheapest {
                for &j in choice.patterns.jobs(c) {
                    packed[j as usize] += 1;
                }
            }
            if packed.iter().all(|&packed| packed == 1) {
                let mut agent = vec![0; p.jobs];
                for (i, &(_, c)) in cheapest.iter().enumerate() {
                    for &j in choice.patterns.jobs(c) {
                        agent[j as usize] = i;
                    }
                }
                self.offer(&agent);
                break;
            }
            let mut norm = 0.0;
            for (turn, &packed) in direction.iter_mut().zip(&packed) {
                *turn = *turn * 0.3 + 1.0 - f64::from(packed);
                norm += *turn * *turn;
            }
            let near = best + (best.abs() / 1000).max(4 * SCALE);
            let aim = near.min(self.target().saturating_mul(SCALE));
            let length = pace * (aim - value).max(SCALE) as f64 / norm.max(1e-9);
            for (price, turn) in price.iter_mut().zip(&direction) {
                let most = (1_i64 << 48) as f64;
                *price += (length * turn).round().clamp(-most, most) as i64;
            }
        }
        best
    }

    /// Drops the packings that nothing better can contain.
    fn sweep(&mut self, choice: &mut Choice, least: &mut i64) -> Swept {
        let (jobs, m) = (self.p.jobs, self.p.agents);
        let target = self.target();
        let patterns = choice.patterns.clone();
        let mut cheapest = Vec::new();
        let value = relax(choice, &choice.price, &mut cheapest);
        let slack = (target - 1).saturating_mul(SCALE).saturating_sub(value);
        if slack < 0 {
            return Swept::Nothing;
        }
        let never = slack.saturating_add(1);
        let room = &mut self.sweep;
        room.value = value;
        for list in [&mut room.having, &mut room.without, &mut room.pairs] {
            list.clear();
        }
        room.having.resize(jobs * m, never);
        room.without.resize(jobs * m, 0);
        room.pairs.resize(jobs * m, never);
        let mut dropped = 0;
        for (i, left) in choice.left.iter_mut().enumerate() {
            let (cost, best) = cheapest[i];
            for &j in patterns.jobs(best) {
                room.without[j as usize * m + i] = never;
            }
            let count = left.len();
            left.retain(|&c| {
                let over = reduced(&patterns, &choice.price, c) - cost;
                if over > slack {
                    return false;
                }
                for &j in patterns.jobs(c) {
                    let at = j as usize * m + i;
                    room.having[at] = room.having[at].min(over);
                }
                for &j in patterns.jobs(best) {
                    if !patterns.has(c, j as usize) {
                        let at = j as usize * m + i;
                        room.without[at] = room.without[at].min(over);
                    }
                }
                true
            });
            dropped += count - left.len();
            self.knapsacks.effort += count as u64;
        }
        for j in 0..jobs {
            let row = j * m..(j + 1) * m;
            let elsewhere: i64 = room.without[row.clone()].iter().sum();
            let mut first = i64::MAX;
            for at in row {
                if room.having[at] <= slack {
                    room.pairs[at] = (room.having[at] + elsewhere - room.without[at]).min(never);
                    first = first.min(room.pairs[at]);
                }
            }
            if first > slack {
                return Swept::Nothing;
            }
            *least = (*least).max(value.saturating_add(first));
        }
        // A packing keeps its jobs from all others.
        for (i, left) in choice.left.iter_mut().enumerate() {
            let (cost, _) = cheapest[i];
            let count = left.len();
            left.retain(|&c| {
                room.over.clear();
                room.over.resize(m, 0);
                for &j in patterns.jobs(c) {
                    let row = j as usize * m;
                    if room.pairs[row + i] > slack {
                        return false;
                    }
                    for (over, &without) in room.over.iter_mut().zip(&room.without[row..row + m]) {
                        *over = (*over).max(without);
                    }
                }
                let over = reduced(&patterns, &choice.price, c) - cost;
                // A job it does without must be with another.
                let missing = patterns.jobs(cheapest[i].1).iter().map(|&j| j as usize);
                let elsewhere = missing
                    .filter(|&j| !patterns.has(c, j))
                    .map(|j| {
                        let having = &room.having[j * m..(j + 1) * m];
                        let (before, after) = (&having[..i], &having[i + 1..]);
                        before.iter().chain(after).copied().min().unwrap_or(never)
                    })
                    .max();
                room.over[i] = over;
                room.over.iter().sum::<i64>() <= slack && over + elsewhere.unwrap_or(0) <= slack
            });
            dropped += count - left.len();
            if left.is_empty() {
                return Swept::Nothing;
            }
        }
        Swept::Dropped(dropped)
    }

    /// The job whose parts would be least to go through; none when every job has one agent left.
    fn job_to_part_by(&self) -> Option<usize> {
        let m = self.p.agents;
        let slack = (self.target() - 1).saturating_mul(SCALE).saturating_sub(self.sweep.value);
        let mut best = (f64::INFINITY, None);
        for j in 0..self.p.jobs {
            let (mut work, mut count) = (0.0, 0);
            for &costs in &self.sweep.pairs[j * m..(j + 1) * m] {
                if costs <= slack {
                    let share = 1.0 - costs as f64 / slack.max(1) as f64;
                    work += 0.01 + share * share * share;
                    count += 1;
                }
            }
            if count > 1 && work < best.0 {
                best = (work, Some(j));
            }
        }
        best.1
    }
}

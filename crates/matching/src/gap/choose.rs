//! One packing for each agent so that every job is packed once: bounds by prices over the
//! packings that are left, of which those are dropped that nothing better can contain.

use super::branch::Run;
use super::lagrange::{SCALE, round_up};
use super::pattern::{Choice, Patterns};

/// Steps of prices before what they come to is reckoned over all packings, and how often.
const ROUNDS: usize = 15;
const TURNS: usize = 2;
/// Packings are nearly the cheapest within this part of what would make them useless.
const NEARLY: i64 = 4;

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
    /// The agents that lose by doing without each job, and what: those of job `j` are
    /// `held[first[j]..first[j + 1]]`.
    held: Vec<(u32, i64)>,
    first: Vec<u32>,
    /// The least that having each job costs, at which agent, and at any other.
    cheapest: Vec<(i64, u32, i64)>,
    /// What each packing costs at the prices, and those of each agent that are nearly the cheapest.
    costs: Vec<i64>,
    near: Vec<Vec<u32>>,
}

impl Sweep {
    /// Looks up for each job who would lose by doing without it, and where having it costs least.
    fn look(&mut self, jobs: usize, m: usize) {
        self.held.clear();
        self.first.clear();
        self.cheapest.clear();
        for j in 0..jobs {
            self.first.push(self.held.len() as u32);
            let mut cheapest = (i64::MAX, u32::MAX, i64::MAX);
            for i in 0..m {
                let (having, without) = (self.having[j * m + i], self.without[j * m + i]);
                if without > 0 {
                    self.held.push((i as u32, without));
                }
                if having < cheapest.0 {
                    cheapest = (having, i as u32, cheapest.0);
                } else {
                    cheapest.2 = cheapest.2.min(having);
                }
            }
            self.cheapest.push(cheapest);
        }
        self.first.push(self.held.len() as u32);
    }

    fn holders(&self, j: usize) -> &[(u32, i64)] {
        &self.held[self.first[j] as usize..self.first[j + 1] as usize]
    }
}

fn reduced(patterns: &Patterns, price: &[i64], c: u32) -> i64 {
    let mut cost = patterns.cost[c as usize];
    for &j in patterns.jobs(c) {
        cost -= price[usize::from(j)];
    }
    cost
}

/// The cheapest of some packings of each agent at the prices, and the value of the relaxation.
fn relax(patterns: &Patterns, left: &[Vec<u32>], price: &[i64], best: &mut Vec<(i64, u32)>) -> i64 {
    best.clear();
    let mut value = price.iter().sum::<i64>();
    for left in left {
        let mut least = (i64::MAX, u32::MAX);
        for &c in left {
            let cost = reduced(patterns, price, c);
            if cost < least.0 {
                least = (cost, c);
            }
        }
        value += least.0;
        best.push(least);
    }
    value
}

/// The same, with the packings of each agent that are nearly as cheap as its cheapest.
fn relax_near(choice: &Choice, price: &[i64], room: &mut Sweep, far: impl Fn(i64) -> i64) -> i64 {
    let mut value = price.iter().sum::<i64>();
    room.near.resize_with(choice.left.len(), Vec::new);
    room.costs.clear();
    let mut least = Vec::with_capacity(choice.left.len());
    for left in &choice.left {
        let from = room.costs.len();
        room.costs.extend(left.iter().map(|&c| reduced(&choice.patterns, price, c)));
        least.push(room.costs[from..].iter().copied().min().unwrap_or(i64::MAX));
        value += least[least.len() - 1];
    }
    let far = far(value);
    let mut costs = room.costs.iter();
    for ((left, least), near) in choice.left.iter().zip(least).zip(&mut room.near) {
        near.clear();
        let cheap = left.iter().zip(costs.by_ref()).filter(|&(_, &cost)| cost <= least + far);
        near.extend(cheap.map(|(&c, _)| c));
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
            choice.close_up();
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
                    Swept::Dropped(count) => {
                        dropped += count;
                        // A few more are not worth going over all of them again.
                        if count * 20 <= before - dropped {
                            break;
                        }
                    }
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
                    agent[usize::from(j)] = i;
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

    /// Raises the bound by subgradient steps. They look at the packings that are nearly the
    /// cheapest of their agents alone; what they come to is then reckoned over all that are left.
    fn raise_choice(&mut self, choice: &mut Choice) -> i64 {
        let size: usize = choice.left.iter().map(Vec::len).sum();
        let goal = self.target();
        let slack = |value: i64| (goal - 1).saturating_mul(SCALE).saturating_sub(value).max(0);
        let mut best = i64::MIN;
        let mut price = choice.price.clone();
        let mut pace = 0.5;
        for turn in 0..=TURNS {
            let far = |value| slack(value) / NEARLY;
            let mut room = std::mem::take(&mut self.sweep);
            let value = relax_near(choice, &price, &mut room, far);
            self.knapsacks.effort += size as u64 / 2;
            let better = value > best;
            if better {
                best = value;
                choice.price.clone_from(&price);
            }
            let done = turn == TURNS || !better || round_up(best) >= goal;
            if !done {
                pace = self.climb_choice(choice, &room.near, &mut price, pace);
            }
            self.sweep = room;
            if done {
                break;
            }
        }
        best
    }

    /// Subgradient steps over some packings of each agent, from the prices given to the best come
    /// upon. Returns the pace to go on with.
    fn climb_choice(
        &mut self,
        choice: &Choice,
        near: &[Vec<u32>],
        start: &mut Vec<i64>,
        mut pace: f64,
    ) -> f64 {
        let p = self.p;
        let mut price = start.clone();
        let mut best = i64::MIN;
        let mut cheapest = Vec::new();
        let mut direction = vec![0.0_f64; p.jobs];
        let mut packed = vec![0_i32; p.jobs];
        let mut idle = 0;
        let size: usize = near.iter().map(Vec::len).sum();
        for _ in 0..ROUNDS {
            let value = relax(&choice.patterns, near, &price, &mut cheapest);
            self.knapsacks.effort += size as u64 / 2;
            if value > best {
                best = value;
                start.clone_from(&price);
                idle = 0;
            } else {
                idle += 1;
                if idle >= 7 {
                    (pace, idle) = (pace * 0.6, 0);
                    price.clone_from(start);
                    direction.fill(0.0);
                }
            }
            if round_up(best) >= self.target() {
                break;
            }
            packed.fill(0);
            for &(_, c) in &cheapest {
                for &j in choice.patterns.jobs(c) {
                    packed[usize::from(j)] += 1;
                }
            }
            if packed.iter().all(|&packed| packed == 1) {
                let mut agent = vec![0; p.jobs];
                for (i, &(_, c)) in cheapest.iter().enumerate() {
                    for &j in choice.patterns.jobs(c) {
                        agent[usize::from(j)] = i;
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
        pace
    }

    /// Drops the packings that nothing better can contain.
    fn sweep(&mut self, choice: &mut Choice, least: &mut i64) -> Swept {
        let (jobs, m) = (self.p.jobs, self.p.agents);
        let target = self.target();
        let patterns = choice.patterns.clone();
        let mut cheapest = Vec::new();
        let value = relax(&patterns, &choice.left, &choice.price, &mut cheapest);
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
                room.without[usize::from(j) * m + i] = never;
            }
            let count = left.len();
            left.retain(|&c| {
                let over = reduced(&patterns, &choice.price, c) - cost;
                if over > slack {
                    return false;
                }
                for &j in patterns.jobs(c) {
                    let at = usize::from(j) * m + i;
                    room.having[at] = room.having[at].min(over);
                }
                for &j in patterns.jobs(best) {
                    if !patterns.has(c, usize::from(j)) {
                        let at = usize::from(j) * m + i;
                        room.without[at] = room.without[at].min(over);
                    }
                }
                true
            });
            dropped += count - left.len();
            self.knapsacks.effort += 2 * count as u64;
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
        room.look(jobs, m);
        let mut most = vec![0; m];
        // A packing keeps its jobs from all others.
        for (i, left) in choice.left.iter_mut().enumerate() {
            let (cost, best) = cheapest[i];
            let count = left.len();
            left.retain(|&c| {
                let over = reduced(&patterns, &choice.price, c) - cost;
                let mut others = 0;
                let mut fits = true;
                for &j in patterns.jobs(c) {
                    let j = usize::from(j);
                    fits &= room.pairs[j * m + i] <= slack;
                    for &(k, without) in room.holders(j) {
                        let most = &mut most[k as usize];
                        if k as usize != i && without > *most {
                            others += without - *most;
                            *most = without;
                        }
                    }
                }
                for &j in patterns.jobs(c) {
                    for &(k, _) in room.holders(usize::from(j)) {
                        most[k as usize] = 0;
                    }
                }
                if !fits || over.saturating_add(others) > slack {
                    return false;
                }
                // A job it does without must be with another.
                let missing = patterns.jobs(best).iter().map(|&j| usize::from(j));
                let elsewhere = missing
                    .filter(|&j| !patterns.has(c, j))
                    .map(|j| match room.cheapest[j] {
                        (_, agent, second) if agent as usize == i => second,
                        (least, _, _) => least,
                    })
                    .max();
                over.saturating_add(elsewhere.unwrap_or(0)) <= slack
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

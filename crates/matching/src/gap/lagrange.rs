//! The Lagrangian relaxation: each job has a price, each agent packs the jobs worth most.

use super::Instance;
use super::core::{self, Core, Item};

/// Prices count in 256ths, so that sums stay whole and bounds exact.
pub(crate) const SCALE: i64 = 256;
/// Pairs are closed by going through every load up to a capacity while that takes no more steps.
const DEEP: usize = 4_000_000;

/// An instance to minimise, jobs by agents.
pub(crate) struct Problem {
    pub(crate) agents: usize,
    pub(crate) jobs: usize,
    /// `cost[j * agents + i]`.
    pub(crate) cost: Vec<i64>,
    pub(crate) usage: Vec<i64>,
    pub(crate) capacity: Vec<i64>,
}

impl Problem {
    pub(crate) fn new(instance: &Instance, sign: i64) -> Self {
        let (agents, jobs) = (instance.agents, instance.jobs);
        let turn = |list: &[i64], sign: i64| -> Vec<i64> {
            (0..jobs)
                .flat_map(|j| (0..agents).map(move |i| i * jobs + j))
                .map(|at| sign * list[at])
                .collect()
        };
        Self {
            agents,
            jobs,
            cost: turn(&instance.cost, sign),
            usage: turn(&instance.usage, 1),
            capacity: instance.capacity.clone(),
        }
    }

    /// Pairs that fit at all.
    pub(crate) fn open(&self) -> Vec<bool> {
        (0..self.jobs * self.agents)
            .map(|at| self.usage[at] <= self.capacity[at % self.agents])
            .collect()
    }
}

/// The relaxation at some prices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relaxed {
    /// Its value, in 256ths.
    pub(crate) value: i64,
    /// How often each job is packed.
    pub(crate) packed: Vec<u32>,
    /// Whether each pair is packed.
    pub(crate) chosen: Vec<bool>,
}

#[derive(Default)]
pub(crate) struct Knapsacks {
    /// How many items were packed so far: a measure of effort that is the same on every machine.
    pub(crate) effort: u64,
    core: Core,
    items: Vec<Item>,
    /// What having a pair costs its agent's packing, and what doing without it does.
    having: Vec<i64>,
    without: Vec<i64>,
    forward: Vec<i64>,
}

impl Knapsacks {
    /// Packs every agent at the prices.
    pub(crate) fn relax(&mut self, p: &Problem, open: &[bool], price: &[i64], out: &mut Relaxed) {
        out.value = price.iter().sum();
        out.packed.clear();
        out.packed.resize(p.jobs, 0);
        out.chosen.clear();
        out.chosen.resize(p.jobs * p.agents, false);
        for i in 0..p.agents {
            out.value -= self.pack(p, open, price, i);
            for at in 0..self.items.len() {
                let (j, worth, _) = self.items[at];
                if worth < 0 {
                    // Marked as taken by `pack`.
                    out.packed[j] += 1;
                    out.chosen[j * p.agents + i] = true;
                }
            }
        }
    }

    /// What each agent's part of an assignment is worth less than its best packing.
    pub(crate) fn lost(
        &mut self,
        p: &Problem,
        open: &[bool],
        price: &[i64],
        agent: &[usize],
    ) -> Vec<i64> {
        let mut lost: Vec<i64> = (0..p.agents).map(|i| self.pack(p, open, price, i)).collect();
        for (j, &i) in agent.iter().enumerate() {
            lost[i] -= price[j] - p.cost[j * p.agents + i] * SCALE;
        }
        for lost in &mut lost {
            *lost = (*lost).max(0);
        }
        lost
    }

    fn gather(&mut self, p: &Problem, open: &[bool], price: &[i64], i: usize) {
        self.items.clear();
        for (j, price) in price.iter().enumerate() {
            let at = j * p.agents + i;
            let worth = price - p.cost[at] * SCALE;
            if open[at] && worth > 0 {
                self.items.push((j, worth, p.usage[at] as usize));
            }
        }
    }

    /// Packs one agent; the items taken come back with their worth negated.
    fn pack(&mut self, p: &Problem, open: &[bool], price: &[i64], i: usize) -> i64 {
        self.gather(p, open, price, i);
        self.effort += self.items.len() as u64 / 2;
        let capacity = p.capacity[i];
        let total: i64 = self.items.iter().map(|item| item.2 as i64).sum();
        if total <= capacity {
            let sum = self.items.iter().map(|item| item.1).sum();
            for item in &mut self.items {
                item.1 = -item.1;
            }
            return sum;
        }
        self.core.pack(&mut self.items, capacity)
    }

    /// What it costs at least to have each pair, by what a unit of the agent's capacity is worth:
    /// quicker than going through every load, and nearly as good where loads are many.
    fn cost_by_worth(
        &mut self,
        p: &Problem,
        open: &[bool],
        price: &[i64],
        i: usize,
        having: &mut [i64],
    ) {
        let best = self.pack(p, open, price, i);
        self.gather(p, open, price, i);
        self.items.sort_unstable_by(core::denser);
        // The worth of a unit, at which the items fill the agent, as a fraction.
        let mut left = i128::from(p.capacity[i]);
        let full = self.items.iter().find(|item| {
            left -= item.2 as i128;
            left < 0
        });
        let (worth, usage) = full.map_or((0, 1), |&(_, worth, usage)| (worth, usage.max(1)));
        let (worth, usage) = (i128::from(worth), usage as i128);
        // Everything times `usage`: no packing is worth more than `most`.
        let over = |worth_: i64, usage_: usize| i128::from(worth_) * usage - worth * usage_ as i128;
        let most = worth * i128::from(p.capacity[i])
            + self.items.iter().map(|&(_, w, u)| over(w, u).max(0)).sum::<i128>();
        for (j, price) in price.iter().enumerate().take(p.jobs) {
            let at = j * p.agents + i;
            if open[at] {
                let with = over(price - p.cost[at] * SCALE, p.usage[at] as usize);
                let costs = (i128::from(best) * usage - most - with.min(0)).div_euclid(usage);
                having[at] = i64::try_from(costs.max(0)).unwrap_or(i64::MAX / 4);
            }
        }
    }

    /// What it costs each agent's packing, at least, to have a pair and to do without it.
    fn cost_of_pairs(&mut self, p: &Problem, open: &[bool], price: &[i64]) {
        let cells = p.jobs * p.agents;
        let (mut having, mut without) =
            (std::mem::take(&mut self.having), std::mem::take(&mut self.without));
        having.clear();
        having.resize(cells, 0);
        without.clear();
        without.resize(cells, 0);
        let mut forward = std::mem::take(&mut self.forward);
        for i in 0..p.agents {
            let room = p.capacity[i] as usize;
            self.gather(p, open, price, i);
            let count = self.items.len();
            if (count + 1).saturating_mul(room + 1) > DEEP {
                self.cost_by_worth(p, open, price, i, &mut having);
                continue;
            }
            let width = room + 1;
            self.effort += ((count + 1) * width) as u64 / 24;
            forward.clear();
            forward.resize((count + 1) * width, 0);
            for (index, &(_, worth, usage)) in self.items.iter().enumerate() {
                let (before, after) = forward.split_at_mut((index + 1) * width);
                let before = &before[index * width..];
                let after = &mut after[..width];
                after.copy_from_slice(before);
                if usage < width {
                    for (after, before) in after[usage..].iter_mut().zip(before) {
                        *after = (*after).max(before + worth);
                    }
                }
            }
            let best = forward[count * width + room];
            let mut backward = vec![0_i64; width];
            let most = |before: &[i64], backward: &[i64], left: usize| {
                let both = before[..=left].iter().zip(backward[..=left].iter().rev());
                both.map(|(a, b)| a + b).max().unwrap_or(0)
            };
            for index in (0..count).rev() {
                let (j, worth, usage) = self.items[index];
                let at = j * p.agents + i;
                let before = &forward[index * width..(index + 1) * width];
                having[at] = best - worth - most(before, &backward, room - usage);
                if having[at] == 0 {
                    without[at] = best - most(before, &backward, room);
                }
                for c in (usage..width).rev() {
                    backward[c] = backward[c].max(backward[c - usage] + worth);
                }
            }
            for (j, price) in price.iter().enumerate().take(p.jobs) {
                let at = j * p.agents + i;
                let worth = price - p.cost[at] * SCALE;
                if open[at] && worth <= 0 {
                    let left = room - p.usage[at] as usize;
                    having[at] = best - forward[count * width + left] - worth;
                }
            }
        }
        (self.having, self.without, self.forward) = (having, without, forward);
    }

    /// Closes pairs that cannot be in anything better than `target`, given the relaxation at
    /// these prices. A job at one agent is at no other, so what having the pair costs its agent
    /// and what doing without the job costs the others add up.
    pub(crate) fn close(
        &mut self,
        p: &Problem,
        open: &mut [bool],
        price: &[i64],
        value: i64,
        target: i64,
    ) -> Closing {
        self.cost_of_pairs(p, open, price);
        let m = p.agents;
        // In 256ths: anything above this is no better than the target.
        let slack = (target - 1).saturating_mul(SCALE).saturating_sub(value);
        let mut closing = Closing { closed: 0, lift: 0, pick: None };
        let mut most = -1;
        for j in 0..p.jobs {
            let row = j * m..(j + 1) * m;
            let elsewhere: i64 = self.without[row.clone()].iter().sum();
            let (mut first, mut second) = ((i64::MAX, 0), i64::MAX);
            for at in row.filter(|&at| open[at]).collect::<Vec<_>>() {
                let costs = self.having[at] + elsewhere - self.without[at];
                if costs > slack {
                    open[at] = false;
                    closing.closed += 1;
                }
                if costs < first.0 {
                    second = first.0;
                    first = (costs, at - j * m);
                } else {
                    second = second.min(costs);
                }
            }
            closing.lift = closing.lift.max(first.0.min(1 << 60));
            if second <= slack {
                let doubt = first.0.saturating_mul(4).saturating_add(second);
                if doubt > most {
                    most = doubt;
                    closing.pick =
                        Some(Pick { job: j, agent: first.1, there: first.0, not: second });
                }
            }
        }
        closing
    }
}

/// What closing pairs came to.
pub(crate) struct Closing {
    /// How many pairs were closed.
    pub(crate) closed: usize,
    /// How much dearer, in 256ths, anything is than the relaxation.
    pub(crate) lift: i64,
    /// The pair to branch on; none when no job has two agents left.
    pub(crate) pick: Option<Pick>,
}

/// A pair, and how much dearer than the relaxation anything is with it and without it.
pub(crate) struct Pick {
    pub(crate) job: usize,
    pub(crate) agent: usize,
    pub(crate) there: i64,
    pub(crate) not: i64,
}

/// Prices to begin with: what each job costs at its best agent when units of capacity are paid for
/// at rates that hold the agents' loads near their capacities. Quick, because nothing is packed.
pub(crate) fn first_prices(p: &Problem, open: &[bool]) -> Vec<i64> {
    let m = p.agents;
    let mut rate = vec![0.0_f64; m];
    let mut best = (f64::NEG_INFINITY, rate.clone());
    let (mut pace, mut idle) = (1.0, 0);
    let cheapest = |rate: &[f64], j: usize| {
        (0..m)
            .filter(|&i| open[j * m + i])
            .map(|i| (p.cost[j * m + i] as f64 + rate[i] * p.usage[j * m + i] as f64, i))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap_or((0.0, 0))
    };
    for _ in 0..200 {
        let mut over: Vec<f64> = p.capacity.iter().map(|&capacity| -(capacity as f64)).collect();
        let mut value = 0.0;
        for j in 0..p.jobs {
            let (cost, i) = cheapest(&rate, j);
            value += cost;
            over[i] += p.usage[j * m + i] as f64;
        }
        value -= rate.iter().zip(&p.capacity).map(|(r, &c)| r * c as f64).sum::<f64>();
        idle += 1;
        if value > best.0 {
            best = (value, rate.clone());
            idle = 0;
        } else if idle >= 8 {
            (pace, idle) = (pace * 0.6, 0);
            rate.clone_from(&best.1);
            continue;
        }
        let norm: f64 = over
            .iter()
            .zip(&rate)
            .filter(|&(over, rate)| *over > 0.0 || *rate > 0.0)
            .map(|(over, _)| over * over)
            .sum();
        if norm <= 0.0 || pace < 0.01 {
            break;
        }
        let length = pace * (best.0.abs() * 0.02 + best.0 - value).max(1.0) / norm;
        for (rate, over) in rate.iter_mut().zip(&over) {
            *rate = (*rate + length * over).max(0.0);
        }
    }
    let most = (1_i64 << 50) as f64;
    (0..p.jobs)
        .map(|j| (cheapest(&best.1, j).0 * SCALE as f64).round().clamp(-most, most) as i64)
        .collect()
}

/// What a unit of each agent's capacity is worth at the prices, in 256ths: the worth per unit of
/// the job at which its knapsack is full.
pub(crate) fn worth(p: &Problem, open: &[bool], price: &[i64]) -> Vec<i64> {
    // Any worth gives a bound: this much keeps sums over jobs and capacities exact.
    let most = |i: usize| (1 << 56) / (p.capacity[i].max(1) * (p.agents + p.jobs) as i64).max(1);
    let each = |i: usize| {
        let mut items: Vec<(i64, i64)> = (0..p.jobs)
            .map(|j| j * p.agents + i)
            .filter(|&at| open[at])
            .map(|at| (price[at / p.agents] - p.cost[at] * SCALE, p.usage[at].max(1)))
            .filter(|item| item.0 > 0)
            .collect();
        items.sort_by_key(|&(worth, usage)| -worth / usage);
        let mut left = p.capacity[i];
        for (worth, usage) in items {
            left -= usage;
            if left < 0 {
                return (worth / usage).min(most(i));
            }
        }
        0
    };
    (0..p.agents).map(each).collect()
}

/// The smallest whole number not below a value in 256ths.
pub(crate) fn round_up(value: i64) -> i64 {
    value.div_euclid(SCALE) + i64::from(value.rem_euclid(SCALE) > 0)
}

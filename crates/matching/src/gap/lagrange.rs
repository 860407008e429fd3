//! The Lagrangian relaxation: each job has a price, each agent packs the jobs worth most.

use super::Instance;

/// Prices count in 256ths, so that sums stay whole and bounds exact.
pub(crate) const SCALE: i64 = 256;
/// Beyond this capacity knapsacks are bounded by their fractional solution.
const DEEP: i64 = 20_000;

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
    best: Vec<i64>,
    take: Vec<u64>,
    items: Vec<(usize, i64, usize)>,
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
        let capacity = p.capacity[i];
        let total: i64 = self.items.iter().map(|item| item.2 as i64).sum();
        if total <= capacity {
            let sum = self.items.iter().map(|item| item.1).sum();
            for item in &mut self.items {
                item.1 = -item.1;
            }
            return sum;
        }
        if capacity > DEEP {
            return self.fractional(capacity);
        }
        let room = capacity as usize;
        let words = room / 64 + 1;
        self.best.clear();
        self.best.resize(room + 1, 0);
        self.take.clear();
        self.take.resize(words * self.items.len(), 0);
        let mut reach = 0;
        for (index, &(_, worth, usage)) in self.items.iter().enumerate() {
            let take = &mut self.take[index * words..(index + 1) * words];
            reach = (reach + usage).min(room);
            for c in (usage..=room).rev() {
                let with = self.best[c - usage] + worth;
                if with > self.best[c] {
                    self.best[c] = with;
                    take[c / 64] |= 1 << (c % 64);
                }
            }
        }
        let mut c = room;
        for index in (0..self.items.len()).rev() {
            if self.take[index * words + c / 64] >> (c % 64) & 1 == 1 {
                c -= self.items[index].2;
                self.items[index].1 = -self.items[index].1;
            }
        }
        self.best[room]
    }

    fn fractional(&mut self, capacity: i64) -> i64 {
        self.items.sort_by(|a, b| {
            (i128::from(b.1) * a.2.max(1) as i128).cmp(&(i128::from(a.1) * b.2.max(1) as i128))
        });
        let (mut left, mut sum) = (capacity, 0);
        for item in &mut self.items {
            let usage = item.2 as i64;
            if usage <= left {
                left -= usage;
                sum += item.1;
                item.1 = -item.1;
            } else {
                // Rounded up: still no less than the best packing.
                let (worth, left, usage) =
                    (i128::from(item.1), i128::from(left), i128::from(usage.max(1)));
                // No more than the item's worth, as less is left than it uses.
                sum += ((worth * left + usage - 1) / usage) as i64;
                break;
            }
        }
        sum
    }

    /// Closes pairs that cannot be in anything better than `target`, given the relaxation at
    /// these prices. Says how many it closed.
    pub(crate) fn close(
        &mut self,
        p: &Problem,
        open: &mut [bool],
        price: &[i64],
        value: i64,
        target: i64,
    ) -> usize {
        let mut closed = 0;
        // In 256ths: anything above this is no better than the target.
        let slack = (target - 1) * SCALE - value;
        let mut forward: Vec<i64> = Vec::new();
        for i in 0..p.agents {
            if p.capacity[i] > DEEP {
                continue;
            }
            let room = p.capacity[i] as usize;
            self.gather(p, open, price, i);
            let count = self.items.len();
            let width = room + 1;
            forward.clear();
            forward.resize((count + 1) * width, 0);
            for (index, &(_, worth, usage)) in self.items.iter().enumerate() {
                let (before, after) = forward.split_at_mut((index + 1) * width);
                let before = &before[index * width..];
                let after = &mut after[..width];
                after.copy_from_slice(before);
                for c in usage..width {
                    after[c] = after[c].max(before[c - usage] + worth);
                }
            }
            let best = forward[count * width + room];
            let mut backward = vec![0_i64; width];
            let mut forced = vec![i64::MIN; p.jobs];
            for index in (0..count).rev() {
                let (j, worth, usage) = self.items[index];
                let before = &forward[index * width..(index + 1) * width];
                let mut with = i64::MIN;
                if usage <= room {
                    let left = room - usage;
                    for c in 0..=left {
                        with = with.max(before[c] + backward[left - c]);
                    }
                }
                forced[j] = with.saturating_add(worth);
                for c in (usage..width).rev() {
                    backward[c] = backward[c].max(backward[c - usage] + worth);
                }
            }
            for j in 0..p.jobs {
                let at = j * p.agents + i;
                if !open[at] {
                    continue;
                }
                let worth = price[j] - p.cost[at] * SCALE;
                let with = if worth > 0 {
                    forced[j]
                } else {
                    let left = room - p.usage[at] as usize;
                    forward[count * width + left] + worth
                };
                if best - with > slack {
                    open[at] = false;
                    closed += 1;
                }
            }
        }
        closed
    }
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

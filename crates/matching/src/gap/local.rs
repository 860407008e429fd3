//! Assignments by repair and by a penalised search of shifts and swaps.

use super::lagrange::{Problem, SCALE};

/// Beyond so many jobs a step looks at the jobs of one agent.
const WIDE: usize = 300;

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.draw() % n.max(1) as u64) as usize
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// An assignment and its cost.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) agent: Vec<usize>,
    pub(crate) cost: i64,
}

/// A search over assignments that may overfill agents, at a price that adapts.
pub(crate) struct Walk<'a> {
    p: &'a Problem,
    pub(crate) agent: Vec<usize>,
    left: Vec<i64>,
    cost: i64,
    /// Price of one unit of overfill.
    weight: Vec<f64>,
    /// Until when a job may not return to an agent.
    tabu: Vec<u64>,
    now: u64,
    over_for: u32,
    within_for: u32,
}

impl<'a> Walk<'a> {
    /// From an assignment, with what a unit of each agent's capacity is worth in 256ths.
    pub(crate) fn new(p: &'a Problem, agent: Vec<usize>, worth: &[i64]) -> Self {
        let mut left = p.capacity.clone();
        let mut cost = 0;
        for (j, &i) in agent.iter().enumerate() {
            left[i] -= p.usage[j * p.agents + i];
            cost += p.cost[j * p.agents + i];
        }
        Self {
            weight: worth.iter().map(|&worth| 1.1 * worth.max(1) as f64 / SCALE as f64).collect(),
            tabu: vec![0; p.jobs * p.agents],
            now: 0,
            over_for: 0,
            within_for: 0,
            p,
            agent,
            left,
            cost,
        }
    }

    fn within(&self) -> bool {
        self.left.iter().all(|&left| left >= 0)
    }

    fn over(&self, i: usize, left: i64) -> f64 {
        self.weight[i] * (-left).max(0) as f64
    }

    fn shift(&mut self, j: usize, to: usize) {
        let from = self.agent[j];
        let (a, b) = (j * self.p.agents + from, j * self.p.agents + to);
        self.left[from] += self.p.usage[a];
        self.left[to] -= self.p.usage[b];
        self.cost += self.p.cost[b] - self.p.cost[a];
        self.agent[j] = to;
    }

    /// The agent to look at when there are many jobs: an overfull one while there are any.
    fn focus(&self, dice: &mut Dice) -> usize {
        let over: Vec<usize> = (0..self.p.agents).filter(|&i| self.left[i] < 0).collect();
        match over.as_slice() {
            [] => dice.below(self.p.agents),
            over => over[dice.below(over.len())],
        }
    }

    /// Takes the best shift or swap that is not barred; an assignment better than `best` is
    /// always taken. Returns the assignment's cost when it keeps within every capacity.
    pub(crate) fn step(&mut self, open: &[bool], best: i64, dice: &mut Dice) -> Option<i64> {
        self.now += 1;
        let p = self.p;
        let m = p.agents;
        let base: Vec<f64> = (0..m).map(|i| self.over(i, self.left[i])).collect();
        let mut least = f64::INFINITY;
        let mut moves: (usize, usize, usize) = (usize::MAX, 0, usize::MAX);
        let mut ties = 1;
        let focus = (p.jobs > WIDE).then(|| self.focus(dice));
        let looked_at = |it: &Self, j: usize| focus.is_none_or(|i| it.agent[j] == i);
        for j in (0..p.jobs).filter(|&j| looked_at(self, j)) {
            let from = self.agent[j];
            let at = j * m + from;
            let gain = self.over(from, self.left[from] + p.usage[at]) - base[from];
            for (to, &base_to) in base.iter().enumerate() {
                let b = j * m + to;
                if to == from || !open[b] {
                    continue;
                }
                let extra = self.over(to, self.left[to] - p.usage[b]) - base_to;
                let change = (p.cost[b] - p.cost[at]) as f64 + gain + extra;
                if change > least || (self.tabu[b] > self.now && !self.aspires(change, best)) {
                    continue;
                }
                if change == least {
                    ties += 1;
                    if dice.below(ties) != 0 {
                        continue;
                    }
                } else {
                    ties = 1;
                }
                least = change;
                moves = (j, to, usize::MAX);
            }
        }
        for j in (0..p.jobs).filter(|&j| looked_at(self, j)) {
            let a = self.agent[j];
            for k in if focus.is_some() { 0 } else { j + 1 }..p.jobs {
                let b = self.agent[k];
                if a == b {
                    continue;
                }
                let (ja, jb, ka, kb) = (j * m + a, j * m + b, k * m + a, k * m + b);
                if !open[jb] || !open[ka] {
                    continue;
                }
                let cost = (p.cost[jb] + p.cost[ka] - p.cost[ja] - p.cost[kb]) as f64;
                if cost - base[a] - base[b] > least {
                    continue;
                }
                let change = cost
                    + self.over(a, self.left[a] + p.usage[ja] - p.usage[ka])
                    + self.over(b, self.left[b] + p.usage[kb] - p.usage[jb])
                    - base[a]
                    - base[b];
                let barred = self.tabu[jb] > self.now || self.tabu[ka] > self.now;
                if change > least || (barred && !self.aspires(change, best)) {
                    continue;
                }
                if change == least {
                    ties += 1;
                    if dice.below(ties) != 0 {
                        continue;
                    }
                } else {
                    ties = 1;
                }
                least = change;
                moves = (j, b, k);
            }
        }
        let (j, to, other) = moves;
        if j == usize::MAX {
            self.tabu.fill(0);
            return None;
        }
        let from = self.agent[j];
        let tenure = 8 + dice.below(3 + p.jobs / 10) as u64;
        self.tabu[j * m + from] = self.now + tenure;
        self.shift(j, to);
        if other != usize::MAX {
            self.tabu[other * m + to] = self.now + tenure;
            self.shift(other, from);
        }
        let within = self.within();
        self.adapt(within);
        within.then_some(self.cost)
    }

    fn aspires(&self, change: f64, best: i64) -> bool {
        let now: f64 = (0..self.p.agents).map(|i| self.over(i, self.left[i])).sum();
        self.cost as f64 + now + change < best as f64 - 0.5
    }

    fn adapt(&mut self, within: bool) {
        if within {
            self.within_for += 1;
            self.over_for = 0;
        } else {
            self.over_for += 1;
            self.within_for = 0;
        }
        if self.within_for >= 4 {
            for weight in &mut self.weight {
                *weight *= 0.85;
            }
            self.within_for = 0;
        }
        if self.over_for >= 8 {
            for i in 0..self.p.agents {
                self.weight[i] *= if self.left[i] < 0 { 1.25 } else { 1.02 };
            }
            self.over_for = 0;
        }
    }
}

/// Makes an assignment of a packing: jobs packed several times stay where they cost least, jobs
/// packed nowhere go where they fit best, or, when nowhere, where they overfill least. Capacity
/// is paid for at what a unit of it is worth, in 256ths.
pub(crate) fn repair(p: &Problem, open: &[bool], chosen: &[bool], worth: &[i64]) -> Vec<usize> {
    let m = p.agents;
    let priced = |at: usize| p.cost[at] * SCALE + worth[at % m] * p.usage[at];
    let mut left = p.capacity.clone();
    let mut agent = vec![usize::MAX; p.jobs];
    for j in 0..p.jobs {
        let keep = (0..m).filter(|&i| chosen[j * m + i]).min_by_key(|&i| priced(j * m + i));
        if let Some(i) = keep {
            agent[j] = i;
            left[i] -= p.usage[j * m + i];
        }
    }
    let mut waiting: Vec<usize> = (0..p.jobs).filter(|&j| agent[j] == usize::MAX).collect();
    while !waiting.is_empty() {
        // The job that loses most when it misses its best place goes first.
        let mut pick = (i64::MIN, 0, 0);
        for (index, &j) in waiting.iter().enumerate() {
            let mut best = (i64::MAX, 0);
            let mut second = i64::MAX;
            for i in (0..m).filter(|&i| open[j * m + i] && p.usage[j * m + i] <= left[i]) {
                let cost = priced(j * m + i);
                if cost < best.0 {
                    second = best.0;
                    best = (cost, i);
                } else {
                    second = second.min(cost);
                }
            }
            if best.0 == i64::MAX {
                let least = (0..m)
                    .filter(|&i| open[j * m + i])
                    .min_by_key(|&i| (p.usage[j * m + i] - left[i], priced(j * m + i)));
                pick = (i64::MAX, index, least.unwrap_or(0));
                break;
            }
            let regret = second.saturating_sub(best.0);
            if regret > pick.0 {
                pick = (regret, index, best.1);
            }
        }
        let j = waiting.swap_remove(pick.1);
        agent[j] = pick.2;
        left[pick.2] -= p.usage[j * m + pick.2];
    }
    agent
}

/// The part of a problem that concerns some agents and the jobs they hold now.
pub(crate) struct Part {
    problem: Problem,
    open: Vec<bool>,
    jobs: Vec<usize>,
    agents: Vec<usize>,
    agent: Vec<usize>,
    /// What a unit of each agent's capacity is worth, in 256ths.
    worth: Vec<i64>,
}

impl Part {
    pub(crate) fn new(
        p: &Problem,
        open: &[bool],
        plan: &Plan,
        agents: &[usize],
        worth: &[i64],
    ) -> Self {
        let jobs: Vec<usize> = (0..p.jobs).filter(|&j| agents.contains(&plan.agent[j])).collect();
        let pairs = || jobs.iter().flat_map(|&j| agents.iter().map(move |&i| j * p.agents + i));
        let agent = jobs
            .iter()
            .map(|&j| agents.iter().position(|&i| i == plan.agent[j]).unwrap_or(0))
            .collect();
        Self {
            problem: Problem {
                agents: agents.len(),
                jobs: jobs.len(),
                cost: pairs().map(|at| p.cost[at]).collect(),
                usage: pairs().map(|at| p.usage[at]).collect(),
                capacity: agents.iter().map(|&i| p.capacity[i]).collect(),
            },
            open: pairs().map(|at| open[at]).collect(),
            agents: agents.to_vec(),
            worth: agents.iter().map(|&i| worth[i]).collect(),
            agent,
            jobs,
        }
    }

    /// Walks, and writes the best found into the plan: an equally good one too, so that plans
    /// drift over level ground.
    pub(crate) fn improve(&self, plan: &mut Plan, steps: usize, dice: &mut Dice) -> bool {
        let mut walk = Walk::new(&self.problem, self.agent.clone(), &self.worth);
        let start = walk.cost;
        let mut best = start + 1;
        let mut found = None;
        let mut since = 0;
        for _ in 0..steps {
            since += 1;
            if let Some(cost) = walk.step(&self.open, best, dice)
                && cost < best
                && walk.agent != self.agent
            {
                best = cost;
                found = Some(walk.agent.clone());
                since = 0;
            }
            if since > steps / 2 {
                break;
            }
        }
        self.write(plan, found, best - start)
    }

    pub(crate) fn write(&self, plan: &mut Plan, found: Option<Vec<usize>>, change: i64) -> bool {
        let Some(agent) = found else { return false };
        for (&j, &i) in self.jobs.iter().zip(&agent) {
            plan.agent[j] = self.agents[i];
        }
        plan.cost += change;
        change < 0
    }

    /// Goes through every assignment of the part that could be better, within a number of
    /// steps, and writes the best (or an equally good other one) into the plan.
    pub(crate) fn exhaust(&self, plan: &mut Plan, steps: usize) -> bool {
        let p = &self.problem;
        let start: i64 =
            self.agent.iter().enumerate().map(|(j, &i)| p.cost[j * p.agents + i]).sum();
        let (best, found) = self.dive(start + 1, steps);
        self.write(plan, found, best - start)
    }

    /// The part that is left when some jobs have their agents: the other jobs, all agents, what
    /// capacity remains.
    pub(crate) fn rest(p: &Problem, open: &[bool], fixed: &[usize], worth: &[i64]) -> Self {
        let mut capacity = p.capacity.clone();
        let mut jobs = Vec::new();
        for (j, &i) in fixed.iter().enumerate() {
            if i == usize::MAX {
                jobs.push(j);
            } else {
                capacity[i] -= p.usage[j * p.agents + i];
            }
        }
        let pairs = || jobs.iter().flat_map(|&j| (0..p.agents).map(move |i| j * p.agents + i));
        Self {
            problem: Problem {
                agents: p.agents,
                jobs: jobs.len(),
                cost: pairs().map(|at| p.cost[at]).collect(),
                usage: pairs().map(|at| p.usage[at]).collect(),
                capacity,
            },
            open: pairs().map(|at| open[at]).collect(),
            agents: (0..p.agents).collect(),
            agent: Vec::new(),
            worth: worth.to_vec(),
            jobs,
        }
    }

    /// Some jobs with all agents, and the room there is without them.
    pub(crate) fn few(
        p: &Problem,
        open: &[bool],
        plan: &Plan,
        jobs: Vec<usize>,
        room: Vec<i64>,
        worth: &[i64],
    ) -> Self {
        let pairs = || jobs.iter().flat_map(|&j| (0..p.agents).map(move |i| j * p.agents + i));
        Self {
            problem: Problem {
                agents: p.agents,
                jobs: jobs.len(),
                cost: pairs().map(|at| p.cost[at]).collect(),
                usage: pairs().map(|at| p.usage[at]).collect(),
                capacity: room,
            },
            open: pairs().map(|at| open[at]).collect(),
            agents: (0..p.agents).collect(),
            agent: jobs.iter().map(|&j| plan.agent[j]).collect(),
            worth: worth.to_vec(),
            jobs,
        }
    }

    /// Places the jobs of the part otherwise, at most `slack` dearer; says whether it could.
    pub(crate) fn again(&self, plan: &mut Plan, slack: i64, steps: usize) -> bool {
        let p = &self.problem;
        let start: i64 =
            self.agent.iter().enumerate().map(|(j, &i)| p.cost[j * p.agents + i]).sum();
        let (best, found) = self.dive(start + 1 + slack, steps);
        let moved = found.is_some();
        self.write(plan, found, best - start);
        moved
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.problem
    }

    pub(crate) fn open(&self) -> &[bool] {
        &self.open
    }

    pub(crate) fn jobs(&self) -> &[usize] {
        &self.jobs
    }

    pub(crate) fn worth(&self) -> &[i64] {
        &self.worth
    }

    /// The part as it is now.
    pub(crate) fn held(&self) -> Plan {
        let p = &self.problem;
        let cost = self.agent.iter().enumerate().map(|(j, &i)| p.cost[j * p.agents + i]).sum();
        Plan { agent: self.agent.clone(), cost }
    }

    /// Completes fixed jobs to a whole assignment below a cost for the rest, if there is one.
    pub(crate) fn complete(&self, fixed: &mut [usize], below: i64, steps: usize) -> bool {
        let (_, found) = self.dive(below, steps);
        let Some(agent) = found else { return false };
        for (&j, &i) in self.jobs.iter().zip(&agent) {
            fixed[j] = i;
        }
        true
    }

    fn dive(&self, below: i64, steps: usize) -> (i64, Option<Vec<usize>>) {
        let p = &self.problem;
        let priced = |at: usize| p.cost[at] * SCALE + self.worth[at % p.agents] * p.usage[at];
        let mut order: Vec<Open> = (0..p.jobs)
            .map(|j| {
                let mut options: Vec<(i64, usize)> = (0..p.agents)
                    .filter(|&i| self.open[j * p.agents + i])
                    .map(|i| (priced(j * p.agents + i), i))
                    .collect();
                options.sort_unstable();
                let regret = match options.as_slice() {
                    [first, second, ..] => second.0 - first.0,
                    _ => i64::MAX,
                };
                (-regret, j, options)
            })
            .collect();
        order.sort_unstable();
        let paid: i64 = p.capacity.iter().zip(&self.worth).map(|(c, w)| c * w).sum();
        let mut rest = vec![-paid; order.len() + 1];
        for depth in (0..order.len()).rev() {
            let least = order[depth].2.first().map_or(0, |option| option.0);
            rest[depth] = rest[depth + 1] + least;
        }
        let mut dive = Dive {
            p,
            order: &order,
            rest: &rest,
            left: p.capacity.clone(),
            agent: vec![0; p.jobs],
            held: &self.agent,
            best: below,
            found: None,
            steps,
        };
        dive.go(0, 0, 0);
        (dive.best, dive.found)
    }
}

/// A job to place: its regret (negated), itself, and its agents with what they cost at the worth
/// of capacity, cheapest first.
type Open = (i64, usize, Vec<(i64, usize)>);

struct Dive<'a> {
    p: &'a Problem,
    order: &'a [Open],
    rest: &'a [i64],
    left: Vec<i64>,
    agent: Vec<usize>,
    held: &'a [usize],
    best: i64,
    found: Option<Vec<usize>>,
    steps: usize,
}

impl Dive<'_> {
    fn go(&mut self, depth: usize, cost: i64, priced: i64) {
        if self.steps == 0 || priced + self.rest[depth] > (self.best - 1) * SCALE {
            return;
        }
        self.steps -= 1;
        let Some((_, j, options)) = self.order.get(depth) else {
            if cost < self.best && self.agent != self.held {
                self.best = cost;
                self.found = Some(self.agent.clone());
            }
            return;
        };
        for &(value, i) in options {
            let at = j * self.p.agents + i;
            if self.p.usage[at] > self.left[i] {
                continue;
            }
            if priced + value + self.rest[depth + 1] > (self.best - 1) * SCALE {
                break;
            }
            self.left[i] -= self.p.usage[at];
            self.agent[*j] = i;
            self.go(depth + 1, cost + self.p.cost[at], priced + value);
            self.left[i] += self.p.usage[at];
        }
    }
}

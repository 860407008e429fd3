//! Bounds, plans and proof put together: raise the bound, walk, close pairs, branch.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lagrange::{Knapsacks, Problem, Relaxed, SCALE, round_up};
use super::local::{Dice, Plan, Walk, repair};

pub(crate) struct Closed {
    pub(crate) value: Option<i64>,
    pub(crate) bound: i64,
    pub(crate) proved: bool,
    pub(crate) agent: Vec<usize>,
}

struct Node {
    open: Vec<bool>,
    price: Vec<i64>,
}

struct Run<'a> {
    p: &'a Problem,
    knapsacks: Knapsacks,
    best: Option<Plan>,
    dice: Dice,
}

/// What raising a bound came to.
struct Raised {
    /// In 256ths.
    value: i64,
    price: Vec<i64>,
    /// How often each pair was packed of late, by age-weighted mean.
    share: Vec<f32>,
}

pub(crate) fn run(p: &Problem, seed: u64, go_on: &mut dyn FnMut() -> bool) -> Closed {
    let mut run = Run { p, knapsacks: Knapsacks::default(), best: None, dice: Dice(seed) };
    let open = p.open();
    if (0..p.jobs).any(|j| !open[j * p.agents..(j + 1) * p.agents].contains(&true)) {
        return Closed { value: None, bound: 0, proved: true, agent: Vec::new() };
    }
    let start: Vec<i64> = (0..p.jobs)
        .map(|j| {
            let mut costs: Vec<i64> = (0..p.agents)
                .filter(|&i| open[j * p.agents + i])
                .map(|i| p.cost[j * p.agents + i])
                .collect();
            costs.sort_unstable();
            costs.get(1).unwrap_or(&costs[0]) * SCALE
        })
        .collect();
    run.all(Node { open, price: start }, go_on)
}

impl Run<'_> {
    fn target(&self) -> i64 {
        self.best.as_ref().map_or(i64::MAX / SCALE / 4, |best| best.cost)
    }

    fn offer(&mut self, agent: &[usize]) {
        let p = self.p;
        let mut left = p.capacity.clone();
        let mut cost = 0;
        for (j, &i) in agent.iter().enumerate() {
            left[i] -= p.usage[j * p.agents + i];
            cost += p.cost[j * p.agents + i];
        }
        if left.iter().all(|&left| left >= 0) && cost < self.target() {
            self.best = Some(Plan { agent: agent.to_vec(), cost });
        }
    }

    /// Raises the bound of a node by subgradient steps.
    fn raise(
        &mut self,
        node: &Node,
        rounds: usize,
        repairs: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Raised {
        let p = self.p;
        let mut price = node.price.clone();
        let mut relaxed = Relaxed::default();
        let mut best =
            Raised { value: i64::MIN, price: price.clone(), share: vec![0.0; p.jobs * p.agents] };
        let mut direction = vec![0.0_f64; p.jobs];
        let mut pace = 1.0;
        let mut idle = 0;
        let guess = price.iter().sum::<i64>().abs() / 50 + SCALE;
        for round in 0..rounds {
            self.knapsacks.relax(p, &node.open, &price, &mut relaxed);
            for (share, &chosen) in best.share.iter_mut().zip(&relaxed.chosen) {
                *share = *share * 0.95 + if chosen { 0.05 } else { 0.0 };
            }
            if relaxed.value > best.value {
                best.value = relaxed.value;
                best.price.clone_from(&price);
                idle = 0;
            } else {
                idle += 1;
                if idle >= 20 {
                    pace *= 0.6;
                    idle = 0;
                    price.clone_from(&best.price);
                    direction.fill(0.0);
                }
            }
            if round_up(best.value) >= self.target() || pace < 0.003 {
                break;
            }
            if repairs > 0 && round % repairs == repairs - 1 {
                let agent = repair(p, &node.open, &relaxed.chosen);
                self.polish(agent, &node.open, 30);
                if !go_on() {
                    break;
                }
            }
            let mut norm = 0.0;
            for (turn, &packed) in direction.iter_mut().zip(&relaxed.packed) {
                *turn = *turn * 0.3 + 1.0 - f64::from(packed);
                norm += *turn * *turn;
            }
            if relaxed.packed.iter().all(|&packed| packed == 1) {
                // Every job once: this packing is an assignment as good as the bound.
                let agent = repair(p, &node.open, &relaxed.chosen);
                self.offer(&agent);
                break;
            }
            let aim = match &self.best {
                Some(plan) => plan.cost * SCALE,
                None => best.value + guess,
            };
            let length = pace * (aim - relaxed.value).max(SCALE) as f64 / norm.max(1e-9);
            for (price, turn) in price.iter_mut().zip(&direction) {
                *price += (length * turn).round() as i64;
            }
        }
        best
    }

    /// A short walk from an assignment.
    fn polish(&mut self, agent: Vec<usize>, open: &[bool], steps: usize) {
        self.offer(&agent);
        let mut walk = Walk::new(self.p, agent);
        for _ in 0..steps {
            if let Some(cost) = walk.step(open, self.target(), &mut self.dice)
                && cost < self.target()
            {
                let agent = walk.agent.clone();
                self.offer(&agent);
            }
        }
    }

    /// Walks for long, from the best plan and from repaired packings in turn.
    fn walk(
        &mut self,
        open: &[bool],
        price: &[i64],
        goal: i64,
        steps: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        let p = self.p;
        let mut relaxed = Relaxed::default();
        let mut shaken = price.to_vec();
        let rounds = 24;
        for round in 0..rounds {
            let start = match &self.best {
                Some(best) if round % 2 == 0 => best.agent.clone(),
                _ => {
                    for (shaken, &price) in shaken.iter_mut().zip(price) {
                        let wide = (2 * SCALE) as usize;
                        *shaken = price + self.dice.below(wide) as i64 - SCALE;
                    }
                    self.knapsacks.relax(p, open, &shaken, &mut relaxed);
                    repair(p, open, &relaxed.chosen)
                }
            };
            let mut walk = Walk::new(p, start);
            for step in 0..steps / rounds {
                if self.target() <= goal || (step % 64 == 0 && !go_on()) {
                    return;
                }
                if let Some(cost) = walk.step(open, self.target(), &mut self.dice)
                    && cost < self.target()
                {
                    let agent = walk.agent.clone();
                    self.offer(&agent);
                }
            }
        }
    }

    fn all(&mut self, mut root: Node, go_on: &mut dyn FnMut() -> bool) -> Closed {
        let p = self.p;
        let mut raised = self.raise(&root, 1500, 25, go_on);
        let mut bound = round_up(raised.value);
        for turn in 0..3 {
            if bound >= self.target() || !go_on() {
                break;
            }
            let steps = 4_000_000 / (p.jobs * p.jobs).max(100) * (turn + 1) * 20;
            self.walk(&root.open, &raised.price, bound, steps, go_on);
            let target = self.target();
            let closed =
                self.knapsacks.close(p, &mut root.open, &raised.price, raised.value, target);
            if closed == 0 && turn > 0 {
                break;
            }
            root.price.clone_from(&raised.price);
            let again = self.raise(&root, 400, 0, go_on);
            if again.value > raised.value {
                raised = again;
                bound = bound.max(round_up(raised.value));
            }
        }
        root.price = raised.price;
        self.branch(root, bound, go_on)
    }

    fn branch(&mut self, root: Node, bound: i64, go_on: &mut dyn FnMut() -> bool) -> Closed {
        let p = self.p;
        let mut nodes: Vec<Option<Node>> = vec![Some(root)];
        let mut heap: BinaryHeap<Reverse<(i64, Reverse<usize>)>> = BinaryHeap::new();
        heap.push(Reverse((bound, Reverse(0))));
        let mut floor = bound;
        let mut stopped = false;
        while let Some(Reverse((least, Reverse(index)))) = heap.pop() {
            let target = self.target();
            floor = floor.max(least);
            if least >= target {
                break;
            }
            if !go_on() || nodes.len() > 400_000 {
                stopped = true;
                break;
            }
            let Some(mut node) = nodes[index].take() else { continue };
            let raised = self.raise(&node, 60, 30, go_on);
            let least = least.max(round_up(raised.value));
            let target = self.target();
            if least >= target {
                continue;
            }
            node.price.clone_from(&raised.price);
            let found =
                self.knapsacks.close(p, &mut node.open, &raised.price, raised.value, target);
            let counts: Vec<usize> = (0..p.jobs)
                .map(|j| node.open[j * p.agents..(j + 1) * p.agents].iter().filter(|&&o| o).count())
                .collect();
            if counts.contains(&0) {
                continue;
            }
            if found > 0 {
                // A smaller problem may have a better bound: look again before branching.
                heap.push(Reverse((least, Reverse(nodes.len()))));
                nodes.push(Some(node));
                continue;
            }
            let Some((j, i)) = pick(p, &node.open, &counts, &raised.share) else {
                // One agent is left for every job.
                let agent: Vec<usize> = (0..p.jobs)
                    .map(|j| (0..p.agents).find(|&i| node.open[j * p.agents + i]).unwrap_or(0))
                    .collect();
                self.offer(&agent);
                continue;
            };
            for there in [true, false] {
                let mut open = node.open.clone();
                for (k, open) in open[j * p.agents..(j + 1) * p.agents].iter_mut().enumerate() {
                    if (k == i) != there {
                        *open = false;
                    }
                }
                if there && !shrink(p, &mut open) {
                    continue;
                }
                heap.push(Reverse((least, Reverse(nodes.len()))));
                nodes.push(Some(Node { open, price: node.price.clone() }));
            }
        }
        let proved = !stopped;
        let value = self.best.as_ref().map(|best| best.cost);
        Closed {
            value,
            bound: match value {
                Some(value) if proved => value,
                Some(value) => floor.min(value),
                None => floor,
            },
            proved,
            agent: self.best.take().map(|best| best.agent).unwrap_or_default(),
        }
    }
}

/// The pair to branch on: of the jobs the packings disagree on most, the agent they prefer.
fn pick(p: &Problem, open: &[bool], counts: &[usize], share: &[f32]) -> Option<(usize, usize)> {
    let m = p.agents;
    let mut best: Option<(f32, usize, usize)> = None;
    for j in (0..p.jobs).filter(|&j| counts[j] > 1) {
        let (i, most) = (0..m)
            .filter(|&i| open[j * m + i])
            .map(|i| (i, share[j * m + i]))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let doubt = (most - 0.5).abs();
        if best.is_none_or(|(least, _, _)| doubt < least) {
            best = Some((doubt, j, i));
        }
    }
    best.map(|(_, j, i)| (j, i))
}

/// Closes pairs that no longer fit beside jobs with a single agent left. False when a job has
/// none.
fn shrink(p: &Problem, open: &mut [bool]) -> bool {
    let m = p.agents;
    loop {
        let mut left = p.capacity.clone();
        let mut single = vec![false; p.jobs];
        for j in 0..p.jobs {
            let mut agents = (0..m).filter(|&i| open[j * m + i]);
            match (agents.next(), agents.next()) {
                (None, _) => return false,
                (Some(i), None) => {
                    single[j] = true;
                    left[i] -= p.usage[j * m + i];
                }
                _ => {}
            }
        }
        if left.iter().any(|&left| left < 0) {
            return false;
        }
        let mut changed = false;
        for j in (0..p.jobs).filter(|&j| !single[j]) {
            for i in 0..m {
                if open[j * m + i] && p.usage[j * m + i] > left[i] {
                    open[j * m + i] = false;
                    changed = true;
                }
            }
        }
        if !changed {
            return true;
        }
    }
}

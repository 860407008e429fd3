//! Bounds, plans and proof put together: raise the bound, walk, close pairs, branch.

use super::around::Around;
use super::choose::Sweep;
use super::climb::Climb;
use super::lagrange::{Knapsacks, Problem, Relaxed, SCALE, first_prices, round_up, worth};
use super::local::{Dice, Part, Plan, Walk, repair};
use super::pattern::{Choice, patterns};

/// A cost above every plan's.
pub(super) const NONE: i64 = i64::MAX / SCALE / 4;
/// Packings are gone through when they lie nearer to the best than this, in 256ths.
const FAR: i64 = 1 << 40;

pub(crate) struct Closed {
    pub(crate) value: Option<i64>,
    pub(crate) bound: i64,
    pub(crate) proved: bool,
    pub(crate) agent: Vec<usize>,
}

#[derive(Clone)]
pub(super) struct Node {
    pub(super) open: Vec<bool>,
    pub(super) price: Vec<i64>,
}

/// What is left to go through: pairs, or, where they are few, packings.
pub(super) enum Left {
    Pairs(Node),
    Packings(Choice),
}

/// Parts to go through, with bounds in 256ths.
pub(super) type Stack = Vec<(i64, Left)>;

pub(super) struct Run<'a> {
    pub(super) p: &'a Problem,
    pub(super) knapsacks: Knapsacks,
    pub(super) best: Option<Plan>,
    pub(super) dice: Dice,
    /// What a unit of each agent's capacity is worth, in 256ths.
    pub(super) worth: Vec<i64>,
    /// Plans that cost this or more are not looked for at present.
    pub(super) rung: i64,
    /// How many jobs a region has, in 256ths.
    pub(super) wide: usize,
    /// The plan that regions go on from.
    pub(super) now: Option<Plan>,
    /// So many packings are few.
    pub(super) few: usize,
    pub(super) sweep: Sweep,
    /// Who looks for better plans meanwhile.
    pub(super) seeker: Option<Box<Run<'a>>>,
}

/// What raising a bound came to.
pub(super) struct Raised {
    /// In 256ths.
    pub(super) value: i64,
    pub(super) price: Vec<i64>,
    /// How often each pair was packed of late, by age-weighted mean.
    share: Vec<f32>,
}

pub(crate) fn run(p: &Problem, seed: u64, go_on: &mut dyn FnMut() -> bool) -> Closed {
    let mut run = Run::new(p, None, Dice(seed), Vec::new());
    let open = p.open();
    if (0..p.jobs).any(|j| !open[j * p.agents..(j + 1) * p.agents].contains(&true)) {
        return Closed { value: None, bound: 0, proved: true, agent: Vec::new() };
    }
    let start = first_prices(p, &open);
    run.worth = worth(p, &open, &start);
    run.all(Node { open, price: start }, go_on)
}

impl<'a> Run<'a> {
    pub(super) fn new(p: &'a Problem, best: Option<Plan>, dice: Dice, worth: Vec<i64>) -> Self {
        Self {
            p,
            knapsacks: Knapsacks::default(),
            best,
            dice,
            worth,
            rung: NONE,
            wide: super::region::WIDE,
            now: None,
            few: super::pattern::FEW,
            sweep: Sweep::default(),
            seeker: None,
        }
    }

    /// Only what costs less is of interest: less than the best plan, and than the rung that is
    /// being proved.
    pub(super) fn target(&self) -> i64 {
        self.least().min(self.rung)
    }

    /// What the best plan costs.
    pub(super) fn least(&self) -> i64 {
        self.best.as_ref().map_or(NONE, |best| best.cost)
    }

    pub(super) fn offer(&mut self, agent: &[usize]) {
        let p = self.p;
        let mut left = p.capacity.clone();
        let mut cost = 0;
        for (j, &i) in agent.iter().enumerate() {
            left[i] -= p.usage[j * p.agents + i];
            cost += p.cost[j * p.agents + i];
        }
        if left.iter().all(|&left| left >= 0) && cost < self.least() {
            self.best = Some(Plan { agent: agent.to_vec(), cost });
        }
    }

    /// Raises the bound of a node by subgradient steps.
    pub(super) fn raise(
        &mut self,
        node: &Node,
        rounds: usize,
        repairs: usize,
        mut pace: f64,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Raised {
        let p = self.p;
        let mut price = node.price.clone();
        let mut relaxed = Relaxed::default();
        let mut best =
            Raised { value: i64::MIN, price: price.clone(), share: vec![0.0; p.jobs * p.agents] };
        let mut direction = vec![0.0_f64; p.jobs];
        let warm = pace < 0.9;
        let mut idle = 0;
        let guess = price.iter().sum::<i64>().abs() / 400 + SCALE;
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
                if idle >= if rounds < 100 { 7 } else { 20 } {
                    pace *= 0.6;
                    idle = 0;
                    price.clone_from(&best.price);
                    direction.fill(0.0);
                }
            }
            let out_of_time = round % 16 == 15 && !go_on();
            if round_up(best.value) >= self.target() || pace < 0.003 || out_of_time {
                break;
            }
            if repairs > 0 && round % repairs == repairs - 1 {
                let agent = repair(p, &node.open, &relaxed.chosen, &self.worth);
                // Where there are many, the first that fits takes a while.
                let first = if self.best.is_none() { 10 * p.agents } else { 0 };
                self.polish(agent, &node.open, first.max(30));
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
                let agent = repair(p, &node.open, &relaxed.chosen, &self.worth);
                self.offer(&agent);
                break;
            }
            let near = best.value + (best.value.abs() / 1000).max(4 * SCALE);
            let aim = match &self.best {
                Some(_) if warm => near.min(self.target() * SCALE),
                Some(plan) => plan.cost * SCALE,
                None if warm => near,
                None => best.value + guess,
            };
            let length = pace * (aim - relaxed.value).max(SCALE) as f64 / norm.max(1e-9);
            for (price, turn) in price.iter_mut().zip(&direction) {
                let most = (1_i64 << 48) as f64;
                *price += (length * turn).round().clamp(-most, most) as i64;
            }
        }
        best
    }

    /// A short walk from an assignment.
    fn polish(&mut self, agent: Vec<usize>, open: &[bool], steps: usize) {
        self.offer(&agent);
        let mut walk = Walk::new(self.p, agent, &self.worth);
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
                    repair(p, open, &relaxed.chosen, &self.worth)
                }
            };
            let mut walk = Walk::new(p, start, &self.worth);
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

    /// Follows the packings down: fixes the jobs they agree on most, raises the bound of what is
    /// left, and so on until few are left, which are gone through exactly.
    pub(super) fn follow(&mut self, root: &Node, go_on: &mut dyn FnMut() -> bool) -> bool {
        let p = self.p;
        let m = p.agents;
        let before = self.target();
        let mut node = Node { open: root.open.clone(), price: root.price.clone() };
        let mut fixed = vec![usize::MAX; p.jobs];
        loop {
            let raised = self.raise(&node, 40, 0, 0.5, go_on);
            if round_up(raised.value) >= self.target() || !go_on() {
                return false;
            }
            node.price.clone_from(&raised.price);
            let mut waiting: Vec<(i64, usize, usize)> = Vec::new();
            for j in (0..p.jobs).filter(|&j| fixed[j] == usize::MAX) {
                let best = (0..m)
                    .filter(|&i| node.open[j * m + i])
                    .map(|i| ((raised.share[j * m + i] * 1000.0) as i64, i))
                    .max();
                let Some((share, i)) = best else { return false };
                waiting.push((share + self.dice.below(120) as i64, j, i));
            }
            if waiting.len() <= 14 {
                let part = Part::rest(p, &node.open, &fixed, &self.worth);
                let held: i64 = fixed
                    .iter()
                    .enumerate()
                    .filter(|&(_, &i)| i != usize::MAX)
                    .map(|(j, &i)| p.cost[j * m + i])
                    .sum();
                if part.complete(&mut fixed, self.target() - held, 300_000) {
                    self.offer(&fixed);
                }
                return self.target() < before;
            }
            waiting.sort_unstable_by(|a, b| b.cmp(a));
            let take = (waiting.len() / 8).max(2);
            for &(_, j, i) in waiting.iter().take(take) {
                let mut open = node.open.clone();
                for (k, open) in open[j * m..(j + 1) * m].iter_mut().enumerate() {
                    *open = k == i;
                }
                if shrink(p, &mut open) {
                    node.open = open;
                    fixed[j] = i;
                } else {
                    node.open[j * m + i] = false;
                }
            }
            if !shrink(p, &mut node.open) {
                return false;
            }
        }
    }

    /// Improves the best plan a few jobs at a time. Says whether it got better.
    pub(super) fn settle(
        &mut self,
        open: &[bool],
        turns: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let Some(best) = self.best.clone() else { return false };
        let around = Around::new(self.p, open, &self.worth);
        let found = around.improve(&best, turns, &mut self.dice, go_on);
        self.offer(&found.agent);
        self.target() < best.cost
    }

    /// Improves the best plan a few agents at a time. Says whether it got better.
    pub(super) fn refine(
        &mut self,
        open: &[bool],
        parts: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let p = self.p;
        let Some(mut plan) = self.best.clone() else { return false };
        let before = plan.cost;
        for _ in 0..parts {
            if !go_on() {
                break;
            }
            // Around one job: its agent, and the agents that would take it most cheaply, by lot.
            let j = self.dice.below(p.jobs);
            let mut agents = vec![plan.agent[j]];
            let count = (2 + self.dice.below(3)).min(p.agents);
            let mut tries = 0;
            while agents.len() < count {
                tries += 1;
                let i = self.dice.below(p.agents);
                if !agents.contains(&i) && (open[j * p.agents + i] || tries > 50) {
                    agents.push(i);
                }
            }
            let part = Part::new(p, open, &plan, &agents, &self.worth);
            if self.dice.below(4) == 0 {
                part.improve(&mut plan, 160, &mut self.dice);
            } else {
                part.exhaust(&mut plan, 20_000);
            }
        }
        self.offer(&plan.agent);
        if let Some(best) = &mut self.best
            && best.cost == plan.cost
        {
            *best = plan;
        }
        self.target() < before
    }

    fn all(&mut self, mut root: Node, go_on: &mut dyn FnMut() -> bool) -> Closed {
        let p = self.p;
        let mut raised = self.raise(&root, 1500, 25, 1.0, go_on);
        let mut bound = round_up(raised.value);
        self.worth = worth(p, &root.open, &raised.price);
        if bound < self.target() {
            self.settle(&root.open, 4_000, go_on);
        }
        if bound < self.target() {
            let steps = if p.jobs > 300 { 960 } else { 4_000_000 / (p.jobs * p.jobs).max(100) * 4 };
            self.walk(&root.open, &raised.price, bound, steps, go_on);
        }
        let mut climb = Climb::default();
        while bound < self.least() && go_on() {
            root.price.clone_from(&raised.price);
            let before = self.least();
            if self.round(&mut climb, &root, &mut bound, go_on) || !go_on() {
                break;
            }
            let target = self.target();
            if target >= before {
                continue;
            }
            let closing =
                self.knapsacks.close(p, &mut root.open, &raised.price, raised.value, target);
            bound = bound.max(round_up(raised.value.saturating_add(closing.lift)));
            if closing.closed > 0 && bound < target {
                let again = self.raise(&root, 300, 0, 0.5, go_on);
                if again.value > raised.value {
                    raised = again;
                    bound = bound.max(round_up(raised.value));
                }
            }
        }
        let value = self.best.as_ref().map(|best| best.cost);
        let proved = climb.through || bound >= self.least();
        Closed {
            value,
            bound: value.map_or(bound, |value| if proved { value } else { bound.min(value) }),
            proved,
            agent: self.best.take().map(|best| best.agent).unwrap_or_default(),
        }
    }

    /// Raises the bound of what is left and puts its parts on the stack, the most promising last.
    /// Nothing is put there when nothing better than the best plan is in it.
    pub(super) fn part(
        &mut self,
        left: Left,
        least: i64,
        stack: &mut Stack,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        match left {
            Left::Pairs(node) => self.split(node, least, stack, go_on),
            Left::Packings(choice) => {
                let parts = self.choose(choice, least);
                stack.extend(parts.into_iter().map(|(least, part)| (least, Left::Packings(part))));
            }
        }
    }

    /// Goes on with the packings where they are few; else parts pairs in two: with a pair and
    /// without it.
    fn split(
        &mut self,
        mut node: Node,
        mut least: i64,
        stack: &mut Stack,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        let p = self.p;
        let m = p.agents;
        loop {
            let raised = self.raise(&node, 30, 0, 0.5, go_on);
            least = least.max(raised.value);
            let target = self.target();
            if round_up(least) >= target {
                return;
            }
            node.price.clone_from(&raised.price);
            let closing =
                self.knapsacks.close(p, &mut node.open, &raised.price, raised.value, target);
            least = least.max(raised.value.saturating_add(closing.lift));
            if round_up(least) >= target || !shrink(p, &mut node.open) {
                return;
            }
            let Some(pick) = closing.pick else {
                // One agent is left for every job.
                let agent: Vec<usize> = (0..p.jobs)
                    .map(|j| (0..m).find(|&i| node.open[j * m + i]).unwrap_or(0))
                    .collect();
                self.offer(&agent);
                return;
            };
            let slack = (target - 1).saturating_mul(SCALE).saturating_sub(raised.value);
            if slack < FAR
                && let Some(choice) = patterns(
                    p,
                    &node.open,
                    &node.price,
                    slack,
                    self.few,
                    &mut self.knapsacks.effort,
                )
            {
                stack.push((least, Left::Packings(choice)));
                return;
            }
            let row = pick.job * m..(pick.job + 1) * m;
            let at = pick.job * m + pick.agent;
            if !node.open[at] || node.open[row.clone()].iter().filter(|&&open| open).count() < 2 {
                // Shrinking settled this job: look again.
                continue;
            }
            let mut with = node.open.clone();
            with[row].fill(false);
            with[at] = true;
            let (price, value) = (node.price.clone(), raised.value);
            let mut without = node.open;
            without[at] = false;
            if shrink(p, &mut without) {
                let least = least.max(value.saturating_add(pick.not));
                stack.push((least, Left::Pairs(Node { open: without, price: node.price })));
            }
            if shrink(p, &mut with) {
                let least = least.max(value.saturating_add(pick.there));
                stack.push((least, Left::Pairs(Node { open: with, price })));
            }
            return;
        }
    }
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

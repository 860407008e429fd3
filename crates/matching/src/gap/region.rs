//! Better assignments from a good one: some agents and all their jobs are settled anew, with
//! bounds of their own. How many is learnt: as many as can just be gone through.

use super::branch::{Left, Node, Run};
use super::lagrange::round_up;
use super::local::{Dice, Part, Plan};

/// Jobs of a region at first, in 256ths.
pub(super) const WIDE: usize = 24 * 256;
/// Steps a region may take.
const STEPS: usize = 100;
/// So many packings of a region are few.
const FEW: usize = 10_000;
/// A plan to go on from may cost so much more than the best.
const FAR: i64 = 3;

impl Run<'_> {
    /// Settles some agents and all their jobs anew, with bounds of their own, `parts` times.
    /// Rather the agents at which the best plan loses most against the relaxation. Says whether
    /// it got better.
    pub(super) fn region(
        &mut self,
        root: &Node,
        parts: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let p = self.p;
        let Some(best) = &self.best else { return false };
        let before = best.cost;
        let mut plan = match self.now.take() {
            Some(now) if now.cost <= before + FAR => now,
            _ => best.clone(),
        };
        for _ in 0..parts {
            if !go_on() {
                break;
            }
            let lost = self.knapsacks.lost(p, &root.open, &root.price, &plan.agent);
            let agents = self.some_agents(&lost);
            let part = Part::new(p, &root.open, &plan, &agents, &self.worth);
            let price = part.jobs().iter().map(|&j| root.price[j]).collect();
            let mut node = Node { open: part.open().to_vec(), price };
            let held = part.held();
            let cost = held.cost;
            // Now and then a job has to go elsewhere, to go on from another plan.
            let away = self.dice.below(2) == 0;
            let mut limit = cost;
            if away && part.jobs().len() > 1 {
                let j = self.dice.below(part.jobs().len());
                node.open[j * agents.len() + held.agent[j]] = false;
                let room = self.least() + FAR - plan.cost;
                limit = cost + 1 + (self.dice.below(1 + room.max(0) as usize) as i64).min(2);
            }
            let best = Some(Plan { cost: limit, ..held });
            let dice = Dice(self.dice.draw());
            let mut inner = Run::new(part.problem(), best, dice, part.worth().to_vec());
            inner.few = FEW;
            inner.knapsacks = std::mem::take(&mut self.knapsacks);
            let through = inner.deep(node, STEPS, go_on);
            self.knapsacks = std::mem::take(&mut inner.knapsacks);
            if let Some(better) = inner.best.filter(|best| best.cost < limit) {
                part.write(&mut plan, Some(better.agent), better.cost - cost);
                if plan.cost < self.least() {
                    self.offer(&plan.agent);
                }
            }
            // As wide as can just be gone through.
            let change = self.wide / 40;
            self.wide = if through { self.wide + change } else { self.wide - change };
            self.wide = self.wide.clamp(WIDE / 2, (256 * p.jobs).max(WIDE));
        }
        self.now = Some(plan);
        self.target() < before
    }

    /// Agents of a region: rather those at which a plan loses most against the relaxation.
    fn some_agents(&mut self, lost: &[i64]) -> Vec<usize> {
        let p = self.p;
        let total: i64 = lost.iter().sum();
        let each = p.jobs.div_ceil(p.agents).max(1);
        let wide = self.wide / 256;
        let count = ((wide + self.dice.below(wide)) / each).max(2).min(p.agents);
        let mut agents: Vec<usize> = Vec::new();
        for _ in 0..8 * count {
            let mut at = self.dice.below(usize::try_from(total + 1).unwrap_or(1)) as i64;
            let heavy = lost.iter().position(|&lost| {
                at -= lost;
                at < 0
            });
            let i = match heavy {
                Some(i) if self.dice.below(3) > 0 => i,
                _ => self.dice.below(p.agents),
            };
            if !agents.contains(&i) {
                agents.push(i);
            }
            if agents.len() >= count {
                break;
            }
        }
        agents
    }

    /// Goes through a small problem, the likely half first, in so many steps; says whether they
    /// were enough.
    fn deep(&mut self, root: Node, steps: usize, go_on: &mut dyn FnMut() -> bool) -> bool {
        let mut stack = vec![(i64::MIN / 4, Left::Pairs(root))];
        for _ in 0..steps {
            let Some((least, left)) = stack.pop() else { return true };
            if !go_on() {
                return false;
            }
            if round_up(least) >= self.target() {
                continue;
            }
            self.part(left, least, &mut stack, go_on);
        }
        stack.is_empty()
    }
}

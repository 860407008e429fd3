//! Better assignments from a good one: some agents and all their jobs are settled anew, with
//! bounds of their own. How many is learnt: as many as can just be gone through.

use super::branch::{Halves, Node, Run};
use super::lagrange::round_up;
use super::local::{Dice, Part, Plan};

/// Jobs of a region at first, in 256ths.
pub(super) const WIDE: usize = 24 * 256;
/// Steps a region may take.
const STEPS: usize = 100;

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
        let Some(mut plan) = self.best.clone() else { return false };
        let before = plan.cost;
        for _ in 0..parts {
            if !go_on() {
                break;
            }
            let lost = self.knapsacks.lost(p, &root.open, &root.price, &plan.agent);
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
            let part = Part::new(p, &root.open, &plan, &agents, &self.worth);
            let price = part.jobs().iter().map(|&j| root.price[j]).collect();
            let node = Node { open: part.open().to_vec(), price };
            let held = part.held();
            let cost = held.cost;
            // Now and then one equally good will do, to go on from elsewhere.
            let equal = i64::from(self.dice.below(3) == 0);
            let best = Some(Plan { cost: cost + equal, ..held });
            let dice = Dice(self.dice.draw());
            let mut inner = Run::new(part.problem(), best, dice, part.worth().to_vec());
            inner.knapsacks = std::mem::take(&mut self.knapsacks);
            let through = inner.deep(node, STEPS, go_on);
            self.knapsacks = std::mem::take(&mut inner.knapsacks);
            if let Some(better) = inner.best.filter(|best| best.cost < cost + equal) {
                part.write(&mut plan, Some(better.agent), better.cost - cost);
            }
            // As wide as can just be gone through.
            let change = self.wide / 40;
            self.wide = if through { self.wide + change } else { self.wide - change };
            self.wide = self.wide.clamp(WIDE / 2, (256 * p.jobs).max(WIDE));
        }
        self.offer(&plan.agent);
        if let Some(best) = &mut self.best
            && best.cost == plan.cost
        {
            *best = plan;
        }
        self.target() < before
    }

    /// Goes through a small problem, the likely half first, in so many steps; says whether they
    /// were enough.
    fn deep(&mut self, root: Node, steps: usize, go_on: &mut dyn FnMut() -> bool) -> bool {
        let mut stack = vec![(i64::MIN / 4, root)];
        for _ in 0..steps {
            let Some((least, node)) = stack.pop() else { return true };
            if !go_on() {
                return false;
            }
            if round_up(least) >= self.target() {
                continue;
            }
            if let Some(Halves { with, without, bounds }) = self.split(node, least, go_on) {
                stack.extend(without.map(|node| (bounds.1, node)));
                stack.extend(with.map(|node| (bounds.0, node)));
            }
        }
        stack.is_empty()
    }
}

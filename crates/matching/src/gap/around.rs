//! Better assignments from a good one: a few jobs that could as well be elsewhere are taken out
//! and placed again exactly, everything else standing still.

use super::lagrange::{Problem, SCALE};
use super::local::{Dice, Part, Plan};

/// Agents a job is offered to.
const NEAR: usize = 8;

pub(crate) struct Around<'a> {
    p: &'a Problem,
    open: &'a [bool],
    worth: &'a [i64],
    /// The agents at which each job costs least, capacity paid for.
    near: Vec<Vec<usize>>,
    /// What the second of them costs more than the first.
    spread: Vec<i64>,
}

impl<'a> Around<'a> {
    pub(crate) fn new(p: &'a Problem, open: &'a [bool], worth: &'a [i64]) -> Self {
        let m = p.agents;
        let mut spread = Vec::with_capacity(p.jobs);
        let near = (0..p.jobs)
            .map(|j| {
                let priced = |i: usize| p.cost[j * m + i] * SCALE + worth[i] * p.usage[j * m + i];
                let mut list: Vec<(i64, usize)> =
                    (0..m).filter(|&i| open[j * m + i]).map(|i| (priced(i), i)).collect();
                list.sort_unstable();
                list.truncate(NEAR);
                spread.push(match list.as_slice() {
                    [first, second, ..] => second.0 - first.0,
                    _ => i64::MAX,
                });
                list.into_iter().map(|(_, i)| i).collect()
            })
            .collect();
        Self { p, open, worth, near, spread }
    }

    /// Goes on from a plan for so many turns and returns the best it comes upon. Now and then it
    /// goes on from one slightly worse.
    pub(crate) fn improve(
        &self,
        start: &Plan,
        turns: usize,
        dice: &mut Dice,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Plan {
        let (p, m) = (self.p, self.p.agents);
        let (mut best, mut plan) = (start.clone(), start.clone());
        let mut left = p.capacity.clone();
        let mut held: Vec<Vec<usize>> = vec![Vec::new(); m];
        let mut order: Vec<usize> = (0..p.jobs).collect();
        order.sort_unstable_by_key(|&j| (self.spread[j], j));
        let settle = |plan: &Plan, left: &mut Vec<i64>, held: &mut Vec<Vec<usize>>| {
            left.clone_from(&p.capacity);
            held.iter_mut().for_each(Vec::clear);
            for &j in &order {
                let i = plan.agent[j];
                left[i] -= p.usage[j * m + i];
                held[i].push(j);
            }
        };
        settle(&plan, &mut left, &mut held);
        let far = 2 + best.cost.abs() / 1_500;
        for turn in 0..turns {
            if turn % 16 == 0 && !go_on() {
                break;
            }
            let jobs = self.chosen(&plan, &held, &order, dice);
            let mut room = left.clone();
            for &j in &jobs {
                room[plan.agent[j]] += p.usage[j * m + plan.agent[j]];
            }
            let part = Part::few(p, self.open, &plan, jobs, room, self.worth);
            let slack = if dice.below(12) == 0 { dice.below(far as usize) as i64 } else { 0 };
            // Now and then a longer look.
            let steps = if dice.below(16) == 0 { 15_000 } else { 1_000 };
            if !part.again(&mut plan, slack, steps) {
                continue;
            }
            if plan.cost < best.cost {
                best.clone_from(&plan);
            } else if plan.cost > best.cost + far {
                plan.clone_from(&best);
            }
            settle(&plan, &mut left, &mut held);
        }
        best
    }

    /// Jobs to take out: one by lot, and others of the agents it could go to, rather those for
    /// which it matters little where they are.
    fn chosen(
        &self,
        plan: &Plan,
        held: &[Vec<usize>],
        order: &[usize],
        dice: &mut Dice,
    ) -> Vec<usize> {
        let jobs = self.p.jobs;
        let leaning = |count: usize, dice: &mut Dice| {
            let (a, b) = (dice.below(count), dice.below(count));
            a.min(b)
        };
        let seed = order[leaning(jobs, dice)];
        let mut agents = vec![plan.agent[seed]];
        let wide = 2 + dice.below(4);
        let near = &self.near[seed];
        for _ in 0..3 * wide {
            let i = near[leaning(near.len(), dice)];
            if !agents.contains(&i) {
                agents.push(i);
            }
            if agents.len() >= wide {
                break;
            }
        }
        let most = (6 + dice.below(9)).min(jobs);
        let mut chosen = vec![seed];
        for turn in 0..4 * most {
            let list = &held[agents[turn % agents.len()]];
            if !list.is_empty() {
                let j = list[leaning(list.len(), dice)];
                if !chosen.contains(&j) {
                    chosen.push(j);
                }
            }
            if chosen.len() >= most {
                break;
            }
        }
        chosen
    }
}

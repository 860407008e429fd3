//! A bound no plan can beat, and prices for supporters' time, from the plan in which every need
//! might be shared at will: a minimum-cost flow, solved exactly and kept for the next change.

use super::problem::{Group, Problem};
use crate::error::ModelError;
use crate::flow::{Arc, FlowError, Kept, Network, solve};

/// Prices and what they prove.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Price of one half-day of each supporter.
    pub(crate) price: Vec<i128>,
    /// No plan costs less.
    pub(crate) value: i128,
    /// What the prices earn for the supporters: constant in every plan's bound.
    pub(crate) earned: i128,
    /// The shared plan: tasks, then supporters, then schools whose turn it is, then the sink.
    pub(crate) shared: Kept<i128>,
    /// The first arc of each task.
    first: Vec<usize>,
}

pub(crate) fn too_large(error: &FlowError) -> ModelError {
    ModelError::TooLarge { what: format!("the plan's cost ({error})"), limit: 100_000_000 }
}

/// Capacities of a supporter's three steps of load when so many half-days are taken away.
pub(crate) fn steps(total: u32, less: i64) -> [i64; 3] {
    let total = (i64::from(total) - less).max(0);
    let (third, two_thirds) = ((total + 2) / 3, (2 * total + 2) / 3);
    [third, two_thirds - third, total - two_thirds]
}

/// The network of the plan in which everything may be shared, and the first arc of each task.
fn network(problem: &Problem) -> (Network<i128>, Vec<usize>) {
    let tasks = problem.tasks.len();
    let homes = tasks + problem.tables.len();
    let sink = (homes + problem.homes.len()) as u32;
    let mut network = Network::<i128> { supply: vec![0; sink as usize + 1], arcs: Vec::new() };
    let mut first = Vec::with_capacity(tasks);
    for (index, group) in problem.groups.iter().enumerate() {
        // Never more than being unmet costs: what does not divide is let go.
        let cost = group.unmet.div_euclid(i128::from(problem.need(index).half_days));
        for t in group.tasks.clone() {
            let task = &problem.tasks[t];
            let demand = i64::from(task.role.half_days);
            network.supply[t] = demand;
            network.supply[sink as usize] -= demand;
            first.push(network.arcs.len());
            network.arcs.extend(task.options.iter().map(|option| Arc {
                from: t as u32,
                to: (tasks + option.supporter) as u32,
                low: 0,
                capacity: i64::from(option.room),
                cost: option.cost,
            }));
            network.arcs.push(Arc { from: t as u32, to: sink, low: 0, capacity: demand, cost });
        }
    }
    for (j, table) in problem.tables.iter().enumerate() {
        for (capacity, times) in steps(table.total(), 0).into_iter().zip(0..) {
            let cost = problem.spread * times;
            let from = (tasks + j) as u32;
            let to = problem.home_of[j].map_or(sink, |home| (homes + home) as u32);
            network.arcs.push(Arc { from, to, low: 0, capacity, cost });
        }
    }
    let mut total = vec![0_i64; problem.homes.len()];
    for (home, table) in problem.home_of.iter().zip(&problem.tables) {
        if let Some(home) = *home {
            total[home] += i64::from(table.total());
        }
    }
    for (home, capacity) in total.into_iter().enumerate() {
        let from = (homes + home) as u32;
        // The first half-day is the school's turn.
        for (capacity, cost) in [(1, -problem.turn), (capacity, 0)] {
            network.arcs.push(Arc { from, to: sink, low: 0, capacity, cost });
        }
    }
    (network, first)
}

/// The bound of a problem, from scratch or settled from that of an earlier one.
pub(crate) fn bound(
    problem: &Problem,
    earlier: Option<(&Problem, &Bound)>,
) -> Result<Bound, ModelError> {
    let (network, first) = network(problem);
    let (flow, potential) = match earlier {
        Some((old, bound)) => carry_over(problem, &network, &first, old, bound),
        None => {
            let solved = solve(&network).map_err(|error| too_large(&error))?;
            (solved.flow, solved.potential)
        }
    };
    let shared = Kept::new(network, flow, potential).map_err(|error| too_large(&error))?;
    Ok(Bound::read(problem, shared, first))
}

/// Flow and prices of an earlier shared plan on the network of a later one.
fn carry_over(
    problem: &Problem,
    network: &Network<i128>,
    first: &[usize],
    old: &Problem,
    bound: &Bound,
) -> (Vec<i64>, Vec<i128>) {
    let (tasks, supporters) = (problem.tasks.len(), problem.tables.len());
    let (old_tasks, old_supporters) = (old.tasks.len(), old.tables.len());
    let (sink, old_sink) = (network.supply.len() - 1, bound.shared.potential().len() - 1);
    let before = bound.shared.flow();
    let mut flow = vec![0_i64; network.arcs.len()];
    let mut potential = vec![None; network.supply.len()];
    potential[sink] = Some(bound.shared.potential()[old_sink]);
    for (home, school) in problem.homes.iter().enumerate() {
        let Ok(was) = old.homes.binary_search(school) else { continue };
        potential[tasks + supporters + home] =
            Some(bound.shared.potential()[old_tasks + old_supporters + was]);
        let new = network.arcs.len() - 2 * (problem.homes.len() - home);
        let old = before.len() - 2 * (old.homes.len() - was);
        flow[new..new + 2].copy_from_slice(&before[old..old + 2]);
    }
    let mut now_at: Vec<Option<usize>> = vec![None; old_supporters];
    for (j, supporter) in problem.asked.supporters.iter().enumerate() {
        let Some(was) = old.asked.supporter(&supporter.id) else { continue };
        now_at[was] = Some(j);
        potential[tasks + j] = Some(bound.shared.potential()[old_tasks + was]);
        let (new, old) = (load_arc(problem, flow.len(), j), load_arc(old, before.len(), was));
        flow[new..new + 3].copy_from_slice(&before[old..old + 3]);
    }
    for (index, group) in problem.groups.iter().enumerate() {
        let Some(was) = old.asked.need(&problem.need(index).id) else { continue };
        let was = old.groups[was].tasks.clone();
        if was.len() != group.tasks.len() {
            continue;
        }
        for (t, was) in group.tasks.clone().zip(was) {
            potential[t] = Some(bound.shared.potential()[was]);
            let (options, olds) = (&problem.tasks[t].options, &old.tasks[was].options);
            let (start, old_start) = (first[t], bound.first[was]);
            flow[start + options.len()] = before[old_start + olds.len()];
            if std::sync::Arc::ptr_eq(options, olds) {
                flow[start..start + options.len()]
                    .copy_from_slice(&before[old_start..old_start + olds.len()]);
                continue;
            }
            for (o, option) in olds.iter().enumerate() {
                let (carried, now) = (before[old_start + o], now_at[option.supporter]);
                if let Some(now) = now.filter(|_| carried != 0)
                    && let Some(at) = options.iter().position(|option| option.supporter == now)
                {
                    flow[start + at] = carried;
                }
            }
        }
    }
    let known = |node: u32| potential[node as usize];
    let mut settled: Vec<i128> = potential.iter().map(|known| known.unwrap_or(i128::MAX)).collect();
    // Whoever is new starts at a price at which no arc is in disorder, where there is one.
    for arc in &network.arcs {
        if let (Some(from), None) = (known(arc.from), known(arc.to)) {
            let least = &mut settled[arc.to as usize];
            *least = (*least).min(arc.cost + from);
        }
    }
    let at_sink = settled[sink];
    for (node, settled) in settled.iter_mut().enumerate().skip(tasks) {
        if *settled == i128::MAX && potential[node].is_none() {
            *settled = at_sink;
        }
    }
    let mut highest: Vec<Option<i128>> = vec![None; tasks];
    for arc in network.arcs.iter().filter(|arc| (arc.from as usize) < tasks) {
        if potential[arc.from as usize].is_none() {
            let there = settled[arc.to as usize] - arc.cost;
            let slot = &mut highest[arc.from as usize];
            *slot = Some(slot.map_or(there, |high| high.max(there)));
        }
    }
    for (settled, highest) in settled.iter_mut().zip(highest) {
        *settled = highest.unwrap_or(*settled);
    }
    (flow, settled)
}

/// The first of the three arcs that carry a supporter's load, of so many arcs in all.
fn load_arc(problem: &Problem, arcs: usize, supporter: usize) -> usize {
    arcs - 2 * problem.homes.len() - 3 * (problem.tables.len() - supporter)
}

/// The most so many half-days of a supporter can earn at a price, after the cost of spreading.
pub(crate) fn earned(problem: &Problem, total: u32, price: i128) -> i128 {
    at_least(problem, total, price, 0)
}

/// The same with at least so many half-days given.
fn at_least(problem: &Problem, total: u32, price: i128, least: u32) -> i128 {
    [least, total.div_ceil(3), (2 * total).div_ceil(3), total]
        .into_iter()
        .filter(|half_days| (least..=total).contains(half_days))
        .map(|half_days| price * i128::from(half_days) - problem.spread_of(total, half_days))
        .max()
        .unwrap_or(i128::MIN / 4)
}

/// What the prices earn for all supporters: a school whose turn it is gives at least once, or
/// pays for not giving.
fn earned_by_all(problem: &Problem, price: &[i128]) -> i128 {
    let mut sum = 0;
    let mut homes = vec![(0_i128, i128::MIN / 4); problem.homes.len()];
    for (j, (table, &price)) in problem.tables.iter().zip(price).enumerate() {
        let free = earned(problem, table.total(), price);
        match problem.home_of[j] {
            None => sum += free,
            Some(home) => {
                let (all, more) = &mut homes[home];
                *all += free;
                *more = (*more).max(at_least(problem, table.total(), price, 1) - free);
            }
        }
    }
    sum + homes.into_iter().map(|(all, more)| (all + more).max(-problem.turn)).sum::<i128>()
}

impl Bound {
    fn read(problem: &Problem, shared: Kept<i128>, first: Vec<usize>) -> Self {
        let tasks = problem.tasks.len();
        let potential = shared.potential();
        let at_sink = potential[potential.len() - 1];
        let price: Vec<i128> = problem
            .home_of
            .iter()
            .enumerate()
            .map(|(j, home)| {
                // Time may be left free; a turn is worth no more than it is.
                let least = if home.is_some() { -problem.turn } else { 0 };
                (at_sink - potential[tasks + j]).max(least)
            })
            .collect();
        let earned = earned_by_all(problem, &price);
        let mut bound = Self { price, value: 0, earned, shared, first };
        let least = problem.groups.iter().map(|group| bound.least(problem, group)).sum::<i128>();
        bound.value = least - bound.earned;
        bound
    }

    /// The first of the three arcs that carry a supporter's load.
    pub(crate) fn load_arc(&self, problem: &Problem, supporter: usize) -> usize {
        load_arc(problem, self.shared.flow().len(), supporter)
    }

    /// Half-days on an option of a task when everything may be shared.
    pub(crate) fn flow(&self, task: usize, option: usize) -> i64 {
        self.shared.flow()[self.first[task] + option]
    }

    /// The least a group can cost at these prices.
    pub(crate) fn least(&self, problem: &Problem, group: &Group) -> i128 {
        let mut sum = 0_i128;
        for task in &problem.tasks[group.tasks.clone()] {
            let best = task.options.iter().map(|o| o.cost + self.price[o.supporter]).min();
            match best {
                Some(best) => sum += best * i128::from(task.role.half_days),
                None => return group.unmet,
            }
        }
        if group.pinned.is_empty() { sum.min(group.unmet) } else { sum }
    }
}

//! A bound no plan can beat, and prices for supporters' time, from the plan in which every need
//! might be shared at will: a minimum-cost flow, solved exactly.

use super::problem::{Group, Problem};
use crate::error::ModelError;
use crate::flow::{Arc, Network, Solved, solve};

/// Prices and what they prove.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Price of one half-day of each supporter.
    pub(crate) price: Vec<i128>,
    /// No plan costs less.
    pub(crate) value: i128,
    /// Half-days on each option of each task when everything may be shared.
    pub(crate) flow: Vec<Vec<i64>>,
    /// What the prices earn for the supporters: constant in every plan's bound.
    pub(crate) earned: i128,
}

/// A change to a question's capacity, to see what it is worth.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Half-days of a new supporter for some tasks, with the cost of a half-day for each.
    More { tasks: Vec<(usize, i128)>, half_days: i64 },
    /// Half-days taken from a supporter.
    Less { supporter: usize, half_days: i64 },
}

/// Cost of the best plan in which every need might be shared at will.
pub(crate) fn shared_cost(
    problem: &Problem<'_>,
    change: Option<&Change>,
) -> Result<i128, ModelError> {
    Ok(relax(problem, change)?.certificate.primal)
}

pub(crate) fn bound(problem: &Problem<'_>) -> Result<Bound, ModelError> {
    let (tasks, supporters) = (problem.tasks.len(), problem.supporters.len());
    let solved = relax(problem, None)?;
    let at_sink = solved.potential[tasks + supporters];
    let price: Vec<i128> = solved.potential[tasks..tasks + supporters]
        .iter()
        .map(|&potential| (at_sink - potential).max(0))
        .collect();
    let mut flows = solved.flow.iter();
    let flow = problem
        .tasks
        .iter()
        .map(|task| {
            let flow = flows.by_ref().take(task.options.len()).copied().collect();
            flows.next();
            flow
        })
        .collect();
    let earned = (0..supporters).map(|j| earned(problem, j, price[j])).sum();
    let mut bound = Bound { price, value: 0, flow, earned };
    bound.value =
        problem.groups.iter().map(|group| bound.least(problem, group)).sum::<i128>() - bound.earned;
    Ok(bound)
}

fn relax(problem: &Problem<'_>, change: Option<&Change>) -> Result<Solved<i128>, ModelError> {
    let (tasks, supporters) = (problem.tasks.len(), problem.supporters.len());
    let sink = (tasks + supporters) as u32;
    let mut network = Network::<i128> { supply: vec![0; tasks + supporters + 1], arcs: Vec::new() };
    for (group, need) in problem.groups.iter().zip(&problem.needs) {
        for t in group.tasks.clone() {
            let task = &problem.tasks[t];
            let demand = i64::from(task.role.half_days);
            network.supply[t] = demand;
            network.supply[sink as usize] -= demand;
            for option in &task.options {
                network.arcs.push(Arc {
                    from: t as u32,
                    to: (tasks + option.supporter) as u32,
                    low: 0,
                    capacity: i64::from(option.room),
                    cost: option.cost,
                });
            }
            let cost = problem.unmet_unit[usize::from(need.severity) - 1];
            network.arcs.push(Arc { from: t as u32, to: sink, low: 0, capacity: demand, cost });
        }
    }
    for (j, table) in problem.tables.iter().enumerate() {
        let less = match change {
            Some(Change::Less { supporter, half_days }) if *supporter == j => *half_days,
            _ => 0,
        };
        let total = (i64::from(table.total()) - less).max(0);
        let (third, two_thirds) = ((total + 2) / 3, (2 * total + 2) / 3);
        let steps = [(third, 0), (two_thirds - third, 1), (total - two_thirds, 2)];
        for (capacity, times) in steps {
            network.arcs.push(Arc {
                from: (tasks + j) as u32,
                to: sink,
                low: 0,
                capacity,
                cost: problem.spread * times,
            });
        }
    }
    if let Some(Change::More { tasks: open, half_days }) = change {
        let node = network.supply.len() as u32;
        network.supply.push(0);
        for &(t, cost) in open {
            network.arcs.push(Arc { from: t as u32, to: node, low: 0, capacity: *half_days, cost });
        }
        network.arcs.push(Arc { from: node, to: sink, low: 0, capacity: *half_days, cost: 0 });
    }
    solve(&network).map_err(|error| ModelError::TooLarge {
        what: format!("the plan's cost ({error})"),
        limit: 100_000_000,
    })
}

/// The most a supporter's time can earn at a price, after the cost of spreading.
fn earned(problem: &Problem<'_>, j: usize, price: i128) -> i128 {
    let total = problem.tables[j].total();
    [0, total.div_ceil(3), (2 * total).div_ceil(3), total]
        .into_iter()
        .map(|half_days| price * i128::from(half_days) - problem.spread_cost(j, half_days))
        .max()
        .unwrap_or(0)
}

impl Bound {
    /// The least a group can cost at these prices.
    pub(crate) fn least(&self, problem: &Problem<'_>, group: &Group) -> i128 {
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

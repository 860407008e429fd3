//! Finding a plan: from the shared flow to whole shares, improved by rounds of exact
//! re-planning of a few needs at a time, ended by an exact search with a proof when it closes.

use super::Effort;
use super::Plan;
use super::board::{Board, Found, Shares};
use super::bound::Bound;
use super::descent::{close, replan};
use super::problem::{Option_, Problem};
use crate::error::ModelError;

/// Where a search begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// Shares by task, to be put back where they still stand.
    pub(crate) shares: Vec<Shares>,
    /// What each group cost above its least in a plan that need not be improved upon elsewhere:
    /// only groups that are further off than that are looked at.
    pub(crate) excess: Option<Vec<i128>>,
}

/// Beyond so many needs the exact search over everything is not tried on a what-if.
const EXACT: usize = 200;

/// Finds a plan.
pub(crate) fn search(
    problem: &Problem,
    bound: &Bound,
    effort: Effort,
    start: &Start,
) -> Result<Found, ModelError> {
    let mut board = Board::new(problem);
    restore(&mut board, bound, &start.shares);
    round_flow(&mut board, bound);
    improve(&mut board, bound, effort, start.excess.as_deref());
    let missing = (0..problem.groups.len())
        .find(|&group| !problem.groups[group].pinned.is_empty() && !board.met(group));
    let value = bound.value;
    let mut found =
        Found { shares: board.shares.clone(), cost: board.cost, exhausted: board.cost <= value };
    let local = start.excess.is_some() && problem.groups.len() > EXACT;
    if missing.is_some() || !found.exhausted && !local {
        close(&mut board, bound, effort.steps, missing.is_some(), &mut found);
    }
    let unkept = (0..problem.groups.len()).find(|&group| {
        let group = &problem.groups[group];
        !group.pinned.is_empty() && found.shares[group.tasks.start].is_empty()
    });
    if let Some(group) = unkept {
        let need = &problem.need(group).id;
        let reason = if found.exhausted {
            format!(
                "the pins ask more of some supporter's time than there is; need \"{need}\" is one \
                 that finds no room: lift a pin or free more time"
            )
        } else {
            format!("no plan was found that keeps the pin on need \"{need}\": allow more effort")
        };
        return Err(ModelError::Contradiction { reason });
    }
    Ok(found)
}

/// The shares of an earlier plan on this problem's options, where they are still to be had.
pub(crate) fn shares_of(problem: &Problem, plan: &Plan) -> Vec<Shares> {
    let mut shares = vec![Shares::new(); problem.tasks.len()];
    for (index, group) in problem.groups.iter().enumerate() {
        let need = &problem.need(index).id;
        let Ok(at) = plan.matches.binary_search_by(|m| m.need.as_str().cmp(need)) else { continue };
        for t in group.tasks.clone() {
            let task = &problem.tasks[t];
            let wanted = || task.role.specialisms.iter().map(|wanted| &wanted.code);
            for share in plan.matches[at].shares.iter().filter(|s| wanted().eq(&s.specialisms)) {
                let is =
                    |option: &Option_| problem.supporter(option.supporter).id == share.supporter;
                let option = task.options.iter().position(is);
                shares[t].extend(option.map(|option| (option, share.half_days)));
            }
        }
    }
    shares
}

/// Puts back shares that still stand, pinned needs before all.
fn restore(board: &mut Board<'_>, bound: &Bound, shares: &[Shares]) {
    let problem = board.problem;
    if shares.len() != problem.tasks.len() {
        return;
    }
    let pinned = |group: &usize| problem.groups[*group].pinned.is_empty();
    let mut order: Vec<usize> = (0..problem.groups.len()).collect();
    order.sort_by_key(pinned);
    for group in order {
        let tasks = problem.groups[group].tasks.clone();
        let whole = tasks.clone().all(|t| {
            let given: u32 = shares[t].iter().map(|&(_, half_days)| half_days).sum();
            given == problem.tasks[t].role.half_days
        });
        if whole && board.place(group, &shares[tasks]) && !board.pins_kept(group) {
            board.clear(group);
        }
        // What is pinned finds its time before anybody else takes it back.
        if !problem.groups[group].pinned.is_empty() && !board.met(group) {
            replan_one(board, bound, group);
        }
    }
}

/// Places what is not yet placed: most severe first, each where the shared flow puts most of it,
/// else wherever it fits at least cost.
fn round_flow(board: &mut Board<'_>, bound: &Bound) {
    let problem = board.problem;
    let mut order: Vec<usize> = (0..problem.groups.len()).filter(|&g| !board.met(g)).collect();
    order.sort_by_key(|&group| {
        let need = problem.need(group);
        let pinned = problem.groups[group].pinned.is_empty();
        (pinned, std::cmp::Reverse((need.severity, need.half_days)), group)
    });
    for group in order {
        replan_one(board, bound, group);
    }
}

/// Places one group, each task with the option that costs least at the prices; whoever is pinned
/// or agreed first, then the flow's own choice.
fn replan_one(board: &mut Board<'_>, bound: &Bound, group: usize) {
    let problem = board.problem;
    let tasks = problem.groups[group].tasks.clone();
    let mut shares: Vec<Shares> = Vec::new();
    for t in tasks.clone() {
        let task = &problem.tasks[t];
        let demand = task.role.half_days;
        let mut order: Vec<usize> = (0..task.options.len()).collect();
        let pinned = |o: usize| problem.groups[group].pinned.contains(&task.options[o].supporter);
        order.sort_by_key(|&o| {
            let option = &task.options[o];
            let priced = option.cost + bound.price[option.supporter];
            (!pinned(o), !option.agreed, -bound.flow(t, o), priced, o)
        });
        let whole = order
            .iter()
            .find(|&&o| task.options[o].room >= demand && board.book(t, o, demand))
            .map(|&o| vec![(o, demand)]);
        let chosen = whole.or_else(|| if task.split { halve(board, t, &order) } else { None });
        match chosen {
            Some(chosen) => shares.push(chosen),
            None => break,
        }
    }
    for t in tasks.clone() {
        while !board.shares[t].is_empty() {
            board.unbook(t);
        }
    }
    if shares.len() == tasks.len() && board.place(group, &shares) && !board.pins_kept(group) {
        board.clear(group);
    }
}

/// Shares a task between two: as much as fits with one, the rest with another.
fn halve(board: &mut Board<'_>, t: usize, order: &[usize]) -> Option<Shares> {
    let demand = board.problem.tasks[t].role.half_days;
    for (index, &first) in order.iter().enumerate().take(8) {
        let most = board.problem.tasks[t].options[first].room.min(demand - 1);
        let Some(mine) = (1..=most).rev().find(|&mine| board.book(t, first, mine)) else {
            continue;
        };
        let second = order[index + 1..].iter().find(|&&o| board.book(t, o, demand - mine));
        if let Some(&second) = second {
            return Some(vec![(first, mine), (second, demand - mine)]);
        }
        board.unbook(t);
    }
    None
}

/// What each group costs above the least it could at the bound's prices.
pub(crate) fn excess(board: &Board<'_>, bound: &Bound) -> Vec<i128> {
    let groups = &board.problem.groups;
    let over = |(index, group)| priced(board, bound, index) - bound.least(board.problem, group);
    groups.iter().enumerate().map(over).collect()
}

/// Rounds of exact re-planning around needs that cost more than the prices say they must.
fn improve(board: &mut Board<'_>, bound: &Bound, effort: Effort, before: Option<&[i128]>) {
    let problem = board.problem;
    let groups = problem.groups.len();
    let least: Vec<i128> = problem.groups.iter().map(|group| bound.least(problem, group)).collect();
    let mut over: Vec<i128> = excess(board, bound);
    let known = |group: usize| before.map_or(0, |before| before[group]);
    let steps = if before.is_some() { 1_000 } else { 3_000 };
    let mut idle = vec![0_u32; groups];
    for _ in 0..effort.rounds {
        if board.cost <= bound.value {
            return;
        }
        // The group furthest above its least cost, least tried of late.
        let Some(seed) = (0..groups)
            .filter(|&group| over[group] > known(group) && (before.is_none() || idle[group] < 6))
            .max_by_key(|&group| (std::cmp::Reverse(idle[group]), over[group], group))
        else {
            return;
        };
        idle[seed] += 1;
        if give_turn(board, seed) {
            over[seed] = priced(board, bound, seed) - least[seed];
            idle[seed] = 0;
            continue;
        }
        let chosen = around(board, seed, 3 + (idle[seed] as usize).min(5));
        if replan(board, bound, &chosen, steps) {
            idle[seed] = 0;
            for &group in &chosen {
                over[group] = priced(board, bound, group) - least[group];
            }
        }
    }
}

/// Lets a school have its turn to give: one task of a met group goes to the first of its
/// supporters for whom that makes the plan better. Says whether one was found.
fn give_turn(board: &mut Board<'_>, group: usize) -> bool {
    let problem = board.problem;
    if problem.homes.is_empty() || !board.met(group) {
        return false;
    }
    let tasks = problem.groups[group].tasks.clone();
    for t in tasks.clone() {
        let task = &problem.tasks[t];
        for (o, option) in task.options.iter().enumerate() {
            let turn =
                problem.home_of[option.supporter].is_some_and(|home| board.giving[home] == 0);
            if !turn || option.room < task.role.half_days {
                continue;
            }
            let (before, kept) = (board.cost, board.shares[tasks.clone()].to_vec());
            let mut other = kept.clone();
            other[t - tasks.start] = vec![(o, task.role.half_days)];
            board.clear(group);
            if board.place(group, &other) {
                if board.cost < before && board.pins_kept(group) {
                    return true;
                }
                board.clear(group);
            }
            board.place(group, &kept);
        }
    }
    false
}

/// A group and others that hold the time of supporters it could have, up to `width` in all.
fn around(board: &Board<'_>, seed: usize, width: usize) -> Vec<usize> {
    let problem = board.problem;
    let mut chosen = vec![seed];
    for &pinned in &problem.groups[seed].pinned {
        let held = board.bookings[pinned].iter().map(|held| held.need);
        chosen.extend(held.filter(|&need| need != seed));
    }
    chosen.dedup();
    for reach in 0..2 {
        for at in 0..chosen.len() {
            for task in problem.groups[chosen[at]].tasks.clone() {
                for option in problem.tasks[task].options.iter().take(4 + 4 * reach) {
                    for held in &board.bookings[option.supporter] {
                        if !chosen.contains(&held.need) {
                            chosen.push(held.need);
                        }
                        if chosen.len() >= width {
                            return chosen;
                        }
                    }
                }
            }
        }
    }
    chosen
}

/// What a group pays now at the bound's prices.
fn priced(board: &Board<'_>, bound: &Bound, group: usize) -> i128 {
    let problem = board.problem;
    if !board.met(group) {
        return problem.groups[group].unmet;
    }
    problem.groups[group]
        .tasks
        .clone()
        .flat_map(|task| board.shares[task].iter().map(move |share| (task, share)))
        .map(|(task, &(option, half_days))| {
            let option = &problem.tasks[task].options[option];
            (option.cost + bound.price[option.supporter]) * i128::from(half_days)
        })
        .sum()
}

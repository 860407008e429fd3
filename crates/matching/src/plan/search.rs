//! Finding a plan: from the shared flow to whole shares, improved by rounds of exact
//! re-planning of a few needs at a time, ended by an exact search with a proof when it closes.

use super::Effort;
use super::Plan;
use super::bound::Bound;
use super::problem::Problem;
use super::timetable::Booking;
use crate::error::ModelError;

/// Shares of one task: option and half-days. One, or two when it may be shared.
pub(crate) type Shares = Vec<(usize, u32)>;

/// A plan in numbers.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Shares by task; empty when the need is unmet.
    pub(crate) shares: Vec<Shares>,
    pub(crate) cost: i128,
    /// The search went through every plan that could be better.
    pub(crate) exhausted: bool,
}

/// Which supporters hold what, kept in step with the shares.
pub(crate) struct Board<'a, 'q> {
    pub(crate) problem: &'a Problem<'q>,
    pub(crate) bookings: Vec<Vec<Booking>>,
    load: Vec<u32>,
    pub(crate) shares: Vec<Shares>,
    pub(crate) cost: i128,
}

impl<'a, 'q> Board<'a, 'q> {
    pub(crate) fn new(problem: &'a Problem<'q>) -> Self {
        let supporters = problem.supporters.len();
        Self {
            problem,
            bookings: vec![Vec::new(); supporters],
            load: vec![0; supporters],
            shares: vec![Shares::new(); problem.tasks.len()],
            cost: problem.groups.iter().map(|group| group.unmet).sum(),
        }
    }

    /// The board on which these shares stand.
    pub(crate) fn from_shares(problem: &'a Problem<'q>, shares: &[Shares]) -> Self {
        let mut board = Self::new(problem);
        for group in 0..problem.groups.len() {
            let tasks = problem.groups[group].tasks.clone();
            if !shares[tasks.start].is_empty() {
                let placed = board.place(group, &shares[tasks]);
                debug_assert!(placed, "the shares of a plan fit");
            }
        }
        board
    }

    /// Books half-days when they fit; says whether they did.
    fn book(&mut self, task: usize, option: usize, half_days: u32) -> bool {
        let chosen = &self.problem.tasks[task];
        let option_ = &chosen.options[option];
        let j = option_.supporter;
        let booking = Booking { need: chosen.need, window: chosen.window, half_days };
        self.bookings[j].push(booking);
        if !self.problem.tables[j].fits(&self.bookings[j]) {
            self.bookings[j].pop();
            return false;
        }
        self.cost +=
            option_.cost * i128::from(half_days) - self.problem.spread_cost(j, self.load[j]);
        self.load[j] += half_days;
        self.cost += self.problem.spread_cost(j, self.load[j]);
        self.shares[task].push((option, half_days));
        true
    }

    /// Takes back the last share of a task.
    fn unbook(&mut self, task: usize) {
        let Some((option, half_days)) = self.shares[task].pop() else { return };
        let chosen = &self.problem.tasks[task];
        let option = &chosen.options[option];
        let j = option.supporter;
        let booking = Booking { need: chosen.need, window: chosen.window, half_days };
        if let Some(at) = self.bookings[j].iter().rposition(|held| *held == booking) {
            self.bookings[j].remove(at);
        }
        self.cost -=
            option.cost * i128::from(half_days) + self.problem.spread_cost(j, self.load[j]);
        self.load[j] -= half_days;
        self.cost += self.problem.spread_cost(j, self.load[j]);
    }

    pub(crate) fn met(&self, group: usize) -> bool {
        !self.shares[self.problem.groups[group].tasks.start].is_empty()
    }

    fn clear(&mut self, group: usize) {
        if !self.met(group) {
            return;
        }
        for task in self.problem.groups[group].tasks.clone() {
            while !self.shares[task].is_empty() {
                self.unbook(task);
            }
        }
        self.cost += self.problem.groups[group].unmet;
    }

    /// Puts a group's shares in place of nothing; says whether they fit.
    fn place(&mut self, group: usize, shares: &[Shares]) -> bool {
        let tasks = self.problem.groups[group].tasks.clone();
        for (task, wanted) in tasks.clone().zip(shares) {
            for &(option, half_days) in wanted {
                if !self.book(task, option, half_days) {
                    for task in tasks {
                        while !self.shares[task].is_empty() {
                            self.unbook(task);
                        }
                    }
                    return false;
                }
            }
        }
        self.cost -= self.problem.groups[group].unmet;
        true
    }

    fn pins_kept(&self, group: usize) -> bool {
        let group = &self.problem.groups[group];
        group.pinned.iter().all(|&j| {
            group.tasks.clone().any(|task| {
                self.shares[task]
                    .iter()
                    .any(|&(option, _)| self.problem.tasks[task].options[option].supporter == j)
            })
        })
    }
}

/// An exact search over some groups, everything else standing still.
struct Descent<'b, 'a, 'q> {
    board: &'b mut Board<'a, 'q>,
    bound: &'b Bound,
    groups: Vec<usize>,
    /// The least the groups from here on can add to `paid`.
    rest: Vec<i128>,
    best: i128,
    found: Option<Vec<Shares>>,
    steps: u64,
    /// Prices prove more when every group is open; without them plain costs do.
    priced: bool,
    complete: bool,
}

impl Descent<'_, '_, '_> {
    /// `paid` is what the closed groups cost at the bound's prices.
    fn groups(&mut self, depth: usize, paid: i128) {
        if paid + self.rest[depth] >= self.best && self.priced
            || !self.priced
                && self.board.cost - self.open_unmet(depth) + self.rest[depth] >= self.best
        {
            return;
        }
        if self.steps == 0 {
            self.complete = false;
            return;
        }
        self.steps -= 1;
        if depth == self.groups.len() {
            if self.board.cost < self.best {
                self.best = self.board.cost;
                self.found = Some(self.board.shares.clone());
            }
            return;
        }
        let group = self.groups[depth];
        let first = self.board.problem.groups[group].tasks.start;
        self.board.cost -= self.board.problem.groups[group].unmet;
        self.tasks(depth, first, paid);
        self.board.cost += self.board.problem.groups[group].unmet;
        if self.board.problem.groups[group].pinned.is_empty() {
            let unmet = self.board.problem.groups[group].unmet;
            self.groups(depth + 1, paid + unmet);
        }
    }

    /// What the groups not yet closed pay for being unmet, inside the board's cost.
    fn open_unmet(&self, depth: usize) -> i128 {
        self.groups[depth..].iter().map(|&g| self.board.problem.groups[g].unmet).sum()
    }

    fn tasks(&mut self, depth: usize, task: usize, paid: i128) {
        let group = self.groups[depth];
        if task == self.board.problem.groups[group].tasks.end {
            if self.board.pins_kept(group) {
                self.groups(depth + 1, paid);
            }
            return;
        }
        let problem = self.board.problem;
        let demand = problem.tasks[task].role.half_days;
        let options = problem.tasks[task].options.len();
        for option in 0..options {
            if self.steps == 0 {
                self.complete = false;
                return;
            }
            let option_ = &problem.tasks[task].options[option];
            let each = option_.cost + self.bound.price[option_.supporter];
            if self.priced {
                let least = paid + each * i128::from(demand) + self.rest[depth + 1];
                if least >= self.best && !problem.tasks[task].split {
                    continue;
                }
            }
            if option_.room >= demand && self.board.book(task, option, demand) {
                self.tasks(depth, task + 1, paid + each * i128::from(demand));
                self.board.unbook(task);
            }
            if problem.tasks[task].split {
                self.split(depth, task, option, paid);
            }
        }
    }

    /// Shares a task between `first` and every later option.
    fn split(&mut self, depth: usize, task: usize, first: usize, paid: i128) {
        let problem = self.board.problem;
        let chosen = &problem.tasks[task];
        let demand = chosen.role.half_days;
        let cost =
            |o: usize| chosen.options[o].cost + self.bound.price[chosen.options[o].supporter];
        let (cost_first, costs): (i128, Vec<i128>) =
            (cost(first), (0..chosen.options.len()).map(cost).collect());
        for (second, cost_second) in costs.iter().enumerate().skip(first + 1) {
            for mine in (1..demand).rev() {
                if self.steps == 0 {
                    self.complete = false;
                    return;
                }
                self.steps -= 1;
                if !self.board.book(task, first, mine) {
                    continue;
                }
                if self.board.book(task, second, demand - mine) {
                    let paid = paid
                        + cost_first * i128::from(mine)
                        + cost_second * i128::from(demand - mine);
                    self.tasks(depth, task + 1, paid);
                    self.board.unbook(task);
                }
                self.board.unbook(task);
            }
        }
    }
}

/// Re-plans some groups exactly, within a number of steps. Says whether the plan got better.
fn replan(board: &mut Board<'_, '_>, bound: &Bound, groups: &[usize], steps: u64) -> bool {
    let before = board.cost;
    let kept: Vec<(usize, Vec<Shares>)> = groups
        .iter()
        .filter(|&&group| board.met(group))
        .map(|&group| (group, board.shares[board.problem.groups[group].tasks.clone()].to_vec()))
        .collect();
    for &group in groups {
        board.clear(group);
    }
    let problem = board.problem;
    let plain = |group: usize| {
        let group = &problem.groups[group];
        let sum: Option<i128> = problem.tasks[group.tasks.clone()]
            .iter()
            .map(|task| Some(task.options.first()?.cost * i128::from(task.role.half_days)))
            .sum();
        sum.map_or(group.unmet, |sum| sum.min(group.unmet))
    };
    let mut rest = vec![0; groups.len() + 1];
    for (depth, &group) in groups.iter().enumerate().rev() {
        rest[depth] = rest[depth + 1] + plain(group);
    }
    let mut descent = Descent {
        board,
        bound,
        groups: groups.to_vec(),
        rest,
        best: before,
        found: None,
        steps,
        priced: false,
        complete: true,
    };
    descent.groups(0, 0);
    let found = descent.found.take();
    let better = found.is_some();
    match found {
        Some(shares) => {
            for &group in groups {
                let tasks = problem.groups[group].tasks.clone();
                if !shares[tasks.start].is_empty() {
                    board.place(group, &shares[tasks]);
                }
            }
        }
        None => {
            for (group, shares) in kept {
                board.place(group, &shares);
            }
        }
    }
    better
}

/// Finds a plan.
pub(crate) fn search(
    problem: &Problem<'_>,
    bound: &Bound,
    effort: Effort,
    earlier: Option<&Plan>,
) -> Result<Found, ModelError> {
    let mut board = Board::new(problem);
    if let Some(plan) = earlier {
        restore(&mut board, plan);
    }
    round_flow(&mut board, bound);
    improve(&mut board, bound, effort);
    let missing = (0..problem.groups.len())
        .find(|&group| !problem.groups[group].pinned.is_empty() && !board.met(group));
    let value = bound.value;
    let mut found =
        Found { shares: board.shares.clone(), cost: board.cost, exhausted: board.cost <= value };
    if !found.exhausted || missing.is_some() {
        close(&mut board, bound, effort.steps, missing.is_some(), &mut found);
    }
    let unkept = (0..problem.groups.len()).find(|&group| {
        let group = &problem.groups[group];
        !group.pinned.is_empty() && found.shares[group.tasks.start].is_empty()
    });
    if let Some(group) = unkept {
        let need = &problem.needs[group].id;
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

/// The exact search over everything, in the order of least room for manoeuvre.
fn close(board: &mut Board<'_, '_>, bound: &Bound, steps: u64, missing: bool, found: &mut Found) {
    let problem = board.problem;
    for group in 0..problem.groups.len() {
        board.clear(group);
    }
    let mut groups: Vec<usize> = (0..problem.groups.len()).collect();
    let regret = |group: usize| {
        let task = &problem.tasks[problem.groups[group].tasks.start];
        let mut costs: Vec<i128> = task
            .options
            .iter()
            .map(|o| (o.cost + bound.price[o.supporter]) * i128::from(task.role.half_days))
            .collect();
        costs.push(problem.groups[group].unmet);
        costs.sort_unstable();
        costs.get(1).map_or(i128::MAX, |second| second - costs[0])
    };
    groups.sort_by_key(|&group| {
        let pinned = problem.groups[group].pinned.is_empty();
        (pinned, std::cmp::Reverse(regret(group)), group)
    });
    let mut rest = vec![0; groups.len() + 1];
    for (depth, &group) in groups.iter().enumerate().rev() {
        rest[depth] = rest[depth + 1] + bound.least(problem, &problem.groups[group]);
    }
    // What a plan pays at these prices, less what the prices earn, never exceeds its cost.
    for rest in &mut rest {
        *rest -= bound.earned;
    }
    let best = if missing { i128::MAX / 4 } else { found.cost };
    let mut descent = Descent {
        board,
        bound,
        groups,
        rest,
        best,
        found: None,
        steps,
        priced: true,
        complete: true,
    };
    descent.groups(0, 0);
    found.exhausted = descent.complete;
    if let Some(shares) = descent.found.take() {
        found.cost = descent.best;
        found.shares = shares;
    }
}

/// Puts back the shares of an earlier plan that still stand.
fn restore(board: &mut Board<'_, '_>, plan: &Plan) {
    let problem = board.problem;
    for group in 0..problem.groups.len() {
        let need = &problem.needs[group].id;
        let Ok(at) = plan.matches.binary_search_by(|m| m.need.as_str().cmp(need)) else { continue };
        let tasks = problem.groups[group].tasks.clone();
        let shares: Vec<Shares> = tasks
            .clone()
            .map(|t| {
                let task = &problem.tasks[t];
                let covers = |codes: &[String]| {
                    task.role.specialisms.iter().map(|s| &s.code).eq(codes.iter())
                };
                plan.matches[at]
                    .shares
                    .iter()
                    .filter(|share| covers(&share.specialisms))
                    .filter_map(|share| {
                        let option = task.options.iter().position(|option| {
                            problem.supporters[option.supporter].id == share.supporter
                        })?;
                        Some((option, share.half_days))
                    })
                    .collect()
            })
            .collect();
        let whole = tasks.zip(&shares).all(|(t, shares)| {
            shares.iter().map(|&(_, h)| h).sum::<u32>() == problem.tasks[t].role.half_days
        });
        if whole && board.place(group, &shares) && !board.pins_kept(group) {
            board.clear(group);
        }
    }
}

/// Places what is not yet placed: most severe first, each where the shared flow puts most of it,
/// else wherever it fits at least cost.
fn round_flow(board: &mut Board<'_, '_>, bound: &Bound) {
    let problem = board.problem;
    let mut order: Vec<usize> = (0..problem.groups.len()).filter(|&g| !board.met(g)).collect();
    order.sort_by_key(|&group| {
        let need = problem.needs[group];
        let pinned = problem.groups[group].pinned.is_empty();
        (pinned, std::cmp::Reverse((need.severity, need.half_days)), group)
    });
    for group in order {
        replan_one(board, bound, group);
    }
}

/// Places one group, each task with the option that costs least at the prices, the flow's own
/// choice first.
fn replan_one(board: &mut Board<'_, '_>, bound: &Bound, group: usize) {
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
            (!pinned(o), -bound.flow[t][o], option.cost + bound.price[option.supporter], o)
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
fn halve(board: &mut Board<'_, '_>, t: usize, order: &[usize]) -> Option<Shares> {
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

/// Rounds of exact re-planning around needs that cost more than the prices say they must.
fn improve(board: &mut Board<'_, '_>, bound: &Bound, effort: Effort) {
    let problem = board.problem;
    let groups = problem.groups.len();
    if groups == 0 {
        return;
    }
    let least: Vec<i128> = problem.groups.iter().map(|group| bound.least(problem, group)).collect();
    let mut by_supporter: Vec<Vec<usize>> = vec![Vec::new(); problem.supporters.len()];
    let mut idle = vec![0_u32; groups];
    for _ in 0..effort.rounds {
        if board.cost <= bound.value {
            return;
        }
        // The group furthest above its least cost, least tried of late.
        let excess = |group: usize| priced(board, bound, group) - least[group];
        let Some(seed) = (0..groups)
            .filter(|&group| excess(group) > 0)
            .max_by_key(|&group| (std::cmp::Reverse(idle[group]), excess(group), group))
        else {
            return;
        };
        idle[seed] += 1;
        for held in &mut by_supporter {
            held.clear();
        }
        for group in 0..groups {
            for task in problem.groups[group].tasks.clone() {
                for &(option, _) in &board.shares[task] {
                    by_supporter[problem.tasks[task].options[option].supporter].push(group);
                }
            }
        }
        let mut chosen = vec![seed];
        let width = 3 + (idle[seed] as usize).min(5);
        'fill: for reach in 0..2 {
            for at in 0..chosen.len() {
                for task in problem.groups[chosen[at]].tasks.clone() {
                    for option in problem.tasks[task].options.iter().take(4 + 4 * reach) {
                        for &other in &by_supporter[option.supporter] {
                            if !chosen.contains(&other) {
                                chosen.push(other);
                            }
                            if chosen.len() >= width {
                                break 'fill;
                            }
                        }
                    }
                }
            }
        }
        if replan(board, bound, &chosen, 3_000) {
            idle[seed] = 0;
        }
    }
}

/// What a group pays now at the bound's prices.
fn priced(board: &Board<'_, '_>, bound: &Bound, group: usize) -> i128 {
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

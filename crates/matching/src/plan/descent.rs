//! An exact search over some needs, everything else standing still.

use super::board::{Board, Found, Shares};
use super::bound::Bound;

/// An exact search over some groups, everything else standing still.
struct Descent<'b, 'a> {
    board: &'b mut Board<'a>,
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

impl Descent<'_, '_> {
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
                let rest = demand - mine;
                if chosen.options[first].room < mine || chosen.options[second].room < rest {
                    continue;
                }
                if !self.board.book(task, first, mine) {
                    continue;
                }
                if self.board.book(task, second, rest) {
                    let paid =
                        paid + cost_first * i128::from(mine) + cost_second * i128::from(rest);
                    self.tasks(depth, task + 1, paid);
                    self.board.unbook(task);
                }
                self.board.unbook(task);
            }
        }
    }
}

/// The most a group could save by giving schools their turn that have none yet.
fn turns(board: &Board<'_>, group: usize) -> i128 {
    let problem = board.problem;
    if problem.turn == 0 {
        return 0;
    }
    let mut homes: Vec<usize> = Vec::new();
    let mut places = 0;
    for task in &problem.tasks[problem.groups[group].tasks.clone()] {
        places += if task.split { 2 } else { 1 };
        let options = task.options.iter().filter_map(|option| problem.home_of[option.supporter]);
        homes.extend(options.filter(|&home| board.giving[home] == 0));
    }
    homes.sort_unstable();
    homes.dedup();
    problem.turn * homes.len().min(places) as i128
}

/// Re-plans some groups exactly, within a number of steps. Says whether the plan got better.
pub(crate) fn replan(board: &mut Board<'_>, bound: &Bound, groups: &[usize], steps: u64) -> bool {
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
        let turns = turns(board, group);
        let group = &problem.groups[group];
        let sum: Option<i128> = problem.tasks[group.tasks.clone()]
            .iter()
            .map(|task| Some(task.options.first()?.cost * i128::from(task.role.half_days)))
            .sum();
        sum.map_or(group.unmet, |sum| (sum - turns).min(group.unmet))
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

/// The exact search over everything, in the order of least room for manoeuvre.
pub(crate) fn close(
    board: &mut Board<'_>,
    bound: &Bound,
    steps: u64,
    missing: bool,
    found: &mut Found,
) {
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
    groups.sort_by_cached_key(|&group| {
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

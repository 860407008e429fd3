//! Which supporters hold what: a plan in the making.

use super::problem::Problem;
use super::timetable::Booking;

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
pub(crate) struct Board<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) bookings: Vec<Vec<Booking>>,
    load: Vec<u32>,
    /// Bookings of each school whose turn it is to give.
    pub(crate) giving: Vec<u32>,
    pub(crate) shares: Vec<Shares>,
    pub(crate) cost: i128,
}

impl<'a> Board<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let supporters = problem.tables.len();
        Self {
            problem,
            bookings: vec![Vec::new(); supporters],
            load: vec![0; supporters],
            giving: vec![0; problem.homes.len()],
            shares: vec![Shares::new(); problem.tasks.len()],
            cost: problem.groups.iter().map(|group| group.unmet).sum::<i128>()
                + problem.turn * problem.homes.len() as i128,
        }
    }

    /// The board on which these shares stand.
    pub(crate) fn from_shares(problem: &'a Problem, shares: &[Shares]) -> Self {
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
    pub(crate) fn book(&mut self, task: usize, option: usize, half_days: u32) -> bool {
        let chosen = &self.problem.tasks[task];
        let option_ = &chosen.options[option];
        let j = option_.supporter;
        let booking = Booking { need: chosen.need, window: chosen.window, half_days };
        if !self.problem.tables[j].takes(&self.bookings[j], booking) {
            return false;
        }
        self.bookings[j].push(booking);
        self.cost +=
            option_.cost * i128::from(half_days) - self.problem.spread_cost(j, self.load[j]);
        self.load[j] += half_days;
        self.cost += self.problem.spread_cost(j, self.load[j]);
        self.shares[task].push((option, half_days));
        if let Some(home) = self.problem.home_of[j] {
            self.cost -= if self.giving[home] == 0 { self.problem.turn } else { 0 };
            self.giving[home] += 1;
        }
        true
    }

    /// Takes back the last share of a task.
    pub(crate) fn unbook(&mut self, task: usize) {
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
        if let Some(home) = self.problem.home_of[j] {
            self.giving[home] -= 1;
            self.cost += if self.giving[home] == 0 { self.problem.turn } else { 0 };
        }
    }

    pub(crate) fn met(&self, group: usize) -> bool {
        !self.shares[self.problem.groups[group].tasks.start].is_empty()
    }

    pub(crate) fn clear(&mut self, group: usize) {
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
    pub(crate) fn place(&mut self, group: usize, shares: &[Shares]) -> bool {
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

    pub(crate) fn pins_kept(&self, group: usize) -> bool {
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

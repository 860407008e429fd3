//! Which of an earlier plan's words still hold, so that only what changed is explained again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::board::{Board, Shares};
use super::bound::Bound;
use super::explain::next;
use super::problem::Problem;
use super::timetable::Booking;
use super::{Match, Plan, Unmet};

/// An earlier plan whose words are kept where nothing they speak of has changed.
pub(crate) struct Earlier<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) bound: &'a Bound,
    pub(crate) shares: &'a [Shares],
    pub(crate) bookings: &'a [Vec<Booking>],
    pub(crate) plan: &'a Plan,
}

/// What of an earlier plan's words still holds.
pub(crate) struct Words<'a> {
    earlier: Earlier<'a>,
    /// Old position of each need that is unchanged.
    was: Vec<Option<usize>>,
    /// Supporters whose bookings are others now, or who changed themselves.
    touched: Vec<bool>,
    /// The same, as a list.
    list: Vec<usize>,
    /// Position in the old plan's list of unmet needs, by need.
    unmet: BTreeMap<&'a str, usize>,
    /// Nobody came, went or changed.
    same_people: bool,
}

impl<'a> Words<'a> {
    pub(crate) fn new(board: &Board<'_>, earlier: Earlier<'a>) -> Self {
        let (now, old) = (&board.problem.asked, &earlier.problem.asked);
        let was: Vec<Option<usize>> = now
            .needs
            .iter()
            .map(|need| old.need(&need.id).filter(|&was| Arc::ptr_eq(&old.needs[was], need)))
            .collect();
        let mut now_at = vec![None; old.needs.len()];
        for (now, was) in was.iter().enumerate() {
            if let Some(was) = *was {
                now_at[was] = Some(now);
            }
        }
        let sorted = |held: &mut dyn Iterator<Item = (Option<usize>, u32)>| {
            let mut held: Vec<_> = held.collect();
            held.sort_unstable();
            held
        };
        let touched: Vec<bool> = now
            .supporters
            .iter()
            .enumerate()
            .map(|(j, supporter)| {
                let Some(at) = old.supporter(&supporter.id) else { return true };
                let mut before = earlier.bookings[at].iter().map(|b| (now_at[b.need], b.half_days));
                let mut after =
                    board.bookings[j].iter().map(|b| (was[b.need].map(|_| b.need), b.half_days));
                !Arc::ptr_eq(supporter, &old.supporters[at])
                    || sorted(&mut before) != sorted(&mut after)
            })
            .collect();
        let same_people = now.supporters.len() == old.supporters.len()
            && now.supporters.iter().zip(&old.supporters).all(|(a, b)| Arc::ptr_eq(a, b));
        let unmet = earlier.plan.unmet.iter().enumerate().map(|(at, u)| (u.need.as_str(), at));
        let list = (0..touched.len()).filter(|&j| touched[j]).collect();
        Self { was, list, unmet: unmet.collect(), same_people, touched, earlier }
    }

    /// Old position of a group whose need, options and instructions are what they were.
    fn same(&self, problem: &Problem, group: usize) -> Option<usize> {
        let was = self.was[group]?;
        let (tasks, old) = (&problem.groups[group].tasks, &self.earlier.problem.groups[was].tasks);
        let same = tasks.len() == old.len()
            && tasks.clone().zip(old.clone()).all(|(t, o)| {
                let (task, old) = (&problem.tasks[t], &self.earlier.problem.tasks[o]);
                Arc::ptr_eq(&task.options, &old.options)
            });
        same.then_some(was)
    }

    pub(crate) fn matched(
        &self,
        board: &Board<'_>,
        bound: &Bound,
        group: usize,
    ) -> Option<&'a Match> {
        let problem = board.problem;
        let was = self.same(problem, group)?;
        let need = &problem.need(group).id;
        let plan = self.earlier.plan;
        let at = plan.matches.binary_search_by(|m| m.need.as_str().cmp(need)).ok()?;
        let old = self.earlier.problem.groups[was].tasks.clone();
        for (t, o) in problem.groups[group].tasks.clone().zip(old) {
            let (shares, old_shares) = (&board.shares[t], &self.earlier.shares[o]);
            if shares != old_shares {
                return None;
            }
            for &(_, half_days) in shares {
                let now = next(problem, bound, shares, t, half_days);
                let before =
                    next(self.earlier.problem, self.earlier.bound, old_shares, o, half_days);
                let held = now.is_some_and(|o| self.touched[problem.tasks[t].options[o].supporter]);
                if held || now != before {
                    return None;
                }
            }
        }
        Some(&plan.matches[at])
    }

    pub(crate) fn unmet(&self, board: &Board<'_>, group: usize) -> Option<&'a Unmet> {
        let problem = board.problem;
        self.same(problem, group).filter(|_| self.same_people)?;
        let need = &problem.asked.needs[group].id;
        let at = *self.unmet.get(need.as_str())?;
        if problem.asked.about(need) != self.earlier.problem.asked.about(need) {
            return None;
        }
        // One broken rule or none: their time may matter to what is said.
        let matters = |t: usize| self.list.iter().any(|&j| problem.broken(t, j).count_ones() <= 1);
        let clear = !problem.groups[group].tasks.clone().any(matters);
        clear.then(|| &self.earlier.plan.unmet[at])
    }
}

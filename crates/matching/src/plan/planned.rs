//! A question planned once and kept: "what if" is answered from the last optimum.

use serde::{Deserialize, Serialize};

use super::asked::{Asked, Change};
use super::board::{Board, Found, Shares};
use super::bound::{Bound, bound};
use super::coverage::Worth;
use super::explain;
use super::problem::Problem;
use super::search::{Start, excess, search, shares_of};
use super::timetable::Booking;
use super::words::Earlier;
use super::{Effort, Plan, Question};
use crate::error::ModelError;

/// A question with its plan, and what is needed to plan again at once when something changes.
///
/// ```
/// use matching::{Change, Effort, Pair, Planned, invented_desk::desk};
///
/// let now = Planned::new(&desk(20, 1), Effort::default())?;
/// let first = &now.plan().matches[0];
/// let pair = Pair::new(&first.need, &first.shares[0].supporter);
/// let then = now.what_if(&[Change::Forbid(pair.clone())], Effort::what_if())?;
/// assert!(then.moved.iter().any(|moved| moved.need == pair.need));
/// # Ok::<(), matching::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Planned {
    pub(crate) problem: Problem,
    pub(crate) bound: Bound,
    pub(crate) shares: Vec<Shares>,
    bookings: Vec<Vec<Booking>>,
    /// What each need costs above its least at the prices.
    excess: Vec<i128>,
    plan: Plan,
}

/// A need whose supporters would be others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The need's id.
    pub need: String,
    /// What it is called.
    pub label: String,
    /// Ids of its supporters as things are; none when it is unmet or new.
    pub before: Vec<String>,
    /// Ids of its supporters then; none when it would be unmet or is closed.
    pub after: Vec<String>,
}

/// The answer to a "what if".
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// The plan then, ready for the next question.
    pub after: Planned,
    /// What the change is worth: negative where it costs.
    pub worth: Worth,
    /// Needs whose supporters would be others, by id.
    pub moved: Vec<Moved>,
    /// The same in sentences.
    pub sentences: Vec<String>,
}

impl Planned {
    /// Plans a question from scratch.
    ///
    /// # Errors
    /// As [`super::propose`].
    pub fn new(question: &Question, effort: Effort) -> Result<Self, ModelError> {
        Self::solve(Asked::new(question)?, effort, None)
    }

    /// Plans a question from an earlier plan for one much like it.
    pub(crate) fn from_plan(
        question: &Question,
        earlier: &Plan,
        effort: Effort,
    ) -> Result<Self, ModelError> {
        Self::solve(Asked::new(question)?, effort, Some(earlier))
    }

    fn solve(asked: Asked, effort: Effort, earlier: Option<&Plan>) -> Result<Self, ModelError> {
        let problem = Problem::build(asked, None)?;
        let bound = bound(&problem, None)?;
        let shares = earlier.map(|plan| shares_of(&problem, plan)).unwrap_or_default();
        let found = search(&problem, &bound, effort, &Start { shares, excess: None })?;
        let board = Board::from_shares(&problem, &found.shares);
        let plan = explain::plan(&board, &bound, &found, None);
        let excess = excess(&board, &bound);
        let bookings = board.bookings;
        Ok(Self { shares: found.shares, problem, bound, bookings, excess, plan })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan alone.
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// Plans again with some changes, from this plan: shares that still stand are kept where they
    /// are not worth less than before, the shared flow is settled rather than solved again, and
    /// only what changed is explained anew.
    ///
    /// # Errors
    /// [`ModelError`] when a change names nobody, contradicts another or a hard rule, or holds a
    /// number out of range.
    pub fn with(&self, changes: &[Change], effort: Effort) -> Result<Self, ModelError> {
        let mut asked = self.problem.asked.clone();
        changes.iter().try_for_each(|change| asked.apply(change))?;
        let problem = Problem::build(asked, Some(&self.problem))?;
        let same_units = problem.unit == self.problem.unit
            && problem.turn == self.problem.turn
            && problem.unmet_unit == self.problem.unmet_unit
            && problem.spread == self.problem.spread;
        let bound = bound(&problem, same_units.then_some((&self.problem, &self.bound)))?;
        let start = self.start(&problem, same_units);
        let found = search(&problem, &bound, effort, &start)?;
        let board = Board::from_shares(&problem, &found.shares);
        // Other rules, other words.
        let same_rules = problem.asked.policy == self.problem.asked.policy;
        let plan = explain::plan(&board, &bound, &found, same_rules.then(|| self.earlier()));
        let excess = excess(&board, &bound);
        let bookings = board.bookings;
        Ok(Self { shares: found.shares, problem, bound, bookings, excess, plan })
    }

    /// Other shares for the same question, as a plan in words.
    pub(crate) fn described(&self, shares: Vec<Shares>) -> Plan {
        let board = Board::from_shares(&self.problem, &shares);
        let cost = board.cost;
        let found = Found { shares, cost, exhausted: false };
        let mut plan = explain::plan(&board, &self.bound, &found, Some(self.earlier()));
        plan.proved = false;
        plan
    }

    fn earlier(&self) -> Earlier<'_> {
        Earlier {
            problem: &self.problem,
            bound: &self.bound,
            shares: &self.shares,
            bookings: &self.bookings,
            plan: &self.plan,
        }
    }

    /// This plan's shares on a later problem's options.
    pub(crate) fn start(&self, problem: &Problem, same_units: bool) -> Start {
        let old = &self.problem;
        let mut shares = vec![Shares::new(); problem.tasks.len()];
        let mut known = vec![0; problem.groups.len()];
        for (index, group) in problem.groups.iter().enumerate() {
            let Some(was) = old.asked.need(&problem.need(index).id) else { continue };
            known[index] = self.excess[was];
            let was = old.groups[was].tasks.clone();
            if was.len() != group.tasks.len() {
                continue;
            }
            for (t, was) in group.tasks.clone().zip(was) {
                let (task, before) = (&problem.tasks[t], &old.tasks[was]);
                let same = std::sync::Arc::ptr_eq(&task.options, &before.options);
                for &(o, half_days) in &self.shares[was] {
                    let id = &old.supporter(before.options[o].supporter).id;
                    let at = if same {
                        Some(o)
                    } else {
                        let mut options = task.options.iter();
                        options.position(|option| problem.supporter(option.supporter).id == *id)
                    };
                    shares[t].extend(at.map(|at| (at, half_days)));
                }
            }
        }
        Start { shares, excess: same_units.then_some(known) }
    }

    /// What would follow from some changes.
    ///
    /// # Errors
    /// As [`Planned::with`].
    pub fn what_if(&self, changes: &[Change], effort: Effort) -> Result<WhatIf, ModelError> {
        let after = self.with(changes, effort)?;
        let worth = self.worth(&after);
        let moved = self.moved(&after);
        let mut sentences = vec![worth.sentence()];
        sentences.extend(moved.iter().map(|moved| {
            let names = |planned: &Self, ids: &[String]| -> String {
                let asked = &planned.problem.asked;
                let label = |id: &String| {
                    asked.supporter(id).map_or(id.clone(), |j| asked.supporters[j].label.clone())
                };
                ids.iter().map(label).collect::<Vec<_>>().join(" and ")
            };
            let label = &moved.label;
            match (moved.before.is_empty(), moved.after.is_empty()) {
                (true, _) => format!("{label} would be met by {}.", names(&after, &moved.after)),
                (_, true) => {
                    format!("{label} would lose {}.", names(self, &moved.before))
                }
                _ => format!(
                    "{label} would change from {} to {}.",
                    names(self, &moved.before),
                    names(&after, &moved.after)
                ),
            }
        }));
        Ok(WhatIf { after, worth, moved, sentences })
    }

    /// What another plan is worth against this one, aim by aim.
    pub(crate) fn worth(&self, after: &Self) -> Worth {
        let mut out = Worth::default();
        let (before, then) = (&self.plan.cost, &after.plan.cost);
        for (at, met) in out.met_half_days.iter_mut().enumerate() {
            *met = before.unmet_half_days[at] as f64 - then.unmet_half_days[at] as f64;
        }
        let left_out = |cost: &super::PlanCost| (cost.not_giving + cost.not_receiving) as f64;
        out.schools = left_out(before) - left_out(then);
        let points = |cost: &super::PlanCost| cost.points_short + cost.spread_points;
        out.points = ((points(before) - points(then)) * 100.0).round() / 100.0;
        out
    }

    /// Needs whose supporters differ between two plans, by id.
    fn moved(&self, after: &Self) -> Vec<Moved> {
        let who = |planned: &Self, id: &str| -> Vec<String> {
            let Some(index) = planned.problem.asked.need(id) else { return Vec::new() };
            let mut ids: Vec<String> = planned.problem.groups[index]
                .tasks
                .clone()
                .flat_map(|t| planned.shares[t].iter().map(move |&(o, _)| (t, o)))
                .map(|(t, o)| {
                    let supporter = planned.problem.tasks[t].options[o].supporter;
                    planned.problem.supporter(supporter).id.clone()
                })
                .collect();
            ids.sort();
            ids.dedup();
            ids
        };
        let (old, new) = (&self.problem.asked.needs, &after.problem.asked.needs);
        let mut ids: Vec<_> = old.iter().chain(new).map(|need| (&need.id, &need.label)).collect();
        ids.sort();
        ids.dedup_by_key(|(id, _)| *id);
        ids.into_iter()
            .filter_map(|(id, label)| {
                let (before, after) = (who(self, id), who(after, id));
                let (need, label) = (id.clone(), label.clone());
                (before != after).then_some(Moved { need, label, before, after })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invented_desk::desk;
    use crate::plan::Pair;

    #[test]
    fn kept_words_equal_words_made_anew() {
        let question = desk(120, 3);
        let spare = desk(130, 8);
        let mut now = Planned::new(&question, Effort { rounds: 50, steps: 100 }).unwrap();
        for turn in 0..24 {
            let first = &now.plan.matches[turn * 3];
            let pair = Pair::new(&first.need, &first.shares[0].supporter);
            let change = match turn % 6 {
                0 | 1 => Change::Forbid(pair),
                2 => Change::Close(pair.need),
                3 => Change::Need(spare.needs[turn + 100].clone()),
                4 => Change::Leave(pair.supporter),
                _ => Change::Supporter(spare.supporters[turn + 40].clone()),
            };
            now = now.with(&[change], Effort::what_if()).unwrap();
            let board = Board::from_shares(&now.problem, &now.shares);
            let exhausted = now.plan.proved;
            let found = Found { shares: now.shares.clone(), cost: board.cost, exhausted };
            assert_eq!(explain::plan(&board, &now.bound, &found, None), now.plan, "turn {turn}");
        }
    }
}

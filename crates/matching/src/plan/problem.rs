//! A question turned into numbers: tasks, arcs, timetables and costs in strict order of aims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::asked::Asked;
use super::timetable::Timetable;
use crate::candidates::draw;
use crate::error::ModelError;
use crate::model::{Need, Supporter, Window};
use crate::policy::Policy;
use crate::rules::{HardRule, Removal, Role, broken, removals, roles};
use crate::score::{Score, lacks, score};

/// Each half-day of one severity outweighs this many of the next lower one (or all there are,
/// when there are fewer).
const SEVERITY_STEP: i128 = 1024;
/// Ties are broken within this many steps.
const TIE_STEPS: i128 = 64;
/// The most half-days in a question.
const MOST_HALF_DAYS: u64 = 100_000_000;

/// A supporter who may take a task.
#[derive(Clone, Debug)]
pub(crate) struct Option_ {
    pub(crate) supporter: usize,
    /// Cost of one half-day in the solver's unit.
    pub(crate) cost: i128,
    /// Most half-days.
    pub(crate) room: u32,
    pub(crate) agreed: bool,
    /// Points short of a perfect match, in hundredths.
    pub(crate) lacks: i64,
}

impl Option_ {
    fn key(&self) -> (usize, i128, u32, bool) {
        (self.supporter, self.cost, self.room, self.agreed)
    }
}

/// One role of one need.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) need: usize,
    pub(crate) role: Arc<Role>,
    pub(crate) split: bool,
    pub(crate) window: Window,
    /// Cheapest first.
    pub(crate) options: Arc<Vec<Option_>>,
}

/// A need's tasks: all are met, or none.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) tasks: std::ops::Range<usize>,
    /// Cost of leaving it unmet.
    pub(crate) unmet: i128,
    /// Supporters who must each have a share; when there are any, it cannot stay unmet.
    pub(crate) pinned: Vec<usize>,
    /// The school could give itself and has received nothing this year.
    pub(crate) waiting: bool,
}

/// Pairs by position.
type Pairs = BTreeSet<(usize, usize)>;

#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) asked: Asked,
    pub(crate) tables: Vec<Timetable>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) groups: Vec<Group>,
    /// Cost of one hundredth of a point for one half-day.
    pub(crate) unit: i128,
    /// Cost of one unmet half-day by severity one to five.
    pub(crate) unmet_unit: [i128; 5],
    /// Cost of a school that gives nothing or receives nothing; nought when that is no aim.
    pub(crate) turn: i128,
    /// Schools with free time that have given nothing this year, by id.
    pub(crate) homes: Vec<String>,
    /// The position of each supporter's school among `homes`.
    pub(crate) home_of: Vec<Option<usize>>,
    /// Cost of a half-day beyond a third of a supporter's time; twice that beyond two thirds.
    pub(crate) spread: i128,
    span: Window,
    recency: Vec<i128>,
    forbids: Pairs,
    /// Schools that could give and have received nothing this year.
    waiting: BTreeSet<String>,
}

/// What of an earlier problem still holds.
struct Reuse<'a> {
    old: &'a Problem,
    /// New position of each old supporter who is still there and unchanged.
    moved: Vec<Option<usize>>,
    /// Positions of supporters who are new or changed.
    fresh: Vec<usize>,
}

impl Problem {
    /// Turns a question into numbers. What an earlier problem already worked out is taken over.
    pub(crate) fn build(asked: Asked, earlier: Option<&Self>) -> Result<Self, ModelError> {
        let resolve = |pairs: &BTreeSet<super::Pair>, instruction: &str| {
            pairs.iter().map(|pair| asked.pair(pair, instruction)).collect::<Result<Pairs, _>>()
        };
        let pins = resolve(&asked.pins, "pin")?;
        let forbids = resolve(&asked.forbids, "forbid")?;
        if let Some(&(need, supporter)) = pins.intersection(&forbids).next() {
            return Err(ModelError::Contradiction {
                reason: format!(
                    "need \"{}\" with supporter \"{}\" is pinned and forbidden: lift one of the two",
                    asked.needs[need].id, asked.supporters[supporter].id
                ),
            });
        }
        // An agreed pair whose need has since closed is history, not a mistake.
        let agreed: Pairs =
            asked.agreed.iter().filter_map(|pair| asked.pair(pair, "agree").ok()).collect();
        let Units { unit, turn, unmet_unit } = units(&asked)?;
        let span = Window {
            earliest: asked.needs.iter().map(|need| need.window.earliest).min().unwrap_or(0),
            latest: asked.needs.iter().map(|need| need.window.latest).max().unwrap_or(0),
        };
        if span.latest - span.earliest > 10_000 {
            return Err(ModelError::Field {
                record: "the question".into(),
                field: "window".into(),
                value: format!("{} to {}", span.earliest, span.latest),
                expected: "expected windows within 10,000 weeks of one another".into(),
            });
        }
        let reuse = earlier
            .filter(|old| {
                old.unit == unit
                    && old.turn == turn
                    && old.unmet_unit == unmet_unit
                    && old.span == span
                    && old.asked.policy == asked.policy
                    && Arc::ptr_eq(&old.asked.journeys, &asked.journeys)
            })
            .map(|old| Reuse::new(old, &asked));
        let tables: Vec<Timetable> =
            asked.supporters.iter().map(|s| Timetable::new(s, span)).collect();
        let (homes, waiting) = turns(&asked, &tables, turn > 0);
        let home_of =
            |supporter: &Arc<Supporter>| homes.binary_search(&supporter.home.as_ref()?.school).ok();
        let mut problem = Self {
            home_of: asked.supporters.iter().map(home_of).collect(),
            homes,
            waiting,
            tables,
            recency: recency(&asked.supporters),
            tasks: Vec::with_capacity(asked.needs.len() * 2),
            groups: Vec::with_capacity(asked.needs.len()),
            unit,
            unmet_unit,
            turn,
            spread: (asked.policy.spread_points * 100.0).round() as i128 * unit,
            span,
            forbids,
            asked,
        };
        let mut offers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let supporters = problem.asked.supporters.clone();
        for (j, supporter) in supporters.iter().enumerate() {
            for held in &supporter.specialisms {
                let list = offers.entry(&held.code).or_default();
                if list.last() != Some(&j) {
                    list.push(j);
                }
            }
        }
        for index in 0..problem.asked.needs.len() {
            problem.add_need(index, &pins, &agreed, &offers, reuse.as_ref())?;
        }
        Ok(problem)
    }

    pub(crate) fn need(&self, index: usize) -> &Need {
        &self.asked.needs[index]
    }

    pub(crate) fn supporter(&self, index: usize) -> &Supporter {
        &self.asked.supporters[index]
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.asked.policy
    }

    fn add_need(
        &mut self,
        index: usize,
        pins: &Pairs,
        agreed: &Pairs,
        offers: &BTreeMap<&str, Vec<usize>>,
        reuse: Option<&Reuse<'_>>,
    ) -> Result<(), ModelError> {
        let need = Arc::clone(&self.asked.needs[index]);
        let pinned: Vec<usize> =
            pins.range((index, 0)..(index + 1, 0)).map(|&(_, supporter)| supporter).collect();
        let severity = usize::from(need.severity) - 1;
        let waiting = self.waiting.contains(&need.school);
        let turn = if waiting { self.turn } else { 0 };
        let unmet = self.unmet_unit[severity] * i128::from(need.half_days) + turn;
        let start = self.tasks.len();
        let same = reuse.and_then(|reuse| Some((reuse, reuse.same(&self.asked, index)?)));
        if let Some((reuse, old)) = same {
            for t in reuse.old.groups[old].tasks.clone() {
                let task = self.taken_over(index, &reuse.old.tasks[t], reuse);
                self.tasks.push(task);
            }
            self.groups.push(Group { tasks: start..self.tasks.len(), unmet, pinned, waiting });
            return Ok(());
        }
        let mut lists = Vec::new();
        for role in roles(&need) {
            // The rarest of what is wanted goes first, without looking at anybody else.
            let none = Vec::new();
            let able = role
                .specialisms
                .iter()
                .map(|wanted| offers.get(wanted.code.as_str()).unwrap_or(&none))
                .min_by_key(|list| list.len())
                .unwrap_or(&none);
            let mut options: Vec<Option_> =
                able.iter().filter_map(|&j| self.option(index, &role, j, agreed)).collect();
            options.sort_by_key(|option| (option.cost, option.supporter));
            lists.push(options);
            self.tasks.push(Task {
                need: index,
                split: need.may_split,
                window: need.window,
                options: Arc::default(),
                role: Arc::new(role),
            });
        }
        let tasks = start..self.tasks.len();
        let places = if need.may_split { 2 } else { 1 } * tasks.len();
        for &j in &pinned {
            let able = lists.iter().flatten().any(|option| option.supporter == j);
            if !able || pinned.len() > places {
                return Err(self.broken_pin(&need, j, start, pinned.len()));
            }
        }
        if places == 1
            && let Some(&j) = pinned.first()
        {
            lists[0].retain(|option| option.supporter == j);
        }
        for (task, options) in self.tasks[start..].iter_mut().zip(lists) {
            task.options = Arc::new(options);
        }
        self.groups.push(Group { tasks, unmet, pinned, waiting });
        Ok(())
    }

    /// A supporter as an option for a role, when no rule is in the way.
    fn option(&self, index: usize, role: &Role, j: usize, agreed: &Pairs) -> Option<Option_> {
        let (need, supporter) = (self.need(index), self.supporter(j));
        let lacking = |wanted: &crate::model::Specialism| supporter.holds(&wanted.code).is_none();
        if self.forbids.contains(&(index, j)) || role.specialisms.iter().any(lacking) {
            return None;
        }
        let free = self.tables[j].free(need.window.earliest, need.window.latest);
        let travel = self.travel(need, supporter);
        let policy = self.policy();
        if broken(need, role, supporter, policy, travel, free) != 0 {
            return None;
        }
        let lacks = lacks(need, role, supporter, policy, travel, free);
        let agreed = agreed.contains(&(index, j));
        let bonus = (policy.incumbent_points * 100.0).round() as i128;
        let draw = i128::from(draw(0, &[&need.id, &supporter.id]) % 32);
        let points = i128::from(lacks) + if agreed { 0 } else { bonus };
        let cost = points * self.unit + self.recency[j] + draw;
        Some(Option_ { supporter: j, cost, room: role.half_days.min(free), agreed, lacks })
    }

    /// A task of an unchanged need, with only the changed supporters looked at again.
    fn taken_over(&self, index: usize, task: &Task, reuse: &Reuse<'_>) -> Task {
        let mut task = Task { need: index, ..task.clone() };
        if reuse.fresh.is_empty()
            && reuse.moved.len() == self.recency.len()
            && reuse.old.recency == self.recency
        {
            return task;
        }
        let mut options: Vec<Option_> = task
            .options
            .iter()
            .filter_map(|option| {
                let supporter = reuse.moved[option.supporter]?;
                let turn = self.recency[supporter] - reuse.old.recency[option.supporter];
                Some(Option_ { supporter, cost: option.cost + turn, ..option.clone() })
            })
            .collect();
        // An unchanged need has no instruction about a changed supporter: see `same`.
        let none = Pairs::new();
        let fresh = reuse.fresh.iter();
        options.extend(fresh.filter_map(|&j| self.option(index, &task.role, j, &none)));
        options.sort_by_key(|option| (option.cost, option.supporter));
        // Who holds on to the very list can see that nothing changed.
        let fresh = options.iter().any(|option| reuse.fresh.contains(&option.supporter));
        if fresh || !options.iter().map(Option_::key).eq(task.options.iter().map(Option_::key)) {
            task.options = Arc::new(options);
        }
        task
    }

    fn travel(&self, need: &Need, supporter: &Supporter) -> Option<f64> {
        self.asked.journeys.get(&need.id)?.get(&supporter.id).copied()
    }

    /// Which rules keep a supporter from a task, one bit for each.
    pub(crate) fn broken(&self, t: usize, j: usize) -> u16 {
        let (task, supporter) = (&self.tasks[t], self.supporter(j));
        let need = self.need(task.need);
        let free = self.tables[j].free(need.window.earliest, need.window.latest);
        let travel = self.travel(need, supporter);
        let mask = broken(need, &task.role, supporter, self.policy(), travel, free);
        let forbidden = self.forbids.contains(&(task.need, j));
        mask | u16::from(forbidden) << HardRule::Forbidden as u16
    }

    /// Why a supporter may not take a task, in words; empty when they may.
    pub(crate) fn removals(&self, t: usize, j: usize) -> Vec<Removal> {
        let (task, supporter) = (&self.tasks[t], self.supporter(j));
        let need = self.need(task.need);
        let travel = self.travel(need, supporter);
        let mut list = removals(need, &task.role, supporter, self.policy(), travel);
        if self.forbids.contains(&(task.need, j)) {
            list.push(Removal::new(
                HardRule::Forbidden,
                format!("{} is set aside for this need by the broker.", supporter.label),
                "Lift the broker's instruction.".into(),
            ));
        }
        list
    }

    /// The score of a supporter for a task, in parts.
    pub(crate) fn score(&self, t: usize, j: usize) -> Score {
        let (task, supporter) = (&self.tasks[t], self.supporter(j));
        let need = self.need(task.need);
        score(need, &task.role, supporter, self.policy(), self.travel(need, supporter))
    }

    fn broken_pin(&self, need: &Need, j: usize, start: usize, pins: usize) -> ModelError {
        let supporter = self.supporter(j);
        let reasons: Vec<String> = (start..self.tasks.len())
            .flat_map(|t| self.removals(t, j))
            .map(|removal| removal.sentence)
            .collect();
        let pair = format!("need \"{}\" is pinned to supporter \"{}\"", need.id, supporter.id);
        let reason = if reasons.is_empty() {
            format!("{pair}, one of {pins} pins, but the need has fewer roles: lift a pin")
        } else {
            format!("{pair}, but: {} Lift the pin or mend the reason", reasons.join(" "))
        };
        ModelError::Contradiction { reason }
    }

    /// Cost of spreading: nothing up to a third of a supporter's time, then a step, then two.
    pub(crate) fn spread_cost(&self, supporter: usize, half_days: u32) -> i128 {
        self.spread_of(self.tables[supporter].total(), half_days)
    }

    /// The same for somebody with so many free half-days.
    pub(crate) fn spread_of(&self, total: u32, half_days: u32) -> i128 {
        let (third, two_thirds) = (total.div_ceil(3), (2 * total).div_ceil(3));
        let over = |limit: u32| i128::from(half_days.saturating_sub(limit));
        self.spread * (over(third) + over(two_thirds))
    }
}

impl<'a> Reuse<'a> {
    fn new(old: &'a Problem, asked: &Asked) -> Self {
        let mut known = vec![false; asked.supporters.len()];
        let moved = old
            .asked
            .supporters
            .iter()
            .map(|before| {
                let now = asked.supporter(&before.id)?;
                let same = Arc::ptr_eq(before, &asked.supporters[now]);
                known[now] = same;
                same.then_some(now)
            })
            .collect();
        let fresh = (0..known.len()).filter(|&j| !known[j]).collect();
        Self { old, moved, fresh }
    }

    /// The old position of a need when neither it nor any instruction about it changed, nor names
    /// a changed supporter.
    fn same(&self, asked: &Asked, index: usize) -> Option<usize> {
        let need = &asked.needs[index];
        let old = self.old.asked.need(&need.id)?;
        if !Arc::ptr_eq(need, &self.old.asked.needs[old]) {
            return None;
        }
        let (now, before) = (asked.about(&need.id), self.old.asked.about(&need.id));
        let plain = |pair: &super::Pair| {
            asked.supporter(&pair.supporter).is_none_or(|j| !self.fresh.contains(&j))
        };
        // A pin narrows a task's options, which a newcomer must not widen again.
        let narrowed = !now[0].is_empty() && !self.fresh.is_empty();
        let same = now == before && !narrowed && now.iter().flatten().all(|pair| plain(pair));
        same.then_some(old)
    }
}

/// What each aim costs, each level dearer than all of the next could be.
struct Units {
    /// A hundredth of a point for a half-day.
    unit: i128,
    /// A school left out of giving or receiving.
    turn: i128,
    /// An unmet half-day by severity.
    unmet_unit: [i128; 5],
}

/// Half-days and records are rounded up, so that a small change of the question leaves the units
/// alone. Each level is more than twice what the next could come to, so that a difference of two
/// costs can be taken apart again, whatever the signs.
fn units(asked: &Asked) -> Result<Units, ModelError> {
    let sum: u64 = asked.needs.iter().map(|need| u64::from(need.half_days)).sum();
    let too_large = || ModelError::TooLarge {
        what: "the sum of half-days".into(),
        limit: MOST_HALF_DAYS.cast_signed(),
    };
    if sum > MOST_HALF_DAYS {
        return Err(too_large());
    }
    let half_days = i128::from(sum.next_power_of_two());
    let policy = &asked.policy;
    let most =
        (policy.weights.total() + policy.incumbent_points + 2.0 * policy.spread_points) * 100.0;
    let unit = half_days * TIE_STEPS + 1;
    let mut level = 2 * (most.ceil() as i128 + 1) * unit * (half_days + 1);
    let mut turn = 0;
    if policy.give_and_receive {
        let records = (asked.needs.len() + asked.supporters.len()).next_power_of_two();
        turn = level;
        level = level.checked_mul(2 * records as i128 + 2).ok_or_else(too_large)?;
    }
    let mut unmet_unit = [0; 5];
    for slot in &mut unmet_unit {
        *slot = level;
        level = level.checked_mul(SEVERITY_STEP.min(2 * half_days + 2)).ok_or_else(too_large)?;
    }
    // Everything unmet, with room for sums and differences.
    unmet_unit[4].checked_mul(half_days * 8).ok_or_else(too_large)?;
    Ok(Units { unit, turn, unmet_unit })
}

/// Whose turn it is: schools with free time that have given nothing this year, and schools that
/// supporters come from that have received nothing.
fn turns(asked: &Asked, tables: &[Timetable], wanted: bool) -> (Vec<String>, BTreeSet<String>) {
    let mut schools: BTreeMap<&str, (bool, bool, bool)> = BTreeMap::new();
    for (supporter, table) in asked.supporters.iter().zip(tables).filter(|_| wanted) {
        let Some(home) = &supporter.home else { continue };
        let (free, gave, got) = schools.entry(&home.school).or_default();
        *free |= table.total() > 0;
        *gave |= home.given_half_days > 0;
        *got |= home.received_half_days > 0;
    }
    let homes = schools.iter().filter(|(_, (free, gave, _))| *free && !gave);
    let waiting = schools.iter().filter(|(_, (_, _, got))| !got);
    (
        homes.map(|(school, _)| (*school).to_owned()).collect(),
        waiting.map(|(school, _)| (*school).to_owned()).collect(),
    )
}

/// Nought for whoever was used longest ago, up to one, in steps of equal size.
fn recency(supporters: &[Arc<Supporter>]) -> Vec<i128> {
    let weeks: BTreeSet<_> = supporters.iter().map(|s| s.last_used).collect();
    let order: BTreeMap<_, _> = weeks.iter().enumerate().map(|(i, &week)| (week, i)).collect();
    let top = (order.len().max(2) - 1) as i128;
    let scale = TIE_STEPS / 2 - 1;
    supporters.iter().map(|s| order[&s.last_used] as i128 * scale / top).collect()
}

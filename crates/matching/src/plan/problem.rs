//! A question turned into numbers: tasks, arcs, timetables and costs in strict order of aims.

use std::collections::{BTreeMap, BTreeSet};

use super::timetable::Timetable;
use super::{Pair, Question};
use crate::candidates::draw;
use crate::check;
use crate::error::ModelError;
use crate::model::{Need, Supporter, Window};
use crate::rules::{HardRule, Removal, Role, broken, removals, roles};
use crate::score::{Score, lacks, score};

/// Each half-day of one severity outweighs this many of the next lower one (or all there are,
/// when there are fewer).
const SEVERITY_STEP: i128 = 4096;
/// Ties are broken within this many steps.
const TIE_STEPS: i128 = 64;

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

/// One role of one need.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) need: usize,
    pub(crate) role: Role,
    pub(crate) split: bool,
    pub(crate) window: Window,
    /// Cheapest first.
    pub(crate) options: Vec<Option_>,
}

/// A need's tasks: all are met, or none.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) tasks: std::ops::Range<usize>,
    /// Cost of leaving it unmet.
    pub(crate) unmet: i128,
    /// Supporters who must each have a share; when there are any, it cannot stay unmet.
    pub(crate) pinned: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Problem<'a> {
    pub(crate) question: &'a Question,
    /// Needs by id.
    pub(crate) needs: Vec<&'a Need>,
    /// Supporters by id.
    pub(crate) supporters: Vec<&'a Supporter>,
    pub(crate) tables: Vec<Timetable>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) groups: Vec<Group>,
    /// Cost of one hundredth of a point for one half-day.
    pub(crate) unit: i128,
    /// Cost of one unmet half-day by severity one to five.
    pub(crate) unmet_unit: [i128; 5],
    /// Cost of a half-day beyond a third of a supporter's time; twice that beyond two thirds.
    pub(crate) spread: i128,
}

impl<'a> Problem<'a> {
    pub(crate) fn build(question: &'a Question) -> Result<Self, ModelError> {
        question.policy.check()?;
        check::needs(&question.needs)?;
        check::supporters(&question.supporters)?;
        let mut needs: Vec<&Need> = question.needs.iter().collect();
        needs.sort_by(|a, b| a.id.cmp(&b.id));
        let mut supporters: Vec<&Supporter> = question.supporters.iter().collect();
        supporters.sort_by(|a, b| a.id.cmp(&b.id));
        let known_needs: BTreeMap<&str, usize> =
            needs.iter().enumerate().map(|(i, need)| (need.id.as_str(), i)).collect();
        let known_supporters: BTreeMap<&str, usize> =
            supporters.iter().enumerate().map(|(j, s)| (s.id.as_str(), j)).collect();
        let resolve = |pairs: &[Pair], instruction: &str| {
            let unknown = |what: &str, id: &str| ModelError::Unknown {
                instruction: instruction.into(),
                what: what.into(),
                id: id.into(),
            };
            pairs
                .iter()
                .map(|pair| {
                    let need = known_needs.get(pair.need.as_str());
                    let supporter = known_supporters.get(pair.supporter.as_str());
                    Ok((
                        *need.ok_or_else(|| unknown("need", &pair.need))?,
                        *supporter.ok_or_else(|| unknown("supporter", &pair.supporter))?,
                    ))
                })
                .collect::<Result<BTreeSet<(usize, usize)>, ModelError>>()
        };
        let pins = resolve(&question.pins, "pin")?;
        let forbids = resolve(&question.forbids, "forbid")?;
        if let Some(&(need, supporter)) = pins.intersection(&forbids).next() {
            return Err(ModelError::Contradiction {
                reason: format!(
                    "need \"{}\" with supporter \"{}\" is pinned and forbidden: lift one of the two",
                    needs[need].id, supporters[supporter].id
                ),
            });
        }
        // An agreed pair whose need has since closed is history, not a mistake.
        let agreed: BTreeSet<(usize, usize)> = question
            .agreed
            .iter()
            .filter_map(|pair| {
                let need = known_needs.get(pair.need.as_str())?;
                Some((*need, *known_supporters.get(pair.supporter.as_str())?))
            })
            .collect();

        let half_days: i128 = needs.iter().map(|need| i128::from(need.half_days)).sum();
        let policy = &question.policy;
        let most =
            (policy.weights.total() + policy.incumbent_points + 2.0 * policy.spread_points) * 100.0;
        let unit = half_days * TIE_STEPS + 1;
        let mut unmet_unit = [0; 5];
        let too_large =
            || ModelError::TooLarge { what: "the sum of half-days".into(), limit: 100_000_000 };
        if half_days > 100_000_000 {
            return Err(too_large());
        }
        let mut level = (most.ceil() as i128 + 1) * unit * (half_days + 1);
        for slot in &mut unmet_unit {
            *slot = level;
            level = level.checked_mul(SEVERITY_STEP.min(half_days + 1)).ok_or_else(too_large)?;
        }
        let span = Window {
            earliest: needs.iter().map(|need| need.window.earliest).min().unwrap_or(0),
            latest: needs.iter().map(|need| need.window.latest).max().unwrap_or(0),
        };
        if span.latest - span.earliest > 10_000 {
            return Err(ModelError::Field {
                record: "the question".into(),
                field: "window".into(),
                value: format!("{} to {}", span.earliest, span.latest),
                expected: "expected windows within 10,000 weeks of one another".into(),
            });
        }
        let mut problem = Self {
            question,
            tables: supporters.iter().map(|s| Timetable::new(s, span)).collect(),
            needs,
            supporters,
            tasks: Vec::new(),
            groups: Vec::new(),
            unit,
            unmet_unit,
            spread: (policy.spread_points * 100.0).round() as i128 * unit,
        };
        let recency = problem.recency();
        for index in 0..problem.needs.len() {
            problem.add_need(index, &pins, &forbids, &agreed, &recency)?;
        }
        Ok(problem)
    }

    /// Nought for whoever was used longest ago, up to one, in steps of equal size.
    fn recency(&self) -> Vec<i128> {
        let weeks: BTreeSet<_> = self.supporters.iter().map(|s| s.last_used).collect();
        let order: BTreeMap<_, _> = weeks.iter().enumerate().map(|(i, &week)| (week, i)).collect();
        let top = (order.len().max(2) - 1) as i128;
        let scale = TIE_STEPS / 2 - 1;
        self.supporters.iter().map(|s| order[&s.last_used] as i128 * scale / top).collect()
    }

    fn add_need(
        &mut self,
        index: usize,
        pins: &BTreeSet<(usize, usize)>,
        forbids: &BTreeSet<(usize, usize)>,
        agreed: &BTreeSet<(usize, usize)>,
        recency: &[i128],
    ) -> Result<(), ModelError> {
        let need = self.needs[index];
        let policy = &self.question.policy;
        let bonus = (policy.incumbent_points * 100.0).round() as i128;
        let pinned: Vec<usize> =
            pins.range((index, 0)..(index + 1, 0)).map(|&(_, supporter)| supporter).collect();
        let start = self.tasks.len();
        for role in roles(need) {
            let mut task = Task {
                need: index,
                split: need.may_split,
                window: need.window,
                options: Vec::new(),
                role,
            };
            for (j, supporter) in self.supporters.iter().enumerate() {
                // The rule most pairs break goes first, without looking at anything else.
                if task.role.specialisms.iter().any(|held| supporter.holds(&held.code).is_none())
                    || forbids.contains(&(index, j))
                {
                    continue;
                }
                let free = self.tables[j].free(need.window.earliest, need.window.latest);
                let travel = self.travel(need, supporter);
                if broken(need, &task.role, supporter, policy, travel, free) != 0 {
                    continue;
                }
                let lacks = lacks(need, &task.role, supporter, policy, travel, free);
                let agreed = agreed.contains(&(index, j));
                let draw = i128::from(draw(0, &[&need.id, &supporter.id]) % 32);
                let points = i128::from(lacks) + if agreed { 0 } else { bonus };
                let room = task.role.half_days.min(free);
                let cost = points * self.unit + recency[j] + draw;
                task.options.push(Option_ { supporter: j, cost, room, agreed, lacks });
            }
            task.options.sort_by_key(|option| (option.cost, option.supporter));
            self.tasks.push(task);
        }
        let tasks = start..self.tasks.len();
        let places = if need.may_split { 2 } else { 1 } * tasks.len();
        for &j in &pinned {
            let able = self.tasks[tasks.clone()]
                .iter()
                .any(|task| task.options.iter().any(|option| option.supporter == j));
            if !able || pinned.len() > places {
                return Err(self.broken_pin(need, j, start, pinned.len()));
            }
        }
        if places == 1
            && let Some(&j) = pinned.first()
        {
            self.tasks[start].options.retain(|option| option.supporter == j);
        }
        let severity = usize::from(need.severity) - 1;
        self.groups.push(Group {
            tasks,
            unmet: self.unmet_unit[severity] * i128::from(need.half_days),
            pinned,
        });
        Ok(())
    }

    fn travel(&self, need: &Need, supporter: &Supporter) -> Option<f64> {
        if self.question.mapped.is_empty() {
            return None;
        }
        self.question.mapped.get(&(need.id.clone(), supporter.id.clone())).copied()
    }

    fn forbidden(&self, need: &Need, supporter: &Supporter) -> bool {
        let is = |pair: &Pair| pair.need == need.id && pair.supporter == supporter.id;
        self.question.forbids.iter().any(is)
    }

    /// Which rules keep a supporter from a task, one bit for each.
    pub(crate) fn broken(&self, t: usize, j: usize) -> u16 {
        let (task, supporter) = (&self.tasks[t], self.supporters[j]);
        let need = self.needs[task.need];
        let free = self.tables[j].free(need.window.earliest, need.window.latest);
        let travel = self.travel(need, supporter);
        let mask = broken(need, &task.role, supporter, &self.question.policy, travel, free);
        mask | u16::from(self.forbidden(need, supporter)) << HardRule::Forbidden as u16
    }

    /// Why a supporter may not take a task, in words; empty when they may.
    pub(crate) fn removals(&self, t: usize, j: usize) -> Vec<Removal> {
        let (task, supporter) = (&self.tasks[t], self.supporters[j]);
        let need = self.needs[task.need];
        let travel = self.travel(need, supporter);
        let mut list = removals(need, &task.role, supporter, &self.question.policy, travel);
        if self.forbidden(need, supporter) {
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
        let (task, supporter) = (&self.tasks[t], self.supporters[j]);
        let need = self.needs[task.need];
        let travel = self.travel(need, supporter);
        score(need, &task.role, supporter, &self.question.policy, travel)
    }

    fn broken_pin(&self, need: &Need, j: usize, start: usize, pins: usize) -> ModelError {
        let supporter = self.supporters[j];
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
        let total = self.tables[supporter].total();
        let (third, two_thirds) = (total.div_ceil(3), (2 * total).div_ceil(3));
        let over = |limit: u32| i128::from(half_days.saturating_sub(limit));
        self.spread * (over(third) + over(two_thirds))
    }
}

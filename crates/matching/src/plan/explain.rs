//! From numbers back to words: why this pair, who came next, what stands in the way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::board::{Board, Found, Shares};
use super::bound::Bound;
use super::problem::{Option_, Problem, Task};
use super::timetable::Booking;
use super::words::{Earlier, Words};
use super::{Load, Match, Plan, PlanCost, Share, Unmet};
use crate::rules::{HardRule, quoted};

/// Who would come next for a share, and what would have to change for them to win.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunnerUp {
    /// The supporter's id.
    pub supporter: String,
    /// The supporter's label.
    pub label: String,
    /// Points of the runner-up less points of the chosen one.
    pub points_ahead: f64,
    /// Ids of the needs that hold the runner-up's time, when time is what is lacking.
    pub held_by: Vec<String>,
    /// What would have to change, in a sentence.
    pub sentence: String,
}

/// Something that stands in the way of a need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// A hard rule keeps supporters out.
    Rule {
        /// Which.
        rule: HardRule,
        /// How many supporters it keeps out.
        supporters: usize,
    },
    /// An eligible supporter's time is taken.
    TimeTaken {
        /// The supporter's id.
        supporter: String,
        /// Ids of the needs that hold it.
        by: Vec<String>,
        /// Half-days that are lacking.
        short_by: u32,
    },
}

/// A change that would let a need be met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relaxation {
    /// The supporter it concerns.
    pub supporter: String,
    /// The rule to relax.
    pub rule: HardRule,
    /// By how much, in the rule's own unit, when it has one.
    pub by: Option<f64>,
    /// What to do, in a sentence.
    pub sentence: String,
}

/// Half-days of effort a change is reckoned at, so that the cheapest can be named: an order of
/// magnitude to start a conversation, not a price.
fn effort(rule: HardRule, by: Option<f64>) -> Option<f64> {
    let by = by.unwrap_or(1.0);
    match rule {
        HardRule::FreeTime => Some(by),
        HardRule::Forbidden => Some(0.5),
        HardRule::Mode => Some(1.0),
        HardRule::Travel => Some(by / 20.0),
        HardRule::Phase | HardRule::ConcurrentCap => Some(2.0),
        HardRule::TrainingCurrent | HardRule::DesignationLive => Some(3.0),
        HardRule::Avoid => Some(4.0),
        HardRule::Specialism => Some(6.0 * by),
        HardRule::HomeGuard => Some(8.0),
        HardRule::OwnSchool | HardRule::Interest => None,
    }
}

pub(crate) fn plan(
    board: &Board<'_>,
    bound: &Bound,
    found: &Found,
    earlier: Option<Earlier<'_>>,
) -> Plan {
    let problem = board.problem;
    let words = earlier.map(|earlier| Words::new(board, earlier));
    let mut plan = Plan {
        policy: problem.policy().version.clone(),
        matches: Vec::new(),
        unmet: Vec::new(),
        loads: Vec::new(),
        cost: PlanCost::default(),
        proved: found.exhausted || found.cost <= bound.value,
        gap_points: None,
        objective: found.cost,
        bound: if found.exhausted { found.cost } else { bound.value.min(found.cost) },
    };
    let gap = plan.objective - plan.bound;
    let next_aim = if problem.turn > 0 { problem.turn } else { problem.unmet_unit[0] };
    if gap < next_aim / 2 {
        plan.gap_points = Some((gap / problem.unit) as f64 / 100.0);
    }
    for group in 0..problem.groups.len() {
        let need = problem.need(group);
        if board.met(group) {
            let kept = words.as_ref().and_then(|words| words.matched(board, bound, group));
            plan.matches.push(kept.cloned().unwrap_or_else(|| matched(board, bound, group)));
        } else {
            let severity = usize::from(need.severity) - 1;
            plan.cost.unmet_half_days[severity] += u64::from(need.half_days);
            plan.cost.not_receiving += u64::from(problem.groups[group].waiting);
            let kept = words.as_ref().and_then(|words| words.unmet(board, group));
            plan.unmet.push(kept.cloned().unwrap_or_else(|| unmet(board, group)));
        }
    }
    plan.unmet.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.need.cmp(&b.need)));
    for (j, bookings) in board.bookings.iter().enumerate().filter(|(_, held)| !held.is_empty()) {
        let half_days = bookings.iter().map(|held| held.half_days).sum();
        let mut needs: Vec<usize> = bookings.iter().map(|held| held.need).collect();
        needs.sort_unstable();
        needs.dedup();
        plan.loads.push(Load {
            supporter: problem.supporter(j).id.clone(),
            half_days,
            free_half_days: problem.tables[j].total(),
            needs: needs.len(),
        });
        plan.cost.spread_points +=
            (problem.spread_cost(j, half_days) / problem.unit) as f64 / 100.0;
    }
    plan.cost.not_giving = board.giving.iter().filter(|&&times| times == 0).count() as u64;
    plan.cost.points_short = plan
        .matches
        .iter()
        .flat_map(|matched| &matched.shares)
        .map(|share| f64::from(share.half_days) * share.score.cost() as f64 / 100.0)
        .sum();
    plan
}

fn matched(board: &Board<'_>, bound: &Bound, group: usize) -> Match {
    let problem = board.problem;
    let need = problem.need(group);
    let mut shares = Vec::new();
    let mut sentences = Vec::new();
    for t in problem.groups[group].tasks.clone() {
        let task = &problem.tasks[t];
        for &(o, half_days) in &board.shares[t] {
            let option = &task.options[o];
            let supporter = problem.supporter(option.supporter);
            let score = problem.score(t, option.supporter);
            let codes: Vec<String> =
                task.role.specialisms.iter().map(|held| held.code.clone()).collect();
            let runner_up = runner_up(board, bound, t, o, half_days);
            sentences.push(format!(
                "{} takes {half_days} half-days of {}: {:.0} points of {:.0}.",
                supporter.label,
                quoted(&task.role.specialisms),
                score.points(),
                score.most_hundredths as f64 / 100.0,
            ));
            if option.agreed {
                sentences.push(format!("{} was agreed earlier and is kept.", supporter.label));
            }
            sentences.extend(runner_up.iter().map(|next| next.sentence.clone()));
            shares.push(Share {
                supporter: supporter.id.clone(),
                label: supporter.label.clone(),
                lead: shares.is_empty(),
                specialisms: codes,
                half_days,
                agreed: option.agreed,
                score,
                runner_up,
            });
        }
    }
    Match { need: need.id.clone(), severity: need.severity, shares, sentences }
}

fn holders(board: &Board<'_>, supporter: usize) -> Vec<usize> {
    let mut needs: Vec<usize> = board.bookings[supporter].iter().map(|held| held.need).collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

fn labels(problem: &Problem, needs: &[usize]) -> String {
    let list: Vec<&str> = needs.iter().map(|&need| problem.need(need).label.as_str()).collect();
    list.join("; ")
}

/// The option that comes next at the prices, beside those that have a share.
pub(crate) fn next(
    problem: &Problem,
    bound: &Bound,
    shares: &Shares,
    t: usize,
    half_days: u32,
) -> Option<usize> {
    let open = |&(o, option): &(usize, &Option_)| {
        option.room >= half_days && shares.iter().all(|&(taken, _)| taken != o)
    };
    problem.tasks[t]
        .options
        .iter()
        .enumerate()
        .filter(open)
        .min_by_key(|(o, option)| (option.cost + bound.price[option.supporter], *o))
        .map(|(o, _)| o)
}

fn runner_up(
    board: &Board<'_>,
    bound: &Bound,
    t: usize,
    chosen: usize,
    half_days: u32,
) -> Option<RunnerUp> {
    let problem = board.problem;
    let task: &Task = &problem.tasks[t];
    let option = &task.options[next(problem, bound, &board.shares[t], t, half_days)?];
    let j = option.supporter;
    let label = problem.supporter(j).label.clone();
    let ahead = (task.options[chosen].lacks - option.lacks) as f64 / 100.0;
    let new = Booking { need: task.need, window: task.window, half_days };
    let short = problem.tables[j].short_by(&board.bookings[j], new);
    let crowded = !problem.tables[j].has_room(&board.bookings[j], new);
    let held = if short > 0 || crowded { holders(board, j) } else { Vec::new() };
    let behind = format!("{:.1} more points", -ahead + 0.1);
    let room = match (short, crowded) {
        (_, true) => Some("room for one more support at a time".to_owned()),
        (0, false) => None,
        (n, false) => Some(format!("{n} more free half-days")),
    };
    let wants = match (ahead < 0.0, room) {
        (true, None) => behind,
        (true, Some(room)) => format!("{behind} and {room}"),
        (false, Some(room)) => room,
        (false, None) => "less time given elsewhere or an earlier turn".to_owned(),
    };
    let mut sentence = format!("Next would be {label}, who would need {wants} to be chosen.");
    if !held.is_empty() {
        sentence.push_str(&format!(" That time serves {}.", labels(problem, &held)));
    }
    Some(RunnerUp {
        supporter: problem.supporter(j).id.clone(),
        label,
        points_ahead: ahead,
        held_by: held.iter().map(|&need| problem.need(need).id.clone()).collect(),
        sentence,
    })
}

fn unmet(board: &Board<'_>, group: usize) -> Unmet {
    let problem = board.problem;
    let need = problem.need(group);
    let mut bindings = Vec::new();
    let mut sentences = Vec::new();
    let mut cheapest: Option<(f64, Relaxation)> = None;
    // The role that is hardest to fill is the one to explain.
    let tasks = problem.groups[group].tasks.clone();
    if let Some(t) = tasks.min_by_key(|&t| problem.tasks[t].options.len()) {
        let task = &problem.tasks[t];
        let demand = if task.split { 1 } else { task.role.half_days };
        let new = Booking { need: group, window: task.window, half_days: demand };
        let mut consider = |rule: HardRule, by: Option<f64>, j: usize, sentence: String| {
            let Some(effort) = effort(rule, by) else { return };
            if cheapest.as_ref().is_none_or(|(least, _)| effort < *least) {
                let supporter = problem.supporter(j).id.clone();
                cheapest = Some((effort, Relaxation { supporter, rule, by, sentence }));
            }
        };
        for option in task.options.iter() {
            let j = option.supporter;
            let supporter = problem.supporter(j);
            let short = problem.tables[j].short_by(&board.bookings[j], new);
            let crowded = !problem.tables[j].has_room(&board.bookings[j], new);
            let by = holders(board, j);
            sentences.push(format!(
                "{} could help, but the time serves {}.",
                supporter.label,
                if by.is_empty() { "another role".to_owned() } else { labels(problem, &by) }
            ));
            let who = &supporter.label;
            match (short, crowded) {
                (n, false) if n > 0 => consider(
                    HardRule::FreeTime,
                    Some(f64::from(n)),
                    j,
                    format!("Free {n} more half-days of {who} in the window."),
                ),
                (0, true) => consider(
                    HardRule::ConcurrentCap,
                    Some(1.0),
                    j,
                    format!("Let {who} run one more support at a time."),
                ),
                _ => {}
            }
            bindings.push(Binding::TimeTaken {
                supporter: supporter.id.clone(),
                by: by.iter().map(|&need| problem.need(need).id.clone()).collect(),
                short_by: short,
            });
        }
        let mut rules: BTreeMap<HardRule, usize> = BTreeMap::new();
        let mut out = 0;
        for j in 0..problem.tables.len() {
            let mask = problem.broken(t, j);
            if mask == 0 {
                continue;
            }
            out += 1;
            for rule in HardRule::ALL.into_iter().filter(|&rule| mask >> rule as u16 & 1 == 1) {
                *rules.entry(rule).or_default() += 1;
            }
            if mask.count_ones() > 1 {
                continue;
            }
            let free = mask == 1 << HardRule::FreeTime as u16
                || problem.tables[j].short_by(&board.bookings[j], new) == 0;
            if !free || !problem.tables[j].has_room(&board.bookings[j], new) {
                continue;
            }
            if let [only] = problem.removals(t, j).as_slice() {
                let label = &problem.supporter(j).label;
                let sentence = match only.remedy.contains(label.as_str()) {
                    true => only.remedy.clone(),
                    false => format!("{label}: {}", only.remedy),
                };
                consider(only.rule, only.short_by, j, sentence);
            }
        }
        bindings
            .extend(rules.into_iter().map(|(rule, supporters)| Binding::Rule { rule, supporters }));
        if task.options.is_empty() {
            sentences.push(format!(
                "Nobody of {out} supporters passes every rule for {}.",
                quoted(&task.role.specialisms)
            ));
        }
    }
    let cheapest = cheapest.map(|(_, relaxation)| relaxation);
    match &cheapest {
        Some(relaxation) => {
            sentences.push(format!("The smallest change that would help: {}", relaxation.sentence));
        }
        None => sentences.push("No single change would meet this need.".into()),
    }
    Unmet {
        need: need.id.clone(),
        severity: need.severity,
        half_days: need.half_days,
        bindings,
        cheapest,
        sentences,
    }
}

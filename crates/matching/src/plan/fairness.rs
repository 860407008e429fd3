//! Is the plan fair? Severity kept in order, load spread, giving and receiving, and what
//! stability costs. Shown beside every plan; never a ranking of schools.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::board::Board;
use super::problem::Problem;
use super::search::shares_of;
use super::{Effort, Plan, Question, propose};
use crate::error::ModelError;
use crate::plan::timetable::Booking;

/// What a plan does for fairness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fairness {
    /// Unmet needs for which one lesser need's supporter could step in whole: pairs of the
    /// severer unmet need and the lesser one served. Empty in a proved plan.
    pub severity_out_of_order: Vec<(String, String)>,
    /// Supporters with a load, of all with free time.
    pub supporters_used: usize,
    /// Supporters with free time.
    pub supporters_free: usize,
    /// The largest share of their free time anybody gives.
    pub busiest_share: f64,
    /// Home schools that give in this plan or gave this year.
    pub schools_giving: usize,
    /// Schools that receive in this plan or received this year.
    pub schools_receiving: usize,
    /// Schools that do both.
    pub schools_both: usize,
    /// The same in sentences.
    pub sentences: Vec<String>,
}

/// What keeping agreed pairs costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Agreed pairs that the plan keeps.
    pub kept: usize,
    /// Agreed pairs in all whose need is still open.
    pub agreed: usize,
    /// Half-days times points that the plan loses against one without the preference.
    pub costs_points: f64,
    /// The same in a sentence.
    pub sentence: String,
}

/// Looks at a plan for fairness.
///
/// # Errors
/// As [`super::propose`].
pub fn fairness(question: &Question, plan: &Plan) -> Result<Fairness, ModelError> {
    let problem = Problem::build(Asked::new(question)?, None)?;
    let board = Board::from_shares(&problem, &shares_of(&problem, plan));
    let mut out_of_order = Vec::new();
    for unmet in &plan.unmet {
        let Some(group) = problem.asked.need(&unmet.need) else {
            continue;
        };
        let tasks = problem.groups[group].tasks.clone();
        if tasks.len() != 1 {
            continue;
        }
        let task = &problem.tasks[tasks.start];
        for option in task.options.iter().filter(|o| o.room >= task.role.half_days) {
            let held = &board.bookings[option.supporter];
            let lesser = held.iter().map(|booking| booking.need).find(|&other| {
                let mut without: Vec<Booking> =
                    held.iter().filter(|booking| booking.need != other).copied().collect();
                without.push(Booking {
                    need: group,
                    window: task.window,
                    half_days: task.role.half_days,
                });
                problem.need(other).severity < unmet.severity
                    && problem.groups[other].pinned.is_empty()
                    && problem.tables[option.supporter].fits(&without)
            });
            if let Some(other) = lesser {
                out_of_order.push((unmet.need.clone(), problem.need(other).id.clone()));
            }
        }
    }
    let free: Vec<usize> =
        (0..problem.tables.len()).filter(|&j| problem.tables[j].total() > 0).collect();
    let used = plan.loads.len();
    let busiest = plan
        .loads
        .iter()
        .map(|load| f64::from(load.half_days) / f64::from(load.free_half_days.max(1)))
        .fold(0.0, f64::max);
    let (mut giving, mut receiving) = (BTreeSet::new(), BTreeSet::new());
    for (j, supporter) in problem.asked.supporters.iter().enumerate() {
        let Some(home) = &supporter.home else { continue };
        if home.given_half_days > 0 || !board.bookings[j].is_empty() {
            giving.insert(home.school.as_str());
        }
        if home.received_half_days > 0 {
            receiving.insert(home.school.as_str());
        }
    }
    for group in (0..problem.groups.len()).filter(|&group| board.met(group)) {
        receiving.insert(problem.need(group).school.as_str());
    }
    let both = giving.intersection(&receiving).count();
    let mut sentences = vec![
        format!(
            "{used} of {} supporters with free time are used; the busiest gives {:.0}% of it.",
            free.len(),
            busiest * 100.0
        ),
        format!("{} schools give and {} receive; {both} do both.", giving.len(), receiving.len()),
    ];
    sentences.push(if out_of_order.is_empty() {
        "No severer need is left out for a lesser one that the same time serves.".into()
    } else {
        format!("{} severer needs could take the time of a lesser one.", out_of_order.len())
    });
    Ok(Fairness {
        severity_out_of_order: out_of_order,
        supporters_used: used,
        supporters_free: free.len(),
        busiest_share: busiest,
        schools_giving: giving.len(),
        schools_receiving: receiving.len(),
        schools_both: both,
        sentences,
    })
}

/// What the preference for agreed pairs costs: the plan against one made without it.
///
/// # Errors
/// As [`super::propose`].
pub fn stability(
    question: &Question,
    plan: &Plan,
    effort: Effort,
) -> Result<Stability, ModelError> {
    let mut free = question.clone();
    free.agreed.clear();
    let other = propose(&free, effort)?;
    let points = |plan: &Plan| plan.cost.points_short + plan.cost.spread_points;
    let open = |pair: &&super::Pair| question.needs.iter().any(|need| need.id == pair.need);
    let agreed = question.agreed.iter().filter(open).count();
    let kept = plan
        .matches
        .iter()
        .flat_map(|matched| &matched.shares)
        .filter(|share| share.agreed)
        .count();
    let costs_points = points(plan) - points(&other);
    let sentence = format!(
        "{kept} of {agreed} agreed pairs are kept, at a cost of {costs_points:.1} points over \
         half-days."
    );
    Ok(Stability { kept, agreed, costs_points, sentence })
}

/// What it costs that schools have their turn to give and to receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// Schools with free time that have given nothing this year and give nothing in the plan.
    pub not_giving: u64,
    /// Unmet needs of schools that could give and have received nothing this year.
    pub not_receiving: u64,
    /// Both, had it been no aim.
    pub otherwise: u64,
    /// Half-days times points that the plan loses for it.
    pub costs_points: f64,
    /// The same in a sentence.
    pub sentence: String,
}

/// What the aim that every school gives and receives costs: the plan against one made without
/// it. The same schools are counted in both.
///
/// # Errors
/// As [`super::propose`].
pub fn turns(question: &Question, plan: &Plan, effort: Effort) -> Result<Turns, ModelError> {
    let mut free = question.clone();
    free.policy.give_and_receive = false;
    let other = propose(&free, effort)?;
    free.policy.give_and_receive = true;
    let problem = Problem::build(Asked::new(&free)?, None)?;
    let count = |plan: &Plan| {
        let board = Board::from_shares(&problem, &shares_of(&problem, plan));
        let waiting = |&group: &usize| problem.groups[group].waiting && !board.met(group);
        let not_giving = board.giving.iter().filter(|&&times| times == 0).count() as u64;
        (not_giving, (0..problem.groups.len()).filter(waiting).count() as u64)
    };
    let ((not_giving, not_receiving), (idle, unserved)) = (count(plan), count(&other));
    let points = |plan: &Plan| plan.cost.points_short + plan.cost.spread_points;
    let costs_points = points(plan) - points(&other);
    let (left_out, otherwise) = (not_giving + not_receiving, idle + unserved);
    let sentence = format!(
        "{left_out} schools have no turn to give or to receive this year; {otherwise} would have \
         none had it been no aim. It costs {costs_points:.1} points over half-days."
    );
    Ok(Turns { not_giving, not_receiving, otherwise, costs_points, sentence })
}

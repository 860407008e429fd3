//! Other plans nearly as good, so that people choose.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::search::{Board, Found, Shares, search};
use super::{Effort, Plan, Question, bound, explain};
use crate::error::ModelError;

/// A plan that is nearly as good as the best and differs from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The plan.
    pub plan: Plan,
    /// Share of the best plan's pairs that this one does not have.
    pub differs: f64,
    /// How much dearer it is than the best, as a share of what can be told apart: points short
    /// and spread.
    pub dearer: f64,
    /// The same in a sentence.
    pub sentence: String,
}

/// Up to `count` plans that serve exactly as much need of each severity as `plan`, cost at most
/// `within` (a share, 0.02 for two per cent) more in points, and differ from it and from one
/// another. Pairs already used are made dearer, by less and less, until a plan comes near enough.
///
/// # Errors
/// As [`super::propose`].
pub fn alternatives(
    question: &Question,
    plan: &Plan,
    count: usize,
    within: f64,
    effort: Effort,
) -> Result<Vec<Alternative>, ModelError> {
    let problem = Problem::build(question)?;
    let base_points = plan.cost.points_short + plan.cost.spread_points;
    let mut seen: Vec<Vec<(String, String)>> = vec![pairs(plan)];
    let mut out: Vec<Alternative> = Vec::new();
    // From a large nudge, which finds very different plans, to a small one.
    for nudge in [20.0, 10.0, 5.0, 2.0, 1.0, 0.5] {
        if out.len() >= count {
            break;
        }
        for _ in out.len()..count {
            let other = nudged(&problem, &seen, nudge, effort)?;
            let Some(shares) = other else { break };
            let cost = Board::from_shares(&problem, &shares).cost;
            let found = Found { shares, cost, exhausted: false };
            let prices = bound::bound(&problem)?;
            let mut next = explain::plan(&problem, &prices, &found);
            next.proved = false;
            let points = next.cost.points_short + next.cost.spread_points;
            let same = next.cost.unmet_half_days == plan.cost.unmet_half_days;
            let dearer = if base_points > 0.0 { (points - base_points) / base_points } else { 0.0 };
            let held = pairs(&next);
            if !same || dearer > within || seen.contains(&held) {
                break;
            }
            let kept = seen[0].iter().filter(|pair| held.contains(pair)).count();
            let differs = 1.0 - kept as f64 / seen[0].len().max(1) as f64;
            out.push(Alternative {
                sentence: format!(
                    "Meets the same needs; {:.0}% of pairs differ; {:.1}% more points short.",
                    differs * 100.0,
                    dearer * 100.0
                ),
                plan: next,
                differs,
                dearer,
            });
            seen.push(held);
        }
    }
    Ok(out)
}

fn pairs(plan: &Plan) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = plan
        .matches
        .iter()
        .flat_map(|m| m.shares.iter().map(|s| (m.need.clone(), s.supporter.clone())))
        .collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

/// The best plan when pairs seen before cost some points more, in the plain problem's terms.
fn nudged(
    problem: &Problem<'_>,
    seen: &[Vec<(String, String)>],
    points: f64,
    effort: Effort,
) -> Result<Option<Vec<Shares>>, ModelError> {
    let mut other = problem.clone();
    let step = (points * 100.0) as i128 * problem.unit;
    for task in &mut other.tasks {
        let need = &problem.needs[task.need].id;
        for option in &mut task.options {
            let supporter = &problem.supporters[option.supporter].id;
            let times = seen
                .iter()
                .filter(|pairs| {
                    pairs.binary_search_by(|(n, s)| (n, s).cmp(&(need, supporter))).is_ok()
                })
                .count();
            // Coverage must stay worth more than any nudge.
            option.cost += (step * times as i128).min(problem.unmet_unit[0] / 4);
        }
        task.options.sort_by_key(|option| (option.cost, option.supporter));
    }
    let prices = bound::bound(&other)?;
    let Ok(found) = search(&other, &prices, effort, None) else { return Ok(None) };
    let shares = found
        .shares
        .iter()
        .enumerate()
        .map(|(t, shares)| {
            shares
                .iter()
                .filter_map(|&(o, half_days)| {
                    let supporter = other.tasks[t].options[o].supporter;
                    let at = problem.tasks[t]
                        .options
                        .iter()
                        .position(|option| option.supporter == supporter)?;
                    Some((at, half_days))
                })
                .collect()
        })
        .collect();
    Ok(Some(shares))
}

//! Other plans nearly as good, so that people choose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::board::Shares;
use super::bound::bound;
use super::floor::floor;
use super::problem::Option_;
use super::search::{Start, search};
use super::{Effort, Plan, Planned, Question};
use crate::error::ModelError;

/// Beyond so many needs other plans are found by changing this one.
const MANY: usize = 200;

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
    /// How much dearer it is at most than the best of all plans that meet the same needs, as a
    /// share of the same: proved by prices of tasks. None where that is nought, or other needs of
    /// the same severity are met.
    #[serde(default)]
    pub proved: Option<f64>,
    /// The same in a sentence.
    pub sentence: String,
}

/// Up to `count` plans that serve exactly as much need of each severity as `plan` and leave no
/// more schools without their turn, cost at most
/// `within` (a share, 0.02 for two per cent) more in points, and differ from it and from one
/// another. Each is measured against the plan and, where the plan itself is proved that near,
/// against the least that any plan meeting the same needs can cost. Pairs already used are made
/// dearer, by less and less, until a plan comes near enough; where needs are many, supporters are
/// changed one need at a time instead.
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
    let still = Effort { rounds: 0, steps: 0 };
    Planned::from_plan(question, plan, still)?.alternatives(count, within, effort)
}

impl Planned {
    /// Up to `count` plans nearly as good as this one: see [`alternatives`].
    ///
    /// # Errors
    /// [`ModelError::TooLarge`] when a plan cannot be computed exactly.
    pub fn alternatives(
        &self,
        count: usize,
        within: f64,
        effort: Effort,
    ) -> Result<Vec<Alternative>, ModelError> {
        let plan = self.plan();
        let base_points = plan.cost.points_short + plan.cost.spread_points;
        let mut seen: Vec<Vec<(String, String)>> = vec![pairs(plan)];
        let mut out: Vec<Alternative> = Vec::new();
        // Many needs: changed one by one, because a search would change who is met.
        let many = self.problem.groups.len() > MANY;
        let floor = self.floor(base_points)?;
        // What may be spent: so near the proved floor that nobody can do better by more; where too
        // few plans come so near, so near to this plan.
        let proved = floor * (1.0 + within);
        let limits =
            [Some(proved).filter(|most| *most > base_points), Some(base_points * (1.0 + within))];
        // From a large nudge, which finds very different plans, to a small one.
        const NUDGES: [f64; 6] = [20.0, 10.0, 5.0, 2.0, 1.0, 0.5];
        let tries = limits.into_iter().flatten();
        for (most, nudge) in tries.flat_map(|most| NUDGES.map(|nudge| (most, nudge))) {
            let price = ((most - base_points) * 100.0) as i128 * self.problem.unit;
            while out.len() < count {
                let found = if many {
                    let taken = |need: &str, supporter: &str| {
                        let pair = |held: &(String, String)| {
                            (held.0.as_str(), held.1.as_str()).cmp(&(need, supporter))
                        };
                        seen.iter().any(|held| held.binary_search_by(pair).is_ok())
                    };
                    // The smaller the nudge, the less is spent: what is over the limit by a hair
                    // in the end is tried again with less.
                    let price = price * (20 + (nudge * 10.0) as i128) / 230;
                    self.varied(&taken, price, out.len() as u64)
                } else {
                    self.nudged(&seen, nudge, effort)?
                };
                let Some(shares) = found else { break };
                let next = self.described(shares);
                let points = next.cost.points_short + next.cost.spread_points;
                let left_out = |cost: &super::PlanCost| cost.not_giving + cost.not_receiving;
                let same = next.cost.unmet_half_days == plan.cost.unmet_half_days
                    && left_out(&next.cost) <= left_out(&plan.cost);
                let dearer =
                    if base_points > 0.0 { (points - base_points) / base_points } else { 0.0 };
                let held = pairs(&next);
                if !same || points > most || seen.contains(&held) {
                    break;
                }
                let kept = seen[0].iter().filter(|pair| held.binary_search(pair).is_ok()).count();
                let differs = 1.0 - kept as f64 / seen[0].len().max(1) as f64;
                let unmet = |plan: &Plan| -> Vec<String> {
                    plan.unmet.iter().map(|unmet| unmet.need.clone()).collect()
                };
                let proved = (floor > 0.0 && unmet(&next) == unmet(plan))
                    .then(|| (points - floor).max(0.0) / floor);
                let surely = proved.map_or(String::new(), |proved| {
                    // Rounded up: what is said to be proved is proved.
                    let percent = (proved * 1000.0).ceil() / 10.0;
                    format!(" No plan that meets them is better by more than {percent:.1}%.")
                });
                out.push(Alternative {
                    sentence: format!(
                        "Meets the same needs; {:.0}% of pairs differ; {:.1}% more points \
                         short.{surely}",
                        differs * 100.0,
                        dearer * 100.0
                    ),
                    plan: next,
                    differs,
                    dearer,
                    proved,
                });
                seen.push(held);
            }
        }
        Ok(out)
    }

    /// The least points, short and spread, that any plan meeting the needs met here can cost: the
    /// bound of the question in which nothing else is asked and nothing else counts, first with
    /// everything shared, then, from the prices that gives, with whole tasks. The plan costs so
    /// many points.
    fn floor(&self, points: f64) -> Result<f64, ModelError> {
        let problem = &self.problem;
        let mut other = problem.clone();
        (other.turn, other.homes) = (0, Vec::new());
        other.home_of.fill(None);
        let mut elsewhere = 0;
        for group in &problem.groups {
            let met = group.tasks.clone().any(|t| !self.shares[t].is_empty());
            if !met {
                elsewhere += group.unmet;
            }
            for task in &mut other.tasks[group.tasks.clone()] {
                let mut options = if met { task.options.to_vec() } else { Vec::new() };
                for option in &mut options {
                    option.cost = i128::from(option.lacks) * problem.unit;
                }
                options.sort_by_key(|option| (option.cost, option.supporter));
                task.options = Arc::new(options);
            }
        }
        let shared = bound(&other, Some((problem, &self.bound)))?;
        let shared_least = ((shared.value - elsewhere) / problem.unit) as f64 / 100.0;
        // What each task costs where it costs least, time paid for: where the prices begin.
        let price: Vec<i64> = other
            .tasks
            .iter()
            .map(|task| {
                let each = |o: &Option_| (o.cost + shared.price[o.supporter]) / problem.unit;
                let least = task.options.iter().map(each).min().unwrap_or(0);
                i64::try_from(least).unwrap_or(0).clamp(0, 1 << 30)
            })
            .collect();
        let met: Vec<bool> = self.shares.iter().map(|shares| !shares.is_empty()).collect();
        // Beyond that it takes seconds and proves little more.
        if problem.groups.len() > MANY {
            return Ok(shared_least);
        }
        let whole = floor(&other, &met, &price, (points * 100.0).ceil() as i64);
        Ok(shared_least.max(whole as f64 / 100.0))
    }

    /// The best shares when pairs seen before cost some points more.
    fn nudged(
        &self,
        seen: &[Vec<(String, String)>],
        points: f64,
        effort: Effort,
    ) -> Result<Option<Vec<Shares>>, ModelError> {
        let problem = &self.problem;
        let mut other = problem.clone();
        let step = (points * 100.0) as i128 * problem.unit;
        for task in &mut other.tasks {
            let need = &problem.need(task.need).id;
            let taken: Vec<&str> = seen
                .iter()
                .flat_map(|pairs| {
                    let from = pairs.partition_point(|(n, _)| n < need);
                    pairs[from..]
                        .iter()
                        .take_while(move |(n, _)| n == need)
                        .map(|(_, s)| s.as_str())
                })
                .collect();
            if taken.is_empty() {
                continue;
            }
            let mut options = task.options.to_vec();
            for option in &mut options {
                let supporter = problem.supporter(option.supporter).id.as_str();
                let times = taken.iter().filter(|&&id| id == supporter).count();
                // Coverage must stay worth more than any nudge.
                option.cost += (step * times as i128).min(problem.unmet_unit[0] / 4);
            }
            options.sort_by_key(|option| (option.cost, option.supporter));
            task.options = Arc::new(options);
        }
        let prices = bound(&other, Some((problem, &self.bound)))?;
        let Ok(found) = search(&other, &prices, effort, &Start::default()) else {
            return Ok(None);
        };
        let back = |(t, shares): (usize, &Shares)| -> Shares {
            let (options, plain) = (&other.tasks[t].options, &problem.tasks[t].options);
            shares
                .iter()
                .filter_map(|&(o, half_days)| {
                    let supporter = options[o].supporter;
                    let at = plain.iter().position(|option| option.supporter == supporter)?;
                    Some((at, half_days))
                })
                .collect()
        };
        Ok(Some(found.shares.iter().enumerate().map(back).collect()))
    }
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

//! The coverage map: what is wanted and what there is, by specialism, phase and area, and what
//! one more day would unlock: the case for training.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Question;
use super::bound::{Change, shared_cost};
use super::problem::Problem;
use crate::error::ModelError;
use crate::model::Need;

/// Half-days in a day.
const DAY: i64 = 2;

/// What a change is worth, aim by aim. Parts may have opposite signs: a day may go to a severe
/// need and leave a lesser one out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// Half-days of needs met that were not, by severity one to five.
    pub met_half_days: [f64; 5],
    /// Half-days times points better matched.
    pub points: f64,
}

/// One cell of the coverage map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoverageCell {
    /// Specialism code.
    pub specialism: String,
    /// Phase code.
    pub phase: String,
    /// Area, as named by the caller.
    pub area: String,
    /// Half-days wanted.
    pub wanted_half_days: u32,
    /// Free half-days of supporters who could take some of it, each counted in every cell that
    /// might use them.
    pub able_half_days: u32,
    /// Supporters who could take some of it.
    pub able_supporters: usize,
    /// Upper end of the price of a day here: what one day more would unlock.
    pub one_more_day: Worth,
    /// What one day less would cost, taken where it hurts least; none when there is none to lose.
    pub one_less_day: Option<Worth>,
    /// The same in a sentence.
    pub sentence: String,
}

/// The coverage map of a question, worst supplied cells first. Prices are taken on the plan in
/// which every need might be shared at will, each by solving it again: they are exact for that
/// plan and a guide for whole ones.
///
/// # Errors
/// As [`super::propose`].
pub fn coverage(
    question: &Question,
    area: &dyn Fn(&Need) -> String,
) -> Result<Vec<CoverageCell>, ModelError> {
    let problem = Problem::build(question)?;
    let base = shared_cost(&problem, None)?;
    let mut cells: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    for (t, task) in problem.tasks.iter().enumerate() {
        let need = problem.needs[task.need];
        for wanted in &task.role.specialisms {
            let key = (wanted.code.clone(), need.phase.clone(), area(need));
            cells.entry(key).or_default().push(t);
        }
    }
    let mut map = Vec::new();
    for ((specialism, phase, area), tasks) in cells {
        let mut able: Vec<usize> = tasks
            .iter()
            .flat_map(|&t| problem.tasks[t].options.iter().map(|option| option.supporter))
            .collect();
        able.sort_unstable();
        able.dedup();
        // A newcomer is reckoned at the middle of what today's supporters score here.
        let mut costs: Vec<i128> = tasks
            .iter()
            .flat_map(|&t| problem.tasks[t].options.iter().map(|option| option.cost))
            .collect();
        costs.sort_unstable();
        let most = (question.policy.weights.total() * 50.0) as i128 * problem.unit;
        let middle = costs.get(costs.len() / 2).copied().unwrap_or(most);
        let more =
            Change::More { tasks: tasks.iter().map(|&t| (t, middle)).collect(), half_days: DAY };
        let one_more_day = worth(&problem, base - shared_cost(&problem, Some(&more))?);
        let mut less: Option<i128> = None;
        for &supporter in able.iter().filter(|&&j| i64::from(problem.tables[j].total()) >= DAY) {
            let change = Change::Less { supporter, half_days: DAY };
            let cost = shared_cost(&problem, Some(&change))? - base;
            less = Some(less.map_or(cost, |least: i128| least.min(cost)));
            if less == Some(0) {
                break;
            }
        }
        let wanted = tasks.iter().map(|&t| problem.tasks[t].role.half_days).sum();
        let sentence = words(&specialism, &phase, &area, able.len(), &one_more_day);
        map.push(CoverageCell {
            wanted_half_days: wanted,
            able_half_days: able.iter().map(|&j| problem.tables[j].total()).sum(),
            able_supporters: able.len(),
            one_less_day: less.map(|less| worth(&problem, less)),
            one_more_day,
            specialism,
            phase,
            area,
            sentence,
        });
    }
    map.sort_by(|a, b| {
        let severe = |cell: &CoverageCell| {
            let mut key = cell.one_more_day.met_half_days;
            key.reverse();
            key
        };
        severe(b)
            .partial_cmp(&severe(a))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then_with(|| b.one_more_day.points.total_cmp(&a.one_more_day.points))
    });
    Ok(map)
}

fn words(specialism: &str, phase: &str, area: &str, able: usize, worth: &Worth) -> String {
    let met: f64 = worth.met_half_days.iter().sum();
    let supply = match able {
        0 => "nobody offers".to_owned(),
        1 => "one supporter offers".to_owned(),
        n => format!("{n} supporters offer"),
    };
    let gain = if met > 0.0 {
        format!("one more day would meet {met:.0} more half-days of need")
    } else if worth.points > 0.5 {
        format!("one more day would match better by {:.0} points over half-days", worth.points)
    } else {
        "one more day would change little".to_owned()
    };
    format!("{area}, {phase}: {supply} {specialism}; {gain}.")
}

/// A difference in the solver's unit, taken apart from the highest aim down.
pub(crate) fn worth(problem: &Problem<'_>, mut difference: i128) -> Worth {
    let mut out = Worth::default();
    for severity in (0..5).rev() {
        let unit = problem.unmet_unit[severity];
        let whole = (difference + unit / 2).div_euclid(unit);
        out.met_half_days[severity] = whole as f64;
        difference -= whole * unit;
    }
    out.points = (difference as f64 / problem.unit as f64).round() / 100.0;
    out
}

//! The coverage map: what is wanted and what there is, by specialism, phase and area, and what
//! one more day would unlock: the case for training.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bound::{Bound, bound, earned, steps, too_large};
use super::problem::Problem;
use super::{Planned, Question};
use crate::error::ModelError;
use crate::flow::{Arc, Kept};
use crate::model::Need;

/// Half-days in a day.
const DAY: i64 = 2;

/// What a change is worth, aim by aim. Parts may have opposite signs: a day may go to a severe
/// need and leave a lesser one out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// Half-days of needs met that were not, by severity one to five.
    pub met_half_days: [f64; 5],
    /// Schools that give or receive this year and would not have, less those that no longer do.
    #[serde(default)]
    pub schools: f64,
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
    /// Lower end of the price of a day here: what one day more would unlock.
    pub one_more_day: Worth,
    /// Upper end: what one day less would cost, taken where it hurts least; none when there is
    /// none to lose.
    pub one_less_day: Option<Worth>,
    /// The same in a sentence.
    pub sentence: String,
}

/// The coverage map of a question, worst supplied cells first. Prices are taken on the plan in
/// which every need might be shared at will, each by settling it again: they are exact for that
/// plan and a guide for whole ones.
///
/// # Errors
/// As [`super::propose`].
pub fn coverage(
    question: &Question,
    area: &dyn Fn(&Need) -> String,
) -> Result<Vec<CoverageCell>, ModelError> {
    let problem = Problem::build(super::asked::Asked::new(question)?, None)?;
    let bound = bound(&problem, None)?;
    map(&problem, &bound, area)
}

impl Planned {
    /// The coverage map of this plan's question: see [`coverage`].
    ///
    /// # Errors
    /// [`ModelError::TooLarge`] when a price cannot be computed exactly.
    pub fn coverage(
        &self,
        area: &dyn Fn(&Need) -> String,
    ) -> Result<Vec<CoverageCell>, ModelError> {
        map(&self.problem, &self.bound, area)
    }
}

/// Tasks by specialism, phase and area.
type Cells = BTreeMap<(String, String, String), Vec<usize>>;

/// The shared plan with one more node for each cell: a newcomer without a day yet.
struct Prices<'a> {
    problem: &'a Problem,
    bound: &'a Bound,
    kept: Kept<i128>,
    /// The arc that lets each cell's newcomer work.
    newcomer: Vec<usize>,
    /// What a day less of each supporter costs, once known.
    less: Vec<Option<i128>>,
}

impl<'a> Prices<'a> {
    fn new(problem: &'a Problem, bound: &'a Bound, cells: &Cells) -> Result<Self, ModelError> {
        let mut network = bound.shared.network().clone();
        let mut potential = bound.shared.potential().to_vec();
        let sink = (potential.len() - 1) as u32;
        let most = (problem.policy().weights.total() * 50.0) as i128 * problem.unit;
        let mut newcomer = Vec::with_capacity(cells.len());
        for tasks in cells.values() {
            // A newcomer is reckoned at the middle of what today's supporters score here.
            let mut costs: Vec<i128> = tasks
                .iter()
                .flat_map(|&t| problem.tasks[t].options.iter().map(|option| option.cost))
                .collect();
            let half = costs.len() / 2;
            let cost = match costs.is_empty() {
                true => most,
                false => *costs.select_nth_unstable(half).1,
            };
            let node = network.supply.len() as u32;
            network.supply.push(0);
            let least = tasks.iter().map(|&t| potential[t] + cost).min().unwrap_or(0);
            potential.push(least);
            network.arcs.extend(tasks.iter().map(|&t| Arc {
                from: t as u32,
                to: node,
                low: 0,
                capacity: DAY,
                cost,
            }));
            newcomer.push(network.arcs.len());
            network.arcs.push(Arc { from: node, to: sink, low: 0, capacity: 0, cost: 0 });
        }
        let kept = Kept::new(network, bound.shared.flow().to_vec(), potential)
            .map_err(|error| too_large(&error))?;
        Ok(Self { problem, bound, kept, newcomer, less: vec![None; problem.tables.len()] })
    }

    /// What a change of capacities costs; then they are given back.
    fn rise(&mut self, change: &[(usize, i64)]) -> Result<i128, ModelError> {
        let arcs = &self.kept.network().arcs;
        let back: Vec<_> = change.iter().map(|&(arc, _)| (arc, arcs[arc].capacity)).collect();
        let rise = self.kept.set_capacities(change).map_err(|error| too_large(&error))?;
        self.kept.set_capacities(&back).map_err(|error| too_large(&error))?;
        Ok(rise)
    }

    /// What a day more of a cell's newcomer saves.
    fn more(&mut self, cell: usize) -> Result<i128, ModelError> {
        Ok(-self.rise(&[(self.newcomer[cell], DAY)])?)
    }

    /// What a day less costs where it hurts least.
    fn less(&mut self, able: &[usize]) -> Result<Option<i128>, ModelError> {
        let mut order: Vec<(i128, usize)> = able
            .iter()
            .filter(|&&j| i64::from(self.problem.tables[j].total()) >= DAY)
            .map(|&j| {
                // No less than the prices say; what a turn to give adds is left aside.
                if self.problem.home_of[j].is_some() {
                    return (0, j);
                }
                let (total, price) = (self.problem.tables[j].total(), self.bound.price[j]);
                let kept = earned(self.problem, total - DAY as u32, price);
                (earned(self.problem, total, price) - kept, j)
            })
            .collect();
        order.sort_unstable();
        let mut least: Option<i128> = None;
        for (floor, j) in order {
            if least.is_some_and(|least| least <= floor) {
                break;
            }
            let cost = match self.less[j] {
                Some(cost) => cost,
                None => {
                    let at = self.bound.load_arc(self.problem, j);
                    let capacities = steps(self.problem.tables[j].total(), DAY);
                    let change: Vec<_> = (at..).zip(capacities).collect();
                    let cost = self.rise(&change)?;
                    self.less[j] = Some(cost);
                    cost
                }
            };
            least = Some(least.map_or(cost, |least| least.min(cost)));
        }
        Ok(least)
    }
}

fn map(
    problem: &Problem,
    bound: &Bound,
    area: &dyn Fn(&Need) -> String,
) -> Result<Vec<CoverageCell>, ModelError> {
    let mut cells = Cells::new();
    for (t, task) in problem.tasks.iter().enumerate() {
        let need = problem.need(task.need);
        for wanted in &task.role.specialisms {
            let key = (wanted.code.clone(), need.phase.clone(), area(need));
            cells.entry(key).or_default().push(t);
        }
    }
    let mut prices = Prices::new(problem, bound, &cells)?;
    let mut map = Vec::with_capacity(cells.len());
    for (cell, ((specialism, phase, area), tasks)) in cells.into_iter().enumerate() {
        let mut able: Vec<usize> = tasks
            .iter()
            .flat_map(|&t| problem.tasks[t].options.iter().map(|option| option.supporter))
            .collect();
        able.sort_unstable();
        able.dedup();
        let one_more_day = worth(problem, prices.more(cell)?);
        let one_less_day = prices.less(&able)?.map(|less| worth(problem, less));
        let sentence =
            words(&specialism, &phase, &area, able.len(), &one_more_day, one_less_day.as_ref());
        map.push(CoverageCell {
            wanted_half_days: tasks.iter().map(|&t| problem.tasks[t].role.half_days).sum(),
            able_half_days: able.iter().map(|&j| problem.tables[j].total()).sum(),
            able_supporters: able.len(),
            one_less_day,
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

fn words(
    specialism: &str,
    phase: &str,
    area: &str,
    able: usize,
    more: &Worth,
    less: Option<&Worth>,
) -> String {
    let supply = match able {
        0 => "nobody offers".to_owned(),
        1 => "one supporter offers".to_owned(),
        n => format!("{n} supporters offer"),
    };
    let price = |worth: &Worth, much: &dyn Fn(f64) -> String, better: &str| -> Option<String> {
        let met: f64 = worth.met_half_days.iter().sum();
        if met > 0.0 {
            Some(much(met))
        } else if worth.points > 0.5 {
            Some(format!("{better} by {:.0} points over half-days", worth.points))
        } else {
            None
        }
    };
    let gain = price(more, &|met| format!("meet {met:.0} more half-days of need"), "match better")
        .unwrap_or_else(|| "change little".to_owned());
    let loss = less.map(|less| {
        price(less, &|met| format!("leave {met:.0} more unmet"), "match worse")
            .unwrap_or_else(|| "change little".to_owned())
    });
    let loss = loss.map_or(String::new(), |loss| format!(", one day less would {loss}"));
    format!("{area}, {phase}: {supply} {specialism}; one more day would {gain}{loss}.")
}

impl Worth {
    /// The same in a sentence.
    pub fn sentence(&self) -> String {
        let total: f64 = self.met_half_days.iter().sum();
        let mixed = self.met_half_days.iter().any(|&met| met > 0.0)
            && self.met_half_days.iter().any(|&met| met < 0.0);
        let met = if mixed {
            let parts: Vec<String> = [1_u8, 2, 3, 4, 5]
                .into_iter()
                .zip(self.met_half_days)
                .rev()
                .filter(|&(_, met)| met != 0.0)
                .map(|(severity, met)| format!("{met:+.0} at severity {severity}"))
                .collect();
            Some(format!("half-days of need met would change ({})", parts.join(", ")))
        } else if total > 0.0 {
            Some(format!("{total:.0} more half-days of need would be met"))
        } else if total < 0.0 {
            Some(format!("{:.0} half-days of need more would go unmet", -total))
        } else {
            None
        };
        let points = (self.points.abs() >= 0.05).then(|| {
            let way = if self.points > 0.0 { "better" } else { "worse" };
            format!("pairs would match {way} by {:.1} points over half-days", self.points.abs())
        });
        let schools = (self.schools != 0.0).then(|| {
            let way = if self.schools > 0.0 { "more" } else { "fewer" };
            format!("{:.0} {way} schools would have their turn this year", self.schools.abs())
        });
        let parts: Vec<String> = [met, schools, points].into_iter().flatten().collect();
        let mut said = match parts.is_empty() {
            true => "nothing would be gained or lost.".to_owned(),
            false => format!("{}.", parts.join("; ")),
        };
        said[..1].make_ascii_uppercase();
        said
    }
}

/// A difference in the solver's unit, taken apart from the highest aim down.
pub(crate) fn worth(problem: &Problem, mut difference: i128) -> Worth {
    let mut out = Worth::default();
    for severity in (0..5).rev() {
        let unit = problem.unmet_unit[severity];
        let whole = (difference + unit / 2).div_euclid(unit);
        out.met_half_days[severity] = whole as f64;
        difference -= whole * unit;
    }
    if problem.turn > 0 {
        let whole = (difference + problem.turn / 2).div_euclid(problem.turn);
        out.schools = whole as f64;
        difference -= whole * problem.turn;
    }
    out.points = (difference as f64 / problem.unit as f64).round() / 100.0;
    out
}

//! "Why not this one?": the rule that keeps them out, or what would follow if they were in.

use serde::{Deserialize, Serialize};

use super::coverage::Worth;
use super::{Change, Effort, Pair, Plan, Planned, Question};
use crate::error::ModelError;
use crate::rules::Removal;

/// The answer to "why not this supporter for this need?".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhyNot {
    /// Whether the pair could be made at all.
    pub possible: bool,
    /// The rules in the way, when there are any.
    pub removals: Vec<Removal>,
    /// What choosing the pair would cost (met half-days are losses here).
    pub cost: Option<Worth>,
    /// Ids of other needs whose supporters would change.
    pub moved: Vec<String>,
    /// Ids of needs that would become unmet.
    pub unmet: Vec<String>,
    /// The plan with the pair in it.
    pub plan: Option<Plan>,
    /// The same in sentences.
    pub sentences: Vec<String>,
}

/// Answers "why not?" by planning again with the pair pinned, from the plan at hand.
///
/// # Errors
/// [`ModelError`] when the need or the supporter is unknown, or the question cannot be planned.
pub fn why_not(
    question: &Question,
    plan: &Plan,
    pair: &Pair,
    effort: Effort,
) -> Result<WhyNot, ModelError> {
    Planned::from_plan(question, plan, effort)?.why_not(pair, effort)
}

impl WhyNot {
    fn impossible(removals: Vec<Removal>, sentences: Vec<String>) -> Self {
        Self {
            possible: false,
            removals,
            cost: None,
            moved: Vec::new(),
            unmet: Vec::new(),
            plan: None,
            sentences,
        }
    }
}

impl Planned {
    /// "Why not this supporter for this need?", answered from this plan.
    ///
    /// # Errors
    /// [`ModelError`] when the need or the supporter is unknown.
    pub fn why_not(&self, pair: &Pair, effort: Effort) -> Result<WhyNot, ModelError> {
        let problem = &self.problem;
        let (need, supporter) = problem.asked.pair(pair, "why not")?;
        let tasks = problem.groups[need].tasks.clone();
        let label = &problem.supporter(supporter).label;
        let able = problem.tasks[tasks.clone()]
            .iter()
            .any(|task| task.options.iter().any(|option| option.supporter == supporter));
        if !able {
            let removals: Vec<Removal> = tasks
                .map(|t| problem.removals(t, supporter))
                .min_by_key(Vec::len)
                .unwrap_or_default();
            let mut sentences: Vec<String> =
                removals.iter().map(|removal| removal.sentence.clone()).collect();
            if sentences.is_empty() {
                sentences.push(format!("Another supporter is pinned to this need, not {label}."));
            }
            sentences.extend(removals.iter().map(|removal| removal.remedy.clone()));
            return Ok(WhyNot::impossible(removals, sentences));
        }
        let then = match self.what_if(&[Change::Pin(pair.clone())], effort) {
            Ok(then) => then,
            Err(ModelError::Contradiction { reason }) => {
                let sentence = format!("Not together with what is pinned: {reason}.");
                return Ok(WhyNot::impossible(Vec::new(), vec![sentence]));
            }
            Err(error) => return Err(error),
        };
        let (mut moved, mut unmet) = (Vec::new(), Vec::new());
        let (mut others, mut without) = (Vec::new(), Vec::new());
        for other in then.moved.iter().filter(|other| other.need != pair.need) {
            let (ids, labels) = match other.after.is_empty() {
                true => (&mut unmet, &mut without),
                false => (&mut moved, &mut others),
            };
            ids.push(other.need.clone());
            labels.push(other.label.clone());
        }
        let cost = then.after.worth(self);
        let pinned = then.after.into_plan();
        let lost: f64 = cost.met_half_days.iter().sum();
        let mut sentences = Vec::new();
        if pinned.objective <= self.plan().objective {
            sentences.push(format!("{label} would do as well."));
        } else if lost > 0.0 {
            sentences.push(format!(
                "{label} could, but {lost:.0} half-days of other needs would go unmet for it."
            ));
        } else {
            sentences.push(format!(
                "{label} could; over all needs the plan would lose {:.1} points over half-days.",
                cost.points
            ));
        }
        if !others.is_empty() {
            sentences.push(format!("Others would change supporter: {}.", others.join("; ")));
        }
        if !without.is_empty() {
            sentences.push(format!("Others would go unmet: {}.", without.join("; ")));
        }
        Ok(WhyNot {
            possible: true,
            removals: Vec::new(),
            cost: Some(cost),
            moved,
            unmet,
            plan: Some(pinned),
            sentences,
        })
    }
}

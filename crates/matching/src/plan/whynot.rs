//! "Why not this one?": the rule that keeps them out, or what would follow if they were in.

use serde::{Deserialize, Serialize};

use super::coverage::{Worth, worth};
use super::problem::Problem;
use super::{Effort, Pair, Plan, Question, propose_from};
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
    let problem = Problem::build(question)?;
    let unknown = |what: &str, id: &str| ModelError::Unknown {
        instruction: "why not".into(),
        what: what.into(),
        id: id.into(),
    };
    let need = problem.needs.iter().position(|need| need.id == pair.need);
    let need = need.ok_or_else(|| unknown("need", &pair.need))?;
    let supporter = problem.supporters.iter().position(|s| s.id == pair.supporter);
    let supporter = supporter.ok_or_else(|| unknown("supporter", &pair.supporter))?;
    let tasks = &problem.tasks[problem.groups[need].tasks.clone()];
    let label = &problem.supporters[supporter].label;
    let able =
        tasks.iter().any(|task| task.options.iter().any(|option| option.supporter == supporter));
    if !able {
        let removals: Vec<Removal> = problem.groups[need]
            .tasks
            .clone()
            .map(|t| problem.removals(t, supporter))
            .min_by_key(Vec::len)
            .unwrap_or_default();
        let mut sentences: Vec<String> =
            removals.iter().map(|removal| removal.sentence.clone()).collect();
        if sentences.is_empty() {
            sentences.push(format!("Another supporter is pinned to this need, not {label}."));
        }
        sentences.extend(removals.iter().map(|removal| removal.remedy.clone()));
        return Ok(WhyNot {
            possible: false,
            removals,
            cost: None,
            moved: Vec::new(),
            unmet: Vec::new(),
            plan: None,
            sentences,
        });
    }
    let mut other = question.clone();
    if !other.pins.contains(pair) {
        other.pins.push(pair.clone());
    }
    let pinned = match propose_from(&other, plan, effort) {
        Ok(pinned) => pinned,
        Err(ModelError::Contradiction { reason }) => {
            return Ok(WhyNot {
                possible: false,
                removals: Vec::new(),
                cost: None,
                moved: Vec::new(),
                unmet: Vec::new(),
                plan: None,
                sentences: vec![format!("Not together with what is pinned: {reason}.")],
            });
        }
        Err(error) => return Err(error),
    };
    let who = |plan: &Plan, need: &str| -> Option<Vec<String>> {
        let found = plan.matches.iter().find(|matched| matched.need == need)?;
        let mut ids: Vec<String> = found.shares.iter().map(|s| s.supporter.clone()).collect();
        ids.sort();
        Some(ids)
    };
    let (mut moved, mut unmet) = (Vec::new(), Vec::new());
    for other in problem.needs.iter().filter(|other| other.id != pair.need) {
        match (who(plan, &other.id), who(&pinned, &other.id)) {
            (Some(before), Some(after)) if before != after => moved.push(other.id.clone()),
            (None, Some(_)) => moved.push(other.id.clone()),
            (Some(_), None) => unmet.push(other.id.clone()),
            _ => {}
        }
    }
    let cost = worth(&problem, pinned.objective - plan.objective);
    let mut sentences = Vec::new();
    let lost: f64 = cost.met_half_days.iter().sum();
    if pinned.objective <= plan.objective {
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
    if !moved.is_empty() {
        sentences.push(format!("Others would change supporter: {}.", moved.join(", ")));
    }
    if !unmet.is_empty() {
        sentences.push(format!("Others would go unmet: {}.", unmet.join(", ")));
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

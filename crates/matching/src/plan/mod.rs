//! The best use of all the capacity: a plan over every need and supporter at once, with reasons.
//!
//! Aims, in strict order (a place sees and may question the order; it is never buried in a sum):
//! 1. leave as few half-days of the most severe needs unmet as possible, then of the next;
//! 2. leave as few schools as possible without their turn: every school with time to give gives,
//!    and every such school that asks receives, over the year (a policy may drop this aim);
//! 3. lose as few points as possible: half-days times points short of a perfect match, with a
//!    preference for agreed pairs and for supporters with time to spare;
//! 4. on equal terms prefer whoever was used least lately, then a draw seeded by the case.

mod alternatives;
mod asked;
mod board;
mod bound;
mod coverage;
mod descent;
mod explain;
mod fairness;
mod floor;
mod planned;
mod problem;
mod search;
mod timetable;
mod varied;
mod whynot;
mod words;

use serde::{Deserialize, Serialize};

use crate::candidates::Mapped;
use crate::error::ModelError;
use crate::model::{Need, Supporter};
use crate::policy::Policy;
use crate::score::Score;

pub use alternatives::{Alternative, alternatives};
pub use asked::Change;
pub use coverage::{CoverageCell, Worth, coverage};
pub use explain::{Binding, Relaxation, RunnerUp};
pub use fairness::{Fairness, Stability, Turns, fairness, stability, turns};
pub use planned::{Moved, Planned, WhatIf};
pub use whynot::{WhyNot, why_not};

/// A need and a supporter, by id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pair {
    /// The need's id.
    pub need: String,
    /// The supporter's id.
    pub supporter: String,
}

impl Pair {
    /// A pair.
    pub fn new(need: impl Into<String>, supporter: impl Into<String>) -> Self {
        Self { need: need.into(), supporter: supporter.into() }
    }
}

/// Everything a plan depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Open needs.
    pub needs: Vec<Need>,
    /// Supporters.
    pub supporters: Vec<Supporter>,
    /// The place's rules.
    pub policy: Policy,
    /// Journeys mapped by the caller.
    pub mapped: Mapped,
    /// Pairs that must be in the plan.
    pub pins: Vec<Pair>,
    /// Pairs that must not be in the plan.
    pub forbids: Vec<Pair>,
    /// Pairs agreed earlier, preferred by the policy's incumbent points.
    pub agreed: Vec<Pair>,
}

/// How hard to look. More effort never makes a plan worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Rounds of improvement.
    pub rounds: u32,
    /// Steps of the exact search that ends them.
    pub steps: u64,
}

impl Effort {
    /// Enough to mend a plan after a change.
    pub const fn what_if() -> Self {
        Self { rounds: 60, steps: 20_000 }
    }
}

impl Default for Effort {
    fn default() -> Self {
        Self { rounds: 400, steps: 200_000 }
    }
}

/// What a plan costs, aim by aim.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanCost {
    /// Half-days of needs left unmet, by severity one to five.
    pub unmet_half_days: [u64; 5],
    /// Schools with free time that have given nothing this year and give nothing here; nought
    /// when the policy does not ask.
    #[serde(default)]
    pub not_giving: u64,
    /// Unmet needs of schools that could give and have received nothing this year; nought when
    /// the policy does not ask.
    #[serde(default)]
    pub not_receiving: u64,
    /// Half-days times points short of a perfect match, over what is met.
    pub points_short: f64,
    /// Half-days times points paid to spread the load.
    pub spread_points: f64,
}

/// One supporter's share of a need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The supporter's id.
    pub supporter: String,
    /// The supporter's label.
    pub label: String,
    /// Leads the team (always so when alone).
    pub lead: bool,
    /// Specialism codes covered.
    pub specialisms: Vec<String>,
    /// Half-days.
    pub half_days: u32,
    /// Whether this pair was agreed earlier.
    pub agreed: bool,
    /// The score in parts.
    pub score: Score,
    /// Who came next, and what would have to change.
    pub runner_up: Option<RunnerUp>,
}

/// A need that is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The need's id.
    pub need: String,
    /// Its severity.
    pub severity: u8,
    /// Who does what; the lead first.
    pub shares: Vec<Share>,
    /// Why, in sentences.
    pub sentences: Vec<String>,
}

/// A need that is not met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unmet {
    /// The need's id.
    pub need: String,
    /// Its severity.
    pub severity: u8,
    /// Half-days wanted.
    pub half_days: u32,
    /// What stands in the way.
    pub bindings: Vec<Binding>,
    /// The smallest change that would help, when one change does.
    pub cheapest: Option<Relaxation>,
    /// Why, in sentences.
    pub sentences: Vec<String>,
}

/// What a supporter carries in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The supporter's id.
    pub supporter: String,
    /// Half-days in the plan.
    pub half_days: u32,
    /// Free half-days before the plan.
    pub free_half_days: u32,
    /// Needs served.
    pub needs: usize,
}

/// A plan with its reasons and its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The policy's version.
    pub policy: String,
    /// Met needs by id.
    pub matches: Vec<Match>,
    /// Unmet needs: most severe first, then by id.
    pub unmet: Vec<Unmet>,
    /// Loads by supporter id; only supporters with a load.
    pub loads: Vec<Load>,
    /// What it costs.
    pub cost: PlanCost,
    /// Whether no better plan exists.
    pub proved: bool,
    /// The most half-days times points a better plan could save, when coverage is already proved
    /// best; none when even coverage is not.
    pub gap_points: Option<f64>,
    /// Cost in the solver's own unit, aims in strict order.
    pub objective: i128,
    /// No plan costs less than this, in the same unit.
    pub bound: i128,
}

/// Finds the best plan for a question. The answer does not depend on the order of the lists.
///
/// # Errors
/// [`ModelError`] when ids repeat, an instruction names nobody, pins contradict hard rules,
/// capacities or forbids, or a number is out of range.
pub fn propose(question: &Question, effort: Effort) -> Result<Plan, ModelError> {
    Ok(Planned::new(question, effort)?.into_plan())
}

/// As [`propose`], starting from an earlier plan: what a "what if" asks for. Shares of the
/// earlier plan that still stand are the starting point, so that only what must move moves.
///
/// # Errors
/// As [`propose`].
pub fn propose_from(
    question: &Question,
    earlier: &Plan,
    effort: Effort,
) -> Result<Plan, ModelError> {
    Ok(Planned::from_plan(question, earlier, effort)?.into_plan())
}

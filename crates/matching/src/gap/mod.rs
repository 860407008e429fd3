//! Generalised assignment: every job goes to one agent, jobs use up agents' capacity by
//! different amounts. Indivisible days against limited time.
//!
//! Bounds come from the Lagrangian relaxation of "every job once", whose parts are knapsacks
//! solved exactly; plans from repairing its solutions and settling some agents anew, again and
//! again; the proof from raising the bound rung by rung: pairs that cannot be in anything better
//! are closed, and where few packings of the agents are left, one is chosen for each. One thread
//! raises the bound while another looks for plans. Everything is computed in whole numbers, so a
//! reported bound is a bound. See Fisher, Jaikumar and Van Wassenhove (1986), Baldacci,
//! Christofides and Mingozzi (2008), Posta, Ferland and Michelon (2012).

mod around;
mod branch;
mod choose;
mod climb;
mod core;
mod lagrange;
mod local;
mod pattern;
mod region;
mod round;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Whether costs are to be small or large in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Least total.
    Minimise,
    /// Largest total.
    Maximise,
}

/// An instance: `agents` rows of `jobs` numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// How many agents.
    pub agents: usize,
    /// How many jobs.
    pub jobs: usize,
    /// Cost (or worth) of each job at each agent, agent after agent.
    pub cost: Vec<i64>,
    /// What each job uses of each agent, agent after agent.
    pub usage: Vec<i64>,
    /// What each agent has.
    pub capacity: Vec<i64>,
}

/// What was found, and what is proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Total of the best assignment; none when none was found.
    pub value: Option<i64>,
    /// No assignment is better than this.
    pub bound: i64,
    /// Difference of the two as a share of the value; none without a value.
    pub gap: Option<f64>,
    /// Nothing better exists (or, without a value, nothing at all).
    pub proved: bool,
    /// Agent of each job in the best assignment.
    pub agent: Vec<usize>,
}

/// Why an instance cannot be read or solved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GapError {
    /// Text that is not a whole number.
    #[error("number {position} is \"{word}\": expected a whole number")]
    Number {
        /// Position in the file, counted from one.
        position: usize,
        /// The text found.
        word: String,
    },
    /// The file ends early or goes on too long.
    #[error("{problem}")]
    Length {
        /// What is missing or left over.
        problem: String,
    },
    /// A number outside its range.
    #[error("{what} is {value}: expected {expected}")]
    Range {
        /// Which number.
        what: String,
        /// The value found.
        value: i64,
        /// What is expected.
        expected: String,
    },
}

/// Reads the OR-Library layout: the number of instances, then for each `m n`, costs, usage and
/// capacities.
///
/// # Errors
/// [`GapError`] names the number that cannot be read or what is missing.
pub fn parse(text: &str) -> Result<Vec<Instance>, GapError> {
    let mut words = text.split_ascii_whitespace().enumerate();
    let mut next = |what: &str| -> Result<i64, GapError> {
        let (index, word) = words.next().ok_or_else(|| GapError::Length {
            problem: format!("the file ends where {what} should be: complete it"),
        })?;
        // Some published files write whole numbers with a decimal point.
        let whole = word.strip_suffix(".0").unwrap_or(word);
        whole.parse().map_err(|_| GapError::Number { position: index + 1, word: word.to_owned() })
    };
    let count = next("the number of instances")?;
    let mut instances = Vec::new();
    for _ in 0..count {
        let mut size = |what: &str| {
            let value = next(what)?;
            usize::try_from(value).ok().filter(|&size| size <= 1_000_000).ok_or_else(|| {
                let expected = "0 to 1,000,000".into();
                GapError::Range { what: what.into(), value, expected }
            })
        };
        let (agents, jobs) = (size("the number of agents")?, size("the number of jobs")?);
        let mut list = |what: &str, count: usize| {
            (0..count).map(|_| next(what)).collect::<Result<Vec<i64>, GapError>>()
        };
        let cost = list("a cost", agents * jobs)?;
        let usage = list("a usage", agents * jobs)?;
        let capacity = list("a capacity", agents)?;
        instances.push(Instance { agents, jobs, cost, usage, capacity });
    }
    Ok(instances)
}

impl Instance {
    fn check(&self) -> Result<(), GapError> {
        let cells = self.agents.saturating_mul(self.jobs);
        if self.cost.len() != cells
            || self.usage.len() != cells
            || self.capacity.len() != self.agents
        {
            let problem = format!(
                "{} costs, {} usages and {} capacities for {} agents and {} jobs",
                self.cost.len(),
                self.usage.len(),
                self.capacity.len(),
                self.agents,
                self.jobs
            );
            return Err(GapError::Length { problem });
        }
        let limit = 1_i64 << 40;
        let expected = || "a number between -2^40 and 2^40".to_owned();
        for &value in &self.cost {
            if value.unsigned_abs() > limit.unsigned_abs() {
                return Err(GapError::Range { what: "a cost".into(), value, expected: expected() });
            }
        }
        for &value in self.usage.iter().chain(&self.capacity) {
            if !(0..=limit).contains(&value) {
                let expected = "a number from 0 to 2^40".into();
                return Err(GapError::Range {
                    what: "a usage or capacity".into(),
                    value,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// Solves an instance for as long as `go_on` says (it is asked often), or until it is proved.
/// Chance is drawn from `seed` alone.
///
/// # Errors
/// [`GapError`] when the lists do not fit together or a number is out of range.
pub fn solve(
    instance: &Instance,
    aim: Aim,
    seed: u64,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Outcome, GapError> {
    instance.check()?;
    let sign = if aim == Aim::Maximise { -1 } else { 1 };
    let problem = lagrange::Problem::new(instance, sign);
    let closed = branch::run(&problem, seed, go_on);
    let value = closed.value.map(|value| value * sign);
    let gap = closed.value.map(|value| {
        let gap = (value - closed.bound).max(0) as f64;
        if gap > 0.0 { gap / (value.abs().max(1) as f64) } else { 0.0 }
    });
    Ok(Outcome {
        value,
        bound: closed.bound * sign,
        gap,
        proved: closed.proved,
        agent: closed.agent,
    })
}

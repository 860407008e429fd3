//! Minimum-cost flow on any directed network, by network simplex, ended by a certificate.
//!
//! Method: the primal network simplex of Dantzig with strongly feasible spanning trees
//! (Cunningham 1976), which cannot cycle, and block pricing. See Ahuja, Magnanti and Orlin,
//! *Network Flows* (1993), chapter 11.

mod dimacs;
mod kept;
mod simplex;

pub use dimacs::{Network, parse_dimacs, write_dimacs};
pub use kept::Kept;
pub use simplex::{Money, Solved, solve};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One arc of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arc<C = i64> {
    /// Node it leaves.
    pub from: u32,
    /// Node it enters.
    pub to: u32,
    /// Least flow.
    pub low: i64,
    /// Most flow.
    pub capacity: i64,
    /// Cost of one unit.
    pub cost: C,
}

/// Why a network has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FlowError {
    /// A line that cannot be read.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Counted from one.
        line: usize,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// An arc names a node that does not exist.
    #[error("arc {arc} names node {node}, but there are {nodes} nodes: mend the arc or the count")]
    Node {
        /// Position of the arc, counted from one.
        arc: usize,
        /// The node named.
        node: u64,
        /// How many there are.
        nodes: usize,
    },
    /// An arc whose capacity is below its least flow.
    #[error("arc {arc} carries at least {low} and at most {capacity}: make the capacity larger")]
    Capacity {
        /// Position of the arc, counted from one.
        arc: usize,
        /// Least flow.
        low: i64,
        /// Most flow.
        capacity: i64,
    },
    /// Supplies and demands differ.
    #[error("supply and demand differ by {by}: they must be equal")]
    Unbalanced {
        /// Supply less demand.
        by: i64,
    },
    /// No flow serves every demand.
    #[error("no flow serves every demand: {short} units cannot be carried")]
    Infeasible {
        /// Units that find no way.
        short: i64,
    },
    /// Numbers too large to compute with exactly.
    #[error("{what} is too large to compute with exactly: use smaller units")]
    TooLarge {
        /// Which number.
        what: String,
    },
}

/// What proves an answer: the same cost from both sides, and every arc looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Cost of the flow.
    pub primal: i128,
    /// Value of the prices: no flow can cost less.
    pub dual: i128,
    /// How many arcs were checked.
    pub arcs: usize,
}

impl Certificate {
    /// Whether the two sides meet.
    pub fn proved(&self) -> bool {
        self.primal == self.dual
    }
}

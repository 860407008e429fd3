//! One place each for many needs: minimum-cost matching of needs to supporters with room for
//! several, sparse, at national scale, exact, with a certificate, and re-solved at once when a
//! pair is pinned or forbidden.
//!
//! Every need takes one place of one supporter it has an arc to, or stays unmet at its own cost.

mod auction;
mod order;
mod paths;
mod solver;
mod whatif;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use order::hilbert;
pub use solver::{Solver, Step};
pub use whatif::{Answer, PriceInterval};

/// A supporter that may take a need, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// Cost in whole units, from nought to [`MOST_COST`].
    pub cost: i32,
    /// Position of the supporter.
    pub supporter: u32,
}

/// The largest cost of an edge.
pub const MOST_COST: i32 = 1 << 30;
/// The largest cost of leaving a need unmet.
pub const MOST_UNMET: i64 = 1 << 40;

/// An instance. Rows are needs: row `i` is `edges[starts[i]..starts[i + 1]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Where each row starts; one more than there are needs.
    pub starts: Vec<u32>,
    /// The rows, one after the other, in any order within a row.
    pub edges: Vec<Edge>,
    /// Cost of leaving each need unmet.
    pub unmet: Vec<i64>,
    /// Places of each supporter.
    pub capacity: Vec<u32>,
}

/// Why an instance cannot be solved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// The lists do not fit together.
    #[error("the instance does not fit together: {problem}")]
    Shape {
        /// What is wrong and what was expected.
        problem: String,
    },
    /// A row names a supporter that does not exist.
    #[error("need {need} names supporter {supporter}, but there are {supporters}: mend the row")]
    Supporter {
        /// Position of the need.
        need: usize,
        /// The position named.
        supporter: u32,
        /// How many there are.
        supporters: usize,
    },
    /// A cost out of range.
    #[error("need {need}: cost {cost} is outside 0 to {limit}: use larger units")]
    Cost {
        /// Position of the need.
        need: usize,
        /// The cost.
        cost: i64,
        /// The most.
        limit: i64,
    },
    /// A row names a supporter twice.
    #[error("need {need} names supporter {supporter} twice: keep the cheaper")]
    Twice {
        /// Position of the need.
        need: usize,
        /// The supporter.
        supporter: u32,
    },
    /// An instruction that cannot be kept.
    #[error("cannot {what} need {need} with supporter {supporter}: {reason}")]
    Instruction {
        /// `pin` or `forbid`.
        what: &'static str,
        /// Position of the need.
        need: u32,
        /// Position of the supporter.
        supporter: u32,
        /// Why, and what to do.
        reason: String,
    },
}

impl Instance {
    /// How many needs.
    pub fn needs(&self) -> usize {
        self.unmet.len()
    }

    /// A need's edges.
    pub fn row(&self, need: usize) -> &[Edge] {
        &self.edges[self.starts[need] as usize..self.starts[need + 1] as usize]
    }

    /// Checks that the lists fit together and every number is in range.
    ///
    /// # Errors
    /// [`InstanceError`] for the first thing found wrong.
    pub fn check(&self) -> Result<(), InstanceError> {
        let shape = |problem: String| Err(InstanceError::Shape { problem });
        let needs = self.needs();
        if self.starts.len() != needs + 1 || self.starts[0] != 0 {
            return shape(format!("{} starts for {needs} needs", self.starts.len()));
        }
        if self.starts.windows(2).any(|pair| pair[0] > pair[1])
            || self.starts[needs] as usize != self.edges.len()
        {
            return shape("the starts do not rise to the number of edges".into());
        }
        let supporters = self.capacity.len();
        if supporters >= u32::MAX as usize - 1 || needs >= u32::MAX as usize - 1 {
            return shape("more than four thousand million records".into());
        }
        if self.capacity.iter().map(|&c| u64::from(c)).sum::<u64>() >= u64::from(u32::MAX) {
            return shape("the capacities add up to more than four thousand million".into());
        }
        let mut seen = vec![u32::MAX; supporters];
        for need in 0..needs {
            for edge in self.row(need) {
                let Some(last) = seen.get_mut(edge.supporter as usize) else {
                    return Err(InstanceError::Supporter {
                        need,
                        supporter: edge.supporter,
                        supporters,
                    });
                };
                if *last == need as u32 {
                    return Err(InstanceError::Twice { need, supporter: edge.supporter });
                }
                *last = need as u32;
                if !(0..=MOST_COST).contains(&edge.cost) {
                    let (cost, limit) = (i64::from(edge.cost), i64::from(MOST_COST));
                    return Err(InstanceError::Cost { need, cost, limit });
                }
            }
            let cost = self.unmet[need];
            if !(0..=MOST_UNMET).contains(&cost) {
                return Err(InstanceError::Cost { need, cost, limit: MOST_UNMET });
            }
        }
        Ok(())
    }
}

//! Where a school stands: its stage of improvement, and the tier of support decided for it.
//!
//! Both are dated judgements of people with their reasons, kept as a history; neither is worked out
//! from figures, and neither ranks a school. A tier above the universal one takes written evidence
//! and a day on which it is looked at again, and the school answers it.

pub mod acts;
mod model;
mod store;

pub use acts::{decide, record, reply};
pub use model::{
    Decision, DecisionId, NewDecision, Reply, Stage, StageLine, Tier, WHO, lacks, resource,
};
pub use store::{decided_by, decisions, due, recorded_by, stages};

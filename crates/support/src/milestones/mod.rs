//! Milestones: what should be seen by when, what was seen, and a colour that is proposed by a
//! rule and set by a person with words.

mod acts;
mod model;
pub mod published;

pub use acts::{Milestone, MilestoneId, NewMilestone, Seen, add, of, record_seen};
pub(crate) use acts::{judge, must_take_part};
pub use model::{Gauge, Rag, Stage, StageAct, machine, propose, step};

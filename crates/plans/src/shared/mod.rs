//! What a partnership agreed on: its charter, and the goals its members share.
//!
//! A charter says what for, how, and what is shared. It binds nobody who has not accepted it: every
//! new version is put to each member again, and the partnership is under its charter only when all
//! of them have accepted the same words. A goal is looked after by one member; where nothing was
//! heard of it for half a term, everybody sees that it stands still, and its lead is written to.
//!
//! Beside them stands how it is to be a member: five statements answered without a name, and thanks.

pub mod charter;
pub mod goals;
mod machine;
pub mod pulse;
pub mod thanks;

pub use machine::{GoalAct, GoalState, Keeper, machine, step};

//! The pages of this room.

mod build;
mod close;
mod decide;
mod fields;
mod list;
mod milestones;
mod money;
pub mod parts;

//! Needs, supporters and capacities: exact matching with explanations, fairness and instant what-if.
//!
//! The engine is pure: values in, values out. It reads no clock, draws no random number of its
//! own, opens no file, and does not know where its numbers came from. Every answer is the same
//! whatever the order of its inputs.
//!
//! For a desk: [`candidates`] lists the supporters one need could have, with the reasons;
//! [`propose`] finds the best use of *all* the capacity; [`Planned`] keeps what it found, so that
//! "what if", "why not", prices and other plans are answered from there.

pub mod assignment;
pub mod candidates;
mod check;
pub mod competition;
pub mod error;
pub mod flow;
pub mod gap;
pub mod grid;
pub mod invented;
pub mod invented_desk;
pub mod model;
pub mod plan;
pub mod policy;
pub mod rules;
pub mod score;
pub mod spatial;
pub mod transport;

pub use candidates::{Candidate, Mapped, Removed, Shortlist, candidates};
pub use competition::TalkFirst;
pub use error::ModelError;
pub use model::{
    Context, Depth, FreeWeek, HomeGuard, HomeSchool, Interest, Limit, Mode, Need, Place,
    Specialism, Standing, Supporter, SupporterKind, Team, TrackRecord, Week, Window,
};
pub use plan::{Change, Effort, Pair, Plan, Planned, Question, WhatIf, propose, propose_from};
pub use policy::{Policy, Weights};
pub use rules::{HardRule, Removal, Role};
pub use score::{Part, PartKind, Score};

//! Charts held to their promises.

mod golden;
#[cfg(feature = "png")]
mod picture;
mod samples;
mod structure;

//! The plans room against real databases.

mod answers;
mod journey;
mod ladder;
mod life;
mod sharing;
mod suggestions;
mod world;

//! The plans room against real databases.

mod answers;
mod climate;
mod journey;
mod ladder;
mod life;
mod rhythm;
mod several;
mod sharing;
mod suggestions;
mod together;
mod trials;
mod world;

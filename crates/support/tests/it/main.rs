//! The support room on both databases.

mod board;
mod care;
mod funder;
mod money;
mod stories;
mod team;
mod thread;
mod turns;
mod world;

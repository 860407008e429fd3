//! The support room on both databases.

mod board;
mod care;
mod funder;
mod money;
mod quick;
mod roles;
mod stories;
mod team;
mod thread;
mod trusts;
mod turns;
mod world;

//! The support room on both databases.

mod advice;
mod assignments;
mod beside;
mod board;
mod by_letter;
mod care;
mod funder;
mod hours;
mod influence;
mod leading;
mod money;
mod portfolio;
mod poster;
mod quick;
mod roles;
mod silence;
mod stories;
mod team;
mod thread;
mod trusts;
mod turns;
mod world;

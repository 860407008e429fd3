//! The support room on both databases.

mod board;
mod care;
mod money;
mod stories;
mod thread;
mod world;

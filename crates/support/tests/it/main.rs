//! The support room on both databases.

mod care;
mod money;
mod thread;
mod world;

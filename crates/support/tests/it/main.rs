//! The support room on both databases.

mod money;
mod thread;
mod world;

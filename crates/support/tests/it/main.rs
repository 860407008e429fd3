//! The support room on both databases.

mod thread;
mod world;

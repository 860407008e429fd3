//! Networks on both databases.

mod introductions;
mod machine;
mod story;
mod world;

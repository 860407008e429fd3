//! Networks on both databases.

mod machine;
mod story;
mod world;

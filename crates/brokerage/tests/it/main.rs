//! Requests, matching and interests on both databases.

mod cadre;
mod concurrency;
mod permissions;
mod story;
mod world;

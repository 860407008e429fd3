//! Requests, matching and interests on both databases.

mod cadre;
mod concurrency;
mod desk;
mod goals;
mod loops;
mod offered;
mod permissions;
mod specialisms;
mod story;
mod suggested;
mod world;

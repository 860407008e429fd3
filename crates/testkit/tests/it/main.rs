//! The ground floor on both databases.

mod ground;
mod signing_in;

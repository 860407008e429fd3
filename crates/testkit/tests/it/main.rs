//! The ground floor on both databases.

mod ground;
mod notify;
mod signing_in;

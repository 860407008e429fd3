//! Access on both databases.

mod account;
mod people;
mod signing_in;

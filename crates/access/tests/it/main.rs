//! Access on both databases.

mod account;
mod links;
mod looks;
mod matrix;
mod people;
mod reference;
mod sealed;
mod signing_in;

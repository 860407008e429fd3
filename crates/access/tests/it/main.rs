//! Access on both databases.

mod account;
mod colleagues;
mod links;
mod looks;
mod matrix;
mod oidc;
mod passkeys;
mod people;
mod privacy;
mod reference;
mod sealed;
mod second;
mod sharing;
mod signing_in;

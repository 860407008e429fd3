//! The front door of Alongside: it opens the rooms, serves them and gives an operator their tools.
//!
//! It owns little: the letters, calendar addresses and briefings of [`week`]. What a page shows and what an act does belong to the rooms; here they are
//! put together ([`routes`]), started ([`serve`]) and reached from the command line
//! ([`commands`]). With no arguments it is the demonstration ([`demo`]).

pub mod boot;
pub mod cli;
pub mod commands;
pub mod demo;
pub mod failure;
pub mod home;
pub mod logging;
pub mod packs;
pub mod protection;
mod rehearsal;
pub mod routes;
pub mod serve;
pub mod week;

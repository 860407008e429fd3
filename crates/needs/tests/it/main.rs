//! Needs audits on both databases.

mod audit;
mod prefill;
mod standing;

//! The engine against brute force, against known optima, and against bad questions.

mod brute;
mod data;
mod flows;
mod gaps;
mod plans;
mod props;
mod tables;
mod transport;
mod whatif;
mod worlds;

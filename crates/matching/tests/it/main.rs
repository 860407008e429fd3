//! The engine against brute force, against known optima, and against bad questions.

mod brute;
mod plans;
mod tables;
mod transport;
mod worlds;

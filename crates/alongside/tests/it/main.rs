//! The house as a whole: its structure, its front door, and the thread through every room.

mod chosen;
mod commands;
mod house;
mod walls;
mod week;
mod year;

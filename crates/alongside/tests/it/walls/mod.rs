//! The walls between people: who gets which answer at which address, what strangers learn, what
//! lists show, what forms refuse, and what a stolen database tells.

mod attack;
mod elsewhere;
mod forms;
mod leaving;
mod lists;
mod matrix;
mod paths;
mod record;
mod stolen;
mod world;

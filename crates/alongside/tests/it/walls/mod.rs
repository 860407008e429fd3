//! The walls between people, from the front door: what strangers learn, what forms refuse, what
//! somebody who leaves hands over, what the copy of one's data holds, who looked, what a stolen
//! database tells, and that the record of acts tells of every tampering.

mod ageing;
mod alike;
mod attack;
mod deals;
mod elsewhere;
mod evidence;
mod filled;
mod forms;
mod leaving;
mod led;
mod lists;
mod matrix;
mod more;
mod moved;
mod outward;
mod paths;
mod personal;
mod reach;
mod record;
mod stolen;
mod together;
mod world;

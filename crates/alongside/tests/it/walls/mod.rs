//! The walls between people, from the front door: what somebody who leaves hands over, what the copy
//! of one's data holds, who looked, and that the record of acts tells of every tampering.

mod elsewhere;
mod leaving;
mod paths;
mod record;
mod world;

//! The state machines of this room, written as lines; anything not listed is refused.

use foundation::words;

pub use foundation::machine::line;
pub use support::machine::{Machine, document, step};

words! {
    /// What somebody is in relation to a record of this room.
    Who {
        Author = "author", "a colleague of the school it comes from";
        Head = "head", "the head of the school it comes from";
        Peer = "peer", "a colleague who checks";
        Named = "named", "the head of the school it names";
        Adopter = "adopter", "a colleague of the school that uses it";
        Host = "host", "the author or the head of the school it comes from";
        Guest = "guest", "the person who asks to come";
        System = "system", "Alongside itself";
    }
}

/// A line of a state machine.
pub type Line<S, A> = foundation::machine::Line<S, A, Who>;

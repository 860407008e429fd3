//! The life of half-days in the ledger: every step there is; anything not listed is refused.

use foundation::{
    machine::{Document, Line, No, line, transition},
    words,
};

use super::EntryState;
use crate::agreements::Standing;

words! {
    /// What can be done to an entry.
    TimeAct {
        Move = "move", "move to another day";
        Deliver = "deliver", "say that it took place";
        Cancel = "cancel", "cancel";
        PutBack = "put_back", "take back what was said of";
    }
}

const PART: &[Standing] = &[
    Standing::SupportedHead,
    Standing::SupportingHead,
    Standing::Lead,
    Standing::Member,
    Standing::Broker,
];
const GRACE: &str = "within a day, by whoever said it, before an invoice";

/// Every step there is.
pub const STEPS: &[Line<EntryState, TimeAct, Standing>] = &[
    line(
        EntryState::Planned,
        TimeAct::Move,
        PART,
        EntryState::Planned,
        "the day job allows it, or the releasing head says why not",
    ),
    line(EntryState::Planned, TimeAct::Deliver, PART, EntryState::Delivered, "the day has come"),
    line(EntryState::Planned, TimeAct::Cancel, PART, EntryState::Cancelled, "a reason of the pack"),
    line(EntryState::Delivered, TimeAct::PutBack, PART, EntryState::Planned, GRACE),
    line(EntryState::Cancelled, TimeAct::PutBack, PART, EntryState::Planned, GRACE),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of("time", "The life of half-days", "crates/support/src/time/machine.rs", STEPS)
}

/// Where an act leads when somebody with these standings does it.
///
/// # Errors
/// [`No`] when no line allows it.
pub fn step(from: EntryState, act: TimeAct, who: &[Standing]) -> Result<EntryState, No<Standing>> {
    transition(STEPS, from, act, who)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from the specification, apart from the code above.
    const LISTED: &str = "
        planned move supported_head planned
        planned move supporting_head planned
        planned move lead planned
        planned move member planned
        planned move broker planned
        planned deliver supported_head delivered
        planned deliver supporting_head delivered
        planned deliver lead delivered
        planned deliver member delivered
        planned deliver broker delivered
        planned cancel supported_head cancelled
        planned cancel supporting_head cancelled
        planned cancel lead cancelled
        planned cancel member cancelled
        planned cancel broker cancelled
        delivered put_back supported_head planned
        delivered put_back supporting_head planned
        delivered put_back lead planned
        delivered put_back member planned
        delivered put_back broker planned
        cancelled put_back supported_head planned
        cancelled put_back supporting_head planned
        cancelled put_back lead planned
        cancelled put_back member planned
        cancelled put_back broker planned";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            &EntryState::ALL,
            TimeAct::ALL,
            &Standing::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
    }
}

//! The life of a shared goal. Whatever is not listed is refused.

use foundation::{
    machine::{Document, Line, line, transition},
    words,
};

use crate::Refusal;

words! {
    /// Where a shared goal stands.
    GoalState {
        Open = "open", "Under way";
        Reached = "reached", "Reached";
        Dropped = "dropped", "No longer pursued";
    }
}

words! {
    /// What can be done to a shared goal.
    GoalAct {
        Report = "report", "Say how it goes";
        Reach = "reach", "It is reached";
        Drop = "drop", "It is no longer pursued";
        Reopen = "reopen", "Take it up again";
    }
}

words! {
    /// Who looks after a shared goal.
    Keeper {
        Lead = "lead", "the leaders of the member that leads it";
        Broker = "broker", "the partnership’s broker";
        Other = "other", "somebody else";
    }
}

const BOTH: &[Keeper] = &[Keeper::Lead, Keeper::Broker];
const WORDS: &str = "what was seen, in words";

/// Every step there is.
const STEPS: &[Line<GoalState, GoalAct, Keeper>] = &[
    line(GoalState::Open, GoalAct::Report, BOTH, GoalState::Open, WORDS),
    line(GoalState::Open, GoalAct::Reach, BOTH, GoalState::Reached, WORDS),
    line(GoalState::Open, GoalAct::Drop, &[Keeper::Broker], GoalState::Dropped, "a reason"),
    line(GoalState::Reached, GoalAct::Reopen, BOTH, GoalState::Open, "a reason"),
    line(GoalState::Dropped, GoalAct::Reopen, &[Keeper::Broker], GoalState::Open, "a reason"),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "shared-goals",
        "The life of a shared goal",
        "crates/plans/src/shared/machine.rs",
        STEPS,
    )
}

/// Where an act leads.
///
/// # Errors
/// [`Refusal`] when the step is not listed for these.
pub fn step(from: GoalState, act: GoalAct, who: &[Keeper]) -> Result<GoalState, Refusal> {
    use foundation::machine::{No, either};
    transition(STEPS, from, act, who).map_err(|no| match no {
        No::NotNow => Refusal::NotNow(format!(
            "This cannot be done now: the goal stands at “{}”. Reload the page to see what can be \
             done.",
            from.words()
        )),
        No::NotYours(who) => Refusal::NotYours(format!("This is for {} to do.", either(who))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        open report lead open
        open report broker open
        open reach lead reached
        open reach broker reached
        open drop broker dropped
        reached reopen lead open
        reached reopen broker open
        dropped reopen broker open";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            GoalState::ALL,
            GoalAct::ALL,
            Keeper::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
    }
}

//! The life of a visit and its note.

use foundation::words;

use crate::machine::{Line, Machine, Who, line};

words! {
    /// Where a visit and its note stand.
    State {
        Proposed = "proposed", "Waits for the school to confirm";
        Confirmed = "confirmed", "Confirmed";
        Happened = "happened", "Took place, note to be written";
        Drafted = "drafted", "Note being written";
        Checking = "checking", "With the school for its factual check";
        Corrected = "corrected", "The school proposed a correction";
        Agreed = "agreed", "Note agreed";
        Uncontested = "uncontested", "Note not checked by the school";
        Cancelled = "cancelled", "Cancelled";
    }
}

words! {
    /// What can be done.
    Act {
        Confirm = "confirm", "Confirm the day";
        Move = "move", "Move it to another day";
        Cancel = "cancel", "Cancel it";
        Happen = "happen", "Say that it took place";
        TakeBack = "take_back", "Take back that it took place";
        Write = "write", "Write the note";
        Send = "send", "Send the note to the school";
        Agree = "agree", "Confirm the facts";
        Correct = "correct", "Propose a correction";
        Accept = "accept", "Accept the correction";
        Stand = "stand", "Let both views stand";
        Lapse = "lapse", "The time for the check is over";
    }
}

const HOST: &[Who] = &[Who::Host];
const VISITOR: &[Who] = &[Who::Visitor];
const MOVERS: &[Who] = &[Who::Visitor, Who::Host, Who::Giver];
const CANCELLERS: &[Who] = &[Who::Visitor, Who::Host, Who::Giver, Who::Broker];
const COME: &str = "the day has come";
const FREE: &str = "the new day is free, and the school confirms again";

const SLIP: &str = "within a day, by whoever said it, while no invoice has gone out";

const LINES: &[Line<State, Act>] = &[
    line(State::Proposed, Act::Confirm, HOST, State::Confirmed, ""),
    line(State::Proposed, Act::Move, MOVERS, State::Proposed, FREE),
    line(State::Proposed, Act::Cancel, CANCELLERS, State::Cancelled, "a reason"),
    line(State::Confirmed, Act::Move, MOVERS, State::Proposed, FREE),
    line(State::Confirmed, Act::Cancel, CANCELLERS, State::Cancelled, "a reason"),
    line(State::Confirmed, Act::Happen, &[Who::Visitor, Who::Host], State::Happened, COME),
    line(State::Happened, Act::TakeBack, &[Who::Visitor, Who::Host], State::Confirmed, SLIP),
    line(State::Confirmed, Act::Write, VISITOR, State::Drafted, COME),
    line(State::Happened, Act::Write, VISITOR, State::Drafted, ""),
    line(State::Drafted, Act::Write, VISITOR, State::Drafted, ""),
    line(
        State::Drafted,
        Act::Send,
        VISITOR,
        State::Checking,
        "strengths and what was seen are there",
    ),
    line(State::Checking, Act::Agree, HOST, State::Agreed, ""),
    line(State::Checking, Act::Correct, HOST, State::Corrected, "the correction in words"),
    line(State::Checking, Act::Lapse, &[Who::System], State::Uncontested, "five working days"),
    line(State::Corrected, Act::Accept, VISITOR, State::Agreed, ""),
    line(State::Corrected, Act::Stand, VISITOR, State::Agreed, "an answer in words"),
    line(State::Uncontested, Act::Agree, HOST, State::Agreed, ""),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "visit";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether the day is still to come, as far as the two schools know.
    #[must_use]
    pub const fn is_ahead(self) -> bool {
        matches!(self, Self::Proposed | Self::Confirmed)
    }

    /// Whether both schools can read the note.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Checking | Self::Corrected | Self::Agreed | Self::Uncontested)
    }

    /// Whether the note stands: from here on it only gains words.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Agreed | Self::Uncontested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::exhaustive;

    #[test]
    fn every_transition_that_is_not_listed_is_refused() {
        exhaustive::holds(
            State::ALL,
            Act::ALL,
            &[
                ("proposed", "confirm", "host"),
                ("proposed", "move", "visitor host giver"),
                ("proposed", "cancel", "visitor host giver broker"),
                ("confirmed", "move", "visitor host giver"),
                ("confirmed", "cancel", "visitor host giver broker"),
                ("confirmed", "happen", "visitor host"),
                ("happened", "take_back", "visitor host"),
                ("confirmed", "write", "visitor"),
                ("happened", "write", "visitor"),
                ("drafted", "write", "visitor"),
                ("drafted", "send", "visitor"),
                ("checking", "agree", "host"),
                ("checking", "correct", "host"),
                ("checking", "lapse", "system"),
                ("corrected", "accept", "visitor"),
                ("corrected", "stand", "visitor"),
                ("uncontested", "agree", "host"),
            ],
        );
    }
}

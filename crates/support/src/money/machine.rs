//! The life of a charge: every step there is; anything not listed is refused.

use std::{fmt, str::FromStr};

use foundation::machine::{Document, Line, line, transition};

use crate::agreements::Standing;

/// Where a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The time was delivered.
    Due,
    /// Whoever pays would like to talk about it.
    Queried,
    /// An invoice has gone out.
    Invoiced,
    /// It has been paid.
    Paid,
    /// Nobody has to pay it.
    Waived,
    /// The time it was for was put back to planned.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Due, Self::Queried, Self::Invoiced, Self::Paid, Self::Waived, Self::Withdrawn];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Queried => "queried",
            Self::Invoiced => "invoiced",
            Self::Paid => "paid",
            Self::Waived => "waived",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Due => "To be invoiced",
            Self::Queried => "Queried",
            Self::Invoiced => "Invoiced",
            Self::Paid => "Paid",
            Self::Waived => "Waived",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// Whether it still counts as a cost.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Waived | Self::Withdrawn)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == text)
            .ok_or_else(|| format!("“{text}” is not a state of a charge"))
    }
}

/// What can be done to a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// Say that an invoice has gone out, with its reference.
    Invoice,
    /// Say that it has been paid.
    Pay,
    /// Ask about it before paying.
    Query,
    /// Answer the question.
    Answer,
    /// Let it go.
    Waive,
    /// The time it was for is put back to planned.
    Withdraw,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 6] =
        [Self::Invoice, Self::Pay, Self::Query, Self::Answer, Self::Waive, Self::Withdraw];

    /// The word a form sends.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Pay => "pay",
            Self::Query => "query",
            Self::Answer => "answer",
            Self::Waive => "waive",
            Self::Withdraw => "withdraw",
        }
    }

    /// The verb the event log keeps.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Invoice => "charges invoiced",
            Self::Pay => "charges paid",
            Self::Query => "charges queried",
            Self::Answer => "charges answered",
            Self::Waive => "charges waived",
            Self::Withdraw => "charges withdrawn",
        }
    }

    /// What a button says.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Invoice => "An invoice has gone out",
            Self::Pay => "It has been paid",
            Self::Query => "Ask about it",
            Self::Answer => "Answer the question",
            Self::Waive => "Waive it",
            Self::Withdraw => "Withdraw it",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Act {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|act| act.key() == text)
            .ok_or_else(|| format!("“{text}” is not something one does to a charge"))
    }
}

const RECEIVERS: &[Standing] = &[Standing::SupportingHead, Standing::Broker];
const PAYERS: &[Standing] = &[Standing::SupportedHead, Standing::Commissioner];
const TEAM: &[Standing] = &[
    Standing::SupportedHead,
    Standing::SupportingHead,
    Standing::Lead,
    Standing::Member,
    Standing::Broker,
];
const UNDONE: &str = "the time it is for is put back to planned within a day";

/// Every step there is.
pub const STEPS: &[Line<State, Act, Standing>] = &[
    line(State::Due, Act::Invoice, RECEIVERS, State::Invoiced, "a reference"),
    line(State::Invoiced, Act::Pay, RECEIVERS, State::Paid, "none"),
    line(State::Due, Act::Query, PAYERS, State::Queried, "a reason"),
    line(State::Invoiced, Act::Query, PAYERS, State::Queried, "a reason"),
    line(State::Queried, Act::Answer, RECEIVERS, State::Due, "an answer in words"),
    line(State::Due, Act::Waive, RECEIVERS, State::Waived, "a reason"),
    line(State::Queried, Act::Waive, RECEIVERS, State::Waived, "a reason"),
    line(State::Invoiced, Act::Waive, RECEIVERS, State::Waived, "a reason"),
    line(State::Due, Act::Withdraw, TEAM, State::Withdrawn, UNDONE),
];

/// Where an act by somebody with these standings leads; nowhere when it is not listed.
#[must_use]
pub fn step(from: State, act: Act, standings: &[Standing]) -> Option<State> {
    transition(STEPS, from, act, standings).ok()
}

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of("charges", "The life of a charge", "crates/support/src/money/machine.rs", STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        due invoice supporting_head invoiced
        due invoice broker invoiced
        invoiced pay supporting_head paid
        invoiced pay broker paid
        due query supported_head queried
        due query commissioner queried
        invoiced query supported_head queried
        invoiced query commissioner queried
        queried answer supporting_head due
        queried answer broker due
        due waive supporting_head waived
        due waive broker waived
        queried waive supporting_head waived
        queried waive broker waived
        invoiced waive supporting_head waived
        invoiced waive broker waived
        due withdraw supported_head withdrawn
        due withdraw supporting_head withdrawn
        due withdraw lead withdrawn
        due withdraw member withdrawn
        due withdraw broker withdrawn";

    #[test]
    fn only_what_is_listed_is_possible() {
        testkit::machine::only_what_is_listed(
            LISTED,
            &State::ALL,
            &Act::ALL,
            &Standing::ALL,
            |from, act, who| step(from, act, &[who]),
        );
    }

    #[test]
    fn words_survive_the_round_trip() {
        for state in State::ALL {
            assert_eq!(state.key().parse::<State>().unwrap(), state);
        }
        for act in Act::ALL {
            assert_eq!(act.key().parse::<Act>().unwrap(), act);
        }
    }
}

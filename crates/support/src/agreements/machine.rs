//! The life of an agreement: every transition there is, who may make it and what must hold.
//! Anything not listed here is refused.

use std::{fmt, str::FromStr};

use foundation::{
    Words,
    machine::{self, Document, Line, No, line},
};

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Being written.
    Drafting,
    /// Ready to be signed.
    Offered,
    /// The supported school has signed.
    SignedSupported,
    /// The supporting school has signed.
    SignedSupporting,
    /// Everybody has signed; waits for its first day.
    Signed,
    /// In force.
    Active,
    /// In force, with a new version waiting for both signatures.
    UnderVariation,
    /// Resting.
    Paused,
    /// Drawing to its end.
    Exiting,
    /// Ended as planned.
    Completed,
    /// Ended; what stays is looked at after one and three terms.
    Sustaining,
    /// Three terms later it still holds.
    Sustained,
    /// Three terms later it no longer holds.
    Lapsed,
    /// Never came into force.
    Cancelled,
    /// Ended before its time.
    TerminatedEarly,
}

impl State {
    /// Whether the first day has come: baselines are frozen from then on.
    #[must_use]
    pub const fn has_begun(self) -> bool {
        !matches!(
            self,
            Self::Drafting
                | Self::Offered
                | Self::SignedSupported
                | Self::SignedSupporting
                | Self::Signed
        )
    }

    /// Every state.
    pub const ALL: [Self; 15] = [
        Self::Drafting,
        Self::Offered,
        Self::SignedSupported,
        Self::SignedSupporting,
        Self::Signed,
        Self::Active,
        Self::UnderVariation,
        Self::Paused,
        Self::Exiting,
        Self::Completed,
        Self::Sustaining,
        Self::Sustained,
        Self::Lapsed,
        Self::Cancelled,
        Self::TerminatedEarly,
    ];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Drafting => "drafting",
            Self::Offered => "offered",
            Self::SignedSupported => "signed_supported",
            Self::SignedSupporting => "signed_supporting",
            Self::Signed => "signed",
            Self::Active => "active",
            Self::UnderVariation => "under_variation",
            Self::Paused => "paused",
            Self::Exiting => "exiting",
            Self::Completed => "completed",
            Self::Sustaining => "sustaining",
            Self::Sustained => "sustained",
            Self::Lapsed => "lapsed",
            Self::Cancelled => "cancelled",
            Self::TerminatedEarly => "terminated_early",
        }
    }

    /// What people read on a tag.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Drafting => "Being written",
            Self::Offered => "Ready to sign",
            Self::SignedSupported | Self::SignedSupporting => "One side has signed",
            Self::Signed => "Signed, starts soon",
            Self::Active => "Under way",
            Self::UnderVariation => "Under way, change proposed",
            Self::Paused => "Paused",
            Self::Exiting => "Drawing to a close",
            Self::Completed => "Completed",
            Self::Sustaining => "Being sustained",
            Self::Sustained => "Sustained",
            Self::Lapsed => "Not sustained",
            Self::Cancelled => "Cancelled",
            Self::TerminatedEarly => "Ended early",
        }
    }

    /// Whether the agreement binds anybody now.
    #[must_use]
    pub const fn in_force(self) -> bool {
        matches!(self, Self::Active | Self::UnderVariation | Self::Paused | Self::Exiting)
    }

    /// Whether nothing more will happen to it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Sustained | Self::Lapsed | Self::Cancelled | Self::TerminatedEarly)
    }

    /// Whether somebody still has to sign the first version.
    #[must_use]
    pub const fn awaits_signature(self) -> bool {
        matches!(self, Self::Offered | Self::SignedSupported | Self::SignedSupporting)
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
            .ok_or_else(|| format!("“{text}” is not a state of an agreement"))
    }
}

/// What can be done to an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// Send the draft to both sides for signature.
    Offer,
    /// The supported school's head signs.
    SignSupported,
    /// The supported school's chair signs.
    SignChair,
    /// The supporting school's head signs.
    SignSupporting,
    /// The first day has come.
    Activate,
    /// Propose a new version.
    Vary,
    /// Withdraw the proposed version.
    DropVariation,
    /// Let it rest.
    Pause,
    /// Go on after a rest.
    Resume,
    /// Begin the end.
    BeginExit,
    /// The head of the supported school accepts the report of an advisory support.
    AcceptReport,
    /// A head confirms that all is done.
    Confirm,
    /// Begin to look at what stays.
    BeginSustaining,
    /// What was gained still holds.
    Hold,
    /// What was gained no longer holds.
    Lapse,
    /// Give it up before it begins.
    Cancel,
    /// Take an offer back to be written anew: because it needs correcting, or somebody will not
    /// sign it as it stands.
    TakeBack,
    /// End it before its time.
    EndEarly,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 18] = [
        Self::Offer,
        Self::SignSupported,
        Self::SignChair,
        Self::SignSupporting,
        Self::Activate,
        Self::Vary,
        Self::DropVariation,
        Self::Pause,
        Self::Resume,
        Self::BeginExit,
        Self::AcceptReport,
        Self::Confirm,
        Self::BeginSustaining,
        Self::Hold,
        Self::Lapse,
        Self::Cancel,
        Self::TakeBack,
        Self::EndEarly,
    ];

    /// The verb the event log keeps.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Offer => "offered",
            Self::SignSupported | Self::SignChair | Self::SignSupporting => "signed",
            Self::Activate => "activated",
            Self::Vary => "variation proposed",
            Self::DropVariation => "variation withdrawn",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::BeginExit => "exit begun",
            Self::AcceptReport => "completed with its report",
            Self::Confirm => "completion confirmed",
            Self::BeginSustaining => "sustaining",
            Self::Hold => "sustained",
            Self::Lapse => "lapsed",
            Self::Cancel => "cancelled",
            Self::TakeBack => "taken back",
            Self::EndEarly => "ended early",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What somebody is in relation to an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Head of the supported school.
    SupportedHead,
    /// Chair of the supported school.
    Chair,
    /// Head of the supporting school.
    SupportingHead,
    /// Leads the team.
    Lead,
    /// Belongs to the team.
    Member,
    /// Broker of the partnership.
    Broker,
    /// Pays for it, or answers for who pays.
    Commissioner,
    /// The product itself.
    System,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 8] = [
        Self::SupportedHead,
        Self::Chair,
        Self::SupportingHead,
        Self::Lead,
        Self::Member,
        Self::Broker,
        Self::Commissioner,
        Self::System,
    ];

    /// As it stands in a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::SupportedHead => "the head of the supported school",
            Self::Chair => "the chair of the supported school",
            Self::SupportingHead => "the head of the supporting school",
            Self::Lead => "the leader of the team",
            Self::Member => "a member of the team",
            Self::Broker => "the broker",
            Self::Commissioner => "the commissioner or funder",
            Self::System => "Alongside itself",
        }
    }
}

impl Words for Standing {
    fn words(self) -> &'static str {
        self.in_words()
    }
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To one state.
    State(State),
    /// To whatever the signatures make of it.
    BySignatures,
    /// To [`State::Completed`] when both heads have confirmed, else it stays.
    ByConfirmations,
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::State(state) => state.key(),
            Self::BySignatures => "by signatures",
            Self::ByConfirmations => "completed when both heads have confirmed",
        })
    }
}

const HEADS: &[Standing] = &[Standing::SupportedHead, Standing::SupportingHead];
const HEADS_OR_PAYER: &[Standing] =
    &[Standing::SupportedHead, Standing::SupportingHead, Standing::Commissioner];
const ANY_SIDE: &[Standing] =
    &[Standing::SupportedHead, Standing::SupportingHead, Standing::Broker];
const WHOEVER_SIGNS: &[Standing] =
    &[Standing::SupportedHead, Standing::Chair, Standing::SupportingHead, Standing::Broker];
const SYSTEM: &[Standing] = &[Standing::System];
const COMPLETE: &str = "learning goal of the supporting school, success criteria, an indicator \
                        or a stated outcome, dates, team and data schedule are there; no \
                        interest is open";
const ANEW: &str = "a reason; a new version is begun, signatures stay with the old one";
const NOT_TWICE: &str = "this person has not signed this version";
const LADDER: &str = "a reason, after step 2 of the ladder or for safeguarding or conduct";

/// Every step there is.
pub const STEPS: &[Line<State, Act, Standing, To>] = &[
    // Small support needs no broker: the heads offer it to each other.
    line(State::Drafting, Act::Offer, ANY_SIDE, To::State(State::Offered), COMPLETE),
    line(State::Drafting, Act::Cancel, ANY_SIDE, To::State(State::Cancelled), "a reason"),
    line(State::Offered, Act::Cancel, ANY_SIDE, To::State(State::Cancelled), "a reason"),
    line(State::SignedSupported, Act::Cancel, ANY_SIDE, To::State(State::Cancelled), "a reason"),
    line(State::SignedSupporting, Act::Cancel, ANY_SIDE, To::State(State::Cancelled), "a reason"),
    line(State::Signed, Act::Cancel, ANY_SIDE, To::State(State::Cancelled), "a reason"),
    line(State::Offered, Act::TakeBack, WHOEVER_SIGNS, To::State(State::Drafting), ANEW),
    line(State::SignedSupported, Act::TakeBack, WHOEVER_SIGNS, To::State(State::Drafting), ANEW),
    line(State::SignedSupporting, Act::TakeBack, WHOEVER_SIGNS, To::State(State::Drafting), ANEW),
    line(State::Signed, Act::TakeBack, WHOEVER_SIGNS, To::State(State::Drafting), ANEW),
    line(State::Offered, Act::SignSupported, SUPPORTED, To::BySignatures, NOT_TWICE),
    line(State::Offered, Act::SignSupporting, SUPPORTING, To::BySignatures, NOT_TWICE),
    line(State::Offered, Act::SignChair, CHAIR, To::BySignatures, NOT_TWICE),
    line(State::SignedSupporting, Act::SignSupported, SUPPORTED, To::BySignatures, NOT_TWICE),
    line(State::SignedSupporting, Act::SignChair, CHAIR, To::BySignatures, NOT_TWICE),
    line(State::SignedSupported, Act::SignSupporting, SUPPORTING, To::BySignatures, NOT_TWICE),
    line(
        State::Signed,
        Act::Activate,
        SYSTEM,
        To::State(State::Active),
        "the first day has come; baselines are frozen; conduct, training and designation are current; no interest is open",
    ),
    line(State::Active, Act::Vary, HEADS, To::State(State::UnderVariation), "a reason"),
    line(State::UnderVariation, Act::SignSupported, SUPPORTED, To::BySignatures, NOT_TWICE),
    line(State::UnderVariation, Act::SignSupporting, SUPPORTING, To::BySignatures, NOT_TWICE),
    line(State::UnderVariation, Act::SignChair, CHAIR, To::BySignatures, NOT_TWICE),
    line(State::UnderVariation, Act::DropVariation, HEADS, To::State(State::Active), "none"),
    line(State::Active, Act::Pause, HEADS_OR_PAYER, To::State(State::Paused), "a reason"),
    line(State::Paused, Act::Resume, HEADS_OR_PAYER, To::State(State::Active), "none"),
    line(State::Active, Act::BeginExit, LEAD, To::State(State::Exiting), "an exit plan exists"),
    line(
        State::Active,
        Act::AcceptReport,
        SUPPORTED,
        To::State(State::Completed),
        "its kind ends with a report, which was delivered; time is reconciled",
    ),
    line(
        State::Exiting,
        Act::Confirm,
        HEADS,
        To::ByConfirmations,
        "the exit check-list is done, feedback has been asked for, time is reconciled",
    ),
    line(State::Completed, Act::BeginSustaining, SYSTEM, To::State(State::Sustaining), "none"),
    line(
        State::Sustaining,
        Act::Hold,
        SYSTEM,
        To::State(State::Sustained),
        "the check after three terms",
    ),
    line(
        State::Sustaining,
        Act::Lapse,
        SYSTEM,
        To::State(State::Lapsed),
        "the check after three terms",
    ),
    line(State::Active, Act::EndEarly, HEADS, To::State(State::TerminatedEarly), LADDER),
    line(State::Paused, Act::EndEarly, HEADS, To::State(State::TerminatedEarly), LADDER),
];

const SUPPORTED: &[Standing] = &[Standing::SupportedHead];
const SUPPORTING: &[Standing] = &[Standing::SupportingHead];
const CHAIR: &[Standing] = &[Standing::Chair];
const LEAD: &[Standing] = &[Standing::Lead, Standing::SupportingHead];

/// Where an act by somebody with these standings leads.
///
/// # Errors
/// [`No`] when no step is listed.
pub fn transition(from: State, act: Act, standings: &[Standing]) -> Result<To, No<Standing>> {
    machine::transition(STEPS, from, act, standings)
}

/// Which signatures a version has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// The supported school's head.
    pub supported: bool,
    /// The supported school's chair.
    pub chair: bool,
    /// The supporting school's head.
    pub supporting: bool,
}

impl Signed {
    /// Whether the supported side is complete.
    #[must_use]
    pub const fn supported_side(self, chair_signs: bool) -> bool {
        self.supported && (self.chair || !chair_signs)
    }

    /// Whether everybody has signed.
    #[must_use]
    pub const fn complete(self, chair_signs: bool) -> bool {
        self.supported_side(chair_signs) && self.supporting
    }

    /// Where a first version stands with these signatures.
    #[must_use]
    pub const fn state(self, chair_signs: bool) -> State {
        match (self.supported_side(chair_signs), self.supporting) {
            (true, true) => State::Signed,
            (true, false) => State::SignedSupported,
            (false, true) => State::SignedSupporting,
            (false, false) => State::Offered,
        }
    }
}

/// Work that leaves the state as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Change the words of the draft or of the proposed version.
    Edit,
    /// Add a milestone, record an actual, set a colour.
    Milestones,
    /// Hold a progress review.
    Review,
    /// Plan, deliver or cancel time.
    Time,
    /// Take a step of the ladder.
    Escalate,
    /// Write the exit plan, tick the check-list, note what people can do now.
    Exit,
    /// Say how it was.
    Feedback,
    /// Answer a check after the end.
    Check,
}

/// Whether work of a kind is possible in a state. Paused, completed and ended-early records are
/// read-only except for words of closure.
#[must_use]
pub const fn allows(state: State, work: Work) -> bool {
    match work {
        Work::Edit => matches!(state, State::Drafting | State::UnderVariation),
        Work::Milestones | Work::Review | Work::Time | Work::Exit => {
            matches!(state, State::Active | State::UnderVariation | State::Exiting)
        }
        Work::Escalate => {
            matches!(state, State::Active | State::UnderVariation | State::Paused | State::Exiting)
        }
        Work::Feedback => matches!(
            state,
            State::Exiting | State::Completed | State::Sustaining | State::TerminatedEarly
        ),
        Work::Check => matches!(state, State::Sustaining),
    }
}

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    let title = "The life of an agreement";
    Document::of("agreements", title, "crates/support/src/agreements/machine.rs", STEPS)
}

#[cfg(test)]
mod tests;

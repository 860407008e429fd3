//! The life of a plan, an objective, an action and a suggestion: every transition there is, who
//! may make it and what must hold. Anything not listed here is refused.

mod tables;

use foundation::words;

pub use foundation::machine::transition;
pub use tables::{ACTIONS, OBJECTIVES, PLANS, SUGGESTIONS, machines};

words! {
    /// What somebody is in relation to a record of a plan. One person may be several.
    Standing {
        Head = "head", "the head of the school";
        Lead = "lead", "the lead of the objective";
        Owner = "owner", "the owner of the action";
        Supporter = "supporter", "the people it is shared with";
        Author = "author", "whoever suggested it";
        System = "system", "Alongside itself";
    }
}

words! {
    /// Where a plan stands.
    PlanState {
        Draft = "draft", "Being written";
        Proposed = "proposed", "Open for suggestions";
        Agreed = "agreed", "Agreed";
        Adopted = "adopted", "Noted by governors";
        Live = "live", "Under way";
        Reviewed = "reviewed", "Under way, reviewed";
        Closed = "closed", "Closed";
        Archived = "archived", "Archived";
    }
}

words! {
    /// What can be done to a plan.
    PlanAct {
        Propose = "propose", "Open it for suggestions";
        Agree = "agree", "Agree the plan";
        Adopt = "adopt", "Governors have noted it";
        Begin = "begin", "Begin the work";
        Review = "review", "Review it";
        Close = "close", "Close it";
        Archive = "archive", "Put it into the archive";
    }
}

words! {
    /// Where an objective stands.
    ObjectiveState {
        Draft = "draft", "Being written";
        Live = "live", "Under way";
        Paused = "paused", "Paused";
        Achieved = "achieved", "Achieved";
        NotAchieved = "not_achieved", "Not achieved";
        Dropped = "dropped", "Dropped";
    }
}

words! {
    /// What can be done to an objective.
    ObjectiveAct {
        Begin = "begin", "Begin";
        Pause = "pause", "Pause";
        Resume = "resume", "Take up again";
        Achieve = "achieve", "Say that it is achieved";
        Miss = "miss", "Say that it was not achieved";
        Drop = "drop", "Drop";
    }
}

words! {
    /// Where an action stands.
    ActionState {
        NotStarted = "not_started", "Not started";
        InProgress = "in_progress", "In progress";
        Blocked = "blocked", "Stuck";
        Done = "done", "Done";
        Checked = "checked", "Done and checked";
        Dropped = "dropped", "Dropped";
    }
}

words! {
    /// What can be done to an action.
    ActionAct {
        Start = "start", "Begin";
        Report = "report", "Say how it goes";
        Block = "block", "Say that it is stuck";
        Resume = "resume", "Go on";
        Finish = "finish", "Say that it is done";
        Check = "check", "Confirm that it is done";
        Undo = "undo", "It is not done after all";
        Drop = "drop", "Drop";
    }
}

words! {
    /// Where a suggestion stands.
    SuggestionState {
        Open = "open", "Waits for the school";
        Accepted = "accepted", "Accepted";
        Adapted = "adapted", "Accepted with changes";
        Declined = "declined", "Declined";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done to a suggestion.
    SuggestionAct {
        Accept = "accept", "Accept it as it is";
        Adapt = "adapt", "Accept it with changes";
        Decline = "decline", "Decline it";
        Withdraw = "withdraw", "Withdraw it";
    }
}

/// What may be done to a plan's content besides its own transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The school writes.
    Edit,
    /// A supporter suggests.
    Suggest,
    /// Actions and milestones are reported on.
    Report,
}

impl PlanState {
    /// Whether its summary is for the board: the school has agreed it.
    #[must_use]
    pub const fn is_for_board(self) -> bool {
        !matches!(self, Self::Draft | Self::Proposed)
    }

    /// Whether the work of the plan goes on.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Live | Self::Reviewed)
    }

    /// Whether nothing in it changes any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Archived)
    }

    /// Whether work of a kind is possible.
    #[must_use]
    pub const fn allows(self, work: Work) -> bool {
        match work {
            Work::Edit => !self.is_over(),
            Work::Suggest => !self.is_over() && !matches!(self, Self::Draft),
            Work::Report => {
                matches!(self, Self::Agreed | Self::Adopted | Self::Live | Self::Reviewed)
            }
        }
    }
}

impl ActionState {
    /// Whether somebody still works on it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::NotStarted | Self::InProgress | Self::Blocked)
    }

    /// The acts that lead from here to done, in order; none where there is no way.
    #[must_use]
    pub const fn way_to_done(self) -> &'static [ActionAct] {
        match self {
            Self::NotStarted => &[ActionAct::Start, ActionAct::Finish],
            Self::InProgress => &[ActionAct::Finish],
            Self::Blocked => &[ActionAct::Resume, ActionAct::Finish],
            Self::Done | Self::Checked | Self::Dropped => &[],
        }
    }
}

impl ObjectiveState {
    /// Whether it counts as part of the plan's work.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Live | Self::Paused)
    }
}

#[cfg(test)]
mod tests;

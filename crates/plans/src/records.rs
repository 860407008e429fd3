//! What is kept beside a plan: suggestions, notes, steps of the ladder, reviews and versions.

use access::AccountId;
use foundation::{
    db::{AsText, At, Json},
    words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use support::milestones::Rag;

use crate::{
    machine::SuggestionState,
    model::{ActionId, ObjectiveId, PlanId, SuggestionId},
};

words! {
    /// What a suggestion is about.
    SuggestionKind {
        Objective = "objective", "A change to an objective";
        NewObjective = "new_objective", "A new objective";
        Action = "action", "A change to an action";
        NewAction = "new_action", "A new action";
    }
}

/// One field that somebody would write differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name.
    pub field: String,
    /// What it said when the suggestion was made.
    pub before: String,
    /// What it should say.
    pub after: String,
}

/// A suggestion to the school. It changes nothing until the school accepts it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Suggestion {
    /// The identifier.
    pub id: SuggestionId,
    /// The plan.
    pub plan: PlanId,
    /// The objective it is about.
    pub objective: Option<ObjectiveId>,
    /// The action it is about.
    pub action: Option<ActionId>,
    pub(crate) kind: AsText<SuggestionKind>,
    pub(crate) changes: Json<Vec<Change>>,
    /// Why.
    pub why: String,
    /// Who suggests it.
    pub author: AccountId,
    /// Their name.
    pub author_name: String,
    /// On whose behalf.
    pub author_org: Option<String>,
    pub(crate) state: AsText<SuggestionState>,
    /// What the school replied.
    pub reply: String,
    pub(crate) chosen: Option<String>,
    /// Who decided.
    pub decided_by: String,
    pub(crate) decided_at: Option<i64>,
    /// When it was made.
    pub created_at: At,
    /// Guards against two people deciding at once.
    pub version: i64,
}

impl Suggestion {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> SuggestionKind {
        self.kind.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> SuggestionState {
        self.state.0
    }

    /// What would be written differently.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes.0
    }

    /// What the school wrote in the end, where it accepted.
    #[must_use]
    pub fn chosen(&self) -> Option<Vec<Change>> {
        self.chosen.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }

    /// When it was decided.
    #[must_use]
    pub fn decided_at(&self) -> Option<jiff::Timestamp> {
        self.decided_at.and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
    }
}

/// Something said about an action.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Note {
    /// When.
    pub at: At,
    /// Who.
    pub author_name: String,
    /// Which act it went with.
    pub act: String,
    /// What was said.
    pub words: String,
    /// What is needed.
    pub needs: String,
    /// The day before it moved.
    pub due_before: Option<String>,
    /// The day after it moved.
    pub due_after: Option<String>,
}

/// A step of the ladder that was taken.
#[derive(Clone, Debug, FromQueryResult)]
pub struct LadderStep {
    /// The action.
    pub action: ActionId,
    /// Since when nothing was heard.
    pub since: At,
    /// Which step, from 0.
    pub rung: i64,
    /// When.
    pub taken_at: At,
    /// Who was told.
    pub told: Json<Vec<String>>,
    pub(crate) closed_at: Option<i64>,
}

impl LadderStep {
    /// Whether nothing has been heard since it was taken.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

/// A colour set in a review, with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The objective.
    pub objective: ObjectiveId,
    /// Its title at the time.
    pub title: String,
    /// The colour.
    pub rag: Rag,
    /// Why.
    pub words: String,
}

/// A review of the whole plan.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Review {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub held_on: AsText<Date>,
    /// What was learned and what comes next.
    pub words: String,
    /// Each objective.
    pub judged: Json<Vec<Judged>>,
    pub(crate) next_on: Option<String>,
    /// Who wrote it.
    pub by_name: String,
}

impl Review {
    /// When the next one is held.
    #[must_use]
    pub fn next_on(&self) -> Option<Date> {
        self.next_on.as_deref().and_then(|text| text.parse().ok())
    }
}

/// A version of the whole plan.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// Why it was kept: agreed, reviewed, closed.
    pub occasion: String,
    /// When.
    pub made_at: At,
    /// By whom.
    pub made_by: String,
    /// Every line of the plan, as label and text.
    pub content: Json<Vec<(String, String)>>,
    /// The fingerprint of its content.
    pub hash: String,
}

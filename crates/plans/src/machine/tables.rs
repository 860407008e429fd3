//! The lines of the four machines, and the pages that print them.

use foundation::machine::{self, Document, line};

use super::{
    ActionAct as A, ActionState as D, ObjectiveAct as B, ObjectiveState as O, PlanAct as P,
    PlanState as S, Standing, SuggestionAct as G, SuggestionState as U,
};

const HEAD: &[Standing] = &[Standing::Head];
const HEAD_OR_TIME: &[Standing] = &[Standing::Head, Standing::System];
const LEADS: &[Standing] = &[Standing::Lead, Standing::Head];
const DOERS: &[Standing] = &[Standing::Owner, Standing::Lead, Standing::Head];
const AUTHOR: &[Standing] = &[Standing::Author];

const COMPLETE: &str = "each objective has an area, why this and why here, a lead and a milestone";
const COLOURS: &str = "a colour and words for each objective under way";

/// A line of one of them.
pub(super) type Line<S, A> = machine::Line<S, A, Standing>;

/// Where they are written.
const HERE: &str = "crates/plans/src/machine/tables.rs";

/// Every transition of a plan.
pub const PLANS: &[Line<S, P>] = &[
    line(S::Draft, P::Propose, HEAD, S::Proposed, "it has an objective"),
    line(S::Proposed, P::Agree, HEAD, S::Agreed, COMPLETE),
    line(S::Agreed, P::Adopt, HEAD, S::Adopted, "the day on which governors noted it"),
    line(S::Agreed, P::Begin, HEAD_OR_TIME, S::Live, "Alongside begins it on its first day"),
    line(S::Adopted, P::Begin, HEAD_OR_TIME, S::Live, "Alongside begins it on its first day"),
    line(S::Live, P::Review, HEAD, S::Reviewed, COLOURS),
    line(S::Reviewed, P::Review, HEAD, S::Reviewed, COLOURS),
    line(S::Live, P::Close, HEAD, S::Closed, "what was learned, in words"),
    line(S::Reviewed, P::Close, HEAD, S::Closed, "what was learned, in words"),
    line(S::Closed, P::Archive, HEAD_OR_TIME, S::Archived, "none"),
];

/// Every transition of an objective.
pub const OBJECTIVES: &[Line<O, B>] = &[
    line(O::Draft, B::Begin, HEAD_OR_TIME, O::Live, "the plan is agreed and the objective whole"),
    line(O::Draft, B::Drop, HEAD, O::Dropped, "a reason"),
    line(O::Live, B::Pause, HEAD, O::Paused, "a reason"),
    line(O::Paused, B::Resume, HEAD, O::Live, "none"),
    line(O::Live, B::Achieve, LEADS, O::Achieved, "words"),
    line(O::Live, B::Miss, LEADS, O::NotAchieved, "words"),
    line(O::Live, B::Drop, HEAD, O::Dropped, "a reason"),
    line(O::Paused, B::Drop, HEAD, O::Dropped, "a reason"),
];

const NEEDED: &str = "what is needed, in words";

/// Every transition of an action.
pub const ACTIONS: &[Line<D, A>] = &[
    line(D::NotStarted, A::Start, DOERS, D::InProgress, "none"),
    line(D::NotStarted, A::Report, DOERS, D::NotStarted, "words, with a later day if it moves"),
    line(D::NotStarted, A::Drop, LEADS, D::Dropped, "a reason"),
    line(D::InProgress, A::Report, DOERS, D::InProgress, "words, with a later day if it moves"),
    line(D::InProgress, A::Block, DOERS, D::Blocked, NEEDED),
    line(D::InProgress, A::Finish, DOERS, D::Done, "none"),
    line(D::InProgress, A::Drop, LEADS, D::Dropped, "a reason"),
    line(D::Blocked, A::Report, DOERS, D::Blocked, "words, with a later day if it moves"),
    line(D::Blocked, A::Resume, DOERS, D::InProgress, "none"),
    line(D::Blocked, A::Drop, LEADS, D::Dropped, "a reason"),
    line(D::Done, A::Check, LEADS, D::Checked, "none"),
    line(D::Done, A::Undo, DOERS, D::InProgress, "within seven days and not yet checked"),
    line(D::Done, A::Drop, LEADS, D::Dropped, "a reason"),
];

/// Every transition of a suggestion.
pub const SUGGESTIONS: &[Line<U, G>] = &[
    line(U::Open, G::Accept, LEADS, U::Accepted, "what it is about has not changed since"),
    line(U::Open, G::Adapt, LEADS, U::Adapted, "the words the school chooses"),
    line(U::Open, G::Decline, LEADS, U::Declined, "why, in words"),
    line(U::Open, G::Withdraw, AUTHOR, U::Withdrawn, "none"),
];

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<Document> {
    vec![
        Document::of("plans", "The life of an improvement plan", HERE, PLANS),
        Document::of("plan-objectives", "The life of an objective", HERE, OBJECTIVES),
        Document::of("plan-actions", "The life of an action", HERE, ACTIONS),
        Document::of("plan-suggestions", "The life of a suggestion", HERE, SUGGESTIONS),
        crate::shared::machine(),
        crate::shared::pulse::machine(),
        crate::shared::thanks::machine(),
        crate::trials::machine(),
    ]
}

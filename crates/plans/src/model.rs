//! A plan and its parts as they are kept.

use access::AccountId;
use foundation::{
    OrgRef,
    db::{AsText, At, Json},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use support::milestones::{Gauge, Rag, Stage};

use crate::machine::{ActionState, ObjectiveState, PlanState};

pub use crate::records::{
    Change, Judged, LadderStep, Note, Review, Suggestion, SuggestionKind, Version,
};

id_type! {
    /// An improvement plan.
    PlanId
}
id_type! {
    /// A priority of a plan.
    PriorityId
}
id_type! {
    /// An objective of a plan.
    ObjectiveId
}
id_type! {
    /// An action of an objective.
    ActionId
}
id_type! {
    /// A milestone of an objective.
    MilestoneId
}
id_type! {
    /// A suggestion to the school.
    SuggestionId
}

/// A plan.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Plan {
    /// The identifier.
    pub id: PlanId,
    /// The school that owns it.
    pub org: OrgRef,
    /// What it is called.
    pub title: String,
    /// What the school wants to be true at the end.
    pub aim: String,
    pub(crate) state: AsText<PlanState>,
    /// The needs audit it grew from.
    pub audit: Option<String>,
    pub(crate) start_on: AsText<Date>,
    pub(crate) end_on: AsText<Date>,
    /// After how many days without word an action is quiet, school holidays left out.
    pub stale_after: i64,
    /// The highest step of the ladder to which the school has agreed, 0 to 3.
    pub ladder_top: i64,
    pub(crate) governors_on: Option<String>,
    pub(crate) live_at: Option<i64>,
    /// Guards against two people changing it at once.
    pub version: i64,
    /// When it was begun.
    pub created_at: At,
    /// When it last changed.
    pub changed_at: At,
}

impl Plan {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> PlanState {
        self.state.0
    }

    /// The first day.
    #[must_use]
    pub const fn start_on(&self) -> Date {
        self.start_on.0
    }

    /// The last day.
    #[must_use]
    pub const fn end_on(&self) -> Date {
        self.end_on.0
    }

    /// The day on which governors noted it.
    #[must_use]
    pub fn governors_on(&self) -> Option<Date> {
        self.governors_on.as_deref().and_then(|text| text.parse().ok())
    }
}

/// A priority: what several objectives have in common.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Priority {
    /// The identifier.
    pub id: PriorityId,
    /// What it is called.
    pub title: String,
}

/// The words of an objective.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveWords {
    /// What should become true.
    pub title: String,
    /// Why this, why here.
    pub why: String,
    /// If we …
    #[serde(rename = "if")]
    pub when: String,
    /// … then …
    pub then: String,
    /// … so that …
    pub so: String,
    /// The practices chosen, and what is adapted.
    pub practices: String,
    /// How everybody will know that it worked.
    pub success: String,
    /// Who should notice the difference.
    pub beneficiaries: String,
}

/// A field of words: its name in forms and suggestions, and its label.
pub type Field = (&'static str, &'static str);

/// The words of an objective that can be suggested, in the order of the form.
pub const OBJECTIVE_FIELDS: [Field; 8] = [
    ("title", "What should become true"),
    ("why", "Why this, why here"),
    ("when", "If we"),
    ("then", "Then"),
    ("so", "So that"),
    ("practices", "Practices we use, and what we adapt"),
    ("success", "How everybody will know that it worked"),
    ("beneficiaries", "Who should notice the difference"),
];

impl ObjectiveWords {
    /// The text of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        match field {
            "title" => &self.title,
            "why" => &self.why,
            "when" => &self.when,
            "then" => &self.then,
            "so" => &self.so,
            "practices" => &self.practices,
            "success" => &self.success,
            "beneficiaries" => &self.beneficiaries,
            _ => "",
        }
    }

    /// Writes a field; an unknown one is left alone.
    pub fn set(&mut self, field: &str, text: &str) {
        let place = match field {
            "title" => &mut self.title,
            "why" => &mut self.why,
            "when" => &mut self.when,
            "then" => &mut self.then,
            "so" => &mut self.so,
            "practices" => &mut self.practices,
            "success" => &mut self.success,
            "beneficiaries" => &mut self.beneficiaries,
            _ => return,
        };
        text.trim().clone_into(place);
    }
}

/// Where an indicator stood when the objective began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The school year, by the year in which it ends.
    pub year: i16,
    /// The number.
    pub value: f64,
    /// The pupils behind it, where it is of pupils.
    pub pupils: Option<f64>,
    /// The number as a page shows it.
    pub words: String,
    /// Publisher, status and licence.
    pub source: String,
}

/// An objective.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Objective {
    /// The identifier.
    pub id: ObjectiveId,
    /// The plan.
    pub plan: PlanId,
    /// The priority it serves.
    pub priority: PriorityId,
    /// The area of the framework, by code.
    pub area: String,
    pub(crate) words: Json<ObjectiveWords>,
    /// Who leads it.
    pub lead: Option<AccountId>,
    /// Their name.
    pub lead_name: String,
    /// Their role.
    pub lead_role: String,
    pub(crate) state: AsText<ObjectiveState>,
    pub(crate) rag: Option<String>,
    /// Why the colour was set.
    pub rag_words: String,
    pub(crate) rag_on: Option<String>,
    /// The indicator it is to move, by code.
    pub kpi: Option<String>,
    /// Of which pupils.
    pub pupils: String,
    pub(crate) baseline: Option<String>,
    /// Where the indicator should be.
    pub target: Option<f64>,
    /// Guards against two people changing it at once.
    pub version: i64,
    /// When it last changed.
    pub changed_at: At,
}

impl Objective {
    /// What it says.
    #[must_use]
    pub const fn words(&self) -> &ObjectiveWords {
        &self.words.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> ObjectiveState {
        self.state.0
    }

    /// The colour somebody set, always with words.
    #[must_use]
    pub fn rag(&self) -> Option<Rag> {
        self.rag.as_deref().and_then(|text| text.parse().ok())
    }

    /// When the colour was set.
    #[must_use]
    pub fn rag_on(&self) -> Option<Date> {
        self.rag_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// Where its indicator stood when it began.
    #[must_use]
    pub fn baseline(&self) -> Option<Baseline> {
        self.baseline.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }
}

/// An action.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Action {
    /// The identifier.
    pub id: ActionId,
    /// The objective.
    pub objective: ObjectiveId,
    /// What is done.
    pub words: String,
    /// Who does it, where they have an account.
    pub owner: Option<AccountId>,
    /// Their name.
    pub owner_name: String,
    /// Where reminders go for somebody without an account.
    pub owner_email: String,
    /// Their role.
    pub owner_role: String,
    pub(crate) start_on: AsText<Date>,
    pub(crate) due_on: AsText<Date>,
    pub(crate) state: AsText<ActionState>,
    /// A quick win, checked within six weeks.
    pub quick: bool,
    /// What the owner needs.
    pub needs: String,
    pub(crate) rag: Option<String>,
    /// Why the colour was set.
    pub rag_words: String,
    /// When something was last heard of it.
    pub heard_at: At,
    pub(crate) finished_at: Option<i64>,
    /// Guards against two people changing it at once.
    pub version: i64,
}

impl Action {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> ActionState {
        self.state.0
    }

    /// When it is to begin.
    #[must_use]
    pub const fn start_on(&self) -> Date {
        self.start_on.0
    }

    /// By when.
    #[must_use]
    pub const fn due_on(&self) -> Date {
        self.due_on.0
    }

    /// How likely it is to be done in time, as somebody judged it, always with words.
    #[must_use]
    pub fn rag(&self) -> Option<Rag> {
        self.rag.as_deref().and_then(|text| text.parse().ok())
    }

    /// When it was done.
    #[must_use]
    pub fn finished_at(&self) -> Option<jiff::Timestamp> {
        self.finished_at.and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
    }

    /// Whether its day has passed without it.
    #[must_use]
    pub fn is_late(&self, today: Date) -> bool {
        self.state().is_open() && self.due_on() < today
    }

    /// The owner as a reader sees them: "Nasreen Ali, SENCO".
    #[must_use]
    pub fn owner_in_words(&self) -> String {
        match (self.owner_name.is_empty(), self.owner_role.is_empty()) {
            (true, _) => self.owner_role.clone(),
            (false, true) => self.owner_name.clone(),
            (false, false) => format!("{}, {}", self.owner_name, self.owner_role),
        }
    }
}

/// A milestone of an objective; a shared one lives in the agreement and is read from there.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Milestone {
    /// The identifier.
    pub id: MilestoneId,
    /// The objective.
    pub objective: ObjectiveId,
    /// What should be seen.
    pub title: String,
    pub(crate) measure: Json<Gauge>,
    pub(crate) due_on: AsText<Date>,
    pub(crate) state: AsText<Stage>,
    /// What was seen.
    pub actual: Option<f64>,
    /// What is expected by the due day.
    pub forecast: Option<f64>,
    /// Whether a statement is true.
    pub done: Option<bool>,
    pub(crate) rag: Option<String>,
    /// Why the colour was set.
    pub words: String,
    /// The agreement's milestone that this one is.
    pub shared: Option<String>,
    /// The agreement of the shared milestone.
    pub agreement: Option<String>,
    /// Guards against two people changing it at once.
    pub version: i64,
}

impl Milestone {
    /// What it looks at.
    #[must_use]
    pub const fn gauge(&self) -> &Gauge {
        &self.measure.0
    }

    /// By when.
    #[must_use]
    pub const fn due_on(&self) -> Date {
        self.due_on.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.state.0
    }

    /// The colour a reviewer set.
    #[must_use]
    pub fn rag(&self) -> Option<Rag> {
        self.rag.as_deref().and_then(|text| text.parse().ok())
    }

    /// The colour the rule proposes today.
    #[must_use]
    pub fn proposed(&self, today: Date) -> Rag {
        support::milestones::propose(
            self.gauge(),
            self.actual,
            self.forecast,
            self.done,
            self.due_on(),
            today,
        )
    }

    /// What was seen, in words.
    #[must_use]
    pub fn seen(&self) -> String {
        match (self.gauge(), self.actual, self.done) {
            (Gauge::Statement, _, Some(true)) => "True".to_owned(),
            (Gauge::Statement, _, Some(false)) => "Not yet".to_owned(),
            (gauge @ Gauge::Number { .. }, Some(actual), _) => gauge.number(actual),
            _ => "Nothing recorded yet".to_owned(),
        }
    }
}

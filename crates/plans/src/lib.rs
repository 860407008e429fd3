//! The plans room: the improvement plan a school owns, and what everybody does about it.
//!
//! What it is: one plan where several supports meet. Priority → objective → action → milestone,
//! each objective with why this and why here, if–then–so that, an indicator with its baseline, and
//! links to the needs it answers and the agreements that help with it; suggestions of others,
//! shown as differences; owners who answer from a letter; a ladder for what has gone quiet. Beside
//! it stands what a partnership agreed on: its charter, the goals its members share, how they find
//! the partnership and what they thank each other for. What it is not: it holds no agreement (that is support) and judges no school.
//!
//! Invariants, each held by a test: a transition that the state machines do not list is refused;
//! a suggestion changes nothing until the school accepts it; who supports one objective does not
//! see the others; one writer wins and the other loses no word; a quiet action is raised one step
//! at a time and never further than the school agreed; no letter is sent twice.

pub mod acts;
pub mod calendar;
pub mod chosen;
pub mod difference;
mod error;
pub mod evidence;
pub mod home;
mod keeping;
mod letters;
pub mod machine;
pub mod model;
pub mod on_page;
mod pages;
mod records;
pub mod rhythm;
pub mod shared;
pub mod store;
pub mod tend;
pub mod trials;
mod whole;

use foundation::{App, db::Migration, jobs, web::Written};

pub use error::Refusal;
pub use home::{duties, extract, waiting};
pub use keeping::KEPT;
pub use machine::machines;
pub use model::{ActionId, MilestoneId, ObjectiveId, PlanId, SuggestionId};
pub use pages::routes;
pub use tend::schedule;

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "plan_objective", account: "lead", name: "lead_name" },
    Written { table: "plan_action", account: "owner", name: "owner_name" },
    Written { table: "action_note", account: "author", name: "author_name" },
    Written { table: "plan_suggestion", account: "author", name: "author_name" },
    Written { table: "charter", account: "account", name: "name" },
    Written { table: "shared_goal_note", account: "account", name: "name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "plans", number: 1, sql: include_str!("../migrations/0001_plans.sql") },
    Migration { room: "plans", number: 110, sql: include_str!("../migrations/0110_shared.sql") },
    Migration { room: "plans", number: 111, sql: include_str!("../migrations/0111_trials.sql") },
    Migration { room: "plans", number: 112, sql: include_str!("../migrations/0112_climate.sql") },
    Migration { room: "plans", number: 120, sql: include_str!("../migrations/0120_chosen.sql") },
    Migration { room: "plans", number: 121, sql: include_str!("../migrations/0121_seen.sql") },
];

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(tend::TEND, |app: App, _| async move {
        let permit = access::Permit::system("daily work", app.clock.now());
        tend::tend(&app, &permit).await.map(|_| ()).map_err(|error| error.to_string())?;
        shared::pulse::close_due(&app, &permit).await.map_err(|error| error.to_string())?;
        shared::goals::remind(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

//! Needs audits: what a school does well, what it needs, why, and how it knows.
//!
//! The school owns its audit. It begins with what public data says, as suggestions; sections can
//! be given to staff; it cannot be agreed without one strength and one need. When an agreement
//! that rests on it is signed it is frozen with a fingerprint; a new audit supersedes it.
//!
//! Beside it stand the two judgements about a school as a whole: its stage of improvement and the
//! tier of support decided for it ([`standing`]).
//!
//! Not here: plans and milestones (support), public figures (register).

pub mod audits;
pub mod error;
pub mod framework;
mod home;
mod keeping;
pub mod on_page;
mod pages;
pub mod persons;
pub mod standing;

use foundation::{db::Migration, web::Written};

pub use audits::{
    Audit, AuditId, Finding, FindingId, FindingKind, Found, findings_of, shared_strengths,
};
pub use error::ActError;
pub use framework::Framework;
pub use home::{Waiting, waiting};
pub use keeping::KEPT;
pub use pages::routes;

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    vec![audits::state::machine()]
}

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "audit_section", account: "assignee", name: "assignee_name" },
    Written { table: "improvement_stage", account: "account", name: "name" },
    Written { table: "tier_decision", account: "account", name: "name" },
    Written { table: "tier_decision", account: "reply_account", name: "reply_name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "needs", number: 1, sql: include_str!("../migrations/0001_audits.sql") },
    Migration {
        room: "needs",
        number: 100,
        sql: include_str!("../migrations/0100_responsible.sql"),
    },
    Migration { room: "needs", number: 110, sql: include_str!("../migrations/0110_standing.sql") },
];

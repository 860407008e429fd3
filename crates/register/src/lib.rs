//! The register room: schools, trusts, authorities and regions, how schools follow each other,
//! the public figures about them, and the pages that show them.
//!
//! What it is: the only place that stores public files, and the only door to a figure. What it is
//! not: it holds nothing about people or pupils, computes no score and ranks nobody.
//!
//! Invariants, each held by a test: an import is applied whole or not at all, and undoing it
//! restores what was there before; a figure leaves only through the small-number rule; figures
//! run on over a conversion and stop at a merger or a split; no list of named schools follows an
//! outcome.

mod bodies;
mod bulk;
pub mod families;
pub mod fold;
pub mod imports;
mod inspections;
mod keeping;
pub mod kpis;
pub mod lineage;
pub mod orgs;
pub mod pages;
mod school;
mod search;
pub mod workings;

use foundation::db::Migration;

pub use bodies::{bodies, under};
pub use inspections::{Inspection, inspections};
pub use keeping::KEPT;
pub use orgs::{Authority, Membership, Trust, names, org_name};
pub use pages::{invitations, routes};
pub use school::{Phase, School, Scope, list, open_schools, school, schools};
pub use search::{Hit, Query, find, search};

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "register", number: 1, sql: include_str!("../migrations/0001_register.sql") },
    Migration {
        room: "register",
        number: 2,
        sql: include_str!("../migrations/0002_local_authority.sql"),
    },
    Migration { room: "register", number: 3, sql: include_str!("../migrations/0003_figures.sql") },
];

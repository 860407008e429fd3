//! Who may see and do what: accounts, posts, sessions, privacy zones and the one door through
//! which every decision goes.
//!
//! Invariants: a decision is made by [`decide`] and nowhere else; a [`Permit`] can be made only
//! here, and every mutation of another room's records takes one; whatever no rule allows is
//! denied; tokens are stored only as hashes.

pub mod accounts;
pub mod colleagues;
pub mod headships;
pub mod identities;
pub mod keyring;
pub mod known;
pub mod leaving;
pub mod limits;
pub mod links;
pub mod looks;
pub mod oidc;
pub mod pages;
pub mod partnerships;
pub mod passkeys;
pub mod passwords;
pub mod policy;
pub mod privacy;
pub mod retention;
pub mod rules;
pub mod sealed;
pub mod second;
pub mod sessions;
pub mod sharing;
pub mod signing_in;
pub mod totp;
pub mod visitor;
pub mod zones;

use foundation::{db::Migration, jobs::Handlers};

pub use accounts::{AccountId, Post, Role};
pub use policy::{Action, Decision, Kind, Permit, Resource, authorize, decide, filter};
pub use visitor::{SignedIn, Visitor};
pub use zones::Zone;

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "access", number: 1, sql: include_str!("../migrations/0001_accounts.sql") },
    Migration { room: "access", number: 2, sql: include_str!("../migrations/0002_signing_in.sql") },
    Migration { room: "access", number: 3, sql: include_str!("../migrations/0003_links.sql") },
    Migration { room: "access", number: 4, sql: include_str!("../migrations/0004_looks.sql") },
    Migration { room: "access", number: 5, sql: include_str!("../migrations/0005_sealed.sql") },
    Migration { room: "access", number: 6, sql: include_str!("../migrations/0006_sharing.sql") },
    Migration { room: "access", number: 100, sql: include_str!("../migrations/0100_ways_in.sql") },
    Migration {
        room: "access",
        number: 101,
        sql: include_str!("../migrations/0101_partnerships.sql"),
    },
    Migration { room: "access", number: 102, sql: include_str!("../migrations/0102_chair.sql") },
    Migration {
        room: "access",
        number: 110,
        sql: include_str!("../migrations/0110_second_step.sql"),
    },
    Migration { room: "access", number: 111, sql: include_str!("../migrations/0111_share.sql") },
    Migration { room: "access", number: 112, sql: include_str!("../migrations/0112_active.sql") },
    Migration {
        room: "access",
        number: 113,
        sql: include_str!("../migrations/0113_colleagues.sql"),
    },
    Migration {
        room: "access",
        number: 114,
        sql: include_str!("../migrations/0114_lead_school.sql"),
    },
];

/// This room's background work.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    retention::handlers(signing_in::handlers(handlers))
}

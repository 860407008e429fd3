//! The ground floor of Alongside: what every room stands on and none of them owns.
//!
//! Time and chance ([`Clock`], [`Ids`]), names of organisations ([`OrgRef`]), the database door
//! ([`Db`]), the append-only record of acts ([`events`]), background work ([`jobs`]), letters
//! ([`mail`]), configuration ([`config`]) and the shape of a page ([`web`]).
//!
//! What it is not: it knows no school, no role and no rule of the product. Invariants:
//! a write goes through [`Db::write`]; an event is appended in the same transaction as the
//! change it records; nothing here reads the wall clock except [`Clock`].

pub mod clock;
pub mod config;
pub mod context;
pub mod db;
pub mod events;
pub mod https;
pub mod ical;
pub mod ids;
pub mod jobs;
pub mod keeping;
pub mod machine;
pub mod mail;
pub mod notify;
pub mod org;
pub mod origin;
pub mod providers;
pub mod pupil;
pub mod rooms;
pub mod seal;
pub mod secret;
pub mod settings;
pub mod terms;
pub mod upn;
pub mod web;
pub mod words;

pub use clock::Clock;
pub use config::Config;
pub use context::{Actor, Context};
pub use db::{Db, DbError, Sql, Tx};
pub use ids::Ids;
pub use org::OrgRef;
pub use rooms::Rooms;
pub use secret::Secret;
pub use web::{App, PageError};
pub use words::Words;

/// This room's tables, in order.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration {
        room: "foundation",
        number: 1,
        sql: include_str!("../migrations/0001_ground.sql"),
    },
    db::Migration {
        room: "foundation",
        number: 2,
        sql: include_str!("../migrations/0002_settings.sql"),
    },
    db::Migration {
        room: "foundation",
        number: 3,
        sql: include_str!("../migrations/0003_letters.sql"),
    },
    db::Migration {
        room: "foundation",
        number: 4,
        sql: include_str!("../migrations/0004_tail.sql"),
    },
    db::Migration {
        room: "foundation",
        number: 5,
        sql: include_str!("../migrations/0005_rule.sql"),
    },
];

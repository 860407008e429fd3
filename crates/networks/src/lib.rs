//! Networks: colleagues of one field who meet a few times a year, whatever their post. Anybody who
//! works at a member of the partnership joins and leaves by themselves; a convenor sets days, writes
//! who came and what was said, and alone sees whom the network does not reach.
//!
//! Invariants, each held by a test: what the state machine of meetings does not list is refused;
//! nobody is made a member by somebody else; nobody but the convenor sees which schools are not
//! reached; whoever leaves the school, or whose school leaves the partnership, is no member any more.

pub mod acts;
pub mod home;
pub mod introductions;
mod keeping;
mod letters;
pub mod meet;
pub mod meetings;
pub mod network;
mod pages;
pub mod persons;
pub mod reach;

use foundation::{App, DbError, db::Migration, jobs, web::Written};

pub use keeping::KEPT;
pub use meetings::{Meeting, MeetingId};
pub use network::{Network, NetworkId};
pub use pages::{routes, sections};
pub use support::Refusal;

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "network", account: "convenor", name: "convenor_name" },
    Written { table: "network_member", account: "account", name: "name" },
    Written { table: "network_item", account: "account", name: "name" },
    Written { table: "network_presence", account: "account", name: "name" },
    Written { table: "introduction", account: "one", name: "one_name" },
    Written { table: "introduction", account: "other", name: "other_name" },
    Written { table: "introduction", account: "by_account", name: "by_name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "networks", number: 1, sql: include_str!("../migrations/0001_networks.sql") },
    Migration {
        room: "networks",
        number: 2,
        sql: include_str!("../migrations/0002_introductions.sql"),
    },
    Migration {
        room: "networks",
        number: 10,
        sql: include_str!("../migrations/0010_programmes.sql"),
    },
    Migration { room: "networks", number: 11, sql: include_str!("../migrations/0011_places.sql") },
];

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    vec![
        support::machine::document::<meetings::State>(
            "network-meetings",
            "The life of a meeting of a network",
            "crates/networks/src/meetings.rs",
        ),
        support::machine::document::<introductions::State>(
            "introductions",
            "The life of a suggested introduction",
            "crates/networks/src/introductions.rs",
        ),
    ]
}

/// The kind of job that tends to this room once a day.
pub const TEND: &str = "networks tend";

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(TEND, |app: App, _| async move {
        let permit = access::Permit::system("daily work", app.clock.now());
        acts::tend(&app, &permit).await.map_err(|error| error.to_string())?;
        introductions::expire(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

/// Sets the next daily round for half past six in the morning; a second call for the same day adds
/// nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), DbError> {
    let tomorrow = app.clock.today().saturating_add(jiff::Span::new().days(1));
    let due = tomorrow
        .at(6, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or_else(|_| app.clock.now(), |zoned| zoned.timestamp());
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

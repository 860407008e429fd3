//! The support room: agreements between two schools and what comes of them.
//!
//! What it is: the life of an agreement from draft to the check three terms after its end;
//! baselines frozen on the first day; milestones, reviews, time, exit; and the verdict for *both*
//! schools when results arrive. What it is not: it matches nobody (that is brokerage), and it
//! keeps nothing about pupils.
//!
//! Invariants, each held by a test: a transition that the state machine does not list is refused;
//! words that were offered, signatures and baselines never change (the database refuses it too);
//! indicators and the change worth having are fixed by the first signatures; nothing begins
//! without the supporting school's own learning goal; what is given and received always balances.

pub mod agreements;
pub mod assignments;
pub mod baselines;
pub mod beside;
pub mod board;
pub mod calendar;
pub mod care;
pub mod contributions;
pub mod course;
pub mod drafting;
mod error;
pub mod exits;
pub mod home;
pub mod impact;
pub mod influence;
mod keeping;
pub mod leading;
mod letters;
pub mod machine;
pub mod milestones;
pub mod money;
mod neighbours;
pub mod on_page;
pub mod pack;
pub mod pages;
pub mod persons;
pub mod portfolio;
pub mod reviews;
pub mod seal;
pub mod silence;
pub mod stories;
pub mod time;
pub mod together;
pub mod watch;

use foundation::{App, db::Migration, jobs};

pub use agreements::{Agreement, AgreementId};
pub use error::Refusal;
pub use keeping::KEPT;
pub use neighbours::{Outturn, names, responsible};
pub use pages::routes;

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "support",
        number: 1,
        sql: include_str!("../migrations/0001_agreements.sql"),
    },
    Migration { room: "support", number: 2, sql: include_str!("../migrations/0002_money.sql") },
    Migration { room: "support", number: 3, sql: include_str!("../migrations/0003_care.sql") },
    Migration { room: "support", number: 4, sql: include_str!("../migrations/0004_held_time.sql") },
    Migration { room: "support", number: 5, sql: include_str!("../migrations/0005_board.sql") },
    Migration { room: "support", number: 6, sql: include_str!("../migrations/0006_stories.sql") },
    Migration { room: "support", number: 7, sql: include_str!("../migrations/0007_results.sql") },
    Migration {
        room: "support",
        number: 8,
        sql: include_str!("../migrations/0008_taken_home.sql"),
    },
    Migration {
        room: "support",
        number: 9,
        sql: include_str!("../migrations/0009_beneficiary.sql"),
    },
    Migration {
        room: "support",
        number: 10,
        sql: include_str!("../migrations/0010_staffing_floor.sql"),
    },
    Migration {
        room: "support",
        number: 11,
        sql: include_str!("../migrations/0011_assignments.sql"),
    },
    Migration { room: "support", number: 12, sql: include_str!("../migrations/0012_hours.sql") },
    Migration { room: "support", number: 13, sql: include_str!("../migrations/0013_advice.sql") },
    Migration { room: "support", number: 14, sql: include_str!("../migrations/0014_leading.sql") },
    Migration {
        room: "support",
        number: 15,
        sql: include_str!("../migrations/0015_influence.sql"),
    },
    Migration { room: "support", number: 20, sql: include_str!("../migrations/0020_appetite.sql") },
];

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    vec![
        agreements::machine::machine(),
        milestones::machine(),
        time::machine::machine(),
        money::machine::machine(),
        care::concerns::machine(),
        stories::machine(),
        exits::advice::machine(),
        leading::machine(),
        influence::machine(),
    ]
}

/// The kind of job that tends to agreements once a day.
pub const TEND: &str = "support tend";

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(TEND, |app: App, _| async move {
        let permit = access::Permit::system("daily work", app.clock.now());
        course::tend(&app, &permit).await.map(|_| ()).map_err(|error| error.to_string())?;
        stories::propose(&app, &permit).await.map_err(|error| error.to_string())?;
        impact::tell(&app, &permit).await.map_err(|error| error.to_string())?;
        board::tell(&app, &permit).await.map_err(|error| error.to_string())?;
        silence::tend(&app, &permit).await.map_err(|error| error.to_string())?;
        care::floors::watch(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

/// Sets the next daily round for six in the morning; a second call for the same day adds nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), foundation::DbError> {
    let tomorrow = app.clock.today().saturating_add(jiff::Span::new().days(1));
    let due = tomorrow
        .at(6, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or_else(|_| app.clock.now(), |zoned| zoned.timestamp());
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

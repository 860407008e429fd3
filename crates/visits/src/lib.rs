//! Visits and what is said between schools: the visit and its note, private coaching, challenge,
//! joint practice development, judging the same thing with the same rubric, and the reviews a school
//! commissions and owns.
//!
//! What it is not: it agrees nothing (that is `support`, whose agreements every visit belongs to)
//! and plans no improvement. It is no safeguarding record: a concern goes to the lead at once, and
//! only the time of telling is kept.
//!
//! Invariants, each held by a test: what no state machine lists is refused; half a day of somebody's
//! time is booked once; a note that arrives twice is one note; a note that was sent never changes
//! (the database refuses it too), it only gains words; a private conversation opens for its two
//! people alone; a joint cycle closes with a change recorded in *both* schools; the findings of a
//! review belong to the school, and nobody else publishes them; of two who judge the same thing neither
//! sees what the other judged before both have.

pub mod challenges;
pub mod coaching;
pub mod commissions;
pub mod cycles;
pub mod home;
pub mod journal;
mod keeping;
pub mod machine;
pub mod moderations;
pub mod on_page;
pub mod pack;
mod pages;
pub mod persons;
pub mod visits;

use access::Permit;
use foundation::{App, DbError, db::Migration, jobs, web::Written};

pub use keeping::KEPT;
pub use pages::routes;
pub use support::Refusal;
pub use visits::{Visit, VisitId};

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "visit", account: "visitor", name: "visitor_name" },
    Written { table: "challenge", account: "raised_by", name: "raised_name" },
    Written { table: "coaching_pair", account: "one", name: "one_name" },
    Written { table: "coaching_pair", account: "other", name: "other_name" },
    Written { table: "moderation_judgement", account: "account", name: "name" },
    Written { table: "commission", account: "reviewer", name: "reviewer_name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "visits", number: 1, sql: include_str!("../migrations/0001_visits.sql") },
    Migration { room: "visits", number: 2, sql: include_str!("../migrations/0002_between.sql") },
    Migration { room: "visits", number: 3, sql: include_str!("../migrations/0003_reviews.sql") },
    Migration { room: "visits", number: 4, sql: include_str!("../migrations/0004_held_time.sql") },
    Migration { room: "visits", number: 5, sql: include_str!("../migrations/0005_journal.sql") },
    Migration {
        room: "visits",
        number: 100,
        sql: include_str!("../migrations/0100_shared_by_both.sql"),
    },
    Migration {
        room: "visits",
        number: 101,
        sql: include_str!("../migrations/0101_moderations.sql"),
    },
];

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    use machine::document;
    vec![
        document::<visits::State>(
            "visits",
            "The life of a visit and its note",
            "crates/visits/src/visits/state.rs",
        ),
        document::<visits::steps::Standing>(
            "visit-steps",
            "The life of a step agreed at a visit",
            "crates/visits/src/visits/steps.rs",
        ),
        document::<challenges::State>(
            "challenges",
            "The life of a challenge",
            "crates/visits/src/challenges.rs",
        ),
        document::<coaching::State>(
            "coaching",
            "The life of a coaching pair",
            "crates/visits/src/coaching/mod.rs",
        ),
        document::<cycles::State>(
            "joint-practice",
            "The life of a joint practice cycle",
            "crates/visits/src/cycles.rs",
        ),
        document::<moderations::State>(
            "moderations",
            "The life of judging together",
            "crates/visits/src/moderations/mod.rs",
        ),
        document::<commissions::State>(
            "commissions",
            "The life of a commissioned review",
            "crates/visits/src/commissions.rs",
        ),
    ]
}

/// The kind of job that tends to this room once a day.
pub const TEND: &str = "visits tend";

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(TEND, |app: App, _| async move {
        let permit = Permit::system("daily work", app.clock.now());
        tend(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

/// The daily round: a note the school did not check in time is shown as unchecked; the words of
/// conversations that ended a year ago are erased.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let lapsed = visits::checks::lapse(app, permit).await?;
    Ok(lapsed + coaching::acts::tend(app, permit).await?)
}

/// Sets the next daily round for ten past six in the morning; a second call for the same day adds
/// nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), DbError> {
    let tomorrow = app.clock.today().saturating_add(jiff::Span::new().days(1));
    let due = tomorrow
        .at(6, 10, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or_else(|_| app.clock.now(), |zoned| zoned.timestamp());
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

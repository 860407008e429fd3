//! Practice that spreads: what one school does well, written down so that another can do it too;
//! checked by colleagues, shown to everybody, then borrowed, adapted and adopted.
//!
//! What it is not: no ranking of practices and no score for sharing. It counts who borrows, adapts
//! and adopts, and says what happened, in words. It books no days: a visit under an agreement is
//! `visits`; here somebody only asks to come and see.
//!
//! Invariants, each held by a test: what no state machine lists is refused; nothing is shown before
//! two colleagues have checked it, one of them from another school, and, where it names another
//! school, before that school consents to the very words; what everybody reads is the version that
//! was published; the school it comes from is told of everybody who takes it up.

mod acts;
pub mod adoptions;
pub mod asks;
pub mod home;
mod keeping;
mod letters;
pub mod machine;
pub mod on_page;
mod pages;
pub mod persons;
pub mod practice;
pub mod together;

use access::Permit;
use foundation::{App, DbError, db::Migration, jobs, web::Written};

pub use acts::{NewPractice, Said, begin, take, tend, write};
pub use keeping::KEPT;
pub use pages::routes;
pub use practice::{Practice, PracticeId};
pub use support::Refusal;

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "practice", account: "author", name: "author_name" },
    Written { table: "practice_check", account: "account", name: "name" },
    Written { table: "adoption", account: "account", name: "name" },
    Written { table: "practice_ask", account: "account", name: "name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "practices",
    number: 1,
    sql: include_str!("../migrations/0001_practices.sql"),
}];

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    use machine::document;
    vec![
        document::<practice::State>(
            "practices",
            "The life of a practice",
            "crates/practices/src/practice.rs",
        ),
        document::<adoptions::State>(
            "adoptions",
            "The life of a practice in the school that takes it up",
            "crates/practices/src/adoptions.rs",
        ),
        document::<asks::State>(
            "practice-visits",
            "The life of a wish to see a practice",
            "crates/practices/src/asks.rs",
        ),
    ]
}

/// The kind of job that tends to this room once a day.
pub const TEND: &str = "practices tend";

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(TEND, |app: App, _| async move {
        let permit = Permit::system("daily work", app.clock.now());
        tend(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

/// Sets the next daily round for twenty past six in the morning; a second call for the same day
/// adds nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), DbError> {
    let tomorrow = app.clock.today().saturating_add(jiff::Span::new().days(1));
    let due = tomorrow
        .at(6, 20, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or_else(|_| app.clock.now(), |zoned| zoned.timestamp());
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

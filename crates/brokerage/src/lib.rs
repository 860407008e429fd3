//! From a need to a match that two heads want: requests for support, offers, the people who lead
//! beyond their school, the matching desk, declared interests and the checks before an agreement.
//!
//! Not here: audits (needs), agreements and everything after them (support), the arithmetic of
//! matching (the engine `matching`). Invariants: nobody is matched without a person deciding; a
//! choice outside the first three carries a reason; time is held while heads talk and free again
//! when one says no; nothing goes to agreement while an interest is open.

pub mod cadre;
pub mod contribution;
pub mod daily;
pub mod day_job;
pub mod desk;
pub mod funders;
mod home;
pub mod interests;
mod keeping;
pub mod offers;
pub mod on_page;
pub mod packs;
mod pages;
pub mod persons;
pub mod proposals;
pub mod requests;
pub mod specialisms;
mod weeks;

use foundation::{db::Migration, web::Written};

pub use daily::{handlers, schedule};
pub use home::waiting;
pub use keeping::KEPT;
pub use needs::ActError;
pub use pages::routes;
pub use proposals::{Proposal, ProposalId};
pub use requests::{Request, RequestId};

/// The state machines of this room, for the documentation.
#[must_use]
pub fn machines() -> Vec<foundation::machine::Document> {
    vec![
        requests::state::machine(),
        interests::machine(),
        cadre::state::machine(),
        offers::machine(),
    ]
}

/// Where this room writes people's names.
pub const WRITTEN: &[Written] = &[
    Written { table: "designation", account: "person", name: "person_name" },
    Written { table: "home_school", account: "by_account", name: "by_name" },
    Written { table: "own_specialism", account: "added_by", name: "added_name" },
];

/// This room's tables, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "brokerage",
        number: 1,
        sql: include_str!("../migrations/0001_brokerage.sql"),
    },
    Migration { room: "brokerage", number: 2, sql: include_str!("../migrations/0002_desk.sql") },
    Migration {
        room: "brokerage",
        number: 3,
        sql: include_str!("../migrations/0003_review_on.sql"),
    },
    Migration {
        room: "brokerage",
        number: 4,
        sql: include_str!("../migrations/0004_preparation.sql"),
    },
    Migration {
        room: "brokerage",
        number: 5,
        sql: include_str!("../migrations/0005_team_time.sql"),
    },
    Migration {
        room: "brokerage",
        number: 100,
        sql: include_str!("../migrations/0100_responsible.sql"),
    },
    Migration {
        room: "brokerage",
        number: 101,
        sql: include_str!("../migrations/0101_mentor_wish.sql"),
    },
    Migration {
        room: "brokerage",
        number: 102,
        sql: include_str!("../migrations/0102_home_school.sql"),
    },
    Migration { room: "brokerage", number: 103, sql: include_str!("../migrations/0103_goal.sql") },
    Migration {
        room: "brokerage",
        number: 104,
        sql: include_str!("../migrations/0104_suggested.sql"),
    },
    Migration {
        room: "brokerage",
        number: 105,
        sql: include_str!("../migrations/0105_specialism.sql"),
    },
    Migration {
        room: "brokerage",
        number: 106,
        sql: include_str!("../migrations/0106_offered_by_staff.sql"),
    },
    Migration { room: "brokerage", number: 107, sql: include_str!("../migrations/0107_about.sql") },
];

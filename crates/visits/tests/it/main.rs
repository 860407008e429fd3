//! The visits room on both databases.

mod challenge;
mod joint;
mod journal;
mod moderation;
mod note;
mod review;
mod setting;
mod story;
mod talk;
mod trusts;
#[expect(dead_code, reason = "the tests of agreements need more of this world than these do")]
#[path = "../../../support/tests/it/world.rs"]
mod world;

//! The visits room on both databases.

mod challenge;
mod note;
mod setting;
mod story;
#[expect(dead_code, reason = "the tests of agreements need more of this world than these do")]
#[path = "../../../support/tests/it/world.rs"]
mod world;

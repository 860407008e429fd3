//! The practices room on both databases.

mod consent;
mod library;
mod machines;
mod story;
#[expect(dead_code, reason = "the tests of agreements need more of this world than these do")]
#[path = "../../../support/tests/it/world.rs"]
mod two;
mod world;

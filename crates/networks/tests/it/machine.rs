//! Whatever the machine of meetings does not list is refused: every state, every act, everybody.

use networks::meetings::{Act, State, Who};
use support::machine::step;
use testkit::machine::only_what_is_listed;

/// Written down apart from the code.
const MEETING: &str = "
    planned change convenor planned
    planned share convenor planned
    planned share member planned
    planned hold convenor held
    planned cancel convenor cancelled
    held correct convenor held
    held settle convenor settled
    settled reopen convenor held";

#[test]
fn only_what_is_listed_is_possible() {
    let go = |from, act, who| step::<State>(from, act, &[who]).ok();
    only_what_is_listed(MEETING, State::ALL, Act::ALL, Who::ALL, go);
}

/// Written down apart from the code.
const INTRODUCTION: &str = "
    asked agree asked asked
    asked introduce system introduced
    asked decline asked closed
    asked take_back broker closed
    asked expire system closed";

#[test]
fn an_introduction_follows_its_machine_and_nothing_else() {
    use networks::introductions::{Act, State, Who};
    let go = |from, act, who| step::<State>(from, act, &[who]).ok();
    only_what_is_listed(INTRODUCTION, State::ALL, Act::ALL, Who::ALL, go);
}

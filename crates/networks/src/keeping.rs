//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

macro_rules! of_old {
    () => {
        "meeting IN (SELECT id FROM network_meeting WHERE on_date < $2)"
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "who came to networks",
        "Who said they would come to a meeting of a network, and who came",
        (Wait::Years(3), "the meeting"),
        &[rows("network_presence", of_old!())],
        "They show for three years whom a network reaches.",
    ),
    Line::deleted(
        "members who left networks",
        "That somebody belonged to a network they have left",
        (Wait::Years(1), "they left"),
        &[rows("network_member", "left_on < $2")],
        "Nothing is done with it after a year.",
    ),
    Line::deleted(
        "introductions",
        "Who was suggested to whom, and what came of it",
        (Wait::Years(1), "it was suggested"),
        &[rows("introduction", "made_on < $2")],
        "Whoever met has each other’s address; of the others nothing is kept.",
    ),
    Line::stays(
        "networks",
        "Networks with their meetings, agendas and notes",
        "as long as the partnership has records here",
        &["network", "network_meeting", "network_item", "network_member", "network_presence"],
        "What was shared is looked up years later. Names go when a person is forgotten.",
    ),
];

//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Practices that were never shown.
macro_rules! unshown {
    () => {
        "shown IS NULL AND created_at < $1
           AND NOT EXISTS (SELECT 1 FROM practice child WHERE child.parent = practice.id)
           AND NOT EXISTS (SELECT 1 FROM adoption a WHERE a.practice = practice.id)
           AND NOT EXISTS (SELECT 1 FROM practice_ask k WHERE k.practice = practice.id)"
    };
}

macro_rules! of_unshown {
    () => {
        concat!("practice IN (SELECT id FROM practice WHERE ", unshown!(), ")")
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "visits to practices",
        "Who asked to come and see a practice, and what was answered",
        (Wait::Years(3), "they asked"),
        &[rows("practice_ask", "state IN ('declined', 'withdrawn', 'seen') AND created_at < $1")],
        "They show for three years how a practice spread.",
    ),
    Line::deleted(
        "practices nobody showed",
        "Practices that were begun and never shown",
        (Wait::Years(3), "they were begun"),
        &[
            rows("practice_check", of_unshown!()),
            rows("practice_version", of_unshown!()),
            rows("practice", unshown!()),
        ],
        "Nobody outside the school has read or used them.",
    ),
    Line::stays(
        "practices",
        "Practices that were shown, who checked them and who uses them",
        "as long as the school shows them or others use them",
        &["practice", "practice_version", "practice_check", "practice_ask", "adoption"],
        "Schools build on them and follow where they came from. Names go when a person is forgotten.",
    ),
];

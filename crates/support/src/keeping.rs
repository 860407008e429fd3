//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Records of agreements that ended before a day.
macro_rules! of_ended {
    () => {
        "agreement IN (SELECT id FROM agreement WHERE ended_on < $2
           AND state IN ('sustained', 'lapsed', 'terminated_early'))"
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "concerns and risks",
        "Concerns between two schools, and risks they saw",
        (Wait::Years(7), "the support ended"),
        &[
            rows(
                "concern_step",
                concat!("concern IN (SELECT id FROM concern WHERE ", of_ended!(), ")"),
            ),
            rows("concern", of_ended!()),
            rows("risk", of_ended!()),
        ],
        "Frank words for the time in which somebody may come back to them; what was agreed and \
         what came of it stays.",
    ),
    Line::deleted(
        "floors",
        "Floors under a school’s own results that were lifted",
        (Wait::Years(3), "they were lifted"),
        &[rows("home_floor", "lifted_at < $1")],
        "They explain for three years why support was paused.",
    ),
    Line::deleted(
        "how people lead",
        "What people asked of partners about the way they lead, and what both said",
        (Wait::Years(3), "it was asked"),
        &[
            rows("leading_said", "question IN (SELECT id FROM leading_view WHERE asked_on < $2)"),
            rows("leading_view", "asked_on < $2"),
        ],
        "It serves the person as long as they remember the work; nobody else reads it.",
    ),
    Line::deleted(
        "what was said to those who decide",
        "What a trust or an authority said to those who decide, and what came of it",
        (Wait::Years(7), "its last change"),
        &[
            rows(
                "influence_evidence",
                "item IN (SELECT id FROM influence_item WHERE changed_on < $2)",
            ),
            rows("influence_item", "changed_on < $2"),
        ],
        "A board looks back on it as long as on the support it rests on.",
    ),
    Line::deleted(
        "notices to boards",
        "That a board was told of a report",
        (Wait::Years(2), "the term"),
        &[rows("board_told", "until < $2")],
        "It only keeps anybody from being told twice.",
    ),
    Line::stays(
        "agreements",
        "Agreements with their versions, signatures, teams, baselines, milestones, reviews, exits, \
         results and how both sides said it was",
        "as long as either school has records here, and at least seven years after the end",
        &[
            "agreement",
            "agreement_person",
            "agreement_version",
            "assignment",
            "assignment_agreement",
            "agreement_signature",
            "baseline",
            "milestone",
            "progress_review",
            "exit_plan",
            "advice_report",
            "capacity_gain",
            "taken_home",
            "sustainability_check",
            "results_told",
            "case_study",
            "concern",
            "concern_step",
            "risk",
            "feedback",
            "home_floor",
            "staffing_floor",
        ],
        "Both schools rely on the same account of what was agreed and what came of it; what is \
         signed or frozen cannot be changed or taken out by anybody.",
    ),
    Line::stays(
        "the books",
        "Half-days given and received, and what was charged for them",
        "with the agreement, and at least seven years after its end",
        &["time_entry", "time_session", "charge"],
        "Financial records. What is given and what is received are the same rows, and balance for \
         every year only as long as all of them are there.",
    ),
];

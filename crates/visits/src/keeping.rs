//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Records of visits before a day.
macro_rules! of_old_visits {
    () => {
        "visit IN (SELECT id FROM visit WHERE on_date < $2)"
    };
}

/// Challenges that are over.
macro_rules! settled {
    () => {
        "state IN ('settled', 'withdrawn') AND raised_at < $1"
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "notes that were never sent",
        "Drafts of notes of visits that reached the server and were never sent to the school",
        (Wait::Years(1), "the visit"),
        &[rows("visit_note", concat!("hash IS NULL AND ", of_old_visits!()))],
        "Nobody but the writer has read them. What the writer’s own device holds is theirs to clear.",
    ),
    Line::deleted(
        "notes of visits",
        "Notes of visits, what the school said to them, and what was agreed at them",
        (Wait::Years(6), "the visit"),
        &[
            rows("visit_remark", of_old_visits!()),
            rows("visit_step", of_old_visits!()),
            rows("visit_note", concat!("hash IS NOT NULL AND ", of_old_visits!())),
        ],
        "As long as plans; that the visit took place stays, because its time is in the books.",
    ),
    Line::deleted(
        "half-days of visits",
        "Which half-day somebody was booked",
        (Wait::Years(1), "the day"),
        &[rows("visit_slot", "on_date < $2")],
        "It only keeps anybody from being booked twice; the visit itself stays.",
    ),
    Line::stays(
        "visits",
        "That a visit was arranged and took place",
        "with the agreement it belongs to",
        &["visit"],
        "Its time is in the books of both schools.",
    ),
    Line::deleted(
        "challenges",
        "Challenges that are settled, with what two schools said to each other",
        (Wait::Years(6), "they were raised"),
        &[
            rows(
                "challenge_reply",
                concat!("challenge IN (SELECT id FROM challenge WHERE ", settled!(), ")"),
            ),
            rows("challenge", settled!()),
        ],
        "As long as the notes of the visits they came from.",
    ),
    Line::stays(
        "open challenges",
        "Challenges that wait for an answer",
        "until they are settled",
        &["challenge", "challenge_reply"],
        "Somebody is still asked for an answer.",
    ),
    Line::stays(
        "conversations of two people",
        "That two people agreed to talk, and when they did",
        "with the agreement; the words a year after the pair ended, or at once when either erases \
         them or is forgotten: their keys are destroyed",
        &["coaching_pair", "coaching_session"],
        "The time is accounted for; the words are the two people’s alone.",
    ),
    Line::deleted(
        "journals",
        "Journals of people whose account was closed",
        (Wait::Years(2), "the account was closed"),
        &[rows(
            "journal_entry",
            "EXISTS (SELECT 1 FROM account a WHERE a.id = journal_entry.author AND a.closed_at < $1)",
        )],
        "A journal lives as long as the account: until then its author may come back for it.",
    ),
    Line::deleted(
        "reviews",
        "Commissioned reviews that are over and were not published",
        (Wait::Years(6), "their last day"),
        &[rows(
            "commission",
            "to_on < $2 AND state IN ('closed', 'withdrawn') AND shown = 'school'",
        )],
        "As plans, which follow from them.",
    ),
    Line::stays(
        "published reviews",
        "Reviews under way, and those that the school published",
        "until they are closed; as long as the school shows them",
        &["commission"],
        "The school decides who reads its findings.",
    ),
    Line::stays(
        "joint practice",
        "What two schools tried together",
        "with the agreement it belongs to",
        &["joint_cycle", "joint_school"],
        "Words of two schools about teaching; they name no person.",
    ),
    Line::deleted(
        "judgements of two together",
        "What two people judged when they looked at the same thing, each alone",
        (Wait::Years(3), "they began"),
        &[rows(
            "moderation_judgement",
            "moderation IN (SELECT id FROM moderation WHERE created_at < $1)",
        )],
        "What they agreed stays; who judged what beforehand is of no use any more.",
    ),
    Line::stays(
        "shared standards",
        "What two schools agreed that the words of a rubric mean",
        "with the agreement it belongs to",
        &["moderation", "moderation_agreed"],
        "Words of two schools about quality; they name no person.",
    ),
];

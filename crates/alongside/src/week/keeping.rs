//! How long the week keeps what.

use foundation::keeping::{Line, Wait, rows};

/// The week's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "briefings",
        "Briefings, to whom they went and who said that they read them",
        (Wait::Years(2), "they were sent"),
        &[
            rows("briefing_reader", "briefing IN (SELECT id FROM briefing WHERE sent_at < $1)"),
            rows("briefing", "sent_at < $1"),
        ],
        "News of two years ago is no news.",
    ),
    Line::deleted(
        "digests",
        "That a digest was sent",
        (Wait::Years(1), "the week"),
        &[rows("digest_sent", "week < $2")],
        "It only keeps anybody from getting it twice.",
    ),
    Line::deleted(
        "reminders",
        "That somebody was reminded of a day",
        (Wait::Years(1), "the day"),
        &[rows("reminder_sent", "on_date < $2")],
        "It only keeps anybody from being reminded twice.",
    ),
    Line::deleted(
        "calendar addresses",
        "Calendar addresses that were taken back",
        (Wait::Years(1), "they were taken back"),
        &[rows("calendar_feed", "revoked_at < $1")],
        "They open nothing any more.",
    ),
    Line::stays(
        "wishes",
        "Whether somebody wants the weekly digest, and that they have a calendar address",
        "until the person says otherwise or the account is closed",
        &["digest_wish", "calendar_feed"],
        "Nobody gets letters they said they did not want.",
    ),
];

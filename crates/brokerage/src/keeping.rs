//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Requests that were never sent.
macro_rules! unsent {
    () => {
        "state = 'draft' AND submitted_at IS NULL AND created_at < $1"
    };
}

/// Requests that ended without an agreement.
macro_rules! ended {
    () => {
        "state IN ('withdrawn', 'declined_with_reason') AND agreement IS NULL AND created_at < $1"
    };
}

/// Offers that no proposal, shortlist or promise names.
macro_rules! untaken {
    () => {
        "to_on < $2
           AND NOT EXISTS (SELECT 1 FROM match_proposal p WHERE p.supporter = 'offer:' || offer.id)
           AND NOT EXISTS (SELECT 1 FROM request_shortlist s WHERE s.supporter = 'offer:' || offer.id)
           AND NOT EXISTS (SELECT 1 FROM commitment c WHERE c.supporter = 'offer:' || offer.id)"
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "drafts of requests",
        "Requests for support that were never sent",
        (Wait::Years(1), "they were begun"),
        &[
            rows(
                "request_shortlist",
                concat!("request IN (SELECT id FROM support_request WHERE ", unsent!(), ")"),
            ),
            rows("support_request", unsent!()),
        ],
        "Nobody but the school has read them, and a need changes within a year.",
    ),
    Line::deleted(
        "requests that ended",
        "Requests that were withdrawn or declined, with what was proposed, checked and declared",
        (Wait::Years(3), "they were begun"),
        &[
            rows(
                "diligence",
                concat!(
                    "proposal IN (SELECT id FROM match_proposal WHERE request IN \
                     (SELECT id FROM support_request WHERE ",
                    ended!(),
                    "))"
                ),
            ),
            rows(
                "declaration",
                concat!("request IN (SELECT id FROM support_request WHERE ", ended!(), ")"),
            ),
            rows(
                "match_proposal",
                concat!("request IN (SELECT id FROM support_request WHERE ", ended!(), ")"),
            ),
            rows(
                "request_shortlist",
                concat!("request IN (SELECT id FROM support_request WHERE ", ended!(), ")"),
            ),
            rows(
                "commitment",
                concat!(
                    "state = 'released' AND request IN (SELECT id FROM support_request WHERE ",
                    ended!(),
                    ")"
                ),
            ),
            rows("support_request", ended!()),
        ],
        "Whoever asks why nothing came of it asks within three years. What led to an agreement \
         stays with it.",
    ),
    Line::deleted(
        "declarations of interest",
        "Declarations of interest that belong to a match",
        (Wait::Years(3), "they end"),
        &[rows(
            "declaration",
            "valid_to < $2 AND NOT EXISTS (SELECT 1 FROM support_request r
               WHERE r.id = declaration.request AND r.agreement IS NULL
                 AND r.state IN ('withdrawn', 'declined_with_reason'))",
        )],
        "Whoever asks how a match was made asks within three years.",
    ),
    Line::stays(
        "requests",
        "Other requests, with what was proposed and checked",
        "as long as what came of them",
        &["support_request", "request_shortlist", "match_proposal", "diligence"],
        "They show how a match was made to both schools that rely on the agreement.",
    ),
    Line::deleted(
        "weeks of availability",
        "How many half-days somebody was free, week by week",
        (Wait::Years(1), "the week"),
        &[rows("availability", "week < $2")],
        "A week that is over is no use to matching; what was given is in the books.",
    ),
    Line::deleted(
        "offers nobody took up",
        "Offers that nobody took up",
        (Wait::Years(3), "their last day"),
        &[rows("offer", untaken!())],
        "They show for three years what was there and not asked for.",
    ),
    Line::stays(
        "offers",
        "Offers that were proposed or taken up, and half-days promised",
        "as long as the match they led to",
        &["offer", "commitment"],
        "A match names what was offered, and a promise says what was given.",
    ),
    Line::deleted(
        "home guards",
        "Why a school could spare nobody",
        (Wait::Years(3), "it could again"),
        &[rows("home_guard", "cleared_at < $1")],
        "They explain for three years why a match was not made.",
    ),
    Line::deleted(
        "judgements",
        "How earlier support was judged by those who received it",
        (Wait::Years(6), "they were made"),
        &[rows("judgement", "at < $1")],
        "What somebody did six years ago says little about what they do now.",
    ),
    Line::deleted(
        "training",
        "Training that has run out",
        (Wait::Years(3), "it ran out"),
        &[rows("training", "until_on < $2")],
        "It shows that somebody was current when they gave support.",
    ),
    Line::deleted(
        "goals of leaders",
        "What people who lead beyond their school worked at for themselves",
        (Wait::Years(2), "the account was closed"),
        &[rows(
            "leader_goal",
            "EXISTS (SELECT 1 FROM account a WHERE a.id = leader_goal.person AND a.closed_at < $1)",
        )],
        "They are their author’s own, as a journal is.",
    ),
    Line::deleted(
        "answers to a mentor",
        "Whether a head in the first two years wanted a mentor",
        (Wait::Years(1), "it last held"),
        &[rows("mentor_wish", "until_on < $2")],
        "It was of use while a mentor could still be suggested.",
    ),
    Line::stays(
        "the pool of system leaders",
        "Designations of people and their schools, the specialisms that were added for them, training that is current, and the code of conduct that was accepted",
        "as long as the agreements in which people served; the name goes when the person is forgotten",
        &["designation", "home_school", "own_specialism", "training", "conduct_acceptance"],
        "Both schools rely on it that whoever came was designated, trained and under the code.",
    ),
];

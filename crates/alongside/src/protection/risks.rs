//! The risks of the assessment, with what the product does about each. What is left to the
//! organisation is said, not hidden.

/// One risk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Risk {
    /// What could go wrong, for whom.
    pub(super) what: &'static str,
    /// What the product does.
    pub(super) measures: &'static str,
    /// What is left to the organisation.
    pub(super) left: &'static str,
}

/// Every risk, the most serious first.
pub(super) const RISKS: &[Risk] = &[
    Risk {
        what: "Somebody reads a coaching conversation who is not one of the two people.",
        measures: "Texts are sealed with a key that only the two people's accounts open; no \
                   administrator, search, export, log or backup holds them.",
        left: "Keep the file of master keys apart from the database, and renew it yearly: \
               alongside keys rotate.",
    },
    Risk {
        what: "A school's honest audit is read by a competitor, a funder or a newspaper.",
        measures: "The zone of the school; one door for every decision; every route is tried as \
                   every role of another alliance; looks are shown to the school; nothing is \
                   answered that tells whether a record exists.",
        left: "Say who may see what when people are invited. A reader can always copy what they \
               may read.",
    },
    Risk {
        what: "Data about a single pupil gets in.",
        measures: "Text shaped like a unique pupil number is refused in every form and file; small \
                   numbers are withheld; every form with room for words says what to do about a \
                   worry.",
        left: "Names of pupils in free text cannot be recognised with certainty: tell people not \
               to write them.",
    },
    Risk {
        what: "Somebody acts in another person's name.",
        measures: "Links that work once, passwords only with a code, sessions that end and can be \
                   seen and ended, limits on tries, letters on every change.",
        left: "Protect the mailboxes: whoever reads them can sign in.",
    },
    Risk {
        what: "Somebody who has left goes on reading.",
        measures: "Posts end on a date and rights are asked for on each request; a post ends only \
                   when its work is in other hands; accounts without a post close by themselves.",
        left: "End posts on the last day.",
    },
    Risk {
        what: "An administrator looks where they need not.",
        measures: "No rule lets an operator read any record. An administrator's rights end at \
                   their own partnership, and no rule lets one read a school's or a broker's \
                   records there; breaking the glass of a member takes a reason, lasts an hour, \
                   changes nothing and tells the owner.",
        left: "Read the access log now and then. Whoever controls the server itself can read \
               what is not sealed.",
    },
    Risk {
        what: "What was agreed is changed or denied later.",
        measures: "Each act and its entry are one; entries are chained by hashes that are keyed with a \
                   secret outside the database, and end in a note kept there too; signed words and baselines cannot be changed.",
        left: "Run alongside doctor regularly and keep the file record-anchor elsewhere too.",
    },
    Risk {
        what: "A school is judged by a number it cannot answer.",
        measures: "No ranks, no composite scores, no sorting of schools by an outcome; \
                   uncertainty is shown; what a person decides is decided by a person.",
        left: "Do not build such lists from exports.",
    },
    Risk {
        what: "Data are lost.",
        measures: "alongside backup writes one file that either kind of database restores.",
        left: "Make backups, try to restore one, and keep the master keys of its time.",
    },
];

//! Practices, networks and the issues of the place.

use jiff::civil::{Date, date};

use super::Key;
use crate::Urn;

/// How far a school has taken a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AdoptionMode {
    Borrowed,
    Adapted,
    Adopted,
    Stopped,
}

/// A practice worth carrying elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// Key.
    pub key: Key,
    /// Title.
    pub title: &'static str,
    /// What it solves.
    pub problem: &'static str,
    /// What must be kept.
    pub active_ingredients: Vec<&'static str>,
    /// Where it grew.
    pub origin: Urn,
    /// Who wrote it down.
    pub author: Key,
    /// When it was published.
    pub published: Date,
    /// Who took it up.
    pub adoptions: Vec<Adoption>,
}

/// A school that took up a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Which school.
    pub school: Urn,
    /// How far.
    pub mode: AdoptionMode,
    /// Since when.
    pub on: Date,
}

/// A subject network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Key.
    pub key: Key,
    /// Name.
    pub name: &'static str,
    /// Who convenes it.
    pub convenor: Key,
    /// Meetings held.
    pub meetings: Vec<Meeting>,
}

/// A meeting of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Meeting {
    /// When.
    pub on: Date,
    /// About what.
    pub title: &'static str,
    /// Schools present.
    pub present: Vec<Urn>,
}

/// Something several schools share and none can solve alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Key.
    pub key: Key,
    /// What.
    pub title: &'static str,
    /// When it was raised.
    pub raised: Date,
    /// Schools that share it.
    pub schools: Vec<Urn>,
    /// Promises made.
    pub pledges: Vec<Pledge>,
}

/// A promise by somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// By whom.
    pub by: Key,
    /// What.
    pub text: &'static str,
    /// When.
    pub on: Date,
}

pub(crate) fn practices() -> Vec<Practice> {
    let adoption =
        |school, mode, (y, m, d): (i16, i8, i8)| Adoption { school, mode, on: date(y, m, d) };
    use AdoptionMode::{Adapted, Adopted, Borrowed, Stopped};
    vec![
        Practice {
            key: "practice-newcomer",
            title: "The five-day newcomer check",
            problem: "Children who join in mid-year wait weeks before anyone knows what they can read.",
            active_ingredients: vec![
                "Within five days, always",
                "Any trained adult, not one",
                "The result changes Monday\u{2019}s group",
            ],
            origin: 999_101,
            author: "jess",
            published: date(2027, 4, 29),
            adoptions: vec![
                adoption(999_207, Adopted, (2027, 5, 12)),
                adoption(999_103, Adapted, (2027, 5, 20)),
                adoption(999_205, Adapted, (2027, 6, 3)),
                adoption(999_108, Borrowed, (2027, 6, 10)),
                adoption(999_203, Borrowed, (2027, 6, 14)),
                adoption(999_109, Borrowed, (2027, 6, 21)),
                adoption(999_104, Adopted, (2027, 9, 9)),
                adoption(999_208, Adapted, (2027, 9, 20)),
                adoption(999_204, Borrowed, (2027, 10, 4)),
                adoption(999_202, Borrowed, (2027, 10, 11)),
                adoption(999_105, Borrowed, (2027, 11, 2)),
            ],
        },
        Practice {
            key: "practice-number-talk",
            title: "Ten minutes of number talk before anything is written",
            problem: "Pupils reach for a method before they have looked at the numbers.",
            active_ingredients: vec!["Every day", "One number, many ways", "No pens"],
            origin: 999_108,
            author: "joe",
            published: date(2025, 2, 7),
            adoptions: vec![
                adoption(999_202, Adopted, (2025, 3, 3)),
                adoption(999_105, Borrowed, (2025, 9, 15)),
                adoption(999_210, Stopped, (2026, 1, 19)),
                adoption(999_101, Borrowed, (2026, 9, 21)),
            ],
        },
        Practice {
            key: "practice-first-day-call",
            title: "The first-day call, by somebody the family knows",
            problem: "Letters about absence arrive when the habit is a fortnight old.",
            active_ingredients: vec![
                "Before ten o\u{2019}clock",
                "A known voice",
                "Ask first what would help",
            ],
            origin: 999_201,
            author: "stefan",
            published: date(2025, 10, 10),
            adoptions: vec![
                adoption(999_107, Adopted, (2025, 11, 3)),
                adoption(999_106, Borrowed, (2026, 2, 9)),
                adoption(999_101, Adapted, (2027, 2, 4)),
            ],
        },
    ]
}

pub(crate) fn networks() -> Vec<Network> {
    let all: Vec<Urn> = crate::alliance::MEMBERS.iter().map(|m| m.urn).collect();
    let but = |absent: &[Urn]| -> Vec<Urn> {
        all.iter().copied().filter(|u| !absent.contains(u)).collect()
    };
    let secondaries = vec![999_106, 999_107, 999_201, 999_206, 999_211];
    vec![
        Network {
            key: "network-early-reading",
            name: "Early Reading leads",
            convenor: "aisha",
            meetings: vec![
                Meeting {
                    on: date(2026, 10, 14),
                    title: "What we check, and when",
                    present: but(&[
                        999_106, 999_107, 999_111, 999_112, 999_201, 999_206, 999_211, 999_212,
                        999_101,
                    ]),
                },
                Meeting {
                    on: date(2027, 1, 27),
                    title: "The lowest fifth",
                    present: but(&[
                        999_106, 999_107, 999_112, 999_201, 999_206, 999_211, 999_212, 999_209,
                    ]),
                },
                Meeting {
                    on: date(2027, 4, 28),
                    title: "Newcomers in mid-year: a share from Harbour View",
                    present: but(&[999_106, 999_107, 999_112, 999_201, 999_206, 999_211, 999_212]),
                },
            ],
        },
        Network {
            key: "network-english",
            name: "Heads of English",
            convenor: "grace",
            meetings: vec![
                Meeting {
                    on: date(2026, 9, 30),
                    title: "Reading in Year 7",
                    present: secondaries.clone(),
                },
                Meeting {
                    on: date(2026, 11, 18),
                    title: "Writing, moderated together",
                    present: vec![999_106, 999_201, 999_206, 999_211],
                },
                Meeting {
                    on: date(2027, 2, 10),
                    title: "The novel we all teach",
                    present: secondaries,
                },
            ],
        },
    ]
}

pub(crate) fn issues() -> Vec<Issue> {
    vec![Issue {
        key: "issue-ehcp",
        title: "Assessments for education, health and care plans come late",
        raised: date(2026, 10, 7),
        schools: vec![999_101, 999_103, 999_105, 999_109, 999_203, 999_205],
        pledges: vec![
            Pledge {
                by: "lena",
                text: "Speech and language advice within six weeks for schools that send the form complete.",
                on: date(2026, 11, 11),
            },
            Pledge {
                by: "ruth",
                text: "A named officer for the six schools until July.",
                on: date(2026, 11, 18),
            },
            Pledge {
                by: "miriam",
                text: "A clinic day a month for SENCOs, before the form is sent.",
                on: date(2027, 1, 15),
            },
        ],
    }]
}

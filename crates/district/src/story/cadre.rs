//! The cadre: who is designated, for what, for how many days, and what is offered.

use jiff::civil::date;

use super::needs::{Availability, Designation, DesignationState, Offer, OfferState};
use super::{Key, step};

/// Key, person, role, specialisms, year designated, latest state.
type Row = (Key, Key, &'static str, &'static [&'static str], i16, DesignationState);

const CADRE: &[Row] = &[
    (
        "nle-daniel",
        "daniel",
        "NLE",
        &["leadership/headship", "curriculum/early reading"],
        2024,
        DesignationState::Active,
    ),
    (
        "sle-aisha",
        "aisha",
        "SLE",
        &["curriculum/early reading", "curriculum/phonics"],
        2025,
        DesignationState::Active,
    ),
    (
        "sle-ifeoma",
        "ifeoma",
        "SLE",
        &["curriculum/primary mathematics"],
        2023,
        DesignationState::Renewed,
    ),
    (
        "sle-rhodri",
        "rhodri",
        "SLE",
        &["curriculum/writing", "leadership/middle leaders"],
        2023,
        DesignationState::ReviewDue,
    ),
    (
        "sle-yolanda",
        "yolanda",
        "SLE",
        &["inclusion/english as an additional language"],
        2025,
        DesignationState::Active,
    ),
    (
        "sle-stefan",
        "stefan",
        "SLE",
        &["attendance/persistent absence", "behaviour/routines"],
        2024,
        DesignationState::Active,
    ),
    (
        "sle-miriam",
        "miriam",
        "SLE",
        &["inclusion/autism", "inclusion/send leadership"],
        2024,
        DesignationState::Active,
    ),
    ("sle-anneka", "anneka", "SLE", &["early years/provision"], 2026, DesignationState::Designated),
    ("sle-roz", "roz", "SLE", &["curriculum/secondary science"], 2022, DesignationState::Lapsed),
    (
        "spec-bev",
        "bev",
        "support-staff specialist",
        &["estates/learning spaces"],
        2025,
        DesignationState::Active,
    ),
    (
        "spec-gwil",
        "gwil",
        "support-staff specialist",
        &["finance/curriculum-led budgets"],
        2024,
        DesignationState::Active,
    ),
    (
        "spec-teo",
        "teo",
        "support-staff specialist",
        &["technology/networks and devices"],
        2025,
        DesignationState::Active,
    ),
    (
        "nlg-samir",
        "samir",
        "NLG",
        &["governance/chairing", "governance/reviews"],
        2024,
        DesignationState::Active,
    ),
    (
        "pp-rosalind",
        "head-threll",
        "professional partner",
        &["leadership/new heads"],
        2024,
        DesignationState::Active,
    ),
    (
        "lle-harpreet",
        "head-windrose",
        "LLE",
        &["inclusion/send leadership", "leadership/headship"],
        2025,
        DesignationState::Active,
    ),
    (
        "exp-petra",
        "petra",
        "expert practitioner",
        &["curriculum/reading fluency"],
        2026,
        DesignationState::Applied,
    ),
    (
        "exp-joe",
        "joe",
        "expert practitioner",
        &["curriculum/primary mathematics"],
        2026,
        DesignationState::Nominated,
    ),
    (
        "sle-grace",
        "grace",
        "SLE",
        &["curriculum/secondary english"],
        2023,
        DesignationState::Withdrawn,
    ),
];

pub(crate) fn designations() -> Vec<Designation> {
    use DesignationState as S;
    CADRE
        .iter()
        .map(|&(key, person, role, specialisms, year, last)| {
            let mut steps = vec![step((year, 3, 4), (9, 15), "marcus", S::Nominated, "")];
            if last != S::Nominated {
                steps.push(step((year, 3, 20), (20, 5), person, S::Applied, ""));
            }
            if !matches!(last, S::Nominated | S::Applied) {
                steps.push(step(
                    (year, 5, 14),
                    (11, 0),
                    "marcus",
                    S::Assessed,
                    "Release agreed by the head.",
                ));
                steps.push(step((year, 6, 10), (14, 0), "marcus", S::Designated, ""));
            }
            if !matches!(last, S::Nominated | S::Applied | S::Designated) {
                steps.push(step((year, 9, 2), (8, 30), "system", S::Active, ""));
            }
            match last {
                S::ReviewDue => {
                    steps.push(step((year + 3, 9, 2), (6, 0), "system", S::ReviewDue, ""));
                }
                S::Renewed => {
                    steps.push(step((year + 3, 9, 2), (6, 0), "system", S::ReviewDue, ""));
                    steps.push(step(
                        (year + 3, 10, 1),
                        (15, 40),
                        "marcus",
                        S::Renewed,
                        "Two strong pieces of work.",
                    ));
                }
                S::Lapsed => {
                    steps.push(step((year + 3, 9, 2), (6, 0), "system", S::ReviewDue, ""));
                    steps.push(step(
                        (year + 3, 12, 1),
                        (6, 0),
                        "system",
                        S::Lapsed,
                        "No reply within the term.",
                    ));
                }
                S::Withdrawn => steps.push(step(
                    (year + 2, 7, 1),
                    (16, 0),
                    "marcus",
                    S::Withdrawn,
                    "At her own wish: convening the network takes the time.",
                )),
                _ => {}
            }
            Designation {
                key,
                person,
                role,
                specialisms: specialisms.to_vec(),
                review_due: date(year + 3, 9, 1),
                steps,
            }
        })
        .collect()
}

pub(crate) fn availability() -> Vec<Availability> {
    // Person, releasing head, half-days for the year, half-days a week at most.
    const YEAR: [(Key, Key, u16, u8); 13] = [
        ("daniel", "colin", 20, 2),
        ("aisha", "daniel", 24, 2),
        ("ifeoma", "head-threll", 24, 2),
        ("rhodri", "head-bayside", 16, 2),
        ("yolanda", "head-st-brede", 18, 2),
        ("stefan", "head-corvenham", 30, 3),
        ("miriam", "head-windrose", 40, 4),
        ("anneka", "head-ludderby", 12, 2),
        ("bev", "daniel", 6, 1),
        ("gwil", "head-oarsby", 10, 1),
        ("teo", "head-kestlebridge", 12, 2),
        ("samir", "samir", 10, 1),
        ("head-threll", "samir", 12, 1),
    ];
    let mut all = Vec::new();
    for (start, scale) in [(2025_i16, 90), (2026, 100), (2027, 95)] {
        for (person, released_by, half_days, per_week) in YEAR {
            all.push(Availability {
                person,
                from: date(start, 9, 1),
                to: date(start + 1, 7, 20),
                half_days: half_days * scale / 100,
                per_week,
                blackouts: vec![
                    (date(start, 12, 20), date(start + 1, 1, 2)),
                    // Key stage 2 tests.
                    (date(start + 1, 5, 10), date(start + 1, 5, 14)),
                ],
                released_by,
                pledged_on: date(start, 6, 18),
            });
        }
    }
    all
}

pub(crate) fn offers() -> Vec<Offer> {
    let offer =
        |key, school, person, specialisms: &[&'static str], summary, half_days, day_rate, state| {
            Offer {
                key,
                school,
                person,
                specialisms: specialisms.to_vec(),
                summary,
                half_days,
                from: date(2026, 9, 1),
                to: date(2027, 7, 20),
                day_rate,
                state,
            }
        };
    use OfferState::{Draft, Paused, Published, Withdrawn};
    vec![
        offer(
            "offer-reading",
            999_207,
            "aisha",
            &["curriculum/early reading", "curriculum/phonics"],
            "Set up one phonics programme with you: teach beside your staff, half-termly checks, keep-up groups.",
            24,
            350,
            Published,
        ),
        offer(
            "offer-headship",
            999_207,
            "daniel",
            &["leadership/headship"],
            "Thinking partner for a head; honest challenge, no judgement.",
            12,
            350,
            Published,
        ),
        offer(
            "offer-maths",
            999_202,
            "ifeoma",
            &["curriculum/primary mathematics"],
            "Number sense from Reception to Year 4: visits both ways, planning together.",
            24,
            350,
            Published,
        ),
        offer(
            "offer-writing",
            999_102,
            "rhodri",
            &["curriculum/writing"],
            "Transcription and sentence work in key stage 2.",
            16,
            350,
            Paused,
        ),
        offer(
            "offer-eal",
            999_103,
            "yolanda",
            &["inclusion/english as an additional language"],
            "Assessing and teaching new arrivals in their first five days.",
            18,
            350,
            Published,
        ),
        offer(
            "offer-attendance",
            999_201,
            "stefan",
            &["attendance/persistent absence"],
            "The attendance hub: letters, first-day calls, tutor conversations, family plans.",
            30,
            300,
            Published,
        ),
        offer(
            "offer-autism",
            999_112,
            "miriam",
            &["inclusion/autism", "inclusion/send leadership"],
            "Outreach: environment walk, one child\u{2019}s day, a plan your staff can keep.",
            40,
            280,
            Published,
        ),
        offer(
            "offer-early-years",
            999_205,
            "anneka",
            &["early years/provision"],
            "Open door on Fridays: see the outdoor area at work.",
            6,
            0,
            Draft,
        ),
        offer(
            "offer-space",
            999_207,
            "bev",
            &["estates/learning spaces"],
            "A reading space for under five hundred pounds, and how to keep it.",
            6,
            0,
            Published,
        ),
        offer(
            "offer-budget",
            999_210,
            "gwil",
            &["finance/curriculum-led budgets"],
            "An afternoon on curriculum-led budgeting for small schools.",
            10,
            0,
            Published,
        ),
        offer(
            "offer-technology",
            999_206,
            "teo",
            &["technology/networks and devices"],
            "Sort out the wireless; plan devices for five years.",
            12,
            200,
            Published,
        ),
        offer(
            "offer-governance",
            999_202,
            "samir",
            &["governance/chairing", "governance/reviews"],
            "A governance review, or a conversation chair to chair.",
            10,
            0,
            Published,
        ),
        offer(
            "offer-music",
            999_101,
            "jess",
            &["curriculum/music"],
            "Whole-class strings: come and watch, take the plans home.",
            4,
            0,
            Published,
        ),
        offer(
            "offer-nurture",
            999_101,
            "nasreen",
            &["inclusion/nurture provision"],
            "How our nurture room runs, and what it costs.",
            6,
            0,
            Published,
        ),
        offer(
            "offer-science",
            999_211,
            "roz",
            &["curriculum/secondary science"],
            "Practical work in key stage 3.",
            8,
            350,
            Withdrawn,
        ),
    ]
}

//! Requests for support, one at every state.

use jiff::civil::date;

use super::needs::{Conflict, ConflictOutcome, Request, RequestState, Tier};
use super::people::head_of;
use super::{Key, Step, step};
use crate::Urn;

type Day = (i16, i8, i8);
use RequestState as S;

/// The straight road of a request: submitted on a day, then a step every few days up to `last`.
fn road(school: Urn, (y, m, d): Day, last: RequestState) -> Vec<Step<RequestState>> {
    let head = head_of(school);
    let mut steps = vec![step((y, m, d), (10, 5), head, S::Draft, "")];
    let path = [
        (0, S::Submitted),
        (2, S::Accepted),
        (3, S::Matching),
        (5, S::Proposed),
        (9, S::ChemistryOk),
        (12, S::CoiClear),
        (14, S::Agreement),
        (17, S::Fulfilled),
    ];
    for (after, to) in path {
        if last == S::Draft {
            break;
        }
        let by = match to {
            S::Submitted | S::ChemistryOk => head,
            S::Agreement | S::Fulfilled => "system",
            _ => "marcus",
        };
        steps.push(step((y, m, d + after), (16, 5), by, to, ""));
        if to == last {
            break;
        }
    }
    steps
}

#[expect(clippy::too_many_arguments, reason = "a request has as many parts")]
fn request(
    key: Key,
    school: Urn,
    (audit, findings): (Option<Key>, &[Key]),
    specialism: &'static str,
    outcome: &'static str,
    (tier, half_days, budget): (Tier, u16, u32),
    (earliest, latest): (Day, Day),
    steps: Vec<Step<RequestState>>,
) -> Request {
    Request {
        key,
        school,
        audit,
        findings: findings.to_vec(),
        specialism,
        outcome,
        tier,
        half_days,
        earliest: date(earliest.0, earliest.1, earliest.2),
        latest: date(latest.0, latest.1, latest.2),
        budget,
        avoid: Vec::new(),
        reciprocal: "",
        conflicts: Vec::new(),
        steps,
    }
}

pub(crate) fn all() -> Vec<Request> {
    use Tier::{Intensive, Targeted, Universal};
    let spring = ((2027, 1, 4), (2027, 7, 20));
    let none: (Option<Key>, &[Key]) = (None, &[]);
    let mut requests = vec![
        harbour_view(),
        // Those whose deployments are long under way or over.
        request(
            "req-brinewick",
            999_108,
            (Some("audit-brinewick"), &["brinewick-n1"]),
            "curriculum/primary mathematics",
            "Number facts secure by the end of Year 3, taught one way by everyone.",
            (Targeted, 20, 3500),
            ((2024, 1, 8), (2024, 12, 20)),
            road(999_108, (2023, 11, 6), S::Fulfilled),
        ),
        request(
            "req-hagglewick",
            999_203,
            (Some("audit-hagglewick"), &["hagglewick-n1"]),
            "curriculum/writing",
            "Pupils write legibly and finish what they begin.",
            (Intensive, 36, 6300),
            ((2024, 1, 8), (2024, 12, 20)),
            road(999_203, (2023, 11, 8), S::Fulfilled),
        ),
        request(
            "req-skarrowby",
            999_107,
            (Some("audit-skarrowby"), &["skarrowby-n1"]),
            "attendance/persistent absence",
            "Fewer than one in four persistently absent; progress no longer below the family.",
            (Intensive, 40, 8000),
            ((2024, 9, 2), (2025, 7, 18)),
            road(999_107, (2024, 6, 3), S::Fulfilled),
        ),
        request(
            "req-ludderby",
            999_205,
            (Some("audit-ludderby"), &["ludderby-n1"]),
            "inclusion/english as an additional language",
            "Every newcomer assessed within five days, by any teacher.",
            (Targeted, 16, 2800),
            ((2026, 10, 5), (2027, 7, 20)),
            road(999_205, (2026, 9, 11), S::Fulfilled),
        ),
        request(
            "req-corvenham-governance",
            999_201,
            none,
            "governance/reviews",
            "A governance review before the chair changes.",
            (Universal, 4, 0),
            ((2026, 9, 14), (2026, 12, 18)),
            road(999_201, (2026, 6, 4), S::Fulfilled),
        ),
        // Those on Marcus's desk.
        request(
            "req-fennimoor",
            999_204,
            none,
            "leadership/middle leaders",
            "Two middle leaders who run their own meetings.",
            (Universal, 6, 0),
            spring,
            road(999_204, (2026, 11, 19), S::Draft),
        ),
        request(
            "req-estermouth",
            999_106,
            none,
            "curriculum/secondary english",
            "A reading curriculum for Years 7 to 9.",
            (Targeted, 12, 2100),
            spring,
            road(999_106, (2026, 11, 20), S::Submitted),
        ),
        request(
            "req-kestlebridge",
            999_206,
            none,
            "leadership/middle leaders",
            "Heads of year who lead, not chase.",
            (Universal, 8, 700),
            spring,
            road(999_206, (2026, 11, 12), S::Accepted),
        ),
        request(
            "req-petrelness",
            999_211,
            (Some("audit-petrelness"), &["petrelness-n1"]),
            "behaviour/routines",
            "Lessons begin on time in every corridor.",
            (Targeted, 18, 3150),
            spring,
            road(999_211, (2026, 10, 26), S::Matching),
        ),
        request(
            "req-wickmaker",
            999_104,
            none,
            "curriculum/early reading",
            "Every child who leaves us reads, whoever taught them.",
            (Targeted, 8, 1400),
            spring,
            road(999_104, (2026, 11, 6), S::Matching),
        ),
        request(
            "req-lanternfield",
            999_105,
            (Some("audit-lanternfield"), &["lanternfield-n1"]),
            "curriculum/primary mathematics",
            "Reasoning every day, in every class.",
            (Targeted, 14, 2450),
            spring,
            road(999_105, (2026, 11, 3), S::Proposed),
        ),
        request(
            "req-pellingsea",
            999_110,
            (Some("audit-pellingsea"), &["pellingsea-n1"]),
            "finance/curriculum-led budgets",
            "A budget that lasts to 2029.",
            (Universal, 4, 0),
            spring,
            road(999_110, (2026, 11, 9), S::ChemistryOk),
        ),
        request(
            "req-oarsby",
            999_210,
            none,
            "inclusion/autism",
            "Four children in class all day, with a plan that staff can keep.",
            (Targeted, 12, 1680),
            spring,
            road(999_210, (2026, 11, 2), S::CoiClear),
        ),
        request(
            "req-windrose",
            999_112,
            none,
            "technology/networks and devices",
            "Wireless that reaches the hydrotherapy pool.",
            (Universal, 6, 600),
            spring,
            road(999_112, (2026, 11, 4), S::Agreement),
        ),
    ];
    let mut returned = request(
        "req-yarrowstead",
        999_209,
        none,
        "curriculum/primary mathematics",
        "Better mathematics.",
        (Universal, 4, 0),
        spring,
        road(999_209, (2026, 11, 10), S::Submitted),
    );
    returned.steps.push(step((2026, 11, 12), (9, 30), "marcus", S::ReturnedForDetail, "Which year groups, and what would you see if it had worked? A quarter of an hour on the phone will do."));
    let mut declined = request(
        "req-saltern",
        999_111,
        none,
        "estates/learning spaces",
        "A new roof.",
        (Universal, 2, 0),
        spring,
        road(999_111, (2026, 10, 6), S::Submitted),
    );
    declined.steps.push(step(
        (2026, 10, 7),
        (11, 0),
        "marcus",
        S::DeclinedWithReason,
        "A building matter for the authority: passed to Ruth today, with your note.",
    ));
    let mut rematch = request(
        "req-bayside",
        999_102,
        none,
        "attendance/persistent absence",
        "Fridays no longer the thinnest day.",
        (Targeted, 10, 1500),
        spring,
        road(999_102, (2026, 10, 19), S::Proposed),
    );
    rematch.steps.push(step(
        (2026, 10, 29),
        (8, 20),
        head_of(999_102),
        S::Rematch,
        "We liked each other, but the timetable does not work before Easter.",
    ));
    let mut withdrawn = request(
        "req-mizzenford",
        999_208,
        (Some("audit-mizzenford"), &["mizzenford-n1"]),
        "workforce/recruitment",
        "Two posts filled by September.",
        (Universal, 2, 0),
        spring,
        road(999_208, (2026, 10, 5), S::Matching),
    );
    withdrawn.steps.push(step(
        (2026, 10, 14),
        (13, 0),
        head_of(999_208),
        S::Withdrawn,
        "The trust will do it.",
    ));
    let mut review_only = request(
        "req-ropewalk",
        999_212,
        none,
        "leadership/headship",
        "An outside eye once a term.",
        (Universal, 2, 0),
        spring,
        road(999_212, (2026, 11, 5), S::Accepted),
    );
    review_only.steps.push(step(
        (2026, 11, 11),
        (10, 0),
        "marcus",
        S::ReviewProgressOnly,
        "Agreed with Ursula: one review a term, no deployment.",
    ));
    requests.extend([returned, declined, rematch, withdrawn, review_only]);
    requests
}

fn harbour_view() -> Request {
    let steps = vec![
        step((2026, 11, 30), (15, 40), "priya", S::Draft, ""),
        step((2026, 11, 30), (16, 5), "priya", S::Submitted, "One plan, please, not four."),
        step(
            (2026, 12, 2),
            (10, 20),
            "marcus",
            S::Accepted,
            "We spoke at ten. What happens next is in the letter, with dates.",
        ),
        step((2026, 12, 2), (10, 25), "marcus", S::Matching, ""),
        step(
            (2026, 12, 3),
            (14, 10),
            "marcus",
            S::Proposed,
            "Two short-listed of five; eleven were ruled out, each with its reason.",
        ),
        step(
            (2026, 12, 4),
            (16, 30),
            "priya",
            S::ChemistryOk,
            "Twenty minutes with Daniel. He asked more than he told.",
        ),
        step(
            (2026, 12, 8),
            (12, 0),
            "marcus",
            S::CoiClear,
            "Daniel\u{2019}s interest is managed; checklist 5 of 5.",
        ),
        step((2026, 12, 8), (12, 1), "system", S::Agreement, ""),
        step((2027, 1, 4), (0, 5), "system", S::Fulfilled, ""),
    ];
    let mut r = request(
        "req-harbour-view",
        999_101,
        (Some("audit-harbour-view"), &["hv-n1", "hv-n2"]),
        "curriculum/early reading",
        "One phonics programme taught daily in every class, and checked each half term, by people who stay.",
        (Tier::Targeted, 25, 4375),
        ((2027, 1, 4), (2027, 12, 17)),
        steps,
    );
    r.avoid = vec![(999_102, "We share a catchment.")];
    r.reciprocal = "Two days of music: whole-class strings.";
    r.conflicts = vec![
        Conflict {
            person: "aisha",
            declared: date(2026, 12, 4),
            detail: "Nothing to declare.",
            outcome: ConflictOutcome::None,
            mitigation: "",
        },
        Conflict {
            person: "daniel",
            declared: date(2026, 12, 4),
            detail: "Farthinglight Trust hopes to grow in this area.",
            outcome: ConflictOutcome::Manage,
            mitigation: "No talk of a transfer for twelve months; accepted by Harbour View\u{2019}s head and chair.",
        },
    ];
    r
}

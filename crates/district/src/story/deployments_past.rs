//! Support that has been measured, or could not be.

use jiff::civil::date;

use super::people::head_of;
use super::support::{
    ABSENCE, Deployment, DeploymentKind, DeploymentState, Milestone, Objective, PROGRESS_8, RWM,
    Rag, Review, Signature, TeamMember,
};
use super::{Key, Tier, step};
use crate::{AcademicYear, Urn};

use DeploymentState as S;

fn signatures(supported: Urn, supporting: Urn, (y, m, d): (i16, i8, i8)) -> Vec<Signature> {
    let sign = |school, hour| Signature {
        person: head_of(school),
        capacity: "head",
        school: Some(school),
        at: date(y, m, d).at(hour, 30, 0, 0),
    };
    vec![sign(supporting, 9), sign(supported, 14)]
}

fn objective(
    title: &'static str,
    why: &'static str,
    (measure, baseline, target, actual): (&'static str, f64, f64, f64),
    (due, rag): ((i16, i8, i8), Rag),
) -> Objective {
    Objective {
        title,
        why,
        theory: "",
        actions: Vec::new(),
        milestones: vec![Milestone {
            measure,
            baseline,
            target,
            due: date(due.0, due.1, due.2),
            actual: Some(actual),
            recorded_on: Some(date(due.0, due.1, due.2)),
            rag: Some(rag),
        }],
    }
}

const fn member(person: Key, role: &'static str, half_days: u16, delivered: u16) -> TeamMember {
    TeamMember { person, role, half_days, delivered, day_rate: 350 }
}

/// The steps of a piece of support that ran its course.
fn course(
    (supported, supporting): (Urn, Urn),
    signed: (i16, i8, i8),
    active: (i16, i8, i8),
    done: (i16, i8, i8),
    note: &'static str,
) -> Vec<super::Step<DeploymentState>> {
    let (y, m, d) = signed;
    vec![
        step((y, m, d - 4), (10, 0), "marcus", S::Drafting, ""),
        step((y, m, d - 3), (10, 0), "marcus", S::Offered, ""),
        step(signed, (9, 30), head_of(supporting), S::SignedSupporting, ""),
        step(signed, (14, 30), head_of(supported), S::SignedSupported, ""),
        step(active, (0, 5), "system", S::Active, "Baselines frozen."),
        step((done.0, done.1 - 1, 18), (11, 0), head_of(supporting), S::Exiting, ""),
        step(done, (15, 0), head_of(supported), S::Completed, note),
    ]
}

pub(crate) fn all() -> Vec<Deployment> {
    vec![brinewick(), hagglewick(), skarrowby(), oarsby(), yarrowstead()]
}

/// Threll beside Brinewick, 2024: both rose, in two cohorts.
fn brinewick() -> Deployment {
    let parties = (999_108, 999_202);
    let mut steps = course(
        parties,
        (2023, 12, 8),
        (2024, 1, 8),
        (2024, 12, 13),
        "Number facts are taught one way; Joe leads.",
    );
    steps.push(step((2024, 12, 16), (0, 5), "system", S::Sustaining, ""));
    steps.push(step(
        (2025, 12, 12),
        (14, 0),
        "marcus",
        S::Sustained,
        "Held after three terms: two cohorts above the family\u{2019}s change.",
    ));
    Deployment {
        key: "dep-brinewick",
        kind: DeploymentKind::Focused,
        tier: Tier::Targeted,
        supported: parties.0,
        supporting: parties.1,
        request: Some("req-brinewick"),
        purpose: "Number facts secure by the end of Year 3.",
        supporter_goal: "Threll wants its own Year 4 to explain, not only to answer.",
        success_criteria: vec![
            "Mathematics lessons share one set of representations",
            "Results rise by more than the family\u{2019}s",
        ],
        measures: vec![RWM],
        team: vec![
            member("ifeoma", "SLE, mathematics", 16, 16),
            member("head-threll", "professional partner", 4, 4),
        ],
        start: date(2024, 1, 8),
        end: date(2024, 12, 13),
        baseline: AcademicYear::ending(2023),
        outturn: Some(AcademicYear::ending(2025)),
        objectives: vec![objective(
            "One way to teach number",
            "Four schemes in five years.",
            ("Classes using the shared representations, of ten", 2.0, 10.0, 10.0),
            ((2024, 7, 12), Rag::Green),
        )],
        visits: Vec::new(),
        reviews: vec![Review {
            on: date(2024, 7, 12),
            reviewer: "marcus",
            ratings: vec![(
                Rag::Green,
                "All ten classes; Threll has taken the morning number talk home.",
            )],
            decision: "continue",
            next: "Autumn: Joe leads, Ifeoma watches.",
        }],
        signatures: signatures(parties.0, parties.1, (2023, 12, 8)),
        steps,
    }
}

/// Bayside beside Hagglewick, 2024: it rose, and Bayside fell.
fn hagglewick() -> Deployment {
    let parties = (999_203, 999_102);
    let mut steps = course(
        parties,
        (2023, 12, 12),
        (2024, 1, 8),
        (2024, 12, 18),
        "Writing is finished and legible. Bayside gave more than it could spare.",
    );
    steps.push(step((2025, 1, 6), (0, 5), "system", S::Sustaining, ""));
    Deployment {
        key: "dep-hagglewick",
        kind: DeploymentKind::Intensive,
        tier: Tier::Intensive,
        supported: parties.0,
        supporting: parties.1,
        request: Some("req-hagglewick"),
        purpose: "Pupils at Hagglewick write legibly and finish what they begin.",
        supporter_goal: "Grow a deputy who can lead writing elsewhere.",
        success_criteria: vec![
            "Sentence work daily in key stage 2",
            "Results rise by more than the family\u{2019}s",
        ],
        measures: vec![RWM],
        team: vec![member("rhodri", "SLE, writing", 30, 34), member("head-bayside", "head", 6, 6)],
        start: date(2024, 1, 8),
        end: date(2024, 12, 18),
        baseline: AcademicYear::ending(2023),
        outturn: Some(AcademicYear::ending(2025)),
        objectives: vec![objective(
            "Sentences first",
            "No sentence work after Year 2.",
            ("Books with daily sentence work, of forty", 4.0, 36.0, 37.0),
            ((2024, 7, 15), Rag::Green),
        )],
        visits: Vec::new(),
        reviews: vec![Review {
            on: date(2024, 7, 15),
            reviewer: "marcus",
            ratings: vec![(
                Rag::Green,
                "37 books of forty. But Rhodri is away from Year 6 two days in most weeks.",
            )],
            decision: "continue",
            next: "Bayside to say by September what it needs itself.",
        }],
        signatures: signatures(parties.0, parties.1, (2023, 12, 12)),
        steps,
    }
}

/// Corvenham Cross beside Skarrowby, 2024-25: named Progress 8, which the next two years lack.
fn skarrowby() -> Deployment {
    let parties = (999_107, 999_201);
    let mut steps = course(
        parties,
        (2024, 7, 8),
        (2024, 9, 2),
        (2025, 7, 11),
        "First-day contact holds. Progress cannot be told before 2027.",
    );
    steps.push(step((2025, 7, 14), (0, 5), "system", S::Sustaining, ""));
    Deployment {
        key: "dep-skarrowby",
        kind: DeploymentKind::HubEnhanced,
        tier: Tier::Intensive,
        supported: parties.0,
        supporting: parties.1,
        request: Some("req-skarrowby"),
        purpose: "Pupils at Skarrowby are in school, and make the progress they could.",
        supporter_goal: "Learn from Skarrowby\u{2019}s employers how Year 10 stays.",
        success_criteria: vec![
            "Persistent absence falls by more than the family\u{2019}s",
            "Progress no longer below the family",
        ],
        measures: vec![PROGRESS_8],
        team: vec![
            member("stefan", "SLE, attendance", 34, 33),
            member("head-corvenham", "head", 6, 5),
        ],
        start: date(2024, 9, 2),
        end: date(2025, 7, 11),
        baseline: AcademicYear::ending(2024),
        outturn: Some(AcademicYear::ending(2026)),
        objectives: vec![objective(
            "Answered on the first day",
            "Contact stops at the second letter.",
            ("First-day contacts made, of a hundred", 41.0, 95.0, 96.0),
            ((2025, 3, 28), Rag::Green),
        )],
        visits: Vec::new(),
        reviews: Vec::new(),
        signatures: signatures(parties.0, parties.1, (2024, 7, 8)),
        steps,
    }
}

/// Windrose beside Oarsby, 2025: outreach that did not hold.
fn oarsby() -> Deployment {
    let parties = (999_210, 999_112);
    let mut steps = course(
        parties,
        (2025, 1, 10),
        (2025, 1, 20),
        (2025, 7, 4),
        "Plans in place for four children.",
    );
    steps.push(step((2025, 7, 7), (0, 5), "system", S::Sustaining, ""));
    steps.push(step(
        (2026, 7, 10),
        (15, 0),
        "marcus",
        S::Lapsed,
        "Both trained assistants have left; a new request is in.",
    ));
    Deployment {
        key: "dep-oarsby",
        kind: DeploymentKind::Focused,
        tier: Tier::Targeted,
        supported: parties.0,
        supporting: parties.1,
        request: None,
        purpose: "Four children in class all day.",
        supporter_goal: "See what a plan written at Windrose looks like in a class of thirty.",
        success_criteria: vec!["Four plans staff can keep"],
        measures: vec![ABSENCE],
        team: vec![member("miriam", "SLE, autism", 10, 10)],
        start: date(2025, 1, 20),
        end: date(2025, 7, 4),
        baseline: AcademicYear::ending(2024),
        outturn: Some(AcademicYear::ending(2026)),
        objectives: Vec::new(),
        visits: Vec::new(),
        reviews: Vec::new(),
        signatures: signatures(parties.0, parties.1, (2025, 1, 10)),
        steps,
    }
}

/// Fennimoor beside Yarrowstead, 2025: ended early, by agreement.
fn yarrowstead() -> Deployment {
    let parties = (999_209, 999_204);
    Deployment {
        key: "dep-yarrowstead",
        kind: DeploymentKind::Advisory,
        tier: Tier::Universal,
        supported: parties.0,
        supporting: parties.1,
        request: None,
        purpose: "Share a mixed-age curriculum.",
        supporter_goal: "Fennimoor wants a second pair of eyes on its own cycle.",
        success_criteria: vec!["One two-year cycle both can teach"],
        measures: vec![RWM],
        team: vec![TeamMember { day_rate: 0, ..member("head-fennimoor", "head", 6, 2) }],
        start: date(2025, 9, 8),
        end: date(2026, 3, 27),
        baseline: AcademicYear::ending(2025),
        outturn: None,
        objectives: Vec::new(),
        visits: Vec::new(),
        reviews: Vec::new(),
        signatures: signatures(parties.0, parties.1, (2025, 7, 7)),
        steps: vec![
            step((2025, 7, 1), (10, 0), "marcus", S::Drafting, ""),
            step((2025, 7, 2), (10, 0), "marcus", S::Offered, ""),
            step((2025, 7, 7), (9, 30), "head-fennimoor", S::SignedSupporting, ""),
            step((2025, 7, 7), (14, 30), "head-yarrowstead", S::SignedSupported, ""),
            step((2025, 9, 8), (0, 5), "system", S::Active, ""),
            step(
                (2025, 11, 12),
                (16, 0),
                "head-yarrowstead",
                S::TerminatedEarly,
                "Fennimoor\u{2019}s head is covering two classes. We part as friends, and try again in a year.",
            ),
        ],
    }
}

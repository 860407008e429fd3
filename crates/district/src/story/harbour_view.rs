//! The main story: Oakfield moors alongside Harbour View, January to December 2027.

use jiff::civil::date;

use super::support::{
    ABSENCE, Action, ActionStatus, Deployment, DeploymentKind, DeploymentState, Milestone,
    Objective, RWM, Rag, Review, Signature, TeamMember, Visit,
};
use super::{Key, Step, Tier, step};
use crate::{AcademicYear, HARBOUR_VIEW, OAKFIELD, Urn};

type Day = (i16, i8, i8);

const fn day((y, m, d): Day) -> jiff::civil::Date {
    date(y, m, d)
}

fn action(text: &'static str, owner: Key, due: Day, steps: Vec<Step<ActionStatus>>) -> Action {
    Action { text, owner, due: day(due), steps }
}

fn milestone(
    measure: &'static str,
    (baseline, target): (f64, f64),
    due: Day,
    outcome: Option<(f64, Day, Rag)>,
) -> Milestone {
    Milestone {
        measure,
        baseline,
        target,
        due: day(due),
        actual: outcome.map(|o| o.0),
        recorded_on: outcome.map(|o| day(o.1)),
        rag: outcome.map(|o| o.2),
    }
}

fn visit(
    on: Day,
    visitor: Key,
    (kind, half_days): (&'static str, u16),
    purpose: &'static str,
    (strengths, challenge): (&'static str, &'static str),
    agreed: Option<Day>,
) -> Visit {
    Visit {
        on: day(on),
        visitor,
        kind,
        half_days,
        purpose,
        strengths,
        challenge,
        agreed: agreed.map(day),
    }
}

pub(crate) fn deployment() -> Deployment {
    let member = |person, role, half_days, delivered| TeamMember {
        person,
        role,
        half_days,
        delivered,
        day_rate: 350,
    };
    let signature = |person, capacity, school: Option<Urn>, at: (i8, i8)| Signature {
        person,
        capacity,
        school,
        at: date(2026, 12, 11).at(at.0, at.1, 0, 0),
    };
    use DeploymentState as S;
    Deployment {
        key: "dep-harbour-view",
        kind: DeploymentKind::Focused,
        tier: Tier::Targeted,
        supported: HARBOUR_VIEW,
        supporting: OAKFIELD,
        request: Some("req-harbour-view"),
        purpose: "Every child at Harbour View reads by six.",
        supporter_goal: "Test Oakfield\u{2019}s handover to Year 3: do the lowest fifth still read daily?",
        success_criteria: vec![
            "Phonics in Year 1 from 61% to 72% or more in June 2027",
            "Eight of nine phonics lessons meet the rubric by March 2027",
            "Persistent absence 22% or less by July 2027",
            "Reading, writing and mathematics at or above the family by 2028",
        ],
        measures: vec![RWM, ABSENCE],
        team: vec![
            member("daniel", "NLE, leads", 6, 6),
            member("aisha", "SLE, early reading", 18, 17),
            member("bev", "estates, reading space", 1, 1),
        ],
        start: date(2027, 1, 4),
        end: date(2027, 12, 17),
        baseline: AcademicYear::ending(2026),
        outturn: Some(AcademicYear::ending(2027)),
        objectives: objectives(),
        visits: visits(),
        reviews: reviews(),
        signatures: vec![
            signature("daniel", "head", Some(OAKFIELD), (9, 15)),
            signature("priya", "head", Some(HARBOUR_VIEW), (11, 40)),
            signature("moira", "chair", Some(HARBOUR_VIEW), (16, 45)),
        ],
        steps: vec![
            step((2026, 12, 8), (14, 0), "marcus", S::Drafting, "Drafted from the audit."),
            step((2026, 12, 9), (10, 0), "marcus", S::Offered, ""),
            step((2026, 12, 11), (9, 15), "daniel", S::SignedSupporting, ""),
            step(
                (2026, 12, 11),
                (16, 45),
                "moira",
                S::SignedSupported,
                "Signed by head and chair.",
            ),
            step((2027, 1, 4), (0, 5), "system", S::Active, "Baselines frozen."),
            step(
                (2027, 11, 15),
                (15, 0),
                "daniel",
                S::Exiting,
                "Exit plan agreed in July; five weeks to go.",
            ),
            step(
                (2027, 12, 10),
                (16, 20),
                "priya",
                S::Completed,
                "12.0 of 12.5 days delivered, half a day lost to illness.",
            ),
            step(
                (2027, 12, 13),
                (0, 5),
                "system",
                S::Sustaining,
                "Checks after one and three terms.",
            ),
        ],
    }
}

fn objectives() -> Vec<Objective> {
    use ActionStatus as A;
    let quiet = vec![
        step((2027, 1, 15), (9, 0), "nasreen", A::InProgress, ""),
        step((2027, 2, 8), (7, 30), "nasreen", A::Blocked, "Stuck: no release time."),
        step((2027, 2, 9), (17, 0), "daniel", A::InProgress, "Half a day of cover from our side."),
        step((2027, 3, 12), (15, 20), "nasreen", A::Done, ""),
        step((2027, 3, 19), (12, 0), "priya", A::Checked, ""),
    ];
    let done = |owner, start: Day, end: Day| {
        vec![
            step(start, (8, 45), owner, A::InProgress, ""),
            step(end, (15, 45), owner, A::Done, ""),
        ]
    };
    vec![
        Objective {
            title: "One phonics programme, taught daily in all classes",
            why: "Three programmes in one building; two early-career teachers; 61% at the check.",
            theory: "If everyone teaches one programme daily and checks each half term, then no child is lost between teachers, so that every child reads by six.",
            actions: vec![
                action(
                    "Choose the programme and train all staff, office included",
                    "jess",
                    (2027, 1, 29),
                    done("jess", (2027, 1, 6), (2027, 1, 27)),
                ),
                action(
                    "Assess every newcomer within five days",
                    "jess",
                    (2027, 2, 12),
                    done("jess", (2027, 1, 14), (2027, 2, 5)),
                ),
                action(
                    "Half-termly check, read together on one sheet",
                    "jess",
                    (2027, 3, 26),
                    done("jess", (2027, 2, 10), (2027, 3, 24)),
                ),
                action(
                    "A reading space out of the old cloakroom",
                    "bev",
                    (2027, 4, 23),
                    done("bev", (2027, 3, 1), (2027, 4, 20)),
                ),
            ],
            milestones: vec![
                milestone(
                    "Lessons that meet the rubric, of nine",
                    (4.0, 8.0),
                    (2027, 3, 26),
                    Some((7.0, (2027, 3, 24), Rag::Amber)),
                ),
                milestone(
                    "PHONICS_Y1",
                    (61.0, 72.0),
                    (2027, 6, 30),
                    Some((73.0, (2027, 6, 29), Rag::Green)),
                ),
                milestone("PHONICS_Y1", (61.0, 80.0), (2028, 6, 30), None),
            ],
        },
        Objective {
            title: "Children here every day",
            why: "26.1% miss a tenth of school or more; the family stands near 17%.",
            theory: "If absence is answered on the first day and in person, then habits break early, so that fewer become persistent.",
            actions: vec![
                action(
                    "First-day calls by somebody the family knows",
                    "priya",
                    (2027, 2, 5),
                    done("priya", (2027, 1, 11), (2027, 2, 4)),
                ),
                action(
                    "Join the attendance hub at Corvenham Cross",
                    "priya",
                    (2027, 4, 30),
                    done("priya", (2027, 3, 27), (2027, 4, 26)),
                ),
            ],
            milestones: vec![
                milestone(
                    "ATT_PA",
                    (26.1, 24.5),
                    (2027, 3, 26),
                    Some((26.0, (2027, 3, 26), Rag::Red)),
                ),
                milestone(
                    "ATT_PA",
                    (26.1, 22.0),
                    (2027, 7, 20),
                    Some((22.4, (2027, 9, 15), Rag::Amber)),
                ),
            ],
        },
        Objective {
            title: "SEND provision on one map",
            why: "Many interventions, none mapped; the SENCO teaches three days.",
            theory: "If provision is mapped and half as much is done twice as well, then children get what they need in class.",
            actions: vec![action("Map interventions", "nasreen", (2027, 3, 12), quiet)],
            milestones: vec![milestone(
                "Interventions with an entry and an exit, of eleven",
                (2.0, 11.0),
                (2027, 7, 9),
                Some((10.0, (2027, 7, 8), Rag::Green)),
            )],
        },
    ]
}

fn visits() -> Vec<Visit> {
    let coaching = |on, agreed| {
        visit(
            on,
            "daniel",
            ("coaching", 1),
            "Conversation, head to head; what was said stays with them.",
            ("", ""),
            agreed,
        )
    };
    vec![
        visit(
            (2027, 1, 12),
            "aisha",
            ("learning walk", 2),
            "See phonics in four classes, with Jess.",
            (
                "Warm relationships; children love the rhymes; sounds said purely in Reception.",
                "New children are not assessed within five days.",
            ),
            Some((2027, 1, 14)),
        ),
        coaching((2027, 1, 19), Some((2027, 1, 20))),
        visit(
            (2027, 1, 26),
            "aisha",
            ("modelling", 2),
            "Teach a lesson while three colleagues watch; swap.",
            (
                "Everyone tried the new routine the same afternoon.",
                "The pace drops when the book comes out.",
            ),
            Some((2027, 1, 29)),
        ),
        coaching((2027, 2, 9), Some((2027, 2, 10))),
        visit(
            (2027, 2, 23),
            "aisha",
            ("coaching", 2),
            "Beside the two early-career teachers.",
            ("Every child answers every time.", "Keep-up groups start too late in the day."),
            Some((2027, 2, 26)),
        ),
        visit(
            (2027, 3, 9),
            "bev",
            ("support-service visit", 1),
            "Plan the reading space.",
            ("A dry, light cloakroom nobody uses.", "Sockets."),
            Some((2027, 3, 11)),
        ),
        visit(
            (2027, 3, 16),
            "aisha",
            ("online", 1),
            "Look at the half-termly check together; moved online, Oakfield is two teachers short.",
            ("One sheet, one conversation.", "Seven children are on nobody\u{2019}s list."),
            Some((2027, 3, 19)),
        ),
        visit(
            (2027, 3, 25),
            "daniel",
            ("review", 2),
            "First review, with Marcus.",
            ("Seven of nine lessons meet the rubric.", "Attendance has not moved."),
            Some((2027, 3, 30)),
        ),
        visit(
            (2027, 4, 20),
            "aisha",
            ("learning walk", 2),
            "Year 3: how the lowest fifth read daily.",
            ("Books match sounds in every bag.", "Afternoon reading gives way to assembly."),
            Some((2027, 4, 23)),
        ),
        visit(
            (2027, 5, 25),
            "aisha",
            ("modelling", 2),
            "Keep-up groups before ten o\u{2019}clock.",
            ("Jess leads; Aisha watches.", "Two adults still improvise."),
            Some((2027, 5, 28)),
        ),
        visit(
            (2027, 6, 22),
            "aisha",
            ("moderation", 2),
            "Sit beside the phonics check.",
            ("73% at the check.", "Handover to Year 2 is a list, not a talk."),
            Some((2027, 6, 25)),
        ),
        visit(
            (2027, 7, 8),
            "daniel",
            ("review", 2),
            "Second review; exit plan.",
            (
                "The school no longer asks what to do, but what we think.",
                "Who owns the check when Jess is away?",
            ),
            Some((2027, 7, 12)),
        ),
        visit(
            (2027, 9, 21),
            "aisha",
            ("coaching", 2),
            "New staff, same programme.",
            ("The newcomer check runs by itself.", "Nothing new from us: one less thing."),
            Some((2027, 9, 24)),
        ),
        visit(
            (2027, 11, 16),
            "aisha",
            ("learning walk", 2),
            "Last look, Jess leading.",
            ("Nine of nine.", "Keep the half-termly date when inspection comes."),
            Some((2027, 11, 19)),
        ),
        visit(
            (2027, 12, 10),
            "daniel",
            ("review", 1),
            "Closing review.",
            ("Own plan, own people, own pace.", ""),
            Some((2027, 12, 10)),
        ),
    ]
}

fn reviews() -> Vec<Review> {
    vec![
        Review {
            on: date(2027, 3, 26),
            reviewer: "marcus",
            ratings: vec![
                (Rag::Amber, "Seven lessons of nine meet the rubric; the check is in use."),
                (
                    Rag::Red,
                    "26.0% against a milestone of 24.5%; first-day calls began in February.",
                ),
                (Rag::Green, "Map done, after half a day of cover."),
            ],
            decision: "change",
            next: "Ask the attendance hub; tell all leads who else is in the building.",
        },
        Review {
            on: date(2027, 7, 9),
            reviewer: "marcus",
            ratings: vec![
                (Rag::Green, "73% at the phonics check, above the milestone."),
                (Rag::Amber, "22.4% for the year: close to 22."),
                (Rag::Green, "Ten of eleven interventions have an end."),
            ],
            decision: "continue",
            next: "Exit plan agreed; autumn is for handing over.",
        },
        Review {
            on: date(2027, 12, 10),
            reviewer: "marcus",
            ratings: vec![
                (Rag::Green, "Owned by Jess; half-termly check is in the calendar to 2029."),
                (Rag::Amber, "With the attendance hub until Easter."),
                (Rag::Green, "Closed."),
            ],
            decision: "close",
            next: "Checks after one and three terms.",
        },
    ]
}

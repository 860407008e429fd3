//! Support of the year 2026-27: one deployment at every stage.

use jiff::civil::{Date, date};

use super::people::head_of;
use super::support::{
    ABSENCE, Deployment, DeploymentKind, DeploymentState, Milestone, NamedMeasure, Objective, RWM,
    Rag, Review, Signature, TeamMember,
};
use super::{Key, Step, Tier, step};
use crate::{AcademicYear, Urn};

use DeploymentState as S;

/// The latest results when these were signed; none of them has an outturn yet.
const LATEST: AcademicYear = AcademicYear::ending(2026);

#[expect(clippy::too_many_arguments, reason = "a deployment has as many parts")]
fn deployment(
    key: Key,
    kind: DeploymentKind,
    (supported, supporting): (Urn, Urn),
    request: Option<Key>,
    (purpose, supporter_goal): (&'static str, &'static str),
    measures: &[NamedMeasure],
    team: Vec<TeamMember>,
    (start, end): (Date, Date),
    steps: Vec<Step<DeploymentState>>,
) -> Deployment {
    let signatures = steps
        .iter()
        .filter_map(|s| {
            let school = match s.to {
                S::SignedSupporting => supporting,
                S::SignedSupported => supported,
                _ => return None,
            };
            Some(Signature { person: s.by, capacity: "head", school: Some(school), at: s.at })
        })
        .collect();
    Deployment {
        key,
        kind,
        tier: Tier::Targeted,
        supported,
        supporting,
        request,
        purpose,
        supporter_goal,
        success_criteria: vec!["What the request asked for can be seen in the classroom"],
        measures: measures.to_vec(),
        team,
        start,
        end,
        baseline: LATEST,
        outturn: None,
        objectives: Vec::new(),
        visits: Vec::new(),
        reviews: Vec::new(),
        signatures,
        steps,
    }
}

const fn member(person: Key, role: &'static str, half_days: u16, delivered: u16) -> TeamMember {
    TeamMember { person, role, half_days, delivered, day_rate: 350 }
}

/// Steps up to `Active`, stopping at `last`, from a day in one month.
fn signing(
    (supported, supporting): (Urn, Urn),
    (y, m, d): (i16, i8, i8),
    active: (i16, i8, i8),
    last: DeploymentState,
) -> Vec<Step<DeploymentState>> {
    let path = [
        step((y, m, d), (9, 0), "marcus", S::Drafting, ""),
        step((y, m, d + 1), (16, 0), "marcus", S::Offered, ""),
        step((y, m, d + 3), (10, 0), head_of(supporting), S::SignedSupporting, ""),
        step((y, m, d + 4), (12, 30), head_of(supported), S::SignedSupported, ""),
        step(active, (0, 5), "system", S::Active, "Baselines frozen."),
    ];
    let mut steps = Vec::new();
    for s in path {
        let to = s.to;
        steps.push(s);
        if to == last {
            break;
        }
    }
    steps
}

pub(crate) fn all() -> Vec<Deployment> {
    use DeploymentKind::{
        Advisory, CallOff, Exchange, Focused, Governance, NewHeadMentoring, TrustToTrust,
    };
    let year = (date(2027, 1, 11), date(2027, 12, 10));
    let autumn = (date(2026, 9, 14), date(2027, 7, 9));
    let mut list = vec![ludderby()];

    let parties = (999_109, 999_202);
    list.push(deployment(
        "dep-marram",
        NewHeadMentoring,
        parties,
        None,
        (
            "A professional partner for Omar\u{2019}s first two years.",
            "Rosalind wants to hear how a new head sees an old system.",
        ),
        &[],
        vec![TeamMember { day_rate: 0, ..member("head-threll", "professional partner", 12, 2) }],
        autumn,
        signing(parties, (2026, 9, 7), (2026, 9, 14), S::Active),
    ));

    let parties = (999_201, 999_202);
    let mut steps = signing(parties, (2026, 9, 1), (2026, 9, 14), S::Active);
    steps.push(step(
        (2026, 11, 20),
        (17, 30),
        "samir",
        S::Exiting,
        "Draft report is with the school for facts.",
    ));
    list.push(deployment(
        "dep-corvenham",
        Governance,
        parties,
        Some("req-corvenham-governance"),
        (
            "A governance review before the chair changes.",
            "Threll\u{2019}s board borrows the skills audit.",
        ),
        &[],
        vec![TeamMember { day_rate: 0, ..member("samir", "NLG", 4, 3) }],
        (date(2026, 9, 14), date(2026, 12, 18)),
        steps,
    ));

    let parties = (999_106, 999_201);
    let mut steps = signing(parties, (2026, 9, 3), (2026, 9, 21), S::Active);
    steps.push(step(
        (2026, 11, 9),
        (16, 45),
        head_of(999_106),
        S::Paused,
        "Inspection called. We will pick it up in a fortnight.",
    ));
    list.push(deployment(
        "dep-estermouth",
        Focused,
        parties,
        None,
        ("Attendance in Years 10 and 11.", "Corvenham Cross tries tutor conversations."),
        &[ABSENCE],
        vec![member("stefan", "SLE, attendance", 16, 5)],
        autumn,
        steps,
    ));

    let parties = (999_204, 999_112);
    let mut steps = signing(parties, (2026, 9, 7), (2026, 9, 28), S::Active);
    steps.push(step(
        (2026, 11, 17),
        (11, 0),
        "miriam",
        S::UnderVariation,
        "Two more half-days, for the family meetings. Awaits both signatures.",
    ));
    list.push(deployment(
        "dep-fennimoor",
        Focused,
        parties,
        None,
        (
            "One child\u{2019}s whole week, planned with his family.",
            "Windrose sees what village schools can do that it cannot.",
        ),
        &[],
        vec![member("miriam", "SLE, autism", 8, 4)],
        autumn,
        steps,
    ));

    let parties = (999_208, 999_205);
    list.push(deployment(
        "dep-mizzenford",
        Exchange,
        parties,
        None,
        (
            "Early years: outdoors in all weathers.",
            "Ludderby wants Mizzenford\u{2019}s story-making.",
        ),
        &[],
        vec![TeamMember { day_rate: 0, ..member("anneka", "SLE, early years", 4, 0) }],
        year,
        signing(parties, (2026, 11, 16), (2027, 1, 11), S::SignedSupported),
    ));

    let parties = (999_104, 999_207);
    list.push(deployment(
        "dep-lanternfield",
        CallOff,
        parties,
        None,
        ("A reading corner in each of six rooms.", "Bev finds out what infants do to shelves."),
        &[],
        vec![TeamMember { day_rate: 0, ..member("bev", "estates", 2, 0) }],
        year,
        signing(parties, (2026, 11, 17), (2027, 1, 11), S::SignedSupporting),
    ));

    let parties = (999_110, 999_210);
    list.push(deployment(
        "dep-pellingsea",
        Advisory,
        parties,
        Some("req-pellingsea"),
        ("A budget that lasts to 2029.", "Oarsby tests its template on a school of two classes."),
        &[],
        vec![TeamMember { day_rate: 0, ..member("gwil", "school business leader", 4, 0) }],
        year,
        signing(parties, (2026, 11, 23), (2027, 1, 11), S::Offered),
    ));

    let parties = (999_112, 999_206);
    list.push(deployment(
        "dep-windrose",
        CallOff,
        parties,
        Some("req-windrose"),
        ("Wireless that reaches the pool.", "Kestlebridge learns what assistive technology needs."),
        &[],
        vec![TeamMember { day_rate: 200, ..member("teo", "network manager", 6, 0) }],
        year,
        signing(parties, (2026, 11, 24), (2027, 1, 11), S::Drafting),
    ));

    let parties = (999_211, 999_107);
    let mut steps = signing(parties, (2026, 6, 1), (2026, 9, 7), S::Offered);
    steps.push(step(
        (2026, 6, 25),
        (9, 0),
        "marcus",
        S::Cancelled,
        "Roz\u{2019}s release fell through; Petrelness is matched anew.",
    ));
    list.push(deployment(
        "dep-petrelness",
        TrustToTrust,
        parties,
        None,
        ("Science in key stage 3.", "Skarrowby wants practical work back."),
        &[],
        vec![member("roz", "SLE, science", 8, 0)],
        autumn,
        steps,
    ));
    list
}

/// St Brede's beside Ludderby: too early to judge.
fn ludderby() -> Deployment {
    let parties = (999_205, 999_103);
    let mut d = deployment(
        "dep-ludderby",
        DeploymentKind::Focused,
        parties,
        Some("req-ludderby"),
        (
            "Every newcomer to Ludderby assessed within five days, by any teacher.",
            "St Brede\u{2019}s wants its own practice in a form others can use.",
        ),
        &[RWM],
        vec![
            member("yolanda", "SLE, English as an additional language", 14, 5),
            member("head-st-brede", "head", 2, 1),
        ],
        (date(2026, 10, 5), date(2027, 7, 9)),
        signing(parties, (2026, 9, 21), (2026, 10, 5), S::Active),
    );
    d.success_criteria = vec![
        "Newcomers assessed within five days: from 3 of 12 to 12 of 12",
        "Any of ten teachers can do it",
    ];
    d.objectives = vec![Objective {
        title: "The first five days",
        why: "Forty arrivals in a year; one person assesses them all.",
        theory: "If any teacher can assess a newcomer, then nobody waits, so that teaching starts in the first week.",
        actions: Vec::new(),
        milestones: vec![
            Milestone {
                measure: "Newcomers assessed within five days, of twelve",
                baseline: 3.0,
                target: 12.0,
                due: date(2027, 2, 12),
                actual: Some(9.0),
                recorded_on: Some(date(2027, 2, 12)),
                rag: Some(Rag::Amber),
            },
            Milestone {
                measure: "KS2_RWM_EXP",
                baseline: 44.0,
                target: 52.0,
                due: date(2028, 12, 15),
                actual: None,
                recorded_on: None,
                rag: None,
            },
        ],
    }];
    d.reviews = vec![Review {
        on: date(2027, 2, 26),
        reviewer: "marcus",
        ratings: vec![(Rag::Amber, "Nine of twelve, and four teachers can do it.")],
        decision: "continue",
        next: "Results are too early: the first cohort taught this way leaves in 2028.",
    }];
    d
}

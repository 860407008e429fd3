//! Needs audits, one at every state.

use super::needs::{Area, Audit, AuditState, Finding, FindingKind, Level};
use super::people::head_of;
use super::{Key, Step, step};
use crate::Urn;

type Day = (i16, i8, i8);

fn strength(
    key: Key,
    area: Area,
    specialism: &'static str,
    statement: &'static str,
    evidence: &[&'static str],
) -> Finding {
    Finding {
        key,
        kind: FindingKind::Strength,
        area,
        specialism,
        statement,
        root_cause: "",
        evidence: evidence.to_vec(),
        severity: 0,
        confidence: Level::High,
        measures: Vec::new(),
    }
}

#[expect(clippy::too_many_arguments, reason = "a finding has as many parts")]
fn need(
    key: Key,
    area: Area,
    specialism: &'static str,
    severity: u8,
    confidence: Level,
    statement: &'static str,
    root_cause: &'static str,
    evidence: &[&'static str],
    measures: &[&'static str],
) -> Finding {
    Finding {
        key,
        kind: FindingKind::Need,
        area,
        specialism,
        statement,
        root_cause,
        evidence: evidence.to_vec(),
        severity,
        confidence,
        measures: measures.to_vec(),
    }
}

/// The usual road of an audit as far as `last`, starting on a day.
fn road(school: Urn, start: Day, last: AuditState) -> Vec<Step<AuditState>> {
    use AuditState as S;
    let head = head_of(school);
    let (y, m, d) = start;
    let mut steps = vec![step((y, m, d), (8, 50), head, S::Draft, "")];
    let path = [S::InProgress, S::Ready, S::Agreed, S::Moderated, S::Frozen];
    for (i, to) in path.into_iter().enumerate() {
        if last == S::Draft || (last == S::Withdrawn && i > 0) {
            break;
        }
        let day = d + 2 * (i as i8 + 1);
        let by = match to {
            S::Moderated => "marcus",
            S::Frozen => "system",
            _ => head,
        };
        steps.push(step((y, m, day), (15, 10), by, to, ""));
        if to == last {
            break;
        }
    }
    if last == S::Withdrawn {
        let note = "The trust has asked for its own review; we will not do it twice.";
        steps.push(step((y, m, d + 9), (9, 0), head, S::Withdrawn, note));
    }
    steps
}

fn audit(
    key: Key,
    school: Urn,
    title: &'static str,
    reason: &'static str,
    findings: Vec<Finding>,
    steps: Vec<Step<AuditState>>,
) -> Audit {
    Audit { key, school, title, reason, lead: head_of(school), findings, steps }
}

pub(crate) fn all() -> Vec<Audit> {
    use Area::{
        AttendanceAndBehaviour, CurriculumAndTeaching, EarlyYears, FinanceAndOperations, Inclusion,
        LeadershipAndGovernance, PersonalDevelopment, Workforce,
    };
    use AuditState as S;
    use Level::{High, Low, Medium};
    vec![
        harbour_view(),
        audit(
            "audit-brinewick",
            999_108,
            "Where we are: mathematics",
            "Two low years",
            vec![
                strength(
                    "brinewick-s1",
                    PersonalDevelopment,
                    "curriculum/outdoor learning",
                    "Every class spends an afternoon a week on the saltmarsh; pupils speak about it with knowledge.",
                    &["Pupil interviews (n=24)"],
                ),
                need(
                    "brinewick-n1",
                    CurriculumAndTeaching,
                    "curriculum/primary mathematics",
                    4,
                    High,
                    "Pupils leave key stage 1 without secure number facts; Year 3 starts again each autumn.",
                    "Four schemes in five years; no shared representations.",
                    &["Book look, 36 books", "Results of three years"],
                    &["KS2_RWM_EXP"],
                ),
            ],
            road(999_108, (2023, 10, 2), S::Frozen),
        ),
        audit(
            "audit-hagglewick",
            999_203,
            "Autumn audit",
            "New head's first full year",
            vec![
                strength(
                    "hagglewick-s1",
                    Inclusion,
                    "inclusion/english as an additional language",
                    "New arrivals are welcomed by name and paired within a day.",
                    &["Parent interviews (n=18)"],
                ),
                need(
                    "hagglewick-n1",
                    CurriculumAndTeaching,
                    "curriculum/writing",
                    4,
                    Medium,
                    "Writing is long and unfinished; transcription holds composition back.",
                    "No handwriting or sentence work after Year 2.",
                    &["Book look, 40 books"],
                    &["KS2_RWM_EXP"],
                ),
            ],
            road(999_203, (2023, 10, 9), S::Frozen),
        ),
        audit(
            "audit-skarrowby",
            999_107,
            "Progress and attendance",
            "Progress 8 below the family for three years",
            vec![
                strength(
                    "skarrowby-s1",
                    PersonalDevelopment,
                    "careers/employer links",
                    "Eleven employers on the fish quay take every Year 10 pupil.",
                    &["Employer survey"],
                ),
                need(
                    "skarrowby-n1",
                    AttendanceAndBehaviour,
                    "attendance/persistent absence",
                    5,
                    High,
                    "One in three misses a tenth of school.",
                    "First-day contact stops at the second letter.",
                    &["Absence return"],
                    &["ATT_PA", "KS4_P8"],
                ),
            ],
            road(999_107, (2024, 5, 7), S::Frozen),
        ),
        audit(
            "audit-ludderby",
            999_205,
            "Language on arrival",
            "Forty new arrivals in a year",
            vec![
                strength(
                    "ludderby-s1",
                    EarlyYears,
                    "early years/provision",
                    "The outdoor area is used in all weathers, and talk is everywhere in it.",
                    &["Learning walk"],
                ),
                need(
                    "ludderby-n1",
                    Inclusion,
                    "inclusion/english as an additional language",
                    4,
                    High,
                    "Children who arrive after September are assessed in their third week.",
                    "One person does every assessment.",
                    &["Admission log 2025-26"],
                    &["KS2_RWM_EXP"],
                ),
            ],
            road(999_205, (2026, 9, 7), S::Frozen),
        ),
        audit(
            "audit-lanternfield",
            999_105,
            "Mathematics in the junior years",
            "Asked for by governors",
            vec![
                strength(
                    "lanternfield-s1",
                    PersonalDevelopment,
                    "curriculum/sport",
                    "Everyone swims; nobody is left on the side.",
                    &["Register of lessons"],
                ),
                need(
                    "lanternfield-n1",
                    CurriculumAndTeaching,
                    "curriculum/primary mathematics",
                    3,
                    Medium,
                    "Reasoning is taught as a topic, not a habit.",
                    "Planning is bought in and not discussed.",
                    &["Work scrutiny"],
                    &["KS2_RWM_EXP"],
                ),
            ],
            road(999_105, (2026, 10, 5), S::Moderated),
        ),
        audit(
            "audit-petrelness",
            999_211,
            "Behaviour in Years 8 and 9",
            "Suspensions have doubled",
            vec![
                strength(
                    "petrelness-s1",
                    CurriculumAndTeaching,
                    "curriculum/secondary english",
                    "English in Year 7 begins with a whole novel, read aloud.",
                    &["Lesson visits"],
                ),
                need(
                    "petrelness-n1",
                    AttendanceAndBehaviour,
                    "behaviour/routines",
                    4,
                    High,
                    "Corridors are supervised but not calm; lessons start late.",
                    "Three routines for the same moment.",
                    &["Suspensions log"],
                    &["BEH_SUSP"],
                ),
            ],
            road(999_211, (2026, 10, 12), S::Agreed),
        ),
        audit(
            "audit-pellingsea",
            999_110,
            "A small school's year ahead",
            "Two classes, one budget",
            vec![
                strength(
                    "pellingsea-s1",
                    Inclusion,
                    "inclusion/mixed-age teaching",
                    "Mixed-age teaching is planned, not endured.",
                    &["Planning of two terms"],
                ),
                need(
                    "pellingsea-n1",
                    FinanceAndOperations,
                    "finance/curriculum-led budgets",
                    3,
                    Medium,
                    "Reserves end in March 2028 on present numbers.",
                    "Staffing follows history, not classes.",
                    &["Three-year budget"],
                    &["FIN_RES"],
                ),
            ],
            road(999_110, (2026, 11, 2), S::Ready),
        ),
        audit(
            "audit-marram",
            999_109,
            "First look",
            "A new head in his third month",
            vec![strength(
                "marram-s1",
                LeadershipAndGovernance,
                "leadership/staff culture",
                "Nobody has left in three years, and people laugh in the staff room.",
                &["Staff survey (n=21)"],
            )],
            road(999_109, (2026, 11, 16), S::InProgress),
        ),
        audit(
            "audit-fennimoor",
            999_204,
            "Spring audit",
            "Routine",
            Vec::new(),
            road(999_204, (2026, 11, 23), S::Draft),
        ),
        audit(
            "audit-mizzenford",
            999_208,
            "Workforce",
            "Two vacancies since June",
            vec![need(
                "mizzenford-n1",
                Workforce,
                "workforce/recruitment",
                3,
                Low,
                "Two posts unfilled since June.",
                "Nearest station is eleven miles away.",
                &["Vacancy log"],
                &["WF_VAC"],
            )],
            road(999_208, (2026, 10, 1), S::Withdrawn),
        ),
    ]
}

/// The audit of the main story, 16 to 27 November 2026.
fn harbour_view() -> Audit {
    use AuditState as S;
    let findings = vec![
        strength(
            "hv-s1",
            Area::CurriculumAndTeaching,
            "curriculum/music",
            "Every child in key stage 2 plays a stringed instrument; the concert fills the lifeboat hall.",
            &["Observation of three lessons", "Parent survey (n=74)"],
        ),
        strength(
            "hv-s2",
            Area::Inclusion,
            "inclusion/nurture provision",
            "The nurture room brings children back to class: 14 of 17 full time again within two terms.",
            &["Register of the nurture room 2024-26"],
        ),
        need(
            "hv-n1",
            Area::CurriculumAndTeaching,
            "curriculum/early reading",
            4,
            Level::Medium,
            "Too many children are not reading by six: 61% met the phonics standard in Year 1.",
            "Phonics taught in three ways; no half-termly check; two early-career teachers.",
            &["Phonics check 61%", "Book look", "Parent survey (n=74)"],
            &["PHONICS_Y1", "KS2_RWM_EXP", "KS2_RWM_GAP"],
        ),
        need(
            "hv-n2",
            Area::AttendanceAndBehaviour,
            "attendance/persistent absence",
            3,
            Level::High,
            "One child in four misses a tenth of school or more.",
            "Letters go out late, and Fridays are nobody\u{2019}s job.",
            &["Persistent absence 26.1%"],
            &["ATT_PA"],
        ),
        need(
            "hv-n3",
            Area::Inclusion,
            "inclusion/send leadership",
            2,
            Level::Medium,
            "Interventions for children with SEN support are many and not mapped.",
            "The SENCO teaches three days a week.",
            &["Provision list", "Conversation with five parents"],
            &["SEN_ABS"],
        ),
    ];
    let steps = vec![
        step((2026, 11, 16), (8, 40), "priya", S::Draft, "Prefilled from the published figures."),
        step(
            (2026, 11, 16),
            (9, 25),
            "priya",
            S::InProgress,
            "Early reading to Jess; SEND to Nasreen.",
        ),
        step(
            (2026, 11, 25),
            (15, 30),
            "jess",
            S::Ready,
            "Every section has a strength, a need and evidence.",
        ),
        step((2026, 11, 27), (12, 5), "priya", S::Agreed, ""),
        step(
            (2026, 12, 11),
            (16, 45),
            "system",
            S::Frozen,
            "Frozen by the signature of the agreement.",
        ),
    ];
    audit(
        "audit-harbour-view",
        999_101,
        "Every child reads by six",
        "Three years of results below the family, and our own unease",
        findings,
        steps,
    )
}

//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Picks what hangs on audits that nobody agreed.
macro_rules! of_drafts {
    () => {
        "audit IN (SELECT id FROM audit WHERE agreed_at IS NULL AND frozen_at IS NULL AND created_at < $1)"
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "audits nobody agreed",
        "Needs audits that were begun and never agreed, with their sections and findings",
        (Wait::Years(3), "they were begun"),
        &[
            rows("audit_evidence", of_drafts!()),
            rows("finding", of_drafts!()),
            rows("audit_section", of_drafts!()),
            rows("audit", "agreed_at IS NULL AND frozen_at IS NULL AND created_at < $1"),
        ],
        "A school takes longer than a year over a hard audit; nothing was built on one that was \
         never agreed.",
    ),
    Line::stays(
        "audits",
        "Needs audits that were agreed",
        "as long as the school’s records here",
        &["audit", "audit_section", "audit_evidence", "finding"],
        "Plans, requests and agreements rest on them, and a seal shows that nothing in them was \
         changed.",
    ),
    Line::deleted(
        "stages",
        "Earlier stages of improvement of a school, and who said so",
        (Wait::Years(6), "they were set"),
        &[rows(
            "improvement_stage",
            "at < $1 AND EXISTS (SELECT 1 FROM improvement_stage later
               WHERE later.org = improvement_stage.org AND later.at > improvement_stage.at)",
        )],
        "As plans, which they explain; where a school stands now stays.",
    ),
    Line::deleted(
        "tiers",
        "Earlier decisions on a school’s tier of support, and its answers",
        (Wait::Years(6), "they were taken"),
        &[rows(
            "tier_decision",
            "at < $1 AND EXISTS (SELECT 1 FROM tier_decision later
               WHERE later.org = tier_decision.org AND later.at > tier_decision.at)",
        )],
        "As plans, which they explain; the decision that stands now stays.",
    ),
];

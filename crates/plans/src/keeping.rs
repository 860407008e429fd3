//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// Plans that were never agreed.
macro_rules! drafts {
    () => {
        "state IN ('draft', 'proposed') AND live_at IS NULL
           AND changed_at < $1
           AND NOT EXISTS (SELECT 1 FROM plan_version v WHERE v.plan = improvement_plan.id)"
    };
}

macro_rules! of_drafts {
    () => {
        concat!("plan IN (SELECT id FROM improvement_plan WHERE ", drafts!(), ")")
    };
}

macro_rules! objectives_of_drafts {
    () => {
        concat!("objective IN (SELECT id FROM plan_objective WHERE ", of_drafts!(), ")")
    };
}

macro_rules! actions_of_drafts {
    () => {
        concat!("action IN (SELECT id FROM plan_action WHERE ", objectives_of_drafts!(), ")")
    };
}

/// Plans that were closed and ended before a day.
macro_rules! of_closed {
    () => {
        "plan IN (SELECT id FROM improvement_plan
           WHERE state IN ('closed', 'archived') AND end_on < $2)"
    };
}

macro_rules! actions_of_closed {
    () => {
        concat!(
            "action IN (SELECT id FROM plan_action WHERE objective IN \
             (SELECT id FROM plan_objective WHERE ",
            of_closed!(),
            "))"
        )
    };
}

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "plans nobody agreed",
        "Improvement plans that were begun and never agreed, with everything in them",
        (Wait::Years(2), "they were last changed"),
        &[
            rows("action_note", actions_of_drafts!()),
            rows("action_step", actions_of_drafts!()),
            rows("plan_suggestion", of_drafts!()),
            rows("plan_action", objectives_of_drafts!()),
            rows("plan_milestone", objectives_of_drafts!()),
            rows("plan_trial", objectives_of_drafts!()),
            rows("inquiry_stage", objectives_of_drafts!()),
            rows("objective_practice", objectives_of_drafts!()),
            rows("objective_evidence", objectives_of_drafts!()),
            rows("objective_agreement", objectives_of_drafts!()),
            rows("objective_finding", objectives_of_drafts!()),
            rows("plan_objective", of_drafts!()),
            rows("plan_priority", of_drafts!()),
            rows("plan_review", of_drafts!()),
            rows("improvement_plan", drafts!()),
        ],
        "A plan nobody has touched for two years was left.",
    ),
    Line::deleted(
        "words on actions",
        "What was said about single actions, by whom, steps taken because nothing was heard, and \
         suggestions, of plans that are closed",
        (Wait::Years(6), "the plan’s last day"),
        &[
            rows("action_note", actions_of_closed!()),
            rows("action_step", actions_of_closed!()),
            rows("plan_suggestion", of_closed!()),
        ],
        "Long enough for whoever inspects or reviews the years of a plan; what was planned and \
         judged stays.",
    ),
    Line::deleted(
        "reminders of actions",
        "That somebody was reminded of an action",
        (Wait::Years(2), "the letter"),
        &[rows("plan_reminder", "sent_at < $1")],
        "It only keeps anybody from being reminded twice.",
    ),
    Line::stays(
        "plans",
        "Improvement plans that were agreed, with their versions",
        "as long as the school’s records here, and at least six years after their last day",
        &[
            "improvement_plan",
            "plan_priority",
            "plan_objective",
            "objective_agreement",
            "objective_finding",
            "objective_practice",
            "objective_evidence",
            "plan_action",
            "action_note",
            "action_step",
            "plan_milestone",
            "plan_trial",
            "inquiry_stage",
            "plan_suggestion",
            "plan_review",
            "plan_version",
        ],
        "The school’s own account of what it set out to do; a version that was agreed cannot be \
         changed or taken out, and agreements share milestones with it. Names go when a person is \
         forgotten.",
    ),
    Line::deleted(
        "words on shared goals",
        "What was said about the goals of a partnership",
        (Wait::Years(6), "it was said"),
        &[rows("shared_goal_note", "at < $1")],
        "As what is said about plans; the goal and what became of it stays.",
    ),
    Line::deleted(
        "how members find their partnership",
        "Questions to members about their partnership, with how many chose what",
        (Wait::Years(5), "they were asked"),
        &[
            rows("pulse_reply", "pulse IN (SELECT id FROM pulse WHERE opened_on < $2)"),
            rows("pulse_count", "pulse IN (SELECT id FROM pulse WHERE opened_on < $2)"),
            rows("pulse", "opened_on < $2"),
        ],
        "Counts alone, to see whether it gets better; who has answered is deleted when the questions \
         close.",
    ),
    Line::deleted(
        "thanks",
        "What people thanked members of their partnership for",
        (Wait::Years(2), "it was said"),
        &[rows("thanks", "at < $1")],
        "Kind words for their time; nothing counts them.",
    ),
    Line::stays(
        "charters and shared goals",
        "Charters with who accepted them, and goals of a partnership",
        "as long as the partnership’s records here",
        &["charter", "charter_acceptance", "shared_goal"],
        "Members rely on what they accepted, also in earlier versions.",
    ),
];

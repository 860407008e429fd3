//! What a stage and a tier are, and what a decision must say.

use access::{AccountId, Kind, Resource, Visitor, Zone};
use foundation::{OrgRef, id_type, web::FieldError, words};
use jiff::{Timestamp, civil::Date};

id_type! {
    /// A decision on the tier of support.
    DecisionId
}

words! {
    /// Where a school is on its way. Schools move in both directions.
    Stage {
        Stabilise = "stabilise", "Stabilise: what must hold every day is made to hold";
        Repair = "repair", "Repair: what does not work is put right";
        Improve = "improve", "Improve: what works becomes better, everywhere";
        Sustain = "sustain", "Sustain: it lasts when people change";
        Lead = "lead", "Lead: others learn from it here";
    }
}

words! {
    /// How much support.
    Tier {
        Universal = "universal", "Universal: open to every school";
        Targeted = "targeted", "Targeted: one matter, a bounded time";
        Intensive = "intensive", "Intensive: a strong school moors alongside";
    }
}

/// Who reads both, as a page says it.
pub const WHO: &str =
    "the school’s leaders, the body responsible for the school, and the broker of its partnership";

/// A stage with who recorded it, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLine {
    /// The stage.
    pub stage: Stage,
    /// Why.
    pub reason: String,
    /// Who recorded it, by name.
    pub name: String,
    /// For which organisation they did.
    pub body: OrgRef,
    /// When.
    pub at: Timestamp,
}

/// What a decision says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// The tier.
    pub tier: Tier,
    /// On what evidence.
    pub evidence: String,
    /// When it is looked at again.
    pub review_on: Option<Date>,
}

/// The school's answer to a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Whether the school sees it the same way.
    pub agrees: bool,
    /// In its words; may be empty where it agrees.
    pub words: String,
    /// Who answered, by name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// A decision with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its identifier.
    pub id: DecisionId,
    /// The school.
    pub org: OrgRef,
    /// What was decided.
    pub said: NewDecision,
    /// For which organisation it was decided.
    pub body: OrgRef,
    /// Who decided, where they have an account.
    pub account: Option<AccountId>,
    /// Who decided, by name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// The school's answer.
    pub reply: Option<Reply>,
}

/// What the policy knows about where a school stands. The school owns it; its bodies read it and
/// record their view, and so does the broker of a partnership to which it belongs today.
#[must_use]
pub fn resource(
    visitor: &Visitor,
    school: OrgRef,
    bodies: impl IntoIterator<Item = OrgRef>,
) -> Resource {
    let mut partnerships = visitor.partnerships.iter().copied();
    let shared = partnerships.find(|&one| visitor.has_member(one, school));
    Resource::new(Kind::Audit, Zone::Parties, school).responsible(bodies).through(shared)
}

/// What keeps a decision from being recorded. Support that every school may have needs a sentence;
/// what singles a school out needs its evidence and its end.
#[must_use]
pub fn lacks(new: &NewDecision, today: Date) -> Vec<FieldError> {
    let mut lacks = Vec::new();
    let mut need = |given: bool, field: &str, message: String| {
        if !given {
            lacks.push(FieldError { field: field.to_owned(), message });
        }
    };
    let tier = new.tier.key();
    need(
        !new.evidence.trim().is_empty(),
        "evidence",
        match new.tier {
            Tier::Universal => "Say in a sentence why nothing more is needed".to_owned(),
            _ => format!("Write down the evidence: {tier} support is decided on what was seen"),
        },
    );
    match new.review_on {
        None => need(
            new.tier == Tier::Universal,
            "review",
            format!("Say when this is looked at again: {tier} support is never without an end"),
        ),
        Some(day) => {
            need(day > today, "review", "The day of the review must lie ahead".to_owned());
            need(
                day <= today.saturating_add(jiff::Span::new().years(1)),
                "review",
                "A decision is looked at again within a year: choose an earlier day".to_owned(),
            );
        }
    }
    lacks
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn said(tier: Tier, evidence: &str, review_on: Option<Date>) -> Vec<String> {
        let new = NewDecision { tier, evidence: evidence.to_owned(), review_on };
        lacks(&new, date(2026, 11, 9)).into_iter().map(|one| one.field).collect()
    }

    #[test]
    fn what_singles_a_school_out_needs_evidence_and_an_end() {
        assert_eq!(said(Tier::Intensive, " ", None), ["evidence", "review"]);
        assert_eq!(said(Tier::Targeted, "Seen in three lessons", None), ["review"]);
        assert_eq!(said(Tier::Universal, "Steady", None), [""; 0]);
        let spring = Some(date(2027, 3, 26));
        assert_eq!(said(Tier::Intensive, "Seen in three lessons", spring), [""; 0]);
    }

    #[test]
    fn a_review_lies_ahead_and_within_a_year() {
        assert_eq!(said(Tier::Universal, "Steady", Some(date(2026, 11, 9))), ["review"]);
        assert_eq!(said(Tier::Intensive, "Seen", Some(date(2027, 11, 10))), ["review"]);
        assert_eq!(said(Tier::Intensive, "Seen", Some(date(2027, 11, 9))), [""; 0]);
    }
}

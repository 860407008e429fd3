//! The role in which somebody comes to lead a team, and what the pack asks of an agreement with
//! such a leader: a priority, the heads by name, what called for it, colleagues who come too.

use brokerage::{
    cadre::{self, home_school},
    packs::{self, Requirement, RoleKind},
};
use foundation::{OrgRef, Sql};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::terms::{Gap, Terms};
use crate::Refusal;

/// The role of the person who leads a team, with what that role makes an agreement say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The role's code; empty where the leader comes in none.
    pub code: String,
    /// The supported side's head, where the role is from head to head.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub supported_head: String,
    /// The supporting side's head.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub supporting_head: String,
    /// What happened that called for the support.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trigger: String,
}

impl Role {
    /// Whether the leader comes in no role.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.code.is_empty()
    }

    /// What the pack says of the role, while it knows it.
    #[must_use]
    pub fn kind(&self) -> Option<&'static RoleKind> {
        packs::role(&self.code)
    }

    /// What it is called: by its code where the pack has forgotten it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.kind().map_or(self.code.as_str(), |kind| kind.name.as_str())
    }
}

impl Terms {
    /// What the role of the team's leader still asks for.
    #[must_use]
    pub fn role_gaps(&self) -> Vec<Gap> {
        gaps(self)
    }
}

fn gaps(terms: &Terms) -> Vec<Gap> {
    let Some(kind) = terms.role.kind() else { return Vec::new() };
    let mut gaps = Vec::new();
    let mut ask = |unmet: bool, field, what: &str| {
        if unmet {
            gaps.push(Gap { step: "time", field, message: format!("{}: {what}", kind.name) });
        }
    };
    for requirement in &kind.requires {
        match requirement {
            Requirement::Priority => {
                ask(terms.area.is_empty(), "area", "choose the one priority it serves");
            }
            Requirement::BothHeads => {
                let role = &terms.role;
                let sides = [
                    ("supported_head", &role.supported_head, "name the head who is supported"),
                    ("supporting_head", &role.supporting_head, "name the head who supports"),
                ];
                for (field, name, what) in sides {
                    ask(name.trim().is_empty(), field, what);
                }
            }
            Requirement::Trigger => {
                let unsaid = terms.role.trigger.trim().is_empty();
                ask(unsaid, "trigger", "say what happened that called for it");
            }
            Requirement::HomeTeam => {
                let alone = !terms.team.iter().any(|one| !one.lead && one.half_days > 0);
                ask(alone, "role", "name somebody of the home school's team who comes too");
            }
        }
    }
    gaps
}

/// Refuses a role that the leader of the team cannot come in: one the pack does not know, one of
/// the past that this agreement did not have already, or one they do not hold now.
pub(super) async fn must_be_held(
    db: &impl Sql,
    partnership: Option<OrgRef>,
    stored: &Terms,
    terms: &Terms,
    today: Date,
) -> Result<(), Refusal> {
    let lead = |terms: &Terms| {
        terms.team.iter().find(|one| one.lead).map(|one| (one.account, one.name.clone()))
    };
    if terms.role.is_none() || (terms.role.code == stored.role.code && lead(terms) == lead(stored))
    {
        return Ok(());
    }
    let Some(kind) = terms.role.kind() else {
        return Err(Refusal::field("role", "Choose a role from the list"));
    };
    if !kind.is_given_on(today) {
        return Err(Refusal::field(
            "role",
            format!("{} is not given to anybody new at the moment", kind.name),
        ));
    }
    let Some((account, name)) = lead(terms) else {
        return Err(Refusal::field("role", "Say first who leads the team"));
    };
    let held = match account {
        Some(account) => cadre::designations_of(db, account).await?,
        None => Vec::new(),
    };
    let holds = held
        .iter()
        .any(|one| one.role == kind.code && one.org == terms.supporting && one.is_live(today));
    if holds {
        let school = home_school_missing(db, partnership, terms, today).await?;
        return school.map_or(Ok(()), |what| Err(Refusal::field("role", what)));
    }
    Err(Refusal::field(
        "role",
        format!(
            "{name} is not designated as {} and released for it: choose a role they hold, or none",
            kind.name
        ),
    ))
}

/// What the home school of the team's leader lacks for the role they come in, where the pack asks
/// that person and school are both designated.
pub(crate) async fn home_school_missing(
    db: &impl Sql,
    partnership: Option<OrgRef>,
    terms: &Terms,
    on: Date,
) -> Result<Option<String>, Refusal> {
    let code = &terms.role.code;
    Ok(home_school::missing(db, terms.supporting, partnership, code, on).await?)
}

#[cfg(test)]
mod tests {
    use super::{super::terms::tests::storyboard, *};

    fn asked(terms: &Terms) -> Vec<&'static str> {
        terms.gaps().iter().map(|gap| gap.field).collect()
    }

    #[test]
    fn head_to_head_names_one_priority_and_a_head_on_each_side() {
        let mut terms = storyboard();
        terms.role.code = "lle".to_owned();
        assert_eq!(asked(&terms), ["area", "supported_head", "supporting_head"]);
        terms.area = "attendance".to_owned();
        terms.role.supported_head = "Priya Nair".to_owned();
        assert_eq!(asked(&terms), ["supporting_head"]);
        terms.role.supporting_head = "Daniel Reyes".to_owned();
        assert_eq!(asked(&terms), [""; 0]);
    }

    #[test]
    fn a_national_leader_says_what_called_for_it_and_brings_the_team() {
        let mut terms = storyboard();
        terms.role.code = "nle".to_owned();
        assert_eq!(asked(&terms), ["trigger"], "the storyboard's team comes too");
        terms.role.trigger = "Urgent improvement, 12 October".to_owned();
        assert_eq!(asked(&terms), [""; 0]);
        terms.team.truncate(1);
        assert_eq!(asked(&terms), ["role"]);
    }

    #[test]
    fn what_was_sealed_without_a_role_reads_and_seals_as_before() {
        let words = serde_json::to_string(&storyboard()).unwrap();
        assert!(!words.contains("\"role\""), "{words}");
        assert_eq!(serde_json::from_str::<Terms>(&words).unwrap(), storyboard());
    }
}

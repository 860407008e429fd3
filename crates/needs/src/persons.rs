//! What this room holds about a person, and what a person still looks after here.

use access::{AccountId, leaving::Duty};
use foundation::{App, DbError, OrgRef};
use serde_json::{Value, json};

use crate::{
    audits::{self, Audit, Section},
    standing,
};

async fn sections(app: &App, account: AccountId) -> Result<Vec<(Audit, Section)>, DbError> {
    let mut found = Vec::new();
    for audit in audits::given_to(&app.db, account).await? {
        let given = |section: &&Section| {
            section.assignee.as_ref().is_some_and(|(assignee, _)| *assignee == account)
        };
        let mine: Vec<Section> = audit.sections.iter().filter(given).cloned().collect();
        found.extend(mine.into_iter().map(|section| (audit.clone(), section)));
    }
    Ok(found)
}

/// The sections of open audits that a person has been given and has not finished.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let open = |(audit, section): &(Audit, Section)| {
        audit.org == org && audit.state.is_open() && !section.done
    };
    Ok(sections(&app, account)
        .await?
        .into_iter()
        .filter(open)
        .map(|(audit, section)| Duty {
            what: format!("Writes “{}” of the needs audit “{}”", section.name, audit.title),
            href: format!("/audits/{}/sections/{}/give", audit.id, section.area),
        })
        .collect())
}

/// What the room holds about a person: the sections given to them, the tiers of
/// support they decided, the stages they recorded.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    let sections: Vec<Value> = sections(&app, account)
        .await?
        .into_iter()
        .map(|(audit, section)| {
            json!({ "audit": audit.id, "title": audit.title, "school": audit.org,
                    "section": section.name, "finished": section.done })
        })
        .collect();
    let decided: Vec<Value> = standing::decided_by(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({ "school": one.org, "tier": one.said.tier, "evidence": one.said.evidence,
                    "decided_at": one.at.to_string() })
        })
        .collect();
    let stages: Vec<Value> = standing::recorded_by(&app.db, account)
        .await?
        .into_iter()
        .map(|(org, stage, why)| json!({ "school": org, "stage": stage, "why": why }))
        .collect();
    Ok(json!({
        "sections_given_to_you": sections,
        "tiers_you_decided": decided,
        "stages_you_recorded": stages,
    }))
}

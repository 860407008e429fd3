//! What a school's page says of its needs audit, to those who may read the audit.

use access::{Action, Visitor, Zone, decide, looks};
use foundation::{App, DbError, OrgRef};
use register::pages::{Line, Section};

use crate::audits::{self, FindingKind};

/// The strengths and needs of the newest agreed audit.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(app: App, visitor: Visitor, org: OrgRef) -> Result<Vec<Section>, DbError> {
    let audits = audits::audits_of(&app.db, org).await?;
    let Some(audit) = audits.into_iter().find(|audit| audit.state.is_agreed()) else {
        return Ok(Vec::new());
    };
    if !decide(&visitor, Action::Read, &audit.resource()).allowed {
        return Ok(Vec::new());
    }
    looks::record(&app, &visitor, &audit.resource(), "audit", audit.id).await?;
    let of = |kind: FindingKind, heading: &str| Section {
        heading: heading.to_owned(),
        lines: audit
            .findings(kind)
            .map(|(section, finding)| Line {
                text: finding.statement.clone(),
                href: Some(format!("/audits/{}", audit.id)),
                note: section.name.clone(),
            })
            .collect(),
        visible_to: Zone::School.in_words(),
    };
    Ok(vec![
        of(FindingKind::Strength, "Strengths, from the needs audit"),
        of(FindingKind::Need, "Needs, from the needs audit"),
    ])
}

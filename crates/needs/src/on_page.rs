//! What a school's page says of its needs audit and of where it stands, to those who may read them,
//! and what is remembered of both.

use access::{Action, Visitor, Zone, decide, looks};
use foundation::{App, DbError, OrgRef, clock::london};
use register::pages::{Line, Moment, Section};

use crate::{
    audits::{self, Audit, FindingKind},
    standing,
};

/// The strengths and needs of the newest agreed audit.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    let mut sections = vec![standing(&app, &visitor, org).await?];
    let audits = audits::audits_of(&app.db, org).await?;
    let agreed = audits.into_iter().find(|audit| audit.state.is_agreed());
    let readable = |audit: &Audit| decide(&visitor, Action::Read, &audit.resource()).allowed;
    let Some(audit) = agreed.filter(readable) else { return Ok(sections) };
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
    sections.push(of(FindingKind::Strength, "Strengths, from the needs audit"));
    sections.push(of(FindingKind::Need, "Needs, from the needs audit"));
    Ok(sections)
}

/// The stage and the tier in force, with the way to their page.
async fn standing(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Section, DbError> {
    let mut section = Section {
        heading: "Where it stands".to_owned(),
        lines: Vec::new(),
        visible_to: standing::WHO,
    };
    let Some(urn) = org.urn() else { return Ok(section) };
    let bodies = register::bodies(&app.db, [org]).await?.remove(&org).unwrap_or_default();
    let resource = standing::resource(visitor, org, bodies);
    if !decide(visitor, Action::Read, &resource).allowed {
        return Ok(section);
    }
    let href = Some(format!("/schools/{urn}/standing"));
    let stage = standing::stages(&app.db, org).await?.into_iter().next();
    let tier = standing::decisions(&app.db, org).await?.into_iter().next();
    section.lines = vec![
        Line {
            text: stage.as_ref().map_or("No stage recorded yet", |it| it.stage.words()).to_owned(),
            href: href.clone(),
            note: "Stage of improvement".to_owned(),
        },
        Line {
            text: tier
                .as_ref()
                .map_or("No tier of support decided", |it| it.said.tier.words())
                .to_owned(),
            href,
            note: "Tier of support".to_owned(),
        },
    ];
    Ok(section)
}

/// The audits that were agreed, and every stage and tier.
///
/// # Errors
/// When the database cannot be read.
pub async fn memory(app: App, (visitor, org): (Visitor, OrgRef)) -> Result<Vec<Moment>, DbError> {
    let mut moments = Vec::new();
    let audits = audits::audits_of(&app.db, org).await?;
    let shown = access::filter(&visitor, Action::Read, audits, Audit::resource);
    for audit in &shown {
        let Some(at) = audit.agreed_at.filter(|_| audit.state.is_agreed()) else { continue };
        let count = |kind: FindingKind| audit.findings(kind).count();
        moments.push(Moment {
            on: london(at),
            sort: "Needs audit",
            text: audit.title.clone(),
            href: Some(format!("/audits/{}/report", audit.id)),
            note: format!(
                "Strengths: {}. Needs: {}",
                count(FindingKind::Strength),
                count(FindingKind::Need)
            ),
        });
    }
    let listed = shown.iter().map(|audit| (audit.resource(), audit.id.to_string())).collect();
    looks::listed(&app, &visitor, "title of an audit", listed).await?;
    let Some(urn) = org.urn() else { return Ok(moments) };
    let bodies = register::bodies(&app.db, [org]).await?.remove(&org).unwrap_or_default();
    let resource = standing::resource(&visitor, org, bodies);
    if !decide(&visitor, Action::Read, &resource).allowed {
        return Ok(moments);
    }
    let href = Some(format!("/schools/{urn}/standing"));
    for line in standing::stages(&app.db, org).await? {
        moments.push(Moment {
            on: london(line.at),
            sort: "Stage",
            text: line.stage.words().to_owned(),
            href: href.clone(),
            note: format!("{}, {}", line.reason, line.name),
        });
    }
    for one in standing::decisions(&app.db, org).await? {
        let reply = one.reply.as_ref().map_or("", |reply| {
            if reply.agrees { ". The school agreed" } else { ". The school saw it differently" }
        });
        moments.push(Moment {
            on: london(one.at),
            sort: "Tier",
            text: one.said.tier.words().to_owned(),
            href: href.clone(),
            note: format!("Decided by {}{reply}", one.name),
        });
    }
    Ok(moments)
}

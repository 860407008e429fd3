//! What can be done to one section of an audit.

use access::{Action, Permit};
use foundation::{
    App, Sql, Tx,
    db::{AsText, Json},
    events,
};
use jiff::civil::Date;

use super::acts::{advance, event, open};
use super::model::{
    Audit, AuditId, EvidenceId, EvidenceKind, FindingId, FindingKind, Section, SectionText,
};
use super::state::{Act, State, Who};
use crate::ActError;

/// An open section of an audit whose content may change.
fn writable<'a>(audit: &'a Audit, area: &str) -> Result<&'a Section, ActError> {
    if !audit.state.is_open() {
        return Err(ActError::refused(match audit.state {
            State::Draft => "Start the audit first; then its sections can be written.",
            State::Frozen => {
                "This audit belongs to a signed agreement and is frozen. Begin a new audit instead."
            }
            _ => {
                "This audit is agreed, so its content stays as it is. Begin a new audit to record what changed."
            }
        }));
    }
    audit.section(area).ok_or(ActError::NotFound("section"))
}

/// Marks that a section changed, guarding against another writer when a version is given.
async fn touch(tx: &Tx, id: AuditId, area: &str, version: Option<i64>) -> Result<(), ActError> {
    let touched = tx
        .run(
            "UPDATE audit_section SET version = version + 1 WHERE audit = $1 AND area = $2 AND ($3 = 0 OR version = $3)",
            [id.into(), area.into(), version.unwrap_or(0).into()],
        )
        .await?;
    if touched == 0 { Err(foundation::DbError::Conflict("section").into()) } else { Ok(()) }
}

/// Writes a section's own text. `version` is the one the writer saw; 0 writes whatever stands there.
///
/// # Errors
/// When the audit is closed, the section does not exist, or somebody else wrote it meanwhile.
pub async fn write_section(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    text: &SectionText,
    version: i64,
) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    writable(&audit, area)?;
    touch(&tx, id, area, Some(version)).await?;
    tx.run(
        "UPDATE audit_section SET none_seen = $3, root_causes = $4, severity = $5, confidence = $6, self_grade = $7
         WHERE audit = $1 AND area = $2",
        [
            id.into(),
            area.into(),
            text.none_seen.into(),
            text.root_causes.trim().into(),
            text.severity.map(i64::from).into(),
            text.confidence.map(|it| it.key().to_owned()).into(),
            text.self_grade.clone().into(),
        ],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "section written").with(serde_json::json!({ "area": area })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Adds a strength or a need to a section.
///
/// # Errors
/// When the sentence is empty, the audit is closed or the section does not exist.
pub async fn add_finding(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    kind: FindingKind,
    statement: &str,
    kpis: &[String],
) -> Result<FindingId, ActError> {
    permit.must_be_to(&[Action::Update])?;
    if statement.trim().is_empty() {
        return Err(ActError::missing(
            kind.key(),
            format!("Write the {} in a sentence", kind.words().to_lowercase()),
        ));
    }
    let finding = FindingId::new(&app.ids);
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    let place = writable(&audit, area)?.of(kind).map(|f| f.rank).max().unwrap_or(0) + 1;
    tx.run(
        "INSERT INTO finding (id, audit, area, kind, statement, kpis, place, shared) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            finding.into(),
            id.into(),
            area.into(),
            AsText(kind).into(),
            statement.trim().into(),
            Json(kpis.to_vec()).into(),
            place.into(),
            false.into(),
        ],
    )
    .await?;
    touch(&tx, id, area, None).await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "finding added")
            .with(serde_json::json!({ "area": area, "kind": kind.key(), "finding": finding })),
    )
    .await?;
    tx.commit().await?;
    Ok(finding)
}

/// Takes a finding out of an open audit.
///
/// # Errors
/// When the audit is closed or the finding does not exist.
pub async fn drop_finding(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    finding: FindingId,
) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    let section = writable(&audit, area)?;
    let Some(old) = section.findings.iter().find(|f| f.id == finding) else {
        return Err(ActError::NotFound("finding"));
    };
    tx.run("DELETE FROM finding WHERE id = $1", [finding.into()]).await?;
    touch(&tx, id, area, None).await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "finding dropped").with(
            serde_json::json!({ "area": area, "kind": old.kind.key(), "statement": old.statement }),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A new piece of evidence.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// What it says.
    pub summary: String,
    /// From when.
    pub seen_on: Option<Date>,
    /// 1 to 4.
    pub strength: u8,
}

/// Adds a piece of evidence to a section.
///
/// # Errors
/// When it says nothing, its strength is not 1 to 4, or the audit is closed.
pub async fn add_evidence(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    new: &NewEvidence,
) -> Result<EvidenceId, ActError> {
    permit.must_be_to(&[Action::Update])?;
    if new.summary.trim().is_empty() {
        return Err(ActError::missing("evidence", "Say in a sentence what the evidence shows"));
    }
    if !(1..=4).contains(&new.strength) {
        return Err(ActError::missing("strength-of", "Choose how strong the evidence is"));
    }
    let evidence = EvidenceId::new(&app.ids);
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    writable(&audit, area)?;
    tx.run(
        "INSERT INTO audit_evidence (id, audit, area, kind, summary, seen_on, strength) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            evidence.into(),
            id.into(),
            area.into(),
            AsText(new.kind).into(),
            new.summary.trim().into(),
            new.seen_on.map(|on| on.to_string()).into(),
            i64::from(new.strength).into(),
        ],
    )
    .await?;
    touch(&tx, id, area, None).await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "evidence added").with(serde_json::json!({ "area": area })),
    )
    .await?;
    tx.commit().await?;
    Ok(evidence)
}

/// Takes a piece of evidence out of an open audit.
///
/// # Errors
/// When the audit is closed or there is no such evidence.
pub async fn drop_evidence(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    evidence: EvidenceId,
) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    let section = writable(&audit, area)?;
    let Some(old) = section.evidence.iter().find(|e| e.id == evidence) else {
        return Err(ActError::NotFound("piece of evidence"));
    };
    tx.run("DELETE FROM audit_evidence WHERE id = $1", [evidence.into()]).await?;
    touch(&tx, id, area, None).await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "evidence dropped")
            .with(serde_json::json!({ "area": area, "summary": old.summary })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Marks a section as finished; finishing the last one makes the audit ready. The act of the
/// person it was given to, or of the head where it was given to nobody.
///
/// # Errors
/// When something is still missing, or the section was given to somebody else.
pub async fn finish_section(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
) -> Result<State, ActError> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    let section = writable(&audit, area)?;
    if let Some((owner, name)) = &section.assignee
        && permit.person() != Some(*owner)
    {
        return Err(ActError::Refused(format!(
            "{name} looks after this section and says when it is finished. The head can take it back."
        )));
    }
    let lacks = section.lacks();
    if !lacks.is_empty() {
        return Err(ActError::Incomplete(lacks));
    }
    tx.run(
        "UPDATE audit_section SET done = $3, version = version + 1 WHERE audit = $1 AND area = $2",
        [id.into(), area.into(), true.into()],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "section finished").with(serde_json::json!({ "area": area })),
    )
    .await?;
    let rest = audit.sections.iter().filter(|s| s.area != area).all(|s| s.done);
    let state = if rest && audit.state == State::InProgress {
        advance(&tx, permit, &audit, Act::Finish, Who::SectionOwner, "", "ready").await?
    } else {
        audit.state
    };
    tx.commit().await?;
    Ok(state)
}

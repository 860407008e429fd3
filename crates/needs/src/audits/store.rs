//! Reading audits.

use std::collections::BTreeMap;

use access::AccountId;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At, Json, marks},
};
use jiff::civil::Date;
use sea_orm::{FromQueryResult, Value};

use super::model::{
    Audit, AuditId, Confidence, Evidence, EvidenceId, EvidenceKind, Fact, Finding, FindingId,
    FindingKind, Section, SectionText, Signal,
};
use super::state::State;

#[derive(FromQueryResult)]
struct AuditRow {
    id: AuditId,
    org: OrgRef,
    title: String,
    reason: String,
    state: AsText<State>,
    framework: String,
    lead: String,
    due: Option<AsText<Date>>,
    created_at: At,
    agreed_at: Option<At>,
    frozen_at: Option<At>,
    hash: Option<String>,
    version: i64,
}

#[derive(FromQueryResult)]
struct SectionRow {
    audit: AuditId,
    area: String,
    name: String,
    assignee: Option<AccountId>,
    assignee_name: Option<String>,
    done: bool,
    none_seen: bool,
    root_causes: String,
    severity: Option<i64>,
    confidence: Option<AsText<Confidence>>,
    self_grade: Option<String>,
    moderated_severity: Option<i64>,
    moderation_note: Option<String>,
    school_comment: String,
    facts: Json<Vec<Fact>>,
    signals: Json<Vec<Signal>>,
    version: i64,
}

#[derive(FromQueryResult)]
struct FindingRow {
    id: FindingId,
    audit: AuditId,
    area: String,
    kind: AsText<FindingKind>,
    statement: String,
    kpis: Json<Vec<String>>,
    place: i64,
    shared: bool,
}

#[derive(FromQueryResult)]
struct EvidenceRow {
    id: EvidenceId,
    audit: AuditId,
    area: String,
    kind: AsText<EvidenceKind>,
    summary: String,
    seen_on: Option<AsText<Date>>,
    strength: i64,
}

const COLUMNS: &str = "a.id, a.org, a.title, a.reason, a.state, a.framework, a.lead, \
                       a.due, a.created_at, a.agreed_at, a.frozen_at, a.hash, a.version";

fn small(number: i64) -> u8 {
    u8::try_from(number.clamp(0, 5)).unwrap_or(0)
}

/// Loads the audits a condition on `a` (the audit) selects, with everything in them.
async fn load(db: &impl Sql, condition: &str, values: Vec<Value>) -> Result<Vec<Audit>, DbError> {
    let rows: Vec<AuditRow> = db
        .all(
            &format!(
                "SELECT {COLUMNS} FROM audit a WHERE {condition} ORDER BY a.created_at DESC, a.id"
            ),
            values.clone(),
        )
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let within = format!("IN (SELECT a.id FROM audit a WHERE {condition})");
    let sections: Vec<SectionRow> = db
        .all(
            &format!(
                "SELECT audit, area, name, assignee, assignee_name, done, none_seen, root_causes, \
                 severity, confidence, self_grade, moderated_severity, moderation_note, \
                 school_comment, facts, signals, version FROM audit_section \
                 WHERE audit {within} ORDER BY audit, place"
            ),
            values.clone(),
        )
        .await?;
    let findings: Vec<FindingRow> = db
        .all(
            &format!(
                "SELECT id, audit, area, kind, statement, kpis, place, shared FROM finding \
                 WHERE audit {within} ORDER BY kind DESC, place, id"
            ),
            values.clone(),
        )
        .await?;
    let evidence: Vec<EvidenceRow> = db
        .all(
            &format!(
                "SELECT id, audit, area, kind, summary, seen_on, strength FROM audit_evidence \
                 WHERE audit {within} ORDER BY strength DESC, id"
            ),
            values,
        )
        .await?;
    let mut by_audit: BTreeMap<AuditId, Vec<Section>> = BTreeMap::new();
    for row in sections {
        by_audit.entry(row.audit).or_default().push(section(row));
    }
    for row in findings {
        let sections = by_audit.entry(row.audit).or_default();
        if let Some(section) = sections.iter_mut().find(|s| s.area == row.area) {
            section.findings.push(Finding {
                id: row.id,
                kind: row.kind.0,
                statement: row.statement,
                kpis: row.kpis.0,
                rank: row.place,
                shared: row.shared,
            });
        }
    }
    for row in evidence {
        let sections = by_audit.entry(row.audit).or_default();
        if let Some(section) = sections.iter_mut().find(|s| s.area == row.area) {
            section.evidence.push(Evidence {
                id: row.id,
                kind: row.kind.0,
                summary: row.summary,
                seen_on: row.seen_on.map(|on| on.0),
                strength: small(row.strength),
            });
        }
    }
    let bodies = register::bodies(db, rows.iter().map(|row| row.org)).await?;
    Ok(rows
        .into_iter()
        .map(|row| Audit {
            sections: by_audit.remove(&row.id).unwrap_or_default(),
            id: row.id,
            org: row.org,
            responsible: bodies.get(&row.org).cloned().unwrap_or_default(),
            title: row.title,
            reason: row.reason,
            state: row.state.0,
            framework: row.framework,
            lead: row.lead,
            due: row.due.map(|due| due.0),
            created_at: row.created_at.0,
            agreed_at: row.agreed_at.map(|at| at.0),
            frozen: row.frozen_at.map(|at| at.0).zip(row.hash),
            version: row.version,
        })
        .collect())
}

fn section(row: SectionRow) -> Section {
    Section {
        area: row.area,
        name: row.name,
        assignee: row.assignee.zip(row.assignee_name),
        done: row.done,
        text: SectionText {
            none_seen: row.none_seen,
            root_causes: row.root_causes,
            severity: row.severity.map(small),
            confidence: row.confidence.map(|it| it.0),
            self_grade: row.self_grade,
        },
        moderated: row.moderated_severity.map(small).zip(row.moderation_note),
        school_comment: row.school_comment,
        facts: row.facts.0,
        signals: row.signals.0,
        findings: Vec::new(),
        evidence: Vec::new(),
        version: row.version,
    }
}

/// An audit by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn audit(db: &impl Sql, id: AuditId) -> Result<Option<Audit>, DbError> {
    Ok(load(db, "a.id = $1", vec![id.into()]).await?.pop())
}

/// The audits of an organisation, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn audits_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Audit>, DbError> {
    load(db, "a.org = $1", vec![org.into()]).await
}

/// The audits in which a person was given a section.
///
/// # Errors
/// When the database cannot be read.
pub async fn given_to(db: &impl Sql, account: AccountId) -> Result<Vec<Audit>, DbError> {
    load(
        db,
        "a.id IN (SELECT s.audit FROM audit_section s WHERE s.assignee = $1)",
        vec![account.into()],
    )
    .await
}

/// The audits of schools a body is responsible for today, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn under(db: &impl Sql, body: OrgRef) -> Result<Vec<Audit>, DbError> {
    let schools = register::under(db, body).await?;
    if schools.is_empty() {
        return Ok(Vec::new());
    }
    let condition = format!("a.org IN ({})", marks(1, schools.len()));
    load(db, &condition, schools.into_iter().map(Value::from).collect()).await
}

/// A finding with where it was found, as a request for support carries it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The audit.
    pub audit: AuditId,
    /// The school.
    pub org: OrgRef,
    /// The area's code.
    pub area: String,
    /// The area's name.
    pub area_name: String,
    /// The finding.
    pub finding: Finding,
    /// How pressing its section is, after moderation where there was one.
    pub severity: Option<u8>,
    /// How sure the school is.
    pub confidence: Option<Confidence>,
    /// Why it is so.
    pub root_causes: String,
}

fn found(audit: &Audit) -> Vec<Found> {
    audit
        .sections
        .iter()
        .flat_map(|section| {
            section.findings.iter().map(|finding| Found {
                audit: audit.id,
                org: audit.org,
                area: section.area.clone(),
                area_name: section.name.clone(),
                finding: finding.clone(),
                severity: section.moderated.as_ref().map(|m| m.0).or(section.text.severity),
                confidence: section.text.confidence,
                root_causes: section.text.root_causes.clone(),
            })
        })
        .collect()
}

/// What an organisation's newest agreed audit found; empty when there is none.
///
/// # Errors
/// When the database cannot be read.
pub async fn findings_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Found>, DbError> {
    let audits = audits_of(db, org).await?;
    Ok(audits.iter().find(|audit| audit.state.is_agreed()).map(found).unwrap_or_default())
}

/// Findings by their identifiers, in the order of their audits; unknown ones are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn findings(db: &impl Sql, ids: &[FindingId]) -> Result<Vec<Found>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let condition =
        format!("a.id IN (SELECT f.audit FROM finding f WHERE f.id IN ({}))", marks(1, ids.len()));
    let audits = load(db, &condition, ids.iter().map(|&id| id.into()).collect()).await?;
    let mut all: Vec<Found> = audits.iter().flat_map(found).collect();
    all.retain(|one| ids.contains(&one.finding.id));
    Ok(all)
}

/// The strengths that schools have offered to others, by school and area.
///
/// # Errors
/// When the database cannot be read.
pub async fn shared_strengths(db: &impl Sql, orgs: &[OrgRef]) -> Result<Vec<Found>, DbError> {
    if orgs.is_empty() {
        return Ok(Vec::new());
    }
    let condition = format!("a.org IN ({}) AND a.state <> 'withdrawn'", marks(1, orgs.len()));
    let audits = load(db, &condition, orgs.iter().map(|&org| org.into()).collect()).await?;
    let mut all: Vec<Found> = audits.iter().flat_map(found).collect();
    all.retain(|one| one.finding.shared && one.finding.kind == FindingKind::Strength);
    all.sort_by(|a, b| (a.org, &a.area, a.finding.rank).cmp(&(b.org, &b.area, b.finding.rank)));
    Ok(all)
}

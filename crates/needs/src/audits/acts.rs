//! What can be done to an audit. Each act is one transaction: the change, its event and the
//! letters it causes.

use access::{AccountId, Permit};
use foundation::{
    Actor, App, OrgRef, Sql, Tx,
    db::{AsText, At, Json},
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::civil::Date;

use super::model::{
    Audit, AuditId, EvidenceId, EvidenceKind, Fact, FindingId, FindingKind, Section, SectionText,
    Signal,
};
use super::state::{Act, State, Who, step};
use super::store;
use crate::{ActError, Framework, framework::Area};

/// What begins an audit.
#[derive(Clone, Debug)]
pub struct NewAudit {
    /// The school.
    pub org: OrgRef,
    /// The bodies responsible for it.
    pub responsible: Vec<OrgRef>,
    /// What it is called.
    pub title: String,
    /// Why now.
    pub reason: String,
    /// Who leads it, by name.
    pub lead: String,
    /// By when.
    pub due: Option<Date>,
    /// The areas, each with what public data says about it.
    pub areas: Vec<(Area, Vec<Fact>, Vec<Signal>)>,
}

fn event(audit: AuditId, org: OrgRef, verb: &str) -> Event<'_> {
    Event::new("audit", audit, verb).owned_by(org)
}

/// The account behind a permit, when a person acts.
#[must_use]
pub fn account_of(permit: &Permit) -> Option<AccountId> {
    match &permit.context().actor {
        Actor::Person { account, .. } => account.parse().ok(),
        _ => None,
    }
}

/// Creates an audit as a draft with its sections. Needs a permit to create for the school.
///
/// # Errors
/// When a title or a reason is missing, no area is chosen, or the database refuses.
pub async fn create(app: &App, permit: &Permit, new: NewAudit) -> Result<AuditId, ActError> {
    let mut missing = Vec::new();
    for (field, value, message) in [
        ("title", &new.title, "Give the audit a title"),
        ("reason", &new.reason, "Say why you are doing this now"),
    ] {
        if value.trim().is_empty() {
            missing.push(foundation::web::FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    }
    if new.areas.is_empty() {
        missing.push(foundation::web::FieldError {
            field: "areas".to_owned(),
            message: "Choose at least one area to look at".to_owned(),
        });
    }
    if !missing.is_empty() {
        return Err(ActError::Incomplete(missing));
    }
    let framework = Framework::england();
    let id = AuditId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO audit (id, org, responsible, title, reason, state, framework, lead, due, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
        [
            id.into(),
            new.org.into(),
            Json(new.responsible).into(),
            new.title.trim().into(),
            new.reason.trim().into(),
            AsText(State::Draft).into(),
            format!("{}, version {}", framework.name, framework.version).into(),
            new.lead.into(),
            new.due.map(|due| due.to_string()).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    for (place, (area, facts, signals)) in new.areas.into_iter().enumerate() {
        tx.run(
            "INSERT INTO audit_section (audit, area, place, name, done, none_seen, root_causes, school_comment, facts, signals, version)
             VALUES ($1, $2, $3, $4, $5, $5, '', '', $6, $7, 1)",
            [
                id.into(),
                area.code.into(),
                i64::try_from(place).unwrap_or(i64::MAX).into(),
                area.name.into(),
                false.into(),
                Json(facts).into(),
                Json(signals).into(),
            ],
        )
        .await?;
    }
    events::append(&tx, permit.context(), event(id, new.org, "created")).await?;
    tx.commit().await?;
    Ok(id)
}

/// Loads an audit for an act.
async fn open(tx: &Tx, id: AuditId) -> Result<Audit, ActError> {
    store::audit(tx, id).await?.ok_or(ActError::NotFound("audit"))
}

/// Moves an audit one step and records it; the caller commits.
async fn advance(
    tx: &Tx,
    permit: &Permit,
    audit: &Audit,
    act: Act,
    who: Who,
    set: &str,
    verb: &str,
) -> Result<State, ActError> {
    let to = step(audit.state, act, who)?;
    let sql = format!(
        "UPDATE audit SET state = $2, version = version + 1{set} WHERE id = $1 AND version = $3"
    );
    let touched = tx.run(&sql, [audit.id.into(), AsText(to).into(), audit.version.into()]).await?;
    if touched == 0 {
        return Err(foundation::DbError::Conflict("audit").into());
    }
    events::append(tx, permit.context(), event(audit.id, audit.org, verb)).await?;
    Ok(to)
}

/// Starts the work: from now on sections can be written. The head's act.
///
/// # Errors
/// When the audit is not a draft.
pub async fn begin(app: &App, permit: &Permit, id: AuditId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    advance(&tx, permit, &audit, Act::Begin, Who::Head, "", "begun").await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a section to a member of staff, or takes it back with `None`. The head's act.
///
/// # Errors
/// When the audit is agreed or closed already, or the section does not exist.
pub async fn delegate(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    to: Option<&access::accounts::Account>,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    if !audit.state.is_open() && audit.state != State::Draft {
        return Err(ActError::refused(
            "Sections can be given to people until the audit is agreed.",
        ));
    }
    let section = audit.section(area).ok_or(ActError::NotFound("section"))?;
    tx.run(
        "UPDATE audit_section SET assignee = $3, assignee_name = $4, version = version + 1 WHERE audit = $1 AND area = $2",
        [
            id.into(),
            area.into(),
            to.map(|person| person.id).map_or(sea_orm::Value::String(None), Into::into),
            to.map(|person| person.name.clone()).into(),
        ],
    )
    .await?;
    if let Some(person) = to {
        let letter = Letter {
            recipient: person.email.clone(),
            subject: "A part of our needs audit is yours".to_owned(),
            body: format!(
                "Hello {},\n\n{} has asked you to look after “{}” in our needs audit. You see and \
                 write only this part.{}\n\nBegin here: {}/audits/{id}/sections/{area}\n",
                person.name,
                permit.context().actor.name(),
                section.name,
                audit.due.map_or(String::new(), |due| format!(
                    " It is wanted by {}.",
                    foundation::clock::date_in_words(due)
                )),
                app.config.public_url(),
            ),
        };
        mail::post(&tx, &app.ids, permit.context(), &letter).await?;
    }
    let verb = if to.is_some() { "delegated" } else { "taken back" };
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, verb)
            .with(serde_json::json!({ "area": area, "to": to.map(|p| p.name.clone()) })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

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
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    let section = writable(&audit, area)?;
    if let Some((owner, name)) = &section.assignee
        && account_of(permit) != Some(*owner)
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

/// Agrees the audit. The head's act.
///
/// # Errors
/// [`ActError::Incomplete`] with an explanation when there is no need or no strength, or a
/// section lacks its evidence.
pub async fn agree(app: &App, permit: &Permit, id: AuditId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    step(audit.state, Act::Agree, Who::Head)?;
    let lacks = audit.lacks();
    if !lacks.is_empty() {
        return Err(ActError::Incomplete(lacks));
    }
    let set = format!(", agreed_at = {}", permit.context().at.as_microsecond());
    advance(&tx, permit, &audit, Act::Agree, Who::Head, &set, "agreed").await?;
    tx.commit().await?;
    Ok(())
}

/// What moderation says about one section.
#[derive(Clone, Debug)]
pub struct Moderation {
    /// The area.
    pub area: String,
    /// The severity after moderation, 1 to 5.
    pub severity: u8,
    /// Why.
    pub note: String,
}

/// Records moderation by the body responsible for the school.
///
/// # Errors
/// When the audit is not agreed, a note is missing, or a severity is out of range.
pub async fn moderate(
    app: &App,
    permit: &Permit,
    id: AuditId,
    who: Who,
    notes: &[Moderation],
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    step(audit.state, Act::Moderate, who)?;
    for note in notes {
        if audit.section(&note.area).is_none() {
            return Err(ActError::NotFound("section"));
        }
        if !(1..=5).contains(&note.severity) || note.note.trim().is_empty() {
            return Err(ActError::missing(
                &format!("note-{}", note.area),
                "Say why, so that the school can answer",
            ));
        }
        tx.run(
            "UPDATE audit_section SET moderated_severity = $3, moderation_note = $4, version = version + 1 WHERE audit = $1 AND area = $2",
            [
                id.into(),
                note.area.clone().into(),
                i64::from(note.severity).into(),
                note.note.trim().into(),
            ],
        )
        .await?;
    }
    advance(&tx, permit, &audit, Act::Moderate, who, "", "moderated").await?;
    tx.commit().await?;
    Ok(())
}

/// The school's comment on a moderated section.
///
/// # Errors
/// When the audit is not moderated.
pub async fn comment(
    app: &App,
    permit: &Permit,
    id: AuditId,
    area: &str,
    words: &str,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    if audit.state != State::Moderated {
        return Err(ActError::refused(
            "A comment answers moderation, and there is none to answer.",
        ));
    }
    audit.section(area).ok_or(ActError::NotFound("section"))?;
    tx.run(
        "UPDATE audit_section SET school_comment = $3, version = version + 1 WHERE audit = $1 AND area = $2",
        [id.into(), area.into(), words.trim().into()],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, "commented").with(serde_json::json!({ "area": area })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Freezes an agreed audit because an agreement that rests on it was signed, in the signing's own
/// transaction, and returns the fingerprint. An audit that is frozen already keeps its fingerprint.
///
/// # Errors
/// When the audit is not agreed.
pub async fn freeze(
    tx: &Tx,
    permit: &Permit,
    id: AuditId,
    agreement: &str,
) -> Result<String, ActError> {
    let audit = open(tx, id).await?;
    if let Some((_, hash)) = audit.frozen {
        return Ok(hash);
    }
    let hash = audit.fingerprint();
    let set = format!(", frozen_at = {}", permit.context().at.as_microsecond());
    advance(tx, permit, &audit, Act::Freeze, Who::System, &set, "frozen").await?;
    tx.run(
        "UPDATE audit SET hash = $2, frozen_for = $3 WHERE id = $1",
        [id.into(), hash.clone().into(), agreement.into()],
    )
    .await?;
    Ok(hash)
}

/// Withdraws an audit that is not frozen; the reason stays in the record. The head's act.
///
/// # Errors
/// When the audit is frozen or withdrawn already, or no reason is given.
pub async fn withdraw(app: &App, permit: &Permit, id: AuditId) -> Result<(), ActError> {
    if permit.context().reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(ActError::missing("reason", "Say in a few words why it is withdrawn"));
    }
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    advance(&tx, permit, &audit, Act::Withdraw, Who::Head, "", "withdrawn").await?;
    tx.commit().await?;
    Ok(())
}

/// Offers a strength to other schools, or stops offering it. The head's act, at any time before
/// the audit is withdrawn: sharing does not change what was found.
///
/// # Errors
/// When it is no strength of this audit, or the audit is withdrawn.
pub async fn share(
    app: &App,
    permit: &Permit,
    id: AuditId,
    finding: FindingId,
    shared: bool,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let audit = open(&tx, id).await?;
    if audit.state == State::Withdrawn {
        return Err(ActError::refused("A withdrawn audit shares nothing."));
    }
    if !audit.findings(FindingKind::Strength).any(|(_, one)| one.id == finding) {
        return Err(ActError::NotFound("strength"));
    }
    tx.run("UPDATE finding SET shared = $2 WHERE id = $1", [finding.into(), shared.into()]).await?;
    events::append(
        &tx,
        permit.context(),
        event(id, audit.org, if shared { "strength shared" } else { "strength kept private" })
            .with(serde_json::json!({ "finding": finding })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

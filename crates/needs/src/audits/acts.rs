//! What can be done to an audit. Each act is one transaction: the change, its event and the
//! letters it causes.

use access::{Action, Permit};
use foundation::{
    App, OrgRef, Sql, Tx,
    db::{AsText, At, Json},
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::civil::Date;

use super::model::{Audit, AuditId, Fact, FindingId, FindingKind, Signal};
use super::state::{Act, State, Who, step};
use super::store;
use crate::{ActError, Framework, framework::Area};

/// What begins an audit.
#[derive(Clone, Debug)]
pub struct NewAudit {
    /// The school.
    pub org: OrgRef,
    /// What it is called.
    pub title: String,
    /// Why now.
    pub reason: String,
    /// Who leads it, by name.
    pub lead: String,
    /// By when.
    pub due: Option<Date>,
    /// The framework it looks through.
    pub framework: &'static Framework,
    /// The areas, each with what public data says about it.
    pub areas: Vec<(Area, Vec<Fact>, Vec<Signal>)>,
}

pub(super) fn event(audit: AuditId, org: OrgRef, verb: &str) -> Event<'_> {
    Event::new("audit", audit, verb).owned_by(org)
}

/// Creates an audit as a draft with its sections. Needs a permit to create for the school.
///
/// # Errors
/// When a title or a reason is missing, no area is chosen, or the database refuses.
pub async fn create(app: &App, permit: &Permit, new: NewAudit) -> Result<AuditId, ActError> {
    permit.must_be_to(&[Action::Create])?;
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
    let id = AuditId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO audit (id, org, title, reason, state, framework, lead, due, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        [
            id.into(),
            new.org.into(),
            new.title.trim().into(),
            new.reason.trim().into(),
            AsText(State::Draft).into(),
            new.framework.edition().into(),
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
pub(super) async fn open(tx: &Tx, id: AuditId) -> Result<Audit, ActError> {
    store::audit(tx, id).await?.ok_or(ActError::NotFound("audit"))
}

/// Moves an audit one step and records it; the caller commits.
pub(super) async fn advance(
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
    permit.must_be_to(&[Action::Sign])?;
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
    permit.must_be_to(&[Action::Sign])?;
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
        mail::post(&tx, app, permit.context(), &letter).await?;
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

/// Agrees the audit. The head's act.
///
/// # Errors
/// [`ActError::Incomplete`] with an explanation when there is no need or no strength, or a
/// section lacks its evidence.
pub async fn agree(app: &App, permit: &Permit, id: AuditId) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Sign])?;
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
    permit.must_be_to(&[Action::Propose])?;
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
    permit.must_be_to(&[Action::Sign])?;
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
    permit.must_be_to(&[Action::Sign])?;
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
    permit.must_be_to(&[Action::Sign])?;
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

//! What the leaders of a body do about a matter: write it down, say who stands behind it, send it, note
//! what came of it.

use std::collections::BTreeSet;

use access::{Action, Permit, Visitor};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::AsText,
    events::{self, Event},
};
use jiff::civil::Date;
use serde_json::json;

use super::{Act, InfluenceId, Record, State, Way, candidates, evidence, find, standings};
use crate::{Refusal, agreements::terms::Gap, machine::step};

/// What somebody writes.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What it is about.
    pub topic: String,
    /// In which way it is said.
    pub way: Option<Way>,
    /// Who decides.
    pub audience: String,
    /// By when.
    pub deadline: Option<Date>,
    /// What is said.
    pub position: String,
    /// What it rests on.
    pub evidence: Vec<Record>,
}

impl Words {
    fn checked(&self) -> Result<Way, Refusal> {
        let mut gaps = Vec::new();
        let mut need = |given: bool, field: &'static str, message: &str| {
            if !given {
                gaps.push(Gap { step: "", field, message: message.to_owned() });
            }
        };
        need(!self.topic.trim().is_empty(), "topic", "Say what it is about");
        need(self.way.is_some(), "way", "Choose how it is said");
        need(!self.audience.trim().is_empty(), "audience", "Say who decides about it");
        match self.way {
            Some(way) if gaps.is_empty() => Ok(way),
            _ => Err(Refusal::Incomplete(gaps)),
        }
    }
}

async fn keep_evidence(tx: &Tx, id: InfluenceId, records: &[Record]) -> Result<(), DbError> {
    tx.run("DELETE FROM influence_evidence WHERE item = $1", [id.into()]).await?;
    let sql = "INSERT INTO influence_evidence (item, record) VALUES ($1, $2)";
    for record in records.iter().collect::<BTreeSet<_>>() {
        tx.run(sql, [id.into(), record.to_string().into()]).await?;
    }
    Ok(())
}

/// Refuses evidence the writer cannot open or that is no record of the body.
async fn must_know(
    tx: &Tx,
    visitor: &Visitor,
    org: OrgRef,
    records: &[Record],
) -> Result<(), Refusal> {
    let known = candidates(tx, visitor, org).await?;
    if records.iter().all(|record| known.iter().any(|one| one.record == *record)) {
        return Ok(());
    }
    Err(Refusal::field("evidence", "Choose records from the list: one of these is not there"))
}

/// Writes down a matter.
///
/// # Errors
/// [`Refusal::Incomplete`] that names every missing field.
pub async fn begin(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    new: &Words,
) -> Result<InfluenceId, Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let way = new.checked()?;
    let id = InfluenceId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO influence_item (id, org, topic, way, audience, position, deadline, state,
           endorsed, sent, response, outcome, changed_on, version)
         VALUES ($1, $2, $3, $4, $5, '', $6, 'spotted', '', '', '', '', $7, 1)",
        [
            id.into(),
            org.into(),
            new.topic.trim().into(),
            AsText(way).into(),
            new.audience.trim().into(),
            new.deadline.map(|on| on.to_string()).into(),
            AsText(london(permit.context().at)).into(),
        ],
    )
    .await?;
    let event = Event::new("influence", id, "spotted").owned_by(org);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes what is said and on which evidence. What was endorsed has to be endorsed anew.
///
/// # Errors
/// [`Refusal::Incomplete`] that names every missing field; [`Refusal::Field`] for evidence the writer
/// may not open; [`DbError::Conflict`] when somebody else wrote first.
pub async fn write(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    id: InfluenceId,
    seen: i64,
    new: &Words,
) -> Result<(), Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), Act::Write, &standings(&tx, visitor, it.org).await?)?;
    let way = new.checked()?;
    must_know(&tx, visitor, it.org, &new.evidence).await?;
    let rows = tx
        .run(
            "UPDATE influence_item SET topic = $3, way = $4, audience = $5, deadline = $6,
               position = $7, state = $8, endorsed = '', changed_on = $9, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                new.topic.trim().into(),
                AsText(way).into(),
                new.audience.trim().into(),
                new.deadline.map(|on| on.to_string()).into(),
                new.position.trim().into(),
                AsText(to).into(),
                AsText(london(permit.context().at)).into(),
            ],
        )
        .await?;
    if rows == 0 {
        return Err(DbError::Conflict("matter").into());
    }
    keep_evidence(&tx, id, &new.evidence).await?;
    let event = Event::new("influence", id, "written").owned_by(it.org);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a matter a step further: who stands behind it, that it was sent, what was answered, what came
/// of it, or that it is left.
///
/// # Errors
/// [`Refusal::Field`] without words or with a day that lies ahead; [`Refusal::NotNow`] when nothing is
/// said yet or it rests on no record; [`DbError::Conflict`] when somebody else wrote first.
pub async fn take(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    id: InfluenceId,
    seen: i64,
    act: Act,
    said: (&str, Option<Date>),
) -> Result<State, Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let (words, on) = (said.0.trim(), said.1);
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), act, &standings(&tx, visitor, it.org).await?)?;
    let column = match act {
        Act::Write => return Err(Refusal::NotFound),
        Act::Endorse => "endorsed",
        Act::Submit => "sent",
        Act::Answer => "response",
        Act::Note | Act::Leave => "outcome",
    };
    if act == Act::Endorse {
        let rests = !evidence(&tx, id).await?.is_empty();
        if it.position.is_empty() || !rests {
            return Err(Refusal::NotNow(
                "Write first what is said, and choose at least one record it rests on.".to_owned(),
            ));
        }
    }
    if words.is_empty() && act != Act::Submit {
        return Err(Refusal::field("words", asked(act)));
    }
    if act == Act::Submit && on.is_none_or(|on| on > today) {
        return Err(Refusal::field("on", "Enter the day it was sent: today, or a day before"));
    }
    let sql = format!(
        "UPDATE influence_item SET {column} = $3, state = $4, submitted_on = COALESCE($5, submitted_on),
           changed_on = $6, version = version + 1
         WHERE id = $1 AND version = $2"
    );
    let sent_on = on.filter(|_| act == Act::Submit).map(|on| on.to_string());
    let rows = tx
        .run(
            &sql,
            [
                id.into(),
                seen.into(),
                words.into(),
                AsText(to).into(),
                sent_on.into(),
                AsText(today).into(),
            ],
        )
        .await?;
    if rows == 0 {
        return Err(DbError::Conflict("matter").into());
    }
    let event = Event::new("influence", id, act.key()).owned_by(it.org);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(to)
}

/// What an act asks for, as the refusal of empty words.
const fn asked(act: Act) -> &'static str {
    match act {
        Act::Endorse => "Say who stands behind it and since when: the board, and its minute",
        Act::Answer => "Say in a few words what was answered",
        Act::Note => "Say what came of it, also where nothing did",
        Act::Leave => "Say why it is left",
        Act::Write | Act::Submit => "Say how it was sent",
    }
}

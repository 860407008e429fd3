//! Recording a stage, deciding a tier, answering. Each is one transaction with its event and the
//! letters it causes.

use access::{Action, Permit, looks};
use foundation::{
    App, DbError, OrgRef, Sql as _, Tx,
    clock::date_in_words,
    db::{AsText, At},
    events::{self, Event},
    mail::{self, Letter},
};
use serde_json::json;

use super::model::{Decision, DecisionId, NewDecision, Stage, lacks};
use super::store;
use crate::ActError;

/// Where it is read.
fn address(app: &App, org: OrgRef) -> String {
    let urn = org.urn().map_or_else(String::new, |urn| urn.to_string());
    format!("{}/schools/{urn}/standing", app.config.public_url())
}

/// For which organisation somebody acts: a side, one responsible, the partnership; else, where the
/// school shares with it, the one of their post.
async fn body(tx: &Tx, app: &App, permit: &Permit, org: OrgRef) -> Result<OrgRef, DbError> {
    if let Some(body) = permit.context().acting_for {
        return Ok(body);
    }
    let Some(account) = permit.person() else { return Ok(org) };
    let posts = access::accounts::posts(tx, &app.clock, account).await?;
    Ok(posts.first().map_or(org, |post| post.org))
}

/// Tells the heads of a school what somebody outside it recorded.
async fn tell_heads(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    org: OrgRef,
    subject: &str,
    what: &str,
) -> Result<(), DbError> {
    let author = permit.person();
    for head in looks::leaders(tx, app, org).await? {
        if Some(head.id) == author {
            continue;
        }
        let letter = Letter {
            recipient: head.email.clone(),
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\n{} {what}\n\nRead it, with the reasons: {}\n",
                head.name,
                permit.context().actor.name(),
                address(app, org)
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}

/// Records where a school is on its way. Needs a permit to suggest: the school's own leaders, those
/// responsible for it or its broker.
///
/// # Errors
/// When no reason is given or the school is there already.
pub async fn record(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    stage: Stage,
    reason: &str,
) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Propose])?;
    if reason.trim().is_empty() {
        return Err(ActError::missing("reason", "Say what has changed, so that others understand"));
    }
    let tx = app.db.write().await?;
    if store::stages(&tx, org).await?.first().is_some_and(|line| line.stage == stage) {
        return Err(ActError::missing("stage", "The school is at this stage already"));
    }
    let body = body(&tx, app, permit, org).await?;
    tx.run(
        "INSERT INTO improvement_stage (id, org, stage, reason, account, name, body, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            app.ids.next().to_string().into(),
            org.into(),
            AsText(stage).into(),
            reason.trim().into(),
            permit.person().map_or(sea_orm::Value::String(None), Into::into),
            permit.context().actor.name().into(),
            body.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    tell_heads(
        &tx,
        app,
        permit,
        org,
        "The stage of your school was recorded",
        "has recorded where your school is on its way.",
    )
    .await?;
    let event = Event::new("standing", org, "stage recorded").owned_by(org);
    events::append(&tx, permit.context(), event.with(json!({ "stage": stage }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Decides how much support a school needs. Somebody outside the school does, with a permit to
/// suggest; the school is told and answers.
///
/// # Errors
/// [`ActError::Incomplete`] when the evidence or the day of the review is missing.
pub async fn decide(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    new: &NewDecision,
) -> Result<DecisionId, ActError> {
    permit.must_be_to(&[Action::Propose])?;
    let lacks = lacks(new, foundation::clock::london(permit.context().at));
    if !lacks.is_empty() {
        return Err(ActError::Incomplete(lacks));
    }
    let id = DecisionId::new(&app.ids);
    let tx = app.db.write().await?;
    let body = body(&tx, app, permit, org).await?;
    tx.run(
        "INSERT INTO tier_decision (id, org, tier, evidence, review_on, account, name, body, at, reply)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
        [
            id.into(),
            org.into(),
            AsText(new.tier).into(),
            new.evidence.trim().into(),
            new.review_on.map(|day| day.to_string()).into(),
            permit.person().map_or(sea_orm::Value::String(None), Into::into),
            permit.context().actor.name().into(),
            body.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let until = new.review_on.map_or_else(String::new, |day| {
        format!(" It is looked at again on {}.", date_in_words(day))
    });
    tell_heads(
        &tx,
        app,
        permit,
        org,
        "A decision about support waits for your answer",
        &format!("has decided how much support your school may have.{until} Say how you see it."),
    )
    .await?;
    let event = Event::new("standing", org, "tier decided").owned_by(org);
    let told = json!({ "decision": id, "tier": new.tier, "review": new.review_on });
    events::append(&tx, permit.context(), event.with(told)).await?;
    tx.commit().await?;
    Ok(id)
}

/// The school's answer to the decision in force. The head's act.
///
/// # Errors
/// When there is nothing to answer, it was answered or replaced meanwhile, or a school that sees it
/// differently does not say how.
pub async fn reply(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    id: DecisionId,
    agrees: bool,
    words: &str,
) -> Result<(), ActError> {
    permit.must_be_to(&[Action::Sign])?;
    if !agrees && words.trim().is_empty() {
        return Err(ActError::missing("words", "Say how you see it"));
    }
    let tx = app.db.write().await?;
    let newest = store::decisions(&tx, org).await?.into_iter().next();
    let Some(decision) = newest.filter(|one| one.id == id) else {
        return Err(ActError::missing("words", "There is a newer decision: read that one first"));
    };
    let touched = tx
        .run(
            "UPDATE tier_decision SET agrees = $2, reply = $3, replied_at = $4, reply_account = $5, \
             reply_name = $6 WHERE id = $1 AND replied_at IS NULL",
            [
                id.into(),
                agrees.into(),
                words.trim().into(),
                At(permit.context().at).into(),
                permit.person().map_or(sea_orm::Value::String(None), Into::into),
                permit.context().actor.name().into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(ActError::missing("words", "A colleague has answered this meanwhile"));
    }
    answered(&tx, app, permit, &decision, agrees).await?;
    let event = Event::new("standing", org, "tier answered").owned_by(org);
    let told = json!({ "decision": id, "agrees": agrees });
    events::append(&tx, permit.context(), event.with(told)).await?;
    tx.commit().await?;
    Ok(())
}

/// Tells who decided that the school has answered.
async fn answered(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    decision: &Decision,
    agrees: bool,
) -> Result<(), DbError> {
    let Some(account) = decision.account else { return Ok(()) };
    let Some(person) = access::accounts::get(tx, account).await? else { return Ok(()) };
    let letter = Letter {
        recipient: person.email,
        subject: "A school has answered your decision".to_owned(),
        body: format!(
            "Hello {},\n\n{} has answered your decision about support{}.\n\nRead it: {}\n",
            person.name,
            permit.context().actor.name(),
            if agrees { ", and sees it the same way" } else { ", and sees it differently" },
            address(app, decision.org)
        ),
    };
    mail::post(tx, app, permit.context(), &letter).await
}

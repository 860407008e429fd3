//! What can be done to a request. Each act is one transaction: the change, its event, its letters.

use access::{Permit, Role, accounts};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::{date_in_words, in_words, london},
    db::{AsText, At, Json},
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::civil::Date;
use needs::ActError;

use super::model::{Ask, Request, RequestId};
use super::state::{Act, State, Who, step};
use super::store;
use crate::packs::working_days_later;

/// Working days within which a broker answers.
pub const ANSWER_WITHIN: u32 = 2;

pub(crate) fn event(request: &Request, verb: &'static str) -> Event<'static> {
    Event::new("request", request.id, verb).owned_by(request.org)
}

/// A request for an act.
pub(crate) async fn open(tx: &Tx, id: RequestId) -> Result<Request, ActError> {
    store::request(tx, id).await?.ok_or(ActError::NotFound("request"))
}

/// Writes a letter to everybody who holds a role somewhere today; for heads, to everybody who leads
/// the organisation, so that a trust's letters reach its executives.
pub(crate) async fn write_to(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    org: OrgRef,
    role: Role,
    subject: &str,
    body: &str,
) -> Result<(), ActError> {
    let readers = if role == Role::Head {
        accounts::leaders(tx, &app.clock, org).await?
    } else {
        accounts::holders(tx, &app.clock, org, role).await?
    };
    for person in readers {
        let letter = Letter {
            recipient: person.email,
            subject: subject.to_owned(),
            body: format!("Hello {},\n\n{body}\n", person.name),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}

/// Moves a request one step, guarded by the version that was read, and records it; the caller
/// commits. `facts` go into the record.
pub(crate) async fn advance(
    tx: &Tx,
    permit: &Permit,
    request: &Request,
    act: Act,
    who: Who,
    facts: serde_json::Value,
) -> Result<State, ActError> {
    let to = step(request.state, act, who)?;
    let touched = tx
        .run(
            "UPDATE support_request SET state = $2, version = version + 1 WHERE id = $1 AND version = $3",
            [request.id.into(), AsText(to).into(), request.version.into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("request").into());
    }
    events::append(tx, permit.context(), event(request, to.key()).with(facts)).await?;
    Ok(to)
}

/// Begins a request as a draft. Needs a permit to create for the school.
///
/// # Errors
/// When it has no title, or the database refuses.
pub async fn draft(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    partnership: OrgRef,
    ask: &Ask,
) -> Result<RequestId, ActError> {
    if ask.title.trim().is_empty() {
        return Err(ActError::missing("title", "Give the request a short title"));
    }
    let tx = app.db.write().await?;
    let id = insert(app, &tx, permit, org, partnership, ask).await?;
    events::append(&tx, permit.context(), Event::new("request", id, "drafted").owned_by(org))
        .await?;
    tx.commit().await?;
    Ok(id)
}

async fn insert(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    org: OrgRef,
    partnership: OrgRef,
    ask: &Ask,
) -> Result<RequestId, ActError> {
    let id = RequestId::new(&app.ids);
    tx.run(
        "INSERT INTO support_request (id, org, partnership, title, need, outcome, findings, beneficiaries,
           specialisms, tier, phase, earliest, latest, half_days, mode, severity, team, give_back, avoid, avoid_why,
           state, created_at, answer, review_consent, version)
         VALUES ($1, $2, $3, '', '', '', '[]', '[]', '[]', 'targeted', '', '2000-01-01', '2000-01-01', 0, 'on-site', 0,
           $4, '', '[]', '', $5, $6, '', $4, 1)",
        [
            id.into(),
            org.into(),
            partnership.into(),
            false.into(),
            AsText(State::Draft).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    write(tx, id, ask).await?;
    Ok(id)
}

/// A body responsible for a school writes down what it would ask for: a draft that is the school's
/// own from then on. Its leaders are told.
///
/// # Errors
/// As [`draft`].
pub async fn suggest(
    app: &App,
    permit: &Permit,
    (org, body): (OrgRef, OrgRef),
    partnership: OrgRef,
    ask: &Ask,
) -> Result<RequestId, ActError> {
    if ask.title.trim().is_empty() {
        return Err(ActError::missing("title", "Give the request a short title"));
    }
    let tx = app.db.write().await?;
    let id = insert(app, &tx, permit, org, partnership, ask).await?;
    let by = [id.into(), body.into()];
    tx.run("UPDATE support_request SET suggested_by = $2 WHERE id = $1", by).await?;
    let event = Event::new("request", id, "suggested").owned_by(org);
    events::append(&tx, permit.context(), event).await?;
    let name = register::org_name(&tx, body).await?;
    let words = format!(
        "{name} suggests that you ask for support: “{}”. It is a draft of yours: change it, send it, \
         or set it aside. Nothing begins without you.\n\n{}/requests/{id}",
        ask.title.trim(),
        app.config.public_url()
    );
    let subject = "A request for support is suggested to you";
    write_to(&tx, app, permit, org, Role::Head, subject, &words).await?;
    tx.commit().await?;
    Ok(id)
}

async fn write(tx: &Tx, id: RequestId, ask: &Ask) -> Result<(), ActError> {
    tx.run(
        "UPDATE support_request SET title = $2, need = $3, outcome = $4, findings = $5, audit = $6, beneficiaries = $7,
           specialisms = $8, tier = $9, phase = $10, earliest = $11, latest = $12, half_days = $13, mode = $14,
           severity = $15, team = $16, budget_pence = $17, give_back = $18, funder = $19, avoid = $20, avoid_why = $21,
           version = version + 1
         WHERE id = $1",
        [
            id.into(),
            ask.title.trim().into(),
            ask.need.trim().into(),
            ask.outcome.trim().into(),
            Json(ask.findings.clone()).into(),
            ask.audit.map(|audit| audit.to_string()).into(),
            Json(ask.beneficiaries.clone()).into(),
            Json(ask.specialisms.clone()).into(),
            AsText(ask.tier).into(),
            ask.phase.clone().into(),
            AsText(ask.earliest).into(),
            AsText(ask.latest).into(),
            i64::from(ask.half_days).into(),
            AsText(ask.mode).into(),
            i64::from(ask.severity).into(),
            ask.team.into(),
            ask.budget_pence.into(),
            ask.give_back.trim().into(),
            ask.funder.map(|org| org.to_string()).into(),
            Json(ask.avoid.clone()).into(),
            ask.avoid_why.trim().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Changes what a draft, or a request returned for detail, asks for. `version` is the one the
/// writer saw.
///
/// # Errors
/// When it was sent already, or somebody else changed it meanwhile.
pub async fn edit(
    app: &App,
    permit: &Permit,
    id: RequestId,
    ask: &Ask,
    version: i64,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    tx.lock(&format!("request {id}")).await?;
    let request = open(&tx, id).await?;
    if !request.state.is_editable() {
        return Err(ActError::refused(
            "This request has been sent, so it stays as it is. Withdraw it, or tell the broker what changed.",
        ));
    }
    if request.version != version {
        return Err(DbError::Conflict("request").into());
    }
    write(&tx, id, ask).await?;
    events::append(&tx, permit.context(), event(&request, "edited")).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends a request to the broker: the two-day clock starts and letters go to both sides.
///
/// # Errors
/// [`ActError::Incomplete`] when something is missing.
pub async fn submit(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let at = permit.context().at;
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    step(request.state, Act::Submit, Who::Head)?;
    let lacks = request.ask.lacks(london(at));
    if !lacks.is_empty() {
        return Err(ActError::Incomplete(lacks));
    }
    let due = working_days_later(at, ANSWER_WITHIN);
    advance(&tx, permit, &request, Act::Submit, Who::Head, serde_json::json!({ "due": due }))
        .await?;
    tx.run(
        "UPDATE support_request SET submitted_at = $2, due_at = $3, answered_at = NULL, answer = '' WHERE id = $1",
        [id.into(), At(at).into(), At(due).into()],
    )
    .await?;
    let page = format!("{}/requests/{id}", app.config.public_url());
    write_to(
        &tx,
        app,
        permit,
        request.org,
        Role::Head,
        "We have your request for support",
        &format!(
            "Thank you for asking. Your request “{}” arrived on {}.\n\nWhat happens next\n\
             1. The broker reads it and answers by {}. You will usually get a call first.\n\
             2. When it is accepted, the broker looks for people who fit what you asked for, and \
             tells you why.\n3. You and the other head talk. Nothing begins until you both say yes.\n\
             4. You agree days, cost and what success looks like, and both sign.\n\nYou can \
             withdraw at any time before a match is agreed, without giving a reason to anybody else.\n\n{page}",
            request.ask.title,
            in_words(at),
            in_words(due),
        ),
    )
    .await?;
    write_to(
        &tx,
        app,
        permit,
        request.partnership,
        Role::Broker,
        "A school has asked for support",
        &format!(
            "A new request is on your board. An answer is due by {}.\n\n{}/desk/{id}",
            in_words(due),
            app.config.public_url(),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The broker's first answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is taken up; the words say what happens next.
    Accept(String),
    /// It is taken up, and the head is asked whether for now a review of progress is enough.
    AcceptReview(String),
    /// More detail is wanted; the words are the question.
    Return(String),
    /// It is not taken up; the words say why.
    Decline(String),
}

/// Answers a request and stops its clock. The broker's act.
///
/// # Errors
/// When the question or the reason is missing, or the request is not waiting for an answer.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: RequestId,
    answer: &Answer,
) -> Result<(), ActError> {
    let (act, words, subject, lead) = match answer {
        Answer::Accept(words) => (
            Act::Accept,
            words,
            "Your request for support is accepted",
            "Your request has been accepted. Next, we look for people who fit what you asked for.",
        ),
        Answer::AcceptReview(words) => (
            Act::Accept,
            words,
            "Your request for support is accepted",
            "Your request has been accepted. It seems that things are moving already, and that for \
             now a review of progress may be enough: a day on which we look together at what has \
             changed. Nothing happens without you. Say on the page of your request whether you \
             agree; if you would rather have a match now, ring us.",
        ),
        Answer::Return(words) => (
            Act::Return,
            words,
            "A question about your request for support",
            "To find the right people we would like to know a little more:",
        ),
        Answer::Decline(words) => (
            Act::Decline,
            words,
            "About your request for support",
            "We cannot take up this request, and want you to know why:",
        ),
    };
    let accepts = matches!(answer, Answer::Accept(_) | Answer::AcceptReview(_));
    if words.trim().is_empty() && !accepts {
        return Err(ActError::missing(
            "answer",
            "Write the question or the reason: the head reads it",
        ));
    }
    let at = permit.context().at;
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    advance(&tx, permit, &request, act, Who::Broker, serde_json::json!({})).await?;
    tx.run(
        "UPDATE support_request SET answered_at = $2, broker = $3, answer = $4 WHERE id = $1",
        [id.into(), At(at).into(), permit.context().actor.name().into(), words.trim().into()],
    )
    .await?;
    let body = format!(
        "{lead}\n\n{}\n\n{}, broker\n{}/requests/{id}",
        words.trim(),
        permit.context().actor.name(),
        app.config.public_url()
    );
    write_to(&tx, app, permit, request.org, Role::Head, subject, &body).await?;
    tx.commit().await?;
    Ok(())
}

/// Starts matching an accepted request. The broker's act.
///
/// # Errors
/// When it is not accepted.
pub async fn start_matching(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    advance(&tx, permit, &request, Act::Match, Who::Broker, serde_json::json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// The head agrees that for now only progress is reviewed.
///
/// # Errors
/// When the request is not accepted.
pub async fn consent_to_review(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    step(request.state, Act::ReviewOnly, Who::Broker)?;
    tx.run(
        "UPDATE support_request SET review_consent = $2, version = version + 1 WHERE id = $1",
        [id.into(), true.into()],
    )
    .await?;
    events::append(&tx, permit.context(), event(&request, "review consented")).await?;
    let body = format!(
        "{} agrees that for now only progress is reviewed. Choose the day on which you look at it \
         together.\n\n{}/desk/{id}",
        permit.context().actor.name(),
        app.config.public_url()
    );
    let subject = "A head agrees to a review of progress";
    write_to(&tx, app, permit, request.partnership, Role::Broker, subject, &body).await?;
    tx.commit().await?;
    Ok(())
}

/// Reviews progress only, for now, with the head's consent, on a day. The broker's act.
///
/// # Errors
/// When the head has not agreed, the request is not accepted, or the day is past.
pub async fn review_only(
    app: &App,
    permit: &Permit,
    id: RequestId,
    on: Date,
) -> Result<(), ActError> {
    if on < london(permit.context().at) {
        return Err(ActError::missing("review_on", "Choose a day that is still to come"));
    }
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    step(request.state, Act::ReviewOnly, Who::Broker)?;
    if !request.review_consent {
        return Err(ActError::refused(
            "The head of the school has to agree first that for now only progress is reviewed.",
        ));
    }
    let facts = serde_json::json!({ "on": on.to_string() });
    advance(&tx, permit, &request, Act::ReviewOnly, Who::Broker, facts).await?;
    tx.run(
        "UPDATE support_request SET review_on = $2 WHERE id = $1",
        [id.into(), on.to_string().into()],
    )
    .await?;
    let body = format!(
        "{} looks at progress on “{}” together with you on {}. If help is needed after all, the \
         request goes on from here: you need not ask again.\n\n{}/requests/{id}",
        permit.context().actor.name(),
        request.ask.title,
        date_in_words(on),
        app.config.public_url()
    );
    let subject = "A day to look at progress together";
    write_to(&tx, app, permit, request.org, Role::Head, subject, &body).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws a request; time that was held for it is free again. The head's act.
///
/// # Errors
/// When a match has been agreed already.
pub async fn withdraw(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    advance(&tx, permit, &request, Act::Withdraw, Who::Head, serde_json::json!({})).await?;
    crate::cadre::capacity::release_request(&tx, permit, id).await?;
    tx.run(
        "UPDATE match_proposal SET state = 'superseded', version = version + 1 WHERE request = $1 AND state = 'proposed'",
        [id.into()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Opens the agreement for a request whose interests are settled, in the transaction that makes
/// the agreement. The product's own act, on behalf of whoever drafts it.
///
/// # Errors
/// When interests are not settled.
pub async fn to_agreement(
    tx: &Tx,
    permit: &Permit,
    id: RequestId,
    agreement: &str,
) -> Result<(), ActError> {
    let request = open(tx, id).await?;
    advance(
        tx,
        permit,
        &request,
        Act::Agree,
        Who::System,
        serde_json::json!({ "agreement": agreement }),
    )
    .await?;
    tx.run(
        "UPDATE support_request SET agreement = $2 WHERE id = $1",
        [id.into(), agreement.into()],
    )
    .await?;
    Ok(())
}

/// Puts a request back on the desk because its agreement was given up before it began, in the
/// transaction that gives it up: the match it came from is over and its time is free. The
/// agreement stays named in the record of acts. The product's own act.
///
/// # Errors
/// When there is no agreement for it.
pub async fn from_agreement(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    id: RequestId,
    agreement: &str,
) -> Result<(), ActError> {
    let request = open(tx, id).await?;
    let facts = serde_json::json!({ "agreement": agreement });
    advance(tx, permit, &request, Act::Rematch, Who::System, facts).await?;
    tx.run("UPDATE support_request SET agreement = NULL WHERE id = $1", [id.into()]).await?;
    tx.run(
        "UPDATE match_proposal SET state = 'superseded', version = version + 1
         WHERE request = $1 AND state IN ('proposed', 'agreed')",
        [id.into()],
    )
    .await?;
    crate::cadre::capacity::release_request(tx, permit, id).await?;
    let body = format!(
        "The agreement for “{}” was given up before it began:\n\n{}\n\nThe request is back on the \
         desk, to be matched again: {}/desk/{id}",
        request.ask.title,
        permit.context().reason.as_deref().unwrap_or_default(),
        app.config.public_url()
    );
    let subject = "An agreement was given up: its request is back on the desk";
    write_to(tx, app, permit, request.partnership, Role::Broker, subject, &body).await
}

/// Closes a request because its support has begun, in the transaction that activates it.
///
/// # Errors
/// When there is no agreement for it.
pub async fn fulfil(tx: &Tx, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let request = open(tx, id).await?;
    advance(tx, permit, &request, Act::Fulfil, Who::System, serde_json::json!({})).await?;
    Ok(())
}

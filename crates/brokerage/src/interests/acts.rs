//! What can be done about interests and checks.

use access::{Permit, Role};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{AsText, At, Json},
    events::{self, Event},
    words,
};
use jiff::{Timestamp, ToSpan};
use needs::ActError;

use super::{
    Act, Declaration, DeclarationId, InterestKind, State, Who, step,
    store::{declaration, still_open},
};
use crate::proposals::{self, ProposalId, current};
use crate::requests::{
    RequestId,
    acts::{advance, open, write_to},
    state::{Act as RequestAct, Who as RequestWho},
};

/// What somebody declares.
#[derive(Clone, Debug)]
pub struct NewDeclaration {
    /// For whom.
    pub org: OrgRef,
    /// Kinds of interest; none at all says that there is nothing to declare.
    pub kinds: Vec<InterestKind>,
    /// In words.
    pub detail: String,
}

/// Declares interests about a proposed match. Anybody on either side declares for themselves.
///
/// # Errors
/// When kinds are given without words, or nothing is proposed.
pub async fn declare(
    app: &App,
    permit: &Permit,
    proposal: ProposalId,
    new: &NewDeclaration,
) -> Result<DeclarationId, ActError> {
    if !new.kinds.is_empty() && new.detail.trim().is_empty() {
        return Err(ActError::missing("detail", "Say in a sentence or two what the interest is"));
    }
    let at = permit.context().at;
    let id = DeclarationId::new(&app.ids);
    let tx = app.db.write().await?;
    let it = proposals::proposal(&tx, proposal).await?.ok_or(ActError::NotFound("proposal"))?;
    let request = open(&tx, it.request).await?;
    if ![request.org, it.org].contains(&new.org) {
        return Err(ActError::NotFound("side of this match"));
    }
    let about = if new.org == request.org { it.org } else { request.org };
    tx.run(
        "INSERT INTO declaration (id, proposal, request, org, about, person, person_name, kinds, detail, state, mitigation,
           declared_at, valid_to, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, 1)",
        [
            id.into(),
            proposal.into(),
            it.request.into(),
            new.org.into(),
            about.into(),
            permit.person().map(|account| account.to_string()).into(),
            permit.context().actor.name().into(),
            Json(new.kinds.clone()).into(),
            new.detail.trim().into(),
            AsText(State::Declared).into(),
            At(at).into(),
            london(at).saturating_add(12.months()).to_string().into(),
        ],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        Event::new("request", it.request, "interests declared")
            .owned_by(request.org)
            .with(serde_json::json!({ "declaration": id, "kinds": new.kinds })),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// What the broker makes of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assessment {
    /// No conflict.
    None,
    /// It can be managed with these safeguards, if the asking school's head and chair agree.
    Manage(String),
    /// The match cannot go ahead.
    Bar(String),
}

async fn move_on(tx: &Tx, it: &Declaration, steps: &[(Act, Who)]) -> Result<State, ActError> {
    let mut state = it.state;
    for (act, who) in steps {
        state = step(state, *act, *who)?;
    }
    let touched = tx
        .run(
            "UPDATE declaration SET state = $2, version = version + 1 WHERE id = $1 AND version = $3",
            [it.id.into(), AsText(state).into(), it.version.into()],
        )
        .await?;
    if touched == 0 { Err(DbError::Conflict("declaration").into()) } else { Ok(state) }
}

/// Assesses a declaration. The broker's act, never the declarant's.
///
/// # Errors
/// When the broker is the declarant, the safeguards are missing, or it was assessed already.
pub async fn assess(
    app: &App,
    permit: &Permit,
    id: DeclarationId,
    assessment: &Assessment,
) -> Result<State, ActError> {
    let tx = app.db.write().await?;
    let it = declaration(&tx, id).await?.ok_or(ActError::NotFound("declaration"))?;
    if it.person.is_some() && it.person == permit.person() {
        return Err(ActError::refused("Nobody assesses their own declaration."));
    }
    let (steps, words): (&[_], _) = match assessment {
        Assessment::None => (&[(Act::Assess, Who::Broker), (Act::FindNone, Who::Broker)], ""),
        Assessment::Manage(words) => (&[(Act::Assess, Who::Broker)], words.as_str()),
        Assessment::Bar(words) => {
            (&[(Act::Assess, Who::Broker), (Act::FindBar, Who::Broker)], words.as_str())
        }
    };
    if *assessment != Assessment::None && words.trim().is_empty() {
        return Err(ActError::missing(
            "mitigation",
            "Write down the safeguards, or why it bars the match",
        ));
    }
    let state = move_on(&tx, &it, steps).await?;
    tx.run(
        "UPDATE declaration SET mitigation = $2, assessed_by = $3 WHERE id = $1",
        [id.into(), words.trim().into(), permit.context().actor.name().into()],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        Event::new("request", it.request, "interests assessed")
            .with(serde_json::json!({ "declaration": id, "state": state.key() })),
    )
    .await?;
    tx.commit().await?;
    Ok(state)
}

words! {
    /// In which capacity somebody of the asking school accepts safeguards.
    Capacity {
        Head = "head", "Head";
        Chair = "chair", "Chair";
    }
}

/// Accepts the safeguards for the asking school; when head and chair both have, it is managed.
///
/// # Errors
/// When the declaration does not wait for it.
pub async fn accept_safeguards(
    app: &App,
    permit: &Permit,
    id: DeclarationId,
    capacity: Capacity,
) -> Result<State, ActError> {
    let tx = app.db.write().await?;
    let it = declaration(&tx, id).await?.ok_or(ActError::NotFound("declaration"))?;
    step(it.state, Act::Accept, Who::HeadAndChair)?;
    let (column, other) = match capacity {
        Capacity::Head => ("head_accepted", &it.chair_accepted),
        Capacity::Chair => ("chair_accepted", &it.head_accepted),
    };
    let steps: &[_] = if other.is_some() { &[(Act::Accept, Who::HeadAndChair)] } else { &[] };
    let state = move_on(&tx, &it, steps).await?;
    tx.run(
        &format!("UPDATE declaration SET {column} = $2 WHERE id = $1"),
        [id.into(), permit.context().actor.name().into()],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        Event::new("request", it.request, "safeguards accepted")
            .with(serde_json::json!({ "declaration": id, "as": capacity.key() })),
    )
    .await?;
    tx.commit().await?;
    Ok(state)
}

/// Ends a declaration because its facts have changed: its author's act, who declares again. The broker
/// is told, also when the support has long begun.
///
/// # Errors
/// When it is somebody else's, or over already.
pub async fn changed(app: &App, permit: &Permit, id: DeclarationId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = declaration(&tx, id).await?.ok_or(ActError::NotFound("declaration"))?;
    let own = it.person.is_some() && it.person == permit.person();
    let who = if own { Who::Declarant } else { Who::Other };
    move_on(&tx, &it, &[(Act::Change, who)]).await?;
    let request = open(&tx, it.request).await?;
    let body = format!(
        "{} says that the interests they declared about “{}” have changed, and declares again. What was \
         settled about them holds no longer; please look at it before anything goes on: \
         {}/requests/{}/proposal/{}",
        it.name,
        request.ask.title,
        app.config.public_url(),
        it.request,
        it.proposal
    );
    let subject = "A declaration of interests has changed";
    write_to(&tx, app, permit, request.partnership, Role::Broker, subject, &body).await?;
    let event = Event::new("request", it.request, "interests changed").owned_by(request.org);
    events::append(&tx, permit.context(), event.with(serde_json::json!({ "declaration": id })))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Lets declarations expire that hold no longer on a day; the product's own act.
///
/// # Errors
/// When the database refuses.
pub async fn expire(app: &App, permit: &Permit) -> Result<u64, ActError> {
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let gone = tx
        .run(
            "UPDATE declaration SET state = 'expired', version = version + 1
             WHERE valid_to < $1 AND state IN ('none', 'manage', 'bar')",
            [today.to_string().into()],
        )
        .await?;
    if gone > 0 {
        events::append(
            &tx,
            permit.context(),
            Event::new("declaration", today, "expired").with(serde_json::json!({ "count": gone })),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(gone)
}

words! {
    /// What is checked before an agreement.
    Check {
        Capacity = "capacity", "The supporter has the time";
        Willingness = "willingness", "Everybody named wants to do it";
        HomeStability = "home-stability", "The supporter's own school is steady";
        Finance = "finance", "The money is there and it is clear who pays";
        Checks = "checks", "Safeguarding checks and insurance are in order";
    }
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Which.
    pub item: Check,
    /// What was found.
    pub note: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Records a check before the agreement. The broker's act.
///
/// # Errors
/// When nothing is proposed.
pub async fn check(
    app: &App,
    permit: &Permit,
    proposal: ProposalId,
    item: Check,
    note: &str,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = proposals::proposal(&tx, proposal).await?.ok_or(ActError::NotFound("proposal"))?;
    tx.run(
        "INSERT INTO diligence (proposal, item, note, done_by, done_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (proposal, item) DO UPDATE SET note = excluded.note, done_by = excluded.done_by, done_at = excluded.done_at",
        [
            proposal.into(),
            AsText(item).into(),
            note.trim().into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    events::append(
        &tx,
        permit.context(),
        Event::new("request", it.request, "checked")
            .with(serde_json::json!({ "item": item.key() })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Settles the interests: the agreement can be made. The broker's or the commissioner's act.
///
/// # Errors
/// With everything that is still open.
pub async fn clear(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    crate::requests::state::step(request.state, RequestAct::ClearInterests, RequestWho::Broker)?;
    let it = current(&tx, id).await?.ok_or(ActError::NotFound("proposal"))?;
    let open = still_open(&tx, &request, &it).await?;
    if !open.is_empty() {
        return Err(ActError::Incomplete(
            open.into_iter()
                .map(|message| foundation::web::FieldError {
                    field: "interests".to_owned(),
                    message,
                })
                .collect(),
        ));
    }
    let facts = serde_json::json!({ "proposal": it.id });
    advance(&tx, permit, &request, RequestAct::ClearInterests, RequestWho::Broker, facts).await?;
    tx.commit().await?;
    Ok(())
}

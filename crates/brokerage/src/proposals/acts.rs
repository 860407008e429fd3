//! Proposing a match, and the two heads' answers.

use access::{Permit, Role};
use foundation::{
    App, DbError, Sql,
    db::{AsText, At, Json},
    events::{self, Event},
    mail::{self, Letter},
};
use needs::ActError;

use super::{Proposal, ProposalId, ProposalState, Said, Side, store};
use crate::cadre::{self, SupporterRef, capacity};
use crate::desk;
use crate::requests::{
    self, Request, RequestId,
    acts::{advance, open, write_to},
    days_in_words,
    state::{Act, Who},
};

/// Why a partnership that is being formed proposes nothing yet.
pub const FORMING: &str = "This partnership is being formed: matches can be proposed when every \
                           member has accepted its charter. Its page says who has not yet.";

/// What the broker proposes.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// Who would support.
    pub supporter: SupporterRef,
    /// Half-days.
    pub half_days: u32,
    /// Why this one, required when it is not among the first three by fit.
    pub reason: String,
    /// Words to both heads.
    pub message: String,
}

/// Proposes a match to both heads. The broker's act. `version` is the request's as the broker saw
/// it, so that of two brokers at once one wins and the other is told.
///
/// The half-days are held from now on; they are free again when either head declines.
///
/// # Errors
/// When a hard rule removes the supporter, a reason is missing, somebody else was first, or the
/// request is not being matched.
pub async fn propose(
    app: &App,
    permit: &Permit,
    id: RequestId,
    version: i64,
    new: &NewProposal,
) -> Result<ProposalId, ActError> {
    let today = foundation::clock::london(permit.context().at);
    let case = desk::case(&app.db, id, today).await?.ok_or(ActError::NotFound("request"))?;
    if !access::partnerships::works(&app.db, case.request.partnership).await? {
        return Err(ActError::refused(FORMING));
    }
    let shortlist = case.shortlist()?;
    let key = new.supporter.to_string();
    if let Some(removed) = shortlist.removed.iter().find(|one| one.supporter == key) {
        let reasons: Vec<_> =
            removed.reasons.iter().map(|reason| case.sentence(reason, &key)).collect();
        return Err(ActError::Refused(format!(
            "{} cannot be proposed: {}",
            removed.label,
            reasons.join(" ")
        )));
    }
    let Some(at) = shortlist.kept.iter().position(|one| one.supporter == key) else {
        return Err(ActError::NotFound("supporter"));
    };
    if at >= 3 && new.reason.trim().is_empty() {
        return Err(ActError::missing(
            "reason",
            "Say why you choose somebody who is not among the first three, for the record",
        ));
    }
    if new.half_days == 0 || new.half_days > shortlist.kept[at].free_half_days {
        return Err(ActError::missing(
            "days",
            format!(
                "Propose between half a day and {}: that is what is free in the window",
                days_in_words(i64::from(shortlist.kept[at].free_half_days))
            ),
        ));
    }
    let supporter = case.supporter(new.supporter).ok_or(ActError::NotFound("supporter"))?;
    let proposal = ProposalId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.lock(&format!("supporter {key}")).await?;
    let request = open(&tx, id).await?;
    if request.version != version {
        return Err(DbError::Conflict("request").into());
    }
    advance(
        &tx,
        permit,
        &request,
        Act::Propose,
        Who::Broker,
        serde_json::json!({
            "supporter": supporter.label, "place": at + 1, "considered": shortlist.kept.len(),
            "reason": new.reason.trim(),
        }),
    )
    .await?;
    // Time may have been promised elsewhere since the desk looked; the lock makes this exact.
    let weeks = capacity::weeks_of(&tx, new.supporter, request.ask.earliest).await?;
    let cap = i64::from(supporter.model.weekly_cap);
    let free = capacity::bookable(&weeks, cap, request.ask.latest);
    if let SupporterRef::Designation(id) = new.supporter {
        let now = cadre::designation(&tx, id).await?.ok_or(ActError::NotFound("supporter"))?;
        if now.released_by.is_none() {
            return Err(ActError::refused(format!(
                "{} is not released by the home school at the moment.",
                supporter.label
            )));
        }
    }
    if free < i64::from(new.half_days) {
        return Err(ActError::Refused(format!(
            "Somebody else has just taken time of {}: {} are left in the window.",
            supporter.label,
            days_in_words(free)
        )));
    }
    tx.run(
        "INSERT INTO match_proposal (id, request, supporter, supporter_org, label, person, half_days, place, considered,
           candidate, reason, message, state, proposed_by, proposed_at, supported_answer, supported_reason,
           supporting_answer, supporting_reason, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $16, '', 1)",
        [
            proposal.into(),
            id.into(),
            new.supporter.into(),
            supporter.org.into(),
            supporter.label.clone().into(),
            supporter.person.map(|person| person.to_string()).into(),
            i64::from(new.half_days).into(),
            i64::try_from(at + 1).unwrap_or(i64::MAX).into(),
            i64::try_from(shortlist.kept.len()).unwrap_or(i64::MAX).into(),
            Json(shortlist.kept[at].clone()).into(),
            new.reason.trim().into(),
            new.message.trim().into(),
            AsText(ProposalState::Proposed).into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
            AsText(Said::Nothing).into(),
        ],
    )
    .await?;
    let held = capacity::Commitment {
        id: capacity::CommitmentId::new(&app.ids),
        supporter: new.supporter,
        from: supporter.org,
        to: request.org,
        from_on: request.ask.earliest,
        to_on: request.ask.latest,
        half_days: i64::from(new.half_days),
        state: capacity::CommitmentState::Held,
    };
    capacity::commit(&tx, permit, &held, Some(id)).await?;
    let page = format!("{}/requests/{id}/proposal/{proposal}", app.config.public_url());
    let body = format!(
        "{} proposes a match: {} for {}.\n\nThe page says why, what it would cost in days, and what \
         to talk about first. Please talk with the other head, twenty minutes is enough, and then \
         say yes or no. Nothing begins until both say yes.\n\n{page}",
        permit.context().actor.name(),
        supporter.label,
        days_in_words(i64::from(new.half_days)),
    );
    for org in [request.org, supporter.org] {
        write_to(&tx, app, permit, org, Role::Head, "A match is proposed to you", &body).await?;
    }
    if let Some(email) = &supporter.email {
        let letter = Letter {
            recipient: email.clone(),
            subject: "You are proposed for a support".to_owned(),
            body: format!("Hello,\n\n{body}\n"),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    tx.commit().await?;
    Ok(proposal)
}

/// A head's answer to a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Yes, after talking with the other side.
    Accept,
    /// Yes, and the two heads have talked about sharing pupils and are content: what the desk
    /// asks of near neighbours who may compete for them.
    AcceptHavingTalked,
    /// No, and why.
    Decline(String),
    /// A question to the broker first.
    Ask(String),
}

/// Answers a proposal for one side. The act of that side's head. When both have said yes the
/// request moves on; when one says no it is matched again and the time is free.
///
/// # Errors
/// When the proposal is not waiting, the reason is missing, or somebody else answered meanwhile.
pub async fn respond(
    app: &App,
    permit: &Permit,
    id: ProposalId,
    side: Side,
    reply: &Reply,
) -> Result<(), ActError> {
    if let Reply::Decline(words) | Reply::Ask(words) = reply
        && words.trim().is_empty()
    {
        return Err(ActError::missing(
            "reason",
            "Write a sentence, so that the broker can do better",
        ));
    }
    let tx = app.db.write().await?;
    let it = store::proposal(&tx, id).await?.ok_or(ActError::NotFound("proposal"))?;
    if it.state != ProposalState::Proposed {
        return Err(ActError::Refused(format!(
            "This proposal is “{}” and cannot be answered any more.",
            it.state.words().to_lowercase()
        )));
    }
    let request = open(&tx, it.request).await?;
    let event = |verb: &'static str| {
        Event::new("request", it.request, verb)
            .owned_by(request.org)
            .with(serde_json::json!({ "side": side.key(), "proposal": it.id }))
    };
    match reply {
        Reply::Ask(words) => {
            events::append(&tx, permit.context(), event("question asked")).await?;
            let body = format!(
                "{} asks about the proposed match:\n\n{}\n\n{}/desk/{}",
                permit.context().actor.name(),
                words.trim(),
                app.config.public_url(),
                it.request
            );
            let subject = "A question about a proposed match";
            write_to(&tx, app, permit, request.partnership, Role::Broker, subject, &body).await?;
        }
        Reply::Accept | Reply::AcceptHavingTalked => {
            record(&tx, &it, side, Said::Yes, "").await?;
            events::append(&tx, permit.context(), event("said yes")).await?;
            if *reply == Reply::AcceptHavingTalked {
                talked(&tx, permit, &it, side).await?;
                events::append(&tx, permit.context(), event("talked about pupils")).await?;
            }
            let other = match side {
                Side::Supported => it.supporting.0,
                Side::Supporting => it.supported.0,
            };
            if other == Said::Yes {
                settle(&tx, id, ProposalState::Agreed).await?;
                let facts = serde_json::json!({ "proposal": it.id });
                advance(&tx, permit, &request, Act::Chemistry, Who::BothHeads, facts).await?;
                let body = format!(
                    "Both heads said yes to {} for “{}”. Next: declared interests and the \
                     checks before an agreement.\n\n{}/desk/{}",
                    it.label,
                    request.ask.title,
                    app.config.public_url(),
                    it.request
                );
                let subject = "Both heads said yes";
                write_to(&tx, app, permit, request.partnership, Role::Broker, subject, &body)
                    .await?;
                tell_the_others(&tx, app, permit, &request, &it).await?;
            }
        }
        Reply::Decline(words) => {
            record(&tx, &it, side, Said::No, words.trim()).await?;
            settle(&tx, id, ProposalState::Declined).await?;
            events::append(&tx, permit.context(), event("said no")).await?;
            let who = match side {
                Side::Supported => Who::Head,
                Side::Supporting => Who::SupportingHead,
            };
            advance(&tx, permit, &request, Act::Rematch, who, serde_json::json!({})).await?;
            capacity::release_request(&tx, permit, it.request).await?;
            let body = format!(
                "{} said no to the proposed match with {}:\n\n{}\n\nThe request is back on the \
                 desk: {}/desk/{}",
                permit.context().actor.name(),
                it.label,
                words.trim(),
                app.config.public_url(),
                it.request
            );
            let subject = "A proposed match was declined";
            write_to(&tx, app, permit, request.partnership, Role::Broker, subject, &body).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn talked(
    tx: &foundation::Tx,
    permit: &Permit,
    it: &Proposal,
    side: Side,
) -> Result<(), ActError> {
    let column = match side {
        Side::Supported => "supported_talked_at",
        Side::Supporting => "supporting_talked_at",
    };
    tx.run(
        &format!("UPDATE match_proposal SET {column} = $2 WHERE id = $1"),
        [it.id.into(), At(permit.context().at).into()],
    )
    .await?;
    Ok(())
}

/// Where several supports meet in one school, each supporting head learns that there is one more,
/// so that the school has one plan and not four. What it is about is for the school to say.
async fn tell_the_others(
    tx: &foundation::Tx,
    app: &App,
    permit: &Permit,
    request: &Request,
    it: &Proposal,
) -> Result<(), ActError> {
    let school = register::org_name(tx, request.org).await?;
    let today = foundation::clock::london(permit.context().at);
    let mut told = vec![it.org];
    for other in requests::overlapping(tx, request, today).await? {
        let Some(match_) = store::current(tx, other.id).await? else { continue };
        if told.contains(&match_.org) {
            continue;
        }
        told.push(match_.org);
        let body = format!(
            "{school} is about to receive one more support besides yours. Several supports at \
             once can pull a school in different directions: please ask its head how they fit \
             together, and keep to one plan.\n\n{}/requests/{}/proposal/{}",
            app.config.public_url(),
            other.id,
            match_.id
        );
        let subject = "Another support in a school you work with";
        write_to(tx, app, permit, match_.org, Role::Head, subject, &body).await?;
    }
    Ok(())
}

async fn record(
    tx: &foundation::Tx,
    it: &Proposal,
    side: Side,
    said: Said,
    reason: &str,
) -> Result<(), ActError> {
    let (answer, why) = match side {
        Side::Supported => ("supported_answer", "supported_reason"),
        Side::Supporting => ("supporting_answer", "supporting_reason"),
    };
    let touched = tx
        .run(
            &format!(
                "UPDATE match_proposal SET {answer} = $2, {why} = $3, version = version + 1 WHERE id = $1 AND version = $4"
            ),
            [it.id.into(), AsText(said).into(), reason.into(), it.version.into()],
        )
        .await?;
    if touched == 0 { Err(DbError::Conflict("proposal").into()) } else { Ok(()) }
}

async fn settle(tx: &foundation::Tx, id: ProposalId, state: ProposalState) -> Result<(), ActError> {
    tx.run("UPDATE match_proposal SET state = $2 WHERE id = $1", [id.into(), AsText(state).into()])
        .await?;
    Ok(())
}

/// Takes a proposal back and matches again: because nobody answers, or an interest bars it. The
/// broker's act, with a reason in the permit.
///
/// # Errors
/// When no reason is given or nothing is proposed.
pub async fn rematch(app: &App, permit: &Permit, id: RequestId) -> Result<(), ActError> {
    if permit.context().reason.as_deref().is_none_or(|why| why.trim().is_empty()) {
        return Err(ActError::missing("reason", "Say why: both heads read it"));
    }
    let tx = app.db.write().await?;
    let request = open(&tx, id).await?;
    advance(&tx, permit, &request, Act::Rematch, Who::Broker, serde_json::json!({})).await?;
    if let Some(it) = store::current(&tx, id).await? {
        settle(&tx, it.id, ProposalState::Superseded).await?;
        let body = format!(
            "The proposed match with {} is taken back: {}\n\nThe broker looks again.",
            it.label,
            permit.context().reason.as_deref().unwrap_or_default()
        );
        for org in [request.org, it.org] {
            write_to(&tx, app, permit, org, Role::Head, "A proposed match is taken back", &body)
                .await?;
        }
    }
    capacity::release_request(&tx, permit, id).await?;
    tx.commit().await?;
    Ok(())
}

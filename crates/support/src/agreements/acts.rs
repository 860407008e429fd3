//! From draft to signature.

use access::{AccountId, Action, Permit};
use foundation::{
    Actor, App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{At, Json},
    events::{self, Event},
};
use serde_json::json;

use super::{
    machine::{Act, Signed, Standing, State, To, Work, transition},
    store::{self, Agreement, AgreementId, open, signed, standings, version_hash},
    terms::{Side, Terms},
};
use crate::{Refusal, course, neighbours, pack::SMALL_HALF_DAYS, seal::seal};

/// Where a draft comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The partnership whose broker looks after it.
    pub partnership: Option<OrgRef>,
    /// The organisation that pays, where it is one we know.
    pub funder: Option<OrgRef>,
    /// The request it answers.
    pub request: Option<&'a str>,
}

/// Writes a first draft. The permit is for creating an agreement of the supported school.
///
/// # Errors
/// When the two schools are one, or the request has an agreement already.
pub async fn draft(
    app: &App,
    permit: &Permit,
    terms: &Terms,
    origin: Origin<'_>,
) -> Result<AgreementId, Refusal> {
    if terms.supported == terms.supporting {
        return Err(Refusal::field(
            "supporting",
            "A school cannot support itself: choose another school",
        ));
    }
    if terms.kind().is_none() {
        return Err(Refusal::field("kind", "Choose a kind of support"));
    }
    let small = terms.kind().is_some_and(|kind| kind.heads_alone);
    if origin.partnership.is_none() && !small {
        return Err(Refusal::field(
            "kind",
            "Support of more than two days is agreed through a partnership and its broker: \
             ask for support, or choose two days or less",
        ));
    }
    let mut terms = terms.clone();
    terms.money.funder_org = terms.money.funder_org.or(origin.funder);
    terms.casting_off();
    let terms = &terms;
    let at = permit.context().at;
    let id = AgreementId::new(&app.ids);
    let tx = app.db.write().await?;
    let written = tx
        .run(
            "INSERT INTO agreement (id, title, kind, state, supported, supporting, partnership,
               funder, request, start_on, end_on, latest, version, created_at, changed_at)
             VALUES ($1, $2, $3, 'drafting', $4, $5, $6, $7, $8, $9, $10, 1, 1, $11, $11)",
            [
                id.into(),
                terms.title.clone().into(),
                terms.kind.clone().into(),
                terms.supported.into(),
                terms.supporting.into(),
                origin.partnership.map(|org| org.to_string()).into(),
                terms.money.funder_org.map(|org| org.to_string()).into(),
                origin.request.map(str::to_owned).into(),
                terms.start_on.map(|on| on.to_string()).into(),
                terms.end_on.map(|on| on.to_string()).into(),
                At(at).into(),
            ],
        )
        .await;
    match written {
        Err(DbError::Duplicate(_)) => {
            return Err(Refusal::NotNow("This request has an agreement already.".to_owned()));
        }
        other => other?,
    };
    write_version(&tx, id, 1, terms).await?;
    write_team(&tx, id, terms).await?;
    if let Some(request) = origin.request {
        neighbours::open_for_request(&tx, permit, request, id).await?;
    }
    events::append(
        &tx,
        permit.context(),
        Event::new("agreement", id, "drafted")
            .owned_by(terms.supported)
            .with(json!({ "kind": terms.kind, "supporting": terms.supporting })),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

async fn write_version(
    tx: &Tx,
    id: AgreementId,
    number: i64,
    terms: &Terms,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO agreement_version (agreement, number, terms) VALUES ($1, $2, $3)",
        [id.into(), number.into(), Json(terms).into()],
    )
    .await?;
    Ok(())
}

async fn write_team(tx: &Tx, id: AgreementId, terms: &Terms) -> Result<(), DbError> {
    tx.run("DELETE FROM agreement_person WHERE agreement = $1", [id.into()]).await?;
    let mut seen: Vec<AccountId> = Vec::new();
    for member in &terms.team {
        let Some(account) = member.account.filter(|account| !seen.contains(account)) else {
            continue;
        };
        seen.push(account);
        tx.run(
            "INSERT INTO agreement_person (agreement, account, lead) VALUES ($1, $2, $3)",
            [id.into(), account.into(), member.lead.into()],
        )
        .await?;
    }
    Ok(())
}

/// Saves the words of the draft, or of the proposed version. `seen` is the agreement's version
/// that the writer had before them.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else saved first; [`Refusal::NotNow`] when the words are
/// sealed; [`Refusal::Field`] when a proposed version touches an indicator that was signed.
pub async fn save(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    seen: i64,
    terms: &Terms,
) -> Result<(), Refusal> {
    let mut terms = terms.clone();
    terms.casting_off();
    let terms = &terms;
    let (tx, agreement) = open(app, id).await?;
    if agreement.version != seen {
        return Err(DbError::Conflict("agreement").into());
    }
    agreement.must_allow(Work::Edit)?;
    let newest = store::version(&tx, id, agreement.latest).await?;
    if newest.hash.is_some() {
        return Err(Refusal::NotNow(
            "This version waits for signatures, so its words are sealed.".to_owned(),
        ));
    }
    if terms.supported != agreement.supported || terms.supporting != agreement.supporting {
        return Err(Refusal::field(
            "supporting",
            "The two schools of an agreement do not change: cancel it and begin another",
        ));
    }
    let today = london(permit.context().at);
    super::roles::must_be_held(&tx, agreement.partnership, newest.terms(), terms, today).await?;
    if let Some(number) = agreement.in_force {
        let binding = store::version(&tx, id, number).await?;
        keeps_measures(binding.terms(), terms)?;
    }
    tx.run(
        "UPDATE agreement_version SET terms = $3 WHERE agreement = $1 AND number = $2",
        [id.into(), agreement.latest.into(), Json(terms).into()],
    )
    .await?;
    // While an earlier version binds, its dates and its team do.
    let after = if agreement.in_force.is_none() {
        write_team(&tx, id, terms).await?;
        agreement.with_terms(terms)
    } else {
        agreement.clone()
    };
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    tx.commit().await?;
    Ok(())
}

/// What was fixed by the first signatures stays: indicators and the change worth having, the year
/// of the choice and the year of the outturn. A new version may add indicators.
fn keeps_measures(signed: &Terms, proposed: &Terms) -> Result<(), Refusal> {
    let kept = signed.kpis.iter().all(|kpi| proposed.kpis.contains(kpi))
        && signed.chosen_on == proposed.chosen_on
        && signed.outturn_from == proposed.outturn_from;
    if kept {
        return Ok(());
    }
    Err(Refusal::field(
        "kpis",
        "The indicators, the change worth having and the years were fixed when you signed, so that \
         nobody can choose a flattering one later. You can add indicators",
    ))
}

/// Sends the draft to both sides: seals its words.
///
/// # Errors
/// [`Refusal::Incomplete`] with every gap.
pub async fn offer(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    let who = standings(app, &tx, permit, &agreement).await?;
    if agreement.state() == State::UnderVariation {
        return offer_variation(app, tx, permit, &agreement, &who).await;
    }
    transition(agreement.state(), Act::Offer, &who)
        .map_err(|no| Refusal::of(no, agreement.state(), Act::Offer))?;
    let draft = store::version(&tx, id, agreement.latest).await?;
    let terms = draft.terms();
    let small =
        terms.kind().is_some_and(|kind| kind.heads_alone) && terms.half_days() <= SMALL_HALF_DAYS;
    if !small && !who.contains(&Standing::Broker) {
        return Err(Refusal::NotYours(
            "The broker sends an agreement of more than two days to both sides. They see that it \
             is ready."
                .to_owned(),
        ));
    }
    let gaps = terms.gaps();
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    let today = london(permit.context().at);
    neighbours::must_be_clear(&tx, &agreement, today).await?;
    neighbours::must_be_spared(&tx, agreement.supporting, today).await?;
    seal_version(&tx, permit, &agreement, terms).await?;
    let after = agreement.with_state(State::Offered);
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    course::tell(app, &tx, permit, &agreement, &course::Told::ReadyToSign).await?;
    tx.commit().await?;
    Ok(())
}

async fn offer_variation(
    app: &App,
    tx: Tx,
    permit: &Permit,
    agreement: &Agreement,
    who: &[Standing],
) -> Result<(), Refusal> {
    let heads = [Standing::SupportedHead, Standing::SupportingHead, Standing::Broker];
    if !heads.iter().any(|head| who.contains(head)) {
        return Err(Refusal::NotYours("The heads and the broker propose changes.".to_owned()));
    }
    let draft = store::version(&tx, agreement.id, agreement.latest).await?;
    if draft.hash.is_some() {
        return Err(Refusal::NotNow("This version has been sent for signature.".to_owned()));
    }
    let gaps = draft.terms().gaps();
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    let today = london(permit.context().at);
    neighbours::newcomers_must_be_prepared(&tx, agreement, draft.terms(), today).await?;
    seal_version(&tx, permit, agreement, draft.terms()).await?;
    store::keep(&tx, agreement, agreement, permit.context().at).await?;
    course::tell(app, &tx, permit, agreement, &course::Told::ChangeProposed).await?;
    tx.commit().await?;
    Ok(())
}

async fn seal_version(
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    terms: &Terms,
) -> Result<(), DbError> {
    let hash = version_hash(agreement.id, agreement.latest, terms);
    tx.run(
        "UPDATE agreement_version SET hash = $3, sealed_at = $4
         WHERE agreement = $1 AND number = $2 AND hash IS NULL",
        [
            agreement.id.into(),
            agreement.latest.into(),
            hash.clone().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    events::append(
        tx,
        permit.context(),
        Event::new("agreement", agreement.id, "offered")
            .owned_by(agreement.supported)
            .with(json!({ "version": agreement.latest, "hash": hash })),
    )
    .await
}

/// What a signer puts their name to.
#[derive(Clone, Copy, Debug)]
pub struct Pen<'a> {
    /// The hash of the version the signer read.
    pub hash: &'a str,
    /// The signer's name, as they typed it.
    pub name: &'a str,
    /// Their capacity in their own words: "Headteacher".
    pub title: &'a str,
}

/// Signs the newest version in every capacity the person has for which a signature is missing,
/// chair or head. What is signed is what was read: the hash must be that of the sealed version.
///
/// # Errors
/// [`Refusal::NotNow`] when there is nothing to sign; [`Refusal::Field`] when the version has
/// changed since it was read or the name is empty.
pub async fn sign(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    pen: Pen<'_>,
) -> Result<State, Refusal> {
    permit.must_be_to(&[Action::Sign])?;
    let (tx, agreement) = open(app, id).await?;
    let who = standings(app, &tx, permit, &agreement).await?;
    let state = sign_as(app, &tx, permit, &agreement, &who, pen).await?;
    tx.commit().await?;
    Ok(state)
}

/// Signs for whoever stands so on an agreement that is open for writing.
pub(super) async fn sign_as(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    who: &[Standing],
    pen: Pen<'_>,
) -> Result<State, Refusal> {
    let id = agreement.id;
    if pen.name.trim().is_empty() {
        return Err(Refusal::field("name", "Type your name as your signature"));
    }
    let version = store::version(tx, id, agreement.latest).await?;
    let Some(sealed) = version.hash.clone() else {
        return Err(Refusal::NotNow(
            "There is nothing to sign yet: the agreement is still being written.".to_owned(),
        ));
    };
    if sealed != pen.hash {
        return Err(Refusal::field(
            "hash",
            "The agreement has changed since you opened this page. Read it again before you sign",
        ));
    }
    let terms = version.terms();
    let gaps = terms.gaps();
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    let so_far = signed(&store::signatures(tx, id).await?, agreement.latest);
    let (act, capacity, org) = next_signature(agreement, who, so_far, terms.chair_signs())?;
    let to = transition(agreement.state(), act, who)
        .map_err(|no| Refusal::of(no, agreement.state(), act))?;
    debug_assert_eq!(to, To::BySignatures);
    write_signature(tx, permit, agreement, &sealed, capacity, org, pen).await?;
    let now = match act {
        Act::SignSupported => Signed { supported: true, ..so_far },
        Act::SignChair => Signed { chair: true, ..so_far },
        _ => Signed { supporting: true, ..so_far },
    };
    let complete = now.complete(terms.chair_signs());
    let state = match agreement.state() {
        State::UnderVariation if complete => State::Active,
        State::UnderVariation => State::UnderVariation,
        _ => now.state(terms.chair_signs()),
    };
    let mut after = agreement.with_state(state);
    if complete {
        after = Agreement { in_force: Some(agreement.latest), ..after.with_terms(terms) };
        write_team(tx, id, terms).await?;
    }
    store::keep(tx, agreement, &after, permit.context().at).await?;
    if complete {
        if agreement.state() == State::UnderVariation {
            course::freeze(tx, app, permit, &after, terms).await?;
        } else {
            neighbours::freeze_audit(tx, permit, agreement).await?;
        }
        neighbours::promise_time(tx, app, permit, &after, terms).await?;
        course::tell(app, tx, permit, agreement, &course::Told::Signed).await?;
    }
    Ok(state)
}

/// The signature this person can give now: the head's before the chair's.
fn next_signature(
    agreement: &Agreement,
    who: &[Standing],
    so_far: Signed,
    chair_signs: bool,
) -> Result<(Act, &'static str, OrgRef), Refusal> {
    let open = [
        (
            Standing::SupportedHead,
            so_far.supported,
            Act::SignSupported,
            "supported",
            agreement.supported,
        ),
        (
            Standing::SupportingHead,
            so_far.supporting,
            Act::SignSupporting,
            "supporting",
            agreement.supporting,
        ),
        (
            Standing::Chair,
            so_far.chair || !chair_signs,
            Act::SignChair,
            "chair",
            agreement.supported,
        ),
    ];
    let mine: Vec<_> = open.iter().filter(|(standing, ..)| who.contains(standing)).collect();
    if let Some((_, _, act, capacity, org)) = mine.iter().find(|(_, done, ..)| !done) {
        return Ok((*act, capacity, *org));
    }
    Err(if mine.is_empty() {
        Refusal::NotYours("The heads of both schools sign this agreement.".to_owned())
    } else {
        Refusal::NotNow("You have signed this version already, or need not sign it.".to_owned())
    })
}

async fn write_signature(
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    sealed: &str,
    capacity: &str,
    org: OrgRef,
    pen: Pen<'_>,
) -> Result<(), Refusal> {
    let account = match &permit.context().actor {
        Actor::Person { account, .. } => account.clone(),
        // A head without an account is named by the address to which the letter went.
        by_letter @ Actor::Link { .. } => by_letter.key(),
        Actor::System(_) => {
            return Err(Refusal::NotYours("Only a person signs an agreement.".to_owned()));
        }
    };
    let at = permit.context().at;
    let hash = seal(&json!({
        "version": sealed, "capacity": capacity, "org": org, "account": account,
        "name": pen.name.trim(), "title": pen.title.trim(), "at": at.as_microsecond(),
    }));
    tx.run(
        "INSERT INTO agreement_signature
           (agreement, number, capacity, org, account, name, title, signed_at, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            agreement.id.into(),
            agreement.latest.into(),
            capacity.into(),
            org.into(),
            account.into(),
            pen.name.trim().into(),
            pen.title.trim().into(),
            At(at).into(),
            hash.clone().into(),
        ],
    )
    .await?;
    let event = Event::new("agreement", agreement.id, "signed").owned_by(agreement.supported).with(
        json!({ "version": agreement.latest, "capacity": capacity, "org": org, "hash": hash }),
    );
    events::append(tx, permit.context(), event).await?;
    Ok(())
}

/// Re-computes a signature's hash; `true` when nothing in it was changed.
#[must_use]
pub fn signature_intact(signature: &store::Signature, sealed: &str) -> bool {
    signature.hash
        == seal(&json!({
            "version": sealed, "capacity": signature.capacity, "org": signature.org,
            "account": signature.account, "name": signature.name, "title": signature.title,
            "at": signature.signed_at.0.as_microsecond(),
        }))
}

/// Gives up a draft, an offer or a signed agreement before its first day. The permit carries the
/// reason. The request it answers goes back to the desk, and may have another agreement; this one
/// keeps its words and signatures, and the record of acts keeps which request it was for.
///
/// # Errors
/// [`Refusal::Field`] without a reason; [`Refusal`] once it has begun.
pub async fn cancel(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    course::step_in(app, &tx, permit, &agreement, Act::Cancel, course::Reason::Needed).await?;
    neighbours::free_time(&tx, &agreement).await?;
    if let Some(request) = &agreement.request {
        neighbours::reopen_request(&tx, app, permit, request, id).await?;
        tx.run("UPDATE agreement SET request = NULL WHERE id = $1", [id.into()]).await?;
        let facts = json!({ "request": request });
        course::record(&tx, permit.context(), &agreement, "request back on the desk", facts)
            .await?;
    }
    if agreement.state() != State::Drafting {
        course::tell(app, &tx, permit, &agreement, &course::Told::GivenUp).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes an offer back to be written anew, signed by some or by all, before its first day: a new
/// version begins as a copy of the old one, which keeps its seal and its signatures. The permit
/// carries the reason; both schools and the broker read it.
///
/// # Errors
/// [`Refusal::Field`] without a reason; [`Refusal`] when nothing is offered or it has begun.
pub async fn take_back(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    course::step_in(app, &tx, permit, &agreement, Act::TakeBack, course::Reason::Needed).await?;
    let old = store::version(&tx, id, agreement.latest).await?;
    let change = permit.context().reason.clone().unwrap_or_default();
    let number = agreement.latest + 1;
    write_version(&tx, id, number, &Terms { change, ..old.terms().clone() }).await?;
    tx.run(
        "UPDATE agreement SET latest = $2, in_force = NULL WHERE id = $1",
        [id.into(), number.into()],
    )
    .await?;
    if agreement.state() == State::Signed {
        neighbours::hold_time(&tx, &agreement).await?;
    }
    course::tell(app, &tx, permit, &agreement, &course::Told::TakenBack).await?;
    tx.commit().await?;
    Ok(())
}

/// The side on which a person stands as head, if they do.
#[must_use]
pub fn head_side(who: &[Standing]) -> Option<Side> {
    if who.contains(&Standing::SupportedHead) {
        Some(Side::Supported)
    } else if who.contains(&Standing::SupportingHead) {
        Some(Side::Supporting)
    } else {
        None
    }
}

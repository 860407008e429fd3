//! The course of an agreement once it is signed: first day, changes, rests, the ladder and the end.

use access::Permit;
use foundation::{
    App, Context, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{At, Json},
    events::{self, Event},
};
use serde_json::json;

pub(crate) use crate::letters::{Told, tell};
use crate::{
    Refusal,
    agreements::{
        machine::{Act, State, To, Work, transition},
        store::{self, Agreement, AgreementId, open, standings},
        terms::{ChosenKpi, Terms},
    },
    baselines::{Frozen, freeze as freeze_one},
    neighbours,
    pack::pack,
};

/// Whether an act asks for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It must be given.
    Needed,
    /// It may be left out.
    Optional,
}

/// Takes one step that leads from one state to another and has no other effect.
pub(crate) async fn step(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    act: Act,
    reason: Reason,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    step_in(app, &tx, permit, &agreement, act, reason).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn step_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    act: Act,
    reason: Reason,
) -> Result<State, Refusal> {
    let who = standings(app, tx, permit, agreement).await?;
    let to = transition(agreement.state(), act, &who)
        .map_err(|no| Refusal::of(no, agreement.state(), act))?;
    let given = permit.context().reason.as_deref().map_or("", str::trim);
    if reason == Reason::Needed && given.is_empty() {
        return Err(Refusal::field("reason", "Say why, in a sentence both sides can read"));
    }
    let To::State(to) = to else {
        return Err(Refusal::NotNow("This step needs more than one person.".to_owned()));
    };
    let after = agreement.with_state(to);
    store::keep(tx, agreement, &after, permit.context().at).await?;
    record(tx, permit.context(), agreement, act.verb(), json!({ "to": to.key() })).await?;
    Ok(to)
}

/// Appends an event about an agreement, in the transaction of its change.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    tx: &Tx,
    context: &Context,
    agreement: &Agreement,
    verb: &str,
    detail: serde_json::Value,
) -> Result<(), DbError> {
    let event =
        Event::new("agreement", agreement.id, verb).owned_by(agreement.supported).with(detail);
    events::append(tx, context, event).await
}

/// Lets the agreement rest, for a reason. Nothing in it changes until it is resumed.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, or no reason is given.
pub async fn pause(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    step_in(app, &tx, permit, &agreement, Act::Pause, Reason::Needed).await?;
    tell(app, &tx, permit, &agreement, &Told::Paused).await?;
    tx.commit().await?;
    Ok(())
}

/// Goes on after a rest.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn resume(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    step(app, permit, id, Act::Resume, Reason::Optional).await
}

/// Proposes a new version, which begins as a copy of the one that binds. The old one stays in
/// force until both sides have signed.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, or no reason is given.
pub async fn vary(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    step_in(app, &tx, permit, &agreement, Act::Vary, Reason::Needed).await?;
    let binding = store::current(&tx, &agreement).await?;
    let reason = permit.context().reason.clone().unwrap_or_default();
    let terms = Terms { change: reason, ..binding.terms().clone() };
    let number = agreement.latest + 1;
    tx.run(
        "INSERT INTO agreement_version (agreement, number, terms) VALUES ($1, $2, $3)",
        [id.into(), number.into(), Json(&terms).into()],
    )
    .await?;
    tx.run("UPDATE agreement SET latest = $2 WHERE id = $1", [id.into(), number.into()]).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws the proposed version; the old one goes on.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn drop_variation(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    step(app, permit, id, Act::DropVariation, Reason::Optional).await
}

/// Takes the next step of the ladder by which a difficulty is raised.
///
/// # Errors
/// [`Refusal`] when no step is left, the state does not allow it or nothing is said about it.
pub async fn escalate(app: &App, permit: &Permit, id: AgreementId) -> Result<i64, Refusal> {
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Escalate)?;
    let who = standings(app, &tx, permit, &agreement).await?;
    if who.is_empty() {
        return Err(Refusal::NotYours("The people of this agreement raise difficulties.".into()));
    }
    if permit.context().reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(Refusal::field("reason", "Say in a sentence what the difficulty is"));
    }
    let next = agreement.ladder + 1;
    if pack().ladder.iter().all(|rung| rung.step != next) {
        return Err(Refusal::NotNow("Every step of the ladder has been taken.".to_owned()));
    }
    let after = Agreement { ladder: next, ..agreement.clone() };
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    record(&tx, permit.context(), &agreement, "difficulty raised", json!({ "step": next })).await?;
    tell(app, &tx, permit, &agreement, &Told::Ladder).await?;
    tx.commit().await?;
    Ok(next)
}

/// Why an agreement may be ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The ladder has been climbed to its second step at least.
    Ladder,
    /// A safeguarding matter.
    Safeguarding,
    /// A matter of conduct.
    Conduct,
}

impl Ground {
    /// The word a form sends and the event keeps.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ladder => "ladder",
            Self::Safeguarding => "safeguarding",
            Self::Conduct => "conduct",
        }
    }

    /// Reads the word of a form.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Ladder, Self::Safeguarding, Self::Conduct].into_iter().find(|g| g.key() == key)
    }
}

/// Ends the agreement before its time.
///
/// # Errors
/// [`Refusal`] before the second step of the ladder, unless for safeguarding or conduct, and
/// without a reason.
pub async fn end_early(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    ground: Ground,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    let who = standings(app, &tx, permit, &agreement).await?;
    transition(agreement.state(), Act::EndEarly, &who)
        .map_err(|no| Refusal::of(no, agreement.state(), Act::EndEarly))?;
    if ground == Ground::Ladder && agreement.ladder < 2 {
        return Err(Refusal::field(
            "ground",
            "First both leads speak, then both heads meet. Record those two steps, then you can \
             end it",
        ));
    }
    let reason = permit.context().reason.as_deref().map_or("", str::trim);
    if reason.is_empty() {
        return Err(Refusal::field("reason", "Say why, in a sentence both sides can read"));
    }
    let after = agreement.with_state(State::TerminatedEarly).with_end(london(permit.context().at));
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    record(&tx, permit.context(), &agreement, "ended early", json!({ "ground": ground.key() }))
        .await?;
    neighbours::close_time(&tx, app, permit, &agreement, true).await?;
    tell(app, &tx, permit, &agreement, &Told::EndedEarly).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings an agreement into force on its first day and freezes the baselines of both schools.
///
/// # Errors
/// [`Refusal`] before the first day, without every signature, or with an interest still open.
pub async fn activate(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    let who = standings(app, &tx, permit, &agreement).await?;
    transition(agreement.state(), Act::Activate, &who)
        .map_err(|no| Refusal::of(no, agreement.state(), Act::Activate))?;
    let today = london(permit.context().at);
    if agreement.start_on().is_none_or(|start| start > today) {
        return Err(Refusal::NotNow("The first day has not come yet.".to_owned()));
    }
    let number = agreement.in_force.ok_or(Refusal::NotFound)?;
    let binding = store::version(&tx, id, number).await?;
    let gaps = binding.terms().gaps();
    if !gaps.is_empty() {
        return Err(Refusal::Incomplete(gaps));
    }
    if !binding.intact(id) {
        return Err(Refusal::NotNow(
            "The signed words no longer match their hash. Ask whoever runs your Alongside to \
             restore them from a backup."
                .to_owned(),
        ));
    }
    neighbours::must_be_clear(&tx, &agreement, today).await?;
    let after = agreement.with_state(State::Active);
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    let hashes = freeze(&tx, app, permit, &agreement, binding.terms()).await?;
    record(&tx, permit.context(), &agreement, "activated", json!({ "baselines": hashes })).await?;
    neighbours::fulfil_request(&tx, permit, &agreement).await?;
    if let Some(it) = binding.terms().brought_in {
        crate::time::bring_in(app, &tx, permit, &agreement, it).await?;
    }
    tell(app, &tx, permit, &agreement, &Told::Started).await?;
    crate::beside::tell_all(app, &tx, permit, &agreement).await?;
    tx.commit().await?;
    Ok(())
}

/// Freezes what is not frozen yet: each indicator of the signed version, once.
pub(crate) async fn freeze(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    terms: &Terms,
) -> Result<Vec<String>, Refusal> {
    let there = frozen(tx, agreement.id).await?;
    let mut hashes = Vec::new();
    let excluded = supported_now(tx, agreement).await?;
    for chosen in &terms.kpis {
        let known = there.iter().any(|(_, f)| {
            f.side == chosen.side && f.indicator.code == chosen.code && f.group == chosen.group
        });
        if known {
            continue;
        }
        let frozen = freeze_chosen(tx, terms, chosen, &excluded).await?;
        let hash = frozen.hash();
        tx.run(
            "INSERT INTO baseline (id, agreement, number, side, org, kpi, grp, body, hash, frozen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                app.ids.next().to_string().into(),
                agreement.id.into(),
                agreement.in_force.unwrap_or(agreement.latest).into(),
                chosen.side.key().into(),
                frozen.school.into(),
                chosen.code.clone().into(),
                chosen.group.clone().into(),
                Json(&frozen).into(),
                hash.clone().into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
        hashes.push(hash);
    }
    Ok(hashes)
}

async fn freeze_chosen(
    tx: &Tx,
    terms: &Terms,
    chosen: &ChosenKpi,
    excluded: &[u32],
) -> Result<Frozen, Refusal> {
    let school = terms.school(chosen.side);
    let Some(indicator) = neighbours::indicator(&chosen.code) else {
        return Err(Refusal::field(
            "kpis",
            format!("The indicator “{}” is not known here: choose another", chosen.code),
        ));
    };
    let known = match school.urn() {
        Some(urn) => neighbours::known(tx, urn, &chosen.code, &chosen.group, excluded).await?,
        None => crate::baselines::Known::default(),
    };
    let outturn_from =
        terms.outturn_from.or_else(|| terms.start_on.map(Terms::first_outturn)).ok_or_else(
            || Refusal::field("outturn_from", "Choose the first year whose results count"),
        )?;
    let chosen_on = terms.chosen_on.map(|chosen_on| chosen_on.year);
    Ok(freeze_one(chosen, indicator, school, chosen_on, outturn_from, &known))
}

/// Schools that cannot stand in a comparison: the two schools and everybody else with support.
async fn supported_now(tx: &Tx, agreement: &Agreement) -> Result<Vec<u32>, DbError> {
    let others: Vec<Agreement> = tx
        .all(
            &format!(
                "SELECT {} FROM agreement a
                 WHERE a.state IN ('active', 'under_variation', 'paused', 'exiting')",
                store::COLUMNS
            ),
            [],
        )
        .await?;
    let mut urns: Vec<u32> = others
        .iter()
        .map(|other| other.supported)
        .chain([agreement.supported, agreement.supporting])
        .filter_map(OrgRef::urn)
        .collect();
    urns.sort_unstable();
    urns.dedup();
    Ok(urns)
}

/// The frozen baselines of an agreement with their stored hashes, supported school first.
///
/// # Errors
/// When the database cannot be read.
pub async fn frozen(db: &impl Sql, id: AgreementId) -> Result<Vec<(String, Frozen)>, DbError> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        body: Json<Frozen>,
        hash: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT body, hash FROM baseline WHERE agreement = $1 ORDER BY side, kpi, grp",
            [id.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.hash, row.body.0)).collect())
}

/// What [`tend`] did and what it could not do.
#[derive(Debug, Default)]
pub struct Tended {
    /// Agreements brought into force.
    pub started: Vec<AgreementId>,
    /// Agreements whose first day has come but which cannot begin, with the reason.
    pub waiting: Vec<(AgreementId, String)>,
    /// Completed agreements whose sustaining began.
    pub sustaining: Vec<AgreementId>,
}

/// What Alongside does by itself each day: first days, milestones that fall due, and the passage
/// from completed to sustaining. The permit is [`Permit::system`].
///
/// # Errors
/// When the database refuses; a single agreement that cannot begin is reported instead.
pub async fn tend(app: &App, permit: &Permit) -> Result<Tended, DbError> {
    let today = london(permit.context().at).to_string();
    let mut tended = Tended::default();
    let due: Vec<Agreement> = app
        .db
        .all(
            &format!(
                "SELECT {} FROM agreement a WHERE (a.state = 'signed' AND a.start_on <= $1)
                   OR a.state = 'completed' ORDER BY a.id",
                store::COLUMNS
            ),
            [today.clone().into()],
        )
        .await?;
    for agreement in due {
        let done = if agreement.state() == State::Signed {
            activate(app, permit, agreement.id).await.map(|()| tended.started.push(agreement.id))
        } else {
            step(app, permit, agreement.id, Act::BeginSustaining, Reason::Optional)
                .await
                .map(|()| tended.sustaining.push(agreement.id))
        };
        match done {
            Ok(()) => {}
            Err(Refusal::Db(error)) => return Err(error),
            Err(why) => tended.waiting.push((agreement.id, why.to_string())),
        }
    }
    let tx = app.db.write().await?;
    tx.run(
        "UPDATE milestone SET state = 'due', version = version + 1
         WHERE state = 'pending' AND due_on <= $1",
        [today.into()],
    )
    .await?;
    tx.commit().await?;
    Ok(tended)
}

//! The end: who carries the work on, what people can do now, how it was, and whether it still
//! holds one and three terms later.

use access::Permit;
use foundation::{
    App, DbError, Sql,
    db::{AsText, At},
    id_type,
};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Bodies, Side,
        machine::{Act, Standing, Work},
        store::{open, standings},
    },
    course::{self, record},
    pack::pack,
};

pub mod advice;
mod checks;
mod feedback;
mod home;

pub(crate) use checks::must_answer;
pub use checks::{Check, CheckId, Held, answer, checks_of, confirm};
pub(crate) use feedback::must_be_a_head;
pub use feedback::{Feedback, feedback_of, give_feedback};
pub use home::{GainKind, TakenHome, may_take_home, take_home, taken_home};

id_type! {
    /// Something somebody can do now.
    GainId
}

/// The exit plan and its check-list.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub struct ExitPlan {
    /// Who owns what from now on.
    pub owners: String,
    /// What stops.
    pub stops: String,
    /// What stays, and how it is looked after.
    pub stays: String,
    ticked: String,
    /// Guards against two people changing it at once.
    pub version: i64,
}

impl ExitPlan {
    /// Whether an item of the check-list is done.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.ticked.split(' ').any(|ticked| ticked == code)
    }

    /// Whether the plan says who carries what on.
    #[must_use]
    pub fn is_written(&self) -> bool {
        !self.owners.trim().is_empty() && !self.stays.trim().is_empty()
    }

    /// Items of the check-list that are open, in words for these two sides.
    #[must_use]
    pub fn open(&self, bodies: Bodies) -> Vec<String> {
        pack()
            .exit_items
            .iter()
            .filter(|item| !self.has(&item.code))
            .map(|item| bodies.say(&item.words))
            .collect()
    }
}

/// Somebody can do something they could not do before.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Gain {
    /// The identifier.
    pub id: GainId,
    side: AsText<Side>,
    kind: AsText<GainKind>,
    /// Who: a role rather than a name where that is enough.
    pub who: String,
    /// What they can do now.
    pub can_now: String,
    /// How one knows.
    pub evidence: String,
}

impl Gain {
    /// At which school.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side.0
    }

    /// What kind of gain it is.
    #[must_use]
    pub const fn kind(&self) -> GainKind {
        self.kind.0
    }
}

/// The exit plan of an agreement; empty when none was written.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_of(db: &impl Sql, id: AgreementId) -> Result<ExitPlan, DbError> {
    Ok(db
        .first(
            "SELECT owners, stops, stays, ticked, version FROM exit_plan WHERE agreement = $1",
            [id.into()],
        )
        .await?
        .unwrap_or_default())
}

/// What people can do now, in the order it was written down.
///
/// # Errors
/// When the database cannot be read.
pub async fn gains_of(db: &impl Sql, id: AgreementId) -> Result<Vec<Gain>, DbError> {
    db.all(
        "SELECT id, side, kind, who, can_now, evidence FROM capacity_gain WHERE agreement = $1
         ORDER BY recorded_at, id",
        [id.into()],
    )
    .await
}

/// Whose part it is: asked by the form as well as by the act.
pub(crate) fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
    let part = [
        Standing::SupportedHead,
        Standing::SupportingHead,
        Standing::Lead,
        Standing::Member,
        Standing::Broker,
    ];
    if part.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads, the team and the broker write this.".to_owned()))
}

/// What an exit plan says.
#[derive(Clone, Debug)]
pub struct NewPlan<'a> {
    /// Who owns what from now on.
    pub owners: &'a str,
    /// What stops.
    pub stops: &'a str,
    /// What stays.
    pub stays: &'a str,
    /// Items of the check-list that are done, by code.
    pub ticked: &'a [&'a str],
    /// The version the writer had before them; 0 for a first plan.
    pub seen: i64,
}

/// Writes the exit plan and ticks the check-list.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else wrote first; [`Refusal`] when the state or the person
/// does not allow it.
pub async fn write_plan(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    new: &NewPlan<'_>,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Exit)?;
    must_take_part(&standings(app, &tx, permit, &agreement).await?)?;
    if plan_of(&tx, id).await?.version != new.seen {
        return Err(DbError::Conflict("exit plan").into());
    }
    let ticked: Vec<&str> = pack()
        .exit_items
        .iter()
        .map(|item| item.code.as_str())
        .filter(|code| new.ticked.contains(code))
        .collect();
    tx.run(
        "INSERT INTO exit_plan (agreement, owners, stops, stays, ticked, version)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (agreement) DO UPDATE SET owners = excluded.owners, stops = excluded.stops,
           stays = excluded.stays, ticked = excluded.ticked, version = excluded.version",
        [
            id.into(),
            new.owners.trim().into(),
            new.stops.trim().into(),
            new.stays.trim().into(),
            ticked.join(" ").into(),
            (new.seen + 1).into(),
        ],
    )
    .await?;
    record(&tx, permit.context(), &agreement, "exit plan written", json!({ "ticked": ticked }))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Begins the end. Feedback is asked of both sides from here on.
///
/// # Errors
/// [`Refusal`] without an exit plan, or when the state or the person does not allow it.
pub async fn begin(app: &App, permit: &Permit, id: AgreementId) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    if !plan_of(&tx, id).await?.is_written() {
        return Err(Refusal::field(
            "owners",
            "Write the exit plan first: who owns what from now on, and what stays",
        ));
    }
    course::step_in(app, &tx, permit, &agreement, Act::BeginExit, course::Reason::Optional).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down what somebody can do now.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it or a part is empty.
pub async fn gain(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    side: Side,
    kind: GainKind,
    [who, can_now, evidence]: [&str; 3],
) -> Result<GainId, Refusal> {
    if who.trim().is_empty() {
        return Err(Refusal::field("who", "Say who: a role is enough"));
    }
    if can_now.trim().is_empty() {
        return Err(Refusal::field("can_now", "Say what they can do now"));
    }
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Exit)?;
    must_take_part(&standings(app, &tx, permit, &agreement).await?)?;
    let gain = GainId::new(&app.ids);
    tx.run(
        "INSERT INTO capacity_gain (id, agreement, side, kind, who, can_now, evidence, recorded_by,
           recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            gain.into(),
            id.into(),
            side.key().into(),
            kind.key().into(),
            who.trim().into(),
            can_now.trim().into(),
            evidence.trim().into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    record(
        &tx,
        permit.context(),
        &agreement,
        "capacity gained",
        json!({ "side": side, "kind": kind.key() }),
    )
    .await?;
    tx.commit().await?;
    Ok(gain)
}

//! The end itself, and whether it still holds one and three terms later.

use access::Permit;
use foundation::{
    Actor, App, DbError, Sql, Tx,
    clock::london,
    db::{AsText, At},
    id_type,
    terms::terms_later,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::plan_of;
use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Side,
        acts::head_side,
        machine::{Act, Standing, State, Work, transition},
        store::{self, open, standings},
    },
    course::{self, Told, record, tell},
    neighbours,
};

id_type! {
    /// A check after the end.
    CheckId
}
/// A check after the end.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Check {
    /// The identifier.
    pub id: CheckId,
    /// The agreement.
    pub agreement: AgreementId,
    /// How many terms after the end.
    pub terms: i64,
    due_on: AsText<Date>,
    /// `yes`, `partly` or `no`, once answered.
    pub held: Option<String>,
    /// How one knows.
    pub evidence: String,
    /// What happens next.
    pub next: String,
}

impl Check {
    /// By when.
    #[must_use]
    pub const fn due_on(&self) -> Date {
        self.due_on.0
    }

    /// The answer in words.
    #[must_use]
    pub fn held_in_words(&self) -> &'static str {
        match self.held.as_deref() {
            Some("yes") => "It holds",
            Some("partly") => "It holds in part",
            Some(_) => "It no longer holds",
            None => "Not answered yet",
        }
    }
}

/// The checks after the end, first to last.
///
/// # Errors
/// When the database cannot be read.
pub async fn checks_of(db: &impl Sql, id: AgreementId) -> Result<Vec<Check>, DbError> {
    db.all(
        "SELECT id, agreement, terms, due_on, held, evidence, next FROM sustainability_check
         WHERE agreement = $1 ORDER BY terms",
        [id.into()],
    )
    .await
}

/// A head confirms that all is done; with the second the agreement is completed and two checks
/// are set for one and three terms later.
///
/// # Errors
/// [`Refusal`] while the check-list is open, time is not reconciled, or the person has confirmed.
pub async fn confirm(app: &App, permit: &Permit, id: AgreementId) -> Result<State, Refusal> {
    let (tx, agreement) = open(app, id).await?;
    let who = standings(app, &tx, permit, &agreement).await?;
    transition(agreement.state(), Act::Confirm, &who)
        .map_err(|no| Refusal::of(no, agreement.state(), Act::Confirm))?;
    let open_items = plan_of(&tx, id).await?.open(agreement.bodies());
    if !open_items.is_empty() {
        return Err(Refusal::field("ticked", format!("Still open: {}", open_items.join("; "))));
    }
    no_time_waits(&tx, id).await?;
    let side = head_side(&who).ok_or(Refusal::NotFound)?;
    if side == Side::Supporting && super::taken_home(&tx, id).await?.is_none() {
        return Err(Refusal::field(
            "home",
            agreement.bodies().say(
                "Say first what your school took home from this support, or that it was nothing",
            ),
        ));
    }
    let after = match side {
        Side::Supported => Agreement { confirmed_supported: true, ..agreement.clone() },
        Side::Supporting => Agreement { confirmed_supporting: true, ..agreement.clone() },
    };
    if (after.confirmed_supported, after.confirmed_supporting)
        == (agreement.confirmed_supported, agreement.confirmed_supporting)
    {
        return Err(Refusal::NotNow(
            agreement
                .bodies()
                .say("You have confirmed this already. The other school's head confirms too."),
        ));
    }
    let done = after.confirmed_supported && after.confirmed_supporting;
    let to = if done { State::Completed } else { after.state() };
    let detail = json!({ "side": side, "to": to.key() });
    record(&tx, permit.context(), &agreement, "completion confirmed", detail).await?;
    if done {
        complete(app, &tx, permit, &agreement, after).await?;
    } else {
        store::keep(&tx, &agreement, &after, permit.context().at).await?;
    }
    tx.commit().await?;
    Ok(to)
}

/// Completes a support in the transaction of the act that ends it: what was planned is settled, its
/// time is closed, it is asked twice whether it holds, and both heads are told.
pub(super) async fn complete(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    after: Agreement,
) -> Result<(), Refusal> {
    no_time_waits(tx, agreement.id).await?;
    let today = london(permit.context().at);
    for terms in [1_u8, 3] {
        tx.run(
            "INSERT INTO sustainability_check (id, agreement, terms, due_on)
             VALUES ($1, $2, $3, $4)",
            [
                CheckId::new(&app.ids).into(),
                agreement.id.into(),
                i64::from(terms).into(),
                AsText(terms_later(today, terms)).into(),
            ],
        )
        .await?;
    }
    let after = after.with_state(State::Completed).with_end(today);
    store::keep(tx, agreement, &after, permit.context().at).await?;
    neighbours::close_time(tx, app, permit, agreement, false).await?;
    tell(app, tx, permit, agreement, &Told::Completed).await?;
    Ok(())
}

/// Refuses while planned time is neither delivered nor cancelled.
async fn no_time_waits(tx: &Tx, id: AgreementId) -> Result<(), Refusal> {
    let waiting = tx
        .count(
            "SELECT count(*) AS n FROM time_entry WHERE agreement = $1 AND state = 'planned'",
            [id.into()],
        )
        .await?;
    if waiting > 0 {
        return Err(Refusal::field(
            "time",
            "Some planned time is neither delivered nor cancelled: settle it first",
        ));
    }
    Ok(())
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It holds.
    Yes,
    /// It holds in part.
    Partly,
    /// It no longer holds.
    No,
}

impl Held {
    /// Reads the word of a form.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "yes" => Some(Self::Yes),
            "partly" => Some(Self::Partly),
            "no" => Some(Self::No),
            _ => None,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
}

/// Who answers a check: asked by the form as well as by the act.
pub(crate) fn must_answer(who: &[Standing]) -> Result<(), Refusal> {
    if who.contains(&Standing::SupportedHead) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The head of the supported school says whether it still holds.".to_owned(),
    ))
}

/// Answers a check. The last one settles whether the agreement counts as sustained.
///
/// # Errors
/// [`Refusal`] when it is not the supported head who answers, it has been answered, an earlier one
/// is open, or nothing is said about how one knows.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: CheckId,
    held: Held,
    evidence: &str,
    next: &str,
) -> Result<(), Refusal> {
    #[derive(FromQueryResult)]
    struct Of {
        agreement: AgreementId,
    }
    let of: Option<Of> = app
        .db
        .first("SELECT agreement FROM sustainability_check WHERE id = $1", [id.into()])
        .await?;
    let (tx, agreement) = open(app, of.ok_or(Refusal::NotFound)?.agreement).await?;
    agreement.must_allow(Work::Check)?;
    must_answer(&standings(app, &tx, permit, &agreement).await?)?;
    if evidence.trim().is_empty() {
        return Err(Refusal::field("evidence", "Say how you know"));
    }
    let checks = checks_of(&tx, agreement.id).await?;
    let check = checks.iter().find(|check| check.id == id).ok_or(Refusal::NotFound)?;
    if check.held.is_some() {
        return Err(Refusal::NotNow("This check has been answered.".to_owned()));
    }
    if checks.iter().any(|earlier| earlier.terms < check.terms && earlier.held.is_none()) {
        return Err(Refusal::NotNow("Answer the earlier check first.".to_owned()));
    }
    tx.run(
        "UPDATE sustainability_check SET held = $2, evidence = $3, next = $4, answered_by = $5,
           answered_at = $6 WHERE id = $1 AND held IS NULL",
        [
            id.into(),
            held.key().into(),
            evidence.trim().into(),
            next.trim().into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let detail = json!({ "terms": check.terms, "held": held.key() });
    record(&tx, permit.context(), &agreement, "check answered", detail).await?;
    if check.terms >= 3 {
        let act = if held == Held::No { Act::Lapse } else { Act::Hold };
        let own = Permit::system("sustaining", permit.context().at);
        debug_assert!(matches!(own.context().actor, Actor::System(_)));
        course::step_in(app, &tx, &own, &agreement, act, course::Reason::Optional).await?;
    }
    tx.commit().await?;
    Ok(())
}

//! The end: who carries the work on, what people can do now, how it was, and whether it still
//! holds one and three terms later.

use access::Permit;
use foundation::{
    Actor, App, DbError, Sql,
    clock::london,
    db::{AsText, At, Json},
    id_type,
    terms::terms_later,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

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
    pack::pack,
};

id_type! {
    /// A check after the end.
    CheckId
}
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

    /// Items of the check-list that are open, in words.
    #[must_use]
    pub fn open(&self) -> Vec<&'static str> {
        pack()
            .exit_items
            .iter()
            .filter(|item| !self.has(&item.code))
            .map(|item| item.words.as_str())
            .collect()
    }
}

/// Somebody can do something they could not do before.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Gain {
    /// The identifier.
    pub id: GainId,
    side: AsText<Side>,
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
}

/// How it was, said by one side about working with the other.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Feedback {
    side: AsText<Side>,
    answers: Json<Vec<(String, u8)>>,
    /// In their own words.
    pub comment: String,
    /// When.
    pub given_at: At,
}

impl Feedback {
    /// Who says it.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side.0
    }

    /// The answers by item: 1 not at all to 4 fully.
    #[must_use]
    pub fn answers(&self) -> &[(String, u8)] {
        &self.answers.0
    }
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
        "SELECT id, side, who, can_now, evidence FROM capacity_gain WHERE agreement = $1
         ORDER BY recorded_at, id",
        [id.into()],
    )
    .await
}

/// What the two sides said.
///
/// # Errors
/// When the database cannot be read.
pub async fn feedback_of(db: &impl Sql, id: AgreementId) -> Result<Vec<Feedback>, DbError> {
    db.all(
        "SELECT side, answers, comment, given_at FROM feedback WHERE agreement = $1 ORDER BY side",
        [id.into()],
    )
    .await
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

fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
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
        "INSERT INTO capacity_gain (id, agreement, side, who, can_now, evidence, recorded_by,
           recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            gain.into(),
            id.into(),
            side.key().into(),
            who.trim().into(),
            can_now.trim().into(),
            evidence.trim().into(),
            permit.context().actor.key().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    record(&tx, permit.context(), &agreement, "capacity gained", json!({ "side": side })).await?;
    tx.commit().await?;
    Ok(gain)
}

/// Says how it was. Each head says it once, for their school.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, an answer is missing, or this side
/// has spoken already.
pub async fn give_feedback(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    answers: &[(String, u8)],
    comment: &str,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    agreement.must_allow(Work::Feedback)?;
    let who = standings(app, &tx, permit, &agreement).await?;
    let Some(side) = head_side(&who) else {
        return Err(Refusal::NotYours("The two heads say how it was.".to_owned()));
    };
    for item in &pack().feedback_items {
        let answer = answers.iter().find(|(code, _)| *code == item.code);
        if !answer.is_some_and(|(_, value)| (1..=4).contains(value)) {
            return Err(Refusal::field("answers", format!("Choose an answer: {}", item.words)));
        }
    }
    let given = tx
        .run(
            "INSERT INTO feedback (agreement, side, answers, comment, given_by, given_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                id.into(),
                side.key().into(),
                Json(answers).into(),
                comment.trim().into(),
                permit.context().actor.key().into(),
                At(permit.context().at).into(),
            ],
        )
        .await;
    match given {
        Err(DbError::Duplicate(_)) => {
            return Err(Refusal::NotNow("Your school has given its feedback already.".to_owned()));
        }
        other => other?,
    };
    record(&tx, permit.context(), &agreement, "feedback given", json!({ "side": side })).await?;
    if side == Side::Supported {
        neighbours::judge_support(&tx, app, permit, &agreement, answers).await?;
    }
    tx.commit().await?;
    Ok(())
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
    let open_items = plan_of(&tx, id).await?.open();
    if !open_items.is_empty() {
        return Err(Refusal::field("ticked", format!("Still open: {}", open_items.join("; "))));
    }
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
    let side = head_side(&who).ok_or(Refusal::NotFound)?;
    let today = london(permit.context().at);
    let mut after = match side {
        Side::Supported => Agreement { confirmed_supported: true, ..agreement.clone() },
        Side::Supporting => Agreement { confirmed_supporting: true, ..agreement.clone() },
    };
    if (after.confirmed_supported, after.confirmed_supporting)
        == (agreement.confirmed_supported, agreement.confirmed_supporting)
    {
        return Err(Refusal::NotNow(
            "You have confirmed this already. The other school's head confirms too.".to_owned(),
        ));
    }
    let done = after.confirmed_supported && after.confirmed_supporting;
    if done {
        after = after.with_state(State::Completed).with_end(today);
        for terms in [1_u8, 3] {
            tx.run(
                "INSERT INTO sustainability_check (id, agreement, terms, due_on)
                 VALUES ($1, $2, $3, $4)",
                [
                    CheckId::new(&app.ids).into(),
                    id.into(),
                    i64::from(terms).into(),
                    AsText(terms_later(today, terms)).into(),
                ],
            )
            .await?;
        }
    }
    store::keep(&tx, &agreement, &after, permit.context().at).await?;
    let detail = json!({ "side": side, "to": after.state().key() });
    record(&tx, permit.context(), &agreement, "completion confirmed", detail).await?;
    if done {
        neighbours::close_time(&tx, &agreement, false).await?;
        tell(app, &tx, permit, &agreement, &Told::Completed).await?;
    }
    tx.commit().await?;
    Ok(after.state())
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
    let who = standings(app, &tx, permit, &agreement).await?;
    if !who.contains(&Standing::SupportedHead) {
        return Err(Refusal::NotYours(
            "The head of the supported school says whether it still holds.".to_owned(),
        ));
    }
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

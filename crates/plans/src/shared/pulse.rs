//! A short look at the climate among members: five statements, answered without a name.
//!
//! An answer is added to the counts and kept nowhere else; who has answered is known only so that
//! nobody answers twice, and is forgotten when the questions close. Counts are shown once, after they
//! closed, and only where at least [`FEWEST`] people answered: while answers come in, one more of them
//! would be the difference between two pages.

use access::{AccountId, Permit, Visitor, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::AsText,
    events::{self, Event},
    id_type,
    machine::{Document, Line, No, either, line, transition},
    words,
};
use jiff::{Span, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::Refusal;

id_type! {
    /// One time the questions are asked.
    PulseId
}

/// Fewer answers than these are shown to nobody.
pub const FEWEST: i64 = 5;
/// How many days the questions may stay open, at least and at most.
pub const DAYS: std::ops::RangeInclusive<i32> = 3..=42;
/// How much of a statement somebody finds true, from the least.
pub const LEVELS: [&str; 4] = ["Not at all", "A little", "Mostly", "Fully"];

words! {
    /// Where it stands.
    State {
        Open = "open", "Open for answers";
        Shown = "shown", "Answers shown";
        TooFew = "too_few", "Too few answered";
    }
}

words! {
    /// What can be done.
    Act {
        Answer = "answer", "Answer";
        Show = "show", "Close it and show the answers";
        Discard = "discard", "Close it and show nothing";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Member = "member", "somebody of a member";
        Keeper = "keeper", "whoever looks after the partnership";
        System = "system", "Alongside itself";
    }
}

const KEEPERS: &[Who] = &[Who::Keeper, Who::System];

const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Open, Act::Answer, &[Who::Member], State::Open, "every statement, once"),
    line(State::Open, Act::Show, KEEPERS, State::Shown, "at least five answered"),
    line(State::Open, Act::Discard, KEEPERS, State::TooFew, "fewer than five answered"),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of(
        "pulses",
        "The life of questions about the climate",
        "crates/plans/src/shared/pulse.rs",
        STEPS,
    )
}

/// Where an act leads.
///
/// # Errors
/// [`Refusal`] when the step is not listed for these.
pub fn step(from: State, act: Act, who: &[Who]) -> Result<State, Refusal> {
    transition(STEPS, from, act, who).map_err(|no| match no {
        No::NotNow => Refusal::NotNow("These questions are closed.".to_owned()),
        No::NotYours(who) => Refusal::NotYours(format!("This is for {} to do.", either(who))),
    })
}

/// One time the questions are asked.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Pulse {
    /// The identifier.
    pub id: PulseId,
    /// Whose members are asked.
    pub partnership: OrgRef,
    state: AsText<State>,
    statements: String,
    opened_on: AsText<Date>,
    closes_on: AsText<Date>,
    /// How many answered.
    pub replies: i64,
}

const COLUMNS: &str = "id, partnership, state, statements, opened_on, closes_on, replies";

impl Pulse {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// Since which day.
    #[must_use]
    pub const fn opened(&self) -> Date {
        self.opened_on.0
    }

    /// The last day for answers.
    #[must_use]
    pub const fn closes(&self) -> Date {
        self.closes_on.0
    }

    /// What people are asked about, in order.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        serde_json::from_str(&self.statements).unwrap_or_default()
    }
}

/// How many chose each level of a statement, the lowest level first.
pub type Counts = [i64; LEVELS.len()];

/// What a visitor is to the questions of a partnership: whoever has a post at a member answers, whoever
/// looks after the partnership asks and closes.
#[must_use]
pub fn standings(visitor: &Visitor, partnership: OrgRef) -> Vec<Who> {
    let mut who = Vec::new();
    let member =
        |(of, member): &(OrgRef, OrgRef)| *of == partnership && visitor.belongs_to(*member);
    if visitor.account.is_some() && visitor.members.iter().any(member) {
        who.push(Who::Member);
    }
    let whole = partnerships::resource(partnership);
    if access::decide(visitor, access::Action::Update, &whole).allowed {
        who.push(Who::Keeper);
    }
    who
}

/// All of a partnership, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Pulse>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM pulse WHERE partnership = $1 ORDER BY opened_on DESC, id DESC"
    );
    db.all(&sql, [partnership.into()]).await
}

/// One of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: PulseId) -> Result<Option<Pulse>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM pulse WHERE id = $1"), [id.into()]).await
}

/// The one that somebody of a member has not answered yet, if one is open.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting_for(
    db: &impl Sql,
    partnership: OrgRef,
    account: AccountId,
) -> Result<Option<Pulse>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM pulse p WHERE partnership = $1 AND state = 'open'
         AND NOT EXISTS (SELECT 1 FROM pulse_reply r WHERE r.pulse = p.id AND r.account = $2)"
    );
    db.first(&sql, [partnership.into(), account.into()]).await
}

/// Whether somebody has answered one that is still open.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_answered(db: &impl Sql, id: PulseId, account: AccountId) -> Result<bool, DbError> {
    let sql = "SELECT count(*) AS n FROM pulse_reply WHERE pulse = $1 AND account = $2";
    Ok(db.count(sql, [id.into(), account.into()]).await? > 0)
}

/// How many chose what, statement by statement; nothing unless it is closed and enough answered.
///
/// # Errors
/// When the database cannot be read.
pub async fn counts(db: &impl Sql, it: &Pulse) -> Result<Option<Vec<Counts>>, DbError> {
    if it.state() != State::Shown || it.replies < FEWEST {
        return Ok(None);
    }
    #[derive(FromQueryResult)]
    struct Row {
        statement: i64,
        level: i64,
        n: i64,
    }
    let rows: Vec<Row> = db
        .all("SELECT statement, level, n FROM pulse_count WHERE pulse = $1", [it.id.into()])
        .await?;
    let mut all = vec![Counts::default(); it.statements().len()];
    for row in rows {
        let place = usize::try_from(row.statement - 1).ok().and_then(|at| all.get_mut(at));
        let level = usize::try_from(row.level - 1).ok();
        if let Some(cell) = place.zip(level).and_then(|(counts, level)| counts.get_mut(level)) {
            *cell = row.n;
        }
    }
    Ok(Some(all))
}

/// Asks the members. Needs a permit to change the partnership.
///
/// # Errors
/// [`Refusal`] while others are open, or when the last day is too near or too far.
pub async fn open(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    closes: Option<Date>,
) -> Result<PulseId, Refusal> {
    permit.must_be_to(&[access::Action::Update])?;
    let statements: Vec<&str> =
        support::pack::pack().pulse.iter().map(|one| one.words.as_str()).collect();
    let today = london(permit.context().at);
    let day = |days: i32| today.saturating_add(Span::new().days(days));
    let closes = closes
        .filter(|on| (day(*DAYS.start())..=day(*DAYS.end())).contains(on))
        .ok_or_else(|| {
            Refusal::field("closes", "Enter a last day between three days and six weeks from today")
        })?;
    let tx = app.db.write().await?;
    tx.lock(&format!("pulse of {partnership}")).await?;
    if of(&tx, partnership).await?.iter().any(|one| one.state() == State::Open) {
        return Err(Refusal::NotNow("The members are being asked already.".to_owned()));
    }
    let id = PulseId::new(&app.ids);
    tx.run(
        "INSERT INTO pulse (id, partnership, state, statements, opened_on, closes_on, replies)
         VALUES ($1, $2, 'open', $3, $4, $5, 0)",
        [
            id.into(),
            partnership.into(),
            json!(statements).to_string().into(),
            today.to_string().into(),
            closes.to_string().into(),
        ],
    )
    .await?;
    let event = Event::new("pulse", id, "opened").owned_by(partnership);
    events::append(&tx, permit.context(), event.with(json!({ "closes": closes }))).await?;
    tx.commit().await?;
    Ok(id)
}

async fn locked(app: &App, id: PulseId) -> Result<(Tx, Pulse), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("pulse {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((tx, it))
}

/// The names of the fields, one for each statement; a pack has exactly as many.
pub const FIELDS: [&str; 5] = ["says-1", "says-2", "says-3", "says-4", "says-5"];

/// Adds somebody's answers, one level from 1 to 4 for each statement, to the counts. `who` is what they
/// are to the partnership.
///
/// # Errors
/// [`Refusal`] by somebody who is of no member, by whoever has answered, after the last day, or when a
/// statement has no answer.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: PulseId,
    who: &[Who],
    levels: &[Option<i64>],
) -> Result<(), Refusal> {
    let (tx, it) = locked(app, id).await?;
    step(it.state(), Act::Answer, who)?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    let today = london(permit.context().at);
    if today > it.closes() {
        return Err(Refusal::NotNow("The last day for answers is over.".to_owned()));
    }
    let mut missing = Vec::new();
    for (at, words) in it.statements().iter().enumerate() {
        let level = levels.get(at).copied().flatten();
        if !level.is_some_and(|level| (1..=4).contains(&level)) {
            missing.push(foundation::web::FieldError {
                field: FIELDS.get(at).copied().unwrap_or("says-1").to_owned(),
                message: format!("Choose how far it is true: {words}"),
            });
        }
    }
    if !missing.is_empty() {
        return Err(Refusal::Fields(missing));
    }
    let first = "INSERT INTO pulse_reply (pulse, account) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if tx.run(first, [id.into(), account.into()]).await? == 0 {
        return Err(Refusal::NotNow("You have answered already. Thank you.".to_owned()));
    }
    for (statement, level) in (1_i64..).zip(levels).take(it.statements().len()) {
        tx.run(
            "INSERT INTO pulse_count (pulse, statement, level, n) VALUES ($1, $2, $3, 1)
             ON CONFLICT (pulse, statement, level) DO UPDATE SET n = pulse_count.n + 1",
            [id.into(), statement.into(), level.unwrap_or_default().into()],
        )
        .await?;
    }
    tx.run("UPDATE pulse SET replies = replies + 1 WHERE id = $1", [id.into()]).await?;
    // That somebody answered is in the record of acts; what they answered is nowhere.
    let event = Event::new("pulse", id, "answered").owned_by(it.partnership);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes it: the counts are shown where enough answered, and are deleted where not. Who had answered
/// is forgotten either way.
///
/// # Errors
/// [`Refusal`] when it is closed already or for somebody else to close.
pub async fn close(app: &App, permit: &Permit, id: PulseId, who: &[Who]) -> Result<State, Refusal> {
    let (tx, it) = locked(app, id).await?;
    let act = if it.replies < FEWEST { Act::Discard } else { Act::Show };
    let to = step(it.state(), act, who)?;
    tx.run("DELETE FROM pulse_reply WHERE pulse = $1", [id.into()]).await?;
    if to == State::TooFew {
        tx.run("DELETE FROM pulse_count WHERE pulse = $1", [id.into()]).await?;
    }
    let sql = "UPDATE pulse SET state = $2 WHERE id = $1";
    tx.run(sql, [id.into(), AsText(to).into()]).await?;
    let event = Event::new("pulse", id, "closed").owned_by(it.partnership);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(to)
}

/// Closes those whose last day is over.
///
/// # Errors
/// When the database refuses.
pub async fn close_due(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let sql =
        format!("SELECT {COLUMNS} FROM pulse WHERE state = 'open' AND closes_on < $1 ORDER BY id");
    let today = london(permit.context().at).to_string();
    let due: Vec<Pulse> = app.db.all(&sql, [today.into()]).await?;
    for it in &due {
        close(app, permit, it.id, &[Who::System]).await?;
    }
    Ok(due.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        open answer member open
        open show keeper shown
        open show system shown
        open discard keeper too_few
        open discard system too_few";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            State::ALL,
            Act::ALL,
            Who::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
    }
}

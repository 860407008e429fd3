//! Joint practice development: one question, tried in *both* schools, with evidence before and
//! after in both. A cycle is done when each school has recorded what changed in it, or both say
//! why nothing did; then the two decide whether it should spread.

use access::{AccountId, Kind, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
    id_type, words,
};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{AgreementId, agreements::store};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line, step},
    visits::model::{actor, leads},
};

id_type! {
    /// A cycle.
    CycleId
}

words! {
    /// Where a cycle stands.
    State {
        Question = "question", "Waits for the partner school";
        Paired = "paired", "Getting ready";
        Inquiry = "inquiry", "Being tried in both schools";
        Evidence = "evidence", "Looking at what happened";
        Recorded = "change_recorded", "Change recorded in both schools";
        Shared = "shared", "Done and decided";
        Closed = "closed_no_change", "Closed without a change";
    }
}

words! {
    /// What can be done.
    Act {
        Join = "join", "Join the cycle";
        Begin = "begin", "Begin to try it";
        Look = "look", "Look at what happened";
        Record = "record", "Record the change in both schools";
        Share = "share", "Decide whether it should spread";
        Close = "close", "Close without a change";
    }
}

const BOTH: &[Who] = &[Who::OneSchool, Who::OtherSchool];
const READY: &str = "both schools name their goal, the practice they try and the evidence before";
const AFTER: &str = "both schools show the evidence after";
const CHANGED: &str = "both schools record what changed";
const NOTHING: &str = "both schools say why nothing changed";

const LINES: &[Line<State, Act>] = &[
    line(State::Question, Act::Join, &[Who::OtherSchool], State::Paired, ""),
    line(State::Paired, Act::Begin, BOTH, State::Inquiry, READY),
    line(State::Inquiry, Act::Look, BOTH, State::Evidence, AFTER),
    line(State::Evidence, Act::Record, BOTH, State::Recorded, CHANGED),
    line(State::Recorded, Act::Share, BOTH, State::Shared, "the decision in words"),
    line(State::Inquiry, Act::Close, BOTH, State::Closed, NOTHING),
    line(State::Evidence, Act::Close, BOTH, State::Closed, NOTHING),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "cycle";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether the schools still write their parts.
    #[must_use]
    pub const fn is_written(self) -> bool {
        matches!(self, Self::Paired | Self::Inquiry | Self::Evidence)
    }
}

/// A cycle.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Cycle {
    /// The identifier.
    pub id: CycleId,
    /// The agreement within which the two work.
    pub agreement: AgreementId,
    /// The question both want answered.
    pub question: String,
    /// The school that asked.
    pub one: OrgRef,
    /// The partner school.
    pub other: OrgRef,
    /// The partnership whose broker reads along.
    pub partnership: Option<OrgRef>,
    state: AsText<State>,
    /// Whether and how it should spread, once decided.
    pub spread: String,
}

const COLUMNS: &str = "id, agreement, question, one, other, partnership, state, spread";

impl Cycle {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The cycle as the policy sees it: both schools' leaders, the team, the broker.
    #[must_use]
    pub fn resource(&self, team: Vec<AccountId>) -> Resource {
        Resource::new(Kind::Visit, Zone::Parties, self.one)
            .parties([self.one, self.other])
            .through(self.partnership)
            .people(team)
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(
        &self,
        account: Option<AccountId>,
        posts: &[Post],
        team: &[AccountId],
    ) -> Vec<Who> {
        let teams = account.is_some_and(|account| team.contains(&account));
        let of = |org: OrgRef| leads(posts, org) || (teams && posts.iter().any(|p| p.org == org));
        let mut who = Vec::new();
        if of(self.one) {
            who.push(Who::OneSchool);
        }
        if of(self.other) {
            who.push(Who::OtherSchool);
        }
        who
    }
}

/// What one school writes in a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What the school wants to learn.
    pub goal: String,
    /// What it tries.
    pub practice: String,
    /// What was seen before.
    pub before: String,
    /// What was seen after.
    pub after: String,
    /// What changed.
    pub change: String,
    /// Why nothing did.
    pub no_change: String,
}

/// A school's part as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub struct School {
    /// The school.
    pub org: OrgRef,
    goal: String,
    practice: String,
    before_words: String,
    after_words: String,
    change_words: String,
    no_change: String,
    /// Guards against two people of one school writing at once.
    pub version: i64,
}

impl School {
    /// What the school wrote.
    #[must_use]
    pub fn part(&self) -> Part {
        Part {
            goal: self.goal.clone(),
            practice: self.practice.clone(),
            before: self.before_words.clone(),
            after: self.after_words.clone(),
            change: self.change_words.clone(),
            no_change: self.no_change.clone(),
        }
    }
}

/// Reads a cycle.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: CycleId) -> Result<Option<Cycle>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM joint_cycle WHERE id = $1"), [id.into()]).await
}

/// The cycles of an agreement that a visitor may read, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(
    db: &impl Sql,
    visitor: &Visitor,
    agreement: AgreementId,
) -> Result<Vec<Cycle>, DbError> {
    let team = store::team_accounts(db, agreement).await?;
    let sql = format!("SELECT {COLUMNS} FROM joint_cycle WHERE agreement = $1 ORDER BY id DESC");
    let all = db.all(&sql, [agreement.into()]).await?;
    let resource = |cycle: &Cycle| cycle.resource(team.clone());
    Ok(access::filter(visitor, access::Action::Read, all, resource))
}

/// What the two schools wrote, the one that asked first.
///
/// # Errors
/// When the database cannot be read; [`Refusal::NotFound`] when the cycle is gone.
pub async fn schools(db: &impl Sql, cycle: &Cycle) -> Result<[School; 2], Refusal> {
    let rows: Vec<School> = db
        .all(
            "SELECT org, goal, practice, before_words, after_words, change_words, no_change,
               version FROM joint_school WHERE cycle = $1",
            [cycle.id.into()],
        )
        .await?;
    let of = |org: OrgRef| rows.iter().find(|row| row.org == org).cloned();
    match (of(cycle.one), of(cycle.other)) {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => Err(Refusal::NotFound),
    }
}

/// Asks the other school of an agreement a question both could work on.
///
/// # Errors
/// [`Refusal`] without a question, or by somebody of neither school.
pub async fn ask(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    question: &str,
) -> Result<CycleId, Refusal> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Refusal::field("question", "Ask one question that both schools want answered"));
    }
    let (tx, record_of) = store::open(app, agreement).await?;
    if !record_of.state().in_force() {
        return Err(Refusal::NotNow("The agreement is not in force.".to_owned()));
    }
    let (account, posts) = actor(app, &tx, permit).await?;
    let team = store::team_accounts(&tx, agreement).await?;
    let teams = account.is_some_and(|account| team.contains(&account));
    let (one, other) = if leads(&posts, record_of.supported) {
        (record_of.supported, record_of.supporting)
    } else if teams || leads(&posts, record_of.supporting) {
        (record_of.supporting, record_of.supported)
    } else {
        return Err(Refusal::NotYours("The two schools ask each other.".to_owned()));
    };
    let id = CycleId::new(&app.ids);
    tx.run(
        "INSERT INTO joint_cycle (id, agreement, question, one, other, partnership, state, version,
           created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'question', 1, $7)",
        [
            id.into(),
            agreement.into(),
            question.into(),
            one.into(),
            other.into(),
            record_of.partnership.map(|org| org.to_string()).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    for org in [one, other] {
        let sql = "INSERT INTO joint_school (cycle, org, version) VALUES ($1, $2, 1)";
        tx.run(sql, [id.into(), org.into()]).await?;
    }
    let event = Event::new("joint cycle", id, "asked").owned_by(one);
    events::append(&tx, permit.context(), event.with(json!({ "with": other }))).await?;
    tx.commit().await?;
    Ok(id)
}

async fn open(app: &App, permit: &Permit, id: CycleId) -> Result<(Tx, Cycle, Vec<Who>), Refusal> {
    let known = find(&app.db, id).await?.ok_or(Refusal::NotFound)?;
    let (tx, _) = store::open(app, known.agreement).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let team = store::team_accounts(&tx, it.agreement).await?;
    let who = it.standings(account, &posts, &team);
    Ok((tx, it, who))
}

/// Writes a school's part. `seen` is the version the writer had in front of them.
///
/// # Errors
/// [`DbError::Conflict`] when a colleague wrote meanwhile; [`Refusal`] by somebody of another
/// school, or when nothing is written any more.
pub async fn write(
    app: &App,
    permit: &Permit,
    id: CycleId,
    org: OrgRef,
    part: &Part,
    seen: i64,
) -> Result<(), Refusal> {
    let (tx, it, who) = open(app, permit, id).await?;
    let mine = if org == it.one { Who::OneSchool } else { Who::OtherSchool };
    if (org != it.one && org != it.other) || !who.contains(&mine) {
        return Err(Refusal::NotYours("Each school writes its own part.".to_owned()));
    }
    if !it.state().is_written() {
        return Err(Refusal::NotNow(format!(
            "This part is not written now: the cycle stands at “{}”.",
            it.state().words()
        )));
    }
    let touched = tx
        .run(
            "UPDATE joint_school SET goal = $4, practice = $5, before_words = $6, after_words = $7,
               change_words = $8, no_change = $9, version = version + 1
             WHERE cycle = $1 AND org = $2 AND version = $3",
            [
                id.into(),
                org.into(),
                seen.into(),
                part.goal.trim().into(),
                part.practice.trim().into(),
                part.before.trim().into(),
                part.after.trim().into(),
                part.change.trim().into(),
                part.no_change.trim().into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("part of the cycle").into());
    }
    let event = Event::new("joint cycle", id, "written").owned_by(it.one);
    events::append(&tx, permit.context(), event.with(json!({ "school": org }))).await?;
    tx.commit().await?;
    Ok(())
}

/// What is missing in a school's part before an act; nothing when it may be done.
fn gap(act: Act, part: &Part) -> Option<&'static str> {
    let empty = |words: &str| words.trim().is_empty();
    match act {
        Act::Begin if empty(&part.goal) => Some("its goal"),
        Act::Begin if empty(&part.practice) => Some("the practice it tries"),
        Act::Begin if empty(&part.before) => Some("the evidence before"),
        Act::Look if empty(&part.after) => Some("the evidence after"),
        Act::Record if empty(&part.change) => Some("what changed"),
        Act::Close if empty(&part.no_change) => Some("why nothing changed"),
        _ => None,
    }
}

/// Takes a cycle on. What each step needs, it needs from *both* schools.
///
/// # Errors
/// [`Refusal::Field`] that names the school and what is missing; otherwise when the state or the
/// person does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: CycleId,
    act: Act,
    words: &str,
) -> Result<State, Refusal> {
    let (tx, it, who) = open(app, permit, id).await?;
    let to = step(it.state(), act, &who)?;
    let schools = schools(&tx, &it).await?;
    let missing = schools.iter().find_map(|school| Some((school.org, gap(act, &school.part())?)));
    if let Some((org, what)) = missing {
        let names = support::names(&tx, [org]).await?;
        let name = names.get(&org).cloned().unwrap_or_else(|| org.to_string());
        return Err(Refusal::field("act", format!("{name} has not written {what} yet")));
    }
    let words = words.trim();
    if act == Act::Share && words.is_empty() {
        return Err(Refusal::field("words", "Say whether it should spread, to whom and how"));
    }
    tx.run(
        "UPDATE joint_cycle SET state = $2, spread = $3, version = version + 1 WHERE id = $1",
        [
            id.into(),
            AsText(to).into(),
            if act == Act::Share { words } else { it.spread.as_str() }.into(),
        ],
    )
    .await?;
    let event = Event::new("joint cycle", id, act.key()).owned_by(it.one);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::exhaustive;

    #[test]
    fn every_transition_that_is_not_listed_is_refused() {
        exhaustive::holds(
            State::ALL,
            Act::ALL,
            &[
                ("question", "join", "other-school"),
                ("paired", "begin", "one-school other-school"),
                ("inquiry", "look", "one-school other-school"),
                ("inquiry", "close", "one-school other-school"),
                ("evidence", "record", "one-school other-school"),
                ("evidence", "close", "one-school other-school"),
                ("change_recorded", "share", "one-school other-school"),
            ],
        );
    }
}

//! Reviews a school commissions and owns: by peers, of governance, of pupil premium and so on.
//!
//! The school asks, sets the scope and chooses who comes; the lead reviewer declares interests,
//! looks and writes; the school checks the facts, answers and follows up. While it is written the
//! school and the reviewer read it. Once final, the findings are the school's: the reviewer reads
//! them no longer here, and the school alone decides whether anybody else does.

use access::{AccountId, Kind as Records, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    id_type, words,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{agreements::Bodies, seal::seal};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line, step},
    pack::pack,
    visits::model::{actor, leads},
};

id_type! {
    /// A commissioned review.
    CommissionId
}

words! {
    /// Where a review stands.
    State {
        Requested = "requested", "Asked for";
        Scoped = "scoped", "Scope agreed, waits for the reviewer";
        Accepted = "accepted", "Accepted by the reviewer";
        Fieldwork = "fieldwork", "Under way";
        Draft = "draft", "Being written";
        Checking = "factual_check", "With the school for its factual check";
        Final = "final", "Final";
        Response = "response", "Answered by the school";
        FollowUp = "follow_up_workshop", "Being followed up";
        Closed = "closed", "Closed";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done.
    Act {
        Scope = "scope", "Agree the scope";
        Accept = "accept", "Declare interests and accept";
        Begin = "begin", "Begin to look";
        Write = "write", "Write the findings";
        Submit = "submit", "Send them to the school for its check";
        Correct = "correct", "Ask for a correction";
        Finish = "finish", "Confirm the facts";
        Respond = "respond", "Write the school's response";
        Follow = "follow", "Set the follow-up workshop";
        Close = "close", "Close the review";
        Withdraw = "withdraw", "Withdraw the review";
    }
}

const OWNER: &[Who] = &[Who::Owner];
const REVIEWER: &[Who] = &[Who::Reviewer];
const WORDS: &str = "words";

const LINES: &[Line<State, Act>] = &[
    line(State::Requested, Act::Scope, OWNER, State::Scoped, "terms of reference"),
    line(State::Requested, Act::Withdraw, OWNER, State::Withdrawn, ""),
    line(State::Scoped, Act::Accept, REVIEWER, State::Accepted, "interests declared"),
    line(State::Scoped, Act::Withdraw, OWNER, State::Withdrawn, ""),
    line(State::Accepted, Act::Begin, REVIEWER, State::Fieldwork, ""),
    line(State::Fieldwork, Act::Write, REVIEWER, State::Draft, WORDS),
    line(State::Draft, Act::Write, REVIEWER, State::Draft, WORDS),
    line(State::Draft, Act::Submit, REVIEWER, State::Checking, ""),
    line(State::Checking, Act::Correct, OWNER, State::Draft, WORDS),
    line(State::Checking, Act::Finish, OWNER, State::Final, ""),
    line(State::Final, Act::Respond, OWNER, State::Response, WORDS),
    line(State::Response, Act::Follow, OWNER, State::FollowUp, WORDS),
    line(State::FollowUp, Act::Close, OWNER, State::Closed, ""),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "review";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether the findings are the school's alone.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Final | Self::Response | Self::FollowUp | Self::Closed)
    }
}

words! {
    /// How far the school has published the findings.
    Shown {
        School = "school", "Only the school and the body responsible for it";
        Network = "network", "Members of the partnership";
        Public = "public", "Anybody";
    }
}

/// A commissioned review.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Commission {
    /// The identifier.
    pub id: CommissionId,
    /// The school that asks and owns.
    pub owner: OrgRef,
    /// The kind, by code.
    pub kind: String,
    /// The terms of reference.
    pub scope: String,
    /// Who leads it.
    pub reviewer: AccountId,
    /// Their name.
    pub reviewer_name: String,
    /// Who comes along.
    pub team: String,
    from_on: AsText<Date>,
    to_on: AsText<Date>,
    /// The reviewer's declared interests.
    pub interests: String,
    /// What was found.
    pub findings: String,
    /// The school's corrections of fact.
    pub facts: String,
    /// The school's response.
    pub response: String,
    /// The follow-up workshop.
    pub follow_up: String,
    state: AsText<State>,
    /// The seal over final findings.
    pub hash: Option<String>,
    shown: AsText<Shown>,
    /// The partnership to which it may be shown.
    pub partnership: Option<OrgRef>,
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "id, owner, kind, scope, reviewer, reviewer_name, team, from_on, to_on, \
     interests, findings, facts, response, follow_up, state, hash, shown, partnership, version";

/// The reviews a school asked for.
///
/// # Errors
/// When the database cannot be read.
pub async fn owned_by(db: &impl Sql, owner: OrgRef) -> Result<Vec<Commission>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM commission WHERE owner = $1 ORDER BY from_on, id");
    db.all(&sql, [owner.into()]).await
}

/// The reviews somebody has agreed to lead or has led.
///
/// # Errors
/// When the database cannot be read.
pub async fn led_by(db: &impl Sql, reviewer: AccountId) -> Result<Vec<Commission>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM commission
             WHERE reviewer = $1 AND state NOT IN ('requested', 'scoped', 'withdrawn') ORDER BY id"
        ),
        [reviewer.into()],
    )
    .await
}

impl Commission {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// How far it is published.
    #[must_use]
    pub const fn shown(&self) -> Shown {
        self.shown.0
    }

    /// First and last day.
    #[must_use]
    pub const fn days(&self) -> (Date, Date) {
        (self.from_on.0, self.to_on.0)
    }

    /// The kind's name.
    #[must_use]
    pub fn kind_name(&self) -> &str {
        pack().review(&self.kind).map_or(self.kind.as_str(), |kind| kind.name.as_str())
    }

    /// Re-computes the seal; `true` when the findings are those that were made final.
    #[must_use]
    pub fn intact(&self) -> bool {
        self.hash.as_deref() == Some(hash(self.id, &self.findings).as_str())
    }

    /// The review as the policy sees it: the school and the reviewer while it is written, then
    /// the school, then whomever the school has published it to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resource(&self, db: &impl Sql) -> Result<Resource, DbError> {
        if !self.state().is_final() {
            let working = Resource::new(Records::Visit, Zone::Parties, self.owner);
            return Ok(working.parties([self.owner]).people([self.reviewer]));
        }
        let zone = match self.shown() {
            Shown::School => Zone::School,
            Shown::Network => Zone::Network,
            Shown::Public => Zone::Public,
        };
        let bodies = support::responsible(db, &[self.owner]).await?;
        // What was found about the work of the board is the board's to read.
        let about_board = pack().review(&self.kind).is_some_and(|kind| kind.board);
        let kind = if about_board { Records::Board } else { Records::Visit };
        let owned = Resource::new(kind, zone, self.owner).responsible(bodies);
        Ok(owned.through(self.partnership.filter(|_| zone != Zone::School)))
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(&self, account: Option<AccountId>, posts: &[Post]) -> Vec<Who> {
        let mut who = Vec::new();
        if leads(posts, self.owner) {
            who.push(Who::Owner);
        }
        if account == Some(self.reviewer) {
            who.push(Who::Reviewer);
        }
        who
    }
}

fn hash(id: CommissionId, findings: &str) -> String {
    seal(&json!({ "review": id, "findings": findings }))
}

/// Reads a review.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: CommissionId) -> Result<Option<Commission>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM commission WHERE id = $1"), [id.into()]).await
}

/// The reviews a visitor may read, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn readable(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Commission>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM commission ORDER BY id DESC");
    let mut found = Vec::new();
    for one in db.all::<Commission>(&sql, []).await? {
        let resource = one.resource(db).await?;
        if access::decide(visitor, access::Action::Read, &resource).allowed {
            found.push(one);
        }
    }
    Ok(found)
}

/// A review to be asked for.
#[derive(Clone, Debug)]
pub struct NewCommission {
    /// The school.
    pub owner: OrgRef,
    /// The kind, by code of the pack.
    pub kind: String,
    /// Who is to lead it.
    pub reviewer: AccountId,
    /// Their name.
    pub reviewer_name: String,
    /// Who comes along.
    pub team: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// The partnership to which the school might show it one day.
    pub partnership: Option<OrgRef>,
}

/// Asks for a review of one's own school.
///
/// # Errors
/// [`Refusal`] when the days are in the wrong order, the reviewer leads the school itself, or the
/// person does not lead it.
pub async fn ask(app: &App, permit: &Permit, new: &NewCommission) -> Result<CommissionId, Refusal> {
    if pack().review(&new.kind).is_none_or(|kind| !kind.of.fits(new.owner)) {
        return Err(Refusal::field("kind", "Choose what kind of review"));
    }
    if new.to_on < new.from_on {
        return Err(Refusal::field("to_on", "The last day comes after the first"));
    }
    let (account, posts) = actor(app, &app.db, permit).await?;
    if !leads(&posts, new.owner) {
        return Err(Refusal::NotYours(say(new.owner, "A school asks for its own reviews.")));
    }
    let theirs = access::accounts::posts(&app.db, &app.clock, new.reviewer).await?;
    if account == Some(new.reviewer) || theirs.iter().any(|post| post.org == new.owner) {
        let outside = say(new.owner, "Choose somebody from outside your school");
        return Err(Refusal::field("reviewer", outside));
    }
    let lacks = unprepared(app, new.reviewer, permit.context().at).await?;
    if !lacks.is_empty() {
        let name = new.reviewer_name.trim();
        return Err(Refusal::field(
            "reviewer",
            format!("{name} cannot review at the moment. Missing: {}", lacks.join(", ")),
        ));
    }
    let id = CommissionId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO commission (id, owner, kind, scope, reviewer, reviewer_name, team, from_on,
           to_on, state, shown, partnership, version, created_at)
         VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, 'requested', 'school', $9, 1, $10)",
        [
            id.into(),
            new.owner.into(),
            new.kind.clone().into(),
            new.reviewer.into(),
            new.reviewer_name.trim().into(),
            new.team.trim().into(),
            AsText(new.from_on).into(),
            AsText(new.to_on).into(),
            new.partnership.map(|org| org.to_string()).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let event = Event::new("review", id, "asked for").owned_by(new.owner);
    events::append(&tx, permit.context(), event.with(json!({ "kind": new.kind }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Words of the product about whoever owns a review: a school or a trust.
#[must_use]
pub fn say(owner: OrgRef, words: &str) -> String {
    Bodies::of(owner, owner).say(words)
}

/// What somebody who leads beyond their school still lacks before they review anywhere: the training
/// behind a role they hold, or the code of conduct. Nothing where one of their roles is in order, or
/// where they hold none.
async fn unprepared(app: &App, reviewer: AccountId, at: Timestamp) -> Result<Vec<String>, DbError> {
    let today = london(at);
    let mut held = brokerage::cadre::designations_of(&app.db, reviewer).await?;
    held.retain(|one| one.is_live(today));
    if held.iter().any(|one| one.is_current(today)) {
        return Ok(Vec::new());
    }
    let lacks = held.first().map(|one| one.missing(today)).unwrap_or_default();
    Ok(lacks.iter().map(|code| brokerage::cadre::preparation::name_of(code)).collect())
}

async fn open(
    app: &App,
    permit: &Permit,
    id: CommissionId,
) -> Result<(Tx, Commission, Vec<Who>), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("commission {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let who = it.standings(account, &posts);
    Ok((tx, it, who))
}

/// The column an act writes its words to, and what is asked where they are missing.
const fn place(act: Act) -> Option<(&'static str, &'static str)> {
    Some(match act {
        Act::Scope => ("scope", "Write what the review is to look at, and what not"),
        Act::Accept => ("interests", "Declare your interests; write “none” where there are none"),
        Act::Write => ("findings", "Write what you found"),
        Act::Correct => ("facts", "Say which fact is wrong and how it should read"),
        Act::Respond => ("response", "Write the school's response"),
        Act::Follow => ("follow_up", "Say when the follow-up workshop is, and who comes"),
        Act::Begin | Act::Submit | Act::Finish | Act::Close | Act::Withdraw => return None,
    })
}

/// Takes a review on, with the words the act asks for. `seen` is the version the writer had in
/// front of them.
///
/// # Errors
/// [`Refusal::Field`] without those words; [`DbError::Conflict`] when somebody changed it
/// meanwhile; otherwise when the state or the person does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: CommissionId,
    act: Act,
    words: &str,
    seen: i64,
) -> Result<State, Refusal> {
    let (tx, it, who) = open(app, permit, id).await?;
    let to = step(it.state(), act, &who)?;
    if it.version != seen {
        return Err(DbError::Conflict("review").into());
    }
    // What was in order when the review was asked for may have run out since.
    if matches!(act, Act::Accept | Act::Begin) {
        let lacks = unprepared(app, it.reviewer, permit.context().at).await?;
        if !lacks.is_empty() {
            return Err(Refusal::NotNow(format!(
                "Before you review, these have to be in order: {}. Your own page says how.",
                lacks.join(", ")
            )));
        }
    }
    if let Some((column, ask)) = place(act) {
        if words.trim().is_empty() {
            return Err(Refusal::field("words", say(it.owner, ask)));
        }
        let sql = format!("UPDATE commission SET {column} = $2 WHERE id = $1");
        tx.run(&sql, [id.into(), words.trim().into()]).await?;
    }
    let seal = (act == Act::Finish).then(|| hash(id, &it.findings)).or_else(|| it.hash.clone());
    tx.run(
        "UPDATE commission SET state = $2, hash = $3, version = version + 1 WHERE id = $1",
        [id.into(), AsText(to).into(), seal.into()],
    )
    .await?;
    let event = Event::new("review", id, act.key()).owned_by(it.owner);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(to)
}

/// Publishes final findings, or takes them back: the school's act alone.
///
/// # Errors
/// [`Refusal`] by anybody else, before the findings are final, or for a partnership the school
/// does not name.
pub async fn publish(
    app: &App,
    permit: &Permit,
    id: CommissionId,
    shown: Shown,
) -> Result<(), Refusal> {
    let (tx, it, who) = open(app, permit, id).await?;
    if !who.contains(&Who::Owner) {
        return Err(Refusal::NotYours(say(it.owner, "The school alone publishes its review.")));
    }
    if !it.state().is_final() {
        return Err(Refusal::NotNow("Only final findings can be published.".to_owned()));
    }
    if shown == Shown::Network && it.partnership.is_none() {
        return Err(Refusal::field(
            "shown",
            say(it.owner, "Your school belongs to no partnership"),
        ));
    }
    tx.run(
        "UPDATE commission SET shown = $2, version = version + 1 WHERE id = $1",
        [id.into(), AsText(shown).into()],
    )
    .await?;
    let event = Event::new("review", id, "published").owned_by(it.owner);
    events::append(&tx, permit.context(), event.with(json!({ "to": shown }))).await?;
    tx.commit().await?;
    Ok(())
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
                ("requested", "scope", "owner"),
                ("requested", "withdraw", "owner"),
                ("scoped", "accept", "reviewer"),
                ("scoped", "withdraw", "owner"),
                ("accepted", "begin", "reviewer"),
                ("fieldwork", "write", "reviewer"),
                ("draft", "write", "reviewer"),
                ("draft", "submit", "reviewer"),
                ("factual_check", "correct", "owner"),
                ("factual_check", "finish", "owner"),
                ("final", "respond", "owner"),
                ("response", "follow", "owner"),
                ("follow_up_workshop", "close", "owner"),
            ],
        );
    }
}

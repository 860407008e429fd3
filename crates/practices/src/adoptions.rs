//! What another school makes of a practice: borrowed as it is, adapted, adopted, or given up.

use access::{AccountId, Kind, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::{AsText, Json},
    events::{self, Event},
    id_type, upn, words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    acts::actor,
    letters,
    machine::{Line, Machine, Who, line, step},
    practice::{self, Practice, PracticeId, works_at},
};

id_type! {
    /// A school's use of a practice.
    AdoptionId
}

words! {
    /// How far a school has come with it.
    State {
        Interested = "interested", "Interested";
        Borrowed = "borrowed", "Borrowed: trying it as it is";
        Adapted = "adapted", "Adapted: changed for this school";
        Adopted = "adopted", "Adopted: how things are done here now";
        Stopped = "stopped", "Stopped";
    }
}

words! {
    /// What can be done.
    Act {
        Borrow = "borrow", "We are trying it as it is";
        Adapt = "adapt", "We have changed it for our school";
        Adopt = "adopt", "It is how we do things now";
        Tell = "tell", "Tell its school what happened";
        Stop = "stop", "We have stopped";
    }
}

const US: &[Who] = &[Who::Adopter];
const CHANGES: &str = "what was changed, and which parts were kept";
const RESULT: &str = "what happened";
const REASON: &str = "why";

const LINES: &[Line<State, Act>] = &[
    line(State::Interested, Act::Borrow, US, State::Borrowed, ""),
    line(State::Interested, Act::Stop, US, State::Stopped, REASON),
    line(State::Borrowed, Act::Adapt, US, State::Adapted, CHANGES),
    line(State::Borrowed, Act::Adopt, US, State::Adopted, RESULT),
    line(State::Borrowed, Act::Tell, US, State::Borrowed, RESULT),
    line(State::Borrowed, Act::Stop, US, State::Stopped, REASON),
    line(State::Adapted, Act::Adapt, US, State::Adapted, CHANGES),
    line(State::Adapted, Act::Adopt, US, State::Adopted, RESULT),
    line(State::Adapted, Act::Tell, US, State::Adapted, RESULT),
    line(State::Adapted, Act::Stop, US, State::Stopped, REASON),
    line(State::Adopted, Act::Tell, US, State::Adopted, RESULT),
    line(State::Adopted, Act::Stop, US, State::Stopped, REASON),
    line(State::Stopped, Act::Borrow, US, State::Borrowed, ""),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "use of this practice";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// A school's use of a practice.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Adoption {
    /// The identifier.
    pub id: AdoptionId,
    /// The practice.
    pub practice: PracticeId,
    /// The school that uses it.
    pub org: OrgRef,
    /// Who wrote this last.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// The version they took up.
    pub number: i64,
    state: AsText<State>,
    /// What was changed.
    pub changes: String,
    kept: Json<Vec<String>>,
    /// What happened.
    pub result: String,
    /// Why it was given up.
    pub reason: String,
    begun_on: AsText<Date>,
    changed_on: AsText<Date>,
    /// Guards against two colleagues who write at once.
    pub version: i64,
}

const COLUMNS: &str = "id, practice, org, account, name, number, state, changes, kept, result, \
     reason, begun_on, changed_on, version";

impl Adoption {
    /// How far the school has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The parts that were kept when it was changed.
    #[must_use]
    pub const fn kept(&self) -> &Vec<String> {
        &self.kept.0
    }

    /// When they began.
    #[must_use]
    pub const fn begun_on(&self) -> Date {
        self.begun_on.0
    }

    /// When this last changed.
    #[must_use]
    pub const fn changed_on(&self) -> Date {
        self.changed_on.0
    }

    /// It as the policy sees it: the school's own, told to the school it comes from and to the
    /// partnership.
    #[must_use]
    pub fn resource(&self, of: &Practice) -> Resource {
        resource(of, self.org)
    }
}

/// A school's use of a practice as the policy sees it, before there is one too.
#[must_use]
pub fn resource(of: &Practice, org: OrgRef) -> Resource {
    Resource::new(Kind::Practice, Zone::Network, org)
        .parties([org, of.origin])
        .through(of.partnership)
}

/// What is recorded.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What was changed.
    pub changes: String,
    /// The parts that were kept.
    pub kept: Vec<String>,
    /// What happened.
    pub result: String,
    /// Why it was given up.
    pub reason: String,
}

/// Everybody's use of a practice, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_practice(db: &impl Sql, id: PracticeId) -> Result<Vec<Adoption>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM adoption WHERE practice = $1 ORDER BY begun_on, id");
    db.all(&sql, [id.into()]).await
}

/// What a school uses: its repertoire, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_school(db: &impl Sql, org: OrgRef) -> Result<Vec<Adoption>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM adoption WHERE org = $1 ORDER BY begun_on, id");
    db.all(&sql, [org.into()]).await
}

/// What a person recorded for their school, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_person(db: &impl Sql, account: AccountId) -> Result<Vec<Adoption>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM adoption WHERE account = $1 ORDER BY begun_on, id");
    db.all(&sql, [account.into()]).await
}

/// The uses of a practice that a visitor may read by name.
#[must_use]
pub fn readable(visitor: &Visitor, of: &Practice, all: Vec<Adoption>) -> Vec<Adoption> {
    access::filter(visitor, access::Action::Read, all, |one| one.resource(of))
}

/// How many schools stand where, for everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Trying it as it is.
    pub borrowed: usize,
    /// Changed it.
    pub adapted: usize,
    /// Do it as a matter of course.
    pub adopted: usize,
    /// Gave it up.
    pub stopped: usize,
}

impl Spread {
    /// Counts.
    #[must_use]
    pub fn of(all: &[Adoption]) -> Self {
        let n = |state| all.iter().filter(|one| one.state() == state).count();
        Self {
            borrowed: n(State::Borrowed),
            adapted: n(State::Adapted),
            adopted: n(State::Adopted),
            stopped: n(State::Stopped),
        }
    }

    /// "borrowed by 2 schools, adapted by 1, adopted by 1"; nothing where nobody has taken it up.
    #[must_use]
    pub fn in_words(self) -> String {
        let mut parts = Vec::new();
        let counted = [
            ("borrowed", self.borrowed),
            ("adapted", self.adapted),
            ("adopted", self.adopted),
            ("given up", self.stopped),
        ];
        for (word, n) in counted.into_iter().filter(|(_, n)| *n > 0) {
            let schools = match (parts.is_empty(), n) {
                (true, 1) => " school",
                (true, _) => " schools",
                (false, _) => "",
            };
            parts.push(format!("{word} by {n}{schools}"));
        }
        parts.join(", ")
    }
}

/// Notes that a school would like it, or tries it at once. One record for each school.
///
/// # Errors
/// [`Refusal`] by somebody who does not work there, for a practice nobody reads, for the school it
/// comes from, or where there is a record.
pub async fn begin(
    app: &App,
    permit: &Permit,
    id: PracticeId,
    org: OrgRef,
    tries: bool,
) -> Result<AdoptionId, Refusal> {
    let tx = app.db.write().await?;
    let of = practice::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let number = of.shown.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let Some(account) = account.filter(|_| works_at(&posts, org)) else {
        return Err(Refusal::NotYours("A school says itself what it uses.".to_owned()));
    };
    if org == of.origin {
        return Err(Refusal::NotNow("It comes from your own school.".to_owned()));
    }
    if of.state() == practice::State::Retired {
        return Err(Refusal::NotNow("Its school no longer recommends it.".to_owned()));
    }
    let adoption = AdoptionId::new(&app.ids);
    let today = london(permit.context().at).to_string();
    let state = if tries { State::Borrowed } else { State::Interested };
    let first = tx
        .run(
            "INSERT INTO adoption (id, practice, org, account, name, number, state, begun_on,
               changed_on, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)
             ON CONFLICT (practice, org) DO NOTHING",
            [
                adoption.into(),
                id.into(),
                org.into(),
                account.into(),
                permit.context().actor.name().to_owned().into(),
                number.into(),
                AsText(state).into(),
                today.into(),
            ],
        )
        .await?;
    if first == 0 {
        return Err(DbError::Conflict("use of this practice").into());
    }
    told(app, &tx, permit, &of, (adoption, org), state, "").await?;
    tx.commit().await?;
    Ok(adoption)
}

/// Tells the school it comes from, and the record.
async fn told(
    app: &App,
    tx: &foundation::Tx,
    permit: &Permit,
    of: &Practice,
    (id, org): (AdoptionId, OrgRef),
    state: State,
    words: &str,
) -> Result<(), DbError> {
    let event = Event::new("adoption", id, state.key()).owned_by(org);
    let detail = json!({ "practice": of.id, "words": words });
    events::append(tx, permit.context(), event.with(detail)).await?;
    let name = register::org_name(tx, org).await?;
    let body = format!("{name} and “{}”: {}.\n\n{words}", of.draft().title, state.words());
    let path = format!("/practices/{}", of.id);
    let people = letters::origin(app, tx, of).await?;
    letters::send(app, tx, permit, people, "Somebody uses your practice", body.trim(), &path).await
}

fn who(posts: &[Post], org: OrgRef) -> Vec<Who> {
    if works_at(posts, org) { vec![Who::Adopter] } else { Vec::new() }
}

/// Takes a school's use of a practice a step further; the school it comes from is told.
///
/// # Errors
/// [`DbError::Conflict`] when a colleague wrote first; [`Refusal`] where words are missing or the
/// state or the person does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: AdoptionId,
    act: Act,
    words: &Words,
    seen: i64,
) -> Result<State, Refusal> {
    let tx = app.db.write().await?;
    let sql = format!("SELECT {COLUMNS} FROM adoption WHERE id = $1");
    let it: Adoption = tx.first(&sql, [id.into()]).await?.ok_or(Refusal::NotFound)?;
    let of = practice::find(&tx, it.practice).await?.ok_or(Refusal::NotFound)?;
    let (_, posts) = actor(app, &tx, permit).await?;
    let to = step(it.state(), act, &who(&posts, it.org))?;
    let (field, text, ask) = match act {
        Act::Adapt => ("changes", words.changes.trim(), "Say what you changed and why"),
        Act::Adopt | Act::Tell => ("result", words.result.trim(), "Say what happened"),
        Act::Stop => ("reason", words.reason.trim(), "Say why, so that others know"),
        Act::Borrow => ("", "", ""),
    };
    if act != Act::Borrow && text.is_empty() {
        return Err(Refusal::field(field, ask));
    }
    if upn::find(text).is_some() {
        return Err(Refusal::field(field, "Remove the unique pupil number"));
    }
    let changes = if act == Act::Adapt { text } else { it.changes.as_str() };
    let kept = if act == Act::Adapt { &words.kept } else { it.kept() };
    let result = if matches!(act, Act::Adopt | Act::Tell) { text } else { it.result.as_str() };
    let reason = if act == Act::Stop { text } else { "" };
    let touched = tx
        .run(
            "UPDATE adoption SET state = $3, changes = $4, kept = $5, result = $6, reason = $7,
               changed_on = $8, name = $9, account = $10, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                AsText(to).into(),
                changes.into(),
                Json(kept).into(),
                result.into(),
                reason.into(),
                london(permit.context().at).to_string().into(),
                permit.context().actor.name().to_owned().into(),
                permit.person().unwrap_or(it.account).into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("use of this practice").into());
    }
    told(app, &tx, permit, &of, (id, it.org), to, text).await?;
    tx.commit().await?;
    Ok(to)
}

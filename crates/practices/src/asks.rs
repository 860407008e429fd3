//! Somebody asks to come and see a practice; the school it comes from answers.

use access::{AccountId, Kind, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    id_type, upn, words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{
    Refusal,
    acts::actor,
    letters,
    machine::{Line, Machine, Who, line, step},
    practice::{self, Practice, PracticeId, leads, works_at},
};

id_type! {
    /// A wish to see a practice.
    AskId
}

words! {
    /// Where it stands.
    State {
        Asked = "asked", "Asked";
        Welcome = "welcome", "Welcome";
        Declined = "declined", "Not now";
        Withdrawn = "withdrawn", "Withdrawn";
        Seen = "seen", "Seen";
    }
}

words! {
    /// What can be done.
    Act {
        Welcome = "welcome", "Come and see it";
        Decline = "decline", "Not now";
        Withdraw = "withdraw", "Call it off";
        Note = "note", "We have seen it";
    }
}

const LINES: &[Line<State, Act>] = &[
    line(State::Asked, Act::Welcome, &[Who::Host], State::Welcome, "a day, and whom to ask for"),
    line(State::Asked, Act::Decline, &[Who::Host], State::Declined, "a reason"),
    line(State::Asked, Act::Withdraw, &[Who::Guest], State::Withdrawn, ""),
    line(State::Welcome, Act::Withdraw, &[Who::Host, Who::Guest], State::Withdrawn, "a reason"),
    line(
        State::Welcome,
        Act::Note,
        &[Who::Guest],
        State::Seen,
        "what they take home, once the day has come",
    ),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "wish to see it";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// A wish to see a practice.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Ask {
    /// The identifier.
    pub id: AskId,
    /// The practice.
    pub practice: PracticeId,
    /// The school that asks.
    pub org: OrgRef,
    /// Who asks.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// What they would like to see, and when they could.
    pub words: String,
    state: AsText<State>,
    /// The answer of the school.
    pub answer: String,
    on_date: Option<AsText<Date>>,
    /// What they took home.
    pub taken_home: String,
    /// Guards against two answers at once.
    pub version: i64,
}

const COLUMNS: &str =
    "id, practice, org, account, name, words, state, answer, on_date, taken_home, version";

impl Ask {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The day they come.
    #[must_use]
    pub fn on(&self) -> Option<Date> {
        self.on_date.as_ref().map(|day| day.0)
    }

    /// It as the policy sees it: the two schools', whoever asks and whoever wrote the practice.
    #[must_use]
    pub fn resource(&self, of: &Practice) -> Resource {
        resource(of, self.org, self.account)
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(&self, of: &Practice, account: Option<AccountId>, posts: &[Post]) -> Vec<Who> {
        let mut who = Vec::new();
        if leads(posts, of.origin) || (account == Some(of.author) && works_at(posts, of.origin)) {
            who.push(Who::Host);
        }
        if account == Some(self.account) {
            who.push(Who::Guest);
        }
        who
    }
}

/// A wish to see a practice as the policy sees it.
#[must_use]
pub fn resource(of: &Practice, org: OrgRef, account: AccountId) -> Resource {
    Resource::new(Kind::Practice, Zone::Parties, org)
        .parties([org, of.origin])
        .people([account, of.author])
}

/// Reads one.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: AskId) -> Result<Option<Ask>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM practice_ask WHERE id = $1"), [id.into()]).await
}

/// The wishes to see a practice that a visitor may read, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_practice(
    db: &impl Sql,
    visitor: &Visitor,
    of: &Practice,
) -> Result<Vec<Ask>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM practice_ask WHERE practice = $1 ORDER BY id DESC");
    let all = db.all(&sql, [of.id.into()]).await?;
    Ok(access::filter(visitor, access::Action::Read, all, |one: &Ask| one.resource(of)))
}

/// The wishes of a person, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(db: &impl Sql, account: AccountId) -> Result<Vec<Ask>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM practice_ask WHERE account = $1 ORDER BY id DESC");
    db.all(&sql, [account.into()]).await
}

/// Asks to come and see it.
///
/// # Errors
/// [`Refusal`] without words, by somebody who works at no school, or at the school it comes from.
pub async fn ask(
    app: &App,
    permit: &Permit,
    id: PracticeId,
    org: OrgRef,
    words: &str,
) -> Result<AskId, Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::field("words", "Say what you would like to see, and when you could"));
    }
    if upn::find(words).is_some() {
        return Err(Refusal::field("words", "Remove the unique pupil number"));
    }
    let tx = app.db.write().await?;
    let of = practice::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    if of.shown.is_none() {
        return Err(Refusal::NotFound);
    }
    let (account, posts) = actor(app, &tx, permit).await?;
    let Some(account) = account.filter(|_| works_at(&posts, org) && org != of.origin) else {
        return Err(Refusal::NotYours("Colleagues of other schools ask to see it.".to_owned()));
    };
    let ask = AskId::new(&app.ids);
    let name = permit.context().actor.name().to_owned();
    tx.run(
        "INSERT INTO practice_ask (id, practice, org, account, name, words, state, version,
           created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'asked', 1, $7)",
        [
            ask.into(),
            id.into(),
            org.into(),
            account.into(),
            name.clone().into(),
            words.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("practice visit", ask, "asked").owned_by(org))
        .await?;
    let school = register::org_name(&tx, org).await?;
    let title = &of.draft().title;
    let body = format!("{name} ({school}) would like to see “{title}”:\n\n{words}");
    let people = letters::origin(app, &tx, &of).await?;
    let path = format!("/practice-visits/{ask}");
    letters::send(app, &tx, permit, people, "Somebody would like to come", &body, &path).await?;
    tx.commit().await?;
    Ok(ask)
}

/// Answers a wish, calls it off, or notes what was taken home; the other side is told.
///
/// # Errors
/// [`DbError::Conflict`] when somebody answered first; [`Refusal`] where a day or words are missing
/// or the state or the person does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: AskId,
    act: Act,
    (words, on): (&str, Option<Date>),
    seen: i64,
) -> Result<State, Refusal> {
    let tx = app.db.write().await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let of = practice::find(&tx, it.practice).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let to = step(it.state(), act, &it.standings(&of, account, &posts))?;
    let today = london(permit.context().at);
    let words = words.trim();
    let asks = match (act, it.state()) {
        (Act::Welcome, _) => Some("Say whom to ask for, and where"),
        (Act::Decline, _) | (Act::Withdraw, State::Welcome) => Some("Say why, in a sentence"),
        (Act::Note, _) => Some("Say what you take home"),
        (Act::Withdraw, _) => None,
    };
    if let Some(ask) = asks.filter(|_| words.is_empty()) {
        return Err(Refusal::field("words", ask));
    }
    if upn::find(words).is_some() {
        return Err(Refusal::field("words", "Remove the unique pupil number"));
    }
    let day = match act {
        Act::Welcome => match on.filter(|day| *day >= today) {
            Some(day) => Some(day),
            None => return Err(Refusal::field("on", "Name a day to come")),
        },
        _ => it.on(),
    };
    if act == Act::Note && day.is_some_and(|day| day > today) {
        return Err(Refusal::NotNow("The day has not come yet.".to_owned()));
    }
    let (answer, home) = match act {
        Act::Note => (it.answer.as_str(), words),
        _ => (words, it.taken_home.as_str()),
    };
    let touched = tx
        .run(
            "UPDATE practice_ask SET state = $3, answer = $4, on_date = $5, taken_home = $6,
               version = version + 1 WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                AsText(to).into(),
                answer.into(),
                day.map(|day| day.to_string()).into(),
                home.into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("wish").into());
    }
    let event = Event::new("practice visit", id, act.key()).owned_by(it.org);
    events::append(&tx, permit.context(), event).await?;
    let mut people = letters::origin(app, &tx, &of).await?;
    if account != Some(it.account) {
        people = vec![it.account];
    }
    let body = format!("“{}”: {}.\n\n{words}", of.draft().title, to.words());
    let path = format!("/practice-visits/{id}");
    letters::send(app, &tx, permit, people, "Seeing a practice", body.trim(), &path).await?;
    tx.commit().await?;
    Ok(to)
}

//! Coaching and mentoring: a conversation between two people and nobody else.
//!
//! Others who work with the two schools know the day, the length and the kind. The words are
//! sealed for the two (`access::sealed`), each session with a key of its own: not in a search, an
//! export, a log or an administrator's page. A step leaves the pair only when both agree to share
//! it. Either may end it; a year later the words are erased, and whoever wrote a session may erase
//! it at any time before.

pub mod acts;

use access::{AccountId, Kind as Records, Resource, Zone, accounts};
use foundation::{App, DbError, OrgRef, Sql, db::AsText, id_type, words};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use support::{AgreementId, agreements::store};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line},
};

pub use acts::{NewSession, ask, log, read};

id_type! {
    /// Two people who talk.
    PairId
}
id_type! {
    /// One conversation.
    SessionId
}

words! {
    /// What kind of conversation.
    Kind {
        Coaching = "coaching", "Coaching";
        Mentoring = "mentoring", "Mentoring";
        Modelling = "modelling", "Modelling";
    }
}

words! {
    /// Where a pair stands.
    State {
        Asked = "asked", "Asked";
        Running = "running", "Going on";
        Declined = "declined", "Declined";
        Ended = "ended", "Ended";
        Erased = "erased", "Ended, words erased";
    }
}

words! {
    /// What can be done.
    Act {
        Accept = "accept", "Accept";
        Decline = "decline", "Decline";
        End = "end", "End it";
        Erase = "erase", "Erase the words";
    }
}

const EITHER: &[Who] = &[Who::First, Who::Second];

const LINES: &[Line<State, Act>] = &[
    line(State::Asked, Act::Accept, &[Who::Second], State::Running, ""),
    line(State::Asked, Act::Decline, EITHER, State::Declined, ""),
    line(State::Running, Act::End, EITHER, State::Ended, ""),
    line(State::Ended, Act::Erase, &[Who::System], State::Erased, "a year has passed"),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "pair";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// Two people who talk.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Pair {
    /// The identifier.
    pub id: PairId,
    /// The agreement within which they talk.
    pub agreement: AgreementId,
    kind: AsText<Kind>,
    /// The person who asked.
    pub one: AccountId,
    /// Their name.
    pub one_name: String,
    /// Their school.
    pub one_org: OrgRef,
    /// The person who was asked.
    pub other: AccountId,
    /// Their name.
    pub other_name: String,
    /// Their school.
    pub other_org: OrgRef,
    state: AsText<State>,
    erase_on: Option<String>,
}

const COLUMNS: &str = "id, agreement, kind, one, one_name, one_org, other, other_name, other_org, \
                       state, erase_on";

impl Pair {
    /// What kind of conversation.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When the words are erased, once it has ended.
    #[must_use]
    pub fn erase_on(&self) -> Option<Date> {
        self.erase_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// The words as the policy sees them: the two people's and nobody else's.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource::new(Records::Conversation, Zone::Pair, self.one_org)
            .people([self.one, self.other])
    }

    /// That they talk, when and how long: known to the leaders of the two schools.
    #[must_use]
    pub fn known_resource(&self) -> Resource {
        Resource::new(Records::Conversation, Zone::Parties, self.one_org)
            .parties([self.one_org, self.other_org])
            .people([self.one, self.other])
    }

    /// The other one's name, for one of the two.
    #[must_use]
    pub fn partner_of(&self, account: AccountId) -> &str {
        if account == self.one { &self.other_name } else { &self.one_name }
    }

    /// What somebody is in relation to the pair.
    #[must_use]
    pub fn standings(&self, account: Option<AccountId>) -> Vec<Who> {
        match account {
            Some(account) if account == self.one => vec![Who::First],
            Some(account) if account == self.other => vec![Who::Second],
            _ => Vec::new(),
        }
    }
}

/// A conversation. What it was about is sealed.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Session {
    /// The identifier.
    pub id: SessionId,
    /// The pair.
    pub pair: PairId,
    on_date: AsText<Date>,
    /// How long.
    pub minutes: i64,
    /// The template, by code.
    pub template: String,
    /// Who wrote it down.
    pub author: AccountId,
    body: String,
    /// Whether the other one has seen it.
    pub acknowledged: bool,
    /// The step both agreed to share; empty unless they did.
    pub shared_step: String,
    /// Who wrote it.
    pub shared_by: String,
    /// The step one of the two would like to share, sealed; empty when there is none.
    step_sealed: String,
    /// Who would like to.
    pub step_by: Option<AccountId>,
}

const SESSION: &str = "id, pair, on_date, minutes, template, author, body, acknowledged, \
                       shared_step, shared_by, step_sealed, step_by";

impl Session {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }

    /// Whether the words are gone.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.body.is_empty()
    }
}

/// Reads a pair.
///
/// # Errors
/// When the database cannot be read.
pub async fn pair(db: &impl Sql, id: PairId) -> Result<Option<Pair>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM coaching_pair WHERE id = $1"), [id.into()]).await
}

/// The pairs somebody belongs to, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn pairs_of(db: &impl Sql, account: AccountId) -> Result<Vec<Pair>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM coaching_pair WHERE one = $1 OR other = $1 ORDER BY id DESC"
    );
    db.all(&sql, [account.into()]).await
}

/// The pairs of an agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Pair>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM coaching_pair WHERE agreement = $1 ORDER BY id");
    db.all(&sql, [agreement.into()]).await
}

/// Reads a session.
///
/// # Errors
/// When the database cannot be read.
pub async fn session(db: &impl Sql, id: SessionId) -> Result<Option<Session>, DbError> {
    db.first(&format!("SELECT {SESSION} FROM coaching_session WHERE id = $1"), [id.into()]).await
}

/// The sessions of a pair, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn sessions(db: &impl Sql, pair: PairId) -> Result<Vec<Session>, DbError> {
    let sql = format!(
        "SELECT {SESSION} FROM coaching_session WHERE pair = $1 ORDER BY on_date DESC, id DESC"
    );
    db.all(&sql, [pair.into()]).await
}

/// Somebody on an agreement with whom one can talk: account, name and school.
#[derive(Clone, Debug)]
pub struct Partner {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The school.
    pub org: OrgRef,
}

/// The people of an agreement: its team and the heads of both schools.
///
/// # Errors
/// When the database cannot be read.
pub async fn people(
    app: &App,
    db: &impl Sql,
    agreement: AgreementId,
) -> Result<Vec<Partner>, Refusal> {
    let record = store::find(db, agreement).await?.ok_or(Refusal::NotFound)?;
    let mut found: Vec<Partner> = Vec::new();
    for org in [record.supported, record.supporting] {
        for head in accounts::leaders(db, &app.clock, org).await? {
            found.push(Partner { account: head.id, name: head.name, org });
        }
    }
    for account in store::team_accounts(db, agreement).await? {
        if found.iter().any(|known| known.account == account) {
            continue;
        }
        if let Some(person) = accounts::get(db, account).await? {
            found.push(Partner { account, name: person.name, org: record.supporting });
        }
    }
    Ok(found)
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
                ("asked", "accept", "second"),
                ("asked", "decline", "first second"),
                ("running", "end", "first second"),
                ("ended", "erase", "system"),
            ],
        );
    }
}

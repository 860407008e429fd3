//! Professional challenge: a point, the evidence for it, a reply, and the next step both take.
//!
//! Either school may raise one about the other. It is visible to the two schools and to nobody
//! else: it is meant to be answered, not collected.

use access::{AccountId, Kind, Permit, Post, Resource, Visitor, Zone};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
    id_type,
    mail::{self, Letter},
    words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{Agreement, AgreementId, agreements::store, pages::points::Point};

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line, step},
    visits::{
        Visit, VisitId,
        acts::heads,
        model::{actor, leads},
    },
};

id_type! {
    /// A challenge.
    ChallengeId
}

words! {
    /// Where a challenge stands.
    State {
        Raised = "raised", "Waits for a reply";
        Replied = "replied", "Answered";
        Settled = "settled", "Next step agreed";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

words! {
    /// What can be done.
    Act {
        Reply = "reply", "Reply";
        Settle = "settle", "Agree the next step";
        Withdraw = "withdraw", "Withdraw it";
    }
}

const BOTH: &[Who] = &[Who::About, Who::Raiser];

const LINES: &[Line<State, Act>] = &[
    line(State::Raised, Act::Reply, &[Who::About], State::Replied, "words"),
    line(State::Raised, Act::Withdraw, &[Who::Raiser], State::Withdrawn, "a reason"),
    line(State::Replied, Act::Reply, BOTH, State::Replied, "words"),
    line(State::Replied, Act::Settle, BOTH, State::Settled, "the next step in words"),
    line(State::Replied, Act::Withdraw, &[Who::Raiser], State::Withdrawn, "a reason"),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "challenge";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether something is still to be said or done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Raised | Self::Replied)
    }
}

/// A challenge.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Challenge {
    /// The identifier.
    pub id: ChallengeId,
    /// The agreement it belongs to.
    pub agreement: AgreementId,
    /// The visit at which it was raised, where it was.
    pub visit: Option<VisitId>,
    /// The school it is about.
    pub about: OrgRef,
    /// The school on whose behalf it was raised.
    pub by_org: OrgRef,
    raised_by: String,
    /// Who raised it.
    pub raised_name: String,
    /// The point.
    pub point: String,
    /// What was seen that makes somebody say so.
    pub evidence: String,
    state: AsText<State>,
    /// The next step, once agreed.
    pub next_step: String,
    due_on: Option<String>,
    /// Guards against two people answering at once.
    pub version: i64,
    /// When it was raised.
    pub raised_at: At,
}

const COLUMNS: &str = "id, agreement, visit, about, by_org, raised_by, raised_name, point, \
                       evidence, state, next_step, due_on, version, raised_at";

impl Challenge {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When the next step is looked at again.
    #[must_use]
    pub fn due_on(&self) -> Option<Date> {
        self.due_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// The person who raised it.
    #[must_use]
    pub fn raiser(&self) -> Option<AccountId> {
        self.raised_by.parse().ok()
    }

    /// The challenge as the policy sees it: the two schools' leaders and the person who raised it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource::new(Kind::Visit, Zone::Parties, self.about)
            .parties([self.about, self.by_org])
            .people(self.raiser())
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(&self, account: Option<AccountId>, posts: &[Post]) -> Vec<Who> {
        let mut who = Vec::new();
        // The head of the school that raised it may go on with it when the person has left.
        if (account.is_some() && account == self.raiser()) || leads(posts, self.by_org) {
            who.push(Who::Raiser);
        }
        if leads(posts, self.about) {
            who.push(Who::About);
        }
        who
    }
}

/// A reply.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Reply {
    /// For which school.
    pub org: OrgRef,
    /// By whom.
    pub name: String,
    /// The words.
    pub words: String,
    /// When.
    pub at: At,
}

/// Reads a challenge.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: ChallengeId) -> Result<Option<Challenge>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM challenge WHERE id = $1"), [id.into()]).await
}

/// The challenges of an agreement that a visitor may read, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(
    db: &impl Sql,
    visitor: &Visitor,
    agreement: AgreementId,
) -> Result<Vec<Challenge>, DbError> {
    let all = db
        .all(
            &format!("SELECT {COLUMNS} FROM challenge WHERE agreement = $1 ORDER BY id DESC"),
            [agreement.into()],
        )
        .await?;
    Ok(access::filter(visitor, access::Action::Read, all, Challenge::resource))
}

/// The open challenges about a school or raised for it.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Challenge>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM challenge WHERE (about = $1 OR by_org = $1)
             AND state IN ('raised', 'replied') ORDER BY id"
        ),
        [org.into()],
    )
    .await
}

/// The open challenges of an agreement that a visitor may read, for the page of a review.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_points(
    app: App,
    (visitor, agreement): (Visitor, AgreementId),
) -> Result<Vec<Point>, DbError> {
    let all = of_agreement(&app.db, &visitor, agreement).await?;
    let open = all.into_iter().filter(|one| matches!(one.state(), State::Raised | State::Replied));
    Ok(open
        .map(|one| Point {
            href: format!("/challenges/{}", one.id),
            stands: one.state().words().to_lowercase(),
            unanswered: one.state() == State::Raised,
            words: one.point,
        })
        .collect())
}

/// The replies to a challenge, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn replies(db: &impl Sql, id: ChallengeId) -> Result<Vec<Reply>, DbError> {
    db.all(
        "SELECT org, name, words, at FROM challenge_reply WHERE challenge = $1 ORDER BY at, id",
        [id.into()],
    )
    .await
}

fn said<'a>(field: &'static str, words: &'a str, ask: &str) -> Result<&'a str, Refusal> {
    let words = words.trim();
    if words.is_empty() { Err(Refusal::field(field, ask)) } else { Ok(words) }
}

/// Raises a challenge about the other school of an agreement.
///
/// # Errors
/// [`Refusal`] without a point and evidence, or by somebody of neither school.
pub async fn raise(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    point: &str,
    evidence: &str,
) -> Result<ChallengeId, Refusal> {
    let point = said("point", point, "Say in a sentence what you would like looked at again")?;
    let evidence = said("evidence", evidence, "Say what you saw that makes you raise this")?;
    let (tx, agreement) = store::open(app, agreement).await?;
    if !agreement.state().in_force() {
        return Err(Refusal::NotNow("The agreement is not in force.".to_owned()));
    }
    let (account, posts) = actor(app, &tx, permit).await?;
    let team = store::team_accounts(&tx, agreement.id).await?;
    let teams = account.is_some_and(|account| team.contains(&account));
    let (by_org, about) = if leads(&posts, agreement.supported) {
        (agreement.supported, agreement.supporting)
    } else if leads(&posts, agreement.supporting) || teams {
        (agreement.supporting, agreement.supported)
    } else {
        return Err(Refusal::NotYours("The two schools challenge each other.".to_owned()));
    };
    let id =
        insert(app, &tx, permit, (agreement.id, None), [by_org, about], [point, evidence]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Raises the challenge of a note of visit, in the transaction that sends the note.
pub(crate) async fn raise_in(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    visit: &Visit,
    point: &str,
    evidence: &str,
) -> Result<ChallengeId, Refusal> {
    let place = (visit.agreement, Some(visit.id));
    insert(app, tx, permit, place, [visit.giver, visit.host], [point.trim(), evidence.trim()]).await
}

async fn insert(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    (agreement, visit): (AgreementId, Option<VisitId>),
    [by_org, about]: [OrgRef; 2],
    [point, evidence]: [&str; 2],
) -> Result<ChallengeId, Refusal> {
    let id = ChallengeId::new(&app.ids);
    let context = permit.context();
    tx.run(
        "INSERT INTO challenge (id, agreement, visit, about, by_org, raised_by, raised_name, point,
           evidence, state, version, raised_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'raised', 1, $10)",
        [
            id.into(),
            agreement.into(),
            visit.map(|visit| visit.to_string()).into(),
            about.into(),
            by_org.into(),
            permit.person().map_or_else(String::new, |account| account.to_string()).into(),
            context.actor.name().into(),
            point.into(),
            evidence.into(),
            At(context.at).into(),
        ],
    )
    .await?;
    let event = Event::new("challenge", id, "raised").owned_by(about);
    events::append(tx, context, event.with(json!({ "agreement": agreement }))).await?;
    let people = heads(app, tx, about).await?;
    tell(app, tx, permit, agreement, &people, "Something to look at together").await?;
    Ok(id)
}

/// Tells people that there is something to read; what it says stays inside.
async fn tell(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: AgreementId,
    people: &[AccountId],
    subject: &str,
) -> Result<(), DbError> {
    for person in people {
        if permit.person() == Some(*person) {
            continue;
        }
        let Some(account) = access::accounts::get(tx, *person).await? else { continue };
        let letter = Letter {
            recipient: account.email,
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\n{} has written something for both of you to look at \
                 together.\n\n{}/agreements/{agreement}/visits\n",
                account.name,
                permit.context().actor.name(),
                app.config.public_url(),
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}

async fn open(
    app: &App,
    permit: &Permit,
    id: ChallengeId,
    act: Act,
) -> Result<(Tx, Agreement, Challenge, Vec<Who>, State), Refusal> {
    let known = find(&app.db, id).await?.ok_or(Refusal::NotFound)?;
    let (tx, agreement) = store::open(app, known.agreement).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let who = it.standings(account, &posts);
    let to = step(it.state(), act, &who)?;
    Ok((tx, agreement, it, who, to))
}

async fn keep(
    tx: &Tx,
    permit: &Permit,
    it: &Challenge,
    to: State,
    act: Act,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE challenge SET state = $2, version = version + 1 WHERE id = $1",
        [it.id.into(), AsText(to).into()],
    )
    .await?;
    let event = Event::new("challenge", it.id, act.key()).owned_by(it.about);
    events::append(tx, permit.context(), event.with(json!({ "to": to }))).await
}

/// Replies to a challenge.
///
/// # Errors
/// [`Refusal`] without words, or when the state or the person does not allow it.
pub async fn reply(
    app: &App,
    permit: &Permit,
    id: ChallengeId,
    words: &str,
) -> Result<(), Refusal> {
    let words = said("words", words, "Write your reply")?;
    let (tx, _, it, who, to) = open(app, permit, id, Act::Reply).await?;
    let org = if who.contains(&Who::About) { it.about } else { it.by_org };
    tx.run(
        "INSERT INTO challenge_reply (id, challenge, org, account, name, words, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            app.ids.next().to_string().into(),
            id.into(),
            org.into(),
            permit.context().actor.key().into(),
            permit.context().actor.name().into(),
            words.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    keep(&tx, permit, &it, to, Act::Reply).await?;
    let mut people = heads(app, &tx, it.about).await?;
    people.extend(it.raiser());
    tell(app, &tx, permit, it.agreement, &people, "A reply for you").await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down the next step both take, and when it is looked at again.
///
/// # Errors
/// [`Refusal`] without a next step, or when the state or the person does not allow it.
pub async fn settle(
    app: &App,
    permit: &Permit,
    id: ChallengeId,
    next_step: &str,
    due_on: Option<Date>,
) -> Result<(), Refusal> {
    let next_step = said("next_step", next_step, "Write the next step you agreed")?;
    let (tx, _, it, _, to) = open(app, permit, id, Act::Settle).await?;
    keep(&tx, permit, &it, to, Act::Settle).await?;
    tx.run(
        "UPDATE challenge SET next_step = $2, due_on = $3 WHERE id = $1",
        [id.into(), next_step.into(), due_on.map(|on| on.to_string()).into()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws a challenge; the reason goes to the record of acts.
///
/// # Errors
/// [`Refusal`] without a reason, or when the state or the person does not allow it.
pub async fn withdraw(app: &App, permit: &Permit, id: ChallengeId) -> Result<(), Refusal> {
    said(
        "reason",
        permit.context().reason.as_deref().unwrap_or(""),
        "Say why, in a sentence both sides can read",
    )?;
    let (tx, _, it, _, to) = open(app, permit, id, Act::Withdraw).await?;
    keep(&tx, permit, &it, to, Act::Withdraw).await?;
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
                ("raised", "reply", "about"),
                ("raised", "withdraw", "raiser"),
                ("replied", "reply", "about raiser"),
                ("replied", "settle", "about raiser"),
                ("replied", "withdraw", "raiser"),
            ],
        );
    }
}

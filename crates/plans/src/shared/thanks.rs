//! Thanks: what somebody is grateful for to a member of their partnership, in a sentence or two, read by
//! all members. The author takes it back, and the one who is thanked need not be: nothing counts thanks,
//! and no list of members follows from them.

use access::{AccountId, Action as Deed, Permit, Visitor, accounts, decide, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    id_type,
    machine::{Document, Line, No, either, line, transition},
    mail::{self, Letter},
    words,
};
use jiff::Timestamp;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::charter::answer_of;
use crate::Refusal;

id_type! {
    /// One word of thanks.
    ThanksId
}

/// As long as thanks may be, in characters.
pub const LONGEST: usize = 400;

words! {
    /// Where it stands.
    State {
        Shown = "shown", "Shown to members";
        TakenBack = "taken_back", "Taken back";
        Hidden = "hidden", "Taken off the page";
    }
}

words! {
    /// What can be done.
    Act {
        TakeBack = "take-back", "Take it back";
        Hide = "hide", "Take it off the page";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Author = "author", "whoever wrote it";
        Thanked = "thanked", "the leaders of the member that is thanked";
        Keeper = "keeper", "whoever looks after the partnership";
        Other = "other", "somebody else";
    }
}

const STEPS: &[Line<State, Act, Who>] = &[
    line(State::Shown, Act::TakeBack, &[Who::Author], State::TakenBack, ""),
    line(State::Shown, Act::Hide, &[Who::Thanked, Who::Keeper], State::Hidden, ""),
];

/// The state machine as a document.
#[must_use]
pub fn machine() -> Document {
    Document::of("thanks", "The life of thanks", "crates/plans/src/shared/thanks.rs", STEPS)
}

/// Where an act leads.
///
/// # Errors
/// [`Refusal`] when the step is not listed for these.
pub fn step(from: State, act: Act, who: &[Who]) -> Result<State, Refusal> {
    transition(STEPS, from, act, who).map_err(|no| match no {
        No::NotNow => Refusal::NotNow("It is off the page already.".to_owned()),
        No::NotYours(who) => Refusal::NotYours(format!("This is for {} to do.", either(who))),
    })
}

/// One word of thanks.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Thanks {
    /// The identifier.
    pub id: ThanksId,
    /// Among whose members.
    pub partnership: OrgRef,
    /// Who wrote it.
    pub author: AccountId,
    /// For which member.
    pub from_org: OrgRef,
    /// Who is thanked.
    pub to_org: OrgRef,
    /// What for.
    pub words: String,
    state: AsText<State>,
    at: At,
}

const COLUMNS: &str = "id, partnership, author, from_org, to_org, words, state, at";

impl Thanks {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When it was written.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at.0
    }

    /// What a visitor is in relation to it.
    #[must_use]
    pub fn standings(&self, visitor: &Visitor) -> Vec<Who> {
        let mut who = Vec::new();
        if visitor.account == Some(self.author) {
            who.push(Who::Author);
        }
        if decide(visitor, Deed::Sign, &answer_of(self.to_org)).allowed {
            who.push(Who::Thanked);
        }
        if decide(visitor, Deed::Update, &partnerships::resource(self.partnership)).allowed {
            who.push(Who::Keeper);
        }
        who
    }
}

/// What is shown, the latest first: as many as asked for.
///
/// # Errors
/// When the database cannot be read.
pub async fn shown(
    db: &impl Sql,
    partnership: OrgRef,
    (from, many): (i64, i64),
) -> Result<Vec<Thanks>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM thanks WHERE partnership = $1 AND state = 'shown'
         ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    db.all(&sql, [partnership.into(), many.into(), from.into()]).await
}

/// What members thanked an organisation for since a moment, the first of it first.
///
/// # Errors
/// When the database cannot be read.
pub async fn received(
    db: &impl Sql,
    org: OrgRef,
    since: Timestamp,
) -> Result<Vec<Thanks>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM thanks WHERE to_org = $1 AND state = 'shown' AND at > $2
         ORDER BY at, id"
    );
    db.all(&sql, [org.into(), At(since).into()]).await
}

/// One of them, whatever its state.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: ThanksId) -> Result<Option<Thanks>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM thanks WHERE id = $1"), [id.into()]).await
}

/// What somebody wrote, for the copy of their own data.
///
/// # Errors
/// When the database cannot be read.
pub async fn written_by(db: &impl Sql, account: AccountId) -> Result<Vec<Thanks>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM thanks WHERE author = $1 ORDER BY at, id");
    db.all(&sql, [account.into()]).await
}

/// For which member a visitor would thank: the first of their posts there.
#[must_use]
pub fn speaks_for(visitor: &Visitor, members: &[OrgRef]) -> Option<OrgRef> {
    visitor.posts.iter().map(|post| post.org).find(|org| members.contains(org))
}

/// Thanks a member. The author is of a member themselves.
///
/// # Errors
/// [`Refusal`] by somebody of no member, to one's own organisation or to one that is no member, without
/// words or with more than [`LONGEST`] characters.
pub async fn say(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    partnership: OrgRef,
    to: Option<OrgRef>,
    said: &str,
) -> Result<ThanksId, Refusal> {
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let members = partnerships::members(&tx, partnership, today).await?;
    let from = speaks_for(visitor, &members)
        .ok_or_else(|| Refusal::NotYours("Whoever is of a member thanks another.".to_owned()))?;
    let author = permit.person().ok_or(Refusal::NotFound)?;
    let own = |org: &OrgRef| visitor.posts.iter().any(|post| post.org == *org);
    let Some(to) = to.filter(|org| members.contains(org)) else {
        return Err(Refusal::field("to", "Choose whom you thank"));
    };
    if own(&to) {
        return Err(Refusal::field(
            "to",
            "Thank your own colleagues in person: choose another member",
        ));
    }
    let said = said.trim();
    if said.is_empty() {
        return Err(Refusal::field("words", "Say what you are grateful for"));
    }
    if said.chars().count() > LONGEST {
        return Err(Refusal::field(
            "words",
            "Say it in fewer words: four hundred characters at most",
        ));
    }
    let id = ThanksId::new(&app.ids);
    tx.run(
        "INSERT INTO thanks (id, partnership, author, from_org, to_org, words, state, at)
         VALUES ($1, $2, $3, $4, $5, $6, 'shown', $7)",
        [
            id.into(),
            partnership.into(),
            author.into(),
            from.into(),
            to.into(),
            said.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let base = partnerships::address(partnership);
    for leader in accounts::leaders(&tx, &app.clock, to).await? {
        let letter = Letter {
            recipient: leader.email,
            subject: "Somebody says thank you".to_owned(),
            body: format!(
                "Hello {},\n\n{} thanks you:\n\n{said}\n\nMembers of your partnership read it here; you \
                 can take it off the page:\n{}{base}/thanks\n",
                leader.name,
                permit.context().actor.name(),
                app.config.public_url()
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    let event = Event::new("thanks", id, "said").owned_by(from);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes it back or off the page; its words are deleted.
///
/// # Errors
/// [`Refusal`] when it is off already or for somebody else to do.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: ThanksId,
    act: Act,
    who: &[Who],
) -> Result<State, Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("thanks {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), act, who)?;
    let sql = "UPDATE thanks SET state = $2, words = '' WHERE id = $1";
    tx.run(sql, [id.into(), AsText(to).into()]).await?;
    let event = Event::new("thanks", id, act.key()).owned_by(it.from_org);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        shown take_back author taken_back
        shown hide thanked hidden
        shown hide keeper hidden";

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

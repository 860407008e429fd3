//! Two people who face the same thing are asked whether they would like to be introduced. Neither
//! learns who the other is until both have said yes, and nobody ever learns who said no.

use access::{AccountId, Kind, Permit, Resource, Zone, accounts, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::AsText,
    events::{self, Event},
    id_type,
    machine::Line,
    upn, words,
};
use jiff::{Span, civil::Date};
use sea_orm::FromQueryResult;
use support::machine::{Machine, step};

use crate::{Refusal, letters};

id_type! {
    /// A suggested introduction.
    IntroductionId
}

words! {
    /// Where it stands.
    State {
        Asked = "asked", "Both are asked";
        Introduced = "introduced", "Introduced";
        Closed = "closed", "It did not come about";
    }
}

words! {
    /// What can be done.
    Act {
        Agree = "agree", "Yes, introduce us";
        Introduce = "introduce", "Introduce them";
        Decline = "decline", "No, thank you";
        TakeBack = "take_back", "Take it back";
        Expire = "expire", "Let it go";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Asked = "asked", "one of the two";
        Broker = "broker", "the broker";
        System = "system", "Alongside itself";
        Other = "other", "somebody else";
    }
}

const LINES: &[Line<State, Act, Who>] = &[
    foundation::machine::line(State::Asked, Act::Agree, &[Who::Asked], State::Asked, ""),
    foundation::machine::line(
        State::Asked,
        Act::Introduce,
        &[Who::System],
        State::Introduced,
        "both said yes",
    ),
    foundation::machine::line(State::Asked, Act::Decline, &[Who::Asked], State::Closed, ""),
    foundation::machine::line(State::Asked, Act::TakeBack, &[Who::Broker], State::Closed, ""),
    foundation::machine::line(
        State::Asked,
        Act::Expire,
        &[Who::System],
        State::Closed,
        "four weeks without an answer of both",
    ),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "introduction";

    fn lines() -> &'static [Line<Self, Act, Who>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

/// Days for which both are asked.
const ASKED_FOR: i64 = 28;

/// A suggested introduction.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Introduction {
    /// The identifier.
    pub id: IntroductionId,
    /// The partnership in which it is suggested.
    pub partnership: OrgRef,
    /// What both face.
    pub matter: String,
    one: AccountId,
    one_name: String,
    one_org: OrgRef,
    one_said: bool,
    other: AccountId,
    other_name: String,
    other_org: OrgRef,
    other_said: bool,
    /// Who suggests it.
    pub by_account: AccountId,
    /// Their name.
    pub by_name: String,
    state: AsText<State>,
    made_on: AsText<Date>,
    version: i64,
}

const COLUMNS: &str = "id, partnership, matter, one, one_name, one_org, one_said, other, other_name, \
     other_org, other_said, by_account, by_name, state, made_on, version";

/// One of the two.
#[derive(Clone, Debug)]
pub struct Party {
    /// Who.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub org: OrgRef,
    /// Whether they said yes.
    pub said: bool,
}

impl Introduction {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// When it was suggested.
    #[must_use]
    pub const fn made_on(&self) -> Date {
        self.made_on.0
    }

    /// The two.
    #[must_use]
    pub fn both(&self) -> [Party; 2] {
        [
            Party {
                account: self.one,
                name: self.one_name.clone(),
                org: self.one_org,
                said: self.one_said,
            },
            Party {
                account: self.other,
                name: self.other_name.clone(),
                org: self.other_org,
                said: self.other_said,
            },
        ]
    }

    /// Somebody's own part, and the other's.
    #[must_use]
    pub fn seen_by(&self, account: AccountId) -> Option<(Party, Party)> {
        let [one, other] = self.both();
        if one.account == account {
            Some((one, other))
        } else if other.account == account {
            Some((other, one))
        } else {
            None
        }
    }

    /// It as the policy sees it: between the two alone. Whoever suggested it reads where it stands on
    /// the list of their partnership.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource::new(Kind::Partnership, Zone::Pair, self.partnership)
            .people([self.one, self.other])
    }
}

/// One by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: IntroductionId) -> Result<Option<Introduction>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM introduction WHERE id = $1"), [id.into()]).await
}

/// Those that concern somebody, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(db: &impl Sql, who: AccountId) -> Result<Vec<Introduction>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM introduction WHERE one = $1 OR other = $1 ORDER BY made_on DESC, id"
    );
    db.all(&sql, [who.into()]).await
}

/// Those of a partnership, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_partnership(db: &impl Sql, org: OrgRef) -> Result<Vec<Introduction>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM introduction WHERE partnership = $1 ORDER BY made_on DESC, id"
    );
    db.all(&sql, [org.into()]).await
}

/// Where somebody works in a partnership: the first organisation of theirs that belongs to it.
async fn place(
    app: &App,
    db: &impl Sql,
    partnership: OrgRef,
    account: AccountId,
) -> Result<Option<(String, OrgRef)>, DbError> {
    let orgs = partnerships::members(db, partnership, app.clock.today()).await?;
    let posts = accounts::posts(db, &app.clock, account).await?;
    let Some(post) = posts.into_iter().find(|post| orgs.contains(&post.org)) else {
        return Ok(None);
    };
    let account = accounts::get(db, account).await?.filter(|one| one.closed_at.is_none());
    Ok(account.map(|account| (account.name, post.org)))
}

/// Suggests that two people meet, and asks both. The broker's act.
///
/// # Errors
/// [`Refusal`] without a matter, or where the two are not two people of different members.
pub async fn suggest(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    (one, other): (AccountId, AccountId),
    matter: &str,
) -> Result<IntroductionId, Refusal> {
    let matter = matter.trim();
    if matter.is_empty() || matter.chars().count() > 200 {
        return Err(Refusal::field("matter", "Say what both face, in at most 200 letters"));
    }
    if upn::find(matter).is_some() {
        return Err(Refusal::field("matter", "Remove the unique pupil number"));
    }
    let by = permit.person().ok_or(Refusal::NotFound)?;
    let tx = app.db.write().await?;
    let missing = |field| Refusal::field(field, "Choose somebody who works at a member");
    let (one_name, one_org) =
        place(app, &tx, partnership, one).await?.ok_or_else(|| missing("one"))?;
    let (other_name, other_org) =
        place(app, &tx, partnership, other).await?.ok_or_else(|| missing("other"))?;
    if one == other || one_org == other_org {
        return Err(Refusal::field("other", "Choose somebody of another school"));
    }
    let id = IntroductionId::new(&app.ids);
    tx.run(
        "INSERT INTO introduction (id, partnership, matter, one, one_name, one_org, one_said,
           other, other_name, other_org, other_said, by_account, by_name, state, made_on, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, $11, $12, 'asked', $13, 1)",
        [
            id.into(),
            partnership.into(),
            matter.into(),
            one.into(),
            one_name.into(),
            one_org.into(),
            false.into(),
            other.into(),
            other_name.into(),
            other_org.into(),
            by.into(),
            permit.context().actor.name().into(),
            AsText(london(permit.context().at)).into(),
        ],
    )
    .await?;
    let key = id.to_string();
    let event = Event::new("introduction", &key, "suggested").owned_by(partnership);
    events::append(&tx, permit.context(), event).await?;
    let words = format!(
        "{} thinks that you and a colleague of another school face the same. Would you like to be \
         introduced? Neither of you reads who the other is unless both say yes, and nobody learns \
         who said no.",
        permit.context().actor.name()
    );
    let subject = "Would you like to be introduced?";
    letters::send(
        app,
        &tx,
        permit,
        vec![one, other],
        (subject, &words, &format!("/introductions/{id}")),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

async fn move_on(tx: &foundation::Tx, it: &Introduction, to: State) -> Result<(), Refusal> {
    let touched = tx
        .run(
            "UPDATE introduction SET state = $3, version = version + 1
             WHERE id = $1 AND version = $2",
            [it.id.into(), it.version.into(), AsText(to).into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("introduction").into());
    }
    Ok(())
}

/// One of the two says yes or no. When both said yes, each is sent the other's name and address.
///
/// # Errors
/// [`Refusal`] by anybody else, or when it is over.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: IntroductionId,
    yes: bool,
) -> Result<State, Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("introduction {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    let (_, other) = it.seen_by(account).ok_or(Refusal::NotFound)?;
    let act = if yes { Act::Agree } else { Act::Decline };
    let mut to = step(it.state(), act, &[Who::Asked])?;
    if yes {
        let column = if it.one == account { "one_said" } else { "other_said" };
        let sql = format!("UPDATE introduction SET {column} = $2 WHERE id = $1");
        tx.run(&sql, [id.into(), true.into()]).await?;
        if other.said {
            to = step(it.state(), Act::Introduce, &[Who::System])?;
        }
    }
    move_on(&tx, &it, to).await?;
    let key = id.to_string();
    // The record does not tell who said what: only that something was answered.
    let verb = if to == State::Introduced { "introduced" } else { "answered" };
    let event = Event::new("introduction", &key, verb).owned_by(it.partnership);
    let system = Permit::system("introductions", permit.context().at);
    events::append(&tx, system.context(), event).await?;
    if to == State::Introduced {
        for (reader, about) in [(account, other.account), (other.account, account)] {
            let Some(them) = accounts::get(&tx, about).await? else { continue };
            let words = format!(
                "You both said yes. {} ({}) faces the same: “{}”. The first word is whoever’s \
                 likes to write it.",
                them.name, them.email, it.matter
            );
            let told = ("You are introduced", words.as_str(), format!("/introductions/{id}"));
            letters::send(app, &tx, &system, vec![reader], (told.0, told.1, &told.2)).await?;
        }
    }
    tx.commit().await?;
    Ok(to)
}

/// The broker takes a suggestion back.
///
/// # Errors
/// [`Refusal`] when it is over.
pub async fn take_back(app: &App, permit: &Permit, id: IntroductionId) -> Result<(), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("introduction {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    move_on(&tx, &it, step(it.state(), Act::TakeBack, &[Who::Broker])?).await?;
    let key = id.to_string();
    let event = Event::new("introduction", &key, "taken back").owned_by(it.partnership);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets go of suggestions that were not answered for four weeks.
///
/// # Errors
/// When the database refuses.
pub async fn expire(app: &App, permit: &Permit) -> Result<u64, DbError> {
    let before = app.clock.today().saturating_sub(Span::new().days(ASKED_FOR));
    let tx = app.db.write().await?;
    let gone = tx
        .run(
            "UPDATE introduction SET state = 'closed', version = version + 1
             WHERE state = 'asked' AND made_on < $1",
            [AsText(before).into()],
        )
        .await?;
    if gone > 0 {
        let event = Event::new("introductions", "expired", "let go");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(gone)
}

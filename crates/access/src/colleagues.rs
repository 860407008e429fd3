//! How a school or trust lets its own people in: its leaders invite them, or open a way in through
//! which anybody who works there asks. Leaders give posts of staff and of members of the board;
//! whoever leads or signs is appointed by an operator.

use foundation::{
    App, Context, DbError, OrgRef, Sql,
    db::At,
    events::{self, Event},
    id_type,
    mail::{self, Letter},
};
use jiff::SignedDuration;
use sea_orm::FromQueryResult;

use crate::{
    AccountId, Action, Kind, Permit, Post, Resource, Role, Visitor, Zone,
    accounts::{self, Account, Held},
    decide,
    headships::HeadshipError,
    leaving, limits,
    links::{self, Act},
};

id_type! {
    /// Somebody who asked to be let in.
    AskedId
}

/// The roles that leaders give to their own people.
pub const ROLES: [Role; 2] = [Role::Staff, Role::Governor];
/// How long the letter with which somebody confirms their address stands.
pub const CONFIRM: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Asking to be let in, by address.
pub const BY_ADDRESS: limits::Limit =
    limits::Limit { name: "ask to join", burst: 3, every: SignedDuration::from_mins(20) };
/// Asking to be let in, by way in: a whole staff room may sit there, and no more than that.
pub const BY_WAY: limits::Limit =
    limits::Limit { name: "ask to join here", burst: 60, every: SignedDuration::from_mins(2) };

const SUBJECT: &str = "colleague";
const ACT: &str = "ask to be let in";

/// The people of an organisation, as the policy sees them: its leaders let them in.
#[must_use]
pub const fn resource(org: OrgRef) -> Resource {
    Resource::new(Kind::Directory, Zone::School, org)
}

/// Whether a visitor looks after the people of an organisation.
#[must_use]
pub fn looks_after(visitor: &Visitor, org: OrgRef) -> bool {
    matches!(org, OrgRef::School(_) | OrgRef::Trust(_))
        && decide(visitor, Action::Sign, &resource(org)).allowed
}

/// Whether a visitor may end a post: of staff or a member of the board, and not their own.
#[must_use]
pub fn may_end(visitor: &Visitor, held: &Held) -> bool {
    let theirs = ROLES.contains(&held.role.0) && visitor.account != Some(held.account);
    theirs && looks_after(visitor, held.org)
}

/// The way in of an organisation.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Way {
    /// Whose.
    pub org: OrgRef,
    /// What stands in its address.
    pub code: String,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: At,
}

/// Somebody who asked to be let in.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Asked {
    /// The identifier.
    pub id: AskedId,
    /// Where.
    pub org: OrgRef,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they do there.
    pub title: String,
    /// When they asked.
    pub asked_at: At,
    /// When they showed that the address is theirs.
    pub confirmed_at: Option<At>,
}

const COLUMNS: &str = "id, org, name, email, title, asked_at, confirmed_at";

/// What asking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A letter is on its way.
    Sent,
    /// It was asked too often just now.
    TooOften,
}

/// The way in of an organisation, where one is open.
///
/// # Errors
/// When the database cannot be read.
pub async fn way(db: &impl Sql, org: OrgRef) -> Result<Option<Way>, DbError> {
    db.first("SELECT org, code, opened_by, opened_at FROM way_in WHERE org = $1", [org.into()])
        .await
}

/// The way in behind an address.
///
/// # Errors
/// When the database cannot be read.
pub async fn way_at(db: &impl Sql, code: &str) -> Result<Option<Way>, DbError> {
    db.first("SELECT org, code, opened_by, opened_at FROM way_in WHERE code = $1", [code.into()])
        .await
}

/// Opens the way in of an organisation; one that was open gets a new address, and the old one leads
/// nowhere.
///
/// # Errors
/// When the database refuses.
pub async fn open(app: &App, permit: &Permit, org: OrgRef) -> Result<(), DbError> {
    permit.must_be_to(&[Action::Sign])?;
    let context = permit.context();
    let mut code = app.ids.token();
    code.truncate(20);
    let tx = app.db.write().await?;
    tx.run("DELETE FROM way_in WHERE org = $1", [org.into()]).await?;
    tx.run(
        "INSERT INTO way_in (org, code, opened_by, opened_at) VALUES ($1, $2, $3, $4)",
        [org.into(), code.into(), context.actor.name().into(), At(context.at).into()],
    )
    .await?;
    events::append(&tx, context, Event::new("way in", org, "opened").owned_by(org)).await?;
    tx.commit().await
}

/// Closes the way in of an organisation.
///
/// # Errors
/// When the database refuses.
pub async fn close(app: &App, permit: &Permit, org: OrgRef) -> Result<(), DbError> {
    permit.must_be_to(&[Action::Sign])?;
    let tx = app.db.write().await?;
    if tx.run("DELETE FROM way_in WHERE org = $1", [org.into()]).await? > 0 {
        let event = Event::new("way in", org, "closed").owned_by(org);
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await
}

/// Asks to be let in through a way in. The address is written to; nobody at the school hears of it
/// before it was confirmed from there.
///
/// # Errors
/// When the database refuses.
pub async fn ask(
    app: &App,
    way: &Way,
    name: &str,
    email: &str,
    title: &str,
) -> Result<Outcome, DbError> {
    let email = email.trim().to_lowercase();
    let calm = limits::take(app, &BY_WAY, &way.code).await?
        && limits::take(app, &BY_ADDRESS, &email).await?;
    if !calm {
        return Ok(Outcome::TooOften);
    }
    let permit = Permit::system("colleagues", app.clock.now());
    let context = permit.context();
    let id = AskedId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO join_request (id, org, name, email, title, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            way.org.into(),
            name.trim().into(),
            email.clone().into(),
            title.trim().into(),
            At(context.at).into(),
        ],
    )
    .await?;
    let act = Act {
        subject: SUBJECT,
        id: id.to_string(),
        act: ACT,
        email: email.clone(),
        owner: way.org,
    };
    let token = links::issue(&tx, app, &permit, &act, CONFIRM).await?;
    let letter = Letter {
        recipient: email,
        subject: "Is this your address?".to_owned(),
        body: format!(
            "Hello {},\n\nSomebody, most likely you, asked to be let into Alongside with this \
             address. If it was you, confirm it within three days, and whoever leads your school \
             is asked:\n\n{}/join/confirm/{token}\n\nIf it was not you, do nothing: what was typed \
             is forgotten by itself.\n",
            name.trim(),
            app.config.public_url()
        ),
    };
    mail::post(&tx, app, context, &letter).await?;
    tx.commit().await?;
    Ok(Outcome::Sent)
}

/// What a letter's link would confirm, while it stands.
///
/// # Errors
/// When the database cannot be read.
pub async fn to_confirm(app: &App, token: &str) -> Result<Option<Asked>, DbError> {
    let Some(link) = links::look(app, token).await? else { return Ok(None) };
    if link.subject != SUBJECT || link.act != ACT {
        return Ok(None);
    }
    Ok(get(&app.db, &link.subject_id).await?.filter(|one| one.confirmed_at.is_none()))
}

/// Confirms an address with the link of its letter; the leaders are told. Whom they are asked to let
/// in.
///
/// # Errors
/// When the database refuses.
pub async fn confirm(app: &App, token: &str) -> Result<Option<Asked>, DbError> {
    let Some(asked) = to_confirm(app, token).await? else { return Ok(None) };
    let tx = app.db.write().await?;
    let id = asked.id.to_string();
    let Some((_, permit)) = links::redeem(&tx, app, token, SUBJECT, &id, ACT).await? else {
        return Ok(None);
    };
    let context = permit.context();
    // The same person may have asked twice: the last word stands.
    tx.run(
        "DELETE FROM join_request WHERE org = $1 AND email = $2 AND id <> $3",
        [asked.org.into(), asked.email.clone().into(), asked.id.into()],
    )
    .await?;
    tx.run(
        "UPDATE join_request SET confirmed_at = $2 WHERE id = $1",
        [asked.id.into(), At(context.at).into()],
    )
    .await?;
    for leader in accounts::leaders(&tx, &app.clock, asked.org).await? {
        let letter = Letter {
            recipient: leader.email,
            subject: "A colleague asks to be let in".to_owned(),
            body: format!(
                "Hello {},\n\n{} ({}), {}, asks for an account on Alongside. Let them in if they \
                 work with you, or say no: {}/colleagues\n",
                leader.name,
                asked.name,
                asked.email,
                asked.title,
                app.config.public_url()
            ),
        };
        mail::post(&tx, app, context, &letter).await?;
    }
    tx.commit().await?;
    Ok(Some(asked))
}

async fn get(db: &impl Sql, id: &str) -> Result<Option<Asked>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM join_request WHERE id = $1"), [id.into()]).await
}

/// Somebody who asked, from an address that is theirs.
///
/// # Errors
/// When the database cannot be read.
pub async fn asked(db: &impl Sql, id: AskedId) -> Result<Option<Asked>, DbError> {
    Ok(get(db, &id.to_string()).await?.filter(|one| one.confirmed_at.is_some()))
}

/// Who waits to be let into an organisation, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(db: &impl Sql, org: OrgRef) -> Result<Vec<Asked>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM join_request WHERE org = $1 AND confirmed_at IS NOT NULL
         ORDER BY asked_at, id"
    );
    db.all(&sql, [org.into()]).await
}

/// What was asked from an address, confirmed or not, for the copy of one's own data.
///
/// # Errors
/// When the database cannot be read.
pub async fn asked_from(db: &impl Sql, email: &str) -> Result<Vec<Asked>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM join_request WHERE email = $1 ORDER BY asked_at, id");
    db.all(&sql, [email.to_lowercase().into()]).await
}

async fn forget(app: &App, context: &Context, one: &Asked, verb: &str) -> Result<bool, DbError> {
    let tx = app.db.write().await?;
    let gone = tx.run("DELETE FROM join_request WHERE id = $1", [one.id.into()]).await?;
    if gone > 0 {
        let event = Event::new("way in", one.org, verb).owned_by(one.org);
        events::append(&tx, context, event).await?;
    }
    tx.commit().await?;
    Ok(gone > 0)
}

/// Lets somebody in as a member of staff: with a new account and its letter, or with a post for the
/// account the address has already.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else has answered meanwhile, [`DbError::Duplicate`] when the
/// address belongs to an account that was closed.
pub async fn let_in(app: &App, permit: &Permit, one: &Asked) -> Result<(), DbError> {
    permit.must_be_to(&[Action::Sign])?;
    let known = accounts::by_email(&app.db, &one.email).await?;
    if known.as_ref().is_some_and(|person| person.closed_at.is_some()) {
        return Err(DbError::Duplicate("account".into()));
    }
    if !forget(app, permit.context(), one, "let somebody in").await? {
        return Err(DbError::Conflict("request to be let in"));
    }
    let post = Post::new(one.org, Role::Staff, &one.title);
    let today = app.clock.today();
    let Some(person) = known else {
        leaving::invite(app, permit, &one.email, &one.name, &post, today).await?;
        return Ok(());
    };
    if !here(app, one.org, person.id).await? {
        give(app, permit, person.id, &post).await?;
    }
    let tx = app.db.write().await?;
    answered(app, permit, one, &tx, "You are let in: sign in as before", "has let you in").await?;
    tx.commit().await
}

/// Gives a post that leaders may give, which no rule about headships concerns.
async fn give(app: &App, permit: &Permit, account: AccountId, post: &Post) -> Result<(), DbError> {
    match leaving::appoint(app, permit, account, post, app.clock.today()).await {
        Ok(()) => Ok(()),
        Err(HeadshipError::Db(error)) => Err(error),
        Err(_) => Err(DbError::Conflict("post")),
    }
}

/// Whether an account holds a post in an organisation today.
async fn here(app: &App, org: OrgRef, account: AccountId) -> Result<bool, DbError> {
    let people = accounts::people(&app.db, &app.clock, org).await?;
    Ok(people.iter().any(|one: &Account| one.id == account))
}

async fn answered(
    app: &App,
    permit: &Permit,
    one: &Asked,
    tx: &foundation::Tx,
    subject: &str,
    what: &str,
) -> Result<(), DbError> {
    let letter = Letter {
        recipient: one.email.clone(),
        subject: subject.to_owned(),
        body: format!(
            "Hello {},\n\n{} {what}.\n\n{}/sign-in\n",
            one.name,
            permit.context().actor.name(),
            app.config.public_url()
        ),
    };
    mail::post(tx, app, permit.context(), &letter).await
}

/// Says no to somebody who asked, who is written to; what they typed is forgotten.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else has answered meanwhile.
pub async fn decline(app: &App, permit: &Permit, one: &Asked) -> Result<(), DbError> {
    permit.must_be_to(&[Action::Sign])?;
    if !forget(app, permit.context(), one, "let nobody in").await? {
        return Err(DbError::Conflict("request to be let in"));
    }
    let tx = app.db.write().await?;
    let what = "does not know you as a colleague and has not let you in. If that is a mistake, talk \
                to your school";
    answered(app, permit, one, &tx, "You were not let in", what).await?;
    tx.commit().await
}

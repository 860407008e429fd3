//! Joining and leaving: an invitation opens an account with its first post; a post ends only
//! when what the person looked after is in other hands.

use foundation::{
    Actor, App, Context, DbError, OrgRef, PageError, Rooms, Sql, Tx,
    db::At,
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::{SignedDuration, civil::Date};

use crate::{
    AccountId, Permit, Post, Role,
    accounts::{self, Held},
    headships::{self, HeadshipError},
    looks, passwords, sessions,
};

/// How long an invitation stands.
pub const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Something a person still looks after in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// What it is: "Leads the needs audit of autumn 2026".
    pub what: String,
    /// Where it can be handed over.
    pub href: String,
}

/// What the rooms say a person still looks after in an organisation. Each room adds its own answer;
/// the front door puts the whole into the requests (`axum::Extension`).
pub type Duties = Rooms<(AccountId, OrgRef), Duty>;

/// Why somebody cannot leave yet.
#[derive(Debug, thiserror::Error)]
pub enum LeavingError {
    /// There is no such post or account, or it is over already.
    #[error("this post or account is over already")]
    Over,
    /// The last day would come before the first.
    #[error("the last day comes before the first day of the post: choose a later one")]
    BeforeStart,
    /// Nobody would be left to look after accounts.
    #[error("this is the last operator: appoint another one first")]
    LastOperator,
    /// Somebody has to take these over first.
    #[error("somebody has to take over {} first", .0.len())]
    Held(Vec<Duty>),
    /// The database said something.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<LeavingError> for PageError {
    fn from(error: LeavingError) -> Self {
        match error {
            LeavingError::Db(error) => error.into(),
            LeavingError::Over => Self::NotFound,
            other => Self::Conflict(format!("{other}.")),
        }
    }
}

/// Opens an account with a first post and writes the letter that lets the person in.
///
/// # Errors
/// [`DbError::Duplicate`] when the address has an account already.
pub async fn invite(
    app: &App,
    permit: &Permit,
    email: &str,
    name: &str,
    post: &Post,
    start_on: Date,
) -> Result<AccountId, DbError> {
    let context = permit.context();
    let tx = app.db.write().await?;
    let told = looks::leaders(&tx, app, post.org).await?;
    let account = accounts::open(&tx, &app.ids, context, email, name).await?;
    accounts::appoint(&tx, &app.ids, context, account, post, start_on).await?;
    announce(&tx, app, context, &told, name, post).await?;
    letter(&tx, app, context, account).await?;
    tx.commit().await?;
    Ok(account)
}

/// Writes the invitation once more, for somebody whose first one has expired. Earlier links stop
/// working.
///
/// # Errors
/// When the database refuses.
pub async fn invite_again(app: &App, permit: &Permit, account: AccountId) -> Result<(), DbError> {
    let context = permit.context();
    let tx = app.db.write().await?;
    sessions::revoke_links(&tx, context.at, account).await?;
    letter(&tx, app, context, account).await?;
    events::append(&tx, context, Event::new("account", account, "invited again")).await?;
    tx.commit().await
}

async fn letter(tx: &Tx, app: &App, context: &Context, account: AccountId) -> Result<(), DbError> {
    let Some(person) = accounts::get(tx, account).await? else { return Ok(()) };
    let token = sessions::issue_link(tx, &app.ids, context.at, account, INVITATION, false).await?;
    sessions::mark_invitation(tx, &token).await?;
    let url = app.config.public_url();
    let letter = Letter {
        recipient: person.email,
        subject: "Your invitation to Alongside".to_owned(),
        body: format!(
            "Hello {},\n\n{} has opened an account for you on Alongside, where schools support \
             each other. This link lets you in once, within seven days, and lets you choose how you \
             sign in from then on:\n\n{url}/sign-in/{token}\n\n\
             You can always sign in at {url}/sign-in by a link to this e-mail address.\n\n\
             Who can see what: {url}/how-access-works\n",
            person.name,
            context.actor.name(),
        ),
    };
    mail::post(tx, app, context, &letter).await
}

/// Gives somebody another post. Their sessions end, so that the next one begins with the new
/// rights and a new token, and those who lead the organisation already are told.
///
/// # Errors
/// [`DbError::Unpermitted`] for a post of one's own; [`HeadshipError::TooMuch`] for headships of
/// more than full time together without a reason; when the database refuses.
pub async fn appoint(
    app: &App,
    permit: &Permit,
    account: AccountId,
    post: &Post,
    start_on: Date,
) -> Result<(), HeadshipError> {
    let context = permit.context();
    if matches!(&context.actor, Actor::Person { account: own, .. } if *own == account.to_string()) {
        return Err(DbError::Unpermitted("to give oneself a post".to_owned()).into());
    }
    let tx = app.db.write().await?;
    tx.lock(&format!("headships of {account}")).await?;
    headships::must_allow(&tx, permit, account, post, start_on).await?;
    let told = looks::leaders(&tx, app, post.org).await?;
    accounts::appoint(&tx, &app.ids, context, account, post, start_on).await?;
    sessions::end_all(&tx, context.at, account, None).await?;
    let person = accounts::get(&tx, account).await?.map_or_else(String::new, |person| person.name);
    announce(&tx, app, context, &told, &person, post).await?;
    tx.commit().await?;
    Ok(())
}

/// Tells those who led an organisation before that somebody was given a post there: whoever opens
/// accounts for others cannot do so behind their backs.
async fn announce(
    tx: &Tx,
    app: &App,
    context: &Context,
    leaders: &[accounts::Account],
    person: &str,
    post: &Post,
) -> Result<(), DbError> {
    for leader in leaders {
        let letter = Letter {
            recipient: leader.email.clone(),
            subject: "Somebody was given a post at your organisation".to_owned(),
            body: format!(
                "Hello {},\n\n{} has given {person} a post at your organisation on Alongside: {} \
                 ({}). If you do not know of it, write to the operator of this installation at \
                 once; they can end it.\n\nWho has which access there: {}/how-access-works\n",
                leader.name,
                context.actor.name(),
                post.title,
                post.role().in_words(),
                app.config.public_url()
            ),
        };
        mail::post(tx, app, context, &letter).await?;
    }
    Ok(())
}

/// Ends a post on its last day. Refused while a room says that the person still looks after
/// something there, unless another post of theirs in the same organisation goes on.
///
/// # Errors
/// See [`LeavingError`].
pub async fn end_post(
    app: &App,
    permit: &Permit,
    post: &str,
    last_day: Date,
    duties: &Duties,
) -> Result<Held, LeavingError> {
    let today = app.clock.today();
    let everybody = accounts::held(&app.db, None).await?;
    let ending = everybody.iter().find(|held| held.id == post && held.end_on.is_none());
    let ending = ending.ok_or(LeavingError::Over)?;
    if last_day < ending.start_on.0 {
        return Err(LeavingError::BeforeStart);
    }
    let others = || everybody.iter().filter(|held| held.id != post && held.on(last_day.max(today)));
    if ending.role.0 == Role::Operator && !others().any(|held| held.role.0 == Role::Operator) {
        return Err(LeavingError::LastOperator);
    }
    let stays = others().any(|held| held.account == ending.account && held.org == ending.org);
    if !stays {
        let held = duties.answers(app, &(ending.account, ending.org)).await?;
        if !held.is_empty() {
            return Err(LeavingError::Held(held));
        }
    }
    let context = permit.context();
    let tx = app.db.write().await?;
    let ended = tx
        .run(
            "UPDATE post SET end_on = $2 WHERE id = $1 AND end_on IS NULL",
            [post.into(), last_day.to_string().into()],
        )
        .await?;
    if ended == 0 {
        return Err(LeavingError::Over);
    }
    sessions::end_all(&tx, context.at, ending.account, None).await?;
    let event = Event::new("account", ending.account, "left a post").owned_by(ending.org).with(
        serde_json::json!({ "role": ending.role.0.key(), "org": ending.org, "last_day": last_day }),
    );
    events::append(&tx, context, event).await?;
    tx.commit().await?;
    Ok(ending.clone())
}

/// Closes an account: its sessions end and its links, password and codes stop working at once.
/// Every post must have ended first.
///
/// # Errors
/// See [`LeavingError`]; [`LeavingError::Held`] names the posts that go on.
pub async fn close(app: &App, permit: &Permit, account: AccountId) -> Result<(), LeavingError> {
    let today = app.clock.today();
    let going_on: Vec<Duty> = accounts::held(&app.db, Some(account))
        .await?
        .into_iter()
        .filter(|held| held.end_on.as_ref().is_none_or(|end| *end >= today.to_string()))
        .map(|held| Duty {
            what: format!("{}, until a last day in the past is set", held.title),
            href: format!("/people/{account}/posts/{}/end", held.id),
        })
        .collect();
    if !going_on.is_empty() {
        return Err(LeavingError::Held(going_on));
    }
    let context = permit.context();
    let tx = app.db.write().await?;
    let closed = tx
        .run(
            "UPDATE account SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL",
            [account.into(), At(context.at).into()],
        )
        .await?;
    if closed == 0 {
        return Err(LeavingError::Over);
    }
    sessions::end_all(&tx, context.at, account, None).await?;
    sessions::revoke_links(&tx, context.at, account).await?;
    passwords::forget(&tx, account).await?;
    events::append(&tx, context, Event::new("account", account, "closed")).await?;
    tx.commit().await?;
    Ok(())
}

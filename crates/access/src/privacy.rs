//! A person's rights over their own data: a copy, a correction, and being forgotten.

use foundation::{
    App, DbError, PageError, Rooms, Sql,
    db::At,
    events::{self, Entry, Event},
    mail::{self, Letter},
};
use jiff::SignedDuration;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{
    AccountId, Permit, accounts, colleagues, identities,
    links::{self, Act},
    looks, passkeys, policy, sessions,
};

/// How long the link that confirms a new address stands.
const CONFIRM: SignedDuration = SignedDuration::from_hours(24);

/// What the rooms hold about a person, each under a name of its own. The front door puts the
/// whole into the requests (`axum::Extension`).
#[derive(Clone, Debug, Default)]
pub struct Extracts(Rooms<AccountId, (&'static str, Value)>);

impl Extracts {
    /// Adds a room's answer to: what do you hold about this person?
    #[must_use]
    pub fn asking<F, W>(self, name: &'static str, ask: F) -> Self
    where
        F: Fn(App, AccountId) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Value, DbError>> + Send + 'static,
    {
        Self(self.0.asking(move |app, account| {
            let answer = ask(app, account);
            async move { Ok(vec![(name, answer.await?)]) }
        }))
    }
}

/// Everything held about a person, for the person: their account, posts, sessions, looks, what
/// they did, what was done to their account, and what the rooms add.
///
/// # Errors
/// When the database cannot be read.
pub async fn bundle(app: &App, account: AccountId, rooms: &Extracts) -> Result<Value, PageError> {
    #[derive(FromQueryResult)]
    struct Sent {
        subject: String,
        sent_at: Option<i64>,
    }
    #[derive(FromQueryResult)]
    struct Asked {
        act: String,
        subject: String,
        subject_id: String,
        created_at: i64,
        used_at: Option<i64>,
    }
    #[derive(FromQueryResult)]
    struct Glass {
        owner: String,
        reason: String,
        opened_at: i64,
    }
    #[derive(FromQueryResult)]
    struct Suggested {
        org: String,
        provider: String,
        seen_at: i64,
    }
    let moment = |at: i64| jiff::Timestamp::from_microsecond(at).ok();
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let posts: Vec<Value> = accounts::held(&app.db, Some(account))
        .await?
        .into_iter()
        .map(|held| {
            json!({ "org": held.org, "role": held.role.0.key(), "title": held.title,
                    "from": held.start_on.0, "to": held.end_on })
        })
        .collect();
    let sessions: Vec<Value> = sessions::list(&app.db, app.clock.now(), account)
        .await?
        .into_iter()
        .map(
            |one| json!({ "browser": one.label, "began": one.created_at.0, "used": one.seen_at.0 }),
        )
        .collect();
    let keys: Vec<Value> = passkeys::of(&app.db, account)
        .await?
        .into_iter()
        .map(|one| json!({ "name": one.name, "added": one.created_at.0 }))
        .collect();
    let providers: Vec<Value> = identities::of(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({ "issuer": one.issuer, "subject": one.subject, "email": one.email,
                    "linked": one.linked_at.0, "used": one.used_at.0 })
        })
        .collect();
    let looks: Vec<Value> = looks::by(&app.db, account, jiff::Timestamp::UNIX_EPOCH)
        .await?
        .into_iter()
        .map(|look| {
            json!({ "record": format!("{} {}", look.subject, look.subject_id),
                    "owner": look.owner, "last": look.last_at.0, "times": look.times })
        })
        .collect();
    let acts: Vec<Entry> = app
        .db
        .all(
            "SELECT * FROM event WHERE actor = $1 OR (subject = 'account' AND subject_id = $2) ORDER BY seq",
            [format!("account:{account}").into(), account.into()],
        )
        .await?;
    let acts: Vec<Value> = acts
        .into_iter()
        .map(|act| {
            json!({ "at": act.at.0, "by": act.actor_name, "what": act.verb,
                    "record": format!("{} {}", act.subject, act.subject_id),
                    "for": act.acting_for, "reason": act.reason })
        })
        .collect();
    let letters: Vec<Sent> = app
        .db
        .all(
            "SELECT subject, sent_at FROM letter WHERE recipient = $1 ORDER BY id",
            [person.email.clone().into()],
        )
        .await?;
    let letters: Vec<Value> = letters
        .into_iter()
        .map(|sent| json!({ "subject": sent.subject, "sent": sent.sent_at.and_then(moment) }))
        .collect();
    let asked: Vec<Asked> = app
        .db
        .all(
            "SELECT act, subject, subject_id, created_at, used_at FROM act_link
             WHERE email = $1 ORDER BY id",
            [person.email.clone().into()],
        )
        .await?;
    let asked: Vec<Value> = asked
        .into_iter()
        .map(|one| {
            json!({ "asked to": one.act, "record": format!("{} {}", one.subject, one.subject_id),
                    "sent": moment(one.created_at), "used": one.used_at.and_then(moment) })
        })
        .collect();
    let glass: Vec<Glass> = app
        .db
        .all(
            "SELECT owner, reason, opened_at FROM broken_glass WHERE account = $1 ORDER BY id",
            [account.into()],
        )
        .await?;
    let glass: Vec<Value> = glass
        .into_iter()
        .map(|one| json!({ "owner": one.owner, "reason": one.reason, "at": moment(one.opened_at) }))
        .collect();
    let suggested: Vec<Suggested> = app
        .db
        .all(
            "SELECT org, provider, seen_at FROM suggested_post WHERE account = $1 ORDER BY org",
            [account.into()],
        )
        .await?;
    let suggested: Vec<Value> = suggested
        .into_iter()
        .map(|one| json!({ "org": one.org, "by": one.provider, "seen": moment(one.seen_at) }))
        .collect();
    let let_in: Vec<Value> = colleagues::asked_from(&app.db, &person.email)
        .await?
        .into_iter()
        .map(|one| {
            json!({ "org": one.org, "name": one.name, "title": one.title, "asked": one.asked_at.0,
                    "confirmed": one.confirmed_at.map(|at| at.0) })
        })
        .collect();
    let mut bundle = json!({
        "made": app.clock.now(),
        "account": { "id": account, "name": person.name, "email": person.email },
        "posts": posts,
        "sessions": sessions,
        "passkeys": keys,
        "providers": providers,
        "looks": looks,
        "acts": acts,
        "letters": letters,
        "links to one act": asked,
        "emergency access": glass,
        "posts a provider named": suggested,
        "asked to be let in": let_in,
    });
    for (name, held) in rooms.0.answers(app, &account).await? {
        bundle[name] = held;
    }
    Ok(bundle)
}

/// Corrects a person's own name. The record of earlier acts keeps the name it was written under.
///
/// # Errors
/// When the database refuses.
pub async fn rename(
    app: &App,
    permit: &Permit,
    account: AccountId,
    name: &str,
) -> Result<(), DbError> {
    let tx = app.db.write().await?;
    tx.run("UPDATE account SET name = $2 WHERE id = $1", [account.into(), name.trim().into()])
        .await?;
    events::append(&tx, permit.context(), Event::new("account", account, "corrected the name"))
        .await?;
    tx.commit().await
}

/// Asks for a new e-mail address: a link goes to the new one, a notice to the old one. Nothing
/// changes before the link is used by the same person, signed in.
///
/// # Errors
/// When the database refuses.
pub async fn ask_address(
    app: &App,
    permit: &Permit,
    account: AccountId,
    email: &str,
) -> Result<(), PageError> {
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let (context, url) = (permit.context(), app.config.public_url());
    let act = address_act(account, email);
    let tx = app.db.write().await?;
    links::revoke(&tx, permit, act.subject, &act.id, act.owner).await?;
    let token = links::issue(&tx, app, permit, &act, CONFIRM).await?;
    let letters = [
        Letter {
            recipient: act.email.clone(),
            subject: "Confirm your new e-mail address".to_owned(),
            body: format!(
                "Hello {},\n\nOpen this link within a day, signed in, to use this address on \
                 Alongside:\n\n{url}/account/e-mail/{token}\n\nIf you did not ask for it, do nothing.\n",
                person.name
            ),
        },
        Letter {
            recipient: person.email,
            subject: "Your e-mail address is about to change".to_owned(),
            body: format!(
                "Hello {},\n\nSomebody signed in as you asked to use another e-mail address. If \
                 this was not you, sign out everywhere on your account page:\n\n{url}/account\n",
                person.name
            ),
        },
    ];
    for letter in letters {
        mail::post(&tx, app, context, &letter).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn address_act(account: AccountId, email: &str) -> Act {
    Act {
        subject: "account",
        id: account.to_string(),
        act: "confirm e-mail address",
        email: email.trim().to_lowercase(),
        owner: policy::installation().owner,
    }
}

/// Uses the link of [`ask_address`]: the address it was sent to becomes the person's own.
///
/// # Errors
/// [`PageError::Forbidden`] when the link is over or somebody else's; [`PageError::Conflict`]
/// when the address has another account by now.
pub async fn confirm_address(
    app: &App,
    permit: &Permit,
    account: AccountId,
    token: &str,
) -> Result<(), PageError> {
    let act = address_act(account, "");
    let tx = app.db.write().await?;
    let redeemed = links::redeem(&tx, app, token, act.subject, &act.id, act.act).await?;
    let Some((link, _)) = redeemed else {
        return Err(PageError::Forbidden(
            "This link has expired or has been used already. Ask for a new one on your account page."
                .to_owned(),
        ));
    };
    let changed = tx
        .run(
            "UPDATE account SET email = $2 WHERE id = $1 AND closed_at IS NULL",
            [account.into(), link.email.into()],
        )
        .await;
    match changed {
        Ok(_) => {}
        Err(DbError::Duplicate(_)) => {
            return Err(PageError::Conflict("This address has an account of its own.".to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    tx.run(
        "UPDATE sign_in_link SET expires_at = $2 WHERE account = $1 AND used_at IS NULL AND expires_at > $2",
        [account.into(), At(permit.context().at).into()],
    )
    .await?;
    let event = Event::new("account", account, "corrected the e-mail address");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(())
}

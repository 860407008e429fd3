//! Whom a provider's word signs in: the issuer and its subject, linked with one account.
//!
//! An e-mail address alone never links: addresses are given to others, and not every provider
//! checks them. Two things link: the person, signed in, asks for it; or an invitation for the
//! address is open and the provider says that it has checked the address.

use foundation::{
    Actor, App, Context, DbError, OrgRef, Sql, Tx,
    db::At,
    events::{self, Event},
    providers::Provider,
};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    AccountId, Permit, accounts,
    oidc::{organisation, token::Claims},
};

/// An identity as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Identity {
    /// Who vouches: the key in the configuration at the time of linking.
    pub provider: String,
    /// The issuer.
    pub issuer: String,
    /// The person's name for the issuer.
    pub subject: String,
    /// The account it signs in to.
    pub account: AccountId,
    /// The address the provider told.
    pub email: Option<String>,
    /// When it was linked.
    pub linked_at: At,
    /// When it last signed in.
    pub used_at: At,
}

const COLUMNS: &str = "provider, issuer, subject, account, email, linked_at, used_at";

/// What came of a provider's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The identity is linked with this open account.
    Welcome(AccountId),
    /// It was linked just now, because an invitation to the address was open.
    Joined(AccountId),
    /// Nobody here is linked with it; where the person works according to the provider.
    Unknown(Option<OrgRef>),
}

/// The identities of a person, the latest used first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, account: AccountId) -> Result<Vec<Identity>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM provider_identity WHERE account = $1 ORDER BY used_at DESC, issuer, subject"
    );
    db.all(&sql, [account.into()]).await
}

async fn find(db: &impl Sql, issuer: &str, subject: &str) -> Result<Option<Identity>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM provider_identity WHERE issuer = $1 AND subject = $2");
    db.first(&sql, [issuer.into(), subject.into()]).await
}

async fn insert(
    tx: &Tx,
    context: &Context,
    provider: &Provider,
    claims: &Claims,
    account: AccountId,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO provider_identity (issuer, subject, account, provider, email, linked_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        [
            provider.issuer.clone().into(),
            claims.sub.clone().into(),
            account.into(),
            provider.key.clone().into(),
            claims.email.clone().into(),
            At(context.at).into(),
        ],
    )
    .await?;
    let event = Event::new("account", account, "linked a provider");
    events::append(tx, context, event.with(json!({ "provider": provider.key }))).await
}

/// Finds whom the provider's word is about, linking an invited person on the way.
///
/// # Errors
/// When the database refuses.
pub async fn arrive(app: &App, provider: &Provider, claims: &Claims) -> Result<Arrival, DbError> {
    let now = app.clock.now();
    let works_for = organisation(provider, claims);
    let tx = app.db.write().await?;
    let arrival = match find(&tx, &provider.issuer, &claims.sub).await? {
        Some(identity) => {
            let person = accounts::get(&tx, identity.account).await?;
            match person.filter(|person| person.closed_at.is_none()) {
                Some(person) => Arrival::Welcome(person.id),
                None => Arrival::Unknown(works_for),
            }
        }
        None => match invited(&tx, app, claims).await? {
            Some(person) => {
                let actor = Actor::Person { account: person.id.to_string(), name: person.name };
                let context = Context::by(actor, now);
                insert(&tx, &context, provider, claims, person.id).await?;
                tx.run(
                    "UPDATE sign_in_link SET used_at = $2
                     WHERE account = $1 AND purpose = 'invitation' AND used_at IS NULL",
                    [person.id.into(), At(now).into()],
                )
                .await?;
                Arrival::Joined(person.id)
            }
            None => Arrival::Unknown(works_for),
        },
    };
    if let Arrival::Welcome(account) | Arrival::Joined(account) = &arrival {
        tx.run(
            "UPDATE provider_identity SET used_at = $3 WHERE issuer = $1 AND subject = $2",
            [provider.issuer.clone().into(), claims.sub.clone().into(), At(now).into()],
        )
        .await?;
        if let Some(org) = works_for {
            suggest(&tx, app, provider, *account, org).await?;
        }
    }
    tx.commit().await?;
    Ok(arrival)
}

/// The account of the verified address, while an invitation to it is open.
async fn invited(
    tx: &Tx,
    app: &App,
    claims: &Claims,
) -> Result<Option<accounts::Account>, DbError> {
    let Some(email) = claims.verified_email() else { return Ok(None) };
    let Some(person) = accounts::by_email(tx, email).await? else { return Ok(None) };
    let open = tx
        .count(
            "SELECT count(*) AS n FROM sign_in_link
             WHERE account = $1 AND purpose = 'invitation' AND used_at IS NULL AND expires_at > $2",
            [person.id.into(), At(app.clock.now()).into()],
        )
        .await?;
    Ok((open > 0).then_some(person))
}

/// Links an identity with the account of the person who asks for it, signed in. Linking what is
/// linked already changes nothing; `false` when it belongs to somebody else.
///
/// # Errors
/// When the database refuses.
pub async fn link(
    app: &App,
    permit: &Permit,
    account: AccountId,
    provider: &Provider,
    claims: &Claims,
) -> Result<bool, DbError> {
    let tx = app.db.write().await?;
    if let Some(identity) = find(&tx, &provider.issuer, &claims.sub).await? {
        return Ok(identity.account == account);
    }
    insert(&tx, permit.context(), provider, claims, account).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes an identity away from an account; `false` when it is not there.
///
/// # Errors
/// When the database refuses.
pub async fn unlink(
    app: &App,
    permit: &Permit,
    account: AccountId,
    issuer: &str,
    subject: &str,
) -> Result<bool, DbError> {
    let tx = app.db.write().await?;
    let gone = tx
        .run(
            "DELETE FROM provider_identity WHERE account = $1 AND issuer = $2 AND subject = $3",
            [account.into(), issuer.into(), subject.into()],
        )
        .await?;
    if gone > 0 {
        let event = Event::new("account", account, "unlinked a provider");
        events::append(&tx, permit.context(), event).await?;
    }
    tx.commit().await?;
    Ok(gone > 0)
}

/// Where a provider says that somebody works, and they hold no post.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Suggested {
    /// The organisation.
    pub org: OrgRef,
    /// The key of the provider.
    pub provider: String,
    /// When it last said so.
    pub seen_at: At,
}

async fn suggest(
    tx: &Tx,
    app: &App,
    provider: &Provider,
    account: AccountId,
    org: OrgRef,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO suggested_post (account, org, provider, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account, org) DO UPDATE SET provider = $3, seen_at = $4",
        [account.into(), org.into(), provider.key.clone().into(), At(app.clock.now()).into()],
    )
    .await?;
    Ok(())
}

/// The organisations that a provider named and in which the person holds no post that goes on.
///
/// # Errors
/// When the database cannot be read.
pub async fn suggested(
    db: &impl Sql,
    account: AccountId,
    today: jiff::civil::Date,
) -> Result<Vec<Suggested>, DbError> {
    db.all(
        "SELECT s.org, s.provider, s.seen_at FROM suggested_post s
         WHERE s.account = $1 AND NOT EXISTS (SELECT 1 FROM post p WHERE p.account = s.account
           AND p.org = s.org AND (p.end_on IS NULL OR p.end_on >= $2))
         ORDER BY s.org",
        [account.into(), today.to_string().into()],
    )
    .await
}

/// Forgets what providers said about a person, as part of closing or erasing an account.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), DbError> {
    for table in ["provider_identity", "suggested_post"] {
        tx.run(&format!("DELETE FROM {table} WHERE account = $1"), [account.into()]).await?;
    }
    Ok(())
}

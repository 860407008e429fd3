//! Letters of this room: to people by name, never twice to whoever acted.

use access::{AccountId, Permit, Role, accounts};
use foundation::{
    App, DbError, OrgRef, Tx,
    mail::{self, Letter},
};

use crate::practice::Practice;

/// The heads of a school.
pub(crate) async fn heads(app: &App, tx: &Tx, org: OrgRef) -> Result<Vec<AccountId>, DbError> {
    let heads = accounts::holders(tx, &app.clock, org, Role::Head).await?;
    Ok(heads.into_iter().map(|head| head.id).collect())
}

/// Whoever wrote a practice and the heads of their school.
pub(crate) async fn origin(app: &App, tx: &Tx, of: &Practice) -> Result<Vec<AccountId>, DbError> {
    let mut people = heads(app, tx, of.origin).await?;
    people.push(of.author);
    Ok(people)
}

/// Writes to people, each once and not to the one who acted.
pub(crate) async fn send(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    mut people: Vec<AccountId>,
    subject: &str,
    words: &str,
    path: &str,
) -> Result<(), DbError> {
    people.sort();
    people.dedup();
    for person in people {
        if permit.person() == Some(person) {
            continue;
        }
        let account = accounts::get(tx, person).await?;
        let Some(account) = account.filter(|account| account.closed_at.is_none()) else { continue };
        let letter = Letter {
            recipient: account.email,
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\n{words}\n\n{}{path}\n",
                account.name,
                app.config.public_url()
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}

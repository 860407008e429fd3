//! Letters of this room: to people by name, never to whoever acted.

use access::{AccountId, Permit, accounts};
use foundation::{
    App, DbError, Tx,
    mail::{self, Letter},
};

/// Writes to people, each once.
pub(crate) async fn send(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    mut people: Vec<AccountId>,
    (subject, words, path): (&str, &str, &str),
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

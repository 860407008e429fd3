//! People who are signed in.

use access::{AccountId, Kind, Permit, Post, Visitor, accounts, sessions, sharing};
use foundation::{Context, OrgRef};
use jiff::ToSpan as _;

use crate::TestApp;

/// A person with an account, posts and a session.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The session's token, as the cookie holds it.
    pub token: String,
}

impl TestApp {
    /// Opens an account with posts and signs the person in. The e-mail address is made from the
    /// name.
    pub async fn person(&self, name: &str, posts: &[Post]) -> Persona {
        let context = Context::system("test", self.app.clock.now());
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let tx = self.app.db.write().await.expect("a transaction");
        let account =
            accounts::open(&tx, &self.app.ids, &context, &email, name).await.expect("an account");
        for post in posts {
            accounts::appoint(
                &tx,
                &self.app.ids,
                &context,
                account,
                post,
                jiff::civil::date(2020, 9, 1),
            )
            .await
            .expect("a post");
        }
        tx.commit().await.expect("a commit");
        self.sign_in(account, name).await
    }

    /// Lets a body read some kinds of an organisation's records, by agreement.
    pub async fn shares(&self, owner: OrgRef, reader: OrgRef, kinds: &[Kind]) {
        let today = self.app.clock.today();
        let terms = sharing::Terms {
            reader,
            kinds: kinds.to_vec(),
            purpose: "School improvement".to_owned(),
            start_on: today,
            end_on: today.saturating_add(1.year()),
        };
        let permit = Permit::system("test", self.app.clock.now());
        let tx = self.app.db.write().await.expect("a transaction");
        sharing::agree(&tx, &self.app, &permit, owner, &terms).await.expect("an agreement");
        tx.commit().await.expect("a commit");
    }

    /// Begins another session for a person.
    pub async fn sign_in(&self, account: AccountId, name: &str) -> Persona {
        let token =
            sessions::begin(&self.app.db, &self.app.ids, self.app.clock.now(), account, "test")
                .await
                .expect("a session");
        Persona { account, name: name.to_owned(), token }
    }

    /// What the policy knows of a person, to call a room's acts without a page.
    pub async fn visitor(&self, who: &Persona) -> Visitor {
        Visitor::load(&self.app, who.account, who.name.clone()).await.expect("a visitor")
    }
}

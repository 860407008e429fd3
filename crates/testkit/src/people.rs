//! People who are signed in.

use access::{AccountId, Post, Visitor, accounts, sessions};
use foundation::Context;

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

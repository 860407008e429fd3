//! Account: who is signed in, and the way out.

use askama::Template;

use crate::options::{component, plain_options};

plain_options! {
    /// Who is signed in, for the end of a [`ServiceNavigation`](crate::ServiceNavigation).
    #[derive(Template)]
    #[template(path = "extra/account.html")]
    pub struct Account {
        /// The name of the person.
        pub name: String,
        /// As whom: a role, an organisation.
        pub role: String,
        /// Where the name leads.
        pub href: String,
        /// Where signing out is sent, with POST; no button unless given.
        pub sign_out: String,
        /// What the button says; "Sign out" unless given.
        pub sign_out_text: String,
    }
}

component!(Account);

impl Account {
    /// Who is signed in.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    fn button(&self) -> &str {
        if self.sign_out_text.is_empty() { "Sign out" } else { &self.sign_out_text }
    }
}

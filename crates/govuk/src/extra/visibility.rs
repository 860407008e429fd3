//! Visibility: says who can see what is on the page, before anything is written there.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// Says who can see what is on the page.
    #[derive(Template)]
    #[template(path = "extra/visibility.html")]
    pub struct Visibility {
        /// Who: "You and the head of Oakfield Primary".
        pub content: Content,
        /// More: how long, and who changes it.
        pub detail: Content,
        /// How far it goes: decides the sign, never the words.
        pub audience: Audience,
        /// What it says before who; "Who can see this:" unless given.
        pub title: String,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(Visibility);

/// How many people can see something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// A few named people: a lock.
    #[default]
    Restricted,
    /// Partners who work together: two people.
    Shared,
    /// Everybody: a globe.
    Public,
}

impl Audience {
    fn class(self) -> &'static str {
        match self {
            Self::Restricted => "extra-visibility--restricted",
            Self::Shared => "extra-visibility--shared",
            Self::Public => "extra-visibility--public",
        }
    }
}

impl Visibility {
    /// Says who can see what is on the page.
    pub fn new(audience: Audience, content: impl Into<Content>) -> Self {
        Self { content: content.into(), audience, ..Self::default() }
    }

    fn heading(&self) -> &str {
        if self.title.is_empty() { "Who can see this:" } else { &self.title }
    }
}

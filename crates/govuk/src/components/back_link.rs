//! Back link: to the page before, in a form of several pages.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A link to the page before.
    #[derive(Template)]
    #[template(path = "back-link.html")]
    pub struct BackLink {
        /// Where it leads; `#` unless given.
        pub href: String,
        /// What it says; "Back" unless given.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(BackLink);

impl BackLink {
    /// A link that says "Back".
    pub fn new(href: impl Into<String>) -> Self {
        Self { href: href.into(), ..Self::default() }
    }

    fn address(&self) -> &str {
        if self.href.is_empty() { "#" } else { &self.href }
    }

    fn words(&self) -> Content {
        self.content.or("Back")
    }
}

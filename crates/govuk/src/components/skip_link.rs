//! Skip link: past the navigation to the content, for people who use a keyboard.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A link past the navigation; shown when it has the focus.
    #[derive(Template)]
    #[template(path = "skip-link.html")]
    pub struct SkipLink {
        /// What it says.
        pub content: Content,
        /// Where it leads; `#content` unless given.
        pub href: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(SkipLink);

impl SkipLink {
    /// "Skip to main content", which has the given id.
    pub fn new(id: &str) -> Self {
        Self {
            content: "Skip to main content".into(),
            href: format!("#{id}"),
            ..Self::default()
        }
    }

    fn address(&self) -> &str {
        if self.href.is_empty() { "#content" } else { &self.href }
    }
}

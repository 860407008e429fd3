//! Scroll area: what is too wide for a phone scrolls by itself, the page does not.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// What is too wide for a phone, such as a table of many columns. It takes the focus so that
    /// the arrow keys scroll it.
    #[derive(Template)]
    #[template(path = "extra/scroll.html")]
    pub struct ScrollArea {
        /// What screen readers call it: the caption of the table.
        pub label: String,
        /// What scrolls.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(ScrollArea);

impl ScrollArea {
    /// What scrolls, and what it is called.
    pub fn new(label: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { label: label.into(), content: content.into(), ..Self::default() }
    }
}

//! Feedback: asks what readers think of a page.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A band that asks what readers think.
    #[derive(Template)]
    #[template(path = "feedback.html")]
    pub struct Feedback {
        /// Its heading.
        pub title: Content,
        /// What it says; text becomes a paragraph.
        pub content: Content,
        /// Which heading the title is; 2 unless given.
        pub heading_level: Option<u8>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Feedback);

impl Feedback {
    /// A band with a heading.
    pub fn new(title: impl Into<Content>, content: impl Into<Content>) -> Self {
        Self { title: title.into(), content: content.into(), ..Self::default() }
    }

    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(2)
    }
}

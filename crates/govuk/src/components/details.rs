//! Details: help that opens on demand.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Help that opens on demand.
    #[derive(Template)]
    #[template(path = "details.html")]
    pub struct Details {
        /// What is always shown.
        pub summary: Content,
        /// What opens.
        pub content: Content,
        /// Whether it starts open.
        pub open: bool,
        /// The id.
        pub id: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Details);

impl Details {
    /// Help that opens on demand.
    pub fn new(summary: impl Into<Content>, content: impl Into<Content>) -> Self {
        Self { summary: summary.into(), content: content.into(), ..Self::default() }
    }
}

//! Downloads: the same data in several formats.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// Links to the same data in several formats; left out on paper.
    #[derive(Template)]
    #[template(path = "extra/downloads.html")]
    pub struct Downloads {
        /// What is downloaded: read out after each link.
        pub what: String,
        /// The formats.
        pub items: Vec<Download>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// One format.
    pub struct Download {
        /// Its name, such as "CSV".
        pub content: Content,
        /// Where it is.
        pub href: String,
    }
}

component!(Downloads);

impl Downloads {
    /// Links to `what` in several formats.
    pub fn new<I>(what: impl Into<String>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Download>,
    {
        Self::default().what(what).items(items)
    }
}

impl<C: Into<Content>, H: Into<String>> From<(C, H)> for Download {
    fn from((content, href): (C, H)) -> Self {
        Self { content: content.into(), href: href.into() }
    }
}

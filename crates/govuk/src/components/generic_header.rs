//! Generic header: the top of the page, with a name or logo of your own.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// The top of a page that is not part of GOV.UK: a name or logo of your own.
    #[derive(Template)]
    #[template(path = "generic-header.html")]
    pub struct GenericHeader {
        /// The name, or the HTML of a logo.
        pub logo: Content,
        /// Where it leads; `/` unless given.
        pub url: String,
        /// Classes for the container in place of `govuk-width-container`.
        pub container_classes: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(GenericHeader);

impl GenericHeader {
    /// A header with a name or logo.
    pub fn new(logo: impl Into<Content>) -> Self {
        Self { logo: logo.into(), ..Self::default() }
    }

    fn container(&self) -> &str {
        if self.container_classes.is_empty() {
            "govuk-width-container"
        } else {
            &self.container_classes
        }
    }

    fn address(&self) -> &str {
        if self.url.is_empty() { "/" } else { &self.url }
    }
}

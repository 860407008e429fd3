//! Header: the top of a page of GOV.UK itself.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Html};

options! {
    /// The top of a page that is hosted on GOV.UK. Others use [`GenericHeader`](crate::GenericHeader).
    ///
    /// The crown and the GOV.UK logotype are not part of this crate: who may show them passes their
    /// SVG as `logo`.
    #[derive(Template)]
    #[template(path = "header.html")]
    pub struct Header {
        /// The SVG of the logotype.
        pub logo: Html,
        /// A product name beside it.
        pub product_name: String,
        /// Where the logo leads; `//gov.uk` unless given.
        pub homepage_url: String,
        /// Classes for the container in place of `govuk-width-container`.
        pub container_classes: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Header);

impl Header {
    /// A header with a logotype.
    pub fn new(logo: impl Into<Html>) -> Self {
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
        if self.homepage_url.is_empty() { "//gov.uk" } else { &self.homepage_url }
    }
}

//! Breadcrumbs: where a page stands.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// The pages above this one.
    #[derive(Template)]
    #[template(path = "breadcrumbs.html")]
    pub struct Breadcrumbs {
        /// The pages, from the top.
        pub items: Vec<Breadcrumb>,
        /// Whether only the first and the last are shown on a phone.
        pub collapse_on_mobile: bool,
        /// What screen readers call it; "Breadcrumb" unless given.
        pub label_text: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One page.
    pub struct Breadcrumb {
        /// Its name.
        pub content: Content,
        /// Its address; without it this is the page being shown.
        pub href: String,
        /// Extra attributes of the link.
        pub attributes: Attributes,
    }
}

component!(Breadcrumbs);

impl Breadcrumbs {
    /// The pages above this one, from the top; on a phone only the first and the last.
    pub fn new<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Breadcrumb>,
    {
        Self::default().items(items).collapse_on_mobile(true)
    }

    /// Adds a page.
    pub fn item(mut self, content: impl Into<Content>, href: impl Into<String>) -> Self {
        self.items.push(Breadcrumb::new(content, href));
        self
    }

    fn label(&self) -> &str {
        if self.label_text.is_empty() { "Breadcrumb" } else { &self.label_text }
    }
}

impl Breadcrumb {
    /// A page.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }
}

impl<C: Into<Content>, H: Into<String>> From<(C, H)> for Breadcrumb {
    fn from((content, href): (C, H)) -> Self {
        Self::new(content, href)
    }
}

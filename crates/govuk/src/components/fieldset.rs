//! Fieldset: groups inputs that answer one question.

use askama::Template;

use crate::options::{component, from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A group of inputs under one legend.
    #[derive(Template)]
    #[template(path = "fieldset.html")]
    pub struct Fieldset {
        /// The question.
        pub legend: Option<Legend>,
        /// The inputs; the components that have a `fieldset` option fill it themselves.
        pub content: Content,
        /// Ids of elements that describe the group.
        pub described_by: String,
        /// An ARIA role in place of the group's own.
        pub role: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// The question above a group of inputs.
    pub struct Legend {
        /// What the legend says; without it no legend is rendered.
        pub content: Content,
        /// Whether the legend is also the `<h1>` of the page.
        pub is_page_heading: bool,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(Fieldset);
from_content!(Legend.content);

impl Fieldset {
    /// A group under a legend.
    pub fn new(legend: impl Into<Legend>) -> Self {
        Self { legend: Some(legend.into()), ..Self::default() }
    }
}

impl From<&str> for Fieldset {
    fn from(legend: &str) -> Self {
        Self::new(legend)
    }
}

impl From<String> for Fieldset {
    fn from(legend: String) -> Self {
        Self::new(legend)
    }
}

impl From<Legend> for Fieldset {
    fn from(legend: Legend) -> Self {
        Self::new(legend)
    }
}

impl Legend {
    /// Small and bold: one question among several.
    pub fn small(self) -> Self {
        self.classes("govuk-fieldset__legend--s")
    }

    /// Medium and bold.
    pub fn medium(self) -> Self {
        self.classes("govuk-fieldset__legend--m")
    }

    /// The legend as large `<h1>` of a page that asks one question.
    pub fn page_heading(self) -> Self {
        self.classes("govuk-fieldset__legend--l").is_page_heading(true)
    }
}

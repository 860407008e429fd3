//! Label: names a form field.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// The name of a form field. Form components create it themselves from their `label` option.
    #[derive(Template)]
    #[template(path = "label.html")]
    pub struct Label {
        /// What the label says; without it nothing is rendered.
        pub content: Content,
        /// The id of the field this labels; form components set it.
        pub for_id: String,
        /// Whether the label is also the `<h1>` of the page.
        pub is_page_heading: bool,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Label);
component_from_content!(Label.content);

impl Label {
    /// Small and bold: sets the label off from its hint.
    pub fn small(self) -> Self {
        self.classes("govuk-label--s")
    }

    /// Medium and bold.
    pub fn medium(self) -> Self {
        self.classes("govuk-label--m")
    }

    /// The label as large `<h1>` of a page that asks one question.
    pub fn page_heading(self) -> Self {
        self.classes("govuk-label--l").is_page_heading(true)
    }

    /// For screen readers only: where what is asked is plain to see.
    pub fn visually_hidden(self) -> Self {
        self.classes("govuk-visually-hidden")
    }
}

//! Error summary: everything wrong with a form, at the top of the page.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Everything wrong with a form, with a link to each field.
    #[derive(Template)]
    #[template(path = "error-summary.html")]
    pub struct ErrorSummary {
        /// The heading.
        pub title: Content,
        /// A sentence below the heading.
        pub description: Content,
        /// The errors.
        pub error_list: Vec<ErrorItem>,
        /// Whether the page leaves the focus where it is instead of moving it here.
        pub disable_auto_focus: Option<bool>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One error of the summary.
    pub struct ErrorItem {
        /// What is wrong, in the same words as beside the field.
        pub content: Content,
        /// `#` and the id of the field; without it the error is no link.
        pub href: String,
        /// Extra attributes of the link.
        pub attributes: Attributes,
    }
}

component!(ErrorSummary);

impl ErrorSummary {
    /// "There is a problem", with the given errors.
    pub fn new<I>(errors: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<ErrorItem>,
    {
        Self::default().title("There is a problem").error_list(errors)
    }

    /// Adds an error that links to the field `id`.
    pub fn error(mut self, id: &str, content: impl Into<Content>) -> Self {
        self.error_list.push(ErrorItem::new(id, content));
        self
    }

    /// Whether there is nothing wrong.
    pub fn is_empty(&self) -> bool {
        self.error_list.is_empty()
    }
}

impl ErrorItem {
    /// An error that links to the field `id`.
    pub fn new(id: &str, content: impl Into<Content>) -> Self {
        Self { content: content.into(), href: format!("#{id}"), ..Self::default() }
    }
}

impl<C: Into<Content>> From<(&str, C)> for ErrorItem {
    fn from((id, content): (&str, C)) -> Self {
        Self::new(id, content)
    }
}

impl<C: Into<Content>> From<(String, C)> for ErrorItem {
    fn from((id, content): (String, C)) -> Self {
        Self::new(&id, content)
    }
}

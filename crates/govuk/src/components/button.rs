//! Button: does something, or looks as though it will and is a link.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A button; with `href` a link that looks like one.
    #[derive(Template)]
    #[template(path = "button.html")]
    pub struct Button {
        /// What the button says.
        pub content: Content,
        /// Makes the button a link to this address.
        pub href: String,
        /// `submit` unless given; `button` or `reset`.
        pub kind: String,
        /// The name of the value the form sends.
        pub name: String,
        /// The value the form sends.
        pub value: String,
        /// Whether the button does nothing.
        pub disabled: bool,
        /// Whether a second click within a second is ignored.
        pub prevent_double_click: Option<bool>,
        /// Whether this is the large button with an arrow that starts a service.
        pub is_start_button: bool,
        /// The id.
        pub id: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Button);
component_from_content!(Button.content);

impl Button {
    /// A link that looks like a button.
    pub fn link(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self::new(content).href(href)
    }

    /// Grey: for the action that matters less.
    pub fn secondary(self) -> Self {
        self.add_class("govuk-button--secondary")
    }

    /// Red: for an action that destroys something.
    pub fn warning(self) -> Self {
        self.add_class("govuk-button--warning")
    }

    /// White: for dark backgrounds.
    pub fn inverse(self) -> Self {
        self.add_class("govuk-button--inverse")
    }

    /// The large button that starts a service.
    pub fn start(self) -> Self {
        self.is_start_button(true)
    }

    fn add_class(mut self, class: &str) -> Self {
        self.classes.push(class);
        self
    }

    /// A start button lays its parts out in a row, which eats the spaces between elements; a span
    /// keeps HTML in one piece.
    fn needs_span(&self) -> bool {
        self.is_start_button && self.content.is_html()
    }
}

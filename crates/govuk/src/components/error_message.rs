//! Error message: what is wrong with one form field.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// What is wrong with a form field and what to do. Form components create it from their
    /// `error_message` option.
    #[derive(Template)]
    #[template(path = "error-message.html")]
    pub struct ErrorMessage {
        /// What the message says.
        pub content: Content,
        /// The id; form components set it.
        pub id: String,
        /// Read out before the message; "Error" unless given, nothing when empty.
        pub visually_hidden_text: Option<String>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(ErrorMessage);
component_from_content!(ErrorMessage.content);

impl ErrorMessage {
    /// What is read out before the message.
    fn prefix(&self) -> &str {
        self.visually_hidden_text.as_deref().unwrap_or("Error")
    }
}

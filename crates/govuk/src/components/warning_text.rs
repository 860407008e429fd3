//! Warning text: something that matters, such as a penalty.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Something that matters, with an exclamation mark.
    #[derive(Template)]
    #[template(path = "warning-text.html")]
    pub struct WarningText {
        /// The words.
        pub content: Content,
        /// Read out in place of the exclamation mark; "Warning" unless given.
        pub icon_fallback_text: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(WarningText);
component_from_content!(WarningText.content);

impl WarningText {
    fn spoken(&self) -> &str {
        if self.icon_fallback_text.is_empty() { "Warning" } else { &self.icon_fallback_text }
    }
}

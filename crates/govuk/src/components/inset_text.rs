//! Inset text: sets words apart from those around them.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Words set apart from those around them.
    #[derive(Template)]
    #[template(path = "inset-text.html")]
    pub struct InsetText {
        /// The words.
        pub content: Content,
        /// The id.
        pub id: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(InsetText);
component_from_content!(InsetText.content);

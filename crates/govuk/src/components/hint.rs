//! Hint: help beside a form field.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Help that belongs to a form field. Form components create it from their `hint` option.
    #[derive(Template)]
    #[template(path = "hint.html")]
    pub struct Hint {
        /// What the hint says.
        pub content: Content,
        /// The id; form components set it.
        pub id: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Hint);
component_from_content!(Hint.content);

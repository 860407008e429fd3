//! Tag: a status in one or two words.

use askama::Template;

use crate::options::{component, component_from_content, options};
use crate::{Attributes, Classes, Content};

options! {
    /// A status in one or two words. The colour never says anything the words do not.
    #[derive(Template)]
    #[template(path = "tag.html")]
    pub struct Tag {
        /// The words.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Tag);
component_from_content!(Tag.content);

/// The colours of a [`Tag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagColour {
    /// Grey.
    Grey,
    /// Green.
    Green,
    /// Teal.
    Teal,
    /// Blue.
    Blue,
    /// Purple.
    Purple,
    /// Magenta.
    Magenta,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Yellow.
    Yellow,
}

impl TagColour {
    /// The class that gives a tag this colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Grey => "govuk-tag--grey",
            Self::Green => "govuk-tag--green",
            Self::Teal => "govuk-tag--teal",
            Self::Blue => "govuk-tag--blue",
            Self::Purple => "govuk-tag--purple",
            Self::Magenta => "govuk-tag--magenta",
            Self::Red => "govuk-tag--red",
            Self::Orange => "govuk-tag--orange",
            Self::Yellow => "govuk-tag--yellow",
        }
    }
}

impl Tag {
    /// In another colour.
    pub fn colour(mut self, colour: TagColour) -> Self {
        self.classes.push(colour.class());
        self
    }

    /// A tag with words and colour.
    pub fn coloured(colour: TagColour, content: impl Into<Content>) -> Self {
        Self::new(content).colour(colour)
    }
}

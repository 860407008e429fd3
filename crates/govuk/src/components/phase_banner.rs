//! Phase banner: says that a service is new and still changing.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content, Tag};

options! {
    /// Says that a service is new and still changing.
    #[derive(Template)]
    #[template(path = "phase-banner.html")]
    pub struct PhaseBanner {
        /// The phase, such as "Beta".
        pub tag: Tag,
        /// What it means and how to say what one thinks.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(PhaseBanner);

impl PhaseBanner {
    /// A banner.
    pub fn new(tag: impl Into<Tag>, content: impl Into<Content>) -> Self {
        Self { tag: tag.into(), content: content.into(), ..Self::default() }
    }

    fn shown_tag(&self) -> Tag {
        let classes = self.tag.classes.after("govuk-phase-banner__content__tag");
        Tag { content: self.tag.content.clone(), classes, ..Tag::default() }
    }
}

//! Navigation inside a section: a line of links across the top, or a list at the side.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, NavigationItem};

plain_options! {
    /// Links across the top: the parts of one thing, such as a school.
    #[derive(Template)]
    #[template(path = "extra/sub-navigation.html")]
    pub struct SubNavigation {
        /// What screen readers call it.
        pub label: String,
        /// The links.
        pub items: Vec<NavigationItem>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// Links at the side: the pages of a section.
    #[derive(Template)]
    #[template(path = "extra/side-navigation.html")]
    pub struct SideNavigation {
        /// What screen readers call it.
        pub label: String,
        /// The links, in sections.
        pub sections: Vec<SideSection>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// A section of links.
    pub struct SideSection {
        /// Its heading; none unless given.
        pub title: String,
        /// The links.
        pub items: Vec<NavigationItem>,
    }
}

component!(SubNavigation, SideNavigation);

impl SubNavigation {
    /// Links across the top.
    pub fn new<I>(label: impl Into<String>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<NavigationItem>,
    {
        Self::default().label(label).items(items)
    }
}

impl SideNavigation {
    /// Links at the side, with no section yet.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// Adds a section.
    pub fn section<I>(mut self, title: impl Into<String>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<NavigationItem>,
    {
        self.sections.push(SideSection::default().title(title).items(items));
        self
    }
}

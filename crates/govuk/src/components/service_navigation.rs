//! Service navigation: the name of the service and its main pages.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content, Html};

options! {
    /// The name of the service and links to its main pages, below the header.
    #[derive(Template)]
    #[template(path = "service-navigation.html")]
    pub struct ServiceNavigation {
        /// The name of the service.
        pub service_name: String,
        /// Where the name leads.
        pub service_url: String,
        /// The main pages.
        pub navigation: Vec<NavigationItem>,
        /// The id of the list; `navigation` unless given.
        pub navigation_id: String,
        /// What screen readers call the links; the words of the menu button unless given.
        pub navigation_label: String,
        /// Extra classes for the links' landmark.
        pub navigation_classes: Classes,
        /// What the button that opens the menu on a phone says; "Menu" unless given.
        pub menu_button_text: String,
        /// What screen readers call that button, when it differs from its words.
        pub menu_button_label: String,
        /// Whether the links fold up behind a button on a phone; with two or more unless given.
        pub collapse_navigation_on_mobile: Option<bool>,
        /// What screen readers call the whole; "Service information" unless given.
        pub aria_label: String,
        /// HTML of your own at four places.
        pub slots: NavigationSlots,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One link.
    pub struct NavigationItem {
        /// What it says.
        pub content: Content,
        /// Where it leads; without it there are only words.
        pub href: String,
        /// Whether this is the page being shown.
        pub current: bool,
        /// Whether the page being shown lies below it.
        pub active: bool,
        /// Extra attributes of the link.
        pub attributes: Attributes,
    }

    /// HTML of your own inside the navigation.
    pub struct NavigationSlots {
        /// Before everything.
        pub start: Html,
        /// After everything, such as who is signed in.
        pub end: NavigationEnd,
        /// List items before the first link.
        pub navigation_start: Html,
        /// List items after the last link.
        pub navigation_end: Html,
    }

    /// What stands at the end of the navigation.
    pub struct NavigationEnd {
        /// The HTML.
        pub html: Html,
        /// `inline` puts it on the line of the links where there is room.
        pub align: String,
    }
}

component!(ServiceNavigation);

impl ServiceNavigation {
    /// A navigation with the name of the service.
    pub fn new(service_name: impl Into<String>, service_url: impl Into<String>) -> Self {
        Self {
            service_name: service_name.into(),
            service_url: service_url.into(),
            ..Self::default()
        }
    }

    /// Adds a link.
    pub fn item(self, content: impl Into<Content>, href: impl Into<String>) -> Self {
        self.with(NavigationItem::new(content, href))
    }

    /// Adds a link with all its options.
    pub fn with(mut self, item: impl Into<NavigationItem>) -> Self {
        self.navigation.push(item.into());
        self
    }

    /// Puts HTML at the end of the line, such as who is signed in.
    pub fn end(mut self, html: impl Into<Html>) -> Self {
        self.slots.end = NavigationEnd { html: html.into(), align: "inline".to_owned() };
        self
    }

    fn menu_text(&self) -> &str {
        if self.menu_button_text.is_empty() { "Menu" } else { &self.menu_button_text }
    }

    fn menu_label(&self) -> &str {
        if self.menu_button_label == self.menu_text() { "" } else { &self.menu_button_label }
    }

    fn list_id(&self) -> &str {
        if self.navigation_id.is_empty() { "navigation" } else { &self.navigation_id }
    }

    fn list_label(&self) -> &str {
        if self.navigation_label.is_empty() { self.menu_text() } else { &self.navigation_label }
    }

    fn landmark_label(&self) -> &str {
        if self.aria_label.is_empty() { "Service information" } else { &self.aria_label }
    }

    fn has_list(&self) -> bool {
        !self.navigation.is_empty()
            || !self.slots.navigation_start.is_empty()
            || !self.slots.navigation_end.is_empty()
    }

    fn collapses(&self) -> bool {
        self.collapse_navigation_on_mobile.unwrap_or(self.navigation.len() > 1)
    }

    /// With a name or more besides the links, the whole is a landmark of its own.
    fn is_section(&self) -> bool {
        !self.service_name.is_empty()
            || !self.slots.start.is_empty()
            || !self.slots.end.html.is_empty()
    }
}

impl NavigationItem {
    /// A link.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }

    fn is_marked(&self) -> bool {
        self.current || self.active
    }

    pub(crate) fn aria_current(&self) -> &'static str {
        match (self.current, self.active) {
            (true, _) => "page",
            (false, true) => "true",
            (false, false) => "",
        }
    }
}

impl<C: Into<Content>, H: Into<String>> From<(C, H)> for NavigationItem {
    fn from((content, href): (C, H)) -> Self {
        Self::new(content, href)
    }
}

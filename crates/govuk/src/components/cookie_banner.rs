//! Cookie banner: asks whether cookies that are not needed may be set.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Button, Classes, Content, Html};

options! {
    /// Asks whether cookies that are not needed may be set, and says what was chosen.
    #[derive(Template)]
    #[template(path = "cookie-banner.html")]
    pub struct CookieBanner {
        /// The question, and the confirmations.
        pub messages: Vec<CookieMessage>,
        /// What screen readers call it; "Cookie banner" unless given.
        pub aria_label: String,
        /// Whether the whole is hidden.
        pub hidden: bool,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One message.
    pub struct CookieMessage {
        /// Its heading.
        pub heading: Content,
        /// What it says; text becomes a paragraph.
        pub content: Content,
        /// Buttons and links.
        pub actions: Vec<CookieAction>,
        /// Whether it is hidden.
        pub hidden: bool,
        /// The ARIA role, such as `alert`.
        pub role: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// A button, or a link when it has an address.
    pub struct CookieAction {
        /// What it says.
        pub content: Content,
        /// `button` or `submit`; `button` with an address makes a link that looks like one.
        pub kind: String,
        /// Where it leads.
        pub href: String,
        /// The name of the value the form sends.
        pub name: String,
        /// The value the form sends.
        pub value: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(CookieBanner);

impl CookieBanner {
    /// A banner with one message.
    pub fn new(message: CookieMessage) -> Self {
        Self { messages: vec![message], ..Self::default() }
    }

    fn label(&self) -> &str {
        if self.aria_label.is_empty() { "Cookie banner" } else { &self.aria_label }
    }
}

impl CookieMessage {
    /// A message.
    pub fn new(heading: impl Into<Content>, content: impl Into<Content>) -> Self {
        Self { heading: heading.into(), content: content.into(), ..Self::default() }
    }
}

impl CookieAction {
    /// A button that sends a value.
    pub fn submit(
        content: impl Into<Content>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self {
            content: content.into(),
            kind: "submit".to_owned(),
            name: name.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// A link.
    pub fn link(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }

    /// The button, or nothing when this is a link.
    fn button(&self) -> Option<Html> {
        (self.href.is_empty() || self.kind == "button").then(|| {
            Button {
                content: self.content.clone(),
                kind: if self.kind.is_empty() { "button".to_owned() } else { self.kind.clone() },
                name: self.name.clone(),
                value: self.value.clone(),
                classes: self.classes.clone(),
                href: self.href.clone(),
                attributes: self.attributes.clone(),
                ..Button::default()
            }
            .into()
        })
    }
}

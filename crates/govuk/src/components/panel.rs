//! Panel: says that something has been done, or interrupts to be sure.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Button, Classes, Content, Html};

options! {
    /// A large coloured panel at the top of a page: a confirmation, or an interruption.
    #[derive(Template)]
    #[template(path = "panel.html")]
    pub struct Panel {
        /// What has happened.
        pub title: Content,
        /// More about it, such as a reference number.
        pub content: Content,
        /// Which heading the title is; 1 unless given.
        pub heading_level: Option<u8>,
        /// Ways on, in an interruption.
        pub actions: Option<PanelActions>,
        /// Extra classes; `govuk-panel--interruption` makes it an interruption.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// Ways on from an interruption.
    pub struct PanelActions {
        /// Buttons and links.
        pub items: Vec<PanelAction>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// A button, or a link when it has an address.
    pub struct PanelAction {
        /// What it says.
        pub content: Content,
        /// `button` or `submit`; `button` with an address makes a link that looks like one.
        pub kind: String,
        /// Where it leads.
        pub href: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Panel);

const INTERRUPTION: &str = "govuk-panel--interruption";

impl Panel {
    /// Says that something has been done.
    pub fn new(title: impl Into<Content>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Interrupts to be sure.
    pub fn interruption(title: impl Into<Content>, actions: Vec<PanelAction>) -> Self {
        Self::new(title)
            .classes(INTERRUPTION)
            .actions(PanelActions { items: actions, ..PanelActions::default() })
    }

    fn is_interruption(&self) -> bool {
        self.classes.as_str().contains(INTERRUPTION)
    }

    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(1)
    }
}

impl PanelAction {
    /// A link that looks like a button.
    pub fn button(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self::link(content, href).kind("button")
    }

    /// A link.
    pub fn link(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }

    /// The button, or nothing when this is a link.
    fn as_button(&self) -> Option<Html> {
        (self.href.is_empty() || self.kind == "button").then(|| {
            Button {
                content: self.content.clone(),
                kind: if self.kind.is_empty() { "button".to_owned() } else { self.kind.clone() },
                classes: self.classes.after("govuk-button--inverse"),
                href: self.href.clone(),
                attributes: self.attributes.clone(),
                ..Button::default()
            }
            .into()
        })
    }
}

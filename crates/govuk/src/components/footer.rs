//! Footer: the end of the page, with who runs the service and how its content may be used.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content, Html};

options! {
    /// The end of the page.
    ///
    /// Licence and copyright are shown only when asked for, because Crown copyright and the Open
    /// Government Licence are not everybody's to claim. The crown is not part of this crate.
    #[derive(Template)]
    #[template(path = "footer.html")]
    pub struct Footer {
        /// The SVG of a crest at the start; none unless given.
        pub crest: Html,
        /// Sections of links.
        pub navigation: Vec<FooterSection>,
        /// Links about the service, and a line of your own.
        pub meta: Option<FooterMeta>,
        /// How the content may be used.
        pub content_licence: FooterLicence,
        /// Whose the content is.
        pub copyright: FooterCopyright,
        /// Extra classes for the container.
        pub container_classes: Classes,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// A section of links.
    pub struct FooterSection {
        /// Its heading.
        pub title: String,
        /// Into how many columns its links fall on a wide screen.
        pub columns: Option<u8>,
        /// How wide it is, such as `two-thirds`; `full` unless given.
        pub width: String,
        /// The links.
        pub items: Vec<FooterLink>,
    }

    /// Links about the service.
    pub struct FooterMeta {
        /// Their heading, for screen readers; "Support links" unless given.
        pub visually_hidden_title: String,
        /// The links.
        pub items: Vec<FooterLink>,
        /// A line below them.
        pub content: Content,
    }

    /// One link.
    pub struct FooterLink {
        /// What it says.
        pub content: Content,
        /// Where it leads.
        pub href: String,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Footer);

/// How the content of a page may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FooterLicence {
    /// Nothing is said.
    #[default]
    None,
    /// The Open Government Licence v3.0.
    OpenGovernment,
    /// Words of your own beside the licence's logo.
    Custom(Content),
}

/// Whose the content of a page is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FooterCopyright {
    /// Nothing is said.
    #[default]
    None,
    /// Crown copyright.
    Crown,
    /// Words of your own in the link about Crown copyright.
    Custom(Content),
}

impl Footer {
    /// A footer with links about the service.
    pub fn new<I>(links: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<FooterLink>,
    {
        Self::default().meta(FooterMeta::default().items(links))
    }
}

impl FooterSection {
    fn shown_width(&self) -> &str {
        if self.width.is_empty() { "full" } else { &self.width }
    }
}

impl FooterMeta {
    fn heading(&self) -> &str {
        if self.visually_hidden_title.is_empty() {
            "Support links"
        } else {
            &self.visually_hidden_title
        }
    }
}

impl FooterLink {
    /// A link.
    pub fn new(content: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { content: content.into(), href: href.into(), ..Self::default() }
    }
}

impl<C: Into<Content>, H: Into<String>> From<(C, H)> for FooterLink {
    fn from((content, href): (C, H)) -> Self {
        Self::new(content, href)
    }
}

//! Language navigation: the same page in other languages.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// Links to the same page in other languages.
    #[derive(Template)]
    #[template(path = "language-navigation.html")]
    pub struct LanguageNavigation {
        /// The languages.
        pub items: Vec<LanguageItem>,
        /// What screen readers call it; "Language" unless given.
        pub aria_label: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One language.
    pub struct LanguageItem {
        /// Its name in itself, such as "Cymraeg".
        pub content: Content,
        /// Where the page in this language is; without it this is the page's own language.
        pub href: String,
        /// Whether this is the page's own language.
        pub current: bool,
        /// Its code, such as `cy`.
        pub lang: String,
        /// The code of the page it leads to; the language's own unless given.
        pub href_lang: String,
        /// The direction it is written in: `ltr` or `rtl`.
        pub dir: String,
        /// Read out after the name, in that language.
        pub language_description_text: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(LanguageNavigation);

impl LanguageNavigation {
    /// Links to the same page in other languages.
    pub fn new<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<LanguageItem>,
    {
        Self::default().items(items)
    }

    fn label(&self) -> &str {
        if self.aria_label.is_empty() { "Language" } else { &self.aria_label }
    }
}

impl LanguageItem {
    /// The page's own language.
    pub fn own(content: impl Into<Content>, lang: impl Into<String>) -> Self {
        Self { content: content.into(), lang: lang.into(), current: true, ..Self::default() }
    }

    /// Another language.
    pub fn other(
        content: impl Into<Content>,
        lang: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        Self { content: content.into(), lang: lang.into(), href: href.into(), ..Self::default() }
    }

    fn is_current(&self) -> bool {
        self.current || self.href.is_empty()
    }

    fn target_language(&self) -> &str {
        if self.href_lang.is_empty() { &self.lang } else { &self.href_lang }
    }
}

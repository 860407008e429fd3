//! Page: a whole document around the content.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content, Html, SkipLink, assets};

plain_options! {
    /// A whole HTML document: links the stylesheets and the module, and has a place for everything.
    ///
    /// It needs no inline style and no inline script, so `Content-Security-Policy: default-src
    /// 'self'` holds.
    #[derive(Template)]
    #[template(path = "extra/page.html")]
    pub struct Page {
        /// The title of the page: what the page is about, then the name of the service.
        pub title: String,
        /// The language of the page; `en` unless given.
        pub lang: String,
        /// The address below which the assets are served; `/assets` unless given.
        pub assets: String,
        /// More for the head: stylesheets of your own.
        pub head: Html,
        /// Header, phase banner and service navigation.
        pub header: Html,
        /// What stands before the main content: breadcrumbs. A back link stands at the start of the
        /// main content, so that everything is inside a landmark.
        pub before_content: Html,
        /// The main content.
        pub content: Content,
        /// The footer.
        pub footer: Html,
        /// More for the end of the body: modules of your own.
        pub body_end: Html,
        /// Extra classes of the main content.
        pub main_classes: Classes,
    }
}

component!(Page);

impl Page {
    /// A page with its title and content.
    pub fn new(title: impl Into<String>, content: impl Into<Html>) -> Self {
        Self { title: title.into(), content: Content::Html(content.into()), ..Self::default() }
    }

    fn language(&self) -> &str {
        if self.lang.is_empty() { "en" } else { &self.lang }
    }

    /// The address of an asset, with the start of its hash so that browsers may keep it for ever.
    fn address(&self, path: &str) -> String {
        let base = if self.assets.is_empty() { "/assets" } else { &self.assets };
        let version = assets::get(path).map(|asset| asset.hash).unwrap_or_default();
        format!("{base}/{path}?v={}", version.get(..12).unwrap_or_default())
    }

    fn stylesheets(&self) -> Vec<String> {
        assets::STYLESHEETS.iter().map(|path| self.address(path)).collect()
    }

    fn skip_link(&self) -> SkipLink {
        SkipLink::new("main-content")
    }
}

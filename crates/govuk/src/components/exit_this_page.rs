//! Exit this page: leaves a page that could put its reader in danger, at once.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Button, Classes, Content, Html};

options! {
    /// A button that leaves the page at once and clears it from sight.
    #[derive(Template)]
    #[template(path = "exit-this-page.html")]
    pub struct ExitThisPage {
        /// What the button says; "Emergency Exit this page" unless given.
        pub content: Content,
        /// Where it leads; a page about the weather unless given.
        pub redirect_url: String,
        /// Said when the page is left.
        pub activated_text: String,
        /// Said when the keyboard shortcut was pressed too slowly.
        pub timed_out_text: String,
        /// Said after the first press of the keyboard shortcut.
        pub press_two_more_times_text: String,
        /// Said after the second press of the keyboard shortcut.
        pub press_one_more_time_text: String,
        /// The id.
        pub id: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(ExitThisPage);

impl ExitThisPage {
    /// A button that leads to an address.
    pub fn new(redirect_url: impl Into<String>) -> Self {
        Self { redirect_url: redirect_url.into(), ..Self::default() }
    }

    fn button(&self) -> Button {
        let words = "<span class=\"govuk-visually-hidden\">Emergency</span> Exit this page";
        let content = if self.content.is_empty() {
            Html::trusted(words).into()
        } else {
            self.content.clone()
        };
        let href = if self.redirect_url.is_empty() {
            "https://www.bbc.co.uk/weather".to_owned()
        } else {
            self.redirect_url.clone()
        };
        Button::new(content)
            .href(href)
            .classes(
                "govuk-button--warning govuk-exit-this-page__button \
                 govuk-js-exit-this-page-button",
            )
            .attributes([("rel", "nofollow noreferrer")])
    }

    fn words(&self) -> Attributes {
        Attributes::new()
            .set_some("data-i18n.activated", &self.activated_text)
            .set_some("data-i18n.timed-out", &self.timed_out_text)
            .set_some("data-i18n.press-two-more-times", &self.press_two_more_times_text)
            .set_some("data-i18n.press-one-more-time", &self.press_one_more_time_text)
    }
}

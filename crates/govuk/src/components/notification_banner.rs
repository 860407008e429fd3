//! Notification banner: news about the service, or what has just been done.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content};

options! {
    /// News that matters on this page, or that something has been done.
    #[derive(Template)]
    #[template(path = "notification-banner.html")]
    pub struct NotificationBanner {
        /// What the banner says.
        pub content: Content,
        /// Its title; "Important", or "Success" for a success, unless given.
        pub title: Content,
        /// `success` makes it green and an alert.
        pub kind: String,
        /// The ARIA role; `region`, or `alert` for a success, unless given.
        pub role: String,
        /// Which heading the title is; 2 unless given.
        pub title_heading_level: Option<u8>,
        /// The id of the title; `govuk-notification-banner-title` unless given.
        pub title_id: String,
        /// Whether the page leaves the focus where it is instead of moving it to an alert.
        pub disable_auto_focus: Option<bool>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(NotificationBanner);

impl NotificationBanner {
    /// News.
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// Something has been done.
    pub fn success(content: impl Into<Content>) -> Self {
        Self::new(content).kind("success")
    }

    fn is_success(&self) -> bool {
        self.kind == "success"
    }

    fn shown_role(&self) -> &str {
        match (self.role.as_str(), self.is_success()) {
            ("", true) => "alert",
            ("", false) => "region",
            (role, _) => role,
        }
    }

    fn shown_title(&self) -> Content {
        self.title.or(if self.is_success() { "Success" } else { "Important" })
    }

    fn shown_title_id(&self) -> &str {
        if self.title_id.is_empty() { "govuk-notification-banner-title" } else { &self.title_id }
    }

    fn level(&self) -> u8 {
        self.title_heading_level.unwrap_or(2)
    }
}

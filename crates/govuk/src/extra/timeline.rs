//! Timeline: what happened, who did it and when.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// What happened, the latest first. More than a screen of it is folded away, and printed
    /// with the rest.
    #[derive(Template)]
    #[template(path = "extra/timeline.html")]
    pub struct Timeline {
        /// What happened.
        pub events: Vec<TimelineEvent>,
        /// Which heading the titles are; 3 unless given.
        pub heading_level: Option<u8>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// One thing that happened.
    pub struct TimelineEvent {
        /// What happened.
        pub title: Content,
        /// Who did it.
        pub by: Content,
        /// When, in words.
        pub when: String,
        /// When, for machines: `2026-03-14` or `2026-03-14T09:30:00Z`.
        pub datetime: String,
        /// More about it; text becomes a paragraph.
        pub content: Content,
        /// Whether it stands out.
        pub highlighted: bool,
    }
}

component!(Timeline);

/// As many stand open where more than [`WHOLE`] happened.
const LATEST: usize = 8;
/// As many need no fold.
const WHOLE: usize = 12;

impl Timeline {
    /// What happened, the latest first.
    pub fn new<I>(events: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<TimelineEvent>,
    {
        Self::default().events(events)
    }

    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(3)
    }

    fn latest(&self) -> &[TimelineEvent] {
        if self.events.len() > WHOLE { &self.events[..LATEST] } else { &self.events }
    }

    fn earlier(&self) -> &[TimelineEvent] {
        &self.events[self.latest().len()..]
    }
}

impl TimelineEvent {
    /// What happened and when, in words and for machines.
    pub fn new(
        title: impl Into<Content>,
        when: impl Into<String>,
        datetime: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            when: when.into(),
            datetime: datetime.into(),
            ..Self::default()
        }
    }
}

//! Steps: how far something has come that goes through stages in order.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// The stages of something, in order, with the one it has reached.
    #[derive(Template)]
    #[template(path = "extra/steps.html")]
    pub struct Steps {
        /// What screen readers call it.
        pub label: String,
        /// The stages.
        pub items: Vec<Step>,
        /// Extra classes; `extra-steps--vertical` puts the stages below each other.
        pub classes: Classes,
    }

    /// One stage.
    pub struct Step {
        /// Its name.
        pub content: Content,
        /// A line below: a date, a name.
        pub detail: Content,
        /// How far it has come.
        pub state: StepState,
        /// In words, in place of those of the state.
        pub state_text: String,
        /// Where the name leads.
        pub href: String,
    }
}

component!(Steps);

/// How far a stage has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    /// It is over.
    Done,
    /// It is going on.
    Current,
    /// It should be over and is not.
    Late,
    /// It has not begun.
    #[default]
    ToDo,
}

impl StepState {
    fn class(self) -> &'static str {
        match self {
            Self::Done => "extra-steps__item--done",
            Self::Current => "extra-steps__item--current",
            Self::Late => "extra-steps__item--late",
            Self::ToDo => "extra-steps__item--to-do",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Current => "In progress",
            Self::Late => "Late",
            Self::ToDo => "Not started",
        }
    }
}

impl Steps {
    /// Stages in order.
    pub fn new<I>(label: impl Into<String>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Step>,
    {
        Self::default().label(label).items(items)
    }

    /// Below each other instead of side by side: for many stages, or long names.
    pub fn vertical(self) -> Self {
        self.classes("extra-steps--vertical")
    }
}

impl Step {
    /// A stage.
    pub fn new(content: impl Into<Content>, state: StepState) -> Self {
        Self { content: content.into(), state, ..Self::default() }
    }

    fn words(&self) -> &str {
        if self.state_text.is_empty() { self.state.words() } else { &self.state_text }
    }
}

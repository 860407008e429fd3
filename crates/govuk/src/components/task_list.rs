//! Task list: what there is to do and how far it has come.

use askama::Template;

use crate::options::{component, from_content, options};
use crate::{Items, Attributes, Classes, Content, Hint, Tag};

options! {
    /// What there is to do, each task with a status.
    #[derive(Template)]
    #[template(path = "task-list.html")]
    pub struct TaskList {
        /// The tasks; one that is `None` is left out but keeps its number.
        pub items: Items<TaskItem>,
        /// Start of the ids that tie a task to its status; `task-list` unless given.
        pub id_prefix: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One task.
    pub struct TaskItem {
        /// Its name.
        pub title: TaskTitle,
        /// Help below its name.
        pub hint: Option<Hint>,
        /// How far it has come.
        pub status: TaskStatus,
        /// Where to do it; without it the task cannot be started yet.
        pub href: String,
        /// Extra classes.
        pub classes: Classes,
    }

    /// The name of a task.
    pub struct TaskTitle {
        /// What it says.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
    }

    /// How far a task has come, as a tag or in plain words.
    pub struct TaskStatus {
        /// A tag: for what still needs attention.
        pub tag: Option<Tag>,
        /// Plain words: for what is done.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(TaskList);
from_content!(TaskTitle.content);

impl TaskList {
    /// A list with no tasks yet; `id_prefix` must be unique on the page.
    pub fn new(id_prefix: impl Into<String>) -> Self {
        Self { id_prefix: id_prefix.into(), ..Self::default() }
    }

    /// Adds a task.
    pub fn with(mut self, item: impl Into<TaskItem>) -> Self {
        self.items.push(Some(item.into()));
        self
    }

    /// Start of the ids of the task with number `index`, counted from 1.
    fn item_id(&self, index: &usize) -> String {
        let prefix = if self.id_prefix.is_empty() { "task-list" } else { &self.id_prefix };
        format!("{prefix}-{index}")
    }
}

impl TaskItem {
    /// A task with its status.
    pub fn new(title: impl Into<TaskTitle>, status: impl Into<TaskStatus>) -> Self {
        Self { title: title.into(), status: status.into(), ..Self::default() }
    }
}

impl TaskStatus {
    /// Plain words: for what is done.
    pub fn done(content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// Grey words: for what cannot be started yet.
    pub fn cannot_start(content: impl Into<Content>) -> Self {
        Self::done(content).classes("govuk-task-list__status--cannot-start-yet")
    }
}

impl From<Tag> for TaskStatus {
    fn from(tag: Tag) -> Self {
        Self { tag: Some(tag), ..Self::default() }
    }
}

impl From<&str> for TaskStatus {
    fn from(words: &str) -> Self {
        Self::done(words)
    }
}

impl From<String> for TaskStatus {
    fn from(words: String) -> Self {
        Self::done(words)
    }
}

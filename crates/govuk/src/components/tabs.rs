//! Tabs: views of one thing, one at a time.

use askama::Template;

use crate::options::{component, from_content, options};
use crate::{Attributes, Classes, Content, Items};

options! {
    /// Views of one thing, one at a time; without JavaScript all, with a list of contents.
    #[derive(Template)]
    #[template(path = "tabs.html")]
    pub struct Tabs {
        /// The views; one that is `None` is left out but keeps its number.
        pub items: Items<TabItem>,
        /// The heading of the contents; "Contents" unless given.
        pub title: String,
        /// The id.
        pub id: String,
        /// Start of the ids of views that have none.
        pub id_prefix: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One view.
    pub struct TabItem {
        /// What the tab says.
        pub label: String,
        /// The id of the view.
        pub id: String,
        /// What the view holds.
        pub panel: TabPanel,
        /// Extra attributes of the tab.
        pub attributes: Attributes,
    }

    /// What a view holds.
    pub struct TabPanel {
        /// The content; text becomes a paragraph.
        pub content: Content,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Tabs);
from_content!(TabPanel.content);

impl Tabs {
    /// Tabs with no views yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds a view; `id` must be unique on the page.
    pub fn item(
        mut self,
        id: impl Into<String>,
        label: impl Into<String>,
        panel: impl Into<TabPanel>,
    ) -> Self {
        self.items.push(Some(TabItem {
            id: id.into(),
            label: label.into(),
            panel: panel.into(),
            ..TabItem::default()
        }));
        self
    }

    fn shown_title(&self) -> &str {
        if self.title.is_empty() { "Contents" } else { &self.title }
    }

    fn panel_id(&self, item: &TabItem, index: &usize) -> String {
        if item.id.is_empty() { format!("{}-{index}", self.id_prefix) } else { item.id.clone() }
    }
}

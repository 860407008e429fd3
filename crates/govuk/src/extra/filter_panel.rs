//! Filter panel: narrows a list down, and shows what it is narrowed down to.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// A form that narrows a list down. What is selected is shown on top, each with a link that
    /// removes it.
    #[derive(Template)]
    #[template(path = "extra/filter-panel.html")]
    pub struct FilterPanel {
        /// Where the form leads; it is sent with GET.
        pub action: String,
        /// Its heading; "Filters" unless given.
        pub title: String,
        /// What is selected, by field.
        pub selected: Vec<FilterGroup>,
        /// Where all filters are cleared.
        pub clear_href: String,
        /// The fields of the form.
        pub content: Content,
        /// What the button says; "Apply filters" unless given.
        pub button_text: String,
        /// Whether the fields fold up behind their heading, for pages read on a phone.
        pub folded: bool,
        /// Extra classes.
        pub classes: Classes,
    }

    /// What is selected in one field.
    pub struct FilterGroup {
        /// The name of the field.
        pub title: String,
        /// What is selected.
        pub items: Vec<SelectedFilter>,
    }

    /// One selected filter.
    pub struct SelectedFilter {
        /// What it says.
        pub content: Content,
        /// The address of the list without this filter.
        pub remove_href: String,
    }
}

component!(FilterPanel);

fn given_or<'a>(given: &'a str, other: &'a str) -> &'a str {
    if given.is_empty() { other } else { given }
}

impl FilterPanel {
    /// A form with its fields.
    pub fn new(action: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { action: action.into(), content: content.into(), ..Self::default() }
    }

    /// Adds what is selected in one field; nothing is shown for a field with nothing selected.
    pub fn select<I>(mut self, title: impl Into<String>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<SelectedFilter>,
    {
        let group = FilterGroup::default().title(title).items(items);
        if !group.items.is_empty() {
            self.selected.push(group);
        }
        self
    }

    fn heading(&self) -> &str {
        given_or(&self.title, "Filters")
    }

    fn button(&self) -> &str {
        given_or(&self.button_text, "Apply filters")
    }
}

impl<C: Into<Content>, H: Into<String>> From<(C, H)> for SelectedFilter {
    fn from((content, remove_href): (C, H)) -> Self {
        Self { content: content.into(), remove_href: remove_href.into() }
    }
}

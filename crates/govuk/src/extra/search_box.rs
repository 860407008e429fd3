//! Search box: one field and a button on one line.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Hint, Input, Label};

plain_options! {
    /// One field and a button on one line; sent with GET.
    #[derive(Template)]
    #[template(path = "extra/search-box.html")]
    pub struct SearchBox {
        /// Where the form leads.
        pub action: String,
        /// What is searched for.
        pub label: Label,
        /// The name of the value the form sends; `q` unless given.
        pub name: String,
        /// What was searched for.
        pub value: String,
        /// Help with searching.
        pub hint: Option<Hint>,
        /// What the button says; "Search" unless given.
        pub button_text: String,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(SearchBox);

impl SearchBox {
    /// A search that leads to an address.
    pub fn new(action: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { action: action.into(), label: label.into(), ..Self::default() }
    }

    fn button(&self) -> &str {
        if self.button_text.is_empty() { "Search" } else { &self.button_text }
    }

    fn input(&self) -> Input {
        let name = if self.name.is_empty() { "q" } else { &self.name };
        Input {
            kind: "search".to_owned(),
            value: Some(self.value.clone()).filter(|value| !value.is_empty()),
            hint: self.hint.clone(),
            classes: "extra-search__input".into(),
            ..Input::new(name, self.label.clone())
        }
    }
}

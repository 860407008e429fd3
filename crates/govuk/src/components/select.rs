//! Select: one choice out of a long list.

use askama::Template;

use crate::field::{Parts, form_field, id_or_name, parts};
use crate::options::{component, options};
use crate::{Attributes, Classes, Content, ErrorMessage, FormGroup, Hint, Label};

options! {
    /// One choice out of a long list; prefer radios for a short one.
    #[derive(Template)]
    #[template(path = "select.html")]
    pub struct Select {
        /// What is asked for.
        pub label: Label,
        /// The name of the value the form sends.
        pub name: String,
        /// The id; the name unless given.
        pub id: String,
        /// The choices.
        pub items: Vec<SelectItem>,
        /// The value of the choice that is selected.
        pub value: String,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// Whether the field cannot be used.
        pub disabled: bool,
        /// Ids of elements that describe the field.
        pub described_by: String,
        /// The group around the field.
        pub form_group: FormGroup,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One choice of a select.
    pub struct SelectItem {
        /// What the choice says.
        pub content: Content,
        /// What the form sends; the text unless given.
        pub value: Option<String>,
        /// Whether it is selected, whatever the select's own value says.
        pub selected: Option<bool>,
        /// Whether it cannot be chosen.
        pub disabled: bool,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Select);
form_field!(Select);

impl Select {
    /// A field that sends `name`.
    pub fn new(name: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    /// Adds a choice.
    pub fn item(mut self, value: impl Into<String>, content: impl Into<Content>) -> Self {
        self.items.push(SelectItem::new(value, content));
        self
    }

    fn own_id(&self) -> &str {
        id_or_name(&self.id, &self.name)
    }

    fn field(&self) -> Parts {
        parts(
            self.own_id(),
            &self.described_by,
            Some(&self.label),
            self.hint.as_ref(),
            self.error_message.as_ref(),
        )
    }

    fn is_selected(&self, item: &SelectItem) -> bool {
        item.selected.unwrap_or_else(|| {
            !self.value.is_empty()
                && match (&item.value, &item.content) {
                    (Some(value), _) | (None, Content::Text(value)) => *value == self.value,
                    (None, Content::Html(_)) => false,
                }
        })
    }
}

impl SelectItem {
    /// A choice.
    pub fn new(value: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { value: Some(value.into()), content: content.into(), ..Self::default() }
    }
}

impl<V: Into<String>, C: Into<Content>> From<(V, C)> for SelectItem {
    fn from((value, content): (V, C)) -> Self {
        Self::new(value, content)
    }
}

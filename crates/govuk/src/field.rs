//! What every form field shares: its group, its label, its hint and its error.

use askama::Template;

use crate::options::options;
use crate::{Attributes, Classes, Content, ErrorMessage, Fieldset, Hint, Html, Label};

options! {
    /// The `<div>` around a form field.
    pub struct FormGroup {
        /// Extra classes for the group.
        pub classes: Classes,
        /// Extra attributes for the group.
        pub attributes: Attributes,
        /// Shown before the input, or before the first of several.
        pub before_input: Content,
        /// Shown after the input, or after the last of several.
        pub after_input: Content,
    }

    /// Classes and attributes for an element a component creates around something.
    pub struct Wrapper {
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

impl FormGroup {
    /// A group with more classes.
    pub fn with_classes(classes: impl Into<Classes>) -> Self {
        Self { classes: classes.into(), ..Self::default() }
    }
}

/// Label, hint and error as HTML, and the ids that describe the field.
pub(crate) struct Parts {
    /// Everything that stands before the input.
    pub(crate) html: Html,
    /// For `aria-describedby`.
    pub(crate) described_by: String,
}

/// Renders what stands before the input of the field `id`.
pub(crate) fn parts(
    id: &str,
    described_by: &str,
    label: Option<&Label>,
    hint: Option<&Hint>,
    error: Option<&ErrorMessage>,
) -> Parts {
    let mut pieces = Vec::new();
    let mut described_by = described_by.to_owned();
    let mut describe = |suffix: &str| {
        let part = format!("{id}-{suffix}");
        if !described_by.is_empty() {
            described_by.push(' ');
        }
        described_by.push_str(&part);
        part
    };
    if let Some(label) = label {
        pieces.push(Label { for_id: id.to_owned(), ..label.clone() }.to_string());
    }
    if let Some(hint) = hint {
        pieces.push(Hint { id: describe("hint"), ..hint.clone() }.to_string());
    }
    if let Some(error) = error {
        pieces.push(ErrorMessage { id: describe("error"), ..error.clone() }.to_string());
    }
    Parts { html: Html::trusted(pieces.join("\n")), described_by }
}

/// A group of inputs: radios, checkboxes or the parts of a date, with or without a fieldset.
#[derive(Template)]
#[template(path = "form-group.html")]
pub(crate) struct Group<'a> {
    pub(crate) form_group: &'a FormGroup,
    pub(crate) has_error: bool,
    pub(crate) fieldset: Option<Fieldset>,
    pub(crate) inner: Html,
}

/// The id of a field: its own, or its name.
pub(crate) fn id_or_name<'a>(id: &'a str, name: &'a str) -> &'a str {
    if id.is_empty() { name } else { id }
}

/// Methods shared by the fields that have an error message.
macro_rules! form_field {
    ($($name:ident),+ $(,)?) => { $(
        impl $name {
            /// Shows an error message when there is one: for forms that are shown again with what
            /// was wrong.
            pub fn error_if(mut self, error: Option<impl Into<crate::ErrorMessage>>) -> Self {
                self.error_message = error.map(Into::into);
                self
            }
        }
    )+ };
}

pub(crate) use form_field;

options! {
    /// Words that depend on a number, for a language other than English: one form for each plural
    /// category of the language that is used. `%{count}` stands for the number.
    pub struct PluralText {
        /// For "zero".
        pub zero: String,
        /// For "one".
        pub one: String,
        /// For "two".
        pub two: String,
        /// For "few".
        pub few: String,
        /// For "many".
        pub many: String,
        /// For everything else.
        pub other: String,
    }
}

impl PluralText {
    /// The attributes from which the script reads the words.
    pub(crate) fn attributes(&self, key: &str) -> Attributes {
        [
            ("other", &self.other),
            ("zero", &self.zero),
            ("one", &self.one),
            ("two", &self.two),
            ("few", &self.few),
            ("many", &self.many),
        ]
        .into_iter()
        .fold(Attributes::new(), |all, (rule, words)| {
            all.set_some(&format!("data-i18n.{key}.{rule}"), words)
        })
    }
}

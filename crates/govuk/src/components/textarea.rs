//! Textarea: several lines of text.

use askama::Template;

use crate::field::{Parts, form_field, id_or_name, parts};
use crate::options::{component, options};
use crate::{Attributes, Classes, ErrorMessage, FormGroup, Hint, Label};

options! {
    /// Several lines of text.
    #[derive(Template)]
    #[template(path = "textarea.html")]
    pub struct Textarea {
        /// What is asked for.
        pub label: Label,
        /// The name of the value the form sends.
        pub name: String,
        /// The id; the name unless given.
        pub id: String,
        /// What the field holds.
        pub value: String,
        /// Lines shown; 5 unless given.
        pub rows: Option<u32>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// What the browser may fill in.
        pub autocomplete: String,
        /// Whether the browser checks the spelling.
        pub spellcheck: Option<bool>,
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
}

component!(Textarea);
form_field!(Textarea);

impl Textarea {
    /// A field that sends `name`.
    pub fn new(name: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
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

    fn shown_rows(&self) -> u32 {
        self.rows.filter(|&rows| rows > 0).unwrap_or(5)
    }

    /// Browsers drop a line break straight after the tag, so a value that begins with one needs
    /// another in front.
    fn first_line_break(&self) -> &'static str {
        if self.value.starts_with('\n') { "\n" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_break_survives_the_browser() {
        let html = Textarea::new("note", "Note").value("\nb").render();
        assert!(html.contains(">\n\nb</textarea>"), "{html}");
    }
}

//! Text input: one line of text.

use askama::Template;

use crate::field::{Parts, form_field, id_or_name, parts};
use crate::options::{component, from_content, options};
use crate::{Attributes, Classes, Content, ErrorMessage, FormGroup, Hint, Label, Wrapper};

options! {
    /// One line of text.
    #[derive(Template)]
    #[template(path = "input.html")]
    pub struct Input {
        /// What is asked for.
        pub label: Label,
        /// The name of the value the form sends.
        pub name: String,
        /// The id; the name unless given.
        pub id: String,
        /// The `type` of the input; `text` unless given.
        pub kind: String,
        /// What the field holds.
        pub value: Option<String>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// Shown in a box before the input.
        pub prefix: Option<Affix>,
        /// Shown in a box after the input.
        pub suffix: Option<Affix>,
        /// Which on-screen keyboard to show, such as `numeric`.
        pub inputmode: Option<String>,
        /// What the browser may fill in, such as `email`.
        pub autocomplete: Option<String>,
        /// Whether the browser checks the spelling.
        pub spellcheck: Option<bool>,
        /// How the browser puts in capitals, such as `none`.
        pub autocapitalize: Option<String>,
        /// A pattern the value must match.
        pub pattern: Option<String>,
        /// Whether the field cannot be used.
        pub disabled: bool,
        /// Ids of elements that describe the field.
        pub described_by: String,
        /// The group around the field.
        pub form_group: FormGroup,
        /// The element around prefix, input and suffix.
        pub input_wrapper: Wrapper,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// A unit or symbol in a box before or after an input; hidden from screen readers, so the label
    /// must say it too.
    pub struct Affix {
        /// What the box says.
        pub content: Content,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(Input);
form_field!(Input);
from_content!(Affix.content);

impl Input {
    /// A field that sends `name`.
    pub fn new(name: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    /// Sized for so many characters: 2, 3, 4, 5, 10, 20 or 30.
    pub fn width(mut self, characters: u8) -> Self {
        self.classes.push(&format!("govuk-input--width-{characters}"));
        self
    }

    /// For e-mail addresses.
    pub fn email(self) -> Self {
        self.kind("email").spellcheck(false).autocomplete("email")
    }

    /// For whole numbers: shows the number keyboard and keeps spelling out of it.
    pub fn whole_number(self) -> Self {
        self.inputmode("numeric").spellcheck(false)
    }

    fn field(&self) -> Parts {
        parts(
            id_or_name(&self.id, &self.name),
            &self.described_by,
            Some(&self.label),
            self.hint.as_ref(),
            self.error_message.as_ref(),
        )
    }

    fn shown(affix: Option<&Affix>) -> Option<&Affix> {
        affix.filter(|affix| !affix.content.is_empty())
    }

    fn is_wrapped(&self) -> bool {
        Self::shown(self.prefix.as_ref()).is_some()
            || Self::shown(self.suffix.as_ref()).is_some()
            || !self.form_group.before_input.is_empty()
            || !self.form_group.after_input.is_empty()
    }

    /// The `<input>`'s own attributes.
    fn element(&self, described_by: &str) -> Attributes {
        let mut classes = self.classes.after("govuk-input");
        if self.error_message.is_some() {
            classes.push("govuk-input--error");
        }
        let own = Attributes::new()
            .set("class", classes.as_str())
            .set("id", id_or_name(&self.id, &self.name))
            .set("name", &self.name)
            .set("type", if self.kind.is_empty() { "text" } else { &self.kind })
            .set_some("spellcheck", &self.spellcheck)
            .set_some("value", &self.value);
        let own = if self.disabled { own.flag("disabled") } else { own };
        own.set_some("aria-describedby", &described_by)
            .set_some("autocomplete", &self.autocomplete)
            .set_some("autocapitalize", &self.autocapitalize)
            .set_some("pattern", &self.pattern)
            .set_some("inputmode", &self.inputmode)
            .and(&self.attributes)
    }
}

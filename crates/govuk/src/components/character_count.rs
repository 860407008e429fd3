//! Character count: a textarea that says how much may still be typed.

use askama::Template;

use crate::attributes::AttributeValue as _;
use crate::field::{form_field, id_or_name};
use crate::options::{component, options};
use crate::{
    Attributes, Classes, Content, ErrorMessage, FormGroup, Hint, Html, Label, PluralText, Textarea,
};

options! {
    /// Several lines of text with a limit, counted while typing.
    ///
    /// The limit is said in words below the field, and without JavaScript that is all: the server
    /// must hold to it.
    #[derive(Template)]
    #[template(path = "character-count.html")]
    pub struct CharacterCount {
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
        /// The most of what is counted.
        pub maxlength: Option<u32>,
        /// The most words. The script has deprecated it: give `maxlength` and count `words`.
        pub maxwords: Option<u32>,
        /// What is counted: `characters`, `words` or `length` (what the browser calls characters).
        pub count_type: String,
        /// The percentage of the limit from which the count is shown.
        pub threshold: Option<u32>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// Whether the browser checks the spelling.
        pub spellcheck: Option<bool>,
        /// The line below the field, with `%{count}` for the limit.
        pub textarea_description_text: String,
        /// "You have %{count} characters remaining" in other words.
        pub characters_under_limit_text: PluralText,
        /// "You have 0 characters remaining" in other words.
        pub characters_at_limit_text: String,
        /// "You have %{count} characters too many" in other words.
        pub characters_over_limit_text: PluralText,
        /// "You have %{count} words remaining" in other words.
        pub words_under_limit_text: PluralText,
        /// "You have 0 words remaining" in other words.
        pub words_at_limit_text: String,
        /// "You have %{count} words too many" in other words.
        pub words_over_limit_text: PluralText,
        /// The line below the field.
        pub count_message: CountMessage,
        /// The group around the field.
        pub form_group: FormGroup,
        /// Extra classes of the field.
        pub classes: Classes,
        /// Extra attributes of the field.
        pub attributes: Attributes,
    }

    /// The line below the field that says how much may be typed.
    pub struct CountMessage {
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(CharacterCount);
form_field!(CharacterCount);

impl CharacterCount {
    /// A field of at most so many characters.
    pub fn new(name: impl Into<String>, label: impl Into<Label>, maxlength: u32) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            maxlength: Some(maxlength),
            ..Self::default()
        }
    }

    /// A field of at most so many words.
    pub fn words(name: impl Into<String>, label: impl Into<Label>, words: u32) -> Self {
        Self::new(name, label, words).count_type("words")
    }

    fn limit(&self) -> Option<u32> {
        self.maxwords.or(self.maxlength)
    }

    fn counted(&self) -> &str {
        match (self.count_type.as_str(), self.maxwords) {
            ("", Some(_)) => "words",
            (given, _) => given,
        }
    }

    /// The line below the field; empty when only the script knows the limit.
    fn description(&self) -> String {
        let Some(limit) = self.limit() else {
            return String::new();
        };
        let what = if self.counted() == "words" { "words" } else { "characters" };
        let words = if self.textarea_description_text.is_empty() {
            format!("You can enter up to %{{count}} {what}")
        } else {
            self.textarea_description_text.clone()
        };
        words.replace("%{count}", &limit.to_string())
    }

    fn group_attributes(&self) -> Attributes {
        let attributes = Attributes::new()
            .set("data-module", "govuk-character-count")
            .set_some("data-maxlength", &self.maxlength)
            .set_some("data-maxwords", &self.maxwords)
            .set_some("data-threshold", &self.threshold)
            .set_some("data-count-type", &self.counted().value());
        let attributes = if self.limit().is_none() {
            let name = "data-i18n.textarea-description.other";
            attributes.set_some(name, &self.textarea_description_text)
        } else {
            attributes
        };
        attributes
            .and(&self.characters_under_limit_text.attributes("characters-under-limit"))
            .set_some("data-i18n.characters-at-limit", &self.characters_at_limit_text)
            .and(&self.characters_over_limit_text.attributes("characters-over-limit"))
            .and(&self.words_under_limit_text.attributes("words-under-limit"))
            .set_some("data-i18n.words-at-limit", &self.words_at_limit_text)
            .and(&self.words_over_limit_text.attributes("words-over-limit"))
            .and(&self.form_group.attributes)
    }

    fn textarea(&self) -> Textarea {
        let id = id_or_name(&self.id, &self.name);
        let message = Hint {
            id: format!("{id}-info"),
            content: self.description().into(),
            classes: self.count_message.classes.after("govuk-character-count__message"),
            ..Hint::default()
        };
        let after = [Html::from(message), Html::of(&self.form_group.after_input)];
        Textarea {
            id: id.to_owned(),
            name: self.name.clone(),
            described_by: format!("{id}-info"),
            rows: self.rows,
            spellcheck: self.spellcheck,
            value: self.value.clone(),
            form_group: FormGroup {
                classes: self.form_group.classes.after("govuk-character-count"),
                attributes: self.group_attributes(),
                before_input: self.form_group.before_input.clone(),
                after_input: Content::Html(Html::join(after)),
            },
            classes: self.classes.after("govuk-js-character-count"),
            label: self.label.clone(),
            hint: self.hint.clone(),
            error_message: self.error_message.clone(),
            attributes: self.attributes.clone(),
            ..Textarea::default()
        }
    }
}

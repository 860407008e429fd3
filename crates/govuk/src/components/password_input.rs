//! Password input: a password that can be shown.

use askama::Template;

use crate::field::{form_field, id_or_name};
use crate::options::{component, options};
use crate::{
    Attributes, Button, Classes, Content, ErrorMessage, FormGroup, Hint, Html, Input, Label, Wrapper,
};

options! {
    /// A password, with a button that shows it where there is JavaScript.
    #[derive(Template)]
    #[template(path = "password-input.html")]
    pub struct PasswordInput {
        /// What is asked for.
        pub label: Label,
        /// The name of the value the form sends.
        pub name: String,
        /// The id; the name unless given.
        pub id: String,
        /// What the field holds. Leave it empty: a password is never sent back.
        pub value: Option<String>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// `current-password` unless given; `new-password` where one is chosen.
        pub autocomplete: String,
        /// Whether the field cannot be used.
        pub disabled: bool,
        /// Ids of elements that describe the field.
        pub described_by: String,
        /// "Show" in other words.
        pub show_password_text: String,
        /// "Hide" in other words.
        pub hide_password_text: String,
        /// "Show password" in other words.
        pub show_password_aria_label_text: String,
        /// "Hide password" in other words.
        pub hide_password_aria_label_text: String,
        /// "Your password is visible" in other words.
        pub password_shown_announcement_text: String,
        /// "Your password is hidden" in other words.
        pub password_hidden_announcement_text: String,
        /// The button that shows the password.
        pub button: Wrapper,
        /// The group around the field.
        pub form_group: FormGroup,
        /// Extra classes of the field.
        pub classes: Classes,
        /// Extra attributes of the field.
        pub attributes: Attributes,
    }
}

component!(PasswordInput);
form_field!(PasswordInput);

fn given_or<'a>(given: &'a str, other: &'a str) -> &'a str {
    if given.is_empty() { other } else { given }
}

impl PasswordInput {
    /// A field that sends `name`.
    pub fn new(name: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    fn group_attributes(&self) -> Attributes {
        Attributes::new()
            .set("data-module", "govuk-password-input")
            .set_some("data-i18n.show-password", &self.show_password_text)
            .set_some("data-i18n.hide-password", &self.hide_password_text)
            .set_some("data-i18n.show-password-aria-label", &self.show_password_aria_label_text)
            .set_some("data-i18n.hide-password-aria-label", &self.hide_password_aria_label_text)
            .set_some(
                "data-i18n.password-shown-announcement",
                &self.password_shown_announcement_text,
            )
            .set_some(
                "data-i18n.password-hidden-announcement",
                &self.password_hidden_announcement_text,
            )
            .and(&self.form_group.attributes)
    }

    fn toggle(&self, id: &str) -> Button {
        let label = given_or(&self.show_password_aria_label_text, "Show password");
        let own = "govuk-button--secondary govuk-password-input__toggle \
                   govuk-js-password-input-toggle";
        Button {
            content: given_or(&self.show_password_text, "Show").into(),
            kind: "button".to_owned(),
            classes: self.button.classes.after(own),
            attributes: Attributes::new()
                .set("aria-controls", id)
                .set("aria-label", label)
                .flag("hidden"),
            ..Button::default()
        }
    }

    fn input(&self) -> Input {
        let id = id_or_name(&self.id, &self.name);
        let own = "govuk-password-input__input govuk-js-password-input-input";
        let after = [Html::from(self.toggle(id)), Html::of(&self.form_group.after_input)];
        Input {
            form_group: FormGroup {
                classes: self.form_group.classes.after("govuk-password-input"),
                attributes: self.group_attributes(),
                before_input: self.form_group.before_input.clone(),
                after_input: Content::Html(Html::join(after)),
            },
            input_wrapper: Wrapper {
                classes: "govuk-password-input__wrapper".into(),
                ..Wrapper::default()
            },
            label: self.label.clone(),
            hint: self.hint.clone(),
            classes: self.classes.after(own),
            error_message: self.error_message.clone(),
            id: id.to_owned(),
            name: self.name.clone(),
            kind: "password".to_owned(),
            spellcheck: Some(false),
            autocapitalize: Some("none".to_owned()),
            autocomplete: Some(given_or(&self.autocomplete, "current-password").to_owned()),
            value: self.value.clone(),
            disabled: self.disabled,
            described_by: self.described_by.clone(),
            attributes: self.attributes.clone(),
            ..Input::default()
        }
    }
}

//! File upload: takes files from the user.

use askama::Template;

use crate::field::{Parts, form_field, id_or_name, parts};
use crate::options::{component, options};
use crate::{Attributes, Classes, ErrorMessage, FormGroup, Hint, Label, PluralText};

options! {
    /// Takes files from the user.
    #[derive(Template)]
    #[template(path = "file-upload.html")]
    pub struct FileUpload {
        /// What is asked for.
        pub label: Label,
        /// The name of the value the form sends.
        pub name: String,
        /// The id; the name unless given.
        pub id: String,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the file.
        pub error_message: Option<ErrorMessage>,
        /// Whether several files may be chosen.
        pub multiple: bool,
        /// Whether the field cannot be used.
        pub disabled: bool,
        /// Not shown: browsers do not let a page choose a file.
        pub value: String,
        /// Whether files may be dropped on the field, where there is JavaScript.
        pub javascript: bool,
        /// Extra classes of the drop zone.
        pub wrapper_classes: Classes,
        /// Extra attributes of the drop zone.
        pub wrapper_attributes: Attributes,
        /// "Choose file" in other words.
        pub choose_files_button_text: String,
        /// "No file chosen" in other words.
        pub no_file_chosen_text: String,
        /// "%{count} files chosen" in other words.
        pub multiple_files_chosen_text: PluralText,
        /// "or drop file" in other words.
        pub drop_instruction_text: String,
        /// "Entered drop zone" in other words.
        pub entered_drop_zone_text: String,
        /// "Left drop zone" in other words.
        pub left_drop_zone_text: String,
        /// Ids of elements that describe the field.
        pub described_by: String,
        /// The group around the field.
        pub form_group: FormGroup,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes, such as `accept`.
        pub attributes: Attributes,
    }
}

component!(FileUpload);
form_field!(FileUpload);

impl FileUpload {
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

    fn words(&self) -> Attributes {
        Attributes::new()
            .set_some("data-i18n.choose-files-button", &self.choose_files_button_text)
            .set_some("data-i18n.no-file-chosen", &self.no_file_chosen_text)
            .and(&self.multiple_files_chosen_text.attributes("multiple-files-chosen"))
            .set_some("data-i18n.drop-instruction", &self.drop_instruction_text)
            .set_some("data-i18n.entered-drop-zone", &self.entered_drop_zone_text)
            .set_some("data-i18n.left-drop-zone", &self.left_drop_zone_text)
    }
}

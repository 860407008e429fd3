//! Date input: a date the user knows by heart, as day, month and year.

use askama::Template;

use crate::field::{Group, form_field, parts};
use crate::options::{component, options};
use crate::{Attributes, Classes, ErrorMessage, Fieldset, FormGroup, Hint, Html, Input, Label};

options! {
    /// Day, month and year in three fields.
    #[derive(Template)]
    #[template(path = "date-input.html")]
    pub struct DateInput {
        /// The id of the group and the start of the fields' ids.
        pub id: String,
        /// Put before the fields' names with a hyphen.
        pub name_prefix: String,
        /// The question, as the legend of a fieldset around the fields.
        pub fieldset: Option<Fieldset>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// The day field.
        pub day: DatePart,
        /// The month field.
        pub month: DatePart,
        /// The year field.
        pub year: DatePart,
        /// Fields in place of day, month and year.
        pub items: Vec<DateItem>,
        /// What the fields hold, by name.
        pub values: FieldValues,
        /// The group around everything.
        pub form_group: FormGroup,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One field of a date.
    pub struct DateItem {
        /// The name; day, month or year unless given.
        pub name: String,
        /// The label; the name with a capital unless given.
        pub label: String,
        /// What the field holds.
        pub value: Option<String>,
        /// Whether this field is wrong. Unless one field says so, an error message marks them all
        /// but those that say they are right.
        pub error: Option<bool>,
        /// The id; made from the group's id and the name unless given.
        pub id: String,
        /// Which on-screen keyboard to show; `numeric` unless given.
        pub inputmode: String,
        /// What the browser may fill in, such as `bday-day`.
        pub autocomplete: Option<String>,
        /// A pattern the value must match.
        pub pattern: Option<String>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }
}

component!(DateInput);
form_field!(DateInput);

/// Day, month or year: shown with its options, or left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// The field is shown.
    Shown(Box<DateItem>),
    /// The field is left out.
    Hidden,
}

impl Default for DatePart {
    fn default() -> Self {
        Self::Shown(Box::default())
    }
}

impl From<DateItem> for DatePart {
    fn from(item: DateItem) -> Self {
        Self::Shown(Box::new(item))
    }
}

/// What the fields hold, by name; the first of a name counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldValues(Vec<(String, String)>);

impl FieldValues {
    /// Adds the value of a field.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    fn get(&self, name: &str) -> Option<&String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// A field made ready: its own name, its default value and its width in characters.
struct Field<'a> {
    item: &'a DateItem,
    name: String,
    value: Option<String>,
    width: u8,
}

impl DateInput {
    /// A date whose fields are `name-day`, `name-month` and `name-year`.
    pub fn new(name: impl Into<String>, fieldset: impl Into<Fieldset>) -> Self {
        let name = name.into();
        Self {
            id: name.clone(),
            name_prefix: name,
            fieldset: Some(fieldset.into()),
            ..Self::default()
        }
    }

    /// What the three fields hold, as the user typed it.
    pub fn date(
        mut self,
        day: impl Into<String>,
        month: impl Into<String>,
        year: impl Into<String>,
    ) -> Self {
        let parts = [&mut self.day, &mut self.month, &mut self.year];
        for (part, value) in parts.into_iter().zip([day.into(), month.into(), year.into()]) {
            if let DatePart::Shown(item) = part {
                item.value = Some(value);
            }
        }
        self
    }

    /// Month and year only.
    pub fn without_day(self) -> Self {
        self.day(DatePart::Hidden)
    }

    /// Day and month only.
    pub fn without_year(self) -> Self {
        self.year(DatePart::Hidden)
    }

    fn group(&self) -> Group<'_> {
        let described_by = self.fieldset.as_ref().map_or("", |f| f.described_by.as_str());
        let parts = parts(
            &self.id,
            described_by,
            None,
            self.hint.as_ref(),
            self.error_message.as_ref(),
        );
        let inner = Html::join([parts.html, Html::of(&DateInner { date: self })]);
        Group {
            form_group: &self.form_group,
            has_error: self.error_message.is_some(),
            // A fieldset of text fields needs the role: without it some screen readers do not
            // announce what describes it.
            fieldset: self.fieldset.clone().map(|fieldset| Fieldset {
                described_by: parts.described_by,
                role: "group".to_owned(),
                content: inner.clone().into(),
                ..fieldset
            }),
            inner,
        }
    }

    /// The three standard parts with their names and widths, whether shown or not.
    fn standard(&self) -> [(&'static str, &DatePart, u8); 3] {
        [("day", &self.day, 2), ("month", &self.month, 2), ("year", &self.year, 4)]
    }

    fn fields(&self) -> Vec<Field<'_>> {
        if self.items.is_empty() {
            return self
                .standard()
                .into_iter()
                .filter_map(|(name, part, width)| match part {
                    DatePart::Shown(item) => Some(self.field(item, Some((name, part, width)))),
                    DatePart::Hidden => None,
                })
                .collect();
        }
        self.items.iter().map(|item| self.field(item, self.standard_for(item))).collect()
    }

    /// The standard part an item of `items` stands for, by its name.
    fn standard_for(&self, item: &DateItem) -> Option<(&'static str, &DatePart, u8)> {
        self.standard().into_iter().find(|(name, part, _)| {
            let renamed = match part {
                DatePart::Shown(part) => !part.name.is_empty() && part.name == item.name,
                DatePart::Hidden => false,
            };
            item.name == *name || renamed
        })
    }

    fn field<'a>(
        &self,
        item: &'a DateItem,
        standard: Option<(&str, &DatePart, u8)>,
    ) -> Field<'a> {
        let (default_name, width) = standard.map_or(("", 2), |(name, _, width)| (name, width));
        let name = if item.name.is_empty() { default_name } else { &item.name }.to_owned();
        let of_part = match standard {
            Some((_, DatePart::Shown(part), _)) => part.value.clone(),
            _ => None,
        };
        let by_name = |name: &str| self.values.get(name).filter(|_| !name.is_empty()).cloned();
        let value = (item.value.clone())
            .or(of_part)
            .or_else(|| by_name(default_name))
            .or_else(|| by_name(&self.prefixed(&name)));
        Field { item, name, value, width }
    }

    fn prefixed(&self, name: &str) -> String {
        if self.name_prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}-{name}", self.name_prefix)
        }
    }
}

const ERROR: &str = "govuk-input--error";

fn says_error(item: &DateItem) -> bool {
    item.error == Some(true) || item.classes.as_str().contains(ERROR)
}

/// The fields without what stands around them.
#[derive(Template)]
#[template(path = "date-input-inner.html")]
struct DateInner<'a> {
    date: &'a DateInput,
}

impl askama::filters::HtmlSafe for DateInner<'_> {}

impl DateInner<'_> {
    fn inputs(&self) -> Vec<Input> {
        let fields = self.date.fields();
        let any_says_error = fields.iter().any(|field| says_error(field.item));
        fields.into_iter().map(|field| self.input(field, any_says_error)).collect()
    }

    fn input(&self, field: Field<'_>, any_says_error: bool) -> Input {
        let item = field.item;
        let by_omission =
            item.error != Some(false) && self.date.error_message.is_some() && !any_says_error;
        let mut classes = Classes::from("govuk-date-input__input");
        if !item.classes.as_str().contains(ERROR) && (says_error(item) || by_omission) {
            classes.push(ERROR);
        }
        if !item.classes.as_str().contains("govuk-input--width-") {
            classes.push(&format!("govuk-input--width-{}", field.width));
        }
        classes.push(item.classes.as_str());
        let label = if item.label.is_empty() { capitalised(&field.name) } else { item.label.clone() };
        Input {
            label: Label::new(label).classes("govuk-date-input__label"),
            id: if item.id.is_empty() {
                format!("{}-{}", self.date.id, field.name)
            } else {
                item.id.clone()
            },
            name: self.date.prefixed(&field.name),
            value: field.value,
            inputmode: Some(if item.inputmode.is_empty() {
                "numeric".to_owned()
            } else {
                item.inputmode.clone()
            }),
            autocomplete: item.autocomplete.clone(),
            pattern: item.pattern.clone(),
            classes,
            attributes: item.attributes.clone(),
            ..Input::default()
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect()
    })
}

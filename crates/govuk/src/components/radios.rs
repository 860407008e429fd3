//! Radios: one choice out of a few.

use askama::Template;

use crate::field::{Group, form_field, parts};
use crate::options::{component, options};
use crate::{Items, 
    Attributes, Classes, Content, ErrorMessage, Fieldset, FormGroup, Hint, Html, Label, Wrapper,
};

options! {
    /// One choice out of a few.
    #[derive(Template)]
    #[template(path = "radios.html")]
    pub struct Radios {
        /// The name of the value the form sends.
        pub name: String,
        /// The question, as the legend of a fieldset around the choices.
        pub fieldset: Option<Fieldset>,
        /// The choices; an item that is `None` is left out but keeps its number.
        pub items: Items<RadioItem>,
        /// The value of the choice that is checked.
        pub value: String,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// Start of the choices' ids; the name unless given.
        pub id_prefix: String,
        /// The group around everything.
        pub form_group: FormGroup,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One choice of radios, or a divider between choices.
    pub struct RadioItem {
        /// What the choice says.
        pub content: Content,
        /// What the form sends.
        pub value: String,
        /// The id; made from the prefix and the number unless given.
        pub id: String,
        /// Help with this choice.
        pub hint: Option<Hint>,
        /// Whether it is checked, whatever the radios' own value says.
        pub checked: Option<bool>,
        /// Shown when this choice is checked.
        pub conditional: Content,
        /// Makes this a divider with such a word, often "or", and no choice.
        pub divider: String,
        /// Whether it cannot be chosen.
        pub disabled: bool,
        /// Classes and attributes for the label.
        pub label: Wrapper,
        /// Extra attributes of the input.
        pub attributes: Attributes,
    }
}

component!(Radios);
form_field!(Radios);

impl Radios {
    /// Radios that send `name`, with the question as legend.
    pub fn new(name: impl Into<String>, fieldset: impl Into<Fieldset>) -> Self {
        Self { name: name.into(), fieldset: Some(fieldset.into()), ..Self::default() }
    }

    /// Adds a choice.
    pub fn item(self, value: impl Into<String>, content: impl Into<Content>) -> Self {
        self.with(RadioItem::new(value, content))
    }

    /// Adds a choice with all its options.
    pub fn with(mut self, item: impl Into<RadioItem>) -> Self {
        self.items.push(Some(item.into()));
        self
    }

    /// Side by side instead of below each other: for two short choices.
    pub fn inline(mut self) -> Self {
        self.classes.push("govuk-radios--inline");
        self
    }

    /// Smaller buttons: for choices that matter less than the rest of the page.
    pub fn small(mut self) -> Self {
        self.classes.push("govuk-radios--small");
        self
    }

    fn prefix(&self) -> &str {
        crate::field::id_or_name(&self.id_prefix, &self.name)
    }

    fn group(&self) -> Group<'_> {
        let described_by = self.fieldset.as_ref().map_or("", |f| f.described_by.as_str());
        let parts = parts(
            self.prefix(),
            described_by,
            None,
            self.hint.as_ref(),
            self.error_message.as_ref(),
        );
        let inner =
            Html::join([parts.html, Html::of(&RadiosInner { radios: self })]);
        Group {
            form_group: &self.form_group,
            has_error: self.error_message.is_some(),
            fieldset: self.fieldset.clone().map(|fieldset| Fieldset {
                described_by: parts.described_by,
                content: inner.clone().into(),
                ..fieldset
            }),
            inner,
        }
    }
}

/// The choices without what stands around them.
#[derive(Template)]
#[template(path = "radios-inner.html")]
struct RadiosInner<'a> {
    radios: &'a Radios,
}

impl askama::filters::HtmlSafe for RadiosInner<'_> {}

impl RadiosInner<'_> {
    fn item_id(&self, item: &RadioItem, index: &usize) -> String {
        numbered_id(&item.id, self.radios.prefix(), *index)
    }

    fn is_checked(&self, item: &RadioItem) -> bool {
        item.checked
            .unwrap_or_else(|| !self.radios.value.is_empty() && item.value == self.radios.value)
    }

    fn label(&self, item: &RadioItem, id: &str) -> Label {
        Label {
            content: item.content.clone(),
            for_id: id.to_owned(),
            is_page_heading: false,
            classes: item.label.classes.after("govuk-radios__label"),
            attributes: item.label.attributes.clone(),
        }
    }

    fn hint(&self, item: &RadioItem, id: &str) -> Option<Hint> {
        item_hint(item.hint.as_ref(), id, "govuk-radios__hint")
    }
}

/// The id of one choice: its own, or the prefix with its number; the first has no number so that an
/// error summary can link to it.
pub(crate) fn numbered_id(own: &str, prefix: &str, index: usize) -> String {
    match (own.is_empty(), index) {
        (false, _) => own.to_owned(),
        (true, 1) => prefix.to_owned(),
        (true, _) => format!("{prefix}-{index}"),
    }
}

/// The hint of one choice with its id, when there is something to show.
pub(crate) fn item_hint(hint: Option<&Hint>, id: &str, class: &str) -> Option<Hint> {
    hint.filter(|hint| !hint.content.is_empty()).map(|hint| Hint {
        id: format!("{id}-item-hint"),
        classes: hint.classes.after(class),
        ..hint.clone()
    })
}

impl RadioItem {
    /// A choice.
    pub fn new(value: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { value: value.into(), content: content.into(), ..Self::default() }
    }

    /// A divider with a word, often "or".
    pub fn divider_with(word: impl Into<String>) -> Self {
        Self { divider: word.into(), ..Self::default() }
    }
}

impl<V: Into<String>, C: Into<Content>> From<(V, C)> for RadioItem {
    fn from((value, content): (V, C)) -> Self {
        Self::new(value, content)
    }
}

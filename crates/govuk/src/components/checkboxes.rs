//! Checkboxes: any number of choices.

use askama::Template;

use super::radios::{item_hint, numbered_id};
use crate::field::{Group, form_field, parts};
use crate::options::{component, options};
use crate::{Items, 
    Attributes, Classes, Content, ErrorMessage, Fieldset, FormGroup, Hint, Html, Label, Wrapper,
};

options! {
    /// Any number of choices.
    #[derive(Template)]
    #[template(path = "checkboxes.html")]
    pub struct Checkboxes {
        /// The name of the values the form sends.
        pub name: String,
        /// The question, as the legend of a fieldset around the choices.
        pub fieldset: Option<Fieldset>,
        /// The choices; an item that is `None` is left out but keeps its number.
        pub items: Items<CheckboxItem>,
        /// The values of the choices that are checked.
        pub values: Vec<String>,
        /// Help with answering.
        pub hint: Option<Hint>,
        /// What is wrong with the answer.
        pub error_message: Option<ErrorMessage>,
        /// Start of the choices' ids; the name unless given.
        pub id_prefix: String,
        /// Ids of elements that describe the choices.
        pub described_by: String,
        /// The group around everything.
        pub form_group: FormGroup,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One choice of checkboxes, or a divider between choices.
    pub struct CheckboxItem {
        /// What the choice says.
        pub content: Content,
        /// What the form sends.
        pub value: String,
        /// The name of the value, where it differs from the others'.
        pub name: String,
        /// The id; made from the prefix and the number unless given.
        pub id: String,
        /// Help with this choice.
        pub hint: Option<Hint>,
        /// Whether it is checked, whatever the checkboxes' own values say.
        pub checked: Option<bool>,
        /// Shown when this choice is checked.
        pub conditional: Content,
        /// Makes this a divider with such a word, often "or", and no choice.
        pub divider: String,
        /// `exclusive` unchecks all others ("None of these").
        pub behaviour: String,
        /// Whether it cannot be chosen.
        pub disabled: bool,
        /// Classes and attributes for the label.
        pub label: Wrapper,
        /// Extra attributes of the input.
        pub attributes: Attributes,
    }
}

component!(Checkboxes);
form_field!(Checkboxes);

impl Checkboxes {
    /// Checkboxes that send `name`, with the question as legend.
    pub fn new(name: impl Into<String>, fieldset: impl Into<Fieldset>) -> Self {
        Self { name: name.into(), fieldset: Some(fieldset.into()), ..Self::default() }
    }

    /// A single checkbox with no question around it.
    pub fn single(
        name: impl Into<String>,
        value: impl Into<String>,
        content: impl Into<Content>,
    ) -> Self {
        Self { name: name.into(), ..Self::default() }.item(value, content)
    }

    /// Adds a choice.
    pub fn item(self, value: impl Into<String>, content: impl Into<Content>) -> Self {
        self.with(CheckboxItem::new(value, content))
    }

    /// Adds a choice with all its options.
    pub fn with(mut self, item: impl Into<CheckboxItem>) -> Self {
        self.items.push(Some(item.into()));
        self
    }

    /// Smaller boxes: for choices that matter less than the rest of the page, such as filters.
    pub fn small(mut self) -> Self {
        self.classes.push("govuk-checkboxes--small");
        self
    }

    fn prefix(&self) -> &str {
        crate::field::id_or_name(&self.id_prefix, &self.name)
    }

    fn group(&self) -> Group<'_> {
        let by_fieldset = self.fieldset.as_ref().map_or("", |f| f.described_by.as_str());
        let described_by =
            if by_fieldset.is_empty() { self.described_by.as_str() } else { by_fieldset };
        let parts = parts(
            self.prefix(),
            described_by,
            None,
            self.hint.as_ref(),
            self.error_message.as_ref(),
        );
        let items = CheckboxesInner {
            checkboxes: self,
            described_by: if self.fieldset.is_some() { "" } else { &parts.described_by },
        };
        let inner = Html::join([parts.html.clone(), Html::of(&items)]);
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
#[template(path = "checkboxes-inner.html")]
struct CheckboxesInner<'a> {
    checkboxes: &'a Checkboxes,
    /// With no fieldset to carry it, each box is described by hint and error.
    described_by: &'a str,
}

impl askama::filters::HtmlSafe for CheckboxesInner<'_> {}

impl CheckboxesInner<'_> {
    fn item_id(&self, item: &CheckboxItem, index: &usize) -> String {
        numbered_id(&item.id, self.checkboxes.prefix(), *index)
    }

    fn item_name<'b>(&'b self, item: &'b CheckboxItem) -> &'b str {
        crate::field::id_or_name(&item.name, &self.checkboxes.name)
    }

    fn is_checked(&self, item: &CheckboxItem) -> bool {
        item.checked.unwrap_or_else(|| self.checkboxes.values.contains(&item.value))
    }

    fn label(&self, item: &CheckboxItem, id: &str) -> Label {
        Label {
            content: item.content.clone(),
            for_id: id.to_owned(),
            is_page_heading: false,
            classes: item.label.classes.after("govuk-checkboxes__label"),
            attributes: item.label.attributes.clone(),
        }
    }

    fn hint(&self, item: &CheckboxItem, id: &str) -> Option<Hint> {
        item_hint(item.hint.as_ref(), id, "govuk-checkboxes__hint")
    }

    fn item_described_by(&self, hint: Option<&Hint>) -> String {
        let hint = hint.map_or("", |hint| hint.id.as_str());
        [self.described_by, hint].join(" ").trim().to_owned()
    }
}

impl CheckboxItem {
    /// A choice.
    pub fn new(value: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { value: value.into(), content: content.into(), ..Self::default() }
    }

    /// A divider with a word, often "or".
    pub fn divider_with(word: impl Into<String>) -> Self {
        Self { divider: word.into(), ..Self::default() }
    }

    /// Unchecks all others when it is checked.
    pub fn exclusive(self) -> Self {
        self.behaviour("exclusive")
    }
}

impl<V: Into<String>, C: Into<Content>> From<(V, C)> for CheckboxItem {
    fn from((value, content): (V, C)) -> Self {
        Self::new(value, content)
    }
}

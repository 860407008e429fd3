//! Accordion: sections that open and close.

use askama::Template;

use crate::options::{component, options};
use crate::{Attributes, Classes, Content, Items};

options! {
    /// Sections that open and close; all open where there is no JavaScript.
    #[derive(Template)]
    #[template(path = "accordion.html")]
    pub struct Accordion {
        /// The id, unique on the page and stable: the browser remembers what was open by it.
        pub id: String,
        /// The sections; one that is `None` is left out but keeps its number.
        pub items: Items<AccordionItem>,
        /// Which heading the sections have; 2 unless given.
        pub heading_level: Option<u8>,
        /// Whether the browser remembers which sections were open.
        pub remember_expanded: Option<bool>,
        /// "Hide all sections" in other words.
        pub hide_all_sections_text: String,
        /// "Hide" in other words.
        pub hide_section_text: String,
        /// "Hide this section" in other words.
        pub hide_section_aria_label_text: String,
        /// "Show all sections" in other words.
        pub show_all_sections_text: String,
        /// "Show" in other words.
        pub show_section_text: String,
        /// "Show this section" in other words.
        pub show_section_aria_label_text: String,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One section.
    pub struct AccordionItem {
        /// Its heading.
        pub heading: Content,
        /// A line below the heading, shown also when closed.
        pub summary: Content,
        /// What it holds; text becomes a paragraph.
        pub content: Content,
        /// Whether it starts open.
        pub expanded: bool,
    }
}

component!(Accordion);

impl Accordion {
    /// An accordion with no sections yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Adds a section.
    pub fn item(
        self,
        heading: impl Into<Content>,
        content: impl Into<Content>,
    ) -> Self {
        self.with(AccordionItem::new(heading, content))
    }

    /// Adds a section with all its options.
    pub fn with(mut self, item: AccordionItem) -> Self {
        self.items.push(Some(item));
        self
    }

    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(2)
    }

    /// The words for other languages, as attributes the script reads.
    fn words(&self) -> Attributes {
        Attributes::new()
            .set_some("data-i18n.hide-all-sections", &self.hide_all_sections_text)
            .set_some("data-i18n.hide-section", &self.hide_section_text)
            .set_some("data-i18n.hide-section-aria-label", &self.hide_section_aria_label_text)
            .set_some("data-i18n.show-all-sections", &self.show_all_sections_text)
            .set_some("data-i18n.show-section", &self.show_section_text)
            .set_some("data-i18n.show-section-aria-label", &self.show_section_aria_label_text)
            .set_some("data-remember-expanded", &self.remember_expanded)
    }
}

impl AccordionItem {
    /// A section.
    pub fn new(heading: impl Into<Content>, content: impl Into<Content>) -> Self {
        Self { heading: heading.into(), content: content.into(), ..Self::default() }
    }
}

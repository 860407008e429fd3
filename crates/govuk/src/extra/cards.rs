//! Cards: things to choose from, each with a title that links to it.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Attributes, Classes, Content};

plain_options! {
    /// Cards side by side, as many in a row as there is room for.
    #[derive(Template)]
    #[template(path = "extra/cards.html")]
    pub struct CardGrid {
        /// The cards.
        pub cards: Vec<Card>,
        /// Which heading the titles are; 2 unless given.
        pub heading_level: Option<u8>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One card.
    pub struct Card {
        /// Its title.
        pub title: Content,
        /// Where the title leads; the whole card is the link's target.
        pub href: String,
        /// A line or two about it; text becomes a paragraph.
        pub content: Content,
        /// A last line, smaller: a status, a date, a distance.
        pub note: Content,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(CardGrid);

impl CardGrid {
    /// Cards side by side.
    pub fn new<I>(cards: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Card>,
    {
        Self::default().cards(cards)
    }

    fn level(&self) -> u8 {
        self.heading_level.unwrap_or(2)
    }
}

impl Card {
    /// A card whose title leads somewhere.
    pub fn new(title: impl Into<Content>, href: impl Into<String>) -> Self {
        Self { title: title.into(), href: href.into(), ..Self::default() }
    }
}

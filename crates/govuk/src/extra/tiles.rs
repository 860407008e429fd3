//! Tiles: a few numbers at a glance, each with what it counts.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Attributes, Classes, Content};

plain_options! {
    /// A few numbers at a glance.
    #[derive(Template)]
    #[template(path = "extra/tiles.html")]
    pub struct Tiles {
        /// The tiles.
        pub tiles: Vec<Tile>,
        /// Extra classes.
        pub classes: Classes,
        /// Extra attributes.
        pub attributes: Attributes,
    }

    /// One number. Where there is none, the value says why in words ("Too few pupils to show").
    pub struct Tile {
        /// What is counted.
        pub label: Content,
        /// The number, with its unit.
        pub value: Content,
        /// What to compare it with, or how sure it is.
        pub detail: Content,
        /// Where the label leads.
        pub href: String,
        /// Whether the value is words in place of a number, and so smaller.
        pub is_words: bool,
        /// Extra classes.
        pub classes: Classes,
    }
}

component!(Tiles);

impl Tiles {
    /// A few numbers at a glance.
    pub fn new<I>(tiles: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Tile>,
    {
        Self::default().tiles(tiles)
    }
}

impl Tile {
    /// A number.
    pub fn new(label: impl Into<Content>, value: impl Into<Content>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// No number, and why.
    pub fn missing(label: impl Into<Content>, why: impl Into<Content>) -> Self {
        Self::new(label, why).is_words(true)
    }
}

impl<L: Into<Content>, V: Into<Content>> From<(L, V)> for Tile {
    fn from((label, value): (L, V)) -> Self {
        Self::new(label, value)
    }
}

//! Metadata: where something comes from, in one small line.

use askama::Template;

use crate::options::{component, plain_options};
use crate::{Classes, Content};

plain_options! {
    /// Where something comes from, in one small line: source, date, status, licence.
    #[derive(Template)]
    #[template(path = "extra/metadata.html")]
    pub struct Metadata {
        /// The facts.
        pub items: Vec<MetadataItem>,
        /// Extra classes.
        pub classes: Classes,
    }

    /// One fact.
    pub struct MetadataItem {
        /// Its name.
        pub key: Content,
        /// Its value.
        pub value: Content,
    }
}

component!(Metadata);

impl Metadata {
    /// Facts in one line.
    pub fn new<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<MetadataItem>,
    {
        Self::default().items(items)
    }
}

impl<K: Into<Content>, V: Into<Content>> From<(K, V)> for MetadataItem {
    fn from((key, value): (K, V)) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

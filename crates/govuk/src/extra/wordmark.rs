//! Wordmark: a name with a sign, for the header of a service of your own.

use askama::Template;

use crate::Html;
use crate::options::{component, plain_options};

plain_options! {
    /// A name with a sign, for a [`GenericHeader`](crate::GenericHeader).
    #[derive(Template)]
    #[template(path = "extra/wordmark.html")]
    pub struct Wordmark {
        /// The name.
        pub name: String,
        /// An SVG of your own in place of the sign: two strokes that rise side by side.
        pub sign: Html,
    }
}

component!(Wordmark);

impl Wordmark {
    /// A name with the sign.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

//! What goes inside a component: text that will be escaped, or HTML that is trusted.

use std::fmt::{self, Write as _};

use askama::filters::{Escaper as _, Html as HtmlEscaper, HtmlSafe};

/// HTML that is known to be safe to embed as it stands.
///
/// It comes from a component, from a template, or from a caller who vouches for it with
/// [`Html::trusted`]. Never wrap what a user typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Wraps HTML that the caller vouches for.
    pub fn trusted(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Renders anything whose output is safe by construction: a component, or a template that is
    /// marked [`HtmlSafe`].
    pub fn of(safe: &(impl HtmlSafe + ?Sized)) -> Self {
        Self(safe.to_string())
    }

    /// Several pieces of safe HTML one after the other.
    pub fn join(pieces: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        Self(pieces.into_iter().map(|piece| piece.into().0).collect())
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// The content of a component: text, escaped when shown, or trusted HTML, shown as it is.
///
/// Strings become text; [`Html`] and components become HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Plain text; `<` is shown as `<`.
    Text(String),
    /// Trusted HTML.
    Html(Html),
}

impl Content {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Html(html) => html.is_empty(),
        }
    }

    /// Whether this is trusted HTML rather than text.
    pub fn is_html(&self) -> bool {
        matches!(self, Self::Html(_))
    }

    /// This content, or `other` when there is nothing to show.
    pub fn or(&self, other: &str) -> Self {
        if self.is_empty() { Self::from(other) } else { self.clone() }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => escape(f, text),
            Self::Html(html) => html.fmt(f),
        }
    }
}

impl HtmlSafe for Content {}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Content {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Html> for Content {
    fn from(html: Html) -> Self {
        Self::Html(html)
    }
}

impl From<&Self> for Content {
    fn from(content: &Self) -> Self {
        content.clone()
    }
}

macro_rules! numbers_are_text {
    ($($number:ty),+) => { $(
        impl From<$number> for Content {
            fn from(number: $number) -> Self {
                Self::Text(number.to_string())
            }
        }
    )+ };
}

numbers_are_text!(u8, u16, u32, u64, usize, i32, i64);

/// Extra class names, kept as written and separated by spaces; shown with a space in front so that
/// they follow a component's own class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes(String);

impl Classes {
    /// Adds one or more class names.
    pub fn push(&mut self, classes: &str) {
        if !self.0.is_empty() && !classes.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(classes);
    }

    /// The class names as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no class was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These classes after `first`.
    pub(crate) fn after(&self, first: &str) -> Self {
        let mut all = Self(first.to_owned());
        all.push(&self.0);
        all
    }
}

impl<T: Into<String>> From<T> for Classes {
    fn from(classes: T) -> Self {
        Self(classes.into())
    }
}

impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_char(' ')?;
        escape(f, &self.0)
    }
}

impl HtmlSafe for Classes {}

/// Items of which some may be left out (`None`): the others keep their numbers, and so their ids.
pub type Items<T> = Vec<Option<T>>;

/// Rows of cells.
pub type Rows<T> = Vec<Vec<T>>;

/// Writes `text` with the characters that mean something in HTML escaped.
pub(crate) fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    HtmlEscaper.write_escaped_str(f, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_html_is_not() {
        assert_eq!(Content::from("a < b & \"c\"").to_string(), "a &#60; b &#38; &#34;c&#34;");
        assert_eq!(Content::from(Html::trusted("<b>a</b>")).to_string(), "<b>a</b>");
    }

    #[test]
    fn classes_cannot_leave_their_attribute() {
        assert_eq!(Classes::from("a\" onclick=\"x").to_string(), " a&#34; onclick=&#34;x");
        assert_eq!(Classes::default().to_string(), "");
        assert_eq!(Classes::from("b").after("a").as_str(), "a b");
    }
}

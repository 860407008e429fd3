//! A page of one column: a heading, then one thing below the other.

use askama::Template;
use foundation::web::{Errors, escape};
use govuk::{ErrorSummary, Html};

/// The content of a page, from the top down.
#[derive(Template)]
#[template(path = "sheet.html")]
pub(super) struct Sheet {
    width: &'static str,
    caption: String,
    heading: String,
    errors: Option<ErrorSummary>,
    parts: Vec<Html>,
}

/// A form that posts.
#[derive(Template)]
#[template(path = "form.html")]
struct FormTag<'a> {
    action: &'a str,
    parts: Vec<Html>,
}

impl Sheet {
    /// A page with its heading.
    pub(super) fn new(heading: &str) -> Self {
        Self {
            width: "two-thirds",
            caption: String::new(),
            heading: heading.to_owned(),
            errors: None,
            parts: Vec::new(),
        }
    }

    /// Uses the whole width.
    pub(super) fn full(mut self) -> Self {
        self.width = "full";
        self
    }

    /// Words above the heading.
    pub(super) fn caption(mut self, words: &str) -> Self {
        words.clone_into(&mut self.caption);
        self
    }

    /// The problems of the form, linked to its fields.
    pub(super) fn errors(mut self, errors: &Errors) -> Self {
        self.errors = errors.summary().or(self.errors);
        self
    }

    /// Anything that is HTML already.
    pub(super) fn part(mut self, part: impl Into<Html>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// A paragraph.
    pub(super) fn text(self, words: &str) -> Self {
        self.part(paragraph(words))
    }

    /// The first paragraph, larger.
    pub(super) fn lead(self, words: &str) -> Self {
        self.part(tag("p", "govuk-body-l", words))
    }

    /// A heading of the second rank.
    pub(super) fn heading(self, words: &str) -> Self {
        self.part(tag("h2", "govuk-heading-m", words))
    }

    /// A link in a paragraph of its own.
    pub(super) fn link(self, words: &str, href: &str) -> Self {
        self.part(Html::trusted(format!(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"{}\">{}</a></p>",
            escape(href),
            escape(words)
        )))
    }

    /// A form and its fields.
    pub(super) fn form(self, action: &str, parts: Vec<Html>) -> Self {
        self.part(form(action, parts))
    }
}

/// A form that posts to an address.
pub(super) fn form(action: &str, parts: Vec<Html>) -> Html {
    Html::trusted(FormTag { action, parts }.render().unwrap_or_default())
}

/// A field nobody sees.
pub(super) fn hidden(name: &str, value: &str) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        escape(name),
        escape(value)
    ))
}

/// A paragraph of text.
pub(super) fn paragraph(words: &str) -> Html {
    tag("p", "govuk-body", words)
}

/// An element with text in it.
pub(super) fn tag(name: &str, class: &str, words: &str) -> Html {
    Html::trusted(format!("<{name} class=\"{class}\">{}</{name}>", escape(words)))
}

/// A bulleted list of texts.
pub(super) fn bullets<'a>(items: impl IntoIterator<Item = &'a str>) -> Html {
    let items: String =
        items.into_iter().map(|item| format!("<li>{}</li>", escape(item))).collect();
    Html::trusted(format!("<ul class=\"govuk-list govuk-list--bullet\">{items}</ul>"))
}

/// A list of links: words and address.
pub(super) fn links(items: &[(String, String)]) -> Html {
    let items: String = items
        .iter()
        .map(|(words, href)| {
            format!(
                "<li><a class=\"govuk-link\" href=\"{}\">{}</a></li>",
                escape(href),
                escape(words)
            )
        })
        .collect();
    Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
}

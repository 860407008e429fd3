//! The page around the content: who is signed in, where one is, who else can see this.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Response},
};

use super::PageError;

/// An entry of the service navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavItem {
    /// The words.
    pub text: String,
    /// The address.
    pub href: String,
}

impl NavItem {
    /// An entry.
    #[must_use]
    pub fn new(text: &str, href: &str) -> Self {
        Self { text: text.to_owned(), href: href.to_owned() }
    }
}

/// What surrounds the page of this visitor. The front door puts it into each request.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The name of the signed-in person.
    pub viewer: Option<String>,
    /// The organisation they act for, in words.
    pub acting_for: Option<String>,
    /// The navigation they see.
    pub nav: Vec<NavItem>,
    /// Whether this is the demonstration district.
    pub demo: bool,
    /// The path of this page, to mark it in the navigation.
    pub path: String,
    /// A message from the act just done, shown once.
    pub notice: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let mut frame = parts.extensions.get::<Self>().cloned().unwrap_or_default();
        parts.uri.path().clone_into(&mut frame.path);
        Ok(frame)
    }
}

/// Who can see a record, in words, for the label on every page that shows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible(pub String);

/// A page under construction.
#[derive(Debug)]
pub struct Page {
    frame: Frame,
    title: String,
    crumbs: Vec<NavItem>,
    back: Option<String>,
    visible: Option<Visible>,
    problem: bool,
    status: StatusCode,
    wide: bool,
}

impl Frame {
    /// Begins a page.
    #[must_use]
    pub fn page(self, title: impl Into<String>) -> Page {
        Page {
            frame: self,
            title: title.into(),
            crumbs: Vec::new(),
            back: None,
            visible: None,
            problem: false,
            status: StatusCode::OK,
            wide: false,
        }
    }
}

impl Page {
    /// Adds a step of the way here.
    #[must_use]
    pub fn crumb(mut self, text: &str, href: impl Into<String>) -> Self {
        self.crumbs.push(NavItem { text: text.to_owned(), href: href.into() });
        self
    }

    /// Adds a way back, for a step of a journey.
    #[must_use]
    pub fn back(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    /// Says who can see what this page shows.
    #[must_use]
    pub fn visible_to(mut self, words: impl Into<String>) -> Self {
        self.visible = Some(Visible(words.into()));
        self
    }

    /// Uses the whole width, for tables and charts.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Marks the page as a form sent back with problems (status 422).
    #[must_use]
    pub const fn with_problems(mut self) -> Self {
        self.problem = true;
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self
    }

    /// Finishes the page with its content, rendered from the room's own template.
    ///
    /// # Errors
    /// When the template fails to render.
    pub fn show(self, content: &impl Template) -> Result<Response, PageError> {
        let main =
            content.render().map_err(|error| PageError::Internal(format!("template: {error}")))?;
        self.html(main)
    }

    /// Finishes the page with content that is HTML already.
    ///
    /// # Errors
    /// When the layout fails to render.
    pub fn html(self, main: String) -> Result<Response, PageError> {
        let status = self.status;
        let layout = Layout {
            crumbs: &self.crumbs,
            back: self.back.as_deref(),
            visible: self.visible.as_ref().map(|visible| visible.0.as_str()),
            title: &self.title,
            problem: self.problem,
            wide: self.wide,
            frame: &self.frame,
            main: &main,
        };
        let html =
            layout.render().map_err(|error| PageError::Internal(format!("layout: {error}")))?;
        Ok((status, Html(html)).into_response())
    }
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a> {
    frame: &'a Frame,
    title: &'a str,
    crumbs: &'a [NavItem],
    back: Option<&'a str>,
    visible: Option<&'a str>,
    problem: bool,
    wide: bool,
    main: &'a str,
}

impl Layout<'_> {
    /// Whether a navigation entry leads to where the reader is.
    fn here(&self, item: &NavItem) -> bool {
        self.frame.path == item.href
            || (item.href != "/" && self.frame.path.starts_with(&format!("{}/", item.href)))
    }
}

/// A page without navigation, for errors before or outside a visitor's own pages.
pub(super) fn bare(title: &str, text: &str) -> Html<String> {
    let frame = Frame::default();
    let main = format!(
        "<h1 class=\"govuk-heading-l\">{}</h1><p class=\"govuk-body\">{}</p>\
         <p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/\">Go to the start page</a></p>",
        askama::filters::escape(title, askama::filters::Html)
            .map_or_else(|_| String::new(), |text| text.to_string()),
        askama::filters::escape(text, askama::filters::Html)
            .map_or_else(|_| String::new(), |text| text.to_string()),
    );
    let layout = Layout {
        frame: &frame,
        title,
        crumbs: &[],
        back: None,
        visible: None,
        problem: false,
        wide: false,
        main: &main,
    };
    Html(layout.render().unwrap_or_else(|_| title.to_owned()))
}

/// Sends the browser on with GET after an act (status 303).
#[must_use]
pub fn redirect(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

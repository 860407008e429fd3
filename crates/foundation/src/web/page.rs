//! The page around the content: who is signed in, where one is, who else can see this.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Response},
};

use govuk::{
    BackLink, Breadcrumbs, Footer, FooterMeta, GenericHeader, Html as Markup, NavigationItem,
    NotificationBanner, PhaseBanner, ServiceNavigation,
    extra::{Account, Audience, Page as Document, Visibility, Wordmark},
};

use super::{Errors, PageError, asset_url};

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

/// What a person reads above every page until they have done it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// What it is about, in a word or two.
    pub word: &'static str,
    /// What is the matter.
    pub sentence: String,
    /// Where they do it, and the words of the link.
    pub link: NavItem,
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
    /// What makes this no ordinary installation: a word and a sentence, above every page.
    pub banner: Option<(&'static str, String)>,
    /// What the person should not put off: a word, a sentence, and a link with its words.
    pub reminder: Option<Reminder>,
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

    /// Marks the page as a form sent back where something is wrong.
    #[must_use]
    pub fn checked(self, errors: &Errors) -> Self {
        if errors.is_empty() { self } else { self.with_problems() }
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
    /// Never at present; the signature leaves room for content that can fail.
    pub fn html(self, main: String) -> Result<Response, PageError> {
        let status = self.status;
        let title = match self.problem {
            true => format!("Error: {} – Alongside", self.title),
            false => format!("{} – Alongside", self.title),
        };
        Ok((status, Html(self.document(title, main))).into_response())
    }

    /// The whole document.
    pub(super) fn document(self, title: String, main: String) -> String {
        let mut before: Vec<Markup> = Vec::new();
        if !self.crumbs.is_empty() {
            let crumbs = self.crumbs.iter().fold(Breadcrumbs::default(), |all, crumb| {
                all.item(crumb.text.as_str(), crumb.href.as_str())
            });
            before.push(crumbs.into());
        }
        let mut content = Vec::new();
        // Inside the main landmark, so that everything on the page is inside one.
        if let Some(back) = &self.back {
            content.push(Markup::from(BackLink::new(back.as_str())));
        }
        if let Some(notice) = &self.frame.notice {
            content.push(NotificationBanner::success(notice.as_str()).into());
        }
        content.push(Markup::trusted(super::worry::with_rule(main)));
        if let Some(Visible(words)) = &self.visible {
            let audience = match words.as_str() {
                "anyone" => Audience::Public,
                _ => Audience::Restricted,
            };
            content.push(Visibility::new(audience, format!("{words}.")).into());
        }
        let own = Markup::trusted(format!(
            "<link rel=\"stylesheet\" href=\"{}\">",
            asset_url("alongside.css")
        ));
        let classes = if self.wide { "as-main as-main--wide" } else { "as-main" };
        Document::new(title, Markup::join(content))
            .head(own)
            .header(self.header())
            .before_content(Markup::join(before))
            .footer(footer())
            .main_classes(classes)
            .render()
    }

    fn header(&self) -> Markup {
        let frame = &self.frame;
        let name = Markup::from(GenericHeader::new(Wordmark::new("Alongside")));
        let mut menu = ServiceNavigation::default();
        for item in &frame.nav {
            let here = frame.path == item.href;
            let below = item.href != "/" && frame.path.starts_with(&format!("{}/", item.href));
            menu = menu.with(
                NavigationItem::new(item.text.as_str(), item.href.as_str())
                    .current(here)
                    .active(below),
            );
        }
        menu = match &frame.viewer {
            Some(viewer) => {
                let role = frame.acting_for.clone().unwrap_or_default();
                menu.end(
                    Account::new(viewer.as_str()).href("/account").role(role).sign_out("/sign-out"),
                )
            }
            None if frame.path == "/sign-in" => menu,
            None => menu.end(Markup::trusted(
                "<p class=\"as-sign-in\"><a class=\"govuk-link\" href=\"/sign-in\">Sign in</a></p>",
            )),
        };
        let mut header = vec![name, menu.into()];
        if let Some((word, sentence)) = &frame.banner {
            let banner = PhaseBanner::new(*word, sentence.as_str()).render();
            header.push(Markup::trusted(format!(
                "<div class=\"govuk-width-container\">{banner}</div>"
            )));
        }
        // On the page that it leads to it would say the same again.
        if let Some(it) = frame.reminder.as_ref().filter(|it| it.link.href != frame.path) {
            let words = format!(
                "{} <a class=\"govuk-link\" href=\"{}\">{}</a>",
                super::escape(&it.sentence),
                super::escape(&it.link.href),
                super::escape(&it.link.text)
            );
            let banner = PhaseBanner::new(it.word, Markup::trusted(words)).render();
            header.push(Markup::trusted(format!(
                "<div class=\"govuk-width-container\">{banner}</div>"
            )));
        }
        Markup::join(header)
    }
}

fn footer() -> Markup {
    let licence = "Public data: Department for Education, Ofsted and Office for National Statistics, \
                   used under the Open Government Licence v3.0.";
    let links = [
        ("About Alongside", "/about"),
        ("How we work it out", "/how-we-work-it-out"),
        ("Who sees what", "/how-access-works"),
        ("Privacy", "/privacy"),
        ("Accessibility", "/accessibility"),
    ];
    let meta = FooterMeta::default().items(links).content(licence);
    Footer::default().meta(meta).into()
}

/// A page without navigation, for errors before or outside a visitor's own pages.
pub(super) fn bare(title: &str, text: &str) -> Html<String> {
    let main = BarePage { title, text }.render().unwrap_or_else(|_| title.to_owned());
    let page = Frame::default().page(title);
    Html(page.document(format!("{title} – Alongside"), main))
}

#[derive(Template)]
#[template(path = "bare.html")]
struct BarePage<'a> {
    title: &'a str,
    text: &'a str,
}

/// Sends the browser on with GET after an act (status 303).
#[must_use]
pub fn redirect(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

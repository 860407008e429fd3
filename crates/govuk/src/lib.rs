//! Typed components that render the markup of GOV.UK Frontend, held to its published fixtures.
//!
//! Every component is a struct of options with a builder method for each. A component displays as
//! HTML, so it can stand in a string, in an [askama] template (`{{ component }}`, unescaped because
//! it is safe by construction) or inside another component.
//!
//! Text is escaped. HTML is passed through, and has a type of its own: [`Html`]. A `&str` or a
//! `String` given as [`Content`] is text; a component given as content is HTML.
//!
//! ```
//! use govuk::extra::{Page, Wordmark};
//! use govuk::{
//!     Button, ErrorSummary, GenericHeader, Html, Input, Radios, ServiceNavigation, SummaryList,
//!     SummaryRow, Table, TableCell, Tag, TagColour,
//! };
//!
//! // A form that is shown again with what was wrong.
//! let wrong = Some("Enter the name of a school");
//! let summary = ErrorSummary::new([("school", "Enter the name of a school")]);
//! let school = Input::new("school", "Which school?").hint("Name, URN or postcode").error_if(wrong);
//! let phase = Radios::new("phase", "Which phase?")
//!     .items([("primary", "Primary").into(), ("secondary", "Secondary").into()] as [govuk::RadioItem; 2])
//!     .value("primary");
//!
//! // Facts, each with a link to change it; a table with a number and a status.
//! let facts = SummaryList::new()
//!     .with(SummaryRow::new("Name", "Ada & Co").action("Change", "/name", "name"))
//!     .row("Status", Tag::coloured(TagColour::Green, "Agreed"));
//! let table = Table::new("Absence")
//!     .head(["Year", "Pupils absent"])
//!     .row([TableCell::new("2025"), TableCell::number("5.9%")]);
//!
//! let form = Html::join([
//!     Html::from(summary), school.into(), phase.into(), Button::new("Continue").into(),
//! ]);
//! let page = Page::new("Choose a school – Example", Html::join([form, facts.into(), table.into()]))
//!     .header(Html::join([
//!         Html::from(GenericHeader::new(Wordmark::new("Example"))),
//!         ServiceNavigation::new("Support between schools", "/").item("Schools", "/schools").into(),
//!     ]));
//!
//! let html = page.render();
//! assert!(html.contains("Ada &#38; Co"));
//! assert!(html.contains("govuk-input--error"));
//! assert!(html.starts_with("<!DOCTYPE html>"));
//! ```
//!
//! # What is where
//!
//! * The components of GOV.UK Frontend: here, one struct each, such as [`Radios`]. The names of
//!   their options are those of the Nunjucks macros in snake case, with three exceptions: `text` and
//!   `html` are one `content` (`titleText` and `titleHtml` one `title`), `type` is `kind` and `for`
//!   is `for_id`.
//! * Components of our own, for services that people work in all day: [`extra`].
//! * Stylesheets and scripts, embedded in the program: [`assets`].
//!
//! # Nothing of GOV.UK's brand
//!
//! A service that is not on GOV.UK may use its design system without its font, crown and logos. None
//! of these is in this crate: [`Header`] and [`Footer`] take artwork from callers who may show it,
//! everybody else uses [`GenericHeader`].

pub mod assets;
mod attributes;
mod components;
#[cfg(test)]
mod conformance;
mod content;
pub mod extra;
mod field;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod normalise;
mod options;

pub use attributes::Attributes;
pub(crate) use attributes::{attr, flag};
pub use components::*;
pub use content::{Classes, Content, Html, Items, Rows};
pub use field::{FormGroup, PluralText, Wrapper};

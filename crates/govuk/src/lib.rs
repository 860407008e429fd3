//! Typed components that render the markup of GOV.UK Frontend, held to its published fixtures.

pub mod assets;
mod attributes;
mod components;
#[cfg(test)]
mod conformance;
mod content;
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

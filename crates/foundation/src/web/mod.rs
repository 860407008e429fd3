//! The shape of a page: layout, forms, errors, assets and the headers every answer carries.

mod app;
mod ask;
mod assets;
mod error;
mod form;
mod guard;
mod page;
mod table;
mod text;
mod worry;

pub use app::{App, Names, Written};
pub use assets::{asset_url, routes as asset_routes};
pub use error::PageError;
pub use form::{Errors, FieldError, Form, FormData};
pub use guard::{BEAT, even, protect};
pub use page::{Frame, NavItem, Page, Reminder, Visible, redirect};
pub use table::{Cell, Format, Table};
pub use text::{escape, percent_encoded};

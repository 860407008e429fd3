//! Everything that can be done to a plan. Each act is one transaction: the change, its event and
//! the letters it causes.

pub mod action;
pub mod answer;
pub mod milestone;
pub mod objective;
pub mod plan;
pub mod several;
pub mod suggestion;

use foundation::{upn, web::FieldError};

use crate::Refusal;

/// Collects what is wrong with some fields; nothing about single pupils is let in.
#[derive(Debug, Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    /// Adds a problem where something does not hold.
    pub(crate) fn that(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.0.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        }
    }

    /// Refuses text that looks like a pupil's number.
    pub(crate) fn text(&mut self, field: &str, text: &str) {
        self.that(
            upn::find(text).is_none(),
            field,
            "Remove the unique pupil number: Alongside holds nothing about single pupils",
        );
    }

    /// Refuses an empty text, and one that looks like a pupil's number.
    pub(crate) fn words(&mut self, field: &str, text: &str, message: &str) {
        self.that(!text.trim().is_empty(), field, message);
        self.text(field, text);
    }

    /// The refusal, where anything is wrong.
    pub(crate) fn done(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Fields(self.0)) }
    }
}
